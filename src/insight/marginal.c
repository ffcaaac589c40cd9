/* marginal.c - means of trees over a space.
 *
 * A tree is constant in each of its leaves, and a leaf is a box, so that a mean over all hyperparameters but one is a
 * sum over leaves: values times the masses of their boxes on the other axes, added to the bins of the one that the
 * leaf has (Hutter, Hoos and Leyton-Brown 2014). Most leaves leave most axes alone; those get what is the same for all
 * of their bins once, as the sum over all leaves less that over the others. Bins of numbers are neighbours: a sum over
 * them is two additions.
 */
#include "insight/bins.h"

#include <string.h>

/* ---- leaves ------------------------------------------------------------------------------------------------------ */

typedef struct walk {
    const vvi_tree *tree;
    vvi_leaf leaf;
    vvi_leaf_function each;
    void *context;
} walk;

/* The set of an axis in the box, which is added with all bins if it is not there. */
static size_t find_axis(vvi_leaf *leaf, size_t axis)
{
    size_t i = 0;
    while (i < leaf->n && leaf->axes[i] != axis) i++;
    if (i == leaf->n) leaf->axes[leaf->n] = axis, leaf->sets[leaf->n++] = UINT64_MAX;
    return i;
}

static void visit(walk *w, int32_t number)
{
    const vvi_tree_node *node = &w->tree->nodes[number];
    if (node->left < 0) {
        w->leaf.value = node->value;
        w->each(w->context, &w->leaf);
        return;
    }
    const size_t n = w->leaf.n, at = find_axis(&w->leaf, node->axis);
    const uint64_t before = w->leaf.sets[at];
    w->leaf.sets[at] = before & node->left_set;
    visit(w, node->left);
    w->leaf.sets[at] = before & ~node->left_set;
    visit(w, node->right);
    w->leaf.sets[at] = before;
    w->leaf.n = n;
}

void vvi_tree_each_leaf(const vvi_tree *tree, vvi_leaf_function each, void *context)
{
    walk w = { .tree = tree, .each = each, .context = context };
    visit(&w, 0);
}

double vvi_leaf_mass(const vvi_bins *bins, const vvi_measure *measure, size_t shape, const vvi_leaf *leaf,
                     double masses[VVI_TREE_DEPTH])
{
    double mass = 1;
    for (size_t i = 0; i < leaf->n && mass > 0; i++) {
        const size_t axis = leaf->axes[i];
        masses[i] = vvi_measure_mass(measure, shape, axis, leaf->sets[i], bins->axes[axis].ordered);
        mass *= masses[i];
    }
    return mass > 0 ? mass : 0;
}

/* ---- one hyperparameter ------------------------------------------------------------------------------------------ */

vv_status vvi_marginal_init(vvi_marginal *m, const vvi_bins *bins, const vvi_measure *measure, vv_error *error)
{
    const size_t n = measure->n_shapes, n_axes = measure->n_axes;
    *m = (vvi_marginal){ .bins = bins, .measure = measure };
    m->sums = vvi_calloc(n * n_axes * 64, sizeof *m->sums);
    m->rest = vvi_calloc(n * n_axes, sizeof *m->rest);
    m->totals = vvi_calloc(n, sizeof *m->totals);
    return m->sums == NULL || m->rest == NULL || m->totals == NULL ? vvi_no_memory(error) : VV_OK;
}

void vvi_marginal_deinit(vvi_marginal *m)
{
    vvi_free(m->sums);
    vvi_free(m->rest);
    vvi_free(m->totals);
    *m = (vvi_marginal){ .bins = NULL };
}

/* Of numbers what is put is how much more than in the bin before. */
static void add_to_bins(double sums[64], uint64_t set, bool ordered, double amount)
{
    set &= ~VVI_INACTIVE_BIT;
    if (set == 0) return;
    if (ordered) {
        sums[__builtin_ctzll(set)] += amount;
        sums[64 - __builtin_clzll(set)] -= amount;
        return;
    }
    for (; set != 0; set &= set - 1) sums[__builtin_ctzll(set)] += amount;
}

static void take_leaf(void *context, const vvi_leaf *leaf)
{
    vvi_marginal *m = context;
    double masses[VVI_TREE_DEPTH];
    for (size_t k = 0; k < m->measure->n_shapes; k++) {
        const double mass = vvi_leaf_mass(m->bins, m->measure, k, leaf, masses), amount = leaf->value * mass;
        if (!(mass > 0)) continue;
        m->totals[k] += amount;
        m->variance += m->measure->shares[k] * amount * leaf->value;
        for (size_t i = 0; i < leaf->n; i++) {
            const size_t at = k * m->measure->n_axes + leaf->axes[i];
            m->rest[at] -= amount;
            add_to_bins(m->sums + at * 64, leaf->sets[i], m->bins->axes[leaf->axes[i]].ordered, amount / masses[i]);
        }
    }
}

void vvi_marginal_take(vvi_marginal *m, const vvi_tree *tree)
{
    const size_t n = m->measure->n_shapes, n_axes = m->measure->n_axes;
    memset(m->sums, 0, n * n_axes * 64 * sizeof *m->sums);
    memset(m->rest, 0, n * n_axes * sizeof *m->rest);
    memset(m->totals, 0, n * sizeof *m->totals);
    m->mean = m->variance = 0;
    vvi_tree_each_leaf(tree, take_leaf, m);
    for (size_t k = 0; k < n; k++) m->mean += m->measure->shares[k] * m->totals[k];
    m->variance -= m->mean * m->mean;
    if (!(m->variance > 0)) m->variance = 0;
}

/* Adds to the masses of bins, and to their means times their masses. */
static void add_shape(const vvi_marginal *m, size_t shape, size_t axis, double means[64], double masses[64])
{
    const size_t at = shape * m->measure->n_axes + axis;
    const double share = m->measure->shares[shape], base = m->totals[shape] + m->rest[at];
    const double *inside = vvi_measure_masses(m->measure, shape, axis), *sums = m->sums + at * 64;
    const bool ordered = m->bins->axes[axis].ordered;
    double sum = 0;
    for (unsigned b = 0; b < m->bins->axes[axis].n; b++) {
        sum = ordered ? sum + sums[b] : sums[b];
        masses[b] += share * inside[b];
        means[b] += share * inside[b] * (base + sum);
    }
}

double vvi_marginal_variance(const vvi_marginal *m, size_t axis)
{
    double means[64] = { 0 }, masses[64] = { 0 }, mass = 0, mean = 0, variance = 0;
    const unsigned n = m->bins->axes[axis].n;
    for (size_t k = 0; k < m->measure->n_shapes; k++) add_shape(m, k, axis, means, masses);
    for (unsigned b = 0; b < n; b++) {
        mass += masses[b];
        mean += means[b];
    }
    for (unsigned b = 0; b < n; b++) {
        const double away = masses[b] > 0 ? means[b] / masses[b] - mean / mass : 0;
        variance += masses[b] * away * away;
    }
    return variance;
}
