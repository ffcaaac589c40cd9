/* space_read.h - what the readers of a space in a file share. */
#ifndef VVI_TUNER_COMMAND_SPACE_READ_H
#define VVI_TUNER_COMMAND_SPACE_READ_H

#include "tuner/command/space_file.h"

typedef struct vvi_space_reading {
    vv_space_file *file;  /* its rows so far */
    const vvi_yaml *node; /* of this row */
    vvi_space_row *row;
    vv_hp *hp; /* has been asked for all rows so far, under the names that they have in the file */
    vv_error *error;
} vvi_space_reading;

/* Something is wrong with a node. BAD_ARG. */
#define VVI_SPACE_FAIL(r, node, ...) vvi_yaml_fail((node), (r)->file->name, (r)->error, __VA_ARGS__)
/* "min must be a whole number, not 1.5". */
vv_status vvi_space_must_be(const vvi_space_reading *r, const vvi_yaml *node, const char *what);
vv_status vvi_space_take_whole(const vvi_space_reading *r, const vvi_yaml *node, int *number);
/* Only keys that are among n names, `stride` bytes apart. */
vv_status vvi_space_check_keys(const vvi_space_reading *r, const vvi_yaml *map, const void *names, size_t n,
                               size_t stride);

/* space_row.c: the next row. */
vv_status vvi_space_take_row(vvi_space_reading *r, const vvi_yaml *node);
/* space_when.c: when it is asked for, and how often. */
vv_status vvi_space_take_when(vvi_space_reading *r, const vvi_yaml *node);
vv_status vvi_space_take_repeat(vvi_space_reading *r, const vvi_yaml *node);

#endif
