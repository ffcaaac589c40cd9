/* budget.h - what a budget leaves of a space. */
#ifndef VVI_EXPLAIN_BUDGET_H
#define VVI_EXPLAIN_BUDGET_H

#include "explain/explain.h"

bool vvi_budget_limits(const vv_budget *budget);

/* Fills in budget; with one, the explanation's space becomes that of what fits. */
vv_status vvi_budget_explain(vvi_explainer *x, vv_error *error) VV_MUST_USE;

#endif
