/* npy.c - NumPy arrays (NEP 1; format versions 1 to 3): magic, version, the length of a header, the header (a Python
 * dictionary), the numbers.
 *
 * Little endian and C order, of f4 f8 i1 i2 i4 i8 u1 u2 b1. Numbers must be finite in float32. No pickled objects.
 */
#include "data/data.h"
#include "data/file.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_HEADER = 65536, MOST_AXES = VV_MAX_RANK + 1 };

/* One element of each type to a double. */
#define READER(name, type)                                                                                             \
    static double name(const unsigned char *bytes)                                                                     \
    {                                                                                                                  \
        type value;                                                                                                    \
        memcpy(&value, bytes, sizeof value);                                                                           \
        return (double)value;                                                                                          \
    }
READER(read_f4, float)
READER(read_f8, double)
READER(read_i1, int8_t)
READER(read_i2, int16_t)
READER(read_i4, int32_t)
READER(read_i8, int64_t)
READER(read_u1, uint8_t)
READER(read_u2, uint16_t)
#undef READER

static const struct type {
    const char *name;
    size_t size;
    double (*read)(const unsigned char *bytes);
} types[] = { { "f4", 4, read_f4 }, { "f8", 8, read_f8 }, { "i1", 1, read_i1 },
              { "i2", 2, read_i2 }, { "i4", 4, read_i4 }, { "i8", 8, read_i8 },
              { "u1", 1, read_u1 }, { "u2", 2, read_u2 }, { "b1", 1, read_u1 } };
enum { TYPES = sizeof types / sizeof *types };

typedef struct npy {
    const char *path;
    const struct type *type;
    int rank, dim[MOST_AXES];
    size_t count;
    unsigned char *bytes;
} npy;

/* ---- the header ----------------------------------------------------------------------------------------------------
 */

static vv_status bad_header(const npy *array, const char *why, vv_error *error)
{
    return vvi_fail(error, VV_FORMAT, "%s: NPY header: %s", array->path, why);
}

/* What follows 'key': in the dictionary; NULL: it is not there. */
static const char *value_of(const char *header, const char *key)
{
    const size_t n = strlen(key);
    for (const char *at = header; (at = strstr(at, key)) != NULL; at += n) {
        if (at == header || (at[-1] != '\'' && at[-1] != '"') || at[n] != at[-1]) continue;
        const char *value = at + n + 1;
        value += strspn(value, " ");
        if (*value == ':') return value + 1 + strspn(value + 1, " ");
    }
    return NULL;
}

static vv_status parse_type(npy *array, const char *value, vv_error *error)
{
    if (value == NULL || (*value != '\'' && *value != '"'))
        return bad_header(array, "no simple 'descr'; arrays of records are not read", error);
    const char order = value[1];
    const char *name = value + 2;
    if (order == '>')
        return vvi_fail(error, VV_UNSUPPORTED, "%s: NPY is big endian; save it as little endian ('<')", array->path);
    for (size_t i = 0; i < TYPES; i++) {
        if (strncmp(name, types[i].name, 2) != 0 || name[2] != *value) continue;
        if (order == '<' || order == '=' || (order == '|' && types[i].size == 1)) array->type = &types[i];
    }
    if (array->type != NULL) return VV_OK;
    return vvi_fail(error, VV_UNSUPPORTED, "%s: NPY of type %.*s; f4 f8 i1 i2 i4 i8 u1 u2 b1 are read", array->path,
                    (int)(strcspn(value + 1, "'\"") < 20 ? strcspn(value + 1, "'\"") : 20), value + 1);
}

static vv_status parse_shape(npy *array, const char *at, vv_error *error)
{
    if (at == NULL || *at++ != '(') return bad_header(array, "no 'shape'", error);
    array->count = 1;
    for (at += strspn(at, " "); *at != ')'; at += strspn(at, ", ")) {
        char *end = NULL;
        if (*at < '0' || *at > '9') return bad_header(array, "'shape' is not a tuple of numbers", error);
        const unsigned long long dim = strtoull(at, &end, 10);
        if (array->rank == MOST_AXES)
            return vvi_fail(error, VV_UNSUPPORTED, "%s: NPY of more than %d axes", array->path, MOST_AXES);
        if (dim < 1 || dim > INT_MAX || array->count > SIZE_MAX / 8 / dim)
            return vvi_fail(error, VV_FORMAT, "%s: NPY header: size %d is %.20s; it must be 1 to %d", array->path,
                            array->rank, at, INT_MAX);
        array->dim[array->rank++] = (int)dim;
        array->count *= (size_t)dim;
        at = end;
    }
    return array->rank > 0 ? VV_OK : bad_header(array, "'shape' is (): a single number, no examples", error);
}

static vv_status parse_header(npy *array, const char *header, vv_error *error)
{
    const char *fortran = value_of(header, "fortran_order");
    if (*header != '{') return bad_header(array, "is not a dictionary", error);
    VVI_TRY(parse_type(array, value_of(header, "descr"), error));
    if (fortran == NULL) return bad_header(array, "no 'fortran_order'", error);
    if (strncmp(fortran, "False", 5) != 0)
        return vvi_fail(error, VV_UNSUPPORTED, "%s: NPY is in Fortran order; save numpy.ascontiguousarray() of it",
                        array->path);
    return parse_shape(array, value_of(header, "shape"), error);
}

static vv_status read_header(vvi_file *file, npy *array, char *header, vv_error *error)
{
    unsigned char head[8], length[4] = { 0 };
    VVI_TRY(vvi_file_read(file, head, sizeof head, error));
    if (memcmp(head, "\x93NUMPY", 6) != 0)
        return vvi_fail(error, VV_FORMAT, "%s: is not an NPY file: it does not begin with \\x93NUMPY", file->path);
    if (head[6] < 1 || head[6] > 3)
        return vvi_fail(error, VV_VERSION, "%s: NPY version %d; 1 to 3 are read", file->path, head[6]);
    VVI_TRY(vvi_file_read(file, length, head[6] == 1 ? 2 : 4, error));
    const uint32_t n = (uint32_t)length[3] << 24 | (uint32_t)length[2] << 16 | (uint32_t)length[1] << 8 | length[0];
    if (n >= LONGEST_HEADER)
        return vvi_fail(error, VV_FORMAT, "%s: NPY header of %lu bytes; at most %d are read", file->path,
                        (unsigned long)n, LONGEST_HEADER - 1);
    VVI_TRY(vvi_file_read(file, header, n, error));
    header[n] = '\0';
    return parse_header(array, header, error);
}

static vv_status read_array(vvi_file *file, npy *array, char *header, vv_error *error)
{
    VVI_TRY(read_header(file, array, header, error));
    const size_t size = array->count * array->type->size;
    if (size > file->most)
        return vvi_fail(error, VV_FORMAT,
                        "%s: cut short: its header promises %zu bytes, the file cannot hold more than %llu", file->path,
                        size, (unsigned long long)file->most);
    array->bytes = vvi_malloc(size);
    if (array->bytes == NULL) return vvi_no_memory(error);
    VVI_TRY(vvi_file_read(file, array->bytes, size, error));
    return vvi_file_finish(file, error);
}

static vv_status open_array(const char *path, npy *array, vv_error *error)
{
    vvi_file file;
    array->path = path;
    char *header = vvi_malloc(LONGEST_HEADER);
    if (header == NULL) return vvi_no_memory(error);
    vv_status status = vvi_file_open(&file, path, error);
    if (status == VV_OK) status = read_array(&file, array, header, error);
    vvi_file_close(&file);
    vvi_free(header);
    return status;
}

/* ---- to examples ----------------------------------------------------------------------------------------------------
 */

static vv_status convert(const npy *array, float *to, vv_error *error)
{
    for (size_t i = 0; i < array->count; i++) {
        const double value = array->type->read(array->bytes + i * array->type->size);
        to[i] = (float)value;
        if (!isfinite(to[i]))
            return vvi_fail(error, VV_FORMAT, "%s: number %zu of example %zu is %g; it must be finite in float32",
                            array->path, i % (array->count / (size_t)array->dim[0]),
                            i / (array->count / (size_t)array->dim[0]), value);
    }
    return VV_OK;
}

/* The shape of one example: what follows the first axis, or a single number. */
static vv_shape example_shape(const npy *array)
{
    vv_shape shape = { .rank = array->rank > 1 ? array->rank - 1 : 1, .dim = { 1 } };
    for (int i = 1; i < array->rank; i++) shape.dim[i - 1] = array->dim[i];
    return shape;
}

static vv_status find_classes(vv_data *data, vv_error *error)
{
    if (data->y == NULL || vvi_data_size(data->target_shape) != 1) return VV_OK;
    double *value = vvi_calloc(data->n, sizeof *value);
    if (value == NULL) return vvi_no_memory(error);
    for (size_t i = 0; i < data->n; i++) value[i] = (double)data->y[i];
    const int classes = vvi_data_count_classes(value, data->n);
    vvi_free(value);
    return classes > 0 ? vvi_data_set_classes(data, classes, NULL, error) : VV_OK;
}

static vv_status make(const npy *x, const npy *y, vv_data **data, vv_error *error)
{
    const bool targets = y->bytes != NULL;
    if (targets && x->dim[0] != y->dim[0])
        return vvi_fail(error, VV_FORMAT, "%s has %d examples, %s has %d", x->path, x->dim[0], y->path, y->dim[0]);
    VVI_TRY(
        vvi_data_make((size_t)x->dim[0], example_shape(x), targets ? example_shape(y) : (vv_shape){ 0 }, data, error));
    VVI_TRY(convert(x, (*data)->x, error));
    if (targets) VVI_TRY(convert(y, (*data)->y, error));
    return find_classes(*data, error);
}

vv_status vvi_load_npy(vvi_request *request, vvi_source *source, vv_error *error)
{
    const char *inputs = NULL, *targets = NULL;
    npy x = { 0 }, y = { 0 };
    VVI_TRY(vvi_request_pair(request, &inputs, &targets, error));
    source->kind = VVI_ARRAYS;
    vv_status status = open_array(inputs, &x, error);
    if (status == VV_OK && targets != NULL) status = open_array(targets, &y, error);
    if (status == VV_OK) status = make(&x, &y, &source->arrays, error);
    vvi_free(x.bytes);
    vvi_free(y.bytes);
    return status;
}
