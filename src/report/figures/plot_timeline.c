/* plot_timeline.c - which worker ran which trial, and when. A worker that runs several at once has a row for each.
 *
 * A trial that was paused, or interrupted and taken up again, has no times of its parts: it is drawn for as long as it was
 * trained, up to its end.
 */
#include "report/figures/plots.h"

#include <math.h>
#include <stdlib.h>

enum { MOST_ROWS = 48 };

typedef struct span {
    size_t row; /* of the frame */
    double from, to;
    int worker, lane;
} span;

typedef struct lanes {
    double *free_from; /* by lane */
    int *worker;
    size_t n;
} lanes;

static double latest(const vvi_frame *f)
{
    double time = (double)NAN;
    for (size_t i = 0; i < f->n; i++) {
        time = fmax(time, f->began[i] > 0 ? f->began[i] : (double)NAN);
        time = fmax(time, f->ended[i]);
    }
    return time;
}

static span span_of(const vvi_frame *f, size_t row, double now)
{
    span s = { row, f->began[row], isnan(f->ended[row]) ? now : f->ended[row], f->worker[row], -1 };
    const double seconds = f->seconds[row];
    if (!isnan(f->ended[row]) && seconds > 0 && s.to - s.from > 1.5 * seconds + 2) s.from = s.to - seconds;
    return s;
}

static int by_beginning(const void *a, const void *b)
{
    const span *one = a, *two = b;
    if (one->from < two->from) return -1;
    if (one->from > two->from) return 1;
    return one->row < two->row ? -1 : one->row > two->row;
}

/* The first lane of its worker that is free; a new one; -1: there are too many. */
static int find_lane(lanes *l, const span *s)
{
    const double slack = 0.05; /* clocks are read one after the other */
    for (size_t k = 0; k < l->n; k++)
        if (l->worker[k] == s->worker && l->free_from[k] <= s->from + slack) return (int)k;
    if (l->n == MOST_ROWS) return -1;
    l->worker[l->n] = s->worker;
    return (int)l->n++;
}

static span *list_spans(vvi_maker *m, size_t *n)
{
    const vvi_frame *f = m->frame;
    span *list = vvi_make_room(m, f->n, sizeof *list);
    const double now = latest(f);
    *n = 0;
    for (size_t i = 0; list != NULL && i < f->n; i++)
        if (f->worker[i] >= 0 && f->began[i] > 0 && f->status[i] != VV_TRIAL_WAITING) list[(*n)++] = span_of(f, i, now);
    if (list != NULL) qsort(list, *n, sizeof *list, by_beginning);
    return list;
}

static void deal(vvi_maker *m, span *list, size_t n, lanes *l)
{
    l->free_from = vvi_make_numbers(m, MOST_ROWS);
    l->worker = vvi_make_room(m, MOST_ROWS, sizeof *l->worker);
    if (l->free_from == NULL || l->worker == NULL) return;
    for (size_t i = 0; i < n; i++) {
        list[i].lane = find_lane(l, &list[i]);
        if (list[i].lane >= 0) l->free_from[list[i].lane] = list[i].to;
    }
}

/* Lanes in the order of workers: which row each is, and the names of rows. */
static int *order_lanes(vvi_maker *m, const lanes *l, const char **names)
{
    int *row = vvi_make_room(m, l->n, sizeof *row), next = 0;
    for (size_t w = 0; row != NULL && w < m->frame->n_workers; w++) {
        size_t of_worker = 0;
        for (size_t k = 0; k < l->n; k++) {
            if (l->worker[k] != (int)w) continue;
            names[next] = of_worker++ == 0 ? m->frame->workers[w] : vvi_make_text(m, " (%zu)", of_worker);
            row[k] = next++;
        }
    }
    return row;
}

static void add_fate(vvi_maker *m, vvi_panel *panel, const span *list, size_t n, size_t fate, const int *row_of)
{
    double *x = vvi_make_numbers(m, n), *to = vvi_make_numbers(m, n), *y = vvi_make_numbers(m, n);
    int *trials = vvi_make_room(m, n, sizeof *trials);
    size_t k = 0;
    if (m->status != VV_OK) return;
    for (size_t i = 0; i < n; i++) {
        if (list[i].lane < 0 || vvi_fate_of(m->frame, list[i].row) != fate) continue;
        x[k] = list[i].from, to[k] = list[i].to, y[k] = row_of[list[i].lane];
        trials[k++] = m->frame->ids[list[i].row];
    }
    if (k == 0) return;
    vvi_mark *mark = vvi_make_mark(m, panel, VVI_SPANS, vvi_fate_at(fate)->name, vvi_fate_at(fate)->tint);
    mark->n = k, mark->x = x, mark->x_high = to, mark->y = y, mark->trials = trials;
}

static void draw(vvi_maker *m, const span *list, size_t n, const lanes *l)
{
    const char **names = vvi_make_room(m, l->n, sizeof *names);
    const int *row_of = names == NULL ? NULL : order_lanes(m, l, names);
    if (row_of == NULL) return;
    vvi_panel *panel = vvi_make_panel(m, NULL, 2);
    panel->x.title = "time (UTC)";
    panel->x.scale = VVI_TIME;
    panel->y = vvi_make_words_axis(NULL, names, l->n, true);
    for (size_t fate = 0; fate < VVI_FATES; fate++) add_fate(m, panel, list, n, fate, row_of);
}

static void say(vvi_maker *m, const span *list, size_t n)
{
    char whole[VVI_NUMBER_SIZE], busy[VVI_NUMBER_SIZE];
    double from = (double)NAN, to = (double)NAN, seconds = 0;
    size_t left_out = 0;
    for (size_t i = 0; i < n; i++) {
        from = fmin(from, list[i].from), to = fmax(to, list[i].to);
        seconds += m->frame->seconds[list[i].row];
        left_out += list[i].lane < 0 ? 1 : 0;
    }
    vvi_report_seconds(to - from, whole, sizeof whole);
    vvi_report_seconds(seconds, busy, sizeof busy);
    vvi_make_say(m, "%s by %s %s within %s; they took %s together.", vvi_make_trials(m, n),
                 vvi_make_count(m, m->frame->n_workers), m->frame->n_workers == 1 ? "worker" : "workers", whole, busy);
    if (left_out > 0)
        vvi_make_reduced(m, "%s that ran beside those in %d rows are not drawn.", vvi_make_trials(m, left_out),
                         MOST_ROWS);
}

static void add_table(vvi_maker *m)
{
    const vvi_frame *f = m->frame;
    const char **workers = vvi_make_room(m, f->n, sizeof *workers);
    if (workers == NULL) return;
    for (size_t i = 0; i < f->n; i++) workers[i] = f->worker[i] < 0 ? NULL : f->workers[f->worker[i]];
    vvi_make_trial_columns(m);
    vvi_make_text_column(m, "worker", workers);
    vvi_make_column(m, "began", f->began);
    vvi_make_column(m, "ended", f->ended);
    vvi_make_column(m, "seconds", f->seconds);
}

void vvi_plot_timeline(vvi_maker *m)
{
    size_t n = 0;
    lanes l = { .n = 0 };
    add_table(m);
    span *list = list_spans(m, &n);
    const char *nothing = m->frame->n == 0 ? "There is no trial so far."
                          : n == 0         ? "No worker has run a trial so far."
                                           : NULL;
    if (list == NULL || vvi_make_is_empty(m, nothing)) return;
    deal(m, list, n, &l);
    say(m, list, n);
    draw(m, list, n, &l);
}
