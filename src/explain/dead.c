/* dead.c - what can never be built, as the shortest conditions that rule it out, and why.
 *
 * A region fails at many places: with one value a layer gives up early, with another a later one does. The reason told
 * is that of the build that came farthest: what stands in the way when all else has gone well.
 */
#include "explain/dead.h"

#include <math.h>
#include <string.h>

enum { MOST_CLAUSES = 10, LEAST_SUPPORT = 8 };

static bool is_over(const vvi_outcome *outcome)
{
    return strncmp(outcome->reason, VVI_OVER_BUDGET, strlen(VVI_OVER_BUDGET)) == 0;
}

static bool counts_as_dead(const vvi_grave *g, const vvi_outcome *outcome)
{
    return !outcome->buildable && (!g->within || is_over(outcome));
}

/* Under a budget it need not be said that it is about that. */
static const char *without_prefix(const vvi_grave *g, const char *reason)
{
    const size_t n = strlen(VVI_OVER_BUDGET);
    return reason + (g->within && strncmp(reason, VVI_OVER_BUDGET, n) == 0 ? n : 0);
}

/* A name without blanks before the first colon is a layer's. */
static vv_status split(vvi_explainer *x, const char *text, const char **layer, const char **reason, vv_error *error)
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

/* The farthest of the rows that a clause touches, or that none of those told covers. VVI_NONE: there is none. */
static uint32_t find_farthest(const vvi_grave *g, const vvi_clause *clause, const vvi_rule *told)
{
    uint32_t farthest = VVI_NONE;
    uint64_t progress = 0;
    for (size_t row = 0; row < g->rows->n; row++) {
        const vvi_outcome *outcome = &g->space->outcomes[g->rows->outcomes[row]];
        bool out = !counts_as_dead(g, outcome) || (clause != NULL && !vvi_clause_touches(g->rows, row, clause));
        for (size_t i = 0; told != NULL && i < told->n && !out; i++)
            out = vvi_clause_covers(g->rows, row, &told->clauses[i]);
        if (out || (farthest != VVI_NONE && outcome->progress <= progress)) continue;
        farthest = (uint32_t)row;
        progress = outcome->progress;
    }
    return farthest;
}

/* What stands in the way when all else has gone well. *fits: nothing does, a network was found that fits. */
static vv_status describe_reason(const vvi_grave *g, uint32_t row, const vvi_clause *clause, vv_never *to, bool *fits,
                                 vv_error *error)
{
    vv_error why = { 0 };
    const char *text = row == VVI_NONE ? "" : g->space->outcomes[g->rows->outcomes[row]].reason;
    if (g->within && clause != NULL) VVI_TRY(vvi_reason_of_budget(g, clause, &why, fits, error));
    if (why.text[0] == '\0' && row != VVI_NONE) VVI_TRY(vvi_reason_of_row(g, row, clause, &why, error));
    return split(g->x, without_prefix(g, why.text[0] == '\0' ? text : why.text), &to->layer, &to->reason, error);
}

/* Rows are disjoint, so their configurations add up; a row that is covered in part counts with its share, which is not
 * known where its cells are wide: then the number is left out, as it is where it is too large to be exact. */
static vv_status count_ruled_out(vvi_explainer *x, const vvi_rows *rows, const vvi_clause *clause, vv_size *size,
                                 vv_error *error)
{
    double sum = 0;
    *size = (vv_size){ .log10 = -(double)INFINITY };
    for (size_t row = 0; row < rows->n; row++) {
        const bool covered = vvi_clause_covers(rows, row, clause);
        if (!covered && vvi_clause_touches(rows, row, clause)) return VV_OK;
        if (covered) sum += rows->size[row];
    }
    if (!rows->complete || !(sum < 0x1p53)) return VV_OK;
    size->digits = vvi_arena_printf(x->arena, "%.0f", sum);
    size->log10 = log10(sum);
    return size->digits == NULL ? vvi_no_memory(error) : VV_OK;
}

/* Samples must have met what they are to confirm. Under a budget cases were built without it: one that fits refutes. */
static bool is_confirmed(const vvi_grave *g, const vvi_clause *clause)
{
    size_t n = 0;
    for (size_t i = g->within ? 0 : g->x->check_from; i < g->x->cases.n; i++) {
        const vvi_case *c = &g->x->cases.list[i];
        const bool holds = vvi_clause_holds(g->space, clause, g->x->space, &c->trace);
        const bool lives = c->buildable && (!g->within || vvi_strain(&g->x->args->budget, &c->facts) <= 1);
        if (holds && lives) return false;
        n += holds;
    }
    return g->within || g->rows->complete || n >= LEAST_SUPPORT;
}

static vv_status describe_clause(const vvi_grave *g, const vvi_clause *clause, vv_never *to, bool *fits,
                                 vv_error *error)
{
    vvi_text text = { 0 };
    vvi_clause_write(g->space, clause, &text);
    to->when = vvi_keep_text(g->x, &text);
    if (to->when == NULL) return vvi_no_memory(error);
    VVI_TRY(describe_reason(g, find_farthest(g, clause, NULL), clause, to, fits, error));
    return count_ruled_out(g->x, g->rows, clause, &to->size, error);
}

static vv_status tell(const vvi_grave *g, const vvi_rule *rule, vv_never *never, size_t *n, vv_error *error)
{
    vvi_rule told = { .n = 0 };
    for (size_t i = 0; i < rule->n; i++) {
        const vvi_clause *clause = &rule->clauses[i];
        bool fits = false;
        if (!vvi_clause_is_readable(clause) || !is_confirmed(g, clause)) continue;
        VVI_TRY(describe_clause(g, clause, &never[*n], &fits, error));
        if (fits) continue;
        told.clauses[told.n++] = *clause;
        ++*n;
    }
    const uint32_t rest = find_farthest(g, NULL, &told);
    if (rest == VVI_NONE) return VV_OK;
    vv_never *some = &never[(*n)++];
    *some = (vv_never){ .when = "", .size = { .log10 = -(double)INFINITY } }; /* in some further configurations */
    return describe_reason(g, rest, NULL, some, &(bool){ false }, error);
}

static vv_status find(const vvi_grave *g, const vv_never **list, size_t *n, vv_error *error)
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
    const vvi_grave g = { .x = x, .space = x->space, .rows = &x->rows };
    return find(&g, list, n, error);
}

vv_status vvi_dead_find_within(vvi_explainer *x, const vv_space *within, const vvi_rows *rows, const vv_never **list,
                               size_t *n, vv_error *error)
{
    const vvi_grave g = { .x = x, .space = within, .rows = rows, .within = true };
    return find(&g, list, n, error);
}
