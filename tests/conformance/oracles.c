/* What every oracle of the registry owes its users: only active values that lie in their domains and build, never the
 * same configuration twice, an end exactly when a finite space is used up, the same answer to the same question, and
 * patience with everything that happens to trials. A new oracle is tested here by its row alone.
 *
 *     test_conformance_oracles            every row
 *     test_conformance_oracles NAME...    these rows
 *     test_conformance_oracles - NAME...  all but these rows
 *
 * With CUSTOM_ORACLE defined: that one, which is in no registry. */
#include "conformance/asking.h"

#include <stdlib.h>

/* ---- whole spaces ------------------------------------------------------------------------------------------------- */

static const struct finite_space {
    build_function build;
    int n;
} finite_spaces[] = { { build_nothing, 1 },      { build_fixed, 1 },      { build_one_value, 1 },
                      { build_two_booleans, 4 }, { build_three_deep, 8 }, { build_triangle, 10 },
                      { build_needle, 20 },      { build_never, 0 },      { build_cnn, 328 },
                      { build_dense, 504 },      { build_lstm, 756 } };

/* One that pauses trials comes to the end of its plan before. */
static void check_whole(const vv_oracle_kind *kind, const struct finite_space *space, uint64_t seed, bool known)
{
    search s = begin(kind, space->build, seed);
    if (known) begin_known(&s, 0);
    while (step(&s)) assert_true(s.n <= space->n);
    if (!kind->halves) assert_int_equal(s.n, space->n);
    assert_false(step(&s)); /* and stays at the end */
    end(&s);
}

static void a_finite_space_ends_after_exactly_its_buildable_configurations(void **state)
{
    for (size_t i = 0; i < sizeof finite_spaces / sizeof *finite_spaces; i++) {
        const struct finite_space *space = &finite_spaces[i];
        check_whole(*state, space, i, i % 2 == 0);
        if (space->n < 100) check_whole(*state, space, i, i % 2 == 1);
    }
}

/* Half of the draws of the guide's first example would be lost. */
static void what_is_known_not_to_build_costs_no_draw(void **state)
{
    for (uint64_t seed = 0; seed < 20; seed++) {
        search s = begin(*state, build_cnn, seed);
        begin_known(&s, seed % 2 == 0 ? 0 : 1000); /* known from end to end, or by what decides */
        while (s.n < 5 && step(&s)) assert_int_equal(s.answer.refused, 0);
        end(&s);
    }
}

/* The build function was changed since, or is another one: what is known is of no use, and does no harm. */
static void what_is_known_of_another_space_is_bearable(void **state)
{
    search other = begin(*state, build_triangle, 1), s = begin(*state, build_dense, 1);
    begin_known(&other, 0);
    s.space = other.space;
    while (s.n < 30 && step(&s)) continue;
    if (!s.kind->halves) assert_int_equal(s.n, 30);
    end(&s);
    end(&other);
}

static void a_continuous_space_gives_as_many_as_are_asked_for(void **state)
{
    const vv_oracle_kind *kind = *state;
    search s = begin(kind, build_continuous, 1);
    while (s.n < 60 && step(&s)) continue;
    if (!kind->halves) assert_int_equal(s.n, 60);
    end(&s);
}

/* An oracle may find the point; what it may not is to say that there is none. */
static void what_cannot_be_looked_through_is_given_up_not_exhausted(void **state)
{
    search s = begin(*state, build_point, 1);
    ask(&s);
    assert_true(s.answer.kind == VV_ANSWER_PROPOSAL || s.answer.kind == VV_ANSWER_GAVE_UP);
    end(&s);
}

static void thousands_of_hyperparameters_are_no_obstacle(void **state)
{
    search s = begin(*state, build_thousands, 1);
    while (s.n < 12) assert_true(step(&s));
    end(&s);
}

/* ---- functions of the past ----------------------------------------------------------------------------------------- */

static const build_function some_spaces[] = { build_continuous, build_dense, build_cnn, build_three_deep };
enum { SOME_SPACES = 4 };

static void stopped_and_resumed_is_never_stopped(void **state)
{
    for (size_t i = 0; i < SOME_SPACES; i++) {
        search s = begin(*state, some_spaces[i], 5);
        bool more = true;
        for (int n = 0; more && n < 45; n++) {
            if (s.oracle != NULL && n % 4 == 0) {
                vv_oracle *fresh = replayed(&s, n % 8 == 0);
                vv_answer answer;
                CHECK_OK(vv_oracle_ask(fresh, &answer, NULL));
                ask(&s);
                check_same_answer(&s.answer, &answer);
                vv_oracle_close(fresh);
            }
            more = step(&s);
        }
        end(&s);
    }
}

static void other_seeds_have_other_answers(void **state)
{
    search a = begin(*state, build_continuous, 1), b = begin(*state, build_continuous, 2);
    int different = 0;
    for (int n = 0; n < 5; n++) {
        assert_true(step(&a));
        assert_true(step(&b));
        different += !same_values(vv_oracle_past(a.oracle), n, b.answer.hp);
    }
    assert_true(different > 0 || strcmp(a.kind->name, "grid") == 0);
    end(&a);
    end(&b);
}

static double bowl(const vv_hp *hp)
{
    double sum = 0;
    for (size_t i = 0; i < vv_hp_count(hp); i++) {
        const double u = vv_domain_to_unit(&vv_hp_at(hp, i)->domain, vv_hp_at(hp, i)->value);
        sum += (u - 0.3) * (u - 0.3);
    }
    return sum;
}

static void bowl_fate(int id, const vv_hp *hp, vv_trial_status *status, double *score)
{
    *status = id % 11 == 7 ? VV_TRIAL_FAILED : VV_TRIAL_COMPLETED;
    *score = hp == NULL ? 0.1 * (id % 5) : bowl(hp);
}

static void hill_fate(int id, const vv_hp *hp, vv_trial_status *status, double *score)
{
    bowl_fate(id, hp, status, score);
    *score = -*score;
}

static void maximizing_is_minimizing_the_negative(void **state)
{
    for (size_t i = 0; i < SOME_SPACES; i++) {
        search a = begin(*state, some_spaces[i], 9), b = begin(*state, some_spaces[i], 9);
        a.fate = bowl_fate;
        b.fate = hill_fate;
        b.maximize = true;
        for (int n = 0; n < 40; n++) {
            const bool more = step(&a);
            assert_true(step(&b) == more);
            check_same_answer(&a.answer, &b.answer);
            if (!more) break;
        }
        end(&a);
        end(&b);
    }
}

/* ---- whatever happens to trials ------------------------------------------------------------------------------------ */

#define FATE(name, its_status, its_score)                                                                              \
    static void name(int id, const vv_hp *hp, vv_trial_status *status, double *score)                                  \
    {                                                                                                                  \
        (void)id;                                                                                                      \
        (void)hp;                                                                                                      \
        *status = (its_status);                                                                                        \
        *score = (its_score);                                                                                          \
    }
FATE(always_failed, VV_TRIAL_FAILED, (double)NAN)
FATE(always_running, VV_TRIAL_RUNNING, (double)NAN)
FATE(always_pruned, VV_TRIAL_PRUNED, id)
FATE(always_pruned_without_a_score, VV_TRIAL_PRUNED, (double)NAN)
FATE(always_interrupted, VV_TRIAL_INTERRUPTED, 0)
FATE(always_constant, VV_TRIAL_COMPLETED, 3)
FATE(always_infinite, VV_TRIAL_COMPLETED, (double)INFINITY)
FATE(always_minus_infinite, VV_TRIAL_COMPLETED, -(double)INFINITY)
FATE(always_nan, VV_TRIAL_COMPLETED, (double)NAN)
FATE(huge_and_tiny, VV_TRIAL_COMPLETED, id % 2 == 0 ? 1e308 : 1e-308)
FATE(one_completed, id == 0 ? VV_TRIAL_COMPLETED : VV_TRIAL_FAILED, 1)

static void whatever_happens_to_trials_is_bearable(void **state)
{
    const fate fates[] = { always_failed,      always_running,  always_pruned,   always_pruned_without_a_score,
                           always_interrupted, always_constant, always_infinite, always_minus_infinite,
                           always_nan,         huge_and_tiny,   one_completed };
    for (size_t i = 0; i < sizeof fates / sizeof *fates; i++) {
        search s = begin(*state, some_spaces[i % 3], i);
        s.fate = fates[i];
        while (s.n < 32 && step(&s)) continue;
        end(&s);
    }
}

static void ten_thousand_trials_are_no_obstacle(void **state)
{
    const vv_oracle_kind *kind = *state;
    search drawn = begin(vv_oracle_find("random"), build_continuous, 1), s = begin(kind, build_continuous, 1);
    drawn.fate = s.fate = bowl_fate;
    open_oracle(&s, &s.oracle);
    for (int id = 0; id < 10000; id++) {
        vv_trial_status status;
        double score;
        ask(&drawn);
        start(&drawn);
        CHECK_OK(vv_oracle_begin(s.oracle, drawn.answer.hp, NULL));
        bowl_fate(id, drawn.answer.hp, &status, &score);
        tell(&s, s.n++, status, score, EPOCHS);
    }
    for (int n = 0; n < 5; n++) step(&s);
    end(&s);
    end(&drawn);
}

/* A trial of another version of the space, and one that no build asks for, must not disturb. */
static void foreign_trials_are_bearable(void **state)
{
    const vv_oracle_kind *kind = *state;
    search other = begin(vv_oracle_find("random"), build_dense, 3), s = begin(kind, build_two_booleans, 3);
    open_oracle(&s, &s.oracle);
    while (other.n < 12) {
        assert_true(step(&other));
        CHECK_OK(vv_oracle_begin(s.oracle, other.answer.hp, NULL));
        tell(&s, s.n++, VV_TRIAL_COMPLETED, other.n, EPOCHS);
    }
    while (step(&s)) assert_true(s.n <= 16);
    if (!kind->halves) assert_int_equal(s.n, 16); /* all four of its own */
    end(&s);
    end(&other);
}

/* What older versions of a space have left: ranges that were wider, names of another sort, one more and one less; and some
 * of which nothing is known but that they are there. None of them is one of the space as it is now. */
static void tell_older(search *s, build_function build)
{
    static const vv_trial_status statuses[] = { VV_TRIAL_COMPLETED, VV_TRIAL_PRUNED, VV_TRIAL_FAILED };
    search other = begin(vv_oracle_find("random"), build, 3);
    for (int n = 0; n < 8 && step(&other); n++) {
        const int id = (int)vv_past_count(vv_oracle_past(s->oracle));
        const vv_past_trial nothing = { .id = id, .status = VV_TRIAL_FAILED };
        if (n % 3 == 2)
            CHECK_OK(vv_oracle_tell(s->oracle, &nothing, NULL));
        else
            CHECK_OK(vv_oracle_begin(s->oracle, other.answer.hp, NULL));
        if (n % 3 != 2) tell(s, id, statuses[n % 3], n, EPOCHS);
        s->n++;
    }
    end(&other);
}

static void trials_of_an_older_space_are_bearable(void **state)
{
    const build_function older[] = { build_wider, build_of_other_sorts, build_with_more, build_with_less };
    const vv_oracle_kind *kind = *state;
    for (int i = 0; i < 5; i++) { /* the last: all of them */
        search s = begin(kind, build_as_now, (uint64_t)i);
        s.fate = bowl_fate;
        if (i % 2 == 0) begin_known(&s, 0);
        open_oracle(&s, &s.oracle);
        for (int k = 0; k < 4; k++)
            if (k == i || i == 4) tell_older(&s, older[k]);
        const int before = s.n;
        assert_true(before > 0);
        while (step(&s)) assert_true(s.n <= before + 8);
        if (!kind->halves) assert_int_equal(s.n, before + 8); /* all of its own */
        end(&s);
    }
}

/* ---- side by side -------------------------------------------------------------------------------------------------- */

static void eight_asked_for_side_by_side_are_apart(void **state)
{
    search s = begin(*state, build_continuous, 4);
    s.fate = bowl_fate;
    while (s.n < 24 && step(&s)) continue;
    const int first = s.n;
    for (int i = 0; i < 8; i++) {
        ask(&s);
        if (s.answer.kind != VV_ANSWER_PROPOSAL) break; /* one that pauses trials may rather resume or wait */
        for (int k = first; k < s.n; k++) assert_false(same_values(vv_oracle_past(s.oracle), k, s.answer.hp));
        start(&s);
    }
    if (!s.kind->halves) assert_int_equal(s.n, first + 8);
    end(&s);
}

/* ---- errors --------------------------------------------------------------------------------------------------------- */

static void an_error_of_the_space_ends_the_search(void **state)
{
    search s = begin(*state, build_bad_domain, 1);
    vv_error error = { 0 };
    open_oracle(&s, &s.oracle);
    assert_int_equal(vv_oracle_ask(s.oracle, &s.answer, &error), VV_BAD_ARG);
    assert_string_equal(error.text, "filters_2: max 16 is below min 32");
    end(&s);
}

/* A fresh oracle each time: there is no cache to spare it an allocation. */
static void check_failing_allocations(const search *s)
{
    vv_status status = VV_NO_MEMORY;
    for (long n = 1; status != VV_OK; n += 1 + n / 64) {
        vv_oracle *fresh = replayed(s, false);
        vv_answer answer;
        vv_error error = { 0 };
        vvi_fail_allocation(n);
        status = vv_oracle_ask(fresh, &answer, &error);
        vvi_fail_allocation(-1);
        assert_int_equal(error.status, status);
        if (status != VV_OK) {
            assert_int_equal(status, VV_NO_MEMORY);
            CHECK_OK(vv_oracle_ask(fresh, &answer, NULL)); /* and it can go on */
        }
        vv_oracle_close(fresh);
    }
}

static void failing_allocations_are_clean(void **state)
{
    search s = begin(*state, build_three_deep, 1), deep = begin(*state, build_dense, 1);
    open_oracle(&s, &s.oracle);
    check_failing_allocations(&s);
    while (s.n < 7 && step(&s)) continue;
    check_failing_allocations(&s);
    while (step(&s)) continue;
    check_failing_allocations(&s); /* exhausted */
    deep.fate = bowl_fate;
    while (deep.n < 25 && step(&deep)) continue;
    check_failing_allocations(&deep);
    end(&s);
    end(&deep);
}

/* ---- the row --------------------------------------------------------------------------------------------------------- */

static void a_row_is_found_by_its_name_and_its_options_are_in_range(void **state)
{
    const vv_oracle_kind *kind = *state;
#ifndef CUSTOM_ORACLE
    assert_ptr_equal(vv_oracle_find(kind->name), kind);
#endif
    assert_true(kind->summary[0] != '\0' && kind->paper != NULL);
    assert_true(kind->n_options <= VV_MAX_OPTIONS);
    for (size_t i = 0; i < kind->n_options; i++) {
        const vv_option_row *row = &kind->options[i];
        assert_true(row->name[0] != '\0' && row->help[0] != '\0');
        assert_true(row->min <= row->preset && row->preset <= row->max);
    }
    search s = begin(kind, build_continuous, 1);
    char spec[64];
    open_oracle(&s, &s.oracle);
    vv_oracle_spec(s.oracle, spec, sizeof spec);
    assert_string_equal(spec, kind->name); /* presets are left out */
    end(&s);
}

static int run(const vv_oracle_kind *kind)
{
    void *oracle = (void *)(uintptr_t)kind;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(a_row_is_found_by_its_name_and_its_options_are_in_range, oracle),
        cmocka_unit_test_prestate(a_finite_space_ends_after_exactly_its_buildable_configurations, oracle),
        cmocka_unit_test_prestate(what_is_known_not_to_build_costs_no_draw, oracle),
        cmocka_unit_test_prestate(what_is_known_of_another_space_is_bearable, oracle),
        cmocka_unit_test_prestate(a_continuous_space_gives_as_many_as_are_asked_for, oracle),
        cmocka_unit_test_prestate(what_cannot_be_looked_through_is_given_up_not_exhausted, oracle),
        cmocka_unit_test_prestate(thousands_of_hyperparameters_are_no_obstacle, oracle),
        cmocka_unit_test_prestate(stopped_and_resumed_is_never_stopped, oracle),
        cmocka_unit_test_prestate(other_seeds_have_other_answers, oracle),
        cmocka_unit_test_prestate(maximizing_is_minimizing_the_negative, oracle),
        cmocka_unit_test_prestate(whatever_happens_to_trials_is_bearable, oracle),
        cmocka_unit_test_prestate(ten_thousand_trials_are_no_obstacle, oracle),
        cmocka_unit_test_prestate(foreign_trials_are_bearable, oracle),
        cmocka_unit_test_prestate(trials_of_an_older_space_are_bearable, oracle),
        cmocka_unit_test_prestate(eight_asked_for_side_by_side_are_apart, oracle),
        cmocka_unit_test_prestate(an_error_of_the_space_ends_the_search, oracle),
        cmocka_unit_test_prestate(failing_allocations_are_clean, oracle),
    };
    return cmocka_run_group_tests_name(kind->name, tests, NULL, NULL);
}

#ifdef CUSTOM_ORACLE

extern const vv_oracle_kind CUSTOM_ORACLE;

int main(void)
{
    return !!run(&CUSTOM_ORACLE);
}

#else

static bool is_named(const char *name, int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], name) == 0) return true;
    return false;
}

int main(int argc, char **argv)
{
    const bool others = argc > 1 && strcmp(argv[1], "-") == 0;
    int failures = 0;
    for (size_t i = 0; vv_oracle_at(i) != NULL; i++) {
        const bool named = is_named(vv_oracle_at(i)->name, argc, argv);
        if (argc == 1 || named != others) failures += run(vv_oracle_at(i));
    }
    return !!failures;
}

#endif
