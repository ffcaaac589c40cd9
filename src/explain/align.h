/* align.h - which layers of one network are those of another. */
#ifndef VVI_EXPLAIN_ALIGN_H
#define VVI_EXPLAIN_ALIGN_H

#include "nn/nn.h"

/* Marks the nodes of either network that have no partner in the other. The marks are zeroed by the caller. false: no
 * memory. */
bool vvi_align(const vv_model *a, const vv_model *b, bool *alone_a, bool *alone_b) VV_MUST_USE;

/* A field of two layers of one kind: has it the same value, defaults written out? */
bool vvi_same_field(const vv_field *field, const void *a, const void *b);

#endif
