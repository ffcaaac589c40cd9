/* search.c - varve search FILE: tries values, and says how to go on. */
#include "cli/cli.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const vvi_positional positionals[] = { VVI_POSITIONAL_FILE };
static const vvi_option rows[] = {
    VVI_OPTION_DATA(false, "what to train on, see varve data (the file's)"),
    { .name = "tuner",
      .type = VVI_OPTION_TEXT,
      .offset = VVI_MEMBER(tuner),
      .argument = "NAME[:OPTION=VALUE,...]",
      .help = "how to propose trials: one of varve oracles (the first of them)" },
    { .name = "pruner",
      .type = VVI_OPTION_TEXT,
      .offset = VVI_MEMBER(pruner),
      .argument = "NAME[:OPTION=VALUE,...]",
      .help = "how to end trials early that will not be the best: see varve oracles (none)" },
    { .name = "objective",
      .type = VVI_OPTION_TEXT,
      .offset = VVI_MEMBER(objective),
      .argument = "NAME[:min|max],...",
      .help = "what to be best in: a metric; or several, and params, macs, ram, flash (the file's, or val_loss)" },
    { .name = "constraint",
      .type = VVI_OPTION_LIST,
      .offset = VVI_MEMBER(constraints),
      .argument = "NAME<=N,...",
      .help = "what a trial must keep to, <= or >=: a metric in its best epoch, or a cost as above; may be repeated" },
    { .name = "max-trials",
      .type = VVI_OPTION_INT,
      .offset = VVI_MEMBER(max_trials),
      .min = 1,
      .max = 1000000,
      .argument = "N",
      .help = "how many there shall be, earlier ones counted (the file's, or 10)" },
    { .name = "max-epochs-total",
      .type = VVI_OPTION_INT,
      .offset = VVI_MEMBER(max_epochs_total),
      .min = 1,
      .max = 2147483647,
      .argument = "N",
      .help = "epochs of all trials there are, never exceeded (no limit)" },
    { .name = "max-time",
      .type = VVI_OPTION_TIME,
      .offset = VVI_MEMBER(max_seconds),
      .min = 0.001,
      .max = 1e9,
      .argument = "T",
      .help = "90s, 30m, 2h or 1d, earlier searches of the project counted; a trial that runs is finished (no limit)" },
    { .name = "stop-at",
      .type = VVI_OPTION_NUMBER,
      .offset = VVI_MEMBER(stop_at),
      .min = -1e308,
      .max = 1e308,
      .argument = "VALUE",
      .help = "stop when a trial reaches this in the first objective" },
    VVI_OPTIONS_WORKERS,
    { .name = "executions-per-trial",
      .type = VVI_OPTION_INT,
      .offset = VVI_MEMBER(executions),
      .min = 1,
      .max = 1000,
      .argument = "N",
      .help = "trainings to take the mean of (the file's, or 1)" },
    { .name = "epochs",
      .type = VVI_OPTION_INT,
      .offset = VVI_MEMBER(epochs),
      .min = 1,
      .max = 1000000,
      .argument = "N",
      .help = "passes over the data in each training (the file's, or 1)" },
    { .name = "batch-size",
      .type = VVI_OPTION_INT,
      .offset = VVI_MEMBER(batch_size),
      .min = 1,
      .max = 1000000,
      .argument = "N",
      .help = "examples in one step (the file's, or 32)" },
    { .name = "validation-split",
      .type = VVI_OPTION_FLOAT,
      .offset = VVI_MEMBER(validation_split),
      .min = 0,
      .max = 0.99,
      .argument = "F",
      .help = "share of the data kept to validate with (the file's, or 0.2)" },
    VVI_OPTIONS_BUDGET("try only what fits: params=50k,macs=2M,ram=32k,flash=128k, some or all of them"),
    { .name = "enqueue",
      .type = VVI_OPTION_TEXT,
      .offset = VVI_MEMBER(enqueue),
      .argument = "FILE.json",
      .help = "values to try first: an object of names and values, or an array of such; what is left out is proposed" },
    { .name = "defaults-first",
      .type = VVI_OPTION_FLAG,
      .offset = VVI_MEMBER(defaults_first),
      .help = "try the default values first" },
    { .name = "warm-start",
      .type = VVI_OPTION_TEXT,
      .offset = VVI_MEMBER(warm_start),
      .argument = "PROJECT",
      .help = "begin with what the trials of another project came to" },
    { .name = "seed",
      .type = VVI_OPTION_SEED,
      .offset = VVI_MEMBER(seed),
      .argument = "N",
      .help = "of proposals, weights, order and split (0)" },
    VVI_OPTIONS_PLACE,
    { .name = "keep-checkpoints",
      .type = VVI_OPTION_INT,
      .offset = VVI_MEMBER(keep_checkpoints),
      .min = 1,
      .max = 1000000,
      .argument = "N",
      .help = "of how many of the best trials the weights are kept (3)" },
    { .name = "overwrite",
      .type = VVI_OPTION_FLAG,
      .offset = VVI_MEMBER(overwrite),
      .help = "begin anew, removing the project that is there" },
    { .name = "accept-new-space",
      .type = VVI_OPTION_FLAG,
      .offset = VVI_MEMBER(accept_new_space),
      .help = "go on though the hypermodel has changed: earlier trials stay, what has not ended ends" },
    { .name = "begin-only",
      .type = VVI_OPTION_FLAG,
      .offset = VVI_MEMBER(begin_only),
      .help = "begin the study and leave the trials to workers: varve worker, varve submit" },
    VVI_OPTIONS_LOGS,
    VVI_OPTION_JSON,
};

/* ---- stopping: once politely, twice at once --------------------------------------------------------------------- */

static volatile int stop_requested, continued;

static void on_signal(int number)
{
    (void)number;
    if (stop_requested) {
        (void)!write(STDERR_FILENO, "\n", 1);
        _exit(VVI_EXIT_KILLED);
    }
    stop_requested = 1;
}

/* After Ctrl-Z and fg the shell has written below what was on the screen. */
static void on_continue(int number)
{
    (void)number;
    continued++;
}

static void catch_signals(void)
{
    const struct sigaction go_on = { .sa_handler = on_continue, .sa_flags = SA_RESTART };
    sigaction(SIGCONT, &go_on, NULL);
    struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
    static const int signals[] = { SIGINT, SIGTERM, SIGUSR1, SIGUSR2 }; /* batch systems warn with the last ones */
    for (size_t i = 0; i < VVI_COUNT(signals); i++) sigaction(signals[i], &action, NULL);
}

/* ---- before ----------------------------------------------------------------------------------------------------- */

typedef struct searching {
    const vvi_options *options;
    vv_hypermodel hypermodel; /* as the search is to know it: named by its path */
    const char *name;         /* of the project, where nobody says another */
    vv_data *training, *validation;
    vv_budget budget;
    vvi_text enqueued, constraints, command;
    char project[VVI_WHERE_SIZE];
    vvi_waiting waiting; /* for the search to begin */
    vvi_screen screen;
    vvi_logs logs;
    FILE *out;
} searching;

/* A study that is only to be begun has begun when the search says so. */
static void on_event(void *context, const vv_event *event)
{
    searching *s = context;
    vvi_waiting_end(&s->waiting);
    vvi_screen_on_event(&s->screen, event);
    vvi_logs_take(&s->logs, event, &s->screen);
    if (event->kind == VV_EVENT_SEARCH_BEGIN && s->options->begin_only) stop_requested = 1;
}

static void on_tick(void *context)
{
    searching *s = context;
    vvi_screen_on_tick(&s->screen);
}

static vv_search_args search_args(searching *s)
{
    const vvi_options *o = s->options;
    return (vv_search_args){ .hypermodel = &s->hypermodel,
                             .training = s->training,
                             .validation = s->validation,
                             .oracle = o->tuner,
                             .pruner = o->pruner,
                             .objective = o->objective,
                             .constraints = s->constraints.data,
                             .max_trials = o->max_trials,
                             .max_epochs_total = o->max_epochs_total,
                             .max_seconds = o->max_seconds,
                             .stop_at = o->stop_at,
                             .executions_per_trial = o->executions,
                             .epochs = o->epochs,
                             .batch_size = o->batch_size,
                             .defaults_first = o->defaults_first,
                             .enqueued = s->enqueued.data,
                             .warm_start = o->warm_start,
                             .budget = s->budget,
                             .seed = o->seed,
                             .project = s->project,
                             .overwrite = o->overwrite,
                             .accept_new_space = o->accept_new_space,
                             .lease_s = o->lease_s,
                             .checkpoints = o->checkpoints,
                             .keep_checkpoints = o->keep_checkpoints,
                             .workers = vvi_cli_workers(o),
                             .trial_memory_mb = o->trial_memory_mb,
                             .trial_timeout_s = o->trial_timeout_s,
                             .max_retries = o->max_retries,
                             .max_consecutive_failures = o->max_failures,
                             .command = s->command.data,
                             .on_event = on_event,
                             .on_tick = on_tick,
                             .context = s,
                             .stop = &stop_requested };
}

/* NULL after a complaint. What is no ordinary file may have no end. */
static FILE *open_enqueued(const char *path)
{
    struct stat info;
    FILE *file = NULL;
    if (stat(path, &info) == 0 && !S_ISREG(info.st_mode))
        vvi_cli_complain(VVI_EXIT_USAGE, "--enqueue: %s: is no ordinary file", path);
    else if ((file = fopen(path, "rb")) == NULL)
        vvi_cli_complain(VVI_EXIT_USAGE, "--enqueue: %s: %s", path, strerror(errno));
    return file;
}

int vvi_cli_enqueued(const vvi_options *options, vvi_text *text)
{
    enum { MOST_BYTES = 1 << 20 };
    char bytes[4096];
    const char *path = options->enqueue;
    if (path == NULL) return 0;
    FILE *file = open_enqueued(path);
    if (file == NULL) return VVI_EXIT_USAGE;
    for (size_t n; text->n <= MOST_BYTES && (n = fread(bytes, 1, sizeof bytes, file)) > 0;)
        vvi_text_add(text, bytes, n);
    const bool failed = ferror(file) != 0;
    const int why = errno;
    fclose(file);
    if (failed) return vvi_cli_complain(VVI_EXIT_USAGE, "--enqueue: %s: %s", path, strerror(why));
    if (text->n > MOST_BYTES) return vvi_cli_complain(VVI_EXIT_USAGE, "--enqueue: %s: is larger than 1 MiB", path);
    if (text->n == 0) return vvi_cli_complain(VVI_EXIT_USAGE, "--enqueue: %s is empty", path);
    return text->failed ? vvi_cli_complain(VVI_EXIT_FAILED, "%s", vv_strerror(VV_NO_MEMORY)) : 0;
}

int vvi_cli_constraints(const vvi_options *options, vvi_text *text)
{
    for (size_t i = 0; i < options->constraints.n; i++)
        vvi_text_printf(text, "%s%s", i == 0 ? "" : ",", options->constraints.list[i]);
    return text->failed ? vvi_cli_complain(VVI_EXIT_FAILED, "%s", vv_strerror(VV_NO_MEMORY)) : 0;
}

/* Mistakes that can be seen before any data is fetched. */
static int check_words(searching *s)
{
    vv_error error = { 0 };
    int exit_status = vvi_cli_enqueued(s->options, &s->enqueued);
    if (exit_status == 0) exit_status = vvi_cli_constraints(s->options, &s->constraints);
    if (exit_status == 0) exit_status = vvi_cli_command(s->options, &s->command);
    if (exit_status != 0) return exit_status;
    const vv_search_args args = search_args(s);
    return vv_search_check(&args, &error) == VV_OK ? 0 : vvi_cli_fail(VVI_EXIT_USAGE, &error);
}

/* A search over targets that are all the same would praise any network. */
static int check_targets(const char *spec, const vv_data *data)
{
    const float *y = vv_data_y(data);
    const size_t n = vv_data_count(data);
    char number[VVI_FORMAT_SIZE];
    if (y == NULL || vv_data_target_shape(data).rank != 1 || vv_data_target_shape(data).dim[0] != 1) return 0;
    for (size_t i = 1; i < n; i++)
        if (y[i] < y[0] || y[i] > y[0]) return 0;
    const char *name = vv_data_class_name(data, (int)y[0]);
    return vvi_cli_complain(VVI_EXIT_USAGE, "%s: the target of all %zu training examples is %s: nothing can be learnt",
                            spec, n, name != NULL ? name : vvi_format_float(y[0], number));
}

static int open_data(searching *s)
{
    vv_error error = { 0 };
    const char *spec = s->options->data != NULL ? s->options->data : s->hypermodel.data;
    const double split = s->options->validation_split >= 0    ? s->options->validation_split
                         : s->hypermodel.validation_split > 0 ? s->hypermodel.validation_split
                                                              : 0.2;
    const vv_data_args args = { .validation_split = split, .seed = s->options->seed };
    if (s->hypermodel.tune != NULL) return 0;
    if (spec == NULL)
        return vvi_cli_complain(VVI_EXIT_USAGE, "%s names no data; give --data SPEC (varve data lists what there is)",
                                s->options->file);
    s->hypermodel.validation_split = split; /* for those who join the search */
    const vv_status status = vvi_cli_open_data(spec, &args, &s->training, &s->validation, &error);
    return status == VV_OK ? check_targets(spec, s->training) : vvi_cli_fail(vvi_cli_data_status(status), &error);
}

/* ---- after ------------------------------------------------------------------------------------------------------ */

static vv_status write_best(const searching *s, const vv_trials *trials, vv_error *error)
{
    vv_model *model = NULL;
    const vv_trial *best = trials->n == 0 ? NULL : &trials->list[0];
    if (best == NULL || best->status != VV_TRIAL_COMPLETED || best->violation > 0 || best->model_json == NULL)
        return VV_OK;
    VVI_TRY(vv_model_from_json(trials->list[0].model_json, &model, error));
    fprintf(s->out, "\nThe best network, trial %d:\n", trials->list[0].id);
    const vv_status status = vv_model_summary(model, s->out);
    vv_model_free(model);
    return status;
}

static vv_status write_results(const searching *s, vv_error *error)
{
    vv_study *study = NULL;
    vv_trials trials = { 0 };
    vvi_goals goals;
    VVI_TRY(vv_study_open(s->project, VV_STUDY_READ, &study, error));
    vv_status status = vv_study_trials(study, &(vv_trials_args){ .best_first = true, .limit = 10 }, &trials, error);
    if (status == VV_OK) status = vvi_goals_read(study, &goals, error);
    if (status == VV_OK && trials.n > 0) {
        fputc('\n', s->out);
        status = vvi_results_write(&trials, &goals, true, s->out, error);
        if (status == VV_OK) status = write_best(s, &trials, error);
        fputc('\n', s->out);
    }
    vv_trials_free(&trials);
    vv_study_close(study);
    return status;
}

static const char *const endings[] = {
    [VV_STOP_MAX_TRIALS] = "Done: there are as many trials as asked for.",
    [VV_STOP_PLAN] = "Done: the plan of this tuner is carried out; the space may hold more.",
    [VV_STOP_EXHAUSTED] = "Done: the space holds nothing more that can be built and was not tried.",
    [VV_STOP_GAVE_UP] = "Gave up: many draws gave nothing new that can be built. The space is too large to say that\n"
                        "nothing is left.",
    [VV_STOP_INTERRUPTED] = "Interrupted.",
    [VV_STOP_FAILURES] = "Stopped: too many trials in a row have failed.",
    [VV_STOP_TIME] = "Done: the time is over.",
    [VV_STOP_TARGET] = "Done: a trial has reached what --stop-at asks for.",
    [VV_STOP_EPOCHS] = "Done: another trial would go beyond --max-epochs-total.",
};

static int write_end(const searching *s, const vv_search_result *result)
{
    if (s->options->begin_only && result->reason == VV_STOP_INTERRUPTED) {
        fprintf(s->out, "\nThe study has begun. %s\n",
                s->hypermodel.tune == NULL ? "varve worker and varve submit work at it."
                                           : "The same command without --begin-only works at it, on any machine.");
        return 0;
    }
    vv_error error = { 0 };
    vvi_text refusals = { 0 };
    if (write_results(s, &error) != VV_OK) return vvi_cli_fail(VVI_EXIT_FAILED, &error);
    fprintf(s->out, "%s", endings[result->reason]);
    if (s->screen.trials == 0 && result->reason == VV_STOP_MAX_TRIALS)
        fprintf(s->out, " A larger --max-trials goes on.");
    fputc('\n', s->out);
    vvi_report_refusals(&refusals, &s->screen.refusals);
    if (refusals.data != NULL) fprintf(s->out, "%s.\n", refusals.data);
    vvi_text_deinit(&refusals);
    if (result->reason == VV_STOP_INTERRUPTED) vvi_cli_say_go_on(s->options, s->out);
    return 0;
}

/* A worker that found nothing left to do has done its work. */
static int end_worker(const searching *s, const vv_search_result *result)
{
    if (!s->options->json) fprintf(s->out, "%s\n", endings[result->reason]);
    return result->reason == VV_STOP_FAILURES ? VVI_EXIT_FAILED : 0;
}

static int judge(const searching *s, const vv_search_result *result)
{
    if (result->reason == VV_STOP_FAILURES) return VVI_EXIT_FAILED;
    if (result->best >= 0 || result->reason == VV_STOP_INTERRUPTED) return 0;
    return vvi_cli_complain(VVI_EXIT_FAILED, s->options->constraints.n == 0
                                                 ? "no trial was completed"
                                                 : "no trial that was completed keeps the constraints");
}

int vvi_cli_search_status(vv_status status)
{
    static const vv_status state[] = { VV_LOCKED, VV_VERSION, VV_FORMAT, VV_DATABASE, VV_MISMATCH };
    for (size_t i = 0; i < VVI_COUNT(state); i++)
        if (status == state[i]) return VVI_EXIT_STATE;
    return vvi_cli_input_status(status);
}

static int explain_failure(const searching *s, vv_status status, const vv_error *error)
{
    const int exit_status = vvi_cli_search_status(status);
    return vvi_cli_fail(s->screen.tried && exit_status != VVI_EXIT_STATE ? VVI_EXIT_FAILED : exit_status, error);
}

/* ---- the whole -------------------------------------------------------------------------------------------------- */

static int search(searching *s)
{
    const vvi_options *o = s->options;
    vv_error error = { 0 };
    vv_search_result result = { .best = -1 };
    const vv_search_args args = search_args(s);
    vvi_screen_init(&s->screen, s->out, o->json);
    s->screen.stop = &stop_requested, s->screen.forget = &continued;
    s->screen.overall.max_seconds = args.max_seconds, s->screen.overall.max_epochs_total = args.max_epochs_total;
    if (o->joins) vvi_screen_quiet(&s->screen);
    catch_signals();
    vvi_waiting_begin(&s->waiting, "looking at what the space holds");
    const vv_status status = vv_search_with(&args, &result, &error);
    vvi_waiting_end(&s->waiting);
    vvi_screen_deinit(&s->screen);
    if (status != VV_OK) return explain_failure(s, status, &error);
    if (!s->screen.began) return vvi_cli_complain(VVI_EXIT_FAILED, "interrupted before the search began");
    if (o->joins) return end_worker(s, &result);
    const int exit_status = o->json ? 0 : write_end(s, &result);
    return exit_status != 0 ? exit_status : judge(s, &result);
}

static int prepare_and_search(searching *s)
{
    int exit_status = vvi_cli_budget(s->options, &s->budget);
    if (exit_status == 0) exit_status = vvi_cli_where(s->options, s->name, s->project);
    if (exit_status == 0) exit_status = check_words(s);
    if (exit_status == 0) exit_status = open_data(s);
    if (exit_status == 0) exit_status = vvi_logs_open(&s->logs, s->options, s->project);
    if (exit_status == 0) exit_status = search(s);
    vvi_logs_close(&s->logs);
    vv_data_free(s->training);
    vv_data_free(s->validation);
    vvi_text_deinit(&s->enqueued);
    vvi_text_deinit(&s->constraints);
    vvi_text_deinit(&s->command);
    return exit_status;
}

int vvi_search_run(const vvi_options *options, const vv_hypermodel *hypermodel, const char *project)
{
    searching s = { .options = options, .hypermodel = *hypermodel, .name = project };
    s.out = vvi_cli_output(options->json);
    return vvi_cli_end(prepare_and_search(&s), s.out);
}

static int run(const vvi_options *options)
{
    vvi_loaded loaded;
    int exit_status = vvi_hypermodel_load(options->file, &loaded);
    if (exit_status != 0) return exit_status;
    vv_hypermodel hypermodel = loaded.hypermodel;
    if (hypermodel.name == loaded.name) hypermodel.name = loaded.path; /* so the study knows it */
    exit_status = vvi_search_run(options, &hypermodel, loaded.name);
    vvi_hypermodel_unload(&loaded);
    return exit_status;
}

const vvi_command vvi_command_search = {
    .name = "search",
    .summary = "tries values, keeps what trains best; goes on where it stopped",
    .positionals = positionals,
    .n_positionals = VVI_COUNT(positionals),
    .options = rows,
    .n_options = VVI_COUNT(rows),
    .notes = "In parentheses: what is taken when the option is not given.\n"
             "Ctrl-C stops the search when the epochs that run have ended, twice at once; the\n"
             "same command then goes on from there.\n",
    .run = run,
};
