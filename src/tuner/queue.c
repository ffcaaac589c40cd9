/* queue.c - trials that were not the oracle's idea: the defaults, and what a user wants to be tried.
 *
 * They are kept with the study, as the fact "enqueued", until they have run: a search that goes on after it was stopped
 * has them still, whether or not they are given again. What became of each is written before the trial begins, with the
 * number that the trial will get; a number that no trial has is one whose writer died in between, and the configuration
 * waits again. What a request enqueues is kept with the request's number: who dies before the answer has not to do it twice.
 */
#include "study/study.h"
#include "tuner/tuner.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char fact[] = "enqueued";

/* Of a request: while it is looked at, nobody looks after the trials that run, and no heartbeat is sent. */
enum { MOST_ADDED = 1000 };
static const double check_limit_s = 10;

/* ---- what there is ---------------------------------------------------------------------------------------------- */

vvi_queued *vvi_queue_next(const vvi_search *search)
{
    for (size_t i = 0; search->queue != NULL && i < search->queue->n; i++)
        if (search->queue->list[i].trial == VVI_WAITING) return &search->queue->list[i];
    return NULL;
}

size_t vvi_queue_waiting(const vvi_search *search)
{
    size_t n = 0;
    for (size_t i = 0; search->queue != NULL && i < search->queue->n; i++)
        n += search->queue->list[i].trial == VVI_WAITING;
    return n;
}

void vvi_queued_describe(const vvi_queued *queued, char *text, size_t size)
{
    vvi_text all = { 0 };
    if (queued->defaults && queued->n == 0) vvi_text_printf(&all, "the defaults");
    if (queued->n > 0) vvi_values_write(&all, queued->values, queued->n);
    snprintf(text, size, "%s", all.data == NULL ? "{}" : all.data);
    vvi_text_deinit(&all);
}

static bool has(const vvi_queued *queued, const vv_assignment *wanted)
{
    for (size_t i = 0; i < queued->n; i++)
        if (strcmp(queued->values[i].name, wanted->name) == 0)
            return vv_value_equal(queued->values[i].value, wanted->value);
    return false;
}

static bool is_same(const vvi_queued *a, const vvi_queued *b)
{
    bool same = a->defaults == b->defaults && a->n == b->n;
    for (size_t i = 0; same && i < a->n; i++) same = has(b, &a->values[i]);
    return same;
}

/* ---- reading ---------------------------------------------------------------------------------------------------- */

static vv_status reserve(vvi_queue *queue, vv_error *error)
{
    const bool held = vvi_arena_reserve(&queue->arena, &queue->list, queue->n, sizeof *queue->list);
    return held ? VV_OK : vvi_no_memory(error);
}

static vv_status take_item(vvi_queue *queue, const json_t *item, bool stored, vv_error *error)
{
    char what[64];
    VVI_TRY(reserve(queue, error));
    vvi_queued *next = &queue->list[queue->n];
    snprintf(what, sizeof what, "enqueued configuration %zu", queue->n + 1);
    *next = (vvi_queued){ .trial = VVI_WAITING, .request = -1 };
    if (stored) {
        next->defaults = json_is_true(json_object_get(item, "defaults"));
        next->trial = (int)json_integer_value(json_object_get(item, "trial"));
        const json_t *request = json_object_get(item, "request");
        if (json_is_integer(request)) next->request = json_integer_value(request);
        item = json_object_get(item, "values");
    }
    VVI_TRY(vvi_values_read(item, what, &queue->arena, &next->values, &next->n, error));
    queue->n++;
    return VV_OK;
}

/* One object, or an array of them. */
static vv_status take_all(vvi_queue *queue, const json_t *root, bool stored, vv_error *error)
{
    if (json_is_object(root)) return take_item(queue, root, stored, error);
    if (!json_is_array(root))
        return vvi_fail(error, VV_BAD_ARG, "enqueued: must be an object of names and values, or an array of such");
    for (size_t i = 0; i < json_array_size(root); i++)
        VVI_TRY(take_item(queue, json_array_get(root, i), stored, error));
    return VV_OK;
}

static vv_status take_text(vvi_queue *queue, const char *text, bool stored, vv_error *error)
{
    json_error_t where;
    if (text == NULL) return VV_OK;
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &where);
    if (root == NULL)
        return vvi_fail(error, VV_BAD_ARG, "enqueued: line %d, column %d: %.150s", where.line, where.column,
                        where.text);
    const vv_status status = take_all(queue, root, stored, error);
    json_decref(root);
    return status;
}

static vv_status take_given(vvi_queue *queue, const vv_search_args *args, vv_error *error)
{
    static const char defaults[] = "{\"defaults\": true, \"trial\": -1, \"values\": {}}";
    if (args->defaults_first) VVI_TRY(take_text(queue, defaults, true, error));
    return take_text(queue, args->enqueued, false, error);
}

vv_status vvi_queue_new(vvi_search *search, vv_error *error)
{
    search->queue = vvi_calloc(1, sizeof *search->queue);
    if (search->queue == NULL) return vvi_no_memory(error);
    const vv_status status = take_given(search->queue, search->args, error);
    if (status != VV_OK) vvi_queue_free(search);
    return status;
}

void vvi_queue_free(vvi_search *search)
{
    if (search->queue == NULL) return;
    vvi_arena_deinit(&search->queue->arena);
    vvi_free(search->queue);
    search->queue = NULL;
}

/* ---- with a study ----------------------------------------------------------------------------------------------- */

static vv_status store(const vvi_search *search, vv_error *error)
{
    vvi_text text = { 0 };
    const vvi_queue *queue = search->queue;
    if (queue->n == 0) return VV_OK;
    for (size_t i = 0; i < queue->n; i++) {
        const vvi_queued *queued = &queue->list[i];
        vvi_text_printf(&text, "%s{\"defaults\": %s, \"trial\": %d, ", i == 0 ? "[" : ",\n ",
                        queued->defaults ? "true" : "false", queued->trial);
        if (queued->request >= 0) vvi_text_printf(&text, "\"request\": %" PRId64 ", ", queued->request);
        vvi_text_printf(&text, "\"values\": ");
        vvi_values_write(&text, queued->values, queued->n);
        vvi_text_printf(&text, "}");
    }
    vvi_text_printf(&text, "]");
    const vv_status status = text.failed ? vvi_no_memory(error) : vv_study_set(search->study, fact, text.data, error);
    vvi_text_deinit(&text);
    return status;
}

vv_status vvi_queue_settle(vvi_search *search, vvi_queued *queued, int trial, vv_error *error)
{
    queued->trial = trial;
    return store(search, error);
}

static size_t count_same(const vvi_queued *list, size_t n, const vvi_queued *wanted)
{
    size_t same = 0;
    for (size_t i = 0; i < n; i++) same += is_same(&list[i], wanted);
    return same;
}

/* The second of two that are given is kept if no second one is kept already. */
static vv_status add_new(vvi_queue *queue, size_t kept, const vvi_queued *given, size_t at, vv_error *error)
{
    if (count_same(queue->list, kept, &given[at]) > count_same(given, at, &given[at])) return VV_OK;
    VVI_TRY(reserve(queue, error));
    queue->list[queue->n++] = given[at];
    return VV_OK;
}

/* A number that no trial has: the writer died before it began. */
static void wait_again(vvi_queue *queue, size_t n_trials)
{
    for (size_t i = 0; i < queue->n; i++)
        if (queue->list[i].trial >= 0 && (size_t)queue->list[i].trial >= n_trials) queue->list[i].trial = VVI_WAITING;
}

/* The arena keeps what was there, which may be what the caller gives. */
static vv_status read_stored(vvi_search *search, size_t n_trials, vv_error *error)
{
    vvi_queue *queue = search->queue;
    char *stored = NULL;
    VVI_TRY(vv_study_get(search->study, fact, &stored, error));
    queue->list = NULL;
    queue->n = 0;
    const vv_status status = take_text(queue, stored, true, error);
    free(stored);
    if (status == VV_OK) wait_again(queue, n_trials);
    return status;
}

vv_status vvi_queue_open(vvi_search *search, size_t n_trials, vv_error *error)
{
    vvi_queue *queue = search->queue;
    const vvi_queued *given = queue->list;
    const size_t n_given = queue->n;
    VVI_TRY(read_stored(search, n_trials, error));
    const size_t kept = queue->n;
    for (size_t i = 0; i < n_given; i++) VVI_TRY(add_new(queue, kept, given, i, error));
    return store(search, error);
}

vv_status vvi_queue_read(vvi_search *search, size_t n_trials, vv_error *error)
{
    vvi_arena_empty(&search->queue->arena);
    return read_stored(search, n_trials, error);
}

/* ---- while the search runs ----------------------------------------------------------------------------------------- */

/* Names and values are looked at in a child, as are those that a search begins with. Its guard is not the asker's. */
static vv_status check_added(const vvi_search *search, vvi_queue *added, bool *stopped, vv_error *said, vv_error *error)
{
    if (added->n > MOST_ADDED)
        return vvi_fail(said, VV_BAD_ARG, "enqueued: %zu configurations, at most %d are possible at once", added->n,
                        (int)MOST_ADDED);
    vvi_search probe = *search;
    probe.queue = added;
    probe.bound.guard = vvi_guard_new();
    if (probe.bound.guard == NULL) return vvi_no_memory(said);
    vvi_study_detach(search->study);
    const vv_status status = vvi_enqueued_check(&probe, check_limit_s, stopped, said),
                    attached = vvi_study_attach(search->study, error);
    vvi_guard_free(probe.bound.guard);
    return attached != VV_OK ? attached : status;
}

static vv_status keep(vvi_search *search, const vvi_queue *added, const vv_request *request, vv_error *error)
{
    vvi_queue *queue = search->queue;
    for (size_t i = 0; i < queue->n; i++)
        if (queue->list[i].request == request->id) return VV_OK;
    for (size_t i = 0; i < added->n; i++) {
        VVI_TRY(reserve(queue, error));
        queue->list[queue->n] = added->list[i];
        queue->list[queue->n++].request = request->id;
    }
    return store(search, error);
}

/* What is read anew lives as long as the queue. */
static vv_status add(vvi_search *search, const vvi_queue *added, const vv_request *request, size_t n_trials,
                     vv_error *error)
{
    VVI_TRY(vvi_queue_read(search, n_trials, error));
    VVI_TRY(keep(search, added, request, error));
    return vvi_queue_read(search, n_trials, error);
}

/* Is it the values' fault? */
static bool is_refusal(vv_status status)
{
    return status != VV_OK && status != VV_NO_MEMORY && status != VV_IO;
}

vv_status vvi_queue_add(vvi_search *search, const vv_request *request, size_t n_trials, bool *stopped,
                        char answer[VVI_ANSWER_SIZE], vv_error *error)
{
    vvi_queue added = { .n = 0 };
    vv_error said = { 0 }, broken = { 0 };
    vv_status status = take_text(&added, request->values, false, &said);
    if (status == VV_OK) status = check_added(search, &added, stopped, &said, &broken);
    if (broken.status != VV_OK) {
        status = vvi_fail(error, broken.status, "%s", broken.text);
    } else if (is_refusal(status)) {
        snprintf(answer, VVI_ANSWER_SIZE, VVI_REFUSED "%s", said.text);
        status = VV_OK;
    } else if (status != VV_OK) {
        status = vvi_fail(error, status, "%s", said.text);
    } else if (!*stopped) {
        snprintf(answer, VVI_ANSWER_SIZE, "enqueued: %zu configuration%s", added.n, added.n == 1 ? "" : "s");
        status = add(search, &added, request, n_trials, error);
    }
    vvi_arena_deinit(&added.arena);
    return status;
}
