/* pausing.c - trials that pause, go on and are eliminated are the trials that they would have been without a pause, to the
 * bit; whoever stops or kills the search, and whatever files are lost meanwhile; and pruned trials are what a pruner says
 * of what is stored. */
#include "search_helper.h"

#include "base/base.h"

#include <dirent.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Dropout, so that steps matter; an optimizer with memory. */
static vv_model *build_dropping(vv_hp *hp, void *user)
{
    (void)user;
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(2));
    vv_add(m, vv_dense(vv_int(hp, "units", .min = 2, .max = 16), .activation = VV_RELU));
    vv_add(m, vv_dropout(0.3));
    const double rate = vv_float(hp, "learning_rate", .min = 1e-4, .max = 0.1, .sampling = VV_SAMPLE_LOG);
    vv_add(m, vv_dense(1, .activation = VV_SIGMOID));
    vv_compile(m, .loss = VV_BINARY_CROSSENTROPY, .metrics = VV_METRICS(VV_ACCURACY),
               .optimizer = vv_adam(.learning_rate = rate));
    return m;
}

static const vv_hypermodel dropping = {
    .build = build_dropping, .epochs = 9, .batch_size = 16, .executions_per_trial = 2
};

static vv_search_args halving_args(const toy *t, const char *oracle)
{
    vv_search_args args = toy_args(t, &dropping);
    args.max_trials = 17;
    args.oracle = oracle;
    return args;
}

static int count(const vv_trials *trials, vv_trial_status status)
{
    int n = 0;
    for (size_t i = 0; i < trials->n; i++) n += trials->list[i].status == status;
    return n;
}

/* What it has of the other's curves is the same. */
static void check_beginning(const vv_trial *part, const vv_trial *whole)
{
    check_same_values(part, whole);
    assert_int_equal(part->n_curves, whole->n_curves);
    for (size_t i = 0; i < part->n_curves; i++) {
        assert_int_equal(part->curves[i].n, part->epochs);
        assert_true(part->curves[i].n <= whole->curves[i].n);
        for (size_t e = 0; e < part->curves[i].n; e++)
            CHECK_EQUAL_EXACTLY(part->curves[i].values[e], whole->curves[i].values[e]);
    }
}

/* ---- pausing -------------------------------------------------------------------------------------------------------- */

/* Hyperband draws as random search draws: trial for trial it is the same training, but shorter. */
static void trials_that_go_on_are_those_that_were_never_paused(void **state)
{
    const toy *t = *state;
    vv_search_args args = halving_args(t, "hyperband");
    assert_int_equal(must_search(&args).reason, VV_STOP_MAX_TRIALS);
    args.oracle = "random";
    args.project = t->other;
    must_search(&args);
    vv_trials halved = read_trials(t->place.project), whole = read_trials(t->other);
    assert_int_equal(halved.n, 17);
    assert_int_equal(count(&halved, VV_TRIAL_COMPLETED), 5);
    assert_int_equal(count(&halved, VV_TRIAL_PRUNED), 12);
    int total = 0;
    for (size_t i = 0; i < halved.n; i++) {
        const vv_trial *trial = &halved.list[i];
        check_beginning(trial, &whole.list[i]);
        total += trial->epochs_total;
        if (trial->status == VV_TRIAL_COMPLETED) {
            check_same_trial(trial, &whole.list[i]);
            for (size_t e = 0; e < 2; e++) {
                assert_int_equal(trial->executions[e].best_epoch, whole.list[i].executions[e].best_epoch);
                CHECK_EQUAL_EXACTLY(trial->executions[e].score, whole.list[i].executions[e].score);
            }
        } else {
            char reason[64];
            snprintf(reason, sizeof reason, "eliminated after %d of 9 epochs", trial->epochs);
            assert_string_equal(trial->reason, reason);
            assert_true(isfinite(trial->score) && trial->n_scores == 1);
        }
    }
    assert_int_equal(total, 2 * 69); /* the plan's epochs, and not one twice */
    vv_trials_free(&halved);
    vv_trials_free(&whole);
}

static void the_weights_kept_are_those_of_the_best_epoch_of_all_rungs(void **state)
{
    const toy *t = *state;
    vv_search_args args = halving_args(t, "hyperband");
    const vv_search_result result = must_search(&args);
    vv_study *study = open_study(t->place.project, VV_STUDY_READ);
    vv_trials trials = read_trials(t->place.project);
    double best = 9;
    char path[400];
    for (size_t e = 0; e < 2; e++) best = fmin(best, trials.list[result.best].executions[e].score);
    vv_study_checkpoint_path(study, result.best, path, sizeof path);
    vv_model *model = NULL;
    vv_history *history = NULL;
    must(vv_model_load(path, &model, NULL), NULL);
    assert_int_equal(vv_evaluate(model, &history, t->validation, .batch_size = 16), VV_OK);
    CHECK_NEAR(vv_history_at(history, 0, 0), best, 1e-6);
    vv_history_free(history);
    vv_model_free(model);
    vv_trials_free(&trials);
    vv_study_close(study);
}

/* Files in checkpoints/ whose names end so. */
static int count_files(const char *project, const char *end, bool removes)
{
    char folder[300], path[600];
    int n = 0;
    snprintf(folder, sizeof folder, "%s/checkpoints", project);
    DIR *list = opendir(folder);
    assert_non_null(list);
    for (const struct dirent *entry; (entry = readdir(list)) != NULL;) {
        const size_t length = strlen(entry->d_name), k = strlen(end);
        if (length < k || strcmp(entry->d_name + length - k, end) != 0) continue;
        n++;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (removes) assert_int_equal(unlink(path), 0);
    }
    closedir(list);
    return n;
}

typedef struct stopper {
    volatile int stop;
    vv_event_kind kind; /* at the n-th event of this kind */
    int n;
} stopper;

static void stop_at(void *context, const vv_event *event)
{
    stopper *s = context;
    if (event->kind == s->kind && --s->n == 0) s->stop = 1;
}

static void stop_after(vv_search_args args, vv_event_kind kind, int n)
{
    stopper s = { .kind = kind, .n = n };
    args.on_event = stop_at;
    args.context = &s;
    args.stop = &s.stop;
    assert_int_equal(must_search(&args).reason, VV_STOP_INTERRUPTED);
}

static void states_are_kept_as_long_as_they_are_needed(void **state)
{
    const toy *t = *state;
    vv_search_args args = halving_args(t, "hyperband");
    args.keep_checkpoints = 2;
    stop_after(args, VV_EVENT_TRIAL_END, 9);
    assert_int_equal(count_files(t->place.project, ".state", false), 18); /* nine trials of two executions */
    assert_int_equal(count_files(t->place.project, ".safetensors", false), 9);
    must_search(&args);
    assert_int_equal(count_files(t->place.project, ".state", false), 0);
    assert_int_equal(count_files(t->place.project, ".part", false), 0);
    assert_int_equal(count_files(t->place.project, ".safetensors", false), 2);
}

/* In the middle of a rung: while a trial that went on trains, and between two. */
static void a_search_stopped_in_a_rung_goes_on_as_if_it_never_was(void **state)
{
    const toy *t = *state;
    vv_search_args args = halving_args(t, "hyperband");
    args.project = t->other;
    must_search(&args);
    args.project = t->place.project;
    const struct {
        vv_event_kind kind;
        int n;
    } moments[] = { { VV_EVENT_EPOCH, 3 },       { VV_EVENT_EPOCH, 21 }, { VV_EVENT_EPOCH, 24 },
                    { VV_EVENT_EPOCH, 31 },      { VV_EVENT_EPOCH, 40 }, { VV_EVENT_TRIAL_END, 10 },
                    { VV_EVENT_TRIAL_BEGIN, 12 } };
    for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
        args.overwrite = true;
        stop_after(args, moments[i].kind, moments[i].n);
        args.overwrite = false;
        must_search(&args);
        check_same_study(t->place.project, t->other);
    }
}

/* Nothing but time is lost with a file. */
static void lost_and_damaged_states_are_trained_again(void **state)
{
    const toy *t = *state;
    vv_search_args args = halving_args(t, "hyperband");
    args.project = t->other;
    must_search(&args);
    args.project = t->place.project;
    static const char *const ends[] = { "_0.state", "_1.state", ".state", ".safetensors" };
    for (size_t i = 0; i < 4; i++) {
        args.overwrite = true;
        stop_after(args, VV_EVENT_TRIAL_END, 9);
        args.overwrite = false;
        assert_true(count_files(t->place.project, ends[i], true) > 0);
        must_search(&args);
        check_same_study(t->place.project, t->other);
    }
    args.overwrite = true;
    stop_after(args, VV_EVENT_TRIAL_END, 9);
    args.overwrite = false;
    for (int id = 0; id < 9; id++) {
        char path[400];
        snprintf(path, sizeof path, "%s/checkpoints/trial_%04d_1.state", t->place.project, id);
        assert_int_equal(truncate(path, 900), 0);
    }
    must_search(&args);
    check_same_study(t->place.project, t->other);
}

/* ---- killing ---------------------------------------------------------------------------------------------------------- */

static void die_at(void *context, const vv_event *event)
{
    stopper *s = context;
    (void)event;
    if (--s->n == 0) raise(SIGKILL);
}

/* True when it came to its end. */
static bool search_and_die(vv_search_args args, int n, long wait_ns)
{
    int how = 0;
    stopper s = { .n = n };
    const pid_t pid = fork();
    if (pid == 0) {
        args.on_event = die_at;
        args.context = &s;
        _exit(vv_search_with(&args, NULL, NULL) == VV_OK ? 0 : 1);
    }
    if (wait_ns > 0) {
        nanosleep(&(struct timespec){ .tv_nsec = wait_ns }, NULL);
        kill(pid, SIGKILL);
    }
    waitpid(pid, &how, 0);
    assert_true(WIFSIGNALED(how) || WEXITSTATUS(how) == 0);
    return !WIFSIGNALED(how);
}

static void a_search_killed_in_a_rung_goes_on_as_if_it_never_was(void **state)
{
    const toy *t = *state;
    vv_search_args args = halving_args(t, "hyperband");
    args.project = t->other;
    must_search(&args);
    args.project = t->place.project;
    int n = 3;
    while (!search_and_die(args, n, 0)) n += 5; /* each time a little farther into what is left */
    assert_true(n > 20);
    check_same_study(t->place.project, t->other);

    vvi_stream stream = vvi_stream_begin(vvi_key_new(3, "moments"));
    args.overwrite = true;
    search_and_die(args, 30, 0);
    args.overwrite = false;
    for (int round = 0; round < 12; round++) search_and_die(args, 0, (long)(40e6 * vvi_stream_unit(&stream)) + 1);
    must_search(&args);
    check_same_study(t->place.project, t->other);
    assert_int_equal(count_files(t->place.project, ".state", false), 0);
}

/* ---- fit functions ------------------------------------------------------------------------------------------------------ */

static vv_status fit_twice(vv_hp *hp, vv_model *model, const vv_fit_args *args, void *user)
{
    (void)hp, (void)user;
    vv_fit_args half = *args;
    half.epochs = 4;
    const vv_status status = vv_fit_with(model, &half);
    return status == VV_OK ? vv_fit_with(model, &half) : status;
}

static vv_status fit_early(vv_hp *hp, vv_model *model, const vv_fit_args *args, void *user)
{
    (void)hp, (void)user;
    vv_fit_args mine = *args;
    vv_callback both[2] = { vv_early_stopping("loss", .min_delta = 9) };
    if (args->callbacks.n > 0) both[1] = args->callbacks.list[0]; /* none where it is rehearsed */
    mine.callbacks = (vv_callbacks){ both, 1 + args->callbacks.n };
    return vv_fit_with(model, &mine); /* ends after two epochs */
}

static void a_fit_function_that_fits_twice_is_paused_like_any_other(void **state)
{
    const toy *t = *state;
    vv_hypermodel twice = dropping;
    twice.fit = fit_twice;
    vv_search_args args = halving_args(t, "hyperband");
    args.hypermodel = &twice;
    must_search(&args);
    args.oracle = "random";
    args.project = t->other;
    must_search(&args);
    vv_trials halved = read_trials(t->place.project), whole = read_trials(t->other);
    assert_int_equal(count(&halved, VV_TRIAL_COMPLETED), 5);
    assert_int_equal(count(&halved, VV_TRIAL_PRUNED), 12);
    for (size_t i = 0; i < halved.n; i++) check_beginning(&halved.list[i], &whole.list[i]);
    vv_trials_free(&halved);
    vv_trials_free(&whole);
}

static void a_training_that_ends_by_itself_is_complete(void **state)
{
    const toy *t = *state;
    vv_hypermodel early = dropping;
    early.fit = fit_early;
    vv_search_args args = halving_args(t, "hyperband");
    args.hypermodel = &early;
    must_search(&args);
    vv_trials trials = read_trials(t->place.project);
    assert_int_equal(trials.n, 17);
    for (size_t i = 9; i < trials.n; i++) { /* those with a goal of 3 epochs or more */
        assert_int_equal(trials.list[i].status, VV_TRIAL_COMPLETED);
        assert_int_equal(trials.list[i].epochs, 2);
    }
    vv_trials_free(&trials);
}

/* ---- pruning ------------------------------------------------------------------------------------------------------------ */

static void a_pruned_trial_keeps_its_curve_and_its_score(void **state)
{
    const toy *t = *state;
    vv_search_args args = halving_args(t, NULL);
    args.oracle = "random";
    args.project = t->other;
    must_search(&args);
    args.project = t->place.project;
    args.pruner = "median:startup=3";
    must_search(&args);
    vv_trials pruned = read_trials(t->place.project), whole = read_trials(t->other);
    assert_int_equal(pruned.n, 17);
    int n = 0;
    for (size_t i = 0; i < pruned.n; i++) {
        const vv_trial *trial = &pruned.list[i];
        check_same_values(trial, &whole.list[i]);
        if (trial->status == VV_TRIAL_COMPLETED) check_same_trial(trial, &whole.list[i]);
        if (trial->status != VV_TRIAL_PRUNED) continue;
        n++;
        CHECK_CONTAINS(trial->reason, "execution ");
        CHECK_CONTAINS(trial->reason, "the best val_loss so far");
        assert_true(isfinite(trial->score) && trial->epochs_total < 18 && trial->epochs_total > 0);
        for (size_t c = 0; c < trial->n_curves; c++)
            for (size_t e = 0; e < trial->curves[c].n; e++)
                CHECK_EQUAL_EXACTLY(trial->curves[c].values[e], whole.list[i].curves[c].values[e]);
    }
    assert_int_equal(count(&pruned, VV_TRIAL_COMPLETED), 17 - n);
    assert_true(n >= 4 && n <= 14);
    assert_true(count_files(t->place.project, ".part", false) == 0);
    vv_trials_free(&pruned);
    vv_trials_free(&whole);
}

static void pruning_is_a_function_of_what_is_stored(void **state)
{
    const toy *t = *state;
    static const char *const pruners[] = { "median:startup=2", "asha:min_epochs=1,factor=2", "patience:patience=1" };
    for (size_t i = 0; i < 3; i++) {
        vv_search_args args = halving_args(t, "random");
        args.overwrite = true;
        args.pruner = pruners[i];
        args.max_trials = 10;
        args.project = t->other;
        must_search(&args);
        args.project = t->place.project;
        stop_after(args, VV_EVENT_EPOCH, 40 + 13 * (int)i);
        args.overwrite = false;
        int n = 4;
        while (!search_and_die(args, n, 0)) n += 9;
        check_same_study(t->place.project, t->other);
    }
}

static void wilcoxon_ends_trials_between_executions(void **state)
{
    const toy *t = *state;
    vv_search_args args = halving_args(t, "random");
    args.executions_per_trial = 6;
    args.epochs = 3;
    args.max_trials = 8;
    args.pruner = "wilcoxon";
    must_search(&args);
    vv_trials trials = read_trials(t->place.project);
    int n = 0;
    for (size_t i = 0; i < trials.n; i++) {
        if (trials.list[i].status != VV_TRIAL_PRUNED) continue;
        n++;
        assert_true(trials.list[i].n_executions >= 4 && trials.list[i].n_executions < 6);
        CHECK_CONTAINS(trials.list[i].reason, "executions: val_loss is");
    }
    assert_true(n > 0);
    vv_trials_free(&trials);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_TOY(trials_that_go_on_are_those_that_were_never_paused),
        WITH_TOY(the_weights_kept_are_those_of_the_best_epoch_of_all_rungs),
        WITH_TOY(states_are_kept_as_long_as_they_are_needed),
        WITH_TOY(a_search_stopped_in_a_rung_goes_on_as_if_it_never_was),
        WITH_TOY(lost_and_damaged_states_are_trained_again),
        WITH_TOY(a_search_killed_in_a_rung_goes_on_as_if_it_never_was),
        WITH_TOY(a_fit_function_that_fits_twice_is_paused_like_any_other),
        WITH_TOY(a_training_that_ends_by_itself_is_complete),
        WITH_TOY(a_pruned_trial_keeps_its_curve_and_its_score),
        WITH_TOY(pruning_is_a_function_of_what_is_stored),
        WITH_TOY(wilcoxon_ends_trials_between_executions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
