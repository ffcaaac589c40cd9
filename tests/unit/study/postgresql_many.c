/* postgresql_many.c - many workers at one study: every trial once, and whoever lost his lease writes nothing. */
#include "postgresql_helper.h"

static const char *const metric[] = { "loss" };

static vv_study *open_worker(const char *name, double lease_s)
{
    vv_error error = { 0 };
    vv_study *study = NULL;
    const vv_study_args args = { .where = url_of(name), .mode = VV_STUDY_WRITE, .lease_s = lease_s };
    must(vv_study_open_with(&args, &study, &error), &error);
    return study;
}

static int for_each_child(int n, int (*work)(int index))
{
    int failed = 0;
    for (int i = 0; i < n; i++)
        if (fork() == 0) _exit(work(i));
    for (int i = 0; i < n; i++) {
        int status = 0;
        wait(&status);
        failed += status != 0;
    }
    return failed;
}

/* ---- each once --------------------------------------------------------------------------------------------------- */

enum { TRIALS = 400, WORKERS = 8 };
static int *claims; /* by trial; shared */

static int claim_all(int index)
{
    (void)index;
    vv_study *study = open_worker("claims", 60);
    for (int id; (id = claim(study)) >= 0;) {
        __atomic_fetch_add(&claims[id], 1, __ATOMIC_SEQ_CST);
        if (end_trial(study, id, VV_TRIAL_COMPLETED, id, NULL) != VV_OK) return 1;
    }
    vv_study_close(study);
    return 0;
}

static void eight_workers_claim_every_trial_exactly_once(void **state)
{
    (void)state;
    claims = mmap(NULL, TRIALS * sizeof *claims, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    vv_error error = { 0 };
    vv_study *study = open_worker("claims", 60);
    must(vvi_study_batch_begin(study, &error), &error);
    for (int i = 0; i < TRIALS; i++) assert_int_equal(enqueue(study), i);
    must(vvi_study_batch_end(study, VV_OK, &error), &error);
    assert_int_equal(for_each_child(WORKERS, claim_all), 0);
    for (int i = 0; i < TRIALS; i++) assert_int_equal(claims[i], 1);
    vv_counts counts;
    must(vv_study_counts(study, &counts, &error), &error);
    assert_int_equal(counts.by_status[VV_TRIAL_COMPLETED], TRIALS);
    vv_study_close(study);
}

static int begin_fifty(int index)
{
    vv_study *study = open_worker("numbers", 60);
    for (int i = 0; i < 50; i++) {
        const int id = begin_trial(study, index % 3);
        if (end_trial(study, id, VV_TRIAL_COMPLETED, 1, NULL) != VV_OK) return 1;
    }
    vv_study_close(study);
    return 0;
}

static void numbers_are_given_once_and_without_gaps(void **state)
{
    (void)state;
    vv_error error = { 0 };
    vv_trials trials;
    assert_int_equal(for_each_child(WORKERS, begin_fifty), 0);
    vv_study *study = open_study(url_of("numbers"), VV_STUDY_READ);
    must(vv_study_trials(study, NULL, &trials, &error), &error);
    assert_int_equal(trials.n, WORKERS * 50);
    for (size_t i = 0; i < trials.n; i++) assert_int_equal(trials.list[i].id, i);
    vv_trials_free(&trials);
    vv_study_close(study);
    /* A domain is kept once for all of them. */
    assert_int_equal(sql("SELECT count(*) FROM varve.hyperparameters h JOIN varve.studies s ON s.id = h.study"
                         " WHERE s.name = 'numbers'"),
                     3);
}

/* ---- leases ------------------------------------------------------------------------------------------------------ */

/* The database's clock goes on by a minute, as far as this worker's leases are concerned. */
static void let_lapse(const vv_study *study)
{
    sql("UPDATE varve.trials SET lease = lease - interval '61 seconds' WHERE worker = '%s' AND lease IS NOT NULL",
        study->worker);
}

static void a_lapsed_trial_is_taken_over_and_its_old_worker_writes_nothing(void **state)
{
    (void)state;
    vv_error error = { 0 };
    const double loss = 0.5, other = 0.25;
    vv_study *a = open_worker("lapsed", 60), *b = open_worker("lapsed", 60);
    const int id = begin_trial(a, 1);
    must(vv_trial_epoch(a, id, 0, 0, metric, &loss, 1, &error), &error);
    assert_int_equal(claim(b), -1);
    let_lapse(a);
    must(vv_trial_epoch(a, id, 0, 1, metric, &loss, 1, &error), &error); /* nobody has taken it yet */
    assert_int_equal(claim(b), id);
    assert_int_equal(vv_trial_epoch(a, id, 0, 2, metric, &loss, 1, &error), VV_TAKEN);
    CHECK_CONTAINS(error.text, b->worker);
    assert_int_equal(vv_trial_execution(a, id, 0, 0, 1, 1, NULL), VV_TAKEN);
    assert_int_equal(end_trial(a, id, VV_TRIAL_COMPLETED, 1, NULL), VV_TAKEN);
    assert_int_equal(end_trial(a, id, VV_TRIAL_INTERRUPTED, 1, NULL), VV_TAKEN);
    assert_int_equal(vv_trial_retry(a, id, "x", 1, NULL), VV_TAKEN);
    assert_int_equal(vvi_study_file_put(a, id, 0, NULL), VV_TAKEN);
    must(vv_trial_epoch(b, id, 0, 2, metric, &other, 1, NULL), NULL);
    vv_study_close(a); /* gives back nothing that is b's */
    assert_int_equal(status_of(b, id), VV_TRIAL_RUNNING);
    must(end_trial(b, id, VV_TRIAL_COMPLETED, 0.25, NULL), NULL);
    vv_trials trials;
    must(vv_study_trials(b, &(vv_trials_args){ .curves = true }, &trials, NULL), NULL);
    assert_int_equal(trials.list[0].epochs_total, 3);
    CHECK_NEAR(trials.list[0].curves[0].values[1], 0.5, 0);
    CHECK_NEAR(trials.list[0].curves[0].values[2], 0.25, 0);
    CHECK_NEAR(trials.list[0].score, 0.25, 0);
    vv_trials_free(&trials);
    vv_study_close(b);
}

static bool beat(vv_study *study, int id)
{
    vv_error error = { 0 };
    bool lost = false;
    inside(study)->beaten_s = 0; /* as if a third of the lease were over */
    must(vvi_study_beat(study, &(vvi_beat){ .slots = 1, .ids = &id, .lost = &lost, .n = 1 }, &error), &error);
    return !lost;
}

static void heartbeats_keep_a_trial_and_tell_of_its_loss(void **state)
{
    (void)state;
    vv_study *a = open_worker("beats", 60), *b = open_worker("beats", 60);
    const int id = begin_trial(a, 1);
    let_lapse(a);
    assert_true(beat(a, id));
    assert_int_equal(claim(b), -1);
    let_lapse(a);
    assert_int_equal(claim(b), id);
    assert_false(beat(a, id));
    assert_true(beat(b, id));
    vv_study_close(a);
    vv_study_close(b);
}

static void who_closes_gives_back_what_it_holds(void **state)
{
    (void)state;
    vv_study *a = open_worker("given", 60), *b = open_worker("given", 60);
    const int id = begin_trial(a, 1);
    vv_study_close(a);
    assert_int_equal(status_of(b, id), VV_TRIAL_INTERRUPTED);
    assert_int_equal(claim(b), id);
    /* What is detached goes on: it holds its trial. */
    vvi_study_detach(b);
    vv_study *c = open_worker("given", 60);
    assert_int_equal(claim(c), -1);
    must(vvi_study_attach(b, NULL), NULL);
    must(end_trial(b, id, VV_TRIAL_COMPLETED, 1, NULL), NULL);
    vv_study_close(b);
    vv_study_close(c);
}

static void workers_are_seen_with_their_heartbeats(void **state)
{
    (void)state;
    vv_error error = { 0 };
    vv_workers workers;
    vv_study *a = open_worker("seen", 60), *b = open_worker("seen", 60);
    beat(a, 0);
    vvi_pg *store = inside(b);
    store->beaten_s = 0;
    must(vvi_study_beat(b, &(vvi_beat){ .slots = 7 }, &error), &error);
    must(vv_study_workers(a, &workers, &error), &error);
    assert_int_equal(workers.n, 2);
    assert_string_equal(workers.list[0].name, b->worker);
    assert_string_equal(workers.list[0].version, vv_version());
    assert_int_equal(workers.list[0].slots, 7);
    assert_int_equal(workers.list[0].pid, getpid());
    assert_true(workers.list[0].live && workers.list[1].live);
    assert_true(workers.list[1].beat_s >= workers.list[0].beat_s && workers.list[0].beat_s >= 0);
    vv_workers_free(&workers);
    vv_study_close(b);
    must(vv_study_workers(a, &workers, &error), &error);
    assert_int_equal(workers.n, 2);
    assert_false(workers.list[0].live); /* it said goodbye last */
    vv_workers_free(&workers);
    vv_study_close(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(eight_workers_claim_every_trial_exactly_once),
        cmocka_unit_test(numbers_are_given_once_and_without_gaps),
        cmocka_unit_test(a_lapsed_trial_is_taken_over_and_its_old_worker_writes_nothing),
        cmocka_unit_test(heartbeats_keep_a_trial_and_tell_of_its_loss),
        cmocka_unit_test(who_closes_gives_back_what_it_holds),
        cmocka_unit_test(workers_are_seen_with_their_heartbeats),
    };
    return cmocka_run_group_tests(tests, begin_server, end_server);
}
