/* status.c - varve status PROJECT: how a study is getting on, while it is searched or after. */
#include "report/status.h"
#include "cli/cli.h"

static const vvi_positional positionals[] = { VVI_POSITIONAL_PROJECT };
static const vvi_option rows[] = { VVI_OPTIONS_STUDY, VVI_OPTION_JSON };

static int run(const vvi_options *options)
{
    vv_study *study = NULL;
    vv_error error = { 0 };
    vvi_status standing;
    const int exit_status = vvi_cli_open_study(options, &study);
    if (exit_status != 0) return exit_status;
    vv_status status = vvi_status_read(study, &standing, &error);
    if (status == VV_OK)
        status = options->json ? vvi_status_write_json(&standing, stdout, &error)
                               : vvi_status_write(&standing, stdout, &error);
    vvi_status_deinit(&standing);
    vv_study_close(study);
    if (status != VV_OK) return vvi_cli_fail(vvi_cli_study_status(status), &error);
    return vvi_cli_end(VVI_EXIT_DONE, stdout);
}

const vvi_command vvi_command_status = {
    .name = "status",
    .summary = "what runs, who works at it, how fast, how long yet, what failed",
    .positionals = positionals,
    .n_positionals = VVI_COUNT(positionals),
    .options = rows,
    .n_options = VVI_COUNT(rows),
    .run = run,
};
