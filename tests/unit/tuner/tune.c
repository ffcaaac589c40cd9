/* tune.c - a function as objective: what it reports is kept, and it fails, is pruned and goes on as networks do. */
#include "unit/tuner/search_helper.h"

#include <math.h>
#include <sys/mman.h>
#include <unistd.h>

/* Shared with the processes of trials. */
typedef struct counts {
    int gone, stop;
} counts;

static counts *shared_new(void)
{
    counts *c = mmap(NULL, sizeof *c, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (c == MAP_FAILED) fail_msg("no memory to share");
    return c;
}

static vv_search_args function_args(const toy *t, vv_tune_function function, void *user)
{
    return (vv_search_args){
        .tune = function, .user = user, .objective = "loss:min", .max_trials = 6, .seed = 3, .project = t->place.project
    };
}

static vv_search_result must_tune(const vv_search_args *args)
{
    vv_error error = { 0 };
    vv_search_result result;
    must(vv_tune_with(args, &result, &error), &error);
    return result;
}

static void must_refuse_tune(const vv_search_args *args, vv_status expected, const char *part)
{
    vv_error error = { 0 };
    vv_search_result result;
    const vv_status status = vv_tune_with(args, &result, &error);
    if (status != expected) fail_msg("%s: %s", vv_status_name(status), error.text);
    CHECK_CONTAINS(error.text, part);
}

static const vv_curve *find_curve(const vv_trial *trial, int execution, const char *metric)
{
    for (size_t i = 0; i < trial->n_curves; i++)
        if (trial->curves[i].execution == execution && strcmp(trial->curves[i].metric, metric) == 0)
            return &trial->curves[i];
    fail_msg("trial %d has no %s in execution %d", trial->id, metric, execution);
    return NULL;
}

static double value_of(const vv_trial *trial, const char *name)
{
    for (size_t i = 0; i < trial->n_values; i++)
        if (strcmp(trial->values[i].name, name) == 0)
            return trial->values[i].value.type == VV_VALUE_FLOAT ? trial->values[i].value.f
                                                                 : (double)trial->values[i].value.i;
    fail_msg("trial %d has no %s", trial->id, name);
    return 0;
}

/* ---- a result ---------------------------------------------------------------------------------------------------- */

static double bowl(vv_hp *hp, vv_tuning *tuning, void *user)
{
    counts *c = user;
    const double x = vv_float(hp, "x", .min = -1, .max = 1);
    const bool far = vv_bool(hp, "far");
    const double y = far ? vv_float(hp, "y", .min = 2, .max = 3) : 0;
    if (!vv_tuning_go(tuning)) return 0;
    if (c != NULL) c->gone++;
    return x * x + y;
}

static void a_functions_result_is_its_score(void **state)
{
    toy *t = *state;
    counts *c = shared_new();
    const vv_search_args args = function_args(t, bowl, c);
    const vv_search_result result = must_tune(&args);
    assert_int_equal(result.reason, VV_STOP_MAX_TRIALS);
    vv_trials trials = read_trials(t->place.project);
    assert_int_equal(trials.n, 6);
    for (size_t i = 0; i < trials.n; i++) {
        const vv_trial *trial = &trials.list[i];
        const double x = value_of(trial, "x"), y = trial->n_values == 3 ? value_of(trial, "y") : 0;
        assert_int_equal(trial->status, VV_TRIAL_COMPLETED);
        CHECK_EQUAL_EXACTLY(trial->score, x * x + y);
        assert_null(trial->model_json);
        CHECK_EQUAL_EXACTLY(find_curve(trial, 0, "loss")->values[0], trial->score);
        if (trial->score < result.best_score) fail_msg("trial %d is better than the best", trial->id);
    }
    assert_int_equal(c->gone, 6); /* looking at the space computes nothing */
    vv_trials_free(&trials);
    munmap(c, sizeof *c);
}

static void a_study_of_a_function_is_gone_on_with(void **state)
{
    toy *t = *state;
    vv_search_args args = function_args(t, bowl, NULL), whole = args;
    args.max_trials = 3;
    must_tune(&args);
    args.max_trials = 6;
    must_tune(&args);
    whole.project = t->other;
    must_tune(&whole);
    vv_trials first = read_trials(t->place.project), second = read_trials(t->other);
    assert_int_equal(first.n, 6);
    for (size_t i = 0; i < first.n; i++) {
        check_same_values(&first.list[i], &second.list[i]);
        CHECK_EQUAL_EXACTLY(first.list[i].score, second.list[i].score);
    }
    vv_trials_free(&first);
    vv_trials_free(&second);
}

static double without_go(vv_hp *hp, vv_tuning *tuning, void *user)
{
    (void)tuning, (void)user;
    return vv_float(hp, "x", .min = -1, .max = 1);
}

static double late(vv_hp *hp, vv_tuning *tuning, void *user)
{
    (void)user;
    const double x = vv_float(hp, "x", .min = -1, .max = 1);
    if (!vv_tuning_go(tuning)) return 0;
    return x * vv_float(hp, "too_late", .min = -1, .max = 1);
}

static void mistakes_of_a_function_are_told(void **state)
{
    toy *t = *state;
    vv_search_args args = function_args(t, without_go, NULL);
    must_refuse_tune(&args, VV_BAD_ARG, "without a call of vv_tuning_go");
    args.tune = NULL;
    must_refuse_tune(&args, VV_BAD_ARG, "there must be a function");
    args = function_args(t, bowl, NULL);
    args.budget.params = 5;
    must_refuse_tune(&args, VV_BAD_ARG, "a budget limits networks");
    args.budget.params = 0;
    args.oracle = "hyperband";
    must_refuse_tune(&args, VV_BAD_ARG, "trials of 0 epoch");
    args.oracle = NULL;
    args.max_epochs_total = 100;
    must_refuse_tune(&args, VV_BAD_ARG, "how many epochs a trial has");
    const vv_hypermodel both = { .build = build_toy, .tune = bowl };
    const vv_search_args twice = toy_args(t, &both);
    must_refuse(&twice, VV_BAD_ARG, "tune besides build");
}

static void a_value_asked_for_after_go_fails_the_trial(void **state)
{
    toy *t = *state;
    vv_search_args args = function_args(t, late, NULL);
    args.max_consecutive_failures = 2;
    assert_int_equal(must_tune(&args).reason, VV_STOP_FAILURES);
    vv_trials trials = read_trials(t->place.project);
    CHECK_CONTAINS(trials.list[0].reason, "too_late was asked for after vv_tuning_go");
    vv_trials_free(&trials);
}

/* ---- refusals, failures ------------------------------------------------------------------------------------------ */

static double picky(vv_hp *hp, vv_tuning *tuning, void *user)
{
    (void)user;
    const int n = vv_int(hp, "n", .min = 0, .max = 9);
    if (n % 2 == 1) vv_tuning_fail(tuning, "%d is odd", n);
    if (!vv_tuning_go(tuning)) return 0;
    if (n == 4) vv_tuning_fail(tuning, "cannot do %d", n);
    if (n == 6) return (double)NAN;
    if (n == 8) abort();
    return n;
}

static void failing_before_go_refuses_values_and_after_it_fails_the_trial(void **state)
{
    toy *t = *state;
    vv_search_args args = function_args(t, picky, NULL);
    args.max_trials = 20;
    args.max_consecutive_failures = 20;
    args.oracle = "grid";
    const vv_search_result result = must_tune(&args);
    assert_int_equal(result.reason, VV_STOP_EXHAUSTED);
    CHECK_EQUAL_EXACTLY(result.best_score, 0.0);
    vv_trials trials = read_trials(t->place.project);
    assert_int_equal(trials.n, 5);
    for (size_t i = 0; i < trials.n; i++) {
        const vv_trial *trial = &trials.list[i];
        const int n = (int)value_of(trial, "n");
        assert_int_equal(n % 2, 0);
        assert_int_equal(trial->status, n > 2 ? VV_TRIAL_FAILED : VV_TRIAL_COMPLETED);
        if (n == 4) assert_string_equal(trial->reason, "cannot do 4");
        if (n == 6) CHECK_CONTAINS(trial->reason, "the result is not finite");
        if (n == 8) CHECK_CONTAINS(trial->reason, "signal 6");
    }
    vv_trials_free(&trials);
}

/* ---- steps -------------------------------------------------------------------------------------------------------- */

enum { STEPS = 6 };

/* Falls to `level`, then rises a little. */
static double curve(vv_hp *hp, vv_tuning *tuning, void *user)
{
    const counts *c = user;
    const int level = vv_int(hp, "level", .min = 0, .max = 5);
    if (!vv_tuning_go(tuning)) return 0;
    for (int i = 0; i < STEPS; i++) {
        vv_tuning_metric(tuning, "twice", 2.0 * i);
        if (!vv_tuning_step(tuning, level + (i < 4 ? 4 - i : 1))) break;
    }
    if (c != NULL && c->stop == 1) return level;                          /* a result of its own */
    if (c != NULL && c->stop == 2) vv_tuning_metric(tuning, "twice", -1); /* with a metric */
    return vv_tuning_best(tuning);
}

static void without_a_result_the_best_step_counts(void **state)
{
    toy *t = *state;
    vv_search_args args = function_args(t, curve, NULL);
    args.constraints = "twice<=5";
    must_tune(&args);
    vv_trials trials = read_trials(t->place.project);
    for (size_t i = 0; i < trials.n; i++) {
        const vv_trial *trial = &trials.list[i];
        CHECK_EQUAL_EXACTLY(trial->score, value_of(trial, "level") + 1);
        assert_int_equal(trial->executions[0].best_epoch, 3);
        assert_int_equal(find_curve(trial, 0, "loss")->n, STEPS);
        CHECK_EQUAL_EXACTLY(find_curve(trial, 0, "twice")->values[3], 6.0);
        if (!(trial->violation > 0)) fail_msg("trial %d keeps twice<=5", trial->id);
    }
    vv_trials_free(&trials);
}

static void a_result_of_its_own_is_one_step_more(void **state)
{
    toy *t = *state;
    counts how = { .stop = 1 };
    vv_search_args args = function_args(t, curve, &how);
    must_tune(&args);
    how.stop = 2;
    args.project = t->other;
    must_tune(&args);
    vv_trials plain = read_trials(t->place.project), with_metric = read_trials(t->other);
    const vv_trial *a = &plain.list[0], *b = &with_metric.list[0];
    CHECK_EQUAL_EXACTLY(a->score, value_of(a, "level"));
    assert_int_equal(a->executions[0].best_epoch, STEPS);
    CHECK_EQUAL_EXACTLY(find_curve(a, 0, "twice")->values[STEPS], 2.0 * (STEPS - 1)); /* the last step's */
    CHECK_EQUAL_EXACTLY(b->score, value_of(b, "level") + 1);
    assert_int_equal(b->executions[0].best_epoch, STEPS);
    CHECK_EQUAL_EXACTLY(find_curve(b, 0, "twice")->values[STEPS], -1.0);
    vv_trials_free(&plain);
    vv_trials_free(&with_metric);
}

static void more_steps_than_were_asked_for_fail_the_trial(void **state)
{
    toy *t = *state;
    vv_search_args args = function_args(t, curve, NULL);
    args.epochs = STEPS; /* the last one returns false, and the function returns */
    must_tune(&args);
    vv_trials trials = read_trials(t->place.project);
    assert_int_equal(trials.list[0].status, VV_TRIAL_COMPLETED);
    assert_int_equal(trials.list[0].epochs, STEPS);
    vv_trials_free(&trials);
}

static double heedless(vv_hp *hp, vv_tuning *tuning, void *user)
{
    (void)user;
    const int level = vv_int(hp, "level", .min = 0, .max = 5);
    if (!vv_tuning_go(tuning)) return 0;
    for (int i = 0; i < STEPS; i++) (void)vv_tuning_step(tuning, level + i);
    return level;
}

static void a_function_that_does_not_heed_its_number_of_steps_fails(void **state)
{
    toy *t = *state;
    vv_search_args args = function_args(t, heedless, NULL);
    args.epochs = STEPS - 1;
    args.max_consecutive_failures = 1;
    assert_int_equal(must_tune(&args).reason, VV_STOP_FAILURES);
    vv_trials trials = read_trials(t->place.project);
    CHECK_CONTAINS(trials.list[0].reason, "a step after the 5");
    vv_trials_free(&trials);
}

static void a_pruner_ends_a_function(void **state)
{
    toy *t = *state;
    vv_search_args args = function_args(t, curve, NULL);
    args.oracle = "grid";
    args.pruner = "threshold:lower=-1,upper=6"; /* of the first step */
    args.epochs = STEPS;
    must_tune(&args);
    vv_trials trials = read_trials(t->place.project);
    for (size_t i = 0; i < trials.n; i++) {
        const bool high = value_of(&trials.list[i], "level") + 4 > 6;
        assert_int_equal(trials.list[i].status, high ? VV_TRIAL_PRUNED : VV_TRIAL_COMPLETED);
        assert_int_equal(trials.list[i].epochs, high ? 1 : STEPS);
    }
    vv_trials_free(&trials);
}

static double by_steps(vv_hp *hp, vv_tuning *tuning, void *user)
{
    counts *c = user;
    const double x = vv_float(hp, "x", .min = 0, .max = 1);
    if (!vv_tuning_go(tuning)) return 0;
    c->gone++;
    for (int i = 1; vv_tuning_step(tuning, x + 1.0 / i); i++) continue;
    return vv_tuning_best(tuning);
}

static void hyperband_pauses_a_function_and_goes_on(void **state)
{
    toy *t = *state;
    counts *c = shared_new();
    vv_search_args args = function_args(t, by_steps, c);
    args.oracle = "hyperband";
    args.epochs = 9;
    args.max_trials = 100;
    must_tune(&args);
    vv_trials trials = read_trials(t->place.project);
    size_t whole = 0, longer = 0;
    for (size_t i = 0; i < trials.n; i++) {
        const vv_trial *trial = &trials.list[i];
        const vv_curve *loss = find_curve(trial, 0, "loss");
        whole += trial->status == VV_TRIAL_COMPLETED;
        longer += trial->epochs > 1;
        for (size_t k = 0; k < loss->n; k++)
            CHECK_EQUAL_EXACTLY(loss->values[k], value_of(trial, "x") + 1.0 / (double)(k + 1));
    }
    assert_true(whole > 0 && whole < longer && longer < trials.n);
    assert_true((size_t)c->gone > trials.n); /* some went on */
    vv_trials_free(&trials);
    munmap(c, sizeof *c);
}

static double noisy(vv_hp *hp, vv_tuning *tuning, void *user)
{
    (void)user;
    const double x = vv_float(hp, "x", .min = 0, .max = 1);
    if (!vv_tuning_go(tuning)) return 0;
    return x + (double)(vv_tuning_seed(tuning) >> 40) / (1 << 24) + 10.0 * vv_tuning_execution(tuning);
}

static void executions_of_a_function_differ_by_their_seed(void **state)
{
    toy *t = *state;
    vv_search_args args = function_args(t, noisy, NULL);
    args.executions_per_trial = 3;
    must_tune(&args);
    vv_trials trials = read_trials(t->place.project);
    for (size_t i = 0; i < trials.n; i++) {
        const vv_trial *trial = &trials.list[i];
        double sum = 0;
        assert_int_equal(trial->n_executions, 3);
        for (int e = 0; e < 3; e++) {
            const double score = trial->executions[e].score, noise = score - value_of(trial, "x") - 10.0 * e;
            assert_true(noise >= -1e-9 && noise < 1 + 1e-9);
            sum += score;
        }
        assert_true(fabs(trial->score - sum / 3) < 1e-12);
        assert_true(fabs(trial->executions[0].score + 10 - trial->executions[1].score) > 1e-6);
    }
    vv_trials_free(&trials);
}

/* ---- several objectives, a study of something else ---------------------------------------------------------------- */

static double two(vv_hp *hp, vv_tuning *tuning, void *user)
{
    (void)user;
    const double x = vv_float(hp, "x", .min = 0, .max = 1);
    if (!vv_tuning_go(tuning)) return 0;
    vv_tuning_metric(tuning, "params", 1 - x);
    return x;
}

static void further_objectives_are_metrics_even_those_named_like_costs(void **state)
{
    toy *t = *state;
    vv_search_args args = function_args(t, two, NULL);
    args.objective = "loss:min,params:max";
    must_tune(&args);
    vv_trials trials = read_trials(t->place.project);
    for (size_t i = 0; i < trials.n; i++) {
        assert_int_equal(trials.list[i].n_scores, 2);
        CHECK_EQUAL_EXACTLY(trials.list[i].scores[1], 1 - value_of(&trials.list[i], "x"));
    }
    vv_trials_free(&trials);
}

static void a_study_of_networks_is_not_gone_on_with_a_function(void **state)
{
    toy *t = *state;
    vv_search_args networks = toy_args(t, &toy_hypermodel), args = function_args(t, bowl, NULL);
    networks.max_trials = 1;
    must_search(&networks);
    must_refuse_tune(&args, VV_MISMATCH, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_TOY(a_functions_result_is_its_score),
        WITH_TOY(a_study_of_a_function_is_gone_on_with),
        WITH_TOY(mistakes_of_a_function_are_told),
        WITH_TOY(a_value_asked_for_after_go_fails_the_trial),
        WITH_TOY(failing_before_go_refuses_values_and_after_it_fails_the_trial),
        WITH_TOY(without_a_result_the_best_step_counts),
        WITH_TOY(a_result_of_its_own_is_one_step_more),
        WITH_TOY(more_steps_than_were_asked_for_fail_the_trial),
        WITH_TOY(a_function_that_does_not_heed_its_number_of_steps_fails),
        WITH_TOY(a_pruner_ends_a_function),
        WITH_TOY(hyperband_pauses_a_function_and_goes_on),
        WITH_TOY(executions_of_a_function_differ_by_their_seed),
        WITH_TOY(further_objectives_are_metrics_even_those_named_like_costs),
        WITH_TOY(a_study_of_networks_is_not_gone_on_with_a_function),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
