/* exchange_postgresql.c - copies to, from and within a database: everything is in them, and they are there whole or not at
 * all. */
#include "exchange_helper.h"
#include "postgresql_helper.h"

static void a_copy_there_and_back_has_everything(void **state)
{
    const place *p = *state;
    char back[128];
    snprintf(back, sizeof back, "%s/back", p->root);
    vv_study_close(make_study(p->project));
    const vvi_exchanged there = copy(p->project, url_of("there"), false);
    assert_int_equal(there.trials, 9);
    assert_int_equal(there.files, 3);
    check_same_studies(p->project, url_of("there"));
    assert_int_equal(copy(url_of("there"), url_of("again"), false).files, 3);
    check_same_studies(url_of("there"), url_of("again"));
    assert_int_equal(copy(url_of("again"), back, false).files, 3);
    check_same_studies(url_of("again"), back);
    assert_true(file_exists(back, "checkpoints/trial_0000.safetensors"));
    assert_true(file_exists(back, "checkpoints/trial_0003_0.state"));
    assert_int_equal(sql("SELECT count(*) FROM varve.workers w JOIN varve.studies s ON s.id = w.study"
                         " WHERE s.name IN ('there', 'again')"),
                     0);
}

static void a_copy_goes_on(void **state)
{
    const place *p = *state;
    vv_error error = { 0 };
    vv_study_close(make_study(p->project));
    copy(p->project, url_of("goes on"), false);
    vv_study *study = open_study(url_of("goes on"), VV_STUDY_WRITE);
    claim_trial(study, 4);
    claim_trial(study, 6);
    assert_int_equal(begin_trial(study, 9), 9);
    must(vv_trial_wake(study, 3, 0, &error), &error);
    must(vvi_trial_take_in_hand(study, 5, &error), &error);
    must(vvi_study_file_get(study, 3, 0, &error), &error);
    char path[512];
    vv_study_state_path(study, 3, 0, path, sizeof path);
    assert_int_equal(access(path, F_OK), 0);
    vv_study_close(study);
}

static void a_trial_of_a_thousand_epochs_is_whole(void **state)
{
    enum { N = 1000 };
    const place *p = *state;
    vv_error error = { 0 };
    vv_study *study = open_study(p->project, VV_STUDY_WRITE);
    const int id = begin_trial(study, 0);
    must(vvi_study_batch_begin(study, &error), &error);
    for (int i = 0; i < N; i++) {
        static const char *const metrics[] = { "loss", "late" };
        must(vv_trial_epoch(study, id, i % 2, i / 2, metrics, (double[]){ sqrt(i), i }, i < N / 2 ? 1 : 2, &error),
             &error);
    }
    must(vvi_study_batch_end(study, VV_OK, &error), &error);
    vv_study_close(study);
    copy(p->project, url_of("thousand"), false);
    copy(p->project, url_of("thousand"), true);
    check_same_studies(p->project, url_of("thousand"));
}

static void there_must_be_none_yet(void **state)
{
    const place *p = *state;
    vv_error error = { 0 };
    vvi_exchanged exchanged;
    vv_study_close(make_study(p->project));
    vv_study_close(open_study(url_of("taken"), VV_STUDY_WRITE));
    const vvi_exchange_args args = { .from = p->project, .to = url_of("taken") };
    assert_int_equal(vvi_study_copy(&args, &exchanged, &error), VV_BAD_ARG);
    CHECK_CONTAINS(error.text, "there is a study already");
    copy(p->project, url_of("taken"), true);
    check_same_studies(p->project, url_of("taken"));
    assert_int_equal(sql("SELECT count(*) FROM varve.studies WHERE name LIKE 'taken%%'"), 1);
}

static void a_failure_leaves_nothing(void **state)
{
    (void)state;
    vv_error error = { 0 };
    const vvi_newborn newborn = { .where = url_of("failed"), .fill = fail_after_a_trial };
    assert_int_equal(vvi_study_make(&newborn, &error), VV_IO);
    CHECK_CONTAINS(error.text, "the disk is full");
    assert_int_equal(sql("SELECT count(*) FROM varve.studies WHERE name LIKE 'failed%%'"), 0);
}

static void a_failure_keeps_what_was_to_be_overwritten(void **state)
{
    const place *p = *state;
    vv_study_close(make_study(p->project));
    copy(p->project, url_of("kept"), false);
    const vvi_newborn newborn = { .where = url_of("kept"), .overwrite = true, .fill = fail_after_a_trial };
    assert_int_equal(vvi_study_make(&newborn, NULL), VV_IO);
    check_same_studies(p->project, url_of("kept"));
    assert_int_equal(sql("SELECT count(*) FROM varve.studies WHERE name LIKE 'kept%%'"), 1);
}

static void a_study_that_is_worked_at_is_not_overwritten(void **state)
{
    const place *p = *state;
    vv_error error = { 0 };
    vvi_exchanged exchanged;
    vv_study_close(make_study(p->project));
    vv_study *held = open_study(url_of("held"), VV_STUDY_WRITE);
    begin_trial(held, 1);
    const vvi_exchange_args args = { .from = p->project, .to = url_of("held"), .overwrite = true };
    assert_int_equal(vvi_study_copy(&args, &exchanged, &error), VV_LOCKED);
    assert_int_equal(sql("SELECT count(*) FROM varve.studies WHERE name LIKE 'held%%'"), 1);
    assert_int_equal(begin_trial(held, 2), 1);
    vv_study_close(held);
}

/* The connection dies on the way: nothing of the copy is there, and the next one is whole. */
static vv_status cut_after_a_trial(void *context, vv_study *study, vv_error *error)
{
    (void)context;
    begin_trial(study, 0);
    cut();
    return vv_study_set(study, "objective", "loss:min", error);
}

static void a_lost_connection_leaves_nothing(void **state)
{
    const place *p = *state;
    const vvi_newborn newborn = { .where = url_of("lost"), .fill = cut_after_a_trial };
    assert_int_not_equal(vvi_study_make(&newborn, NULL), VV_OK);
    assert_int_equal(sql("SELECT count(*) FROM varve.studies WHERE name LIKE 'lost%%'"), 0);
    vv_study_close(make_study(p->project));
    copy(p->project, url_of("lost"), false);
    check_same_studies(p->project, url_of("lost"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PLACE(a_copy_there_and_back_has_everything),
        WITH_PLACE(a_copy_goes_on),
        WITH_PLACE(a_trial_of_a_thousand_epochs_is_whole),
        WITH_PLACE(there_must_be_none_yet),
        WITH_PLACE(a_failure_leaves_nothing),
        WITH_PLACE(a_failure_keeps_what_was_to_be_overwritten),
        WITH_PLACE(a_study_that_is_worked_at_is_not_overwritten),
        WITH_PLACE(a_lost_connection_leaves_nothing),
    };
    return cmocka_run_group_tests_name("study/exchange_postgresql", tests, begin_server, end_server);
}
