/* parzen.h - densities made of kernels: what a tree-structured Parzen estimator compares.
 *
 * normal.c      the normal distribution, cut off            mixture.c   a mixture of products: density, draws
 * bandwidths.c  from trials to kernels, by two rules        cells.c     which hyperparameters go together
 * split.c       good trials and the others                memory.c    what is kept from ask to ask
 * model.c       both densities of one cell
 */
#ifndef VVI_SEARCH_PARZEN_H
#define VVI_SEARCH_PARZEN_H

#include "search/search.h"

/* ---- the normal distribution, mean 0 and deviation 1 (normal.c) --------------------------------------------------- */

double vvi_normal_cdf(double x);
double vvi_normal_log_density(double x);
/* log of the mass between a < b. Relative error below 1e-9 in any place. */
double vvi_normal_log_mass(double a, double b);
/* The point below which lies the part u in [0, 1] of what lies between a < b. At least one of them within 37 of 0. */
double vvi_normal_between(double u, double a, double b);

/* ---- a mixture (mixture.c) ---------------------------------------------------------------------------------------- */

enum { VVI_PARZEN_LANES = 24 }; /* points that are looked at together */

/* A density over the axes of one cell: a weighted sum of products over the axes. A number has a normal kernel that is cut
 * off at 0 and 1 (on `exact` grids: the mass of a value's cell); a category has the share (blur + [it is the
 * kernel's]) / (1 + n blur). One more component is uniform. Numbers come before categories. */
typedef struct vvi_parzen {
    const vvi_axis *const *axes;
    size_t n_axes, n_numbers, n;
    const double *means;     /* n x n_axes; of a category its index, or -1: none is preferred */
    double *slopes;          /* 1 / (deviation sqrt 2) of the numbers; of kernel k from k * slope_stride on */
    size_t slope_stride;     /* 0: all kernels have the same */
    double *weights, *peaks; /* of each kernel; log of the weight and of all constant factors */
    double *blurs;           /* of each axis */
    double uniform_weight, uniform_log; /* log of the density of the uniform component with its weight */
    bool exact;
    double *buffer; /* n x VVI_PARZEN_LANES */
} vvi_parzen;

/* Room for the rest once axes, counts and means are there. false: no memory. */
bool vvi_parzen_begin(vvi_parzen *parzen, vvi_arena *arena, bool same_slopes) VV_MUST_USE;
/* Once slopes, weights and blurs are there: scales weights to a sum of 1 and finds the constants. log_cuts: for
 * each kernel the sum of the logarithms of what is left of its normals between 0 and 1; NULL: to be found. */
void vvi_parzen_finish(vvi_parzen *parzen, const double *log_cuts);
/* Logarithms of the density at LANES points; points: n_axes x LANES. */
void vvi_parzen_log_density(const vvi_parzen *parzen, const double *points, double *logs);
/* Draws one point; not on grids. */
void vvi_parzen_draw(const vvi_parzen *parzen, vvi_stream *stream, double *point);
/* log of what of a normal lies between 0 and 1. */
double vvi_parzen_log_cut(double mean, double slope);

/* ---- from trials to kernels (bandwidths.c) ------------------------------------------------------------------------ */

/* Trials as points: n rows of n_axes, numbers first, in the order of their ids. */
typedef struct vvi_kernels {
    const vvi_axis *const *axes;
    size_t n_axes, n_numbers, n;
    const double *points;
    const double *log_cuts; /* see vvi_parzen_finish; NULL: not known */
} vvi_kernels;

/* The normals of the bad trials along an axis are all the same; how narrow they may get is a matter of the level. */
unsigned vvi_parzen_level(size_t n_trials);
double vvi_bad_slope(const vvi_axis *axis, unsigned level, bool alone); /* alone: in a cell of one axis */
double vvi_parzen_narrowest(unsigned level);
/* `weights` of the good ones, one each. false: no memory. */
bool vvi_parzen_good(vvi_parzen *parzen, vvi_arena *arena, const vvi_kernels *kernels, const double *weights,
                     unsigned level) VV_MUST_USE;
bool vvi_parzen_bad(vvi_parzen *parzen, vvi_arena *arena, const vvi_kernels *kernels, unsigned level) VV_MUST_USE;
/* As Optuna 5 makes both. flat: all weights are 1. */
bool vvi_parzen_optuna(vvi_parzen *parzen, vvi_arena *arena, const vvi_kernels *kernels, bool flat) VV_MUST_USE;

/* ---- which hyperparameters go together (cells.c) ------------------------------------------------------------------ */

typedef enum vvi_grouping { VVI_GROUP_APART, VVI_GROUP_COMMON, VVI_GROUP_CELLS } vvi_grouping;

/* A partition of the axes. Cells in the order of their first axis, axes in theirs, numbers before categories. */
typedef struct vvi_cells {
    const uint32_t *axes; /* all of them, cell by cell */
    const uint32_t *ends; /* where a cell's axes end in it */
    size_t n;
} vvi_cells;
/* APART: every axis for itself. COMMON: those that all shapes have together, the others for themselves. CELLS: two axes
 * are together if each shape has both or neither. false: no memory. */
bool vvi_cells_make(const vv_past *past, const vvi_axes *axes, vvi_grouping grouping, vvi_arena *arena,
                    vvi_cells *cells) VV_MUST_USE;

/* ---- good trials and the others (split.c) ------------------------------------------------------------------------- */

typedef struct vvi_split {
    int *good; /* best first */
    size_t n_good, n_finished;
} vvi_split;

/* How many of so many finished trials are good. */
size_t vvi_split_own_count(size_t n_finished);
size_t vvi_split_optuna_count(size_t n_finished, size_t n_objectives);
/* ---- what is kept from ask to ask (memory.c) ---------------------------------------------------------------------- */

/* A trial as a point, and the logarithms of what is left of a bad trial's normals between 0 and 1. Kept in the place
 * id % n_slots: those of the latest trials, which are the ones that are needed. */
typedef struct vvi_recent {
    int id;                   /* -1: empty */
    unsigned level;           /* of the cuts */
    double *point, *log_cuts; /* by axis; NaN where there is none */
} vvi_recent;

/* Zero-initialise; vvi_memory_deinit. */
typedef struct vvi_memory {
    vvi_arena arena;
    const vv_past *past;
    size_t n_domains, n_shapes;
    vvi_axes axes;
    vvi_cells cells;
    const bool *alone;                   /* of each axis: is it in a cell of its own? */
    const uint32_t *shapes, *shape_ends; /* of each cell: the shapes that have it */
    uint64_t *marks;                     /* of each shape */
    uint64_t mark;
    vvi_recent *slots;
    size_t n_slots;
    double *numbers;    /* the slots' */
    uint8_t *standings; /* of each trial, as of n_changes: a vvi_standing */
    double *losses;     /* its first loss */
    size_t most_rows, n_changes;
} vvi_memory;
void vvi_memory_deinit(vvi_memory *memory);
/* Brings it up to the past, which must not shrink. */
vv_status vvi_memory_follow(vvi_memory *memory, const vv_past *past, vvi_grouping grouping,
                            vv_error *error) VV_MUST_USE;
/* The trials that have the cell, in the order of their ids; n_rows places. Returns how many. */
size_t vvi_memory_trials(vvi_memory *memory, uint32_t cell, int *ids);
/* Writes the trial's position on each of the cell's axes and returns the sum of their log_cuts. */
double vvi_memory_point(vvi_memory *memory, uint32_t cell, int id, unsigned level, double *point);

/* Of the trials `ids`, which ascend. false: no memory. */
bool vvi_split_make(const vvi_memory *memory, const int *ids, size_t n, bool optuna, vvi_arena *arena,
                    vvi_split *split) VV_MUST_USE;

/* ---- both densities of one cell (model.c) -------------------------------------------------------------------------- */

typedef struct vvi_tpe_rule {
    bool optuna, liar;
} vvi_tpe_rule;

typedef struct vvi_tpe_model {
    const vvi_axis **axes; /* numbers first */
    size_t n_axes, n_numbers;
    vvi_parzen good, bad;
    vvi_kernels running; /* where there is a liar: trials that run, the latest at most */
    double apart;        /* how far from them a point should be, on one axis at least */
} vvi_tpe_model;
/* false: no memory. */
bool vvi_tpe_model_make(vvi_memory *memory, uint32_t cell, vvi_tpe_rule rule, vvi_arena *arena,
                        vvi_tpe_model *model) VV_MUST_USE;
/* n points of n_axes, one after the other; scores: log of good over bad. */
bool vvi_tpe_model_score(const vvi_tpe_model *model, const double *points, size_t n, vvi_arena *arena,
                         double *scores) VV_MUST_USE;

/* Is the point next to a trial that runs? */
bool vvi_tpe_model_is_crowded(const vvi_tpe_model *model, const double *point);

#endif
