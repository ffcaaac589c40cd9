/* mse.c - the mean over an example's outputs of (p - y)^2. */
#include "nn/losses/losses.h"

static vv_status check(vv_shape out, vv_shape target, const vvi_loss_options *options, vv_error *error)
{
    (void)options;
    return vvi_loss_check_same("mse", out, target, error);
}

static double formula(const vvi_loss_options *options, const vvi_outputs *o, ptrdiff_t at, int out_size, const float *y,
                      double scale, bool fused)
{
    double loss = 0;
    (void)options;
    (void)fused;
    for (int j = 0; j < out_size; j++) {
        const double error = vvi_output(o, at + j) - (double)y[j];
        loss += error * error;
        vvi_put_gradient(o, at + j, scale * 2 * error / out_size);
    }
    return loss / out_size;
}

VVI_LOSS_FUNCTIONS(formula)

const vvi_loss_row vvi_loss_mse = {
    .loss = VV_MSE, .name = "mse", .check = check, .fuses = VV_LINEAR, .value = value, .reference = reference
};
