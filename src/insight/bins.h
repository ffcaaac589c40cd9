/* bins.h - trials as forests see them: a score, and for each hyperparameter which of at most 63 bins its value is in.
 *
 * bins.c     values into bins, and which trials there are         measure.c   how likely each bin is, in a space with
 * conditions forest.c   trees over bins                                      marginal.c  what trees say of one or two
 * hyperparameters
 */
#ifndef VVI_INSIGHT_BINS_H
#define VVI_INSIGHT_BINS_H

#include "insight/insight.h"

/* A set of bins is a bit mask; what is not active is in a bin of its own, the last. */
enum { VVI_BINS = 63, VVI_INACTIVE = VVI_BINS };
#define VVI_INACTIVE_BIT (UINT64_C(1) << VVI_INACTIVE)

/* One hyperparameter. */
typedef struct vvi_axis {
    const vvi_variable *variable;
    unsigned n;              /* bins of values that there are trials in */
    bool ordered;            /* numbers: bins ascend, and each begins where the one before it ends */
    bool discrete;           /* each bin is one word, or one number that several trials have */
    size_t active;           /* trials in which it is */
    double widths[VVI_BINS]; /* how much of its domain is in each, on its scale: their sum is 1 */
    double ends[VVI_BINS];   /* ordered: the largest value that belongs into each; the last: infinity */
    uint8_t *word_bins;      /* of words: which bin each is in; VVI_INACTIVE: no trial has it */
} vvi_axis;

typedef struct vvi_bins {
    vvi_arena *arena;
    size_t n;       /* trials: those COMPLETED with a finite score */
    const int *row; /* of the frame, by trial */
    /* By trial: scores less their mean. Those beyond ten times the distance of the quartiles from these are brought
     * there, so that one loss of 1e30 does not drown all others. */
    double *scores;
    double mean;
    vvi_axis *axes; /* one for each variable of the frame */
    size_t n_axes;
    uint8_t *at; /* [axis][trial]: its bin */
} vvi_bins;

/* Everything in the arena. */
vv_status vvi_bins_make(const vvi_frame *frame, size_t objective, vvi_arena *arena, vvi_bins *bins, vv_error *error);
/* Where a value is in its domain, in [0, 1], by the domain's scale; of words and of numbers from lists all are equally
 * far. */
double vvi_bins_place(const vvi_variable *variable, double value);
/* The bin that a value belongs into, whether or not there are trials with it; VVI_INACTIVE: a word of which there are
 * none. */
unsigned vvi_axis_bin(const vvi_axis *axis, double value);
/* Why too little is known to say anything, in that arena; NULL if that is not so. */
vv_status vvi_bins_refuse(const vvi_bins *bins, size_t needed, vvi_arena *arena, const char **why, vv_error *error);

/* ---- the measure (measure.c) ------------------------------------------------------------------------------------- */

/* A shape is a set of hyperparameters that are active together. The space is a mixture of them. */
typedef struct vvi_measure {
    size_t n_shapes, n_axes;
    double *shares; /* by shape: how much of the space; their sum is 1 */
    double *masses; /* [shape][axis][64]: of each bin within the shape, VVI_INACTIVE too; 1 in all */
    double *sums;   /* [shape][axis][64]: of the bins before each */
} vvi_measure;
vv_status vvi_measure_make(const vvi_bins *bins, vvi_measure *measure, vv_error *error);
static inline const double *vvi_measure_masses(const vvi_measure *m, size_t shape, size_t axis)
{
    return m->masses + (shape * m->n_axes + axis) * 64;
}
/* Of all bins of a set. `ordered`: apart from VVI_INACTIVE they are neighbours. */
double vvi_measure_mass(const vvi_measure *m, size_t shape, size_t axis, uint64_t set, bool ordered);

/* ---- forests (forest.c) ------------------------------------------------------------------------------------------ */

typedef struct vvi_tree_node {
    uint64_t left_set; /* the bins of `axis` that go left */
    uint32_t axis;
    int32_t left, right; /* -1: a leaf */
    double value;        /* of a leaf: its mean */
} vvi_tree_node;
typedef struct vvi_tree {
    const vvi_tree_node *nodes; /* the first is the root */
    size_t n;
} vvi_tree;
enum { VVI_TREES = 64, VVI_TREE_DEPTH = 48 };

/* Grows trees one by one, each from as many trials drawn with replacement, but at most so many, and hands each over
 * before the next takes its place. *explained: the share of the scores' variance that is explained in trials by trees
 * that were grown without them. */
typedef void (*vvi_tree_function)(void *context, size_t index, const vvi_tree *tree);
vv_status vvi_forest_grow(const vvi_bins *bins, size_t most, uint64_t seed, vvi_tree_function each, void *context,
                          double *explained, vv_error *error);

/* ---- marginals (marginal.c) -------------------------------------------------------------------------------------- */

/* A leaf as a box: the bins that lead to it, of those axes of which not all do. */
typedef struct vvi_leaf {
    double value;
    size_t n, axes[VVI_TREE_DEPTH];
    uint64_t sets[VVI_TREE_DEPTH];
} vvi_leaf;
typedef void (*vvi_leaf_function)(void *context, const vvi_leaf *leaf);
void vvi_tree_each_leaf(const vvi_tree *tree, vvi_leaf_function each, void *context);
/* How much of a shape a leaf is; masses: on each of its axes. */
double vvi_leaf_mass(const vvi_bins *bins, const vvi_measure *measure, size_t shape, const vvi_leaf *leaf,
                     double masses[VVI_TREE_DEPTH]);

/* What a tree predicts on average over the space, with one hyperparameter held. */
typedef struct vvi_marginal {
    const vvi_bins *bins;
    const vvi_measure *measure;
    double mean, variance;        /* of the tree that was taken last, over the whole space */
    double *sums, *rest, *totals; /* internal: [shape][axis][64], [shape][axis], [shape] */
} vvi_marginal;
/* Owned: vvi_marginal_deinit, even after a failure. */
vv_status vvi_marginal_init(vvi_marginal *m, const vvi_bins *bins, const vvi_measure *measure, vv_error *error);
void vvi_marginal_deinit(vvi_marginal *m);
void vvi_marginal_take(vvi_marginal *m, const vvi_tree *tree);
/* How far the bins of one hyperparameter in which it is active differ: the variance of their means, times how much of
 * the space they are. */
double vvi_marginal_variance(const vvi_marginal *m, size_t axis);

#endif
