/* registry.c - the metrics: one row each, and what they share. */
#include "nn/metrics/metric.h"

#include <string.h>

static const vvi_metric_row *const rows[] = {
    &vvi_metric_sparse_categorical_accuracy,
    &vvi_metric_categorical_accuracy,
    &vvi_metric_binary_accuracy,
    &vvi_metric_mae,
    &vvi_metric_mse,
    &vvi_metric_auc,
};

const vvi_metric_row *vvi_metric_row_at(size_t index)
{
    return index < sizeof rows / sizeof *rows ? rows[index] : NULL;
}

const vvi_metric_row *vvi_metric_row_of(vv_metric metric)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i]->metric == metric) return rows[i];
    return NULL;
}

vv_metric vvi_metric_resolve(vv_metric metric, vv_loss loss, vv_shape out)
{
    if (metric != VV_ACCURACY) return metric;
    if (loss == VV_SPARSE_CATEGORICAL_CROSSENTROPY) return VV_SPARSE_CATEGORICAL_ACCURACY;
    if (loss == VV_CATEGORICAL_CROSSENTROPY) return VV_CATEGORICAL_ACCURACY;
    if (loss == VV_BINARY_CROSSENTROPY || out.dim[out.rank - 1] == 1) return VV_BINARY_ACCURACY;
    return VV_CATEGORICAL_ACCURACY;
}

const char *vvi_metric_name(vv_metric metric)
{
    if (metric == VV_ACCURACY) return "accuracy";
    const vvi_metric_row *row = vvi_metric_row_of(metric);
    return row == NULL ? NULL : row->name;
}

vv_metric vvi_metric_by_name(const char *name)
{
    if (strcmp(name, "accuracy") == 0) return VV_ACCURACY;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i]->name, name) == 0) return rows[i]->metric;
    return VV_METRIC_NONE;
}

double vvi_metric_mean(const double *state)
{
    return state[1] > 0 ? state[0] / state[1] : 0;
}

vv_status vvi_metric_check_same(const char *name, vv_shape out, vv_shape target, vv_error *error)
{
    if (vvi_shape_size(out) == vvi_shape_size(target)) return VV_OK;
    char a[64], b[64];
    vvi_shape_format(out, a, sizeof a);
    vvi_shape_format(target, b, sizeof b);
    return vvi_fail(error, VV_BAD_SHAPE, "%s: compares outputs %s with targets of the same shape, not %s", name, a, b);
}
