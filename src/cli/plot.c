/* plot.c - varve plot KIND PROJECT: a plot as SVG, what it shows as CSV, or as the JSON that pages draw. A file is there whole,
 * or not at all. */
#include "cli/cli.h"
#include "report/figures/figure.h"

#include <stdlib.h>
#include <string.h>

static const vvi_positional positionals[] = {
    { .name = "KIND", .offset = VVI_MEMBER(kind), .help = "one of those below, or all of them: all" },
    VVI_POSITIONAL_PROJECT,
};
static const vvi_option rows[] = {
    VVI_OPTION_OUTPUT("FILE.svg, FILE.csv or FILE.json (standard output); for all, which needs it, a folder"),
    { .name = "csv", .type = VVI_OPTION_FLAG, .offset = VVI_MEMBER(csv), .help = "what is drawn, as a table" },
    { .name = "json", .type = VVI_OPTION_FLAG, .offset = VVI_MEMBER(json), .help = "what pages draw it from" },
    { .name = "objective",
      .type = VVI_OPTION_TEXT,
      .offset = VVI_MEMBER(objective),
      .argument = "NAME",
      .help = "which of the study's objectives (the first)" },
    { .name = "x",
      .type = VVI_OPTION_TEXT,
      .offset = VVI_MEMBER(x),
      .argument = "NAME",
      .help = "contour alone: a hyperparameter, across (the one that matters most)" },
    { .name = "y",
      .type = VVI_OPTION_TEXT,
      .offset = VVI_MEMBER(y),
      .argument = "NAME",
      .help = "contour alone: another, upwards (the one that matters most besides)" },
    VVI_OPTIONS_STUDY,
};

/* ---- formats ---------------------------------------------------------------------------------------------------------- */

static vv_status write_json(const vvi_figure *figure, FILE *out, vv_error *error)
{
    vvi_json json = { 0 };
    vvi_sheet *sheet = vvi_sheet_new();
    if (sheet == NULL) return vvi_fail(error, VV_NO_MEMORY, "out of memory");
    vv_status status = vvi_sheet_add(sheet, figure, error);
    if (status == VV_OK) {
        vvi_json_begin(&json, NULL, '{');
        vvi_sheet_write(sheet, &json);
        vvi_json_end(&json, '}');
        status = vvi_json_flush(&json, out, error);
    }
    vvi_sheet_free(sheet);
    return status;
}

typedef struct format {
    const char *ending;
    vv_status (*write)(const vvi_figure *figure, FILE *out, vv_error *error);
} format;
static const format formats[] = { { ".svg", vvi_figure_write_svg },
                                  { ".csv", vvi_figure_write_csv },
                                  { ".json", write_json } };

static bool ends_in(const char *text, const char *ending)
{
    const size_t n = strlen(text), m = strlen(ending);
    return n > m && strcmp(text + n - m, ending) == 0;
}

/* NULL after a complaint. */
static const format *format_of(const vvi_options *o)
{
    if (o->csv && o->json) {
        vvi_cli_complain(VVI_EXIT_USAGE, "--csv and --json: only one of them is possible");
        return NULL;
    }
    if (o->csv) return &formats[1];
    if (o->json) return &formats[2];
    if (o->output == NULL) return &formats[0];
    for (size_t i = 0; i < VVI_COUNT(formats); i++)
        if (ends_in(o->output, formats[i].ending)) return &formats[i];
    vvi_cli_complain(VVI_EXIT_USAGE, "--output: %s ends in none of .svg, .csv, .json", o->output);
    return NULL;
}

/* ---- one plot --------------------------------------------------------------------------------------------------------- */

typedef struct plotting {
    vvi_frame frame;
    vvi_plot_memo memo;
    vvi_plot_args args;
    char *explanation; /* owned: free */
    const format *format;
    const vvi_figure *figure; /* that is being written */
} plotting;

static vv_status write_file(void *context, void *file, vv_error *error)
{
    const plotting *p = context;
    return p->format->write(p->figure, file, error);
}

static vv_status plot(plotting *p, const vvi_plot_kind *kind, const char *output, vv_error *error)
{
    vvi_figure figure;
    vv_status status = vvi_plot_make(kind, &p->args, &figure, error);
    p->figure = &figure;
    if (status == VV_OK)
        status = output == NULL ? write_file(p, stdout, error) : vvi_replace_file(output, write_file, p, error);
    vvi_figure_deinit(&figure);
    return status;
}

/* FOLDER/history.svg, FOLDER/history.csv. */
static vv_status write_both(plotting *p, const char *folder, const char *name, vv_error *error)
{
    char path[4096];
    for (size_t k = 0; k < 2; k++) {
        p->format = &formats[k];
        if (snprintf(path, sizeof path, "%s/%s%s", folder, name, formats[k].ending) >= (int)sizeof path)
            return vvi_fail(error, VV_IO, "%s: the path is too long", folder);
        VVI_TRY(vvi_replace_file(path, write_file, p, error));
    }
    return VV_OK;
}

static vv_status plot_all(plotting *p, const char *folder, vv_error *error)
{
    vvi_figure figure;
    vv_status status = vvi_make_directories(folder, error);
    p->figure = &figure;
    for (size_t i = 0; status == VV_OK && vvi_plot_at(i) != NULL; i++) {
        status = vvi_plot_make(vvi_plot_at(i), &p->args, &figure, error);
        if (status == VV_OK) status = write_both(p, folder, vvi_plot_at(i)->name, error);
        vvi_figure_deinit(&figure);
    }
    return status;
}

/* ---- what is asked for -------------------------------------------------------------------------------------------------- */

static vv_status find_objective(plotting *p, const char *name, vv_error *error)
{
    const vv_objectives *objectives = &p->frame.objectives;
    for (size_t i = 0; name != NULL && i < objectives->n; i++)
        if (strcmp(objectives->list[i].name, name) == 0) {
            p->args.objective = i;
            return VV_OK;
        }
    return name == NULL ? VV_OK : vvi_fail(error, VV_BAD_ARG, "--objective: the study has no objective %s", name);
}

static vv_status check_variable(const plotting *p, const char *option, const char *name, vv_error *error)
{
    bool found = name == NULL;
    for (size_t i = 0; !found && i < p->frame.n_variables; i++) found = strcmp(p->frame.variables[i].name, name) == 0;
    return found ? VV_OK : vvi_fail(error, VV_BAD_ARG, "--%s: the trials have no hyperparameter %s", option, name);
}

static vv_status read_study(plotting *p, const vv_study *study, const vvi_options *o, vv_error *error)
{
    const vvi_frame_args all = { .courses = true, .networks = true };
    VVI_TRY(vvi_frame_read(study, &all, &p->frame, error));
    VVI_TRY(vv_study_get(study, "explanation", &p->explanation, error));
    p->args =
        (vvi_plot_args){ .frame = &p->frame, .explanation = p->explanation, .x = o->x, .y = o->y, .memo = &p->memo };
    VVI_TRY(find_objective(p, o->objective, error));
    VVI_TRY(check_variable(p, "x", o->x, error));
    return check_variable(p, "y", o->y, error);
}

static int complain(vv_status status, const vv_error *error)
{
    if (status == VV_IO) return vvi_cli_fail(VVI_EXIT_FAILED, error);
    if (status == VV_BAD_ARG) return vvi_cli_fail(VVI_EXIT_USAGE, error);
    return vvi_cli_fail(vvi_cli_study_status(status), error);
}

static int plot_study(const vvi_options *o, const vvi_plot_kind *kind, const format *as, const vv_study *study)
{
    vv_error error = { 0 };
    plotting p = { .format = as };
    const char *output = o->output != NULL && strcmp(o->output, "-") != 0 ? o->output : NULL;
    int exit_status = kind == NULL ? vvi_cli_check_outside("output", output, vv_study_path(study))
                                   : vvi_cli_check_output(study, output);
    if (exit_status != 0) return exit_status;
    vv_status status = read_study(&p, study, o, &error);
    if (status == VV_OK) status = kind == NULL ? plot_all(&p, output, &error) : plot(&p, kind, output, &error);
    vvi_plot_memo_deinit(&p.memo);
    vvi_frame_deinit(&p.frame);
    free(p.explanation);
    return status == VV_OK ? vvi_cli_end(VVI_EXIT_DONE, stdout) : complain(status, &error);
}

static int no_such_kind(const char *name)
{
    const char *names[32];
    size_t n = 0;
    for (; vvi_plot_at(n) != NULL && n < VVI_COUNT(names); n++) names[n] = vvi_plot_at(n)->name;
    const char *nearest = vvi_nearest(name, names, n, sizeof names[0]);
    if (nearest != NULL)
        return vvi_cli_complain(VVI_EXIT_USAGE, "KIND: there is no plot \"%s\"; did you mean \"%s\"?", name, nearest);
    return vvi_cli_complain(VVI_EXIT_USAGE, "KIND: there is no plot \"%s\"; see varve plot --help", name);
}

/* What only a contour takes, and what it cannot be of. */
static int check_pair(const vvi_options *o, bool all)
{
    const char *given = o->x != NULL ? "x" : o->y != NULL ? "y" : NULL;
    if (given != NULL && !all && strcmp(o->kind, "contour") != 0)
        return vvi_cli_complain(VVI_EXIT_USAGE, "--%s: only a contour has it, not %s", given, o->kind);
    if (o->x != NULL && o->y != NULL && strcmp(o->x, o->y) == 0)
        return vvi_cli_complain(VVI_EXIT_USAGE, "--x, --y: a contour is over two hyperparameters, not %s twice", o->x);
    return 0;
}

static int run(const vvi_options *o)
{
    const bool all = strcmp(o->kind, "all") == 0;
    const vvi_plot_kind *kind = vvi_plot_find(o->kind);
    vv_study *study = NULL;
    if (!all && kind == NULL) return no_such_kind(o->kind);
    if (all && (o->output == NULL || strcmp(o->output, "-") == 0 || o->csv || o->json))
        return vvi_cli_complain(VVI_EXIT_USAGE, "all: writes SVG and CSV files into the folder -o FOLDER");
    if (check_pair(o, all) != 0) return VVI_EXIT_USAGE;
    const format *as = all ? &formats[0] : format_of(o);
    if (as == NULL) return VVI_EXIT_USAGE;
    int exit_status = vvi_cli_open_study(o, &study);
    if (exit_status == 0) exit_status = plot_study(o, kind, as, study);
    vv_study_close(study);
    return exit_status;
}

static const char *kind_at(size_t index, const char **summary)
{
    const vvi_plot_kind *kind = vvi_plot_at(index);
    if (kind == NULL) return NULL;
    *summary = kind->summary;
    return kind->name;
}

const vvi_command vvi_command_plot = {
    .name = "plot",
    .summary = "a plot of a study as SVG, or what it shows as CSV",
    .positionals = positionals,
    .n_positionals = VVI_COUNT(positionals),
    .options = rows,
    .n_options = VVI_COUNT(rows),
    .choices = "KIND",
    .choice = kind_at,
    .run = run,
};
