/* worker.c - who works at a study in a folder, and where studies are: what SQLite and folders have of their own. What
 * every store must do is in tests/conformance/stores.c. */
#include "study_helper.h"

#include "base/base.h"
#include "study/study.h"

#include <sqlite3.h>

static const char *const metrics[] = { "loss", "accuracy", "val_loss" };

static void run_sql(const char *project, const char *sql)
{
    char path[128];
    sqlite3 *db = NULL;
    snprintf(path, sizeof path, "%s/study.db", project);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    sqlite3_close(db);
}

/* ---- claims -------------------------------------------------------------------------------------------------------- */

static void a_claim_keeps_all_that_was_reported(void **state)
{
    const place *p = *state;
    vv_study *study = open_study(p->project, VV_STUDY_WRITE);
    must(end_trial(study, begin_trial(study, 5), VV_TRIAL_FAILED, 0, "why"), NULL);
    const int id = begin_trial(study, 7);
    must(vv_trial_epoch(study, id, 0, 0, metrics, (double[]){ 1, 2, 3 }, 3, NULL), NULL);
    must(vv_trial_execution(study, id, 0, 0, 1, 1, NULL), NULL);
    must(end_trial(study, id, VV_TRIAL_INTERRUPTED, 0, "stopped"), NULL);
    claim_trial(study, id);
    claim_trial(study, -1); /* nothing is left */
    vv_trials trials;
    must(vv_study_trials(study, &(vv_trials_args){ .curves = true }, &trials, NULL), NULL);
    assert_int_equal(trials.n, 2);
    const vv_trial *trial = &trials.list[1];
    assert_int_equal(trial->status, VV_TRIAL_RUNNING);
    assert_int_equal(trial->values[0].value.i, 7);
    assert_null(trial->reason);
    assert_int_equal(trial->n_curves, 3);
    assert_int_equal(trial->n_executions, 1);
    assert_int_equal(trial->epochs, 1);
    CHECK_EQUAL_EXACTLY(trial->seconds, 3.5);
    assert_non_null(trial->worker);
    assert_false(trial->lapsed);
    assert_true(trial->began > 1e9);
    CHECK_EQUAL_EXACTLY(trial->ended, 0);
    assert_true(trials.list[0].ended >= trials.list[0].began);
    vv_trials_free(&trials);
    must(vv_trial_epoch(study, id, 0, 1, metrics, (double[]){ 4, 5, 6 }, 3, NULL), NULL);
    vv_study_close(study);
}

static void a_retry_begins_anew_and_keeps_the_attempt(void **state)
{
    const place *p = *state;
    vv_study *study = open_study(p->project, VV_STUDY_WRITE);
    const int id = begin_trial(study, 7);
    must(vv_trial_epoch(study, id, 0, 0, metrics, (double[]){ 1, 2, 3 }, 3, NULL), NULL);
    must(vv_trial_execution(study, id, 0, 0, 1, 1, NULL), NULL);
    must(vv_trial_retry(study, id, "crashed", 2.5, NULL), NULL);
    must(vv_trial_retry(study, id, "crashed", 2.5, NULL), NULL); /* once more is the same */
    claim_trial(study, id);
    must(vv_trial_retry(study, id, NULL, 1, NULL), NULL);
    claim_trial(study, id);
    vv_trials trials;
    must(vv_study_trials(study, &(vv_trials_args){ .curves = true }, &trials, NULL), NULL);
    const vv_trial *trial = &trials.list[0];
    assert_int_equal(trial->n_attempts, 2);
    assert_string_equal(trial->attempts[0].reason, "crashed");
    CHECK_EQUAL_EXACTLY(trial->attempts[0].seconds, 2.5);
    assert_null(trial->attempts[1].reason);
    CHECK_EQUAL_EXACTLY(trial->seconds, 3.5);
    assert_int_equal(trial->n_curves + trial->n_executions, 0);
    assert_int_equal(trial->epochs + trial->epochs_total, 0);
    vv_trials_free(&trials);
    vv_study_close(study);
}

/* A clock that ran ahead, and was set right: there is one writer, which asks no clock. */
static void a_lease_that_ends_in_a_thousand_years_holds_nobody_up(void **state)
{
    const place *p = *state;
    vv_study *study = open_study(p->project, VV_STUDY_WRITE);
    begin_trial(study, 5);
    vv_study_close(study);
    run_sql(p->project, "UPDATE trials SET status = 'RUNNING', worker = 'somebody', lease = 1e12");
    study = open_study(p->project, VV_STUDY_WRITE);
    vv_trials trials;
    must(vv_study_trials(study, NULL, &trials, NULL), NULL);
    assert_int_equal(trials.list[0].status, VV_TRIAL_INTERRUPTED);
    assert_string_equal(trials.list[0].reason, "its worker died");
    vv_trials_free(&trials);
    claim_trial(study, 0);
    vv_study_close(study);
}

/* Nor does one that jumps ahead: a worker's own trial is not claimed by it a second time. */
static void a_lapsed_lease_of_ones_own_is_no_trial_to_claim(void **state)
{
    const place *p = *state;
    vv_study *study = open_study(p->project, VV_STUDY_WRITE);
    const int id = begin_trial(study, 5);
    run_sql(p->project, "UPDATE trials SET lease = 1.0");
    claim_trial(study, -1);
    must(end_trial(study, id, VV_TRIAL_COMPLETED, 1, NULL), NULL);
    vv_study_close(study);
}

static void who_lost_the_lock_leaves_it_to_its_new_holder(void **state)
{
    const place *p = *state;
    char lock[128];
    vv_error error = { 0 };
    vv_study *third = NULL;
    snprintf(lock, sizeof lock, "%s/lock", p->project);
    vv_study *first = open_study(p->project, VV_STUDY_WRITE);
    assert_int_equal(unlink(lock), 0); /* by somebody who knows better */
    vv_study *second = open_study(p->project, VV_STUDY_WRITE);
    vv_study_close(first);
    assert_true(file_exists(p->project, "lock"));
    assert_int_equal(vv_study_open(p->project, VV_STUDY_WRITE, &third, &error), VV_LOCKED);
    vv_study_close(second);
    assert_false(file_exists(p->project, "lock"));
}

/* ---- places -------------------------------------------------------------------------------------------------------- */

static void studies_in_a_folder_are_listed_by_name(void **state)
{
    const place *p = *state;
    char path[160];
    static const char *const made[] = { "b", "a 2", "\xc3\xa4" };
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/%s", p->root, made[i]);
        vv_study_close(open_study(path, VV_STUDY_WRITE));
    }
    snprintf(path, sizeof path, "%s/other", p->root);
    assert_int_equal(mkdir(path, 0777), 0);
    write_file(path, "study.db", "my notes on studies, long enough to be more than the header of a database file");
    vv_names names;
    must(vv_studies(p->root, &names, NULL), NULL);
    assert_int_equal(names.n, 3);
    assert_string_equal(names.list[0], "a 2");
    assert_string_equal(names.list[1], "b");
    assert_string_equal(names.list[2], "\xc3\xa4");
    vv_names_free(&names);
    snprintf(path, sizeof path, "%s/none", p->root);
    assert_int_equal(vv_studies(path, &names, NULL), VV_NOT_FOUND);
    vv_names_free(&names);
}

/* ---- failing allocations ------------------------------------------------------------------------------------------- */

static vv_status read_all_that_there_is(vv_study *study, const char *root)
{
    vv_trials trials = { .n = 0 };
    vv_workers workers = { .n = 0 };
    vv_names names = { .n = 0 };
    const vv_trials_args news = { .from = 1, .also = (const int[]){ 0, 0 }, .n_also = 2, .curves = true };
    vv_status status = vv_study_trials(study, &news, &trials, NULL);
    vv_trials_free(&trials);
    if (status == VV_OK) status = vv_study_trials(study, &(vv_trials_args){ .best_first = true }, &trials, NULL);
    vv_trials_free(&trials);
    if (status == VV_OK) status = vv_study_workers(study, &workers, NULL);
    vv_workers_free(&workers);
    if (status == VV_OK) status = vv_studies(root, &names, NULL);
    vv_names_free(&names);
    return status;
}

static void every_failing_allocation_of_a_reader_is_a_clean_status(void **state)
{
    const place *p = *state;
    vv_study *study = open_study(p->project, VV_STUDY_WRITE);
    must(vv_study_set(study, "objective", "val_loss:min", NULL), NULL);
    must(vvi_study_beat(study, &(vvi_beat){ .slots = 1 }, NULL), NULL);
    for (int i = 0; i < 2; i++) {
        const int id = begin_trial(study, 5);
        must(vv_trial_retry(study, id, "crashed", 1, NULL), NULL);
        claim_trial(study, id);
        must(vv_trial_epoch(study, id, 0, 0, metrics, (double[]){ 1, 2, 3 }, 3, NULL), NULL);
    }
    vv_status status = VV_NO_MEMORY;
    for (long n = 1; status != VV_OK; n++) {
        assert_true(n < 1000);
        vvi_fail_allocation(n);
        status = read_all_that_there_is(study, p->root);
        vvi_fail_allocation(0);
        assert_true(status == VV_OK || status == VV_NO_MEMORY);
    }
    vvi_fail_allocation(-1);
    vv_study_close(study);
}

/* ---- files --------------------------------------------------------------------------------------------------------- */

static void what_a_killed_writer_left_is_removed_when_nobody_writes_it(void **state)
{
    const place *p = *state;
    static const char *const files[] = { "checkpoints/trial_0000_0.state.part", "checkpoints/trial_0001_0.state.part",
                                         "checkpoints/trial_0001_0.state" };
    vv_study *study = open_study(p->project, VV_STUDY_WRITE);
    const int runs = begin_trial(study, 1), stopped = begin_trial(study, 1);
    must(end_trial(study, stopped, VV_TRIAL_INTERRUPTED, 0, "stopped"), NULL);
    for (size_t i = 0; i < 3; i++) write_file(p->project, files[i], "text");
    must(vv_study_prune_checkpoints(study, 0, NULL), NULL);
    assert_true(file_exists(p->project, files[0])); /* is being written */
    assert_false(file_exists(p->project, files[1]));
    assert_true(file_exists(p->project, files[2])); /* to go on from */
    must(end_trial(study, runs, VV_TRIAL_FAILED, 0, "why"), NULL);
    must(vv_study_prune_checkpoints(study, 0, NULL), NULL);
    assert_false(file_exists(p->project, files[0]));
    vv_study_close(study);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PLACE(a_claim_keeps_all_that_was_reported),
        WITH_PLACE(a_retry_begins_anew_and_keeps_the_attempt),
        WITH_PLACE(a_lease_that_ends_in_a_thousand_years_holds_nobody_up),
        WITH_PLACE(a_lapsed_lease_of_ones_own_is_no_trial_to_claim),
        WITH_PLACE(who_lost_the_lock_leaves_it_to_its_new_holder),
        WITH_PLACE(studies_in_a_folder_are_listed_by_name),
        WITH_PLACE(every_failing_allocation_of_a_reader_is_a_clean_status),
        WITH_PLACE(what_a_killed_writer_left_is_removed_when_nobody_writes_it),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
