/* sqlite_write.c - everything that writes to a study in SQLite: facts and trials. Each call is one transaction.
 *
 * What a life cycle is, this file does not know beyond the WHERE of its updates; study.c does.
 */
#include "study/stores/sqlite.h"

#include <math.h>

#define RUN(store, error, sql, ...)                                                                                    \
    do {                                                                                                               \
        sqlite3_stmt *run_statement = NULL;                                                                            \
        const vv_status run_status = vvi_sqlite_prepare((store), &run_statement, (error), (sql), __VA_ARGS__);         \
        VVI_TRY(vvi_sqlite_run((store), run_status, run_statement, (error)));                                          \
    } while (0)

/* ---- facts ------------------------------------------------------------------------------------------------------ */

vv_status vvi_sqlite_fact_set(void *state, const char *key, const char *text, vv_error *error)
{
    const vvi_sqlite *store = state;
    RUN(store, error, "INSERT INTO facts VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET text = excluded.text", "tt", key,
        text);
    return VV_OK;
}

vv_status vvi_sqlite_fact_get(void *state, const char *key, char **text, vv_error *error)
{
    const vvi_sqlite *store = state;
    sqlite3_stmt *statement = NULL;
    bool row = false;
    *text = NULL;
    vv_status status = vvi_sqlite_prepare(store, &statement, error, "SELECT text FROM facts WHERE key = ?", "t", key);
    if (status == VV_OK) status = vvi_sqlite_step(store, statement, &row, error);
    if (row) {
        const char *found = (const char *)sqlite3_column_text(statement, 0);
        *text = found == NULL ? NULL : vvi_strdup(found);
        if (*text == NULL) status = vvi_no_memory(error);
    }
    sqlite3_finalize(statement);
    return status;
}

/* ---- trials ----------------------------------------------------------------------------------------------------- */

static int bind_value(sqlite3_stmt *statement, int index, vv_value value)
{
    switch (value.type) {
    case VV_VALUE_INT:
        return sqlite3_bind_int64(statement, index, value.i);
    case VV_VALUE_FLOAT:
        return sqlite3_bind_double(statement, index, value.f);
    case VV_VALUE_BOOL:
        return sqlite3_bind_int(statement, index, value.b);
    case VV_VALUE_STRING:
        return sqlite3_bind_text(statement, index, value.s, -1, SQLITE_TRANSIENT);
    }
    return SQLITE_MISUSE;
}

static vv_status insert_value(const vvi_sqlite *store, int id, int position, const vv_active *active, vv_error *error)
{
    char *domain = NULL;
    VVI_TRY(vvi_domain_to_json(&active->domain, active->name, &domain, error));
    sqlite3_stmt *statement = NULL;
    vv_status status = vvi_sqlite_prepare(store, &statement, error, "INSERT INTO trial_values VALUES (?, ?, ?, ?, ?)",
                                          "iitt", id, position, active->name, domain);
    if (status == VV_OK && bind_value(statement, 5, active->value) != SQLITE_OK) status = vvi_sqlite_fail(store, error);
    vvi_free(domain);
    return vvi_sqlite_run(store, status, statement, error);
}

static vv_status count_refusal(const vvi_sqlite *store, const vv_refusal *refusal, vv_error *error)
{
    RUN(store, error, "INSERT INTO refusals VALUES (?, ?, ?) ON CONFLICT (reason) DO UPDATE SET n = n + excluded.n",
        "ttl", refusal->reason, refusal->values, refusal->n);
    return VV_OK;
}

static vv_status insert_trial(const vvi_sqlite *store, const vvi_beginning *b, int *id, vv_error *error)
{
    VVI_TRY(vvi_sqlite_ask_int(store, "SELECT coalesce(max(id), -1) + 1 FROM trials", id, error));
    RUN(store, error, "INSERT INTO trials (id, status, seconds, model, goal) VALUES (?, 'RUNNING', 0.0, ?, ?)", "iti",
        *id, b->model_json, b->goal);
    for (size_t i = 0; i < b->n_values; i++) VVI_TRY(insert_value(store, *id, (int)i, &b->values[i], error));
    for (size_t i = 0; i < b->n_refusals; i++) VVI_TRY(count_refusal(store, &b->refusals[i], error));
    return VV_OK;
}

vv_status vvi_sqlite_trial_begin(void *state, const vvi_beginning *beginning, int *id, vv_error *error)
{
    const vvi_sqlite *store = state;
    VVI_TRY(vvi_sqlite_exec(store, "BEGIN IMMEDIATE", error));
    return vvi_sqlite_finish(store, insert_trial(store, beginning, id, error), error);
}

/* After an UPDATE that changes a trial in the right status only: why did it change none? */
static vv_status check_changed(const vvi_sqlite *store, int id, const char *wanted, vv_error *error)
{
    if (sqlite3_changes(store->db) > 0) return VV_OK;
    sqlite3_stmt *statement = NULL;
    bool row = false;
    vv_status status = vvi_sqlite_prepare(store, &statement, error, "SELECT status FROM trials WHERE id = ?", "i", id);
    if (status == VV_OK) status = vvi_sqlite_step(store, statement, &row, error);
    if (status == VV_OK && !row) status = vvi_fail(error, VV_NOT_FOUND, "%s: there is no trial %d", store->path, id);
    if (status == VV_OK)
        status = vvi_fail(error, VV_BAD_ARG, "%s: trial %d is %s, must be %s", store->path, id,
                          (const char *)sqlite3_column_text(statement, 0), wanted);
    sqlite3_finalize(statement);
    return status;
}

static vv_status forget_results(const vvi_sqlite *store, int id, vv_error *error)
{
    RUN(store, error, "DELETE FROM executions WHERE trial = ?", "i", id);
    RUN(store, error, "DELETE FROM scores WHERE trial = ?", "i", id);
    return VV_OK;
}

static vv_status restart(const vvi_sqlite *store, int id, vv_error *error)
{
    RUN(store, error,
        "UPDATE trials SET status = 'RUNNING', score = NULL, violation = NULL, reason = NULL, seconds = 0.0, epochs = "
        "0,"
        " epochs_total = 0, paused_epochs = 0 WHERE id = ? AND status IN ('RUNNING', 'INTERRUPTED', 'PAUSED')",
        "i", id);
    VVI_TRY(check_changed(store, id, "RUNNING, INTERRUPTED or PAUSED", error));
    RUN(store, error, "DELETE FROM epochs WHERE trial = ?", "i", id);
    return forget_results(store, id, error);
}

/* Back to what it was when it was paused last. */
static vv_status resume(const vvi_sqlite *store, int id, int goal, vv_error *error)
{
    RUN(store, error,
        "UPDATE trials SET status = 'RUNNING', score = NULL, violation = NULL, reason = NULL, epochs = paused_epochs,"
        " goal = ?2 WHERE id = ?1 AND status IN ('RUNNING', 'INTERRUPTED', 'PAUSED') AND paused_epochs > 0",
        "ii", id, goal);
    VVI_TRY(check_changed(store, id, "PAUSED, or have been paused and not have ended", error));
    RUN(store, error,
        "DELETE FROM epochs WHERE trial = ?1 AND epoch >= (SELECT paused_epochs FROM trials WHERE id = ?1)", "i", id);
    RUN(store, error,
        "UPDATE trials SET epochs_total ="
        " (SELECT count(*) FROM (SELECT DISTINCT execution, epoch FROM epochs WHERE trial = ?1)) WHERE id = ?1",
        "i", id);
    return forget_results(store, id, error);
}

vv_status vvi_sqlite_trial_resume(void *state, int id, int goal, vv_error *error)
{
    const vvi_sqlite *store = state;
    VVI_TRY(vvi_sqlite_exec(store, "BEGIN IMMEDIATE", error));
    return vvi_sqlite_finish(store, resume(store, id, goal, error), error);
}

vv_status vvi_sqlite_trial_restart(void *state, int id, vv_error *error)
{
    const vvi_sqlite *store = state;
    VVI_TRY(vvi_sqlite_exec(store, "BEGIN IMMEDIATE", error));
    return vvi_sqlite_finish(store, restart(store, id, error), error);
}

static vv_status check_running(const vvi_sqlite *store, int id, vv_error *error)
{
    RUN(store, error, "UPDATE trials SET status = status WHERE id = ? AND status = 'RUNNING'", "i", id);
    return check_changed(store, id, "RUNNING", error);
}

static vv_status insert_epoch(const vvi_sqlite *store, int id, int execution, int epoch, const char *const *metrics,
                              const double *values, size_t n, vv_error *error)
{
    RUN(store, error,
        "UPDATE trials SET epochs = max(epochs, ?2), epochs_total = epochs_total + 1 WHERE id = ?1 AND status = "
        "'RUNNING'",
        "ii", id, epoch + 1);
    VVI_TRY(check_changed(store, id, "RUNNING", error));
    for (size_t i = 0; i < n; i++)
        RUN(store, error, "INSERT INTO epochs VALUES (?, ?, ?, ?, ?, ?)", "iiiitd", id, execution, epoch, (int)i,
            metrics[i], values[i]);
    return VV_OK;
}

vv_status vvi_sqlite_trial_epoch(void *state, int id, int execution, int epoch, const char *const *metrics,
                                 const double *values, size_t n, vv_error *error)
{
    const vvi_sqlite *store = state;
    VVI_TRY(vvi_sqlite_exec(store, "BEGIN IMMEDIATE", error));
    return vvi_sqlite_finish(store, insert_epoch(store, id, execution, epoch, metrics, values, n, error), error);
}

static vv_status insert_execution(const vvi_sqlite *store, int id, int execution, const vv_execution *result,
                                  vv_error *error)
{
    VVI_TRY(check_running(store, id, error));
    RUN(store, error, "INSERT INTO executions VALUES (?, ?, ?, ?, ?)", "iiidd", id, execution, result->best_epoch,
        result->score, result->seconds);
    return VV_OK;
}

vv_status vvi_sqlite_trial_execution(void *state, int id, int execution, const vv_execution *result, vv_error *error)
{
    const vvi_sqlite *store = state;
    VVI_TRY(vvi_sqlite_exec(store, "BEGIN IMMEDIATE", error));
    return vvi_sqlite_finish(store, insert_execution(store, id, execution, result, error), error);
}

/* What ends a RUNNING trial; a PAUSED one can only be PRUNED, and keeps what it has. */
static vv_status end_trial(const vvi_sqlite *store, int id, const vv_trial_result *result, vv_error *error)
{
    const double score = result->n_scores > 0 ? result->scores[0] : (double)NAN,
                 violation = result->violation.set ? result->violation.value : (double)NAN;
    RUN(store, error,
        "UPDATE trials SET status = ?2, score = coalesce(?3, score), violation = coalesce(?4, violation), reason = ?5,"
        " seconds = seconds + ?6, paused_epochs = iif(?2 = 'PAUSED', epochs, paused_epochs)"
        " WHERE id = ?1 AND (status = 'RUNNING' AND (epochs > 0 OR ?2 <> 'PAUSED')"
        "                    OR status = 'PAUSED' AND ?2 = 'PRUNED')",
        "itmmtd", id, vv_trial_status_name(result->status), score, violation, result->reason, result->seconds);
    VVI_TRY(
        check_changed(store, id, result->status == VV_TRIAL_PAUSED ? "RUNNING and have an epoch" : "RUNNING", error));
    for (size_t i = 1; i < result->n_scores; i++)
        RUN(store, error, "INSERT OR REPLACE INTO scores VALUES (?, ?, ?)", "iid", id, (int)i, result->scores[i]);
    return VV_OK;
}

vv_status vvi_sqlite_trial_end(void *state, int id, const vv_trial_result *result, vv_error *error)
{
    const vvi_sqlite *store = state;
    VVI_TRY(vvi_sqlite_exec(store, "BEGIN IMMEDIATE", error));
    return vvi_sqlite_finish(store, end_trial(store, id, result, error), error);
}
