/* life.c - trials: begun, reported, ended, read back; what of them is allowed. */
#include "study_helper.h"

#include "base/base.h"
#include "study/study.h"

#include <inttypes.h>

/* ---- values -------------------------------------------------------------------------------------------------------
 */

/* Asks for one hyperparameter of every kind and flavour. */
static void ask_for_all(vv_hp *hp)
{
    vv_int(hp, "int", .min = -5, .max = 100, .step = 7);
    vv_int(hp, "int_log", .min = 1, .max = 1000, .sampling = VV_SAMPLE_LOG);
    vv_float(hp, "float", .min = 0.1, .max = 0.5, .step = 0.1, .default_value = VV_SOME(0.3));
    vv_float(hp, "float_log", .min = 1e-5, .max = 0.1, .sampling = VV_SAMPLE_LOG);
    vv_float(hp, "float_reverse", .min = 0.1, .max = 3, .sampling = VV_SAMPLE_REVERSE_LOG);
    vv_float(hp, "float_whole", .min = -2, .max = 2);
    vv_bool(hp, "bool", .default_value = true);
    vv_choice_int(hp, "choice_int", VV_INTS(3, 5, 2147483647));
    vv_choice_float(hp, "choice_float", VV_FLOATS(0.1, 1e300, 2), .default_value = VV_SOME(2));
    vv_choice(hp, "choice", VV_STRINGS("sgd", "", "\"quoted\" \xc3\xa9"), .default_value = "\"quoted\" \xc3\xa9");
    vv_scope_begin(hp, "scope");
    vv_fixed_int(hp, "fixed_int", -7);
    vv_scope_end(hp);
    vv_fixed_float(hp, "fixed_float", -0.0);
    vv_fixed_bool(hp, "fixed_bool", false);
    vv_fixed_string(hp, "fixed_string", "text");
}

static void values_and_domains_come_back_bit_for_bit(void **state)
{
    const place *p = *state;
    vv_error error = { 0 };
    vv_study *study = open_study(p->project, VV_STUDY_WRITE);
    vv_hp *hp = vv_hp_new(NULL);
    ask_for_all(hp);
    must(vv_hp_status(hp), &(vv_error){ 0 });
    int id = -1;
    must(vv_trial_begin(study, hp, "{\"layers\": []}", &id, &error), &error);
    assert_int_equal(id, 0);
    vv_study_close(study);

    study = open_study(p->project, VV_STUDY_READ);
    vv_trials trials;
    must(vv_study_trials(study, &(vv_trials_args){ .only = true }, &trials, &error), &error);
    assert_int_equal(trials.n, 1);
    assert_int_equal(trials.list[0].n_values, vv_hp_count(hp));
    assert_string_equal(trials.list[0].model_json, "{\"layers\": []}");
    for (size_t i = 0; i < vv_hp_count(hp); i++) {
        const vv_active *put = vv_hp_at(hp, i), *got = &trials.list[0].values[i];
        assert_string_equal(got->name, put->name);
        if (!vv_domain_equal(&put->domain, &got->domain)) fail_msg("%s: another domain", put->name);
        if (!vv_value_equal(put->value, got->value)) fail_msg("%s: another value", put->name);
        if (put->value.type == VV_VALUE_FLOAT) CHECK_EQUAL_EXACTLY(put->value.f, got->value.f);
    }
    vv_trials_free(&trials);
    vv_study_close(study);
    vv_hp_free(hp);
}

static void text_that_is_not_utf8_is_refused_and_leaves_no_trial(void **state)
{
    const place *p = *state;
    vv_error error = { 0 };
    vv_study *study = open_study(p->project, VV_STUDY_WRITE);
    vv_hp *hp = vv_hp_new(NULL);
    vv_int(hp, "n", .min = 1, .max = 2);
    vv_choice(hp, "latin1", VV_STRINGS("caf\xe9"));
    int id = -1;
    if (vv_hp_status(hp) == VV_OK) {
        assert_int_equal(vv_trial_begin(study, hp, NULL, &id, &error), VV_BAD_ARG);
        CHECK_CONTAINS(error.text, "latin1");
    }
    vv_trials trials;
    must(vv_study_trials(study, NULL, &trials, NULL), NULL);
    assert_int_equal(trials.n, 0);
    vv_trials_free(&trials);
    vv_hp_free(hp);
    vv_study_close(study);
}

static void a_build_with_an_error_begins_no_trial(void **state)
{
    const place *p = *state;
    vv_error error = { 0 };
    vv_study *study = open_study(p->project, VV_STUDY_WRITE);
    vv_hp *hp = vv_hp_new(NULL);
    vv_int(hp, "n", .min = 3, .max = 2);
    int id = -1;
    assert_int_equal(vv_trial_begin(study, hp, NULL, &id, &error), VV_BAD_ARG);
    CHECK_CONTAINS(error.text, "n");
    vv_hp_free(hp);
    vv_study_close(study);
}

/* ---- epochs, executions --------------------------------------------------------------------------------------------
 */

static const char *const metrics[] = { "loss", "accuracy", "val_loss" };

static void curves_come_back_with_nan_and_infinity(void **state)
{
    const place *p = *state;
    vv_error error = { 0 };
    const double epochs[3][3] = { { 1.5, 0.1, (double)INFINITY },
                                  { (double)NAN, 0.2, (double)-INFINITY },
                                  { 0.5, 0.3, 1 } };
    vv_study *study = open_study(p->project, VV_STUDY_WRITE);
    const int id = begin_trial(study, 1);
    for (int e = 0; e < 3; e++) must(vv_trial_epoch(study, id, 0, e, metrics, epochs[e], 3, &error), &error);
    must(vv_trial_epoch(study, id, 1, 0, metrics, epochs[2], 3, &error), &error);

    vv_trials trials;
    must(vv_study_trials(study, &(vv_trials_args){ .curves = true }, &trials, &error), &error);
    const vv_trial *trial = &trials.list[0];
    assert_int_equal(trial->n_curves, 6);
    for (size_t m = 0; m < 3; m++) {
        assert_string_equal(trial->curves[m].metric, metrics[m]); /* in the order they were reported */
        assert_int_equal(trial->curves[m].n, 3);
        for (size_t e = 0; e < 3; e++) {
            const double put = epochs[e][m], got = trial->curves[m].values[e];
            assert_true(isnan(put) ? isnan(got) : put == got);
        }
    }
    assert_int_equal(trial->curves[3].execution, 1);
    assert_int_equal(trial->curves[3].n, 1);
    vv_trials_free(&trials);
    must(vv_study_trials(study, NULL, &trials, &error), &error);
    assert_int_equal(trials.list[0].n_curves, 0); /* only when asked for */
    vv_trials_free(&trials);
    vv_study_close(study);
}

static void an_epoch_is_reported_once(void **state)
{
    const place *p = *state;
    vv_error error = { 0 };
    vv_study *study = open_study(p->project, VV_STUDY_WRITE);
    const int id = begin_trial(study, 1);
    must(vv_trial_epoch(study, id, 0, 0, metrics, (double[]){ 1, 2, 3 }, 3, &error), &error);
    must(vv_trial_epoch(study, id, 0, 0, metrics, (double[]){ 4, 5, 6 }, 3, &error), &error);
    assert_int_equal(vv_trial_epoch(study, id, 0, 1, metrics, NULL, 0, NULL), VV_BAD_ARG);
    vv_trials trials;
    must(vv_study_trials(study, &(vv_trials_args){ .curves = true }, &trials, &error), &error);
    CHECK_EQUAL_EXACTLY(trials.list[0].curves[0].values[0], 1);
    assert_int_equal(trials.list[0].epochs_total, 1);
    vv_trials_free(&trials);
    vv_study_close(study);
}

static void executions_come_back(void **state)
{
    const place *p = *state;
    vv_error error = { 0 };
    vv_study *study = open_study(p->project, VV_STUDY_WRITE);
    const int id = begin_trial(study, 1);
    must(vv_trial_execution(study, id, 0, 4, 0.25, 1.5, &error), &error);
    must(vv_trial_execution(study, id, 1, 0, 0.75, 2, &error), &error);
    assert_int_equal(vv_trial_execution(study, id, 2, 0, (double)NAN, 2, &error), VV_BAD_ARG);
    must(end_trial(study, id, VV_TRIAL_COMPLETED, 0.5, NULL), NULL);
    vv_trials trials;
    must(vv_study_trials(study, NULL, &trials, NULL), NULL);
    const vv_trial *trial = &trials.list[0];
    assert_int_equal(trial->status, VV_TRIAL_COMPLETED);
    CHECK_EQUAL_EXACTLY(trial->score, 0.5);
    CHECK_EQUAL_EXACTLY(trial->seconds, 3.5);
    assert_null(trial->reason);
    assert_int_equal(trial->n_executions, 2);
    assert_int_equal(trial->executions[0].best_epoch, 4);
    CHECK_EQUAL_EXACTLY(trial->executions[1].score, 0.75);
    CHECK_EQUAL_EXACTLY(trial->executions[1].seconds, 2);
    vv_trials_free(&trials);
    vv_study_close(study);
}

/* ---- states ---------------------------------------------------------------------------------------------------------
 */

static void only_running_trials_take_reports_and_end(void **state)
{
    const place *p = *state;
    vv_study *study = open_study(p->project, VV_STUDY_WRITE);
    const vv_trial_status final[] = { VV_TRIAL_COMPLETED, VV_TRIAL_FAILED };
    for (size_t i = 0; i < 2; i++) {
        vv_error error = { 0 };
        const int id = begin_trial(study, 1);
        must(end_trial(study, id, final[i], 1, "why"), NULL);
        assert_int_equal(vv_trial_epoch(study, id, 0, 0, metrics, (double[]){ 1, 2, 3 }, 3, NULL), VV_TAKEN);
        assert_int_equal(vv_trial_execution(study, id, 0, 0, 1, 1, NULL), VV_TAKEN);
        assert_int_equal(end_trial(study, id, VV_TRIAL_INTERRUPTED, 1, NULL), VV_TAKEN);
        assert_int_equal(vv_trial_retry(study, id, "why", 1, NULL), VV_TAKEN);
        assert_int_equal(vv_trial_wake(study, id, 0, &error), VV_TAKEN);
        CHECK_CONTAINS(error.text, i == 0 ? "COMPLETED" : "FAILED");
    }
    assert_int_equal(end_trial(study, 77, VV_TRIAL_FAILED, 1, NULL), VV_NOT_FOUND);
    assert_int_equal(vv_trial_wake(study, 77, 0, NULL), VV_NOT_FOUND);
    assert_int_equal(vv_trial_epoch(study, 77, 0, 0, metrics, (double[]){ 1 }, 1, NULL), VV_NOT_FOUND);
    assert_int_equal(end_trial(study, 0, VV_TRIAL_RUNNING, 1, NULL), VV_BAD_ARG);
    vv_study_close(study);
}

static void a_score_that_is_not_finite_is_a_failure_that_says_so(void **state)
{
    const place *p = *state;
    const struct {
        double score;
        const char *reason;
    } cases[] = { { (double)NAN, "nan" }, { (double)INFINITY, "inf" }, { (double)-INFINITY, "-inf" } };
    vv_study *study = open_study(p->project, VV_STUDY_WRITE);
    for (size_t i = 0; i < 3; i++) {
        const int id = begin_trial(study, 1);
        must(end_trial(study, id, VV_TRIAL_COMPLETED, cases[i].score, NULL), NULL);
        vv_trials trials;
        must(vv_study_trials(study, &(vv_trials_args){ .only = true, .id = id }, &trials, NULL), NULL);
        assert_int_equal(trials.list[0].status, VV_TRIAL_FAILED);
        CHECK_CONTAINS(trials.list[0].reason, cases[i].reason);
        vv_trials_free(&trials);
    }
    vv_study_close(study);
}

/* ---- order, facts, refusals ------------------------------------------------------------------------------------- */

static void check_order(vv_study *study, const char *objective, const int *expected, int limit)
{
    vv_trials trials;
    must(vv_study_set(study, "objective", objective, NULL), NULL);
    must(vv_study_trials(study, &(vv_trials_args){ .best_first = true, .limit = limit }, &trials, NULL), NULL);
    assert_int_equal(trials.n, limit == 0 ? 6 : limit);
    for (size_t i = 0; i < trials.n; i++) assert_int_equal(trials.list[i].id, expected[i]);
    vv_trials_free(&trials);
}

static void the_best_come_first_and_ties_by_id(void **state)
{
    const place *p = *state;
    vv_error error = { 0 };
    const double scores[] = { 0.5, 0.9, (double)NAN, 0.5, -1 };
    vv_study *study = open_study(p->project, VV_STUDY_WRITE);
    for (int i = 0; i < 5; i++)
        must(end_trial(study, begin_trial(study, i), VV_TRIAL_COMPLETED, scores[i], NULL), NULL);
    begin_trial(study, 9);
    vv_trials trials;
    assert_int_equal(vv_study_trials(study, &(vv_trials_args){ .best_first = true }, &trials, &error), VV_NOT_FOUND);
    CHECK_CONTAINS(error.text, "objective");
    check_order(study, "val_accuracy", (const int[]){ 1, 0, 3, 4, 2, 5 }, 0);
    check_order(study, "val_loss", (const int[]){ 4, 0, 3, 1, 2, 5 }, 0);
    check_order(study, "mine:max", (const int[]){ 1, 0 }, 2);
    vv_study_close(study);
}

static void facts_are_replaced_and_missing_ones_are_null(void **state)
{
    const place *p = *state;
    vv_study *study = open_study(p->project, VV_STUDY_WRITE);
    char *text = NULL;
    must(vv_study_get(study, "seed", &text, NULL), NULL);
    assert_null(text);
    must(vv_study_set(study, "seed", "1", NULL), NULL);
    must(vv_study_set(study, "seed", "", NULL), NULL);
    must(vv_study_get(study, "seed", &text, NULL), NULL);
    assert_string_equal(text, "");
    free(text);
    vv_study_close(study);
}

/* A trial with its one value `times` times: more than once cannot be stored. */
static vv_status begin_with_refusals(vv_study *study, size_t times, const vv_refusal *refusals, size_t n, int *id)
{
    const vv_value one = { VV_VALUE_INT, { .i = 1 } };
    const vv_domain domain = {
        .kind = VV_DOMAIN_FIXED, .type = VV_VALUE_INT, .values = &one, .n_values = 1, .default_value = one
    };
    const vv_active value = { .name = "n", .domain = domain, .value = one }, values[] = { value, value };
    const vvi_beginning beginning = { .values = values, .n_values = times, .refusals = refusals, .n_refusals = n };
    return vvi_trial_begin(study, &beginning, id, NULL);
}

static void refusals_are_counted_by_reason_together_with_their_trial(void **state)
{
    const place *p = *state;
    int id = -1;
    vv_refusals refusals;
    vv_study *study = open_study(p->project, VV_STUDY_WRITE);
    const vv_refusal first[] = { { "conv2d: too small", "a=1", 2 }, { "b", "b=1", 1 } },
                     second[] = { { "conv2d: too small", "a=2", 4 }, { "c", "c=1", 2 }, { "d", "d=1", 3 } };
    must(vv_study_refusals(study, &refusals, NULL), NULL);
    assert_int_equal(refusals.n, 0);
    must(begin_with_refusals(study, 1, first, 2, &id), NULL);
    must(begin_with_refusals(study, 1, NULL, 0, &id), NULL);
    assert_int_not_equal(begin_with_refusals(study, 2, second, 3, &id), VV_OK); /* no trial, no refusals */
    must(begin_with_refusals(study, 1, second, 3, &id), NULL);
    assert_int_equal(id, 2);
    must(vv_study_refusals(study, &refusals, NULL), NULL);
    assert_int_equal(refusals.n, 12);
    assert_int_equal(refusals.top[0].n, 6);
    assert_string_equal(refusals.top[0].reason, "conv2d: too small");
    assert_string_equal(refusals.top[0].values, "a=1");
    assert_string_equal(refusals.top[1].reason, "d");
    assert_string_equal(refusals.top[2].reason, "c");
    /* One that cannot be stored takes the trial with it. */
    assert_int_not_equal(begin_with_refusals(study, 1, &(vv_refusal){ "e", "", -1 }, 1, &id), VV_OK);
    vv_trials trials;
    must(vv_study_trials(study, NULL, &trials, NULL), NULL);
    assert_int_equal(trials.n, 3);
    vv_trials_free(&trials);
    vv_study_close(study);
}

static void a_missing_trial_is_not_found(void **state)
{
    const place *p = *state;
    vv_error error = { 0 };
    vv_trials trials;
    vv_study *study = open_study(p->project, VV_STUDY_WRITE);
    assert_int_equal(vv_study_trials(study, &(vv_trials_args){ .only = true, .id = 3 }, &trials, &error), VV_NOT_FOUND);
    CHECK_CONTAINS(error.text, "trial 3");
    assert_int_equal(vv_study_trials(study, &(vv_trials_args){ .limit = -1 }, &trials, NULL), VV_BAD_ARG);
    vv_study_close(study);
}

/* ---- failing allocations ---------------------------------------------------------------------------------------- */

static void every_failing_allocation_is_a_clean_status(void **state)
{
    const place *p = *state;
    vv_study *study = open_study(p->project, VV_STUDY_WRITE);
    vv_hp *hp = vv_hp_new(NULL);
    ask_for_all(hp);
    int id = -1;
    vv_status status = VV_NO_MEMORY;
    for (long n = 1; status != VV_OK; n++) {
        assert_true(n < 1000);
        vvi_fail_allocation(n);
        status = vv_trial_begin(study, hp, "{}", &id, NULL);
        vvi_fail_allocation(0);
        assert_true(status == VV_OK || status == VV_NO_MEMORY);
    }
    assert_int_equal(id, 0); /* none of the failed ones left anything */
    for (int e = 0; e < 3; e++) must(vv_trial_epoch(study, id, 0, e, metrics, (double[]){ 1, 2, 3 }, 3, NULL), NULL);
    status = VV_NO_MEMORY;
    for (long n = 1; status != VV_OK; n++) {
        vv_trials trials;
        vv_error error = { 0 };
        assert_true(n < 1000);
        vvi_fail_allocation(n);
        status = vv_study_trials(study, &(vv_trials_args){ .curves = true }, &trials, &error);
        vvi_fail_allocation(0);
        if (status != VV_OK && status != VV_NO_MEMORY) fail_msg("allocation %ld: %s", n, error.text);
        vv_trials_free(&trials);
    }
    vvi_fail_allocation(-1);
    vv_hp_free(hp);
    vv_study_close(study);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PLACE(values_and_domains_come_back_bit_for_bit),
        WITH_PLACE(text_that_is_not_utf8_is_refused_and_leaves_no_trial),
        WITH_PLACE(a_build_with_an_error_begins_no_trial),
        WITH_PLACE(curves_come_back_with_nan_and_infinity),
        WITH_PLACE(an_epoch_is_reported_once),
        WITH_PLACE(executions_come_back),
        WITH_PLACE(only_running_trials_take_reports_and_end),
        WITH_PLACE(a_score_that_is_not_finite_is_a_failure_that_says_so),
        WITH_PLACE(the_best_come_first_and_ties_by_id),
        WITH_PLACE(facts_are_replaced_and_missing_ones_are_null),
        WITH_PLACE(refusals_are_counted_by_reason_together_with_their_trial),
        WITH_PLACE(a_missing_trial_is_not_found),
        WITH_PLACE(every_failing_allocation_is_a_clean_status),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
