/* Gaussian processes: gradients against differences, models against plain algebra, the normal law's tails. */
#include "check.h"

#include "search/gp/gp.h"

#include <stdlib.h>

/* ---- some points: two numbers, a category, a number that is active for one category only --------------------------- */

enum { AXES = 4, POINTS = 14 };
static const bool sorts[AXES] = { true, true, false, true };

typedef struct fixture {
    vvi_arena arena;
    vvi_gp_axes axes;
    vvi_gp_points points;
    double losses[POINTS], parameters[AXES + VVI_GP_N_PARAMETERS];
} fixture;

static void draw_point(vvi_stream *stream, double *point)
{
    for (size_t a = 0; a < AXES; a++) point[a] = vvi_stream_unit(stream);
    point[2] = (double)vvi_stream_below(stream, 3);
    if (point[2] > 0.5) point[3] = (double)NAN;
}

static double loss_at(const double *point)
{
    return exp(3 * point[0]) + sin(5 * point[1]) + point[2] + (isnan(point[3]) ? 0 : point[3] * point[3]);
}

static fixture begin(size_t n)
{
    static const double rest[VVI_GP_N_PARAMETERS] = { -0.3, -4, -2, -1.5, 0.4 };
    fixture f = { 0 };
    double point[AXES];
    vvi_stream stream = vvi_stream_begin(vvi_key_new(5, "points"));
    f.points.axes = NULL;
    for (size_t w = 0; w < AXES; w++) f.parameters[w] = 0.3 * (double)w - 0.2;
    memcpy(f.parameters + AXES, rest, sizeof rest);
    assert_true(vvi_gp_axes_make(&f.axes, sorts, AXES, &f.arena));
    assert_true(vvi_gp_points_make(&f.points, &f.axes, POINTS, &f.arena));
    for (size_t i = 0; i < n; i++) {
        draw_point(&stream, point);
        f.losses[i] = loss_at(point);
        vvi_gp_points_add(&f.points, point);
    }
    return f;
}

/* The axes are part of the fixture, which is returned by value. */
static void settle(fixture *f)
{
    f->points.axes = &f->axes;
}

static void end(fixture *f)
{
    vvi_arena_deinit(&f->arena);
}

/* ---- plain algebra -------------------------------------------------------------------------------------------------- */

static double covariance(const fixture *f, const double *a, const double *b)
{
    double squares = 0, product = 0;
    for (size_t k = 0; k < AXES; k++) {
        const bool both = !isnan(a[k]) && !isnan(b[k]);
        double d = both                         ? (sorts[k] ? (a[k] - b[k]) * (a[k] - b[k]) : fabs(a[k] - b[k]) > 0.5)
                   : isnan(a[k]) != isnan(b[k]) ? 0.25
                                                : 0;
        squares += exp(f->parameters[k]) * d;
        if (both && sorts[k]) product += (2 * a[k] - 1) * (2 * b[k] - 1);
    }
    const double *p = f->parameters + AXES, r = sqrt(5 * squares);
    return exp(p[VVI_GP_AMPLITUDE]) * (1 + r + r * r / 3) * exp(-r) + VVI_GP_MEAN_VARIANCE +
           exp(p[VVI_GP_LINEAR]) * product + exp(p[VVI_GP_QUADRATIC]) * product * product;
}

/* Solves A x = b by Gauss' elimination with pivots; both are spoilt. */
static void eliminate(size_t n, double *matrix, double *b)
{
    for (size_t k = 0; k < n; k++) {
        size_t pivot = k;
        for (size_t i = k + 1; i < n; i++)
            if (fabs(matrix[i * n + k]) > fabs(matrix[pivot * n + k])) pivot = i;
        for (size_t j = 0; j < n; j++) {
            const double kept = matrix[k * n + j];
            matrix[k * n + j] = matrix[pivot * n + j];
            matrix[pivot * n + j] = kept;
        }
        const double kept = b[k];
        b[k] = b[pivot];
        b[pivot] = kept;
        for (size_t i = k + 1; i < n; i++) {
            const double factor = matrix[i * n + k] / matrix[k * n + k];
            for (size_t j = k; j < n; j++) matrix[i * n + j] -= factor * matrix[k * n + j];
            b[i] -= factor * b[k];
        }
    }
    for (size_t k = n; k-- > 0;) {
        for (size_t j = k + 1; j < n; j++) b[k] -= matrix[k * n + j] * b[j];
        b[k] /= matrix[k * n + k];
    }
}

static void fill(const fixture *f, size_t n, double *matrix)
{
    double a[AXES], b[AXES];
    for (size_t i = 0; i < n; i++) {
        vvi_gp_points_get(&f->points, i, a);
        for (size_t j = 0; j < n; j++) {
            vvi_gp_points_get(&f->points, j, b);
            matrix[i * n + j] = covariance(f, a, b) + (i == j ? exp(f->parameters[AXES + VVI_GP_NOISE]) : 0);
        }
    }
}

/* The posterior covariance of two places given n points, and the mean at the first. */
static double posterior(const fixture *f, size_t n, const double *z, const double *a, const double *b, double *mean)
{
    double matrix[POINTS * POINTS], solved[POINTS], point[AXES], result = covariance(f, a, b);
    fill(f, n, matrix);
    for (size_t i = 0; i < n; i++) {
        vvi_gp_points_get(&f->points, i, point);
        solved[i] = covariance(f, point, a);
    }
    eliminate(n, matrix, solved);
    *mean = 0;
    for (size_t i = 0; i < n; i++) {
        vvi_gp_points_get(&f->points, i, point);
        result -= solved[i] * covariance(f, point, b);
        *mean += solved[i] * z[i];
    }
    return result;
}

/* ---- evidence ------------------------------------------------------------------------------------------------------- */

static void the_gradient_of_the_evidence_is_that_of_its_values(void **state)
{
    (void)state;
    fixture f = begin(POINTS);
    settle(&f);
    vvi_gp_evidence evidence;
    double gradient[AXES + VVI_GP_N_PARAMETERS], unused[AXES + VVI_GP_N_PARAMETERS];
    assert_true(vvi_gp_evidence_make(&evidence, &f.points, f.losses, NULL, &f.arena));
    assert_int_equal(evidence.n_parameters, AXES + VVI_GP_N_PARAMETERS);
    vvi_gp_evidence_at(&evidence, f.parameters, gradient);
    for (size_t k = 0; k < evidence.n_parameters; k++) {
        const double kept = f.parameters[k], step = 1e-5;
        f.parameters[k] = kept + step;
        const double above = vvi_gp_evidence_at(&evidence, f.parameters, unused);
        f.parameters[k] = kept - step;
        const double below = vvi_gp_evidence_at(&evidence, f.parameters, NULL);
        f.parameters[k] = kept;
        CHECK_NEAR(gradient[k], (above - below) / (2 * step), 1e-5 * (1 + fabs(gradient[k])));
    }
    end(&f);
}

static void the_evidence_is_the_normal_density_of_the_losses(void **state)
{
    (void)state;
    fixture f = begin(6);
    settle(&f);
    vvi_gp_evidence evidence;
    const double z[6] = { 0.3, -1, 0.8, 0.1, -0.4, 1.2 };
    double matrix[36], solved[6], other[AXES + VVI_GP_N_PARAMETERS], quadratic[2] = { 0 }, logs[2] = { 0 };
    assert_true(vvi_gp_evidence_make(&evidence, &f.points, NULL, z, &f.arena));
    memcpy(other, f.parameters, sizeof other);
    other[0] += 0.7;
    double values[2] = { vvi_gp_evidence_at(&evidence, f.parameters, NULL),
                         vvi_gp_evidence_at(&evidence, other, NULL) };
    for (int side = 0; side < 2; side++) { /* the difference of two, so that constants do not matter */
        const double prior = (f.parameters[0] - evidence.means[0]) / evidence.deviations[0];
        values[side] -= 0.5 * prior * prior;
        memcpy(solved, z, sizeof z);
        fill(&f, 6, matrix);
        eliminate(6, matrix, solved);
        for (size_t i = 0; i < 6; i++) {
            quadratic[side] += z[i] * solved[i];
            logs[side] += log(fabs(matrix[i * 6 + i])); /* what elimination left: the product is the determinant */
        }
        memcpy(f.parameters, other, sizeof other);
    }
    CHECK_NEAR(values[1] - values[0], 0.5 * (quadratic[1] - quadratic[0] + logs[1] - logs[0]), 1e-9);
    end(&f);
}

static void a_fit_is_never_worse_than_where_it_began(void **state)
{
    (void)state;
    fixture f = begin(POINTS);
    settle(&f);
    vvi_gp_evidence evidence;
    double parameters[AXES + VVI_GP_N_PARAMETERS], value;
    assert_true(vvi_gp_evidence_make(&evidence, &f.points, f.losses, NULL, &f.arena));
    for (size_t k = 0; k < VVI_GP_STARTS; k++) {
        vvi_gp_start(&evidence, k, parameters);
        const double before = vvi_gp_evidence_at(&evidence, parameters, NULL);
        CHECK_OK(vvi_gp_fit(&evidence, parameters, 40, &value, NULL));
        assert_true(value < before);
        CHECK_NEAR(vvi_gp_evidence_at(&evidence, parameters, NULL), value, 1e-9 * fabs(value));
    }
    end(&f);
}

static void a_warp_has_mean_0_variance_1_and_keeps_the_order(void **state)
{
    (void)state;
    const double losses[5] = { 3, 1e6, 2, 50, 2.5 };
    double unwarped[5], z[5], slopes[5], above[5], below[5], unused[5], gradient, ignored;
    vvi_gp_unwarped(losses, 5, unwarped);
    for (double bend = -6; bend <= 8; bend += 2) {
        const double step = 1e-5, density = vvi_gp_warp(unwarped, 5, bend, z, slopes, &gradient);
        double mean = 0, squares = 0;
        for (size_t i = 0; i < 5; i++) {
            mean += z[i] / 5;
            squares += z[i] * z[i] / 5;
        }
        CHECK_NEAR(mean, 0, 1e-9);
        CHECK_NEAR(squares, 1, 1e-9);
        assert_true(z[2] < z[4] && z[4] < z[0] && z[0] < z[3] && z[3] < z[1]);
        const double up = vvi_gp_warp(unwarped, 5, bend + step, above, unused, &ignored);
        const double down = vvi_gp_warp(unwarped, 5, bend - step, below, unused, &ignored);
        CHECK_NEAR(gradient, (up - down) / (2 * step), 1e-4);
        for (size_t i = 0; i < 5; i++) CHECK_NEAR(slopes[i], (above[i] - below[i]) / (2 * step), 1e-5);
        assert_true(isfinite(density));
    }
}

/* ---- models --------------------------------------------------------------------------------------------------------- */

static void a_model_agrees_with_plain_algebra(void **state)
{
    (void)state;
    fixture f = begin(10);
    settle(&f);
    vvi_gp_model model;
    vvi_stream stream = vvi_stream_begin(vvi_key_new(6, "elsewhere"));
    CHECK_OK(vvi_gp_model_make(&model, &f.points, f.parameters, f.losses, 0, (vvi_key){ 1 }, &f.arena, NULL));
    assert_int_equal(model.n_fantasies, 1);
    for (int i = 0; i < 20; i++) {
        double point[AXES], mean, variance, expected;
        draw_point(&stream, point);
        vvi_gp_predict(&model, point, &mean, &variance);
        CHECK_NEAR(variance, posterior(&f, 10, f.losses, point, point, &expected), 1e-9);
        CHECK_NEAR(mean, expected, 1e-8);
    }
    for (size_t i = 0; i < 10; i++) { /* and at the points themselves */
        double point[AXES], mean, variance;
        vvi_gp_points_get(&f.points, i, point);
        vvi_gp_predict(&model, point, &mean, &variance);
        CHECK_NEAR(model.means[i], mean, 1e-8);
    }
    end(&f);
}

/* Losses that a fantasy imagined, told to a fresh model as if they had been seen. */
static void a_fantasy_is_a_refit_on_what_it_imagines(void **state)
{
    (void)state;
    fixture f = begin(12);
    settle(&f);
    vvi_gp_model model, refit;
    double point[AXES], means[VVI_GP_FANTASIES], variance, mean, other, z[12];
    vvi_stream stream = vvi_stream_begin(vvi_key_new(7, "elsewhere"));
    CHECK_OK(vvi_gp_model_make(&model, &f.points, f.parameters, f.losses, 3, (vvi_key){ 9 }, &f.arena, NULL));
    assert_int_equal(model.n_fantasies, VVI_GP_FANTASIES);
    for (size_t k = 0; k < VVI_GP_FANTASIES; k += 7) {
        for (size_t i = 0; i < 12; i++) z[i] = model.means[k * 12 + i] + model.kernel.noise * model.alphas[k * 12 + i];
        for (size_t i = 0; i < 9; i++) CHECK_NEAR(z[i], f.losses[i], 1e-9);
        CHECK_OK(vvi_gp_model_make(&refit, &f.points, f.parameters, z, 0, (vvi_key){ 1 }, &f.arena, NULL));
        draw_point(&stream, point);
        vvi_gp_predict(&model, point, means, &variance);
        vvi_gp_predict(&refit, point, &mean, &other);
        CHECK_NEAR(means[k], mean, 1e-8);
        CHECK_NEAR(variance, other, 1e-9);
    }
    end(&f);
}

static void fantasies_have_the_moments_of_the_joint_posterior(void **state)
{
    (void)state;
    enum { KNOWN = 6, PENDING = 2, KEYS = 500, ALL = KNOWN + PENDING };
    fixture f = begin(ALL);
    settle(&f);
    double sums[PENDING] = { 0 }, products[PENDING][PENDING] = { { 0 } }, a[AXES], b[AXES], means[PENDING], ignored;
    for (int key = 0; key < KEYS; key++) {
        const vvi_arena_mark mark = vvi_arena_here(&f.arena);
        vvi_gp_model model;
        const vvi_key own = vvi_key_int((vvi_key){ 3 }, key);
        CHECK_OK(vvi_gp_model_make(&model, &f.points, f.parameters, f.losses, PENDING, own, &f.arena, NULL));
        for (size_t k = 0; k < VVI_GP_FANTASIES; k++) {
            double y[PENDING];
            for (size_t i = 0; i < PENDING; i++) {
                const size_t at = k * ALL + KNOWN + i;
                y[i] = model.means[at] + model.kernel.noise * model.alphas[at];
                sums[i] += y[i] / (KEYS * VVI_GP_FANTASIES);
            }
            for (size_t i = 0; i < PENDING; i++)
                for (size_t j = 0; j < PENDING; j++) products[i][j] += y[i] * y[j] / (KEYS * VVI_GP_FANTASIES);
        }
        vvi_arena_rewind(&f.arena, mark);
    }
    for (size_t i = 0; i < PENDING; i++) {
        vvi_gp_points_get(&f.points, KNOWN + i, a);
        posterior(&f, KNOWN, f.losses, a, a, &means[i]);
        CHECK_NEAR(sums[i], means[i], 1e-7); /* each draw has its opposite */
    }
    for (size_t i = 0; i < PENDING; i++) {
        for (size_t j = 0; j < PENDING; j++) {
            vvi_gp_points_get(&f.points, KNOWN + i, a);
            vvi_gp_points_get(&f.points, KNOWN + j, b);
            const double noise = i == j ? exp(f.parameters[AXES + VVI_GP_NOISE]) : 0;
            const double expected = posterior(&f, KNOWN, f.losses, a, b, &ignored) + noise;
            CHECK_NEAR(products[i][j] - means[i] * means[j], expected, 0.05);
        }
    }
    end(&f);
}

static void hard_points_are_bearable(void **state)
{
    (void)state;
    for (int kind = 0; kind < 3; kind++) { /* one point; the same point again and again; one loss for all */
        fixture f = begin(kind == 0 ? 1 : 5);
        settle(&f);
        double point[AXES], parameters[AXES + VVI_GP_N_PARAMETERS], value, mean, variance;
        vvi_gp_evidence evidence;
        vvi_gp_model model;
        vvi_gp_points_get(&f.points, 0, point);
        for (size_t i = 0; kind == 1 && i < 8; i++) vvi_gp_points_add(&f.points, point);
        for (size_t i = 0; i < POINTS; i++) f.losses[i] = kind == 2 ? 7 : (double)(i % 4);
        assert_true(vvi_gp_evidence_make(&evidence, &f.points, f.losses, NULL, &f.arena));
        vvi_gp_start(&evidence, 0, parameters);
        CHECK_OK(vvi_gp_fit(&evidence, parameters, 30, &value, NULL));
        parameters[AXES + VVI_GP_NOISE] = -60; /* no noise at all */
        CHECK_OK(vvi_gp_model_make(&model, &f.points, parameters, evidence.z, 0, (vvi_key){ 1 }, &f.arena, NULL));
        point[0] = 0.123;
        vvi_gp_predict(&model, point, &mean, &variance);
        assert_true(isfinite(mean) && variance > 0);
        end(&f);
    }
}

/* ---- the normal law -------------------------------------------------------------------------------------------------- */

static void improvement_agrees_with_a_million_draws(void **state)
{
    (void)state;
    const double places[] = { -2, -1.51, -1.49, -0.5, 0, 1, 3 };
    double sums[7] = { 0 }, slope;
    vvi_stream stream = vvi_stream_begin(vvi_key_new(1, "draws"));
    for (int i = 0; i < 1000000; i++) {
        const double e = vvi_stream_normal(&stream);
        for (size_t k = 0; k < 7; k++) sums[k] += fmax(places[k] + e, 0) / 1e6;
    }
    for (size_t k = 0; k < 7; k++) CHECK_NEAR(exp(vvi_log_improvement(places[k], &slope)) / sums[k], 1, 0.02);
}

static void tails_are_exact_and_their_slopes_finite(void **state)
{
    (void)state;
    /* 50-digit values: log(phi(z) + z Phi(z)) and log Phi(z). */
    static const double table[][3] = {
        { -1.4, -3.305846977, -2.516314853 },
        { -5, -16.744301163, -15.064998394 },
        { -1000, -500014.734452, -500007.826694812 },
    };
    double slope;
    for (size_t i = 0; i < 3; i++) {
        CHECK_NEAR(vvi_log_improvement(table[i][0], &slope) / table[i][1], 1, 1e-8);
        assert_true(isfinite(slope) && slope > 0);
        CHECK_NEAR(vvi_log_normal(table[i][0], &slope) / table[i][2], 1, 1e-8);
    }
    vvi_log_improvement(-1e3, &slope);
    CHECK_NEAR(slope, 1000.002, 1e-4);
    for (double z = -40; z < 6; z += 0.37) {
        double at, ignored;
        vvi_log_improvement(z, &at);
        CHECK_NEAR(at, (vvi_log_improvement(z + 1e-5, &ignored) - vvi_log_improvement(z - 1e-5, &ignored)) / 2e-5,
                   1e-4);
        vvi_log_normal(z, &at);
        CHECK_NEAR(at, (vvi_log_normal(z + 1e-5, &ignored) - vvi_log_normal(z - 1e-5, &ignored)) / 2e-5, 1e-4);
    }
}

/* ---- acquisition ----------------------------------------------------------------------------------------------------- */

static void check_gradient(const vvi_gp_acquisition *acquisition, vvi_stream *stream)
{
    double point[AXES], gradient[AXES];
    draw_point(stream, point);
    const double value = vvi_gp_acquire(acquisition, point, gradient);
    CHECK_NEAR(vvi_gp_acquire(acquisition, point, NULL), value, 0);
    for (size_t a = 0; a < AXES; a++) {
        if (!sorts[a] || isnan(point[a])) {
            CHECK_NEAR(gradient[a], 0, 0);
            continue;
        }
        const double kept = point[a], step = 1e-6;
        point[a] = kept + step;
        const double above = vvi_gp_acquire(acquisition, point, NULL);
        point[a] = kept - step;
        const double below = vvi_gp_acquire(acquisition, point, NULL);
        point[a] = kept;
        CHECK_NEAR(gradient[a], (above - below) / (2 * step), 1e-4 * (1 + fabs(gradient[a])));
    }
}

static void the_gradient_of_the_acquisition_is_that_of_its_values(void **state)
{
    (void)state;
    for (size_t pending = 0; pending < 4; pending += 3) {
        fixture f = begin(12);
        settle(&f);
        vvi_gp_model losses, fails;
        double labels[12];
        for (size_t i = 0; i < 12; i++) labels[i] = f.losses[i] > 8 ? 1 : -1;
        CHECK_OK(
            vvi_gp_model_make(&losses, &f.points, f.parameters, f.losses, pending, (vvi_key){ 2 }, &f.arena, NULL));
        CHECK_OK(vvi_gp_model_make(&fails, &f.points, f.parameters, labels, 0, (vvi_key){ 2 }, &f.arena, NULL));
        vvi_gp_acquisition acquisition = { .losses = &losses, .fails = &fails, .caution = 3 };
        vvi_stream stream = vvi_stream_begin(vvi_key_new(8, "elsewhere"));
        for (size_t k = 0; k < VVI_GP_FANTASIES; k++) acquisition.best[k] = 1 + 0.01 * (double)k;
        for (int i = 0; i < 10; i++) check_gradient(&acquisition, &stream);
        end(&f);
    }
}

/* ---- minimizing ------------------------------------------------------------------------------------------------------ */

static double bowl(void *context, const double *x, double *gradient)
{
    const bool broken = *(const bool *)context;
    gradient[0] = 2 * (x[0] - 3);
    gradient[1] = 20 * (x[1] + 1);
    return broken && x[0] > 1 ? (double)NAN : (x[0] - 3) * (x[0] - 3) + 10 * (x[1] + 1) * (x[1] + 1);
}

static void a_minimum_is_found_within_bounds_even_where_values_end(void **state)
{
    (void)state;
    const double low[] = { -2, -0.5 }, high[] = { 2, 4 };
    for (int i = 0; i < 2; i++) {
        bool broken = i == 1;
        double x[] = { -1, 2 }, value;
        CHECK_OK(vvi_gp_minimize(2, low, high, x, 100, 1e-12, bowl, &broken, &value, NULL));
        if (!broken) {
            CHECK_NEAR(x[0], 2, 1e-6);
            CHECK_NEAR(x[1], -0.5, 1e-6);
        }
        assert_true(isfinite(value) && value <= 16 + 90 && x[0] >= -2 && x[0] <= 2 && x[1] >= -0.5 && x[1] <= 4);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_gradient_of_the_evidence_is_that_of_its_values),
        cmocka_unit_test(the_evidence_is_the_normal_density_of_the_losses),
        cmocka_unit_test(a_fit_is_never_worse_than_where_it_began),
        cmocka_unit_test(a_warp_has_mean_0_variance_1_and_keeps_the_order),
        cmocka_unit_test(a_model_agrees_with_plain_algebra),
        cmocka_unit_test(a_fantasy_is_a_refit_on_what_it_imagines),
        cmocka_unit_test(fantasies_have_the_moments_of_the_joint_posterior),
        cmocka_unit_test(hard_points_are_bearable),
        cmocka_unit_test(improvement_agrees_with_a_million_draws),
        cmocka_unit_test(tails_are_exact_and_their_slopes_finite),
        cmocka_unit_test(the_gradient_of_the_acquisition_is_that_of_its_values),
        cmocka_unit_test(a_minimum_is_found_within_bounds_even_where_values_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
