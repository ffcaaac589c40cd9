/* results.c - trials as a table: score or status, time, and the values their models were built from. */
#include "report/report.h"

static const vvi_report_table_column columns[] = {
    { .title = "Trial", .right = true }, { .title = "Score" }, { .title = "Time" }, { .title = "Values" }
};

static void add_trial(vvi_report_table *table, const vv_trial *trial)
{
    char score[VVI_NUMBER_SIZE], seconds[VVI_NUMBER_SIZE];
    vvi_text values = { 0 };
    snprintf(score, sizeof score, "%s", vv_trial_status_name(trial->status));
    if (trial->status == VV_TRIAL_COMPLETED) vvi_report_number(trial->score, score, sizeof score);
    vvi_report_seconds(trial->seconds, seconds, sizeof seconds);
    vvi_report_values(&values, trial->values, trial->n_values);
    if (trial->reason != NULL) vvi_text_printf(&values, "%s(%s)", values.n == 0 ? "" : " ", trial->reason);
    vvi_report_table_cell(table, "%d", trial->id);
    vvi_report_table_cell(table, "%s", score);
    vvi_report_table_cell(table, "%s", trial->status == VV_TRIAL_RUNNING ? "" : seconds);
    vvi_report_table_text(table, &values);
}

vv_status vvi_results_write(const vv_trials *trials, const char *objective, FILE *out, vv_error *error)
{
    vvi_report_table table = { .columns = columns, .n_columns = 4 };
    vv_objective parsed;
    if (objective != NULL && vv_objective_parse(objective, &parsed, NULL) == VV_OK)
        fprintf(out, "Score: %s (%s), mean over executions of the best epoch\n\n", parsed.name,
                parsed.maximize ? "max" : "min");
    for (size_t i = 0; i < trials->n; i++) add_trial(&table, &trials->list[i]);
    return vvi_report_table_end(&table, out, VVI_REPORT_WIDTH, error);
}

vv_status vvi_results_write_json(const vv_trials *trials, FILE *out, vv_error *error)
{
    vvi_json json = { 0 };
    vvi_json_begin(&json, NULL, '{');
    vvi_json_begin(&json, "trials", '[');
    for (size_t i = 0; i < trials->n; i++) {
        vvi_json_begin(&json, NULL, '{');
        vvi_json_trial(&json, &trials->list[i]);
        vvi_json_end(&json, '}');
    }
    vvi_json_end(&json, ']');
    vvi_json_end(&json, '}');
    return vvi_json_flush(&json, out, error);
}
