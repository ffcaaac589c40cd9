/* sqlite_write.c - facts, new trials and what they report. Each call is one transaction.
 *
 * Invariants:
 *   - A number is given once: it is one more than the largest, looked up and taken in one transaction.
 *   - Reports come from the worker that holds the trial. The same one again finds the first, and changes nothing.
 */
#include "study/stores/sqlite.h"

#include <math.h>

#define RUN VVI_SQLITE_RUN

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
    vvi_sqlite_done(store, statement);
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
        return sqlite3_bind_text(statement, index, value.s, -1, SQLITE_STATIC);
    }
    return SQLITE_MISUSE;
}

vv_status vvi_sqlite_insert_value(const vvi_sqlite *store, int id, int position, const vv_active *active,
                                  vv_error *error)
{
    char *domain = NULL;
    VVI_TRY(vvi_domain_to_json(&active->domain, active->name, &domain, error));
    sqlite3_stmt *statement = NULL;
    vv_status status = vvi_sqlite_prepare(store, &statement, error, "INSERT INTO trial_values VALUES (?, ?, ?, ?, ?)",
                                          "iitt", id, position, active->name, domain);
    if (status == VV_OK && bind_value(statement, 5, active->value) != SQLITE_OK) status = vvi_sqlite_fail(store, error);
    status = vvi_sqlite_run(store, status, statement, error);
    vvi_free(domain);
    return status;
}

vv_status vvi_sqlite_insert_refusal(const vvi_sqlite *store, const vv_refusal *refusal, vv_error *error)
{
    RUN(store, error, "INSERT INTO refusals VALUES (?, ?, ?) ON CONFLICT (reason) DO UPDATE SET n = n + excluded.n",
        "ttl", refusal->reason, refusal->values, refusal->n);
    return VV_OK;
}

static vv_status insert_row(const vvi_sqlite *store, const vvi_beginning *b, int id, vv_error *error)
{
    if (b->waiting)
        RUN(store, error, "INSERT INTO trials (id, status, seconds, model, goal) VALUES (?, 'WAITING', 0.0, ?, ?)",
            "iti", id, b->model_json, b->goal);
    else
        RUN(store, error,
            "INSERT INTO trials (id, status, seconds, model, goal, worker, lease, began)"
            " VALUES (?1, 'RUNNING', 0.0, ?2, ?3, ?4, iif(?4 IS NULL, NULL, " VVI_SQLITE_NOW " + ?5), " VVI_SQLITE_NOW
            ")",
            "ititd", id, b->model_json, b->goal, b->by_hand ? NULL : store->worker, store->lease_s);
    return VV_OK;
}

static vv_status next_id(const vvi_sqlite *store, const vvi_beginning *b, int *id, vv_error *error)
{
    VVI_TRY(vvi_sqlite_ask_int(store, "SELECT coalesce(max(id), -1) + 1 FROM trials", id, error));
    if (!b->expects || b->expected == *id) return VV_OK;
    return vvi_fail(error, VV_TAKEN, "%s: the next trial is %d, not %d: somebody was first", store->path, *id,
                    b->expected);
}

static vv_status insert_trial(const vvi_sqlite *store, const vvi_beginning *b, int *id, vv_error *error)
{
    VVI_TRY(next_id(store, b, id, error));
    VVI_TRY(insert_row(store, b, *id, error));
    for (size_t i = 0; i < b->n_values; i++) VVI_TRY(vvi_sqlite_insert_value(store, *id, (int)i, &b->values[i], error));
    for (size_t i = 0; i < b->n_refusals; i++) VVI_TRY(vvi_sqlite_insert_refusal(store, &b->refusals[i], error));
    return VV_OK;
}

vv_status vvi_sqlite_trial_begin(void *state, const vvi_beginning *beginning, int *id, vv_error *error)
{
    const vvi_sqlite *store = state;
    VVI_TRY(vvi_sqlite_begin(store, true, error));
    return vvi_sqlite_finish(store, insert_trial(store, beginning, id, error), error);
}

static vv_status insert_epoch(const vvi_sqlite *store, int id, int execution, int epoch, const char *const *metrics,
                              const double *values, size_t n, vv_error *error)
{
    VVI_TRY(vvi_sqlite_check_mine(store, id, error));
    for (size_t i = 0; i < n; i++) {
        RUN(store, error,
            "INSERT INTO epochs VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (trial, execution, epoch, position) DO NOTHING",
            "iiiitd", id, execution, epoch, (int)i, metrics[i], values[i]);
        if (sqlite3_changes(store->db) == 0) return VV_OK; /* it is there */
    }
    RUN(store, error, "UPDATE trials SET epochs = max(epochs, ?2), epochs_total = epochs_total + 1 WHERE id = ?1", "ii",
        id, epoch + 1);
    return VV_OK;
}

vv_status vvi_sqlite_trial_epoch(void *state, int id, int execution, int epoch, const char *const *metrics,
                                 const double *values, size_t n, vv_error *error)
{
    const vvi_sqlite *store = state;
    VVI_TRY(vvi_sqlite_begin(store, true, error));
    return vvi_sqlite_finish(store, insert_epoch(store, id, execution, epoch, metrics, values, n, error), error);
}

static vv_status insert_execution(const vvi_sqlite *store, int id, int execution, const vv_execution *result,
                                  vv_error *error)
{
    VVI_TRY(vvi_sqlite_check_mine(store, id, error));
    RUN(store, error, "INSERT INTO executions VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", "iiidd", id, execution,
        result->best_epoch, result->score, result->seconds);
    return VV_OK;
}

vv_status vvi_sqlite_trial_execution(void *state, int id, int execution, const vv_execution *result, vv_error *error)
{
    const vvi_sqlite *store = state;
    VVI_TRY(vvi_sqlite_begin(store, true, error));
    return vvi_sqlite_finish(store, insert_execution(store, id, execution, result, error), error);
}
