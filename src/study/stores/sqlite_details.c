/* sqlite_details.c - what hangs on a trial in SQLite: its scores, values, executions and failed attempts. */
#include "study/stores/sqlite_read.h"

#include <math.h>
#include <string.h>

vv_status vvi_sqlite_damaged(const vvi_sqlite_reading *r, int trial, const char *what)
{
    return vvi_fail(r->error, VV_DATABASE, "%s: the database is damaged: %s of trial %d", r->store->path, what, trial);
}

double vvi_sqlite_number(sqlite3_stmt *row, int column)
{
    return sqlite3_column_type(row, column) == SQLITE_FLOAT ? sqlite3_column_double(row, column) : (double)NAN;
}

static vv_status column_text(const vvi_sqlite_reading *r, sqlite3_stmt *row, int column, const char **text)
{
    return vvi_sqlite_text(row, column, r->arena, text, r->error);
}

static vv_status count(const vvi_sqlite_reading *r, const char *sql, int trial, size_t *n)
{
    sqlite3_stmt *statement = NULL;
    bool row = false;
    vv_status status = vvi_sqlite_prepare(r->store, &statement, r->error, sql, "i", trial);
    if (status == VV_OK) status = vvi_sqlite_step(r->store, statement, &row, r->error);
    const int64_t found = row ? sqlite3_column_int64(statement, 0) : 0;
    *n = found > 0 ? (size_t)found : 0;
    vvi_sqlite_done(r->store, statement);
    return status;
}

/* Calls `take` for each row of a query about one trial. */
typedef vv_status (*row_function)(const vvi_sqlite_reading *r, sqlite3_stmt *row, vv_trial *trial, size_t index,
                                  void *list);
static vv_status each_row(const vvi_sqlite_reading *r, const char *sql, vv_trial *trial, row_function take, void *list)
{
    sqlite3_stmt *statement = NULL;
    bool row = false;
    vv_status status = vvi_sqlite_prepare(r->store, &statement, r->error, sql, "i", trial->id);
    for (size_t i = 0; status == VV_OK; i++) {
        status = vvi_sqlite_step(r->store, statement, &row, r->error);
        if (status != VV_OK || !row) break;
        status = take(r, statement, trial, i, list);
    }
    vvi_sqlite_done(r->store, statement);
    return status;
}

/* Counts the rows of a trial in a table, allocates that many items and fills them. */
static vv_status read_list(const vvi_sqlite_reading *r, const char *count_sql, const char *sql, vv_trial *trial,
                           size_t item_size, row_function take, void **list, size_t *n)
{
    *list = NULL;
    VVI_TRY(count(r, count_sql, trial->id, n));
    if (*n == 0) return VV_OK;
    *list = *n > SIZE_MAX / item_size ? NULL : vvi_arena_alloc(r->arena, *n * item_size);
    return *list == NULL ? vvi_no_memory(r->error) : each_row(r, sql, trial, take, *list);
}

/* ---- values -------------------------------------------------------------------------------------------------------
 */

static const int stored_types[] = {
    [VV_VALUE_INT] = SQLITE_INTEGER,
    [VV_VALUE_FLOAT] = SQLITE_FLOAT,
    [VV_VALUE_BOOL] = SQLITE_INTEGER,
    [VV_VALUE_STRING] = SQLITE_TEXT,
};

static vv_status column_value(const vvi_sqlite_reading *r, sqlite3_stmt *row, int column, const vv_trial *trial,
                              vv_value_type type, vv_value *value)
{
    if (sqlite3_column_type(row, column) != stored_types[type]) return vvi_sqlite_damaged(r, trial->id, "a value");
    value->type = type;
    switch (type) {
    case VV_VALUE_INT:
        value->i = sqlite3_column_int64(row, column);
        break;
    case VV_VALUE_FLOAT:
        value->f = sqlite3_column_double(row, column);
        break;
    case VV_VALUE_BOOL:
        value->b = sqlite3_column_int(row, column) != 0;
        break;
    case VV_VALUE_STRING:
        return column_text(r, row, column, &value->s);
    }
    return VV_OK;
}

static vv_status take_value(const vvi_sqlite_reading *r, sqlite3_stmt *row, vv_trial *trial, size_t index, void *list)
{
    vv_active *active = (vv_active *)list + index;
    const char *name = (const char *)sqlite3_column_text(row, 0), *domain = (const char *)sqlite3_column_text(row, 1);
    if (sqlite3_errcode(r->store->db) == SQLITE_NOMEM) return vvi_no_memory(r->error);
    if (name == NULL || domain == NULL) return vvi_sqlite_damaged(r, trial->id, "a value");
    VVI_TRY(vvi_sqlite_domain_read(r, name, domain, active));
    return column_value(r, row, 2, trial, active->domain.type, &active->value);
}

static vv_status read_values(const vvi_sqlite_reading *r, vv_trial *trial)
{
    void *list = NULL;
    VVI_TRY(read_list(r, "SELECT count(*) FROM trial_values WHERE trial = ?",
                      "SELECT name, domain, value FROM trial_values WHERE trial = ? ORDER BY position", trial,
                      sizeof(vv_active), take_value, &list, &trial->n_values));
    trial->values = list;
    return VV_OK;
}

/* ---- executions, attempts, scores ----------------------------------------------------------------------------------------- */

static vv_status take_execution(const vvi_sqlite_reading *r, sqlite3_stmt *row, vv_trial *trial, size_t index,
                                void *list)
{
    if (sqlite3_column_int64(row, 0) != (sqlite3_int64)index) return vvi_sqlite_damaged(r, trial->id, "an execution");
    ((vv_execution *)list)[index] = (vv_execution){ .best_epoch = sqlite3_column_int(row, 1),
                                                    .score = vvi_sqlite_number(row, 2),
                                                    .seconds = vvi_sqlite_number(row, 3) };
    return VV_OK;
}

static vv_status read_executions(const vvi_sqlite_reading *r, vv_trial *trial)
{
    void *list = NULL;
    VVI_TRY(read_list(r, "SELECT count(*) FROM executions WHERE trial = ?",
                      "SELECT execution, best_epoch, score, seconds FROM executions WHERE trial = ? ORDER BY execution",
                      trial, sizeof(vv_execution), take_execution, &list, &trial->n_executions));
    trial->executions = list;
    return VV_OK;
}

static vv_status take_attempt(const vvi_sqlite_reading *r, sqlite3_stmt *row, vv_trial *trial, size_t index, void *list)
{
    (void)trial;
    vv_attempt *attempt = (vv_attempt *)list + index;
    attempt->seconds = vvi_sqlite_number(row, 1);
    return column_text(r, row, 0, &attempt->reason);
}

static vv_status read_attempts(const vvi_sqlite_reading *r, vv_trial *trial)
{
    void *list = NULL;
    VVI_TRY(read_list(r, "SELECT count(*) FROM attempts WHERE trial = ?",
                      "SELECT reason, seconds FROM attempts WHERE trial = ? ORDER BY attempt", trial,
                      sizeof(vv_attempt), take_attempt, &list, &trial->n_attempts));
    trial->attempts = list;
    return VV_OK;
}

static vv_status take_score(const vvi_sqlite_reading *r, sqlite3_stmt *row, vv_trial *trial, size_t index, void *list)
{
    if (sqlite3_column_int64(row, 0) != (sqlite3_int64)index + 1 || index + 1 >= VV_MAX_OBJECTIVES)
        return vvi_sqlite_damaged(r, trial->id, "a score");
    ((double *)list)[index + 1] = vvi_sqlite_number(row, 1);
    trial->n_scores++;
    return VV_OK;
}

static vv_status read_scores(const vvi_sqlite_reading *r, vv_trial *trial)
{
    if (isnan(trial->score)) return VV_OK;
    double *scores = vvi_arena_alloc(r->arena, VV_MAX_OBJECTIVES * sizeof *scores);
    if (scores == NULL) return vvi_no_memory(r->error);
    scores[0] = trial->score;
    trial->scores = scores;
    trial->n_scores = 1;
    return each_row(r, "SELECT objective, value FROM scores WHERE trial = ? ORDER BY objective", trial, take_score,
                    scores);
}

/* ---- the whole -------------------------------------------------------------------------------------------------- */

vv_status vvi_sqlite_details(const vvi_sqlite_reading *r, bool curves, vv_trial *trial)
{
    VVI_TRY(read_scores(r, trial));
    VVI_TRY(read_values(r, trial));
    VVI_TRY(read_executions(r, trial));
    VVI_TRY(read_attempts(r, trial));
    return curves ? vvi_sqlite_curves(r, trial) : VV_OK;
}
