/* raster.c - which values a grid has.
 *
 * A choice, a boolean and a range of at most `most` values are taken whole. Of any other range there are `points` values,
 * evenly spaced in the way of its sampling (on a log scale each is the one before times a constant), with both ends:
 * those of a range with a step are on its grid, those of whole numbers are rounded, the others are rounded to 12 digits, so
 * that 1e-4 is 0.0001 and not 0.00009999999999999999. Neighbours that round to the same value are one.
 *
 * In a space that is known values are left out from which nothing can be built. Where that leaves none of a grid's, some
 * value before was dead for the grid though not for the space; then one combination is built, to be refused.
 */
#include "search/raster.h"
#include "space/discovery/discovery.h"

#include <math.h>
#include <string.h>

typedef struct vvi_raster_level {
    vvi_spans spans; /* of the question */
    uint32_t known;  /* the state of the way within what is known to build */
    bool dead;       /* nothing of the grid can be built here */
} level;

void vvi_raster_deinit(vvi_raster *raster)
{
    for (size_t i = 0; i < raster->n_levels; i++) vvi_free(raster->levels[i].spans.list);
    vvi_free(raster->levels);
    vvi_free(raster->values.list);
    raster->levels = NULL;
    raster->n_levels = raster->most_levels = 0;
    raster->values = (vvi_spans){ 0 };
}

static bool reserve_spans(vvi_spans *spans, size_t n)
{
    spans->n = 0;
    if (n <= spans->most) return true;
    vvi_span *list = vvi_realloc(spans->list, n * sizeof *list);
    if (list == NULL) return false;
    spans->list = list;
    spans->most = n;
    return true;
}

/* ---- the values of a domain -------------------------------------------------------------------------------------- */

static bool is_range(const vv_domain *domain)
{
    return domain->kind == VV_DOMAIN_INT || domain->kind == VV_DOMAIN_FLOAT;
}

/* 0: a continuum. */
static bool is_whole(const vvi_raster *raster, const vv_domain *domain, uint64_t size)
{
    return !is_range(domain) || (size > 0 && (size <= raster->most || size <= raster->points));
}

/* To 12 digits, by a division that gives the double nearest to the decimal. */
static double tidy(double number, const vv_domain *domain)
{
    const double digits = 11 - floor(log10(fabs(number)));
    if (!(digits >= 0 && digits <= 22)) return number; /* zero, too */
    const double ten = pow(10, digits), rounded = nearbyint(number * ten) / ten;
    return rounded >= domain->min && rounded <= domain->max ? rounded : number;
}

/* The position at `share` of the way from one end to the other. */
static uint64_t position_at(const vv_domain *domain, uint64_t size, double share)
{
    if (share >= 1) return vvi_position_count(domain) - 1;
    if (size > 0 && (domain->step > 0 || domain->sampling == VV_SAMPLE_LINEAR))
        return (uint64_t)floor(share * (double)(size - 1) + 0.5);
    vv_domain line = *domain; /* also of whole numbers on a log scale */
    line.kind = VV_DOMAIN_FLOAT;
    line.type = VV_VALUE_FLOAT;
    const double number = vv_domain_from_unit(&line, share).f;
    const vv_value value = domain->kind == VV_DOMAIN_INT
                               ? (vv_value){ VV_VALUE_INT, { .i = (int64_t)floor(number + 0.5) } }
                               : (vv_value){ VV_VALUE_FLOAT, { .f = tidy(number, domain) } };
    return vvi_position_of(domain, value);
}

static void add_point(vvi_spans *spans, uint64_t position)
{
    if (spans->n > 0 && position <= spans->list[spans->n - 1].last) return;
    spans->list[spans->n++] = (vvi_span){ position, position };
}

bool vvi_raster_values(vvi_raster *raster, const vv_domain *domain)
{
    const uint64_t size = vv_domain_size(domain);
    vvi_spans *values = &raster->values;
    if (!reserve_spans(values, raster->points)) return false;
    if (is_whole(raster, domain, size)) {
        values->list[values->n++] = (vvi_span){ 0, size - 1 };
        return true;
    }
    for (uint32_t i = 0; i < raster->points; i++)
        add_point(values, position_at(domain, size, (double)i / (double)(raster->points - 1)));
    return true;
}

/* ---- a route ----------------------------------------------------------------------------------------------------- */

static level *reserve_level(vvi_raster *raster, size_t number)
{
    if (number >= raster->most_levels) {
        const size_t most = raster->most_levels == 0 ? 16 : 2 * raster->most_levels;
        level *levels = vvi_realloc(raster->levels, most * sizeof *levels);
        if (levels == NULL) return NULL;
        raster->levels = levels;
        raster->most_levels = most;
    }
    for (; raster->n_levels <= number; raster->n_levels++) raster->levels[raster->n_levels] = (level){ 0 };
    return &raster->levels[number];
}

/* What two ascending lists share; all of the first where the second is empty, which stands for everything. */
static bool intersect(const vvi_spans *a, const vvi_stops *b, vvi_spans *shared)
{
    if (!reserve_spans(shared, a->n + b->n)) return false;
    for (size_t i = 0, k = 0; i < a->n && b->n > 0 && k < b->n;) {
        const vvi_span x = a->list[i], y = b->spans[k];
        const vvi_span both = { x.first > y.first ? x.first : y.first, x.last < y.last ? x.last : y.last };
        if (both.first <= both.last) shared->list[shared->n++] = both;
        if (x.last < y.last)
            i++;
        else
            k++;
    }
    if (b->n == 0) memcpy(shared->list, a->list, a->n * sizeof *a->list);
    if (b->n == 0) shared->n = a->n;
    return true;
}

static void note_thinned(vvi_raster *raster, const char *name, const vv_domain *domain)
{
    if (raster->thinned[0] != '\0' || is_whole(raster, domain, vv_domain_size(domain))) return;
    vvi_line line = { .text = raster->thinned, .size = sizeof raster->thinned };
    vvi_line_printf(&line, "%s", name);
}

/* States are the number of the level + 1. */
static uint32_t find_stops(void *context, uint32_t before, uint64_t position, const char *name, const vv_domain *domain,
                           vvi_stops *stops)
{
    vvi_raster *raster = context;
    level *here = reserve_level(raster, before);
    const level *above = before == 0 ? NULL : &raster->levels[before - 1];
    vvi_stops live = { 0 };
    raster->failed = raster->failed || here == NULL || !vvi_raster_values(raster, domain);
    if (raster->failed) return 0;
    const vvi_route within = vvi_route_within(raster->space);
    here->known = VVI_NONE;
    if (raster->space != NULL)
        here->known = within.stops(within.context, above == NULL ? 0 : above->known, position, name, domain, &live);
    raster->failed = !intersect(&raster->values, &live, &here->spans);
    if (raster->failed) return 0;
    here->dead = here->spans.n == 0 || (above != NULL && above->dead);
    if (here->dead) here->spans.list[0] = (vvi_span){ raster->values.list[0].first, raster->values.list[0].first };
    note_thinned(raster, name, domain);
    *stops = (vvi_stops){ .spans = here->spans.list, .n = here->dead ? 1 : here->spans.n };
    return before + 1;
}

vvi_route vvi_raster_route(vvi_raster *raster)
{
    return (vvi_route){ find_stops, raster };
}

/* ---- counting ---------------------------------------------------------------------------------------------------- */

static double values_between(const vvi_spans *values, uint64_t first, uint64_t last)
{
    double n = 0;
    for (size_t i = 0; i < values->n; i++) {
        const vvi_span span = values->list[i];
        const uint64_t from = span.first > first ? span.first : first, to = span.last < last ? span.last : last;
        if (from <= to) n += (double)(to - from) + 1;
    }
    return n;
}

static double count_behind(const vv_space *space, const double *counts, uint32_t to)
{
    if (!vvi_space_can_build(space, to)) return 0;
    return (to & VVI_END) != 0 ? 1 : counts[to];
}

/* The forks that a fork leads to come before it. */
static bool count_forks(vvi_raster *raster, double *counts)
{
    const vv_space *space = raster->space;
    for (uint32_t i = 0; i < space->n_forks; i++) {
        const vvi_fork *fork = &space->forks[i];
        if (!vvi_raster_values(raster, &space->domains[fork->domain].domain)) return false;
        counts[i] = 0;
        for (uint32_t k = 0; k < fork->n; k++) {
            const vvi_branch *branch = &fork->branches[k];
            const double n = values_between(&raster->values, branch->first, branch->last);
            if (n > 0) counts[i] += n * count_behind(space, counts, branch->to); /* that may be infinite */
        }
    }
    return true;
}

static vv_status count_known(vvi_raster *raster, double *total, vv_error *error)
{
    const vv_space *space = raster->space;
    double *counts = vvi_malloc((space->n_forks + (size_t)1) * sizeof *counts);
    const bool done = counts != NULL && count_forks(raster, counts);
    if (done) *total = count_behind(space, counts, space->root);
    vvi_free(counts);
    return done ? VV_OK : vvi_no_memory(error);
}

/* How many leaves are not too many to be walked: the fewer the more one build asks for. */
static vv_status find_cap(const vv_builder *builder, uint64_t *cap, vv_error *error)
{
    enum { MOST_QUESTIONS = 1 << 20 };
    vvi_build build = { 0 };
    VVI_TRY(vvi_build_run(builder, NULL, &build, error));
    *cap = MOST_QUESTIONS / (vv_hp_count(build.hp) + 1);
    vvi_build_deinit(&build);
    return VV_OK;
}

static vv_status count_by_walking(vvi_raster *raster, const vv_builder *builder, double *total, vv_error *error)
{
    const vvi_route route = vvi_raster_route(raster);
    vvi_walk_args args = { .builder = builder, .route = &route };
    vvi_walk walk;
    VVI_TRY(find_cap(builder, &args.cap, error));
    const vv_status status = vvi_space_walk(&args, &walk, error);
    if (raster->failed) return vvi_no_memory(error);
    *total = walk.end == VVI_WALK_COMPLETE ? (double)walk.buildable : (double)NAN;
    return status;
}

vv_status vvi_raster_count(vvi_raster *raster, const vv_builder *builder, double *total, vv_error *error)
{
    const vv_space *space = raster->space;
    const bool known = space != NULL && space->root != VVI_NONE && vvi_space_can_build(space, space->root);
    VVI_TRY(known ? count_known(raster, total, error) : count_by_walking(raster, builder, total, error));
    if (isinf(*total)) *total = (double)NAN;
    return VV_OK;
}
