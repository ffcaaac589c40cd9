/* scores.h - the loss and the compiled metrics of one pass over the data, growing batch by batch. */
#ifndef VVI_NN_SCORES_H
#define VVI_NN_SCORES_H

#include "nn/feed.h"

typedef struct vvi_scores {
    const vv_model *model;
    double loss, examples; /* sum of batch losses times batch sizes */
    double *state;         /* owned; all metrics' */
    size_t n_state;
    int out_size, target_size;
} vvi_scores;

vv_status vvi_scores_init(vvi_scores *scores, const vv_model *model, vv_error *error);
void vvi_scores_deinit(vvi_scores *scores);
void vvi_scores_reset(vvi_scores *scores);
/* One batch with the loss it had, and its outputs. */
void vvi_scores_add(vvi_scores *scores, const vvi_batch *batch, double loss);
/* The loss, then each metric: 1 + metrics values. */
void vvi_scores_read(const vvi_scores *scores, double *values);

/* Scores of all examples of a feed by inference. */
void vvi_scores_evaluate(vvi_scores *scores, const vvi_backend *backend, void *plan, vvi_feed *feed);

/* The names of what vvi_scores_read gives; `names` has room for 1 + metrics. */
void vvi_scores_names(const vv_model *model, const char **names);

#endif
