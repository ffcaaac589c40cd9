/* contours.c - lines of equal value by marching squares (Lorensen and Cline 1987, in two dimensions).
 *
 * A square lies between four neighbouring places. Where a level passes between two of its corners, the line crosses the side
 * between them, in proportion on the axis' own scale. Of two ways through a saddle the one that the mean of the corners says.
 */
#include "report/figures/contours.h"

#include "report/figures/ticks.h"

#include <math.h>

enum { MOST_LEVELS = 8 };

typedef struct tracing {
    const vvi_mark *cells;
    bool log_x, log_y;
    double level;
    double *x, *y; /* two points and a NaN for each piece */
    size_t n, most;
} tracing;

typedef struct point {
    double x, y;
} point;

static double between(double a, double b, double share, bool logarithmic)
{
    return logarithmic ? a * pow(b / a, share) : a + (b - a) * share;
}

/* Corners of the square at i, k: 0 left below, 1 right below, 2 right above, 3 left above; side s is from corner s to the next. */
static size_t corner_x(size_t i, size_t corner)
{
    return i + (corner == 1 || corner == 2);
}

static size_t corner_y(size_t k, size_t corner)
{
    return k + (corner >= 2);
}

static double value_at(const tracing *t, size_t i, size_t k, size_t corner)
{
    return t->cells->shade[corner_y(k, corner) * t->cells->x_n + corner_x(i, corner)];
}

static point crossing(const tracing *t, size_t i, size_t k, size_t side)
{
    const size_t next = (side + 1) % 4;
    const double a = value_at(t, i, k, side), b = value_at(t, i, k, next), share = (t->level - a) / (b - a);
    const double *x = t->cells->x, *y = t->cells->y;
    return (point){ between(x[corner_x(i, side)], x[corner_x(i, next)], share, t->log_x),
                    between(y[corner_y(k, side)], y[corner_y(k, next)], share, t->log_y) };
}

static void add_piece(tracing *t, size_t i, size_t k, size_t from, size_t to)
{
    if (t->n + 3 > t->most) return;
    const point a = crossing(t, i, k, from), b = crossing(t, i, k, to);
    t->x[t->n] = a.x, t->y[t->n++] = a.y;
    t->x[t->n] = b.x, t->y[t->n++] = b.y;
    t->x[t->n] = t->y[t->n] = (double)NAN;
    t->n++;
}

static void trace_square(tracing *t, size_t i, size_t k)
{
    bool above[4];
    size_t sides[4], n = 0;
    double mean = 0;
    for (size_t c = 0; c < 4; c++) {
        above[c] = value_at(t, i, k, c) > t->level;
        mean += value_at(t, i, k, c) / 4;
    }
    if (!isfinite(mean)) return;
    for (size_t s = 0; s < 4; s++)
        if (above[s] != above[(s + 1) % 4]) sides[n++] = s;
    if (n == 2) add_piece(t, i, k, sides[0], sides[1]);
    if (n < 4) return;
    /* Around corners 1 and 3 where the middle is as corner 0 is; else around 0 and 2. */
    const bool joined = (mean > t->level) == above[0];
    add_piece(t, i, k, 0, joined ? 1 : 3);
    add_piece(t, i, k, 2, joined ? 3 : 1);
}

static void trace(vvi_maker *m, vvi_panel *panel, const vvi_mark *cells, double level, const char *label)
{
    const size_t squares = (cells->x_n - 1) * (cells->y_n - 1), most = 6 * squares;
    tracing t = { .cells = cells,
                  .log_x = panel->x.scale == VVI_LOG,
                  .log_y = panel->y.scale == VVI_LOG,
                  .level = level,
                  .x = vvi_make_numbers(m, most),
                  .y = vvi_make_numbers(m, most),
                  .most = most };
    if (t.x == NULL || t.y == NULL) return;
    for (size_t k = 0; k + 1 < cells->y_n; k++)
        for (size_t i = 0; i + 1 < cells->x_n; i++) trace_square(&t, i, k);
    if (t.n == 0) return;
    const char **notes = vvi_make_room(m, t.n, sizeof *notes);
    const char *note = vvi_make_text(m, "%s", label);
    for (size_t i = 0; notes != NULL && i < t.n; i++) notes[i] = note;
    vvi_mark *mark = vvi_make_mark(m, panel, VVI_LINE, NULL, VVI_TINT_PLAIN);
    mark->faint = true, mark->x = t.x, mark->y = t.y, mark->n = t.n, mark->notes = notes;
}

void vvi_make_contours(vvi_maker *m, vvi_panel *panel)
{
    if (m->status != VV_OK || panel->n_marks == 0) return;
    const vvi_mark cells = panel->marks[panel->n_marks - 1];
    const vvi_axis levels = { .low = panel->shades.low, .high = panel->shades.high };
    vvi_ticks ticks;
    if (cells.x_n < 2 || cells.y_n < 2) return;
    vvi_ticks_make(&levels, MOST_LEVELS, &ticks);
    for (size_t i = 0; i < ticks.n; i++) trace(m, panel, &cells, ticks.list[i].at, ticks.list[i].label);
}
