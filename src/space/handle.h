/* handle.h - the inside of vv_hp, for the files of this module alone.
 *
 * Two lifetimes: entries, with their names and domains, live until they are dropped (entries.c), everything else until
 * the build ends. Entries never move once they are made. A hash table of slots (entry number + 1; 0: empty) finds
 * names; both tables start inside the handle, so that a small build allocates little. Invariants: n_known <= capacity,
 * n_slots = 2 * capacity, a power of two; an entry is listed only when it is complete.
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
    uint64_t hash;    /* of the full name */
    uint64_t size;    /* of the domain */
    size_t prefix;    /* how much of the name are scopes */
    bool has_default; /* was the default asked for, or is it the first value? */
    vvi_arena_mark before;
} vvi_entry;

typedef struct vvi_scope {
    const struct vvi_scope *outer;
    size_t length;
    char prefix[]; /* "block_1/conv/" */
} vvi_scope;

struct vv_hp {
    vvi_arena arena;   /* of one build */
    vvi_arena entries; /* and what they point to */
    vv_chooser chooser;
    vv_error error;
    vvi_entry **list; /* n that this build asked for, then those that the build before asked for after them */
    uint32_t *slots;
    size_t n, n_known, capacity;
    void *tables;           /* owned: both, once they have left the handle */
    const vvi_scope *scope; /* the innermost; NULL: none */
    vvi_condition *first_condition, *last_condition;
    char *journal; /* NULL: none */
    size_t journal_size;
    bool over_limit; /* is that its error? */
    void *kept;      /* the builder's; NULL: nothing */
    void (*free_kept)(void *thing);
    vvi_entry *first_list[VVI_FIRST_CAPACITY];
    uint32_t first_slots[2 * VVI_FIRST_CAPACITY];
};

/* Asks for `name` in the current scope. `domain` and its values are copied when the name is new; a default_value of
 * type 0 stands for the first value. NULL: an error, now or before. */
const vv_active *vvi_hp_ask(vv_hp *hp, const char *name, const vv_domain *domain);

/* The hyperparameter `name` as seen from `scope` alone (NULL: from outside all scopes); NULL: not active. */
const vv_active *vvi_hp_find_in(const vv_hp *hp, const vvi_scope *scope, const char *name);

/* For choosers: the entry that they are asked for, by the domain they were given. */
const vvi_entry *vvi_entry_of(const vv_domain *domain);
/* entries.c: the active entry of a full name; NULL: there is none. */
vvi_entry *vvi_hp_find_entry(const vv_hp *hp, const char *full, uint64_t hash);
/* The entry of the build before at this place, if it asked there exactly the same; else NULL. */
vvi_entry *vvi_hp_expected(const vv_hp *hp, const char *name, const vv_domain *asked);
/* Drops the entries that this build has not asked for, then adds one. false: no memory, with the error set. */
void vvi_hp_drop_rest(vv_hp *hp);
bool vvi_hp_add_entry(vv_hp *hp, vvi_entry *entry);
/* The same type and the same bits or text; NULL strings never are. */
bool vvi_value_same(vv_value a, vv_value b);

/* journal.c: notes a value that was given, in the journal that there is. */
void vvi_hp_note(vv_hp *hp, const vv_active *active);

/* Zeroed memory of the build for n items; NULL, with the error set: out of memory. */
void *vvi_hp_alloc(vv_hp *hp, size_t n, size_t size);
char *vvi_hp_strdup(vv_hp *hp, const char *text);

#endif
