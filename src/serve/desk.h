/* desk.h - a desk is a thread that alone reads one study, and answers what it is asked.
 *
 * What it is asked for are parts; what it makes of one is kept, and shared by all who ask until the study has changed. What it
 * makes again is paced: all of it together takes at most VVI_DESK_SHARE of a core, and those who ask meanwhile get what there
 * is. While somebody looks (a viewer), it looks for changes itself, and tells. */
#ifndef VVI_SERVE_DESK_H
#define VVI_SERVE_DESK_H

#include "base/base.h"
#include "report/figures/figure.h"
#include "report/status.h"

#include <stdatomic.h>

/* ---- answers -------------------------------------------------------------------------------------------------------- */

/* Bytes of an answer, shared; JSON. */
typedef struct vvi_body {
    atomic_int uses;
    int code; /* of HTTP */
    char *bytes;
    size_t n;
    uint64_t version; /* of the study; what it was made of */
    char etag[24];
} vvi_body;
/* Takes the text. NULL: no memory. */
vvi_body *vvi_body_new(int code, vvi_text *text, uint64_t version);
vvi_body *vvi_body_hold(vvi_body *body);
void vvi_body_drop(vvi_body *body); /* NULL is fine */

/* Somebody who waits for an answer. */
typedef struct vvi_waiter {
    void (*wake)(
        void *context); /* called once `body` is there (NULL: no memory, or the desk closes), by the desk's thread */
    void *context;
    vvi_body *body; /* held */
    struct vvi_waiter *next;
} vvi_waiter;

/* ---- what it is asked for -------------------------------------------------------------------------------------------- */

typedef struct vvi_desk vvi_desk;
typedef struct vvi_part {
    const char *name;
    bool once; /* it does something: what comes of it is never kept */
    /* Adds JSON. Called by the desk's thread. */
    vv_status (*make)(vvi_desk *desk, const char *argument, vvi_text *text, vv_error *error);
} vvi_part;

typedef struct vvi_desk_args {
    const char *name, *where; /* copied. where: of the study, or of the place that studies are in */
    /* What it tells of by itself; NULL: nothing. Adds JSON. */
    vv_status (*look)(vvi_desk *desk, vvi_text *text, vv_error *error);
    void *context; /* of whoever makes parts */
} vvi_desk_args;
/* Owned: vvi_desk_stop, then vvi_desk_free. */
vv_status vvi_desk_open(const vvi_desk_args *args, vvi_desk **desk, vv_error *error);
void vvi_desk_stop(
    vvi_desk *desk); /* ends its thread; who waits is woken without a body, viewers hear that it is over */
void vvi_desk_free(vvi_desk *desk); /* nobody waits, and there are no viewers. NULL is fine */
const char *vvi_desk_name(const vvi_desk *desk);
bool vvi_desk_is_idle(vvi_desk *desk); /* nobody looks, asks, or has done so for some seconds */

/* true: waiter->body is the answer, held (NULL: no memory, or the desk closes). false: the waiter will be woken;
 * `before_waiting` is called, with its context, before it can be. */
bool vvi_desk_ask(vvi_desk *desk, const vvi_part *part, const char *argument, vvi_waiter *waiter,
                  void (*before_waiting)(void *context));
double vvi_desk_again_s(vvi_desk *desk); /* in how many seconds there may be news of what costs time */

/* ---- viewers ------------------------------------------------------------------------------------------------------------ */

/* Somebody who is told of changes. */
typedef struct vvi_viewer {
    void (*wake)(void *context); /* there is news; called with the desk's lock held */
    void *context;
    uint64_t seen;  /* the number of the news that it has got */
    double heard_s; /* when it was told anything last */
    bool asleep, alive;
    struct vvi_viewer *next;
} vvi_viewer;
void vvi_desk_add_viewer(vvi_desk *desk, vvi_viewer *viewer);
void vvi_desk_remove_viewer(vvi_desk *desk, vvi_viewer *viewer);
typedef enum vvi_news {
    VVI_NEWS_NONE,  /* the viewer sleeps until it is woken */
    VVI_NEWS_BODY,  /* *body is held */
    VVI_NEWS_ALIVE, /* a while has passed in which there was none */
    VVI_NEWS_END    /* the desk closes */
} vvi_news;
/* What is new to a viewer. `before_sleeping` is called before it can be woken. */
vvi_news vvi_desk_news(vvi_desk *desk, vvi_viewer *viewer, void (*before_sleeping)(void *context), vvi_body **body);
/* Says that we are alive to all who have not heard for a while. */
void vvi_desk_nudge(vvi_desk *desk);

/* ---- for those who make parts: called by the desk's thread -------------------------------------------------------------- */

void *vvi_desk_context(const vvi_desk *desk);
const char *vvi_desk_where(const vvi_desk *desk);
uint64_t vvi_desk_version(const vvi_desk *desk);
/* For live.c: is somebody at work, whose lease may end without anybody writing it? */
void vvi_desk_set_ages(vvi_desk *desk, bool ages);
int64_t *vvi_desk_first_request(vvi_desk *desk); /* for live.c: the first request that is still told of */
/* The study, opened to read; borrowed. */
vv_status vvi_desk_study(vvi_desk *desk, const vv_study **study, vv_error *error);
/* Is anybody at work at it now? */
vv_status vvi_desk_is_live(vvi_desk *desk, bool *live, vv_error *error);
/* The study as columns, with courses and networks: as it is now, or a moment ago where reading it takes long; borrowed. */
vv_status vvi_desk_frame(vvi_desk *desk, const vvi_frame **frame, vv_error *error);
/* What plots of that frame, of its first objective, keep; until the next one is read. */
vvi_plot_memo *vvi_desk_memo(vvi_desk *desk);
/* How it is getting on: the same. */
vv_status vvi_desk_status(vvi_desk *desk, const vvi_status **status, vv_error *error);

#endif
