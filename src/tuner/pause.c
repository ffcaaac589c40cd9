/* pause.c - trials that were to go on later, and that nobody wakes. */
#include "tuner/tuner.h"

#include <stdio.h>

enum { CHUNK = 500 }; /* trials that are read at once */

static vv_status eliminate(const vvi_search *search, const vv_trial *trial, vv_error *error)
{
    char reason[64];
    snprintf(reason, sizeof reason, "eliminated after %d of %d epochs", trial->epochs, search->epochs);
    const vv_trial_result result = { .status = VV_TRIAL_PRUNED, .reason = reason };
    return vv_trial_end(search->study, trial->id, &result, error);
}

static vv_status eliminate_paused(const vvi_search *search, const vv_trials *trials, int *n, vv_error *error)
{
    for (size_t i = 0; i < trials->n; i++) {
        if (trials->list[i].status != VV_TRIAL_PAUSED) continue;
        VVI_TRY(eliminate(search, &trials->list[i], error));
        ++*n;
    }
    return VV_OK;
}

vv_status vvi_search_eliminate(const vvi_search *search, vv_error *error)
{
    vv_status status = VV_OK;
    size_t read = CHUNK;
    int n = 0;
    for (int from = 0; status == VV_OK && read == CHUNK;) {
        vv_trials trials;
        VVI_TRY(vv_study_trials(search->study, &(vv_trials_args){ .from = from, .limit = CHUNK }, &trials, error));
        status = eliminate_paused(search, &trials, &n, error);
        read = trials.n;
        if (read > 0) from = trials.list[read - 1].id + 1;
        vv_trials_free(&trials);
    }
    if (status != VV_OK || n == 0) return status;
    return vv_study_prune_checkpoints(search->study, search->keep_checkpoints, error);
}
