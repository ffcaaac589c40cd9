/* narrow.c - drawing and walking only among values from which something can still be built. */
#include "space/discovery/discovery.h"

#include <math.h>
#include <string.h>

/* The fork at `at` if it is this question, and anything can be built from it; NULL: the space does not tell. */
static const vvi_fork *fork_at(const vv_space *space, uint32_t at, const char *name, const vv_domain *domain)
{
    if (at >= VVI_END) return NULL; /* an end, or nowhere */
    const vvi_fork *fork = &space->forks[at];
    return vvi_fork_asks(space, fork, name, domain) && fork->n_live > 0 ? fork : NULL;
}

/* ---- drawing ---------------------------------------------------------------------------------------------------- */

static double measure(const vv_domain *domain, vvi_span span)
{
    if (vv_domain_size(domain) > 0) return (double)(span.last - span.first) + 1;
    return vv_domain_to_unit(domain, vvi_position_value(domain, span.last)) -
           vv_domain_to_unit(domain, vvi_position_value(domain, span.first));
}

/* A position of the span at share t of its measure. */
static uint64_t position_at(const vv_domain *domain, vvi_span span, double t)
{
    if (vv_domain_size(domain) > 0) {
        const uint64_t offset = (uint64_t)(t * ((double)(span.last - span.first) + 1));
        return offset > span.last - span.first ? span.last : span.first + offset;
    }
    const double low = vv_domain_to_unit(domain, vvi_position_value(domain, span.first));
    const double u = low + t * measure(domain, span);
    const uint64_t position = vvi_position_of(domain, vv_domain_from_unit(domain, u < 1 ? u : 0x1.fffffffffffffp-1));
    return position < span.first ? span.first : position > span.last ? span.last : position;
}

/* Each live value has the same share of [0, 1). Single points of a continuum have none, unless there are no others. */
static uint64_t draw_live(const vvi_fork *fork, const vv_domain *domain, double u)
{
    double sum = 0;
    for (uint32_t i = 0; i < fork->n_live; i++) sum += measure(domain, fork->live[i]);
    if (!(sum > 0)) return fork->live[(uint32_t)(u * fork->n_live)].first;
    double left = u * sum;
    uint32_t i = 0;
    for (; i + 1 < fork->n_live && left >= measure(domain, fork->live[i]); i++) left -= measure(domain, fork->live[i]);
    const double size = measure(domain, fork->live[i]);
    return position_at(domain, fork->live[i], size > 0 ? left / size : 0);
}

/* The fork that a walk has come to with this question; NULL: what is known ends here, or did before. */
static const vvi_fork *step_to(vv_space_walk *walk, const char *name, const vv_domain *domain)
{
    const vv_space *space = walk->space;
    if (!walk->begun) {
        walk->at = space == NULL ? VVI_NONE : space->root;
        walk->begun = true;
    }
    const vvi_fork *fork = fork_at(space, walk->at, name, domain);
    if (fork == NULL) walk->at = VVI_NONE;
    return fork;
}

static bool lives_whole(const vvi_fork *fork, const vv_domain *domain)
{
    return fork->n_live == 1 && fork->live[0].first == 0 && fork->live[0].last == vvi_position_count(domain) - 1;
}

vv_value vv_space_value(vv_space_walk *walk, const char *name, const vv_domain *domain, double u)
{
    const vvi_fork *fork = step_to(walk, name, domain);
    if (fork == NULL) return vv_domain_from_unit(domain, u);
    const vv_value value = lives_whole(fork, domain) ? vv_domain_from_unit(domain, u)
                                                     : vvi_position_value(domain, draw_live(fork, domain, u));
    walk->at = vvi_fork_follow(fork, vvi_position_of(domain, value));
    return value;
}

/* Spans ascend: the nearest is in the span around the position, or an end of one of the two beside it. */
static uint64_t nearest_live(const vvi_fork *fork, uint64_t position)
{
    uint64_t below = UINT64_MAX;
    for (uint32_t i = 0; i < fork->n_live; i++) {
        const vvi_span span = fork->live[i];
        if (position >= span.first && position <= span.last) return position;
        if (span.first > position)
            return below != UINT64_MAX && position - below <= span.first - position ? below : span.first;
        below = span.last;
    }
    return below;
}

vv_value vv_space_nearest(vv_space_walk *walk, const char *name, const vv_domain *domain, vv_value value)
{
    const vvi_fork *fork = step_to(walk, name, domain);
    if (fork == NULL) return value;
    const uint64_t position = nearest_live(fork, vvi_position_of(domain, value));
    walk->at = vvi_fork_follow(fork, position);
    return vvi_position_value(domain, position);
}

bool vv_space_knows(const vv_space_walk *walk)
{
    return walk->begun ? walk->at != VVI_NONE : walk->space != NULL && walk->space->root != VVI_NONE;
}

/* ---- drawing evenly --------------------------------------------------------------------------------------------- */

static double log2_behind(const vv_space *space, uint32_t to)
{
    if (!vvi_space_can_build(space, to)) return -(double)INFINITY;
    return (to & VVI_END) == 0 ? space->forks[to].log2_buildable : 0;
}

static double share_of(const vv_space *space, const vvi_fork *fork, const vvi_branch *branch, bool finite)
{
    const double values = finite ? (double)(branch->last - branch->first) + 1 : 1;
    return values * exp2(log2_behind(space, branch->to) - fork->log2_buildable);
}

static bool choose_evenly(void *context, const char *name, const vv_domain *domain, vv_value *value)
{
    vvi_even *even = context;
    const vv_space *space = even->space;
    vvi_stream stream = vvi_stream_begin(vvi_key_name(even->key, name));
    const double u = vvi_stream_unit(&stream), v = vvi_stream_unit(&stream);
    if (!even->begun) even->at = space->root;
    even->begun = true;
    const vvi_fork *fork = fork_at(space, even->at, name, domain);
    if (fork == NULL) {
        *value = vv_domain_from_unit(domain, u);
        return true;
    }
    const bool finite = vv_domain_size(domain) > 0;
    double left = u;
    uint32_t i = 0, last = 0;
    for (; i < fork->n; i++) {
        const double share = share_of(space, fork, &fork->branches[i], finite);
        if (share > 0) last = i;
        if (share > 0 && left < share) break;
        left -= share;
    }
    const vvi_branch *branch = &fork->branches[i < fork->n ? i : last];
    *value = vvi_position_value(domain, vvi_position_between(domain, branch->first, branch->last, v));
    even->at = branch->to;
    return true;
}

vv_chooser vvi_chooser_even(vvi_even *even)
{
    return (vv_chooser){ choose_evenly, even };
}

/* ---- walking ---------------------------------------------------------------------------------------------------- */

bool vvi_space_is_exact(const vv_space *space)
{
    return space != NULL && space->depth == VVI_DEPTH_ALL;
}

/* States are the number of the fork + 1. */
static uint32_t live_stops(void *context, uint32_t before, uint64_t position, const char *name, const vv_domain *domain,
                           vvi_stops *stops)
{
    const vv_space *space = context;
    const uint32_t at = before == 0          ? space->root
                        : before == VVI_NONE ? VVI_NONE
                                             : vvi_fork_follow(&space->forks[before - 1], position);
    const vvi_fork *fork = fork_at(space, at, name, domain);
    if (fork == NULL) return VVI_NONE;
    *stops = (vvi_stops){ .spans = fork->live, .n = fork->n_live };
    return at + 1;
}

vvi_route vvi_route_within(const vv_space *space)
{
    vvi_route route = { .stops = live_stops };
    memcpy(&route.context, &space, sizeof space); /* contexts are not const; live_stops only reads it */
    return route;
}
