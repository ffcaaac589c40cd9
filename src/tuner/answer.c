/* answer.c - what the answer of the oracle leads to: a trial that begins, one that goes on, a reason to stop.
 *
 * An answer was given for a study as it was a moment ago. A trial begins only if it gets the number that it was proposed
 * for: values, seeds and what counts as tried belong to it. Where somebody was faster nothing has happened, and the oracle
 * is asked again.
 */
#include "study/study.h"
#include "tuner/tuner.h"

#include <stdio.h>
#include <string.h>

typedef struct following {
    vvi_search *search;
    const vvi_proposal *proposal;
    vvi_stand standing;
    bool room;
    vvi_decision *decision;
} following;

/* ---- notes ------------------------------------------------------------------------------------------------------ */

static void say_note(vvi_search *search, const vvi_proposal *p)
{
    if (p->note[0] == '\0' || strcmp(p->note, search->note) == 0) return;
    char note[sizeof search->note + 64];
    snprintf(search->note, sizeof search->note, "%s", p->note);
    snprintf(note, sizeof note, "%.60s: %s", search->oracle->name, p->note);
    vvi_search_say(search, (vv_event){ .kind = VV_EVENT_NOTE, .note = note });
}

/* The parent's queue is what the study held when it was asked. */
static vvi_queued *find_queued(const vvi_search *search, const vvi_proposal *p)
{
    const vvi_queue *queue = search->queue;
    return p->queued >= 0 && (size_t)p->queued < queue->n ? &queue->list[p->queued] : NULL;
}

/* An enqueued configuration that cannot be a trial any more: that is said, and the next has its turn. */
static vv_status skip(vvi_search *search, const vvi_proposal *p, vvi_queued *queued, vv_error *error)
{
    char what[120], note[400];
    vvi_queued_describe(queued, what, sizeof what);
    snprintf(note, sizeof note, "Enqueued, and skipped: %s: %s", what, p->note);
    vvi_search_say(search, (vv_event){ .kind = VV_EVENT_NOTE, .note = note });
    return vvi_queue_settle(search, queued, VVI_SKIPPED, error);
}

/* ---- beginning -------------------------------------------------------------------------------------------------- */

/* A space of which nothing builds is a mistake in the hypermodel, not a search that came to its end. */
vv_status vvi_answer_nothing_builds(const vvi_proposal *p, vv_error *error)
{
    const vv_refusal *most = p->refusals;
    for (size_t i = 1; i < p->n_refusals; i++)
        if (p->refusals[i].n > most->n) most = &p->refusals[i];
    return vvi_fail(error, VV_BAD_ARG, "no configuration of this hypermodel %s: %.250s",
                    p->kind == VV_ANSWER_EXHAUSTED ? "builds" : "was found to build", most->reason);
}

/* Where there is no room for it any more it is left for whoever claims it. */
static vv_status begin(const following *f, vv_error *error)
{
    int id = -1;
    const vvi_proposal *p = f->proposal;
    vvi_queued *queued = find_queued(f->search, p);
    const vvi_beginning beginning = { .values = p->values,
                                      .n_values = p->n_values,
                                      .model_json = p->model_json,
                                      .refusals = p->refusals,
                                      .n_refusals = p->n_refusals,
                                      .goal = p->epochs,
                                      .expects = true,
                                      .expected = p->trial,
                                      .waiting = !f->room,
                                      .by_hand = f->search->by_hand };
    if (queued != NULL) VVI_TRY(vvi_queue_settle(f->search, queued, p->trial, error));
    vv_error taken = { 0 };
    const vv_status status = vvi_trial_begin(f->search->study, &beginning, &id, &taken);
    if (status == VV_OK && f->room) f->decision->id = id;
    if (status == VV_OK) return VV_OK;
    if (status != VV_TAKEN) return vvi_fail(error, status, "%s", taken.text);
    return queued == NULL ? VV_OK : vvi_queue_settle(f->search, queued, VVI_WAITING, error);
}

static vv_status follow_proposal(following *f, vv_error *error)
{
    if (f->standing.trials >= f->search->max_trials)
        f->decision->reason = VV_STOP_MAX_TRIALS;
    else if (vvi_stop_exceeds(f->search, &f->standing, 0, f->proposal->epochs))
        f->decision->reason = VV_STOP_EPOCHS;
    else
        return begin(f, error);
    return VV_OK;
}

/* ---- going on --------------------------------------------------------------------------------------------------- */

/* Somebody who woke it since has done what was to be done. */
static vv_status wake(const following *f, vv_error *error)
{
    vv_error taken = { 0 };
    const vv_status status = vv_trial_wake(f->search->study, f->proposal->trial, f->proposal->epochs, &taken);
    return status == VV_OK || status == VV_TAKEN ? VV_OK : vvi_fail(error, status, "%s", taken.text);
}

static vv_status follow_resume(following *f, vv_error *error)
{
    vv_trials trials;
    const vvi_search *search = f->search;
    const int id = f->proposal->trial;
    if (id >= f->standing.trials)
        return vvi_fail(error, VV_MISMATCH, "oracle %s resumes trial %d, which is not there", search->oracle->name, id);
    VVI_TRY(vv_study_trials(search->study, &(vv_trials_args){ .only = true, .id = id }, &trials, error));
    const int had = trials.list[0].epochs;
    const bool paused = trials.list[0].status == VV_TRIAL_PAUSED;
    vv_trials_free(&trials);
    if (!paused && !vvi_study_is_shared(search->study))
        return vvi_fail(error, VV_MISMATCH, "oracle %s resumes trial %d, which is not PAUSED", search->oracle->name,
                        id);
    if (!paused) return VV_OK;
    if (!vvi_stop_exceeds(search, &f->standing, had, f->proposal->epochs)) return wake(f, error);
    f->decision->reason = VV_STOP_EPOCHS;
    return VV_OK;
}

/* ---- ending ----------------------------------------------------------------------------------------------------- */

static vv_status follow_end(following *f, vv_error *error)
{
    const vvi_proposal *p = f->proposal;
    if (f->standing.trials == 0 && p->n_refusals > 0) return vvi_answer_nothing_builds(p, error);
    f->decision->reason = f->standing.trials >= f->search->max_trials ? VV_STOP_MAX_TRIALS
                          : p->kind == VV_ANSWER_EXHAUSTED            ? VV_STOP_EXHAUSTED
                          : p->kind == VV_ANSWER_DONE                 ? VV_STOP_PLAN
                                                                      : VV_STOP_GAVE_UP;
    return VV_OK;
}

/* ---- the whole -------------------------------------------------------------------------------------------------- */

/* What an ask without a proposal has refused is not stored: the next search asks the same again. */
static vv_status follow(following *f, vv_error *error)
{
    vvi_queued *queued = find_queued(f->search, f->proposal);
    if (queued != NULL && f->proposal->kind != VV_ANSWER_PROPOSAL) return skip(f->search, f->proposal, queued, error);
    if (queued == NULL) say_note(f->search, f->proposal);
    switch (f->proposal->kind) {
    case VV_ANSWER_PROPOSAL:
        return follow_proposal(f, error);
    case VV_ANSWER_RESUME:
        return follow_resume(f, error);
    case VV_ANSWER_WAIT:
        f->decision->waits = true;
        return VV_OK;
    case VV_ANSWER_EXHAUSTED:
    case VV_ANSWER_GAVE_UP:
    case VV_ANSWER_DONE:
        break;
    }
    return follow_end(f, error);
}

vv_status vvi_answer_follow(vvi_search *search, const vvi_proposal *proposal, bool room, vvi_decision *decision,
                            vv_error *error)
{
    following f = { .search = search, .proposal = proposal, .room = room, .decision = decision };
    *decision = (vvi_decision){ .id = -1 };
    VVI_TRY(vvi_stop_look(search, &f.standing, error));
    return follow(&f, error);
}
