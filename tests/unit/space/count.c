/* Counts of any size. */
#include "space/discovery/count.h"
#include "check.h"

static vvi_count number(vvi_arena *arena, uint64_t n)
{
    vvi_count count;
    assert_true(vvi_count_of(arena, n, &count));
    return count;
}

static vvi_count times(vvi_arena *arena, uint64_t factor, vvi_count count)
{
    vvi_count product;
    assert_true(vvi_count_sum(arena, &(vvi_term){ factor, count }, 1, &product));
    return product;
}

static void check_digits(vvi_arena *arena, vvi_count count, const char *digits)
{
    assert_string_equal(vvi_count_digits(arena, count), digits);
}

static void small_numbers_are_themselves(void **state)
{
    (void)state;
    vvi_arena arena = { 0 };
    check_digits(&arena, number(&arena, 0), "0");
    check_digits(&arena, number(&arena, 37448), "37448");
    check_digits(&arena, number(&arena, UINT64_MAX), "18446744073709551615");
    assert_true(vvi_count_is_zero(number(&arena, 0)));
    assert_true(vvi_count_is_zero(times(&arena, 0, number(&arena, 7))));
    assert_false(vvi_count_is_zero(number(&arena, 1)));
    vvi_arena_deinit(&arena);
}

static void products_pass_any_word(void **state)
{
    (void)state;
    vvi_arena arena = { 0 };
    vvi_count factorial = number(&arena, 1);
    for (uint64_t n = 2; n <= 50; n++) factorial = times(&arena, n, factorial);
    check_digits(&arena, factorial, "30414093201713378043612608166064768844377641568960512000000000000");
    CHECK_NEAR(vvi_count_log2(factorial), 214.2081, 1e-4); /* log2(50!) */
    vvi_count power = number(&arena, 1);
    for (int i = 0; i < 2000; i++) power = times(&arena, 2, power);
    CHECK_NEAR(vvi_count_log2(power), 2000, 1e-9);
    assert_int_equal(strlen(vvi_count_digits(&arena, power)), 603);
    vvi_arena_deinit(&arena);
}

static void sums_carry(void **state)
{
    (void)state;
    vvi_arena arena = { 0 };
    const vvi_term terms[] = { { UINT64_MAX, number(&arena, UINT64_MAX) },
                               { UINT64_MAX, number(&arena, 2) },
                               { 1, number(&arena, 1) },
                               { 5, number(&arena, 0) } };
    vvi_count sum;
    assert_true(vvi_count_sum(&arena, terms, 4, &sum)); /* (2^64 - 1)^2 + 2 (2^64 - 1) + 1 = 2^128 */
    check_digits(&arena, sum, "340282366920938463463374607431768211456");
    assert_true(vvi_count_sum(&arena, NULL, 0, &sum));
    assert_true(vvi_count_is_zero(sum));
    vvi_arena_deinit(&arena);
}

static void estimates_have_four_figures(void **state)
{
    (void)state;
    static const struct {
        double log2;
        const char *digits;
    } cases[] = {
        { -1.5, "0" }, { 0, "1" }, { 10, "1024" }, { 30, "1073741824" }, { 100, "1268000000000000000000000000000" }
    };
    vvi_arena arena = { 0 };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(vvi_count_about(&arena, cases[i].log2), cases[i].digits);
    assert_string_equal(vvi_count_about(&arena, -(double)INFINITY), "0");
    vvi_arena_deinit(&arena);
}

static void failing_allocations_are_told(void **state)
{
    (void)state;
    vvi_arena arena = { 0 };
    vvi_count count;
    vvi_fail_allocation(1);
    assert_false(vvi_count_of(&arena, 7, &count));
    vvi_fail_allocation(-1);
    vvi_arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_numbers_are_themselves),
        cmocka_unit_test(products_pass_any_word),
        cmocka_unit_test(sums_carry),
        cmocka_unit_test(estimates_have_four_figures),
        cmocka_unit_test(failing_allocations_are_told),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
