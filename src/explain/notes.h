/* notes.h - what should be looked at. */
#ifndef VVI_EXPLAIN_NOTES_H
#define VVI_EXPLAIN_NOTES_H

#include "explain/explain.h"

/* Takes note of the conditions that a build has stated (vv_when). false: no memory. */
bool vvi_stated_note(vvi_explainer *x, const vv_hp *hp) VV_MUST_USE;

/* Fills in notes, pure, impurity. */
vv_status vvi_notes_explain(vvi_explainer *x, vv_error *error) VV_MUST_USE;

#endif
