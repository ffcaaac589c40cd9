/* plot_slice.c - the score against each hyperparameter: small pictures side by side, the ones that matter most first. */
#include "report/figures/plots.h"

#include "study/study.h"

#include <math.h>

enum { MOST_PANELS = 24, MOST_POINTS = 1500 };

static void add_panel(vvi_maker *m, const vvi_variable *variable, const vvi_axis *scores)
{
    vvi_panel *panel = vvi_make_panel(m, variable->name, 1);
    const double *places;
    panel->x = vvi_make_variable_axis(m, variable, &places);
    panel->x.title = NULL; /* the panel's title says it */
    panel->y = *scores;
    const double *x = vvi_make_jitter(m, &panel->x, places, scores, m->scores);
    const vvi_rows rows = vvi_rows_with(m, x, m->scores);
    if (rows.n == 0)
        panel->empty = "No trial that has this hyperparameter has a score so far.";
    else
        vvi_make_points(m, panel, vvi_rows_pick(m, rows, MOST_POINTS, NULL), x, m->scores);
}

static const char *value_of(vvi_maker *m, const vvi_variable *variable, size_t row)
{
    const double value = variable->values[row];
    return variable->words != NULL ? vvi_make_name(m, variable->words[(size_t)value]) : vvi_make_number(m, value);
}

/* "learning_rate 0.003, units 64". */
static void say_best(vvi_maker *m, const size_t *order, size_t n)
{
    enum { MOST = 6 };
    const int best = vvi_row_best(m);
    vvi_text text = { 0 };
    if (best < 0) return;
    for (size_t i = 0, said = 0; i < n && said < MOST; i++) {
        const vvi_variable *variable = &m->frame->variables[order[i]];
        if (isnan(variable->values[best])) continue;
        vvi_text_printf(&text, "%s%s %s", said++ > 0 ? ", " : "", vvi_make_name(m, variable->name),
                        value_of(m, variable, (size_t)best));
    }
    if (text.n > 0)
        vvi_make_say(m, "The best trial, %d with %s %s, has %s.", m->frame->ids[best], vvi_make_name(m, m->objective),
                     vvi_make_score(m, m->scores[best]), text.data);
    if (text.failed && m->status == VV_OK) m->status = vvi_no_memory(m->error);
    vvi_text_deinit(&text);
}

static void add_table(vvi_maker *m)
{
    vvi_make_trial_columns(m);
    vvi_make_score_columns(m);
    for (size_t i = 0; i < m->frame->n_variables; i++) vvi_make_variable_column(m, &m->frame->variables[i]);
}

static void say_order(vvi_maker *m, size_t shown, bool known)
{
    const size_t n = m->frame->n_variables;
    const char *by = known ? "by importance" : "by the number of trials that have them";
    vvi_make_say(m, "%s against %s %s%s%s.", vvi_make_name(m, m->objective), vvi_make_count(m, n),
                 n == 1 ? "hyperparameter" : "hyperparameters", n > 1 ? ", " : "", n > 1 ? by : "");
    if (shown < n)
        vvi_make_reduced(m, "%zu of %s hyperparameters are drawn: the first %s.", shown, vvi_make_count(m, n), by);
}

void vvi_plot_slice(vvi_maker *m)
{
    const char *nothing = vvi_make_nothing(m);
    bool known;
    add_table(m);
    if (nothing == NULL && m->frame->n_variables == 0) nothing = "The trials have no hyperparameters.";
    if (vvi_make_is_empty(m, nothing)) return;
    const size_t *order = vvi_make_order(m, &known), n = m->frame->n_variables;
    const size_t shown = n < MOST_PANELS ? n : MOST_PANELS;
    if (order == NULL) return;
    say_order(m, shown, known);
    const vvi_axis scores = vvi_make_score_axis(m, m->args->objective);
    if (m->scored > MOST_POINTS)
        vvi_make_reduced(
            m, "Of each, at most %s trials are drawn: the best fourth, and of the others one in so many by score.",
            vvi_make_count(m, MOST_POINTS));
    for (size_t i = 0; i < shown; i++) add_panel(m, &m->frame->variables[order[i]], &scores);
    say_best(m, order, n);
    vvi_make_say_jitter(m);
}
