/* intervals.c - memory shared by what is never alive at the same time: first fit, in the order given.
 *
 * Sizes are rounded up to 64 bytes' worth of floats, so that every place is as aligned as the block.
 */
#include "nn/plan.h"

static bool collide(const vvi_interval *a, const vvi_interval *b)
{
    return a->begin <= b->end && b->begin <= a->end && a->offset < b->offset + b->size &&
           b->offset < a->offset + a->size;
}

/* Moves intervals[at] behind the first of its elders it collides with; false: it collides with none. */
static bool bump(vvi_interval *intervals, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (collide(&intervals[i], &intervals[at])) {
            intervals[at].offset = intervals[i].offset + intervals[i].size;
            return true;
        }
    return false;
}

size_t vvi_intervals_pack(vvi_interval *intervals, size_t n)
{
    size_t total = 0;
    for (size_t i = 0; i < n; i++) {
        intervals[i].size = (intervals[i].size + 15) / 16 * 16;
        intervals[i].offset = 0;
        while (bump(intervals, i)) {
        }
        const size_t end = intervals[i].offset + intervals[i].size;
        if (end > total) total = end;
    }
    return total;
}
