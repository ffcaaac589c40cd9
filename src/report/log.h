/* log.h - logs that others read while a search runs: TensorBoard's event files, CSV.
 *
 *     append.c       files that grow by whole records     log_csv.c   a row for each epoch
 *     tensorboard/   event files: tensorboard.c which there are and what is told when; messages.c, experiment.c what is
 *                    said in protocol buffers; wire.c how these are written; crc32c.c
 *
 * A log reads events and nothing else. What cannot be written is an error of that event alone: the next one is tried again,
 * and whoever runs the search decides whom to tell.
 */
#ifndef VVI_REPORT_LOG_H
#define VVI_REPORT_LOG_H

#include "base/base.h"
#include <varve/tuner.h>

/* ---- kinds of logs ---------------------------------------------------------------------------------------------- */

typedef struct vvi_log_kind {
    const char *name;
    /* Of a folder, or a file. BAD_ARG: it is something else; IO: it cannot be written. */
    vv_status (*open)(const char *path, void **log, vv_error *error);
    vv_status (*take)(void *log, const vv_event *event, vv_error *error);
    void (*close)(void *log); /* NULL is fine */
} vvi_log_kind;
extern const vvi_log_kind vvi_log_tensorboard, vvi_log_csv;

/* ---- files that grow (append.c) --------------------------------------------------------------------------------- */

/* Any number of processes may write to one file: a record is written under a lock, by one call, whole or not at all. */
typedef struct vvi_append {
    int fd; /* -1: not open */
} vvi_append;
/* `fresh`: it must not be there yet (TAKEN). */
vv_status vvi_append_open(vvi_append *file, const char *path, bool fresh, vv_error *error);
vv_status vvi_append_write(vvi_append *file, const void *bytes, size_t n, const char *path, vv_error *error);
/* For who wants to look first. A record that is written then ends the lock, too. */
void vvi_append_lock(const vvi_append *file);
void vvi_append_unlock(const vvi_append *file);
void vvi_append_close(vvi_append *file); /* any number of times */

#endif
