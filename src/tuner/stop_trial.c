/* stop_trial.c - a trial that somebody wants to end, and that does not run in this process: it is taken, and ends with what
 * it has. One that is PAUSED keeps its scores and needs not be taken; what another worker runs, or somebody by hand, is
 * theirs. */
#include "study/study.h"
#include "tuner/tuner.h"

#include <stdio.h>
#include <string.h>

static const char why[] = VVI_STOPPED_ON_REQUEST;

typedef struct stopping {
    vvi_search *search;
    const vv_trial *trial;
    bool *ended, *left;
    char *answer;
} stopping;

/* ---- how it ends ----------------------------------------------------------------------------------------------------- */

static void describe_end(const vv_trial *trial, bool already, char answer[VVI_ANSWER_SIZE])
{
    const char *status = vv_trial_status_name(trial->status), *epochs = trial->epochs == 1 ? "epoch" : "epochs";
    if (already)
        snprintf(answer, VVI_ANSWER_SIZE, VVI_REFUSED "trial %d has ended already: it is %s", trial->id, status);
    else if (trial->epochs == 0)
        snprintf(answer, VVI_ANSWER_SIZE, "trial %d is %s: it had no epochs", trial->id, status);
    else
        snprintf(answer, VVI_ANSWER_SIZE, "trial %d is %s, after %d %s", trial->id, status, trial->epochs, epochs);
}

/* With the scores that its curves give. */
static vv_status end_taken(const stopping *s, vv_error *error)
{
    vvi_judgement judgement;
    VVI_TRY(vvi_trial_judge(s->search, s->trial, &judgement, error));
    const vv_trial_result result = { .status = s->trial->epochs > 0 ? VV_TRIAL_PRUNED : VV_TRIAL_FAILED,
                                     .scores = judgement.scores,
                                     .n_scores = judgement.n_scores,
                                     .violation = judgement.violation,
                                     .reason = why };
    return vv_trial_end(s->search->study, s->trial->id, &result, error);
}

/* Somebody who is faster has it then. */
static vv_status settle(const stopping *s, vv_status status, const vv_error *said, vv_error *error)
{
    *s->ended = status == VV_OK;
    *s->left = status == VV_TAKEN;
    return status == VV_OK || status == VV_TAKEN ? VV_OK : vvi_fail(error, status, "%s", said->text);
}

static vv_status end_paused(const stopping *s, vv_error *error)
{
    vv_error said = { 0 };
    const vv_trial_result result = { .status = VV_TRIAL_PRUNED, .reason = why };
    return settle(s, vv_trial_end(s->search->study, s->trial->id, &result, &said), &said, error);
}

static vv_status take_and_end(const stopping *s, vv_error *error)
{
    vv_error said = { 0 };
    vv_status status = vvi_trial_take(s->search->study, s->trial->id, &said);
    if (status == VV_OK) status = end_taken(s, &said);
    return settle(s, status, &said, error);
}

/* ---- whose it is ----------------------------------------------------------------------------------------------------- */

static vv_status stop_running(const stopping *s, vv_error *error)
{
    if (s->trial->worker == NULL)
        snprintf(s->answer, VVI_ANSWER_SIZE, VVI_REFUSED "trial %d is run by hand: varve tell says what it came to",
                 s->trial->id);
    else if (s->trial->lapsed)
        return take_and_end(s, error);
    else
        *s->left = true;
    return VV_OK;
}

static vv_status stop_this(const stopping *s, vv_error *error)
{
    switch (s->trial->status) {
    case VV_TRIAL_RUNNING:
        return stop_running(s, error);
    case VV_TRIAL_PAUSED:
        return end_paused(s, error);
    case VV_TRIAL_WAITING:
    case VV_TRIAL_INTERRUPTED:
        return take_and_end(s, error);
    default:
        describe_end(s->trial, s->trial->reason == NULL || strcmp(s->trial->reason, why) != 0, s->answer);
        return VV_OK;
    }
}

static vv_status describe(const vvi_search *search, int id, char answer[VVI_ANSWER_SIZE], vv_error *error)
{
    vv_trials trials;
    VVI_TRY(vv_study_trials(search->study, &(vv_trials_args){ .only = true, .id = id }, &trials, error));
    describe_end(&trials.list[0], false, answer);
    vv_trials_free(&trials);
    return VV_OK;
}

vv_status vvi_trial_stop(vvi_search *search, int id, bool *ended, bool *left, char answer[VVI_ANSWER_SIZE],
                         vv_error *error)
{
    vv_trials trials;
    *ended = *left = false;
    const vv_trials_args args = { .only = true, .id = id, .curves = true };
    VVI_TRY(vv_study_trials(search->study, &args, &trials, error));
    const stopping s = { .search = search, .trial = &trials.list[0], .ended = ended, .left = left, .answer = answer };
    const vv_status status = stop_this(&s, error);
    vv_trials_free(&trials);
    return status == VV_OK && *ended ? describe(search, id, answer, error) : status;
}
