/* bandwidths.c - from trials to kernels, by two rules.
 *
 * Ours. Where the good trials lie tells how wide their kernels are: Silverman's rule (Density Estimation, 1986, 4.3) over
 * their spread along each axis, so that an axis on which they agree is followed closely, and one on which they do not is
 * hardly used. Better trials have more weight, falling with the logarithm of the rank (Hansen, Ostermeier: CMA-ES; Evol.
 * Comp. 9, 2001). The bad trials' kernels are narrow, all the same: they say "not here again", and what is good is left to
 * the good trials. Alone on its axis a kernel is narrower still: many bad trials share one coordinate with a good one. The
 * prior is uniform; Optuna's is a wide normal in the middle of the range, which prefers the middle. Kernels of a finite
 * domain are no narrower than half a step, and there are densities, not masses.
 *
 * Optuna's (Optuna 5; Bergstra et al. 2011): the width of a kernel is the larger gap to its neighbours on the axis, within
 * [1 / min(100, n + 2), 1]; the outermost know one neighbour; weights fall with age beyond 25 trials.
 */
#include "search/parzen/parzen.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double silverman = 0.7, narrowest = 0.05, unknown = 0.2, bad_prior = 3, narrower_alone = 0.4, blur = 2;

enum { LEVELS = 6 };

/* Widths are halved whenever the number of trials doubles beyond 100, so that long searches can get nearer. */
unsigned vvi_parzen_level(size_t n_trials)
{
    unsigned level = 0;
    for (size_t n = 200; n <= n_trials && level < LEVELS; n *= 2) level++;
    return level;
}

double vvi_parzen_narrowest(unsigned level)
{
    return narrowest / (1u << level);
}

static double no_narrower(const vvi_axis *axis, double width)
{
    const double half_step = axis->n > 0 ? 0.5 / axis->n : 0;
    return width > half_step ? width : half_step;
}

static double slope_of(double deviation)
{
    return 0.70710678118654752440 / deviation;
}

/* ---- ours -------------------------------------------------------------------------------------------------------- */

/* As many trials of one weight would tell as much (Kish 1965). */
static double effective_count(const double *weights, size_t n)
{
    double sum = 0, squares = 0;
    for (size_t k = 0; k < n; k++) {
        sum += weights[k];
        squares += weights[k] * weights[k];
    }
    return squares > 0 ? sum * sum / squares : 0;
}

static double deviation_along(const vvi_kernels *kernels, const double *weights, size_t axis, double count)
{
    double sum = 0, mean = 0, variance = 0;
    for (size_t k = 0; k < kernels->n; k++) {
        sum += weights[k];
        mean += weights[k] * kernels->points[k * kernels->n_axes + axis];
    }
    mean /= sum;
    for (size_t k = 0; k < kernels->n; k++) {
        const double off = kernels->points[k * kernels->n_axes + axis] - mean;
        variance += weights[k] * off * off;
    }
    return count > 1 ? sqrt(variance / sum * count / (count - 1)) : 0;
}

static double good_deviation(const vvi_kernels *kernels, const double *weights, size_t axis, unsigned level)
{
    const double count = effective_count(weights, kernels->n);
    const double shrink = pow(count, -1 / ((double)kernels->n_numbers + 4));
    double width = silverman * shrink * deviation_along(kernels, weights, axis, count);
    if (kernels->n < 2) width = unknown;
    width = no_narrower(kernels->axes[axis], width > vvi_parzen_narrowest(level) ? width : vvi_parzen_narrowest(level));
    return width < 1 ? width : 1;
}

static bool begin(vvi_parzen *parzen, vvi_arena *arena, const vvi_kernels *k)
{
    *parzen =
        (vvi_parzen){ .axes = k->axes, .n_axes = k->n_axes, .n_numbers = k->n_numbers, .n = k->n, .means = k->points };
    return vvi_parzen_begin(parzen, arena, true);
}

bool vvi_parzen_good(vvi_parzen *parzen, vvi_arena *arena, const vvi_kernels *kernels, const double *weights,
                     unsigned level)
{
    const size_t n = kernels->n;
    if (!begin(parzen, arena, kernels)) return false;
    double sum = 0;
    for (size_t k = 0; k < n; k++) sum += parzen->weights[k] = weights[k];
    parzen->uniform_weight = n > 0 ? sum / (double)n : 1;
    for (size_t j = 0; n > 0 && j < kernels->n_numbers; j++)
        parzen->slopes[j] = slope_of(good_deviation(kernels, weights, j, level));
    for (size_t j = 0; j < kernels->n_axes; j++) parzen->blurs[j] = blur / (effective_count(weights, n) + 1);
    vvi_parzen_finish(parzen, NULL);
    return true;
}

double vvi_bad_slope(const vvi_axis *axis, unsigned level, bool alone)
{
    const double width = vvi_parzen_narrowest(level);
    return slope_of(no_narrower(axis, alone ? narrower_alone * width : width));
}

bool vvi_parzen_bad(vvi_parzen *parzen, vvi_arena *arena, const vvi_kernels *kernels, unsigned level)
{
    const size_t n = kernels->n;
    if (!begin(parzen, arena, kernels)) return false;
    for (size_t k = 0; k < n; k++) parzen->weights[k] = 1;
    parzen->uniform_weight = bad_prior;
    for (size_t j = 0; j < kernels->n_numbers; j++)
        parzen->slopes[j] = vvi_bad_slope(kernels->axes[j], level, kernels->n_axes == 1);
    for (size_t j = 0; j < kernels->n_axes; j++) parzen->blurs[j] = blur / ((double)n + 1);
    vvi_parzen_finish(parzen, kernels->log_cuts);
    return true;
}

/* ---- Optuna's ---------------------------------------------------------------------------------------------------- */

enum { FRESH = 25 };

static void weigh_by_age(double *weights, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        weights[k] = 1;
        if (k + FRESH >= n) continue;
        const double oldest = 1 / (double)n, steps = n > FRESH + 1 ? (double)(n - FRESH - 1) : 1;
        weights[k] = oldest + (1 - oldest) * (double)k / steps;
    }
}

typedef struct place {
    double at;
    size_t kernel;
} place;

static int by_place(const void *a, const void *b)
{
    const place *x = a, *y = b;
    if (x->at < y->at || x->at > y->at) return x->at < y->at ? -1 : 1;
    return x->kernel < y->kernel ? -1 : 1;
}

static double gap_at(const place *places, size_t n, size_t i)
{
    const double below = places[i].at - (i > 0 ? places[i - 1].at : 0);
    const double above = (i + 1 < n ? places[i + 1].at : 1) - places[i].at;
    if (n > 1 && i == 0) return above;
    if (n > 1 && i + 1 == n) return below;
    return below > above ? below : above;
}

static void slopes_from_gaps(vvi_parzen *parzen, size_t axis, size_t n, place *places)
{
    const double least = 1 / fmin(100, (double)n + 2);
    for (size_t k = 0; k < n; k++) places[k] = (place){ parzen->means[k * parzen->n_axes + axis], k };
    qsort(places, n, sizeof *places, by_place);
    for (size_t i = 0; i < n; i++) {
        const double gap = fmin(fmax(gap_at(places, n, i), least), 1);
        parzen->slopes[places[i].kernel * parzen->slope_stride + axis] = slope_of(gap);
    }
    parzen->slopes[n * parzen->slope_stride + axis] = slope_of(1);
}

/* The prior is the last kernel: in the middle of every range, and even over categories. */
static bool begin_with_prior(vvi_parzen *parzen, vvi_arena *arena, const vvi_kernels *k)
{
    double *means = vvi_arena_alloc(arena, (k->n + 1) * k->n_axes * sizeof *means);
    if (means == NULL) return false;
    memcpy(means, k->points, k->n * k->n_axes * sizeof *means);
    for (size_t j = 0; j < k->n_axes; j++) means[k->n * k->n_axes + j] = j < k->n_numbers ? 0.5 : -1;
    *parzen = (vvi_parzen){
        .axes = k->axes, .n_axes = k->n_axes, .n_numbers = k->n_numbers, .n = k->n + 1, .means = means, .exact = true
    };
    return vvi_parzen_begin(parzen, arena, false);
}

bool vvi_parzen_optuna(vvi_parzen *parzen, vvi_arena *arena, const vvi_kernels *kernels, bool flat)
{
    const size_t n = kernels->n;
    place *places = vvi_arena_alloc(arena, (n + 1) * sizeof *places);
    if (places == NULL || !begin_with_prior(parzen, arena, kernels)) return false;
    weigh_by_age(parzen->weights, flat ? 0 : n);
    for (size_t k = 0; flat && k < n; k++) parzen->weights[k] = 1;
    parzen->weights[n] = 1;
    for (size_t j = 0; j < kernels->n_axes; j++) parzen->blurs[j] = 1 / ((double)n + 1);
    for (size_t j = 0; j < kernels->n_numbers; j++) slopes_from_gaps(parzen, j, n, places);
    vvi_parzen_finish(parzen, NULL);
    return true;
}
