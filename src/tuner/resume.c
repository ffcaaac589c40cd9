/* resume.c - going on with a trial, and when nobody will.
 *
 * A trial that was paused goes on from the state it left; where that is lost, it begins again, which gives the same trial
 * for more time. When the plan has come to its end, what is paused still is PRUNED: nobody will ask for it. A search that
 * only stops (time, a target, a user) leaves it as it is, to be gone on with.
 */
#include "study/study.h"
#include "tuner/tuner.h"

#include <stdio.h>
#include <unistd.h>

static bool has_state(const vvi_search *search, int id)
{
    char path[4096];
    return vv_study_state_path(search->study, id, 0, path, sizeof path) < (int)sizeof path && access(path, R_OK) == 0;
}

/* From where it was paused; from its beginning where the state is lost. */
vv_status vvi_resume(const vvi_search *search, int id, int goal, vv_error *error)
{
    VVI_TRY(vv_trial_resume(search->study, id, goal, error));
    return has_state(search, id) ? VV_OK : vv_trial_restart(search->study, id, error);
}

/* What somebody began and nobody ended. */
vv_status vvi_take_up(const vvi_search *search, const vv_trial *trial, vv_error *error)
{
    if (trial->paused_epochs > 0) return vvi_resume(search, trial->id, trial->goal, error);
    return vv_trial_restart(search->study, trial->id, error);
}

static vv_status eliminate(const vvi_search *search, const vv_trial *trial, vv_error *error)
{
    char reason[80];
    snprintf(reason, sizeof reason, "eliminated after %d of %d epochs", trial->epochs, search->epochs);
    return vv_trial_end(search->study, trial->id, &(vv_trial_result){ .status = VV_TRIAL_PRUNED, .reason = reason },
                        error);
}

vv_status vvi_eliminate_paused(const vvi_search *search, vv_stop_reason reason, vv_error *error)
{
    vv_trials trials;
    if (reason != VV_STOP_EXHAUSTED && reason != VV_STOP_GAVE_UP && reason != VV_STOP_MAX_TRIALS) return VV_OK;
    VVI_TRY(vv_study_trials(search->study, NULL, &trials, error));
    vv_status status = VV_OK;
    for (size_t i = 0; status == VV_OK && i < trials.n; i++)
        if (trials.list[i].status == VV_TRIAL_PAUSED) status = eliminate(search, &trials.list[i], error);
    vv_trials_free(&trials);
    return status == VV_OK ? vv_study_prune_checkpoints(search->study, search->keep_checkpoints, error) : status;
}
