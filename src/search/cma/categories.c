/* categories.c - chances of categories, moved along the natural gradient as in CatCMA (Hamano, Saito, Nomura, Uchida,
 * Shirakawa: CatCMA: stochastic optimization for mixed-category problems; GECCO 2024), whose step length is that of ASNG
 * (Akimoto et al.: Adaptive stochastic natural gradient method for one-shot neural architecture search; ICML 2019): it
 * grows while steps agree and shrinks while they contradict each other.
 *
 * No chance falls below (1 - 0.73^(1/n)) / (categories - 1): of all draws together a quarter has some other category
 * than the likeliest.
 *
 * Departures: the length of a vector is taken over all categories of an axis as sum g^2 / chance, which is the Fisher
 * norm without leaving one category out. A step is at most HALF of the way to the frequencies that were seen: in CatCMA
 * the first step has length 1, which in a space with one or two categories bets everything on one generation. What an
 * axis is in a trial that did not ask for it says nothing of its categories.
 */
#include "search/cma/cma.h"

#include <math.h>
#include <string.h>

static const double HALF = 0.5;

static vv_status allocate(vvi_categories *c, size_t n, size_t total, vv_error *error)
{
    *c = (vvi_categories){ .n = n, .total = total, .reach = 1 };
    c->chances = vvi_calloc(3 * total + 1, sizeof *c->chances);
    c->first = vvi_calloc(n + 1, sizeof *c->first);
    if (c->chances == NULL || c->first == NULL) {
        vvi_categories_deinit(c);
        return vvi_no_memory(error);
    }
    c->path = c->chances + total;
    c->gradient = c->path + total;
    return VV_OK;
}

void vvi_categories_deinit(vvi_categories *categories)
{
    vvi_free(categories->chances);
    vvi_free(categories->first);
    *categories = (vvi_categories){ 0 };
}

static uint32_t count_of(const vvi_categories *c, size_t axis)
{
    return c->first[axis + 1] - c->first[axis];
}

static void make_equal(vvi_categories *c, size_t axis)
{
    for (uint32_t k = c->first[axis]; k < c->first[axis + 1]; k++) {
        c->chances[k] = 1.0 / count_of(c, axis);
        c->path[k] = 0;
    }
}

void vvi_categories_forget(vvi_categories *categories)
{
    categories->reach = 1;
    categories->gamma = 0;
    for (size_t i = 0; i < categories->n; i++) make_equal(categories, i);
}

vv_status vvi_categories_grow(vvi_categories *categories, const uint32_t *counts, size_t n, vv_error *error)
{
    vvi_categories grown;
    size_t total = 0;
    for (size_t i = 0; i < n; i++) total += counts[i];
    VVI_TRY(allocate(&grown, n, total, error));
    for (size_t i = 0; i < n; i++) {
        grown.first[i + 1] = grown.first[i] + counts[i];
        make_equal(&grown, i);
    }
    for (size_t k = 0; k < categories->total; k++) {
        grown.chances[k] = categories->chances[k];
        grown.path[k] = categories->path[k];
    }
    if (categories->n > 0) {
        grown.reach = categories->reach;
        grown.gamma = categories->gamma;
    }
    vvi_categories_deinit(categories);
    *categories = grown;
    return VV_OK;
}

vv_status vvi_categories_copy(const vvi_categories *from, vvi_categories *to, vv_error *error)
{
    vvi_categories copy;
    VVI_TRY(allocate(&copy, from->n, from->total, error));
    copy.reach = from->reach;
    copy.gamma = from->gamma;
    for (size_t k = 0; k < 2 * from->total; k++) copy.chances[k] = from->chances[k]; /* and the path behind them */
    for (size_t i = 0; i <= from->n && from->first != NULL; i++) copy.first[i] = from->first[i];
    vvi_categories_deinit(to);
    *to = copy;
    return VV_OK;
}

/* ---- drawing ------------------------------------------------------------------------------------------------------ */

static uint32_t pick(const double *chances, uint32_t n, double u)
{
    for (uint32_t k = 0; k + 1 < n; k++) {
        if (u < chances[k]) return k;
        u -= chances[k];
    }
    return n - 1;
}

void vvi_categories_draw(const vvi_categories *categories, vvi_key key, uint32_t *picks)
{
    vvi_stream stream = vvi_stream_begin(key);
    for (size_t i = 0; i < categories->n; i++)
        picks[i] = pick(categories->chances + categories->first[i], count_of(categories, i), vvi_stream_unit(&stream));
}

/* ---- updating ----------------------------------------------------------------------------------------------------- */

/* What the best picks were, less what was to be expected. */
static void find_gradient(vvi_categories *c, const uint32_t *picks, const double *weights, size_t lambda)
{
    memset(c->gradient, 0, c->total * sizeof *c->gradient);
    for (size_t at = 0; at < lambda * c->n; at++) {
        const size_t axis = at % c->n;
        const double weight = fmax(weights[at / c->n], 0);
        if (picks[at] == VVI_NO_CATEGORY) continue;
        c->gradient[c->first[axis] + picks[at]] += weight;
        for (uint32_t k = c->first[axis]; k < c->first[axis + 1]; k++) c->gradient[k] -= weight * c->chances[k];
    }
}

static double length_of_gradient(const vvi_categories *c)
{
    double sum = 0;
    for (size_t k = 0; k < c->total; k++) sum += c->gradient[k] * c->gradient[k] / c->chances[k];
    return sqrt(sum);
}

/* The longer the path of the last directions is than one of random ones, the farther the next step reaches. */
static void adapt_reach(vvi_categories *c, double length)
{
    const double parameters = (double)(c->total - c->n), forget = fmin(c->reach / sqrt(parameters), 1);
    const double take = sqrt(forget * (2 - forget));
    double sum = 0;
    for (size_t k = 0; k < c->total; k++) {
        c->path[k] = (1 - forget) * c->path[k] + take * c->gradient[k] / sqrt(c->chances[k]) / length;
        sum += c->path[k] * c->path[k];
    }
    c->gamma = (1 - forget) * (1 - forget) * c->gamma + forget * (2 - forget);
    c->reach = fmin(c->reach * exp(forget * (sum / 1.5 - c->gamma)), sqrt(parameters));
}

static void keep_chances(vvi_categories *c, size_t axis)
{
    const uint32_t n = count_of(c, axis);
    const double least = (1 - pow(0.73, 1 / (double)c->n)) / (n - 1);
    double *chances = c->chances + c->first[axis], sum = 0, above = 0;
    for (uint32_t k = 0; k < n; k++) {
        chances[k] = fmax(chances[k], least);
        sum += chances[k];
    }
    for (uint32_t k = 0; k < n; k++) above += chances[k] - least;
    for (uint32_t k = 0; k < n && above > 0; k++) chances[k] += (1 - sum) / above * (chances[k] - least);
}

void vvi_categories_update(vvi_categories *categories, const uint32_t *picks, const double *weights, size_t lambda)
{
    vvi_categories *c = categories;
    if (c->n == 0) return;
    find_gradient(c, picks, weights, lambda);
    const double length = length_of_gradient(c);
    if (length <= 0) return;
    const double step = fmin(c->reach / length, HALF);
    adapt_reach(c, length);
    for (size_t k = 0; k < c->total; k++) c->chances[k] += step * c->gradient[k];
    for (size_t i = 0; i < c->n; i++) keep_chances(c, i);
}
