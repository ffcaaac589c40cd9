/* stores_life.c - one trial at a time: what is kept bit for bit, what may be said twice, what is final. */
#include "conformance/stores.h"

#include <float.h>

/* ---- what is kept -------------------------------------------------------------------------------------------------- */

static void numbers_of_all_kinds_come_back(void **state)
{
    const store_place *p = *state;
    const double numbers[] = { 0.1,     -0.0,     (double)NAN, (double)INFINITY, (double)-INFINITY,
                               DBL_MAX, -DBL_MIN, 5e-324,      1e300 / 3,        123456789012345678.0 };
    enum { N = sizeof numbers / sizeof *numbers };
    vv_study *study = open_leased(p->where, 0);
    const int id = begin_trial(study, 3);
    for (int e = 0; e < N; e++) must(vv_trial_epoch(study, id, 0, e, store_metrics, &numbers[e], 1, NULL), NULL);
    vv_trials trials = read_trials(study);
    assert_int_equal(trials.list[0].curves[0].n, N);
    for (int e = 0; e < N; e++) {
        const double got = trials.list[0].curves[0].values[e];
        if (isnan(numbers[e]))
            assert_true(isnan(got));
        else
            assert_memory_equal(&got, &numbers[e], sizeof got);
    }
    vv_trials_free(&trials);
    vv_study_close(study);
}

static const char strange[] = "\xc3\xa4\xe5\xb1\xa4 \xf0\x9f\x8c\x8d '; DROP TABLE trials; -- \"q\" \\ \x01\t\n%s";

static void names_and_texts_of_all_kinds_come_back(void **state)
{
    const store_place *p = *state;
    enum { LONG = 10 * 1024 };
    char *text = NULL, *end;
    char *wide = calloc(LONG + 1, 1);
    assert_non_null(wide);
    for (int i = 0; i < LONG; i++) wide[i] = (char)('!' + i % 90);
    vv_study *study = open_leased(p->where, 0);
    vv_hp *hp = vv_hp_new(NULL);
    vv_choice(hp, "\xce\xb1\xce\xb2", VV_STRINGS("a", wide), .default_value = wide);
    int id = -1;
    must(vv_trial_begin(study, hp, wide, &id, NULL), NULL);
    must(vv_trial_epoch(study, id, 0, 0, (const char *[]){ strange }, (double[]){ 1 }, 1, NULL), NULL);
    must(vv_trial_end(study, id, &(vv_trial_result){ .status = VV_TRIAL_FAILED, .reason = wide }, NULL), NULL);
    must(vv_study_set(study, strange, wide, NULL), NULL);
    must(vv_study_get(study, strange, &text, NULL), NULL);
    assert_string_equal(text, wide);
    vv_trials trials = read_trials(study);
    const vv_trial *trial = &trials.list[0];
    assert_string_equal(trial->values[0].name, "\xce\xb1\xce\xb2");
    assert_string_equal(trial->values[0].value.s, wide);
    assert_string_equal(trial->model_json, wide);
    assert_string_equal(trial->reason, wide);
    assert_string_equal(trial->curves[0].metric, strange);
    end = text;
    free(end);
    free(wide);
    vv_trials_free(&trials);
    vv_hp_free(hp);
    vv_study_close(study);
}

static void facts_are_replaced_and_missing_ones_are_null(void **state)
{
    const store_place *p = *state;
    char *text = NULL;
    vv_study *study = open_leased(p->where, 0);
    must(vv_study_get(study, "seed", &text, NULL), NULL);
    assert_null(text);
    must(vv_study_set(study, "seed", "1", NULL), NULL);
    must(vv_study_set(study, "seed", "", NULL), NULL);
    must(vv_study_get(study, "seed", &text, NULL), NULL);
    assert_string_equal(text, "");
    free(text);
    vv_study_close(study);
}

/* ---- said twice ---------------------------------------------------------------------------------------------------- */

static void check_pause_twice(vv_study *study, int id)
{
    const double scores[] = { 2, 7 };
    const vv_trial_result result = { .scores = scores, .n_scores = 2, .seconds = 1 };
    for (int i = 0; i < 2; i++) must(vv_trial_pause(study, id, &result, NULL), NULL);
    assert_int_equal(status_of(study, id), VV_TRIAL_PAUSED);
    for (int i = 0; i < 2; i++) must(vv_trial_wake(study, id, 5, NULL), NULL);
    assert_int_equal(status_of(study, id), VV_TRIAL_WAITING);
    claim_trial(study, id);
}

static void every_call_may_be_made_again(void **state)
{
    const store_place *p = *state;
    vv_study *study = open_leased(p->where, 0);
    const int id = begin_trial(study, 3);
    for (int i = 0; i < 2; i++)
        must(vv_trial_end(study, id, &(vv_trial_result){ .status = VV_TRIAL_INTERRUPTED, .seconds = 8 }, NULL), NULL);
    claim_trial(study, id);
    for (int i = 0; i < 2; i++) must(vv_trial_retry(study, id, "crashed", 0.5, NULL), NULL);
    claim_trial(study, id);
    for (int i = 0; i < 2; i++) report_epoch(study, id, 0, 0);
    for (int i = 0; i < 2; i++) must(vv_trial_execution(study, id, 0, 0, 1, 1, NULL), NULL);
    check_pause_twice(study, id);
    for (int i = 0; i < 2; i++) report_epoch(study, id, 0, 1);
    for (int i = 0; i < 2; i++) must(vv_trial_execution(study, id, 0, 1, 0.5, 1, NULL), NULL);
    for (int i = 0; i < 2; i++) must(end_trial(study, id, VV_TRIAL_COMPLETED, 0.5, NULL), NULL);
    vv_trials trials = read_trials(study);
    const vv_trial *trial = &trials.list[0];
    assert_int_equal(trials.n, 1);
    assert_int_equal(trial->n_attempts, 1);
    assert_int_equal(trial->epochs, 2);
    assert_int_equal(trial->epochs_total, 2);
    assert_int_equal(trial->n_executions, 1);
    assert_int_equal(trial->n_scores, 1); /* the pause's are gone */
    CHECK_EQUAL_EXACTLY(trial->seconds, 8 + 0.5 + 1 + 3.5);
    CHECK_EQUAL_EXACTLY(trial->executions[0].score, 0.5);
    vv_trials_free(&trials);
    vv_study_close(study);
}

static void an_epoch_that_is_there_stays_as_it_is(void **state)
{
    const store_place *p = *state;
    vv_study *study = open_leased(p->where, 0);
    const int id = begin_trial(study, 3);
    must(vv_trial_epoch(study, id, 0, 0, store_metrics, (double[]){ (double)NAN, 2 }, 2, NULL), NULL);
    must(vv_trial_epoch(study, id, 0, 0, store_metrics, (double[]){ 3, 4 }, 2, NULL), NULL);
    must(vv_trial_execution(study, id, 0, 0, 1, 1, NULL), NULL);
    must(vv_trial_execution(study, id, 0, 0, 2, 2, NULL), NULL);
    vv_trials trials = read_trials(study);
    assert_true(isnan(trials.list[0].curves[0].values[0]));
    CHECK_EQUAL_EXACTLY(trials.list[0].curves[1].values[0], 2);
    CHECK_EQUAL_EXACTLY(trials.list[0].executions[0].score, 1);
    vv_trials_free(&trials);
    vv_study_close(study);
}

/* ---- what is final --------------------------------------------------------------------------------------------------- */

static void refuse_all(vv_study *study, int id)
{
    const double score = 9;
    const vv_trial_result other = { .status = VV_TRIAL_COMPLETED, .scores = &score, .n_scores = 1 };
    static const vv_trial_status statuses[] = { VV_TRIAL_COMPLETED, VV_TRIAL_FAILED, VV_TRIAL_INTERRUPTED,
                                                VV_TRIAL_PRUNED };
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        vv_trial_result result = other;
        result.status = statuses[i];
        result.reason = "another";
        assert_int_equal(vv_trial_end(study, id, &result, NULL), VV_TAKEN);
    }
    assert_int_equal(vv_trial_pause(study, id, &other, NULL), VV_TAKEN);
    assert_int_equal(vv_trial_epoch(study, id, 0, 1, store_metrics, (double[]){ 3, 4 }, 2, NULL), VV_TAKEN);
    assert_int_equal(vv_trial_execution(study, id, 1, 0, 1, 1, NULL), VV_TAKEN);
    assert_int_equal(vv_trial_retry(study, id, "why", 1, NULL), VV_TAKEN);
    assert_int_equal(vv_trial_wake(study, id, 5, NULL), VV_TAKEN);
    assert_int_equal(vvi_trial_take_in_hand(study, id, NULL), VV_TAKEN);
    claim_trial(study, -1);
}

static void check_same(const vv_trial *a, const vv_trial *b)
{
    assert_int_equal(a->status, b->status);
    assert_int_equal(a->epochs_total, b->epochs_total);
    assert_int_equal(a->n_executions, b->n_executions);
    assert_int_equal(a->n_scores, b->n_scores);
    assert_int_equal(a->n_attempts, b->n_attempts);
    assert_int_equal(a->goal, b->goal);
    CHECK_EQUAL_EXACTLY(a->seconds, b->seconds);
    CHECK_EQUAL_EXACTLY(a->ended, b->ended);
    assert_true(isnan(a->score) ? isnan(b->score) : a->score == b->score);
    assert_true((a->reason == NULL) == (b->reason == NULL));
    if (a->reason != NULL) assert_string_equal(a->reason, b->reason);
    assert_string_equal(a->worker, b->worker);
}

static void a_trial_that_has_ended_never_changes(void **state)
{
    const store_place *p = *state;
    static const vv_trial_status ends[] = { VV_TRIAL_COMPLETED, VV_TRIAL_FAILED, VV_TRIAL_PRUNED };
    vv_study *study = open_leased(p->where, 0);
    for (size_t i = 0; i < 3; i++) {
        const int id = begin_trial(study, 3);
        report_epoch(study, id, 0, 0);
        must(end_trial(study, id, ends[i], 0.5, i == 1 ? "why" : NULL), NULL);
    }
    vv_trials before = read_trials(study);
    for (int own = 1; own >= 0; own--) { /* its own worker, and another */
        for (int id = 0; id < 3; id++) refuse_all(study, id);
        assert_int_equal(end_trial(study, 0, VV_TRIAL_COMPLETED, 0.5, NULL), own == 1 ? VV_OK : VV_TAKEN);
        vv_trials after = read_trials(study);
        assert_int_equal(after.n, 3);
        for (size_t i = 0; i < 3; i++) check_same(&before.list[i], &after.list[i]);
        vv_trials_free(&after);
        vv_study_close(study);
        study = open_leased(p->where, 0);
    }
    vv_study_close(study);
    vv_trials_free(&before);
}

static void a_score_that_is_not_finite_completes_nothing(void **state)
{
    const store_place *p = *state;
    vv_study *study = open_leased(p->where, 0);
    const int id = begin_trial(study, 3);
    must(end_trial(study, id, VV_TRIAL_COMPLETED, (double)NAN, NULL), NULL);
    must(end_trial(study, id, VV_TRIAL_COMPLETED, (double)NAN, NULL), NULL);
    assert_int_equal(status_of(study, id), VV_TRIAL_FAILED);
    vv_study_close(study);
}

/* ---- by hand, waiting, expected ----------------------------------------------------------------------------------------- */

static void a_trial_by_hand_waits_for_whoever_says_what_it_came_to(void **state)
{
    const store_place *p = *state;
    int id = -1;
    vv_study *study = open_leased(p->where, 0.1);
    must(begin_bare(study, &(vvi_beginning){ .by_hand = true }, &id), NULL);
    assert_int_equal(end_trial(study, id, VV_TRIAL_COMPLETED, 1, NULL), VV_TAKEN); /* not without taking it */
    vv_study_close(study);
    wait_ms(200);
    study = open_leased(p->where, 0);
    claim_trial(study, -1); /* no lease, no lapse */
    assert_int_equal(status_of(study, id), VV_TRIAL_RUNNING);
    must(vvi_trial_take_in_hand(study, id, NULL), NULL);
    must(vvi_trial_take_in_hand(study, id, NULL), NULL);
    must(vvi_trial_put_back(study, id, NULL), NULL); /* as if it had not been taken */
    must(vvi_trial_put_back(study, id, NULL), NULL);
    assert_int_equal(end_trial(study, id, VV_TRIAL_COMPLETED, 1, NULL), VV_TAKEN);
    claim_trial(study, -1);
    must(vvi_trial_take_in_hand(study, id, NULL), NULL);
    must(end_trial(study, id, VV_TRIAL_COMPLETED, 1, NULL), NULL);
    assert_int_equal(vvi_trial_take_in_hand(study, id, NULL), VV_TAKEN);
    assert_int_equal(vvi_trial_put_back(study, id, NULL), VV_TAKEN);
    assert_int_equal(vvi_trial_take_in_hand(study, 9, NULL), VV_NOT_FOUND);
    vv_study_close(study);
}

static void a_trial_is_begun_with_the_number_that_was_expected_or_not_at_all(void **state)
{
    const store_place *p = *state;
    int id = -1;
    vv_study *study = open_leased(p->where, 0);
    vvi_beginning beginning = { .expects = true, .expected = 1 };
    assert_int_equal(begin_bare(study, &beginning, &id), VV_TAKEN);
    beginning.expected = 0;
    must(begin_bare(study, &beginning, &id), NULL);
    assert_int_equal(begin_bare(study, &beginning, &id), VV_TAKEN);
    vv_trials trials = read_trials(study);
    assert_int_equal(trials.n, 1);
    vv_trials_free(&trials);
    vv_study_close(study);
}

static void the_lowest_that_waits_is_claimed_first(void **state)
{
    const store_place *p = *state;
    vv_study *study = open_leased(p->where, 0);
    for (int i = 0; i < 4; i++) assert_int_equal(begin_waiting(study), i);
    vv_trials trials = read_trials(study);
    assert_null(trials.list[0].worker);
    CHECK_EQUAL_EXACTLY(trials.list[0].began, 0);
    vv_trials_free(&trials);
    for (int i = 0; i < 3; i++) claim_trial(study, i);
    must(end_trial(study, 1, VV_TRIAL_INTERRUPTED, 0, "stopped"), NULL);
    must(vv_trial_retry(study, 0, "crashed", 1, NULL), NULL);
    claim_trial(study, 0);
    claim_trial(study, 1);
    claim_trial(study, 3);
    claim_trial(study, -1);
    vv_study_close(study);
}

static void only_what_is_paused_wakes_and_what_has_no_epoch_cannot_pause(void **state)
{
    const store_place *p = *state;
    vv_study *study = open_leased(p->where, 0);
    const int id = begin_trial(study, 3);
    assert_int_equal(vv_trial_wake(study, id, 0, NULL), VV_TAKEN);
    assert_int_equal(vv_trial_pause(study, id, &(vv_trial_result){ .seconds = 1 }, NULL), VV_BAD_ARG);
    report_epoch(study, id, 0, 0);
    must(vv_trial_pause(study, id, &(vv_trial_result){ .seconds = 1 }, NULL), NULL);
    claim_trial(study, -1);
    must(vv_trial_end(study, id, &(vv_trial_result){ .status = VV_TRIAL_PRUNED, .reason = "late" }, NULL), NULL);
    assert_int_equal(status_of(study, id), VV_TRIAL_PRUNED);
    vv_study_close(study);
}

const struct CMUnitTest store_life_tests[] = {
    STORE_TEST(numbers_of_all_kinds_come_back),
    STORE_TEST(names_and_texts_of_all_kinds_come_back),
    STORE_TEST(facts_are_replaced_and_missing_ones_are_null),
    STORE_TEST(every_call_may_be_made_again),
    STORE_TEST(an_epoch_that_is_there_stays_as_it_is),
    STORE_TEST(a_trial_that_has_ended_never_changes),
    STORE_TEST(a_score_that_is_not_finite_completes_nothing),
    STORE_TEST(a_trial_by_hand_waits_for_whoever_says_what_it_came_to),
    STORE_TEST(a_trial_is_begun_with_the_number_that_was_expected_or_not_at_all),
    STORE_TEST(the_lowest_that_waits_is_claimed_first),
    STORE_TEST(only_what_is_paused_wakes_and_what_has_no_epoch_cannot_pause),
};
const size_t n_store_life_tests = sizeof store_life_tests / sizeof *store_life_tests;
