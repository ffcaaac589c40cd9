/* sizes.h - numbers of configurations. */
#ifndef VVI_EXPLAIN_SIZES_H
#define VVI_EXPLAIN_SIZES_H

#include "explain/explain.h"

vv_status vvi_size_of_count(vvi_explainer *x, vvi_count count, vv_size *size, vv_error *error) VV_MUST_USE;

/* Fills in total, buildable, networks, continuous, sizes. */
vv_status vvi_sizes_explain(vvi_explainer *x, vv_error *error) VV_MUST_USE;

#endif
