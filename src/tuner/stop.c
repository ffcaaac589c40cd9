/* stop.c - when a search begins nothing more: trials, epochs, time, a target, failures.
 *
 * Limits count what the study holds, whichever search made it. Epochs are never exceeded: a trial that could is not begun.
 * Time may be: a trial that runs is finished. Seconds are those of searches as a whole, builds and proposals included; they
 * are kept with the study after each trial, so that a search that was killed loses those of one trial at most.
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

static int count_last_failures(const vv_trials *trials)
{
    int n = 0;
    for (size_t i = trials->n; i > 0 && trials->list[i - 1].status == VV_TRIAL_FAILED; i--) n++;
    return n;
}

bool vvi_stop_exceeds(const vvi_search *search, const vv_trials *trials, int had, int goal)
{
    long long used = 0;
    const int most = goal > 0 && goal < search->epochs ? goal : search->epochs;
    for (size_t i = 0; i < trials->n; i++) used += trials->list[i].epochs_total;
    if (most > had) used += (long long)(most - had) * search->executions;
    return search->max_epochs_total > 0 && used > search->max_epochs_total;
}

/* An oracle that halves has trials to resume when there are as many as asked for. */
vv_stop_reason vvi_stop_reason(const vvi_search *search, const vv_trials *trials)
{
    if (count_last_failures(trials) >= search->max_failures) return VV_STOP_FAILURES;
    if (is_target_reached(search)) return VV_STOP_TARGET;
    if (is_time_over(search)) return VV_STOP_TIME;
    if (trials->n >= (size_t)search->max_trials && !search->oracle->halves) return VV_STOP_MAX_TRIALS;
    if (vvi_stop_exceeds(search, trials, 0, 1)) return VV_STOP_EPOCHS;
    return (vv_stop_reason)0;
}
