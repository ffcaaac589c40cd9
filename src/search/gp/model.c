/* model.c - what is expected at other points, and how surely.
 *
 * Pending points are conditioned on by their joint posterior (Snoek, Larochelle, Adams: Practical Bayesian optimization,
 * NIPS 2012, 3.2: "fantasies"). With R' R the covariance of all points, pending ones last, observed losses are R' w in the
 * first rows, and R' (w, e) with standard normal e is a draw of all of them: alpha = R^-1 (w, e), without the posterior
 * covariance ever being formed.
 */
#include "search/gp/gp.h"
#include "search/gp/lapack.h"

#include <math.h>
#include <string.h>

static bool allocate(vvi_gp_model *model, vvi_arena *arena)
{
    const size_t n = model->n, f = model->n_fantasies;
    model->inverse = vvi_arena_alloc(arena, (n * n + 1) * sizeof(double));
    model->alphas = vvi_arena_alloc(arena, (f * n + 1) * sizeof(double));
    model->means = vvi_arena_alloc(arena, (f * n + 1) * sizeof(double));
    model->scratch = vvi_arena_alloc(arena, (6 * n + 1) * sizeof(double));
    return model->inverse != NULL && model->alphas != NULL && model->means != NULL && model->scratch != NULL;
}

static bool read_parameters(vvi_gp_model *model, const double *parameters, vvi_arena *arena)
{
    const vvi_gp_axes *axes = model->points->axes;
    double *weights = vvi_arena_alloc(arena, (axes->n + 1) * sizeof *weights);
    if (weights == NULL) return false;
    for (size_t a = 0; a < axes->n; a++) weights[a] = exp(parameters[axes->weight[a]]);
    const double *p = parameters + axes->n_weights;
    model->kernel = (vvi_gp_kernel){ .amplitude = exp(p[VVI_GP_AMPLITUDE]),
                                     .noise = exp(p[VVI_GP_NOISE]),
                                     .linear = exp(p[VVI_GP_LINEAR]),
                                     .quadratic = exp(p[VVI_GP_QUADRATIC]),
                                     .weights = weights };
    return true;
}

/* covariances[i], i < n, between a point and the first n; scratch holds distances, slopes and products, n each. */
static void covariances(const vvi_gp_model *model, size_t n, const double *point, double *result)
{
    const vvi_gp_kernel *kernel = &model->kernel;
    double *squares = model->scratch + 3 * model->n, *slopes = squares + model->n, *products = slopes + model->n;
    memset(squares, 0, n * sizeof *squares);
    for (size_t a = 0; a < model->points->axes->n; a++)
        vvi_gp_add_squares(model->points, a, n, point[a], kernel->weights[a], squares);
    vvi_gp_matern(n, squares, result, slopes);
    vvi_gp_products(model->points, n, point, products);
    for (size_t i = 0; i < n; i++)
        result[i] = kernel->amplitude * result[i] + VVI_GP_MEAN_VARIANCE +
                    (kernel->linear + kernel->quadratic * products[i]) * products[i];
}

static double variance_at(const vvi_gp_model *model, const double *point)
{
    return vvi_gp_kernel_self(&model->kernel, vvi_gp_product_self(model->points->axes, point));
}

static void fill_matrix(vvi_gp_model *model, double *point, double jitter)
{
    for (size_t i = 0; i < model->n; i++) {
        double *column = model->inverse + i * model->n;
        vvi_gp_points_get(model->points, i, point);
        covariances(model, i, point, column);
        column[i] = variance_at(model, point) + model->kernel.noise + jitter;
    }
}

/* More noise until the matrix can be factored: a hundred times as much each time. */
static bool factor(vvi_gp_model *model, double *point)
{
    double jitter = 0;
    for (int attempt = 0; attempt < 6; attempt++) {
        fill_matrix(model, point, jitter);
        const double scale = model->n > 0 ? model->inverse[0] : 1;
        if (vvi_factor(model->n, model->inverse)) {
            model->kernel.noise += jitter;
            return true;
        }
        jitter = fmax(100 * jitter, fmax(model->kernel.noise, 1e-13 * scale));
    }
    return false;
}

/* Draws of a standard normal law, each fantasy with its opposite. */
static void draw(vvi_gp_model *model, size_t fantasy, vvi_key key, double *e)
{
    vvi_stream stream = vvi_stream_begin(vvi_key_int(key, (int64_t)(fantasy / 2)));
    for (size_t i = 0; i < model->n_pending; i++) e[i] = vvi_stream_normal(&stream) * (fantasy % 2 == 0 ? 1 : -1);
}

/* means = y - noise * alpha, since (K + noise) alpha = y; y = R' (w, e) where it was drawn. */
static void imagine(vvi_gp_model *model, const double *factor_of_all, const double *z, vvi_key key)
{
    const size_t n = model->n, known = n - model->n_pending;
    double *w = model->scratch;
    memcpy(w, z, known * sizeof *w);
    memset(w + known, 0, model->n_pending * sizeof *w);
    vvi_triangle_times(n, model->inverse, true, w);
    for (size_t f = 0; f < model->n_fantasies; f++) {
        double *alpha = model->alphas + f * n, *mean = model->means + f * n;
        memcpy(alpha, w, known * sizeof *alpha);
        draw(model, f, key, alpha + known);
        memcpy(mean, alpha, n * sizeof *mean);
        vvi_triangle_times(n, factor_of_all, true, mean);
        vvi_triangle_times(n, model->inverse, false, alpha);
        for (size_t i = 0; i < n; i++) mean[i] -= model->kernel.noise * alpha[i];
    }
}

vv_status vvi_gp_model_make(vvi_gp_model *model, const vvi_gp_points *points, const double *parameters, const double *z,
                            size_t n_pending, vvi_key key, vvi_arena *arena, vv_error *error)
{
    *model = (vvi_gp_model){
        .points = points, .n = points->n, .n_pending = n_pending, .n_fantasies = n_pending > 0 ? VVI_GP_FANTASIES : 1
    };
    double *point = vvi_arena_alloc(arena, (points->axes->n + 1) * sizeof *point);
    double *factor_of_all = vvi_arena_alloc(arena, (model->n * model->n + 1) * sizeof *factor_of_all);
    if (point == NULL || factor_of_all == NULL || !allocate(model, arena) || !read_parameters(model, parameters, arena))
        return vvi_no_memory(error);
    if (!factor(model, point)) return vvi_fail(error, VV_DIVERGED, "a covariance matrix cannot be factored");
    memcpy(factor_of_all, model->inverse, model->n * model->n * sizeof *factor_of_all);
    if (!vvi_invert_triangle(model->n, model->inverse))
        return vvi_fail(error, VV_DIVERGED, "a covariance matrix cannot be inverted");
    imagine(model, factor_of_all, z, key);
    return VV_OK;
}

/* ---- elsewhere --------------------------------------------------------------------------------------------------- */

void vvi_gp_predict(const vvi_gp_model *model, const double *point, double *means, double *variance)
{
    const size_t n = model->n;
    double *k = model->scratch, *u = k + n, explained = 0;
    covariances(model, n, point, k);
    vvi_project(model->n_fantasies, n, model->alphas, k, means);
    memcpy(u, k, n * sizeof *u);
    vvi_triangle_times(n, model->inverse, true, u);
    for (size_t i = 0; i < n; i++) explained += u[i] * u[i];
    const double prior = variance_at(model, point);
    *variance = fmax(prior - explained, 1e-14 * prior);
}

/* by[i]: the derivative of the target by the covariance with point i. */
static void covariance_weights(const vvi_gp_model *model, const double *by_mean, double by_variance, double *by)
{
    const size_t n = model->n;
    vvi_triangle_times(n, model->inverse, false, by);
    for (size_t i = 0; i < n; i++) by[i] *= -2 * by_variance;
    for (size_t f = 0; f < model->n_fantasies; f++)
        for (size_t i = 0; i < n; i++) by[i] += by_mean[f] * model->alphas[f * n + i];
}

void vvi_gp_predict_gradient(const vvi_gp_model *model, const double *point, const double *by_mean, double by_variance,
                             double *gradient)
{
    const size_t n = model->n;
    const vvi_gp_kernel *kernel = &model->kernel;
    const vvi_gp_axes *axes = model->points->axes;
    double *by = model->scratch + n, *curved = by + n, *slopes = curved + 2 * n, *products = slopes + n;
    covariance_weights(model, by_mean, by_variance, by);
    const double turn = 6 / (double)axes->n_ordered; /* of a product, by a position */
    for (size_t i = 0; i < n; i++) {
        slopes[i] *= 2 * kernel->amplitude * by[i];
        curved[i] = by[i] * (kernel->linear + 2 * kernel->quadratic * products[i]) * turn;
    }
    const double product = vvi_gp_product_self(axes, point);
    const double own = by_variance * (kernel->linear + 2 * kernel->quadratic * product) * 2 * turn;
    for (size_t a = 0; a < axes->n; a++) {
        if (!axes->ordered[a] || isnan(point[a])) continue;
        const double *column = model->points->columns + a * model->points->most;
        gradient[a] += own * (2 * point[a] - 1);
        for (size_t i = 0; i < n; i++) {
            if (isnan(column[i])) continue;
            gradient[a] += kernel->weights[a] * slopes[i] * (point[a] - column[i]) + curved[i] * (2 * column[i] - 1);
        }
    }
}
