/* evidence.c - how well parameters explain the losses: the marginal likelihood (Rasmussen, Williams 2006, 5.4) times a
 * prior, with its gradient.
 *
 * All is kept for pairs of points, squared distances weight by weight: one product with the weights gives the distances,
 * and one with the pairs' derivatives the gradient.
 */
#include "search/gp/gp.h"
#include "search/gp/lapack.h"

#include <math.h>
#include <string.h>

/* ---- what does not change with the parameters -------------------------------------------------------------------- */

static bool allocate(vvi_gp_evidence *e, vvi_arena *arena)
{
    const size_t n = e->n, pairs = e->n_pairs, n_weights = e->points->axes->n_weights;
    const size_t sums = pairs > n_weights ? pairs : n_weights; /* of pairs, and then of weights */
    double **const parts[] = { &e->squares, &e->products, &e->sums,  &e->values,  &e->slopes, &e->wanted,  &e->self,
                               &e->matrix,  &e->inverse,  &e->alpha, &e->weights, &e->z,      &e->z_slopes };
    const size_t sizes[] = { pairs * n_weights, pairs, sums, pairs, pairs, pairs, n, n * n, n * n, n, n_weights, n, n };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        *parts[i] = vvi_arena_alloc(arena, (sizes[i] + 1) * sizeof **parts[i]);
        if (*parts[i] == NULL) return false;
    }
    return true;
}

static void compute_pairs(vvi_gp_evidence *e, double *point)
{
    const vvi_gp_axes *axes = e->points->axes;
    for (size_t i = 0, first = 0; i < e->n; first += i, i++) {
        vvi_gp_points_get(e->points, i, point);
        for (size_t a = 0; a < axes->n; a++)
            vvi_gp_add_squares(e->points, a, i, point[a], 1, e->squares + axes->weight[a] * e->n_pairs + first);
        vvi_gp_products(e->points, i, point, e->products + first);
        e->self[i] = vvi_gp_product_self(axes, point);
    }
}

/* The prior. Lengths grow with the root of the number of axes, so that points are as alike in many dimensions as in few
 * (Hvarfner, Hellsten, Nardi: Vanilla Bayesian optimization performs great in high dimensions, ICML 2024). Labels jump
 * at a border: were that explained by short lengths, nothing would be known of what lies behind it; so it is to be noise. */
static bool make_prior(vvi_gp_evidence *e, vvi_arena *arena)
{
    static const double means[VVI_GP_N_PARAMETERS] = { 0, -9, -3, -3, 0 };
    static const double deviations[VVI_GP_N_PARAMETERS] = { 3, 3, 2, 2, 4 };
    const size_t n_weights = e->points->axes->n_weights;
    double *mean = vvi_arena_alloc(arena, e->n_parameters * sizeof *mean);
    double *deviation = vvi_arena_alloc(arena, e->n_parameters * sizeof *deviation);
    if (mean == NULL || deviation == NULL) return false;
    const bool labels = e->unwarped == NULL;
    for (size_t w = 0; w < n_weights; w++) {
        mean[w] = 1.5 - log((double)e->points->axes->n);
        deviation[w] = labels ? 0.7 : 1.5;
    }
    memcpy(mean + n_weights, means, sizeof means);
    memcpy(deviation + n_weights, deviations, sizeof deviations);
    if (labels) {
        mean[n_weights + VVI_GP_NOISE] = -2;
        deviation[n_weights + VVI_GP_NOISE] = 0.5;
    }
    e->means = mean;
    e->deviations = deviation;
    return true;
}

bool vvi_gp_evidence_make(vvi_gp_evidence *evidence, const vvi_gp_points *points, const double *losses, const double *z,
                          vvi_arena *arena)
{
    const size_t n = points->n;
    *evidence = (vvi_gp_evidence){ .points = points,
                                   .n = n,
                                   .n_pairs = n > 0 ? n * (n - 1) / 2 : 0,
                                   .n_parameters = points->axes->n_weights + VVI_GP_N_PARAMETERS };
    double *point = vvi_arena_alloc(arena, (points->axes->n + 1) * sizeof *point);
    double *unwarped = vvi_arena_alloc(arena, (n + 1) * sizeof *unwarped);
    if (point == NULL || unwarped == NULL || !allocate(evidence, arena)) return false;
    compute_pairs(evidence, point);
    if (z != NULL) memcpy(evidence->z, z, n * sizeof *z);
    if (losses != NULL) {
        vvi_gp_unwarped(losses, n, unwarped);
        evidence->unwarped = unwarped;
    }
    return make_prior(evidence, arena);
}

/* ---- at parameters ----------------------------------------------------------------------------------------------- */

static void fill_matrix(vvi_gp_evidence *e, const double *p)
{
    const double amplitude = exp(p[VVI_GP_AMPLITUDE]), noise = exp(p[VVI_GP_NOISE]);
    const vvi_gp_kernel kernel = { .amplitude = amplitude,
                                   .linear = exp(p[VVI_GP_LINEAR]),
                                   .quadratic = exp(p[VVI_GP_QUADRATIC]) };
    const size_t n = e->n;
    for (size_t i = 0, pair = 0; i < n; i++) {
        double *row = e->matrix + i * n; /* a column of the upper triangle */
        for (size_t j = 0; j < i; j++, pair++) {
            const double product = e->products[pair];
            row[j] = amplitude * e->values[pair] + VVI_GP_MEAN_VARIANCE +
                     (kernel.linear + kernel.quadratic * product) * product;
        }
        row[i] = vvi_gp_kernel_self(&kernel, e->self[i]) + noise;
    }
}

/* Factor, log determinant and alpha; false: not positive definite. */
static bool solve(vvi_gp_evidence *e, double *log_density)
{
    const size_t n = e->n;
    if (!vvi_factor(n, e->matrix)) return false;
    memcpy(e->alpha, e->z, n * sizeof *e->alpha);
    vvi_solve_factored(n, e->matrix, e->alpha);
    double squares = 0, logs = 0;
    for (size_t i = 0; i < n; i++) {
        squares += e->z[i] * e->alpha[i];
        logs += log(e->matrix[i * n + i]);
    }
    *log_density = -0.5 * squares - logs;
    return isfinite(*log_density);
}

/* Derivatives by the parameters after the weights; the pairs' by their squared distances are left in `wanted`. */
static void add_gradient(vvi_gp_evidence *e, const double *p, double *gradient)
{
    const double amplitude = exp(p[VVI_GP_AMPLITUDE]);
    double by[VVI_GP_N_PARAMETERS] = { 0 };
    for (size_t i = 0, pair = 0; i < e->n; i++) {
        const double *row = e->inverse + i * e->n, alpha = e->alpha[i];
        for (size_t j = 0; j < i; j++, pair++) {
            const double g = row[j] - alpha * e->alpha[j], product = e->products[pair];
            by[VVI_GP_AMPLITUDE] += g * e->values[pair];
            by[VVI_GP_LINEAR] += g * product;
            by[VVI_GP_QUADRATIC] += g * product * product;
            e->wanted[pair] = g * amplitude * e->slopes[pair];
        }
        const double g = 0.5 * (row[i] - alpha * alpha), product = e->self[i];
        by[VVI_GP_AMPLITUDE] += g;
        by[VVI_GP_NOISE] += g;
        by[VVI_GP_LINEAR] += g * product;
        by[VVI_GP_QUADRATIC] += g * product * product;
        by[VVI_GP_BEND] += alpha * e->z_slopes[i];
    }
    for (size_t k = 0; k < VVI_GP_N_PARAMETERS; k++) gradient[k] += by[k] * (k == VVI_GP_BEND ? 1 : exp(p[k]));
}

/* Losses that are mostly noise are beyond help, and a model that takes them for such no longer searches: a few that look
 * alike must not suffice for it. */
static const double noise_rate = 20;

static double add_prior(const vvi_gp_evidence *e, const double *parameters, double *gradient)
{
    double value = 0;
    for (size_t k = 0; k < e->n_parameters; k++) {
        const double off = (parameters[k] - e->means[k]) / e->deviations[k];
        value += 0.5 * off * off;
        if (gradient != NULL) gradient[k] = off / e->deviations[k];
    }
    if (e->unwarped == NULL) return value;
    const size_t at = e->points->axes->n_weights + VVI_GP_NOISE;
    const double noise = noise_rate * exp(parameters[at]);
    if (gradient != NULL) gradient[at] += noise;
    return value + noise;
}

double vvi_gp_evidence_at(vvi_gp_evidence *e, const double *parameters, double *gradient)
{
    const size_t n_weights = e->points->axes->n_weights;
    const double *p = parameters + n_weights;
    double value = add_prior(e, parameters, gradient), warp_slope = 0, log_density;
    if (e->unwarped != NULL) value -= vvi_gp_warp(e->unwarped, e->n, p[VVI_GP_BEND], e->z, e->z_slopes, &warp_slope);
    for (size_t w = 0; w < n_weights; w++) e->weights[w] = exp(parameters[w]);
    vvi_combine(n_weights, e->n_pairs, e->squares, e->weights, e->sums);
    vvi_gp_matern(e->n_pairs, e->sums, e->values, e->slopes);
    fill_matrix(e, p);
    if (!solve(e, &log_density)) return (double)INFINITY;
    if (gradient == NULL) return value - log_density;
    memcpy(e->inverse, e->matrix, e->n * e->n * sizeof *e->inverse);
    if (!vvi_invert_factored(e->n, e->inverse)) return (double)INFINITY;
    add_gradient(e, p, gradient + n_weights);
    gradient[n_weights + VVI_GP_BEND] -= warp_slope;
    vvi_project(n_weights, e->n_pairs, e->squares, e->wanted, e->sums);
    for (size_t w = 0; w < n_weights; w++) gradient[w] += e->sums[w] * e->weights[w];
    return value - log_density;
}
