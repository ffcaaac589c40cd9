/* tune.c - varve tune SPACE.yaml -- PROGRAM ...: a search in which trials are runs of a program. */
#include "cli/cli.h"

#include <string.h>

static const vvi_positional positionals[] = { VVI_POSITIONAL_SPACE };
static const vvi_option rows[] = {
    VVI_OPTION_STEPS,
    { .name = "max-steps-total",
      .type = VVI_OPTION_INT,
      .offset = VVI_MEMBER(max_epochs_total),
      .min = 1,
      .max = 2147483647,
      .argument = "N",
      .help = "steps of all trials there are, never exceeded (no limit)" },
};
/* What only networks have. */
static const char *const without[] = {
    "data", "epochs", "max-epochs-total", "batch-size", "validation-split", "budget", "precision", NULL
};

/* What the file says where no option does. */
static vvi_options merge(const vvi_options *options, const vv_space_settings *s)
{
    vvi_options o = *options;
    if (o.tuner == NULL) o.tuner = s->tuner;
    if (o.pruner == NULL) o.pruner = s->pruner;
    if (o.max_epochs_total == 0) o.max_epochs_total = s->max_steps_total;
    if (!o.stop_at.set) o.stop_at = s->stop_at;
    if (o.seed == 0) o.seed = s->seed;
    if (o.constraints.n == 0 && s->constraints != NULL) o.constraints.list[o.constraints.n++] = s->constraints;
    return o;
}

static int search(const vvi_options *options, const vv_space_file *space, vv_command *command)
{
    char name[256];
    const vv_space_settings *s = vv_space_file_settings(space);
    const vvi_options merged = merge(options, s);
    const vv_hypermodel hypermodel = { .tune = vv_command_tune,
                                       .user = command,
                                       .name = options->file,
                                       .objective = s->objective,
                                       .max_trials = s->max_trials,
                                       .executions_per_trial = s->executions_per_trial,
                                       .epochs = s->steps };
    if (vv_command_unused(command) != NULL)
        vvi_cli_complain(0, "the command does not use %s", vv_command_unused(command));
    vvi_cli_name_after_file(options->file, name, sizeof name);
    return vvi_search_run(&merged, &hypermodel, name);
}

static int run(const vvi_options *options)
{
    vv_error error = { 0 };
    vv_space_file *space = NULL;
    vv_command *command = NULL;
    if (options->n_rest == 0)
        return vvi_cli_complain(
            VVI_EXIT_USAGE, "tune: no program; give it after --: varve tune %s -- ./train --lr {lr}", options->file);
    vv_status status = vv_space_file_open(options->file, &space, &error);
    const vv_command_args args = { space, (const char *const *)options->rest, (size_t)options->n_rest };
    if (status == VV_OK) status = vv_command_open(&args, &command, &error);
    const int exit_status =
        status == VV_OK ? search(options, space, command) : vvi_cli_fail(vvi_cli_data_status(status), &error);
    vv_command_close(command);
    vv_space_file_close(space);
    return exit_status;
}

const vvi_command vvi_command_tune = {
    .name = "tune",
    .summary = "tries values with any program as objective; see docs/tune.md",
    .positionals = positionals,
    .n_positionals = VVI_COUNT(positionals),
    .options = rows,
    .n_options = VVI_COUNT(rows),
    .like = &vvi_command_search,
    .without = without,
    .rest = "PROGRAM ...",
    .notes = "In the program's words {NAME} is a value; {{ and }} are braces. It says what\n"
             "it came to with lines like \"varve: step=3 val_loss=0.31\" and, at last,\n"
             "\"varve: val_loss=0.30\". An option counts before what SPACE.yaml says.\n",
    .run = run,
};
