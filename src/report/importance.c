/* importance.c - which hyperparameters matter, as a table with bars, and for programs. */
#include "report/report.h"

#include <math.h>

enum { BAR = 20, EIGHTHS = 8, NAME = 40 };

static const char *objective_name(const vvi_importance_shown *shown)
{
    const vv_objectives *objectives = &shown->frame->objectives;
    return shown->objective < objectives->n ? objectives->list[shown->objective].name : "the score";
}

/* ---- for people ----------------------------------------------------------------------------------------------------- */

/* Blocks by eighths, at least one where there is anything at all. */
static void add_bar(vvi_text *text, double share)
{
    static const char *const parts[EIGHTHS] = { "", "▏", "▎", "▍", "▌", "▋", "▊", "▉" };
    int eighths = (int)lround(fmin(share, 1) * BAR * EIGHTHS);
    if (eighths == 0 && share >= 0.001) eighths = 1;
    for (int i = 0; i < eighths / EIGHTHS; i++) vvi_text_printf(text, "█");
    vvi_text_printf(text, "%s", parts[eighths % EIGHTHS]);
}

static void add_row(vvi_report_table *table, const vvi_weight *w)
{
    char count[VVI_FORMAT_SIZE], share[32], interval[64];
    vvi_text name = { 0 }, bar = { 0 };
    vvi_text_add_visible(&name, w->name, NAME);
    add_bar(&bar, w->share);
    snprintf(share, sizeof share, "%.1f %%", 100 * w->share);
    snprintf(interval, sizeof interval, "%.1f..%.1f %%", 100 * w->low, 100 * w->high);
    vvi_report_table_text(table, &name);
    vvi_report_table_cell(table, "%s", share);
    vvi_report_table_cell(table, "%s", interval);
    vvi_report_table_text(table, &bar);
    vvi_report_table_cell(table, "%s", vvi_format_count(w->trials, count));
}

static void write_head(const vvi_importance_shown *shown, vvi_page *page)
{
    vvi_text where = { 0 }, objective = { 0 };
    vvi_text_add_visible(&where, shown->where, 0);
    vvi_text_add_visible(&objective, objective_name(shown), 0);
    if (where.data != NULL && objective.data != NULL)
        vvi_page_printf(page, 0, 0, "%s: which hyperparameters matter for %s, by %s (%s): %s.", where.data,
                        objective.data, shown->kind->title, shown->kind->paper, shown->kind->summary);
    page->failed = page->failed || where.failed || objective.failed;
    vvi_text_deinit(&where);
    vvi_text_deinit(&objective);
}

/* What a model that predicts nothing says of shares is worth nothing, either. */
static void write_explained(const vvi_importance_shown *shown, vvi_page *page)
{
    char trials[VVI_FORMAT_SIZE];
    const vvi_weights *w = shown->weights;
    vvi_format_count(w->trials, trials);
    if (isnan(w->explained))
        vvi_page_printf(page, 0, 0, "From %s completed trials.", trials);
    else if (w->explained < 0.1)
        vvi_page_printf(page, 0, 0,
                        "From %s completed trials. The model predicts next to nothing of trials that it has not seen: "
                        "there are too few, or scores depend on chance, so that these shares say little.",
                        trials);
    else
        vvi_page_printf(page, 0, 0,
                        "From %s completed trials. The model explains %.0f %% of the spread in trials that it has not "
                        "seen.",
                        trials, 100 * w->explained);
}

static void write_table(const vvi_importance_shown *shown, vvi_page *page)
{
    static const vvi_report_table_column columns[] = {
        { .title = "Hyperparameter" },
        { .title = "Share", .right = true },
        { .title = "90 % interval", .right = true },
        { .title = "" },
        { .title = "Trials", .right = true },
    };
    vvi_report_table table = { .columns = columns, .n_columns = sizeof columns / sizeof *columns };
    for (size_t i = 0; i < shown->weights->n; i++) add_row(&table, &shown->weights->list[i]);
    vvi_page_gap(page);
    vvi_page_table(page, &table);
}

vv_status vvi_importance_write(const vvi_importance_shown *shown, FILE *out, vv_error *error)
{
    vvi_page page = { .out = out, .width = VVI_REPORT_WIDTH };
    write_head(shown, &page);
    if (shown->weights->why != NULL) {
        vvi_page_printf(&page, 0, 0, "Nothing can be said: %s.", shown->weights->why);
    } else {
        write_explained(shown, &page);
        write_table(shown, &page);
    }
    return vvi_page_end(&page, error);
}

/* ---- for programs --------------------------------------------------------------------------------------------------- */

static void add_weight(vvi_json *json, const vvi_weight *w)
{
    vvi_json_begin(json, NULL, '{');
    vvi_json_string(json, "name", w->name);
    vvi_json_real(json, "share", w->share);
    vvi_json_real(json, "low", w->low);
    vvi_json_real(json, "high", w->high);
    vvi_json_count(json, "trials", w->trials);
    vvi_json_end(json, '}');
}

vv_status vvi_importance_write_json(const vvi_importance_shown *shown, FILE *out, vv_error *error)
{
    vvi_json json = { 0 };
    vvi_json_begin(&json, NULL, '{');
    vvi_json_string(&json, "method", shown->kind->name);
    vvi_json_string(&json, "objective", objective_name(shown));
    vvi_json_count(&json, "trials", shown->weights->trials);
    vvi_json_real(&json, "explained", shown->weights->explained);
    vvi_json_string(&json, "why_not", shown->weights->why);
    vvi_json_begin(&json, "shares", '[');
    for (size_t i = 0; i < shown->weights->n; i++) add_weight(&json, &shown->weights->list[i]);
    vvi_json_end(&json, ']');
    vvi_json_end(&json, '}');
    return vvi_json_flush(&json, out, error);
}
