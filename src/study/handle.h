/* handle.h - what a vv_study is, for the files that make up its public half: study.c, place.c, worker.c. */
#ifndef VVI_STUDY_HANDLE_H
#define VVI_STUDY_HANDLE_H

#include "study/study.h"

struct vv_study {
    const vvi_store_row *store;
    void *state;        /* NULL: detached */
    vvi_folder folder;  /* of a study in a folder */
    char *shown;        /* where it is, without a password */
    char *url;          /* of a study in a database: URL, NUL, name */
    char *checkpoints;  /* the folder that files of trials are in */
    bool moves;         /* ... which is this handle's own: the database has copies */
    vvi_store_args how; /* its texts are owned here, or by `folder` */
    char worker[128];
    bool write;
};

/* VV_OK: it was opened to write. */
vv_status vvi_study_check_writer(const vv_study *study, vv_error *error);
/* place.c: for new requests, whoever works at the study. */
vv_status vvi_study_open_for_requests(const char *where, vv_study **study, vv_error *error);
/* "HOST-PID-RANDOM", of which there is no second. */
vv_status vvi_worker_name(char *name, size_t size, vv_error *error);

#endif
