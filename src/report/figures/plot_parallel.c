/* plot_parallel.c - a ruler for each hyperparameter, a line for each trial, the better ones on top. A hyperparameter that a
 * trial has not is passed beneath its ruler. */
#include "report/figures/plots.h"

#include <math.h>

enum { MOST_RULERS = 11, MOST_LINES = 500 };

/* One column for each ruler, the score last. */
typedef struct rulers {
    vvi_axis *axes;
    const double **columns; /* by row of the frame */
    size_t n;
} rulers;

static bool make_rulers(vvi_maker *m, const size_t *order, size_t n, rulers *r)
{
    r->axes = vvi_make_room(m, n + 1, sizeof *r->axes);
    r->columns = vvi_make_room(m, n + 1, sizeof *r->columns);
    r->n = n + 1;
    if (r->axes == NULL || r->columns == NULL) return false;
    for (size_t k = 0; k < n; k++)
        r->axes[k] = vvi_make_variable_axis(m, &m->frame->variables[order[k]], &r->columns[k]);
    r->axes[n] = vvi_make_score_axis(m, m->args->objective);
    r->columns[n] = m->scores;
    for (size_t k = 0; k <= n; k++)
        if (!(r->axes[k].low < r->axes[k].high)) r->axes[k].scale = VVI_LINEAR, r->axes[k].low = 0, r->axes[k].high = 1;
    return true;
}

static void add_lines(vvi_maker *m, vvi_mark *mark, const rulers *r, vvi_rows rows)
{
    const double **lines = vvi_make_room(m, r->n, sizeof *lines);
    vvi_make_gather(m, mark, rows.list, rows.n, NULL, NULL);
    for (size_t k = 0; lines != NULL && k < r->n; k++) {
        double *numbers = vvi_make_numbers(m, rows.n);
        for (size_t i = 0; numbers != NULL && i < rows.n; i++) numbers[i] = r->columns[k][rows.list[i]];
        lines[k] = numbers;
    }
    if (m->status != VV_OK) return;
    mark->lines = lines;
    mark->n_axes = r->n;
    mark->shade = mark->tint == VVI_TINT_BEST ? NULL : lines[r->n - 1];
}

static void draw(vvi_maker *m, const rulers *r)
{
    vvi_panel *panel = vvi_make_panel(m, NULL, 2);
    const vvi_rows rows = vvi_rows_pick(m, vvi_rows_with(m, m->scores, NULL), MOST_LINES, "trials");
    panel->rulers = r->axes;
    panel->n_rulers = r->n;
    panel->x = (vvi_axis){ .low = 0, .high = (double)(r->n - 1) };
    panel->shades = vvi_make_shades(m);
    vvi_mark *mark = vvi_make_mark(m, panel, VVI_COURSES, NULL, VVI_TINT_TRIAL);
    mark->faint = true;
    add_lines(m, mark, r, vvi_rows_worst_first(m, rows));
    size_t best = (size_t)vvi_row_best(m);
    if (vvi_row_best(m) >= 0)
        add_lines(m, vvi_make_mark(m, panel, VVI_COURSES, "best trial", VVI_TINT_BEST), r, (vvi_rows){ &best, 1 });
}

void vvi_plot_parallel(vvi_maker *m)
{
    const char *nothing = vvi_make_nothing(m);
    rulers r;
    bool known;
    vvi_make_trial_columns(m);
    vvi_make_score_columns(m);
    for (size_t i = 0; i < m->frame->n_variables; i++) vvi_make_variable_column(m, &m->frame->variables[i]);
    if (nothing == NULL && m->frame->n_variables == 0) nothing = "The trials have no hyperparameters.";
    if (vvi_make_is_empty(m, nothing)) return;
    const size_t *order = vvi_make_order(m, &known), n = m->frame->n_variables,
                 shown = n < MOST_RULERS ? n : MOST_RULERS;
    const char *by = known ? "by importance" : "by the number of trials that have them";
    if (order == NULL || !make_rulers(m, order, shown, &r)) return;
    vvi_make_say(
        m,
        "%s with a score, each a line from hyperparameter to hyperparameter%s and to its %s; the better, the stronger.",
        vvi_make_trials(m, m->scored), known && shown > 1 ? ", those first that matter most," : "",
        vvi_make_name(m, m->objective));
    if (shown < n)
        vvi_make_reduced(m, "%zu of %s hyperparameters are drawn: the first %s.", shown, vvi_make_count(m, n), by);
    draw(m, &r);
}
