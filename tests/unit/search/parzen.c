/* Normal distributions between bounds against a table; mixtures against sums written out. */
#include "check.h"
#include "normal_table.h"

#include "search/parzen/parzen.h"

#include <stdlib.h>

enum { LANES = VVI_PARZEN_LANES, ROWS = sizeof table_rows / sizeof *table_rows };

/* ---- the normal distribution ------------------------------------------------------------------------------------- */

static void check_relative(double found, double expected, double tolerance)
{
    CHECK_NEAR(found, expected, tolerance * fmax(fabs(expected), 1e-7));
}

static void masses_agree_with_the_table(void **state)
{
    (void)state;
    for (int i = 0; i < ROWS; i++)
        check_relative(vvi_normal_log_mass(table_rows[i].a, table_rows[i].b), table_rows[i].log_mass, 1e-9);
    CHECK_NEAR(vvi_normal_log_mass(-(double)INFINITY, (double)INFINITY), 0, 0);
    check_relative(vvi_normal_log_mass(10, (double)INFINITY), -53.231285150512471, 1e-9);
    check_relative(vvi_normal_log_mass(-(double)INFINITY, 0), log(0.5), 1e-15);
}

static void quantiles_agree_with_the_table(void **state)
{
    (void)state;
    for (int i = 0; i < ROWS; i++) {
        const struct table_row *row = &table_rows[i];
        for (int k = 0; k < TABLE_PARTS; k++) {
            if (fabs(row->quantiles[k]) > 37) continue; /* no double is small enough for what is beyond */
            CHECK_NEAR(vvi_normal_between(table_parts[k], row->a, row->b), row->quantiles[k],
                       1e-8 * fmax(1, fabs(row->quantiles[k])));
        }
    }
}

/* log phi(x) - log mass integrates to 1. */
static void densities_between_bounds_integrate_to_1(void **state)
{
    (void)state;
    for (int i = 0; i < ROWS; i++) {
        const double a = fmax(table_rows[i].a, -40), b = fmin(table_rows[i].b, 40);
        enum { STEPS = 200000 };
        double sum = 0;
        for (int s = 0; s < STEPS; s++) {
            const double x = a + (b - a) * (s + 0.5) / STEPS;
            sum += exp(vvi_normal_log_density(x) - table_rows[i].log_mass) * (b - a) / STEPS;
        }
        CHECK_NEAR(sum, 1, 1e-5);
    }
}

/* ---- mixtures ---------------------------------------------------------------------------------------------------- */

static const vvi_axis number = { .ordered = true }, colour = { .n = 3 },
                      grid = { .ordered = true, .n = 5, .step = 0.2 };

/* Kernels at random points of 3 numbers and 2 categories. */
static void fill_points(double *points, size_t n, size_t n_numbers, size_t n_axes, uint64_t seed)
{
    vvi_stream stream = vvi_stream_begin(vvi_key_new(seed, "points"));
    for (size_t i = 0; i < n * n_axes; i++)
        points[i] = i % n_axes < n_numbers ? vvi_stream_unit(&stream) : (double)vvi_stream_below(&stream, 3);
}

/* The density as it is defined, in plain sums and products. */
static double density_written_out(const vvi_parzen *p, const double *point)
{
    double sum = p->uniform_weight;
    for (size_t j = p->n_numbers; j < p->n_axes; j++) sum /= p->axes[j]->n;
    for (size_t k = 0; k < p->n; k++) {
        double product = p->weights[k];
        for (size_t j = 0; j < p->n_axes; j++) {
            const double mean = p->means[k * p->n_axes + j];
            if (j < p->n_numbers) {
                const double deviation = sqrt(0.5) / p->slopes[k * p->slope_stride + j],
                             z = (point[j] - mean) / deviation;
                const double mass = 0.5 * (erf((1 - mean) / deviation / sqrt(2)) + erf(mean / deviation / sqrt(2)));
                product *= exp(-z * z / 2) / (deviation * sqrt(2 * acos(-1)) * mass);
            } else {
                const double hit = fabs(point[j] - mean) < 0.5 ? 1 : 0;
                product *= mean < 0 ? 1.0 / p->axes[j]->n : (p->blurs[j] + hit) / (1 + p->axes[j]->n * p->blurs[j]);
            }
        }
        sum += product;
    }
    return sum;
}

static void check_density(const vvi_parzen *p, uint64_t seed)
{
    double points[LANES * 5], lanes[5 * LANES], logs[LANES];
    fill_points(points, LANES, p->n_numbers, p->n_axes, seed);
    for (size_t i = 0; i < LANES; i++)
        for (size_t j = 0; j < p->n_axes; j++) lanes[j * LANES + i] = points[i * p->n_axes + j];
    vvi_parzen_log_density(p, lanes, logs);
    for (size_t i = 0; i < LANES; i++) CHECK_NEAR(logs[i], log(density_written_out(p, points + i * p->n_axes)), 2e-13);
}

static void densities_are_those_written_out(void **state)
{
    (void)state;
    const vvi_axis *axes[] = { &number, &number, &number, &colour, &colour };
    double points[200 * 5], weights[200];
    for (size_t n = 0; n < 200; n = 3 * n + 1) {
        vvi_arena arena = { 0 };
        vvi_parzen p;
        fill_points(points, n, 3, 5, n);
        for (size_t k = 0; k < n; k++) weights[k] = 1.0 + (double)(k % 7);
        const vvi_kernels kernels = { axes, 5, 3, n, points, NULL };
        assert_true(vvi_parzen_good(&p, &arena, &kernels, weights, 0));
        check_density(&p, n + 1);
        assert_true(vvi_parzen_bad(&p, &arena, &kernels, 3));
        check_density(&p, n + 2);
        assert_true(vvi_parzen_optuna(&p, &arena, &kernels, n == 4));
        check_density(&p, n + 3);
        vvi_arena_deinit(&arena);
    }
}

/* Far from all kernels, and at one of thousands of axes: nothing overflows, nothing is lost. */
static void densities_are_finite_whatever_the_number_of_axes(void **state)
{
    (void)state;
    enum { AXES = 3000 };
    const vvi_axis **axes = malloc(AXES * sizeof *axes);
    double *points = calloc(2 * AXES, sizeof *points), *lanes = calloc(AXES * LANES, sizeof *lanes), logs[LANES];
    for (size_t j = 0; j < AXES; j++) {
        axes[j] = &number;
        points[j] = 0.5;
        points[AXES + j] = 0.25;
        for (size_t i = 0; i < LANES; i++) lanes[j * LANES + i] = i == 0 ? 0.5 : 1;
    }
    vvi_arena arena = { 0 };
    vvi_parzen p;
    const vvi_kernels kernels = { axes, AXES, AXES, 2, points, NULL };
    assert_true(vvi_parzen_bad(&p, &arena, &kernels, 6));
    vvi_parzen_log_density(&p, lanes, logs);
    assert_true(isfinite(logs[0]) && logs[0] > 1000);
    CHECK_NEAR(logs[1], log(3.0 / 5), 1e-12); /* only the uniform component */
    vvi_arena_deinit(&arena);
    free(axes);
    free(points);
    free(lanes);
}

/* On a grid there are masses, and they sum to 1. */
static void masses_of_a_grid_sum_to_1(void **state)
{
    (void)state;
    const vvi_axis *axes[] = { &grid };
    const double points[] = { 0.1, 0.9, 0.3, 0.3 };
    const vvi_kernels kernels = { axes, 1, 1, 4, points, NULL };
    vvi_arena arena = { 0 };
    vvi_parzen p;
    double lanes[LANES] = { 0.1, 0.3, 0.5, 0.7, 0.9 }, logs[LANES], sum = 0;
    assert_true(vvi_parzen_optuna(&p, &arena, &kernels, false));
    vvi_parzen_log_density(&p, lanes, logs);
    for (int i = 0; i < 5; i++) sum += exp(logs[i]);
    CHECK_NEAR(sum, 1, 1e-12);
    vvi_arena_deinit(&arena);
}

/* Chi-square of draws over 20 cells of a number and 3 categories; 59 degrees of freedom, p = 0.001. */
static void draws_follow_the_density(void **state)
{
    (void)state;
    enum { DRAWS = 60000, CELLS = 20, WITHIN = 200 };
    const vvi_axis *axes[] = { &number, &colour };
    const double points[] = { 0.02, 0, 0.5, 2, 0.55, 2, 1, 1 }, weights[] = { 1, 3, 2, 1 };
    const vvi_kernels kernels = { axes, 2, 1, 4, points, NULL };
    vvi_arena arena = { 0 };
    vvi_parzen p;
    static double counts[3][CELLS];
    assert_true(vvi_parzen_good(&p, &arena, &kernels, weights, 0));
    vvi_stream stream = vvi_stream_begin(vvi_key_new(5, "draws"));
    for (int i = 0; i < DRAWS; i++) {
        double point[2];
        vvi_parzen_draw(&p, &stream, point);
        assert_true(point[0] >= 0 && point[0] <= 1);
        counts[(int)point[1]][(int)fmin(CELLS - 1, point[0] * CELLS)]++;
    }
    double chi = 0;
    for (int c = 0; c < 3; c++) {
        for (int cell = 0; cell < CELLS; cell++) {
            double expected = 0;
            for (int i = 0; i < WITHIN; i++)
                expected += density_written_out(&p, (double[]){ (cell + (i + 0.5) / WITHIN) / CELLS, c });
            expected *= (double)DRAWS / CELLS / WITHIN;
            chi += (counts[c][cell] - expected) * (counts[c][cell] - expected) / expected;
        }
    }
    assert_true(chi < 98.3);
    vvi_arena_deinit(&arena);
}

/* ---- bandwidths -------------------------------------------------------------------------------------------------- */

static double deviation(const vvi_parzen *p, size_t k, size_t axis)
{
    return sqrt(0.5) / p->slopes[k * p->slope_stride + axis];
}

static void optunas_widths_are_the_larger_gaps(void **state)
{
    (void)state;
    const vvi_axis *axes[] = { &number };
    const double points[] = { 0.5, 0.1, 0.9, 0.55, 0.9 }, expected[] = { 0.4, 0.4, 0.35, 0.35, 1.0 / 7 };
    const vvi_kernels kernels = { axes, 1, 1, 5, points, NULL };
    vvi_arena arena = { 0 };
    vvi_parzen p;
    assert_true(vvi_parzen_optuna(&p, &arena, &kernels, false));
    for (size_t k = 0; k < 5; k++) CHECK_NEAR(deviation(&p, k, 0), expected[k], 1e-15);
    CHECK_NEAR(deviation(&p, 5, 0), 1, 1e-15); /* the prior */
    CHECK_NEAR(p.means[5], 0.5, 0);
    const vvi_kernels one = { axes, 1, 1, 1, (double[]){ 0.3 }, NULL };
    assert_true(vvi_parzen_optuna(&p, &arena, &one, false));
    CHECK_NEAR(deviation(&p, 0, 0), 0.7, 1e-15);
    vvi_arena_deinit(&arena);
}

static void optunas_weights_fall_with_age_beyond_25(void **state)
{
    (void)state;
    const vvi_axis *axes[] = { &number };
    double points[30] = { 0 };
    vvi_arena arena = { 0 };
    vvi_parzen p;
    const vvi_kernels kernels = { axes, 1, 1, 30, points, NULL };
    assert_true(vvi_parzen_optuna(&p, &arena, &kernels, false));
    const double sum = 26 + (1 + 30) / 2.0 / 30 * 5;
    for (int k = 0; k < 5; k++) CHECK_NEAR(p.weights[k] * sum, 1.0 / 30 + 29.0 / 30 * k / 4, 1e-12);
    for (int k = 5; k < 31; k++) CHECK_NEAR(p.weights[k] * sum, 1, 1e-12);
    vvi_arena_deinit(&arena);
}

/* Equal weights: Silverman's rule over the plain standard deviation, times 0.7. */
static void our_widths_follow_the_spread_of_the_good(void **state)
{
    (void)state;
    const vvi_axis *axes[] = { &number, &number, &grid };
    const double points[] = { 0.1, 0.5, 0.5, 0.3, 0.5, 0.5, 0.8, 0.5, 0.5, 0.6, 0.5, 0.5 }, even[] = { 2, 2, 2, 2 };
    const vvi_kernels kernels = { axes, 3, 3, 4, points, NULL };
    vvi_arena arena = { 0 };
    vvi_parzen p;
    assert_true(vvi_parzen_good(&p, &arena, &kernels, even, 0));
    const double mean = 0.45, squares = 0.35 * 0.35 + 0.15 * 0.15 + 0.35 * 0.35 + 0.15 * 0.15;
    CHECK_NEAR(mean, (0.1 + 0.3 + 0.8 + 0.6) / 4, 1e-15);
    CHECK_NEAR(deviation(&p, 0, 0), 0.7 * sqrt(squares / 3) * pow(4, -1.0 / 7), 1e-14);
    CHECK_NEAR(deviation(&p, 0, 1), 0.05, 1e-15); /* no spread: the floor */
    CHECK_NEAR(deviation(&p, 0, 2), 0.1, 1e-15);  /* half a step of a grid of five */
    assert_true(vvi_parzen_good(&p, &arena, &kernels, even, vvi_parzen_level(399)));
    CHECK_NEAR(deviation(&p, 0, 1), 0.025, 1e-15);
    vvi_arena_deinit(&arena);
}

static void floors_halve_with_each_doubling_and_end(void **state)
{
    (void)state;
    const size_t trials[] = { 0, 199, 200, 399, 400, 800, 100000 };
    const unsigned levels[] = { 0, 0, 1, 1, 2, 3, 6 };
    for (int i = 0; i < 7; i++) assert_int_equal(vvi_parzen_level(trials[i]), levels[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(masses_agree_with_the_table),
        cmocka_unit_test(quantiles_agree_with_the_table),
        cmocka_unit_test(densities_between_bounds_integrate_to_1),
        cmocka_unit_test(densities_are_those_written_out),
        cmocka_unit_test(densities_are_finite_whatever_the_number_of_axes),
        cmocka_unit_test(masses_of_a_grid_sum_to_1),
        cmocka_unit_test(draws_follow_the_density),
        cmocka_unit_test(optunas_widths_are_the_larger_gaps),
        cmocka_unit_test(optunas_weights_fall_with_age_beyond_25),
        cmocka_unit_test(our_widths_follow_the_spread_of_the_good),
        cmocka_unit_test(floors_halve_with_each_doubling_and_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
