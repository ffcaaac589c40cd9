/* exchange.c - copies of studies: everything is in them, and they are there whole or not at all. */
#include "study_helper.h"

#include "base/base.h"
#include "exchange_helper.h"

/* ---- tests ----------------------------------------------------------------------------------------------------------- */

static void a_copy_has_everything(void **state)
{
    const place *p = *state;
    char to[128];
    snprintf(to, sizeof to, "%s/deep/copy", p->root);
    vv_study_close(make_study(p->project));
    const vvi_exchanged exchanged = copy(p->project, to, false);
    assert_int_equal(exchanged.trials, 9);
    assert_int_equal(exchanged.files, 3);
    check_same_studies(p->project, to);
    assert_true(file_exists(to, "checkpoints/trial_0000.safetensors"));
    assert_true(file_exists(to, "checkpoints/trial_0003_0.state"));
    assert_true(file_exists(to, "checkpoints/trial_0008_1.state"));
    assert_false(file_exists(to, "lock"));
}

static void what_runs_is_interrupted_in_a_copy(void **state)
{
    const place *p = *state;
    char to[128];
    vv_error error = { 0 };
    snprintf(to, sizeof to, "%s/copy", p->root);
    vv_study *study = make_study(p->project);
    copy(p->project, to, false);
    vv_study_close(study);
    study = open_study(to, VV_STUDY_WRITE);
    vv_trials trials;
    must(vv_study_trials(study, NULL, &trials, &error), &error);
    assert_int_equal(trials.list[8].status, VV_TRIAL_INTERRUPTED);
    assert_int_equal(trials.list[8].epochs, 2);
    assert_int_equal(trials.list[5].status, VV_TRIAL_RUNNING); /* by hand */
    assert_null(trials.list[5].worker);
    vv_trials_free(&trials);
    must(vvi_trial_take_in_hand(study, 5, &error), &error);
    vv_study_close(study);
}

static void a_copy_goes_on(void **state)
{
    const place *p = *state;
    char to[128];
    vv_error error = { 0 };
    snprintf(to, sizeof to, "%s/copy", p->root);
    vv_study_close(make_study(p->project));
    copy(p->project, to, false);
    vv_study *study = open_study(to, VV_STUDY_WRITE);
    claim_trial(study, 4);
    claim_trial(study, 6);
    assert_int_equal(begin_trial(study, 9), 9);
    must(vv_trial_wake(study, 3, 0, &error), &error);
    assert_int_equal(vv_trial_epoch(study, 0, 0, 9, (const char *const[]){ "loss" }, (double[]){ 1 }, 1, NULL),
                     VV_TAKEN);
    vv_study_close(study);
}

static void there_must_be_none_yet(void **state)
{
    const place *p = *state;
    char to[128];
    vv_error error = { 0 };
    vvi_exchanged exchanged;
    snprintf(to, sizeof to, "%s/copy", p->root);
    vv_study_close(make_study(p->project));
    vv_study_close(open_study(to, VV_STUDY_WRITE));
    const vvi_exchange_args args = { .from = p->project, .to = to };
    assert_int_equal(vvi_study_copy(&args, &exchanged, &error), VV_BAD_ARG);
    CHECK_CONTAINS(error.text, "there is a study already");
    copy(p->project, to, true);
    check_same_studies(p->project, to);
}

static void a_failure_leaves_nothing(void **state)
{
    const place *p = *state;
    char to[128];
    vv_error error = { 0 };
    snprintf(to, sizeof to, "%s/deep/copy", p->root);
    const vvi_newborn newborn = { .where = to, .fill = fail_after_a_trial };
    assert_int_equal(vvi_study_make(&newborn, &error), VV_IO);
    CHECK_CONTAINS(error.text, "the disk is full");
    assert_int_equal(count_entries(p->root), 0);
}

static void a_failure_keeps_what_was_to_be_overwritten(void **state)
{
    const place *p = *state;
    char to[128], kept[128];
    snprintf(to, sizeof to, "%s/to", p->root);
    snprintf(kept, sizeof kept, "%s/kept", p->root);
    vv_study_close(make_study(p->project));
    copy(p->project, to, false);
    copy(p->project, kept, false);
    const vvi_newborn newborn = { .where = to, .overwrite = true, .fill = fail_after_a_trial };
    assert_int_equal(vvi_study_make(&newborn, NULL), VV_IO);
    check_same_studies(to, kept);
    assert_int_equal(count_entries(p->root), 3);
}

static void a_study_that_is_written_is_not_overwritten(void **state)
{
    const place *p = *state;
    char to[128];
    vv_error error = { 0 };
    vvi_exchanged exchanged;
    snprintf(to, sizeof to, "%s/to", p->root);
    vv_study_close(make_study(p->project));
    vv_study *held = open_study(to, VV_STUDY_WRITE);
    begin_trial(held, 1);
    const vvi_exchange_args args = { .from = p->project, .to = to, .overwrite = true };
    assert_int_equal(vvi_study_copy(&args, &exchanged, &error), VV_LOCKED);
    assert_int_equal(count_entries(p->root), 2);
    assert_int_equal(begin_trial(held, 2), 1);
    vv_study_close(held);
}

/* Several pages of them. */
static void a_long_copy_has_all_trials(void **state)
{
    enum { N = 333 };
    const place *p = *state;
    char to[128];
    vv_error error = { 0 };
    snprintf(to, sizeof to, "%s/to", p->root);
    vv_study *study = open_study(p->project, VV_STUDY_WRITE);
    must(vvi_study_batch_begin(study, &error), &error);
    for (int i = 0; i < N; i++) end_trial(study, begin_trial(study, i), VV_TRIAL_COMPLETED, i, NULL);
    must(vvi_study_batch_end(study, VV_OK, &error), &error);
    vv_study_close(study);
    assert_int_equal(copy(p->project, to, false).trials, N);
    check_same_studies(p->project, to);
}

/* Whatever allocation fails, there is no copy, and the next one is whole. */
static void no_memory_is_clean(void **state)
{
    const place *p = *state;
    char to[128];
    vvi_exchanged exchanged;
    snprintf(to, sizeof to, "%s/to", p->root);
    vv_study_close(make_study(p->project));
    const vvi_exchange_args args = { .from = p->project, .to = to };
    vvi_fail_allocation(0);
    vv_error error = { 0 };
    must(vvi_study_copy(&args, &exchanged, &error), &error);
    const long n = vvi_fail_allocation(0);
    for (long i = 1; i <= n; i += i < 60 ? 1 : 7) {
        char command[256];
        snprintf(command, sizeof command, "rm -rf '%s'", to);
        assert_int_equal(system(command), 0);
        vvi_fail_allocation(i);
        const vv_status status = vvi_study_copy(&args, &exchanged, NULL);
        vvi_fail_allocation(0);
        if (status == VV_OK) continue; /* it was for a text that nobody needed */
        assert_int_equal(status, VV_NO_MEMORY);
        assert_int_equal(count_entries(p->root), 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PLACE(a_copy_has_everything),
        WITH_PLACE(what_runs_is_interrupted_in_a_copy),
        WITH_PLACE(a_copy_goes_on),
        WITH_PLACE(there_must_be_none_yet),
        WITH_PLACE(a_failure_leaves_nothing),
        WITH_PLACE(a_failure_keeps_what_was_to_be_overwritten),
        WITH_PLACE(a_study_that_is_written_is_not_overwritten),
        WITH_PLACE(a_long_copy_has_all_trials),
        WITH_PLACE(no_memory_is_clean),
    };
    return cmocka_run_group_tests_name("study/exchange", tests, NULL, NULL);
}
