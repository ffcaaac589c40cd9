/* export.c - trials as rows for other programs: CSV (RFC 4180: commas, quotes where needed, lines end with CR LF) or a JSON
 * array of objects, one a line.
 *
 * Trials are read in pages, so that memory does not grow with their number; CSV is read twice, since its columns are the
 * hyperparameters (or metrics) that any of them has. Numbers are the shortest that read back to the same bits. In CSV what
 * a trial has not is empty; in JSON it is left out, and what is not finite is null.
 * Columns that bear a user's name begin with what they are, so that none is taken for another: "hp.units", "score.mse".
 */
#include "report/export.h"
#include "report/csv.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { PAGE = 256, FIRST_PAGE_OF_CURVES = 16, FEW_VALUES = 20000, MANY_VALUES = 200000 };

/* Names in the order in which they were first seen. */
typedef struct columns {
    const char **names;
    size_t n;
    size_t hint; /* where the next name is likely to be */
} columns;

typedef struct exporting {
    const vv_study *study;
    const vvi_export_args *args;
    FILE *out;
    vv_error *error;
    vvi_goals goals;
    vvi_arena arena;
    columns names; /* of hyperparameters or metrics */
    const char **cells;
    int last;   /* the trial to end with */
    int learnt; /* the last whose names are columns */
    bool some;  /* a row was written */
    vvi_text line;
} exporting;

/* ---- pages -------------------------------------------------------------------------------------------------------- */

typedef vv_status (*trial_function)(exporting *e, const vv_trial *trial);

/* Curves may be of any length: pages of short ones become longer. */
static int next_limit(const exporting *e, const vv_trials *page, int limit)
{
    size_t values = 0;
    for (size_t i = 0; i < page->n; i++)
        for (size_t k = 0; k < page->list[i].n_curves; k++) values += page->list[i].curves[k].n;
    if (!e->args->curves || (values >= FEW_VALUES && values <= MANY_VALUES)) return limit;
    return values < FEW_VALUES ? (limit < PAGE ? 2 * limit : limit) : limit > 1 ? limit / 2 : 1;
}

static vv_status each_trial(exporting *e, trial_function take)
{
    int limit = e->args->curves ? FIRST_PAGE_OF_CURVES : PAGE;
    vv_status status = VV_OK;
    bool more = true;
    for (int from = 0; status == VV_OK && more;) {
        vv_trials page = { .n = 0 };
        status = vv_study_trials(e->study, &(vv_trials_args){ .from = from, .limit = limit, .curves = e->args->curves },
                                 &page, e->error);
        for (size_t i = 0; status == VV_OK && i < page.n && page.list[i].id <= e->last; i++)
            status = take(e, &page.list[i]);
        more = page.n == (size_t)limit && page.list[page.n - 1].id < e->last;
        from = more ? page.list[page.n - 1].id + 1 : from;
        limit = next_limit(e, &page, limit);
        vv_trials_free(&page);
    }
    return status;
}

/* ---- columns ------------------------------------------------------------------------------------------------------ */

/* The index of a name; n: it is new. */
static size_t find_column(columns *names, const char *name)
{
    for (size_t i = 0; i < names->n; i++) {
        const size_t at = (names->hint + i) % names->n;
        if (strcmp(names->names[at], name) != 0) continue;
        names->hint = at + 1;
        return at;
    }
    return names->n;
}

static vv_status learn_name(exporting *e, const char *name)
{
    columns *names = &e->names;
    if (find_column(names, name) < names->n) return VV_OK;
    if (!vvi_arena_reserve(&e->arena, &names->names, names->n, sizeof *names->names)) return vvi_no_memory(e->error);
    names->names[names->n] = vvi_arena_strdup(&e->arena, name);
    return names->names[names->n++] == NULL ? vvi_no_memory(e->error) : VV_OK;
}

static vv_status learn_trial(exporting *e, const vv_trial *trial)
{
    e->learnt = trial->id;
    for (size_t i = 0; i < trial->n_values && !e->args->curves; i++) VVI_TRY(learn_name(e, trial->values[i].name));
    for (size_t i = 0; i < trial->n_curves && e->args->curves; i++) VVI_TRY(learn_name(e, trial->curves[i].metric));
    return VV_OK;
}

/* Which trial is the last there is now; the names of all. */
static vv_status learn_columns(exporting *e)
{
    VVI_TRY(vvi_goals_read(e->study, &e->goals, e->error));
    VVI_TRY(each_trial(e, learn_trial));
    e->last = e->learnt;
    e->cells = vvi_arena_alloc(&e->arena, (e->names.n + 1) * sizeof *e->cells);
    return e->cells == NULL ? vvi_no_memory(e->error) : VV_OK;
}

/* ---- CSV ---------------------------------------------------------------------------------------------------------- */

static void begin_cell(exporting *e)
{
    if (e->some) vvi_text_add(&e->line, ",", 1);
    e->some = true; /* of a line here */
}

static void add_cell(exporting *e, const char *text)
{
    begin_cell(e);
    vvi_csv_cell_add(&e->line, text);
}

static void add_number(exporting *e, double number)
{
    begin_cell(e);
    vvi_csv_number_add(&e->line, number);
}

static void add_count(exporting *e, int64_t count)
{
    char text[VVI_FORMAT_SIZE];
    snprintf(text, sizeof text, "%" PRId64, count);
    add_cell(e, text);
}

static void add_time(exporting *e, double unix_time)
{
    char text[VVI_NUMBER_SIZE];
    vvi_report_time(unix_time, text, sizeof text);
    add_cell(e, text);
}

static void add_named(exporting *e, const char *kind, const char *name)
{
    vvi_text text = { 0 };
    vvi_text_printf(&text, "%s.%s", kind, name);
    e->line.failed = e->line.failed || text.failed;
    add_cell(e, text.data == NULL ? "" : text.data);
    vvi_text_deinit(&text);
}

static vv_status end_line(exporting *e)
{
    vvi_text_add(&e->line, "\r\n", 2);
    if (e->line.failed) return vvi_no_memory(e->error);
    fwrite(e->line.data, 1, e->line.n, e->out);
    e->line.n = 0;
    e->some = false;
    return ferror(e->out) ? vvi_fail(e->error, VV_IO, "the output could not be written") : VV_OK;
}

static void add_head(exporting *e, const char *const *titles, size_t n)
{
    for (size_t i = 0; i < n; i++) add_cell(e, titles[i]);
}

/* What a study's trials are to be best in; "score" where that is not said. */
static void add_score_titles(exporting *e)
{
    if (e->goals.objectives.n == 0) add_cell(e, "score");
    for (size_t i = 0; i < e->goals.objectives.n; i++) add_named(e, "score", e->goals.objectives.list[i].name);
    if (e->goals.constraints.n > 0) add_cell(e, "violation");
}

static vv_status write_trial_titles(exporting *e)
{
    static const char *const before[] = { "trial", "status" };
    static const char *const after[] = { "epochs", "executions", "seconds", "attempts",
                                         "began",  "ended",      "worker",  "reason" };
    add_head(e, before, sizeof before / sizeof before[0]);
    add_score_titles(e);
    for (size_t i = 0; i < e->names.n; i++) add_named(e, "hp", e->names.names[i]);
    add_head(e, after, sizeof after / sizeof after[0]);
    return end_line(e);
}

static void add_scores(exporting *e, const vv_trial *trial)
{
    const size_t n = e->goals.objectives.n > 0 ? e->goals.objectives.n : 1;
    for (size_t i = 0; i < n; i++)
        if (i < trial->n_scores)
            add_number(e, trial->scores[i]);
        else
            add_cell(e, "");
    if (e->goals.constraints.n == 0) return;
    if (isnan(trial->violation))
        add_cell(e, "");
    else
        add_number(e, trial->violation);
}

/* Its text lands in an arena of the row. */
static void add_values(exporting *e, const vv_trial *trial)
{
    const vvi_arena_mark mark = vvi_arena_here(&e->arena);
    for (size_t i = 0; i < e->names.n; i++) e->cells[i] = "";
    for (size_t i = 0; i < trial->n_values; i++) {
        const size_t at = find_column(&e->names, trial->values[i].name);
        const int n = vv_value_format(trial->values[i].value, NULL, 0);
        char *text = n < 0 ? NULL : vvi_arena_alloc(&e->arena, (size_t)n + 1);
        if (text == NULL) e->line.failed = true;
        if (text == NULL || at == e->names.n) continue;
        vv_value_format(trial->values[i].value, text, (size_t)n + 1);
        e->cells[at] = text;
    }
    for (size_t i = 0; i < e->names.n; i++) add_cell(e, e->cells[i]);
    vvi_arena_rewind(&e->arena, mark);
}

static vv_status write_trial(exporting *e, const vv_trial *trial)
{
    add_count(e, trial->id);
    add_cell(e, vv_trial_status_name(trial->status));
    add_scores(e, trial);
    add_values(e, trial);
    add_count(e, trial->epochs);
    add_count(e, (int64_t)trial->n_executions);
    add_number(e, trial->seconds);
    add_count(e, (int64_t)trial->n_attempts);
    add_time(e, trial->began);
    add_time(e, trial->ended);
    add_cell(e, trial->worker == NULL ? "" : trial->worker);
    add_cell(e, trial->reason == NULL ? "" : trial->reason);
    return end_line(e);
}

static vv_status write_epoch_titles(exporting *e)
{
    static const char *const titles[] = { "trial", "execution", "epoch" };
    add_head(e, titles, sizeof titles / sizeof titles[0]);
    for (size_t i = 0; i < e->names.n; i++) add_named(e, "metric", e->names.names[i]);
    return end_line(e);
}

/* The curve of a metric in the execution that begins at curves[first]. */
static const vv_curve *find_curve(const vv_trial *trial, size_t first, const char *metric)
{
    for (size_t i = first; i < trial->n_curves && trial->curves[i].execution == trial->curves[first].execution; i++)
        if (strcmp(trial->curves[i].metric, metric) == 0) return &trial->curves[i];
    return NULL;
}

static size_t longest(const vv_trial *trial, size_t first)
{
    size_t n = 0;
    for (size_t i = first; i < trial->n_curves && trial->curves[i].execution == trial->curves[first].execution; i++)
        if (trial->curves[i].n > n) n = trial->curves[i].n;
    return n;
}

static vv_status write_epoch(exporting *e, const vv_trial *trial, size_t first, size_t epoch)
{
    add_count(e, trial->id);
    add_count(e, trial->curves[first].execution);
    add_count(e, (int64_t)epoch);
    for (size_t i = 0; i < e->names.n; i++) {
        const vv_curve *curve = find_curve(trial, first, e->names.names[i]);
        if (curve != NULL && epoch < curve->n)
            add_number(e, curve->values[epoch]);
        else
            add_cell(e, "");
    }
    return end_line(e);
}

typedef vv_status (*epoch_function)(exporting *e, const vv_trial *trial, size_t first, size_t epoch);

/* Curves are together by execution. */
static vv_status each_epoch(exporting *e, const vv_trial *trial, epoch_function write)
{
    for (size_t first = 0; first < trial->n_curves; first++) {
        if (first > 0 && trial->curves[first].execution == trial->curves[first - 1].execution) continue;
        const size_t n = longest(trial, first);
        for (size_t epoch = 0; epoch < n; epoch++) VVI_TRY(write(e, trial, first, epoch));
    }
    return VV_OK;
}

static vv_status write_epochs(exporting *e, const vv_trial *trial)
{
    return each_epoch(e, trial, write_epoch);
}

/* ---- JSON --------------------------------------------------------------------------------------------------------- */

static vv_status write_object(exporting *e, vvi_json *json)
{
    const bool failed = json->text.failed;
    if (!failed) fprintf(e->out, "%s%s", e->some ? ",\n" : "", json->text.data);
    e->some = true;
    vvi_text_deinit(&json->text);
    if (failed) return vvi_no_memory(e->error);
    return ferror(e->out) ? vvi_fail(e->error, VV_IO, "the output could not be written") : VV_OK;
}

static vv_status write_trial_object(exporting *e, const vv_trial *trial)
{
    vvi_json json = { 0 };
    vvi_json_begin(&json, NULL, '{');
    vvi_json_trial(&json, trial);
    vvi_json_end(&json, '}');
    return write_object(e, &json);
}

static vv_status write_epoch_object(exporting *e, const vv_trial *trial, size_t first, size_t epoch)
{
    vvi_json json = { 0 };
    vvi_json_begin(&json, NULL, '{');
    vvi_json_int(&json, "trial", trial->id);
    vvi_json_int(&json, "execution", trial->curves[first].execution);
    vvi_json_int(&json, "epoch", (int64_t)epoch);
    vvi_json_begin(&json, "metrics", '{');
    for (size_t i = first; i < trial->n_curves && trial->curves[i].execution == trial->curves[first].execution; i++)
        if (epoch < trial->curves[i].n) vvi_json_real(&json, trial->curves[i].metric, trial->curves[i].values[epoch]);
    vvi_json_end(&json, '}');
    vvi_json_end(&json, '}');
    return write_object(e, &json);
}

static vv_status write_epoch_objects(exporting *e, const vv_trial *trial)
{
    return each_epoch(e, trial, write_epoch_object);
}

/* ---- the whole ---------------------------------------------------------------------------------------------------- */

static vv_status write_csv(exporting *e)
{
    VVI_TRY(learn_columns(e));
    VVI_TRY(e->args->curves ? write_epoch_titles(e) : write_trial_titles(e));
    return each_trial(e, e->args->curves ? write_epochs : write_trial);
}

static vv_status write_json(exporting *e)
{
    fputs("[", e->out);
    VVI_TRY(each_trial(e, e->args->curves ? write_epoch_objects : write_trial_object));
    fputs("]\n", e->out);
    return VV_OK;
}

vv_status vvi_export_write(const vv_study *study, const vvi_export_args *args, FILE *out, vv_error *error)
{
    exporting e = { .study = study, .args = args, .out = out, .error = error, .last = INT32_MAX, .learnt = -1 };
    vv_status status = args->json ? write_json(&e) : write_csv(&e);
    vvi_text_deinit(&e.line);
    vvi_arena_deinit(&e.arena);
    if (status == VV_OK && (fflush(out) != 0 || ferror(out)))
        status = vvi_fail(error, VV_IO, "the output could not be written");
    return status;
}
