/* ped_anova.c - PED-ANOVA (Watanabe, Bansal and Hutter 2023, "PED-ANOVA: Efficiently Quantifying Hyperparameter
 * Importance in Arbitrary Subspaces", IJCAI; with conditions: "Conditional PED-ANOVA", arXiv:2601.20800).
 *
 * Asks what the best tenth of the trials has that all of them have not. For each hyperparameter the density of its
 * values among the best and among all is estimated on a grid of at most 50 places, by Parzen windows of Scott's width;
 * how far they differ is Pearson's divergence, sum of p_all (p_best / p_all - 1)^2, which is the variance that the
 * hyperparameter alone explains of whether a trial is among the best. Of a hyperparameter that is not always active
 * both are taken where it is; with a and b the parts of the best and of all trials in which that is so, its divergence
 * counts a^2 / b. Shares are parts of the sum over all hyperparameters. Constants are those of the authors' code, so
 * that the same trials give the same shares.
 *
 * Densities of all trials, and not the domains, are what the best are compared with: what a search looked at more
 * often does not become important by that. The interval is that of resampled trials (drawn with replacement).
 */
#include "insight/bins.h"
#include "insight/importance.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FEWEST = 20, GRID = 50, SAMPLES = 60, NOT_ACTIVE = 255 };

/* A hyperparameter on its grid. */
typedef struct grid {
    bool ordered;
    size_t n;
    const uint8_t *at; /* by trial */
} grid;

typedef struct weighing {
    const vvi_bins *bins;
    const grid *grids;
    const uint32_t *order;   /* trials, the best first */
    const uint32_t *classes; /* by place in that order: equal for equal scores */
    uint32_t *times;         /* by trial: how often it is in the sample */
} weighing;

/* ---- densities --------------------------------------------------------------------------------------------------- */

/* How often each place is taken. */
typedef struct counts {
    double list[UINT8_MAX + 1], n;
} counts;

/* The first place up to which there are more (or as many) than so many. */
static size_t find_quantile(const counts *c, size_t n, double part, bool more)
{
    double sum = 0;
    size_t last = 0;
    for (size_t i = 0; i < n; i++) {
        if (c->list[i] <= 0) continue;
        sum += c->list[i];
        last = i;
        if (more ? sum > part : sum >= part) return i;
    }
    return last;
}

/* Scott (1992), on the grid; at least so much that 90 % of a window is within one place. */
static double window_width(const counts *c, size_t n)
{
    double mean = 0, squares = 0;
    for (size_t i = 0; i < n; i++) mean += c->list[i] * (double)i / c->n;
    for (size_t i = 0; i < n; i++) squares += c->list[i] * ((double)i - mean) * ((double)i - mean);
    const double deviation = sqrt(squares / fmax(1, c->n - 1));
    const double low = (double)find_quantile(c, n, floor(c->n / 4), false),
                 high = (double)find_quantile(c, n, floor(3 * c->n / 4), true);
    return fmax(1.059 * fmin((high - low) / 1.34, deviation) * pow(c->n, -0.2), 0.5 / 1.64);
}

static double normal_below(double x)
{
    return 0.5 * erfc(-x * 0.70710678118654752440);
}

/* One window, cut off at the ends of the grid: its mass at each place. */
static void add_window(double density[], size_t n, double center, double width, double weight)
{
    const double first = normal_below((-0.5 - center) / width),
                 all = normal_below(((double)n - 0.5 - center) / width) - first;
    double before = first;
    for (size_t i = 0; i < n; i++) {
        const double below = normal_below(((double)i + 0.5 - center) / width);
        density[i] += weight * (below - before) / all;
        before = below;
    }
}

/* Windows on all places that are taken, and one as wide as the grid, which counts as one trial. */
static void estimate_numbers(const counts *c, size_t n, double density[])
{
    const double width = window_width(c, n);
    double below[2 * GRID + 1]; /* of one window, by how far right of its centre, from -GRID - 1/2 on */
    for (size_t i = 0; i < 2 * n + 1; i++) below[i] = normal_below(((double)i - (double)n - 0.5) / width);
    for (size_t k = 0; k < n; k++) {
        if (c->list[k] <= 0) continue;
        const double all = below[2 * n - k] - below[n - k], weight = c->list[k] / (c->n + 1) / all;
        for (size_t i = 0; i < n; i++) density[i] += weight * (below[n - k + i + 1] - below[n - k + i]);
    }
    add_window(density, n, (double)(n - 1) / 2, (double)n, 1 / (c->n + 1));
}

/* Each word that trials have lends a part of its mass to the others. */
static void estimate_words(const counts *c, size_t n, double density[])
{
    double kernels = 1;
    for (size_t i = 0; i < n; i++) kernels += c->list[i] > 0;
    const double spread = 1 / kernels, all = 1 + (double)n * spread;
    for (size_t i = 0; i < n; i++) {
        density[i] += 1 / (double)n / (c->n + 1);
        density[i] += (c->list[i] + spread * c->n) / all / (c->n + 1);
    }
}

static void estimate(const grid *g, const counts *c, double density[])
{
    for (size_t i = 0; i < g->n; i++) density[i] = 1e-12;
    (g->ordered ? estimate_numbers : estimate_words)(c, g->n, density);
}

/* ---- divergences ------------------------------------------------------------------------------------------------- */

static double divergence(const grid *g, const counts *best, const counts *all)
{
    double density[UINT8_MAX + 1], among[UINT8_MAX + 1], sum = 0;
    estimate(g, best, among);
    estimate(g, all, density);
    for (size_t i = 0; i < g->n; i++) {
        const double away = among[i] / density[i] - 1;
        sum += density[i] * away * away;
    }
    return sum;
}

static void count(const weighing *w, const grid *g, size_t from, size_t to, counts *c)
{
    for (size_t i = from; i < to; i++) c->list[g->at[w->order[i]]] += w->times[w->order[i]];
}

static void sum_up(counts *c, size_t n)
{
    c->n = 0;
    for (size_t i = 0; i < n; i++) c->n += c->list[i];
}

/* n_best, n_all: trials in the sample. */
static double weigh_one(const weighing *w, const grid *g, size_t end, double n_best, double n_all)
{
    counts best = { .n = 0 }, all;
    count(w, g, 0, end, &best);
    all = best;
    count(w, g, end, w->bins->n, &all);
    sum_up(&best, g->n);
    sum_up(&all, g->n);
    if (g->n < 2 || best.n <= 0 || all.n < 2) return 0;
    const double part = best.n / n_best;
    return part * part / (all.n / n_all) * divergence(g, &best, &all);
}

/* The places in the order that the best tenth of the sample is in, with all that are as good as the last of them. */
static size_t find_best(const weighing *w, double *n_best)
{
    const size_t n = w->bins->n, wanted = (n + 9) / 10;
    size_t end = 0, found = 0;
    while (end < n && (found < wanted || (end > 0 && w->classes[end] == w->classes[end - 1])))
        found += w->times[w->order[end++]];
    *n_best = (double)found;
    return end;
}

static void weigh_all(const weighing *w, double *shares)
{
    double n_best, sum = 0;
    const size_t n = w->bins->n_axes, end = find_best(w, &n_best);
    for (size_t i = 0; i < n; i++) {
        shares[i] = weigh_one(w, &w->grids[i], end, n_best, (double)w->bins->n);
        sum += shares[i];
    }
    for (size_t i = 0; sum > 0 && i < n; i++) shares[i] /= sum;
}

static void draw(weighing *w, vvi_key key)
{
    vvi_stream stream = vvi_stream_begin(key);
    const size_t n = w->bins->n;
    memset(w->times, 0, n * sizeof *w->times);
    for (size_t i = 0; i < n; i++) w->times[vvi_stream_below(&stream, n)]++;
}

/* The first of the samples is the trials themselves. */
static void weigh_samples(weighing *w, uint64_t seed, double *shares)
{
    const vvi_key key = vvi_key_new(seed, "ped-anova");
    for (size_t i = 0; i < w->bins->n; i++) w->times[i] = 1;
    weigh_all(w, shares);
    for (size_t i = 1; i <= SAMPLES; i++) {
        draw(w, vvi_key_int(key, (int64_t)i));
        weigh_all(w, shares + i * w->bins->n_axes);
    }
}

/* ---- grids ------------------------------------------------------------------------------------------------------- */

/* Of whole numbers on a log scale only as many places as they have binary digits, and one. */
static size_t grid_size(const vvi_variable *v)
{
    const double range = v->high - v->low, step = v->whole && !(v->domain->step > 0) ? 1 : v->domain->step;
    double n = GRID;
    if (v->choices != NULL) n = (double)v->n_choices;
    if (v->choices == NULL && v->whole && v->log) n = ceil(log2(range + 1)) + 1;
    if (v->choices == NULL && !v->log && step > 0) n = round(range / step) + 1;
    return n < 1 ? 1 : n > GRID ? GRID : (size_t)n;
}

/* Half-way between two places is the lower one. */
static uint8_t grid_place(const vvi_variable *v, size_t n, double value)
{
    double part = v->high > v->low ? (value - v->low) / (v->high - v->low) : 0;
    if (v->log) part = log(value / v->low) / log(v->high / v->low);
    if (v->reverse) part = 1 - log((v->high + v->low - value) / v->low) / log(v->high / v->low);
    if (v->choices != NULL && v->n_choices > 1)
        part = (vvi_bins_place(v, value) * (double)v->n_choices - 0.5) / (double)(v->n_choices - 1);
    return (uint8_t)fmin(fmax(ceil(part * (double)(n - 1) - 0.5), 0), (double)(n - 1));
}

static void make_grid(const vvi_bins *bins, size_t index, uint8_t *at, grid *g)
{
    const vvi_axis *axis = &bins->axes[index];
    *g = (grid){ .ordered = axis->ordered, .at = at, .n = axis->n };
    if (axis->ordered) g->n = axis->n < 2 ? axis->n : grid_size(axis->variable);
    for (size_t t = 0; t < bins->n; t++) {
        const double value = axis->variable->values[bins->row[t]];
        at[t] = isnan(value) || g->n == 0 ? NOT_ACTIVE
                : axis->ordered           ? grid_place(axis->variable, g->n, value)
                                          : bins->at[index * bins->n + t];
    }
}

static grid *make_grids(const vvi_bins *bins)
{
    grid *grids = vvi_arena_alloc(bins->arena, (bins->n_axes + 1) * sizeof *grids);
    uint8_t *at = vvi_arena_alloc(bins->arena, (bins->n_axes + 1) * bins->n);
    for (size_t i = 0; grids != NULL && at != NULL && i < bins->n_axes; i++)
        make_grid(bins, i, at + i * bins->n, &grids[i]);
    return at == NULL ? NULL : grids;
}

/* ---- the order of trials ----------------------------------------------------------------------------------------- */

typedef struct place {
    double loss;
    uint32_t trial;
} place;

static int compare_places(const void *a, const void *b)
{
    const place *x = a, *y = b;
    if (x->loss < y->loss || x->loss > y->loss) return x->loss < y->loss ? -1 : 1;
    return (x->trial > y->trial) - (x->trial < y->trial);
}

static bool order_trials(const vvi_bins *bins, bool maximize, uint32_t *order, uint32_t *classes)
{
    place *places = vvi_malloc(bins->n * sizeof *places);
    if (places == NULL) return false;
    for (size_t i = 0; i < bins->n; i++)
        places[i] = (place){ maximize ? -bins->scores[i] : bins->scores[i], (uint32_t)i };
    qsort(places, bins->n, sizeof *places, compare_places);
    for (size_t i = 0; i < bins->n; i++) {
        order[i] = places[i].trial;
        classes[i] = i == 0 ? 0 : classes[i - 1] + (places[i].loss > places[i - 1].loss);
    }
    vvi_free(places);
    return true;
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

static vv_status weigh_bins(const vvi_frame *frame, const vvi_bins *bins, bool maximize, uint64_t seed,
                            vvi_weights *weights, vv_error *error)
{
    uint32_t *order = vvi_arena_alloc(bins->arena, bins->n * sizeof *order),
             *classes = vvi_arena_alloc(bins->arena, bins->n * sizeof *classes);
    weighing w = { .bins = bins,
                   .grids = make_grids(bins),
                   .order = order,
                   .classes = classes,
                   .times = vvi_arena_alloc(bins->arena, bins->n * sizeof *w.times) };
    double *shares = vvi_arena_alloc(bins->arena, (SAMPLES + 1) * bins->n_axes * sizeof *shares);
    if (order == NULL || classes == NULL || w.grids == NULL || w.times == NULL || shares == NULL ||
        !order_trials(bins, maximize, order, classes))
        return vvi_no_memory(error);
    weigh_samples(&w, seed, shares);
    return vvi_weights_fill(weights, frame, shares, shares + bins->n_axes, SAMPLES, error);
}

static vv_status weigh(const vvi_frame *frame, size_t objective, uint64_t seed, vvi_weights *weights, vv_error *error)
{
    vvi_bins bins;
    vvi_arena arena = { 0 };
    weights->explained = (double)NAN;
    if (objective >= frame->objectives.n) {
        weights->why = "the study does not say whether small or large scores are better";
        return VV_OK;
    }
    vv_status status = vvi_bins_make(frame, objective, &arena, &bins, error);
    if (status == VV_OK) status = vvi_bins_refuse(&bins, FEWEST, &weights->arena, &weights->why, error);
    if (status == VV_OK && weights->why == NULL)
        status = weigh_bins(frame, &bins, frame->objectives.list[objective].maximize, seed, weights, error);
    vvi_arena_deinit(&arena);
    return status;
}

const vvi_importance_kind vvi_importance_ped_anova = {
    .name = "ped-anova",
    .title = "PED-ANOVA",
    .summary = "what the best tenth of the trials has that all of them have not",
    .paper = "Watanabe, Bansal, Hutter 2023",
    .weigh = weigh,
};
