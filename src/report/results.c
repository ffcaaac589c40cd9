/* results.c - trials as a table: scores or status, constraints, time, and the values their models were built from. */
#include "report/report.h"

#include <math.h>

enum { MOST_COLUMNS = VV_MAX_OBJECTIVES + 5, NAME_SIZE = 4 * VVI_REPORT_NAME };

typedef struct results {
    const vvi_goals *goals;
    size_t n_objectives; /* at least 1 */
    bool several, constrained;
    char titles[VV_MAX_OBJECTIVES][NAME_SIZE]; /* of the objectives, harmless */
    vvi_report_table_column columns[MOST_COLUMNS];
    vvi_report_table table;
} results;

static void add_column(results *r, const char *title, bool right)
{
    r->columns[r->table.n_columns++] = (vvi_report_table_column){ .title = title, .right = right };
}

static void write_titles(results *r)
{
    for (size_t i = 0; i < r->goals->objectives.n; i++) {
        vvi_text name = { 0 };
        vvi_text_add_visible(&name, r->goals->objectives.list[i].name, VVI_REPORT_NAME);
        snprintf(r->titles[i], sizeof r->titles[i], "%s", name.data == NULL ? "?" : name.data);
        vvi_text_deinit(&name);
    }
}

static void begin(results *r)
{
    write_titles(r);
    r->n_objectives = r->goals->objectives.n > 1 ? r->goals->objectives.n : 1;
    r->several = r->n_objectives > 1;
    r->constrained = r->goals->constraints.n > 0;
    r->table.columns = r->columns;
    add_column(r, "Trial", true);
    if (r->several) add_column(r, "Front", false);
    for (size_t i = 0; i < r->n_objectives; i++)
        add_column(r, r->several ? r->titles[i] : r->goals->function ? "Result" : "Score", true);
    if (r->constrained) add_column(r, "Exceeds", false);
    add_column(r, "Time", true);
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

/* attempt 0: of the trial itself. */
static void add_reason(vvi_text *text, size_t attempt, const char *reason)
{
    if (text->n > 0) vvi_text_add(text, " ", 1);
    vvi_text_add(text, "(", 1);
    if (attempt > 0) vvi_text_printf(text, "attempt %zu failed: ", attempt);
    vvi_text_add_visible(text, reason == NULL ? "?" : reason, VVI_REPORT_REASON / 2);
    vvi_text_add(text, ")", 1);
}

/* Values, of very many the first; then what went wrong. */
static void add_values(vvi_text *text, const vv_trial *trial)
{
    vvi_report_some_values(text, trial->values, trial->n_values);
    for (size_t i = 0; i < trial->n_attempts; i++) add_reason(text, i + 1, trial->attempts[i].reason);
    if (trial->reason != NULL) add_reason(text, 0, trial->reason);
}

static void add_trial(results *r, const vv_trial *trial)
{
    char seconds[VVI_NUMBER_SIZE];
    vvi_text values = { 0 };
    vvi_report_seconds(trial->seconds, seconds, sizeof seconds);
    add_values(&values, trial);
    vvi_report_table_cell(&r->table, "%d", trial->id);
    if (r->several) vvi_report_table_cell(&r->table, "%s", trial->rank == 0 ? "*" : "");
    for (size_t i = 0; i < r->n_objectives; i++) add_score(r, trial, i);
    if (r->constrained) add_violation(r, trial);
    vvi_report_table_cell(&r->table, "%s", trial->status == VV_TRIAL_RUNNING ? "" : seconds);
    vvi_report_table_text(&r->table, &values);
}

/* What a score is: a function says its result; of a network the best epoch counts. "" where there is nothing to say. */
static const char *what_counts(const vvi_goals *goals)
{
    static const char *const words[2][2] = {
        { ", in the best epoch", ", the mean over executions of each one's best epoch" },
        { "", ", the mean over executions" },
    };
    return words[goals->function][goals->executions != 1];
}

static void write_head(const results *r, FILE *out)
{
    vvi_page page = { .out = out, .width = vvi_report_width(out) };
    vvi_text constraints = { 0 };
    const vv_objectives *objectives = &r->goals->objectives;
    if (r->several) {
        vvi_text text = { 0 };
        vvi_report_objectives(&text, objectives);
        vvi_text_printf(&text, "%s. Front: nothing else is better in one of these and not worse in the others",
                        what_counts(r->goals));
        vvi_page_text(&page, 0, 0, &text);
    } else if (objectives->n == 1) {
        vvi_page_printf(&page, 0, 0, "%s: %s (%s)%s", r->goals->function ? "Result" : "Score", r->titles[0],
                        objectives->list[0].maximize ? "max" : "min", what_counts(r->goals));
    }
    vvi_report_constraints(&constraints, &r->goals->constraints);
    if (r->constrained && constraints.data != NULL)
        vvi_page_printf(&page, 0, 0, "Constraints: %s; exceeded by parts of the bound, in sum", constraints.data);
    vvi_text_deinit(&constraints);
    if (objectives->n > 0) vvi_page_gap(&page);
}

vv_status vvi_results_write(const vv_trials *trials, const vvi_goals *goals, bool head, FILE *out, vv_error *error)
{
    results r = { .goals = goals };
    begin(&r);
    if (head) write_head(&r, out);
    for (size_t i = 0; i < trials->n; i++) add_trial(&r, &trials->list[i]);
    return vvi_report_table_end(&r.table, out, vvi_report_width(out), error);
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
