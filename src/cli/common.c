/* common.c - complaints, exit statuses, standard output. */
#include "cli/cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* People read words, programs lines. */
static void write_wrapped(FILE *out, vvi_text *text)
{
    const int columns = vvi_report_terminal_width(out);
    vvi_page page = { .out = out, .width = columns > 0 ? columns : VVI_REPORT_WIDTH };
    vvi_page_text(&page, 0, 2, text);
}

static void say(FILE *out, const char *before, const char *format, va_list args)
{
    vvi_arena arena = { 0 };
    vvi_text text = { 0 };
    const char *said = vvi_arena_vprintf(&arena, format, args);
    vvi_text_printf(&text, "%s", before);
    vvi_text_add_visible(&text, said == NULL ? vv_strerror(VV_NO_MEMORY) : said, 0);
    if (isatty(fileno(out)))
        write_wrapped(out, &text);
    else if (!text.failed)
        fprintf(out, "%s\n", text.data);
    vvi_text_deinit(&text);
    vvi_arena_deinit(&arena);
}

void vvi_cli_say(FILE *out, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(out, "", format, args);
    va_end(args);
}

int vvi_cli_complain(int exit_status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(stderr, "varve: ", format, args);
    va_end(args);
    return exit_status;
}

int vvi_cli_fail(int exit_status, const vv_error *error)
{
    return vvi_cli_complain(exit_status, "%s", error->text[0] == '\0' ? vv_strerror(error->status) : error->text);
}

static bool is_one_of(vv_status status, const vv_status *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (list[i] == status) return true;
    return false;
}

int vvi_cli_input_status(vv_status status)
{
    static const vv_status usage[] = {
        VV_BAD_ARG, VV_CONFLICT, VV_BAD_SHAPE, VV_NOT_FOUND, VV_CRASHED, VV_UNSUPPORTED
    };
    return is_one_of(status, usage, VVI_COUNT(usage)) ? VVI_EXIT_USAGE : VVI_EXIT_FAILED;
}

int vvi_cli_data_status(vv_status status)
{
    return status == VV_NO_MEMORY ? VVI_EXIT_FAILED : VVI_EXIT_USAGE;
}

int vvi_cli_study_status(vv_status status)
{
    static const vv_status state[] = {
        VV_LOCKED, VV_VERSION, VV_FORMAT, VV_DATABASE, VV_MISMATCH, VV_NOT_FOUND, VV_IO
    };
    return is_one_of(status, state, VVI_COUNT(state)) ? VVI_EXIT_STATE : VVI_EXIT_FAILED;
}

static int refuse_precision(const char *text)
{
    vvi_text names = { 0 };
    const char *name;
    for (unsigned i = 0; (name = vvi_precision_name((vv_precision)i)) != NULL; i++)
        vvi_text_printf(&names, "%s%s", i == 0 ? "" : ", ", name);
    vvi_cli_complain(0, "--precision: there is no \"%s\"; there are: %s", text, names.data == NULL ? "" : names.data);
    vvi_text_deinit(&names);
    return VVI_EXIT_USAGE;
}

static int read_precision(const char *text, vv_precision *precision)
{
    const char *name;
    unsigned i = VV_INT8;
    while ((name = vvi_precision_name((vv_precision)i)) != NULL && strcmp(text, name) != 0) i++;
    if (name == NULL) return refuse_precision(text);
    *precision = (vv_precision)i;
    return 0;
}

int vvi_cli_budget(const vvi_options *options, vv_budget *budget)
{
    vv_error error = { 0 };
    *budget = (vv_budget){ .precision = VV_INT8 };
    const int exit_status = options->precision == NULL ? 0 : read_precision(options->precision, &budget->precision);
    if (exit_status != 0 || options->budget == NULL) return exit_status;
    if (vv_budget_parse(options->budget, budget, &error) == VV_OK) return 0;
    return vvi_cli_complain(VVI_EXIT_USAGE, "--%s", error.text);
}

FILE *vvi_cli_output(bool json)
{
    if (!json) return stdout;
    const int kept = dup(STDOUT_FILENO);
    FILE *out = kept < 0 ? NULL : fdopen(kept, "w");
    if (out == NULL || dup2(STDERR_FILENO, STDOUT_FILENO) < 0) return stdout;
    return out;
}

int vvi_cli_end(int exit_status, FILE *out)
{
    errno = 0;
    const bool failed = fflush(out) != 0 || ferror(out);
    if (!failed || exit_status != VVI_EXIT_DONE) return exit_status;
    return vvi_cli_complain(VVI_EXIT_FAILED, "the output could not be written%s%s", errno == 0 ? "" : ": ",
                            errno == 0 ? "" : strerror(errno));
}

void vvi_cli_name_after_file(const char *file, char *name, size_t size)
{
    const char *slash = strrchr(file, '/');
    snprintf(name, size, "%.*s", (int)size - 1, slash == NULL ? file : slash + 1);
    char *dot = strrchr(name, '.');
    if (dot != NULL && dot != name) *dot = '\0';
}

/* The progress of data. */
static void say_download(void *context, const char *what, uint64_t done_bytes, uint64_t total_bytes)
{
    vvi_text text = { 0 };
    const double done = (double)done_bytes, total = (double)total_bytes;
    vvi_text_printf(&text, "downloading %.60s: %.1f", what, done / 1e6);
    if (total_bytes > 0)
        vvi_text_printf(&text, " of %.1f MB (%.0f %%)", total / 1e6, done / total * 100);
    else
        vvi_text_printf(&text, " MB");
    if (!text.failed) vvi_waiting_say(context, text.data);
    vvi_text_deinit(&text);
}

vv_status vvi_cli_open_data(const char *spec, const vv_data_args *args, vv_data **training, vv_data **validation,
                            vv_error *error)
{
    vvi_waiting waiting = { 0 };
    vvi_text what = { 0 };
    vv_data_args mine = *args;
    mine.progress = say_download;
    mine.context = &waiting;
    vvi_text_printf(&what, "reading %s", spec);
    vvi_waiting_begin(&waiting, what.data == NULL ? "reading data" : what.data);
    const vv_status status = vv_data_open(spec, &mine, training, validation, error);
    vvi_waiting_end(&waiting);
    vvi_text_deinit(&what);
    return status;
}

bool vvi_cli_trial_id(const char *text, int *id)
{
    char *end;
    errno = 0;
    const long number = strtol(text, &end, 10);
    *id = (int)number;
    return end != text && *end == '\0' && errno == 0 && number >= 0 && number <= INT32_MAX;
}
