/* files.c - files of trials in a study that machines share, which need not share a disk: what a trial goes on from is
 * fetched before it runs, and left with the study now and then while it runs and when it stops on its way; the weights of
 * one that has ended are left there as long as they are among the best.
 *
 * What is not there is no failure: a state is then found again by training, to the same bits.
 */
#include "tuner/trial.h"

#include <unistd.h>

static const double keep_every_s = 20;

vv_status vvi_attempt_fetch(const vvi_attempt *w, vv_error *error)
{
    const vvi_search *search = w->search;
    if (w->trial->epochs == 0 || !vvi_study_is_shared(search->study)) return VV_OK;
    for (int e = 0; e < search->executions; e++) VVI_TRY(vvi_study_file_get(search->study, w->trial->id, e, error));
    return VV_OK;
}

static vv_status keep_states(const vvi_attempt *w, vv_error *error)
{
    char path[VVI_PATH_SIZE];
    const vvi_search *search = w->search;
    for (int e = 0; e < search->executions; e++) {
        VVI_TRY(vvi_trial_state_path(search, w->trial->id, e, path, error));
        if (access(path, F_OK) == 0) VVI_TRY(vvi_study_file_put(search->study, w->trial->id, e, error));
    }
    return VV_OK;
}

vv_status vvi_attempt_keep_states(vvi_attempt *w, bool now, vv_error *error)
{
    vv_error said = { 0 };
    const double now_s = vvi_clock_s(), last_s = w->kept_s > 0 ? w->kept_s : w->working.began_s;
    if (w->lost || !vvi_study_is_shared(w->search->study) || (!now && now_s - last_s < keep_every_s)) return VV_OK;
    w->kept_s = now_s;
    return vvi_attempt_heed_loss(w, keep_states(w, &said), &said, error);
}

vv_status vvi_attempt_keep_weights(vvi_attempt *w, vv_error *error)
{
    vv_error said = { 0 };
    vv_study *study = w->search->study;
    if (w->lost || !vvi_study_is_shared(study) || access(w->checkpoint, F_OK) != 0) return VV_OK;
    return vvi_attempt_heed_loss(w, vvi_study_file_put(study, w->trial->id, -1, &said), &said, error);
}
