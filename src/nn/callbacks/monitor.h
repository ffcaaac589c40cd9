/* monitor.h - callbacks that watch one metric: finding it, and what "better" means. */
#ifndef VVI_NN_MONITOR_H
#define VVI_NN_MONITOR_H

#include "base/base.h"
#include <varve/train.h>

typedef struct vvi_monitor {
    const char *name; /* NULL: "val_loss" where it is there, else "loss" */
    bool maximize;    /* names that end in "accuracy" or "auc" are maximized anyhow */
    double min_delta; /* improvements must be larger */
    /* filled by vvi_monitor_read */
    bool has_best;
    double best;
} vvi_monitor;

/* This epoch's value. NOT_FOUND lists the metrics that are there. */
vv_status vvi_monitor_read(vvi_monitor *monitor, const vv_epoch *epoch, double *value, vv_error *error);
/* Is it better than the best so far by more than min_delta? Then it is the best. The first value always is; NaN never.
 */
bool vvi_monitor_improves(vvi_monitor *monitor, double value);

/* BAD_ARG with callback, argument, value and what is legal. */
vv_status vvi_callback_check(const char *callback, const char *argument, double value, double min, double max,
                             vv_error *error);

#endif
