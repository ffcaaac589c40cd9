/* show.c - one trial in full: values with their domains, executions, the network layer by layer, curves as plots; when it
 * ran, whose worker it was, and what failed before.
 *
 * The network is made again from the JSON that was stored with the trial; no build function is needed to look at it.
 */
#include "report/report.h"

#include <math.h>
#include <string.h>

/* NULL when there is none stored. */
static vv_status stored_model(const vv_trial *trial, vv_model **model, vv_error *error)
{
    *model = NULL;
    if (trial->model_json == NULL) return VV_OK;
    return vv_model_from_json(trial->model_json, model, error);
}

/* ---- parts ------------------------------------------------------------------------------------------------------ */

static void write_scores(const vv_trial *trial, const vvi_goals *goals, FILE *out)
{
    vvi_text scores = { 0 }, constraints = { 0 };
    vvi_report_scores(&scores, trial, &goals->objectives);
    vvi_report_constraints(&constraints, &goals->constraints);
    vvi_page page = { .out = out, .width = vvi_report_width(out) };
    vvi_page_text(&page, 0, 2, &scores);
    if (constraints.data != NULL && trial->violation <= 0) vvi_page_printf(&page, 0, 2, "Keeps %s", constraints.data);
    if (constraints.data != NULL && trial->violation > 0)
        vvi_page_printf(&page, 0, 2, "Does not keep %s", constraints.data);
    vvi_text_deinit(&constraints);
}

/* A reason may be long. */
static void write_line(FILE *out, const char *what, const char *text)
{
    vvi_page page = { .out = out, .width = vvi_report_width(out) };
    vvi_text line = { 0 };
    vvi_text_printf(&line, "%s: ", what);
    vvi_text_add_visible(&line, text, VVI_REPORT_REASON);
    vvi_page_text(&page, 0, 2, &line);
}

static void write_times(const vv_trial *trial, FILE *out)
{
    char began[VVI_NUMBER_SIZE], ended[VVI_NUMBER_SIZE];
    if (vvi_report_short_time(trial->began, began, sizeof began) == 0) return;
    fprintf(out, "Began %s UTC", began);
    if (vvi_report_short_time(trial->ended, ended, sizeof ended) > 0) fprintf(out, ", ended %s UTC", ended);
    fputc('\n', out);
}

static void write_attempt(const vv_attempt *attempt, size_t index, FILE *out)
{
    char seconds[VVI_NUMBER_SIZE];
    vvi_page page = { .out = out, .width = vvi_report_width(out) };
    vvi_text line = { 0 };
    vvi_report_seconds(attempt->seconds, seconds, sizeof seconds);
    vvi_text_printf(&line, "Attempt %zu failed after %s: ", index + 1, seconds);
    vvi_text_add_visible(&line, attempt->reason == NULL ? "?" : attempt->reason, VVI_REPORT_REASON);
    vvi_page_text(&page, 0, 2, &line);
}

/* When, by whom, and what it took. */
static void write_history(const vv_trial *trial, FILE *out)
{
    write_times(trial, out);
    if (trial->worker != NULL) write_line(out, "Worker", trial->worker);
    for (size_t i = 0; i < trial->n_attempts; i++) write_attempt(&trial->attempts[i], i, out);
}

static void write_title(const vv_trial *trial, const char *where, const vvi_goals *goals, FILE *out)
{
    char seconds[VVI_NUMBER_SIZE];
    const bool early = trial->status == VV_TRIAL_PRUNED || trial->status == VV_TRIAL_PAUSED;
    vvi_report_seconds(trial->seconds, seconds, sizeof seconds);
    vvi_page page = { .out = out, .width = vvi_report_width(out) };
    vvi_text line = { 0 };
    vvi_text_printf(&line, "Trial %d of ", trial->id);
    vvi_text_add_visible(&line, where, 0);
    vvi_text_printf(&line, ": %s", vv_trial_status_name(trial->status));
    if (early)
        vvi_text_printf(&line, " after %d %s%s", trial->epochs, vvi_report_unit(goals), trial->epochs == 1 ? "" : "s");
    if (trial->status != VV_TRIAL_RUNNING) vvi_text_printf(&line, " in %s", seconds);
    vvi_page_text(&page, 0, 2, &line);
    write_scores(trial, goals, out);
    write_history(trial, out);
    if (trial->reason != NULL) write_line(out, "Reason", trial->reason);
}

static vv_status write_values(const vv_trial *trial, FILE *out, vv_error *error)
{
    static const vvi_report_table_column columns[] = { { .title = "Hyperparameter" },
                                                       { .title = "Value" },
                                                       { .title = "Domain" } };
    vvi_report_table table = { .columns = columns, .n_columns = 3 };
    fputc('\n', out);
    for (size_t i = 0; i < trial->n_values; i++) {
        char domain[1024];
        vvi_text value = { 0 };
        vvi_report_value(&value, trial->values[i].value, VVI_REPORT_DIGITS);
        vv_domain_format(&trial->values[i].domain, domain, sizeof domain);
        vvi_report_table_visible(&table, trial->values[i].name, VVI_REPORT_NAME);
        vvi_report_table_text(&table, &value);
        vvi_report_table_visible(&table, domain, VVI_REPORT_REASON);
    }
    return vvi_report_table_end(&table, out, vvi_report_width(out), error);
}

/* What a function came to is its result, which may be any of its steps. */
static vv_status write_executions(const vv_trial *trial, const vvi_goals *goals, FILE *out, vv_error *error)
{
    const vvi_report_table_column columns[] = { { .title = "Execution", .right = true },
                                                { .title = goals->function ? "Result" : "Score", .right = true },
                                                { .title = goals->function ? "At step" : "Best epoch", .right = true },
                                                { .title = "Time", .right = true } };
    vvi_report_table table = { .columns = columns, .n_columns = 4 };
    fputc('\n', out);
    for (size_t i = 0; i < trial->n_executions; i++) {
        char score[VVI_NUMBER_SIZE], seconds[VVI_NUMBER_SIZE];
        vvi_report_number(trial->executions[i].score, score, sizeof score);
        vvi_report_seconds(trial->executions[i].seconds, seconds, sizeof seconds);
        vvi_report_table_cell(&table, "%zu", i + 1);
        vvi_report_table_cell(&table, "%s", score);
        vvi_report_table_cell(&table, "%d", trial->executions[i].best_epoch + 1);
        vvi_report_table_cell(&table, "%s", seconds);
    }
    return vvi_report_table_end(&table, out, vvi_report_width(out), error);
}

static vv_status write_network(const vv_trial *trial, FILE *out, vv_error *error)
{
    vv_model *model = NULL;
    VVI_TRY(stored_model(trial, &model, error));
    if (model == NULL) return VV_OK;
    fputc('\n', out);
    const vv_status status = vv_model_summary(model, out);
    vv_model_free(model);
    return status == VV_OK ? VV_OK : vvi_fail(error, status, "the network could not be shown: %s", vv_strerror(status));
}

/* The objectives say what is best of their metrics; of the others, their names do. */
static bool is_maximized(const char *metric, const vv_objectives *objectives)
{
    vv_objective parsed;
    for (size_t i = 0; i < objectives->n; i++)
        if (strcmp(objectives->list[i].name, metric) == 0) return objectives->list[i].maximize;
    return vv_objective_parse(metric, &parsed, NULL) == VV_OK && parsed.maximize;
}

static size_t best_epoch(const vv_curve *curve, bool maximize)
{
    size_t best = 0;
    for (size_t i = 1; i < curve->n; i++) {
        const double a = curve->values[i], b = curve->values[best];
        if (isfinite(a) && (!isfinite(b) || (maximize ? a > b : a < b))) best = i;
    }
    return best;
}

static void add_curve(vvi_report_table *table, const vv_curve *curve, const vv_objectives *objectives)
{
    const size_t epoch = best_epoch(curve, is_maximized(curve->metric, objectives));
    const double numbers[] = { curve->values[0], curve->values[curve->n - 1], curve->values[epoch] };
    vvi_report_table_visible(table, curve->metric, VVI_REPORT_NAME);
    vvi_report_table_cell(table, "%d", curve->execution + 1);
    vvi_report_table_cell(table, "%zu", curve->n);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        char number[VVI_NUMBER_SIZE];
        vvi_report_number(numbers[i], number, sizeof number);
        vvi_report_table_cell(table, "%s", number);
    }
    vvi_report_table_cell(table, "%zu", epoch + 1);
}

static vv_status write_numbers(const vv_trial *trial, const vvi_goals *goals, FILE *out, vv_error *error)
{
    const vvi_report_table_column columns[] = { { .title = "Metric" },
                                                { .title = "Ex.", .right = true },
                                                { .title = goals->function ? "Steps" : "Epochs", .right = true },
                                                { .title = "First", .right = true },
                                                { .title = "Last", .right = true },
                                                { .title = "Best", .right = true },
                                                { .title = goals->function ? "at step" : "at epoch", .right = true } };
    vvi_report_table table = { .columns = columns, .n_columns = 7 };
    fputc('\n', out);
    for (size_t i = 0; i < trial->n_curves; i++)
        if (trial->curves[i].n > 0) add_curve(&table, &trial->curves[i], &goals->objectives);
    return vvi_report_table_end(&table, out, vvi_report_width(out), error);
}

/* ---- the whole -------------------------------------------------------------------------------------------------- */

vv_status vvi_show_write(const vv_trial *trial, const char *where, const vvi_goals *goals, FILE *out, vv_error *error)
{
    write_title(trial, where, goals, out);
    if (trial->n_values > 0) VVI_TRY(write_values(trial, out, error));
    VVI_TRY(write_network(trial, out, error));
    if (trial->n_executions > 0) VVI_TRY(write_executions(trial, goals, out, error));
    if (trial->n_curves > 0) VVI_TRY(vvi_show_plots(trial, goals, out, error));
    if (trial->n_curves > 0) VVI_TRY(write_numbers(trial, goals, out, error));
    return ferror(out) ? vvi_fail(error, VV_IO, "the output could not be written") : VV_OK;
}

vv_status vvi_show_write_json(const vv_trial *trial, FILE *out, vv_error *error)
{
    vv_model *model = NULL;
    vvi_json json = { 0 };
    VVI_TRY(stored_model(trial, &model, error));
    vvi_json_begin(&json, NULL, '{');
    vvi_json_trial(&json, trial);
    vvi_json_trial_details(&json, trial, model);
    vvi_json_end(&json, '}');
    vv_model_free(model);
    return vvi_json_flush(&json, out, error);
}
