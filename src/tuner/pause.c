/* pause.c - trials that go on later: their files, taking them up again, and what becomes of those that nobody resumes.
 *
 * States are written beside their names (".part") and put in place when the trial has come to its goal, before it is
 * stored as PAUSED: a trial that is stopped on its way there can still go on from where it was. A writer that dies between
 * two files leaves states of two epochs; run.c sees that, and trains again what does not fit.
 */
#include "tuner/tuner.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

vv_status vvi_trial_state_path(const vvi_search *search, int id, int execution, bool part, char path[VVI_PATH_SIZE],
                               vv_error *error)
{
    const int n = vv_study_state_path(search->study, id, execution, path, VVI_PATH_SIZE - 8);
    if (n < 0 || n >= VVI_PATH_SIZE - 8)
        return vvi_fail(error, VV_BAD_ARG, "%s: the path is too long", search->project);
    if (part) memcpy(path + n, ".part", sizeof ".part");
    return VV_OK;
}

vv_status vvi_trial_keep_states(const vvi_search *search, int id, vv_error *error)
{
    char part[VVI_PATH_SIZE], path[VVI_PATH_SIZE];
    for (int e = 0; e < search->executions; e++) {
        VVI_TRY(vvi_trial_state_path(search, id, e, true, part, error));
        VVI_TRY(vvi_trial_state_path(search, id, e, false, path, error));
        if (rename(part, path) != 0 && errno != ENOENT) /* not there: its training ended by itself */
            return vvi_fail(error, VV_IO, "%s: cannot be put in place: %s", path, strerror(errno));
    }
    return VV_OK;
}

void vvi_trial_drop_states(const vvi_search *search, int id)
{
    char part[VVI_PATH_SIZE];
    for (int e = 0; e < search->executions; e++)
        if (vvi_trial_state_path(search, id, e, true, part, NULL) == VV_OK) unlink(part);
}

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
