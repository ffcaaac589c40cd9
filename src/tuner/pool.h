/* pool.h - trials at once: between pool.c, which runs them, and requests.c, which does what others want of them. */
#ifndef VVI_TUNER_POOL_H
#define VVI_TUNER_POOL_H

#include "tuner/tuner.h"

struct vvi_pool {
    vvi_search *search;
    vvi_attempt **attempts; /* that run: `n` of `search->workers` places */
    int n;
    vvi_asker asker;
    struct pollfd *waiting;  /* of the attempts, the asker, the store's ear */
    bool stopping;           /* somebody said so */
    bool proposing;          /* no other worker proposes now */
    uint64_t changes;        /* that may make a difference to what is to be done */
    uint64_t claimed, asked; /* how many there were when trials were claimed, and another was asked for */
    vv_stop_reason reason;   /* as of then; 0: none */
    int open;                /* trials that had not ended then */
    double beat_at_s;

    bool paused;        /* nothing is begun, and what ran has ended or is about to */
    bool going_on;      /* ... which ends as soon as nothing runs any more */
    double paused_at_s; /* by our clock */
    int64_t from, seen; /* requests before these: are answered all; were looked at */
    bool left;          /* some are open that could not be carried out here and now */
    double looked_at_s; /* for new ones */
    double again_at_s;  /* when those that were left are looked at again */
};

/* ---- pool.c ---- */

/* Takes out one whose process has ended, and settles it. */
vv_status vvi_pool_end(struct vvi_pool *p, int index, vv_error *error);
/* What is being proposed is let go. */
void vvi_pool_let_go(struct vvi_pool *p);
/* Nothing is begun any more, and what runs ends its epoch. */
void vvi_pool_stop(struct vvi_pool *p);

/* ---- requests.c ---- */

vv_status vvi_pool_requests_begin(struct vvi_pool *p, vv_error *error);
/* Each time around: what is new is carried out and answered. */
vv_status vvi_pool_heed(struct vvi_pool *p, vv_error *error);
vv_status vvi_pool_requests_end(struct vvi_pool *p, vv_error *error);

#endif
