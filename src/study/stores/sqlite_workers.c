/* sqlite_workers.c - the workers of a study in SQLite. One process writes to it at a time, so that leases say to readers
 * alone whether it lives; a trial that a worker left RUNNING is free as soon as the next one opens the study.
 *
 * A worker is written down at its first heartbeat: who opens a study to say one thing leaves no trace of itself.
 */
#include "study/stores/sqlite.h"

#include <string.h>
#include <unistd.h>
#include <varve/varve.h>

#define RUN VVI_SQLITE_RUN

/* ---- leases ------------------------------------------------------------------------------------------------------ */

vv_status vvi_sqlite_take_over(const vvi_sqlite *store, vv_error *error)
{
    RUN(store, error,
        "UPDATE trials SET status = 'INTERRUPTED', reason = 'its worker died', lease = NULL"
        " WHERE " VVI_SQLITE_OPEN " AND status = 'RUNNING' AND lease IS NOT NULL AND worker <> ?",
        "t", store->worker);
    return VV_OK;
}

static vv_status release(const vvi_sqlite *store, vv_error *error)
{
    RUN(store, error,
        "UPDATE trials SET status = 'INTERRUPTED', reason = 'its worker ended', lease = NULL"
        " WHERE " VVI_SQLITE_OPEN " AND status = 'RUNNING' AND lease IS NOT NULL AND worker = ?",
        "t", store->worker);
    RUN(store, error, "UPDATE workers SET lease = beat WHERE name = ?", "t", store->worker);
    return VV_OK;
}

/* Where it cannot be written, the next worker takes over. */
void vvi_sqlite_release(void *state)
{
    vvi_sqlite *store = state;
    if (store == NULL) return;
    if (!sqlite3_get_autocommit(store->db)) sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    store->batch = false;
    if (vvi_sqlite_begin(store, true, NULL) != VV_OK) return;
    const vv_status released = vvi_sqlite_finish(store, release(store, NULL), NULL);
    (void)released;
}

/* ---- heartbeats ----------------------------------------------------------------------------------------------------- */

static vv_status write_worker(const vvi_sqlite *store, int slots, vv_error *error)
{
    char host[256] = "";
    if (gethostname(host, sizeof host - 1) != 0) host[0] = '\0';
    RUN(store, error,
        "INSERT INTO workers SELECT ?1, ?2, ?3, ?4, ?5, now, now, now + ?6 FROM (SELECT " VVI_SQLITE_NOW " AS now)"
        " WHERE true ON CONFLICT (name) DO UPDATE SET slots = excluded.slots, beat = excluded.beat,"
        " lease = excluded.lease",
        "ttitid", store->worker, host, (int)getpid(), vv_version(), slots, store->lease_s);
    return VV_OK;
}

static vv_status renew(const vvi_sqlite *store, const vvi_beat *beat, vv_error *error)
{
    VVI_TRY(write_worker(store, beat->slots, error));
    for (size_t i = 0; i < beat->n; i++) {
        RUN(store, error,
            "UPDATE trials SET lease = " VVI_SQLITE_NOW " + ?3 WHERE id = ?1 AND status = 'RUNNING' AND worker = ?2",
            "itd", beat->ids[i], store->worker, store->lease_s);
        beat->lost[i] = sqlite3_changes(store->db) == 0;
    }
    return VV_OK;
}

vv_status vvi_sqlite_beat(void *state, const vvi_beat *beat, vv_error *error)
{
    vvi_sqlite *store = state;
    const double now_s = vvi_clock_s();
    for (size_t i = 0; i < beat->n; i++) beat->lost[i] = false;
    if (store->beaten_s > 0 && now_s - store->beaten_s < store->lease_s / 3) return VV_OK;
    VVI_TRY(vvi_sqlite_begin(store, true, error));
    const vv_status status = vvi_sqlite_finish(store, renew(store, beat, error), error);
    if (status == VV_OK) store->beaten_s = now_s;
    return status;
}

/* ---- reading -------------------------------------------------------------------------------------------------------- */

static vv_status take_worker(sqlite3_stmt *row, vvi_arena *arena, vv_worker *worker, vv_error *error)
{
    *worker = (vv_worker){ .pid = sqlite3_column_int(row, 3),
                           .slots = sqlite3_column_int(row, 4),
                           .began = sqlite3_column_double(row, 5),
                           .beat_s = sqlite3_column_double(row, 6),
                           .live = sqlite3_column_int(row, 7) != 0 };
    VVI_TRY(vvi_sqlite_text(row, 0, arena, &worker->name, error));
    VVI_TRY(vvi_sqlite_text(row, 1, arena, &worker->host, error));
    return vvi_sqlite_text(row, 2, arena, &worker->version, error);
}

static vv_status read_workers(const vvi_sqlite *store, sqlite3_stmt *statement, vvi_arena *arena, vv_workers *workers,
                              vv_error *error)
{
    vv_worker *list = NULL;
    bool row = false;
    for (workers->n = 0;; workers->n++) {
        VVI_TRY(vvi_sqlite_step(store, statement, &row, error));
        if (!row) return VV_OK;
        if (!vvi_arena_reserve(arena, &list, workers->n, sizeof *list)) return vvi_no_memory(error);
        workers->list = list;
        VVI_TRY(take_worker(statement, arena, &list[workers->n], error));
    }
}

vv_status vvi_sqlite_workers(void *state, vvi_arena *arena, vv_workers *workers, vv_error *error)
{
    const vvi_sqlite *store = state;
    sqlite3_stmt *statement = NULL;
    vv_status status = vvi_sqlite_prepare(store, &statement, error,
                                          "SELECT name, host, version, pid, slots, began, " VVI_SQLITE_NOW
                                          " - beat, lease > " VVI_SQLITE_NOW " FROM workers ORDER BY beat DESC, name",
                                          "");
    if (status == VV_OK) status = read_workers(store, statement, arena, workers, error);
    vvi_sqlite_done(store, statement);
    return status;
}
