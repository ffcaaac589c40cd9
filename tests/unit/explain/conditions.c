/* When each hyperparameter is active, and families of them in one row. */
#include "explaining.h"

/* ---- single conditions ------------------------------------------------------------------------------------------ */

BUILD(build_conditions)
{
    (void)user;
    const int n = vv_int(hp, "n", .min = 1, .max = 5);
    const char *kind = vv_choice(hp, "kind", VV_STRINGS("a", "b", "c", "d"));
    const bool flag = vv_bool(hp, "flag");
    if (n >= 3) vv_bool(hp, "from_three");
    if (n <= 2) vv_bool(hp, "to_two");
    if (n == 4) vv_bool(hp, "four");
    if (n != 4) vv_bool(hp, "not_four");
    if (n > 1 && n < 5) vv_bool(hp, "between");
    if (kind[0] == 'b') vv_bool(hp, "b");
    if (kind[0] != 'b') vv_bool(hp, "not_b");
    if (kind[0] == 'a' || kind[0] == 'c') vv_bool(hp, "a_or_c");
    if (flag) vv_bool(hp, "set");
    if (!flag) vv_bool(hp, "unset");
    if (flag && n >= 3) vv_bool(hp, "both");
    if (flag || n == 5) vv_bool(hp, "either");
    return finish(start());
}

static void the_simplest_true_condition_is_told(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        { "n", "always" },
        { "kind", "always" },
        { "from_three", "n >= 3" },
        { "to_two", "n <= 2" },
        { "four", "n = 4" },
        { "not_four", "n != 4" },
        { "between", "n in 2..4" },
        { "b", "kind = \"b\"" },
        { "not_b", "kind != \"b\"" },
        { "a_or_c", "kind in {\"a\", \"c\"}" },
        { "set", "flag" },
        { "unset", "not flag" },
        { "both", "n >= 3 and flag" },
        { "either", "flag or n = 5" },
    };
    explaining x;
    const vv_explanation *e = explain(&x, build_conditions);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) check_active(e, rows[i][0], rows[i][1]);
    forget(&x);
}

/* Conditions on what is itself conditional, and on three at once. */
BUILD(build_deep)
{
    (void)user;
    if (vv_bool(hp, "outer"))
        if (vv_int(hp, "middle", .min = 1, .max = 4) >= 2)
            if (vv_bool(hp, "inner")) vv_bool(hp, "deepest");
    const bool p = vv_bool(hp, "p"), q = vv_bool(hp, "q"), r = vv_bool(hp, "r");
    if (p && q && r) vv_bool(hp, "all_three");
    return finish(start());
}

static void a_condition_on_a_condition_is_told_by_the_last_of_them(void **state)
{
    (void)state;
    explaining x;
    const vv_explanation *e = explain(&x, build_deep);
    check_active(e, "middle", "outer");
    check_active(e, "inner", "middle >= 2");
    check_active(e, "deepest", "inner");
    check_active(e, "all_three", "p and q and r");
    forget(&x);
}

BUILD(build_float_condition)
{
    (void)user;
    vv_model *m = start();
    const double rate = vv_float(hp, "rate", .min = 0, .max = 0.5);
    if (rate > 0) vv_add(m, vv_dropout(rate));
    if (rate > 0) vv_bool(hp, "above_zero");
    if (rate >= 0.25) vv_bool(hp, "from_a_quarter");
    if (rate < 0.1) vv_bool(hp, "below_a_tenth");
    return finish(m);
}

static void a_float_that_switches_is_told_where(void **state)
{
    (void)state;
    explaining x;
    const vv_explanation *e = explain(&x, build_float_condition);
    check_active(e, "above_zero", "rate > 0");
    check_active(e, "from_a_quarter", "rate >= 0.25");
    check_active(e, "below_a_tenth", "rate < 0.1");
    check_formula(e, "[rate > 0] + 1");
    assert_int_equal(e->standing.kind, VV_SAMPLED);
    assert_int_equal(e->standing.checked, 4096);
    assert_true(row_of(e, "rate", 0)->structural);
    assert_true(sets(row_of(e, "rate", 0), "dropout", "rate"));
    forget(&x);
}

/* ---- one name, several domains ---------------------------------------------------------------------------------- */

BUILD(build_two_domains)
{
    (void)user;
    vv_model *m = start();
    const bool wide = vv_bool(hp, "wide");
    vv_add(m, vv_dense(wide ? vv_int(hp, "units", .min = 64, .max = 128, .step = 32)
                            : vv_int(hp, "units", .min = 1, .max = 4)));
    return finish(m);
}

static void a_name_with_two_domains_is_two_rows(void **state)
{
    (void)state;
    explaining x;
    const vv_explanation *e = explain(&x, build_two_domains);
    assert_int_equal(e->n_hyperparameters, 3);
    for (int i = 0; i < 2; i++) {
        const vv_explained *h = row_of(e, "units", i);
        assert_string_equal(h->active_when, h->domain.max > 100 ? "wide" : "not wide");
        assert_true(sets(h, "dense", "units"));
    }
    forget(&x);
}

BUILD(build_conflict)
{
    (void)user;
    vv_int(hp, "units", .min = 1, .max = 4);
    vv_int(hp, "units", .min = 1, .max = 8);
    return finish(start());
}

static void two_domains_in_one_build_are_a_mistake(void **state)
{
    (void)state;
    explaining x;
    vv_error error = { 0 };
    assert_int_equal(try_explain(&x, build_conflict, NULL, NULL, &error), VV_CONFLICT);
    CHECK_CONTAINS(error.text, "units");
    forget(&x);
}

BUILD(build_dependent_range)
{
    (void)user;
    vv_model *m = start();
    const int blocks = vv_int(hp, "blocks", .min = 1, .max = *(int *)user);
    const int heads = vv_int(hp, "heads", .min = 1, .max = blocks);
    for (int i = 0; i < heads; i++) vv_add(m, vv_dense(2));
    return finish(m);
}

static void a_range_that_depends_on_a_value_is_told_as_what_it_is(void **state)
{
    (void)state;
    explaining x;
    int most = 3;
    const vv_explanation *e = explain_with(&x, build_dependent_range, &most, NULL);
    assert_int_equal(e->n_hyperparameters, 4);
    assert_string_equal(row_of(e, "heads", 0)->active_when, "blocks = 1");
    assert_string_equal(row_of(e, "heads", 2)->active_when, "blocks = 3");
    check_formula(e, "heads + 1");
    assert_string_equal(e->total.digits, "6");
    forget(&x);
    most = 30; /* thirty rows would tell nobody anything */
    e = explain_with(&x, build_dependent_range, &most, NULL);
    assert_int_equal(e->n_hyperparameters, 2);
    CHECK_CONTAINS(row_of(e, "heads", 0)->domain_text, "int 1..1 to int 1..30");
    check_active(e, "heads", "always");
    check_formula(e, "heads + 1");
    assert_string_equal(e->total.digits, "465");
    forget(&x);
}

/* ---- families --------------------------------------------------------------------------------------------------- */

BUILD(build_families)
{
    (void)user;
    const int n = vv_int(hp, "n", .min = 1, .max = 5);
    for (int i = 0; i < n; i++) vv_bool(hp, vv_name(hp, "below_%d", i));
    for (int i = 1; i <= n; i++) vv_bool(hp, vv_name(hp, "upto_%d", i));
    for (int i = 0; i < n - 2; i++) vv_bool(hp, vv_name(hp, "last_%d", i));
    return finish(start());
}

BUILD(build_pairs)
{
    (void)user;
    const int n = vv_int(hp, "n", .min = 1, .max = 7);
    for (int i = 0; 2 * i + 1 < n; i++) vv_bool(hp, vv_name(hp, "pair_%d", i));
    for (int i = 0; i < 3; i++) vv_bool(hp, vv_name(hp, "fixed_%d", i));
    return finish(start());
}

BUILD(build_loops)
{
    (void)user;
    const int stages = vv_int(hp, "stages", .min = 1, .max = 3), per = vv_int(hp, "per", .min = 1, .max = 2);
    for (int s = 0; s < stages; s++)
        for (int i = 0; i < per; i++) vv_int(hp, vv_name(hp, "units_%d_%d", s, i), .min = 1, .max = 2);
    return finish(start());
}

BUILD(build_inner_loops)
{
    (void)user;
    for (int s = 0, stages = vv_int(hp, "stages", .min = 1, .max = 3); s < stages; s++) {
        const int blocks = vv_int(hp, vv_name(hp, "blocks_%d", s), .min = 1, .max = 3);
        for (int i = 0; i < blocks; i++) vv_int(hp, vv_name(hp, "units_%d_%d", s, i), .min = 1, .max = 2);
    }
    return finish(start());
}

BUILD(build_siblings)
{
    (void)user;
    for (int i = 0; i < 3; i++)
        if (vv_bool(hp, vv_name(hp, "drop_%d", i))) vv_int(hp, vv_name(hp, "rate_%d", i), .min = 1, .max = 3);
    return finish(start());
}

/* "i" is a hyperparameter here, and no number in a name. */
BUILD(build_with_i)
{
    (void)user;
    const int n = vv_int(hp, "i", .min = 1, .max = 4);
    for (int k = 0; k < n; k++) vv_bool(hp, vv_name(hp, "flag_%d", k));
    return finish(start());
}

static void members_of_a_loop_are_one_row(void **state)
{
    (void)state;
    static const struct {
        build_it build;
        const char *family, *when;
        size_t members;
    } cases[] = {
        { build_families, "below_{i}", "i < n", 5 },
        { build_families, "upto_{i}", "i <= n", 5 },
        { build_families, "last_{i}", "i < n - 2", 3 },
        { build_pairs, "pair_{i}", "2*i + 2 <= n", 3 },
        { build_pairs, "fixed_{i}", "always", 3 },
        { build_loops, "units_{i}_{j}", "i < stages and j < per", 6 },
        { build_inner_loops, "blocks_{i}", "i < stages", 3 },
        { build_inner_loops, "units_{i}_{j}", "j < blocks_{i}", 9 },
        { build_siblings, "drop_{i}", "always", 3 },
        { build_siblings, "rate_{i}", "drop_{i}", 3 },
        { build_with_i, "flag_{j}", "j < i", 4 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        explaining x;
        const vv_explanation *e = explain(&x, cases[i].build);
        check_joint(e, cases[i].family, cases[i].when);
        const vv_family *f = family_of(e, cases[i].family);
        assert_int_equal(f->n, cases[i].members);
        assert_true(f->alike);
        for (size_t k = 0; k < f->n; k++) assert_string_equal(e->hyperparameters[f->first + k].family, f->name);
        forget(&x);
    }
}

/* Names with several numbers, and such as only look like a loop's. */
BUILD(build_names)
{
    (void)user;
    vv_bool(hp, "filters_3_1");
    vv_bool(hp, "filters_3_2");
    vv_bool(hp, "filters_4_1");
    vv_bool(hp, "f1");
    vv_bool(hp, "f2");
    vv_bool(hp, "alone_7");
    vv_bool(hp, "padded_007");
    vv_bool(hp, "padded_008");
    return finish(start());
}

static void names_with_several_numbers_are_told_apart(void **state)
{
    (void)state;
    explaining x;
    const vv_explanation *e = explain(&x, build_names);
    assert_int_equal(e->n_families, 1);
    assert_string_equal(e->families[0].name, "filters_{i}_{j}");
    assert_int_equal(e->families[0].n, 3);
    assert_null(row_of(e, "f1", 0)->family);
    assert_null(row_of(e, "alone_7", 0)->family);
    assert_null(row_of(e, "padded_007", 0)->family);
    forget(&x);
}

BUILD(build_growing)
{
    (void)user;
    vv_model *m = start();
    const int n = vv_int(hp, "n", .min = 1, .max = 3);
    for (int i = 0; i < n; i++) vv_add(m, vv_dense(vv_int(hp, vv_name(hp, "units_%d", i), .min = 1, .max = 2 + i)));
    return finish(m);
}

static void members_of_one_family_need_not_be_alike(void **state)
{
    (void)state;
    explaining x;
    assert_true(family_of(explain(&x, build_inner_loops), "units_{i}_{j}")->alike);
    forget(&x);
    assert_false(family_of(explain(&x, build_growing), "units_{i}")->alike);
    forget(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_simplest_true_condition_is_told),
        cmocka_unit_test(a_condition_on_a_condition_is_told_by_the_last_of_them),
        cmocka_unit_test(a_float_that_switches_is_told_where),
        cmocka_unit_test(a_name_with_two_domains_is_two_rows),
        cmocka_unit_test(two_domains_in_one_build_are_a_mistake),
        cmocka_unit_test(a_range_that_depends_on_a_value_is_told_as_what_it_is),
        cmocka_unit_test(members_of_a_loop_are_one_row),
        cmocka_unit_test(names_with_several_numbers_are_told_apart),
        cmocka_unit_test(members_of_one_family_need_not_be_alike),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
