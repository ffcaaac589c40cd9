/* show.c - varve show PROJECT TRIAL: one trial in full. */
#include "cli/cli.h"

#include <stdlib.h>
#include <string.h>

static const vvi_positional positionals[] = {
    VVI_POSITIONAL_PROJECT,
    { .name = "TRIAL", .offset = VVI_MEMBER(trial), .help = "a trial's number, or best" },
};
static const vvi_option rows[] = { VVI_OPTIONS_STUDY, VVI_OPTION_JSON };

static int show(const vv_study *study, const vvi_options *options, const vv_trials_args *args)
{
    vv_error error = { 0 };
    vv_trials trials = { 0 };
    vvi_goals goals;
    int exit_status = 0;
    vv_status status = vv_study_trials(study, args, &trials, &error);
    if (status == VV_NOT_FOUND) return vvi_cli_fail(VVI_EXIT_USAGE, &error);
    if (status == VV_OK) status = vvi_goals_read(study, &goals, &error);
    if (status == VV_OK && trials.n == 0)
        exit_status = vvi_cli_complain(VVI_EXIT_USAGE, "%s: has no trial yet", vv_study_path(study));
    else if (status == VV_OK && args->best_first && trials.list[0].status != VV_TRIAL_COMPLETED)
        exit_status =
            vvi_cli_complain(VVI_EXIT_USAGE, "%s: no trial is completed, so none is the best", vv_study_path(study));
    else if (status == VV_OK)
        status = options->json ? vvi_show_write_json(&trials.list[0], stdout, &error)
                               : vvi_show_write(&trials.list[0], vv_study_path(study), &goals, stdout, &error);
    vv_trials_free(&trials);
    return status == VV_OK ? exit_status : vvi_cli_fail(vvi_cli_study_status(status), &error);
}

static int run(const vvi_options *options)
{
    vv_study *study = NULL;
    vv_trials_args args = { .curves = true };
    if (strcmp(options->trial, "best") == 0) {
        args.best_first = true;
        args.limit = 1;
    } else {
        args.only = true;
        if (!vvi_cli_trial_id(options->trial, &args.id))
            return vvi_cli_complain(VVI_EXIT_USAGE, "TRIAL: \"%s\" is neither a trial's number nor best",
                                    options->trial);
    }
    int exit_status = vvi_cli_open_study(options, &study);
    if (exit_status != 0) return exit_status;
    exit_status = show(study, options, &args);
    vv_study_close(study);
    return vvi_cli_end(exit_status, stdout);
}

const vvi_command vvi_command_show = {
    .name = "show",
    .summary = "one trial: values, layers and their shapes, curves, executions",
    .positionals = positionals,
    .n_positionals = VVI_COUNT(positionals),
    .options = rows,
    .n_options = VVI_COUNT(rows),
    .run = run,
};
