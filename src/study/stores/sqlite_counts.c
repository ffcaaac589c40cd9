/* sqlite_counts.c - what is known of a study without reading its trials. What a search asks for after every trial
 * (standing) takes no longer where there are many. */
#include "study/stores/sqlite.h"

#include <stdio.h>
#include <string.h>

bool vvi_sqlite_status(const char *text, vv_trial_status *status)
{
    for (int i = VV_TRIAL_RUNNING; text != NULL && i <= VV_TRIAL_WAITING; i++) {
        *status = (vv_trial_status)i;
        if (strcmp(vv_trial_status_name(*status), text) == 0) return true;
    }
    return false;
}

/* ---- standing --------------------------------------------------------------------------------------------------- */

static vv_status count_open(const vvi_sqlite *store, const vvi_standing_query *query, vvi_stand *standing,
                            vv_error *error)
{
    sqlite3_stmt *statement = NULL;
    bool row = false;
    vv_status status =
        vvi_sqlite_prepare(store, &statement, error,
                           "SELECT count(*) FILTER (WHERE status <> 'RUNNING' OR lease IS NOT NULL), "
                           "coalesce(sum(max(0, iif(goal > 0 AND goal < ?1, goal, ?1) * ?2 - epochs_total)), 0)"
                           " + coalesce((SELECT epochs FROM tally), 0) FROM trials WHERE " VVI_SQLITE_OPEN,
                           "ii", query->trial_epochs, query->trial_executions);
    if (status == VV_OK) status = vvi_sqlite_step(store, statement, &row, error);
    standing->open = row ? sqlite3_column_int(statement, 0) : 0;
    standing->epochs = row && query->epochs ? sqlite3_column_int64(statement, 1) : 0;
    vvi_sqlite_done(store, statement);
    return status;
}

static vv_status count_failures(const vvi_sqlite *store, int most, int *n, vv_error *error)
{
    sqlite3_stmt *statement = NULL;
    bool row = false;
    vv_status status = vvi_sqlite_prepare(
        store, &statement, error,
        "SELECT status = 'FAILED' FROM trials WHERE status NOT IN ('WAITING', 'INTERRUPTED', 'RUNNING')"
        " AND NOT (status = 'FAILED' AND reason IS '" VVI_STOPPED_ON_REQUEST "') ORDER BY id DESC",
        "");
    for (*n = 0; status == VV_OK && *n < most; ++*n) {
        status = vvi_sqlite_step(store, statement, &row, error);
        if (status != VV_OK || !row || sqlite3_column_int(statement, 0) == 0) break;
    }
    vvi_sqlite_done(store, statement);
    return status;
}

static vv_status read_standing(const vvi_sqlite *store, const vvi_standing_query *query, vvi_stand *standing,
                               vv_error *error)
{
    VVI_TRY(vvi_sqlite_ask_int(store, "SELECT coalesce(max(id), -1) + 1 FROM trials", &standing->trials, error));
    VVI_TRY(vvi_sqlite_ask_int(store, "SELECT count(*) FROM trials WHERE status = 'PAUSED'", &standing->paused, error));
    VVI_TRY(count_open(store, query, standing, error));
    return count_failures(store, query->most_failures, &standing->failures, error);
}

vv_status vvi_sqlite_standing(void *state, const vvi_standing_query *query, vvi_stand *standing, vv_error *error)
{
    const vvi_sqlite *store = state;
    *standing = (vvi_stand){ .trials = 0 };
    VVI_TRY(vvi_sqlite_begin(store, false, error));
    return vvi_sqlite_finish(store, read_standing(store, query, standing, error), error);
}

/* ---- counts ----------------------------------------------------------------------------------------------------- */

static void take_count(sqlite3_stmt *row, vv_counts *counts)
{
    const char *status = (const char *)sqlite3_column_text(row, 0);
    const int64_t n = sqlite3_column_int64(row, 1);
    const double began = sqlite3_column_double(row, 3), ended = sqlite3_column_double(row, 4);
    vv_trial_status found = VV_TRIAL_RUNNING;
    if (vvi_sqlite_status(status, &found)) counts->by_status[found] = n;
    counts->trials += n;
    counts->epochs += sqlite3_column_int64(row, 2);
    if (began > 0 && (!(counts->first_began > 0) || began < counts->first_began)) counts->first_began = began;
    if (ended > counts->last_ended) counts->last_ended = ended;
}

vv_status vvi_sqlite_counts(void *state, vv_counts *counts, vv_error *error)
{
    const vvi_sqlite *store = state;
    sqlite3_stmt *statement = NULL;
    bool row = true;
    *counts = (vv_counts){ .trials = 0 };
    vv_status status = vvi_sqlite_prepare(
        store, &statement, error,
        "SELECT status, count(*), sum(epochs_total), min(began), max(ended) FROM trials GROUP BY status", "");
    while (status == VV_OK && row) {
        status = vvi_sqlite_step(store, statement, &row, error);
        if (status == VV_OK && row) take_count(statement, counts);
    }
    vvi_sqlite_done(store, statement);
    return status;
}

/* ---- the pulse -------------------------------------------------------------------------------------------------- */

/* Of this connection: another number after any other one has committed. */
vv_status vvi_sqlite_mark(void *state, uint64_t *mark, vv_error *error)
{
    const vvi_sqlite *store = state;
    int version = 0, schema = store->version;
    if (schema < VVI_SQLITE_VERSION) /* which a writer may bring up to date */
        VVI_TRY(vvi_sqlite_ask_int(store, "PRAGMA user_version", &schema, error));
    if (schema != store->version)
        return vvi_fail(error, VV_VERSION, "%s: it was brought up to schema version %d", store->path, schema);
    VVI_TRY(vvi_sqlite_ask_int(store, "PRAGMA data_version", &version, error));
    *mark = (uint64_t)version;
    return VV_OK;
}

vv_status vvi_sqlite_running(void *state, vvi_arena *arena, const int **ids, size_t *n, vv_error *error)
{
    const vvi_sqlite *store = state;
    sqlite3_stmt *statement = NULL;
    int *list = NULL;
    bool row = true;
    *n = 0;
    vv_status status =
        vvi_sqlite_prepare(store, &statement, error,
                           "SELECT id FROM trials WHERE " VVI_SQLITE_OPEN " AND status = 'RUNNING' ORDER BY id", "");
    while (status == VV_OK && row) {
        status = vvi_sqlite_step(store, statement, &row, error);
        if (status != VV_OK || !row) break;
        if (vvi_arena_reserve(arena, &list, *n, sizeof *list))
            list[(*n)++] = sqlite3_column_int(statement, 0);
        else
            status = vvi_no_memory(error);
    }
    vvi_sqlite_done(store, statement);
    *ids = list;
    return status;
}

/* ---- refusals --------------------------------------------------------------------------------------------------- */

static void column_copy(sqlite3_stmt *row, int column, char *text, size_t size)
{
    const char *found = (const char *)sqlite3_column_text(row, column);
    snprintf(text, size, "%s", found == NULL ? "" : found);
}

vv_status vvi_sqlite_refusals(void *state, vv_refusals *refusals, vv_error *error)
{
    const vvi_sqlite *store = state;
    const size_t room = sizeof refusals->top / sizeof refusals->top[0];
    sqlite3_stmt *statement = NULL;
    bool row = false;
    *refusals = (vv_refusals){ .n = 0 };
    /* The total of all rows rides along on each: one statement is one moment. */
    vv_status status =
        vvi_sqlite_prepare(store, &statement, error,
                           "SELECT sum(n) OVER (), reason, example, n FROM refusals ORDER BY n DESC, reason "
                           "LIMIT ?",
                           "i", (int)room);
    for (size_t i = 0; status == VV_OK && i < room; i++) {
        status = vvi_sqlite_step(store, statement, &row, error);
        if (status != VV_OK || !row) break;
        refusals->n = sqlite3_column_int64(statement, 0);
        column_copy(statement, 1, refusals->top[i].reason, sizeof refusals->top[i].reason);
        column_copy(statement, 2, refusals->top[i].values, sizeof refusals->top[i].values);
        refusals->top[i].n = sqlite3_column_int64(statement, 3);
    }
    vvi_sqlite_done(store, statement);
    return status;
}
