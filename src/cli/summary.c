/* summary.c - varve summary FILE: the search space. */
#include "cli/cli.h"

static const vvi_positional positionals[] = { VVI_POSITIONAL_FILE };
static const vvi_option rows[] = { VVI_OPTION_JSON };

static int summarize(const vvi_loaded *loaded, const vvi_options *options, FILE *out)
{
    vv_explanation *explanation = NULL;
    const vv_explain_args args = { .hypermodel = &loaded->hypermodel };
    const int exit_status = vvi_hypermodel_explain(options->file, &args, &explanation);
    if (exit_status != 0) return exit_status;
    vv_error error = { 0 };
    const vv_status status = options->json ? vvi_summary_write_json(explanation, &loaded->hypermodel, out, &error)
                                           : vvi_summary_write(explanation, out, &error);
    vv_explanation_free(explanation);
    return status == VV_OK ? 0 : vvi_cli_fail(VVI_EXIT_FAILED, &error);
}

static int run(const vvi_options *options)
{
    vvi_loaded loaded;
    FILE *out = vvi_cli_output(options->json);
    int exit_status = vvi_hypermodel_load(options->file, &loaded);
    if (exit_status != 0) return exit_status;
    exit_status = summarize(&loaded, options, out);
    vvi_hypermodel_unload(&loaded);
    return vvi_cli_end(exit_status, out);
}

const vvi_command vvi_command_summary = {
    .name = "summary",
    .summary = "the search space: every hyperparameter, its domain and default",
    .positionals = positionals,
    .n_positionals = VVI_COUNT(positionals),
    .options = rows,
    .n_options = VVI_COUNT(rows),
    .run = run,
};
