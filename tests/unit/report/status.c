/* status.c - how fast trials come, and how long the rest may take: what is known of both, and what is not. */
#include "check.h"

#include "report/status.h"

#include <stdlib.h>

static const double hour = 3600;

/* n trials of so many seconds each, one after the other from `start`, with 4 epochs each. */
static double add_trials(vvi_status_recent *recent, double start, int n, double each)
{
    for (int i = 0; i < n; i++, start += each)
        vvi_status_add_recent(recent, &(vvi_status_ended){ .began = start, .ended = start + each, .epochs = 4 });
    return start;
}

static void one_worker_ends_a_trial_in_the_time_of_one(void **state)
{
    (void)state;
    vvi_status_recent recent = { .n = 0 };
    add_trials(&recent, 1e9, 30, 10);
    const vvi_status_pace pace = vvi_status_measure(&recent);
    CHECK_NEAR(pace.trials, 360, 1e-6);
    CHECK_NEAR(pace.epochs, 1440, 1e-6);
    assert_int_equal(pace.n, 29);
}

static void four_workers_are_four_times_as_fast(void **state)
{
    (void)state;
    vvi_status_recent recent = { .n = 0 };
    for (int i = 0; i < 40; i++) {
        const double ended = 1e9 + 10 * i;
        vvi_status_add_recent(&recent, &(vvi_status_ended){ .began = ended - 40, .ended = ended, .epochs = 4 });
    }
    CHECK_NEAR(vvi_status_measure(&recent).trials, 360, 1e-6);
}

static void a_night_in_which_nothing_ran_does_not_count(void **state)
{
    (void)state;
    vvi_status_recent recent = { .n = 0 };
    const double evening = add_trials(&recent, 1e9, 6, 10);
    add_trials(&recent, evening + 9 * hour, 5, 10);
    const vvi_status_pace pace = vvi_status_measure(&recent);
    assert_int_equal(pace.n, 9); /* the last 10, for there are not as many of the last hour */
    CHECK_NEAR(pace.seconds, 90, 1e-6);
    CHECK_NEAR(pace.trials, 360, 1e-6);
}

static void only_the_last_hour_counts_where_there_are_many(void **state)
{
    (void)state;
    vvi_status_recent recent = { .n = 0 };
    const double later = add_trials(&recent, 1e9, 40, 600);
    add_trials(&recent, later, 30, 200);
    CHECK_NEAR(vvi_status_measure(&recent).trials, 18, 1e-6);
}

static void the_order_of_telling_does_not_matter(void **state)
{
    (void)state;
    vvi_status_recent forth = { .n = 0 }, back = { .n = 0 };
    for (int i = 0; i < 200; i++) {
        const vvi_status_ended a = { .began = 1e9 + 7 * i - i % 5, .ended = 1e9 + 7 * i + 5, .epochs = i % 3 };
        const int k = 199 - i;
        const vvi_status_ended b = { .began = 1e9 + 7 * k - k % 5, .ended = 1e9 + 7 * k + 5, .epochs = k % 3 };
        vvi_status_add_recent(&forth, &a);
        vvi_status_add_recent(&back, &b);
    }
    assert_int_equal(forth.n, VVI_STATUS_RECENT);
    assert_int_equal(back.n, VVI_STATUS_RECENT);
    for (size_t i = 0; i < forth.n; i++) {
        CHECK_EQUAL_EXACTLY(forth.list[i].began, back.list[i].began);
        CHECK_EQUAL_EXACTLY(forth.list[i].ended, back.list[i].ended);
        assert_int_equal(forth.list[i].epochs, back.list[i].epochs);
    }
    CHECK_EQUAL_EXACTLY(forth.list[VVI_STATUS_RECENT - 1].ended, 1e9 + 7 * 199 + 5);
}

static void of_no_trial_nothing_is_known(void **state)
{
    (void)state;
    vvi_status_recent recent = { .n = 0 };
    assert_true(isnan(vvi_status_measure(&recent).trials));
    for (int i = 0; i < 3; i++)
        vvi_status_add_recent(&recent, &(vvi_status_ended){ .began = 1e9, .ended = 1e9, .epochs = 1 });
    assert_true(isnan(vvi_status_measure(&recent).trials));
    recent.n = 0;
    add_trials(&recent, 1e9, 1, 20);
    CHECK_NEAR(vvi_status_measure(&recent).trials, 180, 1e-6);
}

/* ---- what is left ------------------------------------------------------------------------------------------------------- */

/* 100 trials of the 150 that there shall be, at 360 an hour. */
static vvi_status make_status(void)
{
    vvi_status s = { .max_trials = 150 };
    s.counts.trials = 102;
    s.counts.by_status[VV_TRIAL_COMPLETED] = 90;
    s.counts.by_status[VV_TRIAL_FAILED] = 6;
    s.counts.by_status[VV_TRIAL_PRUNED] = 4;
    s.counts.by_status[VV_TRIAL_RUNNING] = 2;
    s.counts.epochs = 400;
    add_trials(&s.recent, 1e9, 30, 10);
    s.pace = vvi_status_measure(&s.recent);
    return s;
}

static void what_is_left_takes_its_share_of_the_pace(void **state)
{
    (void)state;
    vvi_status s = make_status();
    vvi_status_estimate(&s);
    assert_int_equal(s.rest.trials, 50);
    CHECK_NEAR(s.rest.seconds, 500, 1e-6);
    assert_null(s.rest.why);
}

static void the_first_limit_counts(void **state)
{
    (void)state;
    vvi_status s = make_status();
    s.max_epochs = 420;
    vvi_status_estimate(&s);
    assert_int_equal(s.rest.epochs, 20);
    CHECK_NEAR(s.rest.seconds, 50, 1e-6);
    s.max_seconds = 1000;
    s.spent_s = 993;
    vvi_status_estimate(&s);
    CHECK_NEAR(s.rest.seconds, 7, 1e-6);
}

static void what_cannot_be_told_is_not(void **state)
{
    (void)state;
    vvi_status s = make_status();
    s.counts.by_status[VV_TRIAL_PAUSED] = 3;
    vvi_status_estimate(&s);
    assert_true(isnan(s.rest.seconds));
    CHECK_CONTAINS(s.rest.why, "paused trials may go on");
    s.max_epochs = 1000;
    vvi_status_estimate(&s);
    CHECK_NEAR(s.rest.seconds, 1500, 1e-6);
    s.max_failures = 3;
    s.failed_in_row = 2;
    vvi_status_estimate(&s);
    assert_null(s.rest.why);
    s.failed_in_row = 3;
    vvi_status_estimate(&s);
    assert_true(isnan(s.rest.seconds));
    CHECK_CONTAINS(s.rest.why, "too many trials in a row have failed");
    s.paused = true;
    vvi_status_estimate(&s);
    assert_true(isnan(s.rest.seconds));
    CHECK_CONTAINS(s.rest.why, "the search is paused");
    s = make_status();
    s.max_trials = 0;
    vvi_status_estimate(&s);
    CHECK_CONTAINS(s.rest.why, "does not say how many");
    s = make_status();
    s.recent.n = 0;
    s.pace = vvi_status_measure(&s.recent);
    vvi_status_estimate(&s);
    CHECK_CONTAINS(s.rest.why, "too few trials");
}

static void what_runs_counts_while_few_have_ended(void **state)
{
    (void)state;
    const vvi_status_running running[] = { { .id = 1, .epochs = 5, .goal = 10, .since = 1e9 },
                                           { .id = 2, .epochs = 5, .goal = 10, .since = 1e9 },
                                           { .id = 3, .epochs = 9, .goal = 10, .since = 1e9, .lapsed = true } };
    vvi_status s = { .max_trials = 4, .running = (vvi_status_running *)(uintptr_t)running, .n_running = 3 };
    s.pace = vvi_status_measure_with(&s.recent, running, 3, 1e9 + 100);
    assert_int_equal(s.pace.n, 2);
    CHECK_NEAR(s.pace.trials, 36, 1e-9); /* half of two in 100 s */
    vvi_status_estimate(&s);
    CHECK_NEAR(s.rest.seconds, (4 - 1 - 0) * 100, 1e-6);
    assert_true(isnan(vvi_status_measure_with(&s.recent, running, 0, 1e9 + 100).trials));
}

static void of_failed_trials_alone_no_time_is_told(void **state)
{
    (void)state;
    vvi_status s = { .max_trials = 100 };
    for (int i = 0; i < 5; i++)
        vvi_status_add_recent(&s.recent, &(vvi_status_ended){ 1e9 + i, 1e9 + i + 0.5, 0, true });
    s.counts.by_status[VV_TRIAL_FAILED] = 5;
    s.pace = vvi_status_measure(&s.recent);
    vvi_status_estimate(&s);
    assert_true(isnan(s.rest.seconds));
    CHECK_CONTAINS(s.rest.why, "all failed");
}

/* ---- reasons ------------------------------------------------------------------------------------------------------------ */

static void reasons_that_differ_in_numbers_alone_are_alike(void **state)
{
    (void)state;
    assert_true(vvi_status_is_alike("the loss of batch 13 is nan", "the loss of batch 5 is nan"));
    assert_true(vvi_status_is_alike("took longer than 0.5 s", "took longer than 12 s"));
    assert_true(vvi_status_is_alike("is -1e+20", "is 3"));
    assert_true(vvi_status_is_alike("", ""));
    assert_false(vvi_status_is_alike("the loss of batch 13 is nan", "the loss of batch 13 is inf"));
    assert_false(vvi_status_is_alike("layer conv2d_3 is too big", "layer conv2d_4 is too big"));
    assert_false(vvi_status_is_alike("batch 13", "batch 13 of 20"));
    assert_false(vvi_status_is_alike("batch 13", "batch x"));
}

/* ---- in words ----------------------------------------------------------------------------------------------------------- */

static char *written(vvi_status *s)
{
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    assert_non_null(out);
    CHECK_OK(vvi_status_write(s, out, NULL));
    assert_int_equal(fclose(out), 0);
    return text;
}

static void a_status_says_it_all_in_80_columns(void **state)
{
    (void)state;
    static const char *const parts[] = {
        "Study      place, minimizing val_loss",
        "Trials     102 of 150: 90 completed, 6 failed, 4 pruned, 2 running",
        "Pace       360 trials and 1,440 epochs an hour (the last 29 trials, in 4 min\n           50 s of work)",
        "Time left  about 8 min 20 s at this pace; 50 trials to go",
        "     17     3/8  2026-01-01 00:00:00  host-12-0123456789abcdef",
        "other-12-0123456789abcdef  lost: anybody",
        "held by hand",
        "host-12-0123456789abcdef",
        "0.50 s ago",
        "     4            2  killed by signal 11",
        "     3            0  batch 13 is nan (the first; in others numbers differ)",
        "and 9 for other reasons",
        "Requests   2 not answered yet: 3 enqueue, 5 stop",
    };
    vvi_status_running running[] = {
        { .id = 17, .worker = "host-12-0123456789abcdef", .epochs = 3, .goal = 8, .since = 1767225600 },
        { .id = 18, .worker = "other-12-0123456789abcdef", .epochs = 4, .since = 1767225600, .lapsed = true },
        { .id = 19, .since = 1767225600 },
    };
    const vv_worker workers[] = {
        { "host-12-0123456789abcdef", "host", "0.1.0", 12, 2, 1767225600, 0.5, true },
        { "other-12-0123456789abcdef", "other", "0.1.0", 12, 2, 1767225600, 500, false },
    };
    vvi_status_failure failures[] = {
        { "killed by signal 11", 4, 2, false },
        { "batch 13 is nan", 3, 0, true },
        { "a reason with a very long text, which tells of a layer that cannot be and of what would be legal", 1, 0,
          false }
    };
    vv_request requests[] = { { .id = 3, .kind = VV_REQUEST_ENQUEUE },
                              { .id = 4, .kind = VV_REQUEST_PAUSE, .done = true },
                              { .id = 5, .kind = VV_REQUEST_STOP } };
    vvi_status s = make_status();
    vvi_status_estimate(&s);
    s.requests = (vv_requests){ .list = requests, .n = 3 };
    s.n_open = 2;
    s.where = "place";
    s.goals.objectives.n = 1;
    snprintf(s.goals.objectives.list[0].name, sizeof s.goals.objectives.list[0].name, "val_loss");
    s.running = running, s.n_running = 3, s.live = 1;
    s.workers = (vv_workers){ .list = workers, .n = 2 };
    s.failures = failures, s.n_failures = 3, s.other_failures = 9;
    char *text = written(&s);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) CHECK_CONTAINS(text, parts[i]);
    assert_null(strstr(text, "500")); /* a worker that is gone is of no interest while others work */
    for (const char *line = text, *end; (end = strchr(line, '\n')) != NULL; line = end + 1)
        assert_true(end - line <= VVI_REPORT_WIDTH);
    free(text);
    s.live = 0;
    s.workers.list = &workers[1], s.workers.n = 1;
    text = written(&s);
    CHECK_CONTAINS(text, "nobody is working");
    CHECK_CONTAINS(text, "(gone)");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_worker_ends_a_trial_in_the_time_of_one),
        cmocka_unit_test(four_workers_are_four_times_as_fast),
        cmocka_unit_test(a_night_in_which_nothing_ran_does_not_count),
        cmocka_unit_test(only_the_last_hour_counts_where_there_are_many),
        cmocka_unit_test(the_order_of_telling_does_not_matter),
        cmocka_unit_test(of_no_trial_nothing_is_known),
        cmocka_unit_test(what_is_left_takes_its_share_of_the_pace),
        cmocka_unit_test(the_first_limit_counts),
        cmocka_unit_test(what_cannot_be_told_is_not),
        cmocka_unit_test(what_runs_counts_while_few_have_ended),
        cmocka_unit_test(of_failed_trials_alone_no_time_is_told),
        cmocka_unit_test(reasons_that_differ_in_numbers_alone_are_alike),
        cmocka_unit_test(a_status_says_it_all_in_80_columns),
    };
    return cmocka_run_group_tests_name("report/status", tests, NULL, NULL);
}
