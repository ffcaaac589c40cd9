/* ranges.h - what networks of the space cost, and what one of them does. */
#ifndef VVI_EXPLAIN_RANGES_H
#define VVI_EXPLAIN_RANGES_H

#include "explain/explain.h"

/* Fills in cost. Without all cases at hand the ends are searched for, from the best cases on. */
vv_status vvi_ranges_explain(vvi_explainer *x, vv_error *error) VV_MUST_USE;
/* Fills in `one` and `input`. BAD_ARG: a name or value of args->at that there is not. */
vv_status vvi_one_explain(vvi_explainer *x, vv_error *error) VV_MUST_USE;

/* What a search for a case goes by. */
typedef struct vvi_aim {
    double (*badness)(const void *context, const vvi_facts *facts);
    bool (*inside)(const void *context, const vvi_trace *trace); /* NULL: everywhere */
    const void *context;
} vvi_aim;
/* descend.c: improves a case by changing one value at a time, as long as its badness goes down; all values of small
 * domains are tried. Then values that badness does not go with are put back to their defaults. */
vv_status vvi_descend(vvi_explainer *x, const vvi_aim *aim, vvi_case *c, vv_error *error) VV_MUST_USE;

#endif
