/* pool.c - trials at once: the same trials and scores for any number of workers, limits that hold for all of them, and
 * what becomes of those that go wrong, hang, or take too much. */
#include "search_helper.h"

#include "base/base.h"

#include <dirent.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* What user code leaves for the test to see, whichever process it runs in. */
enum { SLOTS = 256 };
typedef struct shared {
    volatile int seen[SLOTS]; /* how often, by the seed of a training */
    volatile int threads;     /* the most that a process of user code had */
    volatile int helper;      /* a process that user code has started */
    volatile int leak;        /* MB that each build keeps */
    volatile int slow;        /* epochs take a while */
} shared;

static shared *shared_new(void)
{
    shared *s = mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(s != MAP_FAILED);
    return s;
}

static void shared_free(shared *s)
{
    munmap(s, sizeof *s);
}

static void die(int number)
{
    signal(number, SIG_DFL);
    raise(number);
}

/* Is this a training, or a rehearsal of one? */
static bool trains(const vv_fit_args *args)
{
    return args->callbacks.n > 0;
}

/* ---- any number of workers ---------------------------------------------------------------------------------------- */

static void check_any_number_of_workers(const toy *t, vv_search_args args)
{
    const int numbers[] = { 2, 8 };
    args.project = t->other;
    args.workers = 1;
    args.overwrite = true;
    must_search(&args);
    args.project = t->place.project;
    for (size_t i = 0; i < 2; i++) {
        args.workers = numbers[i];
        must_search(&args);
        check_same_study(t->place.project, t->other);
    }
}

static void random_search_gives_the_same_study_for_any_number_of_workers(void **state)
{
    vv_search_args args = toy_args(*state, &toy_hypermodel);
    args.oracle = "random";
    args.max_trials = 20;
    check_any_number_of_workers(*state, args);
}

static void several_executions_give_the_same_study_for_any_number_of_workers(void **state)
{
    vv_search_args args = toy_args(*state, &toy_hypermodel);
    args.oracle = "random";
    args.max_trials = 8;
    args.executions_per_trial = 2;
    check_any_number_of_workers(*state, args);
}

static void a_grid_gives_the_same_study_for_any_number_of_workers(void **state)
{
    vv_search_args args = toy_args(*state, &toy_hypermodel);
    args.oracle = "grid";
    args.max_trials = 24;
    check_any_number_of_workers(*state, args);
}

static void sobol_points_give_the_same_study_for_any_number_of_workers(void **state)
{
    vv_search_args args = toy_args(*state, &toy_hypermodel);
    args.oracle = "sobol";
    args.max_trials = 20;
    check_any_number_of_workers(*state, args);
}

static void hyperband_gives_the_same_study_for_any_number_of_workers(void **state)
{
    vv_search_args args = toy_args(*state, &toy_hypermodel);
    args.oracle = "hyperband";
    args.epochs = 9;
    args.max_trials = 22;
    check_any_number_of_workers(*state, args);
}

static vv_status fit_crashing_for_narrow_ones(vv_hp *hp, vv_model *model, const vv_fit_args *args, void *user)
{
    (void)user;
    if (trains(args) && vv_hp_find(hp, "units_0")->value.i == 4) die(SIGSEGV);
    return vv_fit_with(model, args);
}

static void trials_that_crash_are_the_same_for_any_number_of_workers(void **state)
{
    vv_hypermodel hypermodel = toy_hypermodel;
    hypermodel.fit = fit_crashing_for_narrow_ones;
    vv_search_args args = toy_args(*state, &hypermodel);
    args.oracle = "random";
    args.max_trials = 16;
    args.max_consecutive_failures = 16;
    check_any_number_of_workers(*state, args);
    args.oracle = "hyperband";
    args.epochs = 4;
    check_any_number_of_workers(*state, args);
}

/* ---- trying again ------------------------------------------------------------------------------------------------- */

/* Each training dies when it is run for the first time. */
static vv_status fit_crashing_once(vv_hp *hp, vv_model *model, const vv_fit_args *args, void *user)
{
    shared *s = user;
    (void)hp;
    if (trains(args) && s->seen[args->seed % SLOTS]++ == 0) die(SIGSEGV);
    return vv_fit_with(model, args);
}

typedef struct ends {
    int waiting, completed, most_running;
} ends;

static void count_ends(void *context, const vv_event *e)
{
    ends *n = context;
    if (e->running > n->most_running) n->most_running = e->running;
    if (e->kind != VV_EVENT_TRIAL_END) return;
    n->waiting += e->trial->status == VV_TRIAL_WAITING;
    n->completed += e->trial->status == VV_TRIAL_COMPLETED;
    if (e->trial->status == VV_TRIAL_WAITING)
        CHECK_CONTAINS(e->trial->attempts[e->trial->n_attempts - 1].reason, "Segmentation fault");
}

static void a_trial_that_failed_is_tried_again_and_says_so(void **state)
{
    const toy *t = *state;
    vv_hypermodel hypermodel = toy_hypermodel;
    vv_search_args args = toy_args(t, &toy_hypermodel);
    args.oracle = "random";
    args.project = t->other;
    must_search(&args);
    for (int workers = 1; workers <= 8; workers += 7) {
        ends n = { 0 };
        shared *s = shared_new();
        hypermodel.fit = fit_crashing_once;
        hypermodel.user = s;
        args.hypermodel = &hypermodel;
        args.workers = workers;
        args.project = t->place.project;
        args.overwrite = true;
        args.max_retries = 1;
        args.on_event = count_ends;
        args.context = &n;
        assert_int_equal(must_search(&args).reason, VV_STOP_MAX_TRIALS);
        assert_int_equal(n.waiting, 5);
        assert_int_equal(n.completed, 5);
        check_same_study(t->place.project, t->other);
        vv_trials trials = read_trials(t->place.project);
        assert_int_equal(trials.list[4].n_attempts, 1);
        CHECK_CONTAINS(trials.list[4].attempts[0].reason, "crashed: signal 11");
        vv_trials_free(&trials);
        shared_free(s);
    }
}

static vv_status fit_crashing_always(vv_hp *hp, vv_model *model, const vv_fit_args *args, void *user)
{
    (void)hp, (void)user;
    if (trains(args)) die(SIGKILL);
    return vv_fit_with(model, args);
}

static void what_fails_again_and_again_fails_in_the_end(void **state)
{
    const toy *t = *state;
    vv_hypermodel hypermodel = toy_hypermodel;
    hypermodel.fit = fit_crashing_always;
    vv_search_args args = toy_args(t, &hypermodel);
    args.max_retries = 2;
    args.workers = 2;
    args.max_consecutive_failures = 3;
    args.max_trials = 50;
    assert_int_equal(must_search(&args).reason, VV_STOP_FAILURES);
    vv_trials trials = read_trials(t->place.project);
    assert_true(trials.n >= 3 && trials.n <= 5); /* those that ran when the third had failed */
    for (size_t i = 0; i < trials.n; i++) {
        assert_int_equal(trials.list[i].status, VV_TRIAL_FAILED);
        assert_int_equal(trials.list[i].n_attempts, 2);
        CHECK_CONTAINS(trials.list[i].reason, "the machine had no memory left");
    }
    vv_trials_free(&trials);
}

/* ---- limits --------------------------------------------------------------------------------------------------------- */

/* Waits until three have begun, which all but the first two find to be so. */
static vv_status fit_waiting_for_others(vv_hp *hp, vv_model *model, const vv_fit_args *args, void *user)
{
    shared *s = user;
    (void)hp;
    if (trains(args)) __atomic_add_fetch(&s->seen[0], 1, __ATOMIC_SEQ_CST);
    for (int i = 0; trains(args) && i < 6000 && s->seen[0] < 3; i++) usleep(10000);
    return vv_fit_with(model, args);
}

static void as_many_run_at_once_as_there_are_workers(void **state)
{
    ends n = { 0 };
    shared *s = shared_new();
    vv_hypermodel hypermodel = toy_hypermodel;
    hypermodel.fit = fit_waiting_for_others;
    hypermodel.user = s;
    vv_search_args args = toy_args(*state, &hypermodel);
    args.max_trials = 12;
    args.oracle = "random";
    args.workers = 3;
    args.on_event = count_ends;
    args.context = &n;
    must_search(&args);
    assert_int_equal(n.completed, 12);
    assert_int_equal(n.most_running, 3);
    shared_free(s);
}

static void the_limit_of_epochs_is_never_exceeded(void **state)
{
    const toy *t = *state;
    vv_search_args args = toy_args(t, &toy_hypermodel);
    args.oracle = "random";
    args.max_trials = 100;
    args.max_epochs_total = 20; /* six trials of three */
    args.workers = 8;
    assert_int_equal(must_search(&args).reason, VV_STOP_EPOCHS);
    vv_trials trials = read_trials(t->place.project);
    assert_int_equal(trials.n, 6);
    vv_trials_free(&trials);
}

static vv_status hang_in_the_second_epoch(const vv_callback *self, void *state, const vv_epoch *epoch,
                                          vv_verdict *verdict, vv_error *error)
{
    (void)self, (void)state, (void)verdict, (void)error;
    while (epoch->epoch == 1) pause();
    return VV_OK;
}

static vv_status take_memory(const vv_callback *self, void *state, const vv_epoch *epoch, vv_verdict *verdict,
                             vv_error *error)
{
    (void)self, (void)state, (void)verdict;
    const size_t size = (size_t)8 << 20;
    while (epoch->epoch == 1) {
        char *more = malloc(size);
        if (more == NULL) return vvi_no_memory(error);
        memset(more, 1, size);
    }
    return VV_OK;
}

static vv_status take_memory_blindly(const vv_callback *self, void *state, const vv_epoch *epoch, vv_verdict *verdict,
                                     vv_error *error)
{
    (void)self, (void)state, (void)verdict, (void)error;
    const size_t size = (size_t)1 << 20;
    while (epoch->epoch == 1) {
        char *more = malloc(size);
        if (more == NULL) die(SIGSEGV); /* as a write to it would */
        memset(more, 1, size);
    }
    return VV_OK;
}

typedef vv_status (*at_epoch)(const vv_callback *self, void *state, const vv_epoch *epoch, vv_verdict *verdict,
                              vv_error *error);

static vv_status fit_with_callback(vv_hp *hp, vv_model *model, const vv_fit_args *args, void *user)
{
    (void)hp;
    at_epoch begin;
    memcpy(&begin, user, sizeof begin);
    if (!trains(args)) return vv_fit_with(model, args);
    const vv_callback both[] = { args->callbacks.list[0], { .name = "test", .epoch_begin = begin } };
    vv_fit_args mine = *args;
    mine.callbacks = (vv_callbacks){ both, 2 };
    return vv_fit_with(model, &mine);
}

static void check_all_fail(const toy *t, at_epoch begin, vv_search_args args, const char *reason)
{
    vv_hypermodel hypermodel = toy_hypermodel;
    hypermodel.fit = fit_with_callback;
    hypermodel.user = &begin;
    args.hypermodel = &hypermodel;
    args.workers = 2;
    args.max_consecutive_failures = 2;
    args.overwrite = true;
    assert_int_equal(must_search(&args).reason, VV_STOP_FAILURES);
    vv_trials trials = read_trials(t->place.project);
    assert_true(trials.n >= 2);
    for (size_t i = 0; i < trials.n; i++) {
        assert_int_equal(trials.list[i].status, VV_TRIAL_FAILED);
        CHECK_CONTAINS(trials.list[i].reason, reason);
        assert_int_equal(trials.list[i].epochs, 1); /* what it had reported is kept */
    }
    vv_trials_free(&trials);
}

static void a_trial_that_takes_too_long_fails_and_says_where(void **state)
{
    vv_search_args args = toy_args(*state, &toy_hypermodel);
    args.trial_timeout_s = 2;
    check_all_fail(*state, hang_in_the_second_epoch, args, "took longer than 2 s, in execution 1, epoch 2");
}

static void a_trial_that_takes_too_much_memory_fails_and_says_where(void **state)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    (void)state, (void)take_memory, (void)take_memory_blindly;
    skip(); /* sanitizers live outside of what can be limited */
#else
    vv_search_args args = toy_args(*state, &toy_hypermodel);
    args.trial_memory_mb = 64;
    check_all_fail(*state, take_memory, args, "took all of the 64 MB that it may, in execution 1, epoch 2");
    check_all_fail(*state, take_memory_blindly, args, "took all of the 64 MB that it may and crashed (signal 11");
#endif
}

static vv_status fit_writing_everywhere(vv_hp *hp, vv_model *model, const vv_fit_args *args, void *user)
{
    static const char garbage[] = "what is this doing here, and why is it so long that a record would have begun?";
    (void)hp, (void)user;
    struct stat info;
    char link[64], path[512];
    for (int fd = 3; trains(args) && fd < 64; fd++) {
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        const ssize_t n = readlink(link, path, sizeof path - 1);
        path[n < 0 ? 0 : n] = '\0';
        const bool ours = strstr(path, "/study.db") != NULL || strstr(path, "/lock") != NULL;
        if (fstat(fd, &info) != 0 || (!S_ISSOCK(info.st_mode) && !ours)) continue;
        if (write(fd, garbage, sizeof garbage) < 0) return VV_IO;
    }
    return vv_fit_with(model, args);
}

static void a_trial_that_writes_into_our_descriptors_fails_alone(void **state)
{
    const toy *t = *state;
    vv_hypermodel hypermodel = toy_hypermodel;
    hypermodel.fit = fit_writing_everywhere;
    vv_search_args args = toy_args(t, &hypermodel);
    args.workers = 2;
    assert_int_equal(must_search(&args).reason, VV_STOP_FAILURES);
    vv_trials trials = read_trials(t->place.project);
    for (size_t i = 0; i < trials.n; i++) CHECK_CONTAINS(trials.list[i].reason, "unreadable in execution 1, epoch 1");
    vv_trials_free(&trials);
}

/* ---- processes ------------------------------------------------------------------------------------------------------ */

static vv_status fit_leaving_somebody(vv_hp *hp, vv_model *model, const vv_fit_args *args, void *user)
{
    shared *s = user;
    (void)hp;
    if (trains(args)) {
        const pid_t pid = fork();
        if (pid == 0)
            while (true) pause();
        s->helper = (int)pid;
    }
    return vv_fit_with(model, args);
}

static void what_a_trial_has_started_ends_with_it(void **state)
{
    shared *s = shared_new();
    vv_hypermodel hypermodel = toy_hypermodel;
    hypermodel.fit = fit_leaving_somebody;
    hypermodel.user = s;
    vv_search_args args = toy_args(*state, &hypermodel);
    args.max_trials = 1;
    assert_int_equal(must_search(&args).best, 0);
    assert_true(s->helper > 0);
    for (int i = 0; i < 1000 && kill(s->helper, 0) == 0; i++) usleep(10000); /* init takes a moment to bury it */
    assert_int_equal(kill(s->helper, 0), -1);
    shared_free(s);
}

static int count_threads(void)
{
    int n = 0;
    DIR *folder = opendir("/proc/self/task");
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) n += entry->d_name[0] != '.';
    closedir(folder);
    return n;
}

static vv_model *build_counting_threads(vv_hp *hp, void *user)
{
    shared *s = user;
    const int n = count_threads();
    if (n > s->threads) s->threads = n;
    for (int i = 0; i < s->leak; i++)
        if (malloc((size_t)1 << 20) == NULL) return NULL;
    return build_toy(hp, NULL);
}

static void no_process_of_a_search_has_more_than_one_thread(void **state)
{
    shared *s = shared_new();
    vv_hypermodel hypermodel = toy_hypermodel;
    hypermodel.build = build_counting_threads;
    hypermodel.user = s;
    vv_search_args args = toy_args(*state, &hypermodel);
    args.oracle = "bayesian";
    args.max_trials = 14;
    args.workers = 2;
    must_search(&args);
    assert_int_equal(s->threads, 1);
    shared_free(s);
}

static void begin_to_leak(void *context, const vv_event *e)
{
    shared *s = context;
    if (e->kind == VV_EVENT_SEARCH_BEGIN) s->leak = 40;
}

static void a_process_that_proposes_and_grows_is_begun_anew(void **state)
{
    const toy *t = *state;
    shared *s = shared_new();
    vv_hypermodel hypermodel = toy_hypermodel;
    hypermodel.build = build_counting_threads;
    hypermodel.user = s;
    vv_search_args args = toy_args(t, &toy_hypermodel);
    args.oracle = "random";
    args.max_trials = 24;
    args.project = t->other;
    must_search(&args);
    args.project = t->place.project;
    args.hypermodel = &hypermodel;
    args.on_event = begin_to_leak;
    args.context = s;
    must_search(&args); /* it may take 1 GB, and takes at least 80 MB in each ask */
    check_same_study(t->place.project, t->other);
    shared_free(s);
}

/* ---- stopping --------------------------------------------------------------------------------------------------------- */

typedef struct stopper {
    volatile int stop;
    int epochs; /* until it stops */
} stopper;

/* What comes after the fifth epoch takes a while, so that the stop comes before the end. */
static vv_status slow_down(const vv_callback *self, void *state, const vv_epoch *epoch, vv_verdict *verdict,
                           vv_error *error)
{
    const shared *s = self->context;
    (void)state, (void)verdict, (void)error;
    if (epoch->epoch >= 5 && s->slow) usleep(50000);
    return VV_OK;
}

static vv_status fit_slowly(vv_hp *hp, vv_model *model, const vv_fit_args *args, void *user)
{
    (void)hp;
    if (!trains(args)) return vv_fit_with(model, args);
    const vv_callback both[] = { args->callbacks.list[0],
                                 { .name = "slow", .plain_state = true, .epoch_begin = slow_down, .context = user } };
    vv_fit_args mine = *args;
    mine.callbacks = (vv_callbacks){ both, 2 };
    return vv_fit_with(model, &mine);
}

static void stop_after_epochs(void *context, const vv_event *e)
{
    stopper *s = context;
    if (e->kind == VV_EVENT_EPOCH && --s->epochs == 0) s->stop = 1;
}

static void a_stop_lets_all_that_runs_end_its_epoch_and_the_search_goes_on_from_there(void **state)
{
    const toy *t = *state;
    shared *shown = shared_new();
    vv_hypermodel hypermodel = toy_hypermodel;
    hypermodel.fit = fit_slowly;
    hypermodel.user = shown;
    vv_search_args args = toy_args(t, &hypermodel);
    args.oracle = "random";
    args.epochs = 40;
    args.workers = 2;
    args.project = t->other;
    must_search(&args);
    stopper s = { .epochs = 12 };
    shown->slow = 1;
    args.project = t->place.project;
    args.on_event = stop_after_epochs;
    args.context = &s;
    args.stop = &s.stop;
    assert_int_equal(must_search(&args).reason, VV_STOP_INTERRUPTED);
    vv_trials trials = read_trials(t->place.project);
    int interrupted = 0;
    for (size_t i = 0; i < trials.n; i++) {
        if (trials.list[i].status != VV_TRIAL_INTERRUPTED) continue;
        interrupted++;
        assert_true(trials.list[i].epochs >= 1);
        assert_string_equal(trials.list[i].reason, "stopped on request");
    }
    assert_true(interrupted >= 1);
    vv_trials_free(&trials);
    s.stop = shown->slow = 0;
    assert_int_equal(must_search(&args).reason, VV_STOP_MAX_TRIALS);
    check_same_study(t->place.project, t->other);
    shared_free(shown);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_TOY(random_search_gives_the_same_study_for_any_number_of_workers),
        WITH_TOY(several_executions_give_the_same_study_for_any_number_of_workers),
        WITH_TOY(a_grid_gives_the_same_study_for_any_number_of_workers),
        WITH_TOY(sobol_points_give_the_same_study_for_any_number_of_workers),
        WITH_TOY(hyperband_gives_the_same_study_for_any_number_of_workers),
        WITH_TOY(trials_that_crash_are_the_same_for_any_number_of_workers),
        WITH_TOY(a_trial_that_failed_is_tried_again_and_says_so),
        WITH_TOY(what_fails_again_and_again_fails_in_the_end),
        WITH_TOY(as_many_run_at_once_as_there_are_workers),
        WITH_TOY(the_limit_of_epochs_is_never_exceeded),
        WITH_TOY(a_trial_that_takes_too_long_fails_and_says_where),
        WITH_TOY(a_trial_that_takes_too_much_memory_fails_and_says_where),
        WITH_TOY(a_trial_that_writes_into_our_descriptors_fails_alone),
        WITH_TOY(what_a_trial_has_started_ends_with_it),
        WITH_TOY(no_process_of_a_search_has_more_than_one_thread),
        WITH_TOY(a_process_that_proposes_and_grows_is_begun_anew),
        WITH_TOY(a_stop_lets_all_that_runs_end_its_epoch_and_the_search_goes_on_from_there),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
