/* Random search: how its draws are distributed and keyed; what counts as tried; giving up. */
#include "check.h"
#include "conformance/spaces.h"

#include "search/search.h"

static const vv_oracle_kind *random_oracle(void)
{
    return vv_oracle_find("random");
}

/* One ask; the caller ends the answer. */
static vv_answer ask(vv_status (*build)(void *, vv_hp *, vv_built *, vv_error *), uint64_t seed, int trial,
                     const vv_past_trial *history, size_t n)
{
    const vv_builder builder = { build, NULL };
    const vv_question question = {
        .builder = &builder, .history = history, .n_history = n, .seed = seed, .trial = trial
    };
    vv_answer answer = { 0 };
    vv_error error = { 0 };
    if (random_oracle()->ask(&question, &answer, &error) != VV_OK) fail_msg("%s", error.text);
    return answer;
}

/* ---- distribution ----------------------------------------------------------------------------------------------- */

BUILDER(build_die)
{
    UNUSED_BUT_HP;
    vv_int(hp, "die", .min = 1, .max = 16);
    vv_float(hp, "unit", .min = 0, .max = 1);
    vv_float(hp, "log", .min = 1, .max = 65536, .sampling = VV_SAMPLE_LOG);
    return VV_OK;
}

static double chi_square(const int *counts, size_t n, int total)
{
    const double expected = (double)total / (double)n;
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += (counts[i] - expected) * (counts[i] - expected) / expected;
    return sum;
}

static void each_value_is_uniform_over_its_own_domain(void **state)
{
    (void)state;
    enum { DRAWS = 32000 };
    int die[16] = { 0 }, unit[16] = { 0 }, logarithm[16] = { 0 }, pairs[256] = { 0 };
    for (int trial = 0; trial < DRAWS; trial++) {
        vv_answer answer = ask(build_die, 42, trial, NULL, 0);
        const int64_t rolled = vv_hp_find(answer.hp, "die")->value.i - 1;
        const int bucket = (int)(16 * vv_hp_find(answer.hp, "unit")->value.f);
        die[rolled]++;
        unit[bucket]++;
        logarithm[(int)log2(vv_hp_find(answer.hp, "log")->value.f)]++;
        pairs[16 * rolled + bucket]++;
        vv_answer_deinit(&answer);
    }
    const double limit_15 = 37.7, limit_255 = 330.5; /* chi-square, 15 and 255 degrees of freedom, p = 0.001 */
    assert_true(chi_square(die, 16, DRAWS) < limit_15);
    assert_true(chi_square(unit, 16, DRAWS) < limit_15);
    assert_true(chi_square(logarithm, 16, DRAWS) < limit_15);
    assert_true(chi_square(pairs, 256, DRAWS) < limit_255); /* names are drawn apart */
}

static double unit_at(uint64_t seed, int trial)
{
    vv_answer answer = ask(build_die, seed, trial, NULL, 0);
    const double drawn = vv_hp_find(answer.hp, "unit")->value.f;
    vv_answer_deinit(&answer);
    return drawn;
}

/* In Keras Tuner seeds s and s + 1 give one stream, shifted by one draw. */
static void neighbouring_seeds_share_no_draws(void **state)
{
    (void)state;
    for (int a = 0; a < 50; a++) {
        for (int b = 0; b < 50; b++) assert_true(fabs(unit_at(0, a) - unit_at(1, b)) > 0);
    }
    CHECK_EQUAL_EXACTLY(unit_at(0, 7), unit_at(0, 7));
}

/* The same hyperparameters, asked for in another order. */
BUILDER(build_die_backwards)
{
    UNUSED_BUT_HP;
    vv_float(hp, "unit", .min = 0, .max = 1);
    vv_int(hp, "die", .min = 1, .max = 16);
    return VV_OK;
}

static void the_order_of_asking_does_not_matter(void **state)
{
    (void)state;
    for (int trial = 0; trial < 100; trial++) {
        vv_answer a = ask(build_die, 9, trial, NULL, 0), b = ask(build_die_backwards, 9, trial, NULL, 0);
        assert_int_equal(vv_hp_find(a.hp, "die")->value.i, vv_hp_find(b.hp, "die")->value.i);
        CHECK_EQUAL_EXACTLY(vv_hp_find(a.hp, "unit")->value.f, vv_hp_find(b.hp, "unit")->value.f);
        vv_answer_deinit(&a);
        vv_answer_deinit(&b);
    }
}

BUILDER(build_thousand_values)
{
    UNUSED_BUT_HP;
    vv_int(hp, "n", .min = 0, .max = 999);
    return VV_OK;
}

/* After many duplicates in a row one of the untried is taken: each of them as likely. */
static void what_is_left_is_chosen_uniformly(void **state)
{
    (void)state;
    enum { LEFT = 8, TRIED = 1000 - LEFT, ASKS = 2000 };
    static vv_assignment value[TRIED];
    static vv_past_trial history[TRIED];
    int counts[LEFT] = { 0 }, looked = 0;
    for (int i = 0; i < TRIED; i++) {
        value[i] = (vv_assignment){ "n", { VV_VALUE_INT, { .i = i + LEFT } } };
        history[i] = (vv_past_trial){ .id = i, .status = VV_TRIAL_COMPLETED, .values = &value[i], .n_values = 1 };
    }
    for (int trial = 0; trial < ASKS; trial++) {
        vv_answer answer = ask(build_thousand_values, 1, trial, history, TRIED);
        assert_int_equal(answer.kind, VV_ANSWER_PROPOSAL);
        counts[vv_hp_find(answer.hp, "n")->value.i]++;
        looked += answer.duplicates == 64;
        vv_answer_deinit(&answer);
    }
    assert_true(looked > ASKS / 3);                     /* a draw hits with 0.8 %: 60 % of the asks run out of 64 */
    assert_true(chi_square(counts, LEFT, ASKS) < 24.3); /* 7 degrees of freedom, p = 0.001 */
}

/* ---- what was tried --------------------------------------------------------------------------------------------- */

BUILDER(build_pair)
{
    UNUSED_BUT_HP;
    vv_choice(hp, "a", VV_STRINGS("1", "1b=12"));
    vv_choice_int(hp, "b", VV_INTS(1, 12));
    return VV_OK;
}

static vv_past_trial trial_of(int id, const vv_assignment *values, size_t n)
{
    return (vv_past_trial){ .id = id, .status = VV_TRIAL_FAILED, .values = values, .n_values = n };
}

static void configurations_are_compared_by_names_types_and_values(void **state)
{
    (void)state;
    const vv_value text = { VV_VALUE_STRING, { .s = "1" } }, one = { VV_VALUE_INT, { .i = 1 } };
    const vv_assignment tried_one[] = { { "b", one }, { "a", text } }; /* in another order than asked */
    const vv_assignment other_type[] = { { "a", one }, { "b", one } }, fewer[] = { { "a", text } };
    const vv_assignment more[] = { { "a", text }, { "b", one }, { "c", one } };
    const vv_past_trial history[] = { trial_of(0, tried_one, 2), trial_of(1, other_type, 2), trial_of(2, fewer, 1),
                                      trial_of(3, more, 3) };
    vvi_tried first, rest;
    CHECK_OK(vvi_tried_init(&first, history, 1, NULL));
    CHECK_OK(vvi_tried_init(&rest, history + 1, 3, NULL));
    vv_hp *hp = vv_hp_new(NULL);
    build_pair(NULL, hp, NULL, NULL);
    assert_true(vvi_tried_contains(&first, hp));
    assert_false(vvi_tried_contains(&rest, hp));
    memset(rest.slots, 0, rest.n_slots * sizeof *rest.slots);
    for (size_t i = 0; i < 3; i++) { /* as if all hashes collided */
        rest.hashes[i] = first.hashes[0];
        rest.slots[(first.hashes[0] + i) & (rest.n_slots - 1)] = (uint32_t)i + 1;
    }
    assert_false(vvi_tried_contains(&rest, hp));
    vv_hp_free(hp);
    vvi_tried_deinit(&first);
    vvi_tried_deinit(&rest);
}

static void every_state_of_a_trial_counts_as_tried(void **state)
{
    (void)state;
    const vv_assignment values[2][2] = {
        { { "a", { VV_VALUE_BOOL, { .b = false } } }, { "b", { VV_VALUE_BOOL, { .b = false } } } },
        { { "a", { VV_VALUE_BOOL, { .b = true } } }, { "b", { VV_VALUE_BOOL, { .b = false } } } }
    };
    for (vv_trial_status status = VV_TRIAL_RUNNING; status <= VV_TRIAL_PAUSED; status++) {
        const vv_past_trial history[] = { { .status = status, .values = values[0], .n_values = 2 },
                                          { .id = 1, .status = status, .values = values[1], .n_values = 2 } };
        for (int trial = 2; trial < 50; trial++) {
            vv_answer answer = ask(build_two_booleans, 1, trial, history, 2);
            assert_true(vv_hp_find(answer.hp, "b")->value.b);
            vv_answer_deinit(&answer);
        }
    }
}

static void ten_thousand_trials_are_no_obstacle(void **state)
{
    (void)state;
    enum { N = 10000, VALUES = 4 };
    static vv_assignment values[N][VALUES];
    static vv_past_trial history[N];
    const char *const names[VALUES] = { "learning_rate", "momentum", "dropout", "units" };
    for (int i = 0; i < N; i++) {
        for (int k = 0; k < VALUES; k++) {
            const vv_value number = { VV_VALUE_FLOAT, { .f = i } }, units = { VV_VALUE_INT, { .i = i } };
            values[i][k] = (vv_assignment){ names[k], k < 3 ? number : units };
        }
        history[i] = (vv_past_trial){ .id = i, .status = VV_TRIAL_COMPLETED, .values = values[i], .n_values = VALUES };
    }
    for (int trial = N; trial < N + 20; trial++) {
        vv_answer answer = ask(build_continuous, 1, trial, history, N);
        assert_int_equal(answer.kind, VV_ANSWER_PROPOSAL);
        vv_answer_deinit(&answer);
    }
}

/* ---- refusals --------------------------------------------------------------------------------------------------- */

static void refusals_are_counted_and_the_first_one_told(void **state)
{
    (void)state;
    int refused = 0;
    for (int trial = 0; trial < 400; trial++) {
        vv_answer answer = ask(build_cnn, 1, trial, NULL, 0);
        refused += answer.refused;
        assert_int_equal(answer.duplicates, 0);
        assert_int_equal(answer.refusals[0].n, answer.refused);
        assert_int_equal(answer.refusals[1].n, 0);
        assert_string_equal(answer.refusals[0].reason, answer.refused > 0 ? "no pixel is left" : "");
        if (answer.refused > 0) CHECK_CONTAINS(answer.refusals[0].values, "num_layers=");
        vv_answer_deinit(&answer);
    }
    assert_true(refused > 300 && refused < 500); /* half of all draws fail: 400 expected, deviation 28 */
}

static void a_space_where_nothing_builds_says_why(void **state)
{
    (void)state;
    vv_answer answer = ask(build_never, 1, 0, NULL, 0);
    assert_int_equal(answer.kind, VV_ANSWER_EXHAUSTED);
    assert_int_equal(answer.refused, 64);
    assert_int_equal(answer.refusals[0].n, 64);
    assert_string_equal(answer.refusals[0].reason, "nothing builds here");
    CHECK_CONTAINS(answer.refusals[0].values, "n=");
    vv_answer_deinit(&answer);
}

/* Seven reasons that are there equally often, and nothing builds. */
BUILDER(build_seven_reasons)
{
    UNUSED_BUT_HP;
    static const char *const reasons[] = { "a", "b", "c", "d", "e", "f", "g" };
    return refuse(reason, reasons[vv_int(hp, "n", .min = 0, .max = 6)]);
}

static void each_reason_has_its_own_count_and_example_and_the_rest_share_one(void **state)
{
    (void)state;
    vv_answer answer = ask(build_seven_reasons, 1, 0, NULL, 0);
    int64_t sum = 0;
    for (int i = 0; i < VV_ANSWER_REASONS; i++) {
        const vv_refusal *refusal = &answer.refusals[i];
        char values[8];
        assert_true(refusal->n > 0);
        sum += refusal->n;
        if (i == VV_ANSWER_REASONS - 1) break;
        snprintf(values, sizeof values, "n=%d", refusal->reason[0] - 'a');
        assert_string_equal(refusal->values, values);
        for (int k = 0; k < i; k++) assert_string_not_equal(refusal->reason, answer.refusals[k].reason);
    }
    assert_int_equal(sum, 64);
    assert_int_equal(answer.refused, 64);
    assert_string_equal(answer.refusals[VV_ANSWER_REASONS - 1].reason, "other reasons");
    vv_answer_deinit(&answer);
}

BUILDER(build_endless_refusal)
{
    UNUSED_BUT_HP;
    vv_float(hp, "rate", .min = 0, .max = 1);
    return refuse(reason, "never");
}

static void an_endless_space_where_nothing_builds_is_given_up(void **state)
{
    (void)state;
    vv_answer answer = ask(build_endless_refusal, 1, 0, NULL, 0);
    assert_int_equal(answer.kind, VV_ANSWER_GAVE_UP);
    assert_null(answer.hp);
    assert_int_equal(answer.refused, 200000);
    assert_int_equal(answer.refusals[0].n, 200000);
    assert_string_equal(answer.refusals[0].reason, "never");
    assert_int_equal(answer.refusals[1].n, 0);
    vv_answer_deinit(&answer);
}

static vv_status build_out_of_memory(void *context, vv_hp *hp, vv_built *built, vv_error *reason)
{
    (void)context;
    (void)hp;
    (void)built;
    (void)reason;
    return VV_NO_MEMORY;
}

static void running_out_of_memory_is_no_refusal(void **state)
{
    (void)state;
    const vv_builder builder = { build_out_of_memory, NULL };
    const vv_question question = { .builder = &builder };
    vv_answer answer = { 0 };
    vv_error error = { 0 };
    assert_int_equal(random_oracle()->ask(&question, &answer, &error), VV_NO_MEMORY);
    assert_int_equal(error.status, VV_NO_MEMORY);
    assert_int_equal(answer.refused, 0);
    vv_answer_deinit(&answer);
}

BUILDER(build_another_each_time)
{
    (void)reason;
    vv_int(hp, "n", .min = 1, .max = 100);
    built->digest = (uint64_t)++ * (int *)context;
    return VV_OK;
}

static void a_build_that_is_no_function_of_its_values_ends_the_search(void **state)
{
    (void)state;
    int runs = 0;
    const vv_builder builder = { build_another_each_time, &runs };
    const vv_question question = { .builder = &builder };
    vv_answer answer = { 0 };
    vv_error error = { 0 };
    assert_int_equal(random_oracle()->ask(&question, &answer, &error), VV_MISMATCH);
    CHECK_CONTAINS(error.text, "not a function of its hyperparameters");
    vv_answer_deinit(&answer);
}

/* ---- registry --------------------------------------------------------------------------------------------------- */

static void unknown_names_are_not_found(void **state)
{
    (void)state;
    assert_null(vv_oracle_find("no such oracle"));
    assert_null(vv_oracle_find(NULL));
    assert_null(vv_oracle_at(SIZE_MAX));
    assert_string_equal(vv_trial_status_name(VV_TRIAL_COMPLETED), "COMPLETED");
    assert_string_equal(vv_trial_status_name(VV_TRIAL_INTERRUPTED), "INTERRUPTED");
    assert_string_equal(vv_trial_status_name((vv_trial_status)0), "UNKNOWN");
    assert_string_equal(vv_trial_status_name((vv_trial_status)99), "UNKNOWN");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_value_is_uniform_over_its_own_domain),
        cmocka_unit_test(neighbouring_seeds_share_no_draws),
        cmocka_unit_test(the_order_of_asking_does_not_matter),
        cmocka_unit_test(what_is_left_is_chosen_uniformly),
        cmocka_unit_test(configurations_are_compared_by_names_types_and_values),
        cmocka_unit_test(every_state_of_a_trial_counts_as_tried),
        cmocka_unit_test(ten_thousand_trials_are_no_obstacle),
        cmocka_unit_test(refusals_are_counted_and_the_first_one_told),
        cmocka_unit_test(a_space_where_nothing_builds_says_why),
        cmocka_unit_test(each_reason_has_its_own_count_and_example_and_the_rest_share_one),
        cmocka_unit_test(an_endless_space_where_nothing_builds_is_given_up),
        cmocka_unit_test(running_out_of_memory_is_no_refusal),
        cmocka_unit_test(a_build_that_is_no_function_of_its_values_ends_the_search),
        cmocka_unit_test(unknown_names_are_not_found),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
