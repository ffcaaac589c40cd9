/* trial.h - a trial that runs, as its parent sees it: between trial.c, which runs it, and settle.c, which ends it. */
#ifndef VVI_TUNER_TRIAL_H
#define VVI_TUNER_TRIAL_H

#include "study/study.h"
#include "tuner/tuner.h"

enum { VVI_REASON_SIZE = VV_ERROR_SIZE };

struct vvi_attempt {
    const vvi_search *search;
    vv_trials trials; /* this one alone */
    const vv_trial *trial;
    vvi_working working;
    uint64_t began_mb; /* memory that this process had when it was forked */
    char checkpoint[VVI_PATH_SIZE], part[VVI_PATH_SIZE + 8];
    double kept_s; /* when its states were left with the study; 0: they were not */
    int execution; /* that is running */
    bool built;    /* its model is */
    int epochs;    /* it has reported */
    int finished;  /* executions */
    int goal;      /* epochs after which it is paused; 0: none */
    int longest;   /* epochs of the longest execution */
    bool done, stopped;
    bool lost;            /* it is another worker's now, or nobody's */
    bool enough;          /* nothing more is wanted of its process: it is to be pruned, or lost */
    vvi_pruning *pruning; /* NULL: there is no pruner */
    bool pruned;
    bool unwanted;                /* somebody wants it to end */
    char reason[VVI_REASON_SIZE]; /* why, of the last two */
};

vv_status vvi_attempt_fetch(const vvi_attempt *attempt, vv_error *error); /* files.c: before it runs */
/* Somebody else has taken it: that is no failure of this search, and nothing more is wanted of its process. */
vv_status vvi_attempt_heed_loss(vvi_attempt *attempt, vv_status status, const vv_error *said, vv_error *error);

#endif
