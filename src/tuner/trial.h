/* trial.h - an attempt at a trial, between the file that runs it and the one that says how it ended. */
#ifndef VVI_TUNER_TRIAL_H
#define VVI_TUNER_TRIAL_H

#include "tuner/tuner.h"

struct vvi_attempt {
    const vvi_search *search;
    vv_trials trials; /* this one alone */
    const vv_trial *trial;
    vvi_working working;
    uint64_t began_mb; /* memory that this process had when it was forked */
    char checkpoint[VVI_PATH_SIZE], part[VVI_PATH_SIZE + 8];
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
    char reason[VV_ERROR_SIZE]; /* why */
};

/* What became of a call about its trial: TAKEN says that it is another's, which is no failure of this search. */
vv_status vvi_attempt_heed_loss(vvi_attempt *attempt, vv_status status, const vv_error *said, vv_error *error);

#endif
