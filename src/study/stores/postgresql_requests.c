/* postgresql_requests.c - requests to whoever works at a study in PostgreSQL. A request is told with its row
 * (postgresql_functions_2.c); that there may be one is known by what was heard, and after a connection was made anew. */
#include "study/stores/postgresql.h"

#include <math.h>

vv_status vvi_pg_request_post(void *state, const vv_request *request, int64_t *id, vv_error *error)
{
    vvi_pg *store = state;
    PGresult *result = NULL;
    const double trial = request->kind == VV_REQUEST_STOP_TRIAL ? request->trial : (double)NAN;
    VVI_TRY(vvi_pg_ask(store, VVI_PG_REQUEST_POST, &result, error, store->study, store->worker,
                       vv_request_kind_name(request->kind),
                       request->kind == VV_REQUEST_ENQUEUE ? request->values : NULL, trial));
    const int64_t posted = vvi_pg_int64(result, 0, 0);
    PQclear(result);
    if (posted == VV_NOT_FOUND)
        return vvi_fail(error, VV_NOT_FOUND, "%s: there is no trial %d", store->shown, request->trial);
    if (posted < 0) return vvi_fail(error, VV_NOT_FOUND, "%s: the study was removed by another program", store->shown);
    *id = posted;
    return VV_OK;
}

vv_status vvi_pg_request_answer(void *state, int64_t id, const char *answer, vv_error *error)
{
    vvi_pg *store = state;
    PGresult *result = NULL;
    VVI_TRY(vvi_pg_ask(store, VVI_PG_REQUEST_ANSWER, &result, error, store->study, id, answer));
    PQclear(result);
    return VV_OK;
}

vv_status vvi_pg_request_news(void *state, bool *news, vv_error *error)
{
    (void)error;
    vvi_pg *store = state;
    *news = store->asked;
    store->asked = false;
    return VV_OK;
}

/* ---- reading ------------------------------------------------------------------------------------------------------- */

static vv_status copy_text(const PGresult *result, int row, int column, vvi_arena *arena, const char **text,
                           vv_error *error)
{
    const char *found = vvi_pg_text(result, row, column);
    *text = found == NULL ? NULL : vvi_arena_strdup(arena, found);
    return found != NULL && *text == NULL ? vvi_no_memory(error) : VV_OK;
}

static vv_status take_request(const vvi_pg *store, const PGresult *result, int row, vvi_arena *arena,
                              vv_request *request, vv_error *error)
{
    *request = (vv_request){ .id = vvi_pg_int64(result, row, 0),
                             .trial = vvi_pg_int(result, row, 2),
                             .made = vvi_pg_double(result, row, 4),
                             .done = vvi_pg_text(result, row, 5) != NULL };
    if (!vvi_request_kind_of(vvi_pg_text(result, row, 1), &request->kind))
        return vvi_fail(error, VV_DATABASE, "%s: request %lld is of no kind that there is", store->shown,
                        (long long)request->id);
    VVI_TRY(copy_text(result, row, 3, arena, &request->values, error));
    return copy_text(result, row, 5, arena, &request->answer, error);
}

static vv_status take_requests(const vvi_pg *store, const PGresult *result, vvi_arena *arena, vv_requests *requests,
                               vv_error *error)
{
    const int n = PQntuples(result);
    vv_request *list = vvi_arena_alloc(arena, ((size_t)n + 1) * sizeof *list);
    if (list == NULL) return vvi_no_memory(error);
    for (int i = 0; i < n; i++) VVI_TRY(take_request(store, result, i, arena, &list[i], error));
    requests->list = list;
    requests->n = (size_t)n;
    return VV_OK;
}

vv_status vvi_pg_requests(void *state, const vvi_request_query *query, vvi_arena *arena, vv_requests *requests,
                          vv_error *error)
{
    vvi_pg *store = state;
    PGresult *result = NULL;
    if (store->version < 2) return VV_OK; /* there are none yet */
    VVI_TRY(vvi_pg_ask(store, VVI_PG_REQUESTS, &result, error, store->study, query->from, (int)query->open));
    const vv_status status = take_requests(store, result, arena, requests, error);
    PQclear(result);
    return status;
}

vv_status vvi_pg_request_bounds(void *state, vvi_request_bounds *bounds, vv_error *error)
{
    vvi_pg *store = state;
    PGresult *result = NULL;
    *bounds = (vvi_request_bounds){ .next = 0 };
    if (store->version < 2) return VV_OK;
    VVI_TRY(vvi_pg_ask(store, VVI_PG_REQUEST_BOUNDS, &result, error, store->study));
    bounds->next = vvi_pg_int64(result, 0, 0);
    bounds->open = vvi_pg_text(result, 0, 1) == NULL ? bounds->next : vvi_pg_int64(result, 0, 1);
    PQclear(result);
    return VV_OK;
}
