/* golden.h - tensors of the files in tests/golden as floats or doubles. */
#ifndef VARVE_TESTS_NN_GOLDEN_H
#define VARVE_TESTS_NN_GOLDEN_H

#include "check.h"
#include "nn/safetensors.h"
#include <stdlib.h>

static inline vvi_tensors golden_open(const char *path)
{
    vvi_tensors tensors;
    vv_error error = { 0 };
    if (vvi_tensors_open(&tensors, path, &error) != VV_OK) fail_msg("%s", error.text);
    return tensors;
}

static inline vvi_tensor golden_tensor(const vvi_tensors *tensors, const char *name)
{
    vvi_tensor tensor;
    vv_error error = { 0 };
    if (vvi_tensors_get(tensors, name, &tensor, &error) != VV_OK) fail_msg("%s", error.text);
    return tensor;
}

/* Owned: free. *n may be NULL. */
static inline float *golden_floats(const vvi_tensors *tensors, const char *name, size_t *n)
{
    const vvi_tensor tensor = golden_tensor(tensors, name);
    assert_string_equal(tensor.dtype, "F32");
    float *values = malloc(tensor.size_bytes);
    assert_non_null(values);
    memcpy(values, tensor.data, tensor.size_bytes);
    if (n != NULL) *n = tensor.n;
    return values;
}

static inline double *golden_doubles(const vvi_tensors *tensors, const char *name, size_t *n)
{
    const vvi_tensor tensor = golden_tensor(tensors, name);
    assert_string_equal(tensor.dtype, "F64");
    double *values = malloc(tensor.size_bytes);
    assert_non_null(values);
    memcpy(values, tensor.data, tensor.size_bytes);
    if (n != NULL) *n = tensor.n;
    return values;
}

#define GOLDEN(name) VARVE_SOURCE_DIR "/tests/golden/" name ".safetensors"

#endif
