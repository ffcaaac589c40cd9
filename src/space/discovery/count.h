/* count.h - natural numbers of any size: how many configurations there are. */
#ifndef VVI_SPACE_COUNT_H
#define VVI_SPACE_COUNT_H

#include "base/base.h"

/* Zero-initialised: 0. Limbs are in an arena, the lowest first, the highest not 0. */
typedef struct vvi_count {
    uint64_t *limbs;
    size_t n;
} vvi_count;

/* What a sum is made of. */
typedef struct vvi_term {
    uint64_t factor;
    vvi_count count;
} vvi_term;

/* The sum of all factor * count. false: out of memory. */
bool vvi_count_sum(vvi_arena *arena, const vvi_term *terms, size_t n, vvi_count *sum) VV_MUST_USE;
bool vvi_count_of(vvi_arena *arena, uint64_t number, vvi_count *count) VV_MUST_USE;

bool vvi_count_is_zero(vvi_count count);
double vvi_count_log2(vvi_count count); /* 0: -INFINITY */
/* Decimal digits, in the arena; NULL: out of memory. */
char *vvi_count_digits(vvi_arena *arena, vvi_count count);
/* The digits of about 2^log2: four figures, then zeros. NULL: out of memory. */
char *vvi_count_about(vvi_arena *arena, double log2);

#endif
