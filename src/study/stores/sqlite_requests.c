/* sqlite_requests.c - requests to whoever works at a study in SQLite: the one thing that processes without the lock on its
 * folder write (sqlite.c). Posting waits for a writer's transaction as a writer waits for it: for the busy timeout. */
#include "study/stores/sqlite.h"

#define RUN VVI_SQLITE_RUN

/* ---- posting ------------------------------------------------------------------------------------------------------- */

static vv_status check_trial(const vvi_sqlite *store, int id, vv_error *error)
{
    sqlite3_stmt *statement = NULL;
    bool row = false;
    vv_status status = vvi_sqlite_prepare(store, &statement, error, "SELECT 1 FROM trials WHERE id = ?", "i", id);
    if (status == VV_OK) status = vvi_sqlite_step(store, statement, &row, error);
    vvi_sqlite_done(store, statement);
    if (status != VV_OK || row) return status;
    return vvi_fail(error, VV_NOT_FOUND, "%s: there is no trial %d", store->path, id);
}

static vv_status insert(const vvi_sqlite *store, const vv_request *request, int64_t *id, vv_error *error)
{
    const bool about_trial = request->kind == VV_REQUEST_STOP_TRIAL, gives = request->kind == VV_REQUEST_ENQUEUE;
    if (about_trial) VVI_TRY(check_trial(store, request->trial, error));
    RUN(store, error,
        "INSERT INTO requests (id, kind, trial, vals, made)"
        " SELECT coalesce(max(id), -1) + 1, ?1, iif(?2, ?3, NULL), ?4, " VVI_SQLITE_NOW " FROM requests",
        "tiit", vv_request_kind_name(request->kind), (int)about_trial, request->trial, gives ? request->values : NULL);
    *id = sqlite3_last_insert_rowid(store->db);
    return VV_OK;
}

vv_status vvi_sqlite_request_post(void *state, const vv_request *request, int64_t *id, vv_error *error)
{
    const vvi_sqlite *store = state;
    VVI_TRY(vvi_sqlite_begin(store, true, error));
    return vvi_sqlite_finish(store, insert(store, request, id, error), error);
}

/* ---- answering ----------------------------------------------------------------------------------------------------- */

static vv_status answer_one(const vvi_sqlite *store, int64_t id, const char *answer, vv_error *error)
{
    RUN(store, error, "UPDATE requests SET answer = ?2, answered = " VVI_SQLITE_NOW " WHERE id = ?1 AND answer IS NULL",
        "lt", id, answer);
    return VV_OK;
}

vv_status vvi_sqlite_request_answer(void *state, int64_t id, const char *answer, vv_error *error)
{
    const vvi_sqlite *store = state;
    VVI_TRY(vvi_sqlite_begin(store, true, error));
    return vvi_sqlite_finish(store, answer_one(store, id, answer, error), error);
}

/* ---- reading ------------------------------------------------------------------------------------------------------- */

/* The number changes when another connection has committed something: others write nothing but requests. */
vv_status vvi_sqlite_request_news(void *state, bool *news, vv_error *error)
{
    vvi_sqlite *store = state;
    int now = 0;
    VVI_TRY(vvi_sqlite_ask_int(store, "PRAGMA data_version", &now, error));
    *news = now + 1 != store->seen;
    store->seen = now + 1;
    return VV_OK;
}

static vv_status take_request(const vvi_sqlite *store, sqlite3_stmt *row, vvi_arena *arena, vv_request *request,
                              vv_error *error)
{
    const char *kind = (const char *)sqlite3_column_text(row, 1);
    *request = (vv_request){ .id = sqlite3_column_int64(row, 0),
                             .trial = sqlite3_column_int(row, 2),
                             .made = sqlite3_column_double(row, 4),
                             .done = sqlite3_column_type(row, 5) != SQLITE_NULL };
    if (!vvi_request_kind_of(kind, &request->kind))
        return vvi_fail(error, VV_DATABASE, "%s: request %lld is of no kind that there is", store->path,
                        (long long)request->id);
    VVI_TRY(vvi_sqlite_text(row, 3, arena, &request->values, error));
    return vvi_sqlite_text(row, 5, arena, &request->answer, error);
}

static vv_status read_requests(const vvi_sqlite *store, sqlite3_stmt *statement, vvi_arena *arena,
                               vv_requests *requests, vv_error *error)
{
    vv_request *list = NULL;
    bool row = false;
    for (requests->n = 0;; requests->n++) {
        VVI_TRY(vvi_sqlite_step(store, statement, &row, error));
        if (!row) return VV_OK;
        if (!vvi_arena_reserve(arena, &list, requests->n, sizeof *list)) return vvi_no_memory(error);
        requests->list = list;
        VVI_TRY(take_request(store, statement, arena, &list[requests->n], error));
    }
}

vv_status vvi_sqlite_requests(void *state, const vvi_request_query *query, vvi_arena *arena, vv_requests *requests,
                              vv_error *error)
{
    const vvi_sqlite *store = state;
    sqlite3_stmt *statement = NULL;
    vv_status status = vvi_sqlite_prepare(store, &statement, error,
                                          "SELECT id, kind, trial, iif(?2, NULL, vals), made, answer FROM requests"
                                          " WHERE id >= ?1 AND (answer IS NULL OR NOT ?2) ORDER BY id",
                                          "li", query->from, (int)query->open);
    if (status == VV_OK) status = read_requests(store, statement, arena, requests, error);
    vvi_sqlite_done(store, statement);
    return status;
}

vv_status vvi_sqlite_request_bounds(void *state, vvi_request_bounds *bounds, vv_error *error)
{
    const vvi_sqlite *store = state;
    sqlite3_stmt *statement = NULL;
    bool row = false;
    vv_status status = vvi_sqlite_prepare(store, &statement, error,
                                          "SELECT coalesce(max(id), -1) + 1,"
                                          " (SELECT min(id) FROM requests WHERE answer IS NULL) FROM requests",
                                          "");
    if (status == VV_OK) status = vvi_sqlite_step(store, statement, &row, error);
    if (status == VV_OK) {
        bounds->next = sqlite3_column_int64(statement, 0);
        const bool any = sqlite3_column_type(statement, 1) != SQLITE_NULL;
        bounds->open = any ? sqlite3_column_int64(statement, 1) : bounds->next;
    }
    vvi_sqlite_done(store, statement);
    return status;
}
