/* registry.c - the losses: one row each, and what they share. */
#include "nn/losses/losses.h"

#include <math.h>

static const vvi_loss_row *const rows[] = {
    &vvi_loss_sparse_categorical_crossentropy,
    &vvi_loss_categorical_crossentropy,
    &vvi_loss_binary_crossentropy,
    &vvi_loss_mse,
    &vvi_loss_mae,
    &vvi_loss_huber,
};

const vvi_loss_row *vvi_loss_row_at(size_t index)
{
    return index < sizeof rows / sizeof *rows ? rows[index] : NULL;
}

const vvi_loss_row *vvi_loss_row_of(vv_loss loss)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i]->loss == loss) return rows[i];
    return NULL;
}

double vvi_loss_sum(vvi_loss_of_example *loss, const vvi_loss_options *options, const vvi_outputs *o, int n,
                    int out_size, int target_size, const float *y, const float *w, double factor, bool fused)
{
    double sum = 0;
    for (ptrdiff_t i = 0; i < n; i++) {
        const double weight = w == NULL ? 1 : (double)w[i];
        sum += weight * loss(options, o, i * out_size, out_size, y + i * target_size, weight * factor, fused);
    }
    return sum;
}

double vvi_clip_probability(double p, double *slope)
{
    const double low = 1e-7, high = 1 - 1e-7;
    *slope = p < low || p > high ? 0 : 1;
    return p < low ? low : p > high ? high : p;
}

vvi_softmax_row vvi_softmax_of(const vvi_outputs *o, ptrdiff_t at, int n)
{
    vvi_softmax_row row = { .largest = vvi_output(o, at) };
    for (ptrdiff_t j = 1; j < n; j++) row.largest = fmax(row.largest, vvi_output(o, at + j));
    for (ptrdiff_t j = 0; j < n; j++) row.sum += exp(vvi_output(o, at + j) - row.largest);
    return row;
}

double vvi_softmax_at(const vvi_outputs *o, ptrdiff_t i, vvi_softmax_row row)
{
    return exp(vvi_output(o, i) - row.largest) / row.sum;
}

/* ---- checks ----------------------------------------------------------------------------------------------------- */

static vv_shape without_ones(vv_shape shape)
{
    while (shape.rank > 1 && shape.dim[shape.rank - 1] == 1) shape.rank--;
    return shape;
}

vv_status vvi_loss_check_same(const char *loss, vv_shape out, vv_shape target, vv_error *error)
{
    if (vvi_shape_equal(without_ones(out), without_ones(target))) return VV_OK;
    char a[64], b[64];
    vvi_shape_format(out, a, sizeof a);
    vvi_shape_format(target, b, sizeof b);
    return vvi_fail(error, VV_BAD_SHAPE, "%s: wants targets of the output's shape %s, not %s", loss, a, b);
}

vv_status vvi_loss_check_classes(const char *loss, vv_shape out, vv_error *error)
{
    if (out.rank == 1 && out.dim[0] >= 2) return VV_OK;
    char text[64];
    vvi_shape_format(out, text, sizeof text);
    return vvi_fail(error, VV_BAD_SHAPE, "%s: wants an output of two or more classes in one row, the model's is %s%s",
                    loss, text,
                    out.rank == 1 ? "; for one probability take binary_crossentropy" : "; flatten it first");
}
