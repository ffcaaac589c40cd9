/* Choosing a table. */
#include "unit/compute/arrays.h"

static void reference_is_last_and_always_there(void **state)
{
    (void)state;
    assert_string_equal(reference_kernels()->name, "reference");
    assert_true(reference_kernels()->available());
    assert_null(vvi_kernels_at(1000));
}

static void the_best_is_the_first_that_runs(void **state)
{
    (void)state;
    unsetenv("VARVE_KERNELS");
    size_t i = 0;
    assert_ptr_equal(vvi_kernels_best(), next_table(&i));
}

static void the_environment_chooses(void **state)
{
    (void)state;
    setenv("VARVE_KERNELS", "plain", 1);
    assert_string_equal(vvi_kernels_best()->name, "plain");
    setenv("VARVE_KERNELS", "reference", 1);
    assert_string_equal(vvi_kernels_best()->name, "reference");
    unsetenv("VARVE_KERNELS");
}

static void an_unknown_choice_is_ignored(void **state)
{
    (void)state;
    const vvi_kernels *best = vvi_kernels_best();
    setenv("VARVE_KERNELS", "abacus", 1);
    assert_ptr_equal(vvi_kernels_best(), best);
    setenv("VARVE_KERNELS", "", 1);
    assert_ptr_equal(vvi_kernels_best(), best);
    unsetenv("VARVE_KERNELS");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reference_is_last_and_always_there),
        cmocka_unit_test(the_best_is_the_first_that_runs),
        cmocka_unit_test(the_environment_chooses),
        cmocka_unit_test(an_unknown_choice_is_ignored),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
