/* Where exactness ends: by the number of configurations, by the time that builds take, by how much is in a table. */
#include "explaining.h"

#include <stdlib.h>
#include <time.h>

/* ---- how many --------------------------------------------------------------------------------------------------- */

/* 2^n configurations, each with a structure of its own. */
BUILD(build_flags)
{
    const int n = *(const int *)user;
    vv_model *m = start();
    for (int i = 0; i < n; i++) {
        const bool flag = vv_bool(hp, vv_name(hp, "flag_%d", i));
        if (flag) vv_add(m, vv_dense(2));
    }
    return finish(m);
}

static void up_to_131072_configurations_are_exact(void **state)
{
    (void)state;
    explaining x;
    int n = 17;
    const vv_explanation *e = explain_with(&x, build_flags, &n, NULL);
    assert_int_equal(e->standing.kind, VV_EXACT);
    assert_string_equal(e->total.digits, "131072");
    assert_string_equal(e->networks.digits, "18");
    check_formula(e, "sum(flag_{i}) + 1");
    assert_int_equal(e->layers.standing.kind, VV_EXACT);
    check_active(e, "flag_16", "always");
    forget(&x);
}

static void more_are_sampled(void **state)
{
    (void)state;
    explaining x;
    int n = 18;
    const vv_explanation *e = explain_with(&x, build_flags, &n, NULL);
    assert_int_equal(e->standing.kind, VV_SAMPLED);
    assert_true(e->standing.checked > 1000);
    check_formula(e, "sum(flag_{i}) + 1");
    forget(&x);
}

/* Most values of k lead to a few configurations, one leads to a hundred thousand: random paths hardly tell. */
BUILD(build_uneven)
{
    (void)user;
    vv_model *m = start();
    const int k = vv_int(hp, "k", .min = 1, .max = 50);
    for (int i = 0; k == 23 && i < 5; i++)
        vv_add(m, vv_dense(vv_int(hp, vv_name(hp, "units_%d", i), .min = 1, .max = 10)));
    return finish(m);
}

static void a_space_that_looks_small_or_large_is_walked_if_it_is_small(void **state)
{
    (void)state;
    explaining x;
    const vv_explanation *e = explain(&x, build_uneven);
    assert_int_equal(e->sizes.kind, VV_EXACT);
    assert_string_equal(e->total.digits, "100049");
    check_active(e, "units_3", "k = 23");
    forget(&x);
}

/* ---- how long --------------------------------------------------------------------------------------------------- */

/* A build of 5 ms. */
BUILD(build_slowly)
{
    const int most = *(const int *)user;
    vv_model *m = start();
    const struct timespec t = { .tv_nsec = 5000000 };
    nanosleep(&t, NULL);
    vv_add(m, vv_dense(vv_int(hp, "units", .min = 1, .max = most)));
    if (vv_int(hp, "layers", .min = 1, .max = most) > 2) vv_add(m, vv_dense(3));
    return finish(m);
}

static const vv_explanation *explain_in_haste(explaining *x, int *most)
{
    *x = (explaining){ .build = build_slowly, .user = most };
    const vvi_source source = { explaining_build, x, false };
    const vv_explain_args args = { .seconds = 0.05 };
    vv_error error = { 0 };
    if (vvi_explain(&source, &args, &x->arena, &x->e, &error) != VV_OK) fail_msg("%s", error.text);
    return x->e;
}

/* Some of it is done however long it takes; none of it as often as builds of microseconds allow. */
static void slow_builds_are_few_and_what_is_said_of_them_is_true(void **state)
{
    (void)state;
    explaining x;
    int most = 1000;
    const vv_explanation *e = explain_in_haste(&x, &most);
    assert_true(e->builds < 400);
    assert_int_equal(e->standing.kind, VV_SAMPLED);
    assert_non_null(e->total.digits);
    assert_int_equal(strtol(e->total.digits, NULL, 10), 1000000);
    assert_int_equal(e->n_hyperparameters, 2);
    for (size_t i = 0; i < 2; i++) assert_int_not_equal(e->hyperparameters[i].role, VV_ROLE_UNUSED);
    forget(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(up_to_131072_configurations_are_exact),
        cmocka_unit_test(more_are_sampled),
        cmocka_unit_test(a_space_that_looks_small_or_large_is_walked_if_it_is_small),
        cmocka_unit_test(slow_builds_are_few_and_what_is_said_of_them_is_true),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
