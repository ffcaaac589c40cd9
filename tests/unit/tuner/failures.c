/* failures.c - hypermodels that go wrong: what ends a trial, what ends the search, what is refused before it begins,
 * and what the texts say. The caller must be alive after each. */
#include "search_helper.h"

#include "base/base.h"

#include <signal.h>

/* What a hypermodel does wrong, and where. */
typedef struct fault {
    int crash_at;       /* value of "n" at which the build dies by a signal */
    int exit_at;        /* ... at which it ends the process */
    double rate;        /* learning rate; 0: the default */
    int inputs;         /* 0: 2 */
    int crash_at_epoch; /* of a fit, counted from 1; 0: never */
    bool null, bad_domain, bad_layer, impure;
    int *builds;
} fault;

/* Really dies of it, whatever handlers a sanitizer has put in place. */
static void die(void)
{
    signal(SIGSEGV, SIG_DFL);
    raise(SIGSEGV);
}

static vv_model *build_faulty(vv_hp *hp, void *user)
{
    fault *f = user;
    const int n = vv_int(hp, "n", .min = 1, .max = 4);
    if (f->builds != NULL) ++*f->builds;
    if (f->crash_at == n) die();
    if (f->exit_at == n) _exit(3);
    if (f->null) return NULL;
    if (f->bad_domain) vv_int(hp, "filters", .min = 32, .max = 16);
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(f->inputs == 0 ? 2 : f->inputs));
    vv_add(m, vv_dense(f->bad_layer ? -1 : f->impure ? n + *f->builds : n)); /* linear: nothing stops what grows */
    vv_add(m, vv_dense(1, .activation = VV_SIGMOID));
    vv_compile(m, .loss = VV_BINARY_CROSSENTROPY, .metrics = VV_METRICS(VV_ACCURACY),
               .optimizer = vv_sgd(.learning_rate = f->rate));
    return m;
}

static vv_search_args faulty_args(const toy *t, vv_hypermodel *hypermodel, fault *f)
{
    *hypermodel = (vv_hypermodel){ .build = build_faulty, .user = f, .epochs = 4, .batch_size = 16 };
    return toy_args(t, hypermodel);
}

/* ---- the build -------------------------------------------------------------------------------------------------- */

static void a_crash_in_a_build_ends_the_search_with_its_values(void **state)
{
    const toy *t = *state;
    vv_hypermodel hypermodel;
    const vv_search_args args = faulty_args(t, &hypermodel, &(fault){ .crash_at = 3 });
    must_refuse(&args, VV_CRASHED, "the build function crashed (signal 11, Segmentation fault) with n=3");
}

static void a_crash_in_the_first_build_leaves_no_folder(void **state)
{
    const toy *t = *state;
    vv_hypermodel hypermodel;
    const vv_search_args args = faulty_args(t, &hypermodel, &(fault){ .crash_at = 1 });
    must_refuse(&args, VV_CRASHED, "with n=1");
    assert_false(file_exists(t->place.root, "project"));
}

static void a_build_that_exits_is_told_from_one_that_crashes(void **state)
{
    const toy *t = *state;
    vv_hypermodel hypermodel;
    const vv_search_args args = faulty_args(t, &hypermodel, &(fault){ .exit_at = 1 });
    must_refuse(&args, VV_CRASHED, "exit code 3");
}

static void mistakes_of_the_build_are_refused_with_their_texts(void **state)
{
    const toy *t = *state;
    int builds = 0;
    vv_hypermodel hypermodel;
    fault f = { .bad_domain = true };
    vv_search_args args = faulty_args(t, &hypermodel, &f);
    must_refuse(&args, VV_BAD_ARG, "filters: max 16 is below min 32");
    f = (fault){ .null = true };
    must_refuse(&args, VV_BAD_ARG, "none of 4 configurations can be built: the build function returned no model");
    f = (fault){ .bad_layer = true };
    must_refuse(&args, VV_BAD_ARG, "dense");
    f = (fault){ .impure = true, .builds = &builds };
    must_refuse(&args, VV_BAD_ARG, "not a function of its hyperparameters");
}

static vv_model *build_asking_more_and_more(vv_hp *hp, void *user)
{
    int *builds = user;
    vv_int(hp, vv_name(hp, "n_%d", (*builds)++), .min = 1, .max = 4);
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(2));
    vv_add(m, vv_dense(1));
    vv_compile(m, .loss = VV_MSE);
    return m;
}

static void asking_for_other_names_each_time_is_noticed(void **state)
{
    const toy *t = *state;
    int builds = 0;
    const vv_hypermodel hypermodel = { .build = build_asking_more_and_more, .user = &builds };
    const vv_search_args args = toy_args(t, &hypermodel);
    must_refuse(&args, VV_BAD_ARG, "n_0 is not asked for any more");
}

/* ---- before any training ---------------------------------------------------------------------------------------- */

static void data_that_does_not_fit_is_refused_before_any_training(void **state)
{
    const toy *t = *state;
    vv_hypermodel hypermodel;
    const vv_search_args args = faulty_args(t, &hypermodel, &(fault){ .inputs = 3 });
    must_refuse(&args, VV_BAD_SHAPE, "training data");
    assert_false(file_exists(t->place.root, "project"));
}

/* Without a fit function, with one that is called only to train, and where the default cannot be built. */
static vv_model *build_untrained(vv_hp *hp, void *user)
{
    const int least = *(const int *)user;
    const int n = vv_int(hp, "n", .min = 1, .max = 4);
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(2));
    vv_add(m, vv_dense(n >= least ? n : -1));
    vv_add(m, vv_batch_normalization());
    vv_add(m, vv_dense(1, .activation = VV_SIGMOID));
    vv_compile(m, .loss = VV_BINARY_CROSSENTROPY);
    return m;
}

static vv_status fit_plainly(vv_hp *hp, vv_model *model, const vv_fit_args *args, void *user)
{
    (void)hp, (void)user;
    return vv_fit_with(model, args);
}

static void layers_that_cannot_be_trained_are_refused_before_any_training(void **state)
{
    const toy *t = *state;
    int least = 1;
    vv_hypermodel hypermodel = { .build = build_untrained, .user = &least };
    const vv_search_args args = toy_args(t, &hypermodel);
    const char *text =
        "batch_normalization: batch_normalization has shape and cost rules only; it cannot be trained yet";
    must_refuse(&args, VV_UNSUPPORTED, text);
    assert_false(file_exists(t->place.root, "project"));
    hypermodel.fit = fit_plainly;
    must_refuse(&args, VV_UNSUPPORTED, text);
    assert_false(file_exists(t->place.root, "project"));
    least = 2;
    must_refuse(&args, VV_UNSUPPORTED, text);
    CHECK_OK(vv_hypermodel_build(&(vv_hypermodel){ .build = build_untrained, .user = &(int){ 1 }, .fit = fit_plainly },
                                 NULL, NULL, NULL, NULL)); /* it can still be looked at */
}

static void an_objective_that_nothing_reports_is_refused_with_those_there_are(void **state)
{
    const toy *t = *state;
    vv_search_args args = toy_args(t, &toy_hypermodel);
    args.objective = "val_accurcy";
    must_refuse(&args, VV_BAD_ARG, "no such metric; there are loss, accuracy, val_loss, val_accuracy");
    args.objective = "val_auc";
    must_refuse(&args, VV_BAD_ARG, "no such metric");
    args.objective = "auc:sideways";
    must_refuse(&args, VV_BAD_ARG, "max or min");
    args.objective = "val_loss";
    args.validation = NULL;
    must_refuse(&args, VV_BAD_ARG, "needs validation data");
    args.objective = "loss";
    args.oracle = "crystal_ball";
    must_refuse(&args, VV_BAD_ARG, "there are: auto, random");
    args.oracle = NULL;
    args.epochs = -1;
    must_refuse(&args, VV_BAD_ARG, "epochs is -1, must be >= 1");
    args.epochs = 1;
    args.training = NULL;
    must_refuse(&args, VV_BAD_ARG, "no training data");
    args.hypermodel = NULL;
    must_refuse(&args, VV_BAD_ARG, "build is NULL");
    assert_false(file_exists(t->place.root, "project"));
}

static void without_validation_data_a_training_metric_will_do(void **state)
{
    const toy *t = *state;
    vv_search_args args = toy_args(t, &toy_hypermodel);
    args.validation = NULL;
    args.objective = "accuracy";
    args.max_trials = 2;
    assert_true(must_search(&args).best >= 0);
}

/* ---- failing trials --------------------------------------------------------------------------------------------- */

/* Every trial of the study FAILED with this in its reason. */
static void check_all_failed(const char *project, size_t n, const char *part)
{
    vv_trials trials = read_trials(project);
    assert_int_equal(trials.n, n);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(trials.list[i].status, VV_TRIAL_FAILED);
        CHECK_CONTAINS(trials.list[i].reason, part);
    }
    vv_trials_free(&trials);
}

static void a_loss_that_is_not_finite_fails_the_trial_and_names_the_epoch(void **state)
{
    const toy *t = *state;
    vv_hypermodel hypermodel;
    vv_search_args args = faulty_args(t, &hypermodel, &(fault){ .rate = 1e6 });
    args.max_consecutive_failures = 2;
    const vv_search_result result = must_search(&args);
    assert_int_equal(result.reason, VV_STOP_FAILURES);
    assert_int_equal(result.best, -1);
    check_all_failed(t->place.project, 2, "execution 1, epoch ");
}

static vv_status crash_at_epoch(const vv_callback *self, void *state, const vv_epoch *epoch, vv_verdict *verdict,
                                vv_error *error)
{
    (void)state, (void)verdict, (void)error;
    if (epoch->epoch + 1 == *(const int *)self->context) die();
    return VV_OK;
}

static vv_status fit_crashing(vv_hp *hp, vv_model *model, const vv_fit_args *args, void *user)
{
    fault *f = user;
    (void)hp;
    const vv_callback both[] = { args->callbacks.n > 0 ? args->callbacks.list[0] : (vv_callback){ .name = "none" },
                                 { .name = "crash", .epoch_begin = crash_at_epoch, .context = &f->crash_at_epoch } };
    vv_fit_args mine = *args;
    mine.callbacks = (vv_callbacks){ both, 2 };
    return vv_fit_with(model, &mine);
}

static vv_status fit_crashing_at_its_end(vv_hp *hp, vv_model *model, const vv_fit_args *args, void *user)
{
    (void)hp, (void)user;
    const vv_status status = vv_fit_with(model, args);
    if (args->callbacks.n > 0) die();
    return status;
}

static void a_crash_after_the_last_epoch_is_not_one_in_an_epoch_that_never_was(void **state)
{
    const toy *t = *state;
    vv_hypermodel hypermodel;
    vv_search_args args = faulty_args(t, &hypermodel, &(fault){ .rate = 0.1 });
    hypermodel.fit = fit_crashing_at_its_end;
    args.epochs = 1;
    assert_int_equal(must_search(&args).reason, VV_STOP_FAILURES);
    check_all_failed(t->place.project, 3, "signal 11, Segmentation fault in execution 1, after epoch 1");
}

static void a_crash_in_training_fails_the_trial_and_says_where(void **state)
{
    const toy *t = *state;
    vv_hypermodel hypermodel;
    vv_search_args args = faulty_args(t, &hypermodel, &(fault){ .crash_at_epoch = 3 });
    hypermodel.fit = fit_crashing;
    assert_int_equal(must_search(&args).reason, VV_STOP_FAILURES);
    check_all_failed(t->place.project, 3, "crashed: signal 11, Segmentation fault in execution 1, epoch 3");
    vv_trials trials = read_trials(t->place.project);
    assert_int_equal(trials.list[0].curves[0].n, 2); /* what it had reported is kept */
    vv_trials_free(&trials);
}

static vv_status fit_alone(vv_hp *hp, vv_model *model, const vv_fit_args *args, void *user)
{
    (void)hp, (void)user;
    vv_fit_args mine = *args;
    mine.callbacks = (vv_callbacks){ NULL, 0 };
    return vv_fit_with(model, &mine);
}

static vv_status fit_without_validation(vv_hp *hp, vv_model *model, const vv_fit_args *args, void *user)
{
    (void)hp, (void)user;
    vv_fit_args mine = *args;
    mine.validation = NULL;
    return vv_fit_with(model, &mine);
}

static vv_status fit_refusing(vv_hp *hp, vv_model *model, const vv_fit_args *args, void *user)
{
    (void)hp, (void)user;
    vv_fit_args mine = *args;
    mine.class_weight = (const double[]){ 1, -1 };
    mine.n_class_weight = args->callbacks.n > 0 ? 2 : 1; /* sound when rehearsed */
    return vv_fit_with(model, &mine);
}

static void a_fit_function_that_hides_its_epochs_or_fails_says_so_in_the_trial(void **state)
{
    const toy *t = *state;
    const struct {
        vv_fit_function fit;
        const char *part;
    } cases[] = { { fit_alone, "hand args->callbacks on" },
                  { fit_without_validation, "this fit reported loss, accuracy" },
                  { fit_refusing, "class_weight of class 1 is -1" } };
    vv_hypermodel hypermodel;
    vv_search_args args = faulty_args(t, &hypermodel, &(fault){ .rate = 0.1 });
    args.overwrite = true;
    for (size_t i = 0; i < 3; i++) {
        hypermodel.fit = cases[i].fit;
        assert_int_equal(must_search(&args).reason, VV_STOP_FAILURES);
        check_all_failed(t->place.project, 3, cases[i].part);
    }
}

/* Dies only in the child of a trial: asked for alone, it builds. */
static vv_status fit_crashing_for_some(vv_hp *hp, vv_model *model, const vv_fit_args *args, void *user)
{
    (void)user;
    if (args->callbacks.n > 0 && vv_hp_find(hp, "n")->value.i == 2) die();
    return vv_fit_with(model, args);
}

static void a_failed_trial_does_not_end_the_search(void **state)
{
    const toy *t = *state;
    vv_hypermodel hypermodel;
    vv_search_args args = faulty_args(t, &hypermodel, &(fault){ .rate = 0.1 });
    hypermodel.fit = fit_crashing_for_some;
    assert_int_equal(must_search(&args).reason, VV_STOP_EXHAUSTED);
    vv_trials trials = read_trials(t->place.project);
    assert_int_equal(trials.n, 4);
    for (size_t i = 0; i < trials.n; i++)
        assert_int_equal(trials.list[i].status,
                         trials.list[i].values[0].value.i == 2 ? VV_TRIAL_FAILED : VV_TRIAL_COMPLETED);
    vv_trials_free(&trials);
}

/* ---- memory ----------------------------------------------------------------------------------------------------- */

/* The count goes on in the children, each with what was left of it: so every process of a search meets its own. */
static bool search_with_failing_allocation(const vv_search_args *args, long n)
{
    vv_error error = { 0 };
    vvi_fail_allocation(n);
    const vv_status status = vv_search_with(args, NULL, &error);
    vvi_fail_allocation(-1);
    /* A model that could not be made is NULL to the build function, and that is what it returns: once, of many times.
     */
    const bool no_model = strstr(error.text, "returned no model") != NULL ||
                          strstr(error.text, "not a function of its hyperparameters") != NULL;
    if (status != VV_OK && status != VV_NO_MEMORY && !no_model) fail_msg("allocation %ld: %s", n, error.text);
    if (status != VV_OK) return false;
    vv_trials trials = read_trials(args->project);
    const bool completed = trials.n == 1 && trials.list[0].status == VV_TRIAL_COMPLETED;
    if (!completed) assert_int_equal(trials.list[0].status, VV_TRIAL_FAILED);
    vv_trials_free(&trials);
    return completed;
}

static void failing_allocations_end_in_a_status_or_a_failed_trial(void **state)
{
    const toy *t = *state;
    vv_search_args args = toy_args(t, &toy_hypermodel);
    args.max_trials = 1;
    args.overwrite = true;
    long n = 1;
    while (!search_with_failing_allocation(&args, n)) n += 1 + n / 8;
    assert_true(n > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_TOY(a_crash_in_a_build_ends_the_search_with_its_values),
        WITH_TOY(a_crash_in_the_first_build_leaves_no_folder),
        WITH_TOY(a_build_that_exits_is_told_from_one_that_crashes),
        WITH_TOY(mistakes_of_the_build_are_refused_with_their_texts),
        WITH_TOY(asking_for_other_names_each_time_is_noticed),
        WITH_TOY(data_that_does_not_fit_is_refused_before_any_training),
        WITH_TOY(layers_that_cannot_be_trained_are_refused_before_any_training),
        WITH_TOY(an_objective_that_nothing_reports_is_refused_with_those_there_are),
        WITH_TOY(without_validation_data_a_training_metric_will_do),
        WITH_TOY(a_loss_that_is_not_finite_fails_the_trial_and_names_the_epoch),
        WITH_TOY(a_crash_after_the_last_epoch_is_not_one_in_an_epoch_that_never_was),
        WITH_TOY(a_crash_in_training_fails_the_trial_and_says_where),
        WITH_TOY(a_fit_function_that_hides_its_epochs_or_fails_says_so_in_the_trial),
        WITH_TOY(a_failed_trial_does_not_end_the_search),
        WITH_TOY(failing_allocations_end_in_a_status_or_a_failed_trial),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
