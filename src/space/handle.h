/* handle.h - the inside of vv_hp, for the files of this module alone.
 *
 * Everything lives in one arena and dies with the handle. Entries never move once they are made. A hash table of slots
 * (entry number + 1; 0: empty) finds names; both tables start inside the handle, so that a small build allocates
 * little. Invariants: n <= capacity, n_slots = 2 * capacity, a power of two; an entry is listed only when it is
 * complete.
 */
#ifndef VVI_SPACE_HANDLE_H
#define VVI_SPACE_HANDLE_H

#include "space/space.h"

enum {
    VVI_MAX_NAME = 127,      /* bytes of one name or scope                */
    VVI_MAX_FULL_NAME = 511, /* of a name with its scopes                 */
    VVI_FIRST_CAPACITY = 16
};

typedef struct vvi_entry {
    vv_active active;
    uint64_t hash; /* of the full name */
} vvi_entry;

typedef struct vvi_scope {
    const struct vvi_scope *outer;
    size_t length;
    char prefix[]; /* "block_1/conv/" */
} vvi_scope;

struct vv_hp {
    vvi_arena arena;
    vv_chooser chooser;
    vv_error error;
    vvi_entry **list;
    uint32_t *slots;
    size_t n, capacity;
    const vvi_scope *scope; /* the innermost; NULL: none */
    vvi_condition *first_condition, *last_condition;
    vvi_line journal; /* text NULL: none */
    vvi_entry *first_list[VVI_FIRST_CAPACITY];
    uint32_t first_slots[2 * VVI_FIRST_CAPACITY];
};

/* Asks for `name` in the current scope. `domain` and its values are copied when the name is new; a default_value of
 * type 0 stands for the first value. NULL: an error, now or before. */
const vv_active *vvi_hp_ask(vv_hp *hp, const char *name, const vv_domain *domain);

/* The hyperparameter `name` as seen from `scope` alone (NULL: from outside all scopes); NULL: not active. */
const vv_active *vvi_hp_find_in(const vv_hp *hp, const vvi_scope *scope, const char *name);

/* Zeroed memory of the handle for n items; NULL, with the error set: out of memory. */
void *vvi_hp_alloc(vv_hp *hp, size_t n, size_t size);
char *vvi_hp_strdup(vv_hp *hp, const char *text);

#endif
