/* live.c - what a search shows of the trials that run: lines that fit, values beside the best's, and times that are not guessed. */
#include "check.h"

#include "cli/cli.h"

#include <stdlib.h>

static const vv_objective objective = { .name = "val_loss" };

/* ---- running trials --------------------------------------------------------------------------------------------- */

static vv_active value(const char *name, int64_t number)
{
    return (vv_active){ .name = name, .value = { VV_VALUE_INT, { .i = number } } };
}

static void begin(vvi_running *running, const vv_trial *trial, int executions, int epochs)
{
    const vv_event e = { .kind = VV_EVENT_TRIAL_BEGIN,
                         .objective = &objective,
                         .executions = executions,
                         .epochs = epochs,
                         .unit = "epoch",
                         .trial = trial };
    vvi_running_begin(running, &e);
}

static void epoch(vvi_running *running, const vv_trial *trial, int execution, int number, double seconds)
{
    static const char *const metrics[] = { "loss", "val_loss" };
    const double values[] = { 0.5 / (number + 1), 1.0 / (number + 1) };
    const vv_event e = { .kind = VV_EVENT_EPOCH,
                         .objective = &objective,
                         .trial = trial,
                         .execution = execution,
                         .epoch = number,
                         .metrics = metrics,
                         .values = values,
                         .n_metrics = 2,
                         .seconds = seconds };
    vvi_running_epoch(running, &e);
}

static char *written(const vvi_running *running, size_t lines, size_t columns)
{
    vvi_text text = { 0 };
    vvi_running_write(running, lines, columns, false, &text);
    assert_false(text.failed);
    if (text.data == NULL) vvi_text_add(&text, "", 0);
    return text.data;
}

static void check_widths(const char *text, size_t columns)
{
    while (*text != '\0') {
        size_t n = strcspn(text, "\n");
        const size_t whole = n;
        while (n > 0 && text[n - 1] == ' ') n--;
        assert_true(vvi_report_columns(text, n) <= columns);
        text += whole + 1;
    }
}

static void a_trial_that_runs_has_a_line(void **state)
{
    (void)state;
    vvi_running running = { .n = 0 };
    const vv_trial trial = { .id = 7 };
    begin(&running, &trial, 2, 4);
    char *text = written(&running, 9, 80);
    CHECK_CONTAINS(text, "Trial  Execution  Epoch");
    CHECK_CONTAINS(text, "    7        1/2    0/4");
    vvi_free(text);
    epoch(&running, &trial, 0, 0, 100);
    epoch(&running, &trial, 0, 1, 100);
    text = written(&running, 9, 80);
    CHECK_CONTAINS(text, "    7        1/2    2/4  0.2500    0.5000  █▁");
    CHECK_CONTAINS(text, "10 min 00 s"); /* six epochs more */
    vvi_free(text);
    epoch(&running, &trial, 1, 0, 100); /* another execution has a curve of its own */
    text = written(&running, 9, 80);
    CHECK_CONTAINS(text, "    7        2/2    1/4  0.5000    1.0000  ▁");
    vvi_free(text);
    vvi_running_end(&running, &(vv_event){ .kind = VV_EVENT_TRIAL_END, .trial = &trial });
    assert_int_equal(running.n, 0);
    vvi_running_deinit(&running);
}

static void what_does_not_fit_is_left_out_and_not_cut(void **state)
{
    (void)state;
    vvi_running running = { .n = 0 };
    for (int i = 0; i < 40; i++) {
        const vv_trial trial = { .id = i };
        begin(&running, &trial, 3, 1000);
        epoch(&running, &trial, 0, 0, 1);
    }
    for (size_t columns = 120; columns >= 24; columns--) {
        char *text = written(&running, 12, columns);
        check_widths(text, columns);
        CHECK_CONTAINS(text, "and 30 trials more\n");
        CHECK_CONTAINS(text, "1.0000"); /* the metric is always there */
        vvi_free(text);
    }
    vvi_running_deinit(&running);
}

static void an_interrupted_trial_goes_on_with_its_curve(void **state)
{
    (void)state;
    vvi_running running = { .n = 0 };
    const double values[] = { 3, 2 };
    const vv_curve curve = { .metric = "val_loss", .execution = 1, .values = values, .n = 2 };
    const vv_execution done = { .score = 1 };
    const vv_trial trial = {
        .id = 3, .epochs = 4, .epochs_total = 6, .curves = &curve, .n_curves = 1, .executions = &done, .n_executions = 1
    };
    begin(&running, &trial, 2, 4);
    char *text = written(&running, 9, 80);
    CHECK_CONTAINS(text, "    3        2/2    2/4");
    CHECK_CONTAINS(text, "█▁");
    vvi_free(text);
    CHECK_NEAR(vvi_running_share(&running, &running.list[0]), 0.75, 1e-12);
    assert_true(isnan(vvi_running_left_s(&running, &running.list[0], 0))); /* no epoch was seen */
    vvi_running_deinit(&running);
}

/* ---- values ----------------------------------------------------------------------------------------------------- */

static char *beside(const vvi_shown *best, const vvi_running *running, size_t lines, size_t columns)
{
    vvi_text text = { 0 };
    vvi_beside_write(best, running, lines, columns, false, &text);
    assert_false(text.failed);
    if (text.data == NULL) vvi_text_add(&text, "", 0);
    check_widths(text.data, columns);
    return text.data;
}

static void the_best_stands_beside_those_that_run(void **state)
{
    (void)state;
    vvi_running running = { .n = 0 };
    vvi_shown best = { .id = -1 };
    const vv_active mine[] = { value("学習", 2), value("units", 64) },
                    others[] = { value("学習", 3), value("rate\033[1m", 5) };
    vvi_shown_take(&best, &(vv_trial){ .id = 4, .values = mine, .n_values = 2 });
    snprintf(best.score, sizeof best.score, "0.2500");
    begin(&running, &(vv_trial){ .id = 9, .values = others, .n_values = 2 }, 1, 4);
    char *text = beside(&best, &running, 9, 80);
    CHECK_CONTAINS(text, "             Best: 4  Trial 9\n");
    CHECK_CONTAINS(text, "val_loss      0.2500         \n");
    CHECK_CONTAINS(text, "学習               2        3\n");
    CHECK_CONTAINS(text, "units             64         \n");
    CHECK_CONTAINS(text, "rate\\x1b[1m                 5\n");
    vvi_free(text);
    vvi_shown_deinit(&best);
    vvi_running_deinit(&running);
}

static void of_too_many_values_those_that_differ_are_shown(void **state)
{
    (void)state;
    enum { MANY = 200 };
    char names[MANY][8];
    vv_active mine[MANY], others[MANY];
    for (int i = 0; i < MANY; i++) {
        snprintf(names[i], sizeof names[i], "h%d", i);
        mine[i] = value(names[i], i);
        others[i] = value(names[i], i % 50 == 7 ? -1 : i);
    }
    vvi_running running = { .n = 0 };
    vvi_shown best = { .id = -1 };
    vvi_shown_take(&best, &(vv_trial){ .id = 0, .values = mine, .n_values = MANY });
    begin(&running, &(vv_trial){ .id = 1, .values = others, .n_values = MANY }, 1, 4);
    char *text = beside(&best, &running, 9, 40);
    CHECK_CONTAINS(text, "h7 ");
    CHECK_CONTAINS(text, "h157 ");
    CHECK_CONTAINS(text, "and 196 hyperparameters more\n");
    assert_null(strstr(text, "h8 "));
    vvi_free(text);
    for (size_t lines = 0; lines < 9; lines++)
        for (size_t columns = 30; columns < 60; columns += 3) vvi_free(beside(&best, &running, lines, columns));
    vvi_shown_deinit(&best);
    vvi_running_deinit(&running);
}

/* ---- the time left ---------------------------------------------------------------------------------------------- */

/* 10 of 40 trials ended in 100 s. */
static vvi_overall make_overall(void)
{
    vvi_overall o = { .most = 40, .ended = 10, .work = 10, .epochs = 100 };
    o.first_s = o.began_s = vvi_clock_s() - 100;
    o.counts.by_status[VV_TRIAL_COMPLETED] = 7;
    o.counts.by_status[VV_TRIAL_PRUNED] = 2;
    o.counts.by_status[VV_TRIAL_FAILED] = 1;
    o.counts.epochs = o.epochs_read = 100;
    return o;
}

static void the_rest_takes_its_share_of_the_pace(void **state)
{
    (void)state;
    vvi_running running = { .n = 0 };
    vvi_overall o = make_overall();
    vvi_text text = { 0 };
    CHECK_NEAR(vvi_overall_left_s(&o, &running, o.began_s + 100), 300, 1e-6);
    o.refused = 3;
    vvi_overall_write(&o, &running, 99, &text);
    CHECK_CONTAINS(text.data, "█████░░░");
    CHECK_CONTAINS(text.data, "10 of 40 trials done, 2 pruned, 1 failed, 3 refused; about ");
    check_widths(text.data, 99);
    vvi_text_deinit(&text);
}

static void the_first_limit_counts(void **state)
{
    (void)state;
    vvi_running running = { .n = 0 };
    vvi_overall o = make_overall();
    o.max_epochs_total = 150;
    CHECK_NEAR(vvi_overall_left_s(&o, &running, o.began_s + 100), 50, 1e-6);
    o.max_seconds = 500, o.spent_s = 380;
    CHECK_NEAR(vvi_overall_left_s(&o, &running, o.began_s + 100), 20, 1e-6);
}

static void the_epochs_of_the_first_trial_are_enough_to_tell(void **state)
{
    (void)state;
    vvi_running running = { .n = 0 };
    vvi_overall o = { .most = 4 };
    const vv_trial trial = { .id = 0 };
    o.first_s = o.began_s = vvi_clock_s() - 100;
    begin(&running, &trial, 1, 10);
    assert_true(isnan(vvi_overall_left_s(&o, &running, o.began_s + 100)));
    for (int i = 0; i < 5; i++) epoch(&running, &trial, 0, i, 20);
    o.epochs = 5;
    CHECK_NEAR(vvi_overall_left_s(&o, &running, o.began_s + 100), 700,
               1e-6); /* half a trial in 100 s, three and a half to go */
    vvi_running_deinit(&running);
}

static void what_was_there_before_is_not_this_search_s_work(void **state)
{
    (void)state;
    vvi_running running = { .n = 0 };
    vvi_overall o = { .most = 1, .epochs = 2 };
    const vv_trial trial = { .id = 0, .epochs = 6, .epochs_total = 6 };
    begin(&running, &trial, 1, 10);
    for (int i = 6; i < 8; i++) epoch(&running, &trial, 0, i, 50);
    o.first_s = o.began_s = running.list[0].since_s - 100;
    CHECK_NEAR(vvi_overall_left_s(&o, &running, o.began_s + 100), 100, 1e-6); /* two epochs in 100 s, two to go */
    vvi_running_deinit(&running);
}

static void what_cannot_be_told_is_not(void **state)
{
    (void)state;
    vvi_running running = { .n = 0 };
    vvi_overall o = make_overall();
    vvi_text text = { 0 };
    o.most = 0; /* trials pause, and may go on or not */
    assert_true(isnan(vvi_overall_left_s(&o, &running, o.began_s + 100)));
    vvi_overall_write(&o, &running, 79, &text);
    assert_string_equal(text.data, "10 trials done, 2 pruned, 1 failed\n");
    vvi_text_deinit(&text);
}

static void a_search_that_is_paused_says_so_and_no_time(void **state)
{
    (void)state;
    vvi_text text = { 0 };
    vvi_running running = { .n = 0 };
    vvi_overall o = make_overall();
    o.paused = true;
    o.where = "runs/a b";
    vvi_overall_write(&o, &running, 99, &text);
    assert_false(text.failed);
    CHECK_CONTAINS(text.data, "Paused; varve resume 'runs/a b' lets it go on; 10 of 40 trials done");
    assert_null(strstr(text.data, "left"));
    vvi_text_deinit(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trial_that_runs_has_a_line),
        cmocka_unit_test(what_does_not_fit_is_left_out_and_not_cut),
        cmocka_unit_test(an_interrupted_trial_goes_on_with_its_curve),
        cmocka_unit_test(the_best_stands_beside_those_that_run),
        cmocka_unit_test(of_too_many_values_those_that_differ_are_shown),
        cmocka_unit_test(the_rest_takes_its_share_of_the_pace),
        cmocka_unit_test(the_first_limit_counts),
        cmocka_unit_test(the_epochs_of_the_first_trial_are_enough_to_tell),
        cmocka_unit_test(what_was_there_before_is_not_this_search_s_work),
        cmocka_unit_test(what_cannot_be_told_is_not),
        cmocka_unit_test(a_search_that_is_paused_says_so_and_no_time),
    };
    return !!cmocka_run_group_tests_name("cli/live", tests, NULL, NULL);
}
