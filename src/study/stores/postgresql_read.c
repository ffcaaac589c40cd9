/* postgresql_read.c - reading trials out of PostgreSQL: a few queries of thousands of rows each, in one transaction that sees
 * one moment. When the connection is lost on the way, all of it is read again. */
#include "study/stores/postgresql.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 4000, CHUNK_WITH_CURVES = 100 };

/* ---- chunks ------------------------------------------------------------------------------------------------------ */

static size_t chunk_size(const vvi_pg_reading *r)
{
    return r->query->args.curves ? CHUNK_WITH_CURVES : CHUNK;
}

static vv_status add_curves(vvi_pg_reading *r, size_t from)
{
    vv_trial *trials[CHUNK_WITH_CURVES];
    if (!r->query->args.curves) return VV_OK;
    for (size_t i = from; i < r->n; i++) trials[i - from] = &r->list[i];
    return vvi_pg_curves(r->store, r->arena, trials, r->n - from, r->error);
}

/* The rows of a result, as long as there is room; the result is freed. */
static vv_status take_rows(vvi_pg_reading *r, PGresult *result)
{
    vv_status status = VV_OK;
    const size_t from = r->n;
    for (int i = 0; status == VV_OK && i < PQntuples(result) && r->n < r->room; i++)
        status = vvi_pg_take_trial(r, result, i, &r->list[r->n++]);
    PQclear(result);
    return status == VV_OK ? add_curves(r, from) : status;
}

static vv_status read_from(vvi_pg_reading *r, int first)
{
    while (r->n < r->room) {
        PGresult *result = NULL;
        const size_t left = r->room - r->n, before = r->n;
        const int most = (int)(left < chunk_size(r) ? left : chunk_size(r));
        VVI_TRY(vvi_pg_ask_once(r->store, VVI_PG_TRIALS_FROM, &result, r->error, r->store->study, first, most));
        VVI_TRY(take_rows(r, result));
        if (r->n - before < (size_t)most) break;
        first = r->list[r->n - 1].id + 1;
    }
    return VV_OK;
}

static vv_status read_these(vvi_pg_reading *r, const int *ids, size_t n)
{
    for (size_t i = 0; i < n && r->n < r->room; i += chunk_size(r)) {
        PGresult *result = NULL;
        const size_t some = n - i < chunk_size(r) ? n - i : chunk_size(r);
        VVI_TRY(vvi_pg_ask_once(r->store, VVI_PG_TRIALS_OF, &result, r->error, r->store->study, ids + i, some));
        VVI_TRY(take_rows(r, result));
    }
    return VV_OK;
}

static int compare_ints(const void *a, const void *b)
{
    const int x = *(const int *)a, y = *(const int *)b;
    return (x > y) - (x < y);
}

/* Those of `also` that come before `from`, ascending, each once; then the others. */
static vv_status read_news(vvi_pg_reading *r)
{
    const vv_trials_args *args = &r->query->args;
    size_t n = 0;
    int *ids = args->n_also == 0 ? NULL : vvi_calloc(args->n_also, sizeof *ids);
    if (args->n_also > 0 && ids == NULL) return vvi_no_memory(r->error);
    for (size_t i = 0; i < args->n_also; i++)
        if (args->also[i] < args->from) ids[n++] = args->also[i];
    if (n > 1) qsort(ids, n, sizeof *ids, compare_ints);
    const vv_status status = read_these(r, ids, n);
    vvi_free(ids);
    return status == VV_OK ? read_from(r, args->from) : status;
}

/* ---- best first -------------------------------------------------------------------------------------------------- */

static void take_key(const PGresult *result, int row, vvi_order_key *key)
{
    vvi_pg_array scores = vvi_pg_array_of(result, row, 3);
    *key = (vvi_order_key){ .id = vvi_pg_int(result, row, 0),
                            .completed = vvi_pg_bool(result, row, 1),
                            .violation = vvi_pg_double(result, row, 2) };
    for (size_t i = 0; i < VV_MAX_OBJECTIVES; i++)
        key->scores[i] = i < scores.n ? vvi_pg_array_double(&scores) : (double)NAN;
}

static vv_status read_keys(const vvi_pg_reading *r, vvi_order_key *keys, size_t room, size_t *n)
{
    for (int got = 1, next = 0; got > 0 && *n < room;) {
        PGresult *result = NULL;
        VVI_TRY(vvi_pg_ask_once(r->store, VVI_PG_KEYS, &result, r->error, r->store->study, next));
        got = PQntuples(result);
        for (int i = 0; i < got && *n < room; i++) take_key(result, i, &keys[(*n)++]);
        if (*n > 0) next = keys[*n - 1].id + 1;
        PQclear(result);
    }
    return VV_OK;
}

static int compare_trials(const void *a, const void *b)
{
    return compare_ints(&((const vv_trial *)a)->id, &((const vv_trial *)b)->id);
}

/* Rows come by id; into the order of the keys with them. */
static vv_status read_in_order(vvi_pg_reading *r, const vvi_order_key *keys, size_t n)
{
    int *ids = vvi_calloc(n + 1, sizeof *ids);
    vv_trial *sorted = vvi_calloc(n + 1, sizeof *sorted);
    vv_status status = ids == NULL || sorted == NULL ? vvi_no_memory(r->error) : VV_OK;
    for (size_t i = 0; status == VV_OK && i < n; i++) ids[i] = keys[i].id;
    if (status == VV_OK) status = read_these(r, ids, n);
    if (status == VV_OK && r->n != n) status = vvi_pg_damaged(r, n > r->n ? keys[r->n].id : 0, "the row");
    if (status == VV_OK && n > 1) qsort(r->list, n, sizeof *r->list, compare_trials);
    for (size_t i = 0; status == VV_OK && i < n; i++) {
        const vv_trial key = { .id = keys[i].id };
        const vv_trial *found = bsearch(&key, r->list, n, sizeof key, compare_trials);
        if (found == NULL) status = vvi_pg_damaged(r, keys[i].id, "the row");
        if (found != NULL) sorted[i] = *found;
        sorted[i].rank = keys[i].rank;
    }
    if (status == VV_OK) memcpy(r->list, sorted, n * sizeof *sorted);
    vvi_free(ids);
    vvi_free(sorted);
    return status;
}

/* A rank is how many better scores there are. */
static void take_best(const PGresult *result, vvi_order_key *keys)
{
    for (int i = 0; i < PQntuples(result); i++) {
        const double score = vvi_pg_double(result, i, 1), better = i == 0 ? score : vvi_pg_double(result, i - 1, 1);
        keys[i].id = vvi_pg_int(result, i, 0);
        keys[i].rank = i == 0 ? 0 : keys[i - 1].rank + (score < better || score > better);
    }
}

/* Of one objective, and when there are as many as are asked for, without looking at the others. */
static vv_status find_best_of_one(vvi_pg_reading *r, vvi_order_key *keys, size_t *n)
{
    PGresult *result = NULL;
    const vv_objectives *objectives = &r->query->objectives;
    const vvi_pg_sql which = objectives->list[0].maximize ? VVI_PG_LARGEST : VVI_PG_SMALLEST;
    *n = 0;
    if (objectives->n != 1 || r->query->args.limit == 0) return VV_OK;
    VVI_TRY(vvi_pg_ask_once(r->store, which, &result, r->error, r->store->study, (int)r->room));
    if ((size_t)PQntuples(result) == r->room) {
        take_best(result, keys);
        *n = r->room;
    }
    PQclear(result);
    return VV_OK;
}

static vv_status find_front(const vvi_pg_reading *r, vvi_order_key *keys, size_t total, size_t *n)
{
    VVI_TRY(read_keys(r, keys, total, n));
    return vvi_study_order(keys, *n, &r->query->objectives, r->error);
}

static vv_status read_best(vvi_pg_reading *r, size_t total)
{
    size_t n = 0;
    vvi_order_key *keys = vvi_calloc(r->room, sizeof *keys);
    vv_status status = keys == NULL ? vvi_no_memory(r->error) : find_best_of_one(r, keys, &n);
    if (status == VV_OK && n == 0) {
        vvi_free(keys);
        keys = vvi_calloc(total, sizeof *keys);
        status = keys == NULL ? vvi_no_memory(r->error) : find_front(r, keys, total, &n);
    }
    if (status == VV_OK) status = read_in_order(r, keys, n < r->room ? n : r->room);
    vvi_free(keys);
    return status;
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

/* How many trials there are; NOT_FOUND: the study was removed. */
static vv_status count_trials(const vvi_pg_reading *r, size_t *total)
{
    PGresult *result = NULL;
    VVI_TRY(vvi_pg_ask_once(r->store, VVI_PG_TRIALS_COUNT, &result, r->error, r->store->study));
    const bool found = PQntuples(result) > 0;
    *total = (size_t)vvi_pg_int(result, 0, 0);
    PQclear(result);
    if (found) return VV_OK;
    return vvi_fail(r->error, VV_NOT_FOUND, "%s: the study was removed by another program", r->store->shown);
}

/* At most so many can come. */
static size_t room_for(const vv_trials_args *args, size_t total)
{
    const size_t from = args->best_first || args->from < 0 ? 0 : (size_t)args->from;
    const size_t most = (from < total ? total - from : 0) + (args->best_first ? 0 : args->n_also);
    const size_t limit = args->only ? 1 : (size_t)args->limit;
    return limit > 0 && (most > limit || args->only) ? limit : most;
}

static vv_status read_all(vvi_pg_reading *r)
{
    const vv_trials_args *args = &r->query->args;
    size_t total = 0;
    VVI_TRY(count_trials(r, &total));
    r->room = room_for(args, total);
    if (r->room == 0) return VV_OK;
    r->list = vvi_arena_alloc(r->arena, r->room * sizeof *r->list);
    if (r->list == NULL) return vvi_no_memory(r->error);
    VVI_TRY(vvi_pg_hyperparameters(r));
    if (args->only) return read_these(r, &args->id, 1);
    return args->best_first ? read_best(r, total) : read_news(r);
}

static vv_status read_step(vvi_pg *store, void *context, vv_error *error)
{
    vvi_pg_reading *r = context;
    const vvi_arena_mark mark = vvi_arena_here(r->arena);
    r->store = store;
    r->error = error;
    r->n = 0;
    const vv_status status = read_all(r);
    PQclear(r->hyperparameters);
    r->hyperparameters = NULL;
    if (status != VV_OK) vvi_arena_rewind(r->arena, mark);
    return status;
}

vv_status vvi_pg_trials(void *state, const vvi_trial_query *query, vvi_arena *arena, const vv_trial **list, size_t *n,
                        vv_error *error)
{
    vvi_pg_reading r = { .query = query, .arena = arena };
    *list = NULL;
    *n = 0;
    r.plain = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
    if (r.plain == (locale_t)0) return vvi_no_memory(error);
    const vv_status status = vvi_pg_transact(state, false, read_step, &r, error);
    freelocale(r.plain);
    *list = r.list;
    *n = r.n;
    return status;
}
