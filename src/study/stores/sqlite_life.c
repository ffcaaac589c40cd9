/* sqlite_life.c - what becomes of trials: claimed, ended, paused, woken, tried again. Each call is one transaction.
 *
 * Invariants:
 *   - A trial is claimed by one worker at a time: every change of a RUNNING one has `worker = me` in its WHERE.
 *   - A call that was made already is recognised by what it left, and changes nothing.
 *   - A claim keeps all that was reported; a retry drops it; waking drops executions and scores, which the next end or
 *     pause gives anew.
 */
#include "study/stores/sqlite.h"

#include <math.h>

#define RUN VVI_SQLITE_RUN

/* ---- why not --------------------------------------------------------------------------------------------------- */

/* A trial as it is, when it is not as it should be. */
static vv_status refuse(const vvi_sqlite *store, int id, sqlite3_stmt *row, vv_error *error)
{
    const char *status = (const char *)sqlite3_column_text(row, 0), *worker = (const char *)sqlite3_column_text(row, 1);
    const bool running = sqlite3_column_int(row, 2) != 0;
    if (running && worker == NULL) return vvi_fail(error, VV_TAKEN, "%s: trial %d is held by hand", store->path, id);
    if (running) return vvi_fail(error, VV_TAKEN, "%s: trial %d is run by %s now", store->path, id, worker);
    return vvi_fail(error, VV_TAKEN, "%s: trial %d is %s", store->path, id, status == NULL ? "?" : status);
}

vv_status vvi_sqlite_check_mine(const vvi_sqlite *store, int id, vv_error *error)
{
    sqlite3_stmt *statement = NULL;
    bool row = false;
    vv_status status = vvi_sqlite_prepare(
        store, &statement, error,
        "SELECT status, worker, status = 'RUNNING', status = 'RUNNING' AND worker IS ?2 FROM trials WHERE id = ?1",
        "it", id, store->worker);
    if (status == VV_OK) status = vvi_sqlite_step(store, statement, &row, error);
    if (status == VV_OK && !row) status = vvi_fail(error, VV_NOT_FOUND, "%s: there is no trial %d", store->path, id);
    if (status == VV_OK && sqlite3_column_int(statement, 3) == 0) status = refuse(store, id, statement, error);
    vvi_sqlite_done(store, statement);
    return status;
}

/* Does the prepared question have a row? Then the call was made already. */
static vv_status is_done(const vvi_sqlite *store, vv_status prepared, sqlite3_stmt *statement, bool *done,
                         vv_error *error)
{
    if (prepared == VV_OK) prepared = vvi_sqlite_step(store, statement, done, error);
    vvi_sqlite_done(store, statement);
    return prepared;
}

/* ---- claim ------------------------------------------------------------------------------------------------------ */

static vv_status claim(const vvi_sqlite *store, int *id, vv_error *error)
{
    sqlite3_stmt *statement = NULL;
    bool row = false;
    vv_status status = vvi_sqlite_prepare(
        store, &statement, error,
        "UPDATE trials SET status = 'RUNNING', worker = ?1, lease = " VVI_SQLITE_NOW " + ?2, reason = NULL,"
        "  began = coalesce(began, " VVI_SQLITE_NOW ")"
        " WHERE id = (SELECT id FROM trials WHERE " VVI_SQLITE_OPEN
        "   AND (status <> 'RUNNING' OR (lease < " VVI_SQLITE_NOW " AND worker <> ?1)) ORDER BY id LIMIT 1)"
        " RETURNING id",
        "td", store->worker, store->lease_s);
    if (status == VV_OK) status = vvi_sqlite_step(store, statement, &row, error);
    *id = status == VV_OK && row ? sqlite3_column_int(statement, 0) : -1;
    return vvi_sqlite_run(store, status, statement, error);
}

vv_status vvi_sqlite_trial_claim(void *state, int *id, vv_error *error)
{
    const vvi_sqlite *store = state;
    VVI_TRY(vvi_sqlite_begin(store, true, error));
    return vvi_sqlite_finish(store, claim(store, id, error), error);
}

static vv_status take(const vvi_sqlite *store, int id, vv_error *error)
{
    RUN(store, error,
        "UPDATE trials SET status = 'RUNNING', worker = ?2, lease = " VVI_SQLITE_NOW " + ?3, reason = NULL,"
        "  began = coalesce(began, " VVI_SQLITE_NOW ") WHERE id = ?1 AND " VVI_SQLITE_OPEN
        "  AND (status <> 'RUNNING' OR (lease < " VVI_SQLITE_NOW " AND worker <> ?2))",
        "itd", id, store->worker, store->lease_s);
    return sqlite3_changes(store->db) > 0 ? VV_OK : vvi_sqlite_check_mine(store, id, error);
}

vv_status vvi_sqlite_trial_take(void *state, int id, vv_error *error)
{
    const vvi_sqlite *store = state;
    VVI_TRY(vvi_sqlite_begin(store, true, error));
    return vvi_sqlite_finish(store, take(store, id, error), error);
}

static vv_status take_in_hand(const vvi_sqlite *store, int id, vv_error *error)
{
    RUN(store, error,
        "UPDATE trials SET worker = ?2, lease = " VVI_SQLITE_NOW
        " + ?3 WHERE id = ?1 AND status = 'RUNNING' AND lease IS NULL",
        "itd", id, store->worker, store->lease_s);
    return sqlite3_changes(store->db) > 0 ? VV_OK : vvi_sqlite_check_mine(store, id, error);
}

vv_status vvi_sqlite_trial_take_in_hand(void *state, int id, vv_error *error)
{
    const vvi_sqlite *store = state;
    VVI_TRY(vvi_sqlite_begin(store, true, error));
    return vvi_sqlite_finish(store, take_in_hand(store, id, error), error);
}

static vv_status put_back(const vvi_sqlite *store, int id, vv_error *error)
{
    RUN(store, error,
        "UPDATE trials SET worker = NULL, lease = NULL"
        " WHERE id = ?1 AND status = 'RUNNING' AND (worker = ?2 OR worker IS NULL)",
        "it", id, store->worker);
    return sqlite3_changes(store->db) > 0 ? VV_OK : vvi_sqlite_check_mine(store, id, error);
}

vv_status vvi_sqlite_trial_put_back(void *state, int id, vv_error *error)
{
    const vvi_sqlite *store = state;
    VVI_TRY(vvi_sqlite_begin(store, true, error));
    return vvi_sqlite_finish(store, put_back(store, id, error), error);
}

/* ---- end, pause ------------------------------------------------------------------------------------------------- */

static double first_score(const vv_trial_result *result)
{
    return result->n_scores > 0 ? result->scores[0] : (double)NAN;
}

/* It did not change: was it ended like this before, or what is wrong with it? */
static vv_status check_ended(const vvi_sqlite *store, int id, const vv_trial_result *result, vv_error *error)
{
    sqlite3_stmt *statement = NULL;
    bool done = false;
    const vv_status status = vvi_sqlite_prepare(
        store, &statement, error,
        "SELECT 1 FROM trials WHERE id = ?1 AND status = ?2 AND coalesce(?3, score) IS score AND reason IS ?4"
        " AND (worker IS ?5 OR status = 'PRUNED')",
        "itmtt", id, vv_trial_status_name(result->status), first_score(result), result->reason, store->worker);
    VVI_TRY(is_done(store, status, statement, &done, error));
    if (done) return VV_OK;
    VVI_TRY(vvi_sqlite_check_mine(store, id, error));
    return vvi_fail(error, VV_BAD_ARG, "%s: trial %d has no epoch, and cannot be PAUSED", store->path, id);
}

/* What ends a RUNNING trial; a PAUSED one can only be PRUNED, and keeps what it has. */
static vv_status end_trial(const vvi_sqlite *store, int id, const vv_trial_result *result, vv_error *error)
{
    const double violation = result->violation.set ? result->violation.value : (double)NAN;
    RUN(store, error,
        "UPDATE trials SET status = ?2, score = coalesce(?3, score), violation = coalesce(?4, violation), reason = ?5,"
        " seconds = seconds + ?6, lease = NULL,"
        " ended = iif(?2 IN ('COMPLETED', 'FAILED', 'PRUNED'), " VVI_SQLITE_NOW ", NULL)"
        " WHERE id = ?1 AND (status = 'RUNNING' AND worker = ?7 AND (epochs > 0 OR ?2 <> 'PAUSED')"
        "                    OR status = 'PAUSED' AND ?2 = 'PRUNED')",
        "itmmtdt", id, vv_trial_status_name(result->status), first_score(result), violation, result->reason,
        result->seconds, store->worker);
    if (sqlite3_changes(store->db) == 0) return check_ended(store, id, result, error);
    for (size_t i = 1; i < result->n_scores; i++)
        RUN(store, error, "INSERT OR REPLACE INTO scores VALUES (?, ?, ?)", "iid", id, (int)i, result->scores[i]);
    return VV_OK;
}

vv_status vvi_sqlite_trial_end(void *state, int id, const vv_trial_result *result, vv_error *error)
{
    const vvi_sqlite *store = state;
    VVI_TRY(vvi_sqlite_begin(store, true, error));
    return vvi_sqlite_finish(store, end_trial(store, id, result, error), error);
}

/* ---- going on, trying again ---------------------------------------------------------------------------------------- */

static vv_status check_woken(const vvi_sqlite *store, int id, int goal, vv_error *error)
{
    sqlite3_stmt *statement = NULL;
    bool done = false;
    const vv_status status = vvi_sqlite_prepare(
        store, &statement, error,
        "SELECT 1 FROM trials WHERE id = ? AND status = 'WAITING' AND epochs > 0 AND goal = ?", "ii", id, goal);
    VVI_TRY(is_done(store, status, statement, &done, error));
    if (done) return VV_OK;
    VVI_TRY(vvi_sqlite_check_mine(store, id, error));
    return vvi_fail(error, VV_TAKEN, "%s: trial %d is RUNNING, must be PAUSED", store->path, id);
}

static vv_status wake(const vvi_sqlite *store, int id, int goal, vv_error *error)
{
    RUN(store, error,
        "UPDATE trials SET status = 'WAITING', score = NULL, violation = NULL, reason = NULL, goal = ?2"
        " WHERE id = ?1 AND status = 'PAUSED'",
        "ii", id, goal);
    if (sqlite3_changes(store->db) == 0) return check_woken(store, id, goal, error);
    RUN(store, error, "DELETE FROM executions WHERE trial = ?", "i", id);
    RUN(store, error, "DELETE FROM scores WHERE trial = ?", "i", id);
    return VV_OK;
}

vv_status vvi_sqlite_trial_wake(void *state, int id, int goal, vv_error *error)
{
    const vvi_sqlite *store = state;
    VVI_TRY(vvi_sqlite_begin(store, true, error));
    return vvi_sqlite_finish(store, wake(store, id, goal, error), error);
}

static vv_status check_retried(const vvi_sqlite *store, int id, const char *reason, vv_error *error)
{
    sqlite3_stmt *statement = NULL;
    bool done = false;
    const vv_status status = vvi_sqlite_prepare(
        store, &statement, error,
        "SELECT 1 FROM trials JOIN attempts ON trial = id WHERE id = ?1 AND status = 'WAITING' AND worker = ?2"
        " AND attempts.reason IS ?3 ORDER BY attempt DESC LIMIT 1",
        "itt", id, store->worker, reason);
    VVI_TRY(is_done(store, status, statement, &done, error));
    return done ? VV_OK : vvi_sqlite_check_mine(store, id, error);
}

static vv_status retry(const vvi_sqlite *store, int id, const char *reason, double seconds, vv_error *error)
{
    RUN(store, error,
        "UPDATE trials SET status = 'WAITING', epochs = 0, epochs_total = 0, lease = NULL, seconds = seconds + ?3"
        " WHERE id = ?1 AND status = 'RUNNING' AND worker = ?2",
        "itd", id, store->worker, seconds);
    if (sqlite3_changes(store->db) == 0) return check_retried(store, id, reason, error);
    RUN(store, error,
        "INSERT INTO attempts SELECT ?1, coalesce(max(attempt), -1) + 1, ?2, ?3 FROM attempts WHERE trial = ?1", "itd",
        id, reason, seconds);
    RUN(store, error, "DELETE FROM epochs WHERE trial = ?", "i", id);
    RUN(store, error, "DELETE FROM executions WHERE trial = ?", "i", id);
    return VV_OK;
}

vv_status vvi_sqlite_trial_retry(void *state, int id, const char *reason, double seconds, vv_error *error)
{
    const vvi_sqlite *store = state;
    VVI_TRY(vvi_sqlite_begin(store, true, error));
    return vvi_sqlite_finish(store, retry(store, id, reason, seconds, error), error);
}
