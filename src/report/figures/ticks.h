/* ticks.h - where numbers stand on an axis, and how they are written. */
#ifndef VVI_REPORT_FIGURES_TICKS_H
#define VVI_REPORT_FIGURES_TICKS_H

#include "report/figures/figure.h"

enum { VVI_MOST_TICKS = 24, VVI_TICK_LABEL = 40 };
typedef struct vvi_tick {
    double at;
    char label[VVI_TICK_LABEL];
    const char *word; /* in its place, raw, on an axis of words; else NULL */
} vvi_tick;
typedef struct vvi_ticks {
    vvi_tick list[VVI_MOST_TICKS];
    size_t n; /* at least 1, at most what was wanted, for an axis with low < high */
} vvi_ticks;
/* At most `most` (2 to VVI_MOST_TICKS) of them within [low, high], ascending. */
void vvi_ticks_make(const vvi_axis *axis, size_t most, vvi_ticks *ticks);

#endif
