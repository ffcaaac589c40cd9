/* axes.c - of what axes are, and from where to where: of scores, of hyperparameters, of whatever the marks need. */
#include "report/figures/make.h"
#include "report/figures/svg.h"

#include <math.h>
#include <stdlib.h>

static const double margin = 0.04;

void vvi_axis_set(vvi_axis *axis, double low, double high, double share)
{
    if (axis->scale == VVI_LOG) {
        const double room = fmax(share * log(high / low), high > low ? 0 : 0.35);
        axis->low = low * exp(-room);
        axis->high = high * exp(room);
        return;
    }
    const double room = high > low ? share * (high - low) : low == 0 ? 1 : 0.1 * fabs(low);
    axis->low = low - room;
    axis->high = high + room;
}

/* ---- of columns ----------------------------------------------------------------------------------------------------- */

typedef struct range {
    double low, high; /* of the finite numbers; NaN: there are none */
    double least;     /* positive; NaN: none */
} range;

static void take(range *r, double number)
{
    if (!isfinite(number)) return;
    r->low = fmin(r->low, number); /* of a NaN and a number: the number */
    r->high = fmax(r->high, number);
    if (number > 0) r->least = fmin(r->least, number);
}

static void take_all(range *r, const double *numbers, size_t n)
{
    for (size_t i = 0; numbers != NULL && i < n; i++) take(r, numbers[i]);
}

static range range_none(void)
{
    return (range){ (double)NAN, (double)NAN, (double)NAN };
}

vvi_axis vvi_make_axis(const char *title, const char *unit, const double *numbers, size_t n)
{
    vvi_axis axis = { .title = title, .unit = unit, .low = (double)NAN, .high = (double)NAN };
    range r = range_none();
    take_all(&r, numbers, n);
    if (isnan(r.low)) return axis;
    if (r.low > 0 && r.high / r.low >= 30) axis.scale = VVI_LOG;
    vvi_axis_set(&axis, r.low, r.high, margin);
    return axis;
}

vvi_axis vvi_make_words_axis(const char *title, const char *const *words, size_t n, bool down)
{
    return (vvi_axis){ .title = title,
                       .scale = VVI_WORDS,
                       .low = -0.5,
                       .high = n == 0 ? 0.5 : (double)n - 0.5,
                       .down = down,
                       .words = words,
                       .n_words = n };
}

/* ---- of hyperparameters ----------------------------------------------------------------------------------------------- */

/* Up to so many numbers of a list are as words: how far they are from each other says little. */
enum { FEW_CHOICES = 12 };

static bool is_listed(const vvi_variable *variable)
{
    return variable->words == NULL && variable->choices != NULL && variable->n_choices <= FEW_CHOICES;
}

double vvi_make_place(const vvi_variable *variable, double value)
{
    size_t i = 0;
    if (!is_listed(variable) || isnan(value)) return value;
    while (i + 1 < variable->n_choices && variable->choices[i] < value) i++;
    return (double)i;
}

static vvi_axis listed_axis(vvi_maker *m, const vvi_variable *variable)
{
    const char **words = vvi_make_room(m, variable->n_choices, sizeof *words);
    for (size_t i = 0; words != NULL && i < variable->n_choices; i++)
        words[i] = vvi_make_text(m, "%.6g", variable->choices[i]);
    return vvi_make_words_axis(variable->name, words, words == NULL ? 0 : variable->n_choices, false);
}

static vvi_axis range_axis(const vvi_variable *variable)
{
    const bool logarithmic = variable->log && !variable->reverse;
    vvi_axis axis = { .title = variable->name, .whole = variable->whole, .scale = logarithmic ? VVI_LOG : VVI_LINEAR };
    if (!isfinite(variable->low) || !isfinite(variable->high)) {
        axis.low = axis.high = (double)NAN;
        return axis;
    }
    vvi_axis_set(&axis, variable->low, variable->high, margin);
    if (axis.whole && axis.scale == VVI_LINEAR && variable->high - variable->low < 20)
        axis.low = variable->low - 0.5, axis.high = variable->high + 0.5;
    return axis;
}

vvi_axis vvi_make_variable_axis(vvi_maker *m, const vvi_variable *variable, const double **places)
{
    *places = variable->values;
    if (variable->words != NULL) return vvi_make_words_axis(variable->name, variable->words, variable->n_words, false);
    if (!is_listed(variable)) return range_axis(variable);
    double *numbers = vvi_make_numbers(m, m->frame->n);
    for (size_t i = 0; numbers != NULL && i < m->frame->n; i++)
        numbers[i] = vvi_make_place(variable, variable->values[i]);
    if (numbers != NULL) *places = numbers;
    return listed_axis(m, variable);
}

/* From -1 to 1, by the trial, so that a point stays where it was when others come. */
static double nudge(int id)
{
    uint32_t out[4];
    vvi_random_block(vvi_key_int(vvi_key_new(0, "jitter"), id), 0, out);
    return (double)out[0] / 2147483648.0 - 1;
}

/* A point by where it is: at its place, and so many dots up. */
typedef struct spot {
    double place, up;
    size_t row;
} spot;

static int by_place(const void *a, const void *b)
{
    const spot *one = a, *two = b;
    if (one->place < two->place || one->place > two->place) return one->place < two->place ? -1 : 1;
    return one->up < two->up ? -1 : one->up > two->up;
}

static bool touch(const spot *one, const spot *two)
{
    return !(one->place < two->place) && two->up - one->up < 1;
}

static spot *sorted_spots(vvi_maker *m, const double *places, const vvi_axis *up, const double *heights, size_t *n)
{
    enum { DOTS = 60 }; /* so many touch each other from one end of an axis to the other */
    spot *spots = vvi_make_room(m, m->frame->n, sizeof *spots);
    *n = 0;
    for (size_t i = 0; spots != NULL && i < m->frame->n; i++) {
        const double share = vvi_axis_share(up, heights[i]);
        if (!isnan(places[i]) && !isnan(share)) spots[(*n)++] = (spot){ places[i], DOTS * share, i };
    }
    if (spots != NULL) qsort(spots, *n, sizeof *spots, by_place);
    return spots;
}

const double *vvi_make_jitter(vvi_maker *m, const vvi_axis *axis, const double *places, const vvi_axis *up,
                              const double *heights)
{
    const bool words = axis->scale == VVI_WORDS,
               few = axis->whole && axis->scale == VVI_LINEAR && axis->high - axis->low < 21;
    if (!words && !few) return places;
    double *values = vvi_make_numbers(m, m->frame->n);
    size_t n;
    const spot *spots = sorted_spots(m, places, up, heights, &n);
    const double width = 0.12;
    if (values == NULL || spots == NULL) return places;
    for (size_t i = 0; i < m->frame->n; i++) values[i] = places[i];
    for (size_t k = 0; k < n; k++) {
        if ((k == 0 || !touch(&spots[k - 1], &spots[k])) && (k + 1 == n || !touch(&spots[k], &spots[k + 1]))) continue;
        values[spots[k].row] += width * nudge(m->frame->ids[spots[k].row]);
        m->jittered = true;
    }
    return values;
}

void vvi_make_say_jitter(vvi_maker *m)
{
    if (m->jittered) vvi_make_say(m, "Where trials would lie on each other they stand a little beside their places.");
}

/* ---- of scores ---------------------------------------------------------------------------------------------------------- */

static int ascending(const void *a, const void *b)
{
    const double one = *(const double *)a, two = *(const double *)b;
    return one < two ? -1 : one > two;
}

/* The finite ones, the best first, as losses. NULL: no memory. */
static double *sorted_losses(vvi_maker *m, const double *scores, bool maximize, size_t *n)
{
    double *list = vvi_make_numbers(m, m->frame->n);
    *n = 0;
    for (size_t i = 0; list != NULL && i < m->frame->n; i++)
        if (isfinite(scores[i])) list[(*n)++] = maximize ? -scores[i] : scores[i];
    if (list != NULL) qsort(list, *n, sizeof *list, ascending);
    return list;
}

/* The worst that is shown: where a few are far worse than nine tenths of the others, one would see nothing but them. */
static double worst_shown(const double *losses, size_t n, bool logarithmic)
{
    const double best = losses[0], most = losses[(n - 1) * 9 / 10], worst = losses[n - 1];
    if (n < 10 || logarithmic || worst - best <= 6 * (most - best)) return worst;
    const double end = most + 0.75 * (most - best);
    size_t i = n - 1;
    while (losses[i] > end) i--;
    return losses[i];
}

static void say_outside(vvi_maker *m, const double *losses, size_t n, double worst, bool maximize)
{
    size_t outside = 0;
    while (outside < n && losses[n - 1 - outside] > worst) outside++;
    if (outside == 0) return;
    vvi_make_say(m, "%s %s far worse than the others (down to %s) and beyond the picture's edge.",
                 vvi_make_trials(m, outside), outside == 1 ? "is" : "are",
                 vvi_make_score(m, maximize ? -losses[n - 1] : losses[n - 1]));
}

static bool spread_over_orders(double low, double high, bool maximize)
{
    return low > 0 && high / low >= (maximize ? 1000 : 50);
}

vvi_axis vvi_make_score_axis(vvi_maker *m, size_t objective)
{
    const vv_objectives *objectives = &m->frame->objectives;
    const bool known = objective < objectives->n, maximize = known && objectives->list[objective].maximize;
    const double *scores = objective < VV_MAX_OBJECTIVES ? m->frame->scores[objective] : NULL;
    vvi_axis axis = { .title = known ? objectives->list[objective].name : "score",
                      .low = (double)NAN,
                      .high = (double)NAN };
    size_t n = 0;
    const double *losses = scores == NULL ? NULL : sorted_losses(m, scores, maximize, &n);
    if (losses == NULL || n == 0) return axis;
    const double low = maximize ? -losses[n - 1] : losses[0], high = maximize ? -losses[0] : losses[n - 1];
    if (spread_over_orders(low, high, maximize)) axis.scale = VVI_LOG;
    const double worst = worst_shown(losses, n, axis.scale == VVI_LOG);
    vvi_axis_set(&axis, maximize ? -worst : low, maximize ? high : worst, margin);
    if (objective == m->args->objective) say_outside(m, losses, n, worst, maximize);
    return axis;
}

vvi_shades vvi_make_shades(vvi_maker *m)
{
    vvi_shades shades = { .title = m->objective, .falling = !m->maximize };
    size_t n = 0;
    const double *losses = sorted_losses(m, m->scores, m->maximize, &n);
    if (losses == NULL || n == 0) return (vvi_shades){ .title = NULL };
    const double worst = worst_shown(losses, n, false), a = m->maximize ? -worst : worst,
                 b = m->maximize ? -losses[0] : losses[0];
    shades.low = fmin(a, b);
    shades.high = fmax(a, b);
    if (spread_over_orders(shades.low, shades.high, m->maximize)) shades.scale = VVI_LOG;
    if (!(shades.high > shades.low)) shades.low -= 0.5, shades.high += 0.5;
    return shades;
}

/* ---- of marks ----------------------------------------------------------------------------------------------------------- */

static void take_courses(const vvi_mark *mark, range *x, range *y)
{
    for (size_t i = 0; mark->courses != NULL && i < mark->n; i++) {
        take_all(y, mark->courses[i].values, mark->courses[i].n);
        if (mark->courses[i].n > 0) take(x, 1), take(x, (double)mark->courses[i].n);
    }
}

static void take_mark(const vvi_mark *mark, range *x, range *y)
{
    const bool cells = mark->kind == VVI_CELLS;
    take_all(x, mark->x, cells ? mark->x_n : mark->n);
    take_all(x, mark->x_low, mark->n);
    take_all(x, mark->x_high, mark->n);
    take_all(y, mark->y, cells ? mark->y_n : mark->n);
    if (mark->kind == VVI_BARS) take(x, 0);
    take_courses(mark, x, y);
}

static void settle_axis(vvi_axis *axis, const range *r)
{
    if (isfinite(axis->low) && isfinite(axis->high) && axis->low < axis->high) return;
    if (isnan(r->low)) {
        axis->scale = axis->scale == VVI_LOG ? VVI_LINEAR : axis->scale;
        axis->low = 0;
        axis->high = 1;
        return;
    }
    if (axis->scale == VVI_LOG && !(r->low > 0)) axis->scale = VVI_LINEAR;
    vvi_axis_set(axis, r->low, r->high, margin);
    /* So large, or so close together, that no room is left between two numbers. */
    if (!(axis->low < axis->high) || !isfinite(axis->high - axis->low))
        axis->low = r->low / 2 - 1, axis->high = r->high / 2 + 1;
}

void vvi_figure_settle(vvi_figure *figure)
{
    for (size_t i = 0; i < figure->n_panels; i++) {
        vvi_panel *panel = &figure->panels[i];
        range x = range_none(), y = range_none();
        for (size_t k = 0; k < panel->n_marks; k++) take_mark(&panel->marks[k], &x, &y);
        settle_axis(&panel->x, &x);
        settle_axis(&panel->y, &y);
    }
}
