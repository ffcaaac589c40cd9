/* sqlite_read.c - reading a study out of SQLite. Each public call is one read transaction, so that what it gives is one
 * moment of the study however long it takes and whoever writes meanwhile. */
#include "study/stores/sqlite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_EPOCHS = 100 * 1000 * 1000 };

/* One reading call: where rows come from, and where what they hold goes. */
typedef struct reading {
    const vvi_sqlite *store;
    vvi_arena *arena;
    vv_error *error;
} reading;

static vv_status damaged(const reading *r, int trial, const char *what)
{
    return vvi_fail(r->error, VV_DATABASE, "%s: the database is damaged: %s of trial %d", r->store->path, what, trial);
}

static vv_status column_text(const reading *r, sqlite3_stmt *row, int column, const char **text)
{
    return vvi_sqlite_text(row, column, r->arena, text, r->error);
}

static double column_number(sqlite3_stmt *row, int column)
{
    return sqlite3_column_type(row, column) == SQLITE_FLOAT ? sqlite3_column_double(row, column) : (double)NAN;
}

static vv_status count(const reading *r, const char *sql, int trial, size_t *n)
{
    sqlite3_stmt *statement = NULL;
    bool row = false;
    vv_status status = vvi_sqlite_prepare(r->store, &statement, r->error, sql, "i", trial);
    if (status == VV_OK) status = vvi_sqlite_step(r->store, statement, &row, r->error);
    const int64_t found = row ? sqlite3_column_int64(statement, 0) : 0;
    *n = found > 0 ? (size_t)found : 0;
    vvi_sqlite_done(r->store, statement);
    return status;
}

/* Calls `take` for each row of a query about one trial. */
typedef vv_status (*row_function)(const reading *r, sqlite3_stmt *row, vv_trial *trial, size_t index, void *list);
static vv_status each_row(const reading *r, const char *sql, vv_trial *trial, row_function take, void *list)
{
    sqlite3_stmt *statement = NULL;
    bool row = false;
    vv_status status = vvi_sqlite_prepare(r->store, &statement, r->error, sql, "i", trial->id);
    for (size_t i = 0; status == VV_OK; i++) {
        status = vvi_sqlite_step(r->store, statement, &row, r->error);
        if (status != VV_OK || !row) break;
        status = take(r, statement, trial, i, list);
    }
    vvi_sqlite_done(r->store, statement);
    return status;
}

/* Counts the rows of a trial in a table, allocates that many items and fills them. */
static vv_status read_list(const reading *r, const char *count_sql, const char *sql, vv_trial *trial, size_t item_size,
                           row_function take, void **list, size_t *n)
{
    *list = NULL;
    VVI_TRY(count(r, count_sql, trial->id, n));
    if (*n == 0) return VV_OK;
    *list = *n > SIZE_MAX / item_size ? NULL : vvi_arena_alloc(r->arena, *n * item_size);
    return *list == NULL ? vvi_no_memory(r->error) : each_row(r, sql, trial, take, *list);
}

/* ---- values -------------------------------------------------------------------------------------------------------
 */

static const int stored_types[] = {
    [VV_VALUE_INT] = SQLITE_INTEGER,
    [VV_VALUE_FLOAT] = SQLITE_FLOAT,
    [VV_VALUE_BOOL] = SQLITE_INTEGER,
    [VV_VALUE_STRING] = SQLITE_TEXT,
};

static vv_status column_value(const reading *r, sqlite3_stmt *row, int column, const vv_trial *trial,
                              vv_value_type type, vv_value *value)
{
    if (sqlite3_column_type(row, column) != stored_types[type]) return damaged(r, trial->id, "a value");
    value->type = type;
    switch (type) {
    case VV_VALUE_INT:
        value->i = sqlite3_column_int64(row, column);
        break;
    case VV_VALUE_FLOAT:
        value->f = sqlite3_column_double(row, column);
        break;
    case VV_VALUE_BOOL:
        value->b = sqlite3_column_int(row, column) != 0;
        break;
    case VV_VALUE_STRING:
        return column_text(r, row, column, &value->s);
    }
    return VV_OK;
}

static vv_status take_value(const reading *r, sqlite3_stmt *row, vv_trial *trial, size_t index, void *list)
{
    vv_active *active = (vv_active *)list + index;
    const char *domain = NULL;
    VVI_TRY(column_text(r, row, 0, &active->name));
    VVI_TRY(column_text(r, row, 1, &domain));
    if (active->name == NULL || domain == NULL) return damaged(r, trial->id, "a value");
    VVI_TRY(vvi_domain_from_json(domain, active->name, r->arena, &active->domain, r->error));
    return column_value(r, row, 2, trial, active->domain.type, &active->value);
}

static vv_status read_values(const reading *r, vv_trial *trial)
{
    void *list = NULL;
    VVI_TRY(read_list(r, "SELECT count(*) FROM trial_values WHERE trial = ?",
                      "SELECT name, domain, value FROM trial_values WHERE trial = ? ORDER BY position", trial,
                      sizeof(vv_active), take_value, &list, &trial->n_values));
    trial->values = list;
    return VV_OK;
}

/* ---- executions, curves ----------------------------------------------------------------------------------------- */

static vv_status take_execution(const reading *r, sqlite3_stmt *row, vv_trial *trial, size_t index, void *list)
{
    if (sqlite3_column_int64(row, 0) != (sqlite3_int64)index) return damaged(r, trial->id, "an execution");
    ((vv_execution *)list)[index] = (vv_execution){ .best_epoch = sqlite3_column_int(row, 1),
                                                    .score = column_number(row, 2),
                                                    .seconds = column_number(row, 3) };
    return VV_OK;
}

static vv_status read_executions(const reading *r, vv_trial *trial)
{
    void *list = NULL;
    VVI_TRY(read_list(r, "SELECT count(*) FROM executions WHERE trial = ?",
                      "SELECT execution, best_epoch, score, seconds FROM executions WHERE trial = ? ORDER BY execution",
                      trial, sizeof(vv_execution), take_execution, &list, &trial->n_executions));
    trial->executions = list;
    return VV_OK;
}

static vv_status take_attempt(const reading *r, sqlite3_stmt *row, vv_trial *trial, size_t index, void *list)
{
    (void)trial;
    vv_attempt *attempt = (vv_attempt *)list + index;
    attempt->seconds = column_number(row, 1);
    return column_text(r, row, 0, &attempt->reason);
}

static vv_status read_attempts(const reading *r, vv_trial *trial)
{
    void *list = NULL;
    VVI_TRY(read_list(r, "SELECT count(*) FROM attempts WHERE trial = ?",
                      "SELECT reason, seconds FROM attempts WHERE trial = ? ORDER BY attempt", trial,
                      sizeof(vv_attempt), take_attempt, &list, &trial->n_attempts));
    trial->attempts = list;
    return VV_OK;
}

/* A curve as long as its last epoch; epochs that were not reported stay NaN. */
static vv_status take_curve(const reading *r, sqlite3_stmt *row, vv_trial *trial, size_t index, void *list)
{
    vv_curve *curve = (vv_curve *)list + index;
    const int64_t n = sqlite3_column_int64(row, 2);
    if (n < 1 || n > MOST_EPOCHS) return damaged(r, trial->id, "an epoch");
    double *values = vvi_arena_alloc(r->arena, (size_t)n * sizeof *values);
    if (values == NULL) return vvi_no_memory(r->error);
    for (int64_t i = 0; i < n; i++) values[i] = (double)NAN;
    curve->execution = sqlite3_column_int(row, 0);
    curve->values = values;
    curve->n = (size_t)n;
    VVI_TRY(column_text(r, row, 1, &curve->metric));
    return curve->metric == NULL ? damaged(r, trial->id, "a metric") : VV_OK;
}

/* `list` is the trial's curves again; they are few. */
static vv_status take_point(const reading *r, sqlite3_stmt *row, vv_trial *trial, size_t index, void *list)
{
    (void)index;
    const char *metric = (const char *)sqlite3_column_text(row, 1);
    const int64_t epoch = sqlite3_column_int64(row, 2);
    vv_curve *curves = list;
    for (size_t i = 0; i < trial->n_curves; i++) {
        if (curves[i].execution != sqlite3_column_int(row, 0) || metric == NULL ||
            strcmp(curves[i].metric, metric) != 0)
            continue;
        if (epoch < 0 || (size_t)epoch >= curves[i].n) break;
        double *values;
        memcpy(&values, &curves[i].values, sizeof values); /* ours still, though const for the reader */
        values[epoch] = column_number(row, 3);
        return VV_OK;
    }
    return damaged(r, trial->id, "an epoch");
}

static vv_status read_curves(const reading *r, vv_trial *trial)
{
    void *list = NULL;
    VVI_TRY(read_list(r, "SELECT count(*) FROM (SELECT DISTINCT execution, metric FROM epochs WHERE trial = ?)",
                      "SELECT execution, metric, max(epoch) + 1 FROM epochs WHERE trial = ? GROUP BY execution, metric "
                      "ORDER BY execution, min(position), metric",
                      trial, sizeof(vv_curve), take_curve, &list, &trial->n_curves));
    trial->curves = list;
    return each_row(r, "SELECT execution, metric, epoch, value FROM epochs WHERE trial = ?", trial, take_point, list);
}

/* ---- trials ----------------------------------------------------------------------------------------------------- */

static bool status_called(const char *text, vv_trial_status *status)
{
    for (int i = VV_TRIAL_RUNNING; text != NULL && i <= VV_TRIAL_WAITING; i++) {
        *status = (vv_trial_status)i;
        if (strcmp(vv_trial_status_name(*status), text) == 0) return true;
    }
    return false;
}

#define TRIAL_COLUMNS                                                                                                  \
    "SELECT id, status, score, reason, seconds, model, violation, epochs, epochs_total, goal, began, ended, worker,"   \
    "  status = 'RUNNING' AND coalesce(lease < " VVI_SQLITE_NOW ", false) FROM trials "

static vv_status take_trial(const reading *r, sqlite3_stmt *row, vv_trial *trial)
{
    *trial = (vv_trial){ .id = sqlite3_column_int(row, 0), .rank = -1 };
    if (!status_called((const char *)sqlite3_column_text(row, 1), &trial->status))
        return damaged(r, trial->id, "the status");
    trial->score = column_number(row, 2);
    trial->seconds = column_number(row, 4);
    trial->violation = column_number(row, 6);
    trial->epochs = sqlite3_column_int(row, 7);
    trial->epochs_total = sqlite3_column_int(row, 8);
    trial->goal = sqlite3_column_int(row, 9);
    trial->began = sqlite3_column_double(row, 10);
    trial->ended = sqlite3_column_double(row, 11);
    trial->lapsed = sqlite3_column_int(row, 13) != 0;
    VVI_TRY(column_text(r, row, 12, &trial->worker));
    VVI_TRY(column_text(r, row, 3, &trial->reason));
    return column_text(r, row, 5, &trial->model_json);
}

static vv_status take_score(const reading *r, sqlite3_stmt *row, vv_trial *trial, size_t index, void *list)
{
    if (sqlite3_column_int64(row, 0) != (sqlite3_int64)index + 1 || index + 1 >= VV_MAX_OBJECTIVES)
        return damaged(r, trial->id, "a score");
    ((double *)list)[index + 1] = column_number(row, 1);
    trial->n_scores++;
    return VV_OK;
}

static vv_status read_scores(const reading *r, vv_trial *trial)
{
    if (isnan(trial->score)) return VV_OK;
    double *scores = vvi_arena_alloc(r->arena, VV_MAX_OBJECTIVES * sizeof *scores);
    if (scores == NULL) return vvi_no_memory(r->error);
    scores[0] = trial->score;
    trial->scores = scores;
    trial->n_scores = 1;
    return each_row(r, "SELECT objective, value FROM scores WHERE trial = ? ORDER BY objective", trial, take_score,
                    scores);
}

/* The rows of table `trials` that a query gives, at most `room`, without what hangs on them. */
static vv_status take_rows(const reading *r, vv_status prepared, sqlite3_stmt *statement, vv_trial *list, size_t room,
                           size_t *n)
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

static vv_status read_rows(const reading *r, const char *sql, vv_trial *list, size_t room, size_t *n)
{
    sqlite3_stmt *statement = NULL;
    const vv_status status = vvi_sqlite_prepare(r->store, &statement, r->error, sql, "");
    return take_rows(r, status, statement, list, room, n);
}

static vv_status read_row(const reading *r, int id, vv_trial *trial, size_t *n)
{
    sqlite3_stmt *statement = NULL;
    const vv_status status = vvi_sqlite_prepare(r->store, &statement, r->error, TRIAL_COLUMNS "WHERE id = ?", "i", id);
    return take_rows(r, status, statement, trial, 1, n);
}

static vv_status read_from(const reading *r, int from, vv_trial *list, size_t room, size_t *n)
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
    *key = (vvi_order_key){ .id = sqlite3_column_int(row, 0), .violation = column_number(row, 2) };
    key->completed = status_called((const char *)sqlite3_column_text(row, 1), &status) && status == VV_TRIAL_COMPLETED;
    for (size_t i = 0; i < VV_MAX_OBJECTIVES; i++) key->scores[i] = (double)NAN;
    key->scores[0] = column_number(row, 3);
}

/* The keys of all trials, by id: each row is a trial with one of its further scores, or with none. */
static vv_status read_keys(const reading *r, vvi_order_key *keys, size_t room, size_t *n)
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
            keys[*n - 1].scores[objective] = column_number(statement, 5);
    }
    vvi_sqlite_done(r->store, statement);
    return status;
}

static vv_status read_in_order(const reading *r, const vvi_order_key *keys, vv_trial *list, size_t room, size_t *n)
{
    for (*n = 0; *n < room; ++*n) {
        size_t found = 0;
        VVI_TRY(read_row(r, keys[*n].id, &list[*n], &found));
        if (found == 0) return damaged(r, keys[*n].id, "the row");
        list[*n].rank = keys[*n].rank;
    }
    return VV_OK;
}

static vv_status read_front(const reading *r, const vv_objectives *objectives, size_t total, vv_trial *list,
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

static vv_status read_best_of_one(const reading *r, bool maximize, vv_trial *list, size_t room, size_t *n)
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

static vv_status read_best(const reading *r, const vvi_trial_query *query, size_t total, vv_trial *list, size_t room,
                           size_t *n)
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
static vv_status read_also(const reading *r, const vv_trials_args *args, vv_trial *list, size_t room, size_t *n)
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

static vv_status read_by_id(const reading *r, const vv_trials_args *args, vv_trial *list, size_t room, size_t *n)
{
    size_t rest = 0;
    VVI_TRY(read_also(r, args, list, room, n));
    VVI_TRY(read_from(r, args->from, list + *n, room - *n, &rest));
    *n += rest;
    return VV_OK;
}

/* ---- the whole -------------------------------------------------------------------------------------------------- */

static vv_status read_details(const reading *r, bool curves, vv_trial *trial)
{
    VVI_TRY(read_scores(r, trial));
    VVI_TRY(read_values(r, trial));
    VVI_TRY(read_executions(r, trial));
    VVI_TRY(read_attempts(r, trial));
    return curves ? read_curves(r, trial) : VV_OK;
}

/* How many trials a query can give at most. */
static size_t room_for(const vv_trials_args *args, size_t total)
{
    const size_t from = args->best_first || args->from < 0 ? 0 : (size_t)args->from,
                 also = args->best_first ? 0 : args->n_also, most = (from < total ? total - from : 0) + also;
    const size_t limit = args->only ? 1 : (size_t)args->limit;
    return limit > 0 && most > limit ? limit : most;
}

static vv_status read_trials(const reading *r, const vvi_trial_query *query, const vv_trial **result, size_t *n)
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
    for (size_t i = 0; i < *n; i++) VVI_TRY(read_details(r, query->args.curves, &list[i]));
    *result = list;
    return VV_OK;
}

vv_status vvi_sqlite_trials(void *state, const vvi_trial_query *query, vvi_arena *arena, const vv_trial **list,
                            size_t *n, vv_error *error)
{
    const reading r = { .store = state, .arena = arena, .error = error };
    VVI_TRY(vvi_sqlite_begin(r.store, false, error));
    return vvi_sqlite_finish(r.store, read_trials(&r, query, list, n), error);
}
