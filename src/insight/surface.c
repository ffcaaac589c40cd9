/* surface.c - what a score is expected to be over two hyperparameters: the mean of a forest over all others, in the
 * part of the space in which both are active (measure.c).
 *
 * A forest is constant within bins, of which there are at most 63 on each side, so that its means are summed up by
 * bins, and each place of the grid has what the two bins have that it lies in. Of numbers what is put is how much more
 * than in the bin before: a leaf is then at most four additions, however large its rectangle is.
 */
#include "insight/bins.h"

#include <math.h>
#include <string.h>

enum { FEWEST = 4, GRID = 40, MOST_TRIALS = 2000 /* a tree's: 64 of them make the surface smooth */ };

typedef double sheet[64][64]; /* [y][x] */

typedef struct summing {
    const vvi_bins *bins;
    const vvi_measure *measure;
    size_t x, y; /* axes */
    sheet *sums; /* by shape: values times the masses of all but these two */
    sheet means; /* of the whole space; NaN: there is no such place */
} summing;

/* ---- sums over leaves -------------------------------------------------------------------------------------------- */

/* Where a set begins and ends, or each of its bins, with the sign that is put there. */
typedef struct marks {
    size_t n;
    unsigned at[64];
    double signs[64];
} marks;

static void add_mark(marks *m, int at, double sign)
{
    m->at[m->n] = (unsigned)at;
    m->signs[m->n++] = sign;
}

static void mark(const vvi_bins *bins, size_t axis, const vvi_leaf *leaf, marks *m)
{
    uint64_t set = UINT64_MAX;
    for (size_t i = 0; i < leaf->n; i++)
        if (leaf->axes[i] == axis) set = leaf->sets[i];
    set &= ~VVI_INACTIVE_BIT;
    m->n = 0;
    if (set == 0) return;
    if (bins->axes[axis].ordered) {
        add_mark(m, __builtin_ctzll(set), 1);
        add_mark(m, 64 - __builtin_clzll(set), -1);
        return;
    }
    for (; set != 0; set &= set - 1) add_mark(m, __builtin_ctzll(set), 1);
}

/* The leaf as it lies on all other axes. */
static vvi_leaf without(const summing *s, const vvi_leaf *leaf)
{
    vvi_leaf rest = { .value = leaf->value };
    for (size_t i = 0; i < leaf->n; i++) {
        if (leaf->axes[i] == s->x || leaf->axes[i] == s->y) continue;
        rest.axes[rest.n] = leaf->axes[i];
        rest.sets[rest.n++] = leaf->sets[i];
    }
    return rest;
}

static void take_leaf(void *context, const vvi_leaf *leaf)
{
    summing *s = context;
    marks xs, ys;
    double masses[VVI_TREE_DEPTH];
    const vvi_leaf rest = without(s, leaf);
    mark(s->bins, s->x, leaf, &xs);
    mark(s->bins, s->y, leaf, &ys);
    for (size_t k = 0; k < s->measure->n_shapes; k++) {
        const double amount = leaf->value * vvi_leaf_mass(s->bins, s->measure, k, &rest, masses);
        for (size_t i = 0; i < ys.n; i++)
            for (size_t j = 0; j < xs.n; j++) s->sums[k][ys.at[i]][xs.at[j]] += ys.signs[i] * xs.signs[j] * amount;
    }
}

static void take_tree(void *context, size_t index, const vvi_tree *tree)
{
    (void)index;
    vvi_tree_each_leaf(tree, take_leaf, context);
}

/* ---- means ------------------------------------------------------------------------------------------------------- */

/* From differences to what they are differences of. */
static void sum_up(const summing *s, sheet sums)
{
    for (unsigned v = 0; v < 64; v++)
        for (unsigned u = 1; s->bins->axes[s->x].ordered && u < 64; u++) sums[v][u] += sums[v][u - 1];
    for (unsigned v = 1; s->bins->axes[s->y].ordered && v < 64; v++)
        for (unsigned u = 0; u < 64; u++) sums[v][u] += sums[v - 1][u];
}

/* Over all shapes, each as much as it is there. */
static double mean_at(const summing *s, unsigned v, unsigned u)
{
    double sum = 0, mass = 0;
    for (size_t k = 0; k < s->measure->n_shapes; k++) {
        const double here = s->measure->shares[k] * vvi_measure_masses(s->measure, k, s->y)[v] *
                            vvi_measure_masses(s->measure, k, s->x)[u];
        sum += here * s->sums[k][v][u] / VVI_TREES;
        mass += here;
    }
    return mass > 0 ? sum / mass + s->bins->mean : (double)NAN;
}

static bool find_means(summing *s)
{
    bool some = false;
    for (size_t k = 0; k < s->measure->n_shapes; k++) sum_up(s, s->sums[k]);
    for (unsigned v = 0; v < 64; v++)
        for (unsigned u = 0; u < 64; u++) {
            const bool inside = v < s->bins->axes[s->y].n && u < s->bins->axes[s->x].n;
            s->means[v][u] = inside ? mean_at(s, v, u) : (double)NAN;
            some = some || !isnan(s->means[v][u]);
        }
    return some;
}

/* ---- the grid ---------------------------------------------------------------------------------------------------- */

static double value_at(const vvi_variable *v, double part)
{
    double value = v->low + part * (v->high - v->low);
    if (v->log) value = v->low * pow(v->high / v->low, part);
    if (v->reverse) value = v->high + v->low - v->low * pow(v->high / v->low, 1 - part);
    if (v->whole) value = round(value);
    return fmin(fmax(value, v->low), v->high);
}

/* All values that the hyperparameter can have, where they are at most 40 and of one domain. */
static size_t list_steps(const vvi_variable *v, double places[GRID])
{
    const uint64_t n = v->several ? 0 : vv_domain_size(v->domain);
    for (uint64_t i = 0; n <= GRID && i < n; i++) {
        const vv_value value = vv_domain_at(v->domain, i);
        places[i] = value.type == VV_VALUE_INT ? (double)value.i : value.f;
    }
    return n <= GRID ? (size_t)n : 0;
}

/* The words that most trials have, or all, in their order; all numbers of lists and of steps, up to 40; whole numbers, up to
 * 40. */
static size_t list_places(const vvi_axis *axis, double places[GRID])
{
    const vvi_variable *v = axis->variable;
    size_t n = 0;
    for (size_t w = 0; v->words != NULL && w < v->n_words && n < GRID; w++)
        if (axis->word_bins[w] < GRID) places[n++] = (double)w;
    if (v->words != NULL) return n;
    if (v->choices != NULL && v->n_choices <= GRID) {
        memcpy(places, v->choices, v->n_choices * sizeof *places);
        return v->n_choices;
    }
    if ((n = list_steps(v, places)) > 0) return n;
    const double range = v->high - v->low;
    const size_t steps = v->whole && range < GRID ? (size_t)range : GRID - 1;
    for (size_t i = 0; i <= steps; i++) {
        const double value = v->whole && range < GRID ? v->low + (double)i : value_at(v, (double)i / (double)steps);
        if (n == 0 || value > places[n - 1]) places[n++] = value;
    }
    return n;
}

static const double *make_places(const vvi_axis *axis, vvi_arena *arena, size_t *n)
{
    double list[GRID];
    *n = list_places(axis, list);
    double *places = vvi_arena_alloc(arena, *n * sizeof *places);
    if (places != NULL) memcpy(places, list, *n * sizeof *places);
    return places;
}

static double look_up(const summing *s, double x, double y)
{
    const unsigned u = vvi_axis_bin(&s->bins->axes[s->x], x), v = vvi_axis_bin(&s->bins->axes[s->y], y);
    return s->means[v][u];
}

static vv_status fill_grid(const summing *s, vvi_surface *out, vv_error *error)
{
    out->xs = make_places(&s->bins->axes[s->x], &out->arena, &out->n_x);
    out->ys = make_places(&s->bins->axes[s->y], &out->arena, &out->n_y);
    double *values = vvi_arena_alloc(&out->arena, out->n_x * out->n_y * sizeof *values);
    if (out->xs == NULL || out->ys == NULL || values == NULL) return vvi_no_memory(error);
    for (size_t v = 0; v < out->n_y; v++)
        for (size_t u = 0; u < out->n_x; u++) values[v * out->n_x + u] = look_up(s, out->xs[u], out->ys[v]);
    out->values = values;
    return VV_OK;
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

static vv_status grow(summing *s, uint64_t seed, vvi_surface *out, vv_error *error)
{
    double explained;
    VVI_TRY(vvi_forest_grow(s->bins, MOST_TRIALS, seed, take_tree, s, &explained, error));
    if (find_means(s)) return fill_grid(s, out, error);
    out->why = "no completed trial has both of them";
    return VV_OK;
}

static vv_status read_bins(const vvi_bins *bins, uint64_t seed, vvi_surface *out, vv_error *error)
{
    vvi_measure measure;
    VVI_TRY(vvi_measure_make(bins, &measure, error));
    summing *s = vvi_calloc(1, sizeof *s);
    sheet *sums = vvi_calloc(measure.n_shapes, sizeof *sums);
    vv_status status = VV_NO_MEMORY;
    if (s != NULL && sums != NULL) {
        *s = (summing){ .bins = bins, .measure = &measure, .x = out->x, .y = out->y, .sums = sums };
        status = grow(s, seed, out, error);
    }
    vvi_free(sums);
    vvi_free(s);
    return status == VV_NO_MEMORY ? vvi_no_memory(error) : status;
}

vv_status vvi_surface_read(const vvi_frame *frame, size_t objective, size_t x, size_t y, uint64_t seed,
                           vvi_surface *surface, vv_error *error)
{
    vvi_bins bins;
    vvi_arena arena = { 0 };
    *surface = (vvi_surface){ .x = x, .y = y };
    if (x >= frame->n_variables || y >= frame->n_variables || x == y)
        return vvi_fail(error, VV_BAD_ARG, "a surface is over two hyperparameters");
    vv_status status = vvi_bins_make(frame, objective, &arena, &bins, error);
    if (status == VV_OK) status = vvi_bins_refuse(&bins, FEWEST, &surface->arena, &surface->why, error);
    if (status == VV_OK && surface->why == NULL) status = read_bins(&bins, seed, surface, error);
    vvi_arena_deinit(&arena);
    return status;
}

void vvi_surface_deinit(vvi_surface *surface)
{
    vvi_arena_deinit(&surface->arena);
    *surface = (vvi_surface){ .n_x = 0 };
}
