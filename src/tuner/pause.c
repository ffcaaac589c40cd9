/* pause.c - trials that go on later: taking them up again, and what becomes of those that nobody resumes. */
#include "tuner/tuner.h"

#include <stdio.h>

vv_status vvi_trial_take_up(const vvi_search *search, int id, int goal, vv_error *error)
{
    int claimed = -1;
    VVI_TRY(vv_trial_wake(search->study, id, goal, error));
    VVI_TRY(vv_trial_claim(search->study, &claimed, error));
    return claimed == id ? VV_OK : vvi_fail(error, VV_TAKEN, "trial %d was to go on, trial %d waits", id, claimed);
}

static vv_status eliminate(const vvi_search *search, const vv_trial *trial, vv_error *error)
{
    char reason[64];
    snprintf(reason, sizeof reason, "eliminated after %d of %d epochs", trial->epochs, search->epochs);
    const vv_trial_result result = { .status = VV_TRIAL_PRUNED, .reason = reason };
    return vv_trial_end(search->study, trial->id, &result, error);
}

vv_status vvi_search_eliminate(const vvi_search *search, vv_error *error)
{
    vv_trials trials;
    vv_status status = VV_OK;
    size_t n = 0;
    VVI_TRY(vv_study_trials(search->study, NULL, &trials, error));
    for (size_t i = 0; status == VV_OK && i < trials.n; i++) {
        if (trials.list[i].status != VV_TRIAL_PAUSED) continue;
        status = eliminate(search, &trials.list[i], error);
        n++;
    }
    vv_trials_free(&trials);
    if (status != VV_OK || n == 0) return status;
    return vv_study_prune_checkpoints(search->study, search->keep_checkpoints, error);
}
