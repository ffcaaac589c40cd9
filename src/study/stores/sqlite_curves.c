/* sqlite_curves.c - the curves of a trial in SQLite.
 *
 * Its epochs are gone over once, in the order of the table's key: what they are of, how long each curve is and what is
 * in it comes from the same rows. They are put aside until it is known how long curves are.
 */
#include "study/stores/sqlite_read.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_EPOCHS = 100 * 1000 * 1000 };

typedef struct point {
    size_t curve, epoch;
    double value;
} point;

/* A curve while it is read. */
typedef struct reading_curve {
    vv_curve curve;
    double *values;
    int position; /* the smallest among the metrics of an epoch */
} reading_curve;

typedef struct reading {
    const vvi_sqlite_reading *r;
    point *points;
    size_t n_points, room;
    reading_curve *curves;
    size_t n_curves, hint; /* hint: where the next one is likely to be */
} reading;

/* NULL: there is none so far. Metrics follow each other as they did in the epoch before. */
static reading_curve *find(reading *d, int execution, const char *metric)
{
    for (size_t k = 0; k < d->n_curves; k++) {
        const size_t i = d->hint + k < d->n_curves ? d->hint + k : d->hint + k - d->n_curves;
        if (d->curves[i].curve.execution != execution || strcmp(d->curves[i].curve.metric, metric) != 0) continue;
        d->hint = i + 1;
        return &d->curves[i];
    }
    return NULL;
}

static vv_status find_or_add(reading *d, int execution, const char *metric, int position, reading_curve **found)
{
    vvi_arena *arena = d->r->arena;
    *found = find(d, execution, metric);
    if (*found != NULL) return VV_OK;
    if (!vvi_arena_reserve(arena, &d->curves, d->n_curves, sizeof *d->curves)) return vvi_no_memory(d->r->error);
    *found = &d->curves[d->n_curves];
    **found = (reading_curve){ .curve = { .execution = execution, .metric = vvi_arena_strdup(arena, metric) },
                               .position = position };
    if ((*found)->curve.metric == NULL) return vvi_no_memory(d->r->error);
    d->n_curves++;
    return VV_OK;
}

static vv_status put_aside(reading *d, point p)
{
    if (d->n_points == d->room) {
        const size_t room = 2 * d->room + 256;
        point *points = vvi_realloc(d->points, room * sizeof *points);
        if (points == NULL) return vvi_no_memory(d->r->error);
        d->points = points;
        d->room = room;
    }
    d->points[d->n_points++] = p;
    return VV_OK;
}

static vv_status take_row(reading *d, sqlite3_stmt *row, const vv_trial *trial)
{
    const int64_t epoch = sqlite3_column_int64(row, 1);
    const int position = sqlite3_column_int(row, 2);
    const char *metric = (const char *)sqlite3_column_text(row, 3);
    if (sqlite3_errcode(d->r->store->db) == SQLITE_NOMEM) return vvi_no_memory(d->r->error);
    if (metric == NULL) return vvi_sqlite_damaged(d->r, trial->id, "a metric");
    if (epoch < 0 || epoch >= MOST_EPOCHS) return vvi_sqlite_damaged(d->r, trial->id, "an epoch");
    reading_curve *curve;
    VVI_TRY(find_or_add(d, sqlite3_column_int(row, 0), metric, position, &curve));
    if (position < curve->position) curve->position = position;
    if ((size_t)epoch >= curve->curve.n) curve->curve.n = (size_t)epoch + 1;
    return put_aside(d, (point){ (size_t)(curve - d->curves), (size_t)epoch, vvi_sqlite_number(row, 4) });
}

static vv_status read_rows(reading *d, const vv_trial *trial)
{
    sqlite3_stmt *statement = NULL;
    bool row = true;
    vv_status status = vvi_sqlite_prepare(d->r->store, &statement, d->r->error,
                                          "SELECT execution, epoch, position, metric, value FROM epochs"
                                          " WHERE trial = ? ORDER BY execution, epoch, position",
                                          "i", trial->id);
    while (status == VV_OK) {
        status = vvi_sqlite_step(d->r->store, statement, &row, d->r->error);
        if (status != VV_OK || !row) break;
        status = take_row(d, statement, trial);
    }
    vvi_sqlite_done(d->r->store, statement);
    return status;
}

/* As long as its last epoch; epochs that were not reported stay NaN. */
static vv_status fill(reading *d)
{
    for (size_t i = 0; i < d->n_curves; i++) {
        reading_curve *c = &d->curves[i];
        c->values = vvi_arena_alloc(d->r->arena, c->curve.n * sizeof *c->values);
        if (c->values == NULL) return vvi_no_memory(d->r->error);
        for (size_t e = 0; e < c->curve.n; e++) c->values[e] = (double)NAN;
        c->curve.values = c->values;
    }
    for (size_t i = 0; i < d->n_points; i++) {
        const point *p = &d->points[i];
        d->curves[p->curve].values[p->epoch] = p->value;
    }
    return VV_OK;
}

static int compare_curves(const void *a, const void *b)
{
    const reading_curve *x = a, *y = b;
    int order = (x->curve.execution > y->curve.execution) - (x->curve.execution < y->curve.execution);
    if (order == 0) order = (x->position > y->position) - (x->position < y->position);
    return order != 0 ? order : strcmp(x->curve.metric, y->curve.metric);
}

/* By execution, and metrics in the order in which they were reported. */
static vv_status give(reading *d, vv_trial *trial)
{
    if (d->n_curves == 0) return VV_OK;
    vv_curve *curves = vvi_arena_alloc(d->r->arena, d->n_curves * sizeof *curves);
    if (curves == NULL) return vvi_no_memory(d->r->error);
    qsort(d->curves, d->n_curves, sizeof *d->curves, compare_curves);
    for (size_t i = 0; i < d->n_curves; i++) curves[i] = d->curves[i].curve;
    trial->curves = curves;
    trial->n_curves = d->n_curves;
    return VV_OK;
}

vv_status vvi_sqlite_curves(const vvi_sqlite_reading *r, vv_trial *trial)
{
    reading d = { .r = r };
    vv_status status = read_rows(&d, trial);
    if (status == VV_OK) status = fill(&d);
    if (status == VV_OK) status = give(&d, trial);
    vvi_free(d.points);
    return status;
}
