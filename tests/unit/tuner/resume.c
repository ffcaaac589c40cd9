/* resume.c - a search that was stopped, killed or begun again does what it would have done undisturbed; one that is not
 * the same search is told what differs. */
#include "search_helper.h"

#include "base/base.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

/* ---- stopping ------------------------------------------------------------------------------------------------------
 */

typedef struct stopper {
    volatile int stop;
    vv_event_kind kind; /* stops at the n-th event of this kind */
    int n;
} stopper;

static void stop_at(void *context, const vv_event *event)
{
    stopper *s = context;
    if (event->kind == s->kind && --s->n == 0) s->stop = 1;
}

static void check_stop_and_go_on(const toy *t, vv_event_kind kind, int n)
{
    stopper s = { .kind = kind, .n = n };
    vv_search_args args = toy_args(t, &toy_hypermodel);
    args.overwrite = true;
    args.on_event = stop_at;
    args.context = &s;
    args.stop = &s.stop;
    assert_int_equal(must_search(&args).reason, VV_STOP_INTERRUPTED);
    s.stop = 0;
    args.overwrite = false;
    assert_int_equal(must_search(&args).reason, VV_STOP_MAX_TRIALS);
    check_same_study(t->place.project, t->other);
}

static void a_search_that_was_stopped_goes_on_as_if_it_never_was(void **state)
{
    const toy *t = *state;
    vv_search_args args = toy_args(t, &toy_hypermodel);
    args.project = t->other;
    must_search(&args);
    check_stop_and_go_on(t, VV_EVENT_TRIAL_BEGIN, 3);
    check_stop_and_go_on(t, VV_EVENT_TRIAL_BEGIN, 1);
    check_stop_and_go_on(t, VV_EVENT_TRIAL_END, 2);
    check_stop_and_go_on(t, VV_EVENT_SEARCH_BEGIN, 1);
}

/* Before its last epoch a trial gives its parent time to say that it shall stop. */
static vv_status wait_for_stop(const vv_callback *self, void *state, const vv_epoch *epoch, vv_verdict *verdict,
                               vv_error *error)
{
    (void)state, (void)verdict, (void)error;
    const stopper *s = self->context;
    const struct timespec moment = { .tv_nsec = 10 * 1000 * 1000 };
    for (int i = 0; epoch->epoch == 0 && i < 20 && s->stop == 0; i++) nanosleep(&moment, NULL);
    for (int i = 0; epoch->epoch == 0 && i < 30 && s->stop != 0; i++) nanosleep(&moment, NULL);
    return VV_OK;
}

static vv_status fit_and_wait(vv_hp *hp, vv_model *model, const vv_fit_args *args, void *user)
{
    (void)hp;
    const vv_callback waiting = { .name = "waiting", .epoch_begin = wait_for_stop, .context = user };
    if (args->callbacks.n == 0) return vv_fit_with(model, args);
    const vv_callback both[] = { args->callbacks.list[0], waiting };
    vv_fit_args mine = *args;
    mine.callbacks = (vv_callbacks){ both, 2 };
    return vv_fit_with(model, &mine);
}

static void a_stopped_trial_is_interrupted_and_says_so(void **state)
{
    const toy *t = *state;
    stopper *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(shared != MAP_FAILED);
    *shared = (stopper){ .kind = VV_EVENT_TRIAL_BEGIN, .n = 2 };
    vv_hypermodel hypermodel = toy_hypermodel;
    hypermodel.fit = fit_and_wait;
    hypermodel.user = shared;
    vv_search_args args = toy_args(t, &hypermodel);
    args.on_event = stop_at;
    args.context = shared;
    args.stop = &shared->stop;
    must_search(&args);
    vv_trials trials = read_trials(t->place.project);
    assert_int_equal(trials.n, 2);
    assert_int_equal(trials.list[0].status, VV_TRIAL_COMPLETED);
    assert_int_equal(trials.list[1].status, VV_TRIAL_INTERRUPTED);
    vv_trials_free(&trials);
    shared->stop = 1; /* before anything */
    args.project = t->other;
    assert_int_equal(must_search(&args).reason, VV_STOP_INTERRUPTED);
    assert_false(file_exists(t->place.root, "other"));
    munmap(shared, sizeof *shared);
}

typedef struct reports {
    stopper stopper;
    int n, next[2]; /* epochs in all; by execution, of the trial at hand */
} reports;

/* Of a trial that is stopped and goes on, every epoch is an event, once, in order. */
static void take_report(void *context, const vv_event *event)
{
    reports *r = context;
    if (event->kind == VV_EVENT_TRIAL_END && event->trial->status == VV_TRIAL_COMPLETED) r->next[0] = r->next[1] = 0;
    if (event->kind == VV_EVENT_EPOCH) {
        assert_int_equal(event->epoch, r->next[event->execution]);
        r->next[event->execution]++;
        r->n++;
    }
    stop_at(&r->stopper, event);
}

static void no_epoch_is_reported_twice(void **state)
{
    const toy *t = *state;
    vv_search_args args = toy_args(t, &toy_hypermodel);
    args.executions_per_trial = 2;
    args.max_trials = 1;
    args.project = t->other;
    must_search(&args);
    args.project = t->place.project;
    for (int k = 1; k <= 6; k++) {
        reports r = { .stopper = { .kind = VV_EVENT_EPOCH, .n = k } };
        args.overwrite = true;
        args.on_event = take_report;
        args.context = &r;
        args.stop = &r.stopper.stop;
        must_search(&args);
        assert_true(r.n >= k);
        args.overwrite = false;
        r.stopper.stop = 0;
        must_search(&args);
        assert_int_equal(r.n, 6);
        check_same_study(t->place.project, t->other);
    }
}

static void die_at(void *context, const vv_event *event)
{
    stopper *s = context;
    (void)event;
    if (--s->n == 0) raise(SIGKILL);
}

/* Searches in a child that kills itself at its n-th event (0: never), or is killed after a time (0: is not). True when
 * it came to its end. */
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
    assert_true(WIFSIGNALED(how) || WEXITSTATUS(how) == 0); /* it never met an error of its own */
    return !WIFSIGNALED(how);
}

static void a_killed_search_goes_on_as_if_it_never_was(void **state)
{
    const toy *t = *state;
    vv_search_args args = toy_args(t, &toy_hypermodel);
    args.project = t->other;
    must_search(&args);
    args.project = t->place.project;
    int n = 1;
    while (!search_and_die(args, n, 0)) n++;
    assert_true(n > 7); /* one whole trial alone has five events */
    check_same_study(t->place.project, t->other);

    vvi_stream stream = vvi_stream_begin(vvi_key_new(3, "moments"));
    args.overwrite = true;
    search_and_die(args, 0, 1000 * 1000);
    args.overwrite = false;
    for (int round = 0; round < 15; round++) search_and_die(args, 0, (long)(20e6 * vvi_stream_unit(&stream)) + 1);
    must_search(&args);
    check_same_study(t->place.project, t->other);
}

static void more_trials_continue_where_fewer_ended(void **state)
{
    const toy *t = *state;
    vv_search_args args = toy_args(t, &toy_hypermodel);
    args.max_trials = 6;
    args.project = t->other;
    must_search(&args);
    args.project = t->place.project;
    args.max_trials = 2;
    must_search(&args);
    assert_int_equal(must_search(&args).reason, VV_STOP_MAX_TRIALS); /* nothing left to do */
    args.max_trials = 6;
    must_search(&args);
    check_same_study(t->place.project, t->other);
}

/* ---- another search --------------------------------------------------------------------------------------------- */

static void another_setting_is_a_mismatch_with_both_values(void **state)
{
    const toy *t = *state;
    vv_search_args args = toy_args(t, &toy_hypermodel);
    args.max_trials = 1;
    must_search(&args);
    args.seed = 8;
    must_refuse(&args, VV_MISMATCH, "seed is 7 there, 8 here");
    args.epochs = 9;
    must_refuse(&args, VV_MISMATCH, "epochs is 3 there, 9 here");
    args = toy_args(t, &toy_hypermodel);
    args.objective = "val_accuracy";
    must_refuse(&args, VV_MISMATCH, "objective is val_loss:min there, val_accuracy:max here; overwrite it");
    args.objective = "val_loss:min"; /* the same in other words */
    args.max_trials = 1;
    must_search(&args);
    vv_data *other = toy_data(50, 3);
    args.training = other;
    must_refuse(&args, VV_MISMATCH, "96 for training");
    args.training = t->training;
    args.batch_size = 8;
    args.executions_per_trial = 2;
    must_refuse(&args, VV_MISMATCH, "batch_size is 16 there, 8 here");
    args.overwrite = true;
    must_search(&args);
    vv_data_free(other);
}

static vv_data *copy_of(const vv_data *data, const float *x, const float *y, const float *weights)
{
    vv_data *copy = NULL;
    must(vv_data_new(vv_data_count(data), vv_data_shape(data), x, vv_data_target_shape(data), y, weights, &copy, NULL),
         NULL);
    return copy;
}

/* As many examples of the same shape: x, y or weights are others in one number. */
static void other_numbers_of_the_same_shape_are_a_mismatch(void **state)
{
    const toy *t = *state;
    vv_search_args args = toy_args(t, &toy_hypermodel);
    args.max_trials = 1;
    must_search(&args);
    float x[2 * 96], y[96], weights[96];
    memcpy(x, vv_data_x(t->training), sizeof x);
    memcpy(y, vv_data_y(t->training), sizeof y);
    for (int i = 0; i < 96; i++) weights[i] = 1;
    vv_data *same = copy_of(t->training, x, y, NULL), *weighted = copy_of(t->training, x, y, weights);
    y[95] = 1 - y[95];
    vv_data *other_y = copy_of(t->training, x, y, NULL);
    y[95] = 1 - y[95];
    x[2 * 96 - 1] += 0.001f;
    vv_data *other_x = copy_of(t->training, x, y, NULL), *other_validation = toy_data(48, 3);
    vv_data *const others[] = { weighted, other_y, other_x };
    for (size_t i = 0; i < 3; i++) {
        args.training = others[i];
        must_refuse(&args, VV_MISMATCH, "the data has changed: its numbers are others; overwrite it");
    }
    args.training = t->training;
    args.validation = other_validation;
    must_refuse(&args, VV_MISMATCH, "the data has changed");
    args.validation = t->validation;
    args.training = same;
    args.max_trials = 2;
    must_search(&args);
    for (size_t i = 0; i < 3; i++) vv_data_free(others[i]);
    vv_data_free(same);
    vv_data_free(other_validation);
}

static vv_model *build_ten(vv_hp *hp, void *user)
{
    (void)user;
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(10));
    vv_add(m, vv_dense(vv_int(hp, "n", .min = 2, .max = 8), .activation = VV_RELU));
    vv_add(m, vv_dense(1, .activation = VV_SIGMOID));
    vv_compile(m, .loss = VV_BINARY_CROSSENTROPY);
    return m;
}

/* A preparation that a study was made with is the search's, or the study is of other data. */
static void another_preparation_is_a_mismatch(void **state)
{
    const toy *t = *state;
    vv_search_args args = toy_args(t, &toy_hypermodel);
    args.max_trials = 1;
    vv_data *data = NULL;
    must(vv_data_open("breast-cancer:mean", &(vv_data_args){ .seed = 1 }, &data, NULL, NULL), NULL);
    assert_non_null(vv_data_preparation(data));
    vv_study *study = open_study(t->place.project, VV_STUDY_WRITE);
    must(vv_study_set(study, "preparation", "{}", NULL), NULL);
    vv_study_close(study);
    const vv_hypermodel hypermodel = { .build = build_ten, .epochs = 1 };
    args.hypermodel = &hypermodel;
    args.training = data;
    args.validation = data;
    must_refuse(&args, VV_MISMATCH, "the data has changed: it is prepared in another way");
    args.overwrite = true;
    must_search(&args);
    args.overwrite = false;
    args.max_trials = 2;
    must_search(&args);
    vv_data_free(data);
}

static void a_study_that_another_search_writes_is_locked(void **state)
{
    const toy *t = *state;
    const vv_search_args args = toy_args(t, &toy_hypermodel);
    vv_study *study = open_study(t->place.project, VV_STUDY_WRITE);
    must_refuse(&args, VV_LOCKED, "process");
    vv_study_close(study);
    must_search(&args);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_TOY(a_search_that_was_stopped_goes_on_as_if_it_never_was),
        WITH_TOY(a_stopped_trial_is_interrupted_and_says_so),
        WITH_TOY(no_epoch_is_reported_twice),
        WITH_TOY(a_killed_search_goes_on_as_if_it_never_was),
        WITH_TOY(more_trials_continue_where_fewer_ended),
        WITH_TOY(another_setting_is_a_mismatch_with_both_values),
        WITH_TOY(other_numbers_of_the_same_shape_are_a_mismatch),
        WITH_TOY(another_preparation_is_a_mismatch),
        WITH_TOY(a_study_that_another_search_writes_is_locked),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
