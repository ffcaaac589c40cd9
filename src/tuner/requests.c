/* requests.c - what others want of a search that runs (study.h): looked for five times a second, carried out, answered.
 *
 *     stop          as if `stop` said so: what runs ends its epoch, and is INTERRUPTED
 *     pause         the same, but the search waits; time does not count meanwhile
 *     go_on         after a pause, as soon as what ran has ended
 *     stop_trial    by the worker that runs the trial, else by any (stop_trial.c)
 *     enqueue       by whoever has the turn to propose (queue.c)
 *
 * The first three are for all workers: each does what it has not seen yet, whoever was the first to answer. They are for
 * those who were at work when they were made; what was there before a search began only is answered, unless somebody works at
 * the study who was there before it. The other two are carried out once, also when they were made before; that is safe to do
 * again for whoever dies before the answer. What cannot be carried out here and now is left open, and is looked at again.
 *
 * That a search is paused is kept as the fact "paused", for others to see and for workers that join. It means nothing where
 * no worker is live.
 */
#include "tuner/pool.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double look_every_s = 0.2, again_s = 1;

typedef struct vvi_pool pool;

typedef struct heeding {
    pool *p;
    const vv_request *request;
    char answer[VVI_ANSWER_SIZE]; /* "": none, it is left */
} heeding;

/* ---- other workers --------------------------------------------------------------------------------------------------- */

/* Is there another live worker that was at it before `moment`? */
static vv_status find_others(const vvi_search *search, double moment, bool *any, vv_error *error)
{
    vv_workers workers;
    *any = false;
    if (!vvi_study_is_shared(search->study)) return VV_OK;
    VVI_TRY(vv_study_workers(search->study, &workers, error));
    for (size_t i = 0; i < workers.n; i++) {
        const vv_worker *worker = &workers.list[i];
        const bool other = strcmp(worker->name, vvi_study_worker(search->study)) != 0;
        *any = *any || (other && worker->live && worker->began <= moment);
    }
    vv_workers_free(&workers);
    return VV_OK;
}

/* ---- pausing --------------------------------------------------------------------------------------------------------- */

static vv_status say_paused(const pool *p, bool paused, vv_error *error)
{
    return vv_study_set(p->search->study, VVI_FACT_PAUSED, paused ? "yes" : "no", error);
}

static void begin_pause(pool *p)
{
    if (!p->paused) p->paused_at_s = vvi_clock_s();
    p->paused = true;
    p->going_on = false;
    p->search->halt->now = 1;
    vvi_pool_let_go(p);
}

static void leave_out_pause(pool *p)
{
    p->search->began_s += vvi_clock_s() - p->paused_at_s;
    p->paused = p->going_on = false;
}

/* Only when nothing runs any more: who was told to stop must not be told otherwise. */
static void go_on(pool *p)
{
    if (!p->paused || !p->going_on || p->n > 0 || p->stopping) return;
    leave_out_pause(p);
    p->search->halt->now = 0;
    p->changes++;
}

/* ---- each kind ------------------------------------------------------------------------------------------------------- */

static void describe_running(const pool *p, char *text, size_t size)
{
    if (p->n == 0)
        text[0] = '\0';
    else if (p->n == 1)
        snprintf(text, size, "; trial %d ends its epoch first", vvi_attempt_trial(p->attempts[0])->id);
    else
        snprintf(text, size, "; %d trials end their epochs first", p->n);
}

static vv_status stop(heeding *h, vv_error *error)
{
    char first[80];
    describe_running(h->p, first, sizeof first);
    snprintf(h->answer, sizeof h->answer, "the search stops%s", first);
    vvi_pool_stop(h->p);
    return h->p->paused ? say_paused(h->p, false, error) : VV_OK;
}

static vv_status pause_search(heeding *h, vv_error *error)
{
    char first[80];
    pool *p = h->p;
    describe_running(p, first, sizeof first);
    snprintf(h->answer, sizeof h->answer, "%s",
             p->stopping ? VVI_REFUSED "the search stops already" : "the search is paused already");
    if (p->stopping || (p->paused && !p->going_on)) return VV_OK;
    snprintf(h->answer, sizeof h->answer, "the search is paused%s", first);
    begin_pause(p);
    return say_paused(p, true, error);
}

static vv_status let_go_on(heeding *h, vv_error *error)
{
    char first[80];
    pool *p = h->p;
    describe_running(p, first, sizeof first);
    if (p->paused)
        snprintf(h->answer, sizeof h->answer, "the search goes on%s", first);
    else
        snprintf(h->answer, sizeof h->answer, VVI_REFUSED "the search is not paused");
    if (!p->paused) return VV_OK;
    p->going_on = true;
    return say_paused(p, false, error);
}

static int find_attempt(const pool *p, int id)
{
    int i = 0;
    while (i < p->n && vvi_attempt_trial(p->attempts[i])->id != id) i++;
    return i;
}

/* What the oracle is thinking about may be this very trial. */
static vv_status stop_elsewhere(heeding *h, bool *left, vv_error *error)
{
    pool *p = h->p;
    bool ended = false;
    VVI_TRY(vvi_trial_stop(p->search, h->request->trial, &ended, left, h->answer, error));
    if (!ended) return VV_OK;
    p->changes++;
    if (p->asker.asked) vvi_pool_let_go(p);
    VVI_TRY(vv_study_prune_checkpoints(p->search->study, p->search->keep_checkpoints, error));
    return vvi_search_after_trial(p->search, h->request->trial, error);
}

static vv_status stop_trial(heeding *h, vv_error *error)
{
    pool *p = h->p;
    bool left = false;
    const int index = find_attempt(p, h->request->trial);
    if (index < p->n) {
        vvi_attempt_stop(p->attempts[index]);
        VVI_TRY(vvi_pool_end(p, index, error));
    }
    VVI_TRY(stop_elsewhere(h, &left, error));
    p->left = p->left || left;
    return VV_OK;
}

/* Another worker may have been faster; then it is answered. */
static vv_status is_open(const heeding *h, bool *open, vv_error *error)
{
    vv_requests requests;
    VVI_TRY(vv_study_requests(h->p->search->study, h->request->id, &requests, error));
    *open = requests.n > 0 && requests.list[0].id == h->request->id && !requests.list[0].done;
    vv_requests_free(&requests);
    return VV_OK;
}

static vv_status enqueue_in_turn(heeding *h, vv_error *error)
{
    pool *p = h->p;
    vvi_stand standing;
    bool open = false, stopped = false;
    VVI_TRY(is_open(h, &open, error));
    if (!open) return VV_OK;
    VVI_TRY(vvi_stop_look(p->search, &standing, error));
    VVI_TRY(vvi_queue_add(p->search, h->request, (size_t)standing.trials, &stopped, h->answer, error));
    p->changes++;
    return VV_OK;
}

static vv_status enqueue(heeding *h, vv_error *error)
{
    pool *p = h->p;
    bool mine = false;
    const bool proposing = p->proposing;
    VVI_TRY(vvi_study_propose_begin(p->search->study, &mine, error));
    if (!mine) p->left = true;
    if (!mine) return VV_OK;
    const vv_status status = enqueue_in_turn(h, error);
    if (!proposing) vvi_study_propose_end(p->search->study);
    return status;
}

static const struct {
    bool for_all; /* workers that were there when it was made */
    vv_status (*carry_out)(heeding *h, vv_error *error);
} kinds[] = {
    [VV_REQUEST_STOP] = { true, stop },        [VV_REQUEST_PAUSE] = { true, pause_search },
    [VV_REQUEST_GO_ON] = { true, let_go_on },  [VV_REQUEST_STOP_TRIAL] = { false, stop_trial },
    [VV_REQUEST_ENQUEUE] = { false, enqueue },
};

/* ---- one request ----------------------------------------------------------------------------------------------------- */

static vv_status say(const heeding *h, vv_error *error)
{
    char note[VVI_ANSWER_SIZE + 64];
    const vv_request *request = h->request;
    if (h->answer[0] == '\0') return VV_OK;
    snprintf(note, sizeof note, "Request %" PRId64 ", %s: %s", request->id, vv_request_kind_name(request->kind),
             h->answer);
    vvi_search_say(h->p->search, (vv_event){ .kind = VV_EVENT_NOTE, .note = note });
    return request->done ? VV_OK : vvi_study_answer(h->p->search->study, request->id, h->answer, error);
}

/* Made before this search began: it is another worker's who was there already, or nobody's. */
static vv_status turn_down(heeding *h, vv_error *error)
{
    bool others = false;
    VVI_TRY(find_others(h->p->search, h->request->made, &others, error));
    if (others)
        h->p->left = true;
    else
        snprintf(h->answer, sizeof h->answer, VVI_REFUSED "no search ran");
    return VV_OK;
}

static vv_status heed(pool *p, const vv_request *request, vv_error *error)
{
    heeding h = { .p = p, .request = request };
    const bool for_all = kinds[request->kind].for_all, old = request->id < p->search->requests_before;
    if (request->done && (!for_all || old || request->id < p->seen)) return VV_OK;
    if (for_all && (old || request->id < p->seen))
        VVI_TRY(turn_down(&h, error));
    else
        VVI_TRY(kinds[request->kind].carry_out(&h, error));
    return say(&h, error);
}

static vv_status heed_all(pool *p, const vv_requests *requests, vv_error *error)
{
    p->left = false;
    for (size_t i = 0; i < requests->n; i++) {
        const vv_request *request = &requests->list[i];
        const bool left = p->left;
        VVI_TRY(heed(p, request, error));
        if (request->id >= p->seen) p->seen = request->id + 1;
        if (!left && !p->left) p->from = request->id + 1;
    }
    return VV_OK;
}

/* ---- the whole ------------------------------------------------------------------------------------------------------- */

static vv_status is_asked(pool *p, bool *asked, vv_error *error)
{
    const double now_s = vvi_clock_s();
    *asked = false;
    if (now_s - p->looked_at_s < look_every_s) return VV_OK;
    p->looked_at_s = now_s;
    VVI_TRY(vvi_study_request_news(p->search->study, asked, error));
    if (p->left && now_s >= p->again_at_s) *asked = true;
    if (*asked) p->again_at_s = now_s + again_s;
    return VV_OK;
}

/* Whoever stops heeds no more: what comes then is for the next search, or answered at the end. */
vv_status vvi_pool_heed(pool *p, vv_error *error)
{
    vv_requests requests;
    bool asked = false;
    go_on(p);
    if (p->stopping) return VV_OK;
    VVI_TRY(is_asked(p, &asked, error));
    if (!asked) return VV_OK;
    VVI_TRY(vv_study_requests(p->search->study, p->from, &requests, error));
    const vv_status status = heed_all(p, &requests, error);
    vv_requests_free(&requests);
    return status;
}

/* A worker that comes while others are paused is so, too. */
vv_status vvi_pool_requests_begin(pool *p, vv_error *error)
{
    char *text = NULL;
    bool others = false;
    VVI_TRY(vv_study_get(p->search->study, VVI_FACT_PAUSED, &text, error));
    const bool paused = text != NULL && strcmp(text, "yes") == 0;
    free(text);
    if (!paused) return VV_OK;
    VVI_TRY(find_others(p->search, (double)INFINITY, &others, error));
    if (!others) return say_paused(p, false, error);
    begin_pause(p);
    vvi_search_say(p->search, (vv_event){ .kind = VV_EVENT_NOTE, .note = "The search is paused, as others wanted it" });
    return VV_OK;
}

/* What came for this search while it was stopping; the next one would only say that none ran. */
static vv_status answer_late(pool *p, const vv_requests *requests, vv_error *error)
{
    for (size_t i = 0; i < requests->n; i++) {
        heeding h = { .p = p, .request = &requests->list[i] };
        const bool late = h.request->id >= p->search->requests_before && kinds[h.request->kind].for_all;
        if (h.request->done || !late) continue;
        snprintf(h.answer, sizeof h.answer, "%sthe search has ended",
                 h.request->kind == VV_REQUEST_STOP ? "" : VVI_REFUSED);
        VVI_TRY(say(&h, error));
    }
    return VV_OK;
}

static vv_status leave_nothing_open(pool *p, vv_error *error)
{
    vv_requests requests;
    VVI_TRY(vv_study_requests(p->search->study, p->from, &requests, error));
    const vv_status status = answer_late(p, &requests, error);
    vv_requests_free(&requests);
    return status;
}

/* Where others are at work still, they are the ones to answer. */
vv_status vvi_pool_requests_end(pool *p, vv_error *error)
{
    bool others = false;
    const bool paused = p->paused;
    if (paused) leave_out_pause(p);
    VVI_TRY(find_others(p->search, (double)INFINITY, &others, error));
    if (others) return VV_OK;
    VVI_TRY(leave_nothing_open(p, error));
    return paused ? say_paused(p, false, error) : VV_OK;
}
