/* errors.c - mean absolute and mean squared error, over all elements of all examples. */
#include "nn/metrics/metric.h"

#include <math.h>

static void mae_update(double *state, int n, int out, int target, const float *p, const float *y)
{
    (void)target;
    const ptrdiff_t count = (ptrdiff_t)n * out;
    for (ptrdiff_t i = 0; i < count; i++) state[0] += fabs((double)p[i] - (double)y[i]);
    state[1] += (double)count;
}

static void mse_update(double *state, int n, int out, int target, const float *p, const float *y)
{
    (void)target;
    const ptrdiff_t count = (ptrdiff_t)n * out;
    for (ptrdiff_t i = 0; i < count; i++) {
        const double d = (double)p[i] - (double)y[i];
        state[0] += d * d;
    }
    state[1] += (double)count;
}

const vvi_metric_row vvi_metric_mae = { .metric = VV_METRIC_MAE,
                                        .name = "mae",
                                        .state = 2,
                                        .check = vvi_metric_check_same,
                                        .update = mae_update,
                                        .result = vvi_metric_mean };
const vvi_metric_row vvi_metric_mse = { .metric = VV_METRIC_MSE,
                                        .name = "mse",
                                        .state = 2,
                                        .check = vvi_metric_check_same,
                                        .update = mse_update,
                                        .result = vvi_metric_mean };
