/* explain_budget.c - what is said of budgets, and the few lines before a search. */
#include "check.h"

#include "explanations.h"

static const vv_never never[] = {
    { .when = "num_layers >= 4", .layer = "conv2d_3", .reason = "a 3x3 kernel does not fit its 1x1 input" },
    { .when = "", .reason = "params 12, at most 10" }
};

/* ---- budgets ---------------------------------------------------------------------------------------------------- */

static void budgets_are_answered(void **state)
{
    (void)state;
    vv_explained list[3];
    vv_explanation e = make_explanation(list);
    e.budget = (vv_fit_report){ .budget = { .params = 5000, .ram_bytes = 32768 },
                                .limited = true,
                                .share = 0.44,
                                .fits = make_size("22"),
                                .standing = exact,
                                .never = never,
                                .n_never = 1,
                                .breaks_first = "units = 3: params 6,000, at most 5,000",
                                .smallest = { small, 2 },
                                .smallest_cost = { 4000, 3, 2, 1 } };
    char *text = explained(&e);
    CHECK_CONTAINS(text,
                   "Budget, in int8: params at most 5,000, ram at most 32,768: 22 of the 50 that can be built fit "
                   "(44 %).");
    CHECK_CONTAINS(
        text,
        "What strains it least needs params 4,000, macs 3, ram 2, flash 1, with num_layers=1, add_dropout=false.");
    CHECK_CONTAINS(
        text,
        "Raised alone from there, this is the first value that does not fit: units = 3: params 6,000, at most 5,000.");
    CHECK_CONTAINS(text, "Never fits");
    free(text);
    e.budget.standing = sampled;
    text = explained(&e);
    CHECK_CONTAINS(text, "about 44 % of what can be built fits, as estimated from 4,096 random networks.");
    free(text);
    e.budget.share = 0;
    text = explained(&e);
    CHECK_CONTAINS(text, "little fits: none of 4,096 random networks, but one that was looked for does.");
    free(text);
    e.budget.smallest_cost.params = 5001;
    text = explained(&e);
    CHECK_CONTAINS(text, "nothing that fits was found.");
    CHECK_LACKS(text, "the first value");
    free(text);
    e.budget.standing = exact;
    text = explained(&e);
    CHECK_CONTAINS(text, "nothing fits. The smallest needs params 5,001");
    free(text);
}

/* ---- the head of a search --------------------------------------------------------------------------------------- */

static void a_head_is_a_few_lines(void **state)
{
    (void)state;
    static const vv_never three[] = { { .when = "a = 1", .reason = "no" },
                                      { .when = "b = 2", .reason = "no" },
                                      { .when = "c = 3", .reason = "no" } };
    vv_explained list[3];
    vv_explanation e = make_explanation(list);
    char *text = written_by(vvi_explain_write_head, &e);
    assert_string_equal(text, "  layers in all = num_layers + add_dropout + 1 (the input not counted)\n"
                              "  num_layers: each one adds a dense; add_dropout: adds a dropout\n"
                              "  50 configurations: all can be built\n");
    free(text);
    e.never_builds = three;
    e.n_never_builds = 3;
    e.layers.standing = sampled;
    text = written_by(vvi_explain_write_head, &e);
    CHECK_CONTAINS(text, "(the input not counted; sampled)\n");
    CHECK_CONTAINS(text, "built\n  a = 1 never builds: no\n  never builds, too: b = 2; c = 3\n");
    free(text);
    e.budget = (vv_fit_report){ .limited = true, .share = 0.5, .fits = make_size("25"), .standing = exact };
    text = written_by(vvi_explain_write_head, &e);
    CHECK_CONTAINS(text,
                   "built\n  never builds: a = 1; b = 2; c = 3\n  budget: 25 of the 50 that can be built fit (50 %)\n");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(budgets_are_answered),
        cmocka_unit_test(a_head_is_a_few_lines),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
