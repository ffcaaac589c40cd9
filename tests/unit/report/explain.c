/* explain.c - what is said of explanations that are made by hand, and that no line is ever too long. */
#include "check.h"

#include "explanations.h"

/* ---- the whole -------------------------------------------------------------------------------------------------- */

static void an_exact_explanation_says_it_all(void **state)
{
    (void)state;
    static const char *const parts[] = {
        "model: 3 hyperparameters; 50 configurations: all can be built, as 50 different networks.",
        "Exact: every configuration was built",
        "layers in all = num_layers + add_dropout + 1",
        "not counted, as in Keras; with it: num_layers + add_dropout + 2.",
        "Of these dense = num_layers + 1, dropout = add_dropout.",
        "num_layers int 1..5 1 always each one adds a dense: dense_1, dense_2",
        "units int 1..5 1 always sets units of dense, dense_2, dense_10",
        "add_dropout bool false always adds a dropout Cost",
        "parameters least 11 num_layers=1, add_dropout=false",
        "most 4,321,000",
        "params = 11*units + 1, where num_layers = 1",
        "Bytes in int8: 1 for a weight",
        "The default configuration's memory peaks at dense: 11 bytes, 10 of input + 1 of dense.",
    };
    vv_explained list[3];
    const vv_explanation e = make_explanation(list);
    char *text = explained(&e);
    for (size_t i = 0; i < COUNT(parts); i++) CHECK_CONTAINS(text, parts[i]);
    CHECK_LACKS(text, "never builds");
    CHECK_LACKS(text, "Budget");
    CHECK_LACKS(text, "continu");
    free(text);
}

static void without_hyperparameters_there_is_no_table_of_them(void **state)
{
    (void)state;
    vv_explained list[3];
    vv_explanation e = make_explanation(list);
    e.n_hyperparameters = 0;
    e.total = e.buildable = e.networks = make_size("1");
    char *text = explained(&e);
    CHECK_CONTAINS(text, "model: 0 hyperparameters; 1 configuration: it can be built, as 1 different network.");
    CHECK_LACKS(text, "What it does");
    free(text);
}

static void a_name_with_two_domains_is_one_hyperparameter(void **state)
{
    (void)state;
    vv_explained list[3];
    vv_explanation e = make_explanation(list);
    list[1].name = "num_layers";
    char *text = explained(&e);
    CHECK_CONTAINS(text, "model: 2 hyperparameters; ");
    free(text);
    list[2].name = "num_layers";
    text = in_one_line(written_by(vvi_summary_write, &e));
    CHECK_CONTAINS(text, "model: 1 hyperparameter Hyperparameter Domain");
    free(text);
}

static void a_name_is_out_of_reach_when_all_its_domains_are(void **state)
{
    (void)state;
    vv_explained list[3];
    vv_explanation e = make_explanation(list);
    list[1] = make_one("units", VV_ROLE_UNREACHABLE);
    list[2].name = "units";
    char *text = explained(&e);
    CHECK_LACKS(text, "Out of reach");
    free(text);
    list[2] = list[1];
    text = explained(&e);
    CHECK_CONTAINS(text, "Out of reach, asked for only where nothing can be built: units.");
    free(text);
}

static void one_configuration_is_shown_layer_by_layer(void **state)
{
    (void)state;
    vv_explained list[3];
    vv_explanation e = make_explanation(list);
    char *text = in_one_line(written_by(write_layers, &e));
    CHECK_CONTAINS(text, "The configuration num_layers=1, add_dropout=false:");
    CHECK_CONTAINS(text, "dense dense 1 11 10 14 11");
    CHECK_CONTAINS(text, "in all 11 10 14 11");
    CHECK_CONTAINS(text, "The configuration's memory peaks at dense: 11 bytes, 10 of input");
    free(text);
    e.one.refusal = "conv2d: no";
    text = in_one_line(written_by(write_layers, &e));
    CHECK_CONTAINS(text, "The configuration cannot be built: conv2d: no.");
    CHECK_LACKS(text, "in all 11");
    free(text);
}

/* ---- standing, sizes -------------------------------------------------------------------------------------------- */

static void what_was_sampled_is_not_called_exact(void **state)
{
    (void)state;
    vv_explained list[3];
    vv_explanation e = make_explanation(list);
    e.standing = e.sizes = e.layers.standing = e.cost.standing = sampled;
    e.networks = (vv_size){ .digits = NULL };
    e.total = e.buildable = (vv_size){ "1234000000000000000000000000000", 30.09, "1100000000000000000000000000000",
                                       "1360000000000000000000000000000" };
    char *text = explained(&e);
    CHECK_CONTAINS(text, "about 1.23e30 (95 %: 1.10e30 to 1.36e30) configurations: all can be built.");
    CHECK_CONTAINS(text,
                   "Sampled: not every configuration was built; what is said held for 4,096 of 4,096 random builds");
    CHECK_CONTAINS(text, "the smallest and largest that were found");
    CHECK_LACKS(text, "different network");
    free(text);
    e.continuous = 1;
    text = explained(&e);
    CHECK_CONTAINS(text, "Sampled: a continuum cannot be built from end to end");
    CHECK_CONTAINS(text, "1 hyperparameter is continuous: a continuum counts as one value");
    free(text);
    e.total.digits = e.buildable.digits = NULL;
    text = explained(&e);
    CHECK_CONTAINS(text, "1 hyperparameter is continuous. Sampled");
    free(text);
}

static void what_was_observed_is_not_promised(void **state)
{
    (void)state;
    vv_explained list[3];
    vv_explanation e = make_explanation(list);
    e.standing = observed;
    e.pure = false;
    e.impurity = "built twice with the same values, num_layers=1: dense.units differs";
    char *text = explained(&e);
    CHECK_CONTAINS(text, "nothing is promised: built twice with the same values, num_layers=1: dense.units differs.");
    free(text);
    text = in_one_line(written_by(vvi_summary_write, &e));
    CHECK_CONTAINS(text, "is no function of its hyperparameters: built twice");
    free(text);
}

static void a_part_that_can_be_built_has_its_share(void **state)
{
    (void)state;
    static const struct {
        const char *total, *buildable, *text;
    } cases[] = {
        { "37448", "328", "328 of 37,448 configurations can be built (0.9 %)" },
        { "100", "45", "45 of 100 configurations can be built (45 %)" },
        { "100000", "99999", "99,999 of 100,000 configurations can be built (over 99.9 %)" },
        { "1000000000000000000000", "7", "7 of 1.00e21 configurations can be built (less than 0.1 %)" },
        { "999999999999999", "999999999999999", "999,999,999,999,999 configurations: all can be built" },
    };
    vv_explained list[3];
    vv_explanation e = make_explanation(list);
    for (size_t i = 0; i < COUNT(cases); i++) {
        e.total = make_size(cases[i].total);
        e.buildable = make_size(cases[i].buildable);
        char *text = explained(&e);
        CHECK_CONTAINS(text, cases[i].text);
        free(text);
    }
}

/* One sentence with two intervals could not be read aloud. */
static void two_estimates_are_two_sentences(void **state)
{
    (void)state;
    vv_explained list[3];
    vv_explanation e = make_explanation(list);
    e.networks.digits = NULL;
    e.total = (vv_size){ "803100000", 8.905, "745000000", "860000000" };
    e.buildable = (vv_size){ "531000000", 8.725, "482000000", "580000000" };
    char *text = explained(&e);
    CHECK_CONTAINS(text, "model: 3 hyperparameters; about 803,000,000 (95 %: 745,000,000 to 860,000,000) "
                         "configurations. About 531,000,000 (95 %: 482,000,000 to 580,000,000) of them can be built "
                         "(66 %). Exact");
    free(text);
    text = in_one_line(written_by(vvi_summary_write, &e));
    CHECK_CONTAINS(text, " About 803,000,000 (95 %: 745,000,000 to 860,000,000) configurations. About 531,000,000");
    CHECK_CONTAINS(text, "(66 %), in 3 structures.");
    free(text);
}

static void numbers_that_are_not_known_are_not_told(void **state)
{
    (void)state;
    static const struct {
        const char *total, *buildable, *explained, *summary;
    } cases[] = {
        { NULL, NULL, "3 hyperparameters; how many configurations there are is not known.",
          "How many configurations there are is not known. 3 structures can be built." },
        { "50", NULL, "3 hyperparameters; 50 configurations; how many of them can be built is not known.",
          "50 configurations; how many of them can be built is not known. 3 structures can be built." },
        { NULL, "1", "3 hyperparameters; 1 configuration can be built; of how many is not known.",
          "1 configuration can be built; of how many is not known. 3 structures can be built." },
    };
    vv_explained list[3];
    vv_explanation e = make_explanation(list);
    e.networks.digits = NULL;
    e.budget = (vv_fit_report){ .limited = true, .share = 0.25, .fits = { .digits = NULL }, .standing = exact };
    for (size_t i = 0; i < COUNT(cases); i++) {
        e.total.digits = cases[i].total;
        e.buildable.digits = cases[i].buildable;
        char *text = explained(&e), *summary = in_one_line(written_by(vvi_summary_write, &e));
        CHECK_CONTAINS(text, cases[i].explained);
        CHECK_CONTAINS(text, ": 25 % of what can be built fits.");
        CHECK_CONTAINS(summary, cases[i].summary);
        free(text);
        free(summary);
    }
}

static void layers_without_a_formula_have_a_table_or_a_range(void **state)
{
    (void)state;
    static const vv_formula table[] = { { "layers", "n = 1", "2", { .kind = VV_EXACT } },
                                        { "layers", "n >= 2", "7", { .kind = VV_EXACT } } };
    vv_explained list[3];
    vv_explanation e = make_explanation(list);
    e.layers.formula = e.layers.with_input = NULL;
    char *text = explained(&e);
    CHECK_CONTAINS(text, "layers: 2 to 7, the input not counted, as in Keras; no simple formula gives them.");
    CHECK_CONTAINS(text, "always each one adds a dense: dense_1, dense_2 "); /* the formula of the kind is enough */
    free(text);
    e.layers.table = table;
    e.layers.n_table = 2;
    text = explained(&e);
    CHECK_CONTAINS(text, "no simple formula gives them: 2 where n = 1 7 where n >= 2");
    free(text);
    e.layers.standing = sampled;
    text = explained(&e);
    CHECK_CONTAINS(text, "layers: 2 to 7 in the builds looked at, the input not counted");
    free(text);
}

/* ---- what never builds ------------------------------------------------------------------------------------------ */

static const vv_never never[] = {
    { .when = "num_layers >= 4", .layer = "conv2d_3", .reason = "a 3x3 kernel does not fit its 1x1 input" },
    { .when = "", .reason = "params 12, at most 10" }
};

static void what_never_builds_has_its_reason(void **state)
{
    (void)state;
    static const vv_value four = { VV_VALUE_INT, { .i = 4 } };
    vv_explained list[3];
    vv_explanation e = make_explanation(list);
    e.never_builds = never;
    e.n_never_builds = 2;
    list[0].dead_values = list[1].dead_values = &four;
    list[0].n_dead_values = list[1].n_dead_values = 1;
    list[0].dead_text = list[1].dead_text = "4";
    char *text = explained(&e);
    CHECK_CONTAINS(text, "num_layers >= 4 conv2d_3: a 3x3 kernel does not fit its 1x1 input");
    CHECK_CONTAINS(text, "some others for example, params 12, at most 10"); /* others may have other reasons */
    CHECK_CONTAINS(text, "Nothing can be built with units: 4.");            /* no condition says that already */
    CHECK_LACKS(text, "Nothing can be built with num_layers");
    free(text);
    text = in_one_line(written_by(vvi_summary_write, &e));
    CHECK_CONTAINS(text, "num_layers >= 4 never builds: a 3x3 kernel does not fit its 1x1 input.");
    CHECK_CONTAINS(text, "The rest never builds; for example, params 12, at most 10.");
    free(text);
}

/* A condition tells of a dead value where it has the name, not where it has its letters. */
static void dead_values_are_told_unless_a_condition_does(void **state)
{
    (void)state;
    static const struct {
        const char *when;
        bool told;
    } cases[] = {
        { "n = 4", true },       { "kin = 7 and n >= 4", true }, { "kin = 7", false },      { "n_2 = 4", false },
        { "head/n = 4", false }, { "n/head = 4", false },        { "x in {\"n\"}", false }, { "n.2 = 4", false },
    };
    vv_explained list[3];
    vv_explanation e = make_explanation(list);
    list[1].name = "n";
    list[1].dead_text = "4";
    for (size_t i = 0; i < COUNT(cases); i++) {
        const vv_never one = { .when = cases[i].when, .reason = "no" };
        e.never_builds = &one;
        e.n_never_builds = 1;
        char *text = written_by(write_plain, &e);
        if (cases[i].told)
            CHECK_LACKS(text, "Nothing can be built with");
        else
            CHECK_CONTAINS(text, "\n\nNothing can be built with n: 4.\n");
        free(text);
    }
}

/* ---- width ------------------------------------------------------------------------------------------------------ */

/* Every text is as long as it can be. */
static void make_long(kin *k, vv_fit_report *budget)
{
    static char name[512], pattern[600], words[2000];
    static const char *layers[1] = { name };
    static vv_set_field sets[1] = { { name, name } };
    static vv_formula kinds[1] = { { words, words, words, { .kind = VV_EXACT } } };
    static vv_never lost[1] = { { words, name, words, { .digits = NULL } } };
    static vv_layer_line line[1] = { { name, name, { 4, { 1000000, 1000000, 1000000, 1000000 } }, { 1, 1, 1, 1 } } };
    static vv_assignment values[40];
    memset(name, 'n', sizeof name - 1);
    memset(pattern, 'p', sizeof pattern - 1);
    for (size_t i = 0; i + 1 < sizeof words; i++) words[i] = i % 11 == 10 ? ' ' : 'w';
    for (int i = 0; i < 40; i++) values[i] = (vv_assignment){ name, { VV_VALUE_STRING, { .s = name } } };
    make_kin(k);
    for (int i = 0; i < 4; i++) {
        k->list[i].name = name;
        k->list[i].domain_text = k->list[i].active_when = words;
        k->list[i].sets = sets;
        k->list[i].adds_layers = k->list[i].follows = (vv_texts){ layers, 1 };
        k->list[i].domain.default_value = (vv_value){ VV_VALUE_STRING, { .s = name } };
        k->list[i].dead_text = words;
    }
    k->family.name = pattern;
    k->family.active_when = words;
    k->e.hypermodel = name;
    k->e.layers.formula = k->e.layers.with_input = words;
    k->e.formulas = kinds;
    k->e.n_formulas = 1;
    k->e.never_builds = lost;
    k->e.n_never_builds = 1;
    k->e.cost.params.argmin = k->e.one.values = (vv_values){ values, 40 };
    k->e.one.layers = line;
    k->e.one.n_layers = 1;
    k->e.one.peak = 0;
    k->e.one.peak_text = words;
    k->e.impurity = words;
    *budget = (vv_fit_report){ .budget = { UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX, VV_FLOAT32 },
                               .limited = true,
                               .share = 0.5,
                               .fits = make_size("1"),
                               .standing = exact,
                               .never = lost,
                               .n_never = 1,
                               .breaks_first = words,
                               .smallest = { values, 40 } };
    k->e.budget = *budget;
    k->e.notes = (vv_texts){ layers, 1 };
}

static void no_line_is_too_long(void **state)
{
    (void)state;
    kin k;
    vv_fit_report budget;
    make_long(&k, &budget);
    for (int folded = 0; folded < 2; folded++) {
        k.family.alike = folded == 1;
        char *texts[] = { written_by(write_plain, &k.e), written_by(write_layers, &k.e) };
        for (int i = 0; i < 2; i++) {
            assert_true(longest_line(texts[i]) <= VVI_EXPLAIN_WIDTH);
            free(texts[i]);
        }
    }
    k.e.pure = false;
    char *summary = written_by(vvi_summary_write, &k.e), *head = written_by(vvi_explain_write_head, &k.e);
    assert_true(longest_line(summary) <= VVI_REPORT_WIDTH);
    assert_true(longest_line(head) <= VVI_REPORT_WIDTH);
    free(summary);
    free(head);
}

static void failing_allocations_are_reported(void **state)
{
    (void)state;
    static const writer writers[] = { write_plain, write_layers, vvi_summary_write, vvi_explain_write_head,
                                      vvi_explain_write_json };
    kin k;
    vv_fit_report budget;
    make_long(&k, &budget);
    for (size_t i = 0; i < COUNT(writers); i++)
        for (long n = 1;; n++) {
            FILE *out = tmpfile();
            vvi_fail_allocation(n);
            const vv_status status = writers[i](&k.e, out, NULL);
            vvi_fail_allocation(0);
            fclose(out);
            if (status == VV_OK) {
                assert_true(n > 2);
                break;
            }
            assert_int_equal(status, VV_NO_MEMORY);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_exact_explanation_says_it_all),
        cmocka_unit_test(without_hyperparameters_there_is_no_table_of_them),
        cmocka_unit_test(a_name_with_two_domains_is_one_hyperparameter),
        cmocka_unit_test(a_name_is_out_of_reach_when_all_its_domains_are),
        cmocka_unit_test(one_configuration_is_shown_layer_by_layer),
        cmocka_unit_test(what_was_sampled_is_not_called_exact),
        cmocka_unit_test(what_was_observed_is_not_promised),
        cmocka_unit_test(a_part_that_can_be_built_has_its_share),
        cmocka_unit_test(two_estimates_are_two_sentences),
        cmocka_unit_test(numbers_that_are_not_known_are_not_told),
        cmocka_unit_test(layers_without_a_formula_have_a_table_or_a_range),
        cmocka_unit_test(what_never_builds_has_its_reason),
        cmocka_unit_test(dead_values_are_told_unless_a_condition_does),
        cmocka_unit_test(no_line_is_too_long),
        cmocka_unit_test(failing_allocations_are_reported),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
