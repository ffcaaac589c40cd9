/* plot_cost.c - what networks cost, against their scores. */
#include "explain/json.h"
#include "report/figures/plots.h"

#include <math.h>

enum { MOST_POINTS = 2000 };

typedef struct cost {
    const char *name, *title, *unit;
    const double *numbers;
} cost;
enum { COSTS = 4 };

/* "a tenth of the best one's parameters": the smallest network that is nearly as good. */
static void say_small(vvi_maker *m, const cost *params)
{
    const int best = vvi_row_best(m);
    int small = -1;
    double worst = (double)NAN;
    if (best < 0 || !isfinite(params->numbers[best])) return;
    for (size_t i = 0; i < m->frame->n; i++)
        if (vvi_row_counts(m->frame, i) && !isnan(m->scores[i]) &&
            (isnan(worst) || vvi_make_better(m, worst, m->scores[i])))
            worst = m->scores[i];
    const double bar = m->scores[best] + 0.02 * (worst - m->scores[best]);
    for (size_t i = 0; i < m->frame->n; i++) {
        if (!vvi_row_counts(m->frame, i) || isnan(m->scores[i]) || !isfinite(params->numbers[i])) continue;
        if (vvi_make_better(m, bar, m->scores[i])) continue;
        if (small < 0 || params->numbers[i] < params->numbers[small]) small = (int)i;
    }
    vvi_make_say(m, "The best trial, %d with %s %s, has %s parameters.", m->frame->ids[best],
                 vvi_make_name(m, m->objective), vvi_make_score(m, m->scores[best]),
                 vvi_make_count(m, (size_t)params->numbers[best]));
    if (small >= 0 && params->numbers[small] < 0.8 * params->numbers[best])
        vvi_make_say(m, "Trial %d comes to %s with %s.", m->frame->ids[small], vvi_make_score(m, m->scores[small]),
                     vvi_make_count(m, (size_t)params->numbers[small]));
}

static void add_panel(vvi_maker *m, const cost *one, const vvi_axis *scores)
{
    const vvi_rows rows = vvi_rows_with(m, one->numbers, m->scores);
    vvi_panel *panel = vvi_make_panel(m, NULL, 1);
    panel->x = vvi_make_axis(one->title, one->unit, one->numbers, m->frame->n);
    panel->y = *scores;
    if (rows.n == 0)
        panel->empty = "No trial with a network has a score so far.";
    else
        vvi_make_points(m, panel, vvi_rows_pick(m, rows, MOST_POINTS, "trials"), one->numbers, m->scores);
}

static bool has_networks(const vvi_frame *frame)
{
    for (size_t i = 0; frame->params != NULL && i < frame->n; i++)
        if (isfinite(frame->params[i])) return true;
    return false;
}

void vvi_plot_cost(vvi_maker *m)
{
    const vvi_frame *f = m->frame;
    const char *precision = vvi_precision_name(f->precision), *nothing = vvi_make_nothing(m);
    const cost costs[COSTS] = { { "params", "parameters", NULL, f->params },
                                { "macs", "multiply-accumulates", NULL, f->macs },
                                { "peak_activation_bytes", vvi_make_text(m, "peak of activations, %s", precision),
                                  "bytes", f->peak_activation_bytes },
                                { "weight_bytes", vvi_make_text(m, "weights, %s", precision), "bytes",
                                  f->weight_bytes } };
    vvi_make_trial_columns(m);
    vvi_make_score_columns(m);
    const bool networks = has_networks(f);
    for (size_t k = 0; k < COSTS && f->params != NULL; k++) vvi_make_column(m, costs[k].name, costs[k].numbers);
    if (nothing == NULL && !networks) nothing = "The trials are no networks, so there are no sizes to compare.";
    if (vvi_make_is_empty(m, nothing)) return;
    vvi_make_say(m, "%s against what networks cost.", vvi_make_name(m, m->objective));
    say_small(m, &costs[0]);
    const vvi_axis scores = vvi_make_score_axis(m, m->args->objective);
    for (size_t k = 0; k < COSTS; k++) add_panel(m, &costs[k], &scores);
}
