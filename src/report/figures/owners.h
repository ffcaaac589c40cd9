/* owners.h - the colours of layers: a tint for each hyperparameter that makes some, a family counting as one. */
#ifndef VVI_REPORT_FIGURES_OWNERS_H
#define VVI_REPORT_FIGURES_OWNERS_H

#include "report/figures/make.h"

typedef struct vvi_owners {
    const char *
        *names; /* of hyperparameters that made layers of these networks, of families where they are members of one */
    size_t n;
    bool known;            /* there is an explanation that can be read */
    const int *const *own; /* of each structure, of each of its layers: an index of names; -1: it is always there */
} vvi_owners;
void vvi_owners_read(vvi_maker *m, vvi_owners *owners);

#endif
