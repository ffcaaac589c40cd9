/* posts.c - what viewers want of those who work at a study. The body is {"kind": "stop_trial", "trial": 3} or {"kind": "enqueue",
 * "values": {...}}; the answer {"id": n} is that of the request, whose fate events and vvi_part_requests tell. */
#include "serve/parts.h"

#include "study/study.h"

#include <jansson.h>
#include <string.h>

/* What a request has besides its kind; NULL: nothing. A word too much, as a trial of one that stops the whole search, was meant
 * otherwise. */
static const char *const members[] = { [VV_REQUEST_STOP_TRIAL] = "trial", [VV_REQUEST_ENQUEUE] = "values" };

static vv_status check_members(const json_t *body, vv_request_kind kind, vv_error *error)
{
    const char *key, *other = (size_t)kind < sizeof members / sizeof *members ? members[kind] : NULL;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)body, key, value)
    {
        if (strcmp(key, "kind") == 0 || (other != NULL && strcmp(key, other) == 0)) continue;
        return vvi_fail(error, VV_BAD_ARG, "such a request has no \"%.40s\"", key);
    }
    return VV_OK;
}

static vv_status read_request(const json_t *body, vv_request *request, char **values, vv_error *error)
{
    const json_t *trial = json_object_get(body, "trial"), *enqueued = json_object_get(body, "values");
    if (!vvi_request_kind_of(json_string_value(json_object_get(body, "kind")), &request->kind))
        return vvi_fail(error, VV_BAD_ARG, "there is no such kind of request");
    VVI_TRY(check_members(body, request->kind, error));
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
