/* The handle of a build: asking, names, scopes, conditions, choosers, errors. */
#include "check.h"

#include "base/base.h"
#include "space/space.h"

static void check_error(vv_hp *hp, vv_status status, const char *text)
{
    assert_int_equal(vv_hp_status(hp), status);
    assert_string_equal(vv_hp_error(hp), text);
    vv_hp_free(hp);
}

static void check_described(const vv_hp *hp, const char *expected)
{
    char text[512];
    assert_int_equal(vvi_hp_describe(hp, text, sizeof text), strlen(expected));
    assert_string_equal(text, expected);
}

/* ---- values ----------------------------------------------------------------------------------------------------- */

static void without_a_chooser_everything_has_its_default(void **state)
{
    (void)state;
    vv_hp *hp = vv_hp_new(NULL);
    assert_int_equal(vv_int(hp, "a", .min = 5, .max = 9), 5); /* pair 10 */
    assert_int_equal(vv_int(hp, "b", .min = 5, .max = 9, .default_value = VV_SOME(6)), 6);
    assert_int_equal(vv_int(hp, "zero", .min = -5, .max = 9, .default_value = VV_SOME(0)), 0);
    CHECK_EQUAL_EXACTLY(vv_float(hp, "c", .min = 0.1, .max = 0.5, .step = 0.1, .default_value = VV_SOME(0.3)), 0.3);
    assert_false(vv_bool(hp, "d"));
    assert_true(vv_bool(hp, "e", .default_value = true));
    assert_int_equal(vv_choice_int(hp, "f", VV_INTS(3, 5)), 3);
    CHECK_EQUAL_EXACTLY(vv_choice_float(hp, "g", VV_FLOATS(0.1, 0.01), .default_value = VV_SOME(0.01)), 0.01);
    assert_string_equal(vv_choice(hp, "h", VV_STRINGS("sgd", "adam")), "sgd");
    assert_string_equal(vv_choice(hp, "i", VV_STRINGS("sgd", "adam"), .default_value = "adam"), "adam");
    assert_int_equal(vv_fixed_int(hp, "j", 7), 7);
    CHECK_EQUAL_EXACTLY(vv_fixed_float(hp, "k", 8.2), 8.2);
    assert_true(vv_fixed_bool(hp, "l", true));
    assert_string_equal(vv_fixed_string(hp, "m", "text"), "text");
    check_described(hp,
                    "a=5, b=6, zero=0, c=0.3, d=false, e=true, f=3, g=0.01, h=sgd, i=adam, j=7, k=8.2, l=true, m=text");
    check_error(hp, VV_OK, "");
}

static void the_trace_keeps_the_order_of_first_asking(void **state)
{
    (void)state;
    vv_hp *hp = vv_hp_new(NULL);
    vv_int(hp, "b", .max = 3);
    vv_int(hp, "a", .max = 2);
    vv_int(hp, "b", .max = 3);
    assert_int_equal(vv_hp_count(hp), 2);
    assert_string_equal(vv_hp_at(hp, 0)->name, "b");
    assert_string_equal(vv_hp_at(hp, 1)->name, "a");
    assert_null(vv_hp_at(hp, 2));
    assert_ptr_equal(vv_hp_find(hp, "a"), vv_hp_at(hp, 1));
    assert_null(vv_hp_find(hp, "c")); /* pair 32: not active */
    assert_null(vv_hp_find(hp, NULL));
    vv_hp_free(hp);
}

static void strings_and_arrays_are_copied(void **state)
{
    (void)state;
    char name[] = "optimizer", first[] = "sgd", second[] = "adam";
    const char *values[] = { first, second };
    vv_hp *hp = vv_hp_new(NULL);
    const char *got =
        vv_choice_with(hp, &(vv_choice_args){ .name = name, .values = { values, 2 }, .default_value = second });
    memset(name, 'x', 5);
    memset(first, 'x', 3);
    memset(second, 'x', 4);
    values[0] = values[1] = NULL;
    assert_string_equal(got, "adam");
    const vv_active *active = vv_hp_find(hp, "optimizer");
    assert_non_null(active);
    assert_string_equal(active->value.s, "adam");
    assert_string_equal(active->domain.values[0].s, "sgd");
    assert_string_equal(active->domain.default_value.s, "adam");
    vv_hp_free(hp);
}

static void thousands_of_names_stay_where_they_are(void **state)
{
    (void)state;
    vv_hp *hp = vv_hp_new(NULL);
    vv_int(hp, "x_0", .max = 9);
    const vv_active *first = vv_hp_at(hp, 0);
    for (int i = 0; i < 5000; i++) vv_int(hp, vv_name(hp, "x_%d", i), .max = 9, .default_value = VV_SOME(i % 10));
    for (int i = 0; i < 5000; i++) {
        char name[16];
        snprintf(name, sizeof name, "x_%d", i);
        assert_ptr_equal(vv_hp_find(hp, name), vv_hp_at(hp, (size_t)i));
        assert_int_equal(vv_hp_find(hp, name)->value.i, i % 10);
    }
    assert_ptr_equal(first, vv_hp_find(hp, "x_0"));
    check_error(hp, VV_OK, "");
}

static void names_are_printed_whole(void **state)
{
    (void)state;
    vv_hp *hp = vv_hp_new(NULL);
    assert_string_equal(vv_name(hp, "filters_%d", 12), "filters_12");
    assert_int_equal(strlen(vv_name(hp, "%0127d", 5)), 127);
    assert_int_equal(strlen(vv_name(hp, "%01000d", 5)), 1000);
    check_error(hp, VV_OK, "");
}

/* ---- choosers --------------------------------------------------------------------------------------------------- */

static void a_replayed_value_wins_over_the_default(void **state)
{
    (void)state;
    char text[] = "adam"; /* not the domain's own pointer */
    const vv_assignment list[] = { { "n", { VV_VALUE_INT, { .i = 3 } } },
                                   { "optimizer", { VV_VALUE_STRING, { .s = text } } },
                                   { "never asked for", { VV_VALUE_INT, { .i = 1 } } } };
    const vv_replay replay = { list, 3 };
    const vv_chooser chooser = vv_chooser_replay(&replay);
    vv_hp *hp = vv_hp_new(&chooser);
    assert_int_equal(vv_int(hp, "n", .min = 1, .max = 5), 3); /* pair 34 */
    assert_int_equal(vv_int(hp, "other", .min = 1, .max = 5), 1);
    const char *optimizer = vv_choice(hp, "optimizer", VV_STRINGS("sgd", "adam"));
    text[0] = 'x';
    assert_string_equal(optimizer, "adam");
    check_described(hp, "n=3, other=1, optimizer=adam");
    vv_hp_free(hp);
}

static void replay_one(vv_value value, const char *text)
{
    const vv_assignment list[] = { { "n", value } };
    const vv_replay replay = { list, 1 };
    const vv_chooser chooser = vv_chooser_replay(&replay);
    vv_hp *hp = vv_hp_new(&chooser);
    assert_int_equal(vv_int(hp, "n", .min = 2, .max = 8, .step = 2), 2);
    assert_int_equal(vv_hp_count(hp), 0);
    check_error(hp, VV_BAD_ARG, text);
}

static void a_chosen_value_outside_the_domain_is_an_error(void **state)
{
    (void)state;
    replay_one((vv_value){ VV_VALUE_INT, { .i = 10 } }, "n: value 10 is not in int 2..8 step 2");
    replay_one((vv_value){ VV_VALUE_INT, { .i = 5 } }, "n: value 5 is not in int 2..8 step 2");
    replay_one((vv_value){ VV_VALUE_FLOAT, { .f = 4 } }, "n: value 4.0 is not in int 2..8 step 2");
    replay_one((vv_value){ VV_VALUE_STRING, { .s = "four" } }, "n: value \"four\" is not in int 2..8 step 2");
    replay_one((vv_value){ VV_VALUE_STRING, { .s = NULL } }, "n: value \"(null)\" is not in int 2..8 step 2");
    replay_one((vv_value){ 0 }, "n: value (none) is not in int 2..8 step 2");
}

static bool count_calls(void *context, const char *name, const vv_domain *domain, vv_value *value)
{
    (void)name;
    (void)domain;
    (void)value;
    ++*(int *)context;
    return false;
}

static void the_chooser_is_asked_once_for_each_name(void **state)
{
    (void)state;
    int calls = 0;
    const vv_chooser chooser = { count_calls, &calls };
    vv_hp *hp = vv_hp_new(&chooser);
    for (int i = 0; i < 4; i++) vv_int(hp, "n", .min = 1, .max = 5);
    vv_bool(hp, "b");
    assert_int_equal(calls, 2);
    vvi_hp_detach(hp);
    vv_bool(hp, "c");
    assert_int_equal(calls, 2);
    check_error(hp, VV_OK, "");
}

/* ---- errors ----------------------------------------------------------------------------------------------------- */

static void one_name_has_one_domain(void **state)
{
    (void)state;
    vv_hp *hp = vv_hp_new(NULL);
    vv_int(hp, "units", .min = 1, .max = 5);
    vv_int(hp, "units", .min = 1, .max = 5, .step = 1);
    assert_int_equal(vv_hp_status(hp), VV_OK);
    assert_int_equal(vv_int(hp, "units", .min = 2, .max = 6), 2);
    check_error(hp, VV_CONFLICT, "units: asked for as int 1..5 before, now as int 2..6; one name has one domain");
    hp = vv_hp_new(NULL);
    vv_choice_int(hp, "k", VV_INTS(3, 5));
    vv_choice_float(hp, "k", VV_FLOATS(3, 5));
    check_error(hp, VV_CONFLICT,
                "k: asked for as choice {3, 5} before, now as choice {3.0, 5.0}; one name has one domain");
    hp = vv_hp_new(NULL);
    vv_bool(hp, "flag");
    vv_bool(hp, "flag", .default_value = true);
    check_error(hp, VV_CONFLICT, "flag: asked for with default false before, now with default true");
}

static void the_first_error_stays_and_later_calls_are_harmless(void **state)
{
    (void)state;
    vv_hp *hp = vv_hp_new(NULL);
    assert_int_equal(vv_int(hp, "filters_2", .min = 32, .max = 16), 32);
    assert_int_equal(vv_int(hp, "fine", .min = 4, .max = 6, .default_value = VV_SOME(5)), 4);
    CHECK_EQUAL_EXACTLY(vv_float(hp, "", .min = 0.5, .max = 6), 0.5);
    assert_int_equal(vv_choice_int(hp, "k", VV_INTS(7, 5), .default_value = VV_SOME(5)), 7);
    assert_int_equal(vv_choice_int(hp, "k", (vv_ints){ NULL, 3 }), 0);
    CHECK_EQUAL_EXACTLY(vv_choice_float(hp, "r", VV_FLOATS(0.7, 5)), 0.7);
    assert_string_equal(vv_choice(hp, "o", VV_STRINGS("x", "y"), .default_value = "y"), "x");
    assert_string_equal(vv_choice(hp, "o", (vv_strings){ NULL, 0 }), "");
    assert_string_equal(vv_fixed_string(hp, "o", NULL), "");
    assert_true(vv_bool(hp, "b", .default_value = true));
    assert_false(vv_when(hp, "b", true));
    vv_scope_end(hp);
    vv_scope_begin(hp, NULL);
    assert_int_equal(vv_hp_count(hp), 0);
    check_error(hp, VV_BAD_ARG, "filters_2: max 16 is below min 32");
}

static void a_handle_that_could_not_be_made_is_harmless(void **state)
{
    (void)state;
    vvi_fail_allocation(1);
    vv_hp *hp = vv_hp_new(NULL);
    vvi_fail_allocation(-1);
    assert_null(hp);
    assert_int_equal(vv_int(hp, vv_name(hp, "x_%d", 1), .min = 3, .max = 5), 3);
    CHECK_EQUAL_EXACTLY(vv_float(hp, "f", .min = 0.5, .max = 5), 0.5);
    assert_int_equal(vv_choice_int(hp, "c", VV_INTS(3, 5)), 3);
    CHECK_EQUAL_EXACTLY(vv_choice_float(hp, "c", VV_FLOATS(0.3, 5)), 0.3);
    assert_string_equal(vv_choice(hp, "s", VV_STRINGS("x", "y")), "x");
    assert_string_equal(vv_fixed_string(hp, "s", "x"), "x");
    assert_int_equal(vv_fixed_int(hp, "s", 4), 4);
    assert_false(vv_when(hp, "s", 1));
    assert_false(vv_when(hp, "s", VV_STRINGS("x")));
    vv_scope_begin(hp, "s");
    vv_scope_end(hp);
    assert_int_equal(vv_hp_count(hp), 0);
    assert_null(vv_hp_at(hp, 0));
    assert_null(vv_hp_find(hp, "s"));
    assert_null(vvi_hp_conditions(hp));
    vvi_hp_journal(hp, NULL, 0);
    vvi_hp_detach(hp);
    check_error(hp, VV_NO_MEMORY, "out of memory");
}

static void check_name_refused(const char *name, const char *text)
{
    vv_hp *hp = vv_hp_new(NULL);
    assert_int_equal(vv_int(hp, name, .min = 3, .max = 5), 3);
    check_error(hp, VV_BAD_ARG, text);
}

static void bad_names_are_refused(void **state)
{
    (void)state;
    char longest[128], longer[129], text[200];
    memset(longest, 'n', sizeof longest);
    memset(longer, 'n', sizeof longer);
    longest[127] = longer[128] = '\0';
    check_name_refused(NULL, "a name is NULL, must be a string of 1 to 127 bytes");
    check_name_refused("", "the name \"\" is empty, must have 1 to 127 bytes");
    check_name_refused("a\nb", "the name \"a?b\" has a control character");
    check_name_refused("a/b", "the name \"a/b\" has a '/': scopes (vv_scope_begin) add those");
    snprintf(text, sizeof text, "the name \"%.95s... is too long, must have 1 to 127 bytes", longer);
    check_name_refused(longer, text);
    vv_hp *hp = vv_hp_new(NULL);
    vv_int(hp, longest, .min = 3, .max = 5);
    vv_int(hp, "\xc3\xa9paisseur", .min = 3, .max = 5);
    check_error(hp, VV_OK, "");
}

static void every_kind_of_bad_argument_is_refused(void **state)
{
    (void)state;
    vv_hp *hp = vv_hp_new(NULL);
    vv_int(hp, "n", .min = 5, .max = 9, .default_value = VV_SOME(5.5));
    check_error(hp, VV_BAD_ARG, "n: default 5.5 is not in int 5..9");
    hp = vv_hp_new(NULL);
    vv_int(hp, "n", .min = 5, .max = 9, .default_value = VV_SOME((double)NAN));
    check_error(hp, VV_BAD_ARG, "n: default nan is not in int 5..9");
    hp = vv_hp_new(NULL);
    vv_int(hp, "n", .min = 5, .max = 9, .step = -1);
    check_error(hp, VV_BAD_ARG, "n: step -1 is negative, must be > 0 (or 0 for none)");
    hp = vv_hp_new(NULL);
    vv_choice_int(hp, "n", VV_INTS(1, 2, 1));
    check_error(hp, VV_BAD_ARG, "n: value 1 is in the list twice, at 0 and 2");
    hp = vv_hp_new(NULL);
    vv_choice(hp, "n", VV_STRINGS("a", NULL));
    check_error(hp, VV_BAD_ARG, "n: value 1 of the list is NULL, must be a string");
    hp = vv_hp_new(NULL);
    vv_choice(hp, "n", VV_STRINGS("a", "b"), .default_value = "c");
    check_error(hp, VV_BAD_ARG, "n: default \"c\" is not in choice {\"a\", \"b\"}");
    hp = vv_hp_new(NULL);
    vv_choice_int(hp, "n", (vv_ints){ NULL, 0 });
    check_error(hp, VV_BAD_ARG, "n: the list of values is empty, must have at least one");
    hp = vv_hp_new(NULL);
    vv_fixed_float(hp, "n", (double)NAN);
    check_error(hp, VV_BAD_ARG, "n: value nan is not a finite number");
    hp = vv_hp_new(NULL);
    vv_fixed_string(hp, "n", NULL); /* pair 23 */
    check_error(hp, VV_BAD_ARG, "n: value 0 of the list is NULL, must be a string");
}

/* ---- scopes and conditions -------------------------------------------------------------------------------------- */

static void scopes_put_their_names_in_front(void **state)
{
    (void)state;
    vv_hp *hp = vv_hp_new(NULL);
    vv_choice_int(hp, "choice", VV_INTS(1, 2, 3), .default_value = VV_SOME(2)); /* pair 26 */
    vv_scope_begin(hp, "scope1");
    vv_choice_int(hp, "choice", VV_INTS(4, 5, 6), .default_value = VV_SOME(5));
    vv_scope_begin(hp, "scope2");
    vv_choice_int(hp, "choice", VV_INTS(7, 8, 9), .default_value = VV_SOME(8));
    vv_scope_end(hp);
    vv_int(hp, "range", .min = 0, .max = 10);
    vv_scope_end(hp);
    check_described(hp, "choice=2, scope1/choice=5, scope1/scope2/choice=8, scope1/range=0");
    assert_int_equal(vv_hp_find(hp, "scope1/scope2/choice")->value.i, 8);
    vv_scope_end(hp);
    check_error(hp, VV_BAD_ARG, "vv_scope_end: no scope is open, each needs its vv_scope_begin");
    hp = vv_hp_new(NULL);
    vv_scope_begin(hp, "a/b");
    check_error(hp, VV_BAD_ARG, "the scope \"a/b\" has a '/': scopes (vv_scope_begin) add those");
    hp = vv_hp_new(NULL);
    for (int i = 0; i < 40; i++) vv_scope_begin(hp, "a_scope_of_16_by");
    vv_int(hp, "n", .min = 1, .max = 2);
    check_error(hp, VV_BAD_ARG, "n: its name has more than 511 bytes with all its scopes");
}

static void conditions_hold_when_the_parent_has_a_value(void **state)
{
    (void)state;
    vv_hp *hp = vv_hp_new(NULL);
    vv_int(hp, "a", .min = 1, .max = 3, .default_value = VV_SOME(2)); /* pair 27 */
    vv_choice(hp, "optimizer", VV_STRINGS("sgd", "adam"));
    vv_bool(hp, "flag", .default_value = true);
    vv_choice_float(hp, "rate", VV_FLOATS(0.1, 0.2));
    assert_false(vv_when(hp, "a", 1));
    assert_true(vv_when(hp, "a", 2));
    assert_true(vv_when(hp, "a", VV_INTS(1, 2)));
    assert_false(vv_when(hp, "a", VV_INTS(1, 3))); /* pair 28 */
    assert_true(vv_when(hp, "optimizer", VV_STRINGS("sgd")));
    assert_false(vv_when(hp, "optimizer", VV_STRINGS("adam", "rmsprop")));
    assert_true(vv_when(hp, "flag", true));
    assert_true(vv_when(hp, "flag", (bool)1));
    assert_false(vv_when(hp, "flag", false));
    assert_true(vv_when(hp, "rate", VV_FLOATS(0.1)));
    assert_int_equal(vv_hp_status(hp), VV_OK);
    vv_hp_free(hp);
}

static void parents_are_found_in_the_enclosing_scopes(void **state)
{
    (void)state;
    vv_hp *hp = vv_hp_new(NULL);
    vv_int(hp, "k", .min = 1, .max = 3);
    vv_int(hp, "outer", .min = 1, .max = 3);
    vv_scope_begin(hp, "one");
    vv_int(hp, "k", .min = 2, .max = 3);
    vv_scope_begin(hp, "two");
    assert_true(vv_when(hp, "k", 2)); /* one/k hides k */
    assert_true(vv_when(hp, "outer", 1));
    vv_scope_end(hp);
    vv_scope_end(hp);
    assert_true(vv_when(hp, "k", 1));
    assert_true(vv_when(hp, "one/k", 2));
    const vvi_condition *first = vvi_hp_conditions(hp);
    assert_string_equal(first->parent->name, "one/k");
    assert_int_equal(first->values[0].i, 2);
    assert_int_equal(first->n_values, 1);
    assert_int_equal(first->position, 3);
    assert_true(first->holds);
    assert_string_equal(first->next->parent->name, "outer");
    assert_null(first->next->next->next->next);
    vv_hp_free(hp);
}

static void wrong_conditions_are_errors(void **state)
{
    (void)state;
    vv_hp *hp = vv_hp_new(NULL);
    assert_false(vv_when(hp, "missing", 1)); /* pair 29 */
    check_error(hp, VV_BAD_ARG, "vv_when: missing was not asked for before; ask for a parent first");
    hp = vv_hp_new(NULL);
    vv_choice(hp, "optimizer", VV_STRINGS("sgd", "adam"));
    assert_false(vv_when(hp, "optimizer", 1));
    check_error(hp, VV_BAD_ARG, "vv_when: optimizer is a hyperparameter of type string, and 1 is none of its values");
    hp = vv_hp_new(NULL);
    vv_bool(hp, "flag");
    assert_false(vv_when(hp, "flag", 2));
    check_error(hp, VV_BAD_ARG, "vv_when: flag is a hyperparameter of type bool, and 2 is none of its values");
    hp = vv_hp_new(NULL);
    vv_bool(hp, "flag");
    assert_false(vv_when_strings(hp, "flag", (vv_strings){ NULL, 0 }));
    check_error(hp, VV_BAD_ARG, "vv_when: the list of values for flag is empty, must have at least one");
}

/* ---- describing ------------------------------------------------------------------------------------------------- */

static void failing_allocations_are_clean(void **state)
{
    (void)state;
    bool done = false;
    for (long n = 1; !done; n++) {
        vvi_fail_allocation(n);
        vv_hp *hp = vv_hp_new(NULL);
        vv_scope_begin(hp, "block");
        for (int i = 0; i < 60; i++) {
            vv_choice(hp, vv_name(hp, "a_name_%d", i), VV_STRINGS("one of the values", "another"));
            vv_choice_int(hp, vv_name(hp, "%0120d", i), VV_INTS(1, 2));
        }
        vv_when(hp, "a_name_3", VV_STRINGS("another"));
        vv_scope_end(hp);
        vvi_fail_allocation(-1);
        done = vv_hp_status(hp) == VV_OK;
        if (!done) assert_int_equal(vv_hp_status(hp), VV_NO_MEMORY);
        if (!done) assert_string_equal(vv_hp_error(hp), "out of memory");
        if (done) assert_int_equal(vv_hp_count(hp), 120);
        if (done) assert_true(n > 4);
        vv_hp_free(hp);
    }
}

static void endless_loops_become_errors(void **state)
{
    (void)state;
    vv_hp *hp = vv_hp_new(NULL);
    for (int i = 0; i < 70000; i++) vv_bool(hp, vv_name(hp, "flag_%d", i));
    assert_int_equal(vv_hp_status(hp), VV_BAD_ARG);
    CHECK_CONTAINS(vv_hp_error(hp), "flag_65536: a build can ask for at most 65536 hyperparameters");
    assert_int_equal(vv_hp_count(hp), 65536);
    vv_hp_free(hp);
    hp = vv_hp_new(NULL);
    for (int i = 0; i < 100000; i++) vv_scope_begin(hp, "inner");
    CHECK_CONTAINS(vv_hp_error(hp), "the scopes' names together have more than");
    vv_hp_free(hp);
}

static void choices_with_control_characters_are_refused(void **state)
{
    (void)state;
    vv_hp *hp = vv_hp_new(NULL);
    vv_choice(hp, "tone", VV_STRINGS("plain", "red\033[31m"));
    CHECK_CONTAINS(vv_hp_error(hp), "tone: value 1 of the list has the control character 0x1b");
    vv_hp_free(hp);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(endless_loops_become_errors),
        cmocka_unit_test(choices_with_control_characters_are_refused),
        cmocka_unit_test(without_a_chooser_everything_has_its_default),
        cmocka_unit_test(the_trace_keeps_the_order_of_first_asking),
        cmocka_unit_test(strings_and_arrays_are_copied),
        cmocka_unit_test(thousands_of_names_stay_where_they_are),
        cmocka_unit_test(names_are_printed_whole),
        cmocka_unit_test(a_replayed_value_wins_over_the_default),
        cmocka_unit_test(a_chosen_value_outside_the_domain_is_an_error),
        cmocka_unit_test(the_chooser_is_asked_once_for_each_name),
        cmocka_unit_test(one_name_has_one_domain),
        cmocka_unit_test(the_first_error_stays_and_later_calls_are_harmless),
        cmocka_unit_test(a_handle_that_could_not_be_made_is_harmless),
        cmocka_unit_test(bad_names_are_refused),
        cmocka_unit_test(every_kind_of_bad_argument_is_refused),
        cmocka_unit_test(scopes_put_their_names_in_front),
        cmocka_unit_test(conditions_hold_when_the_parent_has_a_value),
        cmocka_unit_test(parents_are_found_in_the_enclosing_scopes),
        cmocka_unit_test(wrong_conditions_are_errors),
        cmocka_unit_test(failing_allocations_are_clean),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
