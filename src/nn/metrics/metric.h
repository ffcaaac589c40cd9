/* metric.h - what a metric is: a row at the bottom of metrics/KIND.c. Streaming: a few sums that grow batch by batch.
 * As in Keras, metrics do not know sample or class weights.
 */
#ifndef VVI_NN_METRIC_H
#define VVI_NN_METRIC_H

#include "nn/layer.h"

typedef struct vvi_metric_row {
    vv_metric metric;
    const char *name; /* Keras': in histories and JSON */
    size_t state;     /* doubles it keeps; zeroed at the start */
    /* Do output and target fit? BAD_SHAPE with the numbers. */
    vv_status (*check)(const char *name, vv_shape out, vv_shape target, vv_error *error);
    /* n more examples of `out` outputs and `target` targets each. */
    void (*update)(double *state, int n, int out, int target, const float *p, const float *y);
    double (*result)(const double *state);
} vvi_metric_row;

const vvi_metric_row *vvi_metric_row_of(vv_metric metric); /* NULL: unknown, none, or VV_ACCURACY */
const vvi_metric_row *vvi_metric_row_at(size_t index);     /* NULL past the end */

/* VV_ACCURACY becomes the accuracy that fits; the others stay. */
vv_metric vvi_metric_resolve(vv_metric metric, vv_loss loss, vv_shape out);
/* "accuracy" for VV_ACCURACY, else the row's name; NULL: unknown. */
const char *vvi_metric_name(vv_metric metric);
/* By name; VV_METRIC_NONE: unknown. */
vv_metric vvi_metric_by_name(const char *name);

/* state[0] / state[1]: most metrics are a mean. */
double vvi_metric_mean(const double *state);
/* The output's and the targets' shapes are the same. */
vv_status vvi_metric_check_same(const char *name, vv_shape out, vv_shape target, vv_error *error);

extern const vvi_metric_row vvi_metric_sparse_categorical_accuracy, vvi_metric_categorical_accuracy,
    vvi_metric_binary_accuracy, vvi_metric_mae, vvi_metric_mse, vvi_metric_auc;

#endif
