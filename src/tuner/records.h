/* records.h - what a child process and its parent tell each other through a pair of sockets. See records.c. */
#ifndef VVI_TUNER_RECORDS_H
#define VVI_TUNER_RECORDS_H

#include "base/base.h"

typedef enum vvi_record_kind {
    VVI_RECORD_BUILT = 1, /* execution: its model is built, training begins                                    */
    VVI_RECORD_EPOCH,     /* execution, epoch, seconds, n, n times (name, value)                                 */
    VVI_RECORD_EXECUTION, /* execution, best epoch, score, seconds                                               */
    VVI_RECORD_DONE,      /* nothing: all that was to be done is done                                            */
    VVI_RECORD_STOPPED,   /* nothing: stopped on request after a whole epoch, with all that it takes to go on    */
    VVI_RECORD_ERROR,     /* status, text                                                                        */
    VVI_RECORD_NOTE,      /* text: something that the user may want to know                                      */
    VVI_RECORD_ASK,       /* from the parent: nothing                                                            */
    VVI_RECORD_ANSWER,    /* ask.c                                                                               */
    VVI_RECORD_COUNT
} vvi_record_kind;

/* ---- sending: payload first, then vvi_record_send, which always ends the payload ----------------------------------
 */

void vvi_put_int(vvi_text *payload, int64_t value);
void vvi_put_double(vvi_text *payload, double value);
void vvi_put_text(vvi_text *payload, const char *text);                /* not NULL */
bool vvi_record_send(int fd, vvi_record_kind kind, vvi_text *payload); /* payload NULL: empty */
void vvi_record_send_error(int fd, vv_status status, const char *text);

/* ---- receiving -------------------------------------------------------------------------------------------------- */

/* A record being read. Reading past the payload, or something that is not there, sets `bad` and gives 0 or "". */
typedef struct vvi_record {
    vvi_record_kind kind;
    const char *bytes; /* borrowed from the vvi_records until its next call */
    size_t n, at;
    bool bad;
} vvi_record;
int64_t vvi_get_int(vvi_record *record);
int vvi_get_count(vvi_record *record); /* an int >= 0 */
double vvi_get_double(vvi_record *record);
const char *vvi_get_text(vvi_record *record); /* lives as long as record->bytes */

/* Bytes as they come. Zero-initialise. */
typedef struct vvi_records {
    char *bytes;
    size_t n, capacity, at;
} vvi_records;
void vvi_records_deinit(vvi_records *records);
/* VV_OK; *more is false when the other end is closed. */
vv_status vvi_records_fill(vvi_records *records, int fd, bool *more, vv_error *error);

typedef enum vvi_next { VVI_NEXT_NONE, VVI_NEXT_RECORD, VVI_NEXT_GARBAGE } vvi_next;
vvi_next vvi_records_next(vvi_records *records, vvi_record *record);
/* Are there bytes left that are not a whole record? */
bool vvi_records_cut(const vvi_records *records);

#endif
