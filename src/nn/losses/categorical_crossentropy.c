/* categorical_crossentropy.c - -sum y_i ln p_i, y: a weight for each of n classes, usually one of them 1.
 *
 * Label smoothing s: y (1 - s) + s / n (Szegedy et al. 2016). With the softmax before it, d loss / d z = p sum y - y.
 * From logits: sum y_i (ln sum exp(z) - z_i).
 */
#include "nn/losses/losses.h"

#include <math.h>

static vv_status check(vv_shape out, vv_shape target, const vvi_loss_options *options, vv_error *error)
{
    (void)options;
    VVI_TRY(vvi_loss_check_classes("categorical_crossentropy", out, error));
    return vvi_loss_check_same("categorical_crossentropy", out, target, error);
}

static vv_status check_targets(vv_shape out, size_t n, const float *y, vv_error *error)
{
    const size_t size = vvi_shape_size(out);
    for (size_t i = 0; i < n * size; i++)
        if (!(y[i] >= 0 && isfinite(y[i])))
            return vvi_fail(error, VV_BAD_ARG,
                            "row %zu: the weight of class %zu is %g; it must be finite and not negative", i / size,
                            i % size, (double)y[i]);
    return VV_OK;
}

static double smooth(const vvi_loss_options *options, int n, float y)
{
    return (double)y * (1 - options->label_smoothing) + options->label_smoothing / n;
}

static double formula(const vvi_loss_options *options, const vvi_outputs *o, ptrdiff_t at, int out_size, const float *y,
                      double scale, bool fused)
{
    const bool logits = options->from_logits;
    const vvi_softmax_row row = logits ? vvi_softmax_of(o, at, out_size) : (vvi_softmax_row){ 0 };
    double loss = 0, total = 0, slope;
    for (int j = 0; j < out_size; j++) total += smooth(options, out_size, y[j]);
    for (int j = 0; j < out_size; j++) {
        const double target = smooth(options, out_size, y[j]), z = vvi_output(o, at + j);
        const double clipped = vvi_clip_probability(z, &slope);
        const double p = logits ? vvi_softmax_at(o, at + j, row) : z;
        loss += target * (logits ? row.largest + log(row.sum) - z : -log(clipped));
        vvi_put_gradient(o, at + j, scale * (logits || fused ? p * total - target : -target * slope / clipped));
    }
    return loss;
}

VVI_LOSS_FUNCTIONS(formula)

const vvi_loss_row vvi_loss_categorical_crossentropy = { .loss = VV_CATEGORICAL_CROSSENTROPY,
                                                         .name = "categorical_crossentropy",
                                                         .check = check,
                                                         .check_targets = check_targets,
                                                         .fuses = VV_SOFTMAX,
                                                         .value = value,
                                                         .reference = reference };
