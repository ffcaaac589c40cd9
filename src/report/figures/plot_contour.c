/* plot_contour.c - the score that is to be expected over two hyperparameters, as areas and lines of equal score, with the trials. */
#include "report/figures/contours.h"
#include "report/figures/plots.h"

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

static const double *copy(vvi_maker *m, const double *values, size_t n)
{
    double *numbers = vvi_make_numbers(m, n);
    if (numbers != NULL) memcpy(numbers, values, n * sizeof *numbers);
    return numbers;
}

static void extremes(const vvi_surface *s, size_t *low, size_t *high)
{
    *low = *high = 0;
    for (size_t i = 0; i < s->n_x * s->n_y; i++) {
        if (s->values[i] < s->values[*low]) *low = i;
        if (s->values[i] > s->values[*high]) *high = i;
    }
}

static void add_cells(vvi_maker *m, vvi_panel *panel, const vvi_surface *s, const double *xs, const double *ys)
{
    size_t low, high;
    extremes(s, &low, &high);
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
    extremes(s, &low, &high);
    const size_t best = m->maximize ? high : low, worst = m->maximize ? low : high;
    vvi_make_say(
        m, "The %s to be expected over %s and %s, all else as the trials had it: from %s to %s, best at %s %s, %s %s.",
        vvi_make_name(m, m->objective), vvi_make_name(m, x->name), vvi_make_name(m, y->name),
        vvi_make_score(m, s->values[worst]), vvi_make_score(m, s->values[best]), vvi_make_name(m, x->name),
        value_text(m, x, s->xs[best % s->n_x]), vvi_make_name(m, y->name), value_text(m, y, s->ys[best / s->n_x]));
}

/* The areas fill the panel. */
static void fit_axis(vvi_axis *axis, const double *at, size_t n)
{
    if (axis->scale != VVI_WORDS && n > 1) vvi_axis_set(axis, at[0], at[n - 1], 0.5 / (double)(n - 1));
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
    const double *beside_x = vvi_make_jitter(m, &panel->x, x), *beside_y = vvi_make_jitter(m, &panel->y, y);
    const vvi_rows rows = vvi_rows_pick(m, vvi_rows_with_all(m, beside_x, beside_y, m->scores), MOST_POINTS, "trials");
    vvi_mark *points = vvi_make_mark(m, panel, VVI_POINTS, "trial", VVI_TINT_PLAIN);

    vvi_make_gather(m, points, rows.list, rows.n, beside_x, beside_y);
    vvi_make_best(m, panel, rows, beside_x, beside_y);
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
    vvi_make_variable_column(m, &m->frame->variables[x]);
    vvi_make_variable_column(m, &m->frame->variables[y]);
    vvi_surface surface;
    m->status = vvi_surface_read(m->frame, m->args->objective, x, y, m->seed, &surface, m->error);
    if (m->status == VV_OK && !vvi_make_is_empty(m, surface.why == NULL ? NULL : vvi_make_sentence(m, surface.why))) {
        say(m, &surface);
        draw(m, &surface);
    }
    vvi_surface_deinit(&surface);
}
