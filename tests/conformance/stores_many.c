/* stores_many.c - several workers at one study, at once where the store is shared, else in turns; and those that die. */
#include "conformance/stores.h"

enum { PROCESSES = 4, MOST = 64 };

/* Counts that processes share. */
static int *shared_counts(size_t n)
{
    int *counts = mmap(NULL, n * sizeof *counts, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(counts != MAP_FAILED);
    return counts;
}

/* `work` in so many processes at once; each says by its exit code that all was well. */
static void run_processes(const store_place *p, int (*work)(const char *where, int *counts), int *counts)
{
    pid_t pids[PROCESSES];
    for (int i = 0; i < PROCESSES; i++) {
        pids[i] = fork();
        if (pids[i] == 0) _exit(work(p->where, counts));
    }
    for (int i = 0; i < PROCESSES; i++) {
        int how = 0;
        waitpid(pids[i], &how, 0);
        assert_true(WIFEXITED(how));
        assert_int_equal(WEXITSTATUS(how), 0);
    }
}

/* ---- numbers and claims -------------------------------------------------------------------------------------------- */

static int begin_some(const char *where, int *counts)
{
    for (int round = 0; round < 5; round++) {
        vv_study *study = open_in_turn(where);
        if (study == NULL) return 1;
        for (int i = 0; i < 3; i++) {
            int id = -1;
            if (begin_bare(study, NULL, &id) != VV_OK || id < 0 || id >= MOST) return 2;
            __atomic_add_fetch(&counts[id], 1, __ATOMIC_SEQ_CST);
        }
        vv_study_close(study);
    }
    return 0;
}

static void a_number_is_given_once_and_there_are_no_gaps(void **state)
{
    const store_place *p = *state;
    int *counts = shared_counts(MOST);
    vv_study_close(open_leased(p->where, 0));
    run_processes(p, begin_some, counts);
    for (int i = 0; i < MOST; i++) assert_int_equal(counts[i], i < PROCESSES * 15);
    vv_study *study = open_leased(p->where, 0);
    vv_trials trials = read_trials(study);
    assert_int_equal(trials.n, PROCESSES * 15);
    for (size_t i = 0; i < trials.n; i++) {
        assert_int_equal(trials.list[i].id, i);
        assert_int_equal(trials.list[i].status, VV_TRIAL_INTERRUPTED); /* a study that is closed holds nothing */
    }
    vv_trials_free(&trials);
    vv_study_close(study);
    munmap(counts, MOST * sizeof *counts);
}

/* Claims and completes until nothing is left. */
static int claim_some(const char *where, int *counts)
{
    for (int id = 0; id >= 0;) {
        vv_study *study = open_in_turn(where);
        if (study == NULL) return 1;
        for (int i = 0; i < 3 && id >= 0; i++) {
            if (vv_trial_claim(study, &id, NULL) != VV_OK || id >= MOST) return 2;
            if (id < 0) break;
            __atomic_add_fetch(&counts[id], 1, __ATOMIC_SEQ_CST);
            if (end_trial(study, id, VV_TRIAL_COMPLETED, id, NULL) != VV_OK) return 3;
        }
        vv_study_close(study);
    }
    return 0;
}

static void each_trial_is_claimed_by_one(void **state)
{
    const store_place *p = *state;
    int *counts = shared_counts(MOST);
    vv_study *study = open_leased(p->where, 0);
    for (int i = 0; i < 40; i++) begin_waiting(study);
    vv_study_close(study);
    run_processes(p, claim_some, counts);
    for (int i = 0; i < MOST; i++) assert_int_equal(counts[i], i < 40);
    study = open_leased(p->where, 0);
    vv_trials trials = read_trials(study);
    for (size_t i = 0; i < trials.n; i++) {
        assert_int_equal(trials.list[i].status, VV_TRIAL_COMPLETED);
        CHECK_EQUAL_EXACTLY(trials.list[i].score, i);
    }
    vv_trials_free(&trials);
    vv_study_close(study);
    munmap(counts, MOST * sizeof *counts);
}

/* ---- fencing ------------------------------------------------------------------------------------------------------- */

static void refuse_first(vv_study *first, int id)
{
    const double score = 1;
    const vv_trial_result result = { .status = VV_TRIAL_COMPLETED, .scores = &score, .n_scores = 1 };
    bool lost = false;
    vv_error error = { 0 };
    assert_int_equal(vv_trial_epoch(first, id, 0, 1, store_metrics, (double[]){ 3, 4 }, 2, &error), VV_TAKEN);
    assert_int_equal(vv_trial_execution(first, id, 0, 0, 1, 1, NULL), VV_TAKEN);
    assert_int_equal(vv_trial_end(first, id, &result, NULL), VV_TAKEN);
    assert_int_equal(vv_trial_pause(first, id, &result, NULL), VV_TAKEN);
    assert_int_equal(vv_trial_retry(first, id, "why", 1, NULL), VV_TAKEN);
    must(vvi_study_beat(first, &(vvi_beat){ .slots = 1, .ids = &id, .lost = &lost, .n = 1 }, NULL), NULL);
    assert_true(lost);
}

static void who_lost_a_trial_cannot_write_about_it(void **state)
{
    const store_place *p = *state;
    vv_study *first = open_leased(p->where, 0.05);
    const int id = begin_trial(first, 3);
    report_epoch(first, id, 0, 0);
    vv_study *second = take_trial_away(p, id);
    refuse_first(first, id);
    vv_study_close(first); /* which gives back what is its own, and that is nothing */
    assert_int_equal(status_of(second, id), VV_TRIAL_RUNNING);
    report_epoch(second, id, 0, 1);
    must(end_trial(second, id, VV_TRIAL_COMPLETED, 0.5, NULL), NULL);
    vv_trials trials = read_trials(second);
    assert_int_equal(trials.list[0].curves[0].n, 2); /* what the first one reported is there */
    CHECK_EQUAL_EXACTLY(trials.list[0].score, 0.5);
    vv_trials_free(&trials);
    vv_study_close(second);
}

/* What was done says so, even to one who has lost the trial meanwhile. */
static void an_end_that_had_been_written_is_not_taken_back(void **state)
{
    const store_place *p = *state;
    vv_study *first = open_leased(p->where, 0.05);
    const int done = begin_trial(first, 3), open = begin_trial(first, 3);
    must(end_trial(first, done, VV_TRIAL_COMPLETED, 0.5, NULL), NULL);
    vv_study *second = take_trial_away(p, open);
    must(end_trial(first, done, VV_TRIAL_COMPLETED, 0.5, NULL), NULL);
    vv_study_close(first);
    vv_study_close(second);
}

static void a_worker_that_dies_loses_nothing_that_it_reported(void **state)
{
    const store_place *p = *state;
    int *id = shared_counts(1);
    const pid_t pid = fork();
    if (pid == 0) {
        vv_study *study = open_leased(p->where, 0.05);
        *id = begin_trial(study, 3);
        report_epoch(study, *id, 0, 0);
        report_epoch(study, *id, 0, 1);
        raise(SIGKILL);
    }
    int how = 0;
    waitpid(pid, &how, 0);
    assert_true(WIFSIGNALED(how));
    vv_study *study = take_trial_away(p, *id);
    vv_trials trials = read_trials(study);
    assert_int_equal(trials.n, 1);
    assert_int_equal(trials.list[0].epochs, 2);
    CHECK_EQUAL_EXACTLY(trials.list[0].curves[0].values[1], 1);
    CHECK_EQUAL_EXACTLY(trials.list[0].curves[1].values[1], -1);
    vv_trials_free(&trials);
    vv_study_close(study);
    munmap(id, sizeof *id);
}

static void who_renews_its_lease_keeps_its_trial(void **state)
{
    const store_place *p = *state;
    bool lost[2] = { true, true };
    vv_study *study = open_leased(p->where, 0.3);
    const int ids[] = { begin_trial(study, 3), begin_trial(study, 3) };
    must(end_trial(study, ids[1], VV_TRIAL_FAILED, 0, "why"), NULL);
    vv_study *other = p->kind->shared ? open_leased(p->where, 0) : NULL;
    for (int i = 0; i < 20; i++) {
        must(vvi_study_beat(study, &(vvi_beat){ .slots = 2, .ids = ids, .lost = lost, .n = 2 }, NULL), NULL);
        assert_false(lost[0]);
        claim_trial(other == NULL ? study : other, -1);
        wait_ms(30);
    }
    vv_study_close(other);
    vv_study_close(study);
}

/* ---- who works ------------------------------------------------------------------------------------------------------ */

static void workers_are_known_by_their_heartbeats(void **state)
{
    const store_place *p = *state;
    vv_workers workers;
    vv_study *study = open_leased(p->where, 0);
    must(vv_study_workers(study, &workers, NULL), NULL);
    const size_t before = workers.n;
    vv_workers_free(&workers);
    must(vvi_study_beat(study, &(vvi_beat){ .slots = 7 }, NULL), NULL);
    const int id = begin_trial(study, 3);
    must(vv_study_workers(study, &workers, NULL), NULL);
    assert_true(workers.n == 1 && before <= 1);
    assert_int_equal(workers.list[0].pid, getpid());
    assert_int_equal(workers.list[0].slots, 7);
    assert_string_equal(workers.list[0].version, vv_version());
    assert_true(workers.list[0].live);
    assert_true(workers.list[0].began > 1e9);
    assert_true(workers.list[0].beat_s >= 0 && workers.list[0].beat_s < 3600);
    vv_trials trials = read_trials(study);
    assert_string_equal(trials.list[id].worker, workers.list[0].name);
    vv_trials_free(&trials);
    vv_workers_free(&workers);
    vv_study_close(study);
    must(vv_study_open(p->where, VV_STUDY_READ, &study, NULL), NULL);
    must(vv_study_workers(study, &workers, NULL), NULL);
    assert_int_equal(workers.n, 1);
    assert_false(workers.list[0].live);
    vv_workers_free(&workers);
    vv_study_close(study);
}

static void a_detached_study_goes_on_as_the_same_worker(void **state)
{
    const store_place *p = *state;
    vv_study *study = open_leased(p->where, 0);
    const int id = begin_trial(study, 3);
    report_epoch(study, id, 0, 0);
    vvi_study_detach(study);
    const pid_t pid = fork();
    if (pid == 0) { /* reads what its parent wrote, while that goes on */
        vv_study *reader = NULL;
        const vv_status status = vv_study_open(p->where, VV_STUDY_READ, &reader, NULL);
        _exit(status != VV_OK || status_of(reader, id) != VV_TRIAL_RUNNING);
    }
    must(vvi_study_attach(study, NULL), NULL);
    report_epoch(study, id, 0, 1);
    int how = 0;
    waitpid(pid, &how, 0);
    assert_true(WIFEXITED(how) && WEXITSTATUS(how) == 0);
    must(end_trial(study, id, VV_TRIAL_COMPLETED, 0.5, NULL), NULL);
    vv_study_close(study);
}

static void proposing_is_for_one_at_a_time(void **state)
{
    const store_place *p = *state;
    bool mine = false, others = true;
    vv_study *study = open_leased(p->where, 0);
    assert_int_equal(vvi_study_is_shared(study), p->kind->shared);
    assert_int_equal(vvi_study_ear(study) < 0, !p->kind->shared);
    must(vvi_study_propose_begin(study, &mine, NULL), NULL);
    assert_true(mine);
    if (p->kind->shared) {
        vv_study *other = open_leased(p->where, 0);
        must(vvi_study_propose_begin(other, &others, NULL), NULL);
        assert_false(others);
        vvi_study_propose_end(study);
        must(vvi_study_propose_begin(other, &others, NULL), NULL);
        assert_true(others);
        vv_study_close(other);
    } else {
        vvi_study_propose_end(study);
    }
    must(vvi_study_propose_begin(study, &mine, NULL), NULL);
    assert_true(mine);
    vvi_study_propose_end(study);
    vv_study_close(study);
}

/* ---- batches --------------------------------------------------------------------------------------------------------- */

/* One that has a value twice, which is found when the trial itself is written already. */
static void begin_wrongly(vv_study *study)
{
    int id = -1;
    const vv_value one = { VV_VALUE_INT, { .i = 1 } };
    const vv_domain domain = {
        .kind = VV_DOMAIN_FIXED, .type = VV_VALUE_INT, .values = &one, .n_values = 1, .default_value = one
    };
    const vv_active value = { .name = "a", .domain = domain, .value = one }, values[] = { value, value };
    assert_int_not_equal(begin_bare(study, &(vvi_beginning){ .values = values, .n_values = 2 }, &id), VV_OK);
}

static void write_batch(vv_study *study, int n)
{
    must(vvi_study_batch_begin(study, NULL), NULL);
    begin_wrongly(study);
    for (int i = 0; i < n; i++) {
        const int id = begin_trial(study, i);
        report_epoch(study, id, 0, 0);
        must(end_trial(study, id, VV_TRIAL_COMPLETED, i, NULL), NULL);
        /* One that is refused is taken back by itself. */
        assert_int_equal(end_trial(study, id, VV_TRIAL_FAILED, 0, "why"), VV_TAKEN);
    }
}

static void check_number(vv_study *study, size_t n)
{
    vv_trials trials = read_trials(study);
    assert_int_equal(trials.n, n);
    for (size_t i = 0; i < n; i++) assert_int_equal(trials.list[i].n_curves, 2);
    vv_trials_free(&trials);
}

static void a_batch_is_all_or_nothing(void **state)
{
    const store_place *p = *state;
    vv_study *study = open_leased(p->where, 0);
    assert_int_equal(vvi_study_batch_end(study, VV_OK, NULL), VV_BAD_ARG);
    write_batch(study, 4);
    assert_int_equal(vvi_study_batch_end(study, VV_IO, NULL), VV_IO);
    check_number(study, 0);
    write_batch(study, 4);
    must(vvi_study_batch_end(study, VV_OK, NULL), NULL);
    check_number(study, 4);
    write_batch(study, 4);
    vv_study_close(study); /* in mid-batch */
    study = open_leased(p->where, 0);
    check_number(study, 4);
    vv_study_close(study);
}

const struct CMUnitTest store_many_tests[] = {
    STORE_TEST(a_number_is_given_once_and_there_are_no_gaps),
    STORE_TEST(each_trial_is_claimed_by_one),
    STORE_TEST(who_lost_a_trial_cannot_write_about_it),
    STORE_TEST(an_end_that_had_been_written_is_not_taken_back),
    STORE_TEST(a_worker_that_dies_loses_nothing_that_it_reported),
    STORE_TEST(who_renews_its_lease_keeps_its_trial),
    STORE_TEST(workers_are_known_by_their_heartbeats),
    STORE_TEST(a_detached_study_goes_on_as_the_same_worker),
    STORE_TEST(proposing_is_for_one_at_a_time),
    STORE_TEST(a_batch_is_all_or_nothing),
};
const size_t n_store_many_tests = sizeof store_many_tests / sizeof *store_many_tests;
