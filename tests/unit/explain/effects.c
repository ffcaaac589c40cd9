/* What each hyperparameter does, and what nothing depends on. */
#include "explaining.h"

BUILD(build_everything)
{
    (void)user;
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(8, 8, 1));
    const int blocks = vv_int(hp, "blocks", .min = 1, .max = 2);
    for (int i = 0; i < blocks; i++)
        vv_add(m, vv_conv2d(vv_int(hp, vv_name(hp, "filters_%d", i), .min = 1, .max = 3),
                            .kernel_size = vv_choice_int(hp, "kernel", VV_INTS(1, 3))));
    vv_add(m, vv_flatten());
    const bool drop = vv_bool(hp, "drop");
    if (drop) vv_add(m, vv_dropout(vv_float(hp, "rate", .min = 0.1, .max = 0.3, .step = 0.1)));
    vv_add(m, vv_dense(1));
    const bool adam = vv_choice(hp, "optimizer", VV_STRINGS("sgd", "adam"))[0] == 'a';
    const double learning_rate = vv_choice_float(hp, "learning_rate", VV_FLOATS(0.1, 0.01));
    vv_compile(m, .loss = VV_MSE,
               .optimizer = adam ? vv_adam(.learning_rate = learning_rate) : vv_sgd(.learning_rate = learning_rate));
    vv_int(hp, "unused", .min = 1, .max = 3);
    vv_fixed_int(hp, "fixed", 7);
    vv_int(hp, "only", .min = 7, .max = 7);
    return m;
}

static void each_hyperparameter_has_the_role_it_plays(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        vv_role role;
    } rows[] = { { "blocks", VV_ROLE_STRUCTURE }, { "filters_0", VV_ROLE_LAYER },
                 { "kernel", VV_ROLE_LAYER },     { "drop", VV_ROLE_STRUCTURE },
                 { "rate", VV_ROLE_LAYER },       { "optimizer", VV_ROLE_TRAINING },
                 { "unused", VV_ROLE_UNUSED },    { "learning_rate", VV_ROLE_TRAINING },
                 { "fixed", VV_ROLE_FIXED },      { "only", VV_ROLE_FIXED } };
    explaining x;
    const vv_explanation *e = explain(&x, build_everything);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const vv_explained *h = row_of(e, rows[i].name, 0);
        if (h->role != rows[i].role)
            fail_msg("%s: %s, not %s", h->name, vv_role_name(h->role), vv_role_name(rows[i].role));
        assert_int_equal(h->structural, rows[i].role == VV_ROLE_STRUCTURE);
    }
    forget(&x);
}

static void layers_fields_and_what_follows_are_named(void **state)
{
    (void)state;
    explaining x;
    const vv_explanation *e = explain(&x, build_everything);
    const vv_explained *blocks = row_of(e, "blocks", 0), *drop = row_of(e, "drop", 0);
    assert_int_equal(blocks->adds_layers.n, 1);
    assert_true(has_text(&blocks->adds_layers, "conv2d_1"));
    assert_int_equal(drop->adds_layers.n, 1);
    assert_true(has_text(&drop->adds_layers, "dropout"));
    const vv_explained *filters = row_of(e, "filters_0", 0), *kernel = row_of(e, "kernel", 0);
    assert_int_equal(filters->n_sets, 1);
    assert_true(sets(filters, "conv2d", "filters"));
    assert_true(has_text(&filters->follows, "conv2d_1")); /* its kernels have other weights */
    assert_true(has_text(&filters->follows, "dense"));
    assert_true(sets(kernel, "conv2d", "kernel_size") && sets(kernel, "conv2d_1", "kernel_size"));
    assert_true(sets(row_of(e, "rate", 0), "dropout", "rate"));
    assert_int_equal(row_of(e, "rate", 0)->follows.n, 0);
    assert_true(sets(row_of(e, "optimizer", 0), "optimizer", "kind"));
    assert_true(sets(row_of(e, "learning_rate", 0), "optimizer", "learning_rate"));
    forget(&x);
}

static void what_is_never_used_is_noted(void **state)
{
    (void)state;
    explaining x;
    const vv_explanation *e = explain(&x, build_everything);
    assert_int_equal(e->notes.n, 1);
    assert_string_equal(e->notes.list[0], "unused is asked for and never used");
    forget(&x);
}

/* A value that matters with one of a hundred others only. */
BUILD(build_rarely_used)
{
    (void)user;
    vv_model *m = start();
    vv_float(hp, "continuum", .min = 0, .max = 1);
    const int n = vv_int(hp, "n", .min = 1, .max = 100), units = vv_int(hp, "units", .min = 1, .max = 50);
    vv_add(m, vv_dense(n == 61 ? units : 50));
    return finish(m);
}

static void never_used_is_not_said_of_what_is_used_rarely(void **state)
{
    (void)state;
    explaining x;
    const vv_explanation *e = explain(&x, build_rarely_used);
    assert_int_equal(row_of(e, "continuum", 0)->role, VV_ROLE_UNUSED);
    assert_int_equal(row_of(e, "units", 0)->role, VV_ROLE_LAYER);
    forget(&x);
}

/* Two hundred widths, each behind a flag: a few comparisons show nothing of some. */
BUILD(build_many)
{
    (void)user;
    vv_model *m = start();
    for (int i = 0; i < 60; i++) {
        const int units = vv_int(hp, vv_name(hp, "units_%d", i), .min = 1, .max = 64);
        if (vv_bool(hp, vv_name(hp, "use_%d", i))) vv_add(m, vv_dense(units));
    }
    return finish(m);
}

static void a_large_space_has_no_false_notes(void **state)
{
    (void)state;
    explaining x;
    const vv_explanation *e = explain(&x, build_many);
    assert_int_equal(e->notes.n, 0);
    for (size_t i = 0; i < e->n_hyperparameters; i++) assert_int_not_equal(e->hyperparameters[i].role, VV_ROLE_UNUSED);
    forget(&x);
}

/* What a loop adds is new in the middle, and the output is what it was. */
static void the_output_is_not_what_a_loop_adds(void **state)
{
    (void)state;
    explaining x;
    const vv_explanation *e = explain(&x, build_many);
    (void)e;
    forget(&x);
    e = explain(&x, build_everything);
    assert_false(has_text(&row_of(e, "blocks", 0)->adds_layers, "dense"));
    assert_false(has_text(&row_of(e, "drop", 0)->adds_layers, "dense"));
    forget(&x);
}

/* Another range for one value moves another value: that is not what this one does. */
BUILD(build_moving)
{
    (void)user;
    vv_model *m = start();
    const int most = vv_int(hp, "most", .min = 1, .max = 4), units = vv_int(hp, "units", .min = 1, .max = most);
    vv_add(m, vv_dense(units));
    return finish(m);
}

static void what_another_value_does_is_not_laid_to_this_one(void **state)
{
    (void)state;
    explaining x;
    const vv_explanation *e = explain(&x, build_moving);
    assert_int_equal(row_of(e, "most", 0)->n_sets, 0);
    assert_true(sets(row_of(e, "units", 3), "dense", "units"));
    forget(&x);
}

/* ---- things that are asked for oddly ---------------------------------------------------------------------------- */

BUILD(build_asking_twice)
{
    (void)user;
    vv_model *m = start();
    vv_add(m, vv_dense(vv_int(hp, "units", .min = 1, .max = 4)));
    vv_add(m, vv_dense(vv_int(hp, "units", .min = 1, .max = 4)));
    return finish(m);
}

static void a_name_that_is_asked_for_twice_sets_both(void **state)
{
    (void)state;
    explaining x;
    const vv_explanation *e = explain(&x, build_asking_twice);
    assert_int_equal(e->n_hyperparameters, 1);
    assert_true(sets(row_of(e, "units", 0), "dense", "units") && sets(row_of(e, "units", 0), "dense_1", "units"));
    assert_string_equal(e->total.digits, "4");
    forget(&x);
}

BUILD(build_nothing)
{
    (void)hp, (void)user;
    return finish(start());
}

static void a_hypermodel_without_hyperparameters_is_one_network(void **state)
{
    (void)state;
    explaining x;
    const vv_explanation *e = explain(&x, build_nothing);
    assert_int_equal(e->n_hyperparameters, 0);
    check_formula(e, "1");
    assert_string_equal(e->total.digits, "1");
    assert_string_equal(e->networks.digits, "1");
    assert_int_equal(e->standing.kind, VV_EXACT);
    assert_int_equal(e->cost.params.min, 5);
    assert_int_equal(e->cost.params.argmin.n, 0);
    forget(&x);
}

static int make_tower(vv_hp *hp, const char *scope)
{
    vv_scope_begin(hp, scope);
    const int n = vv_int(hp, "layers", .min = 1, .max = 3);
    for (int i = 0; i < n; i++) vv_int(hp, vv_name(hp, "units_%d", i), .min = 1, .max = 2);
    vv_scope_end(hp);
    return n;
}

BUILD(build_towers)
{
    (void)user;
    vv_model *m = start();
    const int n = make_tower(hp, "left") + make_tower(hp, "right");
    for (int i = 0; i < n; i++) vv_add(m, vv_dense(2));
    return finish(m);
}

static void a_hypermodel_inside_another_has_its_own_names(void **state)
{
    (void)state;
    explaining x;
    const vv_explanation *e = explain(&x, build_towers);
    check_joint(e, "left/units_{i}", "i < left/layers");
    check_joint(e, "right/units_{i}", "i < right/layers");
    check_formula(e, "left/layers + right/layers + 1");
    forget(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_hyperparameter_has_the_role_it_plays),
        cmocka_unit_test(layers_fields_and_what_follows_are_named),
        cmocka_unit_test(what_is_never_used_is_noted),
        cmocka_unit_test(never_used_is_not_said_of_what_is_used_rarely),
        cmocka_unit_test(a_large_space_has_no_false_notes),
        cmocka_unit_test(the_output_is_not_what_a_loop_adds),
        cmocka_unit_test(what_another_value_does_is_not_laid_to_this_one),
        cmocka_unit_test(a_name_that_is_asked_for_twice_sets_both),
        cmocka_unit_test(a_hypermodel_without_hyperparameters_is_one_network),
        cmocka_unit_test(a_hypermodel_inside_another_has_its_own_names),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
