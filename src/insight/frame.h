/* frame.h - a frame while it is read: what frame.c hands to the files that fill in its columns. */
#ifndef VVI_INSIGHT_FRAME_H
#define VVI_INSIGHT_FRAME_H

#include "insight/insight.h"

typedef struct vvi_framing {
    vvi_frame *frame;
    vv_trials trials; /* its rows, in that order */
    vv_error *error;
} vvi_framing;

/* Fills in variables and their values (frame_variables.c). */
vv_status vvi_frame_read_variables(vvi_framing *f);
/* Fills in structures and costs (frame_networks.c). */
vv_status vvi_frame_read_networks(vvi_framing *f);

/* n things of a column, in the frame's arena, zeroed. NULL: no memory. */
void *vvi_frame_column(vvi_frame *frame, size_t n, size_t size);

#endif
