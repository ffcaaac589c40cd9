/* sobol.h - points of Sobol's sequence, scrambled, with one dimension for each hyperparameter.
 *
 * sobol.c           coordinates                       sobol_numbers.c   direction numbers, a table
 * sobol_sampler.c   which name has which dimension, and a sampler for any oracle to start with
 */
#ifndef VVI_SEARCH_SOBOL_H
#define VVI_SEARCH_SOBOL_H

#include "search/search.h"

/* ---- coordinates (sobol.c) --------------------------------------------------------------------------------------- */

enum { VVI_SOBOL_DIMENSIONS = 1111, VVI_SOBOL_BITS = 32 };

extern const uint16_t vvi_sobol_numbers[]; /* see there */

typedef struct vvi_directions {
    uint32_t bits[VVI_SOBOL_BITS];
} vvi_directions;

/* Reads the table, one dimension after the other. Zero-initialise. */
typedef struct vvi_sobol_reader {
    uint32_t dimension;
    size_t at;
} vvi_sobol_reader;
void vvi_sobol_next(vvi_sobol_reader *reader, vvi_directions *directions); /* up to VVI_SOBOL_DIMENSIONS times */

/* One coordinate of point `index`, in units of 2^-32. */
uint32_t vvi_sobol_point(const vvi_directions *directions, uint32_t index);
/* The same after a random scrambling of its dimension, which the key chooses. */
uint32_t vvi_sobol_scramble(uint32_t bits, vvi_key key);

/* ---- a point for a trial (sobol_sampler.c) ----------------------------------------------------------------------- */

typedef struct vvi_sobol_draw {
    const vvi_sobol *sobol;
    const vv_space *space;
    vvi_key scramble, trial;
    uint32_t index; /* of the point */
    bool plain;     /* not scrambled */
    vv_space_walk walk;
    vvi_key attempt; /* of the running one, as the rest */
    vvi_sobol_reader reader;
    size_t n_new; /* names met that have no dimension yet */
    bool again;   /* it is not the first */
} vvi_sobol_draw;
/* A sampler for trial question->trial. Its attempt 0 is the point of that number of the sequence that the question's seed
 * scrambles; later attempts are independent draws. `draw` must live as long. */
vv_status vvi_sobol_begin(const vv_question *question, vvi_sobol_draw *draw, vv_sampler *sampler,
                          vv_error *error) VV_MUST_USE;

#endif
