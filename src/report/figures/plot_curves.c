/* plot_curves.c - the objective by epoch, of all trials; the best one stands out. */
#include "report/figures/courses.h"
#include "report/figures/plots.h"

#include <math.h>

enum { MOST_LINES = 500 };

static void add_lines(vvi_maker *m, vvi_panel *panel, vvi_rows rows)
{
    for (size_t fate = 0; fate < VVI_FATES; fate++) {
        const vvi_rows some = vvi_rows_of(m, rows, fate);
        if (some.n == 0) continue;
        vvi_mark *mark = vvi_make_mark(m, panel, VVI_COURSES, vvi_fate_at(fate)->name, vvi_fate_at(fate)->tint);
        mark->faint = true;
        vvi_courses_mark(m, mark, some);
    }
}

/* By the metric that the courses are of: the first objective that has them is mostly the only one. */
static void add_best(vvi_maker *m, vvi_panel *panel)
{
    const int best = m->frame->best;
    if (best < 0 || m->frame->courses[best].n == 0) return;
    size_t row = (size_t)best;
    vvi_courses_mark(m, vvi_make_mark(m, panel, VVI_COURSES, "best trial", VVI_TINT_BEST), (vvi_rows){ &row, 1 });
    const vvi_course *course = &m->frame->courses[best];
    vvi_make_say(m, "The best trial, %d, went from %s to %s in %zu %s.", m->frame->ids[best],
                 vvi_make_number(m, course->values[0]), vvi_make_number(m, course->values[course->n - 1]), course->n,
                 course->n == 1 ? "epoch" : "epochs");
}

void vvi_plot_curves(vvi_maker *m)
{
    const vvi_rows rows = vvi_courses_rows(m, NULL);
    vvi_courses_table(m, rows);
    if (vvi_make_is_empty(m, vvi_courses_nothing(m, rows))) return;
    vvi_make_say(m, "%s by epoch of %s.", vvi_make_name(m, vvi_courses_metric(m)), vvi_make_trials(m, rows.n));
    vvi_panel *panel = vvi_make_panel(m, NULL, 2);
    vvi_courses_axes(m, panel, rows);
    add_lines(m, panel, vvi_rows_pick(m, rows, MOST_LINES, "trials"));
    add_best(m, panel);
}
