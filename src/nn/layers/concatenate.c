/* concatenate.c - inputs side by side along the last axis; the other sizes are equal. */
#include "nn/layers/layers.h"

#include <string.h>

static bool is_equal_but_last(vv_shape a, vv_shape b)
{
    a.dim[a.rank - 1] = b.dim[b.rank - 1] = 0;
    return vvi_shape_equal(a, b);
}

static vv_status shape(const vv_layer *layer, const char *name, const vv_shape *in, size_t n_in, vv_shape *out,
                       vv_error *error)
{
    int64_t sum = 0;
    for (size_t k = 0; k < n_in; k++) {
        sum += in[k].dim[in[k].rank - 1];
        if (is_equal_but_last(in[0], in[k])) continue;
        char first[64], other[64];
        vvi_shape_format(in[0], first, sizeof first);
        vvi_shape_format(in[k], other, sizeof other);
        return vvi_fail(
            error, VV_BAD_SHAPE,
            "%s: joins inputs along the last axis, the others must be equal; input 1 is %s, but input %zu is %s", name,
            first, k + 1, other);
    }
    if (sum > INT_MAX)
        return vvi_fail(error, VV_BAD_SHAPE, "%s: a last axis of %lld is longer than the %d that are possible", name,
                        (long long)sum, INT_MAX);
    *out = in[0];
    out->dim[out->rank - 1] = (int)sum;
    return vvi_layer_check_sizes(layer, name, in, *out, error);
}

static void forward(const vvi_pass *pass)
{
    const size_t rows = (size_t)vvi_rows(pass->out, pass->n), width = (size_t)pass->out.dim[pass->out.rank - 1];
    float *to = pass->y;
    for (size_t k = 0; k < pass->n_in; k++) {
        const size_t cols = (size_t)pass->in[k].dim[pass->in[k].rank - 1];
        for (size_t r = 0; r < rows; r++) memcpy(to + r * width, pass->x[k] + r * cols, cols * sizeof *to);
        to += cols;
    }
}

static void backward(const vvi_pass *pass)
{
    const size_t rows = (size_t)vvi_rows(pass->out, pass->n), width = (size_t)pass->out.dim[pass->out.rank - 1];
    const float *from = pass->dy;
    for (size_t k = 0; k < pass->n_in; k++) {
        const size_t cols = (size_t)pass->in[k].dim[pass->in[k].rank - 1];
        for (size_t r = 0; pass->dx[k] != NULL && r < rows; r++)
            memcpy(pass->dx[k] + r * cols, from + r * width, cols * sizeof *from);
        from += cols;
    }
}

/* ---- the twin in double ----------------------------------------------------------------------------------------- */

static void reference_forward(const vvi_reference_pass *pass)
{
    const size_t rows = (size_t)vvi_rows(pass->out, pass->n);
    double *to = pass->y;
    for (size_t r = 0; r < rows; r++) {
        for (size_t k = 0; k < pass->n_in; k++) {
            const size_t cols = (size_t)pass->in[k].dim[pass->in[k].rank - 1];
            for (size_t j = 0; j < cols; j++) *to++ = pass->x[k][r * cols + j];
        }
    }
}

static void reference_backward(const vvi_reference_pass *pass)
{
    const size_t rows = (size_t)vvi_rows(pass->out, pass->n);
    const double *from = pass->dy;
    for (size_t r = 0; r < rows; r++) {
        for (size_t k = 0; k < pass->n_in; k++) {
            const size_t cols = (size_t)pass->in[k].dim[pass->in[k].rank - 1];
            for (size_t j = 0; j < cols; j++) pass->dx[k][r * cols + j] = *from++;
        }
    }
}

const vvi_layer_row vvi_layer_concatenate = { .info = { .kind = VV_LAYER_CONCATENATE,
                                                        .name = "concatenate",
                                                        .summary = "inputs side by side along the last axis" },
                                              .name_offset = offsetof(vv_merge_args, name),
                                              .min_inputs = 2,
                                              .max_inputs = VVI_MAX_INPUTS,
                                              .shape = shape,
                                              .forward = forward,
                                              .backward = backward,
                                              .reference_forward = reference_forward,
                                              .reference_backward = reference_backward };
