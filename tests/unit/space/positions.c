/* Positions: every value of a domain as a number. */
#include "check.h"
#include "space/space.h"

static vv_domain of_ints(double min, double max, double step)
{
    return (vv_domain){ .kind = VV_DOMAIN_INT, .type = VV_VALUE_INT, .min = min, .max = max, .step = step };
}

static vv_domain of_floats(double min, double max, double step)
{
    return (vv_domain){ .kind = VV_DOMAIN_FLOAT, .type = VV_VALUE_FLOAT, .min = min, .max = max, .step = step };
}

static const vv_value sizes[] = { { VV_VALUE_INT, { .i = 8 } },
                                  { VV_VALUE_INT, { .i = 2 } },
                                  { VV_VALUE_INT, { .i = 5 } } };

static void check_round_trip(const vv_domain *domain, uint64_t position)
{
    const vv_value value = vvi_position_value(domain, position);
    assert_true(vv_domain_contains(domain, value));
    assert_true(vvi_position_of(domain, value) == position);
}

static void a_position_and_its_value_are_the_same_thing(void **state)
{
    (void)state;
    const vv_domain domains[] = {
        of_ints(-3, 12, 1),
        of_ints(32, 128, 32),
        of_floats(0.1, 0.5, 0.1),
        { .kind = VV_DOMAIN_CHOICE, .type = VV_VALUE_INT, .values = sizes, .n_values = 3 },
        { .kind = VV_DOMAIN_BOOL, .type = VV_VALUE_BOOL },
    };
    for (size_t i = 0; i < sizeof domains / sizeof *domains; i++) {
        assert_true(vvi_position_count(&domains[i]) == vv_domain_size(&domains[i]));
        for (uint64_t at = 0; at < vvi_position_count(&domains[i]); at++) check_round_trip(&domains[i], at);
    }
}

static void a_continuum_has_a_position_for_each_double_in_it_in_order(void **state)
{
    (void)state;
    const double ranges[][2] = { { 0, 1 }, { -1, 1 }, { -2, -1 }, { 1e-300, 1e300 }, { 1, 1.0000000000000002 } };
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        const vv_domain domain = of_floats(ranges[i][0], ranges[i][1], 0);
        const uint64_t n = vvi_position_count(&domain);
        CHECK_EQUAL_EXACTLY(vvi_position_value(&domain, 0).f, ranges[i][0]);
        CHECK_EQUAL_EXACTLY(vvi_position_value(&domain, n - 1).f, ranges[i][1]);
        double before = ranges[i][0];
        for (uint64_t k = 1; k < 1000 && k < n; k++) {
            const uint64_t at = n < 1000 ? k : n / 1000 * k;
            check_round_trip(&domain, at);
            assert_true(vvi_position_value(&domain, at).f > before);
            before = vvi_position_value(&domain, at).f;
        }
    }
    const vv_domain two = of_floats(1, 1.0000000000000002, 0);
    assert_int_equal(vvi_position_count(&two), 2);
}

static void neighbours_are_neighbouring_doubles(void **state)
{
    (void)state;
    const vv_domain domain = of_floats(-1, 1, 0);
    const uint64_t half = vvi_position_of(&domain, (vv_value){ VV_VALUE_FLOAT, { .f = 0.5 } });
    CHECK_EQUAL_EXACTLY(vvi_position_value(&domain, half + 1).f, nextafter(0.5, 1));
    CHECK_EQUAL_EXACTLY(vvi_position_value(&domain, half - 1).f, nextafter(0.5, 0));
    const uint64_t zero = vvi_position_of(&domain, (vv_value){ VV_VALUE_FLOAT, { .f = 0 } });
    assert_true(vvi_position_of(&domain, (vv_value){ VV_VALUE_FLOAT, { .f = -0.0 } }) == zero);
    CHECK_EQUAL_EXACTLY(vvi_position_value(&domain, zero).f, 0.0);
}

static void what_is_drawn_from_a_span_is_in_it(void **state)
{
    (void)state;
    const vv_domain domains[] = { of_ints(1, 1000000, 1), of_floats(0, 1, 0), of_floats(-5, 7, 0),
                                  of_floats(0.1, 0.5, 0.1) };
    for (size_t i = 0; i < sizeof domains / sizeof *domains; i++) {
        const uint64_t n = vvi_position_count(&domains[i]);
        const uint64_t spans[][2] = {
            { 0, n - 1 }, { 0, 0 }, { n - 1, n - 1 }, { n / 3, n / 2 }, { n / 2, n / 2 + 1 }
        };
        for (size_t s = 0; s < sizeof spans / sizeof *spans; s++) {
            const uint64_t last = spans[s][1] < n ? spans[s][1] : n - 1;
            for (int k = 0; k <= 100; k++) {
                const double u = k == 100 ? 0x1.fffffffffffffp-1 : k / 100.0;
                const uint64_t at = vvi_position_between(&domains[i], spans[s][0], last, u);
                assert_true(at >= spans[s][0] && at <= last);
            }
            assert_true(vvi_position_between(&domains[i], spans[s][0], last, 0) == spans[s][0]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_position_and_its_value_are_the_same_thing),
        cmocka_unit_test(a_continuum_has_a_position_for_each_double_in_it_in_order),
        cmocka_unit_test(neighbours_are_neighbouring_doubles),
        cmocka_unit_test(what_is_drawn_from_a_span_is_in_it),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
