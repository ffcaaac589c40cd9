/* sizes.c - how many configurations there are: counted where there is a diagram, estimated where there are samples.
 *
 * Estimating (Knuth: Estimating the efficiency of backtrack programs, Mathematics of Computation 29, 1975): a build
 * whose values are drawn uniformly is a random path through the tree of all builds; the product of the numbers of values
 * that each question had is an unbiased estimate of the number of leaves. Products and their mean are kept as
 * logarithms, since spaces larger than any double are usual.
 */
#include "space/discovery/sizes.h"

#include <math.h>

/* ---- counting --------------------------------------------------------------------------------------------------- */

typedef struct counter {
    vv_space *space;
    vvi_count one;
    vvi_term *terms; /* room for the branches of one fork */
} counter;

static vvi_count count_of(const counter *c, uint32_t to, bool buildable)
{
    if ((to & VVI_END) == 0) return buildable ? c->space->forks[to].buildable : c->space->forks[to].total;
    const bool counts = !buildable || c->space->outcomes[to & ~VVI_END].buildable;
    return counts ? c->one : (vvi_count){ 0 };
}

/* How many values a branch stands for; of a continuum one. */
static uint64_t width(const vv_space *space, const vvi_fork *fork, const vvi_branch *branch)
{
    const bool finite = vv_domain_size(&space->domains[fork->domain].domain) > 0;
    return finite ? branch->last - branch->first + 1 : 1;
}

static bool count_fork(const counter *c, vvi_fork *fork, bool buildable, vvi_count *count)
{
    for (uint32_t i = 0; i < fork->n; i++)
        c->terms[i] =
            (vvi_term){ width(c->space, fork, &fork->branches[i]), count_of(c, fork->branches[i].to, buildable) };
    return vvi_count_sum(c->space->arena, c->terms, fork->n, count);
}

bool vvi_space_can_build(const vv_space *space, uint32_t to)
{
    if ((to & VVI_END) == 0) return !vvi_count_is_zero(space->forks[to].buildable);
    return space->outcomes[to & ~VVI_END].buildable;
}

static bool find_live(vv_space *space, vvi_fork *fork)
{
    vvi_span *live = vvi_arena_alloc(space->arena, fork->n * sizeof *live);
    if (live == NULL) return false;
    for (uint32_t i = 0; i < fork->n; i++) {
        const vvi_branch *branch = &fork->branches[i];
        vvi_span *before = fork->n_live > 0 ? &live[fork->n_live - 1] : NULL;
        if (!vvi_space_can_build(space, branch->to)) continue;
        if (before != NULL && before->last + 1 == branch->first)
            before->last = branch->last;
        else
            live[fork->n_live++] = (vvi_span){ branch->first, branch->last };
    }
    fork->live = live;
    return true;
}

bool vvi_space_count(vv_space *space)
{
    uint32_t most = 1;
    for (uint32_t i = 0; i < space->n_forks; i++)
        if (space->forks[i].n > most) most = space->forks[i].n;
    counter c = { .space = space, .terms = vvi_malloc(most * sizeof *c.terms) };
    bool done = c.terms != NULL && vvi_count_of(space->arena, 1, &c.one);
    for (uint32_t i = 0; done && i < space->n_forks; i++) {
        vvi_fork *fork = &space->forks[i];
        done = count_fork(&c, fork, false, &fork->total) && count_fork(&c, fork, true, &fork->buildable) &&
               find_live(space, fork);
        fork->log2_buildable = vvi_count_log2(fork->buildable);
    }
    if (done && space->root != VVI_NONE) {
        space->total = count_of(&c, space->root, false);
        space->buildable = count_of(&c, space->root, true);
    }
    vvi_free(c.terms);
    return done;
}

/* ---- estimating ------------------------------------------------------------------------------------------------- */

double vvi_path_log2(const vv_hp *hp)
{
    double sum = 0;
    for (size_t i = 0; i < vv_hp_count(hp); i++) {
        const uint64_t size = vv_domain_size(&vv_hp_at(hp, i)->domain);
        if (size > 1) sum += log2((double)size);
    }
    return sum;
}

/* Rescales what was added so that `log2` is within reach. */
static void rescale(vvi_tally *tally, double log2)
{
    const double down = exp2(tally->scale - log2);
    tally->sum *= down;
    tally->squares *= down * down;
    tally->scale = log2;
}

void vvi_tally_add(vvi_tally *tally, double log2, bool counts)
{
    if (tally->n == 0 || log2 > tally->scale) rescale(tally, log2);
    const double weight = counts ? exp2(log2 - tally->scale) : 0;
    tally->sum += weight;
    tally->squares += weight * weight;
    tally->n++;
}

vvi_estimate vvi_tally_estimate(const vvi_tally *tally)
{
    const double n = (double)tally->n, mean = tally->sum / n;
    const double variance = n > 1 ? (tally->squares - n * mean * mean) / (n - 1) : 0;
    const double half = 1.959963984540054 * sqrt(fmax(variance, 0) / n);
    return (vvi_estimate){ .log2 = log2(mean) + tally->scale,
                           .low = log2(fmax(mean - half, 0)) + tally->scale,
                           .high = log2(mean + half) + tally->scale };
}
