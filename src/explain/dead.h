/* dead.h - what can never be built, or never fits. */
#ifndef VVI_EXPLAIN_DEAD_H
#define VVI_EXPLAIN_DEAD_H

#include "explain/explain.h"

/* Short conditions under which nothing of the space is built, with the reason that is left in the best case. */
vv_status vvi_dead_find(vvi_explainer *x, const vv_never **list, size_t *n, vv_error *error) VV_MUST_USE;
/* The same for what can be built and does not fit: `within` is the space, and rows the table, under the budget. */
vv_status vvi_dead_find_within(vvi_explainer *x, const vv_space *within, const vvi_rows *rows, const vv_never **list,
                               size_t *n, vv_error *error) VV_MUST_USE;

/* ---- why (reasons.c) --------------------------------------------------------------------------------------------- */

/* What is looked through for conditions: a space and its table. */
typedef struct vvi_grave {
    vvi_explainer *x;
    const vv_space *space;
    const vvi_rows *rows;
    bool within; /* under a budget: only what is over it counts */
} vvi_grave;

/* Builds a configuration of a row, within a clause unless that is NULL, and says why it could not. *reason is as it was if
 * it could. */
vv_status vvi_reason_of_row(const vvi_grave *g, size_t row, const vvi_clause *clause, vv_error *reason,
                            vv_error *error) VV_MUST_USE;
/* Which limit keeps all that the clause covers from fitting, and how little of it would be needed; *fits: none does, as
 * something of it fits. *reason is as it was if no network is known that the clause covers. */
vv_status vvi_reason_of_budget(const vvi_grave *g, const vvi_clause *clause, vv_error *reason, bool *fits,
                               vv_error *error) VV_MUST_USE;

#endif
