/* standing.h - how good trials are, whatever happened to them, for oracles that go by ranks. */
#ifndef VVI_SEARCH_STANDING_H
#define VVI_SEARCH_STANDING_H

#include "search/search.h"

typedef enum vvi_standing {
    VVI_WHOLE,     /* completed, losses finite, constraints kept */
    VVI_CUT_SHORT, /* the same, but pruned: losses are those of fewer epochs */
    VVI_FORBIDDEN, /* violates a constraint */
    VVI_USELESS,   /* failed, or a loss is not finite */
    VVI_UNFINISHED /* running, interrupted, paused: not known yet */
} vvi_standing;
vvi_standing vvi_trial_standing(const vv_past *past, int id);

/* -1: a is better than b; 0; 1. By standing; whole ones by their first loss, those cut short by how far they came and
 * then by loss, forbidden ones by violation and then by loss, useless ones not at all. */
int vvi_trial_compare(const vv_past *past, int a, int b);
/* Puts the better ones first, of equal ones the earlier trial; `room`: n places. */
void vvi_trials_sort(const vv_past *past, int *ids, size_t n, int *room);

/* ---- which trials were counted -----------------------------------------------------------------------------------
 *
 * For a search that goes over the trials in the order of their ids, taking the finished ones and passing over the others.
 * Begin with zeros; vvi_counted_deinit. */
typedef struct vvi_counted {
    bool *list; /* of each trial that was gone over: was it finished? */
    size_t most, changes;
} vvi_counted;
void vvi_counted_deinit(vvi_counted *counted);
/* Trials from..to - 1 are gone over, as they are now. */
vv_status vvi_counted_go_over(vvi_counted *counted, const vv_past *past, int from, int to, vv_error *error) VV_MUST_USE;
/* The first trial before `end` that has news since the last call: it is finished now, or was and has changed. `end`:
 * there is none. */
int vvi_counted_first_news(vvi_counted *counted, const vv_past *past, int end);

#endif
