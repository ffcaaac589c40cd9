/* results.c - trials as a table: scores or status, constraints, time, and the values their models were built from. */
#include "report/report.h"

#include <math.h>

enum { MOST_COLUMNS = VV_MAX_OBJECTIVES + 5 };

typedef struct results {
    const vvi_goals *goals;
    size_t n_objectives; /* at least 1 */
    bool several, constrained;
    vvi_report_table_column columns[MOST_COLUMNS];
    vvi_report_table table;
} results;

static void add_column(results *r, const char *title, bool right)
{
    r->columns[r->table.n_columns++] = (vvi_report_table_column){ .title = title, .right = right };
}

static void begin(results *r)
{
    r->n_objectives = r->goals->objectives.n > 1 ? r->goals->objectives.n : 1;
    r->several = r->n_objectives > 1;
    r->constrained = r->goals->constraints.n > 0;
    r->table.columns = r->columns;
    add_column(r, "Trial", true);
    if (r->several) add_column(r, "Front", false);
    for (size_t i = 0; i < r->n_objectives; i++)
        add_column(r, r->several ? r->goals->objectives.list[i].name : "Score", false);
    if (r->constrained) add_column(r, "Exceeds", false);
    add_column(r, "Time", false);
    add_column(r, "Values", false);
}

/* Of a trial that is not whole the status comes before what it has. */
static void add_score(results *r, const vv_trial *trial, size_t i)
{
    char score[VVI_NUMBER_SIZE] = "";
    const char *status = i == 0 && trial->status != VV_TRIAL_COMPLETED ? vv_trial_status_name(trial->status) : "";
    const char *name = i < r->goals->objectives.n ? r->goals->objectives.list[i].name : NULL;
    if (i < trial->n_scores) vvi_report_score(name, trial->scores[i], score, sizeof score);
    vvi_report_table_cell(&r->table, "%s%s%s", status, status[0] != '\0' && score[0] != '\0' ? " " : "", score);
}

static void add_violation(results *r, const vv_trial *trial)
{
    char number[VVI_NUMBER_SIZE] = "";
    if (trial->violation > 0) vvi_report_number(trial->violation, number, sizeof number);
    vvi_report_table_cell(&r->table, "%s", isnan(trial->violation) ? "" : number[0] == '\0' ? "kept" : number);
}

static void add_trial(results *r, const vv_trial *trial)
{
    char seconds[VVI_NUMBER_SIZE];
    vvi_text values = { 0 };
    vvi_report_seconds(trial->seconds, seconds, sizeof seconds);
    vvi_report_values(&values, trial->values, trial->n_values);
    for (size_t i = 0; i < trial->n_attempts; i++)
        vvi_text_printf(&values, "%s(attempt %zu failed: %s)", values.n == 0 ? "" : " ", i + 1,
                        trial->attempts[i].reason == NULL ? "?" : trial->attempts[i].reason);
    if (trial->reason != NULL) vvi_text_printf(&values, "%s(%s)", values.n == 0 ? "" : " ", trial->reason);
    vvi_report_table_cell(&r->table, "%d", trial->id);
    if (r->several) vvi_report_table_cell(&r->table, "%s", trial->rank == 0 ? "*" : "");
    for (size_t i = 0; i < r->n_objectives; i++) add_score(r, trial, i);
    if (r->constrained) add_violation(r, trial);
    vvi_report_table_cell(&r->table, "%s", trial->status == VV_TRIAL_RUNNING ? "" : seconds);
    vvi_report_table_text(&r->table, &values);
}

static void write_head(const results *r, FILE *out)
{
    vvi_page page = { .out = out, .width = VVI_REPORT_WIDTH };
    vvi_text constraints = { 0 };
    const vv_objectives *objectives = &r->goals->objectives;
    if (r->several) {
        vvi_text text = { 0 };
        vvi_report_objectives(&text, objectives);
        vvi_text_printf(&text,
                        "; metrics are means over executions of the best epoch. Front: nothing else is better in one "
                        "of these and not worse in the others");
        vvi_page_text(&page, 0, 0, &text);
    } else if (objectives->n == 1) {
        vvi_page_printf(&page, 0, 0, "Score: %s (%s), mean over executions of the best epoch", objectives->list[0].name,
                        objectives->list[0].maximize ? "max" : "min");
    }
    vvi_report_constraints(&constraints, &r->goals->constraints);
    if (r->constrained && constraints.data != NULL)
        vvi_page_printf(&page, 0, 0, "Constraints: %s; exceeded by parts of the bound, in sum", constraints.data);
    vvi_text_deinit(&constraints);
    if (objectives->n > 0) vvi_page_gap(&page);
}

vv_status vvi_results_write(const vv_trials *trials, const vvi_goals *goals, bool head, FILE *out,
                            vv_error *error)
{
    results r = { .goals = goals };
    begin(&r);
    if (head) write_head(&r, out);
    for (size_t i = 0; i < trials->n; i++) add_trial(&r, &trials->list[i]);
    return vvi_report_table_end(&r.table, out, VVI_REPORT_WIDTH, error);
}

/* The front among those that are listed: all of it, unless the list was cut within it. */
static void add_front(vvi_json *json, const vv_trials *trials)
{
    vvi_json_begin(json, "front", '[');
    for (size_t i = 0; i < trials->n; i++)
        if (trials->list[i].rank == 0) vvi_json_int(json, NULL, trials->list[i].id);
    vvi_json_end(json, ']');
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
    add_front(&json, trials);
    vvi_json_end(&json, '}');
    return vvi_json_flush(&json, out, error);
}
