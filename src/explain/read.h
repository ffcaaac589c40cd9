/* read.h - inside of explain: members of JSON objects into structs, by tables (read_members.c), for read.c.
 *
 * What is read was written by others. A member that is missing or of another kind ends the reading: the first one is told.
 */
#ifndef VVI_EXPLAIN_READ_H
#define VVI_EXPLAIN_READ_H

#include "explain/explain.h"
#include <jansson.h>

typedef struct vvi_reader {
    vvi_arena *arena;
    vv_explanation *e; /* hyperparameters are read first: other parts name them */
    vv_status status;
    char member[64]; /* the one that cannot be read */
} vvi_reader;

/* One member of an object: how it is read, and where in the struct it goes. */
typedef struct vvi_member {
    const char *key;
    void (*read)(vvi_reader *reader, const json_t *object, const char *key, void *place);
    size_t offset;
} vvi_member;

/* What a list holds: structs of that size, each read by those members. */
typedef struct vvi_members {
    const vvi_member *list;
    size_t n, size;
} vvi_members;
#define VVI_MEMBERS(table, type)                                                                                       \
    {                                                                                                                  \
        table, sizeof(table) / sizeof(table)[0], sizeof(type)                                                          \
    }

void vvi_read_fail(vvi_reader *reader, vv_status status, const char *key);
/* All members of an object; `object` may be anything, or NULL. */
void vvi_read_members(vvi_reader *reader, const json_t *object, const vvi_members *members, void *base);
/* A list of objects: n structs in the arena; NULL: none. */
void *vvi_read_list(vvi_reader *reader, const json_t *object, const char *key, const vvi_members *members, size_t *n);

/* ---- kinds of members: what `place` points to -------------------------------------------------------------------- */

void vvi_read_text(vvi_reader *reader, const json_t *object, const char *key, void *place);    /* const char * */
void vvi_read_text_or(vvi_reader *reader, const json_t *object, const char *key, void *place); /* NULL for null */
void vvi_read_texts(vvi_reader *reader, const json_t *object, const char *key, void *place);   /* vv_texts */
void vvi_read_count(vvi_reader *reader, const json_t *object, const char *key, void *place);   /* uint64_t */
void vvi_read_limit(vvi_reader *reader, const json_t *object, const char *key, void *place);   /* the same; null: 0 */
void vvi_read_number(vvi_reader *reader, const json_t *object, const char *key, void *place);  /* size_t */
void vvi_read_int(vvi_reader *reader, const json_t *object, const char *key, void *place);     /* int */
void vvi_read_real(vvi_reader *reader, const json_t *object, const char *key, void *place);    /* double */
void vvi_read_bool(vvi_reader *reader, const json_t *object, const char *key, void *place);    /* bool */
void vvi_read_shape(vvi_reader *reader, const json_t *object, const char *key,
                    void *place); /* vv_shape; null: rank 0 */
void vvi_read_standing(vvi_reader *reader, const json_t *object, const char *key, void *place);  /* vv_standing */
void vvi_read_precision(vvi_reader *reader, const json_t *object, const char *key, void *place); /* vv_precision */
void vvi_read_role(vvi_reader *reader, const json_t *object, const char *key, void *place);      /* vv_role */
void vvi_read_size(vvi_reader *reader, const json_t *object, const char *key, void *place);      /* vv_size */
void vvi_read_values(vvi_reader *reader, const json_t *object, const char *key, void *place);    /* vv_values */

#endif
