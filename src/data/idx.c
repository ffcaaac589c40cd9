/* idx.c - IDX files, the format of MNIST (LeCun, Cortes, Burges 1998): two zeros, type, rank, sizes (big endian), data.
 *
 * Of its types only 0x08, unsigned bytes, is read: images [n, h, w], [n, h, w, channels] or rows [n, k]; labels [n].
 */
#include "data/data.h"
#include "data/file.h"

#include <limits.h>
#include <string.h>

enum { UNSIGNED_BYTES = 0x08, MOST_AXES = 4 };

typedef struct idx {
    int rank, dim[MOST_AXES];
    size_t size; /* bytes */
    unsigned char *bytes;
} idx;

static vv_status read_header(vvi_file *file, idx *array, vv_error *error)
{
    unsigned char head[4], number[4];
    VVI_TRY(vvi_file_read(file, head, sizeof head, error));
    if (head[0] != 0 || head[1] != 0)
        return vvi_fail(error, VV_FORMAT, "%s: is not an IDX file: it begins with 0x%02x 0x%02x, not with two zeros",
                        file->path, head[0], head[1]);
    if (head[2] != UNSIGNED_BYTES)
        return vvi_fail(error, VV_UNSUPPORTED, "%s: IDX of type 0x%02x; only 0x08, unsigned bytes, is read", file->path,
                        head[2]);
    if (head[3] < 1 || head[3] > MOST_AXES)
        return vvi_fail(error, VV_FORMAT, "%s: IDX of %d axes; 1 to %d are read", file->path, head[3], MOST_AXES);
    array->rank = head[3];
    array->size = 1;
    for (int i = 0; i < array->rank; i++) {
        VVI_TRY(vvi_file_read(file, number, sizeof number, error));
        const uint32_t dim =
            (uint32_t)number[0] << 24 | (uint32_t)number[1] << 16 | (uint32_t)number[2] << 8 | number[3];
        if (dim < 1 || dim > INT_MAX || array->size > SIZE_MAX / dim)
            return vvi_fail(error, VV_FORMAT, "%s: size %d in its header is %lu", file->path, i, (unsigned long)dim);
        array->dim[i] = (int)dim;
        array->size *= dim;
    }
    if (array->size > file->most)
        return vvi_fail(error, VV_FORMAT,
                        "%s: cut short: its header promises %zu bytes, the file cannot hold more than %llu", file->path,
                        array->size, (unsigned long long)file->most);
    return VV_OK;
}

static vv_status read_array(vvi_file *file, idx *array, vv_error *error)
{
    VVI_TRY(read_header(file, array, error));
    array->bytes = vvi_malloc(array->size);
    if (array->bytes == NULL) return vvi_no_memory(error);
    VVI_TRY(vvi_file_read(file, array->bytes, array->size, error));
    return vvi_file_finish(file, error);
}

static vv_status open_array(const char *path, idx *array, vv_error *error)
{
    vvi_file file;
    vv_status status = vvi_file_open(&file, path, error);
    if (status == VV_OK) status = read_array(&file, array, error);
    vvi_file_close(&file);
    return status;
}

static vv_status check_pair(const char *images, const idx *x, const char *labels, const idx *y, vv_error *error)
{
    if (x->rank < 2) return vvi_fail(error, VV_FORMAT, "%s: IDX of 1 axis are labels; images have 2 to 4", images);
    if (labels == NULL) return VV_OK;
    if (y->rank != 1) return vvi_fail(error, VV_FORMAT, "%s: IDX of %d axes; labels have 1", labels, y->rank);
    if (x->dim[0] == y->dim[0]) return VV_OK;
    return vvi_fail(error, VV_FORMAT, "%s has %d images, %s has %d labels", images, x->dim[0], labels, y->dim[0]);
}

static vv_status make(const char *images, const idx *x, const char *labels, const idx *y, const char *const *names,
                      int n_names, vv_data **data, vv_error *error)
{
    VVI_TRY(check_pair(images, x, labels, y, error));
    vv_shape shape = { .rank = x->rank - 1 };
    for (int i = 1; i < x->rank; i++) shape.dim[i - 1] = x->dim[i];
    if (shape.rank == 2) shape.dim[shape.rank++] = 1; /* one channel */
    const vv_shape target = labels == NULL ? (vv_shape){ 0 } : (vv_shape){ 1, { 1 } };
    VVI_TRY(vvi_image_from_bytes((size_t)x->dim[0], shape, target, x->bytes, data, error));
    return labels == NULL ? VV_OK : vvi_image_set_labels(*data, y->bytes, names, n_names, labels, error);
}

vv_status vvi_idx_read(const char *images, const char *labels, const char *const *names, int n_names, vv_data **data,
                       vv_error *error)
{
    idx x = { 0 }, y = { 0 };
    *data = NULL;
    vv_status status = open_array(images, &x, error);
    if (status == VV_OK && labels != NULL) status = open_array(labels, &y, error);
    if (status == VV_OK) status = make(images, &x, labels, &y, names, n_names, data, error);
    vvi_free(x.bytes);
    vvi_free(y.bytes);
    if (status == VV_OK) return VV_OK;
    vv_data_free(*data);
    *data = NULL;
    return status;
}

vv_status vvi_load_idx(vvi_request *request, vvi_source *source, vv_error *error)
{
    const char *images = NULL, *labels = NULL;
    VVI_TRY(vvi_request_pair(request, &images, &labels, error));
    source->kind = VVI_ARRAYS;
    VVI_TRY(vvi_idx_read(images, labels, NULL, 0, &source->arrays, error));
    return vvi_request_resize(request, source->arrays, error);
}
