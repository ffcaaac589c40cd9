/* plot_contour.c - the score that is to be expected over two hyperparameters, as areas and lines of equal score, with the trials.
 *
 * Nothing is expected of values that nothing can be built with, nor beyond those that trials have had, whatever became of them:
 * a forest says something of every place, there the same as at the nearest one that it knows. */
#include "report/figures/contours.h"
#include "report/figures/plots.h"

#include "explain/json.h"

#include <math.h>
#include <string.h>

enum { MOST_POINTS = 1500 };

/* Names that are given, or the first of the order. false: there are no two. */
static bool choose(vvi_maker *m, size_t *x, size_t *y, bool *known)
{
    const vvi_frame *f = m->frame;
    const size_t *order = vvi_make_order(m, known);
    size_t given[2] = { f->n_variables, f->n_variables };
    const char *const names[2] = { m->args->x, m->args->y };
    if (order == NULL || f->n_variables < 2) return false;
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; names[k] != NULL && i < f->n_variables; i++)
            if (strcmp(f->variables[i].name, names[k]) == 0) given[k] = i;
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; given[k] == f->n_variables && i < f->n_variables; i++)
            if (order[i] != given[1 - k]) given[k] = order[i];
    *x = given[0];
    *y = given[1];
    return *x != *y;
}

/* Where the surface is known, on the panel's axis. */
static double *places_of(vvi_maker *m, const vvi_variable *variable, const double *values, size_t n)
{
    double *places = vvi_make_numbers(m, n);
    for (size_t i = 0; places != NULL && i < n; i++) places[i] = vvi_make_place(variable, values[i]);
    return places;
}

/* Of the values that are known; false: none is. */
static bool extremes(const vvi_surface *s, size_t *low, size_t *high)
{
    bool some = false;
    *low = *high = 0;
    for (size_t i = 0; i < s->n_x * s->n_y; i++) {
        if (isnan(s->values[i])) continue;
        if (!some || s->values[i] < s->values[*low]) *low = i;
        if (!some || s->values[i] > s->values[*high]) *high = i;
        some = true;
    }
    return some;
}

/* ---- what is known ------------------------------------------------------------------------------------------------------ */

/* The row that speaks of a hyperparameter; NULL: none, or several, each of another domain. */
static const vv_explained *explained(const vv_explanation *e, const vvi_variable *variable)
{
    const vv_explained *found = NULL;
    for (size_t i = 0; e != NULL && i < e->n_hyperparameters; i++) {
        if (strcmp(e->hyperparameters[i].name, variable->name) != 0) continue;
        if (found != NULL) return NULL;
        found = &e->hyperparameters[i];
    }
    return found;
}

static bool is_value(const vvi_variable *variable, vv_value value, double at)
{
    if (value.type == VV_VALUE_BOOL) return !(at < value.b) && !(at > value.b);
    if (value.type == VV_VALUE_STRING)
        return variable->words != NULL && strcmp(variable->words[(size_t)at], value.s) == 0;
    const double number = value.type == VV_VALUE_INT ? (double)value.i : value.f;
    return variable->words == NULL && !(at < number) && !(at > number);
}

static bool is_dead(const vv_explained *row, const vvi_variable *variable, double at)
{
    for (size_t i = 0; row != NULL && i < row->n_dead_values; i++)
        if (is_value(variable, row->dead_values[i], at)) return true;
    return false;
}

/* Of the places, ascending, those that can be built with and lie among the values of trials, or next to them. */
static bool *known_places(vvi_maker *m, const vv_explanation *e, const vvi_variable *variable, const double *at,
                          size_t n)
{
    const vv_explained *row = explained(e, variable);
    double low = (double)NAN, high = (double)NAN;
    bool *known = vvi_make_room(m, n, sizeof *known);
    for (size_t i = 0; i < m->frame->n; i++) {
        low = fmin(low, variable->values[i]); /* of a NaN and a number: the number */
        high = fmax(high, variable->values[i]);
    }
    for (size_t i = 0; known != NULL && i < n; i++) {
        const bool before = i + 1 < n ? at[i + 1] <= low : at[i]<low, after = i> 0 ? at[i - 1] >= high : at[i] > high;
        known[i] = !is_dead(row, variable, at[i]) && (variable->words != NULL || !(before || after));
    }
    return known;
}

static void forget_places(vvi_maker *m, const vv_explanation *e, vvi_surface *s)
{
    const vvi_variable *vx = &m->frame->variables[s->x], *vy = &m->frame->variables[s->y];
    const bool *xs = known_places(m, e, vx, s->xs, s->n_x), *ys = known_places(m, e, vy, s->ys, s->n_y);
    double *values = vvi_make_numbers(m, s->n_x * s->n_y);
    if (xs == NULL || ys == NULL || values == NULL) return;
    for (size_t i = 0; i < s->n_x * s->n_y; i++)
        values[i] = xs[i % s->n_x] && ys[i / s->n_x] ? s->values[i] : (double)NAN;
    s->values = values;
}

/* Of the surface only what is known remains. */
static void forget_unknown(vvi_maker *m, vvi_surface *s)
{
    size_t low, high;
    vv_explanation *e = NULL;
    if (m->args->explanation != NULL && vvi_explanation_read(m->args->explanation, &e, NULL) == VV_NO_MEMORY)
        m->status = vvi_no_memory(m->error);
    if (m->status == VV_OK) forget_places(m, e, s);
    vv_explanation_free(e);
    if (m->status == VV_OK && !extremes(s, &low, &high)) s->why = "no completed trial has both of them";
}

/* ---- the table ---------------------------------------------------------------------------------------------------------- */

/* Which values are in the table, in its rows after the trials. */
typedef struct grid {
    size_t *cells, n;
} grid;

static grid find_grid(vvi_maker *m, const vvi_surface *s)
{
    grid g = { .cells = vvi_make_room(m, s->n_x * s->n_y, sizeof *g.cells) };
    for (size_t i = 0; g.cells != NULL && i < s->n_x * s->n_y; i++)
        if (!isnan(s->values[i])) g.cells[g.n++] = i;
    return g;
}

static double *longer_numbers(vvi_maker *m, const double *numbers, size_t more)
{
    const size_t n = m->frame->n;
    double *list = vvi_make_numbers(m, n + more);
    for (size_t i = 0; list != NULL && i < n + more; i++) list[i] = i < n && numbers != NULL ? numbers[i] : (double)NAN;
    return list;
}

static const char **longer_texts(vvi_maker *m, const char *const *texts, size_t more)
{
    const char **list = vvi_make_room(m, m->frame->n + more, sizeof *list);
    if (list != NULL && m->frame->n > 0) memcpy(list, texts, m->frame->n * sizeof *list);
    return list;
}

static void lengthen_columns(vvi_maker *m, size_t more)
{
    vvi_figure_table *table = &m->figure->table;
    for (size_t k = 0; k < table->n_columns; k++) {
        vvi_figure_column *column = &table->columns[k];
        if (column->numbers != NULL)
            column->numbers = longer_numbers(m, column->numbers, more);
        else
            column->texts = longer_texts(m, column->texts, more);
    }
    table->n_rows += more;
}

/* A hyperparameter with its values in the trials, then in the grid: `step` cells have one, of `n` in turn. */
static void add_variable(vvi_maker *m, const vvi_variable *variable, const double *at, size_t step, size_t n, grid g)
{
    const size_t trials = m->frame->n;
    const char *name = vvi_make_text(m, "hp.%s", variable->name);
    double *numbers = longer_numbers(m, variable->values, g.n);
    const char **texts = vvi_make_room(m, trials + g.n, sizeof *texts);
    if (numbers == NULL || texts == NULL) return;
    for (size_t i = 0; i < g.n; i++) numbers[trials + i] = at[g.cells[i] / step % n];
    for (size_t i = 0; variable->words != NULL && i < trials + g.n; i++)
        if (!isnan(numbers[i])) texts[i] = variable->words[(size_t)numbers[i]];
    if (variable->words != NULL)
        vvi_make_text_column(m, name, texts);
    else
        vvi_make_column(m, name, numbers);
}

/* The trials, and then the places that are coloured: without a trial, with what is expected there. */
static void add_table(vvi_maker *m, const vvi_surface *s)
{
    const grid g = find_grid(m, s);
    double *expected = longer_numbers(m, NULL, g.n);
    if (expected == NULL) return;
    lengthen_columns(m, g.n);
    for (size_t i = 0; i < g.n; i++) expected[m->frame->n + i] = s->values[g.cells[i]];
    add_variable(m, &m->frame->variables[s->x], s->xs, 1, s->n_x, g);
    add_variable(m, &m->frame->variables[s->y], s->ys, s->n_x, s->n_y, g);
    vvi_make_column(m, vvi_make_text(m, "expected.%s", m->objective), expected);
}

static const double *copy(vvi_maker *m, const double *values, size_t n)
{
    double *numbers = vvi_make_numbers(m, n);
    if (numbers != NULL) memcpy(numbers, values, n * sizeof *numbers);
    return numbers;
}

/* ---- the picture -------------------------------------------------------------------------------------------------------- */

static void add_cells(vvi_maker *m, vvi_panel *panel, const vvi_surface *s, const double *xs, const double *ys)
{
    size_t low, high;
    (void)extremes(s, &low, &high);
    panel->shades = (vvi_shades){ .title = vvi_make_text(m, "expected %s", m->objective),
                                  .falling = !m->maximize,
                                  .low = s->values[low],
                                  .high = s->values[high] };
    if (!(panel->shades.low < panel->shades.high)) panel->shades.low -= 0.5, panel->shades.high += 0.5;
    vvi_mark *mark = vvi_make_mark(m, panel, VVI_CELLS, NULL, VVI_TINT_PLAIN);
    *mark = (vvi_mark){ .kind = VVI_CELLS,
                        .tint = VVI_TINT_PLAIN,
                        .n = s->n_x * s->n_y,
                        .x_n = s->n_x,
                        .y_n = s->n_y,
                        .x = xs,
                        .y = ys,
                        .shade = copy(m, s->values, s->n_x * s->n_y) };
    if (mark->shade == NULL) mark->n = mark->x_n = mark->y_n = 0;
}

static const char *value_text(vvi_maker *m, const vvi_variable *variable, double value)
{
    const bool word = variable->words != NULL && value >= 0 && value < (double)variable->n_words;
    return word ? vvi_make_name(m, variable->words[(size_t)value]) : vvi_make_number(m, value);
}

static void say(vvi_maker *m, const vvi_surface *s)
{
    const vvi_variable *x = &m->frame->variables[s->x], *y = &m->frame->variables[s->y];
    size_t low, high;
    (void)extremes(s, &low, &high);
    const size_t best = m->maximize ? high : low, worst = m->maximize ? low : high;
    vvi_make_say(
        m, "The %s to be expected over %s and %s, all else as the trials had it: from %s to %s, best at %s %s, %s %s.",
        vvi_make_name(m, m->objective), vvi_make_name(m, x->name), vvi_make_name(m, y->name),
        vvi_make_score(m, s->values[worst]), vvi_make_score(m, s->values[best]), vvi_make_name(m, x->name),
        value_text(m, x, s->xs[best % s->n_x]), vvi_make_name(m, y->name), value_text(m, y, s->ys[best / s->n_x]));
}

/* The areas end where the domain does; a little room is for trials that stand there. */
static void fit_axis(vvi_axis *axis, const double *at, size_t n)
{
    if (axis->scale != VVI_WORDS && n > 1) vvi_axis_set(axis, at[0], at[n - 1], 0.02);
}

static void draw(vvi_maker *m, const vvi_surface *s)
{
    const vvi_variable *vx = &m->frame->variables[s->x], *vy = &m->frame->variables[s->y];
    const double *x, *y, *xs = places_of(m, vx, s->xs, s->n_x), *ys = places_of(m, vy, s->ys, s->n_y);
    vvi_panel *panel = vvi_make_panel(m, NULL, 2);
    panel->x = vvi_make_variable_axis(m, vx, &x);
    panel->y = vvi_make_variable_axis(m, vy, &y);
    if (xs == NULL || ys == NULL) return;
    fit_axis(&panel->x, xs, s->n_x);
    fit_axis(&panel->y, ys, s->n_y);
    add_cells(m, panel, s, xs, ys);
    if (panel->x.scale != VVI_WORDS && panel->y.scale != VVI_WORDS) vvi_make_contours(m, panel);
    const double *beside_x = vvi_make_jitter(m, &panel->x, x, &panel->y, y),
                 *beside_y = vvi_make_jitter(m, &panel->y, y, &panel->x, x);
    const vvi_rows rows = vvi_rows_pick(m, vvi_rows_with_all(m, beside_x, beside_y, m->scores), MOST_POINTS, "trials");
    vvi_mark *points = vvi_make_mark(m, panel, VVI_POINTS, "trial", VVI_TINT_PLAIN);

    vvi_make_gather(m, points, rows.list, rows.n, beside_x, beside_y);
    vvi_make_best(m, panel, rows, beside_x, beside_y);
    vvi_make_say_jitter(m);
}

void vvi_plot_contour(vvi_maker *m)
{
    const char *nothing = vvi_make_nothing(m);
    size_t x, y;
    bool known;
    vvi_make_trial_columns(m);
    vvi_make_score_columns(m);
    if (nothing == NULL && m->frame->n_variables < 2)
        nothing = m->frame->n_variables == 0 ? "The trials have no hyperparameters."
                                             : "There is one hyperparameter only: the slice shows its scores.";
    if (vvi_make_is_empty(m, nothing)) return;
    if (!choose(m, &x, &y, &known)) {
        if (m->status == VV_OK) (void)vvi_make_is_empty(m, "A contour is over two hyperparameters, and these are one.");
        return;
    }
    vvi_surface surface;
    m->status = vvi_surface_read(m->frame, m->args->objective, x, y, m->seed, &surface, m->error);
    if (m->status == VV_OK && surface.why == NULL) forget_unknown(m, &surface);
    add_table(m, &surface);
    if (m->status == VV_OK && !vvi_make_is_empty(m, surface.why == NULL ? NULL : vvi_make_sentence(m, surface.why))) {
        say(m, &surface);
        draw(m, &surface);
    }
    vvi_surface_deinit(&surface);
}
