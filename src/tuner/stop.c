/* stop.c - when a search begins nothing more: trials, epochs, time, a target, failures.
 *
 * Limits count what the study holds, whichever search made it. Epochs are never exceeded: those that trials which have not
 * ended are yet to have are counted as if they had them, and a trial that could go beyond is not begun. Time may be: a trial
 * that runs is finished. Seconds are those of searches as a whole, builds and proposals included; they are kept with the
 * study after each trial, so that a search that was killed loses those of one trial at most.
 */
#include "study/study.h"
#include "tuner/tuner.h"

#include <stdlib.h>

static const char fact[] = "seconds";

/* ---- time ------------------------------------------------------------------------------------------------------- */

static double seconds_so_far(const vvi_search *search)
{
    return search->seconds_before + vvi_clock_s() - search->began_s;
}

vv_status vvi_time_load(vvi_search *search, vv_error *error)
{
    char *text = NULL;
    VVI_TRY(vv_study_get(search->study, fact, &text, error));
    search->seconds_before = text == NULL ? 0 : strtod(text, NULL);
    free(text);
    return VV_OK;
}

vv_status vvi_time_store(const vvi_search *search, vv_error *error)
{
    char text[VVI_FORMAT_SIZE];
    return vv_study_set(search->study, fact, vvi_format_double(seconds_so_far(search), text), error);
}

static bool is_time_over(const vvi_search *search)
{
    return search->args->max_seconds > 0 && seconds_so_far(search) >= search->args->max_seconds;
}

/* ---- the others ------------------------------------------------------------------------------------------------- */

static bool is_target_reached(const vvi_search *search)
{
    const vv_maybe *target = &search->args->stop_at;
    if (!target->set || search->best < 0) return false;
    return search->maximize[0] ? search->best_score >= target->value : search->best_score <= target->value;
}

/* Failures of an earlier space do not count: the last `ended` trials are all there are of this one. */
vv_status vvi_stop_look(const vvi_search *search, vvi_stand *standing, vv_error *error)
{
    const vvi_standing_query query = { .most_failures = search->max_failures,
                                       .epochs = search->max_epochs_total > 0,
                                       .trial_epochs = search->epochs,
                                       .trial_executions = search->executions };
    VVI_TRY(vvi_study_standing(search->study, &query, standing, error));
    const int ended = standing->trials - search->misfits.accepted - standing->open;
    if (standing->failures > ended) standing->failures = ended < 0 ? 0 : ended;
    return VV_OK;
}

bool vvi_stop_exceeds(const vvi_search *search, const vvi_stand *standing, int had, int goal)
{
    int64_t used = standing->epochs;
    const int most = goal > 0 && goal < search->epochs ? goal : search->epochs;
    if (most > had) used += (int64_t)(most - had) * search->executions;
    return search->max_epochs_total > 0 && used > search->max_epochs_total;
}

/* An oracle that halves has trials to resume when there are as many as asked for. */
vv_stop_reason vvi_stop_reason(const vvi_search *search, const vvi_stand *standing)
{
    if (standing->failures >= search->max_failures) return VV_STOP_FAILURES;
    if (is_target_reached(search)) return VV_STOP_TARGET;
    if (is_time_over(search)) return VV_STOP_TIME;
    if (standing->trials >= search->max_trials && !search->oracle->halves) return VV_STOP_MAX_TRIALS;
    if (vvi_stop_exceeds(search, standing, 0, 1)) return VV_STOP_EPOCHS;
    return (vv_stop_reason)0;
}
