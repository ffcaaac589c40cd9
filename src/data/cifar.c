/* cifar.c - CIFAR-10 in its binary form (Krizhevsky 2009): records of 3073 bytes, a label 0..9, then 32x32 red, 32x32
 * green, 32x32 blue. Images become channels last. Also read straight from the published .tar.gz (ustar: 512-byte
 * blocks).
 */
#include "data/data.h"
#include "data/file.h"

#include <string.h>

enum { SIDE = 32, PIXELS = SIDE * SIDE, CHANNELS = 3, RECORD = 1 + CHANNELS * PIXELS, BLOCK = 512 };

static const char *const class_names[] = { "airplane", "automobile", "bird",  "cat",  "deer",
                                           "dog",      "frog",       "horse", "ship", "truck" };
enum { CLASSES = sizeof class_names / sizeof *class_names };

/* Records as they come, in one growing block. */
typedef struct records {
    unsigned char *bytes;
    size_t n, capacity;
} records;

static vv_status add_record(records *r, const unsigned char *record, const char *path, vv_error *error)
{
    if (record[0] >= CLASSES)
        return vvi_fail(error, VV_FORMAT, "%s: label %d; CIFAR-10 has labels 0 to %d", path, record[0], CLASSES - 1);
    if (r->n == r->capacity) {
        const size_t larger = r->capacity == 0 ? 256 : 2 * r->capacity;
        unsigned char *bytes = larger > SIZE_MAX / RECORD ? NULL : vvi_realloc(r->bytes, larger * RECORD);
        if (bytes == NULL) return vvi_no_memory(error);
        r->bytes = bytes;
        r->capacity = larger;
    }
    memcpy(r->bytes + r->n++ * RECORD, record, RECORD);
    return VV_OK;
}

static vv_status read_records(vvi_file *file, records *r, vv_error *error)
{
    unsigned char record[RECORD];
    const size_t before = r->n;
    size_t got = RECORD;
    for (;;) {
        VVI_TRY(vvi_file_read_some(file, record, RECORD, &got, error));
        if (got < RECORD) break;
        VVI_TRY(add_record(r, record, file->path, error));
    }
    if (got > 0)
        return vvi_fail(error, VV_FORMAT,
                        "%s: ends %zu bytes into a record of %d: cut short, or not a CIFAR-10 binary file", file->path,
                        got, RECORD);
    return r->n > before ? VV_OK : vvi_fail(error, VV_FORMAT, "%s: is empty", file->path);
}

static void spread(const unsigned char *planes, float *x)
{
    for (size_t i = 0; i < PIXELS; i++)
        for (size_t c = 0; c < CHANNELS; c++) x[i * CHANNELS + c] = (float)planes[c * PIXELS + i] / 255.0F;
}

static vv_status make(const records *r, vv_data **data, vv_error *error)
{
    VVI_TRY(vvi_data_make(r->n, (vv_shape){ 3, { SIDE, SIDE, CHANNELS } }, (vv_shape){ 1, { 1 } }, data, error));
    for (size_t i = 0; i < r->n; i++) {
        const unsigned char *record = r->bytes + i * RECORD;
        (*data)->y[i] = (float)record[0];
        spread(record + 1, (*data)->x + i * PIXELS * CHANNELS);
    }
    const vv_status status = vvi_data_set_classes(*data, CLASSES, class_names, error);
    if (status == VV_OK) return VV_OK;
    vv_data_free(*data);
    *data = NULL;
    return status;
}

vv_status vvi_cifar_read(const char *const *path, size_t n, vv_data **data, vv_error *error)
{
    records r = { 0 };
    vv_status status = VV_OK;
    *data = NULL;
    for (size_t i = 0; i < n && status == VV_OK; i++) {
        vvi_file file;
        status = vvi_file_open(&file, path[i], error);
        if (status == VV_OK) status = read_records(&file, &r, error);
        vvi_file_close(&file);
    }
    if (status == VV_OK) status = make(&r, data, error);
    vvi_free(r.bytes);
    return status;
}

vv_status vvi_load_cifar(vvi_request *request, vvi_source *source, vv_error *error)
{
    const size_t n = vvi_request_count_paths(request);
    const char **path = vvi_arena_alloc(&request->arena, n * sizeof *path);
    if (path == NULL) return vvi_no_memory(error);
    for (size_t i = 0; i < n; i++) {
        path[i] = vvi_request_path(request, i);
        if (path[i] == NULL) return vvi_no_memory(error);
    }
    source->kind = VVI_ARRAYS;
    VVI_TRY(vvi_cifar_read(path, n, &source->arrays, error));
    return vvi_request_resize(request, source->arrays, error);
}

/* ---- the archive ----------------------------------------------------------------------------------------------------
 */

/* Twelve octal digits; false: something else stands there. */
static bool octal(const unsigned char *at, uint64_t *value)
{
    *value = 0;
    for (int i = 0; i < 12; i++) {
        if (at[i] == ' ' || at[i] == '\0') return i > 0;
        if (at[i] < '0' || at[i] > '7') return false;
        *value = *value * 8 + (uint64_t)(at[i] - '0');
    }
    return true;
}

static vv_status read_member(vvi_file *file, uint64_t size, bool wanted, records *r, vv_error *error)
{
    unsigned char record[RECORD];
    if (wanted && size % RECORD != 0)
        return vvi_fail(error, VV_FORMAT, "%s: a member of %llu bytes is not made of records of %d", file->path,
                        (unsigned long long)size, RECORD);
    for (uint64_t left = size; left > 0;) {
        const size_t step = left < RECORD ? (size_t)left : RECORD;
        VVI_TRY(vvi_file_read(file, record, step, error));
        if (wanted) VVI_TRY(add_record(r, record, file->path, error));
        left -= step;
    }
    return vvi_file_read(file, record, (size_t)((BLOCK - size % BLOCK) % BLOCK), error);
}

static vv_status read_members(vvi_file *file, const char *member, records *r, vv_error *error)
{
    unsigned char head[BLOCK];
    for (;;) {
        size_t got = 0;
        uint64_t size = 0;
        VVI_TRY(vvi_file_read_some(file, head, BLOCK, &got, error));
        if (got == 0 || (got == BLOCK && head[0] == '\0')) break; /* the end: blocks of zeros */
        if (got < BLOCK || memcmp(head + 257, "ustar", 5) != 0 || !octal(head + 124, &size))
            return vvi_fail(error, VV_FORMAT, "%s: is not a tar archive", file->path);
        char name[101] = { 0 };
        memcpy(name, head, 100);
        const char *slash = strrchr(name, '/');
        const bool plain = head[156] == '0' || head[156] == '\0';
        const bool wanted = plain && strncmp(slash == NULL ? name : slash + 1, member, strlen(member)) == 0;
        VVI_TRY(read_member(file, size, wanted, r, error));
    }
    return r->n > 0 ? VV_OK
                    : vvi_fail(error, VV_FORMAT, "%s: has no member whose name begins with \"%s\"", file->path, member);
}

vv_status vvi_cifar_read_archive(const char *path, const char *member, vv_data **data, vv_error *error)
{
    vvi_file file;
    records r = { 0 };
    *data = NULL;
    vv_status status = vvi_file_open(&file, path, error);
    if (status == VV_OK) status = read_members(&file, member, &r, error);
    vvi_file_close(&file);
    if (status == VV_OK) status = make(&r, data, error);
    vvi_free(r.bytes);
    return status;
}
