/* kernel.c - how alike two points are.
 *
 * Matern's kernel of smoothness 5/2 (Stein 1999) over r^2 = sum over axes of weight * d^2, plus a linear and a quadratic
 * kernel about the middle of the cube. Along an ordered axis d is the difference of positions; along categories it is 0
 * or 1 (Hamming), with a weight of its own; between a point where the axis is active and one where it is not it is
 * constant, and between two where it is not it is 0: an inactive hyperparameter has no value (Swersky, Duvenaud, Snoek,
 * Hutter, Osborne: Raiders of the lost architecture: kernels for Bayesian optimization in conditional parameter spaces,
 * 2014, put the active positions on an arc instead, and get distances to the inactive that depend on the position).
 *
 * The quadratic kernel lets a basin whose axes are turned be understood after as many trials as a quadratic has
 * coefficients; lengths along the axes cannot say it at all.
 */
#include "search/gp/gp.h"

#include <math.h>
#include <string.h>

/* The square of the distance between active and inactive: that of two random positions is 1/6 in the mean. */
#define APART 0.25

bool vvi_gp_axes_make(vvi_gp_axes *axes, const bool *ordered, size_t n, vvi_arena *arena)
{
    const bool tied = n > VVI_GP_MOST_WEIGHTS; /* all ordered axes have one weight, all categories another */
    *axes = (vvi_gp_axes){ .n = n, .n_weights = tied ? 2 : n, .ordered = ordered };
    axes->weight = vvi_arena_alloc(arena, (n + 1) * sizeof *axes->weight);
    if (axes->weight == NULL) return false;
    for (size_t a = 0; a < n; a++) {
        axes->weight[a] = tied ? !ordered[a] : (uint32_t)a;
        axes->n_ordered += ordered[a];
    }
    return true;
}

bool vvi_gp_points_make(vvi_gp_points *points, const vvi_gp_axes *axes, size_t most, vvi_arena *arena)
{
    *points = (vvi_gp_points){ .axes = axes, .most = most };
    points->columns = vvi_arena_alloc(arena, (axes->n * most + 1) * sizeof *points->columns);
    points->gaps = vvi_arena_alloc(arena, axes->n + 1);
    return points->columns != NULL && points->gaps != NULL;
}

void vvi_gp_points_add(vvi_gp_points *points, const double *point)
{
    for (size_t a = 0; a < points->axes->n; a++) {
        points->columns[a * points->most + points->n] = point[a];
        if (isnan(point[a])) points->gaps[a] = true;
    }
    points->n++;
}

void vvi_gp_points_get(const vvi_gp_points *points, size_t i, double *point)
{
    for (size_t a = 0; a < points->axes->n; a++) point[a] = points->columns[a * points->most + i];
}

/* ---- distances --------------------------------------------------------------------------------------------------- */

static double square_between(bool ordered, double a, double b)
{
    if (isnan(a) || isnan(b)) return isnan(a) != isnan(b) ? APART : 0;
    return ordered ? (a - b) * (a - b) : !(a <= b && a >= b);
}

void vvi_gp_add_squares(const vvi_gp_points *points, size_t axis, size_t n, double at, double weight, double *sums)
{
    const double *column = points->columns + axis * points->most;
    const bool ordered = points->axes->ordered[axis];
    if (ordered && !points->gaps[axis] && !isnan(at)) {
        for (size_t i = 0; i < n; i++) sums[i] += weight * ((at - column[i]) * (at - column[i]));
    } else {
        for (size_t i = 0; i < n; i++) sums[i] += weight * square_between(ordered, at, column[i]);
    }
}

void vvi_gp_products(const vvi_gp_points *points, size_t n, const double *point, double *products)
{
    const vvi_gp_axes *axes = points->axes;
    memset(products, 0, n * sizeof *products);
    for (size_t a = 0; a < axes->n; a++) {
        if (!axes->ordered[a] || isnan(point[a])) continue;
        const double *column = points->columns + a * points->most,
                     at = (2 * point[a] - 1) * 3 / (double)axes->n_ordered;
        if (points->gaps[a]) {
            for (size_t i = 0; i < n; i++) products[i] += isnan(column[i]) ? 0 : at * (2 * column[i] - 1);
        } else {
            for (size_t i = 0; i < n; i++) products[i] += at * (2 * column[i] - 1);
        }
    }
}

double vvi_gp_product_self(const vvi_gp_axes *axes, const double *point)
{
    double product = 0;
    for (size_t a = 0; a < axes->n; a++) {
        if (!axes->ordered[a] || isnan(point[a])) continue;
        product += (2 * point[a] - 1) * (2 * point[a] - 1) * 3 / (double)axes->n_ordered;
    }
    return product;
}

/* ---- the kernel -------------------------------------------------------------------------------------------------- */

void vvi_gp_matern(size_t n, const double *squares, double *values, double *slopes)
{
    for (size_t i = 0; i < n; i++) {
        const double r = sqrt(5 * squares[i]), e = exp(-r);
        values[i] = (1 + r + r * r / 3) * e;
        slopes[i] = -5.0 / 6 * (1 + r) * e;
    }
}

double vvi_gp_kernel_self(const vvi_gp_kernel *kernel, double product)
{
    return kernel->amplitude + VVI_GP_MEAN_VARIANCE + (kernel->linear + kernel->quadratic * product) * product;
}
