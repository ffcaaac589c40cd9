/* exchange.h - whole studies from elsewhere: copies between stores, projects of Keras Tuner. */
#ifndef VVI_STUDY_EXCHANGE_H
#define VVI_STUDY_EXCHANGE_H

#include "study/study.h"

/* What has become of it. */
typedef struct vvi_exchanged {
    int trials, files; /* files: weights and training states */
} vvi_exchanged;

typedef struct vvi_exchange_args {
    const char *from;      /* where the study is; import: the folder */
    const char *to;        /* where the new one shall be */
    bool overwrite;        /* what is there is replaced, once the new one is whole; else BAD_ARG */
    const char *objective; /* import: "NAME", "NAME:min|max"; NULL: it is told from the scores */
} vvi_exchange_args;

/* Facts, trials with all that hangs on them, refusals, files. Trials that a worker runs become INTERRUPTED; all else is as
 * it was, numbers and times too. Of a study that is written meanwhile each trial is as it was when it was read. The new
 * study is there whole, or not at all. */
vv_status vvi_study_copy(const vvi_exchange_args *args, vvi_exchanged *exchanged, vv_error *error);
/* A project folder of Keras Tuner as a study; see import/keras_tuner.c. */
vv_status vvi_study_import_keras_tuner(const vvi_exchange_args *args, vvi_exchanged *exchanged, vv_error *error);

/* newborn.c: makes a study, which `fill` fills: whole or not at all. */
typedef struct vvi_newborn {
    const char *where;
    bool overwrite;
    vv_status (*fill)(void *context, vv_study *study, vv_error *error);
    void *context;
} vvi_newborn;
vv_status vvi_study_make(const vvi_newborn *newborn, vv_error *error);

#endif
