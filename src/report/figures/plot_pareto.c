/* plot_pareto.c - objectives against each other, with the front: the trials that none beats in all of them. With one objective:
 * its scores against the parameters, or else the time, that they took. */
#include "report/figures/plots.h"

#include "study/study.h"

#include <math.h>
#include <stdlib.h>

enum { MOST_POINTS = 4000, MOST_PAIRS = 6 };

/* One of two that are compared. */
typedef struct side {
    const char *name;
    const double *numbers;
    bool maximize;
    vvi_axis axis;
} side;

enum { FRONT, SECOND, OTHER, EXCEEDS, UNRANKED, CLASSES };
static const struct {
    const char *name;
    int tint;
    bool faint;
} classes[CLASSES] = { [FRONT] = { "the front", VVI_TINT_BEST, false },
                       [SECOND] = { "better but for the front", VVI_TINT_SERIES + 2, false },
                       [OTHER] = { "other trials", VVI_TINT_TRIAL, false },
                       [EXCEEDS] = { "exceeds constraints", VVI_TINT_FAILED, false },
                       [UNRANKED] = { "not completed", VVI_TINT_PLAIN, true } };

static size_t class_of(const vvi_frame *f, const int *rank, size_t row)
{
    if (f->status[row] != VV_TRIAL_COMPLETED) return UNRANKED;
    if (!vvi_row_counts(f, row)) return EXCEEDS;
    return rank[row] < 0 ? UNRANKED : rank[row] == 0 ? FRONT : rank[row] == 1 ? SECOND : OTHER;
}

/* ---- the front of two --------------------------------------------------------------------------------------------------- */

static double loss_of(const side *s, size_t row)
{
    return s->maximize ? -s->numbers[row] : s->numbers[row];
}

typedef struct place {
    double x, y; /* as losses */
    size_t row;
} place;

static int by_x(const void *a, const void *b)
{
    const place *one = a, *two = b;
    if (one->x < two->x) return -1;
    if (one->x > two->x) return 1;
    return one->y < two->y ? -1 : one->y > two->y;
}

/* The rows that count and that no other beats in both, from the best of x to the best of y. */
static vvi_rows front_of(vvi_maker *m, const side *x, const side *y)
{
    const vvi_rows with = vvi_rows_with(m, x->numbers, y->numbers);
    place *list = vvi_make_room(m, with.n, sizeof *list);
    vvi_rows front = { .list = vvi_make_room(m, with.n, sizeof(size_t)) };
    size_t n = 0;
    if (list == NULL || front.list == NULL) return front;
    for (size_t i = 0; i < with.n; i++)
        if (vvi_row_counts(m->frame, with.list[i]))
            list[n++] = (place){ loss_of(x, with.list[i]), loss_of(y, with.list[i]), with.list[i] };
    qsort(list, n, sizeof *list, by_x);
    double best = (double)INFINITY;
    for (size_t i = 0; i < n; i++)
        if (list[i].y < best) best = list[i].y, front.list[front.n++] = list[i].row;
    return front;
}

/* ---- drawing -------------------------------------------------------------------------------------------------------------- */

static void add_points(vvi_maker *m, vvi_panel *panel, const side *x, const side *y, const int *rank)
{
    const vvi_rows rows = vvi_rows_pick(m, vvi_rows_with(m, x->numbers, y->numbers), MOST_POINTS, "trials");
    size_t *some = vvi_make_room(m, rows.n, sizeof *some);
    for (size_t k = CLASSES; some != NULL && k-- > 0;) {
        size_t n = 0;
        for (size_t i = 0; i < rows.n; i++)
            if (class_of(m->frame, rank, rows.list[i]) == k) some[n++] = rows.list[i];
        if (n == 0 || k == FRONT) continue;
        vvi_mark *mark = vvi_make_mark(m, panel, VVI_POINTS, classes[k].name, classes[k].tint);
        mark->faint = classes[k].faint;
        vvi_make_gather(m, mark, some, n, x->numbers, y->numbers);
    }
}

/* All of it, whatever else was left out. */
static void add_front(vvi_maker *m, vvi_panel *panel, const side *x, const side *y, const int *rank)
{
    const vvi_rows line = front_of(m, x, y);
    size_t *rows = vvi_make_room(m, m->frame->n, sizeof *rows), n = 0;
    if (line.n > 1) {
        vvi_mark *mark = vvi_make_mark(m, panel, VVI_LINE, NULL, VVI_TINT_BEST);
        mark->faint = true;
        vvi_make_gather(m, mark, line.list, line.n, x->numbers, y->numbers);
    }
    for (size_t i = 0; rows != NULL && i < m->frame->n; i++)
        if (class_of(m->frame, rank, i) == FRONT && isfinite(x->numbers[i]) && isfinite(y->numbers[i])) rows[n++] = i;
    if (n == 0) return;
    vvi_mark *mark = vvi_make_mark(m, panel, VVI_POINTS, classes[FRONT].name, classes[FRONT].tint);
    vvi_make_gather(m, mark, rows, n, x->numbers, y->numbers);
}

static void add_pair(vvi_maker *m, const side *x, const side *y, const int *rank, int span)
{
    vvi_panel *panel = vvi_make_panel(m, NULL, span);
    panel->x = x->axis;
    panel->y = y->axis;
    if (vvi_rows_with(m, x->numbers, y->numbers).n == 0) {
        panel->empty = "No trial has both scores so far.";
        return;
    }
    add_points(m, panel, x, y, rank);
    add_front(m, panel, x, y, rank);
}

/* ---- several objectives --------------------------------------------------------------------------------------------------- */

static side objective_side(vvi_maker *m, size_t k)
{
    const vv_objective *objective = &m->frame->objectives.list[k];
    return (side){ objective->name, m->frame->scores[k], objective->maximize, vvi_make_score_axis(m, k) };
}

static void draw_pairs(vvi_maker *m)
{
    const size_t n = m->frame->objectives.n, pairs = n * (n - 1) / 2;
    size_t drawn = 0, front = 0;
    side sides[VV_MAX_OBJECTIVES];
    for (size_t i = 0; i < m->frame->n; i++) front += class_of(m->frame, m->frame->rank, i) == FRONT ? 1 : 0;
    vvi_make_say(m, "%s of %s are on the front of %zu objectives: no other is better in one and not worse in the rest.",
                 vvi_make_count(m, front), vvi_make_trials(m, m->frame->n), n);
    for (size_t i = 0; i < n; i++) sides[i] = objective_side(m, i);
    for (size_t i = 0; i < n; i++)
        for (size_t k = i + 1; k < n && drawn < MOST_PAIRS; k++, drawn++)
            add_pair(m, &sides[k], &sides[i], m->frame->rank, pairs == 1 ? 2 : 1);
    if (drawn < pairs) vvi_make_reduced(m, "%zu of %zu pairs of objectives are drawn.", drawn, pairs);
    if (n > 2) vvi_make_say(m, "The line joins those that none beats in the two that are drawn.");
}

/* ---- one objective ---------------------------------------------------------------------------------------------------------- */

static bool has_numbers(const vvi_frame *f, const double *column)
{
    for (size_t i = 0; column != NULL && i < f->n; i++)
        if (isfinite(column[i])) return true;
    return false;
}

static void draw_one(vvi_maker *m)
{
    const vvi_frame *f = m->frame;
    const bool networks = has_numbers(f, f->params);
    const double *cost = networks ? f->params : f->seconds;
    const char *title = networks ? "parameters" : "seconds of training";
    const side x = { title, cost, false, vvi_make_axis(title, NULL, cost, f->n) };
    const side y = { m->objective, m->scores, m->maximize, vvi_make_score_axis(m, 0) };
    const vvi_rows front = front_of(m, &x, &y);
    int *rank = vvi_make_room(m, f->n, sizeof *rank);
    for (size_t i = 0; rank != NULL && i < f->n; i++) rank[i] = isnan(m->scores[i]) ? -1 : 2;
    for (size_t i = 0; rank != NULL && i < front.n; i++) rank[front.list[i]] = 0;
    if (rank == NULL) return;
    vvi_make_say(
        m, "The study has one objective, so it is drawn against %s. The line joins the %s that no other beats in both.",
        networks ? "the parameters of networks" : "the seconds that trials took", vvi_make_trials(m, front.n));
    add_pair(m, &x, &y, rank, 2);
}

void vvi_plot_pareto(vvi_maker *m)
{
    vvi_make_trial_columns(m);
    vvi_make_score_columns(m);
    vvi_make_column(m, "rank", vvi_make_doubles(m, m->frame->rank, m->frame->n));
    vvi_make_column(m, "violation", m->frame->violation);
    vvi_make_column(m, "seconds", m->frame->seconds);
    if (m->frame->params != NULL) vvi_make_column(m, "params", m->frame->params);
    if (vvi_make_is_empty(m, vvi_make_nothing(m))) return;
    if (m->frame->objectives.n > 1)
        draw_pairs(m);
    else
        draw_one(m);
}
