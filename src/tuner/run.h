/* run.h - a trial in its own process, from the inside.
 *
 * run.c        its executions, one after the other
 * run_report.c what happens after each epoch: a callback of fit
 * run_state.c  the files that an execution goes on from
 */
#ifndef VVI_TUNER_RUN_H
#define VVI_TUNER_RUN_H

#include "nn/training.h"
#include "tuner/tuner.h"

/* The epoch with the best finite objective; the first of those that are equal. */
typedef struct vvi_best {
    bool any;
    int epoch;
    double value;
    float *weights; /* owned: all of the model's arrays, one after the other; NULL: none yet */
} vvi_best;

typedef struct vvi_running {
    const vvi_run *run;
    int fd;
    int execution, epoch; /* epochs that this execution has */
    int stored;           /* of them, those that the study has already */
    double began_s;       /* the process */
    double epoch_began_s;
    double seconds_before;    /* that this execution took in other processes */
    vvi_text log;             /* of all its epochs: the payloads of VVI_RECORD_EPOCH, one after the other */
    vvi_best best;            /* of this execution */
    vvi_best kept;            /* of the executions that have ended */
    size_t n_weights;         /* in floats */
    const vvi_training *from; /* this execution's state; NULL: none that is of use */
    double writing_s;         /* went into states so far */
    double last_writing_s;    /* into the latest; 0: none was written */
    bool noted;               /* that a state could not be written */
    bool at_goal;             /* the execution has reached it */
    bool stopped;             /* on request */
} vvi_running;

/* ---- run.c ---- */

/* Takes note of an epoch's objective; true: it is the best so far. */
bool vvi_run_note_best(const vvi_running *r, vvi_best *best, int epoch, double value);
/* Copies all weights of a model out to `flat`, or back in; returns how many there are. flat NULL: only counts. */
size_t vvi_run_copy_weights(vv_model *model, float *flat, bool back);

/* ---- run_report.c ---- */

vv_callback vvi_run_reporter(vvi_running *r);

/* ---- run_state.c ---- */

/* An epoch as the log has it. Names are borrowed from the log. */
typedef struct vvi_logged {
    int execution, epoch;
    double seconds, objective; /* NaN: there is none */
    const char *bytes;
    size_t n; /* of bytes */
} vvi_logged;
/* The next epoch of a log; false: there is none, or the log is bad. With `trial`, its values must also be those that the
 * trial's curves have. */
bool vvi_log_next(vvi_record *log, const char *objective, const vv_trial *trial, vvi_logged *logged);

/* Opens the state of the execution that the model is for, if it is there, whole, and agrees with what the study has of it.
 * False: it is trained from its beginning. */
bool vvi_state_open(const vvi_running *r, const vv_model *model, vvi_training *state);
/* Fit has gone on from r->from: takes up its log and its best, and reports what the study does not have. */
vv_status vvi_state_take_up(vvi_running *r, vv_error *error);
/* The study has this execution, and r->from has all of it: its best is there without training. */
bool vvi_state_is_whole(const vvi_running *r);
/* After an epoch: writes the state, if there was time enough since the last ones, or `now`. Never fails: what cannot be
 * written is trained again. */
void vvi_state_write(vvi_running *r, const vv_model *model, bool now);

#endif
