/* postgresql_write.c - facts, and what changes trials: each a call of a function of the schema (postgresql_functions.c). */
#include "study/stores/postgresql.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- facts ------------------------------------------------------------------------------------------------------- */

vv_status vvi_pg_fact_set(void *state, const char *key, const char *text, vv_error *error)
{
    vvi_pg *store = state;
    PGresult *result = NULL;
    VVI_TRY(vvi_pg_ask(store, VVI_PG_FACT_SET, &result, error, store->study, key, text));
    PQclear(result);
    return VV_OK;
}

vv_status vvi_pg_fact_get(void *state, const char *key, char **text, vv_error *error)
{
    vvi_pg *store = state;
    PGresult *result = NULL;
    *text = NULL;
    VVI_TRY(vvi_pg_ask(store, VVI_PG_FACT_GET, &result, error, store->study, key));
    const bool found = PQntuples(result) > 0;
    if (found) *text = vvi_strdup(vvi_pg_text(result, 0, 0));
    PQclear(result);
    return found && *text == NULL ? vvi_no_memory(error) : VV_OK;
}

/* ---- beginning --------------------------------------------------------------------------------------------------- */

static bool new_lists(vvi_pg_lists *l, const vvi_beginning *b)
{
    l->names = vvi_arena_alloc(&l->arena, (b->n_values + 1) * sizeof *l->names);
    l->domains = vvi_arena_alloc(&l->arena, (b->n_values + 1) * sizeof *l->domains);
    l->values = vvi_arena_alloc(&l->arena, (b->n_values + 1) * sizeof *l->values);
    l->reasons = vvi_arena_alloc(&l->arena, (b->n_refusals + 1) * sizeof *l->reasons);
    l->examples = vvi_arena_alloc(&l->arena, (b->n_refusals + 1) * sizeof *l->examples);
    l->counts = vvi_arena_alloc(&l->arena, (b->n_refusals + 1) * sizeof *l->counts);
    return l->names != NULL && l->domains != NULL && l->values != NULL && l->reasons != NULL && l->examples != NULL &&
           l->counts != NULL;
}

/* Reads back as the same bits. */
static const char *value_text(vvi_arena *arena, vv_value value)
{
    char number[VVI_FORMAT_SIZE];
    switch (value.type) {
    case VV_VALUE_INT:
        return vvi_arena_printf(arena, "%" PRId64, value.i);
    case VV_VALUE_FLOAT:
        return vvi_arena_strdup(arena, vvi_format_double(value.f, number));
    case VV_VALUE_BOOL:
        return value.b ? "true" : "false";
    case VV_VALUE_STRING:
        return vvi_arena_strdup(arena, value.s);
    }
    return NULL;
}

static vv_status check_names(const vvi_beginning *b, vv_error *error)
{
    for (size_t i = 0; i < b->n_values; i++)
        for (size_t k = 0; k < i; k++)
            if (strcmp(b->values[i].name, b->values[k].name) == 0)
                return vvi_fail(error, VV_BAD_ARG, "%s: two values of one name", b->values[i].name);
    return VV_OK;
}

vv_status vvi_pg_fill_lists(vvi_pg_lists *l, const vvi_beginning *b, vv_error *error)
{
    if (!new_lists(l, b)) return vvi_no_memory(error);
    for (size_t i = 0; i < b->n_values; i++) {
        char *domain = NULL;
        VVI_TRY(vvi_domain_to_json(&b->values[i].domain, b->values[i].name, &domain, error));
        l->names[i] = b->values[i].name;
        l->domains[i] = vvi_arena_strdup(&l->arena, domain);
        l->values[i] = value_text(&l->arena, b->values[i].value);
        vvi_free(domain);
        if (l->domains[i] == NULL || l->values[i] == NULL) return vvi_no_memory(error);
    }
    for (size_t i = 0; i < b->n_refusals; i++) {
        l->reasons[i] = b->refusals[i].reason;
        l->examples[i] = b->refusals[i].values;
        l->counts[i] = b->refusals[i].n;
    }
    return VV_OK;
}

static vv_status told(vvi_pg *store, vv_status status)
{
    if (status == VV_OK) vvi_pg_tell(store);
    return status;
}

vv_status vvi_pg_trial_begin(void *state, const vvi_beginning *beginning, int *id, vv_error *error)
{
    vvi_pg *store = state;
    const vvi_beginning *b = beginning;
    const int how = b->waiting ? 1 : b->by_hand ? 2 : 0;
    const double expected = b->expects ? b->expected : (double)NAN;
    vvi_pg_lists l = { .names = NULL };
    VVI_TRY(check_names(b, error));
    vv_status status = vvi_pg_fill_lists(&l, b, error);
    if (status == VV_OK)
        status = vvi_pg_write(store, VVI_PG_BEGIN, -1, id, error, store->lease_s, how, b->goal, expected, l.names,
                              b->n_values, l.domains, b->n_values, l.values, b->n_values, b->model_json, l.reasons,
                              b->n_refusals, l.examples, b->n_refusals, l.counts, b->n_refusals);
    vvi_arena_deinit(&l.arena);
    return b->waiting ? told(store, status) : status;
}

vv_status vvi_pg_trial_claim(void *state, int *id, vv_error *error)
{
    vvi_pg *store = state;
    *id = VVI_PG_IDLE;
    for (int looks = 0; *id == VVI_PG_IDLE && looks < 2; looks++) /* postgresql_ear.c: why twice */
        VVI_TRY(vvi_pg_write(store, VVI_PG_CLAIM, -1, id, error, store->lease_s));
    if (*id < 0) *id = -1;
    return VV_OK;
}

/* ---- going on ---------------------------------------------------------------------------------------------------- */

vv_status vvi_pg_trial_take_in_hand(void *state, int id, vv_error *error)
{
    vvi_pg *store = state;
    int answer = 0;
    return vvi_pg_write(store, VVI_PG_TAKE_IN_HAND, id, &answer, error, store->lease_s, id);
}

vv_status vvi_pg_trial_take(void *state, int id, vv_error *error)
{
    vvi_pg *store = state;
    int answer = 0;
    return vvi_pg_write(store, VVI_PG_TAKE, id, &answer, error, store->lease_s, id);
}

vv_status vvi_pg_trial_put_back(void *state, int id, vv_error *error)
{
    int answer = 0;
    return vvi_pg_write(state, VVI_PG_PUT_BACK, id, &answer, error, id);
}

vv_status vvi_pg_trial_epoch(void *state, int id, int execution, int epoch, const char *const *metrics,
                             const double *values, size_t n, vv_error *error)
{
    int answer = 0;
    return vvi_pg_write(state, VVI_PG_EPOCH, id, &answer, error, id, execution, epoch,
                        n == 0 ? "" : (const void *)metrics, n, n == 0 ? "" : (const void *)values, n);
}

vv_status vvi_pg_trial_execution(void *state, int id, int execution, const vv_execution *result, vv_error *error)
{
    int answer = 0;
    return vvi_pg_write(state, VVI_PG_EXECUTION, id, &answer, error, id, execution, result->best_epoch, result->score,
                        result->seconds);
}

vv_status vvi_pg_trial_end(void *state, int id, const vv_trial_result *result, vv_error *error)
{
    int answer = 0;
    const double violation = result->violation.set ? result->violation.value : (double)NAN;
    return told(state, vvi_pg_write(state, VVI_PG_END, id, &answer, error, id, vv_trial_status_name(result->status),
                                    result->n_scores == 0 ? NULL : result->scores, result->n_scores, violation,
                                    result->reason, result->seconds));
}

vv_status vvi_pg_trial_wake(void *state, int id, int goal, vv_error *error)
{
    int answer = 0;
    return told(state, vvi_pg_write(state, VVI_PG_WAKE, id, &answer, error, id, goal));
}

vv_status vvi_pg_trial_retry(void *state, int id, const char *reason, double seconds, vv_error *error)
{
    int answer = 0;
    return told(state, vvi_pg_write(state, VVI_PG_RETRY, id, &answer, error, id, reason, seconds));
}
