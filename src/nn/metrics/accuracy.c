/* accuracy.c - shares of right answers: of classes (arg max; the first of equals) and of bits (above one half). */
#include "nn/metrics/metric.h"

static int arg_max(int n, const float *p)
{
    int best = 0;
    for (int i = 1; i < n; i++)
        if (p[i] > p[best]) best = i;
    return best;
}

static vv_status check_classes(const char *name, vv_shape out, vv_error *error)
{
    if (out.rank == 1 && out.dim[0] >= 2) return VV_OK;
    char text[64];
    vvi_shape_format(out, text, sizeof text);
    return vvi_fail(error, VV_BAD_SHAPE, "%s: wants an output of two or more classes, not %s", name, text);
}

static vv_status sparse_check(const char *name, vv_shape out, vv_shape target, vv_error *error)
{
    VVI_TRY(check_classes(name, out, error));
    if (vvi_shape_size(target) == 1) return VV_OK;
    char text[64];
    vvi_shape_format(target, text, sizeof text);
    return vvi_fail(error, VV_BAD_SHAPE, "%s: wants one class number an example, the targets are %s", name, text);
}

static void sparse_update(double *state, int n, int out, int target, const float *p, const float *y)
{
    int right = 0;
    for (int i = 0; i < n; i++) right += (float)arg_max(out, p + (ptrdiff_t)i * out) == y[(ptrdiff_t)i * target];
    state[0] += right;
    state[1] += n;
}

static vv_status categorical_check(const char *name, vv_shape out, vv_shape target, vv_error *error)
{
    VVI_TRY(check_classes(name, out, error));
    return vvi_metric_check_same(name, out, target, error);
}

static void categorical_update(double *state, int n, int out, int target, const float *p, const float *y)
{
    int right = 0;
    for (int i = 0; i < n; i++)
        right += arg_max(out, p + (ptrdiff_t)i * out) == arg_max(target, y + (ptrdiff_t)i * target);
    state[0] += right;
    state[1] += n;
}

static void binary_update(double *state, int n, int out, int target, const float *p, const float *y)
{
    (void)target;
    const ptrdiff_t count = (ptrdiff_t)n * out;
    ptrdiff_t right = 0;
    for (ptrdiff_t i = 0; i < count; i++) right += (p[i] > 0.5F ? 1.0F : 0.0F) == y[i];
    state[0] += (double)right;
    state[1] += (double)count;
}

const vvi_metric_row vvi_metric_sparse_categorical_accuracy = { .metric = VV_SPARSE_CATEGORICAL_ACCURACY,
                                                                .name = "sparse_categorical_accuracy",
                                                                .state = 2,
                                                                .check = sparse_check,
                                                                .update = sparse_update,
                                                                .result = vvi_metric_mean };
const vvi_metric_row vvi_metric_categorical_accuracy = { .metric = VV_CATEGORICAL_ACCURACY,
                                                         .name = "categorical_accuracy",
                                                         .state = 2,
                                                         .check = categorical_check,
                                                         .update = categorical_update,
                                                         .result = vvi_metric_mean };
const vvi_metric_row vvi_metric_binary_accuracy = { .metric = VV_BINARY_ACCURACY,
                                                    .name = "binary_accuracy",
                                                    .state = 2,
                                                    .check = vvi_metric_check_same,
                                                    .update = binary_update,
                                                    .result = vvi_metric_mean };
