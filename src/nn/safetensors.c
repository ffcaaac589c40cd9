/* safetensors.c - reading safetensors files, strictly: a file that is cut short or contradicts itself is refused with
 * its name, the tensor and the numbers. Gaps and overlaps between tensors are not looked for.
 */
#include "nn/safetensors.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

enum { MAX_HEADER = 100 * 1000 * 1000 };

size_t vvi_tensor_item_size(const char *dtype)
{
    static const struct {
        const char *name;
        size_t size;
    } known[] = { { "F32", 4 }, { "F64", 8 }, { "F16", 2 }, { "BF16", 2 }, { "I64", 8 }, { "I32", 4 }, { "I16", 2 },
                  { "I8", 1 },  { "U64", 8 }, { "U32", 4 }, { "U16", 2 },  { "U8", 1 },  { "BOOL", 1 } };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i].name, dtype) == 0) return known[i].size;
    return 0;
}

static vv_status read_file(vvi_tensors *t, FILE *file, vv_error *error)
{
    if (fseek(file, 0, SEEK_END) != 0)
        return vvi_fail(error, VV_IO, "%s: cannot be read: %s", t->path, strerror(errno));
    const long size = ftell(file);
    if (size == LONG_MAX) return vvi_fail(error, VV_IO, "%s: is a folder", t->path); /* what ftell says of one */
    if (size < 0 || fseek(file, 0, SEEK_SET) != 0)
        return vvi_fail(error, VV_IO, "%s: cannot be read: %s", t->path, strerror(errno));
    t->size = (size_t)size;
    t->bytes = vvi_malloc(t->size + 1);
    if (t->bytes == NULL) return vvi_no_memory(error);
    if (fread(t->bytes, 1, t->size, file) != t->size)
        return vvi_fail(error, VV_IO, "%s: cannot be read: %s", t->path, strerror(errno));
    return VV_OK;
}

static vv_status parse_header(vvi_tensors *t, vv_error *error)
{
    uint64_t length = 0;
    if (t->size < sizeof length)
        return vvi_fail(error, VV_FORMAT, "%s: cut short: %zu bytes, not even a header's length", t->path, t->size);
    for (int i = 7; i >= 0; i--) length = length << 8 | t->bytes[i];
    const size_t rest = t->size - sizeof length;
    if (length > MAX_HEADER || length > rest)
        return vvi_fail(error, VV_FORMAT, "%s: a header of %llu bytes, but %zu bytes follow", t->path,
                        (unsigned long long)length, rest);
    json_error_t reason;
    t->header = json_loadb((const char *)t->bytes + sizeof length, (size_t)length, JSON_REJECT_DUPLICATES, &reason);
    if (!json_is_object((json_t *)t->header))
        return vvi_fail(error, VV_FORMAT, "%s: the header is no JSON object: %.120s", t->path,
                        t->header == NULL ? reason.text : "");
    t->data = t->bytes + sizeof length + (size_t)length;
    t->data_size = rest - (size_t)length;
    return VV_OK;
}

static vv_status read_shape(const vvi_tensors *t, const char *name, const json_t *shape, vvi_tensor *tensor,
                            vv_error *error)
{
    tensor->n = 1;
    if (!json_is_array(shape) || json_array_size(shape) > VVI_TENSOR_MAX_RANK)
        return vvi_fail(error, VV_FORMAT, "%s: %.80s: the shape has %zu sizes", t->path, name, json_array_size(shape));
    tensor->rank = (int)json_array_size(shape);
    for (int i = 0; i < tensor->rank; i++) {
        tensor->dim[i] = json_integer_value(json_array_get(shape, (size_t)i));
        if (tensor->dim[i] <= 0 || (size_t)tensor->dim[i] > t->data_size / tensor->n)
            return vvi_fail(error, VV_FORMAT, "%s: %.80s: size %lld does not fit into %zu bytes", t->path, name,
                            tensor->dim[i], t->data_size);
        tensor->n *= (size_t)tensor->dim[i];
    }
    return VV_OK;
}

static vv_status read_tensor(const vvi_tensors *t, const char *name, const json_t *json, vvi_tensor *tensor,
                             vv_error *error)
{
    const char *dtype = json_string_value(json_object_get(json, "dtype"));
    tensor->dtype = dtype == NULL ? "" : dtype;
    const size_t size = vvi_tensor_item_size(tensor->dtype);
    if (size == 0)
        return vvi_fail(error, VV_FORMAT, "%s: %.80s: unknown dtype \"%.20s\"", t->path, name, tensor->dtype);
    VVI_TRY(read_shape(t, name, json_object_get(json, "shape"), tensor, error));
    const json_t *offsets = json_object_get(json, "data_offsets");
    const long long begin = json_integer_value(json_array_get(offsets, 0)),
                    end = json_integer_value(json_array_get(offsets, 1));
    if (json_array_size(offsets) != 2 || begin < 0 || end < begin || (size_t)end > t->data_size)
        return vvi_fail(error, VV_FORMAT, "%s: %.80s: bytes %lld to %lld, but the file has %zu (cut short?)", t->path,
                        name, begin, end, t->data_size);
    tensor->size_bytes = (size_t)(end - begin);
    if (tensor->size_bytes != tensor->n * size)
        return vvi_fail(error, VV_FORMAT, "%s: %.80s: %zu bytes for %zu numbers of type %s", t->path, name,
                        tensor->size_bytes, tensor->n, tensor->dtype);
    tensor->data = t->data + begin;
    return VV_OK;
}

static vv_status check_tensors(const vvi_tensors *t, vv_error *error)
{
    const char *name;
    json_t *json;
    json_object_foreach((json_t *)t->header, name, json)
    {
        vvi_tensor tensor = { 0 };
        if (strcmp(name, "__metadata__") != 0) VVI_TRY(read_tensor(t, name, json, &tensor, error));
    }
    return VV_OK;
}

vv_status vvi_tensors_open(vvi_tensors *tensors, const char *path, vv_error *error)
{
    *tensors = (vvi_tensors){ .path = path };
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return vvi_fail(error, errno == ENOENT ? VV_NOT_FOUND : VV_IO, "%s: cannot be opened: %s", path,
                        strerror(errno));
    vv_status status = read_file(tensors, file, error);
    fclose(file);
    if (status == VV_OK) status = parse_header(tensors, error);
    if (status == VV_OK) status = check_tensors(tensors, error);
    if (status != VV_OK) vvi_tensors_close(tensors);
    return status;
}

void vvi_tensors_close(vvi_tensors *tensors)
{
    json_decref((json_t *)tensors->header);
    vvi_free(tensors->bytes);
    *tensors = (vvi_tensors){ 0 };
}

vv_status vvi_tensors_get(const vvi_tensors *tensors, const char *name, vvi_tensor *tensor, vv_error *error)
{
    *tensor = (vvi_tensor){ 0 };
    const json_t *json = json_object_get((json_t *)tensors->header, name);
    if (json == NULL) return vvi_fail(error, VV_NOT_FOUND, "%s: there is no tensor %s", tensors->path, name);
    return read_tensor(tensors, name, json, tensor, error);
}

const char *vvi_tensors_unknown(const vvi_tensors *tensors, bool (*is_known)(const void *context, const char *name),
                                const void *context)
{
    const char *name;
    json_t *json;
    json_object_foreach((json_t *)tensors->header, name,
                        json) if (strcmp(name, "__metadata__") != 0 && !is_known(context, name)) return name;
    return NULL;
}

const char *vvi_tensors_metadata(const vvi_tensors *tensors, const char *key)
{
    return json_string_value(json_object_get(json_object_get((json_t *)tensors->header, "__metadata__"), key));
}
