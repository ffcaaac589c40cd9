/* methods.c - trials that are not the oracle's idea, trials that pause and go on, limits; and what cannot be meant. */
#include "search_helper.h"

#include "tuner/tuner.h"

/* ---- an oracle that pauses -------------------------------------------------------------------------------------- */

/* Four trials of one epoch; the best half of them goes on to two, and the best of those to the end. */
enum { FIRST = 4 };

static int better_paused(const vv_past *past, int epochs, int *n)
{
    int best = -1;
    *n = 0;
    for (int i = 0; i < (int)vv_past_count(past); i++) {
        const vv_past_trial trial = vv_past_at(past, i);
        *n += trial.epochs > epochs || trial.status == VV_TRIAL_COMPLETED;
        if (trial.status != VV_TRIAL_PAUSED || trial.epochs != epochs) continue;
        if (best < 0 || vv_past_loss(past, i, 0) < vv_past_loss(past, best, 0)) best = i;
    }
    return best;
}

static vv_status resume(vv_answer *answer, int trial, int epochs)
{
    answer->kind = VV_ANSWER_RESUME;
    answer->trial = trial;
    answer->epochs = epochs;
    return VV_OK;
}

static vv_chooser begin_draw(void *context, uint64_t attempt)
{
    vvi_draw *draw = context;
    draw->key = vvi_key_int(draw->key, (int64_t)attempt);
    return vvi_chooser_draw(draw);
}

static vv_status ask_halving(const vv_question *q, vv_answer *answer, vv_error *error)
{
    int beyond = 0;
    if (vv_past_count(q->past) < FIRST) {
        vvi_draw draw = { .key = vvi_key_int(vvi_key_new(q->seed, "halving"), q->trial) };
        const vv_sampler sampler = { begin_draw, &draw };
        answer->epochs = 1;
        snprintf(answer->note, sizeof answer->note, "the first of %d rungs", 3);
        return vv_oracle_propose(q, &sampler, answer, error);
    }
    const int first = better_paused(q->past, 1, &beyond);
    if (first >= 0 && beyond < 2) return resume(answer, first, 2);
    const int second = better_paused(q->past, 2, &beyond);
    if (second >= 0 && beyond < 1) return resume(answer, second, 0);
    answer->kind = VV_ANSWER_EXHAUSTED;
    return VV_OK;
}

static const vv_oracle_kind halving = {
    .name = "halving", .summary = "a test's", .paper = "none", .halves = true, .ask = ask_halving
};

static void check_halved(const char *project)
{
    vv_trials trials = read_trials(project);
    int completed = 0, pruned[4] = { 0 };
    assert_int_equal(trials.n, FIRST);
    for (size_t i = 0; i < trials.n; i++) {
        const vv_trial *trial = &trials.list[i];
        completed += trial->status == VV_TRIAL_COMPLETED;
        if (trial->status == VV_TRIAL_COMPLETED) assert_int_equal(trial->epochs, 3);
        if (trial->status != VV_TRIAL_PRUNED) continue;
        pruned[trial->epochs]++;
        CHECK_CONTAINS(trial->reason, trial->epochs == 1 ? "eliminated after 1 of 3" : "eliminated after 2 of 3");
        assert_int_equal(trial->n_scores, 1);
    }
    assert_int_equal(completed, 1);
    assert_int_equal(pruned[1], 2);
    assert_int_equal(pruned[2], 1);
    vv_trials_free(&trials);
}

static void an_oracle_pauses_trials_resumes_them_and_the_rest_is_eliminated(void **state)
{
    const toy *t = *state;
    vv_search_args args = toy_args(t, &toy_hypermodel);
    args.oracle_kind = &halving;
    assert_int_equal(must_search(&args).reason, VV_STOP_EXHAUSTED);
    check_halved(t->place.project);
}

/* A search that ends after each trial, and is gone on with, is the search that never ended. */
static void limits_leave_paused_trials_to_be_gone_on_with(void **state)
{
    const toy *t = *state;
    vv_search_args args = toy_args(t, &toy_hypermodel);
    args.oracle_kind = &halving;
    must_search(&args);
    args.project = t->other;
    for (int epochs = 1; epochs <= 6; epochs++) {
        args.max_epochs_total = epochs;
        assert_int_equal(must_search(&args).reason, VV_STOP_EPOCHS);
        vv_trials trials = read_trials(t->other);
        int had = 0;
        for (size_t i = 0; i < trials.n; i++) {
            had += trials.list[i].epochs_total;
            assert_int_equal(trials.list[i].status, VV_TRIAL_PAUSED);
        }
        assert_int_equal(had, epochs);
        vv_trials_free(&trials);
    }
    args.max_epochs_total = 0;
    assert_int_equal(must_search(&args).reason, VV_STOP_EXHAUSTED);
    check_halved(t->other);
    vv_trials a = read_trials(t->place.project), b = read_trials(t->other);
    for (size_t i = 0; i < a.n; i++) check_same_trial(&a.list[i], &b.list[i]);
    vv_trials_free(&a);
    vv_trials_free(&b);
}

static void enqueued_values_get_the_epochs_of_the_oracle(void **state)
{
    const toy *t = *state;
    vv_search_args args = toy_args(t, &toy_hypermodel);
    args.oracle_kind = &halving;
    args.enqueued = "{\"layers\": 1, \"units_0\": 6}";
    assert_int_equal(must_search(&args).reason, VV_STOP_EXHAUSTED);
    check_halved(t->place.project);
    vv_trials trials = read_trials(t->place.project);
    assert_int_equal(trials.list[0].values[1].value.i, 6);
    vv_trials_free(&trials);
}

/* ---- notes ------------------------------------------------------------------------------------------------------ */

typedef struct heard {
    int notes;
    char last[256];
} heard;

static void hear(void *context, const vv_event *event)
{
    heard *h = context;
    if (event->kind != VV_EVENT_NOTE) return;
    h->notes++;
    snprintf(h->last, sizeof h->last, "%s", event->note);
}

static void a_note_is_said_once(void **state)
{
    const toy *t = *state;
    heard h = { 0 };
    vv_search_args args = toy_args(t, &toy_hypermodel);
    args.oracle_kind = &halving;
    args.on_event = hear;
    args.context = &h;
    must_search(&args);
    assert_int_equal(h.notes, 1);
    assert_string_equal(h.last, "halving: the first of 3 rungs");
}

/* ---- the queue and the database --------------------------------------------------------------------------------- */

/* The writer died between saying which trial it would be and beginning it. */
static void a_configuration_whose_trial_never_began_waits_again(void **state)
{
    const toy *t = *state;
    vv_search_args args = toy_args(t, &toy_hypermodel);
    args.max_trials = 1;
    must_search(&args);
    vv_study *study = open_study(t->place.project, VV_STUDY_WRITE);
    must(vv_study_set(study, "enqueued",
                      "[{\"defaults\": false, \"trial\": 1, \"values\": {\"layers\": 2, \"units_1\": 8}}]", NULL),
         NULL);
    vv_study_close(study);
    args.max_trials = 2;
    must_search(&args);
    vv_trials trials = read_trials(t->place.project);
    assert_int_equal(trials.list[1].values[0].value.i, 2);
    assert_int_equal(trials.list[1].values[2].value.i, 8);
    vv_trials_free(&trials);
    args.max_trials = 3; /* once */
    must_search(&args);
    trials = read_trials(t->place.project);
    char *text = NULL;
    study = open_study(t->place.project, VV_STUDY_READ);
    must(vv_study_get(study, "enqueued", &text, NULL), NULL);
    CHECK_CONTAINS(text, "\"trial\": 1");
    free(text);
    vv_study_close(study);
    vv_trials_free(&trials);
}

static void values_stand_for_those_of_a_domain(void **state)
{
    (void)state;
    const vv_domain whole = { .kind = VV_DOMAIN_INT, .type = VV_VALUE_INT, .min = 1, .max = 9, .step = 2 },
                    real = { .kind = VV_DOMAIN_FLOAT, .type = VV_VALUE_FLOAT, .min = 0, .max = 1, .step = 0.1 },
                    yes = { .kind = VV_DOMAIN_BOOL, .type = VV_VALUE_BOOL };
    const vv_value three = { VV_VALUE_INT, { .i = 3 } }, three_real = { VV_VALUE_FLOAT, { .f = 3 } },
                   one = { VV_VALUE_INT, { .i = 1 } }, third = { VV_VALUE_FLOAT, { .f = 0.3 } },
                   text = { VV_VALUE_STRING, { .s = "3" } }, truth = { VV_VALUE_STRING, { .s = "true" } };
    vv_value value;
    assert_true(vvi_value_fit(&whole, three, &value) && value.i == 3);
    assert_true(vvi_value_fit(&whole, three_real, &value) && value.type == VV_VALUE_INT && value.i == 3);
    assert_true(vvi_value_fit(&whole, text, &value) && value.i == 3);
    assert_true(vvi_value_fit(&real, one, &value) && value.type == VV_VALUE_FLOAT);
    CHECK_EQUAL_EXACTLY(value.f, 1);
    assert_true(vvi_value_fit(&real, third, &value));
    assert_true(vv_domain_contains(&real, value));
    assert_true(vvi_value_fit(&yes, truth, &value) && value.b);
    assert_false(vvi_value_fit(&whole, third, &value));
    assert_false(vvi_value_fit(&whole, (vv_value){ VV_VALUE_INT, { .i = 4 } }, &value));
    assert_false(vvi_value_fit(&whole, truth, &value));
    assert_false(vvi_value_fit(&real, (vv_value){ VV_VALUE_FLOAT, { .f = (double)NAN } }, &value));
    assert_false(vvi_value_fit(&whole, (vv_value){ VV_VALUE_FLOAT, { .f = 1e300 } }, &value));
}

/* ---- refusals --------------------------------------------------------------------------------------------------- */

static void refuse(vv_search_args args, const char *part)
{
    vv_error error = { 0 };
    assert_int_equal(vv_search_check(&args, &error), VV_BAD_ARG);
    CHECK_CONTAINS(error.text, part);
    args.training = NULL; /* the same without data */
    vv_error again = { 0 };
    assert_int_equal(vv_search_check(&args, &again), VV_BAD_ARG);
    assert_string_equal(again.text, error.text);
}

static void what_cannot_be_meant_is_refused_from_the_arguments_alone(void **state)
{
    const toy *t = *state;
    const vv_search_args fine = toy_args(t, &toy_hypermodel);
    vv_search_args a;
    must(vv_search_check(&fine, NULL), NULL);
#define REFUSE(part, ...) (a = fine, __VA_ARGS__, refuse(a, part))
    REFUSE("max_seconds is -1", a.max_seconds = -1);
    REFUSE("max_seconds is", a.max_seconds = (double)NAN);
    REFUSE("max_epochs_total is -1", a.max_epochs_total = -1);
    REFUSE("one trial has 6 (2 x 3)", (a.max_epochs_total = 5, a.executions_per_trial = 2));
    REFUSE("stop_at is inf", a.stop_at = VV_SOME((double)INFINITY));
    REFUSE("enqueued: line 1", a.enqueued = "{");
    REFUSE("pruner median with oracle halving", (a.oracle_kind = &halving, a.pruner = "median"));
    REFUSE("warm start with oracle halving", (a.oracle_kind = &halving, a.warm_start = "elsewhere"));
    REFUSE("oracle halving: trials of 1 epochs", (a.oracle_kind = &halving, a.epochs = 1));
    REFUSE("oracle halving: 2 objectives", (a.oracle_kind = &halving, a.objective = "val_loss,params"));
    REFUSE("needs no training", a.objective = "params,macs");
#undef REFUSE
}

static void every_failing_allocation_of_the_arguments_is_clean(void **state)
{
    const toy *t = *state;
    vv_search_args args = toy_args(t, &toy_hypermodel);
    args.objective = "val_loss";
    args.constraints = "params<=50k,val_accuracy>=0.1";
    args.pruner = "median:startup=2";
    args.defaults_first = true;
    args.enqueued = "[{\"layers\": 1, \"optimizer\": \"sgd\"}, {\"learning_rate\": 0.1}]";
    vv_status status = VV_NO_MEMORY;
    for (long n = 1; status != VV_OK; n++) {
        assert_true(n < 1000);
        vvi_fail_allocation(n);
        status = vv_search_check(&args, NULL);
        vvi_fail_allocation(-1);
        assert_true(status == VV_OK || status == VV_NO_MEMORY);
    }
}

/* Opens the queue of a study with what it keeps, and what another study has learnt. */
static void every_failing_allocation_of_a_queue_is_clean(void **state)
{
    const toy *t = *state;
    vv_search_args args = toy_args(t, &toy_hypermodel);
    vv_status status = VV_NO_MEMORY;
    args.enqueued = "[{\"layers\": 2}, {\"layers\": 1, \"optimizer\": \"adam\"}]";
    vv_study *study = open_study(t->place.project, VV_STUDY_WRITE);
    must(vv_study_set(study, "enqueued", "[{\"defaults\": true, \"trial\": 0, \"values\": {}}]", NULL), NULL);
    for (long n = 1; status != VV_OK; n++) {
        vvi_search search = { .args = &args, .study = study, .project = t->place.project };
        assert_true(n < 1000);
        vvi_fail_allocation(n);
        status = vvi_queue_new(&search, NULL);
        if (status == VV_OK) status = vvi_queue_open(&search, 1, NULL);
        vvi_fail_allocation(-1);
        assert_true(status == VV_OK || status == VV_NO_MEMORY);
        if (status == VV_OK) assert_int_equal(vvi_queue_waiting(&search), 2);
        vvi_queue_free(&search);
    }
    vv_study_close(study);
}

static void every_failing_allocation_of_a_warm_start_is_clean(void **state)
{
    const toy *t = *state;
    vv_error error = { 0 };
    vv_search_args args = toy_args(t, &toy_hypermodel);
    args.project = t->other;
    must_search(&args);
    args.project = t->place.project;
    args.warm_start = t->other;
    vvi_search search;
    must(vvi_search_resolve(&search, &args, &error), &error);
    search.study = open_study(t->place.project, VV_STUDY_WRITE);
    search.bound.guard = vvi_guard_new();
    vv_status status = VV_NO_MEMORY;
    for (long n = 1; status != VV_OK; n++) {
        assert_true(n < 2000);
        vv_error why = { 0 };
        vvi_fail_allocation(n);
        status = vvi_earlier_check(&search, &why);
        if (status == VV_OK) status = vvi_earlier_open(&search, 0, &why);
        vvi_fail_allocation(-1);
        if (status != VV_OK && status != VV_NO_MEMORY) fail_msg("allocation %ld: %s", n, why.text);
        if (status == VV_OK) assert_int_equal(search.earlier->fit, 5);
        vvi_earlier_close(&search);
    }
    vv_study_close(search.study);
    vvi_guard_free(search.bound.guard);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_TOY(an_oracle_pauses_trials_resumes_them_and_the_rest_is_eliminated),
        WITH_TOY(limits_leave_paused_trials_to_be_gone_on_with),
        WITH_TOY(enqueued_values_get_the_epochs_of_the_oracle),
        WITH_TOY(a_note_is_said_once),
        WITH_TOY(a_configuration_whose_trial_never_began_waits_again),
        cmocka_unit_test(values_stand_for_those_of_a_domain),
        WITH_TOY(what_cannot_be_meant_is_refused_from_the_arguments_alone),
        WITH_TOY(every_failing_allocation_of_the_arguments_is_clean),
        WITH_TOY(every_failing_allocation_of_a_queue_is_clean),
        WITH_TOY(every_failing_allocation_of_a_warm_start_is_clean),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
