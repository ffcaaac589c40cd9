/* plot_intermediate.c - the courses of pruned trials, and where they ended. */
#include "report/figures/courses.h"
#include "report/figures/plots.h"

#include <math.h>
#include <stdlib.h>

enum { MOST_LINES = 400 };

static void add_ends(vvi_maker *m, vvi_panel *panel, vvi_rows rows)
{
    double *x = vvi_make_numbers(m, m->frame->n), *y = vvi_make_numbers(m, m->frame->n);
    if (x == NULL || y == NULL) return;
    for (size_t i = 0; i < rows.n; i++) {
        const vvi_course *course = &m->frame->courses[rows.list[i]];
        x[rows.list[i]] = (double)course->n;
        y[rows.list[i]] = course->values[course->n - 1];
    }
    vvi_mark *mark = vvi_make_mark(m, panel, VVI_POINTS, "where it ended", VVI_TINT_PRUNED);
    vvi_make_gather(m, mark, rows.list, rows.n, x, y);
    const char **reasons = vvi_make_room(m, rows.n, sizeof *reasons);
    for (size_t i = 0; reasons != NULL && i < rows.n; i++) reasons[i] = m->frame->reasons[rows.list[i]];
    mark->notes = reasons;
}

static int ascending(const void *a, const void *b)
{
    const double one = *(const double *)a, two = *(const double *)b;
    return one < two ? -1 : one > two;
}

/* The median of those completed trials that have each epoch. */
static void add_median(vvi_maker *m, vvi_panel *panel, vvi_rows completed)
{
    size_t longest = 0;
    for (size_t i = 0; i < completed.n; i++)
        if (m->frame->courses[completed.list[i]].n > longest) longest = m->frame->courses[completed.list[i]].n;
    double *x = vvi_make_numbers(m, longest), *y = vvi_make_numbers(m, longest),
           *values = vvi_make_numbers(m, completed.n);
    if (x == NULL || y == NULL || values == NULL || longest == 0) return;
    for (size_t epoch = 0; epoch < longest; epoch++) {
        size_t n = 0;
        for (size_t i = 0; i < completed.n; i++) {
            const vvi_course *course = &m->frame->courses[completed.list[i]];
            if (epoch < course->n && isfinite(course->values[epoch])) values[n++] = course->values[epoch];
        }
        qsort(values, n, sizeof *values, ascending);
        x[epoch] = (double)(epoch + 1);
        y[epoch] = n == 0 ? (double)NAN : n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
    }
    vvi_mark *mark = vvi_make_mark(m, panel, VVI_LINE, "median of completed trials", VVI_TINT_TRIAL);
    mark->x = x, mark->y = y, mark->n = longest;
}

/* Its epochs beside those of whole trials: what pruning has saved. */
static void say(vvi_maker *m, vvi_rows pruned, vvi_rows completed)
{
    size_t epochs = 0, longest = 0;
    for (size_t i = 0; i < pruned.n; i++) epochs += m->frame->courses[pruned.list[i]].n;
    for (size_t i = 0; i < completed.n; i++)
        if (m->frame->courses[completed.list[i]].n > longest) longest = m->frame->courses[completed.list[i]].n;
    vvi_make_say(m, "%s of %s %s pruned, after %s epochs on average.", vvi_make_count(m, pruned.n),
                 vvi_make_trials(m, m->frame->n), pruned.n == 1 ? "was" : "were",
                 vvi_make_text(m, "%.3g", (double)epochs / (double)pruned.n));
    if (longest * pruned.n > epochs)
        vvi_make_say(m, "In full they would have taken %s epochs more.",
                     vvi_make_count(m, longest * pruned.n - epochs));
}

void vvi_plot_intermediate(vvi_maker *m)
{
    static const vv_trial_status ended[] = { VV_TRIAL_PRUNED, VV_TRIAL_COMPLETED };
    const vvi_rows pruned = vvi_courses_rows(m, &ended[0]), completed = vvi_courses_rows(m, &ended[1]);
    const char *nothing = m->frame->n == 0 ? "There is no trial so far." : NULL;
    vvi_courses_table(m, pruned);
    if (nothing == NULL && pruned.n == 0)
        nothing = vvi_make_text(m, "None of %s was pruned after an epoch.", vvi_make_trials(m, m->frame->n));
    if (vvi_make_is_empty(m, nothing)) return;
    say(m, pruned, completed);
    vvi_panel *panel = vvi_make_panel(m, NULL, 2);
    const vvi_rows picked = vvi_rows_pick(m, pruned, MOST_LINES, "pruned trials");
    vvi_courses_axes(m, panel, vvi_courses_rows(m, NULL));
    vvi_mark *mark = vvi_make_mark(m, panel, VVI_COURSES, "pruned trial", VVI_TINT_PRUNED);
    mark->faint = true;
    vvi_courses_mark(m, mark, picked);
    add_median(m, panel, completed);
    add_ends(m, panel, picked);
}
