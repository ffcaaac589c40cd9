/* ask.c - varve ask: the next trial's values, for somebody else to try. */
#include "cli/cli.h"

#include <stdlib.h>
#include <string.h>

static const vvi_positional positionals[] = {
    { .name = "PROJECT",
      .offset = VVI_MEMBER(project_path),
      .help = "a project that was begun so; with --space it is begun, or --project says which",
      .optional = true },
};
static const vvi_option rows[] = {
    { .name = "space",
      .type = VVI_OPTION_TEXT,
      .offset = VVI_MEMBER(space),
      .argument = "SPACE.yaml",
      .help = "begin with this space, and what else it says; kept with the project" },
    VVI_OPTION_STEPS,
};
/* What is about networks, and about running trials. */
static const char *const without[] = { "data",
                                       "epochs",
                                       "max-epochs-total",
                                       "batch-size",
                                       "validation-split",
                                       "budget",
                                       "precision",
                                       "max-time",
                                       "tensorboard",
                                       "log-csv",
                                       "stop-at",
                                       "executions-per-trial",
                                       "workers",
                                       "trial-timeout",
                                       "trial-memory",
                                       "max-retries",
                                       "max-consecutive-failures",
                                       "keep-checkpoints",
                                       "begin-only",
                                       NULL };

typedef struct asking {
    const vvi_options *options;
    char project[VVI_WHERE_SIZE];
    vv_space_file *space;
    char *text; /* of the space, as the study keeps it */
    vv_study_settings settings;
    vvi_text enqueued, constraints;
    FILE *out;
} asking;

/* ---- before -------------------------------------------------------------------------------------------------------- */

static int name_project(asking *a)
{
    char name[256] = "";
    const vvi_options *o = a->options;
    const bool named = o->project_path != NULL || o->project != NULL || o->study != NULL;
    if (!named && o->space == NULL)
        return vvi_cli_complain(VVI_EXIT_USAGE, "ask: PROJECT is missing; --space SPACE.yaml begins one");
    if (o->space != NULL) vvi_cli_name_after_file(o->space, name, sizeof name);
    return o->project_path == NULL ? vvi_cli_where(o, name, a->project) : vvi_cli_where_is(o, a->project);
}

static vv_status read_space(asking *a, vv_error *error)
{
    vv_study *study = NULL;
    if (a->options->space != NULL) return vv_space_file_open(a->options->space, &a->space, error);
    vv_status status = vv_study_settings_read(a->project, &a->settings, error);
    if (status == VV_OK) status = vv_study_open(a->project, VV_STUDY_READ, &study, error);
    if (status == VV_OK) status = vv_study_get(study, "space", &a->text, error);
    vv_study_close(study);
    if (status != VV_OK) return status;
    if (a->text != NULL) return vv_space_file_parse(a->text, a->project, &a->space, error);
    if (error->status == VV_OK) error->status = VV_NOT_FOUND;
    snprintf(error->text, sizeof error->text, "%.200s: keeps no space; say it once with --space", a->project);
    return VV_NOT_FOUND;
}

/* What the study was begun with, or else options and the file. */
static vv_search_args make_args(asking *a, const vv_hypermodel *hypermodel)
{
    const vvi_options *o = a->options;
    const vv_space_settings *s = vv_space_file_settings(a->space);
    vv_search_args args = a->settings.args;
    if (o->space != NULL)
        args = (vv_search_args){ .oracle = s->tuner,
                                 .pruner = s->pruner,
                                 .objective = s->objective,
                                 .constraints = s->constraints,
                                 .epochs = s->steps,
                                 .seed = s->seed };
    if (o->tuner != NULL) args.oracle = o->tuner;
    if (o->pruner != NULL) args.pruner = o->pruner;
    if (o->objective != NULL) args.objective = o->objective;
    if (a->constraints.data != NULL) args.constraints = a->constraints.data;
    if (o->epochs != 0) args.epochs = o->epochs;
    if (o->seed != 0) args.seed = o->seed;
    args.max_trials = o->max_trials != 0 ? o->max_trials : args.max_trials != 0 ? args.max_trials : s->max_trials;
    args.hypermodel = hypermodel;
    args.defaults_first = o->defaults_first;
    args.enqueued = a->enqueued.data;
    args.warm_start = o->warm_start;
    args.project = a->project;
    args.overwrite = o->overwrite;
    args.accept_new_space = o->accept_new_space;
    return args;
}

/* ---- after --------------------------------------------------------------------------------------------------------- */

/* So that later asks need no file. */
static vv_status keep_space(const asking *a, vv_error *error)
{
    vv_study *study = NULL;
    if (a->options->space == NULL) return VV_OK;
    vv_status status = vv_study_open(a->project, VV_STUDY_WRITE, &study, error);
    if (status == VV_OK) status = vv_study_set(study, "space", vv_space_file_text(a->space), error);
    vv_study_close(study);
    return status;
}

static vv_status write_json(const asking *a, const vv_asked *asked, vv_error *error)
{
    vvi_json json = { 0 };
    vvi_json_begin(&json, NULL, '{');
    vvi_json_int(&json, "trial", asked->trial);
    vvi_json_begin(&json, "values", '{');
    for (size_t i = 0; i < asked->trials.list[0].n_values; i++)
        vvi_json_value(&json, asked->trials.list[0].values[i].name, asked->trials.list[0].values[i].value);
    vvi_json_end(&json, '}');
    vvi_json_end(&json, '}');
    return vvi_json_flush(&json, a->out, error);
}

static void write_plain(const asking *a, const vv_asked *asked)
{
    char value[256];
    fprintf(a->out, "trial %d\n", asked->trial);
    for (size_t i = 0; i < asked->trials.list[0].n_values; i++) {
        const vv_active *active = &asked->trials.list[0].values[i];
        vv_value_format(active->value, value, sizeof value);
        vvi_cli_say(a->out, "%s=%s", active->name, active->value.type == VV_VALUE_STRING ? active->value.s : value);
    }
}

static int answer(const asking *a, const vv_asked *asked)
{
    vv_error error = { 0 };
    if (asked->trial < 0)
        return vvi_cli_complain(VVI_EXIT_FAILED, "%s: there is no trial to be had any more: %s", a->project,
                                vv_stop_reason_name(asked->reason));
    if (keep_space(a, &error) != VV_OK) return vvi_cli_fail(VVI_EXIT_STATE, &error);
    if (!a->options->json)
        write_plain(a, asked);
    else if (write_json(a, asked, &error) != VV_OK)
        return vvi_cli_fail(VVI_EXIT_FAILED, &error);
    return 0;
}

/* ---- the whole ----------------------------------------------------------------------------------------------------- */

static int ask(asking *a)
{
    vv_error error = { 0 };
    vv_asked asked;
    const vv_hypermodel hypermodel = { .tune = vv_space_file_tune, .user = a->space, .name = a->options->space };
    const vv_search_args args = make_args(a, &hypermodel);
    const vv_status status = vv_ask_with(&args, &asked, &error);
    const int exit_status = status == VV_OK ? answer(a, &asked) : vvi_cli_fail(vvi_cli_search_status(status), &error);
    vv_asked_free(&asked);
    return exit_status;
}

static int prepare_and_ask(asking *a)
{
    vv_error error = { 0 };
    int exit_status = name_project(a);
    if (exit_status != 0) return exit_status;
    const vv_status status = read_space(a, &error);
    if (status != VV_OK)
        return vvi_cli_fail(a->options->space != NULL ? VVI_EXIT_USAGE : vvi_cli_study_status(status), &error);
    exit_status = vvi_cli_constraints(a->options, &a->constraints);
    if (exit_status == 0) exit_status = vvi_cli_enqueued(a->options, &a->enqueued);
    return exit_status == 0 ? ask(a) : exit_status;
}

static int run(const vvi_options *options)
{
    asking a = { .options = options, .out = vvi_cli_output(options->json) };
    const int exit_status = prepare_and_ask(&a);
    vv_space_file_close(a.space);
    vv_study_settings_free(&a.settings);
    free(a.text);
    vvi_text_deinit(&a.enqueued);
    vvi_text_deinit(&a.constraints);
    return vvi_cli_end(exit_status, a.out);
}

const vvi_command vvi_command_ask = {
    .name = "ask",
    .summary = "the next trial's values, for somebody else to try",
    .positionals = positionals,
    .n_positionals = VVI_COUNT(positionals),
    .options = rows,
    .n_options = VVI_COUNT(rows),
    .like = &vvi_command_search,
    .without = without,
    .notes = "Prints \"trial N\" and a line NAME=VALUE for each value. varve tell says what it\n"
             "came to.\n",
    .run = run,
};
