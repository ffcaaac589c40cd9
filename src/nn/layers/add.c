/* add.c - two or more inputs of one shape -> their sum. The gradient goes to each of them as it is. */
#include "nn/layers/layers.h"

#include <string.h>

static vv_status shape(const vv_layer *layer, const char *name, const vv_shape *in, size_t n_in, vv_shape *out,
                       vv_error *error)
{
    (void)layer;
    for (size_t k = 1; k < n_in; k++) {
        if (vvi_shape_equal(in[0], in[k])) continue;
        char first[64], other[64];
        vvi_shape_format(in[0], first, sizeof first);
        vvi_shape_format(in[k], other, sizeof other);
        return vvi_fail(error, VV_BAD_SHAPE, "%s: adds inputs of one shape; input 1 is %s, but input %zu is %s", name,
                        first, k + 1, other);
    }
    *out = in[0];
    return VV_OK;
}

static void forward(const vvi_pass *pass)
{
    const size_t total = (size_t)pass->n * vvi_shape_size(pass->out);
    memcpy(pass->y, pass->x[0], total * sizeof *pass->y);
    for (size_t k = 1; k < pass->n_in; k++) pass->kernels->add(total, pass->x[k], pass->y);
}

static void backward(const vvi_pass *pass)
{
    const size_t total = (size_t)pass->n * vvi_shape_size(pass->out);
    for (size_t k = 0; k < pass->n_in; k++)
        if (pass->dx[k] != NULL) memcpy(pass->dx[k], pass->dy, total * sizeof *pass->dy);
}

static void reference_forward(const vvi_reference_pass *pass)
{
    const size_t total = (size_t)pass->n * vvi_shape_size(pass->out);
    for (size_t i = 0; i < total; i++) {
        pass->y[i] = 0;
        for (size_t k = 0; k < pass->n_in; k++) pass->y[i] += pass->x[k][i];
    }
}

static void reference_backward(const vvi_reference_pass *pass)
{
    const size_t total = (size_t)pass->n * vvi_shape_size(pass->out);
    for (size_t k = 0; k < pass->n_in; k++)
        for (size_t i = 0; i < total; i++) pass->dx[k][i] = pass->dy[i];
}

const vvi_layer_row vvi_layer_add = {
    .info = { .kind = VV_LAYER_ADD, .name = "add", .summary = "the sum of inputs of one shape" },
    .name_offset = offsetof(vv_merge_args, name),
    .min_inputs = 2,
    .max_inputs = VVI_MAX_INPUTS,
    .shape = shape,
    .forward = forward,
    .backward = backward,
    .reference_forward = reference_forward,
    .reference_backward = reference_backward
};
