/* owners.h - which hyperparameter makes which layer, as the explanation of a study says. */
#ifndef VVI_REPORT_FIGURES_OWNERS_H
#define VVI_REPORT_FIGURES_OWNERS_H

#include "report/figures/make.h"

typedef struct vvi_owners {
    const char **names; /* of hyperparameters that add layers, of families where they are members of one */
    size_t n;
    const char **layers; /* n_layers of them, and of each the index of its owner */
    size_t *owner;
    size_t n_layers;
    bool known; /* there is an explanation that can be read */
} vvi_owners;
void vvi_owners_read(vvi_maker *m, vvi_owners *owners);
/* -1: none; the layer is always there. */
int vvi_owner_of(const vvi_owners *owners, const char *layer);

#endif
