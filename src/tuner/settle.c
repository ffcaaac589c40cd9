/* settle.c - how a trial ends, from what its process came to:
 *
 *     the study says that it is another's              -> lost: nothing is stored
 *     the pruner said so                               -> PRUNED, with its reason; the process is ended there
 *     somebody wants it to end                         -> PRUNED if it has epochs, else FAILED; the process likewise
 *     "stopped" after a whole epoch, as it was asked   -> INTERRUPTED
 *     trained, but for the disk that is full           -> INTERRUPTED, and the search ends
 *     every execution reported, "done", exit code 0    -> PAUSED at its goal, if it has one and trained until then; else
 *                                                         COMPLETED, the score is the mean of the executions' best
 *     anything else                                    -> FAILED, with the reason; or WAITING, if it is to be tried again
 *
 * The checkpoint is written by the child beside its name (".part") and renamed here, before the trial is stored as
 * COMPLETED or PAUSED: a trial that says so has had its weights.
 */
#include "tuner/trial.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

vv_status vvi_attempt_heed_loss(vvi_attempt *w, vv_status status, const vv_error *said, vv_error *error)
{
    if (status == VV_OK) return VV_OK;
    if (status != VV_TAKEN) return vvi_fail(error, status, "%s", said->text);
    w->lost = w->enough = true;
    return VV_OK;
}

/* "in execution 1, epoch 3": where a process was when it died. */
static void describe_place(const vvi_attempt *w, char *text, size_t size)
{
    if (!w->built)
        snprintf(text, size, "while building the model");
    else if (w->finished > w->execution)
        snprintf(text, size, "after execution %d", w->execution + 1);
    else if (w->epochs >= w->search->epochs) /* a fit function of the user's may have gone on to another */
        snprintf(text, size, "in execution %d, after epoch %d", w->execution + 1, w->epochs);
    else
        snprintf(text, size, "in execution %d, epoch %d", w->execution + 1, w->epochs + 1);
}

/* A SIGKILL that nobody here sent is the kernel's, which ends whoever takes the most when there is no more. */
static void describe_death(const vvi_attempt *w, const char *place, char *reason, size_t size)
{
    char death[128];
    const vvi_job_end *end = &w->working.end;
    const uint64_t limit_mb = (uint64_t)w->search->args->trial_memory_mb;
    if (vvi_memory_death(end, w->began_mb, limit_mb, death, sizeof death) > 0)
        snprintf(reason, size, "%s, %s", death, place);
    else if (end->failed)
        snprintf(reason, size, "%s", end->said.text);
    else if (vvi_job_death(end, death, sizeof death) > 0)
        snprintf(reason, size, "crashed: %s %s%s", death, place,
                 end->signal_number == SIGKILL ? "; it may be that the machine had no memory left" : "");
    else
        reason[0] = '\0';
}

/* Why a trial did not complete; "" when it did. */
static void describe_failure(const vvi_attempt *w, char *reason, size_t size)
{
    char place[64];
    const vvi_job_end *end = &w->working.end;
    describe_place(w, place, sizeof place);
    if (end->late)
        snprintf(reason, size, "took longer than %g s, %s", w->search->args->trial_timeout_s, place);
    else if (end->garbage)
        snprintf(reason, size, "its process sent something unreadable %s", place);
    else
        describe_death(w, place, reason, size);
    const bool whole = w->stopped || (w->done && w->finished == w->search->executions);
    if (reason[0] == '\0' && !whole) snprintf(reason, size, "its process ended early, %s", place);
}

static vv_status store(const vvi_attempt *w, const vv_trial *trial, vv_trial_result *result, vv_error *error)
{
    vvi_judgement judgement;
    VVI_TRY(vvi_trial_judge(w->search, trial, &judgement, error));
    result->scores = judgement.scores;
    result->n_scores = judgement.n_scores;
    result->violation = judgement.violation;
    if (result->status == VV_TRIAL_PAUSED) return vv_trial_pause(w->search->study, trial->id, result, error);
    return vv_trial_end(w->search->study, trial->id, result, error);
}

/* With the scores that its curves give. */
static vv_status store_judged(const vvi_attempt *w, vv_trial_result *result, vv_error *error)
{
    vv_trials trials;
    const vv_trials_args args = { .only = true, .id = w->trial->id, .curves = true };
    VVI_TRY(vv_study_trials(w->search->study, &args, &trials, error));
    const vv_status status = store(w, &trials.list[0], result, error);
    vv_trials_free(&trials);
    return status;
}

static vv_status complete(const vvi_attempt *w, vv_trial_result *result, vv_error *error)
{
    const bool has_weights = vvi_work_of(w->search->args->hypermodel)->network;
    if (has_weights && rename(w->part, w->checkpoint) != 0)
        return vvi_fail(error, VV_IO, "%s: cannot be put in place: %s", w->checkpoint, strerror(errno));
    return store_judged(w, result, error);
}

/* Everything is trained and only its weights could not be written: that is the disk's failure, and not the trial's. */
static bool lacks_room(const vvi_attempt *w)
{
    const vvi_job_end *end = &w->working.end;
    const bool ended = w->pruned || w->unwanted;
    return end->failed && end->said.status == VV_IO && w->finished == w->search->executions && !ended;
}

static vv_trial_status find_status(const vvi_attempt *w, const char *failure)
{
    if (w->unwanted) return w->longest > 0 ? VV_TRIAL_PRUNED : VV_TRIAL_FAILED;
    if (w->pruned) return VV_TRIAL_PRUNED;
    if (lacks_room(w)) return VV_TRIAL_INTERRUPTED;
    if (failure[0] != '\0')
        return (int)w->trial->n_attempts < w->search->args->max_retries ? VV_TRIAL_WAITING : VV_TRIAL_FAILED;
    if (w->stopped) return VV_TRIAL_INTERRUPTED;
    return w->goal > 0 && w->longest >= w->goal ? VV_TRIAL_PAUSED : VV_TRIAL_COMPLETED;
}

static vv_status store_end(vvi_attempt *w, vv_trial_status status, const char *failure, vv_error *error)
{
    vv_study *study = w->search->study;
    const int id = w->trial->id;
    vv_trial_result result = { .status = status, .seconds = vvi_clock_s() - w->working.began_s };
    if (status == VV_TRIAL_COMPLETED || status == VV_TRIAL_PAUSED) return complete(w, &result, error);
    unlink(w->part);
    if (status == VV_TRIAL_WAITING) vvi_trial_drop_states(w->search, id);
    if (status == VV_TRIAL_WAITING) return vv_trial_retry(study, id, failure, result.seconds, error);
    result.reason = w->pruned || w->unwanted ? w->reason : w->stopped ? VVI_STOPPED_ON_REQUEST : failure;
    if (status == VV_TRIAL_PRUNED) return store_judged(w, &result, error);
    return vv_trial_end(study, id, &result, error);
}

vv_status vvi_attempt_settle(vvi_attempt *w, vv_error *error)
{
    char failure[VVI_REASON_SIZE];
    vv_error said = { 0 };
    if (w->lost) return VV_OK;
    describe_failure(w, failure, sizeof failure);
    const vv_trial_status status = find_status(w, failure);
    if (status == VV_TRIAL_PAUSED || status == VV_TRIAL_INTERRUPTED) VVI_TRY(vvi_attempt_keep_states(w, true, error));
    if (w->lost) return VV_OK;
    VVI_TRY(vvi_attempt_heed_loss(w, store_end(w, status, failure, &said), &said, error));
    return lacks_room(w) ? vvi_fail(error, VV_IO, "%s", failure) : VV_OK;
}
