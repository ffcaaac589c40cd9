/* dead.h - what can never be built, or never fits. */
#ifndef VVI_EXPLAIN_DEAD_H
#define VVI_EXPLAIN_DEAD_H

#include "explain/explain.h"

/* Short conditions under which nothing of the space is built, with the reason that is left in the best case. */
vv_status vvi_dead_find(vvi_explainer *x, const vv_never **list, size_t *n, vv_error *error) VV_MUST_USE;
/* The same for what can be built and does not fit: `within` is the space, and rows the table, under the budget. */
vv_status vvi_dead_find_within(vvi_explainer *x, const vv_space *within, const vvi_rows *rows, const vv_never **list,
                               size_t *n, vv_error *error) VV_MUST_USE;

/* "conv2d_3: a 5x5 kernel ..." -> layer and reason; a reason without a layer's name in front has none. */
vv_status vvi_reason_split(vvi_explainer *x, const char *text, const char **layer, const char **reason,
                           vv_error *error) VV_MUST_USE;

#endif
