/* Domains: grids, numbers in [0, 1), rules, texts. "Pair N" is a pair of values observed in Keras Tuner 1.4.7; where a
 * comment says so, ours differs on purpose. */
#include "check.h"

#include "base/base.h"
#include "space/space.h"

#include <stdlib.h>

static vv_domain ints(int min, int max, int step, vv_sampling sampling)
{
    return (vv_domain){ .kind = VV_DOMAIN_INT,
                        .type = VV_VALUE_INT,
                        .min = min,
                        .max = max,
                        .step = step,
                        .sampling = sampling,
                        .default_value = { VV_VALUE_INT, { .i = min } } };
}

static vv_domain floats(double min, double max, double step, vv_sampling sampling)
{
    return (vv_domain){ .kind = VV_DOMAIN_FLOAT,
                        .type = VV_VALUE_FLOAT,
                        .min = min,
                        .max = max,
                        .step = step,
                        .sampling = sampling,
                        .default_value = { VV_VALUE_FLOAT, { .f = min } } };
}

static vv_value an_int(int64_t i)
{
    return (vv_value){ VV_VALUE_INT, { .i = i } };
}

static vv_value a_float(double f)
{
    return (vv_value){ VV_VALUE_FLOAT, { .f = f } };
}

static vv_value a_string(const char *s)
{
    return (vv_value){ VV_VALUE_STRING, { .s = s } };
}

/* All values of a finite domain as one text. */
static const char *list(vv_domain domain)
{
    static char text[4096];
    vvi_line line = { .text = text, .size = sizeof text };
    for (uint64_t i = 0; i < vv_domain_size(&domain); i++) {
        if (i > 0) vvi_line_printf(&line, " ");
        vvi_line_value(&line, vv_domain_at(&domain, i));
    }
    return text;
}

static vv_value at_unit(vv_domain domain, double u)
{
    return vv_domain_from_unit(&domain, u);
}

static double unit_of(vv_domain domain, vv_value value)
{
    return vv_domain_to_unit(&domain, value);
}

/* ---- Keras' pairs ----------------------------------------------------------------------------------------------- */

static void int_grids_hold_what_keras_lists(void **state)
{
    (void)state;
    assert_string_equal(list(ints(2, 32, 2, VV_SAMPLE_LOG)), "2 4 8 16 32"); /* pair 2 */
    assert_string_equal(list(ints(6, 13, 3, VV_SAMPLE_LINEAR)), "6 9 12");   /* pair 6 */
    assert_string_equal(list(ints(2, 8, 2, VV_SAMPLE_LINEAR)), "2 4 6 8");
    assert_string_equal(list(ints(2, 8, 2, VV_SAMPLE_LOG)), "2 4 8");
    assert_string_equal(list(ints(3, 100, 3, VV_SAMPLE_LOG)), "3 9 27 81");
    assert_string_equal(list(ints(2, 4, 0, VV_SAMPLE_LINEAR)), "2 3 4"); /* pair 7 */
    assert_string_equal(list(ints(2, 4, 1, VV_SAMPLE_LINEAR)), "2 3 4");
    const vv_domain twenty = ints(2, 20, 0, VV_SAMPLE_LINEAR);
    assert_int_equal(vv_domain_size(&twenty), 19);
}

static void a_reverse_log_grid_ascends_where_that_of_keras_descends(void **state)
{
    (void)state;
    assert_string_equal(list(ints(2, 32, 2, VV_SAMPLE_REVERSE_LOG)), "2 18 26 30 32"); /* pair 5: 32 30 26 18 2 */
    assert_string_equal(list(ints(3, 100, 3, VV_SAMPLE_REVERSE_LOG)), "22 76 94 100"); /* its grid starts at max */
    assert_string_equal(list(floats(0.001, 1, 10, VV_SAMPLE_REVERSE_LOG)), "0.001 0.901 0.991 1.0");
}

static void an_int_log_domain_without_step_holds_every_integer(void **state)
{
    (void)state;
    const vv_domain domain = ints(2, 1024, 0, VV_SAMPLE_LOG); /* pair 7: Keras' grid has 10 values, and not the max */
    assert_int_equal(vv_domain_size(&domain), 1023);
    assert_int_equal(vv_domain_at(&domain, 1022).i, 1024);
    assert_int_equal(vv_domain_index(&domain, an_int(777)), 775);
}

static void float_grids_hold_what_keras_promises(void **state)
{
    (void)state;
    assert_string_equal(list(floats(2, 8, 2, VV_SAMPLE_LINEAR)), "2.0 4.0 6.0 8.0"); /* pair 18 */
    assert_string_equal(list(floats(0.1, 100, 10, VV_SAMPLE_LOG)), "0.1 1.0 10.0 100.0");
    assert_string_equal(list(floats(0, 1, 0.2, VV_SAMPLE_LINEAR)),
                        "0.0 0.2 0.4 0.6 0.8 1.0"); /* pair 19: code gives 5 */
    assert_string_equal(list(floats(0.1, 0.5, 0.1, VV_SAMPLE_LINEAR)), "0.1 0.2 0.3 0.4 0.5");
    assert_string_equal(list(floats(1e-5, 0.1, 10, VV_SAMPLE_LOG)), "1e-05 0.0001 0.001 0.01 0.1");
    assert_string_equal(list(floats(0.5, 1.25, 0.25, VV_SAMPLE_LINEAR)), "0.5 0.75 1.0 1.25"); /* pair 68 */
    const vv_domain continuum =
        floats(2, 4, 0, VV_SAMPLE_LINEAR); /* pair 18: Keras lists 10 of them, ours is endless */
    assert_int_equal(vv_domain_size(&continuum), 0);
}

static void numbers_in_the_unit_interval_are_those_of_keras(void **state)
{
    (void)state;
    CHECK_NEAR(unit_of(ints(5, 9, 1, VV_SAMPLE_LINEAR), an_int(6)), 0.3, 1e-15); /* pair 1 */
    CHECK_NEAR(unit_of(ints(2, 32, 2, VV_SAMPLE_LOG), an_int(4)), 0.3, 1e-15);   /* pair 2 */
    assert_int_equal(at_unit(ints(2, 32, 2, VV_SAMPLE_LOG), 0.3).i, 4);
    CHECK_NEAR(unit_of(ints(2, 32, 0, VV_SAMPLE_LOG), an_int(4)), 0.28927077, 1e-8);    /* pair 3 */
    CHECK_NEAR(unit_of(floats(1, 11, 0, VV_SAMPLE_LINEAR), a_float(4.5)), 0.35, 1e-15); /* pair 11 */
    CHECK_EQUAL_EXACTLY(at_unit(floats(1, 11, 0, VV_SAMPLE_LINEAR), 0.35).f, 4.5);
    const vv_domain wide = floats(1e-3, 1e3, 0, VV_SAMPLE_LOG); /* pair 14 */
    CHECK_NEAR(unit_of(wide, a_float(1e-3)), 0, 0);
    CHECK_NEAR(unit_of(wide, a_float(1)), 0.5, 1e-15);
    CHECK_NEAR(unit_of(wide, a_float(1e3)), 1, 0);
    CHECK_NEAR(unit_of(floats(2, 2, 0, VV_SAMPLE_LINEAR), a_float(2)), 0.5, 0); /* pair 16 */
    CHECK_EQUAL_EXACTLY(at_unit(floats(2, 2, 0, VV_SAMPLE_LINEAR), 0.9).f, 2);
    CHECK_NEAR(at_unit(floats(1e-4, 1e-1, 0, VV_SAMPLE_LOG), 0.5).f, 0.0031622776601683794, 1e-17); /* pair 17 */
}

static void an_int_log_domain_follows_the_formula_of_keras(void **state)
{
    (void)state;
    const double u[] = { 0, 0.25, 0.5, 0.75, 0.999 };
    const int log_value[] = { 2, 4, 8, 16, 32 }, reverse_value[] = { 2, 18, 26, 30, 32 };
    for (size_t i = 0; i < 5; i++) { /* pairs 3 and 4 */
        assert_int_equal(at_unit(ints(2, 32, 0, VV_SAMPLE_LOG), u[i]).i, log_value[i]);
        assert_int_equal(at_unit(ints(2, 32, 0, VV_SAMPLE_REVERSE_LOG), u[i]).i, reverse_value[i]);
    }
}

static void choices_and_booleans_map_as_in_keras(void **state)
{
    (void)state;
    const vv_value one_to_three[] = { an_int(1), an_int(2), an_int(3) },
                   from_zero[] = { an_int(0), an_int(1), an_int(2) };
    vv_domain choice = { .kind = VV_DOMAIN_CHOICE, .type = VV_VALUE_INT, .values = one_to_three, .n_values = 3 };
    CHECK_NEAR(unit_of(choice, an_int(1)), 1.0 / 6, 1e-15); /* pair 20 */
    choice.values = from_zero;
    assert_int_equal(at_unit(choice, 1).i, 2);
    assert_int_equal(at_unit(choice, 0).i, 0);
    const vv_domain boolean = { .kind = VV_DOMAIN_BOOL, .type = VV_VALUE_BOOL };
    assert_false(at_unit(boolean, 0.49).b); /* pair 22; Keras' grid order is true, false: ours ascends */
    assert_true(at_unit(boolean, 0.5).b);
    CHECK_NEAR(unit_of(boolean, (vv_value){ VV_VALUE_BOOL, { .b = true } }), 0.75, 0);
    CHECK_NEAR(unit_of(boolean, (vv_value){ VV_VALUE_BOOL, { .b = false } }), 0.25, 0);
    assert_string_equal(list(boolean), "false true");
    const vv_value eight = a_float(8.2); /* pair 23 */
    const vv_domain fixed = { .kind = VV_DOMAIN_FIXED, .type = VV_VALUE_FLOAT, .values = &eight, .n_values = 1 };
    CHECK_NEAR(unit_of(fixed, eight), 0.5, 0);
    CHECK_EQUAL_EXACTLY(at_unit(fixed, 0.99).f, 8.2);
}

/* Keras: (0.3, 10) -> 2, (0.6, 5) -> 2, (0.7, 10) -> 6, (0.29, 100) -> 28, (0.57, 100) -> 56. */
static void buckets_have_no_float_glitches(void **state)
{
    (void)state;
    for (int n = 1; n <= 200; n++) {
        const vv_domain domain = ints(0, n - 1, 1, VV_SAMPLE_LINEAR);
        for (int k = 0; k < n; k++) assert_int_equal(at_unit(domain, (double)k / n).i, k);
    }
    assert_int_equal(at_unit(ints(0, 9, 1, VV_SAMPLE_LINEAR), 0.3).i, 3);
    assert_int_equal(at_unit(ints(0, 99, 1, VV_SAMPLE_LINEAR), 0.29).i, 29);
    assert_int_equal(at_unit(ints(0, 99, 1, VV_SAMPLE_LINEAR), 0.57).i, 57);
}

/* ---- grids ------------------------------------------------------------------------------------------------------ */

static void decimal_grids_are_the_doubles_that_their_decimals_mean(void **state)
{
    (void)state;
    const vv_domain tenths = floats(0, 1, 0.1, VV_SAMPLE_LINEAR);
    const double expected[] = { 0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1 };
    assert_int_equal(vv_domain_size(&tenths), 11);
    for (uint64_t i = 0; i < 11; i++) CHECK_EQUAL_EXACTLY(vv_domain_at(&tenths, i).f, expected[i]);
}

/* Keras loses the maximum of 916 of these 1,450 grids. */
static void no_decimal_grid_loses_its_maximum_or_prints_drift(void **state)
{
    (void)state;
    const char *const steps[] = { "0.1", "0.2", "0.05", "0.01", "0.025" };
    const int thousandths[] = { 100, 200, 50, 10, 25 };
    int grids = 0;
    for (size_t s = 0; s < 5; s++) {
        for (int k = 0; k < 10; k++) {
            for (int n = 1; n <= 29; n++, grids++) {
                const double step = strtod(steps[s], NULL);
                const vv_domain domain =
                    floats(k * thousandths[s] / 1000.0, (k + n) * thousandths[s] / 1000.0, step, VV_SAMPLE_LINEAR);
                assert_int_equal(vv_domain_size(&domain), n + 1);
                CHECK_EQUAL_EXACTLY(vv_domain_at(&domain, (uint64_t)n).f, domain.max);
                for (int i = 0; i <= n; i++) {
                    char decimals[32], printed[32];
                    snprintf(decimals, sizeof decimals, "%.3f", (k + i) * thousandths[s] / 1000.0);
                    vv_value_format(vv_domain_at(&domain, (uint64_t)i), printed, sizeof printed);
                    CHECK_EQUAL_EXACTLY(strtod(printed, NULL), strtod(decimals, NULL));
                    assert_true(strlen(printed) <= 5); /* at most d.ddd */
                }
            }
        }
    }
    assert_int_equal(grids, 1450);
}

static void a_maximum_computed_with_drift_is_still_on_its_grid(void **state)
{
    (void)state;
    const vv_domain drifted = floats(0, 3 * 0.1, 0.1, VV_SAMPLE_LINEAR); /* max is 0.30000000000000004 */
    assert_int_equal(vv_domain_size(&drifted), 4);
    CHECK_EQUAL_EXACTLY(vv_domain_at(&drifted, 3).f, 3 * 0.1);
    const vv_domain sevenths = floats(0, 1, 1.0 / 7, VV_SAMPLE_LINEAR);
    assert_int_equal(vv_domain_size(&sevenths), 8);
    CHECK_EQUAL_EXACTLY(vv_domain_at(&sevenths, 7).f, 1);
}

static void check_round_trip(vv_domain *domain)
{
    vv_error error = { 0 };
    domain->default_value = vv_domain_at(domain, 0); /* a reverse log grid starts at max: min need not be on it */
    if (vv_domain_check(domain, "x", &error) != VV_OK) fail_msg("%s", error.text);
    const uint64_t n = vv_domain_size(domain), stride = n < 200 ? 1 : n / 100;
    double before = -(double)INFINITY;
    for (uint64_t i = 0; i < n; i += stride) {
        const vv_value value = vv_domain_at(domain, i);
        const double number = value.type == VV_VALUE_INT ? (double)value.i : value.f;
        if (!(number > before) || number < domain->min || number > domain->max ||
            vv_domain_index(domain, value) != (int64_t)i) {
            char text[VVI_SHORT_TEXT];
            fail_msg("%s: value %llu is %.17g after %.17g, its index %lld", vvi_domain_text(domain, text),
                     (unsigned long long)i, number, before, (long long)vv_domain_index(domain, value));
        }
        const vv_value back = vv_domain_from_unit(domain, vv_domain_to_unit(domain, value));
        assert_true(vv_value_equal(back, value));
        before = number;
    }
}

static void value_to_index_to_value_is_the_identity(void **state)
{
    (void)state;
    vvi_stream stream = vvi_stream_begin(vvi_key_new(1, "grids"));
    for (int i = 0; i < 5000; i++) {
        const double scale = pow(10, (double)vvi_stream_below(&stream, 13) - 6);
        const double min = (vvi_stream_unit(&stream) - 0.5) * scale;
        const double step = scale * pow(10, -3 * vvi_stream_unit(&stream));
        const double n = (double)vvi_stream_below(&stream, 300) + vvi_stream_unit(&stream);
        vv_domain linear = floats(min, min + n * step, step, VV_SAMPLE_LINEAR);
        check_round_trip(&linear);
        const vv_sampling sampling = i % 2 == 0 ? VV_SAMPLE_LOG : VV_SAMPLE_REVERSE_LOG;
        const double factor = 1.01 + 9 * vvi_stream_unit(&stream), low = scale * (0.1 + vvi_stream_unit(&stream));
        vv_domain log_grid = floats(low, low * pow(10, 5 * vvi_stream_unit(&stream)), factor, sampling);
        check_round_trip(&log_grid);
    }
}

static void int_domains_count_exactly(void **state)
{
    (void)state;
    vvi_stream stream = vvi_stream_begin(vvi_key_new(2, "grids"));
    for (int i = 0; i < 5000; i++) {
        const int min = (int)vvi_stream_below(&stream, 2000) - 1000, max = min + (int)vvi_stream_below(&stream, 5000);
        const int step = 2 + (int)vvi_stream_below(&stream, 40);
        vv_domain linear = ints(min, max, step, VV_SAMPLE_LINEAR);
        assert_int_equal(vv_domain_size(&linear), (max - min) / step + 1);
        check_round_trip(&linear);
        vv_domain multiplied = ints(min + 1001, max + 1001, step, i % 2 ? VV_SAMPLE_LOG : VV_SAMPLE_REVERSE_LOG);
        check_round_trip(&multiplied);
        vv_domain every = ints(min + 1001, max + 1001, 0, i % 3 ? VV_SAMPLE_LOG : VV_SAMPLE_REVERSE_LOG);
        check_round_trip(&every);
    }
    const vv_domain all = ints(INT32_MIN, INT32_MAX, 0, VV_SAMPLE_LINEAR);
    assert_true(vv_domain_size(&all) == UINT64_C(1) << 32);
    assert_int_equal(vv_domain_at(&all, (UINT64_C(1) << 32) - 1).i, INT32_MAX);
    const vv_domain doublings = ints(1, INT32_MAX, 2, VV_SAMPLE_LOG); /* 2^31 - 1 is no doubling, by 7e-10 */
    assert_int_equal(vv_domain_size(&doublings), 31);
    const vv_domain nearly = ints(0, INT32_MAX - 1, INT32_MAX, VV_SAMPLE_LINEAR); /* one step too far, by 5e-10 */
    assert_int_equal(vv_domain_size(&nearly), 1);
}

static void a_continuum_stays_inside_its_bounds_and_comes_back(void **state)
{
    (void)state;
    const vv_domain domains[] = { floats(0.1, 0.7, 0, VV_SAMPLE_LINEAR), floats(1e-6, 3, 0, VV_SAMPLE_LOG),
                                  floats(0.3, 0.9, 0, VV_SAMPLE_REVERSE_LOG) };
    for (size_t d = 0; d < 3; d++) {
        for (int i = 0; i <= 1000; i++) {
            const vv_value value = vv_domain_from_unit(&domains[d], i / 1000.0);
            assert_true(vv_domain_contains(&domains[d], value));
            CHECK_NEAR(vv_domain_to_unit(&domains[d], value), i / 1000.0, 1e-12);
        }
        assert_true(vv_domain_contains(&domains[d], a_float(domains[d].max)));
        assert_int_equal(vv_domain_index(&domains[d], a_float(domains[d].min)), -1);
        assert_true(vv_domain_contains(&domains[d], vv_domain_from_unit(&domains[d], (double)NAN)));
    }
}

static void values_outside_a_domain_have_no_index_and_no_number(void **state)
{
    (void)state;
    const vv_domain grid = floats(0, 1, 0.1, VV_SAMPLE_LINEAR);
    assert_int_equal(vv_domain_index(&grid, a_float(0.1 + 0.2)), -1); /* 0.30000000000000004 is not 0.3 */
    assert_int_equal(vv_domain_index(&grid, a_float(1.1)), -1);
    assert_int_equal(vv_domain_index(&grid, a_float((double)NAN)), -1);
    assert_int_equal(vv_domain_index(&grid, an_int(0)), -1);
    assert_true(isnan(unit_of(grid, a_float(0.55))));
    const vv_domain evens = ints(2, 8, 2, VV_SAMPLE_LINEAR);
    assert_int_equal(vv_domain_index(&evens, an_int(5)), -1);
    assert_int_equal(vv_domain_index(&evens, an_int(INT64_MAX)), -1);
}

/* ---- rules ------------------------------------------------------------------------------------------------------ */

static void check_refused(vv_domain domain, const char *text)
{
    vv_error error = { 0 };
    assert_int_equal(vv_domain_check(&domain, "units", &error), VV_BAD_ARG);
    assert_string_equal(error.text, text);
    assert_int_equal(vv_domain_check(&domain, "units", NULL), VV_BAD_ARG);
}

static void bad_ranges_are_refused_with_their_numbers(void **state)
{
    (void)state;
    check_refused(ints(32, 16, 0, VV_SAMPLE_LINEAR), "units: max 16 is below min 32"); /* pair 9 */
    check_refused(ints(1, 8, -2, VV_SAMPLE_LINEAR), "units: step -2 is negative, must be > 0 (or 0 for none)");
    check_refused(ints(-10, 8, 0, VV_SAMPLE_LOG), "units: min -10 must be > 0 when sampling is log or reverse log");
    check_refused(floats(0, 8, 0, VV_SAMPLE_REVERSE_LOG),
                  "units: min 0 must be > 0 when sampling is log or reverse log");
    check_refused(ints(1, 10, 1, VV_SAMPLE_LOG),
                  "units: step 1 must be > 1 when sampling is log or reverse log: it multiplies");
    check_refused(floats(0, 1, (double)NAN, VV_SAMPLE_LINEAR), "units: step nan is not a finite number");
    check_refused(floats(-(double)INFINITY, 1, 0, VV_SAMPLE_LINEAR), "units: min -inf is not a finite number");
    check_refused(floats(0, (double)INFINITY, 0, VV_SAMPLE_LINEAR), "units: max inf is not a finite number");
    check_refused(floats(0, 1, 0, (vv_sampling)7), "units: sampling 7 is none of linear (0), log (1), reverse log (2)");
    check_refused(floats(-1e308, 1e308, 0, VV_SAMPLE_LINEAR),
                  "units: the range -1e+308..1e+308 is too wide for double precision");
    check_refused(floats(1, 2, 1e-17, VV_SAMPLE_LINEAR),
                  "units: step 1e-17 is too small for the range 1..2: neighbours would be equal");
    vv_domain half = ints(0, 10, 0, VV_SAMPLE_LINEAR);
    half.min = 0.5;
    check_refused(half, "units: min 0.5 is not a whole number"); /* pair 9 */
    half.min = -1e12;
    check_refused(half, "units: min -1000000000000 is beyond the range of int");
}

static void defaults_must_be_in_the_domain_and_on_its_grid(void **state)
{
    (void)state;
    vv_domain grid = ints(32, 128, 32, VV_SAMPLE_LINEAR);
    grid.default_value = an_int(48);
    check_refused(grid, "units: default 48 is not in int 32..128 step 32");
    grid.default_value = a_float(64);
    check_refused(grid, "units: default 64.0 is not in int 32..128 step 32");
    const vv_value one_to_three[] = { an_int(1), an_int(2), an_int(3) };
    const vv_domain choice = { .kind = VV_DOMAIN_CHOICE,
                               .type = VV_VALUE_INT,
                               .values = one_to_three,
                               .n_values = 3,
                               .default_value = an_int(4) };
    check_refused(choice, "units: default 4 is not in choice {1, 2, 3}"); /* pair 20 */
}

static void bad_lists_are_refused(void **state)
{
    (void)state;
    const vv_value twice[] = { a_string("a"), a_string("b"), a_string("a") },
                   null[] = { a_string("a"), a_string(NULL) };
    const vv_value mixed[] = { an_int(1), a_float(2) }, infinite[] = { a_float((double)INFINITY) };
    vv_domain choice = { .kind = VV_DOMAIN_CHOICE, .type = VV_VALUE_STRING, .default_value = a_string("a") };
    check_refused(choice, "units: the list of values is empty, must have at least one");
    choice.values = twice;
    choice.n_values = 3;
    check_refused(choice, "units: value \"a\" is in the list twice, at 0 and 2");
    choice.values = null;
    choice.n_values = 2;
    check_refused(choice, "units: value 1 of the list is NULL, must be a string");
    choice.values = mixed;
    choice.type = VV_VALUE_INT;
    check_refused(choice, "units: values of several types: 2.0 is not of the first one's type");
    choice.values = infinite;
    choice.type = VV_VALUE_FLOAT;
    choice.n_values = 1;
    check_refused(choice, "units: value inf is not a finite number");
    choice.kind = (vv_domain_kind)9;
    check_refused(choice, "units: 9 is no kind of domain");
}

/* ---- texts ------------------------------------------------------------------------------------------------------ */

static void values_print_as_the_shortest_text_that_reads_back(void **state)
{
    (void)state;
    const struct {
        vv_value value;
        const char *text;
    } rows[] = { { a_float(0.3), "0.3" },
                 { a_float(0.1 + 0.2), "0.30000000000000004" },
                 { a_float(1), "1.0" },
                 { a_float(1e-5), "1e-05" },
                 { a_float(-2.5), "-2.5" },
                 { a_float(1.0 / 3), "0.3333333333333333" },
                 { a_float(1e300), "1e+300" },
                 { an_int(-7), "-7" },
                 { an_int(INT64_MIN), "-9223372036854775808" },
                 { a_string("sgd"), "sgd" },
                 { { VV_VALUE_BOOL, { .b = true } }, "true" },
                 { { VV_VALUE_BOOL, { .b = false } }, "false" } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[64];
        assert_int_equal(vv_value_format(rows[i].value, text, sizeof text), strlen(rows[i].text));
        assert_string_equal(text, rows[i].text);
    }
    vvi_stream stream = vvi_stream_begin(vvi_key_new(3, "texts"));
    for (int i = 0; i < 5000; i++) {
        const double number = vvi_stream_normal(&stream) * pow(10, vvi_stream_unit(&stream) * 40 - 20);
        char text[64];
        vv_value_format(a_float(number), text, sizeof text);
        CHECK_EQUAL_EXACTLY(strtod(text, NULL), number);
    }
}

static void texts_are_cut_to_fit_and_say_what_they_wanted(void **state)
{
    (void)state;
    char text[8];
    assert_int_equal(vv_value_format(a_string("a long value"), text, sizeof text), 12);
    assert_string_equal(text, "a long ");
    assert_int_equal(vv_value_format(a_string("abcdef\xc3\xa9"), text, sizeof text), 8);
    assert_string_equal(text, "abcdef"); /* not half of a character */
    assert_int_equal(vv_value_format(an_int(123), NULL, 0), 3);
}

static void check_format(vv_domain domain, const char *expected)
{
    char text[100];
    assert_int_equal(vv_domain_format(&domain, text, sizeof text), strlen(expected));
    assert_string_equal(text, expected);
}

static void domains_print_in_one_line(void **state)
{
    (void)state;
    check_format(ints(32, 128, 32, VV_SAMPLE_LINEAR), "int 32..128 step 32");
    check_format(ints(1, 5, 1, VV_SAMPLE_LINEAR), "int 1..5");
    check_format(ints(1, 5, 0, VV_SAMPLE_LOG), "int 1..5 log");
    check_format(floats(0.0001, 0.1, 0, VV_SAMPLE_LOG), "float 0.0001..0.1 log");
    check_format(floats(0.1, 0.5, 0.1, VV_SAMPLE_LINEAR), "float 0.1..0.5 step 0.1");
    check_format(floats(1, 8, 2, VV_SAMPLE_REVERSE_LOG), "float 1..8 step 2 reverse log");
    const vv_value kernels[] = { an_int(3), an_int(5) }, names[] = { a_string("sgd"), a_string("adam") };
    check_format((vv_domain){ .kind = VV_DOMAIN_CHOICE, .values = kernels, .n_values = 2 }, "choice {3, 5}");
    check_format((vv_domain){ .kind = VV_DOMAIN_CHOICE, .values = names, .n_values = 2 }, "choice {\"sgd\", \"adam\"}");
    check_format((vv_domain){ .kind = VV_DOMAIN_FIXED, .values = kernels, .n_values = 1 }, "fixed 3");
    check_format((vv_domain){ .kind = VV_DOMAIN_BOOL }, "bool");
}

static void domains_are_equal_when_their_values_are(void **state)
{
    (void)state;
    vv_domain a = ints(1, 5, 0, VV_SAMPLE_LINEAR), b = ints(1, 5, 1, VV_SAMPLE_LINEAR),
              c = ints(1, 6, 1, VV_SAMPLE_LINEAR);
    assert_true(vv_domain_equal(&a, &b));
    assert_false(vv_domain_equal(&a, &c));
    b.default_value = an_int(3);
    assert_true(vv_domain_equal(&a, &b));
    c = ints(1, 5, 0, VV_SAMPLE_LOG);
    assert_false(vv_domain_equal(&a, &c));
    c = floats(1, 5, 1, VV_SAMPLE_LINEAR);
    assert_false(vv_domain_equal(&a, &c));
    assert_false(vv_value_equal(an_int(1), a_float(1)));
    assert_true(vv_value_equal(a_string("a"), a_string("a")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(int_grids_hold_what_keras_lists),
        cmocka_unit_test(a_reverse_log_grid_ascends_where_that_of_keras_descends),
        cmocka_unit_test(an_int_log_domain_without_step_holds_every_integer),
        cmocka_unit_test(float_grids_hold_what_keras_promises),
        cmocka_unit_test(numbers_in_the_unit_interval_are_those_of_keras),
        cmocka_unit_test(an_int_log_domain_follows_the_formula_of_keras),
        cmocka_unit_test(choices_and_booleans_map_as_in_keras),
        cmocka_unit_test(buckets_have_no_float_glitches),
        cmocka_unit_test(decimal_grids_are_the_doubles_that_their_decimals_mean),
        cmocka_unit_test(no_decimal_grid_loses_its_maximum_or_prints_drift),
        cmocka_unit_test(a_maximum_computed_with_drift_is_still_on_its_grid),
        cmocka_unit_test(value_to_index_to_value_is_the_identity),
        cmocka_unit_test(int_domains_count_exactly),
        cmocka_unit_test(a_continuum_stays_inside_its_bounds_and_comes_back),
        cmocka_unit_test(values_outside_a_domain_have_no_index_and_no_number),
        cmocka_unit_test(bad_ranges_are_refused_with_their_numbers),
        cmocka_unit_test(defaults_must_be_in_the_domain_and_on_its_grid),
        cmocka_unit_test(bad_lists_are_refused),
        cmocka_unit_test(values_print_as_the_shortest_text_that_reads_back),
        cmocka_unit_test(texts_are_cut_to_fit_and_say_what_they_wanted),
        cmocka_unit_test(domains_print_in_one_line),
        cmocka_unit_test(domains_are_equal_when_their_values_are),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
