/* plot_history.c - every trial's score in the order of trials, with the best so far. Trials without a score stand at
 * the edge where scores are worst. */
#include "report/figures/plots.h"

#include <math.h>

enum { MOST_POINTS = 12000 };

/* The best score up to each row; NaN before the first. */
static double *best_so_far(vvi_maker *m)
{
    double *best = vvi_make_numbers(m, m->frame->n), so_far = (double)NAN;
    for (size_t i = 0; best != NULL && i < m->frame->n; i++) {
        const bool counts = vvi_row_counts(m->frame, i) && !isnan(m->scores[i]);
        if (counts && (isnan(so_far) || vvi_make_better(m, m->scores[i], so_far))) so_far = m->scores[i];
        best[i] = so_far;
    }
    return best;
}

/* Where it changes, and its end: of 10,000 trials a few dozen. */
static void add_step(vvi_maker *m, vvi_panel *panel, const double *best, const double *ids)
{
    const size_t n = m->frame->n;
    size_t *rows = vvi_make_room(m, n, sizeof *rows), kept = 0;
    for (size_t i = 0; rows != NULL && i < n; i++)
        if (!isnan(best[i]) &&
            (i + 1 == n || i == 0 || isnan(best[i - 1]) || best[i] < best[i - 1] || best[i] > best[i - 1]))
            rows[kept++] = i;
    if (kept == 0) return;
    vvi_make_gather(m, vvi_make_mark(m, panel, VVI_STEP, "best so far", VVI_TINT_BEST), rows, kept, ids, best);
}

/* A strip beyond the worst score, so that what stands in it is no score and is not clipped; returns its middle. */
static double make_strip(const vvi_maker *m, vvi_axis *axis)
{
    const double share = 0.06;
    const bool logarithmic = axis->scale == VVI_LOG;
    const double span = logarithmic ? log(axis->high / axis->low) : axis->high - axis->low;
    const double part = (m->maximize ? -1 : 1) * share * span;
    double *end = m->maximize ? &axis->low : &axis->high;
    const double middle = logarithmic ? *end * exp(part / 2) : *end + part / 2;
    *end = logarithmic ? *end * exp(part) : *end + part;
    return middle;
}

/* Those without a score, small. */
static void add_unscored(vvi_maker *m, vvi_panel *panel, const double *ids)
{
    if (m->scored == m->frame->n) return;
    const double strip = make_strip(m, &panel->y);
    double *y = vvi_make_numbers(m, m->frame->n);
    for (size_t i = 0; y != NULL && i < m->frame->n; i++) y[i] = isnan(m->scores[i]) ? strip : (double)NAN;
    if (y == NULL) return;
    const vvi_rows rows = vvi_rows_pick(m, vvi_rows_with(m, y, NULL), MOST_POINTS, NULL);
    for (size_t fate = 0; fate < VVI_FATES; fate++) {
        const vvi_rows some = vvi_rows_of(m, rows, fate);
        if (some.n == 0) continue;
        vvi_mark *mark = vvi_make_mark(m, panel, VVI_POINTS, vvi_fate_at(fate)->name, vvi_fate_at(fate)->tint);
        mark->faint = true;
        vvi_make_gather(m, mark, some.list, some.n, ids, y);
    }
}

static void say_best(vvi_maker *m)
{
    const int best = vvi_row_best(m);
    const char *fates = vvi_make_fates(m);
    if (best >= 0)
        vvi_make_say(m, "The best %s is %s, of trial %d; %s of %s %s a score.", vvi_make_name(m, m->objective),
                     vvi_make_score(m, m->scores[best]), m->frame->ids[best], vvi_make_count(m, m->scored),
                     vvi_make_trials(m, m->frame->n), m->scored == 1 ? "has" : "have");
    else
        vvi_make_say(m, "%s of %s %s a score, but none is completed within the constraints.",
                     vvi_make_count(m, m->scored), vvi_make_trials(m, m->frame->n), m->scored == 1 ? "has" : "have");
    if (*fates != '\0') vvi_make_say(m, "Of all trials %s.", fates);
    if (m->scored < m->frame->n)
        vvi_make_say(m, "Those without a score stand at the %s edge.", m->maximize ? "lower" : "upper");
}

/* Since when nothing better was found. */
static void say_since(vvi_maker *m)
{
    const int best = vvi_row_best(m);
    size_t since = 0;
    for (size_t i = (size_t)best + 1; best >= 0 && i < m->frame->n; i++) since += vvi_row_counts(m->frame, i);
    if (since >= 10) vvi_make_say(m, "The %s completed since were no better.", vvi_make_trials(m, since));
}

static void add_table(vvi_maker *m, const double *best)
{
    vvi_make_trial_columns(m);
    vvi_make_score_columns(m);
    vvi_make_column(m, "best_so_far", best);
}

void vvi_plot_history(vvi_maker *m)
{
    const double *ids = vvi_make_doubles(m, m->frame->ids, m->frame->n), *best = best_so_far(m);
    if (ids == NULL || best == NULL) return;
    add_table(m, best);
    if (vvi_make_is_empty(m, vvi_make_nothing(m))) return;
    say_best(m);
    say_since(m);
    vvi_panel *panel = vvi_make_panel(m, NULL, 2);
    panel->x.title = "trial";
    panel->x.whole = true;
    panel->y = vvi_make_score_axis(m, m->args->objective);
    add_unscored(m, panel, ids);
    add_step(m, panel, best, ids);
    vvi_make_points(m, panel, vvi_rows_pick(m, vvi_rows_with(m, m->scores, NULL), MOST_POINTS, "trials"), ids,
                    m->scores);
}
