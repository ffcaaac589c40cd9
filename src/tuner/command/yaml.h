/* yaml.h - a small YAML document as a tree whose every node knows its line and column. See yaml.c. */
#ifndef VVI_TUNER_COMMAND_YAML_H
#define VVI_TUNER_COMMAND_YAML_H

#include "base/base.h"

typedef enum vvi_yaml_kind { VVI_YAML_TEXT = 1, VVI_YAML_LIST, VVI_YAML_MAP } vvi_yaml_kind;

/* What a text means is for whoever reads it: nothing is taken for a number or a boolean here. */
typedef struct vvi_yaml {
    vvi_yaml_kind kind;
    int line, column; /* counted from 1 */
    const char *text; /* of a TEXT */
    bool quoted;
    const struct vvi_yaml *key;    /* of a member of a map: its key, a TEXT; NULL: it is no such member */
    struct vvi_yaml *first, *next; /* members, in order; the next one of the same list or map */
    size_t n;                      /* members */
} vvi_yaml;

/* The tree lives in the arena. `name`: of the file, for errors. BAD_ARG: "NAME:LINE:COLUMN: ...". */
vv_status vvi_yaml_parse(const char *text, size_t n, const char *name, vvi_arena *arena, const vvi_yaml **root,
                         vv_error *error);
/* "NAME:LINE:COLUMN: ...": something is wrong with a node. BAD_ARG. */
vv_status vvi_yaml_fail(const vvi_yaml *node, const char *name, vv_error *error, const char *format, ...)
    VV_PRINTF(4, 5);
/* The member with this key; NULL: none. */
const vvi_yaml *vvi_yaml_member(const vvi_yaml *map, const char *key);
/* "a text", "a list", "a map". */
const char *vvi_yaml_kind_name(vvi_yaml_kind kind);

/* What a plain text means. Numbers are decimal, as JSON has them, with a sign if need be; true and false are the only
 * booleans. A quoted text is none of them. */
bool vvi_yaml_number(const vvi_yaml *node, double *number);
bool vvi_yaml_whole(const vvi_yaml *node, long long *number);
bool vvi_yaml_boolean(const vvi_yaml *node, bool *boolean);

#endif
