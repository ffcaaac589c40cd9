/* search.h - floor 2, inside: what the oracles share. */
#ifndef VVI_SEARCH_SEARCH_H
#define VVI_SEARCH_SEARCH_H

#include "base/base.h"
#include <varve/search.h>

/* ---- what was tried: a set of configurations, compared by their active values ----------------------------------- */

/* Zero-initialise; end with vvi_tried_deinit. Borrows the history. */
typedef struct vvi_tried {
    const vv_past_trial *history;
    uint64_t *hashes; /* of each trial */
    uint32_t *slots;  /* trial number + 1; 0: empty */
    size_t n_slots;   /* a power of two */
} vvi_tried;
vv_status vvi_tried_init(vvi_tried *tried, const vv_past_trial *history, size_t n, vv_error *error) VV_MUST_USE;
bool vvi_tried_contains(const vvi_tried *tried, const vv_hp *hp); /* exactly; hashes only say where to look */
void vvi_tried_deinit(vvi_tried *tried);

/* ---- proposing -------------------------------------------------------------------------------------------------- */

/* A way to draw: attempt 0, 1, ... of one ask. Fills in a chooser for it, valid until the next call. */
typedef struct vvi_sampler {
    vv_chooser (*attempt)(void *context, uint64_t attempt);
    void *context;
} vvi_sampler;

/* Draws until a configuration builds and was not tried; after many unlucky draws in a row looks at the whole space, and
 * takes one of what is left, each with the same chance, or answers EXHAUSTED; GAVE_UP where looking settles nothing. */
vv_status vvi_search_propose(const vv_question *question, const vvi_sampler *sampler, vv_answer *answer,
                             vv_error *error) VV_MUST_USE;

/* ---- the rows of the registry, one file each -------------------------------------------------------------------- */

extern const vv_oracle_kind vvi_oracle_random;

#endif
