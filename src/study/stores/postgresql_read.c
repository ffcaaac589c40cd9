/* postgresql_read.c - reading trials out of PostgreSQL: a few queries of thousands of rows each, in one transaction that sees
 * one moment. When the connection is lost on the way, all of it is read again. */
#include "study/stores/postgresql.h"

#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 4000, CHUNK_WITH_CURVES = 100 };

/* One reading call: where rows come from, and where what they hold goes. */
typedef struct reading {
    vvi_pg *store;
    const vvi_trial_query *query;
    vvi_arena *arena;
    vv_error *error;
    PGresult *hyperparameters; /* of the study, by id */
    vv_active *known;          /* the same, read: name NULL: not yet */
    locale_t plain;            /* numbers as in C */
    vv_trial *list;
    size_t room, n;
} reading;

static vv_status damaged(const reading *r, int trial, const char *what)
{
    return vvi_fail(r->error, VV_DATABASE, "%s: the database is damaged: %s of trial %d", r->store->shown, what, trial);
}

static vv_status copy_text(const reading *r, const PGresult *result, int row, int column, const char **text)
{
    const char *found = vvi_pg_text(result, row, column);
    *text = found == NULL ? NULL : vvi_arena_strdup(r->arena, found);
    return found != NULL && *text == NULL ? vvi_no_memory(r->error) : VV_OK;
}

/* ---- values ------------------------------------------------------------------------------------------------------ */

static vv_status read_hyperparameters(reading *r)
{
    VVI_TRY(vvi_pg_ask_once(r->store, VVI_PG_HYPERPARAMETERS, &r->hyperparameters, r->error, r->store->study));
    r->known = vvi_arena_alloc(r->arena, ((size_t)PQntuples(r->hyperparameters) + 1) * sizeof *r->known);
    return r->known == NULL ? vvi_no_memory(r->error) : VV_OK;
}

static int find_row(const PGresult *rows, int id)
{
    int low = 0, high = PQntuples(rows);
    while (low < high) {
        const int middle = low + (high - low) / 2;
        if (vvi_pg_int(rows, middle, 0) < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < PQntuples(rows) && vvi_pg_int(rows, low, 0) == id ? low : -1;
}

static vv_status find_hyperparameter(reading *r, int trial, int id, const vv_active **active)
{
    const int row = find_row(r->hyperparameters, id);
    if (row < 0) return damaged(r, trial, "a hyperparameter");
    vv_active *known = &r->known[row];
    *active = known;
    if (known->name != NULL) return VV_OK;
    const char *name = NULL;
    VVI_TRY(copy_text(r, r->hyperparameters, row, 1, &name));
    VVI_TRY(vvi_domain_from_json(vvi_pg_text(r->hyperparameters, row, 2), name, r->arena, &known->domain, r->error));
    known->name = name;
    return VV_OK;
}

static bool parse_value(const reading *r, const char *text, vv_value_type type, vv_value *value)
{
    char *end = NULL;
    value->type = type;
    switch (type) {
    case VV_VALUE_INT:
        value->i = strtoll(text, &end, 10);
        return end != text && *end == '\0';
    case VV_VALUE_FLOAT:
        value->f = strtod_l(text, &end, r->plain);
        return end != text && *end == '\0';
    case VV_VALUE_BOOL:
        value->b = strcmp(text, "true") == 0;
        return value->b || strcmp(text, "false") == 0;
    case VV_VALUE_STRING:
        value->s = text;
        return true;
    }
    return false;
}

static char *copy_element(const reading *r, vvi_pg_array *array)
{
    size_t length;
    const char *element = vvi_pg_array_text(array, &length);
    char *text = element == NULL ? NULL : vvi_arena_alloc(r->arena, length + 1);
    if (text != NULL) memcpy(text, element, length);
    return text;
}

static vv_status take_values(reading *r, const PGresult *result, int row, int column, vv_trial *trial)
{
    vvi_pg_array ids = vvi_pg_array_of(result, row, column), texts = vvi_pg_array_of(result, row, column + 1);
    if (ids.n != texts.n) return damaged(r, trial->id, "a value");
    vv_active *values = vvi_arena_alloc(r->arena, (ids.n + 1) * sizeof *values);
    if (values == NULL) return vvi_no_memory(r->error);
    for (size_t i = 0; i < ids.n; i++) {
        const vv_active *known = NULL;
        VVI_TRY(find_hyperparameter(r, trial->id, vvi_pg_array_int(&ids), &known));
        values[i] = *known;
        const char *text = copy_element(r, &texts);
        if (text == NULL && texts.whole) return vvi_no_memory(r->error);
        if (text == NULL || !parse_value(r, text, known->domain.type, &values[i].value))
            return damaged(r, trial->id, "a value");
    }
    trial->values = values;
    trial->n_values = ids.n;
    return VV_OK;
}

/* ---- rows -------------------------------------------------------------------------------------------------------- */

static vv_status take_scores(const reading *r, const PGresult *result, int row, int column, vv_trial *trial)
{
    vvi_pg_array scores = vvi_pg_array_of(result, row, column);
    trial->score = (double)NAN;
    if (scores.n == 0) return VV_OK;
    double *list = vvi_arena_alloc(r->arena, VV_MAX_OBJECTIVES * sizeof *list);
    if (list == NULL) return vvi_no_memory(r->error);
    if (scores.n > VV_MAX_OBJECTIVES) return damaged(r, trial->id, "a score");
    for (size_t i = 0; i < scores.n; i++) list[i] = vvi_pg_array_double(&scores);
    trial->scores = list;
    trial->n_scores = scores.n;
    trial->score = list[0];
    return scores.whole ? VV_OK : damaged(r, trial->id, "a score");
}

static vv_status take_executions(const reading *r, const PGresult *result, int row, int column, vv_trial *trial)
{
    vvi_pg_array best = vvi_pg_array_of(result, row, column), scores = vvi_pg_array_of(result, row, column + 1);
    vvi_pg_array seconds = vvi_pg_array_of(result, row, column + 2);
    if (scores.n != best.n || seconds.n != best.n) return damaged(r, trial->id, "an execution");
    if (best.n == 0) return VV_OK;
    vv_execution *list = vvi_arena_alloc(r->arena, best.n * sizeof *list);
    if (list == NULL) return vvi_no_memory(r->error);
    for (size_t i = 0; i < best.n; i++) {
        list[i].best_epoch = vvi_pg_array_int(&best);
        list[i].score = vvi_pg_array_double(&scores);
        list[i].seconds = vvi_pg_array_double(&seconds);
    }
    trial->executions = list;
    trial->n_executions = best.n;
    return best.whole && scores.whole && seconds.whole ? VV_OK : damaged(r, trial->id, "an execution");
}

static vv_status take_attempts(const reading *r, const PGresult *result, int row, int column, vv_trial *trial)
{
    vvi_pg_array reasons = vvi_pg_array_of(result, row, column), seconds = vvi_pg_array_of(result, row, column + 1);
    if (reasons.n != seconds.n) return damaged(r, trial->id, "an attempt");
    if (reasons.n == 0) return VV_OK;
    vv_attempt *list = vvi_arena_alloc(r->arena, reasons.n * sizeof *list);
    if (list == NULL) return vvi_no_memory(r->error);
    for (size_t i = 0; i < reasons.n; i++) {
        list[i].reason = copy_element(r, &reasons); /* NULL: none was given */
        list[i].seconds = vvi_pg_array_double(&seconds);
    }
    trial->attempts = list;
    trial->n_attempts = reasons.n;
    return VV_OK;
}

static double moment(const PGresult *result, int row, int column)
{
    return PQgetisnull(result, row, column) != 0 ? 0 : vvi_pg_double(result, row, column);
}

/* In the order of the columns of TRIALS (postgresql_statements.c). */
static vv_status take_trial(reading *r, const PGresult *result, int row, vv_trial *trial)
{
    *trial = (vv_trial){ .id = vvi_pg_int(result, row, 0), .rank = -1 };
    if (!vvi_pg_status(vvi_pg_text(result, row, 1), &trial->status)) return damaged(r, trial->id, "the status");
    VVI_TRY(take_scores(r, result, row, 2, trial));
    trial->violation = vvi_pg_double(result, row, 3);
    VVI_TRY(copy_text(r, result, row, 4, &trial->reason));
    trial->seconds = vvi_pg_double(result, row, 5);
    trial->epochs = vvi_pg_int(result, row, 6);
    trial->epochs_total = vvi_pg_int(result, row, 7);
    trial->goal = vvi_pg_int(result, row, 8);
    trial->began = moment(result, row, 9);
    trial->ended = moment(result, row, 10);
    VVI_TRY(copy_text(r, result, row, 11, &trial->worker));
    trial->lapsed = vvi_pg_bool(result, row, 12);
    VVI_TRY(take_executions(r, result, row, 13, trial));
    VVI_TRY(take_attempts(r, result, row, 16, trial));
    VVI_TRY(take_values(r, result, row, 18, trial));
    return copy_text(r, result, row, 20, &trial->model_json);
}

/* ---- chunks ------------------------------------------------------------------------------------------------------ */

static size_t chunk_size(const reading *r)
{
    return r->query->args.curves ? CHUNK_WITH_CURVES : CHUNK;
}

static vv_status add_curves(reading *r, size_t from)
{
    vv_trial *trials[CHUNK_WITH_CURVES];
    if (!r->query->args.curves) return VV_OK;
    for (size_t i = from; i < r->n; i++) trials[i - from] = &r->list[i];
    return vvi_pg_curves(r->store, r->arena, trials, r->n - from, r->error);
}

/* The rows of a result, as long as there is room; the result is freed. */
static vv_status take_rows(reading *r, PGresult *result)
{
    vv_status status = VV_OK;
    const size_t from = r->n;
    for (int i = 0; status == VV_OK && i < PQntuples(result) && r->n < r->room; i++)
        status = take_trial(r, result, i, &r->list[r->n++]);
    PQclear(result);
    return status == VV_OK ? add_curves(r, from) : status;
}

static vv_status read_from(reading *r, int first)
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

static vv_status read_these(reading *r, const int *ids, size_t n)
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
static vv_status read_news(reading *r)
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

static vv_status read_keys(const reading *r, vvi_order_key *keys, size_t room, size_t *n)
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
static vv_status read_in_order(reading *r, const vvi_order_key *keys, size_t n)
{
    int *ids = vvi_calloc(n + 1, sizeof *ids);
    vv_trial *sorted = vvi_calloc(n + 1, sizeof *sorted);
    vv_status status = ids == NULL || sorted == NULL ? vvi_no_memory(r->error) : VV_OK;
    for (size_t i = 0; status == VV_OK && i < n; i++) ids[i] = keys[i].id;
    if (status == VV_OK) status = read_these(r, ids, n);
    if (status == VV_OK && r->n != n) status = damaged(r, n > r->n ? keys[r->n].id : 0, "the row");
    if (status == VV_OK && n > 1) qsort(r->list, n, sizeof *r->list, compare_trials);
    for (size_t i = 0; status == VV_OK && i < n; i++) {
        const vv_trial key = { .id = keys[i].id };
        const vv_trial *found = bsearch(&key, r->list, n, sizeof key, compare_trials);
        if (found == NULL) status = damaged(r, keys[i].id, "the row");
        if (found != NULL) sorted[i] = *found;
        sorted[i].rank = keys[i].rank;
    }
    if (status == VV_OK) memcpy(r->list, sorted, n * sizeof *sorted);
    vvi_free(ids);
    vvi_free(sorted);
    return status;
}

static vv_status read_best(reading *r, size_t total)
{
    size_t n = 0;
    vvi_order_key *keys = vvi_calloc(total, sizeof *keys);
    if (keys == NULL) return vvi_no_memory(r->error);
    vv_status status = read_keys(r, keys, total, &n);
    if (status == VV_OK) status = vvi_study_order(keys, n, &r->query->objectives, r->error);
    if (status == VV_OK) status = read_in_order(r, keys, n < r->room ? n : r->room);
    vvi_free(keys);
    return status;
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

/* How many trials there are; NOT_FOUND: the study was removed. */
static vv_status count_trials(const reading *r, size_t *total)
{
    PGresult *result = NULL;
    VVI_TRY(vvi_pg_ask_once(r->store, VVI_PG_TRIALS_COUNT, &result, r->error, r->store->study));
    const bool found = PQntuples(result) > 0;
    *total = (size_t)vvi_pg_int(result, 0, 0);
    PQclear(result);
    if (found) return VV_OK;
    return vvi_fail(r->error, VV_NOT_FOUND, "%s: the study was removed by another program", r->store->shown);
}

static vv_status read_all(reading *r)
{
    const vv_trials_args *args = &r->query->args;
    size_t total = 0;
    VVI_TRY(count_trials(r, &total));
    const size_t limit = args->only ? 1 : (size_t)args->limit;
    r->room = limit > 0 && total > limit ? limit : total;
    if (r->room == 0) return VV_OK;
    r->list = vvi_arena_alloc(r->arena, r->room * sizeof *r->list);
    if (r->list == NULL) return vvi_no_memory(r->error);
    VVI_TRY(read_hyperparameters(r));
    if (args->only) return read_these(r, &args->id, 1);
    return args->best_first ? read_best(r, total) : read_news(r);
}

static vv_status read_step(vvi_pg *store, void *context, vv_error *error)
{
    reading *r = context;
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
    reading r = { .query = query, .arena = arena };
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
