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
    static const vv_never some[] = { { .when = "a = 1", .reason = "no" },
                                     { .when = "b = 2", .reason = "no" },
                                     { .when = "c = 3", .reason = "no" },
                                     { .when = "d = 4", .reason = "no" },
                                     { .when = "", .reason = "no" } };
    vv_explained list[3];
    vv_explanation e = make_explanation(list);
    char *text = written_by(vvi_explain_write_head, &e);
    assert_string_equal(text, "  layers in all = num_layers + add_dropout + 1 (the input not counted)\n"
                              "  num_layers: each one adds a dense; add_dropout: adds a dropout\n"
                              "  50 configurations: all can be built\n");
    free(text);
    e.never_builds = some;
    e.n_never_builds = 5;
    e.layers.standing = sampled;
    e.budget = (vv_fit_report){ .limited = true, .share = 0.5, .fits = make_size("25"), .standing = exact };
    text = written_by(vvi_explain_write_head, &e);
    CHECK_CONTAINS(text, "(the input not counted; sampled)\n");
    CHECK_CONTAINS(text, "built\n  a = 1 never builds: no\n  b = 2 never builds: no\n  c = 3 never builds: no\n"
                         "  2 more never build (varve explain FILE shows all)\n"
                         "  budget: 25 of the 50 that can be built fit (50 %)\n");
    free(text);
}

/* A formula that is cut is a wrong one. */
static void a_head_cuts_no_formula_and_no_condition(void **state)
{
    (void)state;
    static const vv_never lost[] = { { .when = "kernel_size_0 = 5 and kernel_size_1 = 5 and kernel_size_2 = 5 and "
                                               "padding = \"valid\" and pooling",
                                       .reason = "a 5x5 kernel does not fit its 1x1 input" },
                                     { .when = "", .reason = "a 3x3 kernel does not fit its 1x1 input" } };
    vv_explained list[3];
    vv_explanation e = make_explanation(list);
    e.layers.formula =
        "sum(depth_{i}) + [depth_1 is active] + [depth_2 is active] - [drop <= 0.2]*[depth_1 is active] + 2";
    e.never_builds = lost;
    e.n_never_builds = 2;
    e.total = (vv_size){ "803100000", 8.905, "745000000", "860000000" };
    e.buildable = (vv_size){ "531000000", 8.725, "482000000", "580000000" };
    char *text = written_by(vvi_explain_write_head, &e);
    assert_true(longest_line(text) <= VVI_REPORT_WIDTH);
    in_one_line(text);
    CHECK_CONTAINS(text, e.layers.formula);
    CHECK_CONTAINS(text, lost[0].when);
    CHECK_CONTAINS(text, " The rest never builds; for example, a 3x3 kernel does not fit its 1x1 input ");
    CHECK_CONTAINS(text, " About 803,000,000 (95 %: 745,000,000 to 860,000,000) configurations. About 531,000,000 ");
    CHECK_LACKS(text, "...");
    free(text);
}

static void a_head_names_what_is_never_used(void **state)
{
    (void)state;
    static const char *const names[] = { "warmup", "verbose", "seed", "beam", "note" };
    vv_explained list[5];
    vv_explanation e = make_explanation(list);
    list[1].role = VV_ROLE_UNUSED;
    char *text = written_by(vvi_explain_write_head, &e);
    CHECK_CONTAINS(text, "\n  units is asked for and never used\n");
    free(text);
    for (int i = 0; i < 5; i++) list[i] = make_one(names[i], VV_ROLE_UNUSED);
    e.n_hyperparameters = 5;
    text = written_by(vvi_explain_write_head, &e);
    CHECK_CONTAINS(text, "\n  warmup, verbose, seed and 2 more are asked for and never used\n");
    free(text);
}

static void a_head_has_few_steps(void **state)
{
    (void)state;
    static const char *const names[] = { "a", "b", "c", "d", "e" };
    static const vv_formula kinds[] = { { "dense layers", "always", "a + b + c + d + e", { .kind = VV_EXACT } } };
    vv_explained list[5];
    vv_explanation e = make_explanation(list);
    for (int i = 0; i < 5; i++) list[i] = make_one(names[i], VV_ROLE_STRUCTURE);
    e.formulas = kinds;
    e.n_formulas = 1;
    e.n_hyperparameters = 5;
    char *text = in_one_line(written_by(vvi_explain_write_head, &e));
    CHECK_CONTAINS(text, " a: each one adds a dense; b: each one adds a dense; c: each one adds a dense; and 2 more "
                         "(varve explain FILE shows all) ");
    free(text);
    for (int i = 1; i < 5; i++) list[i].name = "a";
    text = in_one_line(written_by(vvi_explain_write_head, &e));
    CHECK_CONTAINS(text, "counted) a: each one adds a dense 50 configurations");
    free(text);
}

static void a_family_steps_once_in_a_head(void **state)
{
    (void)state;
    static const vv_formula kinds[] = { { "dense layers", "always", "sum(filters_{i})", { .kind = VV_EXACT } } };
    kin k;
    make_kin(&k);
    k.e.formulas = kinds;
    k.e.n_formulas = 1;
    char *text = written_by(vvi_explain_write_head, &k.e);
    CHECK_CONTAINS(text, "\n  filters_{i}: each one adds a dense\n");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(budgets_are_answered),
        cmocka_unit_test(a_head_is_a_few_lines),
        cmocka_unit_test(a_head_cuts_no_formula_and_no_condition),
        cmocka_unit_test(a_head_names_what_is_never_used),
        cmocka_unit_test(a_head_has_few_steps),
        cmocka_unit_test(a_family_steps_once_in_a_head),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
