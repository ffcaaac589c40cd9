/* stores_requests.c - what others want of those who work at a study: posted by anybody at any time, answered once. */
#include "conformance/stores.h"

enum { POSTERS = 4, EACH = 10 };

static vv_requests read_requests(const vv_study *study, int64_t from)
{
    vv_error error = { 0 };
    vv_requests requests;
    must(vv_study_requests(study, from, &requests, &error), &error);
    return requests;
}

static int64_t post(const char *where, vv_request request)
{
    vv_error error = { 0 };
    int64_t id = -1;
    must(vv_study_request(where, &request, &id, &error), &error);
    return id;
}

static bool has_news(vv_study *study)
{
    bool news = false;
    must(vvi_study_hear(study, NULL), NULL);
    must(vvi_study_request_news(study, &news, NULL), NULL);
    return news;
}

/* What is said of it may take a moment to arrive. */
static void wait_for_news(vv_study *study)
{
    for (int tries = 0; tries < 3000; tries++) {
        if (has_news(study)) return;
        wait_ms(10);
    }
    fail_msg("a request was not noticed");
}

/* ---- posting, reading ------------------------------------------------------------------------------------------------ */

static void requests_are_posted_while_another_works_at_the_study(void **state)
{
    const store_place *p = *state;
    vv_study *worker = open_leased(p->where, 0);
    const int trial = begin_trial(worker, 3);
    vv_requests requests = read_requests(worker, 0);
    assert_int_equal(requests.n, 0);
    vv_requests_free(&requests);
    assert_int_equal(post(p->where, (vv_request){ .kind = VV_REQUEST_PAUSE, .trial = 7, .values = "x" }), 0);
    assert_int_equal(post(p->where, (vv_request){ .kind = VV_REQUEST_STOP_TRIAL, .trial = trial }), 1);
    assert_int_equal(post(p->where, (vv_request){ .kind = VV_REQUEST_ENQUEUE, .values = "{\"\xc3\xa4\": [1]}" }), 2);
    report_epoch(worker, trial, 0, 0);
    requests = read_requests(worker, 0);
    assert_int_equal(requests.n, 3);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(requests.list[i].id, i);
        assert_true(requests.list[i].made > 1e9);
        assert_false(requests.list[i].done);
        assert_null(requests.list[i].answer);
    }
    assert_int_equal(requests.list[0].kind, VV_REQUEST_PAUSE);
    assert_null(requests.list[0].values);
    assert_int_equal(requests.list[1].kind, VV_REQUEST_STOP_TRIAL);
    assert_int_equal(requests.list[1].trial, trial);
    assert_string_equal(requests.list[2].values, "{\"\xc3\xa4\": [1]}");
    vv_requests_free(&requests);
    requests = read_requests(worker, 2);
    assert_int_equal(requests.n, 1);
    assert_int_equal(requests.list[0].id, 2);
    vv_requests_free(&requests);
    assert_int_equal(status_of(worker, trial), VV_TRIAL_RUNNING);
    vv_study_close(worker);
}

static void what_makes_no_sense_is_refused(void **state)
{
    const store_place *p = *state;
    static const vv_request wrong[] = {
        { .kind = (vv_request_kind)0 },
        { .kind = (vv_request_kind)6 },
        { .kind = VV_REQUEST_STOP_TRIAL, .trial = -1 },
        { .kind = VV_REQUEST_ENQUEUE },
        { .kind = VV_REQUEST_ENQUEUE, .values = "" },
        { .kind = VV_REQUEST_ENQUEUE, .values = "{" },
        { .kind = VV_REQUEST_ENQUEUE, .values = "3" },
        { .kind = VV_REQUEST_ENQUEUE, .values = "[]" },
        { .kind = VV_REQUEST_ENQUEUE, .values = "[{}, 3]" },
        { .kind = VV_REQUEST_ENQUEUE, .values = "{\"a\": 1, \"a\": 2}" },
    };
    enum { LONG = (1 << 20) + 1 };
    char *longest = malloc(LONG + 1);
    assert_non_null(longest);
    memset(longest, ' ', LONG);
    memcpy(longest, "{}", 2);
    longest[LONG] = '\0';
    const vv_request stop = { .kind = VV_REQUEST_STOP };
    vv_request long_one = { .kind = VV_REQUEST_ENQUEUE, .values = longest };
    assert_int_equal(vv_study_request(p->where, &stop, NULL, NULL), VV_NOT_FOUND);
    vv_study_close(open_leased(p->where, 0));
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(vv_study_request(p->where, &wrong[i], NULL, NULL), VV_BAD_ARG);
    assert_int_equal(vv_study_request(p->where, NULL, NULL, NULL), VV_BAD_ARG);
    assert_int_equal(vv_study_request(p->where, &long_one, NULL, NULL), VV_BAD_ARG);
    longest[LONG - 1] = '\0';
    must(vv_study_request(p->where, &long_one, NULL, NULL), NULL);
    const vv_request of_none = { .kind = VV_REQUEST_STOP_TRIAL, .trial = 0 };
    assert_int_equal(vv_study_request(p->where, &of_none, NULL, NULL), VV_NOT_FOUND);
    vv_study *study = open_leased(p->where, 0);
    vv_requests requests = read_requests(study, 0);
    assert_int_equal(requests.n, 1);
    assert_int_equal(strlen(requests.list[0].values), LONG - 1);
    vv_requests_free(&requests);
    vv_study_close(study);
    free(longest);
}

static void a_worker_hears_of_what_is_new(void **state)
{
    const store_place *p = *state;
    vv_study *worker = open_leased(p->where, 0);
    assert_true(has_news(worker)); /* nobody knows what was there before */
    assert_false(has_news(worker));
    const int trial = begin_trial(worker, 3);
    report_epoch(worker, trial, 0, 0);
    assert_false(has_news(worker)); /* its own doing is none */
    vv_study *other = p->kind->shared ? open_leased(p->where, 0) : NULL;
    post(p->where, (vv_request){ .kind = VV_REQUEST_STOP });
    wait_for_news(worker);
    if (other != NULL) wait_for_news(other);
    must(vvi_study_answer(worker, 0, "yes", NULL), NULL);
    assert_false(has_news(worker));
    vvi_study_detach(worker);
    post(p->where, (vv_request){ .kind = VV_REQUEST_GO_ON });
    must(vvi_study_attach(worker, NULL), NULL);
    wait_for_news(worker);
    vv_study_close(other);
    vv_study_close(worker);
}

/* ---- answers --------------------------------------------------------------------------------------------------------- */

static void a_request_is_answered_once(void **state)
{
    const store_place *p = *state;
    vv_study *reader = NULL, *worker = open_leased(p->where, 0);
    post(p->where, (vv_request){ .kind = VV_REQUEST_STOP });
    must(vv_study_open(p->where, VV_STUDY_READ, &reader, NULL), NULL);
    assert_int_equal(vvi_study_answer(reader, 0, "yes", NULL), VV_BAD_ARG);
    must(vvi_study_answer(worker, 0, "yes", NULL), NULL);
    must(vvi_study_answer(worker, 0, "no", NULL), NULL);
    must(vvi_study_answer(worker, 5, "no", NULL), NULL);
    vv_requests requests = read_requests(reader, 0);
    assert_int_equal(requests.n, 1);
    assert_true(requests.list[0].done);
    assert_string_equal(requests.list[0].answer, "yes");
    vv_requests_free(&requests);
    vv_study_close(reader);
    vv_study_close(worker);
}

static void check_bounds(const vv_study *study, int64_t open, int64_t next)
{
    vvi_request_bounds bounds;
    vv_error error = { 0 };
    must(vvi_study_request_bounds(study, &bounds, &error), &error);
    assert_int_equal(bounds.open, open);
    assert_int_equal(bounds.next, next);
}

/* Of the second and the third of three. */
static void check_open(const vv_study *study)
{
    vv_error error = { 0 };
    vv_requests requests;
    must(vvi_study_open_requests(study, &requests, &error), &error);
    assert_int_equal(requests.n, 2);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(requests.list[i].id, i + 1);
        assert_false(requests.list[i].done);
        assert_null(requests.list[i].values);
    }
    assert_int_equal(requests.list[0].kind, VV_REQUEST_ENQUEUE);
    vv_requests_free(&requests);
}

static void those_that_are_open_are_found_without_reading_all(void **state)
{
    const store_place *p = *state;
    vv_study *worker = open_leased(p->where, 0);
    check_bounds(worker, 0, 0);
    for (int i = 0; i < 3; i++) post(p->where, (vv_request){ .kind = VV_REQUEST_ENQUEUE, .values = "{\"a\": 1}" });
    check_bounds(worker, 0, 3);
    must(vvi_study_answer(worker, 0, "yes", NULL), NULL);
    check_bounds(worker, 1, 3);
    check_open(worker);
    must(vvi_study_answer(worker, 2, "yes", NULL), NULL);
    check_bounds(worker, 1, 3);
    must(vvi_study_answer(worker, 1, "yes", NULL), NULL);
    check_bounds(worker, 3, 3);
    vv_study_close(worker);
}

/* So that values are enqueued and that is said, or neither. */
static void an_answer_is_taken_back_with_its_batch(void **state)
{
    const store_place *p = *state;
    vv_study *worker = open_leased(p->where, 0);
    post(p->where, (vv_request){ .kind = VV_REQUEST_STOP });
    for (int i = 0; i < 2; i++) {
        must(vvi_study_batch_begin(worker, NULL), NULL);
        must(vv_study_set(worker, "a", "b", NULL), NULL);
        must(vvi_study_answer(worker, 0, "yes", NULL), NULL);
        assert_int_equal(vvi_study_batch_end(worker, i == 0 ? VV_IO : VV_OK, NULL), i == 0 ? VV_IO : VV_OK);
        vv_requests requests = read_requests(worker, 0);
        assert_int_equal(requests.list[0].done, i == 1);
        vv_requests_free(&requests);
    }
    vv_study_close(worker);
}

static void requests_outlive_whoever_worked_at_the_study(void **state)
{
    const store_place *p = *state;
    vv_study_close(open_leased(p->where, 0));
    post(p->where, (vv_request){ .kind = VV_REQUEST_GO_ON });
    vv_study *worker = open_leased(p->where, 0);
    vv_requests requests = read_requests(worker, 0);
    assert_int_equal(requests.n, 1);
    vv_requests_free(&requests);
    vv_study_close(worker);
    vv_study *anew = NULL;
    must(vv_study_open(p->where, VV_STUDY_OVERWRITE, &anew, NULL), NULL);
    requests = read_requests(anew, 0);
    assert_int_equal(requests.n, 0);
    vv_requests_free(&requests);
    vv_study_close(anew);
    assert_int_equal(post(p->where, (vv_request){ .kind = VV_REQUEST_STOP }), 0);
}

/* ---- taking a trial -------------------------------------------------------------------------------------------------- */

static void a_trial_that_is_nobodys_can_be_taken_by_its_number(void **state)
{
    const store_place *p = *state;
    vv_study *worker = open_leased(p->where, 0);
    const int waiting[] = { begin_waiting(worker), begin_waiting(worker) };
    must(vvi_trial_take(worker, waiting[1], NULL), NULL);
    must(vvi_trial_take(worker, waiting[1], NULL), NULL); /* it is its own already */
    assert_int_equal(status_of(worker, waiting[1]), VV_TRIAL_RUNNING);
    assert_int_equal(status_of(worker, waiting[0]), VV_TRIAL_WAITING);
    report_epoch(worker, waiting[1], 0, 0);
    must(end_trial(worker, waiting[1], VV_TRIAL_INTERRUPTED, 0, NULL), NULL);
    must(vvi_trial_take(worker, waiting[1], NULL), NULL);
    must(end_trial(worker, waiting[1], VV_TRIAL_PRUNED, 1, "why"), NULL);
    assert_int_equal(vvi_trial_take(worker, waiting[1], NULL), VV_TAKEN);
    assert_int_equal(vvi_trial_take(worker, 7, NULL), VV_NOT_FOUND);
    claim_trial(worker, waiting[0]);
    if (p->kind->shared) {
        vv_study *other = open_leased(p->where, 0);
        assert_int_equal(vvi_trial_take(other, waiting[0], NULL), VV_TAKEN);
        vv_study_close(other);
    }
    vv_study_close(worker);
}

/* One that was stopped on request is no failure, and does not hide those before it. */
static void who_stops_trials_makes_no_failures(void **state)
{
    const store_place *p = *state;
    static const char *const reasons[] = { "why", NULL, VVI_STOPPED_ON_REQUEST, VVI_STOPPED_ON_REQUEST };
    const vvi_standing_query query = { .most_failures = 10, .trial_epochs = 1, .trial_executions = 1 };
    vvi_stand stand;
    vv_study *worker = open_leased(p->where, 0);
    for (int i = 0; i < 4; i++) must(end_trial(worker, begin_trial(worker, 3), VV_TRIAL_FAILED, 0, reasons[i]), NULL);
    must(vvi_study_standing(worker, &query, &stand, NULL), NULL);
    assert_int_equal(stand.failures, 2);
    vv_study_close(worker);
}

/* ---- many, and those that die ---------------------------------------------------------------------------------------- */

static int post_some(const char *where)
{
    const vv_request request = { .kind = VV_REQUEST_ENQUEUE, .values = "{\"a\": 1}" };
    for (int i = 0; i < EACH; i++)
        if (vv_study_request(where, &request, NULL, NULL) != VV_OK) return 1;
    return 0;
}

static void check_numbers(const vv_study *study, size_t least)
{
    vv_requests requests = read_requests(study, 0);
    assert_true(requests.n >= least);
    for (size_t i = 0; i < requests.n; i++) {
        assert_int_equal(requests.list[i].id, i);
        assert_string_equal(requests.list[i].values, "{\"a\": 1}");
    }
    vv_requests_free(&requests);
}

static void many_post_while_one_writes(void **state)
{
    const store_place *p = *state;
    pid_t pids[POSTERS];
    int living = POSTERS;
    vv_study *worker = open_leased(p->where, 0);
    vvi_study_detach(worker); /* no connection is carried into a child */
    for (int i = 0; i < POSTERS; i++) {
        pids[i] = fork();
        if (pids[i] == 0) _exit(post_some(p->where));
    }
    must(vvi_study_attach(worker, NULL), NULL);
    const int trial = begin_trial(worker, 3);
    for (int epoch = 0; living > 0; epoch++) {
        int how = 0;
        report_epoch(worker, trial, 0, epoch);
        if (waitpid(pids[living - 1], &how, WNOHANG) <= 0) continue;
        assert_true(WIFEXITED(how) && WEXITSTATUS(how) == 0);
        living--;
    }
    check_numbers(worker, POSTERS * EACH);
    vv_study_close(worker);
}

static void who_dies_posting_leaves_whole_requests(void **state)
{
    const store_place *p = *state;
    vv_study *worker = open_leased(p->where, 0);
    for (int round = 0; round < 8; round++) {
        vvi_study_detach(worker);
        const pid_t pid = fork();
        if (pid == 0)
            while (post_some(p->where) == 0) continue;
        must(vvi_study_attach(worker, NULL), NULL);
        wait_ms(5 * round);
        begin_trial(worker, 3);
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        check_numbers(worker, 0);
        begin_trial(worker, 3); /* no lock is left behind */
    }
    vv_study_close(worker);
}

/* ---- without memory -------------------------------------------------------------------------------------------------- */

static vv_status post_and_read(const char *where, vv_study *worker)
{
    const vv_request request = { .kind = VV_REQUEST_ENQUEUE, .values = "{\"a\": 1}" };
    vv_requests requests = { .n = 0 };
    vv_status status = vv_study_request(where, &request, NULL, NULL);
    if (status == VV_OK) status = vv_study_requests(worker, 0, &requests, NULL);
    vv_requests_free(&requests);
    return status == VV_OK ? vvi_study_answer(worker, 0, "yes", NULL) : status;
}

static void without_memory_nothing_is_done_and_nothing_lost(void **state)
{
    const store_place *p = *state;
    vv_status status = VV_NO_MEMORY;
    vv_study *worker = open_leased(p->where, 0);
    for (long n = 1; status != VV_OK; n++) {
        assert_true(n < 1000);
        vvi_fail_allocation(n);
        status = post_and_read(p->where, worker);
        vvi_fail_allocation(0);
        assert_true(status == VV_OK || status == VV_NO_MEMORY);
    }
    check_numbers(worker, 1);
    vv_study_close(worker);
}

const struct CMUnitTest store_requests_tests[] = {
    STORE_TEST(requests_are_posted_while_another_works_at_the_study),
    STORE_TEST(what_makes_no_sense_is_refused),
    STORE_TEST(a_worker_hears_of_what_is_new),
    STORE_TEST(a_request_is_answered_once),
    STORE_TEST(those_that_are_open_are_found_without_reading_all),
    STORE_TEST(an_answer_is_taken_back_with_its_batch),
    STORE_TEST(requests_outlive_whoever_worked_at_the_study),
    STORE_TEST(a_trial_that_is_nobodys_can_be_taken_by_its_number),
    STORE_TEST(who_stops_trials_makes_no_failures),
    STORE_TEST(many_post_while_one_writes),
    STORE_TEST(who_dies_posting_leaves_whole_requests),
    STORE_TEST(without_memory_nothing_is_done_and_nothing_lost),
};
const size_t n_store_requests_tests = sizeof store_requests_tests / sizeof *store_requests_tests;
