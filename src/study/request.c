/* request.c - what somebody wants of those who work at a study: posted by anybody, read by all, answered by a worker.
 *
 * Who posts does not open the study to write: neither the lock on a folder nor a place among the workers of a database is
 * needed for it (vvi_store_args.requests), so that it can be done while a search is at work.
 */
#include "study/handle.h"

#include <jansson.h>
#include <string.h>

enum { MOST_VALUES = 1 << 20 };

static const char *const names[] = {
    [VV_REQUEST_STOP] = "stop",       [VV_REQUEST_PAUSE] = "pause",
    [VV_REQUEST_GO_ON] = "go_on",     [VV_REQUEST_STOP_TRIAL] = "stop_trial",
    [VV_REQUEST_ENQUEUE] = "enqueue",
};

const char *vv_request_kind_name(vv_request_kind kind)
{
    const size_t index = (size_t)kind;
    return index < sizeof names / sizeof *names && names[index] != NULL ? names[index] : "unknown";
}

bool vvi_request_kind_of(const char *name, vv_request_kind *kind)
{
    for (int i = VV_REQUEST_STOP; name != NULL && i <= VV_REQUEST_ENQUEUE; i++) {
        *kind = (vv_request_kind)i;
        if (strcmp(names[i], name) == 0) return true;
    }
    return false;
}

/* ---- posting ------------------------------------------------------------------------------------------------------- */

static bool are_configurations(const json_t *root)
{
    bool good = json_is_object(root) || (json_is_array(root) && json_array_size(root) > 0);
    for (size_t i = 0; good && i < json_array_size(root); i++) good = json_is_object(json_array_get(root, i));
    return good;
}

/* What names and values there are only the search knows, which looks at them before it takes them. */
static vv_status check_values(const char *values, vv_error *error)
{
    json_error_t where;
    if (values == NULL) return vvi_fail(error, VV_BAD_ARG, "a request to enqueue without values");
    if (strlen(values) > MOST_VALUES)
        return vvi_fail(error, VV_BAD_ARG, "enqueued: %zu bytes, at most %d are possible", strlen(values),
                        (int)MOST_VALUES);
    json_t *root = json_loads(values, JSON_REJECT_DUPLICATES, &where);
    if (root == NULL)
        return vvi_fail(error, VV_BAD_ARG, "enqueued: line %d, column %d: %.150s", where.line, where.column,
                        where.text);
    const bool good = are_configurations(root);
    json_decref(root);
    if (good) return VV_OK;
    return vvi_fail(error, VV_BAD_ARG, "enqueued: must be an object of names and values, or an array of such");
}

static vv_status check_request(const vv_request *request, vv_error *error)
{
    if (request == NULL || request->kind < VV_REQUEST_STOP || request->kind > VV_REQUEST_ENQUEUE)
        return vvi_fail(error, VV_BAD_ARG, "a request of no kind that there is");
    if (request->kind == VV_REQUEST_STOP_TRIAL && request->trial < 0)
        return vvi_fail(error, VV_BAD_ARG, "a request about trial %d: they are counted from 0", request->trial);
    return request->kind == VV_REQUEST_ENQUEUE ? check_values(request->values, error) : VV_OK;
}

vv_status vv_study_request(const char *where, const vv_request *request, int64_t *id, vv_error *error)
{
    vv_study *study = NULL;
    int64_t posted = -1;
    VVI_TRY(check_request(request, error));
    VVI_TRY(vvi_study_open_for_requests(where, &study, error));
    const vv_status status = study->store->request_post(study->state, request, &posted, error);
    if (id != NULL) *id = posted;
    vv_study_close(study);
    return status;
}

/* ---- reading, answering -------------------------------------------------------------------------------------------- */

static vv_status read_requests(const vv_study *study, const vvi_request_query *query, vv_requests *requests,
                               vv_error *error)
{
    *requests = (vv_requests){ .n = 0 };
    vvi_arena *arena = vvi_calloc(1, sizeof *arena);
    if (arena == NULL) return vvi_no_memory(error);
    requests->memory = arena;
    const vv_status status = study->store->requests(study->state, query, arena, requests, error);
    if (status != VV_OK) vv_requests_free(requests);
    return status;
}

vv_status vv_study_requests(const vv_study *study, int64_t from, vv_requests *requests, vv_error *error)
{
    return read_requests(study, &(vvi_request_query){ .from = from }, requests, error);
}

vv_status vvi_study_open_requests(const vv_study *study, vv_requests *requests, vv_error *error)
{
    return read_requests(study, &(vvi_request_query){ .open = true }, requests, error);
}

vv_status vvi_study_request_bounds(const vv_study *study, vvi_request_bounds *bounds, vv_error *error)
{
    return study->store->request_bounds(study->state, bounds, error);
}

void vv_requests_free(vv_requests *requests)
{
    if (requests == NULL || requests->memory == NULL) return;
    vvi_arena_deinit(requests->memory);
    vvi_free(requests->memory);
    *requests = (vv_requests){ .n = 0 };
}

vv_status vvi_study_answer(vv_study *study, int64_t id, const char *answer, vv_error *error)
{
    VVI_TRY(vvi_study_check_writer(study, error));
    return study->store->request_answer(study->state, id, answer, error);
}

vv_status vvi_study_request_news(vv_study *study, bool *news, vv_error *error)
{
    VVI_TRY(vvi_study_check_writer(study, error));
    return study->store->request_news(study->state, news, error);
}
