/* surface.c - what a score is expected to be over two hyperparameters: the mean of a forest over all others, in the part of
 * the space in which both are active (measure.c).
 *
 * A forest is constant within bins, of which there are at most 63 on each side: their means are summed up once, and each place
 * of the grid has that of the bins it lies in. A tree says for most leaves the same of all bins of at least one of the two, so
 * that what is added is a number, a row or a column; only leaves that are bounded on both sides are a rectangle.
 */
#include "insight/bins.h"

#include <math.h>
#include <string.h>

enum { FEWEST = 4, GRID = 40, FEW = 40 };

typedef struct side {
    size_t axis;
    uint64_t all; /* bins */
} side;

typedef struct surface {
    const vvi_bins *bins;
    const vvi_measure *measure;
    side x, y;
    double sums[64][64];  /* [y][x]: values times masses of all but these two; of all trees */
    double masses[64][64];
    size_t shape; /* that leaves are added for */
} surface;

/* ---- sums over leaves ----------------------------------------------------------------------------------------------- */

/* The bins of a side that the leaf has, and how much mass of its own that is not divided out. */
static uint64_t bins_of(const side *s, const vvi_leaf *leaf)
{
    for (size_t i = 0; i < leaf->n; i++)
        if (leaf->axes[i] == s->axis) return leaf->sets[i] & s->all;
    return s->all;
}

/* The leaf without the two: what is left is averaged over. */
static vvi_leaf without(const surface *s, const vvi_leaf *leaf)
{
    vvi_leaf rest = { .value = leaf->value };
    for (size_t i = 0; i < leaf->n; i++) {
        if (leaf->axes[i] == s->x.axis || leaf->axes[i] == s->y.axis) continue;
        rest.axes[rest.n] = leaf->axes[i];
        rest.sets[rest.n++] = leaf->sets[i];
    }
    return rest;
}

static void take_leaf(void *context, const vvi_leaf *leaf)
{
    surface *s = context;
    double masses[VVI_TREE_DEPTH];
    const uint64_t xs = bins_of(&s->x, leaf), ys = bins_of(&s->y, leaf);
    if (xs == 0 || ys == 0) return;
    const vvi_leaf rest = without(s, leaf);
    const double amount = leaf->value * vvi_leaf_mass(s->bins, s->measure, s->shape, &rest, masses);
    const double *mass_x = vvi_measure_masses(s->measure, s->shape, s->x.axis),
                 *mass_y = vvi_measure_masses(s->measure, s->shape, s->y.axis);
    for (uint64_t v = ys; v != 0; v &= v - 1)
        for (uint64_t u = xs; u != 0; u &= u - 1) {
            const unsigned a = (unsigned)__builtin_ctzll(v), b = (unsigned)__builtin_ctzll(u);
            s->sums[a][b] += s->measure->shares[s->shape] * mass_y[a] * mass_x[b] * amount;
        }
}

static bool has_both(const surface *s)
{
    return vvi_measure_masses(s->measure, s->shape, s->x.axis)[VVI_INACTIVE] < 1 &&
           vvi_measure_masses(s->measure, s->shape, s->y.axis)[VVI_INACTIVE] < 1;
}
