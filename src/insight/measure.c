/* measure.c - how likely values are together in a space where some hyperparameters exist only under values of others.
 *
 * Marginals are means over the whole space, so that it must be said what that is. Without conditions it is the product
 * of the domains, whatever the trials were drawn from: each hyperparameter uniform on its scale, as in Hutter, Hoos and
 * Leyton-Brown (2014). With conditions that product has mostly places that do not exist (units of a layer that is not
 * there), and a forest's guesses about these would count. So the space is taken apart into shapes, the sets of
 * hyperparameters that trials have together. Within a shape nothing is conditional, and the product of domains is
 * right again, but for those that decide: within the shape of three layers, their number is three.
 *
 *   - A hyperparameter decides about another's being active if one can be told from the other far better than by
 * chance, and
 *     some of its values have only trials in which the other is, or none. Such values are not in shapes where it is
 * not, or
 *     is. Only discrete hyperparameters are asked.
 *   - Shares of shapes begin with those of the trials, which a search does not draw evenly, and are then changed, in
 * turns,
 *     until what decides is as evenly spread as its domain says.
 *   - There may be 63 shapes, the most frequent; all others are one more, in which what is active is so by chance.
 */
#include "insight/bins.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SHAPES = 63, SWEEPS = 30 };

typedef struct shape_seen {
    uint64_t hash;
    size_t count;
    int number, first; /* the number it gets; a trial that has it */
} shape_seen;

typedef struct shapes {
    const vvi_bins *bins;
    int *of;          /* by trial */
    shape_seen *list; /* all that there are, while they are counted */
    size_t n;         /* that are kept */
    size_t *counts;
    size_t *active; /* [shape][axis]: trials */
    bool *excluded; /* [shape][axis][64] */
} shapes;

static bool is_active(const vvi_bins *bins, size_t axis, size_t trial)
{
    return bins->at[axis * bins->n + trial] != VVI_INACTIVE;
}

static bool is_conditional(const vvi_bins *bins, size_t axis)
{
    return bins->axes[axis].active > 0 && bins->axes[axis].active < bins->n;
}

/* ---- which shapes there are -------------------------------------------------------------------------------------- */

static uint64_t hash_of(const vvi_bins *bins, size_t trial)
{
    uint64_t hash = VVI_HASH_START;
    for (size_t a = 0; a < bins->n_axes; a++)
        if (is_conditional(bins, a) && is_active(bins, a, trial)) hash = vvi_hash_bytes(hash, &a, sizeof a);
    return hash;
}

static int compare_hashes(const void *a, const void *b)
{
    const shape_seen *x = a, *y = b;
    if (x->hash != y->hash) return x->hash < y->hash ? -1 : 1;
    return (x->first > y->first) - (x->first < y->first);
}

static int compare_counts(const void *a, const void *b)
{
    const shape_seen *x = a, *y = b;
    if (x->count != y->count) return x->count > y->count ? -1 : 1;
    return (x->first > y->first) - (x->first < y->first);
}

/* One entry a shape, the most frequent first; `number` of the entries by trial is left behind in s->of. */
static void count_shapes(shapes *s)
{
    const size_t n = s->bins->n;
    for (size_t t = 0; t < n; t++)
        s->list[t] = (shape_seen){ .hash = hash_of(s->bins, t), .count = 1, .first = (int)t };
    qsort(s->list, n, sizeof *s->list, compare_hashes);
    size_t n_shapes = 0;
    for (size_t i = 0; i < n; i++) {
        const bool new_one = i == 0 || s->list[i].hash != s->list[n_shapes - 1].hash;
        s->of[s->list[i].first] = (int)(new_one ? n_shapes : n_shapes - 1);
        if (new_one)
            s->list[n_shapes] = s->list[i], s->list[n_shapes].number = (int)n_shapes, n_shapes++;
        else
            s->list[n_shapes - 1].count++;
    }
    s->n = n_shapes;
}

/* Numbers by frequency; those beyond the last are all the last. */
static vv_status number_shapes(shapes *s, vv_error *error)
{
    const size_t most = s->n, kept = most <= SHAPES ? most : SHAPES + 1;
    int *numbers = vvi_calloc(most, sizeof *numbers);
    if (numbers == NULL) return vvi_no_memory(error);
    qsort(s->list, most, sizeof *s->list, compare_counts);
    for (size_t i = 0; i < most; i++) numbers[s->list[i].number] = (int)(i < kept ? i : kept - 1);
    for (size_t t = 0; t < s->bins->n; t++) {
        s->of[t] = numbers[s->of[t]];
        s->counts[s->of[t]]++;
    }
    s->n = kept;
    vvi_free(numbers);
    return VV_OK;
}

static void count_active(shapes *s)
{
    const vvi_bins *b = s->bins;
    for (size_t a = 0; a < b->n_axes; a++)
        for (size_t t = 0; t < b->n; t++) s->active[(size_t)s->of[t] * b->n_axes + a] += is_active(b, a, t);
}

/* ---- what decides ------------------------------------------------------------------------------------------------ */

/* Trials by bin of one hyperparameter: all, and those in which another is active. */
typedef struct table {
    double all[64], with[64], n, n_with;
} table;

static void count_pair(const vvi_bins *b, size_t decider, size_t other, table *t)
{
    *t = (table){ .n = 0 };
    for (size_t i = 0; i < b->n; i++) {
        const unsigned bin = b->at[decider * b->n + i];
        const bool with = is_active(b, other, i);
        t->all[bin] += 1;
        t->with[bin] += with;
        t->n_with += with;
    }
    t->n = (double)b->n;
}

static double information(double part, double whole, double expected)
{
    return part > 0 ? part * log(part / (whole * expected)) : 0;
}

/* The likelihood ratio test of independence: its statistic has a mean of its degrees of freedom, and twice that as its
 * variance; five deviations beyond that, and more. */
static bool tells(const table *t, unsigned n_bins)
{
    const double rate = t->n_with / t->n, freedom = n_bins;
    double statistic = 0;
    for (unsigned b = 0; b < 64; b++)
        statistic +=
            2 * information(t->with[b], t->all[b], rate) + 2 * information(t->all[b] - t->with[b], t->all[b], 1 - rate);
    return statistic > freedom + 5 * sqrt(2 * freedom) + 5;
}

/* In shapes with the other, values that are never with it are not; in those without, values that always are. */
static void exclude(shapes *s, size_t decider, size_t other, const table *t)
{
    const size_t n_axes = s->bins->n_axes;
    for (size_t k = 0; k < s->n; k++) {
        const size_t active = s->active[k * n_axes + other];
        bool *excluded = s->excluded + (k * n_axes + decider) * 64;
        for (unsigned b = 0; b < VVI_BINS; b++) {
            if (active == s->counts[k] && t->with[b] <= 0) excluded[b] = true;
            if (active == 0 && t->with[b] >= t->all[b]) excluded[b] = true;
        }
    }
}

static void find_deciders(shapes *s)
{
    const vvi_bins *b = s->bins;
    table t;
    for (size_t other = 0; other < b->n_axes; other++)
        for (size_t decider = 0; is_conditional(b, other) && decider < b->n_axes; decider++) {
            if (decider == other || !b->axes[decider].discrete || b->axes[decider].n < 2) continue;
            count_pair(b, decider, other, &t);
            if (tells(&t, b->axes[decider].n)) exclude(s, decider, other, &t);
        }
}

/* ---- masses ------------------------------------------------------------------------------------------------------ */

/* Of one hyperparameter in one shape. */
static void fill_masses(const shapes *s, size_t k, size_t a, double masses[64], double sums[64])
{
    const vvi_axis *axis = &s->bins->axes[a];
    const bool *excluded = s->excluded + (k * s->bins->n_axes + a) * 64;
    const double part = (double)s->active[k * s->bins->n_axes + a] / (double)s->counts[k];
    double sum = 0;
    for (unsigned b = 0; b < axis->n; b++) sum += excluded[b] ? 0 : axis->widths[b];
    for (unsigned b = 0; b < axis->n; b++)
        masses[b] = sum > 0 ? (excluded[b] ? 0 : part * axis->widths[b] / sum) : part * axis->widths[b];
    masses[VVI_INACTIVE] = 1 - part;
    for (unsigned b = 1; b < 64; b++) sums[b] = sums[b - 1] + masses[b - 1];
}

/* Moves shares to where bins of this one that decides have less than their part. */
static void even_out(vvi_measure *m, size_t a, const vvi_axis *axis)
{
    double have[VVI_BINS] = { 0 }, active = 0;
    for (size_t k = 0; k < m->n_shapes; k++)
        for (unsigned b = 0; b < axis->n; b++) have[b] += m->shares[k] * vvi_measure_masses(m, k, a)[b];
    for (unsigned b = 0; b < axis->n; b++) active += have[b];
    double sum = 0;
    for (size_t k = 0; k < m->n_shapes; k++) {
        const double *masses = vvi_measure_masses(m, k, a);
        double factor = masses[VVI_INACTIVE];
        for (unsigned b = 0; b < axis->n; b++)
            if (have[b] > 0) factor += masses[b] * axis->widths[b] * active / have[b];
        m->shares[k] *= factor;
        sum += m->shares[k];
    }
    for (size_t k = 0; k < m->n_shapes; k++) m->shares[k] /= sum;
}

static bool decides(const shapes *s, size_t a)
{
    for (size_t k = 0; k < s->n; k++)
        if (memchr(s->excluded + (k * s->bins->n_axes + a) * 64, true, 64) != NULL) return true;
    return false;
}

static vv_status fill(const shapes *s, vvi_measure *m, vv_error *error)
{
    const vvi_bins *b = s->bins;
    const size_t n = s->n * b->n_axes * 64;
    *m = (vvi_measure){ .n_shapes = s->n,
                        .n_axes = b->n_axes,
                        .shares = vvi_arena_alloc(b->arena, s->n * sizeof(double)),
                        .masses = vvi_arena_alloc(b->arena, n * sizeof(double)),
                        .sums = vvi_arena_alloc(b->arena, n * sizeof(double)) };
    if (m->shares == NULL || m->masses == NULL || m->sums == NULL) return vvi_no_memory(error);
    for (size_t k = 0; k < s->n; k++) {
        m->shares[k] = (double)s->counts[k] / (double)b->n;
        for (size_t a = 0; a < b->n_axes; a++)
            fill_masses(s, k, a, m->masses + (k * b->n_axes + a) * 64, m->sums + (k * b->n_axes + a) * 64);
    }
    for (int sweep = 0; s->n > 1 && sweep < SWEEPS; sweep++)
        for (size_t a = 0; a < b->n_axes; a++)
            if (decides(s, a)) even_out(m, a, &b->axes[a]);
    return VV_OK;
}

static vv_status make(shapes *s, vvi_measure *m, vv_error *error)
{
    const size_t n_axes = s->bins->n_axes;
    count_shapes(s);
    VVI_TRY(number_shapes(s, error));
    s->active = vvi_calloc(s->n * n_axes, sizeof *s->active);
    s->excluded = vvi_calloc(s->n * n_axes * 64, sizeof *s->excluded);
    if (s->active == NULL || s->excluded == NULL) return vvi_no_memory(error);
    count_active(s);
    find_deciders(s);
    return fill(s, m, error);
}

vv_status vvi_measure_make(const vvi_bins *bins, vvi_measure *measure, vv_error *error)
{
    shapes s = { .bins = bins };
    s.of = vvi_calloc(bins->n, sizeof *s.of);
    s.list = vvi_calloc(bins->n, sizeof *s.list);
    s.counts = vvi_calloc(SHAPES + 1, sizeof *s.counts);
    const bool held = s.of != NULL && s.list != NULL && s.counts != NULL;
    const vv_status status = held ? make(&s, measure, error) : vvi_no_memory(error);
    vvi_free(s.of);
    vvi_free(s.list);
    vvi_free(s.counts);
    vvi_free(s.active);
    vvi_free(s.excluded);
    return status;
}

double vvi_measure_mass(const vvi_measure *m, size_t shape, size_t axis, uint64_t set, bool ordered)
{
    const double *masses = vvi_measure_masses(m, shape, axis);
    double mass = (set & VVI_INACTIVE_BIT) != 0 ? masses[VVI_INACTIVE] : 0;
    set &= ~VVI_INACTIVE_BIT;
    if (set == 0) return mass;
    if (ordered) {
        const double *sums = m->sums + (shape * m->n_axes + axis) * 64;
        return mass + sums[64 - __builtin_clzll(set)] - sums[__builtin_ctzll(set)];
    }
    for (; set != 0; set &= set - 1) mass += masses[__builtin_ctzll(set)];
    return mass;
}
