/* What networks cost, one by one and over a space, and what a budget leaves of it. */
#include "explaining.h"

#include <stdlib.h>

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
        "",           "params",     "params=",      "params=0",          "params=-1",
        "params=50q", "params=5kk", "size=5",       "params=1,params=2", "params=1,,macs=2",
        "params=1,",  "params=nan", "params=1e30",  "PARAMS=5",          "params=0x10",
        "ram=32 k",   "params=1.5", "macs=1.0001k", ",params=1"
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

/* a >= 5 needs 33 parameters at least, and 4 + 5 bytes while the first layer runs. */
static void the_reason_is_the_limit_that_the_least_of_them_is_beyond(void **state)
{
    (void)state;
    explaining x;
    int most = 9;
    const vv_explanation *e = explain_within(&x, &most, (vv_budget){ .params = 46, .ram_bytes = 8 });
    assert_int_equal(e->budget.n_never, 5);
    assert_string_equal(e->budget.never[0].when, "a >= 5");
    assert_string_equal(e->budget.never[1].when, "b >= 8");
    for (size_t i = 0; i < 5; i++) assert_string_equal(e->budget.never[i].reason, "ram 9, at most 8");
    forget(&x);
}

/* A larger n leaves no room for the units that the smallest has. */
BUILD(build_rising)
{
    (void)user;
    vv_model *m = start();
    const int n = vv_int(hp, "n", .min = 1, .max = 3);
    vv_add(m, vv_dense(vv_int(hp, "units", .min = 10 * n, .max = 10 * n + 5)));
    return finish(m);
}

static void raised_alone_is_alone(void **state)
{
    (void)state;
    explaining x;
    const vv_explain_args args = { .budget = { .params = 6 * 15 + 1 } };
    const vv_explanation *e = explain_with(&x, build_rising, NULL, &args);
    assert_int_equal(e->budget.smallest_cost.params, 6 * 10 + 1);
    assert_null(e->budget.breaks_first); /* units = 15 fits, and n = 2 would move them */
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(costs_reach_from_the_smallest_to_the_largest),
        cmocka_unit_test(one_configuration_is_told_layer_by_layer),
        cmocka_unit_test(values_that_are_not_there_are_refused),
        cmocka_unit_test(budgets_are_read),
        cmocka_unit_test(what_a_budget_leaves_is_counted),
        cmocka_unit_test(the_reason_is_the_limit_that_the_least_of_them_is_beyond),
        cmocka_unit_test(raised_alone_is_alone),
        cmocka_unit_test(without_a_budget_nothing_is_limited),
        cmocka_unit_test(what_is_too_small_for_anything_leaves_nothing),
        cmocka_unit_test(a_share_that_is_estimated_has_an_interval),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
