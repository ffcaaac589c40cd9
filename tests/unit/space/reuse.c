/* One handle for many builds: each must be as on a fresh one, whatever the build before asked. */
#include "check.h"

#include "base/base.h"
#include "space/space.h"

static void check_described(const vv_hp *hp, const char *expected)
{
    char text[512];
    vvi_hp_describe(hp, text, sizeof text);
    assert_string_equal(text, expected);
    assert_string_equal(vv_hp_error(hp), "");
}

static void ask_block(vv_hp *hp, int i)
{
    vv_int(hp, vv_name(hp, "filters_%d", i), .min = 32, .max = 128, .step = 32);
    vv_choice_int(hp, vv_name(hp, "kernel_%d", i), VV_INTS(3, 5));
    vv_choice(hp, vv_name(hp, "activation_%d", i), VV_STRINGS("relu", "tanh"), .default_value = "tanh");
    vv_float(hp, vv_name(hp, "rate_%d", i), .max = 0.5, .step = 0.1);
    vv_bool(hp, vv_name(hp, "pool_%d", i));
}

static void the_same_questions_find_their_entries_and_allocate_nothing(void **state)
{
    (void)state;
    vv_hp *hp = vv_hp_new(NULL);
    for (int round = 0; round < 4; round++) {
        vvi_fail_allocation(0);
        const vv_active *before = vv_hp_count(hp) == 0 ? NULL : vv_hp_at(hp, 7);
        vvi_hp_reset(hp, NULL);
        assert_int_equal(vv_hp_count(hp), 0);
        assert_null(vv_hp_at(hp, 0));
        assert_null(vv_hp_find(hp, "filters_0"));
        for (int i = 0; i < 8; i++) ask_block(hp, i);
        const long allocations = vvi_fail_allocation(-1);
        if (round > 1) assert_int_equal(allocations, 0);
        if (round > 0) assert_ptr_equal(vv_hp_at(hp, 7), before);
        assert_int_equal(vv_hp_count(hp), 40);
        assert_ptr_equal(vv_hp_find(hp, "activation_1"), vv_hp_at(hp, 7));
        assert_string_equal(vv_hp_at(hp, 7)->value.s, "tanh");
    }
    vv_hp_free(hp);
}

static void what_is_not_asked_for_is_not_there(void **state)
{
    (void)state;
    vv_hp *hp = vv_hp_new(NULL);
    ask_block(hp, 0);
    vvi_hp_reset(hp, NULL);
    vv_int(hp, "filters_0", .min = 32, .max = 128, .step = 32);
    check_described(hp, "filters_0=32");
    assert_null(vv_hp_find(hp, "kernel_0"));
    assert_false(vv_when(hp, "kernel_0", 3)); /* not asked for in this build */
    assert_string_equal(vv_hp_error(hp), "vv_when: kernel_0 was not asked for before; ask for a parent first");
    vvi_hp_reset(hp, NULL);
    ask_block(hp, 0); /* and there again */
    check_described(hp, "filters_0=32, kernel_0=3, activation_0=tanh, rate_0=0.0, pool_0=false");
    vv_hp_free(hp);
}

static void other_names_and_another_order_replace_the_rest(void **state)
{
    (void)state;
    vv_hp *hp = vv_hp_new(NULL);
    for (int round = 0; round < 3; round++) {
        vv_bool(hp, "a");
        vv_bool(hp, "b");
        vv_bool(hp, "c");
        check_described(hp, "a=false, b=false, c=false");
        vvi_hp_reset(hp, NULL);
        vv_bool(hp, "a");
        vv_bool(hp, "c");
        vv_bool(hp, "b");
        vv_bool(hp, "d");
        check_described(hp, "a=false, c=false, b=false, d=false");
        assert_ptr_equal(vv_hp_find(hp, "b"), vv_hp_at(hp, 2));
        vvi_hp_reset(hp, NULL);
    }
    vv_hp_free(hp);
}

/* ---- each kind of difference ------------------------------------------------------------------------------------ */

static void ask_variant(vv_hp *hp, int variant)
{
    switch (variant) {
    case 0:
        vv_int(hp, "x", .min = 1, .max = 8);
        break;
    case 1:
        vv_int(hp, "x", .min = 2, .max = 8);
        break;
    case 2:
        vv_int(hp, "x", .min = 1, .max = 9);
        break;
    case 3:
        vv_int(hp, "x", .min = 1, .max = 8, .step = 3);
        break;
    case 4:
        vv_int(hp, "x", .min = 1, .max = 8, .sampling = VV_SAMPLE_LOG);
        break;
    case 5:
        vv_int(hp, "x", .min = 1, .max = 8, .default_value = VV_SOME(5));
        break;
    case 6:
        vv_float(hp, "x", .min = 1, .max = 8);
        break;
    case 7:
        vv_choice_int(hp, "x", VV_INTS(1, 8));
        break;
    case 8:
        vv_choice_int(hp, "x", VV_INTS(1, 8, 9));
        break;
    case 9:
        vv_choice_int(hp, "x", VV_INTS(1, 9), .default_value = VV_SOME(9));
        break;
    case 10:
        vv_choice_float(hp, "x", VV_FLOATS(0.0, 8.0));
        break;
    case 11:
        vv_choice_float(hp, "x", VV_FLOATS(-0.0, 8.0));
        break;
    case 12:
        vv_choice(hp, "x", VV_STRINGS("one", "two"));
        break;
    case 13:
        vv_choice(hp, "x", VV_STRINGS("one", "tw"));
        break;
    case 14:
        vv_choice(hp, "x", VV_STRINGS("one", "two"), .default_value = "two");
        break;
    case 15:
        vv_bool(hp, "x");
        break;
    case 16:
        vv_bool(hp, "x", .default_value = true);
        break;
    case 17:
        vv_fixed_int(hp, "x", 1);
        break;
    case 18:
        vv_fixed_string(hp, "x", "one");
        break;
    case 19:
        vv_float(hp, "x", .min = 0.0, .max = 8);
        break;
    case 20:
        vv_float(hp, "x", .min = -0.0, .max = 8);
        break;
    case 21: /* errors, from here on */
        vv_int(hp, "x", .min = 8, .max = 1);
        break;
    case 22:
        vv_choice(hp, "x", VV_STRINGS("one", NULL));
        break;
    case 23:
        vv_choice(hp, "x", VV_STRINGS("one", "two"), .default_value = "three");
        break;
    case 24:
        vv_fixed_string(hp, "x", NULL);
        break;
    case 25:
        vv_int(hp, NULL, .min = 1, .max = 8);
        break;
    default:
        vv_int(hp, "s/x", .min = 1, .max = 8);
        break;
    }
}
enum { N_VARIANTS = 27 };

/* All that a build leaves behind, bit by bit. */
static void check_same_trace(const vv_hp *a, const vv_hp *b)
{
    assert_int_equal(vv_hp_status(a), vv_hp_status(b));
    assert_string_equal(vv_hp_error(a), vv_hp_error(b));
    assert_int_equal(vv_hp_count(a), vv_hp_count(b));
    for (size_t i = 0; i < vv_hp_count(a); i++) {
        char text[2][400];
        const vv_active *both[2] = { vv_hp_at(a, i), vv_hp_at(b, i) };
        for (int k = 0; k < 2; k++) {
            vvi_line line = { .text = text[k], .size = sizeof text[k] };
            char domain[200];
            vv_domain_format(&both[k]->domain, domain, sizeof domain);
            vvi_line_printf(&line, "%s %s = ", both[k]->name, domain);
            vvi_line_value(&line, both[k]->value);
            vvi_line_printf(&line, " or ");
            vvi_line_value(&line, both[k]->domain.default_value);
        }
        assert_string_equal(text[0], text[1]);
        assert_ptr_equal(vv_hp_find(a, both[0]->name), both[0]);
    }
    const vvi_condition *c = vvi_hp_conditions(a), *d = vvi_hp_conditions(b);
    for (; c != NULL && d != NULL; c = c->next, d = d->next) {
        assert_string_equal(c->parent->name, d->parent->name);
        assert_int_equal(c->position, d->position);
        assert_int_equal(c->holds, d->holds);
    }
    assert_ptr_equal(c, d); /* both ended */
}

static void any_question_after_any_other_is_as_on_a_fresh_handle(void **state)
{
    (void)state;
    for (int before = 0; before < N_VARIANTS; before++) {
        for (int after = 0; after < N_VARIANTS; after++) {
            vv_hp *reused = vv_hp_new(NULL), *fresh = vv_hp_new(NULL);
            ask_variant(reused, before);
            vvi_hp_reset(reused, NULL);
            ask_variant(reused, after);
            ask_variant(fresh, after);
            check_same_trace(reused, fresh);
            vv_hp_free(reused);
            vv_hp_free(fresh);
        }
    }
}

static void a_name_asked_for_twice_is_found_or_in_conflict(void **state)
{
    (void)state;
    vv_hp *hp = vv_hp_new(NULL);
    for (int round = 0; round < 3; round++) {
        vvi_hp_reset(hp, NULL);
        vv_int(hp, "a", .min = 1, .max = 3);
        vv_bool(hp, "b");
        assert_int_equal(vv_int(hp, "a", .min = 1, .max = 3), 1);
        vv_bool(hp, "c");
        check_described(hp, "a=1, b=false, c=false");
    }
    vv_int(hp, "a", .min = 2, .max = 3);
    assert_string_equal(vv_hp_error(hp), "a: asked for as int 1..3 before, now as int 2..3; one name has one domain");
    vvi_hp_reset(hp, NULL);
    vv_int(hp, "a", .min = 1, .max = 3);
    vv_bool(hp, "c"); /* known from the build before, and not yet asked for in this one: no conflict with it */
    vv_int(hp, "b", .min = 1, .max = 3);
    check_described(hp, "a=1, c=false, b=1");
    vv_hp_free(hp);
}

static void scopes_belong_to_the_question(void **state)
{
    (void)state;
    vv_hp *hp = vv_hp_new(NULL);
    vv_scope_begin(hp, "a");
    vv_bool(hp, "x");
    vv_scope_end(hp);
    vv_bool(hp, "x");
    check_described(hp, "a/x=false, x=false");
    vvi_hp_reset(hp, NULL);
    vv_scope_begin(hp, "b");
    vv_bool(hp, "x");
    check_described(hp, "b/x=false");
    vvi_hp_reset(hp, NULL); /* ends scope b */
    vv_bool(hp, "x");
    check_described(hp, "x=false");
    vvi_hp_reset(hp, NULL);
    vv_scope_begin(hp, "a");
    vv_bool(hp, "x");
    vvi_hp_reset(hp, NULL);
    vv_bool(hp, "a/x");
    assert_string_equal(vv_hp_error(hp), "the name \"a/x\" has a '/': scopes (vv_scope_begin) add those");
    vv_hp_free(hp);
}

/* ---- values ----------------------------------------------------------------------------------------------------- */

static void chosen_values_are_looked_at_each_time(void **state)
{
    (void)state;
    vv_assignment list[] = { { "x", { VV_VALUE_INT, { .i = 4 } } }, { "o", { VV_VALUE_STRING, { .s = "adam" } } } };
    const vv_replay replay = { list, 2 };
    const vv_chooser chooser = vv_chooser_replay(&replay);
    vv_hp *hp = vv_hp_new(&chooser);
    for (int round = 0; round < 3; round++) {
        char text[] = "adam"; /* not the domain's own pointer */
        list[1].value.s = text;
        vvi_hp_reset(hp, &chooser);
        assert_int_equal(vv_int(hp, "x", .min = 2, .max = 8, .step = 2), 4);
        const char *o = vv_choice(hp, "o", VV_STRINGS("sgd", "adam"));
        text[0] = 'x';
        assert_string_equal(o, "adam");
    }
    list[0].value.i = 5;
    vvi_hp_reset(hp, &chooser);
    assert_int_equal(vv_int(hp, "x", .min = 2, .max = 8, .step = 2), 2);
    assert_string_equal(vv_hp_error(hp), "x: value 5 is not in int 2..8 step 2");
    assert_int_equal(vv_hp_count(hp), 0);
    list[0].value.i = 8;
    vvi_hp_reset(hp, &chooser);
    assert_int_equal(vv_int(hp, "x", .min = 2, .max = 8, .step = 2), 8);
    vvi_hp_reset(hp, NULL); /* no chooser: the default, and not the value before */
    assert_int_equal(vv_int(hp, "x", .min = 2, .max = 8, .step = 2), 2);
    vv_hp_free(hp);
}

static void strings_live_until_the_build_ends(void **state)
{
    (void)state;
    vv_hp *hp = vv_hp_new(NULL);
    for (int round = 0; round < 6; round++) {
        vvi_hp_reset(hp, NULL);
        const char *name = vv_name(hp, "name_%d", round);
        const char *choice = vv_choice(hp, "kept", VV_STRINGS("sgd", "adam"));
        const char *other = vv_choice(hp, vv_name(hp, "other_%d", round), VV_STRINGS("x", "y"));
        for (int i = 0; i < 300; i++) vv_bool(hp, vv_name(hp, "flag_%d_%d", round % 2, i));
        char wanted[16];
        snprintf(wanted, sizeof wanted, "name_%d", round);
        assert_string_equal(name, wanted);
        assert_string_equal(choice, "sgd");
        assert_string_equal(other, "x");
        assert_int_equal(vv_hp_count(hp), 302);
    }
    vv_hp_free(hp);
}

static void check_journal(const char journal[100])
{
    char text[100];
    vvi_hp_journal_read(journal, 100, text, sizeof text);
    assert_string_equal(text, "flag=false, n=1");
}

static void journals_and_conditions_begin_anew(void **state)
{
    (void)state;
    char journal[100] = "";
    vv_hp *hp = vv_hp_new(NULL);
    for (int round = 0; round < 3; round++) {
        vvi_hp_journal(hp, journal, sizeof journal);
        vv_bool(hp, "flag");
        assert_true(vv_when(hp, "flag", false));
        vv_int(hp, "n", .min = 1, .max = 3);
        check_journal(journal);
        assert_non_null(vvi_hp_conditions(hp));
        assert_null(vvi_hp_conditions(hp)->next);
        vvi_hp_reset(hp, NULL);
        assert_null(vvi_hp_conditions(hp));
        vv_bool(hp, "flag"); /* no journal, unless it is asked for */
        check_journal(journal);
        vvi_hp_reset(hp, NULL);
    }
    vv_hp_free(hp);
}

static void free_counting(void *thing)
{
    ++*(int *)thing;
}

static void what_the_builder_keeps_ends_with_the_handle(void **state)
{
    (void)state;
    int first = 0, second = 0, third = 0;
    vv_hp *hp = vv_hp_new(NULL);
    assert_null(vvi_hp_take(hp));
    vvi_hp_keep(hp, &first, free_counting);
    vvi_hp_reset(hp, NULL);
    assert_ptr_equal(vvi_hp_take(hp), &first);
    assert_null(vvi_hp_take(hp));
    vvi_hp_keep(hp, &second, free_counting);
    vvi_hp_keep(hp, &third, free_counting);
    assert_int_equal(second, 1);
    vv_hp_free(hp);
    assert_int_equal(first, 0);
    assert_int_equal(second, 1);
    assert_int_equal(third, 1);
    vvi_hp_keep(NULL, &first, free_counting);
    assert_int_equal(first, 1);
    assert_null(vvi_hp_take(NULL));
}

/* ---- at random -------------------------------------------------------------------------------------------------- */

typedef struct drawing {
    vvi_key key;
} drawing;

/* By name and round; sometimes nothing, rarely what is in no domain. */
static bool draw(void *context, const char *name, const vv_domain *domain, vv_value *value)
{
    const drawing *d = context;
    vvi_stream stream = vvi_stream_begin(vvi_key_name(d->key, name));
    *value = vv_domain_from_unit(domain, vvi_stream_unit(&stream));
    if (vvi_stream_below(&stream, 400) == 0) *value = (vv_value){ VV_VALUE_INT, { .i = 1000 } };
    return vvi_stream_below(&stream, 8) != 0;
}

enum { MAX_STEPS = 24 };

static void run_program(vv_hp *hp, const uint64_t *steps, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const int number = (int)(steps[i] / 16 % 12);
        const char *name = vv_name(hp, "x_%d", number);
        switch (steps[i] % 16) {
        case 0:
            vv_scope_begin(hp, name);
            break;
        case 1:
            if (i > 0 && steps[i - 1] % 16 == 0) vv_scope_end(hp);
            break;
        case 2:
            vv_when(hp, name, VV_INTS(1, 2));
            break;
        case 3:
        case 4:
            vv_choice(hp, vv_name(hp, "c_%d", number), VV_STRINGS("a", "b", "c"));
            break;
        case 5:
            vv_int(hp, name, .min = 1, .max = 5 + (int)(steps[i] / 256 % 9 == 0));
            break;
        case 6:
        case 7:
            vv_float(hp, vv_name(hp, "f_%d", number), .max = 1, .step = 0.25);
            break;
        default:
            vv_int(hp, name, .min = 1, .max = 5);
        }
    }
}

static void random_builds_are_as_on_a_fresh_handle(void **state)
{
    (void)state;
    uint64_t steps[MAX_STEPS];
    vvi_stream stream = vvi_stream_begin(vvi_key_new(1, "programs"));
    for (int i = 0; i < MAX_STEPS; i++) steps[i] = vvi_stream_u32(&stream);
    vv_hp *reused = vv_hp_new(NULL);
    size_t asked = 0;
    for (int round = 0; round < 6000; round++) {
        drawing d = { vvi_key_int(vvi_key_new(2, "values"), round) };
        const vv_chooser chooser = { draw, &d };
        vv_hp *fresh = vv_hp_new(&chooser);
        const size_t n = vvi_stream_below(&stream, MAX_STEPS + 1);
        steps[vvi_stream_below(&stream, MAX_STEPS)] = vvi_stream_u32(&stream);
        vvi_hp_reset(reused, &chooser);
        run_program(reused, steps, n);
        run_program(fresh, steps, n);
        check_same_trace(reused, fresh);
        asked += vv_hp_count(fresh);
        vv_hp_free(fresh);
    }
    assert_true(asked > 18000);
    vv_hp_free(reused);
}

/* ---- trouble ---------------------------------------------------------------------------------------------------- */

static void builds_with_many_names_stay_within_bounds(void **state)
{
    (void)state;
    vv_hp *hp = vv_hp_new(NULL);
    for (int round = 0; round < 4; round++) {
        vvi_hp_reset(hp, NULL);
        for (int i = 0; i < 70000; i++) vv_bool(hp, vv_name(hp, round < 3 ? "flag_%d" : "other_%d", i));
        assert_int_equal(vv_hp_count(hp), 65536);
        CHECK_CONTAINS(vv_hp_error(hp), "_65536: a build can ask for at most 65536 hyperparameters");
        assert_ptr_equal(vv_hp_find(hp, round < 3 ? "flag_60000" : "other_60000"), vv_hp_at(hp, 60000));
        assert_null(vv_hp_find(hp, round < 3 ? "other_60000" : "flag_60000"));
    }
    vv_hp_free(hp);
}

static void failing_allocations_are_clean(void **state)
{
    (void)state;
    bool done = false;
    for (long n = 1; !done; n++) {
        vvi_fail_allocation(n);
        vv_hp *hp = vv_hp_new(NULL);
        vv_status status = vv_hp_status(hp);
        for (int round = 0; round < 6 && status == VV_OK; round++) {
            vvi_hp_reset(hp, NULL);
            vv_bool(hp, "first");
            for (int i = 0; i < 8; i++) ask_block(hp, i + round / 2 * 4);
            status = vv_hp_status(hp);
        }
        vvi_fail_allocation(-1);
        done = status == VV_OK;
        if (!done) assert_string_equal(vv_hp_error(hp), "out of memory");
        if (hp != NULL && !done) { /* the handle can still be used */
            vvi_hp_reset(hp, NULL);
            vv_bool(hp, "first");
            ask_block(hp, 9);
            check_described(hp, "first=false, filters_9=32, kernel_9=3, activation_9=tanh, rate_9=0.0, pool_9=false");
        }
        if (done) assert_true(n > 6);
        vv_hp_free(hp);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_questions_find_their_entries_and_allocate_nothing),
        cmocka_unit_test(what_is_not_asked_for_is_not_there),
        cmocka_unit_test(other_names_and_another_order_replace_the_rest),
        cmocka_unit_test(any_question_after_any_other_is_as_on_a_fresh_handle),
        cmocka_unit_test(a_name_asked_for_twice_is_found_or_in_conflict),
        cmocka_unit_test(scopes_belong_to_the_question),
        cmocka_unit_test(chosen_values_are_looked_at_each_time),
        cmocka_unit_test(strings_live_until_the_build_ends),
        cmocka_unit_test(journals_and_conditions_begin_anew),
        cmocka_unit_test(what_the_builder_keeps_ends_with_the_handle),
        cmocka_unit_test(random_builds_are_as_on_a_fresh_handle),
        cmocka_unit_test(builds_with_many_names_stay_within_bounds),
        cmocka_unit_test(failing_allocations_are_clean),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
