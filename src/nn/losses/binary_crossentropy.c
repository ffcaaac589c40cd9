/* binary_crossentropy.c - the mean over an example's outputs of -(y ln p + (1 - y) ln(1 - p)), y in [0, 1].
 *
 * Label smoothing s: y (1 - s) + s / 2. With the sigmoid before it, d loss / d z = (p - y) / size.
 * From logits: max(z, 0) - z y + ln(1 + exp(-|z|)), which does not overflow.
 */
#include "nn/losses/losses.h"

#include <math.h>

static vv_status check(vv_shape out, vv_shape target, const vvi_loss_options *options, vv_error *error)
{
    (void)options;
    return vvi_loss_check_same("binary_crossentropy", out, target, error);
}

static vv_status check_targets(vv_shape out, size_t n, const float *y, vv_error *error)
{
    const size_t size = vvi_shape_size(out);
    for (size_t i = 0; i < n * size; i++)
        if (!(y[i] >= 0 && y[i] <= 1))
            return vvi_fail(error, VV_BAD_ARG, "row %zu: target %g is not in 0..1", i / size, (double)y[i]);
    return VV_OK;
}

static double one(double y, double p, double *gradient)
{
    double slope;
    p = vvi_clip_probability(p, &slope);
    *gradient = slope * (p - y) / (p * (1 - p));
    return -(y * log(p) + (1 - y) * log(1 - p));
}

static double one_from_logit(double y, double z, double *gradient)
{
    *gradient = 1 / (1 + exp(-z)) - y;
    return (z > 0 ? z : 0) - z * y + log1p(exp(-fabs(z)));
}

static double formula(const vvi_loss_options *options, const vvi_outputs *o, ptrdiff_t at, int out_size, const float *y,
                      double scale, bool fused)
{
    double loss = 0, gradient;
    for (int j = 0; j < out_size; j++) {
        const double p = vvi_output(o, at + j);
        const double target = (double)y[j] * (1 - options->label_smoothing) + options->label_smoothing / 2;
        loss += options->from_logits ? one_from_logit(target, p, &gradient) : one(target, p, &gradient);
        vvi_put_gradient(o, at + j, scale * (fused ? p - target : gradient) / out_size);
    }
    return loss / out_size;
}

VVI_LOSS_FUNCTIONS(formula)

const vvi_loss_row vvi_loss_binary_crossentropy = { .loss = VV_BINARY_CROSSENTROPY,
                                                    .name = "binary_crossentropy",
                                                    .check = check,
                                                    .check_targets = check_targets,
                                                    .fuses = VV_SIGMOID,
                                                    .value = value,
                                                    .reference = reference };
