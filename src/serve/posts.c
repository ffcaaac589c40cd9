/* posts.c - what viewers want of those who work at a study. The body is {"kind": "stop_trial", "trial": 3} or {"kind": "enqueue",
 * "values": {...}}; the answer {"id": n} is that of the request, whose fate events and vvi_part_requests tell. */
#include "serve/parts.h"

#include "study/study.h"

#include <jansson.h>
#include <string.h>

static vv_status read_request(const json_t *body, vv_request *request, char **values, vv_error *error)
{
    const json_t *trial = json_object_get(body, "trial"), *enqueued = json_object_get(body, "values");
    if (!vvi_request_kind_of(json_string_value(json_object_get(body, "kind")), &request->kind))
        return vvi_fail(error, VV_BAD_ARG, "there is no such kind of request");
    if (request->kind == VV_REQUEST_STOP_TRIAL) {
        const json_int_t id = json_is_integer(trial) ? json_integer_value(trial) : -1;
        if (id < 0 || id > INT32_MAX) return vvi_fail(error, VV_BAD_ARG, "the number of the trial is missing");
        request->trial = (int)id;
    }
    if (request->kind == VV_REQUEST_ENQUEUE) {
        request->values = *values = enqueued == NULL ? NULL : json_dumps(enqueued, JSON_COMPACT | JSON_ENCODE_ANY);
        if (*values == NULL) return vvi_fail(error, VV_BAD_ARG, "the values are missing");
    }
    return VV_OK;
}

/* What is asked of a search that runs makes no sense to the next one, which refuses it. */
static vv_status check_live(vvi_desk *desk, const vv_request *request, vv_error *error)
{
    bool live = false;
    if (request->kind == VV_REQUEST_ENQUEUE) return VV_OK;
    VVI_TRY(vvi_desk_is_live(desk, &live, error));
    if (live) return VV_OK;
    return vvi_fail(error, VV_CONFLICT, "no search is at work there");
}

static vv_status make_request(vvi_desk *desk, const char *argument, vvi_text *text, vv_error *error)
{
    json_error_t why;
    json_t *body = json_loads(argument, JSON_REJECT_DUPLICATES, &why);
    vv_request request = { .kind = 0 };
    char *values = NULL;
    int64_t id = 0;
    vv_status status = json_is_object(body) ? VV_OK : vvi_fail(error, VV_BAD_ARG, "the request is no JSON object");
    if (status == VV_OK) status = read_request(body, &request, &values, error);
    if (status == VV_OK) status = check_live(desk, &request, error);
    if (status == VV_OK) status = vv_study_request(vvi_desk_where(desk), &request, &id, error);
    if (status == VV_OK) vvi_text_printf(text, "{\"id\": %lld}", (long long)id);
    free(values);
    json_decref(body);
    return status;
}

const vvi_part vvi_part_request = { .name = "request", .once = true, .make = make_request };
