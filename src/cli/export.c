/* export.c - varve export PROJECT: all trials as CSV or JSON. A file is there whole, or not at all. */
#include "report/export.h"
#include "cli/cli.h"

static const vvi_positional positionals[] = { VVI_POSITIONAL_PROJECT };
static const vvi_option rows[] = {
    { .name = "csv",
      .type = VVI_OPTION_FLAG,
      .offset = VVI_MEMBER(csv),
      .help = "a line for each trial, its hyperparameters as columns (this, if nothing is said)" },
    { .name = "json",
      .type = VVI_OPTION_FLAG,
      .offset = VVI_MEMBER(json),
      .help = "an array of objects, one for each trial" },
    { .name = "curves",
      .type = VVI_OPTION_FLAG,
      .offset = VVI_MEMBER(curves),
      .help = "a line or an object for each epoch instead, with its metrics" },
    VVI_OPTION_OUTPUT("write to FILE (standard output)"),
    VVI_OPTIONS_STUDY,
};

typedef struct exporting {
    const vv_study *study;
    vvi_export_args args;
} exporting;

static vv_status write_file(void *context, void *file, vv_error *error)
{
    const exporting *e = context;
    return vvi_export_write(e->study, &e->args, file, error);
}

static int run(const vvi_options *options)
{
    vv_study *study = NULL;
    vv_error error = { 0 };
    if (options->csv && options->json)
        return vvi_cli_complain(VVI_EXIT_USAGE, "--csv and --json: only one of them is possible");
    int exit_status = vvi_cli_open_study(options, &study);
    if (exit_status == 0) exit_status = vvi_cli_check_output(study, options->output);
    if (exit_status != 0) {
        vv_study_close(study);
        return exit_status;
    }
    exporting e = { .study = study, .args = { .json = options->json, .curves = options->curves } };
    const vv_status status = options->output == NULL ? write_file(&e, stdout, &error)
                                                     : vvi_replace_file(options->output, write_file, &e, &error);
    vv_study_close(study);
    if (status == VV_IO) return vvi_cli_fail(VVI_EXIT_FAILED, &error);
    if (status != VV_OK) return vvi_cli_fail(vvi_cli_study_status(status), &error);
    return vvi_cli_end(VVI_EXIT_DONE, stdout);
}

const vvi_command vvi_command_export = {
    .name = "export",
    .summary = "all trials as CSV or JSON, for other programs",
    .positionals = positionals,
    .n_positionals = VVI_COUNT(positionals),
    .options = rows,
    .n_options = VVI_COUNT(rows),
    .run = run,
};
