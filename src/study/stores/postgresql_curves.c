/* postgresql_curves.c - the metrics of epochs, out of PostgreSQL: one row holds all metrics of an epoch, a curve is one
 * metric of an execution. Curves come in the order of executions and, within one, of the metrics' first reports. */
#include "study/stores/postgresql.h"

#include <math.h>
#include <string.h>

enum { MOST_EPOCHS = 100 * 1000 * 1000 };

/* The rows of a chunk's epochs, by trial, execution and epoch. */
typedef struct chunk {
    vvi_pg *store;
    vvi_arena *arena;
    const PGresult *rows;
    vv_error *error;
} chunk;

static vv_status damaged(const chunk *c, int trial)
{
    return vvi_fail(c->error, VV_DATABASE, "%s: the database is damaged: an epoch of trial %d", c->store->shown, trial);
}

static bool same(const char *name, const char *text, size_t length)
{
    return strlen(name) == length && memcmp(name, text, length) == 0;
}

/* The curve of a metric among those of one execution; n: there is none yet. */
static size_t find_curve(const vv_curve *curves, size_t n, const char *metric, size_t length)
{
    size_t i = 0;
    while (i < n && !same(curves[i].metric, metric, length)) i++;
    return i;
}

static vv_status add_curve(const chunk *c, vv_curve *curve, int execution, const char *metric, size_t length, size_t n)
{
    char *name = vvi_arena_alloc(c->arena, length + 1);
    double *values = vvi_arena_alloc(c->arena, n * sizeof *values);
    if (name == NULL || values == NULL) return vvi_no_memory(c->error);
    memcpy(name, metric, length);
    for (size_t i = 0; i < n; i++) values[i] = (double)NAN;
    *curve = (vv_curve){ .metric = name, .execution = execution, .values = values, .n = n };
    return VV_OK;
}

static void put_value(const vv_curve *curve, size_t epoch, double value)
{
    double *values;
    memcpy(&values, &curve->values, sizeof values); /* ours still, though const for the reader */
    values[epoch] = value;
}

/* Rows `from` to `to` are one execution's; its curves end with the last epoch that any of them has. */
static vv_status read_execution(const chunk *c, int from, int to, vv_trial *trial, vv_curve **curves)
{
    const int64_t length = (int64_t)vvi_pg_int(c->rows, to - 1, 2) + 1;
    const size_t first = trial->n_curves;
    if (length < 1 || length > MOST_EPOCHS) return damaged(c, trial->id);
    for (int row = from; row < to; row++) {
        vvi_pg_array metrics = vvi_pg_array_of(c->rows, row, 3), values = vvi_pg_array_of(c->rows, row, 4);
        if (metrics.n != values.n) return damaged(c, trial->id);
        for (size_t i = 0; i < metrics.n; i++) {
            size_t n_name = 0;
            const char *name = vvi_pg_array_text(&metrics, &n_name);
            if (name == NULL) return damaged(c, trial->id);
            size_t at = trial->n_curves == first
                            ? first
                            : first + find_curve(*curves + first, trial->n_curves - first, name, n_name);
            if (at == trial->n_curves) {
                if (!vvi_arena_reserve(c->arena, curves, trial->n_curves, sizeof **curves))
                    return vvi_no_memory(c->error);
                VVI_TRY(add_curve(c, *curves + trial->n_curves++, vvi_pg_int(c->rows, row, 1), name, n_name,
                                  (size_t)length));
            }
            put_value(*curves + at, (size_t)vvi_pg_int(c->rows, row, 2), vvi_pg_array_double(&values));
        }
    }
    return VV_OK;
}

static int end_of_execution(const PGresult *rows, int from, int trial)
{
    const int execution = vvi_pg_int(rows, from, 1);
    int to = from;
    while (to < PQntuples(rows) && vvi_pg_int(rows, to, 0) == trial && vvi_pg_int(rows, to, 1) == execution) to++;
    return to;
}

/* From row *row on. */
static vv_status read_trial(const chunk *c, int *row, vv_trial *trial)
{
    vv_curve *curves = NULL;
    while (*row < PQntuples(c->rows) && vvi_pg_int(c->rows, *row, 0) == trial->id) {
        const int to = end_of_execution(c->rows, *row, trial->id);
        VVI_TRY(read_execution(c, *row, to, trial, &curves));
        *row = to;
    }
    trial->curves = curves;
    return VV_OK;
}

vv_status vvi_pg_curves(vvi_pg *store, vvi_arena *arena, vv_trial *const *trials, size_t n, vv_error *error)
{
    int row = 0;
    PGresult *rows = NULL;
    int *ids = vvi_calloc(n + 1, sizeof *ids);
    if (ids == NULL) return vvi_no_memory(error);
    for (size_t i = 0; i < n; i++) ids[i] = trials[i]->id;
    vv_status status = n == 0 ? VV_OK : vvi_pg_ask_once(store, VVI_PG_EPOCHS_OF, &rows, error, store->study, ids, n);
    const chunk c = { .store = store, .arena = arena, .rows = rows, .error = error };
    for (size_t i = 0; status == VV_OK && i < n; i++) status = read_trial(&c, &row, trials[i]);
    PQclear(rows);
    vvi_free(ids);
    return status;
}
