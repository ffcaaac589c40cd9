/* cma.h - the distributions that the oracle `cmaes` searches with.
 *
 * eigen.c       of a symmetric matrix
 * cma.c         the Gaussian: draws and updates
 * margin.c      keeps whole numbers from freezing
 * categories.c  what is no number
 * run.c         both, from a start to the next one
 */
#ifndef VVI_SEARCH_CMA_H
#define VVI_SEARCH_CMA_H

#include "base/base.h"

/* Eight sums side by side: one alone would wait for each addition. */
static inline double vvi_dot(const double *a, const double *b, size_t n)
{
    double sums[8] = { 0 }, sum = 0;
    size_t i = 0;
    for (; i + 8 <= n; i += 8)
        for (size_t k = 0; k < 8; k++) sums[k] += a[i + k] * b[i + k];
    for (; i < n; i++) sum += a[i] * b[i];
    return sum + ((sums[0] + sums[4]) + (sums[1] + sums[5])) + ((sums[2] + sums[6]) + (sums[3] + sums[7]));
}

/* Of a symmetric n x n matrix, which is overwritten: values, and vectors as rows. `work`: n places. false: an entry is
 * not finite, or no end was found. */
bool vvi_eigen(double *matrix, size_t n, double *values, double *vectors, double *work);

/* ---- the Gaussian (cma.c) ----------------------------------------------------------------------------------------- */

typedef struct vvi_cma_rates {
    double mu_effective;
    double c_sigma, d_sigma;    /* of the step size: how fast its path forgets, how far it follows */
    double c_path, c_one, c_mu; /* of the covariance: its path, by the path, by the steps */
    double chi;                 /* the expected length of a normal vector */
} vvi_cma_rates;

/* x = mean + sigma scale * N(0, covariance). Begin with zeros; vvi_cma_deinit. */
typedef struct vvi_cma {
    size_t n, lambda; /* coordinates; points that an update takes */
    bool full;        /* else the covariance is a diagonal, and n numbers */
    bool is_broken;   /* numbers that are not finite came up: only a new start helps */
    double sigma;
    int updates, since_eigen;
    vvi_cma_rates rates;
    double *weights;                      /* lambda, falling; the positive ones sum to 1 */
    double *mean, *scale;                 /* n each; the scale is what the margin changes */
    double *stepped;                      /* n: 1 where margin.c has found cells, else 0 */
    double *path_sigma, *path;            /* n each */
    double *covariance, *vectors, *roots; /* of eigenvalues */
    double *work;
    double *memory; /* all of the above */
} vvi_cma;

/* The usual number of points for so many coordinates: 4 + 3 ln n. */
size_t vvi_cma_lambda(size_t n);
vv_status vvi_cma_begin(vvi_cma *cma, size_t n, size_t lambda, const double *mean, double sigma,
                        vv_error *error) VV_MUST_USE;
void vvi_cma_deinit(vvi_cma *cma);
vv_status vvi_cma_copy(const vvi_cma *from, vvi_cma *to, vv_error *error) VV_MUST_USE; /* `to`: zeros, or one to end */
/* The same with more coordinates, which start as those of a new one do: round 0.5, with the deviation `sigma`. */
vv_status vvi_cma_grow(vvi_cma *cma, size_t n, double sigma, vv_error *error) VV_MUST_USE;
/* `work`: n places. */
void vvi_cma_draw(const vvi_cma *cma, vvi_key key, double *point, double *work);
/* `points`: lambda * n, the best first; overwritten. They need not be draws: those that are too far away to be some are
 * pulled in (Hansen: Injecting external solutions into CMA-ES; 2011). */
void vvi_cma_update(vvi_cma *cma, double *points);
double vvi_cma_deviation(const vvi_cma *cma, size_t coordinate);
/* The largest eigenvalue of the covariance over the smallest. */
double vvi_cma_condition(const vvi_cma *cma);

/* ---- whole numbers (margin.c) ------------------------------------------------------------------------------------- */

/* What lies between `low` and `high` stands for the same value as `at`; infinite beyond the outermost values. false: each
 * number stands for itself. */
typedef struct vvi_cells {
    bool (*cell)(void *context, size_t coordinate, double at, double *low, double *high);
    void *context;
} vvi_cells;
/* Leaves each coordinate with cells a chance of at least 1 / (n lambda) to be drawn outside of the mean's cell, by
 * moving mean and scale as little as that takes. */
void vvi_cma_keep_margin(vvi_cma *cma, const vvi_cells *cells);
double vvi_normal_quantile(double p); /* 0 < p < 1 */

/* ---- categories (categories.c) ------------------------------------------------------------------------------------ */

/* Each of n axes has a chance for each of its categories. Begin with zeros; vvi_categories_deinit. */
typedef struct vvi_categories {
    size_t n, total;
    uint32_t *first;        /* n + 1: where an axis' categories begin */
    double *chances, *path; /* total each */
    double *gradient;       /* total: room to work */
    double reach, gamma;    /* of a step: its length; how much of the path has been seen */
} vvi_categories;
#define VVI_NO_CATEGORY UINT32_MAX
/* counts: how many categories each axis has; at least 2. What `categories` already has for its first axes stays. */
vv_status vvi_categories_grow(vvi_categories *categories, const uint32_t *counts, size_t n,
                              vv_error *error) VV_MUST_USE;
void vvi_categories_deinit(vvi_categories *categories);
vv_status vvi_categories_copy(const vvi_categories *from, vvi_categories *to, vv_error *error) VV_MUST_USE;
void vvi_categories_forget(vvi_categories *categories); /* back to equal chances */
void vvi_categories_draw(const vvi_categories *categories, vvi_key key, uint32_t *picks);
/* `picks`: lambda * n, the best first; VVI_NO_CATEGORY says nothing. Weights that are not positive are taken as 0. */
void vvi_categories_update(vvi_categories *categories, const uint32_t *picks, const double *weights, size_t lambda);

/* ---- runs (run.c) ------------------------------------------------------------------------------------------------- */

typedef enum vvi_cma_restarts { VVI_CMA_BIPOP, VVI_CMA_IPOP, VVI_CMA_SAME } vvi_cma_restarts;
enum { VVI_CMA_HISTORY = 128 };

/* Begin with zeros; vvi_cma_run_deinit. */
typedef struct vvi_cma_run {
    vvi_cma gauss;
    vvi_categories chances;
    double sigma;        /* that a run starts with */
    size_t first_lambda; /* that larger and smaller ones go by */
    int n_runs, n_large;
    bool is_small;
    int64_t spent[2];                      /* trials of restarts: with a larger population, with a small one */
    int64_t trials, most;                  /* of this run; 0: no limit */
    int64_t last_large;                    /* trials of the last run with a larger population */
    double bests[VVI_CMA_HISTORY], spread; /* losses: the best of each generation; the range of the last one */
    size_t n_bests;
} vvi_cma_run;
vv_status vvi_cma_run_begin(vvi_cma_run *run, size_t n, size_t n_categories, size_t lambda, const double *mean,
                            double sigma, vv_error *error) VV_MUST_USE; /* 0: see run.c */
void vvi_cma_run_deinit(vvi_cma_run *run);
vv_status vvi_cma_run_copy(const vvi_cma_run *from, vvi_cma_run *to, vv_error *error) VV_MUST_USE;
/* A generation has ended: the losses of its best and its worst; infinite where there is none. */
void vvi_cma_run_note(vvi_cma_run *run, double best, double worst);
bool vvi_cma_run_is_over(const vvi_cma_run *run);
/* The next run, somewhere else. */
vv_status vvi_cma_run_again(vvi_cma_run *run, vvi_cma_restarts restarts, vvi_key key, vv_error *error) VV_MUST_USE;

#endif
