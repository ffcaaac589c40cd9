/* What can never be built, how large spaces are, what they cost, what a budget leaves, and what was noticed. */
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

/* ---- costs ------------------------------------------------------------------------------------------------------ */

BUILD(build_two_widths)
{
    (void)user;
    vv_model *m = start();
    const int most = *(const int *)user;
    vv_add(m, vv_dense(vv_int(hp, "a", .min = 1, .max = most)));
    vv_add(m, vv_dense(vv_int(hp, "b", .min = 1, .max = most)));
    return finish(m);
}

/* 4 -> a -> b -> 1: 5a + ab + b + b + 1. */
static uint64_t params_of_two(uint64_t a, uint64_t b)
{
    return 5 * a + a * b + 2 * b + 1;
}

static void costs_reach_from_the_smallest_to_the_largest(void **state)
{
    (void)state;
    for (int most = 9; most <= 9000; most *= 1000) { /* known from end to end, and sampled */
        explaining x;
        const vv_explanation *e = explain_with(&x, build_two_widths, &most, NULL);
        assert_int_equal(e->cost.params.min, params_of_two(1, 1));
        assert_int_equal(e->cost.params.max, params_of_two((uint64_t)most, (uint64_t)most));
        assert_int_equal(e->cost.macs.max, 4 * most + most * most + most);
        assert_int_equal(e->cost.peak_activation_bytes.min, 5);
        assert_int_equal(e->cost.weight_bytes.min, 6 + 4 * 3);
        assert_int_equal(e->cost.params.argmax.n, 2);
        assert_int_equal(e->cost.params.argmax.list[0].value.i, most);
        assert_int_equal(e->cost.standing.kind, most == 9 ? VV_EXACT : VV_SAMPLED);
        forget(&x);
    }
}

static void one_configuration_is_told_layer_by_layer(void **state)
{
    (void)state;
    explaining x;
    int most = 9;
    const vv_assignment at[] = { { "b", { VV_VALUE_INT, { .i = 3 } } }, { "a", { VV_VALUE_STRING, { .s = "7" } } } };
    const vv_explain_args args = { .at = at, .n_at = 2, .budget.precision = VV_FLOAT32 };
    const vv_explanation *e = explain_with(&x, build_two_widths, &most, &args);
    assert_null(e->one.refusal);
    assert_int_equal(e->one.n_layers, 4);
    assert_int_equal(e->one.values.list[0].value.i, 7);
    assert_string_equal(e->one.layers[2].name, "dense_1");
    assert_int_equal(e->one.layers[2].cost.params, 7 * 3 + 3);
    assert_int_equal(e->one.cost.params, params_of_two(7, 3));
    assert_int_equal(e->one.cost.weight_bytes, 4 * params_of_two(7, 3));
    assert_string_equal(e->one.peak_text, "16 of input + 28 of dense");
    assert_int_equal(e->input.dim[0], 4);
    forget(&x);
}

static void values_that_are_not_there_are_refused(void **state)
{
    (void)state;
    static const struct {
        vv_assignment at[2];
        size_t n;
        const char *error;
    } cases[] = {
        { { { "c", { VV_VALUE_INT, { .i = 3 } } } }, 1, "there is no hyperparameter \"c\"; did you mean \"a\"?" },
        { { { "something", { VV_VALUE_INT, { .i = 3 } } } }, 1, "there is no hyperparameter \"something\"" },
        { { { "a", { VV_VALUE_INT, { .i = 10 } } } }, 1, "a: 10 is not in its domain, int 1..9" },
        { { { "a", { VV_VALUE_STRING, { .s = "ten" } } } }, 1, "a: \"ten\" is not in its domain, int 1..9" },
        { { { "a", { VV_VALUE_BOOL, { .b = true } } } }, 1, "a: true is not in its domain, int 1..9" },
        { { { "a", { VV_VALUE_INT, { .i = 3 } } }, { "a", { VV_VALUE_INT, { .i = 4 } } } }, 2, "a is given twice" },
    };
    int most = 9;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        explaining x;
        vv_error error = { 0 };
        const vv_explain_args args = { .at = cases[i].at, .n_at = cases[i].n };
        assert_int_equal(try_explain(&x, build_two_widths, &most, &args, &error), VV_BAD_ARG);
        assert_string_equal(error.text, cases[i].error);
        forget(&x);
    }
}

/* ---- budgets ---------------------------------------------------------------------------------------------------- */

static void budgets_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        vv_budget budget;
    } good[] = { { "params=50k", { .params = 50000 } },
                 { "params=50k,macs=2M,ram=32k,flash=128k",
                   { .params = 50000, .macs = 2000000, .ram_bytes = 32000, .flash_bytes = 128000 } },
                 { "ram=32Ki,flash=1.5Mi", { .ram_bytes = 32768, .flash_bytes = 1572864 } },
                 { "macs=1", { .macs = 1 } },
                 { "macs=1.5G,ram=2Gi", { .macs = 1500000000, .ram_bytes = UINT64_C(2147483648) } } };
    static const char *const bad[] = {
        "",           "params",     "params=",     "params=0",          "params=-1",
        "params=50q", "params=5kk", "size=5",      "params=1,params=2", "params=1,,macs=2",
        "params=1,",  "params=nan", "params=1e30", "PARAMS=5",          "params=0x10",
        "ram=32 k"
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        vv_budget budget = { .precision = VV_FLOAT32 };
        vv_error error = { 0 };
        if (vv_budget_parse(good[i].text, &budget, &error) != VV_OK) fail_msg("%s", error.text);
        assert_int_equal(budget.precision, VV_FLOAT32); /* is left alone */
        budget.precision = VV_INT8;
        assert_memory_equal(&budget, &good[i].budget, sizeof budget);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        vv_budget budget = { .params = 7 };
        vv_error error = { 0 };
        if (vv_budget_parse(bad[i], &budget, &error) != VV_BAD_ARG) fail_msg("\"%s\" is taken", bad[i]);
        CHECK_CONTAINS(error.text, "budget");
        assert_int_equal(budget.params, 7);
    }
}

static const vv_explanation *explain_within(explaining *x, int *most, vv_budget budget)
{
    const vv_explain_args args = { .budget = budget };
    return explain_with(x, build_two_widths, most, &args);
}

static void what_a_budget_leaves_is_counted(void **state)
{
    (void)state;
    explaining x;
    int most = 9;
    size_t fits = 0;
    const vv_explanation *e = explain_within(&x, &most, (vv_budget){ .params = 40 });
    for (uint64_t a = 1; a <= 9; a++)
        for (uint64_t b = 1; b <= 9; b++) fits += params_of_two(a, b) <= 40;
    assert_true(e->budget.limited);
    assert_int_equal(strtoul(e->budget.fits.digits, NULL, 10), fits);
    CHECK_NEAR(e->budget.share, (double)fits / 81, 1e-12);
    assert_int_equal(e->budget.standing.kind, VV_EXACT);
    assert_int_equal(e->budget.smallest_cost.params, params_of_two(1, 1));
    /* a = 7 needs 45; b alone could be 9, which needs 33: a breaks it. */
    assert_string_equal(e->budget.breaks_first, "a = 7: params 45, at most 40");
    assert_true(e->budget.n_never > 0);
    assert_string_equal(e->budget.never[0].when, "a >= 7");
    assert_string_equal(e->budget.never[0].reason, "params 45, at most 40");
    forget(&x);
}

static void without_a_budget_nothing_is_limited(void **state)
{
    (void)state;
    explaining x;
    int most = 9;
    const vv_explanation *e = explain_within(&x, &most, (vv_budget){ .params = 0 });
    assert_false(e->budget.limited);
    forget(&x);
    e = explain_within(&x, &most, (vv_budget){ .params = 100000 });
    assert_true(e->budget.limited);
    CHECK_NEAR(e->budget.share, 1, 0);
    assert_int_equal(e->budget.n_never, 0);
    assert_null(e->budget.breaks_first);
    forget(&x);
}

static void what_is_too_small_for_anything_leaves_nothing(void **state)
{
    (void)state;
    explaining x;
    int most = 9;
    const vv_explanation *e = explain_within(&x, &most, (vv_budget){ .params = 8 });
    assert_string_equal(e->budget.fits.digits, "0");
    CHECK_NEAR(e->budget.share, 0, 0);
    assert_int_equal(e->budget.smallest_cost.params, 9);
    assert_int_equal(e->budget.smallest.n, 2);
    forget(&x);
}

static void a_share_that_is_estimated_has_an_interval(void **state)
{
    (void)state;
    explaining x;
    int most = 9000;
    const uint64_t limit = 20000000; /* about a quarter of the largest */
    const vv_explanation *e = explain_within(&x, &most, (vv_budget){ .params = limit });
    double fits = 0;
    for (uint64_t a = 1; a <= 9000; a++)
        for (uint64_t b = 1; b <= 9000; b++) fits += params_of_two(a, b) <= limit;
    assert_int_equal(e->budget.standing.kind, VV_SAMPLED);
    CHECK_NEAR(e->budget.share, fits / 81e6, 0.05);
    assert_true(strtod(e->budget.fits.low, NULL) < fits && fits < strtod(e->budget.fits.high, NULL));
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
    return vv_bool(hp, "bad") ? NULL : finish(m);
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
        cmocka_unit_test(different_configurations_can_be_one_network),
        cmocka_unit_test(sizes_are_whole_numbers_however_large),
        cmocka_unit_test(counts_of_a_million_end_where_networks_do),
        cmocka_unit_test(costs_reach_from_the_smallest_to_the_largest),
        cmocka_unit_test(one_configuration_is_told_layer_by_layer),
        cmocka_unit_test(values_that_are_not_there_are_refused),
        cmocka_unit_test(budgets_are_read),
        cmocka_unit_test(what_a_budget_leaves_is_counted),
        cmocka_unit_test(without_a_budget_nothing_is_limited),
        cmocka_unit_test(what_is_too_small_for_anything_leaves_nothing),
        cmocka_unit_test(a_share_that_is_estimated_has_an_interval),
        cmocka_unit_test(stated_conditions_are_checked),
        cmocka_unit_test(a_build_that_is_no_function_of_its_values_is_only_observed),
        cmocka_unit_test(standings_are_words),
        cmocka_unit_test(failing_allocations_are_clean),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
