/* What can never be built, how large spaces are, and what was noticed. */
#include "explaining.h"

#include <stdlib.h>

/* ---- the first example ------------------------------------------------------------------------------------------ */

BUILD(build_cnn)
{
    (void)user;
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(28, 28, 1));
    const int num_layers = vv_int(hp, "num_layers", .min = 1, .max = 5);
    for (int i = 0; i < num_layers; i++) {
        vv_add(m, vv_conv2d(vv_int(hp, vv_name(hp, "filters_%d", i), .min = 32, .max = 128, .step = 32),
                            .kernel_size = vv_choice_int(hp, vv_name(hp, "kernel_size_%d", i), VV_INTS(3, 5))));
        vv_add(m, vv_max_pooling2d(2));
    }
    vv_add(m, vv_flatten());
    vv_add(m, vv_dense(10));
    vv_compile(m, .loss = VV_SPARSE_CATEGORICAL_CROSSENTROPY);
    return m;
}

static void the_guides_first_example_is_explained_exactly(void **state)
{
    (void)state;
    explaining x;
    const vv_explanation *e = explain(&x, build_cnn);
    check_formula(e, "2*num_layers + 2");
    assert_string_equal(e->layers.with_input, "2*num_layers + 3");
    assert_string_equal(e->total.digits, "37448");
    assert_string_equal(e->buildable.digits, "328");
    assert_string_equal(e->networks.digits, "328");
    assert_null(e->total.low);
    assert_int_equal(e->standing.kind, VV_EXACT);
    assert_int_equal(e->layers.structures, 3);
    assert_string_equal(row_of(e, "num_layers", 0)->dead_text, "4, 5");
    assert_string_equal(row_of(e, "kernel_size_2", 0)->dead_text, "5");
    assert_true(row_of(e, "filters_4", 0)->unreachable);
    assert_int_equal(row_of(e, "filters_4", 0)->role, VV_ROLE_UNREACHABLE);
    check_joint(e, "filters_{i}", "i < num_layers");
    assert_int_equal(e->n_never_builds, 2);
    assert_string_equal(e->never_builds[0].when, "num_layers >= 4");
    assert_string_equal(e->never_builds[0].layer, "conv2d_3");
    assert_string_equal(e->never_builds[0].reason, "a 3x3 kernel does not fit its 1x1 input");
    assert_string_equal(e->never_builds[0].size.digits, "36864"); /* 8^4 + 8^5 */
    assert_string_equal(e->never_builds[1].when, "kernel_size_2 = 5");
    forget(&x);
}

/* ---- what can never be built ------------------------------------------------------------------------------------ */

BUILD(build_dead_corner)
{
    (void)user;
    const int a = vv_int(hp, "a", .min = 1, .max = 4), b = vv_int(hp, "b", .min = 1, .max = 4);
    const bool c = vv_bool(hp, "c");
    if (a >= 3 && b == 2 && c) return NULL;
    return finish(start());
}

static void a_corner_is_told_by_all_that_makes_it(void **state)
{
    (void)state;
    explaining x;
    const vv_explanation *e = explain(&x, build_dead_corner);
    assert_int_equal(e->n_never_builds, 1);
    assert_string_equal(e->never_builds[0].when, "a >= 3 and b = 2 and c");
    assert_string_equal(e->never_builds[0].size.digits, "2");
    assert_null(e->never_builds[0].layer);
    assert_int_equal(row_of(e, "a", 0)->n_dead_values, 0);
    forget(&x);
}

/* Half of a square, cut by a line: no condition on one value is true, and none is invented. */
BUILD(build_below_a_line)
{
    (void)user;
    const double a = vv_float(hp, "a", .min = 0, .max = 1), b = vv_float(hp, "b", .min = 0, .max = 1);
    return a + b > 1 ? NULL : finish(start());
}

static void nothing_is_said_of_what_no_condition_tells(void **state)
{
    (void)state;
    explaining x;
    const vv_explanation *e = explain(&x, build_below_a_line);
    assert_int_equal(e->n_never_builds, 1);
    assert_string_equal(e->never_builds[0].when, "");
    assert_string_equal(e->never_builds[0].reason, "no model");
    assert_int_equal(e->standing.kind, VV_SAMPLED);
    assert_int_equal(e->continuous, 2);
    CHECK_NEAR(pow(10, e->buildable.log10 - e->total.log10), 0.5, 0.05);
    forget(&x);
}

BUILD(build_never)
{
    (void)user;
    vv_int(hp, "n", .min = 1, .max = 6);
    return NULL;
}

BUILD(build_almost_never)
{
    (void)user;
    return vv_float(hp, "x", .min = 0, .max = 1) > 2 ? finish(start()) : NULL;
}

static void a_space_of_which_nothing_builds_is_an_error(void **state)
{
    (void)state;
    explaining x;
    vv_error error = { 0 };
    assert_int_equal(try_explain(&x, build_never, NULL, NULL, &error), VV_BAD_ARG);
    assert_string_equal(error.text, "none of 6 configurations can be built: no model");
    forget(&x);
    error = (vv_error){ 0 };
    assert_int_equal(try_explain(&x, build_almost_never, NULL, NULL, &error), VV_NOT_FOUND);
    CHECK_CONTAINS(error.text, "configurations drawn at random can be built: no model");
    forget(&x);
}

/* ---- sizes ------------------------------------------------------------------------------------------------------ */

/* Any order of the same two widths is the same network, and so is any seed. */
/* Sums of unlike widths: the reasons differ in their numbers alone. */
BUILD(build_sums)
{
    (void)user;
    vv_model *m = start();
    const int a = vv_choice_int(hp, "a", VV_INTS(4, 8));
    const int b = vv_choice_int(hp, "b", VV_INTS(4, 8, 12));
    const vv_node left = vv_connect(m, vv_dense(a), 0), right = vv_connect(m, vv_dense(b), 0);
    vv_connect(m, vv_merge_add(), left, right);
    return finish(m);
}

static void a_reason_is_that_of_a_build_under_its_condition(void **state)
{
    (void)state;
    explaining x;
    const vv_explanation *e = explain(&x, build_sums);
    assert_int_equal(e->n_never_builds, 3);
    for (size_t i = 0; i < 3; i++) {
        const vv_never *n = &e->never_builds[i];
        assert_string_equal(n->layer, "add");
        if (strcmp(n->when, "b = 12") == 0) CHECK_CONTAINS(n->reason, "input 1 is 4, but input 2 is 12");
        if (strcmp(n->when, "a = 4 and b >= 8") == 0) CHECK_CONTAINS(n->reason, "input 1 is 4, but input 2 is 8");
        if (strcmp(n->when, "a = 8 and b != 8") == 0) CHECK_CONTAINS(n->reason, "input 1 is 8, but input 2 is 4");
    }
    forget(&x);
}

BUILD(build_same_networks)
{
    (void)user;
    vv_model *m = start();
    const int a = vv_int(hp, "a", .min = 1, .max = 3), b = vv_int(hp, "b", .min = 1, .max = 3);
    vv_int(hp, "unused", .min = 1, .max = 5);
    vv_add(m, vv_dense(a + b));
    return finish(m);
}

static void different_configurations_can_be_one_network(void **state)
{
    (void)state;
    explaining x;
    const vv_explanation *e = explain(&x, build_same_networks);
    assert_string_equal(e->total.digits, "45");
    assert_string_equal(e->networks.digits, "5");
    forget(&x);
}

BUILD(build_huge)
{
    (void)user;
    vv_model *m = start();
    for (int i = 0; i < 30; i++) vv_add(m, vv_dense(vv_int(hp, vv_name(hp, "units_%d", i), .min = 1, .max = 100)));
    return finish(m);
}

static void sizes_are_whole_numbers_however_large(void **state)
{
    (void)state;
    explaining x;
    const vv_explanation *e = explain(&x, build_huge);
    assert_string_equal(e->total.digits, "1000000000000000000000000000000000000000000000000000000000000");
    CHECK_NEAR(e->total.log10, 60, 1e-9);
    assert_null(e->total.low);
    assert_null(e->networks.digits); /* nobody can know how many of them are the same */
    check_formula(e, "31");
    forget(&x);
}

/* One layer for each of a million; there can be 4,096. */
BUILD(build_counted)
{
    (void)user;
    vv_model *m = start();
    const int count = vv_int(hp, "count", .min = 1, .max = 1000000);
    for (int i = 0; i < count && vv_model_status(m) == VV_OK; i++) vv_add(m, vv_dense(2));
    return finish(m);
}

static void counts_of_a_million_end_where_networks_do(void **state)
{
    (void)state;
    explaining x;
    const vv_explanation *e = explain(&x, build_counted);
    check_formula(e, "count + 1");
    assert_int_equal(e->standing.kind, VV_SAMPLED);
    assert_int_equal(e->n_never_builds, 1);
    assert_string_equal(e->never_builds[0].when, "count >= 4095");
    CHECK_CONTAINS(e->never_builds[0].reason, "at most 4096 layers, inputs among them");
    assert_int_equal(e->layers.least, 2);
    assert_int_equal(e->layers.most, 4095);
    forget(&x);
}

/* ---- what was noticed ------------------------------------------------------------------------------------------- */

BUILD(build_conditions_stated)
{
    (void)user;
    const int n = vv_int(hp, "n", .min = 1, .max = 3);
    const bool flag = vv_bool(hp, "flag");
    if (vv_when(hp, "n", VV_INTS(2, 3))) vv_bool(hp, "truly");
    if (vv_when(hp, "n", VV_INTS(7))) vv_bool(hp, "never");
    vv_when(hp, "flag", true); /* and then it is asked for all the same */
    vv_bool(hp, "always");
    (void)n, (void)flag;
    return finish(start());
}

static bool is_noted(const vv_explanation *e, const char *part)
{
    for (size_t i = 0; i < e->notes.n; i++)
        if (strstr(e->notes.list[i], part) != NULL) return true;
    return false;
}

static void stated_conditions_are_checked(void **state)
{
    (void)state;
    explaining x;
    const vv_explanation *e = explain(&x, build_conditions_stated);
    check_active(e, "truly", "n >= 2");
    assert_true(is_noted(e, "vv_when(n, 7) can never hold: n has no such value"));
    assert_true(is_noted(e, "vv_when(flag, true) is stated before always, which is asked for either way"));
    assert_false(is_noted(e, "vv_when(n, 2, 3)"));
    forget(&x);
}

BUILD(build_by_the_call)
{
    int *calls = user;
    vv_model *m = start();
    vv_add(m, vv_dense(vv_int(hp, "units", .min = 1, .max = 5) + ++*calls % 3));
    return finish(m);
}

static void a_build_that_is_no_function_of_its_values_is_only_observed(void **state)
{
    (void)state;
    explaining x;
    int calls = 0;
    const vv_explanation *e = explain_with(&x, build_by_the_call, &calls, NULL);
    assert_false(e->pure);
    assert_int_equal(e->standing.kind, VV_OBSERVED);
    assert_int_equal(e->layers.standing.kind, VV_OBSERVED);
    assert_int_equal(e->sizes.kind, VV_OBSERVED);
    assert_int_equal(e->cost.standing.kind, VV_OBSERVED);
    for (size_t i = 0; i < e->n_formulas; i++) assert_int_equal(e->formulas[i].standing.kind, VV_OBSERVED);
    CHECK_CONTAINS(e->impurity, "built twice with the same values, units=");
    CHECK_CONTAINS(e->impurity, "dense.units differs");
    forget(&x);
}

/* Earlier values may not be there any more. */
BUILD(build_ranges_by_the_call)
{
    int *calls = user;
    vv_model *m = start();
    vv_add(m, vv_dense(vv_int(hp, "units", .min = 1, .max = 4 + ++*calls % 3)));
    return finish(m);
}

static void a_range_that_changes_from_build_to_build_is_named(void **state)
{
    (void)state;
    explaining x;
    int calls = 0;
    const vv_explanation *e = explain_with(&x, build_ranges_by_the_call, &calls, NULL);
    assert_false(e->pure);
    assert_int_equal(e->standing.kind, VV_OBSERVED);
    CHECK_CONTAINS(e->impurity, "units=");
    forget(&x);
}

/* ---- standing, memory ------------------------------------------------------------------------------------------- */

static void standings_are_words(void **state)
{
    (void)state;
    char text[64];
    vv_standing_format((vv_standing){ VV_EXACT, 0 }, text, sizeof text);
    assert_string_equal(text, "exact");
    vv_standing_format((vv_standing){ VV_SAMPLED, 4096 }, text, sizeof text);
    assert_string_equal(text, "sampled (4096 of 4096)");
    vv_standing_format((vv_standing){ VV_OBSERVED, 9 }, text, sizeof text);
    assert_string_equal(text, "observed");
}

BUILD(build_small)
{
    (void)user;
    vv_model *m = start();
    const int n = vv_int(hp, "n", .min = 1, .max = 2);
    for (int i = 0; i < n; i++) vv_add(m, vv_dense(vv_int(hp, vv_name(hp, "units_%d", i), .min = 1, .max = 2)));
    return vv_bool(hp, "bad") ? refuse(m) : finish(m);
}

/* A model that cannot be made for want of memory is NULL to the build function, which then returns that: it looks like a
 * refusal, or like a build that does not repeat. */
static void check_with_failing_allocation(long n)
{
    explaining x;
    vv_error error = { 0 };
    const vv_explain_args args = { .budget = { .params = 30 } };
    vvi_fail_allocation(n);
    const vv_status status = try_explain(&x, build_small, NULL, &args, &error);
    vvi_fail_allocation(-1);
    if (status == VV_OK) {
        check_active(x.e, "n", "always");
    } else if (status != VV_NO_MEMORY && strstr(error.text, "no model") == NULL) {
        fail_msg("allocation %ld: %s", n, error.text);
    }
    forget(&x);
}

static void failing_allocations_are_clean(void **state)
{
    (void)state;
    explaining x;
    vvi_fail_allocation(0);
    explain(&x, build_small);
    forget(&x);
    const long all = vvi_fail_allocation(-1);
    assert_true(all > 100);
    for (long n = 1; n <= all; n += 1 + n / 64) check_with_failing_allocation(n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_guides_first_example_is_explained_exactly),
        cmocka_unit_test(a_corner_is_told_by_all_that_makes_it),
        cmocka_unit_test(nothing_is_said_of_what_no_condition_tells),
        cmocka_unit_test(a_space_of_which_nothing_builds_is_an_error),
        cmocka_unit_test(a_reason_is_that_of_a_build_under_its_condition),
        cmocka_unit_test(different_configurations_can_be_one_network),
        cmocka_unit_test(sizes_are_whole_numbers_however_large),
        cmocka_unit_test(counts_of_a_million_end_where_networks_do),
        cmocka_unit_test(stated_conditions_are_checked),
        cmocka_unit_test(a_build_that_is_no_function_of_its_values_is_only_observed),
        cmocka_unit_test(a_range_that_changes_from_build_to_build_is_named),
        cmocka_unit_test(standings_are_words),
        cmocka_unit_test(failing_allocations_are_clean),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
