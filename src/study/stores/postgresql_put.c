/* postgresql_put.c - all of a study in PostgreSQL that its trials do not tell, trials as they were read elsewhere, and a new
 * study in the place of an old one: for copies. Trials are put in a batch, which nobody else sees before its end.
 *
 * Times are kept to a microsecond. */
#include "study/stores/postgresql.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- reading -------------------------------------------------------------------------------------------------------- */

static vv_status take_facts(const PGresult *rows, vvi_arena *arena, vvi_study_facts *facts, vv_error *error)
{
    const int n = PQntuples(rows);
    struct vvi_study_fact *list = vvi_arena_alloc(arena, ((size_t)n + 1) * sizeof *list);
    if (list == NULL) return vvi_no_memory(error);
    for (int i = 0; i < n; i++) {
        list[i].key = vvi_arena_strdup(arena, vvi_pg_text(rows, i, 0));
        list[i].text = vvi_arena_strdup(arena, vvi_pg_text(rows, i, 1));
        if (list[i].key == NULL || list[i].text == NULL) return vvi_no_memory(error);
    }
    *facts = (vvi_study_facts){ .list = list, .n = (size_t)n };
    return VV_OK;
}

vv_status vvi_pg_facts(void *state, vvi_arena *arena, vvi_study_facts *facts, vv_error *error)
{
    vvi_pg *store = state;
    PGresult *rows = NULL;
    *facts = (vvi_study_facts){ .n = 0 };
    VVI_TRY(vvi_pg_ask(store, VVI_PG_FACTS, &rows, error, store->study));
    const vv_status status = take_facts(rows, arena, facts, error);
    PQclear(rows);
    return status;
}

vv_status vvi_pg_all_refusals(void *state, vvi_arena *arena, const vv_refusal **list, size_t *n, vv_error *error)
{
    vvi_pg *store = state;
    PGresult *rows = NULL;
    *n = 0;
    VVI_TRY(vvi_pg_ask(store, VVI_PG_ALL_REFUSALS, &rows, error, store->study));
    const int found = PQntuples(rows);
    vv_refusal *refusals = vvi_arena_alloc(arena, ((size_t)found + 1) * sizeof *refusals);
    for (int i = 0; refusals != NULL && i < found; i++) {
        snprintf(refusals[i].reason, sizeof refusals[i].reason, "%s", vvi_pg_text(rows, i, 0));
        snprintf(refusals[i].values, sizeof refusals[i].values, "%s", vvi_pg_text(rows, i, 1));
        refusals[i].n = vvi_pg_int64(rows, i, 2);
    }
    PQclear(rows);
    *list = refusals;
    *n = refusals == NULL ? 0 : (size_t)found;
    return refusals == NULL ? vvi_no_memory(error) : VV_OK;
}

/* ---- writing -------------------------------------------------------------------------------------------------------- */

vv_status vvi_pg_refusal_put(void *state, const vv_refusal *refusal, vv_error *error)
{
    vvi_pg *store = state;
    PGresult *result = NULL;
    VVI_TRY(vvi_pg_ask(store, VVI_PG_REFUSAL_PUT, &result, error, store->study, refusal->reason, refusal->values,
                       refusal->n));
    PQclear(result);
    return VV_OK;
}

/* The executions of a trial, and its attempts, as columns. */
typedef struct columns {
    int *best_epochs;
    double *scores, *seconds, *attempt_seconds;
    const char **reasons;
} columns;

static bool fill_columns(vvi_arena *arena, const vv_trial *t, columns *c)
{
    c->best_epochs = vvi_arena_alloc(arena, (t->n_executions + 1) * sizeof *c->best_epochs);
    c->scores = vvi_arena_alloc(arena, (t->n_executions + 1) * sizeof *c->scores);
    c->seconds = vvi_arena_alloc(arena, (t->n_executions + 1) * sizeof *c->seconds);
    c->attempt_seconds = vvi_arena_alloc(arena, (t->n_attempts + 1) * sizeof *c->attempt_seconds);
    c->reasons = vvi_arena_alloc(arena, (t->n_attempts + 1) * sizeof *c->reasons);
    if (c->best_epochs == NULL || c->scores == NULL || c->seconds == NULL || c->attempt_seconds == NULL ||
        c->reasons == NULL)
        return false;
    for (size_t i = 0; i < t->n_executions; i++) {
        c->best_epochs[i] = t->executions[i].best_epoch;
        c->scores[i] = t->executions[i].score;
        c->seconds[i] = t->executions[i].seconds;
    }
    for (size_t i = 0; i < t->n_attempts; i++) {
        c->reasons[i] = t->attempts[i].reason;
        c->attempt_seconds[i] = t->attempts[i].seconds;
    }
    return true;
}

/* NaN, which is written as NULL, where a time is not known. */
static double known(double unix_time)
{
    return unix_time > 0 ? unix_time : (double)NAN;
}

static vv_status put_attempts(vvi_pg *store, const vv_trial *t, const columns *c, vv_error *error)
{
    PGresult *result = NULL;
    if (t->n_attempts == 0) return VV_OK;
    VVI_TRY(vvi_pg_ask(store, VVI_PG_ATTEMPTS_PUT, &result, error, store->study, t->id, (const void *)c->reasons,
                       t->n_attempts, (const void *)c->attempt_seconds, t->n_attempts));
    PQclear(result);
    return VV_OK;
}

static vv_status put_row(vvi_pg *store, const vv_trial *t, vvi_arena *arena, vv_error *error)
{
    columns c;
    PGresult *result = NULL;
    vv_status status = VV_OK;
    const bool none = t->n_executions == 0;
    if (!fill_columns(arena, t, &c)) return vvi_no_memory(error);
    VVI_TRY(vvi_pg_ask(store, VVI_PG_TRIAL_PUT, &result, error, store->study, t->id, vv_trial_status_name(t->status),
                       t->n_scores == 0 ? NULL : (const void *)t->scores, t->n_scores, t->violation, t->reason,
                       t->seconds, t->epochs, t->epochs_total, t->worker, known(t->began), known(t->ended),
                       none ? NULL : (const void *)c.best_epochs, t->n_executions, none ? NULL : (const void *)c.scores,
                       t->n_executions, none ? NULL : (const void *)c.seconds, t->n_executions, t->goal));
    if (PQntuples(result) == 0) status = vvi_fail(error, VV_TAKEN, "%s: the next trial is not %d", store->shown, t->id);
    PQclear(result);
    return status == VV_OK ? put_attempts(store, t, &c, error) : status;
}

/* ---- curves --------------------------------------------------------------------------------------------------------- */

/* The epochs of a trial as columns; what they report, in one list, of which each has a stretch. */
typedef struct epochs {
    int *execution, *epoch, *from, *to; /* counted from 1, as in SQL */
    const char **metrics;
    double *values;
    size_t n, n_values;
} epochs;

static bool same_execution(const vv_trial *t, size_t i, size_t first)
{
    return i < t->n_curves && t->curves[i].execution == t->curves[first].execution;
}

static size_t longest(const vv_trial *t, size_t first)
{
    size_t n = 0;
    for (size_t i = first; same_execution(t, i, first); i++)
        if (t->curves[i].n > n) n = t->curves[i].n;
    return n;
}

static bool new_epochs(vvi_arena *arena, const vv_trial *t, epochs *e)
{
    size_t n = 0, values = 0;
    for (size_t i = 0; i < t->n_curves; i++) values += t->curves[i].n;
    for (size_t i = 0; i < t->n_curves; i++)
        if (i == 0 || !same_execution(t, i, i - 1)) n += longest(t, i);
    e->execution = vvi_arena_alloc(arena, (n + 1) * sizeof *e->execution);
    e->epoch = vvi_arena_alloc(arena, (n + 1) * sizeof *e->epoch);
    e->from = vvi_arena_alloc(arena, (n + 1) * sizeof *e->from);
    e->to = vvi_arena_alloc(arena, (n + 1) * sizeof *e->to);
    e->metrics = vvi_arena_alloc(arena, (values + 1) * sizeof *e->metrics);
    e->values = vvi_arena_alloc(arena, (values + 1) * sizeof *e->values);
    return e->execution != NULL && e->epoch != NULL && e->from != NULL && e->to != NULL && e->metrics != NULL &&
           e->values != NULL;
}

static void add_epoch(epochs *e, const vv_trial *t, size_t first, size_t epoch)
{
    e->execution[e->n] = t->curves[first].execution;
    e->epoch[e->n] = (int)epoch;
    e->from[e->n] = (int)e->n_values + 1;
    for (size_t i = first; same_execution(t, i, first); i++) {
        if (epoch >= t->curves[i].n) continue;
        e->metrics[e->n_values] = t->curves[i].metric;
        e->values[e->n_values++] = t->curves[i].values[epoch];
    }
    e->to[e->n++] = (int)e->n_values;
}

static vv_status put_epochs(vvi_pg *store, const vv_trial *t, vvi_arena *arena, vv_error *error)
{
    epochs e = { .n = 0 };
    PGresult *result = NULL;
    if (t->n_curves == 0) return VV_OK;
    if (!new_epochs(arena, t, &e)) return vvi_no_memory(error);
    for (size_t i = 0; i < t->n_curves; i++) {
        if (i > 0 && same_execution(t, i, i - 1)) continue;
        const size_t n = longest(t, i);
        for (size_t epoch = 0; epoch < n; epoch++) add_epoch(&e, t, i, epoch);
    }
    VVI_TRY(vvi_pg_ask(store, VVI_PG_EPOCHS_PUT, &result, error, store->study, t->id, (const void *)e.execution, e.n,
                       (const void *)e.epoch, e.n, (const void *)e.from, e.n, (const void *)e.to, e.n,
                       (const void *)e.metrics, e.n_values, (const void *)e.values, e.n_values));
    PQclear(result);
    return VV_OK;
}

/* ---- values --------------------------------------------------------------------------------------------------------- */

static vv_status put_lists(vvi_pg *store, const vv_trial *t, const vvi_pg_lists *l, vv_error *error)
{
    PGresult *result = NULL;
    const size_t n = t->n_values;
    VVI_TRY(vvi_pg_ask(store, VVI_PG_DOMAINS_PUT, &result, error, store->study, (const void *)l->names, n,
                       (const void *)l->domains, n));
    PQclear(result);
    VVI_TRY(vvi_pg_ask(store, VVI_PG_BUILD_PUT, &result, error, store->study, t->id, (const void *)l->names, n,
                       (const void *)l->domains, n, (const void *)l->values, n, t->model_json));
    PQclear(result);
    return VV_OK;
}

static vv_status put_values(vvi_pg *store, const vv_trial *t, vv_error *error)
{
    vvi_pg_lists lists = { .names = NULL };
    const vvi_beginning beginning = { .values = t->values, .n_values = t->n_values };
    vv_status status = vvi_pg_fill_lists(&lists, &beginning, error);
    if (status == VV_OK) status = put_lists(store, t, &lists, error);
    vvi_arena_deinit(&lists.arena);
    return status;
}

/* Nobody else sees the study: no row is locked, which would take longer with every call of a batch. */
vv_status vvi_pg_trial_put(void *state, const vv_trial *trial, vv_error *error)
{
    vvi_pg *store = state;
    vvi_arena arena = { 0 };
    vv_status status = put_row(store, trial, &arena, error);
    if (status == VV_OK) status = put_values(store, trial, error);
    if (status == VV_OK) status = put_epochs(store, trial, &arena, error);
    vvi_arena_deinit(&arena);
    return status;
}

/* ---- another's place ------------------------------------------------------------------------------------------------- */

static vv_status remove_named(vvi_pg *store, const char *name, vv_error *error)
{
    PGresult *result = NULL;
    vv_status status = VV_OK;
    VVI_TRY(vvi_pg_ask_once(store, VVI_PG_STUDY_REMOVE, &result, error, name, store->worker));
    if (vvi_pg_text(result, 0, 0) != NULL)
        status = vvi_fail(error, VV_LOCKED, "%s: %s is at work at %s: a study is removed when nobody is", store->shown,
                          vvi_pg_text(result, 0, 0), name);
    PQclear(result);
    return status;
}

/* Made again, it finds the name taken by the study itself. */
static vv_status take_place_step(vvi_pg *store, void *context, vv_error *error)
{
    const char *name = context;
    PGresult *result = NULL;
    VVI_TRY(vvi_pg_ask_once(store, VVI_PG_STUDY_FIND, &result, error, name));
    const bool done = PQntuples(result) > 0 && vvi_pg_int(result, 0, 0) == store->study;
    PQclear(result);
    if (done) return VV_OK;
    VVI_TRY(remove_named(store, name, error));
    VVI_TRY(vvi_pg_ask_once(store, VVI_PG_STUDY_RENAME, &result, error, store->study, name));
    PQclear(result);
    return VV_OK;
}

vv_status vvi_pg_take_place(void *state, const char *name, vv_error *error)
{
    vvi_arena arena = { 0 };
    char *copy = vvi_arena_strdup(&arena, name);
    const vv_status status =
        copy == NULL ? vvi_no_memory(error) : vvi_pg_transact(state, true, take_place_step, copy, error);
    vvi_arena_deinit(&arena);
    return status;
}

static vv_status remove_step(vvi_pg *store, void *context, vv_error *error)
{
    (void)context;
    return remove_named(store, store->name, error);
}

vv_status vvi_pg_remove(void *state, vv_error *error)
{
    return vvi_pg_transact(state, true, remove_step, NULL, error);
}
