/* courses.c - what plots of learning curves share: which trials have one, their lines, their axis, their table. */
#include "report/figures/courses.h"

#include "study/study.h"

#include <math.h>
#include <stdlib.h>

const char *vvi_courses_metric(vvi_maker *m)
{
    const vv_objectives *objectives = &m->frame->objectives;
    return m->frame->metric < objectives->n ? objectives->list[m->frame->metric].name : "score";
}

vvi_rows vvi_courses_rows(vvi_maker *m, const vv_trial_status *status)
{
    const vvi_frame *frame = m->frame;
    vvi_rows rows = { .list = vvi_make_room(m, frame->n, sizeof(size_t)) };
    for (size_t i = 0; rows.list != NULL && i < frame->n; i++) {
        if (frame->courses == NULL || frame->courses[i].n == 0) continue;
        if (status == NULL || frame->status[i] == *status) rows.list[rows.n++] = i;
    }
    return rows;
}

const char *vvi_courses_nothing(vvi_maker *m, vvi_rows rows)
{
    if (m->frame->n == 0) return "There is no trial so far.";
    return rows.n > 0 ? NULL : "No trial has reported an epoch so far.";
}

void vvi_courses_mark(vvi_maker *m, vvi_mark *mark, vvi_rows rows)
{
    vvi_course *courses = vvi_make_room(m, rows.n, sizeof *courses);
    for (size_t i = 0; courses != NULL && i < rows.n; i++) courses[i] = m->frame->courses[rows.list[i]];
    vvi_make_gather(m, mark, rows.list, courses == NULL ? 0 : rows.n, NULL, NULL);
    mark->courses = courses;
}

/* ---- axis ------------------------------------------------------------------------------------------------------------- */

static int ascending(const void *a, const void *b)
{
    const double one = *(const double *)a, two = *(const double *)b;
    return one < two ? -1 : one > two;
}

static size_t longest(vvi_maker *m, vvi_rows rows)
{
    size_t most = 0;
    for (size_t i = 0; i < rows.n; i++)
        if (m->frame->courses[rows.list[i]].n > most) most = m->frame->courses[rows.list[i]].n;
    return most;
}

/* All finite values of the rows, ascending. NULL: no memory. */
static double *sorted_values(vvi_maker *m, vvi_rows rows, size_t *n)
{
    size_t total = 0;
    for (size_t i = 0; i < rows.n; i++) total += m->frame->courses[rows.list[i]].n;
    double *values = vvi_make_numbers(m, total);
    *n = 0;
    for (size_t i = 0; values != NULL && i < rows.n; i++) {
        const vvi_course *course = &m->frame->courses[rows.list[i]];
        for (size_t k = 0; k < course->n; k++)
            if (isfinite(course->values[k])) values[(*n)++] = course->values[k];
    }
    if (values != NULL) qsort(values, *n, sizeof *values, ascending);
    return values;
}

/* The worst end leaves out one value in fifty where those are far away: what diverged would flatten all others. */
static void set_values_axis(vvi_maker *m, vvi_axis *axis, const double *values, size_t n)
{
    const size_t k = m->frame->metric;
    const bool maximize = k < m->frame->objectives.n && m->frame->objectives.list[k].maximize;
    double low = values[0], high = values[n - 1];
    const double inner_low = values[n / 50], inner_high = values[n - 1 - n / 50];
    if (!maximize && high - low > 3 * (inner_high - low) && inner_high > low) high = inner_high;
    if (maximize && high - low > 3 * (high - inner_low) && inner_low < high) low = inner_low;
    if (low > 0 && high / low >= (maximize ? 1000 : 50)) axis->scale = VVI_LOG;
    vvi_axis_set(axis, low, high, 0.04);
}

void vvi_courses_axes(vvi_maker *m, vvi_panel *panel, vvi_rows rows)
{
    size_t n = 0;
    const double *values = sorted_values(m, rows, &n), epochs = (double)longest(m, rows);
    panel->x = (vvi_axis){ .title = "epoch", .whole = true, .low = 1, .high = epochs };
    if (epochs < 2) panel->x.low = 0.5, panel->x.high = 1.5;
    panel->y.title = vvi_courses_metric(m);
    if (values != NULL && n > 0) set_values_axis(m, &panel->y, values, n);
}

/* ---- table ------------------------------------------------------------------------------------------------------------ */

typedef struct lines {
    double *trial, *epoch, *value;
    const char **status;
} lines;

static void fill(vvi_maker *m, vvi_rows rows, const lines *l)
{
    size_t at = 0;
    for (size_t i = 0; i < rows.n; i++) {
        const size_t row = rows.list[i];
        for (size_t k = 0; k < m->frame->courses[row].n; k++, at++) {
            l->trial[at] = m->frame->ids[row];
            l->epoch[at] = (double)(k + 1);
            l->value[at] = m->frame->courses[row].values[k];
            l->status[at] = vv_trial_status_name(m->frame->status[row]);
        }
    }
}

void vvi_courses_table(vvi_maker *m, vvi_rows rows)
{
    size_t total = 0;
    for (size_t i = 0; i < rows.n; i++) total += m->frame->courses[rows.list[i]].n;
    const lines l = { vvi_make_numbers(m, total), vvi_make_numbers(m, total), vvi_make_numbers(m, total),
                      vvi_make_room(m, total, sizeof *l.status) };
    if (m->status != VV_OK) return;
    fill(m, rows, &l);
    m->figure->table.n_rows = total;
    vvi_make_column(m, "trial", l.trial);
    vvi_make_text_column(m, "status", l.status);
    vvi_make_column(m, "epoch", l.epoch);
    vvi_make_column(m, vvi_make_text(m, "metric.%s", vvi_courses_metric(m)), l.value);
}
