/* history.h - histories from the inside: a table that grows by epochs. */
#ifndef VVI_NN_HISTORY_H
#define VVI_NN_HISTORY_H

#include "base/base.h"
#include <varve/train.h>

/* Names are copied. Room for `epochs` rows (a few thousand at most) is there at once, so that rows are added without
 * allocating. NULL: out of memory. */
vv_history *vvi_history_new(const char *const *names, size_t n, int epochs);
/* One more row of n values; they need not be aligned. */
vv_status vvi_history_add(vv_history *history, const void *values, vv_error *error);
/* All values, epoch by epoch. NULL: none. */
size_t vvi_history_size(const vv_history *history);
const double *vvi_history_values(const vv_history *history);

#endif
