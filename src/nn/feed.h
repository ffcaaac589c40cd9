/* feed.h - examples, batch by batch, for fit, evaluate and predict. */
#ifndef VVI_NN_FEED_H
#define VVI_NN_FEED_H

#include "nn/plan.h"
#include <varve/data.h>

/* Do data and model fit? `what` names the data in texts ("training data"). With targets: their shape and values against
 * the loss, weights finite and not negative. BAD_SHAPE, BAD_ARG. */
vv_status vvi_feed_check(const vv_model *model, const vv_data *data, const char *what, bool with_targets,
                         vv_error *error);
/* Is there a factor for each class number among the targets? BAD_ARG. */
vv_status vvi_feed_check_class_weight(const vv_data *data, const double *class_weight, size_t n, vv_error *error);

typedef struct vvi_feed {
    const vv_data *data;
    size_t n, x_size, y_size;
    int batch_size;
    const double *class_weight; /* NULL: none */
    bool shuffled;
    size_t *order; /* owned, as the rest; NULL: as they are */
    float *x, *y, *w, *out;
    size_t at;
} vvi_feed;

/* Buffers of one batch. Without shuffling batches point into the data. */
vv_status vvi_feed_init(vvi_feed *feed, const vv_model *model, const vv_data *data, int batch_size, bool shuffled,
                        const double *class_weight, vv_error *error);
void vvi_feed_deinit(vvi_feed *feed);

/* Back to the first batch; a new order, if shuffled, keyed by (seed, epoch). */
void vvi_feed_rewind(vvi_feed *feed, uint64_t seed, int epoch);
/* False: there are no more. */
bool vvi_feed_next(vvi_feed *feed, vvi_batch *batch);

#endif
