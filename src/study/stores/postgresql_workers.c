/* postgresql_workers.c - who works at a study: heartbeats, the lock of whoever proposes, and how things stand. */
#include "study/stores/postgresql.h"

#include <stdio.h>
#include <string.h>

/* ---- heartbeats -------------------------------------------------------------------------------------------------- */

static bool is_kept(PGresult *result, int id)
{
    vvi_pg_array kept = vvi_pg_array_of(result, 0, 0);
    for (size_t i = 0; i < kept.n; i++)
        if (vvi_pg_array_int(&kept) == id) return true;
    return false;
}

vv_status vvi_pg_beat(void *state, const vvi_beat *beat, vv_error *error)
{
    vvi_pg *store = state;
    PGresult *result = NULL;
    const double now_s = vvi_clock_s();
    for (size_t i = 0; i < beat->n; i++) beat->lost[i] = false;
    if (store->beaten_s > 0 && now_s - store->beaten_s < store->lease_s / 3) return VV_OK;
    VVI_TRY(vvi_pg_ask(store, VVI_PG_BEAT, &result, error, store->study, store->worker, beat->slots, store->lease_s,
                       beat->n == 0 ? "" : (const void *)beat->ids, beat->n));
    for (size_t i = 0; i < beat->n; i++) beat->lost[i] = !is_kept(result, beat->ids[i]);
    PQclear(result);
    store->beaten_s = now_s;
    return VV_OK;
}

/* Once: whoever cannot say goodbye is missed when the lease is over. */
void vvi_pg_release(void *state)
{
    vvi_pg *store = state;
    PGresult *result = NULL;
    if (store == NULL) return;
    if (store->batch) vvi_pg_disconnect(store); /* which takes it back */
    store->batch = store->broken = false;
    /* What is said to one that has left makes the server complain in its log. */
    if (vvi_pg_connect(store, NULL) != VV_OK || vvi_pg_exec(store, "UNLISTEN *", NULL) != VV_OK) return;
    if (vvi_pg_ask_once(store, VVI_PG_WORKER_LEAVE, &result, NULL, store->study, store->worker) != VV_OK) return;
    PQclear(result);
    if (vvi_pg_ask_once(store, VVI_PG_TELL, &result, NULL, store->study, store->worker) == VV_OK) PQclear(result);
}

static bool take_worker(const PGresult *result, int row, vvi_arena *arena, vv_worker *worker)
{
    worker->name = vvi_arena_strdup(arena, vvi_pg_text(result, row, 0));
    worker->host = vvi_arena_strdup(arena, vvi_pg_text(result, row, 1));
    worker->version = vvi_arena_strdup(arena, vvi_pg_text(result, row, 2));
    worker->pid = vvi_pg_int(result, row, 3);
    worker->slots = vvi_pg_int(result, row, 4);
    worker->began = vvi_pg_double(result, row, 5);
    worker->beat_s = vvi_pg_double(result, row, 6);
    worker->live = vvi_pg_bool(result, row, 7);
    return worker->name != NULL && worker->host != NULL && worker->version != NULL;
}

vv_status vvi_pg_workers(void *state, vvi_arena *arena, vv_workers *workers, vv_error *error)
{
    vvi_pg *store = state;
    PGresult *result = NULL;
    VVI_TRY(vvi_pg_ask(store, VVI_PG_WORKERS, &result, error, store->study));
    const int n = PQntuples(result);
    vv_worker *list = vvi_arena_alloc(arena, ((size_t)n + 1) * sizeof *list);
    bool held = list != NULL;
    for (int i = 0; held && i < n; i++) held = take_worker(result, i, arena, &list[i]);
    PQclear(result);
    if (!held) return vvi_no_memory(error);
    workers->list = list;
    workers->n = (size_t)n;
    return VV_OK;
}

/* ---- proposing: a lock that ends with its connection ------------------------------------------------------------- */

vv_status vvi_pg_propose_begin(void *state, bool *mine, vv_error *error)
{
    vvi_pg *store = state;
    *mine = store->proposing;
    if (store->proposing) return VV_OK;
    PGresult *result = NULL;
    VVI_TRY(vvi_pg_ask(store, VVI_PG_LOCK_TRY, &result, error, (int)VVI_PG_LOCK, store->study));
    *mine = store->proposing = vvi_pg_bool(result, 0, 0);
    PQclear(result);
    return VV_OK;
}

/* An answer that is lost is lost with the connection, and the lock with it. */
void vvi_pg_propose_end(void *state)
{
    vvi_pg *store = state;
    PGresult *result = NULL;
    if (!store->proposing) return;
    store->proposing = false;
    if (vvi_pg_ask_once(store, VVI_PG_UNLOCK, &result, NULL, (int)VVI_PG_LOCK, store->study) == VV_OK) PQclear(result);
    vvi_pg_tell(store); /* that it is somebody else's turn */
}

/* ---- how things stand -------------------------------------------------------------------------------------------- */

vv_status vvi_pg_standing(void *state, const vvi_standing_query *query, vvi_stand *standing, vv_error *error)
{
    vvi_pg *store = state;
    PGresult *result = NULL;
    VVI_TRY(vvi_pg_ask(store, VVI_PG_STANDING, &result, error, store->study, query->most_failures, (int)query->epochs,
                       query->trial_epochs, query->trial_executions));
    *standing = (vvi_stand){ .trials = vvi_pg_int(result, 0, 0),
                             .open = (int)vvi_pg_int64(result, 0, 1),
                             .paused = (int)vvi_pg_int64(result, 0, 2),
                             .failures = (int)vvi_pg_int64(result, 0, 3),
                             .epochs = vvi_pg_int64(result, 0, 4) };
    PQclear(result);
    return VV_OK;
}

bool vvi_pg_status(const char *text, vv_trial_status *status)
{
    for (int i = VV_TRIAL_RUNNING; text != NULL && i <= VV_TRIAL_WAITING; i++) {
        *status = (vv_trial_status)i;
        if (strcmp(vv_trial_status_name(*status), text) == 0) return true;
    }
    return false;
}

static void count_row(const PGresult *result, int row, vv_counts *counts)
{
    vv_trial_status status;
    const int64_t n = vvi_pg_int64(result, row, 1);
    const double first = vvi_pg_double(result, row, 3), last = vvi_pg_double(result, row, 4);
    if (vvi_pg_status(vvi_pg_text(result, row, 0), &status)) counts->by_status[status] = n;
    counts->trials += n;
    counts->epochs += vvi_pg_int64(result, row, 2);
    /* NaN: none of them has. */
    if (first > 0 && (counts->first_began <= 0 || first < counts->first_began)) counts->first_began = first;
    if (last > counts->last_ended) counts->last_ended = last;
}

vv_status vvi_pg_counts(void *state, vv_counts *counts, vv_error *error)
{
    vvi_pg *store = state;
    PGresult *result = NULL;
    *counts = (vv_counts){ .trials = 0 };
    VVI_TRY(vvi_pg_ask(store, VVI_PG_COUNTS, &result, error, store->study));
    for (int i = 0; i < PQntuples(result); i++) count_row(result, i, counts);
    PQclear(result);
    return VV_OK;
}

static uint64_t hash_column(uint64_t hash, const PGresult *result, int column)
{
    const int64_t number = vvi_pg_int64(result, 0, column);
    return vvi_hash_bytes(hash, &number, sizeof number);
}

/* Of an earlier version: has a writer brought it up to date since? */
static vv_status check_version(vvi_pg *store, vv_error *error)
{
    int version = VVI_PG_VERSION;
    if (store->version < VVI_PG_VERSION) VVI_TRY(vvi_pg_schema_version(store, &version, error));
    if (version == VVI_PG_VERSION && store->version < version)
        return vvi_fail(error, VV_VERSION, "%s: its tables were brought up to version %d", store->shown, version);
    return VV_OK;
}

/* Earlier versions have no requests. */
vv_status vvi_pg_mark(void *state, uint64_t *mark, vv_error *error)
{
    vvi_pg *store = state;
    PGresult *result = NULL;
    *mark = VVI_HASH_START;
    VVI_TRY(check_version(store, error));
    VVI_TRY(vvi_pg_ask(store, VVI_PG_PULSE, &result, error, store->study));
    for (int i = 0; i < 3; i++) *mark = hash_column(*mark, result, i);
    *mark = hash_column(vvi_hash_number(*mark, vvi_pg_double(result, 0, 3)), result, 4);
    PQclear(result);
    if (store->version < 2) return VV_OK;
    VVI_TRY(vvi_pg_ask(store, VVI_PG_PULSE_OF_REQUESTS, &result, error, store->study));
    *mark = hash_column(hash_column(*mark, result, 0), result, 1);
    PQclear(result);
    return VV_OK;
}

vv_status vvi_pg_running(void *state, vvi_arena *arena, const int **ids, size_t *n, vv_error *error)
{
    vvi_pg *store = state;
    PGresult *result = NULL;
    *n = 0;
    VVI_TRY(vvi_pg_ask(store, VVI_PG_RUNNING, &result, error, store->study));
    const size_t rows = (size_t)PQntuples(result);
    int *list = vvi_arena_alloc(arena, (rows + 1) * sizeof *list);
    for (size_t i = 0; list != NULL && i < rows; i++) list[(*n)++] = vvi_pg_int(result, (int)i, 0);
    PQclear(result);
    *ids = list;
    return list == NULL ? vvi_no_memory(error) : VV_OK;
}

vv_status vvi_pg_refusals(void *state, vv_refusals *refusals, vv_error *error)
{
    vvi_pg *store = state;
    PGresult *result = NULL;
    const int room = sizeof refusals->top / sizeof refusals->top[0];
    *refusals = (vv_refusals){ .n = 0 };
    VVI_TRY(vvi_pg_ask(store, VVI_PG_REFUSALS, &result, error, store->study, room));
    for (int i = 0; i < PQntuples(result); i++) {
        vv_refusal *to = &refusals->top[i];
        refusals->n = vvi_pg_int64(result, i, 0);
        snprintf(to->reason, sizeof to->reason, "%s", vvi_pg_text(result, i, 1));
        snprintf(to->values, sizeof to->values, "%s", vvi_pg_text(result, i, 2));
        to->n = vvi_pg_int64(result, i, 3);
    }
    PQclear(result);
    return VV_OK;
}
