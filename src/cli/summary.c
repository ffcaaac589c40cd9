/* summary.c - varve summary FILE: the search space.
 *
 * The builds run in a child process, so that a build function that crashes is an answer and not an accident. Only the
 * child's report reaches standard output; what the build function prints goes to standard error.
 */
#include "cli/cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const vvi_positional positionals[] = { { "FILE", VVI_MEMBER(file),
                                                "a hypermodel: a C file, or a shared object made of one" } };
static const vvi_option rows[] = { VVI_OPTION_JSON };

typedef struct summing_up {
    const vvi_loaded *loaded;
    const char *file;
    bool json;
} summing_up;

static int never_built(const summing_up *s, const vvi_space_report *report)
{
    return vvi_cli_complain(VVI_EXIT_USAGE, "%s: none of %llu configurations%s can be built: %s", s->file,
                            (unsigned long long)report->builds, report->complete ? "" : " drawn at random",
                            report->refusal.text);
}

static int report_space(const summing_up *s, FILE *out)
{
    vv_error error = { 0 };
    vvi_space_report report = { 0 };
    const vv_builder builder = vv_hypermodel_builder(&s->loaded->hypermodel);
    vv_status status = vvi_space_discover(&builder, &report, &error);
    int exit_status = status == VV_OK ? 0 : vvi_cli_input_status(status);
    if (status == VV_OK && report.buildable == 0)
        exit_status = never_built(s, &report);
    else if (status == VV_OK)
        status = (s->json ? vvi_space_write_json : vvi_space_write)(&report, &s->loaded->hypermodel, out, &error);
    if (status != VV_OK)
        exit_status = vvi_cli_complain(exit_status == 0 ? VVI_EXIT_FAILED : exit_status, "%s: %s", s->file, error.text);
    vvi_space_report_deinit(&report);
    return exit_status;
}

static int child(void *context, int fd)
{
    const summing_up *s = context;
    FILE *out = fdopen(fd, "w");
    if (out == NULL || dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
        return vvi_cli_complain(VVI_EXIT_FAILED, "cannot write: %s", strerror(errno));
    const int exit_status = report_space(s, out);
    fflush(stdout);
    if (fclose(out) != 0 && exit_status == 0)
        return vvi_cli_complain(VVI_EXIT_FAILED, "cannot write: %s", strerror(errno));
    return exit_status;
}

/* Everything the child wrote. */
static bool collect(int fd, vvi_text *text)
{
    char bytes[4096];
    ssize_t n;
    while ((n = read(fd, bytes, sizeof bytes)) != 0) {
        if (n < 0 && errno != EINTR) return false;
        if (n > 0) vvi_text_add(text, bytes, (size_t)n);
    }
    return !text->failed;
}

static int run_child(const summing_up *s, vvi_text *text)
{
    vvi_process process;
    vv_error error = { 0 };
    summing_up mine = *s;
    int exit_code = 0, signal_number = 0;
    if (vvi_process_begin(&process, child, &mine, &error) != VV_OK) return vvi_cli_fail(VVI_EXIT_FAILED, &error);
    const bool whole = collect(process.fd, text);
    if (vvi_process_end(&process, &exit_code, &signal_number, &error) != VV_OK)
        return vvi_cli_fail(VVI_EXIT_FAILED, &error);
    if (signal_number != 0)
        return vvi_cli_complain(VVI_EXIT_USAGE, "%s: the build function crashed (signal %d, %s)", s->file,
                                signal_number, strsignal(signal_number));
    if (exit_code == VVI_PROCESS_EXITED || (exit_code == 0 && text->n == 0))
        return vvi_cli_complain(VVI_EXIT_USAGE, "%s: the build function ended the program (exit)", s->file);
    if (exit_code != 0) return exit_code;
    return whole ? 0 : vvi_cli_complain(VVI_EXIT_FAILED, "%s", vv_strerror(VV_NO_MEMORY));
}

static int run(const vvi_options *options)
{
    vvi_loaded loaded;
    vvi_text text = { 0 };
    int exit_status = vvi_hypermodel_load(options->file, &loaded);
    if (exit_status != 0) return exit_status;
    const summing_up s = { .loaded = &loaded, .file = options->file, .json = options->json };
    exit_status = run_child(&s, &text);
    if (exit_status == 0 && text.n > 0) fwrite(text.data, 1, text.n, stdout);
    vvi_text_deinit(&text);
    vvi_hypermodel_unload(&loaded);
    return vvi_cli_end(exit_status, stdout);
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
