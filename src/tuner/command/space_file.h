/* space_file.h - the table that a space in a file becomes. See space_file.c, space_ask.c. */
#ifndef VVI_TUNER_COMMAND_SPACE_FILE_H
#define VVI_TUNER_COMMAND_SPACE_FILE_H

#include "space/space.h"
#include "tuner/command/yaml.h"
#include <varve/command.h>

typedef enum vvi_condition_how {
    VVI_AMONG = 1,
    VVI_NOT_AMONG,
    VVI_LESS,
    VVI_AT_MOST,
    VVI_MORE,
    VVI_AT_LEAST
} vvi_condition_how;

/* What the value of an earlier row must be. */
typedef struct vvi_condition_row {
    const char *name; /* "layers", "units_0", "units_{i}" */
    vvi_condition_how how;
    const vv_value *values; /* of the row's domain */
    size_t n;
    double bound;
    const struct vvi_condition_row *next;
} vvi_condition_row;

/* A hyperparameter; or, with "{i}" in its name, as many as `repeat` says. */
typedef struct vvi_space_row {
    const char *name;
    bool indexed;
    const char *repeat; /* the row that says how many; NULL: `times` */
    int times;
    vv_domain domain; /* default_value where there is one */
    const int *ints;  /* of a choice, by its type: domain.values once more */
    const double *floats;
    const char *const *texts;
    bool has_default;
    const vvi_condition_row *conditions; /* all of them must hold */
} vvi_space_row;

struct vv_space_file {
    vvi_arena arena;
    const char *name, *text;
    vv_space_settings settings;
    vvi_space_row *rows;
    size_t n_rows;
};

/* Asks for one, under this name. */
void vvi_space_row_ask(const vvi_space_row *row, const char *name, vv_hp *hp);
/* The row of a name: its own, or one with an index in place of "{i}". Of the first n. NULL: none. */
const vvi_space_row *vvi_space_file_find(const vv_space_file *file, size_t n, const char *name);
enum { VVI_ROW_NAME = 160 };
/* The name with an index in place of "{i}". */
const char *vvi_space_row_name(const char *pattern, int index, char name[VVI_ROW_NAME]);

#endif
