/* The statistics of the search benchmark, against SciPy's and against what must hold. */
#include "bench/search_stats.h"
#include "check.h"

#define SAMPLE(...)                                                                                                    \
    {                                                                                                                  \
        (const double[]){ __VA_ARGS__ }, sizeof((const double[]){ __VA_ARGS__ }) / sizeof(double)                      \
    }

static const bench_match small = { SAMPLE(1, 2, 2, 3.5, 7, 8.25), SAMPLE(2, 4, 7, 9, 11) };
static const bench_match large = { SAMPLE(0.1, 1.3, -0.9, 1.0, -0.3, -0.3, 1.9, 0.2, -0.0, 0.7, 1.1, -0.0, 0.6, -1.0,
                                          -0.4, -0.4, -1.3, -1.5, -1.6, -0.2, -0.2, -0.3, 0.1, -1.3, -0.1, 0.2, 0.8,
                                          -0.8, -0.4, -2.0),
                                   SAMPLE(0.1, -1.6, -0.8, 1.7, -1.6, 1.4, 0.9, 0.3, 1.1, 1.1, 1.6, 0.4, 0.0, -0.0,
                                          -0.4, 0.6, -0.2, 1.7, -1.3, -0.5, -0.4, -1.5, 2.5, -1.8, 0.3) };
static const bench_match apart = { SAMPLE(1, 2, 3), SAMPLE(4, 5, 6, 7) }, equal = { SAMPLE(5, 5, 5), SAMPLE(5, 5) };

static bench_match turned(bench_match match)
{
    return (bench_match){ match.b, match.a };
}

/* SciPy 1.17: mannwhitneyu(a, b, method="asymptotic", use_continuity=True), whose U counts a above b. */
static void mann_whitney_is_as_scipy_has_it(void **state)
{
    (void)state;
    CHECK_NEAR(bench_win_probability(small), 1 - 7.5 / 30, 1e-15);
    CHECK_NEAR(bench_mann_whitney_p(small), 0.1960821150251133, 1e-14);
    CHECK_NEAR(bench_win_probability(large), 1 - 314.5 / 750, 1e-15);
    CHECK_NEAR(bench_mann_whitney_p(large), 0.3099702338374426, 1e-14);
    CHECK_NEAR(bench_mann_whitney_p(turned(large)), 0.3099702338374426, 1e-14);
}

static void samples_apart_and_samples_alike_are_at_the_ends(void **state)
{
    (void)state;
    CHECK_EQUAL_EXACTLY(bench_win_probability(apart), 1);
    CHECK_EQUAL_EXACTLY(bench_win_probability(turned(apart)), 0);
    CHECK_EQUAL_EXACTLY(bench_win_probability(equal), 0.5);
    CHECK_EQUAL_EXACTLY(bench_mann_whitney_p(equal), 1);
}

/* Holm's own way: 0.01 * 4, 0.02 * 3, 0.03 * 2, 0.5 * 1, none below the one before. */
static void holm_multiplies_by_what_is_left_and_never_goes_down(void **state)
{
    (void)state;
    double p[] = { 0.03, 0.01, 0.5, 0.02 };
    bench_holm(p, 4);
    CHECK_NEAR(p[1], 0.04, 1e-15);
    CHECK_NEAR(p[3], 0.06, 1e-15);
    CHECK_NEAR(p[0], 0.06, 1e-15);
    CHECK_NEAR(p[2], 0.5, 1e-15);
    double large_p[] = { 0.6, 0.9 };
    bench_holm(large_p, 2);
    CHECK_EQUAL_EXACTLY(large_p[0], 1);
    CHECK_EQUAL_EXACTLY(large_p[1], 1);
}

static bench_interval interval_of(const bench_match *matches, size_t n, uint64_t seed)
{
    bench_interval interval;
    CHECK_OK(bench_bootstrap(matches, n, vvi_key_new(seed, "test"), &interval, NULL));
    return interval;
}

static void the_interval_of_what_cannot_vary_is_a_point(void **state)
{
    (void)state;
    const bench_match both[] = { apart, equal };
    const bench_interval interval = interval_of(both, 2, 1);
    CHECK_NEAR(interval.low, 0.75, 1e-12);
    CHECK_NEAR(interval.high, 0.75, 1e-12);
}

/* U of two like samples of n has variance n^2 (2n + 1) / 12, and the mean of k independent ones a k-th of it. */
static void the_interval_is_as_wide_as_theory_says(void **state)
{
    (void)state;
    enum { N = 40, MATCHES = 6 };
    double values[MATCHES][2][N];
    bench_match matches[MATCHES];
    for (int k = 0; k < MATCHES; k++) {
        for (int s = 0; s < 2; s++) {
            vvi_stream stream = vvi_stream_begin(vvi_key_int(vvi_key_new(7, "sample"), 2 * k + s));
            for (int i = 0; i < N; i++) values[k][s][i] = vvi_stream_normal(&stream);
        }
        matches[k] = (bench_match){ { values[k][0], N }, { values[k][1], N } };
    }
    const bench_interval interval = interval_of(matches, MATCHES, 1);
    const double wanted = 2 * 1.96 * sqrt((2 * N + 1) / 12.0 / (N * N) / MATCHES);
    CHECK_NEAR(interval.high - interval.low, wanted, 0.1 * wanted);
    const bench_interval again = interval_of(matches, MATCHES, 1);
    CHECK_EQUAL_EXACTLY(again.low, interval.low);
    CHECK_EQUAL_EXACTLY(again.high, interval.high);
    double mean = 0;
    for (int k = 0; k < MATCHES; k++) mean += bench_win_probability(matches[k]) / MATCHES;
    assert_true(interval.low < mean && mean < interval.high);
}

static void no_memory_is_said_and_nothing_is_lost(void **state)
{
    (void)state;
    const bench_match both[] = { small, equal };
    bench_interval interval;
    vvi_fail_allocation(0);
    CHECK_OK(bench_bootstrap(both, 2, vvi_key_new(1, "test"), &interval, NULL));
    const long n = vvi_fail_allocation(0);
    for (long i = 1; i <= n; i++) {
        vvi_fail_allocation(i);
        assert_int_equal(bench_bootstrap(both, 2, vvi_key_new(1, "test"), &interval, NULL), VV_NO_MEMORY);
    }
    vvi_fail_allocation(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mann_whitney_is_as_scipy_has_it),
        cmocka_unit_test(samples_apart_and_samples_alike_are_at_the_ends),
        cmocka_unit_test(holm_multiplies_by_what_is_left_and_never_goes_down),
        cmocka_unit_test(the_interval_of_what_cannot_vary_is_a_point),
        cmocka_unit_test(the_interval_is_as_wide_as_theory_says),
        cmocka_unit_test(no_memory_is_said_and_nothing_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
