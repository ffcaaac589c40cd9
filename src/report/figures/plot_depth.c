/* plot_depth.c - the score by the number of layers, networks drawn as piles of their layers, each layer in the colour of the
 * hyperparameter that made it. Beneath: the best and the median by the number of layers. */
#include "report/figures/owners.h"
#include "report/figures/plots.h"

#include <math.h>
#include <stdlib.h>

enum { MOST_POINTS = 3000, MOST_PILES = 72, MOST_SIDE_BY_SIDE = 6 };

typedef struct depths {
    const double *layers; /* by row; NaN: no network, or no score */
    int low, high;
    vvi_rows rows; /* that have both, the best first */
} depths;

static const double *layer_counts(vvi_maker *m)
{
    const vvi_frame *f = m->frame;
    double *layers = vvi_make_numbers(m, f->n);
    for (size_t i = 0; layers != NULL && i < f->n; i++)
        layers[i] = f->structure == NULL || f->structure[i] < 0 ? (double)NAN : f->structures[f->structure[i]].layers;
    return layers;
}

static bool find_depths(vvi_maker *m, depths *d)
{
    d->layers = layer_counts(m);
    if (d->layers == NULL) return false;
    d->rows = vvi_rows_best_first(m, vvi_rows_with(m, d->layers, m->scores));
    for (size_t i = 0; i < d->rows.n; i++) {
        const int layers = (int)d->layers[d->rows.list[i]];
        d->low = i == 0 || layers < d->low ? layers : d->low;
        d->high = i == 0 || layers > d->high ? layers : d->high;
    }
    return true;
}

/* Those with so many layers, the best first. */
static vvi_rows rows_at(vvi_maker *m, const depths *d, int layers)
{
    vvi_rows rows = { .list = vvi_make_room(m, d->rows.n, sizeof(size_t)) };
    for (size_t i = 0; rows.list != NULL && i < d->rows.n; i++)
        if ((int)d->layers[d->rows.list[i]] == layers) rows.list[rows.n++] = d->rows.list[i];
    return rows;
}

/* ---- piles ------------------------------------------------------------------------------------------------------------ */

static vvi_pile *make_piles(vvi_maker *m, const vvi_owners *owners)
{
    const vvi_frame *f = m->frame;
    vvi_pile *piles = vvi_make_room(m, f->n_structures, sizeof *piles);
    for (size_t i = 0; m->status == VV_OK && i < f->n_structures; i++) {
        int *tints = vvi_make_room(m, f->structures[i].n, sizeof *tints);
        if (tints == NULL) return NULL;
        for (size_t k = 0; k < f->structures[i].n; k++) {
            const int owner = owners->own[i][k];
            tints[k] = owner < 0 ? VVI_TINT_PLAIN : VVI_TINT_SERIES + owner;
        }
        piles[i] = (vvi_pile){ f->structures[i].names, tints, f->structures[i].n };
    }
    return piles;
}

/* What is put in the picture, piece by piece. */
typedef struct placed {
    size_t *rows;
    double *x;
    size_t n, most;
} placed;

/* Of those with so many layers the best, the worst and some between, neighbours by score in different columns. */
static void place(placed *p, vvi_rows rows, int layers, size_t most, size_t columns)
{
    const size_t n = rows.n < most ? rows.n : most;
    for (size_t i = 0; i < n && p->n < p->most; i++) {
        const size_t rank = n == 1 ? 0 : i * (rows.n - 1) / (n - 1);
        const size_t used = columns < n ? columns : n;
        p->rows[p->n] = rows.list[rank];
        p->x[p->n++] = layers + ((double)(i % used) - (double)(used - 1) / 2) * 0.84 / (double)columns;
    }
}

static void add_stacks(vvi_maker *m, vvi_panel *panel, const placed *p, const vvi_owners *owners)
{
    const vvi_pile *piles = make_piles(m, owners);
    vvi_pile *mine = vvi_make_room(m, p->n, sizeof *mine);
    if (piles == NULL || mine == NULL) return;
    vvi_mark *mark = vvi_make_mark(m, panel, VVI_STACKS, NULL, VVI_TINT_PLAIN);
    vvi_make_gather(m, mark, p->rows, p->n, NULL, m->scores);
    for (size_t i = 0; i < p->n; i++) mine[i] = piles[m->frame->structure[p->rows[i]]];
    mark->x = p->x;
    mark->piles = mine;
}

/* "input; dense; dense_1: num_layers", layers with who made them. */
static const char *network_text(vvi_maker *m, const vvi_owners *owners, size_t structure)
{
    const vvi_structure *s = &m->frame->structures[structure];
    vvi_text text = { 0 };
    for (size_t k = 0; k < s->n; k++) {
        const int owner = owners->own[structure][k];
        vvi_text_printf(&text, "%s%s", k > 0 ? "; " : "", s->names[k]);
        if (owner >= 0) vvi_text_printf(&text, ": %s", owners->names[owner]);
    }
    if (text.failed && m->status == VV_OK) m->status = vvi_no_memory(m->error);
    const char *kept = vvi_make_text(m, "%s", text.failed || text.n == 0 ? "" : text.data);
    vvi_text_deinit(&text);
    return kept;
}

static void add_networks(vvi_maker *m, const vvi_owners *owners)
{
    const vvi_frame *f = m->frame;
    const char **texts = vvi_make_room(m, f->n_structures, sizeof *texts),
               **column = vvi_make_room(m, f->n, sizeof *column);
    for (size_t i = 0; m->status == VV_OK && i < f->n_structures; i++) texts[i] = network_text(m, owners, i);
    for (size_t i = 0; m->status == VV_OK && i < f->n; i++)
        column[i] = f->structure == NULL || f->structure[i] < 0 ? NULL : texts[f->structure[i]];
    vvi_make_text_column(m, "network", column);
}

/* The legend: a mark of nothing for each colour. */
static void add_names(vvi_maker *m, vvi_panel *panel, const vvi_owners *owners)
{
    for (size_t i = 0; i < owners->n; i++)
        (void)vvi_make_mark(m, panel, VVI_STACKS, vvi_make_text(m, "made by %s", owners->names[i]),
                            VVI_TINT_SERIES + (int)i);
    (void)vvi_make_mark(m, panel, VVI_STACKS, owners->known ? "always there" : "layer", VVI_TINT_PLAIN);
}

static void choose_networks(vvi_maker *m, const depths *d, placed *p)
{
    const size_t share = MOST_PILES / ((size_t)(d->high - d->low) + 1);
    const size_t each = share < 3 ? 3 : share > 16 ? 16 : share;
    const size_t columns = share < 2 ? 1 : share / 2 > MOST_SIDE_BY_SIDE ? MOST_SIDE_BY_SIDE : share / 2;
    for (int layers = d->low; layers <= d->high; layers++) place(p, rows_at(m, d, layers), layers, each, columns);
}

/* Piles stand on their scores, up to the upper end. */
static void make_headroom(vvi_axis *axis)
{
    const double share = 0.2; /* a pile is up to a seventh of the panel, in pages a fifth, and the axis has a margin */
    if (axis->scale == VVI_LOG)
        axis->high *= pow(axis->high / axis->low, share);
    else
        axis->high += share * (axis->high - axis->low);
}

static void add_points(vvi_maker *m, vvi_panel *panel, const depths *d)
{
    const vvi_rows rows = vvi_rows_pick(m, d->rows, MOST_POINTS, NULL);
    vvi_mark *mark = vvi_make_mark(m, panel, VVI_POINTS, "trial", VVI_TINT_TRIAL);
    mark->faint = true;
    vvi_make_gather(m, mark, rows.list, rows.n, vvi_make_jitter(m, &panel->x, d->layers, &panel->y, m->scores),
                    m->scores);
}

static void draw_networks(vvi_maker *m, const depths *d, const vvi_owners *owners)
{
    vvi_panel *panel = vvi_make_panel(m, NULL, 2);
    placed p = { vvi_make_room(m, d->rows.n, sizeof *p.rows), vvi_make_numbers(m, d->rows.n), 0, d->rows.n };
    panel->x = (vvi_axis){
        .title = "layers (the input is not counted)", .whole = true, .low = d->low - 0.5, .high = d->high + 0.5
    };
    panel->y = vvi_make_score_axis(m, m->args->objective);
    make_headroom(&panel->y);
    if (p.rows == NULL || p.x == NULL) return;
    choose_networks(m, d, &p);
    if (p.n < d->rows.n) add_points(m, panel, d);
    add_names(m, panel, owners);
    add_stacks(m, panel, &p, owners);
    if (p.n < d->rows.n)
        vvi_make_reduced(
            m, "%s of %s networks are drawn as piles: of each number of layers the best, the worst and some between.",
            vvi_make_count(m, p.n), vvi_make_count(m, d->rows.n));
}

/* ---- by the number of layers --------------------------------------------------------------------------------------------- */

typedef struct summary {
    double *layers, *best, *median, *trials;
    size_t n;
} summary;

static bool summarize(vvi_maker *m, const depths *d, summary *s)
{
    const size_t most = (size_t)(d->high - d->low) + 1;
    *s = (summary){ vvi_make_numbers(m, most), vvi_make_numbers(m, most), vvi_make_numbers(m, most),
                    vvi_make_numbers(m, most), 0 };
    if (m->status != VV_OK) return false;
    for (int layers = d->low; layers <= d->high; layers++) {
        const vvi_rows rows = rows_at(m, d, layers);
        if (rows.n == 0) continue;
        const double one = m->scores[rows.list[rows.n / 2]], two = m->scores[rows.list[(rows.n - 1) / 2]];
        s->layers[s->n] = layers;
        s->best[s->n] = m->scores[rows.list[0]];
        s->median[s->n] = (one + two) / 2;
        s->trials[s->n++] = (double)rows.n;
    }
    return true;
}

static void add_line(vvi_maker *m, vvi_panel *panel, const char *name, int tint, const summary *s, const double *y)
{
    vvi_mark *line = vvi_make_mark(m, panel, VVI_LINE, name, tint);
    line->x = s->layers, line->y = y, line->n = s->n;
    const char **notes = vvi_make_room(m, s->n, sizeof *notes);
    for (size_t i = 0; notes != NULL && i < s->n; i++) notes[i] = vvi_make_trials(m, (size_t)s->trials[i]);
    vvi_mark *points = vvi_make_mark(m, panel, VVI_POINTS, NULL, tint);
    points->x = s->layers, points->y = y, points->n = s->n, points->notes = notes;
}

static void draw_summary(vvi_maker *m, const depths *d, const summary *s)
{
    vvi_panel *panel = vvi_make_panel(m, "By the number of layers", 2);
    panel->x = (vvi_axis){ .title = "layers", .whole = true, .low = d->low - 0.5, .high = d->high + 0.5 };
    panel->y.title = m->objective;
    add_line(m, panel, "median", VVI_TINT_TRIAL, s, s->median);
    add_line(m, panel, "best", VVI_TINT_BEST, s, s->best);
}

static void say(vvi_maker *m, const depths *d, const summary *s, const vvi_owners *owners)
{
    size_t best = 0, median = 0;
    for (size_t i = 1; i < s->n; i++) {
        if (vvi_make_better(m, s->best[i], s->best[best])) best = i;
        if (vvi_make_better(m, s->median[i], s->median[median])) median = i;
    }
    if (d->low == d->high)
        vvi_make_say(m, "%s with %s.", vvi_make_trials(m, d->rows.n), vvi_make_several(m, (size_t)d->low, "layer"));
    else
        vvi_make_say(m, "%s with %d to %d layers.", vvi_make_trials(m, d->rows.n), d->low, d->high);
    vvi_make_say(m, "The best %s, %s, has %s; the best median, %s of %s, is that of %s.",
                 vvi_make_name(m, m->objective), vvi_make_score(m, s->best[best]),
                 vvi_make_several(m, (size_t)s->layers[best], "layer"), vvi_make_score(m, s->median[median]),
                 vvi_make_trials(m, (size_t)s->trials[median]),
                 vvi_make_several(m, (size_t)s->layers[median], "layer"));
    vvi_make_say(m, "A pile stands on its score, the input at its foot.");
    if (!owners->known)
        vvi_make_say(m, "The study keeps no explanation, so it is not known which hyperparameter made which layer.");
    else if (owners->n == 0)
        vvi_make_say(m, "No hyperparameter adds layers.");
}

void vvi_plot_depth(vvi_maker *m)
{
    depths d = { .low = 0 };
    summary s;
    vvi_owners owners;
    const char *nothing = vvi_make_nothing(m);
    vvi_make_trial_columns(m);
    vvi_make_score_columns(m);
    if (!find_depths(m, &d)) return;
    vvi_make_column(m, "layers", d.layers);
    if (nothing == NULL && d.rows.n == 0) nothing = "No trial with a network has a score so far.";
    if (vvi_make_is_empty(m, nothing)) return;
    vvi_owners_read(m, &owners);
    if (m->status != VV_OK || !summarize(m, &d, &s)) return;
    add_networks(m, &owners);
    say(m, &d, &s, &owners);
    draw_networks(m, &d, &owners);
    draw_summary(m, &d, &s);
}
