/* sqlite_read.c - reading a study out of SQLite. Each public call is one read transaction, so that what it gives is one
 * moment of the study however long it takes and whoever writes meanwhile. */
#include "study/stores/sqlite_read.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- trials ----------------------------------------------------------------------------------------------------- */

#define TRIAL_COLUMNS                                                                                                  \
    "SELECT id, status, score, reason, seconds, model, violation, epochs, epochs_total, goal, began, ended, worker,"   \
    "  status = 'RUNNING' AND coalesce(lease < " VVI_SQLITE_NOW ", false) FROM trials "

static vv_status take_trial(const vvi_sqlite_reading *r, sqlite3_stmt *row, vv_trial *trial)
{
    *trial = (vv_trial){ .id = sqlite3_column_int(row, 0), .rank = -1 };
    if (!vvi_sqlite_status((const char *)sqlite3_column_text(row, 1), &trial->status))
        return vvi_sqlite_damaged(r, trial->id, "the status");
    trial->score = vvi_sqlite_number(row, 2);
    trial->seconds = vvi_sqlite_number(row, 4);
    trial->violation = vvi_sqlite_number(row, 6);
    trial->epochs = sqlite3_column_int(row, 7);
    trial->epochs_total = sqlite3_column_int(row, 8);
    trial->goal = sqlite3_column_int(row, 9);
    trial->began = sqlite3_column_double(row, 10);
    trial->ended = sqlite3_column_double(row, 11);
    trial->lapsed = sqlite3_column_int(row, 13) != 0;
    VVI_TRY(vvi_sqlite_text(row, 12, r->arena, &trial->worker, r->error));
    VVI_TRY(vvi_sqlite_text(row, 3, r->arena, &trial->reason, r->error));
    return vvi_sqlite_text(row, 5, r->arena, &trial->model_json, r->error);
}

/* The rows of table `trials` that a query gives, at most `room`, without what hangs on them. */
static vv_status take_rows(const vvi_sqlite_reading *r, vv_status prepared, sqlite3_stmt *statement, vv_trial *list,
                           size_t room, size_t *n)
{
    bool row = false;
    for (*n = 0; prepared == VV_OK && *n < room; ++*n) {
        prepared = vvi_sqlite_step(r->store, statement, &row, r->error);
        if (prepared != VV_OK || !row) break;
        prepared = take_trial(r, statement, &list[*n]);
    }
    vvi_sqlite_done(r->store, statement);
    return prepared;
}

static vv_status read_rows(const vvi_sqlite_reading *r, const char *sql, vv_trial *list, size_t room, size_t *n)
{
    sqlite3_stmt *statement = NULL;
    const vv_status status = vvi_sqlite_prepare(r->store, &statement, r->error, sql, "");
    return take_rows(r, status, statement, list, room, n);
}

static vv_status read_row(const vvi_sqlite_reading *r, int id, vv_trial *trial, size_t *n)
{
    sqlite3_stmt *statement = NULL;
    const vv_status status = vvi_sqlite_prepare(r->store, &statement, r->error, TRIAL_COLUMNS "WHERE id = ?", "i", id);
    return take_rows(r, status, statement, trial, 1, n);
}

static vv_status read_from(const vvi_sqlite_reading *r, int from, vv_trial *list, size_t room, size_t *n)
{
    sqlite3_stmt *statement = NULL;
    const vv_status status =
        vvi_sqlite_prepare(r->store, &statement, r->error, TRIAL_COLUMNS "WHERE id >= ? ORDER BY id", "i", from);
    return take_rows(r, status, statement, list, room, n);
}

/* ---- best first ------------------------------------------------------------------------------------------------- */

static void take_key(sqlite3_stmt *row, vvi_order_key *key)
{
    vv_trial_status status = VV_TRIAL_RUNNING;
    *key = (vvi_order_key){ .id = sqlite3_column_int(row, 0), .violation = vvi_sqlite_number(row, 2) };
    key->completed =
        vvi_sqlite_status((const char *)sqlite3_column_text(row, 1), &status) && status == VV_TRIAL_COMPLETED;
    for (size_t i = 0; i < VV_MAX_OBJECTIVES; i++) key->scores[i] = (double)NAN;
    key->scores[0] = vvi_sqlite_number(row, 3);
}

/* The keys of all trials, by id: each row is a trial with one of its further scores, or with none. */
static vv_status read_keys(const vvi_sqlite_reading *r, vvi_order_key *keys, size_t room, size_t *n)
{
    sqlite3_stmt *statement = NULL;
    bool row = false;
    vv_status status = vvi_sqlite_prepare(r->store, &statement, r->error,
                                          "SELECT id, status, violation, score, objective, value FROM trials"
                                          " LEFT JOIN scores ON trial = id ORDER BY id",
                                          "");
    *n = 0;
    while (status == VV_OK) {
        status = vvi_sqlite_step(r->store, statement, &row, r->error);
        if (status != VV_OK || !row) break;
        const int id = sqlite3_column_int(statement, 0), objective = sqlite3_column_int(statement, 4);
        if (*n == 0 || keys[*n - 1].id != id) {
            if (*n == room) break;
            take_key(statement, &keys[(*n)++]);
        }
        if (objective > 0 && objective < VV_MAX_OBJECTIVES)
            keys[*n - 1].scores[objective] = vvi_sqlite_number(statement, 5);
    }
    vvi_sqlite_done(r->store, statement);
    return status;
}

static vv_status read_in_order(const vvi_sqlite_reading *r, const vvi_order_key *keys, vv_trial *list, size_t room,
                               size_t *n)
{
    for (*n = 0; *n < room; ++*n) {
        size_t found = 0;
        VVI_TRY(read_row(r, keys[*n].id, &list[*n], &found));
        if (found == 0) return vvi_sqlite_damaged(r, keys[*n].id, "the row");
        list[*n].rank = keys[*n].rank;
    }
    return VV_OK;
}

static vv_status read_front(const vvi_sqlite_reading *r, const vv_objectives *objectives, size_t total, vv_trial *list,
                            size_t room, size_t *n)
{
    size_t n_keys = 0;
    vvi_order_key *keys = vvi_calloc(total, sizeof *keys);
    if (keys == NULL) return vvi_no_memory(r->error);
    vv_status status = read_keys(r, keys, total, &n_keys);
    if (status == VV_OK) status = vvi_study_order(keys, n_keys, objectives, r->error);
    if (status == VV_OK) status = read_in_order(r, keys, list, room < n_keys ? room : n_keys, n);
    vvi_free(keys);
    return status;
}

/* Of one objective the best are found by an index. */
typedef struct best_queries {
    const char *kept, *exceeded; /* of the COMPLETED ones */
} best_queries;
#define KEPT     TRIAL_COLUMNS "WHERE status = 'COMPLETED' AND coalesce(violation, 0) = 0 ORDER BY "
#define EXCEEDED TRIAL_COLUMNS "WHERE status = 'COMPLETED' AND coalesce(violation, 0) <> 0 ORDER BY violation, "
static const best_queries smallest = { KEPT "score, id", EXCEEDED "score, id" },
                          largest = { KEPT "score DESC, id", EXCEEDED "score DESC, id" };

/* A rank is how many better scores there are. */
static void rank_of_one(vv_trial *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        list[i].rank =
            i == 0 ? 0 : list[i - 1].rank + (list[i].score < list[i - 1].score || list[i].score > list[i - 1].score);
}

static vv_status read_best_of_one(const vvi_sqlite_reading *r, bool maximize, vv_trial *list, size_t room, size_t *n)
{
    const best_queries *queries = maximize ? &largest : &smallest;
    const char *const sql[] = { queries->kept, queries->exceeded,
                                TRIAL_COLUMNS "WHERE status <> 'COMPLETED' ORDER BY id" };
    *n = 0;
    for (size_t i = 0; i < sizeof sql / sizeof *sql; i++) {
        size_t found = 0;
        VVI_TRY(read_rows(r, sql[i], list + *n, room - *n, &found));
        if (i == 0) rank_of_one(list, found);
        *n += found;
    }
    return VV_OK;
}

static vv_status read_best(const vvi_sqlite_reading *r, const vvi_trial_query *query, size_t total, vv_trial *list,
                           size_t room, size_t *n)
{
    const vv_objectives *objectives = &query->objectives;
    if (objectives->n == 1) return read_best_of_one(r, objectives->list[0].maximize, list, room, n);
    return read_front(r, objectives, total, list, room, n);
}

/* ---- by id ------------------------------------------------------------------------------------------------------ */

static int compare_ids(const void *a, const void *b)
{
    const int x = *(const int *)a, y = *(const int *)b;
    return (x > y) - (x < y);
}

/* Those of args->also that come before args->from; one that is not there, or there twice, is passed over. */
static vv_status read_also(const vvi_sqlite_reading *r, const vv_trials_args *args, vv_trial *list, size_t room,
                           size_t *n)
{
    int *ids = vvi_arena_alloc(r->arena, (args->n_also + 1) * sizeof *ids);
    if (ids == NULL) return vvi_no_memory(r->error);
    if (args->n_also > 0) memcpy(ids, args->also, args->n_also * sizeof *ids);
    if (args->n_also > 1) qsort(ids, args->n_also, sizeof *ids, compare_ids);
    *n = 0;
    for (size_t i = 0; i < args->n_also && *n < room; i++) {
        size_t found = 0;
        if (ids[i] >= args->from || (i > 0 && ids[i] == ids[i - 1])) continue;
        VVI_TRY(read_row(r, ids[i], &list[*n], &found));
        *n += found;
    }
    return VV_OK;
}

static vv_status read_by_id(const vvi_sqlite_reading *r, const vv_trials_args *args, vv_trial *list, size_t room,
                            size_t *n)
{
    size_t rest = 0;
    VVI_TRY(read_also(r, args, list, room, n));
    VVI_TRY(read_from(r, args->from, list + *n, room - *n, &rest));
    *n += rest;
    return VV_OK;
}

/* ---- the whole -------------------------------------------------------------------------------------------------- */

/* How many trials a query can give at most. */
static size_t room_for(const vv_trials_args *args, size_t total)
{
    const size_t from = args->best_first || args->from < 0 ? 0 : (size_t)args->from,
                 also = args->best_first ? 0 : args->n_also, most = (from < total ? total - from : 0) + also;
    const size_t limit = args->only ? 1 : (size_t)args->limit;
    return limit > 0 && most > limit ? limit : most;
}

static vv_status read_trials(const vvi_sqlite_reading *r, const vvi_trial_query *query, const vv_trial **result,
                             size_t *n)
{
    int total = 0;
    *n = 0;
    *result = NULL;
    VVI_TRY(vvi_sqlite_ask_int(r->store, "SELECT coalesce(max(id), -1) + 1 FROM trials", &total, r->error));
    const size_t room = room_for(&query->args, (size_t)total);
    if (total <= 0 || room == 0) return VV_OK;
    vv_trial *list = vvi_arena_alloc(r->arena, room * sizeof *list);
    if (list == NULL) return vvi_no_memory(r->error);
    if (query->args.only)
        VVI_TRY(read_row(r, query->args.id, list, n));
    else if (query->args.best_first)
        VVI_TRY(read_best(r, query, (size_t)total, list, room, n));
    else
        VVI_TRY(read_by_id(r, &query->args, list, room, n));
    for (size_t i = 0; i < *n; i++) VVI_TRY(vvi_sqlite_details(r, query->args.curves, &list[i]));
    *result = list;
    return VV_OK;
}

vv_status vvi_sqlite_trials(void *state, const vvi_trial_query *query, vvi_arena *arena, const vv_trial **list,
                            size_t *n, vv_error *error)
{
    vvi_sqlite_domains domains = { .n = 0 };
    const vvi_sqlite_reading r = { .store = state, .arena = arena, .error = error, .domains = &domains };
    VVI_TRY(vvi_sqlite_begin(r.store, false, error));
    return vvi_sqlite_finish(r.store, read_trials(&r, query, list, n), error);
}
