/* ranges.c - the cheapest and the dearest networks.
 *
 * Where all that can be built is at hand they are looked up. Elsewhere they are searched for, from the best of the random
 * cases on (descend.c); what has been found for one end is a start for the others. Costs mostly go up with every width,
 * so that this finds the ends; that it has is not proved, and the standing says so.
 */
#include "explain/ranges.h"

#include <string.h>

/* ---- the ends ---------------------------------------------------------------------------------------------------- */

typedef struct goal {
    const vvi_resource *resource; /* NULL: layers */
    bool largest;
    vvi_case best;
} goal;

static uint64_t amount(const goal *g, const vvi_facts *facts)
{
    return g->resource == NULL ? facts->layers : vvi_resource_cost(g->resource, &facts->cost);
}

static double badness(const void *context, const vvi_facts *facts)
{
    const goal *g = context;
    const double cost = (double)amount(g, facts);
    return g->largest ? -cost : cost;
}

static bool is_better(const goal *g, const vvi_case *a, const vvi_case *b)
{
    return badness(g, &a->facts) < badness(g, &b->facts);
}

/* The best case of a structure that is not among those found before; NULL: there is none. */
static const vvi_case *find_next_best(const vvi_explainer *x, const goal *g, const vvi_case *const *found, size_t n)
{
    const vvi_case *best = NULL;
    for (size_t i = 0; i < x->cases.n; i++) {
        const vvi_case *c = &x->cases.list[i];
        bool known = !c->buildable;
        for (size_t k = 0; k < n && !known; k++) known = found[k]->trace.outcome == c->trace.outcome;
        if (!known && (best == NULL || is_better(g, c, best))) best = c;
    }
    return best;
}

/* The best that can be reached from the best cases of a few structures, or from what `n` other goals have found. */
static vv_status find_end(vvi_explainer *x, goal *g, const goal *others, size_t n, vv_error *error)
{
    enum { STARTS = 3 };
    const vvi_case *starts[STARTS];
    for (size_t s = 0; s < STARTS && (starts[s] = find_next_best(x, g, starts, s)) != NULL; s++) {
        vvi_case reached = *starts[s];
        for (size_t i = 0; i < n && s == 0; i++)
            if (is_better(g, &others[i].best, &reached)) reached = others[i].best;
        if (s == 0) g->best = reached;
        if (x->cases.all || vvi_clock_s() > x->until_s) return VV_OK;
        VVI_TRY(vvi_descend(x, &(vvi_aim){ badness, NULL, g }, &reached, error));
        if (!is_better(g, &g->best, &reached)) g->best = reached;
    }
    return VV_OK;
}

/* From what another goal has found, if that is better here, too. */
static vv_status learn(vvi_explainer *x, goal *goals, size_t n, bool *any, vv_error *error)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < n; k++) {
            if (!is_better(&goals[i], &goals[k].best, &goals[i].best)) continue;
            goals[i].best = goals[k].best;
            *any = true;
            VVI_TRY(vvi_descend(x, &(vvi_aim){ badness, NULL, &goals[i] }, &goals[i].best, error));
        }
    }
    return VV_OK;
}

static vv_status find_ends(vvi_explainer *x, goal *goals, size_t n, vv_error *error)
{
    bool any = !x->cases.all;
    for (size_t i = 0; i < n; i++) VVI_TRY(find_end(x, &goals[i], goals, i, error));
    while (any) {
        any = false;
        VVI_TRY(learn(x, goals, n, &any, error));
    }
    return VV_OK;
}

/* ---- telling them ------------------------------------------------------------------------------------------------ */

static vv_status tell_range(vvi_explainer *x, const goal *least, const goal *most, vv_error *error)
{
    vv_range range = { amount(least, &least->best.facts), amount(most, &most->best.facts), { 0 }, { 0 } };
    if (!vvi_trace_values(x, &least->best.trace, &range.argmin) ||
        !vvi_trace_values(x, &most->best.trace, &range.argmax))
        return vvi_no_memory(error);
    memcpy((char *)&x->e->cost + least->resource->range, &range, sizeof range);
    return VV_OK;
}

vv_status vvi_ranges_explain(vvi_explainer *x, vv_error *error)
{
    enum { GOALS = 2 + 2 * VVI_RESOURCES };
    goal goals[GOALS] = { { .largest = false } }; /* layers first: most of the rest goes with them */
    vv_cost_ranges *c = &x->e->cost;
    for (int i = 0; i < GOALS; i++) goals[i].largest = i % 2 == 1;
    for (int i = 2; i < GOALS; i++) goals[i].resource = &vvi_resources[i / 2 - 1];
    VVI_TRY(find_ends(x, goals, GOALS, error));
    x->e->layers.least = (int)goals[0].best.facts.layers;
    x->e->layers.most = (int)goals[1].best.facts.layers;
    for (int i = 2; i < GOALS; i += 2) VVI_TRY(tell_range(x, &goals[i], &goals[i + 1], error));
    c->precision = x->args->budget.precision;
    c->standing = vvi_standing_of(x, x->cases.all, x->cases.n);
    return VV_OK;
}
