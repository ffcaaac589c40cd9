/* mae.c - the mean over an example's outputs of |p - y|. At 0 the slope is 0. */
#include "nn/losses/losses.h"

#include <math.h>

static vv_status check(vv_shape out, vv_shape target, const vvi_loss_options *options, vv_error *error)
{
    (void)options;
    return vvi_loss_check_same("mae", out, target, error);
}

static double formula(const vvi_loss_options *options, const vvi_outputs *o, ptrdiff_t at, int out_size, const float *y,
                      double scale, bool fused)
{
    double loss = 0;
    (void)options;
    (void)fused;
    for (int j = 0; j < out_size; j++) {
        const double error = vvi_output(o, at + j) - (double)y[j];
        loss += fabs(error);
        vvi_put_gradient(o, at + j, scale * ((error > 0) - (error < 0)) / out_size);
    }
    return loss / out_size;
}

VVI_LOSS_FUNCTIONS(formula)

const vvi_loss_row vvi_loss_mae = {
    .loss = VV_MAE, .name = "mae", .check = check, .fuses = VV_LINEAR, .value = value, .reference = reference
};
