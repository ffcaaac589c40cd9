/* tuning.h - one run of a user's function: what it is told, and what it has said. See tune.c, tune_run.c. */
#ifndef VVI_TUNER_TUNING_H
#define VVI_TUNER_TUNING_H

#include "tuner/tuner.h"

enum { VVI_STEP_METRICS = 64 };

/* What belongs to one step: names live as long as the run of the function. */
typedef struct vvi_step_metrics {
    const char *names[VVI_STEP_METRICS];
    double values[VVI_STEP_METRICS];
    size_t n;
} vvi_step_metrics;

struct vv_tuning {
    const vvi_run *run; /* NULL: only the space is looked at */
    vv_hp *hp;
    int fd, execution;
    int most;        /* steps that it shall stop after; VVI_EPOCHS_OPEN: any number */
    bool went;       /* was vv_tuning_go called? */
    size_t asked;    /* values, until then */
    vv_error failed; /* the first failure */
    double *values;  /* of the objective, by step: as stored */
    size_t n, capacity;
    const vv_curve *stored;      /* of the objective, from before; NULL: none */
    int best;                    /* step; -1: none is finite */
    double began_s;              /* this step */
    bool stopping;               /* the search wants it to stop after this step */
    vvi_step_metrics next, last; /* what waits for its step; what the last step had */
    vvi_arena arena;
    bool has_folder;
    char folder[VVI_PATH_SIZE];
};

/* One step more, unless it is stored: then that one stays. false: it has failed. */
bool vvi_tuning_take_step(vv_tuning *tuning, double value);

#endif
