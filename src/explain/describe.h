/* describe.h - subjects and effects in words. */
#ifndef VVI_EXPLAIN_DESCRIBE_H
#define VVI_EXPLAIN_DESCRIBE_H

#include "explain/flips.h"
#include "explain/subjects.h"

/* Fills in hyperparameters and families. `effects_of`: by name number. */
vv_status vvi_describe(vvi_explainer *x, const vvi_effects *effects_of, vv_error *error) VV_MUST_USE;

#endif
