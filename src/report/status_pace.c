/* status_pace.c - how fast trials come, and how long the rest may take.
 *
 * While few have ended, those that run are counted too, with the share of their epochs that they have.
 *
 * Ends are counted, not lengths: between the first and the last of n ends there were n - 1 trials, whatever the number of
 * workers. Of that time what no trial was worked in (the search was stopped for a night) is taken off. Nothing is guessed:
 * where the study does not say how many trials it shall have, or paused ones may or may not go on, there is no estimate.
 */
#include "report/status.h"

#include <math.h>
#include <string.h>

enum { AT_LEAST = 10 };
static const double hour = 3600;

void vvi_status_add_recent(vvi_status_recent *recent, const vvi_status_ended *ended)
{
    size_t at = recent->n;
    while (at > 0 && recent->list[at - 1].ended > ended->ended) at--;
    if (recent->n < VVI_STATUS_RECENT) {
        memmove(&recent->list[at + 1], &recent->list[at], (recent->n - at) * sizeof *recent->list);
        recent->list[at] = *ended;
        recent->n++;
    } else if (at > 0) { /* the first one falls out */
        memmove(&recent->list[0], &recent->list[1], (at - 1) * sizeof *recent->list);
        recent->list[at - 1] = *ended;
    }
}

/* Seconds between `from` and the last end in which any trial was worked at. */
static double worked_since(const vvi_status_recent *recent, double from)
{
    double seconds = 0, until = recent->n == 0 ? from : recent->list[recent->n - 1].ended;
    /* Backwards: `until` is where what is not yet counted ends. Beginnings are not in order, so each stretch takes in all
     * trials that reach into it. */
    for (size_t i = recent->n; i-- > 0 && until > from;) {
        if (recent->list[i].ended < until) until = recent->list[i].ended;
        if (recent->list[i].began >= until) continue;
        const double began = fmax(recent->list[i].began, from);
        if (began < until) seconds += until - began;
        until = fmin(until, began);
    }
    return seconds;
}

static size_t first_of_window(const vvi_status_recent *recent)
{
    const double last = recent->n == 0 ? 0 : recent->list[recent->n - 1].ended;
    size_t first = recent->n;
    while (first > 0 && (recent->n - first < AT_LEAST || recent->list[first - 1].ended > last - hour)) first--;
    return first;
}

vvi_status_pace vvi_status_measure(const vvi_status_recent *recent)
{
    vvi_status_pace pace = { .trials = (double)NAN, .epochs = (double)NAN };
    size_t first = first_of_window(recent);
    if (recent->n == 0) return pace;
    /* One alone: from its beginning. */
    const bool alone = recent->n - first == 1;
    const double from = alone ? recent->list[first].began : recent->list[first].ended;
    if (!alone) first++;
    double epochs = 0;
    for (size_t i = first; i < recent->n; i++) {
        epochs += recent->list[i].epochs;
        pace.failed += recent->list[i].failed;
    }
    pace.n = (int)(recent->n - first);
    pace.seconds = worked_since(recent, from);
    if (!(pace.seconds > 0)) return pace;
    pace.trials = (double)pace.n / pace.seconds * hour;
    pace.epochs = epochs / pace.seconds * hour;
    return pace;
}

static double share_of(const vvi_status_running *running)
{
    return running->goal > 0 && !running->lapsed ? fmin(1, (double)running->epochs / running->goal) : 0;
}

vvi_status_pace vvi_status_measure_with(const vvi_status_recent *recent, const vvi_status_running *running, size_t n,
                                        double now)
{
    vvi_status_recent all = *recent;
    vvi_status_pace pace = { .n = (int)recent->n };
    double work = (double)recent->n, epochs = 0, from = now;
    for (size_t i = 0; i < n; i++) {
        if (!(share_of(&running[i]) > 0) || !(running[i].since < now)) continue;
        work += share_of(&running[i]);
        pace.n++;
        vvi_status_add_recent(&all, &(vvi_status_ended){ running[i].since, now, running[i].epochs, false });
    }
    if (recent->n >= AT_LEAST || pace.n == (int)recent->n) return vvi_status_measure(recent);
    for (size_t i = 0; i < all.n; i++) {
        epochs += all.list[i].epochs;
        pace.failed += all.list[i].failed;
        from = fmin(from, all.list[i].began);
    }
    pace.seconds = worked_since(&all, from);
    pace.trials = pace.seconds > 0 ? work / pace.seconds * hour : (double)NAN;
    pace.epochs = pace.seconds > 0 ? epochs / pace.seconds * hour : (double)NAN;
    return pace;
}

/* What the trials that run have already is not left to do. */
static double trials_to_go(const vvi_status *s)
{
    double shares = 0;
    for (size_t i = 0; i < s->n_running; i++) shares += share_of(&s->running[i]);
    return fmax(0, (double)s->rest.trials - shares);
}

static int64_t count_of(const vvi_status *status, vv_trial_status state)
{
    return status->counts.by_status[state];
}

void vvi_status_estimate(vvi_status *s)
{
    const int64_t final = count_of(s, VV_TRIAL_COMPLETED) + count_of(s, VV_TRIAL_FAILED) + count_of(s, VV_TRIAL_PRUNED);
    vvi_status_rest *rest = &s->rest;
    *rest = (vvi_status_rest){ .trials = -1, .epochs = -1, .seconds = (double)NAN };
    if (s->max_trials > 0) rest->trials = s->max_trials > final ? s->max_trials - final : 0;
    if (s->max_epochs > 0) rest->epochs = s->max_epochs > s->counts.epochs ? s->max_epochs - s->counts.epochs : 0;
    const bool paused = count_of(s, VV_TRIAL_PAUSED) > 0, timed = s->max_seconds > 0;
    const double by_time = timed ? fmax(0, s->max_seconds - s->spent_s) : (double)NAN;
    const bool hopeless = s->pace.n > 0 && s->pace.failed == s->pace.n; /* how long one takes was never seen */
    const double by_trials =
        rest->trials < 0 || paused || hopeless ? (double)NAN : trials_to_go(s) / s->pace.trials * hour;
    const double by_epochs = rest->epochs < 0 ? (double)NAN : (double)rest->epochs / s->pace.epochs * hour;
    /* Whichever comes first ends the search; a NaN does not count. */
    const bool ends = s->max_failures > 0 && s->failed_in_row >= s->max_failures;
    rest->seconds = s->paused || ends ? (double)NAN : fmin(fmin(by_trials, by_epochs), by_time);
    if (!isnan(rest->seconds)) return;
    if (s->paused)
        rest->why = "the search is paused";
    else if (ends)
        rest->why = "too many trials in a row have failed, which ends a search";
    else if (rest->trials < 0 && rest->epochs < 0)
        rest->why = "the study does not say how many trials it shall have";
    else if (s->pace.n == 0 || isnan(s->pace.trials))
        rest->why = "too few trials have ended";
    else if (hopeless)
        rest->why = "the last trials have all failed";
    else
        rest->why = "paused trials may go on, or not";
}
