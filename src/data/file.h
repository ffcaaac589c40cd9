/* file.h - reading plain and gzipped files alike. */
#ifndef VVI_DATA_FILE_H
#define VVI_DATA_FILE_H

#include "base/base.h"
#include <zlib.h>

typedef struct vvi_file {
    gzFile gz;
    const char *path; /* borrowed */
    uint64_t most;    /* no more bytes than this can come out of it */
} vvi_file;

/* NOT_FOUND, IO. Close it in any case. */
vv_status vvi_file_open(vvi_file *file, const char *path, vv_error *error);
/* Up to n bytes; *got is less than n only at the end. */
vv_status vvi_file_read_some(vvi_file *file, void *bytes, size_t n, size_t *got, vv_error *error);
/* Exactly n bytes; FORMAT when the file is cut short. */
vv_status vvi_file_read(vvi_file *file, void *bytes, size_t n, vv_error *error);
/* There must be nothing left. */
vv_status vvi_file_finish(vvi_file *file, vv_error *error);
void vvi_file_close(vvi_file *file);
/* The whole file and a NUL. *bytes: owned, vvi_free. An empty file is refused. */
vv_status vvi_file_read_all(const char *path, char **bytes, size_t *n, vv_error *error);

#endif
