/* report.c - varve report PROJECT: all there is to say of a study, as one HTML file. It is there whole, or not at all. */
#include "cli/cli.h"
#include "report/web/pages.h"

#include <unistd.h>

static const vvi_positional positionals[] = { VVI_POSITIONAL_PROJECT };
static const vvi_option rows[] = {
    VVI_OPTION_OUTPUT("write to FILE (standard output)"),
    { .name = "top",
      .type = VVI_OPTION_INT,
      .offset = VVI_MEMBER(top),
      .min = 1,
      .max = 1000,
      .argument = "N",
      .help = "how many of the best trials are shown with layers and curves (5)" },
    VVI_OPTIONS_STUDY,
    { .name = "json",
      .type = VVI_OPTION_FLAG,
      .offset = VVI_MEMBER(json),
      .help = "only the data that the page is made of" },
};

typedef struct writing {
    vvi_page_args args;
    bool json;
} writing;

static vv_status write_data(const vvi_page_args *args, FILE *out, vv_error *error)
{
    vvi_json json = { 0 };
    vvi_json_begin(&json, NULL, '{');
    const vv_status status = vvi_json_page(&json, args, error);
    vvi_json_end(&json, '}');
    if (status == VV_OK) return vvi_json_flush(&json, out, error);
    vvi_text_deinit(&json.text);
    return status;
}

static vv_status write_file(void *context, void *file, vv_error *error)
{
    const writing *w = context;
    return w->json ? write_data(&w->args, file, error) : vvi_report_write_html(&w->args, file, error);
}

static int write_report(const vv_study *study, const vvi_options *options)
{
    vv_error error = { 0 };
    writing w = { .args = { .study = study, .best = options->top == 0 ? 5 : options->top }, .json = options->json };
    const vv_status status = options->output == NULL ? write_file(&w, stdout, &error)
                                                     : vvi_replace_file(options->output, write_file, &w, &error);
    if (status == VV_IO) return vvi_cli_fail(VVI_EXIT_FAILED, &error);
    return status == VV_OK ? VVI_EXIT_DONE : vvi_cli_fail(vvi_cli_study_status(status), &error);
}

static int run(const vvi_options *options)
{
    vv_study *study = NULL;
    if (options->output == NULL && !options->json && isatty(STDOUT_FILENO))
        return vvi_cli_complain(VVI_EXIT_USAGE, "a terminal cannot show a report; give -o FILE");
    int exit_status = vvi_cli_open_study(options, &study);
    if (exit_status == 0) exit_status = vvi_cli_check_output(study, options->output);
    if (exit_status == 0) exit_status = write_report(study, options);
    vv_study_close(study);
    return exit_status == 0 ? vvi_cli_end(VVI_EXIT_DONE, stdout) : exit_status;
}

const vvi_command vvi_command_report = {
    .name = "report",
    .summary = "all there is to say of a study, with plots, as one HTML file",
    .positionals = positionals,
    .n_positionals = VVI_COUNT(positionals),
    .options = rows,
    .n_options = VVI_COUNT(rows),
    .run = run,
};
