/* breed.h - children of points: crossover and mutation. */
#ifndef VVI_SEARCH_BREED_H
#define VVI_SEARCH_BREED_H

#include "search/search.h"

typedef struct vvi_breeding {
    double crossover; /* the chance that a child has two parents */
    double mutation;  /* how many hyperparameters of a child change, on average */
} vvi_breeding;

/* `a` and `b`: points by axes, NaN where there is no such hyperparameter; `child` gets what either has. Differs from both
 * in one hyperparameter at least, where there is any. */
void vvi_breed(const vvi_axes *axes, const double *a, const double *b, const vvi_breeding *breeding, vvi_key key,
               double *child);

#endif
