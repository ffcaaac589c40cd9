/* dead.c - what can never be built, as the shortest conditions that rule it out, and why.
 *
 * A region fails at many places: with one value a layer gives up early, with another a later one does. The reason told
 * is that of the build that came farthest: what stands in the way when all else has gone well.
 */
#include "explain/dead.h"

#include <math.h>
#include <string.h>

enum { MOST_CLAUSES = 10, LEAST_SUPPORT = 8 };

/* What is looked through: a space and its table. */
typedef struct grave {
    vvi_explainer *x;
    const vv_space *space;
    const vvi_rows *rows;
    bool within; /* under a budget: only what is over it counts */
} grave;

static bool is_over(const vvi_outcome *outcome)
{
    return strncmp(outcome->reason, VVI_OVER_BUDGET, strlen(VVI_OVER_BUDGET)) == 0;
}

static bool counts_as_dead(const grave *g, const vvi_outcome *outcome)
{
    return !outcome->buildable && (!g->within || is_over(outcome));
}

/* Under a budget it need not be said that it is about that. */
static const char *without_prefix(const grave *g, const char *reason)
{
    const size_t n = strlen(VVI_OVER_BUDGET);
    return reason + (g->within && strncmp(reason, VVI_OVER_BUDGET, n) == 0 ? n : 0);
}

/* A name without blanks before the first colon is a layer's. */
vv_status vvi_reason_split(vvi_explainer *x, const char *text, const char **layer, const char **reason, vv_error *error)
{
    const char *colon = strstr(text, ": ");
    const char *blank = strchr(text, ' ');
    *layer = NULL;
    if (colon != NULL && blank == colon + 1) {
        *layer = vvi_arena_printf(x->arena, "%.*s", (int)(colon - text), text);
        text = colon + 2;
        if (*layer == NULL) return vvi_no_memory(error);
    }
    *reason = vvi_arena_strdup(x->arena, text);
    return *reason == NULL ? vvi_no_memory(error) : VV_OK;
}

/* The farthest of the outcomes that a clause covers. */
static const char *find_farthest(const grave *g, const vvi_clause *clause)
{
    const vvi_outcome *farthest = NULL;
    for (size_t row = 0; row < g->rows->n; row++) {
        const vvi_outcome *outcome = &g->space->outcomes[g->rows->outcomes[row]];
        if (!counts_as_dead(g, outcome) || !vvi_clause_touches(g->rows, row, clause)) continue;
        if (farthest == NULL || outcome->progress > farthest->progress) farthest = outcome;
    }
    return farthest == NULL ? "" : farthest->reason;
}

/* What the cheapest network that the clause covers is over by. */
static const char *find_cheapest(const grave *g, const vvi_clause *clause, vv_error *reason)
{
    const vvi_case *cheapest = NULL;
    for (size_t i = 0; i < g->x->cases.n; i++) {
        const vvi_case *c = &g->x->cases.list[i];
        if (!c->buildable || !vvi_clause_holds(g->space, clause, g->x->space, &c->trace)) continue;
        if (cheapest == NULL ||
            vvi_strain(&g->x->args->budget, &c->facts) < vvi_strain(&g->x->args->budget, &cheapest->facts))
            cheapest = c;
    }
    if (cheapest == NULL || vvi_budget_check(&g->x->args->budget, &cheapest->facts.cost, reason) == VV_OK)
        return find_farthest(g, clause);
    return reason->text;
}

/* Rows are disjoint, so their configurations add up; a row that is covered in part counts with its share, which is not
 * known where its cells are wide: then the number is left out. */
static vv_status count_ruled_out(vvi_explainer *x, const vvi_rows *rows, const vvi_clause *clause, vv_size *size,
                                 vv_error *error)
{
    double sum = 0;
    *size = (vv_size){ .log10 = -(double)INFINITY };
    for (size_t row = 0; row < rows->n; row++) {
        const bool covered = vvi_clause_covers(rows, row, clause);
        if (!covered && vvi_clause_touches(rows, row, clause)) return VV_OK;
        if (covered) sum += exp2(rows->log2_size[row]);
    }
    if (!rows->complete || !(sum < 0x1p53)) return VV_OK;
    size->digits = vvi_arena_printf(x->arena, "%.0f", sum);
    size->log10 = log10(sum);
    return size->digits == NULL ? vvi_no_memory(error) : VV_OK;
}

/* Samples must have met what they are to confirm. Under a budget the cases say nothing: they were built without. */
static bool is_confirmed(const grave *g, const vvi_clause *clause)
{
    size_t n = 0;
    if (g->within) return true;
    for (size_t i = g->x->check_from; i < g->x->cases.n; i++) {
        const vvi_case *c = &g->x->cases.list[i];
        const bool holds = vvi_clause_holds(g->space, clause, g->space, &c->trace);
        if (holds && c->buildable) return false;
        n += holds;
    }
    return g->rows->complete || n >= LEAST_SUPPORT;
}

static vv_status describe_clause(const grave *g, const vvi_clause *clause, vv_never *to, vv_error *error)
{
    vvi_text text = { 0 };
    vv_error why = { 0 };
    vvi_clause_write(g->space, clause, &text);
    to->when = vvi_keep_text(g->x, &text);
    if (to->when == NULL) return vvi_no_memory(error);
    const char *reason = g->within ? find_cheapest(g, clause, &why) : find_farthest(g, clause);
    VVI_TRY(vvi_reason_split(g->x, without_prefix(g, reason), &to->layer, &to->reason, error));
    return count_ruled_out(g->x, g->rows, clause, &to->size, error);
}

/* The farthest of the dead outcomes that no clause told covers; NULL: they cover all. */
static const vvi_outcome *find_rest(const grave *g, const vvi_rule *told)
{
    const vvi_outcome *rest = NULL;
    for (size_t row = 0; row < g->rows->n; row++) {
        const vvi_outcome *outcome = &g->space->outcomes[g->rows->outcomes[row]];
        bool covered = !counts_as_dead(g, outcome);
        for (size_t i = 0; i < told->n && !covered; i++) covered = vvi_clause_covers(g->rows, row, &told->clauses[i]);
        if (!covered && (rest == NULL || outcome->progress > rest->progress)) rest = outcome;
    }
    return rest;
}

/* "In some further configurations." */
static vv_status describe_rest(const grave *g, const vvi_outcome *rest, vv_never *to, vv_error *error)
{
    *to = (vv_never){ .when = "", .size = { .log10 = -(double)INFINITY } };
    return vvi_reason_split(g->x, without_prefix(g, rest->reason), &to->layer, &to->reason, error);
}

static vv_status tell(const grave *g, const vvi_rule *rule, vv_never *never, size_t *n, vv_error *error)
{
    vvi_rule told = { .n = 0 };
    for (size_t i = 0; i < rule->n; i++) {
        const vvi_clause *clause = &rule->clauses[i];
        if (!vvi_clause_is_readable(clause) || !is_confirmed(g, clause)) continue;
        VVI_TRY(describe_clause(g, clause, &never[(*n)++], error));
        told.clauses[told.n++] = *clause;
    }
    const vvi_outcome *rest = find_rest(g, &told);
    return rest == NULL ? VV_OK : describe_rest(g, rest, &never[(*n)++], error);
}

static vv_status find(const grave *g, const vv_never **list, size_t *n, vv_error *error)
{
    vvi_rule rule;
    const vvi_rows *rows = g->rows;
    vv_never *never = vvi_arena_alloc(g->x->arena, (MOST_CLAUSES + 1) * sizeof *never);
    unsigned char *wishes = vvi_arena_alloc(&g->x->scratch, rows->n + 1);
    *n = 0;
    *list = never;
    if (never == NULL || wishes == NULL) return vvi_no_memory(error);
    for (size_t row = 0; row < rows->n; row++) {
        const vvi_outcome *outcome = &g->space->outcomes[rows->outcomes[row]];
        wishes[row] = counts_as_dead(g, outcome) ? VVI_WISH_YES : outcome->buildable ? VVI_WISH_NO : VVI_WISH_ANY;
    }
    VVI_TRY(vvi_rule_find(rows, wishes, rows->n_columns, MOST_CLAUSES, &g->x->scratch, &rule, error));
    return tell(g, &rule, never, n, error);
}

vv_status vvi_dead_find(vvi_explainer *x, const vv_never **list, size_t *n, vv_error *error)
{
    const grave g = { .x = x, .space = x->space, .rows = &x->rows };
    return find(&g, list, n, error);
}

vv_status vvi_dead_find_within(vvi_explainer *x, const vv_space *within, const vvi_rows *rows, const vv_never **list,
                               size_t *n, vv_error *error)
{
    const grave g = { .x = x, .space = within, .rows = rows, .within = true };
    return find(&g, list, n, error);
}
