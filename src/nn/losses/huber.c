/* huber.c - the mean over an example's outputs of |d| <= delta ? d^2 / 2 : delta |d| - delta^2 / 2, d = p - y
 * (Huber 1964). */
#include "nn/losses/losses.h"

#include <math.h>

static vv_status check(vv_shape out, vv_shape target, const vvi_loss_options *options, vv_error *error)
{
    (void)options;
    return vvi_loss_check_same("huber", out, target, error);
}

static double formula(const vvi_loss_options *options, const vvi_outputs *o, ptrdiff_t at, int out_size, const float *y,
                      double scale, bool fused)
{
    const double delta = options->huber_delta;
    double loss = 0;
    (void)fused;
    for (int j = 0; j < out_size; j++) {
        const double d = vvi_output(o, at + j) - (double)y[j], size = fabs(d);
        loss += size <= delta ? d * d / 2 : delta * size - delta * delta / 2;
        vvi_put_gradient(o, at + j, scale * (size <= delta ? d : d > 0 ? delta : -delta) / out_size);
    }
    return loss / out_size;
}

VVI_LOSS_FUNCTIONS(formula)

const vvi_loss_row vvi_loss_huber = {
    .loss = VV_HUBER, .name = "huber", .check = check, .fuses = VV_LINEAR, .value = value, .reference = reference
};
