/* pauses.c - trials that stop and go on, or stop early: what they keep, and which steps are allowed. */
#include "study_helper.h"

#include "base/base.h"
#include "study/study.h"

static const char *const metrics[] = { "val_loss" };

static void report(vv_study *study, int id, int execution, int from, int to)
{
    for (int e = from; e < to; e++)
        must(vv_trial_epoch(study, id, execution, e, metrics, (double[]){ 10 * execution + e }, 1, NULL), NULL);
}

static vv_status pause_at(vv_study *study, int id, double score)
{
    return vv_trial_pause(study, id, &(vv_trial_result){ .scores = &score, .n_scores = 1, .seconds = 1.5 }, NULL);
}

static vv_trials read_all(vv_study *study)
{
    vv_error error = { 0 };
    vv_trials trials;
    must(vv_study_trials(study, &(vv_trials_args){ .curves = true }, &trials, &error), &error);
    return trials;
}

static void a_woken_trial_keeps_what_it_had_and_counts_on(void **state)
{
    const place *p = *state;
    vv_study *study = open_study(p->project, VV_STUDY_WRITE);
    const int id = begin_trial(study, 7);
    report(study, id, 0, 0, 4);
    must(vv_trial_execution(study, id, 0, 1, 1, 1, NULL), NULL);
    must(pause_at(study, id, 1), NULL);
    vv_trials trials = read_all(study);
    assert_int_equal(trials.list[0].status, VV_TRIAL_PAUSED);
    assert_int_equal(trials.list[0].epochs, 4);
    CHECK_EQUAL_EXACTLY(trials.list[0].score, 1);
    assert_int_equal(trials.list[0].n_scores, 1);
    vv_trials_free(&trials);

    must(vv_trial_wake(study, id, 12, NULL), NULL);
    must(vv_trial_wake(study, id, 12, NULL), NULL); /* once more is the same */
    claim_trial(study, id);
    report(study, id, 0, 4, 12);
    must(vv_trial_execution(study, id, 0, 9, 0.5, 1, NULL), NULL); /* the first part's is gone */
    must(end_trial(study, id, VV_TRIAL_COMPLETED, 0.5, NULL), NULL);
    trials = read_all(study);
    const vv_trial *trial = &trials.list[0];
    assert_int_equal(trials.n, 1);
    assert_int_equal(trial->status, VV_TRIAL_COMPLETED);
    assert_int_equal(trial->goal, 12);
    assert_int_equal(trial->epochs, 12);
    assert_int_equal(trial->epochs_total, 12);
    assert_int_equal(trial->values[0].value.i, 7);
    assert_int_equal(trial->curves[0].n, 12);
    for (int e = 0; e < 12; e++) CHECK_EQUAL_EXACTLY(trial->curves[0].values[e], e);
    CHECK_EQUAL_EXACTLY(trial->seconds, 1.5 + 3.5);
    vv_trials_free(&trials);
    vv_study_close(study);
}

static void epochs_are_counted_of_each_execution_and_of_all(void **state)
{
    const place *p = *state;
    vv_study *study = open_study(p->project, VV_STUDY_WRITE);
    const int id = begin_trial(study, 7);
    report(study, id, 0, 0, 3);
    report(study, id, 1, 0, 3);
    must(pause_at(study, id, 1), NULL);
    must(vv_trial_wake(study, id, 0, NULL), NULL);
    claim_trial(study, id);
    report(study, id, 0, 3, 5);
    vv_trials trials = read_all(study);
    assert_int_equal(trials.list[0].epochs, 5);
    assert_int_equal(trials.list[0].epochs_total, 8);
    vv_trials_free(&trials);
    vv_study_close(study);
}

/* The writer is gone after two more epochs of the second part, or was asked to stop. */
static void what_died_after_a_pause_goes_on_with_all_it_had(void **state)
{
    const place *p = *state;
    for (int stopped = 0; stopped < 2; stopped++) {
        vv_study *study = open_study(p->project, VV_STUDY_OVERWRITE);
        const int id = begin_trial(study, 7);
        report(study, id, 0, 0, 4);
        must(pause_at(study, id, 1), NULL);
        must(vv_trial_wake(study, id, 9, NULL), NULL);
        claim_trial(study, id);
        report(study, id, 0, 4, 6);
        if (stopped) must(end_trial(study, id, VV_TRIAL_INTERRUPTED, 1, "stopped"), NULL);
        vv_study_close(study);
        study = open_study(p->project, VV_STUDY_WRITE);
        vv_trials trials = read_all(study);
        assert_int_equal(trials.list[0].epochs, 6);
        assert_int_equal(trials.list[0].goal, 9);
        assert_int_equal(trials.list[0].n_scores, 0);
        assert_true(isnan(trials.list[0].score));
        vv_trials_free(&trials);
        claim_trial(study, id);
        trials = read_all(study);
        assert_int_equal(trials.list[0].epochs, 6);
        assert_int_equal(trials.list[0].epochs_total, 6);
        assert_int_equal(trials.list[0].curves[0].n, 6);
        assert_null(trials.list[0].reason);
        vv_trials_free(&trials);
        report(study, id, 0, 5, 9); /* the first of these is there */
        vv_study_close(study);
    }
}

static void only_what_is_paused_can_go_on(void **state)
{
    const place *p = *state;
    vv_error error = { 0 };
    vv_study *study = open_study(p->project, VV_STUDY_WRITE);
    const int fresh = begin_trial(study, 1), done = begin_trial(study, 1);
    assert_int_equal(pause_at(study, fresh, 1), VV_BAD_ARG); /* no epoch to go on from */
    assert_int_equal(vv_trial_wake(study, fresh, 3, &error), VV_TAKEN);
    CHECK_CONTAINS(error.text, "RUNNING");
    report(study, done, 0, 0, 2);
    must(pause_at(study, done, 1), NULL);
    assert_int_equal(vv_trial_epoch(study, done, 0, 2, metrics, (double[]){ 1 }, 1, NULL), VV_TAKEN);
    assert_int_equal(pause_at(study, done, 2), VV_TAKEN);
    must(pause_at(study, done, 1), NULL); /* as before: once more is the same */
    assert_int_equal(end_trial(study, done, VV_TRIAL_COMPLETED, 1, NULL), VV_TAKEN);
    assert_int_equal(vv_trial_wake(study, done, -1, NULL), VV_BAD_ARG);
    must(vv_trial_wake(study, done, 3, NULL), NULL);
    assert_int_equal(vv_trial_wake(study, done, 4, NULL), VV_TAKEN);
    claim_trial(study, done);
    must(end_trial(study, done, VV_TRIAL_COMPLETED, 1, NULL), NULL);
    assert_int_equal(vv_trial_wake(study, done, 3, NULL), VV_TAKEN);
    assert_int_equal(vv_trial_wake(study, 99, 3, NULL), VV_NOT_FOUND);
    vv_study_close(study);
}

static void pruned_trials_keep_curves_and_finite_scores(void **state)
{
    const place *p = *state;
    const double scores[] = { 0.25, (double)NAN };
    vv_study *study = open_study(p->project, VV_STUDY_WRITE);
    for (int i = 0; i < 2; i++) {
        const int id = begin_trial(study, i);
        report(study, id, 0, 0, 2);
        must(end_trial(study, id, VV_TRIAL_PRUNED, scores[i], "worse than the median"), NULL);
        assert_int_equal(vv_trial_wake(study, id, 0, NULL), VV_TAKEN);
    }
    must(end_trial(study, begin_trial(study, 3), VV_TRIAL_COMPLETED, 9, NULL), NULL);
    vv_trials trials = read_all(study);
    assert_int_equal(trials.list[0].status, VV_TRIAL_PRUNED);
    CHECK_EQUAL_EXACTLY(trials.list[0].score, 0.25);
    assert_string_equal(trials.list[0].reason, "worse than the median");
    assert_int_equal(trials.list[0].curves[0].n, 2);
    assert_int_equal(trials.list[1].status, VV_TRIAL_PRUNED);
    assert_int_equal(trials.list[1].n_scores, 0);
    vv_trials_free(&trials);
    must(vv_study_set(study, "objective", "val_loss:min", NULL), NULL);
    must(vv_study_trials(study, &(vv_trials_args){ .best_first = true }, &trials, NULL), NULL);
    assert_int_equal(trials.list[0].id, 2); /* only whole trials compete */
    assert_int_equal(trials.list[0].rank, 0);
    assert_int_equal(trials.list[1].rank, -1);
    vv_trials_free(&trials);
    vv_study_close(study);
}

static void a_paused_trial_is_eliminated_with_what_it_has(void **state)
{
    const place *p = *state;
    const double scores[] = { 0.5, 1000 };
    vv_study *study = open_study(p->project, VV_STUDY_WRITE);
    const int id = begin_trial(study, 1);
    report(study, id, 0, 0, 4);
    must(vv_trial_pause(study, id, &(vv_trial_result){ .scores = scores, .n_scores = 2, .violation = VV_SOME(0.5) },
                        NULL),
         NULL);
    must(vv_trial_end(study, id, &(vv_trial_result){ .status = VV_TRIAL_PRUNED, .reason = "4 of 36" }, NULL), NULL);
    vv_trials trials = read_all(study);
    assert_int_equal(trials.list[0].status, VV_TRIAL_PRUNED);
    assert_string_equal(trials.list[0].reason, "4 of 36");
    assert_int_equal(trials.list[0].n_scores, 2);
    CHECK_EQUAL_EXACTLY(trials.list[0].scores[1], 1000);
    CHECK_EQUAL_EXACTLY(trials.list[0].violation, 0.5);
    vv_trials_free(&trials);
    vv_study_close(study);
}

/* ---- several objectives, constraints ---------------------------------------------------------------------------- */

static void complete(vv_study *study, double a, double b, double violation)
{
    const double scores[] = { a, b };
    const vv_trial_result result = { .status = VV_TRIAL_COMPLETED,
                                     .scores = scores,
                                     .n_scores = 2,
                                     .violation = isnan(violation) ? (vv_maybe){ false, 0 } : VV_SOME(violation) };
    must(vv_trial_end(study, begin_trial(study, 1), &result, NULL), NULL);
}

static void the_front_comes_first_and_what_exceeds_constraints_last(void **state)
{
    const place *p = *state;
    const int order[] = { 2, 1, 0, 4, 3, 6 }, ranks[] = { 0, 0, 1, -1, -1, -1 };
    vv_study *study = open_study(p->project, VV_STUDY_WRITE);
    must(vv_study_set(study, "objective", "val_accuracy:max,params:min", NULL), NULL);
    complete(study, 0.5, 500, (double)NAN); /* beaten by 1 */
    complete(study, 0.6, 400, 0);
    complete(study, 0.9, 900, 0);
    complete(study, 1.0, 100, 2);
    complete(study, 0.1, 100, 0.5);
    must(end_trial(study, begin_trial(study, 1), VV_TRIAL_FAILED, 0, "why"), NULL); /* 5 */
    vv_trials trials;
    must(vv_study_trials(study, &(vv_trials_args){ .best_first = true }, &trials, NULL), NULL);
    assert_int_equal(trials.n, 6);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(trials.list[i].id, order[i]);
        assert_int_equal(trials.list[i].rank, ranks[i]);
        assert_int_equal(trials.list[i].n_scores, 2);
    }
    assert_int_equal(trials.list[5].id, 5);
    CHECK_EQUAL_EXACTLY(trials.list[0].scores[0], 0.9);
    CHECK_EQUAL_EXACTLY(trials.list[0].scores[1], 900);
    CHECK_EQUAL_EXACTLY(trials.list[3].violation, 0.5);
    assert_true(isnan(trials.list[2].violation));
    vv_trials_free(&trials);
    must(vv_study_trials(study, &(vv_trials_args){ .best_first = true, .limit = 2 }, &trials, NULL), NULL);
    assert_int_equal(trials.n, 2);
    assert_int_equal(trials.list[1].id, 1);
    vv_trials_free(&trials);
    vv_study_close(study);
}

static void results_that_cannot_be_are_refused(void **state)
{
    const place *p = *state;
    vv_error error = { 0 };
    const double nine[9] = { 0 }, infinite[] = { 1, (double)INFINITY };
    vv_study *study = open_study(p->project, VV_STUDY_WRITE);
    const int id = begin_trial(study, 1);
    vv_trial_result result = { .status = VV_TRIAL_COMPLETED };
    assert_int_equal(vv_trial_end(study, id, &result, &error), VV_BAD_ARG);
    CHECK_CONTAINS(error.text, "without a score");
    result = (vv_trial_result){ .status = VV_TRIAL_PRUNED, .scores = nine, .n_scores = 9 };
    assert_int_equal(vv_trial_end(study, id, &result, NULL), VV_BAD_ARG);
    result = (vv_trial_result){ .status = VV_TRIAL_PRUNED, .violation = VV_SOME(-1) };
    assert_int_equal(vv_trial_end(study, id, &result, NULL), VV_BAD_ARG);
    result.violation.value = (double)NAN;
    assert_int_equal(vv_trial_end(study, id, &result, NULL), VV_BAD_ARG);
    result = (vv_trial_result){ .status = VV_TRIAL_PAUSED };
    assert_int_equal(vv_trial_end(study, id, &result, NULL), VV_BAD_ARG);
    result = (vv_trial_result){ .status = VV_TRIAL_COMPLETED, .scores = infinite, .n_scores = 2 };
    must(vv_trial_end(study, id, &result, NULL), NULL);
    vv_trials trials = read_all(study);
    assert_int_equal(trials.list[0].status, VV_TRIAL_FAILED);
    assert_string_equal(trials.list[0].reason, "the score of objective 2 is inf");
    assert_int_equal(trials.list[0].n_scores, 0);
    vv_trials_free(&trials);
    vv_study_close(study);
}

/* ---- files ------------------------------------------------------------------------------------------------------ */

static void states_stay_while_a_trial_may_go_on(void **state)
{
    const place *p = *state;
    char path[256];
    vv_study *study = open_study(p->project, VV_STUDY_WRITE);
    must(vv_study_set(study, "objective", "val_loss:min", NULL), NULL);
    const int paused = begin_trial(study, 1), done = begin_trial(study, 2);
    report(study, paused, 0, 0, 1);
    must(pause_at(study, paused, 1), NULL);
    must(end_trial(study, done, VV_TRIAL_PRUNED, 2, NULL), NULL);
    assert_true(vv_study_state_path(study, paused, 0, path, sizeof path) > 0);
    CHECK_CONTAINS(path, "checkpoints/trial_0000_0.state");
    static const char *const files[] = { "checkpoints/trial_0000_0.state",      "checkpoints/trial_0000_1.state",
                                         "checkpoints/trial_0000.safetensors",  "checkpoints/trial_0001_0.state",
                                         "checkpoints/trial_0000_0.state.part", "checkpoints/trial_0007_0.state",
                                         "checkpoints/trial_0000_x.state" };
    const bool kept[] = { true, true, true, false, false, false, true };
    for (size_t i = 0; i < 7; i++) write_file(p->project, files[i], "text");
    must(vv_study_prune_checkpoints(study, 1, NULL), NULL);
    for (size_t i = 0; i < 7; i++)
        if (file_exists(p->project, files[i]) != kept[i]) fail_msg("%s: %s", files[i], kept[i] ? "gone" : "kept");
    must(vv_trial_wake(study, paused, 0, NULL), NULL);
    claim_trial(study, paused);
    must(vv_study_prune_checkpoints(study, 1, NULL), NULL);
    assert_true(file_exists(p->project, files[0]));
    must(end_trial(study, paused, VV_TRIAL_FAILED, 2, "why"), NULL);
    must(vv_study_prune_checkpoints(study, 1, NULL), NULL);
    for (size_t i = 0; i < 3; i++) assert_false(file_exists(p->project, files[i]));
    vv_study_close(study);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PLACE(a_woken_trial_keeps_what_it_had_and_counts_on),
        WITH_PLACE(epochs_are_counted_of_each_execution_and_of_all),
        WITH_PLACE(what_died_after_a_pause_goes_on_with_all_it_had),
        WITH_PLACE(only_what_is_paused_can_go_on),
        WITH_PLACE(pruned_trials_keep_curves_and_finite_scores),
        WITH_PLACE(a_paused_trial_is_eliminated_with_what_it_has),
        WITH_PLACE(the_front_comes_first_and_what_exceeds_constraints_last),
        WITH_PLACE(results_that_cannot_be_are_refused),
        WITH_PLACE(states_stay_while_a_trial_may_go_on),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
