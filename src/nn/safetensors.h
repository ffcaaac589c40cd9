/* safetensors.h - the file format of weights: 8 bytes of header length, a JSON header, then raw numbers.
 *
 *     {"__metadata__": {"key": "text"}, "conv2d/kernel": {"dtype": "F32", "shape": [3, 3, 1, 32], "data_offsets": [0,
 * 1152]}}
 *
 * https://github.com/huggingface/safetensors. Numbers are little endian, as is every machine this library runs on.
 */
#ifndef VVI_NN_SAFETENSORS_H
#define VVI_NN_SAFETENSORS_H

#include "base/base.h"

enum { VVI_TENSOR_MAX_RANK = 8 };

typedef struct vvi_tensors {
    const char *path;     /* borrowed */
    unsigned char *bytes; /* owned: the whole file */
    size_t size;
    void *header;              /* owned: a json_t */
    const unsigned char *data; /* behind the header */
    size_t data_size;
} vvi_tensors;

typedef struct vvi_tensor {
    const char *dtype; /* "F32" */
    int rank;
    long long dim[VVI_TENSOR_MAX_RANK];
    size_t n;                  /* elements */
    const unsigned char *data; /* not aligned */
    size_t size_bytes;
} vvi_tensor;

/* Bytes of a number of this type; 0: unknown. */
size_t vvi_tensor_item_size(const char *dtype);

/* Reads a whole file and checks every tensor in it: known dtype, offsets inside the file and as long as the shape says.
 * `path` is borrowed until close. IO, FORMAT, NO_MEMORY. */
vv_status vvi_tensors_open(vvi_tensors *tensors, const char *path, vv_error *error);
void vvi_tensors_close(vvi_tensors *tensors);

/* NOT_FOUND names file and tensor. Borrowed until close. */
vv_status vvi_tensors_get(const vvi_tensors *tensors, const char *name, vvi_tensor *tensor, vv_error *error);
/* Some tensor for which `is_known` is false; NULL: none. */
const char *vvi_tensors_unknown(const vvi_tensors *tensors, bool (*is_known)(const void *context, const char *name),
                                const void *context);
const char *vvi_tensors_metadata(const vvi_tensors *tensors, const char *key); /* NULL: not there */

#endif
