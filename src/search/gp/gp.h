/* gp.h - Gaussian processes over points of a space, for the oracle "bayesian".
 *
 * kernel.c    how alike two points are        evidence.c   how well parameters explain the losses
 * warp.c      losses on a scale of their own  fit.c        the parameters that explain them best
 * minimize.c  minima within bounds            model.c      what is expected elsewhere, and how surely
 * normal.c    tails of the normal law         acquire.c    what a trial at a point promises
 *
 * A point has a position on each axis (search.h: vvi_axis): a number of [0, 1], the index of a category, or NaN where
 * the axis is not active. Losses are to be minimized.
 */
#ifndef VVI_SEARCH_GP_H
#define VVI_SEARCH_GP_H

#include "base/base.h"

/* ---- points (kernel.c) ------------------------------------------------------------------------------------------- */

/* Axes with one weight each; many axes share two, see vvi_gp_axes_make. */
typedef struct vvi_gp_axes {
    size_t n, n_weights;
    const bool *ordered; /* else categories */
    uint32_t *weight;    /* which one */
    size_t n_ordered;
} vvi_gp_axes;
enum { VVI_GP_MOST_WEIGHTS = 48 };
bool vvi_gp_axes_make(vvi_gp_axes *axes, const bool *ordered, size_t n, vvi_arena *arena) VV_MUST_USE;

typedef struct vvi_gp_points {
    const vvi_gp_axes *axes;
    size_t n, most;
    double *columns; /* columns[axis * most + i] */
    bool *gaps;      /* by axis: somewhere it is not active */
} vvi_gp_points;
bool vvi_gp_points_make(vvi_gp_points *points, const vvi_gp_axes *axes, size_t most, vvi_arena *arena) VV_MUST_USE;
void vvi_gp_points_add(vvi_gp_points *points, const double *point);
void vvi_gp_points_get(const vvi_gp_points *points, size_t i, double *point);

/* sums[i] += weight * the squared distance along one axis between `at` and the i-th of the first n points. */
void vvi_gp_add_squares(const vvi_gp_points *points, size_t axis, size_t n, double at, double weight, double *sums);
/* products[i] = how the point and the i-th of the first n lie to the middle of the cube: their inner product, a third of
 * the number of ordered axes being 1. */
void vvi_gp_products(const vvi_gp_points *points, size_t n, const double *point, double *products);
double vvi_gp_product_self(const vvi_gp_axes *axes, const double *point); /* of a point with itself */

/* ---- parameters -------------------------------------------------------------------------------------------------- */

/* Parameters are logarithms: first the axes' weights, which are inverse squared lengths, then these. */
typedef enum vvi_gp_parameter {
    VVI_GP_AMPLITUDE, /* variance of what Matern's kernel explains */
    VVI_GP_NOISE,     /* variance */
    VVI_GP_LINEAR,    /* variance of the slopes */
    VVI_GP_QUADRATIC, /* and of the curvatures */
    VVI_GP_BEND,      /* of the warp */
    VVI_GP_N_PARAMETERS
} vvi_gp_parameter;
#define VVI_GP_MEAN_VARIANCE 1.0 /* of the level of it all, in units of the warped losses' variance */

/* The kernel with its parameters as they are, no logarithms. */
typedef struct vvi_gp_kernel {
    double amplitude, noise, linear, quadratic;
    const double *weights; /* by axis */
} vvi_gp_kernel;

/* Matern's kernel of smoothness 5/2 at a squared distance, and its derivative by that distance. */
void vvi_gp_matern(size_t n, const double *squares, double *values, double *slopes);
double vvi_gp_kernel_self(const vvi_gp_kernel *kernel, double product);

/* ---- losses (warp.c) --------------------------------------------------------------------------------------------- */

/* Losses as distances from the least, in units of the distance of their median. */
void vvi_gp_unwarped(const double *losses, size_t n, double *unwarped);
/* z = log(1 + u / exp(bend)), moved and scaled to mean 0 and variance 1; slopes: dz / dbend; returns the logarithm of the
 * product of dz / du, and its derivative by bend in *gradient. */
double vvi_gp_warp(const double *unwarped, size_t n, double bend, double *z, double *slopes, double *gradient);

/* ---- evidence and fit (evidence.c, fit.c) ------------------------------------------------------------------------ */

typedef struct vvi_gp_evidence {
    const vvi_gp_points *points;
    const double *unwarped; /* n of them; or NULL, and z is fixed */
    double *z, *z_slopes;
    size_t n, n_pairs, n_parameters;
    double *squares;                         /* [weight][pair], pairs being (1,0), (2,0), (2,1), ... */
    double *products;                        /* [pair] */
    double *self;                            /* [i]: products of points with themselves */
    double *sums, *values, *slopes, *wanted; /* [pair] */
    double *matrix, *inverse, *alpha, *weights;
    const double *means, *deviations; /* of the parameters' normal prior */
} vvi_gp_evidence;
/* `losses`: NULL, then `z` are taken as they are. */
bool vvi_gp_evidence_make(vvi_gp_evidence *evidence, const vvi_gp_points *points, const double *losses, const double *z,
                          vvi_arena *arena) VV_MUST_USE;
/* Minus the logarithm of the posterior density of the parameters; gradient NULL: not wanted. INFINITY: cannot be told. */
double vvi_gp_evidence_at(vvi_gp_evidence *evidence, const double *parameters, double *gradient);

/* The k-th of several points to start a fit from. */
enum { VVI_GP_STARTS = 4 };
void vvi_gp_start(const vvi_gp_evidence *evidence, size_t k, double *parameters);
/* Improves on the parameters with at most so many evaluations; *value: what vvi_gp_evidence_at gives there. */
vv_status vvi_gp_fit(vvi_gp_evidence *evidence, double *parameters, int evaluations, double *value,
                     vv_error *error) VV_MUST_USE;

/* ---- minimizing (minimize.c) ------------------------------------------------------------------------------------- */

typedef double (*vvi_gp_function)(void *context, const double *x, double *gradient);
/* L-BFGS within bounds; the best point that was met is left in x. */
vv_status vvi_gp_minimize(size_t n, const double *low, const double *high, double *x, int evaluations, double tolerance,
                          vvi_gp_function function, void *context, double *value, vv_error *error) VV_MUST_USE;

/* ---- models (model.c) -------------------------------------------------------------------------------------------- */

/* A process conditioned on the points, of which the last are pending: their losses are not known, but imagined, several
 * times, by drawing from their joint posterior. */
typedef struct vvi_gp_model {
    const vvi_gp_points *points;
    vvi_gp_kernel kernel;
    size_t n, n_pending, n_fantasies; /* 1 when nothing is pending */
    double *inverse;                  /* of the Cholesky factor: lower, by columns */
    double *alphas;                   /* [fantasy][i] */
    double *means;                    /* [fantasy][i]: at the points */
    double *scratch;                  /* 6 n */
} vvi_gp_model;
/* z: of the points that are not pending. */
vv_status vvi_gp_model_make(vvi_gp_model *model, const vvi_gp_points *points, const double *parameters, const double *z,
                            size_t n_pending, vvi_key key, vvi_arena *arena, vv_error *error) VV_MUST_USE;
/* means[fantasy] and *variance of the function, without noise, at a point. */
void vvi_gp_predict(const vvi_gp_model *model, const double *point, double *means, double *variance);
/* After it, for the same point: the gradient of sum(by_mean[f] means[f]) + by_variance variance, added to gradient, which
 * has a place for every axis; of ordered active ones alone. */
void vvi_gp_predict_gradient(const vvi_gp_model *model, const double *point, const double *by_mean, double by_variance,
                             double *gradient);

/* ---- the normal law (normal.c) ----------------------------------------------------------------------------------- */

/* log(phi(z) + z Phi(z)) and its derivative. */
double vvi_log_improvement(double z, double *slope);
/* log(Phi(z)) and its derivative. */
double vvi_log_normal(double z, double *slope);

/* ---- acquisition (acquire.c) ------------------------------------------------------------------------------------- */

enum { VVI_GP_FANTASIES = 32 };
typedef struct vvi_gp_acquisition {
    const vvi_gp_model *losses; /* NULL: no loss is known */
    const vvi_gp_model *fails;  /* 1 where trials fail, -1 where they do not; NULL: none has failed */
    double caution;             /* the power to which the chance is taken that a trial does not fail */
    double best[VVI_GP_FANTASIES];
} vvi_gp_acquisition;
/* The logarithm of the expected improvement at a point times the chance that the trial does not fail. */
double vvi_gp_acquire(const vvi_gp_acquisition *acquisition, const double *point, double *gradient);

#endif
