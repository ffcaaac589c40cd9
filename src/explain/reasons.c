/* reasons.c - why nothing is built, or fits, under a condition.
 *
 * The reason is that of a build that the condition covers, made for it: what another build said has other numbers. Under
 * a budget it is the limit that the least of all networks under the condition is farthest beyond; where each limit alone
 * could be kept, it is what the network is over by that comes nearest to keeping them all.
 */
#include "explain/budget.h"
#include "explain/dead.h"
#include "explain/ranges.h"

#include <string.h>

/* ---- of a build ------------------------------------------------------------------------------------------------- */

typedef struct witness {
    const vvi_grave *g;
    size_t row;
    const vvi_clause *clause; /* NULL: the row alone */
} witness;

static const vvi_column *find_column(const vvi_grave *g, const char *name)
{
    for (size_t i = 0; i < g->rows->n_columns; i++)
        if (strcmp(g->space->asked[g->rows->columns[i].name].name, name) == 0) return &g->rows->columns[i];
    return NULL;
}

static bool is_allowed(const vvi_clause *clause, const vvi_column *column, uint32_t atom)
{
    for (size_t i = 0; clause != NULL && i < clause->n; i++)
        if (clause->literals[i].column == column && !clause->literals[i].marked[atom]) return false;
    return true;
}

/* The first value of an atom that the domain has. */
static bool take_value(const vvi_column *column, uint32_t atom, const vv_domain *domain, vv_value *value)
{
    const vv_value low = column->low[atom], high = column->high[atom];
    *value = low;
    if (vv_domain_contains(domain, low)) return true;
    if (vv_value_equal(low, high)) return false;
    const uint64_t at = vvi_positions_below(domain, low);
    if (at == vvi_position_count(domain)) return false;
    *value = vvi_position_value(domain, at);
    return vvi_value_compare(*value, high) <= 0;
}

static bool choose(void *context, const char *name, const vv_domain *domain, vv_value *value)
{
    const witness *w = context;
    const vvi_column *column = find_column(w->g, name);
    if (column == NULL) return false; /* the default */
    const vvi_cell cell = vvi_row_cells(w->g->rows, w->row)[column - w->g->rows->columns];
    for (uint32_t a = cell.first; a <= cell.last && cell.first <= cell.last; a++)
        if (is_allowed(w->clause, column, a) && take_value(column, a, domain, value)) return true;
    return false;
}

vv_status vvi_reason_of_row(const vvi_grave *g, size_t row, const vvi_clause *clause, vv_error *reason, vv_error *error)
{
    witness w = { g, row, clause };
    const vv_chooser chooser = { choose, &w };
    const vv_builder builder = g->within ? vvi_explain_builder_within(g->x) : vvi_explain_builder(g->x);
    VVI_TRY(vvi_build_run(&builder, &chooser, &g->x->other, error));
    g->x->builds++;
    if (!g->x->other.buildable) *reason = g->x->other.reason;
    return VV_OK;
}

/* ---- of a budget ------------------------------------------------------------------------------------------------ */

typedef struct covered {
    const vvi_grave *g;
    const vvi_clause *clause;
    const vvi_resource *resource; /* NULL: all of them */
} covered;

static bool is_inside(const void *context, const vvi_trace *trace)
{
    const covered *c = context;
    return vvi_clause_holds(c->g->space, c->clause, c->g->x->space, trace);
}

static double strain(const void *context, const vvi_facts *facts)
{
    const covered *c = context;
    const vv_budget *budget = &c->g->x->args->budget;
    if (c->resource == NULL) return vvi_strain(budget, facts);
    return (double)vvi_resource_cost(c->resource, &facts->cost) / (double)vvi_resource_limit(c->resource, budget);
}

/* The network under the clause that strains the limit least. *any false: none is known. */
static vv_status find_least(const covered *c, vvi_case *least, bool *any, vv_error *error)
{
    vvi_explainer *x = c->g->x;
    *any = false;
    for (size_t i = 0; i < x->cases.n; i++) {
        const vvi_case *other = &x->cases.list[i];
        if (!other->buildable || (*any && strain(c, &other->facts) >= strain(c, &least->facts))) continue;
        if (!is_inside(c, &other->trace)) continue;
        *least = *other;
        *any = true;
    }
    const vvi_aim aim = { strain, is_inside, c };
    return *any && !x->cases.all ? vvi_descend(x, &aim, least, error) : VV_OK;
}

/* Each limit by itself: the one whose least is farthest beyond it. *found false: each can be kept. */
static vv_status find_limit(covered *c, vv_error *reason, bool *found, vv_error *error)
{
    const vv_budget *budget = &c->g->x->args->budget;
    double most = 1;
    *found = false;
    for (size_t i = 0; i < VVI_RESOURCES; i++) {
        vvi_case least;
        bool any;
        c->resource = &vvi_resources[i];
        const uint64_t limit = vvi_resource_limit(c->resource, budget);
        if (limit == 0) continue;
        VVI_TRY(find_least(c, &least, &any, error));
        if (!any || strain(c, &least.facts) <= most) continue;
        most = strain(c, &least.facts);
        *found = true;
        *reason = (vv_error){ .status = VV_OK };
        vvi_resource_over(c->resource, vvi_resource_cost(c->resource, &least.facts.cost), limit, reason);
    }
    c->resource = NULL;
    return VV_OK;
}

vv_status vvi_reason_of_budget(const vvi_grave *g, const vvi_clause *clause, vv_error *reason, bool *fits,
                               vv_error *error)
{
    covered c = { .g = g, .clause = clause };
    vvi_case nearest;
    vv_error over = { 0 };
    bool any, found;
    *fits = false;
    VVI_TRY(find_least(&c, &nearest, &any, error));
    if (!any) return VV_OK;
    *fits = strain(&c, &nearest.facts) <= 1;
    if (*fits) return VV_OK;
    VVI_TRY(find_limit(&c, reason, &found, error));
    if (found) return VV_OK;
    *reason = (vv_error){ .status = VV_OK };
    vvi_budget_check(&g->x->args->budget, &nearest.facts.cost, &over);
    vvi_fail(reason, VV_BAD_SHAPE, VVI_OVER_BUDGET "no limit alone; the nearest needs %s",
             over.text + strlen(VVI_OVER_BUDGET));
    return VV_OK;
}
