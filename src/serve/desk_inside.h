/* desk_inside.h - what a desk is, for the files that make it up: desk.c, desk_ask.c, desk_read.c. */
#ifndef VVI_SERVE_DESK_INSIDE_H
#define VVI_SERVE_DESK_INSIDE_H

#include "serve/desk.h"

#include <pthread.h>
#include <sys/types.h>

/* What was asked for, and who waits for it. */
typedef struct vvi_desk_answer {
    const vvi_part *part;
    char *argument;
    vvi_body *body; /* the last one; NULL: none yet */
    bool wanted;
    vvi_waiter *waiters;
    double used_s;
    struct vvi_desk_answer *next; /* the newest first */
} vvi_desk_answer;

/* What its thread alone touches. */
typedef struct vvi_desk_reading {
    vv_study *study;
    dev_t device; /* the file that it was opened as */
    ino_t file;
    uint64_t mark; /* of the study when it was looked at last */
    bool marked;
    bool ages;        /* what was told grows old though nobody writes: leases end */
    double changed_s; /* when a change was seen last */
    double read_s;    /* processor time that all readings have taken, of the study as columns and of its status */
    vvi_frame frame;
    vvi_plot_memo memo; /* of plots of that frame */
    vvi_status status;
    uint64_t frame_version, status_version; /* 0: there is none */
    int64_t first_request;
    uint64_t made_of; /* the oldest version that what is being made was made of */
} vvi_desk_reading;

struct vvi_desk {
    char *name, *where;
    vv_status (*look)(vvi_desk *desk, vvi_text *text, vv_error *error);
    void *context;
    pthread_t thread;
    vvi_desk_reading reading;

    pthread_mutex_t lock; /* of all below */
    pthread_cond_t asked;
    bool stop;
    vvi_desk_answer *answers;
    size_t n_answers;
    vvi_viewer *viewers;
    vvi_body *news;
    uint64_t news_number;
    uint64_t version;           /* counts changes of the study that were seen, from 1 */
    double looked_s;            /* when it was known to be of this version */
    double pause_s;             /* between two looks */
    double saw_s;               /* when it looked last, to tell viewers */
    double looks_s, looks_at_s; /* processor time of looks that is yet to be paid for by waiting; as of then */
    double touched_s;           /* when somebody asked or looked last */
    double debt_s, debt_at_s;   /* processor time that was taken and is yet to be paid for by waiting */
};

/* desk_ask.c, with the lock held */
vvi_desk_answer *vvi_desk_next_wanted(const vvi_desk *desk);
void vvi_desk_forget_all(vvi_desk *desk);                                      /* answers that nobody waits for */
void vvi_desk_settle(vvi_desk *desk, vvi_desk_answer *answer, vvi_body *body); /* takes the body; wakes who waits */
void vvi_desk_tell(vvi_desk *desk, vvi_body *news);                            /* takes it; wakes the viewers */
double vvi_desk_debt(vvi_desk *desk);                                          /* now */

/* desk_read.c, by its thread */
/* Has the study changed since the last call? The study is opened, or opened again if another lies in its place. */
vv_status vvi_desk_check(vvi_desk *desk, bool *changed, vv_error *error);
void vvi_desk_let_go(vvi_desk *desk); /* of the study and of what was read */
int vvi_serve_code(vv_status status); /* of HTTP */
double vvi_desk_thread_s(void);       /* processor time of the calling thread */

/* Of a core. What is made again is made when less than this is owed. */
#define VVI_DESK_SHARE    0.02
#define VVI_DESK_CREDIT_S 0.05

#endif
