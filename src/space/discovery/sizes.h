/* sizes.h - estimating how many configurations there are. */
#ifndef VVI_SPACE_SIZES_H
#define VVI_SPACE_SIZES_H

#include "space/discovery/discovery.h"

/* log2 of the product of the numbers of values that this build's questions had; a continuum counts as one. */
double vvi_path_log2(const vv_hp *hp);

/* A mean of numbers given as logarithms. Zero-initialise. */
typedef struct vvi_tally {
    double sum, squares; /* in units of 2^scale */
    double scale;
    uint64_t n;
} vvi_tally;
void vvi_tally_add(vvi_tally *tally, double log2, bool counts); /* counts false: a zero */
vvi_estimate vvi_tally_estimate(const vvi_tally *tally);

#endif
