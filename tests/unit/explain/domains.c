/* Names that are asked for with several domains: each has its row, and conditions go by values, whatever domain they are
 * of. */
#include "explaining.h"

/* ---- conditions ------------------------------------------------------------------------------------------------- */

BUILD(build_wide)
{
    (void)user;
    vv_model *m = start();
    const bool big = vv_bool(hp, "big");
    const int n = vv_int(hp, "n", .min = 1, .max = big ? 20000 : 10000);
    if (n > 5000) vv_add(m, vv_dense(vv_choice_int(hp, "u", VV_INTS(2, 3))));
    return finish(m);
}

static void a_bound_within_two_wide_ranges_is_told_exactly(void **state)
{
    (void)state;
    explaining x;
    const vv_explanation *e = explain(&x, build_wide);
    assert_int_equal(e->standing.kind, VV_EXACT);
    assert_string_equal(e->total.digits, "50000"); /* 5,000 and 2 * 5,000; 5,000 and 2 * 15,000 */
    check_active(e, "u", "n >= 5001");
    assert_string_equal(row_of(e, "n", 0)->active_when, "not big");
    assert_string_equal(row_of(e, "n", 1)->active_when, "big");
    forget(&x);
}

/* 2, 4, 6, 8 or 1..9: values that only one of them has belong to the spans they lie in. */
BUILD(build_even_or_all)
{
    (void)user;
    const bool even = vv_bool(hp, "even");
    const int n = even ? vv_int(hp, "n", .min = 2, .max = 8, .step = 2) : vv_int(hp, "n", .min = 1, .max = 9);
    if (n > 5) vv_bool(hp, "more");
    if (n == 4) vv_bool(hp, "four");
    if (n < 3) vv_bool(hp, "less");
    return finish(start());
}

static void a_bound_lies_between_values_of_either_domain(void **state)
{
    (void)state;
    explaining x;
    const vv_explanation *e = explain(&x, build_even_or_all);
    check_active(e, "more", "n >= 6");
    check_active(e, "four", "n = 4");
    check_active(e, "less", "n <= 2");
    forget(&x);
}

BUILD(build_two_rates)
{
    (void)user;
    vv_model *m = start();
    const bool sgd = vv_bool(hp, "sgd");
    const double rate =
        sgd ? vv_float(hp, "rate", .min = 0.001, .max = 1) : vv_float(hp, "rate", .min = 0.0001, .max = 0.1);
    if (rate > 0.05) vv_add(m, vv_dense(vv_int(hp, "warmup", .min = 1, .max = 9)));
    return rate > 0.5 ? refuse(m) : finish(m);
}

static void a_bound_within_two_continua_is_told(void **state)
{
    (void)state;
    explaining x;
    const vv_explanation *e = explain(&x, build_two_rates);
    check_active(e, "warmup", "rate > 0.05");
    check_formula(e, "[rate > 0.05] + 1");
    assert_int_equal(e->n_never_builds, 1);
    assert_string_equal(e->never_builds[0].when, "rate > 0.5");
    forget(&x);
}

/* A boolean here, words or numbers there: false is not 0, and no word is true. */
BUILD(build_many_types)
{
    (void)user;
    vv_model *m = start();
    const int kind = vv_int(hp, "kind", .min = 0, .max = 2);
    if (kind == 0) {
        if (vv_bool(hp, "x")) vv_bool(hp, "yes");
    } else if (kind == 1) {
        if (vv_choice(hp, "x", VV_STRINGS("aa", "b"))[0] == 'a') vv_bool(hp, "word");
    } else {
        if (vv_int(hp, "x", .min = 0, .max = 2) == 0) return refuse(m);
    }
    return finish(m);
}

static void values_of_several_types_are_told_apart(void **state)
{
    (void)state;
    explaining x;
    const vv_explanation *e = explain(&x, build_many_types);
    check_active(e, "yes", "x");
    check_active(e, "word", "x = \"aa\"");
    assert_int_equal(e->n_never_builds, 1);
    assert_string_equal(e->never_builds[0].when, "x = 0");
    assert_string_equal(e->never_builds[0].size.digits, "1");
    forget(&x);
}

/* ---- what it does ----------------------------------------------------------------------------------------------- */

BUILD(build_by_total)
{
    (void)user;
    vv_model *m = start();
    const int total = vv_choice_int(hp, "total", VV_INTS(16, 32, 64));
    const int extra = total > 20 ? vv_int(hp, "extra", .min = 1, .max = total / 16) : 0;
    for (int i = 0; i < extra; i++) vv_add(m, vv_dropout(0.1 * (i + 1)));
    return finish(m);
}

static void each_row_has_the_layers_that_its_own_values_add(void **state)
{
    (void)state;
    explaining x;
    const vv_explanation *e = explain(&x, build_by_total);
    const vv_explained *small = row_of(e, "extra", 0), *large = row_of(e, "extra", 1);
    assert_int_equal(small->domain.max, 2);
    assert_int_equal(small->adds_layers.n, 1);
    assert_string_equal(small->adds_layers.list[0], "dropout_1");
    assert_int_equal(large->domain.max, 4);
    assert_int_equal(large->adds_layers.n, 3);
    forget(&x);
}

BUILD(build_used_once)
{
    (void)user;
    vv_model *m = start();
    const bool used = vv_bool(hp, "used");
    const int n = vv_int(hp, "n", .min = 1, .max = used ? 3 : 4);
    vv_add(m, vv_dense(used ? n : 2));
    return finish(m);
}

static void a_domain_that_is_ignored_sets_nothing(void **state)
{
    (void)state;
    explaining x;
    const vv_explanation *e = explain(&x, build_used_once);
    assert_int_equal(row_of(e, "n", 0)->domain.max, 4); /* not used */
    assert_int_equal(row_of(e, "n", 0)->n_sets, 0);
    assert_true(sets(row_of(e, "n", 1), "dense", "units"));
    assert_int_equal(row_of(e, "n", 0)->role, VV_ROLE_LAYER); /* a role is the name's */
    forget(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bound_within_two_wide_ranges_is_told_exactly),
        cmocka_unit_test(a_bound_lies_between_values_of_either_domain),
        cmocka_unit_test(a_bound_within_two_continua_is_told),
        cmocka_unit_test(values_of_several_types_are_told_apart),
        cmocka_unit_test(each_row_has_the_layers_that_its_own_values_add),
        cmocka_unit_test(a_domain_that_is_ignored_sets_nothing),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
