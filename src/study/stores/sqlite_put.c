/* sqlite_put.c - all of a study that its trials do not tell, and trials as they were read elsewhere: for copies. */
#include "study/stores/sqlite.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define RUN VVI_SQLITE_RUN

/* ---- reading -------------------------------------------------------------------------------------------------------- */

static vv_status read_facts(const vvi_sqlite *store, sqlite3_stmt *statement, vvi_arena *arena, vvi_study_facts *facts,
                            vv_error *error)
{
    struct vvi_study_fact *list = NULL;
    bool row = false;
    for (facts->n = 0;; facts->n++) {
        VVI_TRY(vvi_sqlite_step(store, statement, &row, error));
        if (!row) return VV_OK;
        if (!vvi_arena_reserve(arena, &list, facts->n, sizeof *list)) return vvi_no_memory(error);
        facts->list = list;
        VVI_TRY(vvi_sqlite_text(statement, 0, arena, &list[facts->n].key, error));
        VVI_TRY(vvi_sqlite_text(statement, 1, arena, &list[facts->n].text, error));
    }
}

vv_status vvi_sqlite_facts(void *state, vvi_arena *arena, vvi_study_facts *facts, vv_error *error)
{
    const vvi_sqlite *store = state;
    sqlite3_stmt *statement = NULL;
    *facts = (vvi_study_facts){ .n = 0 };
    vv_status status = vvi_sqlite_prepare(store, &statement, error, "SELECT key, text FROM facts ORDER BY key", "");
    if (status == VV_OK) status = read_facts(store, statement, arena, facts, error);
    vvi_sqlite_done(store, statement);
    return status;
}

static void column_copy(sqlite3_stmt *row, int column, char *text, size_t size)
{
    const char *found = (const char *)sqlite3_column_text(row, column);
    snprintf(text, size, "%s", found == NULL ? "" : found);
}

static vv_status read_refusals(const vvi_sqlite *store, sqlite3_stmt *statement, vvi_arena *arena,
                               const vv_refusal **result, size_t *n, vv_error *error)
{
    vv_refusal *list = NULL;
    bool row = false;
    for (*n = 0;; ++*n) {
        VVI_TRY(vvi_sqlite_step(store, statement, &row, error));
        if (!row) return VV_OK;
        if (!vvi_arena_reserve(arena, &list, *n, sizeof *list)) return vvi_no_memory(error);
        column_copy(statement, 0, list[*n].reason, sizeof list[*n].reason);
        column_copy(statement, 1, list[*n].values, sizeof list[*n].values);
        list[*n].n = sqlite3_column_int64(statement, 2);
        *result = list;
    }
}

vv_status vvi_sqlite_all_refusals(void *state, vvi_arena *arena, const vv_refusal **list, size_t *n, vv_error *error)
{
    const vvi_sqlite *store = state;
    sqlite3_stmt *statement = NULL;
    *list = NULL;
    *n = 0;
    vv_status status =
        vvi_sqlite_prepare(store, &statement, error, "SELECT reason, example, n FROM refusals ORDER BY reason", "");
    if (status == VV_OK) status = read_refusals(store, statement, arena, list, n, error);
    vvi_sqlite_done(store, statement);
    return status;
}

/* ---- writing -------------------------------------------------------------------------------------------------------- */

vv_status vvi_sqlite_refusal_put(void *state, const vv_refusal *refusal, vv_error *error)
{
    const vvi_sqlite *store = state;
    VVI_TRY(vvi_sqlite_begin(store, true, error));
    return vvi_sqlite_finish(store, vvi_sqlite_insert_refusal(store, refusal, error), error);
}

/* NaN, which is written as NULL, where a time is not known. */
static double known(double unix_time)
{
    return unix_time > 0 ? unix_time : (double)NAN;
}

static vv_status put_row(const vvi_sqlite *store, const vv_trial *trial, vv_error *error)
{
    int next = 0;
    VVI_TRY(vvi_sqlite_ask_int(store, "SELECT coalesce(max(id), -1) + 1 FROM trials", &next, error));
    if (trial->id != next)
        return vvi_fail(error, VV_TAKEN, "%s: the next trial is %d, not %d", store->path, next, trial->id);
    RUN(store, error,
        "INSERT INTO trials (id, status, score, violation, epochs, epochs_total, goal, reason, seconds, model, worker,"
        " began, ended) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        "itmmiiitdttmm", trial->id, vv_trial_status_name(trial->status),
        trial->n_scores > 0 ? trial->scores[0] : (double)NAN, trial->violation, trial->epochs, trial->epochs_total,
        trial->goal, trial->reason, trial->seconds, trial->model_json, trial->worker, known(trial->began),
        known(trial->ended));
    RUN(store, error, "UPDATE tally SET epochs = epochs + ?", "i", trial->epochs_total);
    return VV_OK;
}

static vv_status put_curve(const vvi_sqlite *store, int id, const vv_curve *curve, int position, vv_error *error)
{
    for (size_t i = 0; i < curve->n; i++)
        RUN(store, error, "INSERT INTO epochs VALUES (?, ?, ?, ?, ?, ?)", "iiiitd", id, curve->execution, (int)i,
            position, curve->metric, curve->values[i]);
    return VV_OK;
}

/* Curves of an execution are together; a metric's position is its place among them. */
static vv_status put_curves(const vvi_sqlite *store, const vv_trial *trial, vv_error *error)
{
    int position = 0;
    for (size_t i = 0; i < trial->n_curves; i++) {
        position = i > 0 && trial->curves[i].execution == trial->curves[i - 1].execution ? position + 1 : 0;
        VVI_TRY(put_curve(store, trial->id, &trial->curves[i], position, error));
    }
    return VV_OK;
}

static vv_status put_trial(const vvi_sqlite *store, const vv_trial *t, vv_error *error)
{
    VVI_TRY(put_row(store, t, error));
    for (size_t i = 1; i < t->n_scores; i++)
        RUN(store, error, "INSERT INTO scores VALUES (?, ?, ?)", "iid", t->id, (int)i, t->scores[i]);
    for (size_t i = 0; i < t->n_values; i++)
        VVI_TRY(vvi_sqlite_insert_value(store, t->id, (int)i, &t->values[i], error));
    for (size_t i = 0; i < t->n_executions; i++)
        RUN(store, error, "INSERT INTO executions VALUES (?, ?, ?, ?, ?)", "iiidd", t->id, (int)i,
            t->executions[i].best_epoch, t->executions[i].score, t->executions[i].seconds);
    for (size_t i = 0; i < t->n_attempts; i++)
        RUN(store, error, "INSERT INTO attempts VALUES (?, ?, ?, ?)", "iitd", t->id, (int)i, t->attempts[i].reason,
            t->attempts[i].seconds);
    return put_curves(store, t, error);
}

vv_status vvi_sqlite_trial_put(void *state, const vv_trial *trial, vv_error *error)
{
    const vvi_sqlite *store = state;
    VVI_TRY(vvi_sqlite_begin(store, true, error));
    return vvi_sqlite_finish(store, put_trial(store, trial, error), error);
}
