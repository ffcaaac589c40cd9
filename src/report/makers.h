/* makers.h - which hyperparameter made which layer of a network, as the explanation of its study says. */
#ifndef VVI_REPORT_MAKERS_H
#define VVI_REPORT_MAKERS_H

#include "insight/insight.h"
#include <varve/explain.h>

/* How many layers of a kind every network has, as far as the trials and the explained configuration tell. */
enum { VVI_MOST_KINDS = 64 };
typedef struct vvi_always {
    const char *kinds[VVI_MOST_KINDS]; /* borrowed from the explanation and the frame */
    size_t least[VVI_MOST_KINDS];
    size_t n;
} vvi_always;
void vvi_always_find(const vv_explanation *e, const vvi_frame *frame, vvi_always *always);

enum { VVI_ALWAYS_THERE = -1 };
/* Who adds layers of this name, in some network. */
int vvi_maker_of(const vv_explanation *e, const char *layer);
/* Fills in makers[structure->n]: an index of e->hyperparameters, or VVI_ALWAYS_THERE. A name alone does not tell: what follows the
 * layers that are added has moved on by their number, so that dense_1 is the output of one network and an added layer of
 * another. Of each kind only so many are made as there are more than always, the first that can be. web/trial.js does the same. */
void vvi_makers_find(const vv_explanation *e, const vvi_always *always, const vvi_structure *structure, int *makers);

#endif
