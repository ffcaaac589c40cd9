/* What every oracle of the registry owes its users: only active values that lie in their domains and build, never the
 * same configuration twice, an end exactly when a finite space is used up, the same answer to the same question, and
 * patience with every kind of history. A new oracle is tested here by its row alone. */
#include "check.h"
#include "conformance/spaces.h"

#include "base/base.h"
#include "space/discovery/discovery.h"

#include <stdlib.h>

/* ---- a search, kept in memory ----------------------------------------------------------------------------------- */

typedef struct search {
    vv_builder builder;
    uint64_t seed;
    vvi_arena arena;
    vv_past_trial *history;
    size_t n, capacity;
    vv_space *space; /* what is known beforehand; NULL: nothing */
} search;

static search begin(vv_status (*build)(void *, vv_hp *, vv_built *, vv_error *), uint64_t seed)
{
    return (search){ .builder = { build, NULL }, .seed = seed };
}

/* As a search does before its first trial. */
static void discover(search *s, uint64_t most)
{
    const vvi_discover_args args = { .builder = &s->builder, .most = most, .seconds = 60 };
    s->space = vvi_arena_alloc(&s->arena, sizeof *s->space);
    CHECK_OK(vvi_space_discover(&args, &s->arena, s->space, NULL));
    vvi_space_seal(s->space);
}

static void end(search *s)
{
    vvi_arena_deinit(&s->arena);
    free(s->history);
}

static vv_question question_of(const search *s)
{
    return (vv_question){ .builder = &s->builder,
                          .space = s->space,
                          .history = s->history,
                          .n_history = s->n,
                          .seed = s->seed,
                          .trial = (int)s->n };
}

/* Adds the configuration as a trial. Statuses and scores go through everything that happens to trials. */
static void remember(search *s, const vv_hp *hp)
{
    const vv_trial_status statuses[] = { VV_TRIAL_COMPLETED,   VV_TRIAL_FAILED,    VV_TRIAL_COMPLETED,
                                         VV_TRIAL_INTERRUPTED, VV_TRIAL_COMPLETED, VV_TRIAL_RUNNING };
    const double scores[] = { 0.5, (double)INFINITY, 1e300, -3, -(double)INFINITY, (double)NAN, 0.25 };
    if (s->n == s->capacity) {
        s->capacity = s->capacity == 0 ? 64 : 2 * s->capacity;
        s->history = realloc(s->history, s->capacity * sizeof *s->history);
    }
    const size_t n = vv_hp_count(hp);
    vv_assignment *values = vvi_arena_alloc(&s->arena, (n + 1) * sizeof *values);
    for (size_t i = 0; i < n; i++) {
        const vv_active *active = vv_hp_at(hp, n - 1 - i); /* a store need not keep the order of asking */
        values[i] = (vv_assignment){ vvi_arena_strdup(&s->arena, active->name), active->value };
        if (active->value.type == VV_VALUE_STRING) values[i].value.s = vvi_arena_strdup(&s->arena, active->value.s);
    }
    s->history[s->n] = (vv_past_trial){
        .id = (int)s->n, .status = statuses[s->n % 6], .score = scores[s->n % 7], .values = values, .n_values = n
    };
    s->n++;
}

static bool same_values(const vv_past_trial *trial, const vv_hp *hp)
{
    if (trial->n_values != vv_hp_count(hp)) return false;
    for (size_t i = 0; i < trial->n_values; i++) {
        const vv_active *active = vv_hp_find(hp, trial->values[i].name);
        if (active == NULL || !vv_value_equal(active->value, trial->values[i].value)) return false;
    }
    return true;
}

/* Builds the trial again from its values alone: the same trace, every value in its domain, and it builds. */
static void check_builds_from_its_values(const search *s, const vv_past_trial *trial)
{
    const vv_replay replay = { trial->values, trial->n_values };
    const vv_chooser chooser = vv_chooser_replay(&replay);
    vv_hp *hp = vv_hp_new(&chooser);
    vv_built built = { 0 };
    vv_error reason = { 0 };
    if (s->builder.build(s->builder.context, hp, &built, &reason) != VV_OK) fail_msg("proposed: %s", reason.text);
    if (vv_hp_status(hp) != VV_OK) fail_msg("proposed: %s", vv_hp_error(hp));
    assert_true(same_values(trial, hp));
    for (size_t i = 0; i < vv_hp_count(hp); i++) {
        const vv_active *active = vv_hp_at(hp, i);
        assert_true(vv_domain_contains(&active->domain, active->value));
    }
    vv_hp_free(hp);
}

/* Every refused draw is counted under one reason. */
static void check_refusals(const vv_answer *answer)
{
    int64_t n = 0;
    for (int i = 0; i < VV_ANSWER_REASONS; i++) {
        const vv_refusal *refusal = &answer->refusals[i];
        n += refusal->n;
        assert_true((refusal->n > 0) == (refusal->reason[0] != '\0'));
        for (int k = 0; refusal->n > 0 && k < i; k++)
            assert_string_not_equal(refusal->reason, answer->refusals[k].reason);
    }
    assert_int_equal(n, answer->refused);
}

/* Asks once, checks the answer; false: exhausted. */
static bool step(const vv_oracle_kind *oracle, search *s)
{
    const vv_question question = question_of(s);
    vv_answer answer = { 0 };
    vv_error error = { 0 };
    if (oracle->ask(&question, &answer, &error) != VV_OK) fail_msg("%s: %s", oracle->name, error.text);
    check_refusals(&answer);
    const bool proposal = answer.kind == VV_ANSWER_PROPOSAL;
    if (proposal) {
        assert_non_null(answer.hp);
        for (size_t i = 0; i < s->n; i++) assert_false(same_values(&s->history[i], answer.hp));
        remember(s, answer.hp);
        check_builds_from_its_values(s, &s->history[s->n - 1]);
    } else {
        assert_int_equal(answer.kind, VV_ANSWER_EXHAUSTED);
        assert_null(answer.hp);
    }
    vv_answer_deinit(&answer);
    return proposal;
}

/* ---- claims ----------------------------------------------------------------------------------------------------- */

static void a_finite_space_ends_after_exactly_its_buildable_configurations(void **state)
{
    const vv_oracle_kind *oracle = *state;
    const struct {
        vv_status (*build)(void *, vv_hp *, vv_built *, vv_error *);
        size_t n;
    } spaces[] = { { build_nothing, 1 },    { build_fixed, 1 },     { build_one_value, 1 }, { build_two_booleans, 4 },
                   { build_three_deep, 8 }, { build_triangle, 10 }, { build_needle, 20 },   { build_never, 0 },
                   { build_cnn, 328 },      { build_dense, 504 },   { build_lstm, 756 } };
    for (size_t i = 0; i < 2 * sizeof spaces / sizeof *spaces; i++) { /* with and without knowledge of the space */
        search s = begin(spaces[i / 2].build, i);
        if (i % 2 == 1) discover(&s, 0);
        while (step(oracle, &s)) assert_true(s.n <= spaces[i / 2].n);
        assert_int_equal(s.n, spaces[i / 2].n);
        assert_false(step(oracle, &s)); /* and stays at the end */
        end(&s);
    }
}

/* Half of the draws of the guide's first example would be lost. */
static void what_is_known_not_to_build_costs_no_draw(void **state)
{
    const vv_oracle_kind *oracle = *state;
    for (uint64_t seed = 0; seed < 100; seed++) {
        search s = begin(build_cnn, seed);
        discover(&s, seed % 2 == 0 ? 0 : 1000); /* known from end to end, or by what decides */
        for (int i = 0; i < 5; i++) {
            const vv_question question = question_of(&s);
            vv_answer answer = { 0 };
            CHECK_OK(oracle->ask(&question, &answer, NULL));
            assert_int_equal(answer.kind, VV_ANSWER_PROPOSAL);
            assert_int_equal(answer.refused, 0);
            remember(&s, answer.hp);
            vv_answer_deinit(&answer);
        }
        end(&s);
    }
}

/* The build function was changed since, or is another one: what is known is of no use, and does no harm. */
static void what_is_known_of_another_space_is_bearable(void **state)
{
    search other = begin(build_triangle, 1), s = begin(build_dense, 1);
    discover(&other, 0);
    s.space = other.space;
    while (s.n < 50) assert_true(step(*state, &s));
    end(&s);
    end(&other);
}

static void a_continuous_space_gives_as_many_as_are_asked_for(void **state)
{
    search s = begin(build_continuous, 1);
    while (s.n < 60) assert_true(step(*state, &s));
    end(&s);
}

/* An oracle may find the point; what it may not is to say that there is none. */
static void what_cannot_be_looked_through_is_given_up_not_exhausted(void **state)
{
    const vv_oracle_kind *oracle = *state;
    search s = begin(build_point, 1);
    const vv_question question = question_of(&s);
    vv_answer answer = { 0 };
    vv_error error = { 0 };
    if (oracle->ask(&question, &answer, &error) != VV_OK) fail_msg("%s: %s", oracle->name, error.text);
    assert_true(answer.kind == VV_ANSWER_PROPOSAL || answer.kind == VV_ANSWER_GAVE_UP);
    assert_true((answer.hp != NULL) == (answer.kind == VV_ANSWER_PROPOSAL));
    check_refusals(&answer);
    vv_answer_deinit(&answer);
    end(&s);
}

static void thousands_of_hyperparameters_are_no_obstacle(void **state)
{
    search s = begin(build_thousands, 1);
    while (s.n < 4) assert_true(step(*state, &s));
    end(&s);
}

static void the_same_question_has_the_same_answer(void **state)
{
    vv_status (*const spaces[])(void *, vv_hp *, vv_built *, vv_error *) = { build_continuous, build_dense, build_cnn };
    for (size_t i = 0; i < 3; i++) {
        search a = begin(spaces[i], 5), b = begin(spaces[i], 5);
        for (int n = 0; n < 40; n++) {
            assert_true(step(*state, &a));
            assert_true(step(*state, &b));
        }
        for (size_t n = 0; n < 40; n++) {
            assert_int_equal(a.history[n].n_values, b.history[n].n_values);
            for (size_t k = 0; k < a.history[n].n_values; k++) {
                assert_string_equal(a.history[n].values[k].name, b.history[n].values[k].name);
                assert_true(vv_value_equal(a.history[n].values[k].value, b.history[n].values[k].value));
            }
        }
        end(&a);
        end(&b);
    }
}

/* A trial of another version of the space, and one that no build asks for, must not disturb. */
static void foreign_trials_in_the_history_are_bearable(void **state)
{
    search s = begin(build_two_booleans, 3), other = begin(build_dense, 3);
    while (other.n < 12) assert_true(step(*state, &other));
    s.history = other.history;
    s.n = other.n;
    s.capacity = other.capacity;
    other.history = NULL;
    while (step(*state, &s)) assert_true(s.n <= 16);
    assert_int_equal(s.n, 16); /* all four of its own */
    end(&s);
    end(&other);
}

static void an_error_of_the_space_ends_the_search(void **state)
{
    const vv_oracle_kind *oracle = *state;
    search s = begin(build_bad_domain, 1);
    const vv_question question = question_of(&s);
    vv_answer answer = { 0 };
    vv_error error = { 0 };
    assert_int_equal(oracle->ask(&question, &answer, &error), VV_BAD_ARG);
    assert_string_equal(error.text, "filters_2: max 16 is below min 32");
    vv_answer_deinit(&answer);
    end(&s);
}

static void check_failing_allocations(const vv_oracle_kind *oracle, const search *s)
{
    const vv_question question = question_of(s);
    vv_status status = VV_NO_MEMORY;
    for (long n = 1; status != VV_OK; n++) {
        vv_answer answer = { 0 };
        vv_error error = { 0 };
        vvi_fail_allocation(n);
        status = oracle->ask(&question, &answer, &error);
        vvi_fail_allocation(-1);
        assert_int_equal(error.status, status);
        if (status != VV_OK) assert_int_equal(status, VV_NO_MEMORY);
        if (status == VV_OK) assert_true(n > 2);
        vv_answer_deinit(&answer);
    }
}

static void failing_allocations_are_clean(void **state)
{
    search s = begin(build_three_deep, 1);
    check_failing_allocations(*state, &s);
    while (s.n < 7) assert_true(step(*state, &s));
    check_failing_allocations(*state, &s);
    assert_true(step(*state, &s));
    check_failing_allocations(*state, &s); /* exhausted */
    end(&s);
}

static void a_row_is_found_by_its_name(void **state)
{
    const vv_oracle_kind *oracle = *state;
    assert_ptr_equal(vv_oracle_find(oracle->name), oracle);
    assert_true(oracle->summary[0] != '\0');
}

int main(void)
{
    int failures = 0;
    for (size_t i = 0; vv_oracle_at(i) != NULL; i++) {
        void *oracle = (void *)(uintptr_t)vv_oracle_at(i);
        const struct CMUnitTest tests[] = {
            cmocka_unit_test_prestate(a_finite_space_ends_after_exactly_its_buildable_configurations, oracle),
            cmocka_unit_test_prestate(what_is_known_not_to_build_costs_no_draw, oracle),
            cmocka_unit_test_prestate(what_is_known_of_another_space_is_bearable, oracle),
            cmocka_unit_test_prestate(a_continuous_space_gives_as_many_as_are_asked_for, oracle),
            cmocka_unit_test_prestate(what_cannot_be_looked_through_is_given_up_not_exhausted, oracle),
            cmocka_unit_test_prestate(thousands_of_hyperparameters_are_no_obstacle, oracle),
            cmocka_unit_test_prestate(the_same_question_has_the_same_answer, oracle),
            cmocka_unit_test_prestate(foreign_trials_in_the_history_are_bearable, oracle),
            cmocka_unit_test_prestate(an_error_of_the_space_ends_the_search, oracle),
            cmocka_unit_test_prestate(failing_allocations_are_clean, oracle),
            cmocka_unit_test_prestate(a_row_is_found_by_its_name, oracle),
        };
        failures += cmocka_run_group_tests_name(vv_oracle_at(i)->name, tests, NULL, NULL);
    }
    return !!failures;
}
