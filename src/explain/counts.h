/* counts.h - formulas of layers, parameters, multiply-accumulates. */
#ifndef VVI_EXPLAIN_COUNTS_H
#define VVI_EXPLAIN_COUNTS_H

#include "explain/explain.h"

/* Fills in layers and formulas. */
vv_status vvi_counts_explain(vvi_explainer *x, vv_error *error) VV_MUST_USE;

#endif
