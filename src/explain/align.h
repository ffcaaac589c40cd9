/* align.h - which layers of one network are those of another. */
#ifndef VVI_EXPLAIN_ALIGN_H
#define VVI_EXPLAIN_ALIGN_H

#include "nn/nn.h"

/* What is known of a layer: whether each of the cheapest alignments leaves it without a partner, or gives it one; if they
 * do not agree, what the one does that keeps the most names. */
typedef enum vvi_fate { VVI_ALONE = 1, VVI_MAYBE_ALONE, VVI_MAYBE_PAIRED, VVI_PAIRED } vvi_fate;

typedef struct vvi_alignment {
    vvi_fate *fates_a, *fates_b;  /* of every node */
    int *partners_a, *partners_b; /* the node in the other network; -1: none */
} vvi_alignment;

/* Free with vvi_alignment_deinit, whatever came of it. false: no memory. */
bool vvi_align(const vv_model *a, const vv_model *b, vvi_alignment *alignment) VV_MUST_USE;
void vvi_alignment_deinit(vvi_alignment *alignment);

/* A field of two layers of one kind: has it the same value, defaults written out? */
bool vvi_same_field(const vv_field *field, const void *a, const void *b);

#endif
