/* Random search: how its draws are distributed and keyed; what counts as tried; giving up. */
#include "check.h"
#include "conformance/spaces.h"

#include "search/search.h"

static const vv_oracle_kind *random_oracle(void)
{
    return vv_oracle_find("random");
}

/* One ask, at whatever trial; end it with forget. */
typedef struct asked {
    vvi_session session;
    vv_cache cache;
    vv_past *own;
    vv_answer answer;
    vv_status status;
    vv_error error;
} asked;

static void forget(asked *a)
{
    vvi_build_deinit(&a->session.drawn);
    vvi_build_deinit(&a->session.proposed);
    vv_past_free(a->own);
}

static asked try_ask(const vv_builder *builder, uint64_t seed, int trial, const vv_past *past)
{
    asked a = { .own = vv_past_new(1, NULL) };
    a.session.tried = past == NULL ? a.own : past;
    const vv_question question = { .builder = builder,
                                   .past = a.session.tried,
                                   .seed = seed,
                                   .trial = trial,
                                   .n_objectives = 1,
                                   .cache = &a.cache,
                                   .session = &a.session };
    a.status = random_oracle()->ask(&question, &a.answer, &a.error);
    return a;
}

static asked ask(vv_status (*build)(void *, vv_hp *, vv_built *, vv_error *), uint64_t seed, int trial,
                 const vv_past *past)
{
    const vv_builder builder = { build, NULL };
    const asked a = try_ask(&builder, seed, trial, past);
    if (a.status != VV_OK) fail_msg("%s", a.error.text);
    return a;
}

/* Adds a trial to a past. */
static void put(vv_past *past, vv_trial_status status, const vv_active *values, size_t n)
{
    const vv_past_trial trial = { .id = (int)vv_past_count(past), .status = status, .values = values, .n_values = n };
    CHECK_OK(vv_past_put(past, &trial, NULL));
}

static vv_domain int_domain(int min, int max)
{
    return (vv_domain){ .kind = VV_DOMAIN_INT, .type = VV_VALUE_INT, .min = min, .max = max, .step = 1 };
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
        asked a = ask(build_die, 42, trial, NULL);
        const int64_t rolled = vv_hp_find(a.answer.hp, "die")->value.i - 1;
        const int bucket = (int)(16 * vv_hp_find(a.answer.hp, "unit")->value.f);
        die[rolled]++;
        unit[bucket]++;
        logarithm[(int)log2(vv_hp_find(a.answer.hp, "log")->value.f)]++;
        pairs[16 * rolled + bucket]++;
        forget(&a);
    }
    const double limit_15 = 37.7, limit_255 = 330.5; /* chi-square, 15 and 255 degrees of freedom, p = 0.001 */
    assert_true(chi_square(die, 16, DRAWS) < limit_15);
    assert_true(chi_square(unit, 16, DRAWS) < limit_15);
    assert_true(chi_square(logarithm, 16, DRAWS) < limit_15);
    assert_true(chi_square(pairs, 256, DRAWS) < limit_255); /* names are drawn apart */
}

static double unit_at(uint64_t seed, int trial)
{
    asked a = ask(build_die, seed, trial, NULL);
    const double drawn = vv_hp_find(a.answer.hp, "unit")->value.f;
    forget(&a);
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
        asked a = ask(build_die, 9, trial, NULL), b = ask(build_die_backwards, 9, trial, NULL);
        assert_int_equal(vv_hp_find(a.answer.hp, "die")->value.i, vv_hp_find(b.answer.hp, "die")->value.i);
        CHECK_EQUAL_EXACTLY(vv_hp_find(a.answer.hp, "unit")->value.f, vv_hp_find(b.answer.hp, "unit")->value.f);
        forget(&a);
        forget(&b);
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
    vv_past *past = vv_past_new(1, NULL);
    int counts[LEFT] = { 0 }, looked = 0;
    for (int i = 0; i < TRIED; i++) {
        const vv_active value = { "n", int_domain(0, 999), { VV_VALUE_INT, { .i = i + LEFT } } };
        put(past, VV_TRIAL_COMPLETED, &value, 1);
    }
    for (int trial = 0; trial < ASKS; trial++) {
        asked a = ask(build_thousand_values, 1, trial, past);
        assert_int_equal(a.answer.kind, VV_ANSWER_PROPOSAL);
        counts[vv_hp_find(a.answer.hp, "n")->value.i]++;
        looked += a.answer.duplicates == 64;
        forget(&a);
    }
    vv_past_free(past);
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

static vv_active text_of(const char *name, const char *text)
{
    static const vv_value texts[] = { { VV_VALUE_STRING, { .s = "1" } }, { VV_VALUE_STRING, { .s = "1b=12" } } };
    const vv_domain domain = { .kind = VV_DOMAIN_CHOICE, .type = VV_VALUE_STRING, .values = texts, .n_values = 2 };
    return (vv_active){ name, domain, { VV_VALUE_STRING, { .s = text } } };
}

static vv_active int_of(const char *name, int value)
{
    return (vv_active){ name, int_domain(0, 20), { VV_VALUE_INT, { .i = value } } };
}

static void configurations_are_compared_by_names_types_and_values(void **state)
{
    (void)state;
    const vv_active same[] = { int_of("b", 1), text_of("a", "1") }; /* in another order than asked, other domains */
    const vv_active other_type[] = { int_of("a", 1), int_of("b", 1) }, fewer[] = { text_of("a", "1") };
    const vv_active more[] = { text_of("a", "1"), int_of("b", 1), int_of("c", 1) };
    vv_past *first = vv_past_new(1, NULL), *rest = vv_past_new(1, NULL);
    put(first, VV_TRIAL_FAILED, same, 2);
    put(rest, VV_TRIAL_FAILED, other_type, 2);
    put(rest, VV_TRIAL_FAILED, fewer, 1);
    put(rest, VV_TRIAL_FAILED, more, 3);
    vv_hp *hp = vv_hp_new(NULL);
    build_pair(NULL, hp, NULL, NULL);
    assert_true(vvi_past_contains(first, hp));
    assert_false(vvi_past_contains(rest, hp));
    struct vvi_slots *slots = &rest->by_values;
    memset(slots->list, 0, slots->n * sizeof *slots->list);
    for (size_t i = 0; i < 3; i++) { /* as if all hashes collided */
        rest->rows[i].hash = first->rows[0].hash;
        slots->list[(first->rows[0].hash + i) & (slots->n - 1)] =
            (struct vvi_slot){ .tag = (uint32_t)(first->rows[0].hash >> 32), .number = (uint32_t)i + 1 };
    }
    assert_false(vvi_past_contains(rest, hp));
    vv_hp_free(hp);
    vv_past_free(first);
    vv_past_free(rest);
}

static void every_state_of_a_trial_counts_as_tried(void **state)
{
    (void)state;
    const vv_domain domain = { .kind = VV_DOMAIN_BOOL, .type = VV_VALUE_BOOL };
    const vv_value no = { VV_VALUE_BOOL, { .b = false } }, yes = { VV_VALUE_BOOL, { .b = true } };
    for (vv_trial_status status = VV_TRIAL_RUNNING; status <= VV_TRIAL_WAITING; status++) {
        vv_past *past = vv_past_new(1, NULL);
        put(past, status, (const vv_active[]){ { "a", domain, no }, { "b", domain, no } }, 2);
        put(past, status, (const vv_active[]){ { "a", domain, yes }, { "b", domain, no } }, 2);
        for (int trial = 2; trial < 50; trial++) {
            asked a = ask(build_two_booleans, 1, trial, past);
            assert_true(vv_hp_find(a.answer.hp, "b")->value.b);
            forget(&a);
        }
        vv_past_free(past);
    }
}

static void ten_thousand_trials_are_no_obstacle(void **state)
{
    (void)state;
    enum { N = 10000 };
    vv_past *past = vv_past_new(1, NULL);
    for (int i = 0; i < N; i++) {
        const vv_domain floats = { .kind = VV_DOMAIN_FLOAT, .type = VV_VALUE_FLOAT, .min = 0, .max = 1 };
        const vv_value value = { VV_VALUE_FLOAT, { .f = i / (double)N } };
        const vv_value units = { VV_VALUE_INT, { .i = 2 + i % 1000 } };
        const vv_active values[] = { { "learning_rate", floats, value },
                                     { "momentum", floats, value },
                                     { "dropout", floats, value },
                                     { "units", int_domain(2, 1024), units } };
        put(past, VV_TRIAL_COMPLETED, values, 4);
    }
    for (int trial = N; trial < N + 20; trial++) {
        asked a = ask(build_continuous, 1, trial, past);
        assert_int_equal(a.answer.kind, VV_ANSWER_PROPOSAL);
        forget(&a);
    }
    vv_past_free(past);
}

/* ---- refusals --------------------------------------------------------------------------------------------------- */

static void refusals_are_counted_and_the_first_one_told(void **state)
{
    (void)state;
    int refused = 0;
    for (int trial = 0; trial < 400; trial++) {
        asked a = ask(build_cnn, 1, trial, NULL);
        refused += a.answer.refused;
        assert_int_equal(a.answer.duplicates, 0);
        assert_int_equal(a.answer.refusals[0].n, a.answer.refused);
        assert_int_equal(a.answer.refusals[1].n, 0);
        assert_string_equal(a.answer.refusals[0].reason, a.answer.refused > 0 ? "no pixel is left" : "");
        if (a.answer.refused > 0) CHECK_CONTAINS(a.answer.refusals[0].values, "num_layers=");
        forget(&a);
    }
    assert_true(refused > 300 && refused < 500); /* half of all draws fail: 400 expected, deviation 28 */
}

static void a_space_where_nothing_builds_says_why(void **state)
{
    (void)state;
    asked a = ask(build_never, 1, 0, NULL);
    assert_int_equal(a.answer.kind, VV_ANSWER_EXHAUSTED);
    assert_int_equal(a.answer.refused, 64);
    assert_int_equal(a.answer.refusals[0].n, 64);
    assert_string_equal(a.answer.refusals[0].reason, "nothing builds here");
    CHECK_CONTAINS(a.answer.refusals[0].values, "n=");
    forget(&a);
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
    asked a = ask(build_seven_reasons, 1, 0, NULL);
    int64_t sum = 0;
    for (int i = 0; i < VV_ANSWER_REASONS; i++) {
        const vv_refusal *refusal = &a.answer.refusals[i];
        char values[8];
        assert_true(refusal->n > 0);
        sum += refusal->n;
        if (i == VV_ANSWER_REASONS - 1) break;
        snprintf(values, sizeof values, "n=%d", refusal->reason[0] - 'a');
        assert_string_equal(refusal->values, values);
        for (int k = 0; k < i; k++) assert_string_not_equal(refusal->reason, a.answer.refusals[k].reason);
    }
    assert_int_equal(sum, 64);
    assert_int_equal(a.answer.refused, 64);
    assert_string_equal(a.answer.refusals[VV_ANSWER_REASONS - 1].reason, "other reasons");
    forget(&a);
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
    asked a = ask(build_endless_refusal, 1, 0, NULL);
    assert_int_equal(a.answer.kind, VV_ANSWER_GAVE_UP);
    assert_null(a.answer.hp);
    assert_int_equal(a.answer.refused, 200000);
    assert_int_equal(a.answer.refusals[0].n, 200000);
    assert_string_equal(a.answer.refusals[0].reason, "never");
    assert_int_equal(a.answer.refusals[1].n, 0);
    forget(&a);
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
    asked a = try_ask(&builder, 0, 0, NULL);
    assert_int_equal(a.status, VV_NO_MEMORY);
    assert_int_equal(a.error.status, VV_NO_MEMORY);
    assert_int_equal(a.answer.refused, 0);
    forget(&a);
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
    asked a = try_ask(&builder, 0, 0, NULL);
    assert_int_equal(a.status, VV_MISMATCH);
    CHECK_CONTAINS(a.error.text, "not a function of its hyperparameters");
    forget(&a);
}

/* ---- registry --------------------------------------------------------------------------------------------------- */

static void unknown_names_are_not_found(void **state)
{
    (void)state;
    assert_null(vv_oracle_find("no such oracle"));
    assert_null(vv_oracle_find(NULL));
    assert_null(vv_oracle_at(SIZE_MAX));
    assert_string_equal(vv_trial_status_name(VV_TRIAL_COMPLETED), "COMPLETED");
    assert_string_equal(vv_trial_status_name(VV_TRIAL_PAUSED), "PAUSED");
    assert_string_equal(vv_trial_status_name((vv_trial_status)0), "UNKNOWN");
    assert_string_equal(vv_trial_status_name((vv_trial_status)99), "UNKNOWN");
}

static void every_row_has_its_number(void **state)
{
    (void)state;
    size_t n = 0;
    for (; vv_oracle_at(n) != NULL; n++)
        assert_string_equal(vv_search_kind_name((vv_search_kind)n), vv_oracle_at(n)->name);
    assert_string_equal(vv_search_kind_name((vv_search_kind)n), "unknown");
    assert_ptr_equal(vv_oracle_at(VV_SEARCH_TPE), vv_oracle_find("tpe"));
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
        cmocka_unit_test(every_row_has_its_number),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
