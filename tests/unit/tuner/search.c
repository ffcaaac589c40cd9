/* search.c - searches that go well: what they store, keep, say, and how they end. */
#include "search_helper.h"

static void the_same_seed_gives_the_same_study_and_another_another(void **state)
{
    const toy *t = *state;
    vv_search_args args = toy_args(t, &toy_hypermodel);
    const vv_search_result first = must_search(&args);
    args.project = t->other;
    const vv_search_result second = must_search(&args);
    assert_int_equal(first.reason, VV_STOP_MAX_TRIALS);
    assert_int_equal(first.best, second.best);
    CHECK_EQUAL_EXACTLY(first.best_score, second.best_score);
    check_same_study(t->place.project, t->other);

    args.seed = 8;
    args.overwrite = true;
    must_search(&args);
    vv_trials a = read_trials(t->place.project), b = read_trials(t->other);
    int equal = 0;
    for (size_t i = 0; i < a.n; i++) equal += a.list[i].score == b.list[i].score;
    assert_true(equal < 5);
    vv_trials_free(&a);
    vv_trials_free(&b);
}

/* The first epoch with the smallest value. */
static size_t best_epoch(const vv_curve *curve)
{
    size_t best = 0;
    for (size_t e = 1; e < curve->n; e++)
        if (curve->values[e] < curve->values[best]) best = e;
    return best;
}

static const vv_curve *find_curve(const vv_trial *trial, const char *metric, int execution)
{
    for (size_t i = 0; i < trial->n_curves; i++)
        if (trial->curves[i].execution == execution && strcmp(trial->curves[i].metric, metric) == 0)
            return &trial->curves[i];
    fail_msg("no curve of %s in execution %d", metric, execution);
    return NULL;
}

static void the_score_is_the_mean_over_executions_of_their_best_epoch(void **state)
{
    const toy *t = *state;
    vv_search_args args = toy_args(t, &toy_hypermodel);
    args.executions_per_trial = 3;
    args.epochs = 4;
    args.max_trials = 3;
    must_search(&args);
    vv_trials trials = read_trials(t->place.project);
    assert_int_equal(trials.n, 3);
    for (size_t i = 0; i < trials.n; i++) {
        const vv_trial *trial = &trials.list[i];
        double sum = 0;
        assert_int_equal(trial->status, VV_TRIAL_COMPLETED);
        assert_int_equal(trial->n_executions, 3);
        for (int e = 0; e < 3; e++) {
            const vv_curve *curve = find_curve(trial, "val_loss", e);
            assert_int_equal(curve->n, 4);
            assert_int_equal(trial->executions[e].best_epoch, best_epoch(curve));
            CHECK_EQUAL_EXACTLY(trial->executions[e].score, curve->values[best_epoch(curve)]);
            sum += trial->executions[e].score;
        }
        CHECK_EQUAL_EXACTLY(trial->score, sum / 3);
        /* other weights in each execution */
        assert_true(trial->executions[0].score != trial->executions[1].score);
    }
    vv_trials_free(&trials);
}

static double evaluate(const char *path, const vv_data *data)
{
    vv_error error = { 0 };
    vv_model *model = NULL;
    vv_history *history = NULL;
    must(vv_model_load(path, &model, &error), &error);
    if (vv_evaluate(model, &history, data) != VV_OK) fail_msg("%s", vv_model_error(model));
    const double loss = vv_history_at(history, (size_t)vv_history_find(history, "loss"), 0);
    vv_history_free(history);
    vv_model_free(model);
    return loss;
}

static void a_checkpoint_holds_the_weights_of_the_best_epoch_of_all_executions(void **state)
{
    const toy *t = *state;
    vv_search_args args = toy_args(t, &toy_hypermodel);
    args.executions_per_trial = 3;
    args.epochs = 5;
    args.max_trials = 4;
    args.keep_checkpoints = 4;
    args.objective = "val_loss:max"; /* worst of all: then it is hardly ever the last epoch */
    must_search(&args);
    vv_study *study = open_study(t->place.project, VV_STUDY_READ);
    vv_trials trials = read_trials(t->place.project);
    int not_last = 0;
    for (size_t i = 0; i < trials.n; i++) {
        char path[256];
        double best = trials.list[i].executions[0].score;
        for (size_t e = 1; e < 3; e++)
            if (trials.list[i].executions[e].score > best) best = trials.list[i].executions[e].score;
        not_last += trials.list[i].executions[2].score < best;
        vv_study_checkpoint_path(study, trials.list[i].id, path, sizeof path);
        CHECK_NEAR(evaluate(path, t->validation), best, 1e-6); /* the same sums, in another order at most */
    }
    assert_true(not_last > 0);
    vv_trials_free(&trials);
    vv_study_close(study);
}

static void only_the_best_checkpoints_are_kept(void **state)
{
    const toy *t = *state;
    vv_search_args args = toy_args(t, &toy_hypermodel);
    args.keep_checkpoints = 2;
    must_search(&args);
    vv_trials trials;
    vv_study *study = open_study(t->place.project, VV_STUDY_READ);
    must(vv_study_trials(study, &(vv_trials_args){ .best_first = true }, &trials, NULL), NULL);
    assert_int_equal(trials.n, 5);
    for (size_t i = 0; i < trials.n; i++) {
        char path[256];
        vv_study_checkpoint_path(study, trials.list[i].id, path, sizeof path);
        assert_int_equal(access(path, F_OK) == 0, i < 2);
        strcat(path, ".part");
        assert_int_not_equal(access(path, F_OK), 0);
    }
    vv_trials_free(&trials);
    vv_study_close(study);
}

/* ---- the user's own fit ----------------------------------------------------------------------------------------- */

static vv_status fit_batch_size(vv_hp *hp, vv_model *model, const vv_fit_args *args, void *user)
{
    (void)user;
    vv_fit_args mine = *args;
    mine.batch_size = vv_choice_int(hp, "batch_size", VV_INTS(8, 16, 32));
    mine.epochs = 2;
    return vv_fit_with(model, &mine);
}

static void a_fit_function_may_ask_for_its_own_hyperparameters(void **state)
{
    const toy *t = *state;
    const vv_hypermodel hypermodel = { .build = build_toy, .fit = fit_batch_size, .epochs = 3 };
    const vv_search_args args = toy_args(t, &hypermodel);
    must_search(&args);
    vv_trials trials = read_trials(t->place.project);
    int seen = 0;
    for (size_t i = 0; i < trials.n; i++) {
        const vv_trial *trial = &trials.list[i];
        const vv_active *last = &trial->values[trial->n_values - 1];
        assert_int_equal(trial->status, VV_TRIAL_COMPLETED);
        assert_string_equal(last->name, "batch_size");
        seen |= (int)last->value.i;
        assert_int_equal(find_curve(trial, "loss", 0)->n, 2);
    }
    assert_true(seen != 8 && seen != 16 && seen != 32); /* not always the same */
    vv_trials_free(&trials);
}

static vv_status fit_twice(vv_hp *hp, vv_model *model, const vv_fit_args *args, void *user)
{
    (void)hp, (void)user;
    if (vv_fit_with(model, args) != VV_OK) return vv_model_status(model);
    return vv_fit_with(model, args);
}

static void epochs_of_several_fits_are_counted_through(void **state)
{
    const toy *t = *state;
    const vv_hypermodel hypermodel = { .build = build_toy, .fit = fit_twice, .epochs = 2, .max_trials = 1 };
    vv_search_args args = toy_args(t, &hypermodel);
    args.max_trials = 0;
    must_search(&args);
    vv_trials trials = read_trials(t->place.project);
    assert_int_equal(trials.n, 1);
    assert_int_equal(trials.list[0].status, VV_TRIAL_COMPLETED);
    assert_int_equal(find_curve(&trials.list[0], "loss", 0)->n, 4);
    vv_trials_free(&trials);
}

/* ---- small spaces ----------------------------------------------------------------------------------------------- */

/* Four configurations, of which the one with a = 2, b = true does not build. */
static vv_model *build_small(vv_hp *hp, void *user)
{
    const int a = vv_int(hp, "a", .min = 1, .max = 2);
    const bool b = vv_bool(hp, "b");
    if (a == 2 && b && user != NULL) return NULL;
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(2));
    vv_add(m, vv_dense(a + (b ? 2 : 0), .activation = VV_TANH));
    vv_add(m, vv_dense(1, .activation = VV_SIGMOID));
    vv_compile(m, .loss = VV_BINARY_CROSSENTROPY);
    return m;
}

static void a_small_space_is_used_up(void **state)
{
    const toy *t = *state;
    const vv_hypermodel hypermodel = { .build = build_small };
    vv_search_args args = toy_args(t, &hypermodel);
    args.max_trials = 20;
    assert_int_equal(must_search(&args).reason, VV_STOP_EXHAUSTED);
    vv_trials trials = read_trials(t->place.project);
    assert_int_equal(trials.n, 4);
    vv_trials_free(&trials);
}

static vv_refusals read_refusals(const char *project)
{
    vv_refusals refusals;
    vv_study *study = open_study(project, VV_STUDY_READ);
    must(vv_study_refusals(study, &refusals, NULL), NULL);
    vv_study_close(study);
    return refusals;
}

static void check_all_completed(const char *project, size_t n)
{
    vv_trials trials = read_trials(project);
    assert_int_equal(trials.n, n);
    for (size_t i = 0; i < trials.n; i++) assert_int_equal(trials.list[i].status, VV_TRIAL_COMPLETED);
    vv_trials_free(&trials);
}

static void what_is_known_not_to_build_is_never_proposed(void **state)
{
    const toy *t = *state;
    int some = 1;
    const vv_hypermodel hypermodel = { .build = build_small, .user = &some };
    vv_search_args args = toy_args(t, &hypermodel);
    args.max_trials = 20;
    assert_int_equal(must_search(&args).reason, VV_STOP_EXHAUSTED);
    assert_int_equal(read_refusals(t->place.project).n, 0);
    check_all_completed(t->place.project, 3);
}

/* Half of the space, cut by a line that no condition on one value tells. */
static vv_model *build_below_a_line(vv_hp *hp, void *user)
{
    (void)user;
    const double a = vv_float(hp, "a", .min = 0, .max = 1), b = vv_float(hp, "b", .min = 0, .max = 1);
    if (a + b < 0.0625 || a + b > 0.5) return NULL;
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(2));
    vv_add(m, vv_dense(1, .activation = VV_SIGMOID));
    vv_compile(m, .loss = VV_BINARY_CROSSENTROPY);
    return m;
}

static void refused_configurations_are_counted_not_charged(void **state)
{
    const toy *t = *state;
    const vv_hypermodel hypermodel = { .build = build_below_a_line };
    vv_search_args args = toy_args(t, &hypermodel);
    assert_int_equal(must_search(&args).reason, VV_STOP_MAX_TRIALS);
    const vv_refusals refusals = read_refusals(t->place.project);
    assert_true(refusals.n >= 1);
    for (int i = 0; i < 3; i++) assert_int_equal(must_search(&args).reason, VV_STOP_MAX_TRIALS);
    assert_int_equal(read_refusals(t->place.project).n, refusals.n);
    CHECK_CONTAINS(refusals.top[0].reason, "returned no model");
    CHECK_CONTAINS(refusals.top[0].values, "a=0.");
    check_all_completed(t->place.project, 5);
}

/* The kind that `user` says is one that builds; the other ninety-nine are a continuum each. */
static vv_model *build_one_kind(vv_hp *hp, void *user)
{
    const int kind = vv_int(hp, "kind", .min = 1, .max = 100);
    if (kind != *(const int *)user) {
        vv_float(hp, "rate", .min = 0, .max = 1);
        return NULL;
    }
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(2));
    vv_add(m, vv_dense(1, .activation = VV_SIGMOID));
    vv_compile(m, .loss = VV_BINARY_CROSSENTROPY);
    return m;
}

static void a_search_that_cannot_see_all_gives_up_and_does_not_say_exhausted(void **state)
{
    const toy *t = *state;
    int builds = 7;
    const vv_hypermodel hypermodel = { .build = build_one_kind, .user = &builds };
    vv_search_args args = toy_args(t, &hypermodel);
    const vv_search_result result = must_search(&args);
    assert_int_equal(result.reason, VV_STOP_GAVE_UP);
    assert_int_equal(result.best, 0);
    assert_int_equal(read_refusals(t->place.project).n, 0); /* it is known that only that kind builds */
    builds = 101;
    args.project = t->other;
    must_refuse(&args, VV_BAD_ARG, "no configuration of this hypermodel was found to build: ");
}

/* ---- events ----------------------------------------------------------------------------------------------------- */

typedef struct heard {
    char kinds[64];
    size_t n;
    int best;
    double best_score;
} heard;

static void hear(void *context, const vv_event *event)
{
    heard *h = context;
    assert_non_null(event->study);
    assert_string_equal(event->objective->name, "val_accuracy");
    assert_int_equal(event->max_trials, 2);
    h->kinds[h->n++] = "?<(e)>n"[event->kind];
    if (event->kind == VV_EVENT_EPOCH) {
        assert_int_equal(event->n_metrics, 4);
        assert_string_equal(event->metrics[3], "val_accuracy");
        assert_true(event->seconds >= 0 && event->trial->n_values >= 4);
    }
    if (event->kind == VV_EVENT_TRIAL_BEGIN) assert_int_equal(event->trial->status, VV_TRIAL_RUNNING);
    if (event->kind == VV_EVENT_TRIAL_END) assert_int_equal(event->trial->status, VV_TRIAL_COMPLETED);
    if (event->kind == VV_EVENT_SEARCH_END) {
        assert_int_equal(event->reason, VV_STOP_MAX_TRIALS);
        assert_non_null(event->refusals);
        h->best = event->best;
        h->best_score = event->best_score;
    }
}

static void events_tell_the_whole_story_in_order(void **state)
{
    const toy *t = *state;
    heard h = { .n = 0 };
    vv_search_args args = toy_args(t, &toy_hypermodel);
    args.objective = "val_accuracy";
    args.max_trials = 2;
    args.executions_per_trial = 2;
    args.epochs = 2;
    args.on_event = hear;
    args.context = &h;
    const vv_search_result result = must_search(&args);
    assert_string_equal(h.kinds, "<n(eeee)(eeee)>"); /* a note: which oracle was chosen */
    assert_int_equal(h.best, result.best);
    CHECK_EQUAL_EXACTLY(h.best_score, result.best_score);
    vv_trials trials = read_trials(t->place.project);
    const double a = trials.list[0].score, b = trials.list[1].score;
    assert_int_equal(result.best, b > a);
    vv_trials_free(&trials);
}

static void every_stop_reason_has_a_name(void **state)
{
    (void)state;
    assert_string_equal(vv_stop_reason_name(VV_STOP_MAX_TRIALS), "max_trials");
    assert_string_equal(vv_stop_reason_name(VV_STOP_GAVE_UP), "gave_up");
    assert_string_equal(vv_stop_reason_name(VV_STOP_FAILURES), "failures");
    assert_string_equal(vv_stop_reason_name((vv_stop_reason)99), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_TOY(the_same_seed_gives_the_same_study_and_another_another),
        WITH_TOY(the_score_is_the_mean_over_executions_of_their_best_epoch),
        WITH_TOY(a_checkpoint_holds_the_weights_of_the_best_epoch_of_all_executions),
        WITH_TOY(only_the_best_checkpoints_are_kept),
        WITH_TOY(a_fit_function_may_ask_for_its_own_hyperparameters),
        WITH_TOY(epochs_of_several_fits_are_counted_through),
        WITH_TOY(a_small_space_is_used_up),
        WITH_TOY(what_is_known_not_to_build_is_never_proposed),
        WITH_TOY(refused_configurations_are_counted_not_charged),
        WITH_TOY(a_search_that_cannot_see_all_gives_up_and_does_not_say_exhausted),
        WITH_TOY(events_tell_the_whole_story_in_order),
        cmocka_unit_test(every_stop_reason_has_a_name),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
