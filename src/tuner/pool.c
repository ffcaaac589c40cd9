/* pool.c - trials at once: one loop over their processes, the process that proposes, and the store.
 *
 * This process alone writes to the store. It waits for whatever comes first: a record of a trial, an answer, news of other
 * workers, a tenth of a second. Each time around, in this order:
 *
 *     asked to stop?        the trials that run end their epochs; nothing is begun any more
 *     other requests?       carried out, and answered (requests.c)
 *     a place is free       take what there is to be claimed: what was interrupted, woken, is to be tried again
 *                           a reason to stop? else ask for another trial
 *     what has come         epochs are stored, trials that ended are settled, an answer is followed
 *     every now and then    leases are renewed
 *
 * A reason to stop is not for ever: a trial that fails early gives back epochs, one that completes ends a row of failures.
 * So it is looked for anew whenever something has changed, and counts when nothing runs any more; in a study that others
 * write to, when nothing is open any more, since a trial whose worker dies is to be taken over.
 *
 * Nothing that grows with the trials that have ended is kept here.
 */
#include "tuner/pool.h"
#include "study/study.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { WAIT_MS = 100 };

/* Between two looks at the leases, and at what others may have left: often enough for the shortest lease. */
static double beat_every_s(const vvi_search *search)
{
    const double most = 2, part = search->args->lease_s / 4;
    return part > 0 && part < most ? part : most;
}

typedef struct vvi_pool pool;

/* ---- trials that begin ------------------------------------------------------------------------------------------ */

static bool has_room(const pool *p)
{
    return p->n < p->search->workers;
}

static vv_status run(pool *p, int id, vv_error *error)
{
    vvi_attempt *attempt = NULL;
    VVI_TRY(vvi_attempt_begin(p->search, id, &attempt, error));
    p->attempts[p->n++] = attempt;
    vvi_search_say(p->search, (vv_event){ .kind = VV_EVENT_TRIAL_BEGIN, .trial = vvi_attempt_trial(attempt) });
    return VV_OK;
}

static vv_status claim(pool *p, vv_error *error)
{
    int id = 0;
    while (has_room(p) && id >= 0) {
        VVI_TRY(vv_trial_claim(p->search->study, &id, error));
        if (id >= 0) VVI_TRY(run(p, id, error));
    }
    return VV_OK;
}

/* ---- proposals -------------------------------------------------------------------------------------------------- */

static void end_proposing(pool *p)
{
    if (p->proposing) vvi_study_propose_end(p->search->study);
    p->proposing = false;
}

/* It is proposed again when the search goes on. */
void vvi_pool_let_go(pool *p)
{
    vvi_asker_end(&p->asker);
    end_proposing(p);
}

void vvi_pool_stop(pool *p)
{
    if (p->stopping) return;
    p->stopping = true;
    p->search->halt->now = 1;
    vvi_pool_let_go(p);
}

/* Others may have begun some, and have put others into the queue. */
static vv_status read_queue(const pool *p, int n_trials, vv_error *error)
{
    if (!vvi_study_is_shared(p->search->study)) return VV_OK;
    return vvi_queue_read(p->search, (size_t)n_trials, error);
}

/* Where another worker is at it, its turn ends with news, or it dies: then the next beat looks again. */
static vv_status propose(pool *p, vv_error *error)
{
    vvi_stand standing;
    VVI_TRY(vvi_study_propose_begin(p->search->study, &p->proposing, error));
    if (!p->proposing) return VV_OK;
    VVI_TRY(vvi_stop_look(p->search, &standing, error));
    p->open = standing.open;
    p->reason = vvi_stop_reason(p->search, &standing);
    if (p->reason != 0) {
        end_proposing(p);
        return VV_OK;
    }
    VVI_TRY(read_queue(p, standing.trials, error));
    return vvi_asker_ask(&p->asker, error);
}

/* Everything that can begin begins. */
static vv_status fill(pool *p, vv_error *error)
{
    if (p->stopping || p->paused) return VV_OK;
    if (p->claimed != p->changes) {
        p->claimed = p->changes;
        VVI_TRY(claim(p, error));
    }
    if (!has_room(p) || p->asker.asked || p->asked == p->changes) return VV_OK;
    p->asked = p->changes;
    return propose(p, error);
}

/* What it waits for runs, or may have ended while it was thinking. */
static bool can_wait(const pool *p)
{
    return p->n > 0 || p->changes != p->asked || (p->open > 0 && vvi_study_is_shared(p->search->study));
}

static vv_status follow(pool *p, vv_error *error)
{
    vvi_decision decision = { .id = -1 };
    p->asker.answered = false;
    const vv_status status = vvi_answer_follow(p->search, &p->asker.proposal, has_room(p), &decision, error);
    vvi_arena_deinit(&p->asker.proposal.arena);
    end_proposing(p);
    VVI_TRY(status);
    p->reason = decision.reason;
    if (decision.waits && !can_wait(p))
        return vvi_fail(error, VV_MISMATCH, "oracle %s waits for a trial that does not run", p->search->oracle->name);
    if (decision.reason == 0 && !decision.waits) p->changes++;
    return decision.id >= 0 ? run(p, decision.id, error) : VV_OK;
}

/* ---- trials that end -------------------------------------------------------------------------------------------- */

static void say_lost(const pool *p, const vv_trial *trial)
{
    char note[160];
    snprintf(note, sizeof note, "Trial %d is another worker's now: this one had not been heard of for too long",
             trial->id);
    vvi_search_say(p->search, (vv_event){ .kind = VV_EVENT_NOTE, .note = note });
}

static vv_status settle(pool *p, vvi_attempt *attempt, vv_error *error)
{
    vvi_search *search = p->search;
    const vv_trial *trial = vvi_attempt_trial(attempt);
    VVI_TRY(vvi_attempt_settle(attempt, error));
    if (vvi_attempt_is_lost(attempt)) say_lost(p, trial);
    if (vvi_attempt_is_lost(attempt)) return VV_OK;
    VVI_TRY(vv_study_prune_checkpoints(search->study, search->keep_checkpoints, error));
    VVI_TRY(vvi_attempt_keep_weights(attempt, error));
    return vvi_search_after_trial(search, trial->id, error);
}

vv_status vvi_pool_end(pool *p, int index, vv_error *error)
{
    vvi_attempt *attempt = p->attempts[index];
    memmove(p->attempts + index, p->attempts + index + 1, (size_t)(p->n - index - 1) * sizeof *p->attempts);
    p->n--;
    p->changes++;
    const vv_status status = settle(p, attempt, error);
    vvi_attempt_free(attempt);
    return status;
}

static vv_status look_after(pool *p, int index, bool readable, vv_error *error)
{
    vvi_working *working = vvi_attempt_working(p->attempts[index]);
    if (working->at_work) VVI_TRY(vvi_job_step(working, readable, error));
    return working->at_work ? VV_OK : vvi_pool_end(p, index, error);
}

/* From the last to the first: those that end are taken out. */
static vv_status look_after_all(pool *p, vv_error *error)
{
    for (int i = p->n - 1; i >= 0; i--) VVI_TRY(look_after(p, i, p->waiting[i].revents != 0, error));
    return VV_OK;
}

/* ---- waiting ---------------------------------------------------------------------------------------------------- */

static int ear_of(const pool *p)
{
    return vvi_study_ear(p->search->study);
}

static vv_status wait_for_news(pool *p, vv_error *error)
{
    int wait_ms = WAIT_MS;
    for (int i = 0; i < p->n; i++) {
        const vvi_working *working = vvi_attempt_working(p->attempts[i]);
        const int patience_ms = vvi_job_patience_ms(working);
        p->waiting[i] = (struct pollfd){ .fd = vvi_job_fd(working), .events = POLLIN };
        if (patience_ms < wait_ms) wait_ms = patience_ms;
    }
    p->waiting[p->n] = (struct pollfd){ .fd = vvi_job_fd(&p->asker.working), .events = POLLIN };
    p->waiting[p->n + 1] = (struct pollfd){ .fd = ear_of(p), .events = POLLIN };
    const int n = poll(p->waiting, (nfds_t)p->n + 2, wait_ms);
    if (n < 0 && errno != EINTR) return vvi_fail(error, VV_IO, "cannot wait for processes: %s", strerror(errno));
    for (int i = 0; n < 0 && i < p->n + 2; i++) p->waiting[i].revents = 0;
    return VV_OK;
}

static vv_status hear(pool *p, bool readable, vv_error *error)
{
    if (!readable) return VV_OK;
    p->changes++;
    return vvi_study_hear(p->search->study, error);
}

static vv_status beat(pool *p, vv_error *error)
{
    const double now_s = vvi_clock_s();
    if (now_s - p->beat_at_s < beat_every_s(p->search)) return VV_OK;
    p->beat_at_s = now_s;
    if (vvi_study_is_shared(p->search->study)) p->changes++; /* a lease that lapses tells nobody */
    int *ids = vvi_calloc((size_t)p->n + 1, sizeof *ids);
    bool *lost = vvi_calloc((size_t)p->n + 1, sizeof *lost);
    vv_status status = ids == NULL || lost == NULL ? vvi_no_memory(error) : VV_OK;
    for (int i = 0; status == VV_OK && i < p->n; i++) ids[i] = vvi_attempt_trial(p->attempts[i])->id;
    const vvi_beat beat = { .slots = p->search->workers, .ids = ids, .lost = lost, .n = (size_t)p->n };
    if (status == VV_OK) status = vvi_study_beat(p->search->study, &beat, error);
    for (int i = 0; status == VV_OK && i < p->n; i++)
        if (lost[i]) vvi_attempt_lose(p->attempts[i]);
    for (int i = 0; status == VV_OK && i < p->n; i++) status = vvi_attempt_keep_states(p->attempts[i], false, error);
    vvi_free(ids);
    vvi_free(lost);
    return status;
}

static vv_status wait_and_see(pool *p, vv_error *error)
{
    const vv_search_args *args = p->search->args;
    VVI_TRY(wait_for_news(p, error));
    if (args->on_tick != NULL) args->on_tick(args->context);
    const bool answer = p->waiting[p->n].revents != 0, ear = p->waiting[p->n + 1].revents != 0;
    VVI_TRY(look_after_all(p, error));
    VVI_TRY(vvi_asker_step(&p->asker, answer, error));
    if (p->asker.answered) VVI_TRY(follow(p, error));
    VVI_TRY(hear(p, ear, error));
    return beat(p, error);
}

/* ---- the loop --------------------------------------------------------------------------------------------------- */

static void heed_stop(pool *p)
{
    const volatile int *stop = p->search->args->stop;
    if (stop != NULL && *stop != 0) vvi_pool_stop(p);
}

static bool is_over(const pool *p)
{
    if (p->n > 0 || p->asker.asked) return false;
    if (p->stopping) return true;
    if (p->paused) return false;
    return p->reason != 0 && (p->open == 0 || !vvi_study_is_shared(p->search->study));
}

static vv_status loop(pool *p, vv_error *error)
{
    while (true) {
        heed_stop(p);
        VVI_TRY(vvi_pool_heed(p, error));
        VVI_TRY(fill(p, error));
        if (is_over(p)) return VV_OK;
        VVI_TRY(wait_and_see(p, error));
    }
}

static vv_status prepare(pool *p, vv_error *error)
{
    const size_t n = (size_t)p->search->workers;
    p->attempts = vvi_calloc(n, sizeof *p->attempts);
    p->waiting = vvi_calloc(n + 2, sizeof *p->waiting);
    return p->attempts == NULL || p->waiting == NULL ? vvi_no_memory(error) : VV_OK;
}

vv_status vvi_pool_run(vvi_search *search, vv_stop_reason *reason, vv_error *error)
{
    pool p = { .search = search, .asker = { .search = search }, .changes = 1, .from = search->requests_open };
    search->pool = &p;
    vv_status status = prepare(&p, error);
    if (status == VV_OK) status = vvi_pool_requests_begin(&p, error);
    if (status == VV_OK) status = loop(&p, error);
    if (status == VV_OK) status = vvi_pool_requests_end(&p, error);
    for (int i = 0; i < p.n; i++) vvi_attempt_free(p.attempts[i]);
    vvi_pool_let_go(&p);
    vvi_free(p.attempts);
    vvi_free(p.waiting);
    search->pool = NULL;
    *reason = p.stopping ? VV_STOP_INTERRUPTED : p.reason;
    return status;
}

int vvi_pool_running(const vvi_search *search)
{
    return search->pool == NULL ? 0 : search->pool->n;
}
