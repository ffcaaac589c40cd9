/* plot_importance.c - which hyperparameters matter, told in two ways, with how sure that is. */
#include "report/figures/plots.h"

#include <math.h>

enum { MOST_BARS = 20 };

/* The rows of the table, of all ways to tell. */
typedef struct table {
    const char **kind, **name;
    double *share, *low, *high, *trials;
    size_t n, most;
} table;

static void make_table(vvi_maker *m, table *t)
{
    size_t kinds = 0;
    while (vvi_importance_at(kinds) != NULL) kinds++;
    t->most = kinds * m->frame->n_variables;
    t->kind = vvi_make_room(m, t->most, sizeof *t->kind);
    t->name = vvi_make_room(m, t->most, sizeof *t->name);
    t->share = vvi_make_numbers(m, t->most);
    t->low = vvi_make_numbers(m, t->most);
    t->high = vvi_make_numbers(m, t->most);
    t->trials = vvi_make_numbers(m, t->most);
}

static void end_table(vvi_maker *m, const table *t)
{
    if (m->status != VV_OK) return;
    m->figure->table.n_rows = t->n;
    vvi_make_text_column(m, "by", t->kind);
    vvi_make_text_column(m, "hyperparameter", t->name);
    vvi_make_column(m, "share", t->share);
    vvi_make_column(m, "low", t->low);
    vvi_make_column(m, "high", t->high);
    vvi_make_column(m, "trials", t->trials);
}

static void add_row(vvi_maker *m, table *t, const vvi_importance_kind *kind, const vvi_weight *weight)
{
    if (m->status != VV_OK || t->n == t->most) return;
    t->kind[t->n] = kind->name;
    t->name[t->n] = vvi_make_text(m, "%s", weight->name);
    t->share[t->n] = weight->share;
    t->low[t->n] = weight->low;
    t->high[t->n] = weight->high;
    t->trials[t->n++] = (double)weight->trials;
}

/* "learning_rate 61 % (55 to 68 %), units 12 % (9 to 15 %)". */
static void say(vvi_maker *m, const vvi_importance_kind *kind, const vvi_weights *weights)
{
    enum { SAID = 3 };
    vvi_text text = { 0 };
    for (size_t i = 0; i < weights->n && i < SAID; i++) {
        const vvi_weight *weight = &weights->list[i];
        vvi_text_printf(&text, "%s%s %s (%s to %s)", i > 0 ? ", " : "", vvi_make_name(m, weight->name),
                        vvi_make_percent(m, weight->share), vvi_make_percent(m, weight->low),
                        vvi_make_percent(m, weight->high));
    }
    if (text.failed && m->status == VV_OK) m->status = vvi_no_memory(m->error);
    if (text.n > 0) vvi_make_say(m, "By %s, of %s: %s.", kind->title, vvi_make_trials(m, weights->trials), text.data);
    vvi_text_deinit(&text);
    if (!isnan(weights->explained))
        vvi_make_say(m, "Its model accounts for %s of the spread in trials that it was not made from.",
                     vvi_make_percent(m, fmax(0, weights->explained)));
}

static void add_bars(vvi_maker *m, vvi_panel *panel, const table *t, size_t first, size_t n)
{
    const char **names = vvi_make_room(m, n, sizeof *names);
    const char **notes = vvi_make_room(m, n, sizeof *notes);
    double *rows = vvi_make_numbers(m, n);
    if (names == NULL || notes == NULL || rows == NULL) return;
    for (size_t i = 0; i < n; i++) {
        names[i] = t->name[first + i];
        notes[i] = vvi_make_percent(m, t->share[first + i]);
        rows[i] = (double)i;
    }
    panel->y = vvi_make_words_axis(NULL, names, n, true);
    panel->x = (vvi_axis){ .title = "share of the score's spread", .low = 0, .high = 0.02 };
    /* Behind the longest there is room for "100 %" in a panel of half the width. */
    for (size_t i = 0; i < n; i++)
        panel->x.high = fmax(panel->x.high, 1.2 * fmax(t->share[first + i], t->high[first + i]));
    vvi_mark *mark = vvi_make_mark(m, panel, VVI_BARS, NULL, VVI_TINT_TRIAL);
    *mark = (vvi_mark){ .kind = VVI_BARS,
                        .tint = VVI_TINT_TRIAL,
                        .n = n,
                        .x = t->share + first,
                        .y = rows,
                        .x_low = t->low + first,
                        .x_high = t->high + first,
                        .notes = notes };
}

static void add_kind(vvi_maker *m, size_t k, table *t)
{
    const vvi_importance_kind *kind = vvi_importance_at(k);
    const vvi_weights *weights = vvi_make_weights(m, k);
    vvi_panel *panel = vvi_make_panel(m, kind->title, 1);
    if (weights == NULL) return;
    const size_t first = t->n, n = weights->n < MOST_BARS ? weights->n : MOST_BARS;
    for (size_t i = 0; i < weights->n; i++) add_row(m, t, kind, &weights->list[i]);
    if (weights->why != NULL || weights->n == 0) {
        panel->empty = vvi_make_sentence(m, weights->why != NULL ? weights->why : "nothing can be said");
        vvi_make_say(m, "%s: %s", kind->title, panel->empty);
        return;
    }
    add_bars(m, panel, t, first, n);
    say(m, kind, weights);
    if (n < weights->n && m->reduced.n == 0)
        vvi_make_reduced(m, "%zu of %s hyperparameters are drawn, those that matter most.", n,
                         vvi_make_count(m, weights->n));
}

void vvi_plot_importance(vvi_maker *m)
{
    table t = { .n = 0 };
    make_table(m, &t);
    const char *nothing = vvi_make_nothing(m);
    if (nothing == NULL && m->frame->n_variables == 0) nothing = "The trials have no hyperparameters.";
    if (!vvi_make_is_empty(m, nothing)) {
        vvi_make_say(m, "How much of the spread of %s each hyperparameter accounts for, with intervals of nine tenths.",
                     vvi_make_name(m, m->objective));
        for (size_t i = 0; vvi_importance_at(i) != NULL; i++) add_kind(m, i, &t);
    }
    end_table(m, &t);
}
