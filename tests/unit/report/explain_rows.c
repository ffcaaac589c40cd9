/* explain_rows.c - what is said of each hyperparameter, and when a family is one row. */
#include "check.h"

#include "explanations.h"

/* ---- what each one does ----------------------------------------------------------------------------------------- */

static void every_role_has_words(void **state)
{
    (void)state;
    static const char *const texts[] = { [VV_ROLE_STRUCTURE] = "decides what is built",
                                         [VV_ROLE_LAYER] = "changes layers",
                                         [VV_ROLE_TRAINING] = "trains: the fit function asks for it",
                                         [VV_ROLE_UNUSED] = "nothing depends on it",
                                         [VV_ROLE_FIXED] = "has one value",
                                         [VV_ROLE_UNREACHABLE] = "out of reach",
                                         [VV_ROLE_UNKNOWN] = "not known: too few builds" };
    vv_explained list[3];
    vv_explanation e = make_explanation(list);
    for (int role = VV_ROLE_STRUCTURE; role <= VV_ROLE_UNKNOWN; role++) {
        char row[64];
        list[1] = make_one("it", (vv_role)role);
        snprintf(row, sizeof row, "it int 1..5 1 always %s", texts[role]);
        char *text = explained(&e);
        CHECK_CONTAINS(text, row);
        free(text);
    }
}

static void fields_of_training_are_told_from_those_of_layers(void **state)
{
    (void)state;
    static const vv_set_field sets[] = { { "optimizer", "learning_rate" },
                                         { "fit", "batch_size" },
                                         { "lstm", "units" } };
    vv_explained list[3];
    vv_explanation e = make_explanation(list);
    list[1].sets = sets;
    char *text = explained(&e);
    CHECK_CONTAINS(text, "sets units of lstm; trains: learning_rate of the optimizer; batch_size of fit");
    free(text);
}

static void long_lists_say_how_many_more(void **state)
{
    (void)state;
    static char names[12][16];
    const char *layers[12];
    for (int i = 0; i < 12; i++) {
        snprintf(names[i], sizeof names[i], "conv2d_%d", i);
        layers[i] = names[i];
    }
    vv_explained list[3];
    vv_explanation e = make_explanation(list);
    list[0].adds_layers = (vv_texts){ layers, 12 };
    e.n_formulas = 0;
    char *text = explained(&e);
    CHECK_CONTAINS(text, "adds conv2d_0, conv2d_1, conv2d_2, conv2d_3 and 8 more");
    free(text);
}

/* "each one adds" is said where the formulas add up, and only there. */
static void steps_are_said_where_the_formulas_say_so(void **state)
{
    (void)state;
    static const struct {
        const char *layers, *dense, *dropout, *text;
    } cases[] = {
        { "2*num_layers + 1", "num_layers + 1", "num_layers", "each one adds a dense and a dropout: dense_1" },
        { "5*num_layers + 1", "3*num_layers + 1", "2*num_layers", "each one adds 3 dense and 2 dropout: dense_1" },
        { "num_layers - wide + 2", "num_layers - wide + 2", "0", "each one adds a dense: dense_1" },
        { "num_layers + 1", "sum(wide_{i}) + 1", "num_layers - sum(wide_{i})", "always adds dense_1" },
        { "-wide + num_layers", "-wide + num_layers", "0", "each one adds a dense: dense_1" },
        /* another kind has no formula; whether it is active does not change with its value */
        { "2*num_layers + 1", "num_layers + 1", "3", "each one adds a dense: dense_1" },
        { "num_layers - [num_layers is active] + 2", "num_layers + 1", "1 - [num_layers is active]",
          "each one adds a dense: dense_1" },
        /* it does; a product; a step; fewer with each one, of another kind, too; another name that begins alike */
        { "num_layers + [num_layers >= 2]", "num_layers + [num_layers >= 2]", "0", "always adds dense_1" },
        { "num_layers*width + 1", "num_layers*width + 1", "0", "always adds dense_1" },
        { "num_layers + floor(num_layers/2)", "num_layers + floor(num_layers/2)", "0", "always adds dense_1" },
        { "9 - num_layers", "9 - num_layers", "0", "always adds dense_1" },
        { "-num_layers + 9", "-num_layers + 9", "0", "always adds dense_1" },
        { "5", "num_layers + 1", "5 - num_layers", "always adds dense_1" },
        { "num_layers_2 + 1", "num_layers_2 + 1", "0", "always adds dense_1" },
    };
    vv_explained list[3];
    vv_explanation e = make_explanation(list);
    for (size_t i = 0; i < COUNT(cases); i++) {
        const vv_formula kinds[] = { { "dense layers", "always", cases[i].dense, exact },
                                     { "dropout layers", "always", cases[i].dropout, exact } };
        e.layers.formula = cases[i].layers;
        e.formulas = kinds;
        e.n_formulas = 2;
        char *text = explained(&e);
        CHECK_CONTAINS(text, cases[i].text);
        free(text);
    }
}

/* What is added besides does not come with each one. */
static void layers_of_other_kinds_are_told_apart(void **state)
{
    (void)state;
    static const char *const layers[] = { "dense_1", "dense_out", "dense_2", "dropout" };
    static const vv_formula dense[] = { { "dense layers", "always", "num_layers + extra + 1", { .kind = VV_EXACT } } };
    vv_explained list[3];
    vv_explanation e = make_explanation(list);
    e.layers.formula = NULL;
    e.formulas = dense;
    e.n_formulas = 1;
    list[0].adds_layers = (vv_texts){ layers, 4 };
    char *text = explained(&e);
    CHECK_CONTAINS(text, "each one adds a dense: dense_1, dense_2; adds dense_out, dropout");
    free(text);
    e.layers.formula = "num_layers + 1"; /* each one adds one layer, and that is a dense, whatever its name */
    text = explained(&e);
    CHECK_CONTAINS(text, "each one adds a dense: dense_1, dense_out, dense_2, dropout");
    free(text);
}

/* A member of a family adds what the family's sum says, and what its own name says besides. */
static void members_step_with_their_family(void **state)
{
    (void)state;
    static const struct {
        const char *formula, *text;
    } cases[] = {
        { "sum(filters_{i}) + 1", "filters_{i} int 1..5 1 i < num_layers each one adds a dense: dense_1" },
        { "2*filters_0 + 2*filters_1 + 2*filters_2 + 2*filters_3", "i < num_layers each one adds 2 dense: dense_1" },
        { "sum(filters_{i}) + filters_1", "i < num_layers adds dense_1" },
        { "min(sum(filters_{i}), 3)", "i < num_layers adds dense_1" },
    };
    kin k;
    make_kin(&k);
    for (int i = 0; i < 4; i++) k.list[i].adds_layers = (vv_texts){ added, 2 };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const vv_formula kinds[] = { { "dense layers", "always", cases[i].formula, exact } };
        k.e.formulas = kinds;
        k.e.n_formulas = 1;
        char *text = explained(&k.e);
        CHECK_CONTAINS(text, cases[i].text);
        free(text);
    }
}

/* ---- families --------------------------------------------------------------------------------------------------- */

static void check_kin(const kin *k, bool folded)
{
    char *text = explained(&k->e);
    if (folded) {
        CHECK_CONTAINS(text, "filters_{i} int 1..5 1 i < num_layers sets filters of conv2d");
        CHECK_LACKS(text, "filters_1 int");
    } else {
        CHECK_CONTAINS(text, "filters_1 int 1..5 1 always sets filters of conv2d_1");
        CHECK_LACKS(text, "filters_{i}");
    }
    free(text);
}

static void a_family_that_does_the_same_is_one_row(void **state)
{
    (void)state;
    kin k;
    make_kin(&k);
    check_kin(&k, true);
    char *text = explained(&k.e);
    CHECK_CONTAINS(text, "sets filters of conv2d, conv2d_1, conv2d_2, conv2d_3 ");
    free(text);
    k.list[3].role = VV_ROLE_UNREACHABLE; /* nothing can be seen of it */
    k.list[3].n_sets = 0;
    k.list[3].unreachable = true;
    k.list[2].role = VV_ROLE_STRUCTURE; /* some of its values do not build */
    check_kin(&k, true);
    text = explained(&k.e);
    CHECK_CONTAINS(text, "Out of reach, asked for only where nothing can be built: filters_3.");
    free(text);
}

static void a_family_that_differs_has_a_row_for_each(void **state)
{
    (void)state;
    kin k;
    make_kin(&k);
    k.family.alike = false;
    check_kin(&k, false);
    make_kin(&k);
    k.family.active_when = NULL;
    check_kin(&k, false);
    make_kin(&k);
    k.sets[2][0].field = "kernel_size";
    check_kin(&k, false);
    make_kin(&k);
    k.list[2].role = VV_ROLE_TRAINING;
    check_kin(&k, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_role_has_words),
        cmocka_unit_test(fields_of_training_are_told_from_those_of_layers),
        cmocka_unit_test(long_lists_say_how_many_more),
        cmocka_unit_test(steps_are_said_where_the_formulas_say_so),
        cmocka_unit_test(layers_of_other_kinds_are_told_apart),
        cmocka_unit_test(members_step_with_their_family),
        cmocka_unit_test(a_family_that_does_the_same_is_one_row),
        cmocka_unit_test(a_family_that_differs_has_a_row_for_each),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
