/* Layer counts: the formula that is found, and none where there is none. */
#include "explaining.h"

/* ---- formulas --------------------------------------------------------------------------------------------------- */

BUILD(build_one_each)
{
    (void)user;
    vv_model *m = start();
    for (int i = 0, n = vv_int(hp, "n", .min = 0, .max = 4); i < n; i++) vv_add(m, vv_dense(2));
    return finish(m);
}

/* The trap: with n in 1..4 this is also a cubic with fractions. */
BUILD(build_every_second)
{
    (void)user;
    vv_model *m = start();
    for (int i = 0, n = vv_int(hp, "n", .min = 1, .max = 4); i < n; i++) {
        vv_add(m, vv_dense(2));
        if (i % 2 == 1) vv_add(m, vv_dropout(0.5));
    }
    vv_add(m, vv_dense(3));
    return finish(m);
}

BUILD(build_every_second_from_the_first)
{
    (void)user;
    vv_model *m = start();
    for (int i = 0, n = vv_int(hp, "n", .min = 1, .max = 6); i < n; i++)
        if (i % 2 == 0) vv_add(m, vv_dense(2));
    return finish(m);
}

BUILD(build_every_third)
{
    (void)user;
    vv_model *m = start();
    for (int i = 0, n = vv_int(hp, "n", .min = 1, .max = 9); i < n; i++)
        if (i % 3 == 2) vv_add(m, vv_dense(2));
    return finish(m);
}

BUILD(build_at_most_three)
{
    (void)user;
    vv_model *m = start();
    for (int i = 0, n = vv_int(hp, "n", .min = 1, .max = 6); i < n && i < 3; i++) vv_add(m, vv_dense(2));
    return finish(m);
}

BUILD(build_from_the_third_on)
{
    (void)user;
    vv_model *m = start();
    for (int i = 0, n = vv_int(hp, "n", .min = 1, .max = 6); i < n; i++)
        if (i >= 2) vv_add(m, vv_dense(2));
    return finish(m);
}

BUILD(build_with_a_flag)
{
    (void)user;
    vv_model *m = start();
    const int n = vv_int(hp, "n", .min = 1, .max = 3);
    const bool drop = vv_bool(hp, "drop");
    for (int i = 0; i < n; i++) {
        vv_add(m, vv_dense(2));
        if (drop) vv_add(m, vv_dropout(0.5));
    }
    return finish(m);
}

BUILD(build_two_flags_together)
{
    (void)user;
    vv_model *m = start();
    const bool a = vv_bool(hp, "a"), b = vv_bool(hp, "b");
    if (a && b) vv_add(m, vv_dropout(0.5));
    return finish(m);
}

BUILD(build_nested)
{
    (void)user;
    vv_model *m = start();
    const int stages = vv_int(hp, "stages", .min = 1, .max = 3), per = vv_int(hp, "per", .min = 1, .max = 4);
    for (int s = 0; s < stages; s++) {
        for (int i = 0; i < per; i++) vv_add(m, vv_dense(2));
        vv_add(m, vv_dropout(0.5));
    }
    return finish(m);
}

BUILD(build_repeats)
{
    (void)user;
    vv_model *m = start();
    for (int i = 0, n = vv_int(hp, "stages", .min = 1, .max = 3); i < n; i++) {
        const int repeats = vv_int(hp, vv_name(hp, "repeats_%d", i), .min = 1, .max = 4);
        for (int k = 0; k < repeats; k++) vv_add(m, vv_dense(2));
        vv_add(m, vv_dropout(0.5));
    }
    return finish(m);
}

BUILD(build_kinds)
{
    (void)user;
    vv_model *m = start();
    const char *kind = vv_choice(hp, "kind", VV_STRINGS("plain", "deep", "wide"));
    if (kind[0] == 'd')
        for (int i = 0; i < 3; i++) vv_add(m, vv_dense(2));
    if (kind[0] == 'w') vv_add(m, vv_dense(64));
    return finish(m);
}

/* Where one of two takes a layer away, the other one is what adds it. */
BUILD(build_less)
{
    (void)user;
    vv_model *m = start();
    const char *size = vv_choice(hp, "size", VV_STRINGS("small", "large"));
    const int n = vv_int(hp, "n", .min = 1, .max = 4);
    for (int i = 0; i < n + (size[0] == 'l' ? 2 : 0); i++) vv_add(m, vv_dense(2));
    return finish(m);
}

BUILD(build_without)
{
    (void)user;
    vv_model *m = start();
    const int n = vv_int(hp, "n", .min = 2, .max = 5);
    const bool shallow = vv_bool(hp, "shallow");
    for (int i = 0; i < n - (shallow ? 1 : 0); i++) vv_add(m, vv_dense(2));
    return finish(m);
}

BUILD(build_heads)
{
    (void)user;
    vv_model *m = start();
    const int blocks = vv_int(hp, "blocks", .min = 1, .max = 4);
    const int heads = vv_int(hp, "heads", .min = 1, .max = blocks);
    for (int i = 0; i < blocks * 2 + heads; i++) vv_add(m, vv_dense(2));
    return finish(m);
}

/* 200 flags, far too many to build all. */
BUILD(build_flags)
{
    (void)user;
    vv_model *m = start();
    for (int i = 0; i < 200; i++)
        if (vv_bool(hp, vv_name(hp, "use_%d", i))) vv_add(m, vv_dense(2));
    return finish(m);
}

BUILD(build_always_the_same)
{
    (void)user;
    vv_model *m = start();
    vv_add(m, vv_dense(vv_int(hp, "units", .min = 1, .max = 4)));
    return finish(m);
}

BUILD(build_a_step)
{
    (void)user;
    vv_model *m = start();
    const int n = vv_int(hp, "n", .min = 1, .max = 12);
    for (int i = 0; i < n; i++) vv_add(m, vv_dense(2));
    if (n > 6) vv_add(m, vv_dropout(0.5));
    return finish(m);
}

/* More values than any table has room for. */
BUILD(build_wide_and_constant)
{
    (void)user;
    vv_model *m = start();
    const int n = vv_int(hp, "n", .min = -1000000, .max = 1000000);
    return n % 2 != 0 ? refuse(m) : finish(m);
}

/* In all: a guess of its own is longer than what dense and dropout come to. */
BUILD(build_stages)
{
    (void)user;
    vv_model *m = start();
    const int stages = vv_int(hp, "stages", .min = 1, .max = 3);
    const bool drop = vv_bool(hp, "drop");
    for (int i = 0; i < stages; i++) {
        const int depth = vv_int(hp, vv_name(hp, "depth_%d", i), .min = 1, .max = 2);
        for (int k = 0; k < depth; k++) vv_add(m, vv_dense(2));
        if (drop) vv_add(m, vv_dropout(0.5));
    }
    return finish(m);
}

/* Too many names for a table, and a continuum beside them. */
BUILD(build_many_flags_and_a_rate)
{
    (void)user;
    vv_model *m = start();
    for (int i = 0; i < 30; i++)
        if (vv_bool(hp, vv_name(hp, "more_%d", i))) vv_add(m, vv_dense(2));
    vv_float(hp, "rate", .min = 0, .max = 1);
    return finish(m);
}

static bool is_large(build_it build)
{
    return build == build_flags || build == build_wide_and_constant || build == build_many_flags_and_a_rate;
}

static void the_formula_of_the_layer_count_is_found(void **state)
{
    (void)state;
    static const struct {
        build_it build;
        const char *formula, *with_input;
    } cases[] = {
        { build_one_each, "n + 1", "n + 2" },
        { build_every_second, "n + floor(n/2) + 2", "n + floor(n/2) + 3" },
        { build_every_second_from_the_first, "ceil(n/2) + 1", "ceil(n/2) + 2" },
        { build_every_third, "floor(n/3) + 1", "floor(n/3) + 2" },
        { build_at_most_three, "min(n, 3) + 1", "min(n, 3) + 2" },
        { build_from_the_third_on, "max(n - 2, 0) + 1", "max(n - 2, 0) + 2" },
        { build_with_a_flag, "n*drop + n + 1", "n*drop + n + 2" },
        { build_two_flags_together, "a*b + 1", "a*b + 2" },
        { build_nested, "stages*per + stages + 1", "stages*per + stages + 2" },
        { build_repeats, "stages + sum(repeats_{i}) + 1", "stages + sum(repeats_{i}) + 2" },
        { build_kinds, "3*[kind = \"deep\"] + [kind = \"wide\"] + 1", "3*[kind = \"deep\"] + [kind = \"wide\"] + 2" },
        { build_less, "2*[size = \"large\"] + n + 1", "2*[size = \"large\"] + n + 2" },
        { build_without, "n - shallow + 1", "n - shallow + 2" },
        { build_heads, "2*blocks + heads + 1", "2*blocks + heads + 2" },
        { build_flags, "sum(use_{i}) + 1", "sum(use_{i}) + 2" },
        { build_a_step, "n + [n >= 7] + 1", "n + [n >= 7] + 2" },
        { build_wide_and_constant, "1", "2" },
        { build_stages, "sum(depth_{i}) + stages*drop + 1", "sum(depth_{i}) + stages*drop + 2" },
        { build_many_flags_and_a_rate, "sum(more_{i}) + 1", "sum(more_{i}) + 2" },
        { build_always_the_same, "2", "3" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        explaining x;
        const vv_explanation *e = explain(&x, cases[i].build);
        check_formula(e, cases[i].formula);
        assert_string_equal(e->layers.with_input, cases[i].with_input);
        assert_int_equal(e->layers.standing.kind, is_large(cases[i].build) ? VV_SAMPLED : VV_EXACT);
        forget(&x);
    }
}

/* ---- no formula ------------------------------------------------------------------------------------------------- */

/* 1, 3, 4, 8: any curve through them would be an invention. */
BUILD(build_odd_numbers)
{
    (void)user;
    static const int layers[] = { 0, 2, 3, 7 };
    vv_model *m = start();
    for (int i = 0, n = layers[vv_int(hp, "n", .min = 0, .max = 3)]; i < n; i++) vv_add(m, vv_dense(2));
    return finish(m);
}

static void without_a_simple_formula_there_is_a_table(void **state)
{
    (void)state;
    static const char *const rows[][2] = { { "n = 0", "1" }, { "n = 1", "3" }, { "n = 2", "4" }, { "n = 3", "8" } };
    explaining x;
    const vv_explanation *e = explain(&x, build_odd_numbers);
    assert_null(e->layers.formula);
    assert_null(e->layers.with_input);
    assert_int_equal(e->layers.n_table, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(e->layers.table[i].when, rows[i][0]);
        assert_string_equal(e->layers.table[i].formula, rows[i][1]);
        assert_int_equal(e->layers.table[i].standing.kind, VV_EXACT);
    }
    assert_int_equal(e->layers.least, 1);
    assert_int_equal(e->layers.most, 8);
    forget(&x);
}

/* Quadratic: n layers in the n-th stage. With six values a quadratic would fit, but powers are not guessed. */
BUILD(build_a_pyramid)
{
    (void)user;
    vv_model *m = start();
    for (int i = 1, n = vv_int(hp, "n", .min = 1, .max = 6); i <= n; i++)
        for (int k = 0; k < i; k++) vv_add(m, vv_dense(2));
    return finish(m);
}

static void powers_of_counts_are_not_guessed(void **state)
{
    (void)state;
    explaining x;
    const vv_explanation *e = explain(&x, build_a_pyramid);
    assert_null(e->layers.formula);
    assert_int_equal(e->layers.n_table, 6);
    forget(&x);
}

/* ---- kinds, parameters ------------------------------------------------------------------------------------------ */

static const char *formula_of(const vv_explanation *e, const char *what, const char *when)
{
    for (size_t i = 0; i < e->n_formulas; i++)
        if (strcmp(e->formulas[i].what, what) == 0 && strcmp(e->formulas[i].when, when) == 0)
            return e->formulas[i].formula;
    return "(none)";
}

static void each_kind_of_layer_has_its_formula(void **state)
{
    (void)state;
    explaining x;
    const vv_explanation *e = explain(&x, build_every_second);
    assert_string_equal(formula_of(e, "dense layers", "always"), "n + 2");
    assert_string_equal(formula_of(e, "dropout layers", "always"), "floor(n/2)");
    forget(&x);
}

BUILD(build_widths)
{
    (void)user;
    vv_model *m = start();
    for (int i = 0, n = vv_int(hp, "n", .min = 1, .max = 2); i < n; i++)
        vv_add(m, vv_dense(vv_int(hp, vv_name(hp, "units_%d", i), .min = 1, .max = 5)));
    return finish(m);
}

/* 4 -> a -> 1: (4a + a) + (a + 1); 4 -> a -> b -> 1: (4a + a) + (ab + b) + (b + 1). */
static void parameters_are_polynomials_of_widths(void **state)
{
    (void)state;
    explaining x;
    const vv_explanation *e = explain(&x, build_widths);
    assert_string_equal(formula_of(e, "params", "n = 1"), "6*units_0 + 1");
    assert_string_equal(formula_of(e, "params", "n = 2"), "units_0*units_1 + 5*units_0 + 2*units_1 + 1");
    assert_string_equal(formula_of(e, "macs", "n = 1"), "5*units_0");
    assert_string_equal(formula_of(e, "macs", "n = 2"), "units_0*units_1 + 4*units_0 + units_1");
    forget(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_formula_of_the_layer_count_is_found),
        cmocka_unit_test(without_a_simple_formula_there_is_a_table),
        cmocka_unit_test(powers_of_counts_are_not_guessed),
        cmocka_unit_test(each_kind_of_layer_has_its_formula),
        cmocka_unit_test(parameters_are_polynomials_of_widths),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
