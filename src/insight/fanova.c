/* fanova.c - functional analysis of variance with a random forest (Hutter, Hoos and Leyton-Brown 2014, "An Efficient
 * Approach for Assessing Hyperparameter Importance", ICML).
 *
 * A forest learns scores from hyperparameters. The share of one of them is the variance of what a tree predicts as a
 * function of that one alone, its mean over all others, divided by the variance of all that the tree predicts; a mean
 * over trees. What is left of the whole is what hyperparameters do only together, and noise that the trees have learnt.
 *
 * The paper knows no conditions. Here a hyperparameter that is not always there is compared with itself where it is:
 * the variance of its function over its own values, times how much of the space has it. Whether it is there at all is
 * decided by another, and is that one's merit: `num_layers` gets what a third layer is worth, `units_2` what its width
 * is. Means are over a space in which nothing appears without what brings it about (measure.c). All of these shares
 * are parts of one variance, so that each is in [0, 1]; without conditions their sum is, too.
 */
#include "insight/bins.h"
#include "insight/importance.h"

#include <math.h>

enum { FEWEST = 4, MOST_TRIALS = 20000 /* a tree's: of more it takes a part, another each */ };

typedef struct weighing {
    vvi_marginal marginal;
    double *shares; /* [tree][axis] */
} weighing;

static void take_tree(void *context, size_t index, const vvi_tree *tree)
{
    weighing *w = context;
    const size_t n = w->marginal.bins->n_axes;
    vvi_marginal_take(&w->marginal, tree);
    for (size_t i = 0; w->marginal.variance > 0 && i < n; i++) {
        const double share = vvi_marginal_variance(&w->marginal, i) / w->marginal.variance;
        w->shares[index * n + i] = share < 1 ? share : 1;
    }
}

static vv_status weigh_trees(const vvi_frame *frame, const vvi_bins *bins, uint64_t seed, vvi_weights *weights,
                             vv_error *error)
{
    vvi_measure measure;
    weighing w = { .shares = vvi_calloc(VVI_TREES * bins->n_axes, sizeof *w.shares) };
    vv_status status = w.shares == NULL ? vvi_no_memory(error) : VV_OK;
    if (status == VV_OK) status = vvi_measure_make(bins, &measure, error);
    if (status == VV_OK) status = vvi_marginal_init(&w.marginal, bins, &measure, error);
    if (status == VV_OK) status = vvi_forest_grow(bins, MOST_TRIALS, seed, take_tree, &w, &weights->explained, error);
    if (status == VV_OK) status = vvi_weights_fill(weights, frame, NULL, w.shares, VVI_TREES, error);
    vvi_marginal_deinit(&w.marginal);
    vvi_free(w.shares);
    return status;
}

static vv_status weigh(const vvi_frame *frame, size_t objective, uint64_t seed, vvi_weights *weights, vv_error *error)
{
    vvi_bins bins;
    vvi_arena arena = { 0 };
    weights->explained = (double)NAN;
    vv_status status = vvi_bins_make(frame, objective, &arena, &bins, error);
    if (status == VV_OK) status = vvi_bins_refuse(&bins, FEWEST, &weights->arena, &weights->why, error);
    if (status == VV_OK && weights->why == NULL) status = weigh_trees(frame, &bins, seed, weights, error);
    vvi_arena_deinit(&arena);
    return status;
}

const vvi_importance_kind vvi_importance_fanova = {
    .name = "fanova",
    .title = "fANOVA",
    .summary = "the share of the score's variance over the whole space that each explains, by a random forest",
    .paper = "Hutter, Hoos, Leyton-Brown 2014",
    .weigh = weigh,
};
