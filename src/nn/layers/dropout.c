/* dropout.c - in training an element is zeroed with probability `rate`, the others are divided by 1 - rate
 * (Srivastava et al. 2014). The mask of an example depends on the key and the example's number alone. It is kept from
 * forward to backward.
 */
#include "nn/layers/layers.h"

#include <string.h>

static const vv_field fields[] = {
    VVI_RATE(vv_dropout_args, rate, "share of elements that are zeroed in training"),
};

static vvi_needs needs(const vv_layer *layer, const vv_shape *in, vv_shape out)
{
    (void)in;
    return (vvi_needs){ .saved = layer->dropout.rate > 0 ? vvi_shape_size(out) : 0 };
}

static bool is_masked(const vv_layer *layer, bool training)
{
    return training && layer->dropout.rate > 0;
}

static void forward(const vvi_pass *pass)
{
    const size_t size = vvi_shape_size(pass->out), total = (size_t)pass->n * size;
    if (!is_masked(pass->layer, pass->training)) {
        memcpy(pass->y, pass->x[0], total * sizeof *pass->y);
        return;
    }
    for (int i = 0; i < pass->n; i++)
        vvi_dropout_mask(pass->key, pass->example + i, pass->layer->dropout.rate, size, pass->saved + (size_t)i * size);
    pass->kernels->multiply(total, pass->x[0], pass->saved, pass->y);
}

static void backward(const vvi_pass *pass)
{
    const size_t total = (size_t)pass->n * vvi_shape_size(pass->out);
    if (pass->dx[0] == NULL) return;
    if (is_masked(pass->layer, pass->training))
        pass->kernels->multiply(total, pass->dy, pass->saved, pass->dx[0]);
    else
        memcpy(pass->dx[0], pass->dy, total * sizeof *pass->dy);
}

/* ---- the twin in double: the same draws ------------------------------------------------------------------------- */

static void reference_mask(const vvi_reference_pass *pass, const double *from, double *to)
{
    const size_t size = vvi_shape_size(pass->out);
    const double rate = pass->training ? pass->layer->dropout.rate : 0;
    for (size_t i = 0; i < (size_t)pass->n * size; i++)
        to[i] = from[i] * vvi_reference_mask(pass->key, pass->example + (int64_t)(i / size), rate, i % size);
}

static void reference_forward(const vvi_reference_pass *pass)
{
    reference_mask(pass, pass->x[0], pass->y);
}

static void reference_backward(const vvi_reference_pass *pass)
{
    reference_mask(pass, pass->dy, pass->dx[0]);
}

const vvi_layer_row vvi_layer_dropout = { .info = { .kind = VV_LAYER_DROPOUT,
                                                    .name = "dropout",
                                                    .summary = "zeroes a share of the elements in training",
                                                    .fields = fields,
                                                    .n_fields = VVI_COUNT(fields) },
                                          .name_offset = offsetof(vv_dropout_args, name),
                                          .min_inputs = 1,
                                          .max_inputs = 1,
                                          .shape = vvi_layer_same_shape,
                                          .needs = needs,
                                          .inference = VVI_RENAMES,
                                          .forward = forward,
                                          .backward = backward,
                                          .reference_forward = reference_forward,
                                          .reference_backward = reference_backward };
