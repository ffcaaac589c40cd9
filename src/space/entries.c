/* entries.c - the entries of a handle: their list, their hash table, and what the next build takes over.
 *
 * Builds of one function differ little: they ask mostly for the same names with the same domains in the same order. So
 * a handle that is reset keeps its entries. As long as each question is the one that the build before asked at this
 * place, its entry is taken over with all that was checked, copied and hashed for it, and only the value is new. The
 * first other question of a new name drops the rest.
 *
 * Invariants: the names of list[0..n_known) differ; those of list[0..n) are active; n <= n_known <= capacity.
 */
#include "space/handle.h"

#include <string.h>

/* ---- the table -------------------------------------------------------------------------------------------------- */

vvi_entry *vvi_hp_find_entry(const vv_hp *hp, const char *full, uint64_t hash)
{
    const size_t mask = 2 * hp->capacity - 1;
    for (size_t at = hash & mask; hp->slots[at] != 0; at = (at + 1) & mask) {
        const size_t number = hp->slots[at] - 1;
        vvi_entry *entry = hp->list[number];
        if (entry->hash == hash && strcmp(entry->active.name, full) == 0) return number < hp->n ? entry : NULL;
    }
    return NULL;
}

const vvi_entry *vvi_entry_of(const vv_domain *domain)
{
    return (const void *)((const char *)domain - offsetof(vvi_entry, active.domain));
}

uint64_t vvi_asked_hash(const vv_domain *domain)
{
    return vvi_entry_of(domain)->hash;
}

uint64_t vvi_hp_hash(const vv_hp *hp, size_t index)
{
    return hp->list[index]->hash;
}

static void put_slot(uint32_t *slots, size_t capacity, uint64_t hash, size_t number)
{
    const size_t mask = 2 * capacity - 1;
    size_t at = hash & mask;
    while (slots[at] != 0) at = (at + 1) & mask;
    slots[at] = (uint32_t)(number + 1);
}

static bool grow(vv_hp *hp)
{
    const size_t capacity = 2 * hp->capacity;
    vvi_entry **list = vvi_calloc(capacity, sizeof(vvi_entry *) + 2 * sizeof(uint32_t));
    if (list == NULL) {
        vvi_no_memory(&hp->error);
        return false;
    }
    uint32_t *slots = (uint32_t *)(list + capacity);
    memcpy(list, hp->list, hp->n * sizeof(vvi_entry *));
    for (size_t i = 0; i < hp->n; i++) put_slot(slots, capacity, list[i]->hash, i);
    vvi_free(hp->tables);
    hp->tables = list;
    hp->list = list;
    hp->slots = slots;
    hp->capacity = capacity;
    return true;
}

bool vvi_hp_add_entry(vv_hp *hp, vvi_entry *entry)
{
    if (hp->n == hp->capacity && !grow(hp)) return false;
    put_slot(hp->slots, hp->capacity, entry->hash, hp->n);
    hp->list[hp->n++] = entry;
    hp->n_known = hp->n;
    return true;
}

/* ---- the next build --------------------------------------------------------------------------------------------- */

void vvi_hp_reset(vv_hp *hp, const vv_chooser *chooser)
{
    vvi_arena_empty(&hp->arena);
    hp->chooser = chooser == NULL ? (vv_chooser){ 0 } : *chooser;
    hp->error = (vv_error){ 0 };
    hp->n = 0;
    hp->scope = NULL;
    hp->first_condition = hp->last_condition = NULL;
    hp->journal = NULL;
    hp->over_limit = false;
}

/* Bit by bit: -0 equals 0 and is another value. */
static bool same_double(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

bool vvi_value_same(vv_value a, vv_value b)
{
    if (a.type != b.type) return false;
    switch (a.type) {
    case VV_VALUE_INT:
        return a.i == b.i;
    case VV_VALUE_FLOAT:
        return same_double(a.f, b.f);
    case VV_VALUE_BOOL:
        return a.b == b.b;
    case VV_VALUE_STRING:
        return a.s != NULL && b.s != NULL && strcmp(a.s, b.s) == 0;
    }
    return false;
}

/* The scope's length tells "b" in scope "a/" from a name that should not have a '/'. */
static bool has_name(const vvi_entry *entry, const vvi_scope *scope, const char *name)
{
    const size_t prefix = scope == NULL ? 0 : scope->length;
    if (entry->prefix != prefix || strcmp(entry->active.name + prefix, name) != 0) return false;
    return prefix == 0 || memcmp(entry->active.name, scope->prefix, prefix) == 0;
}

static bool has_domain(const vvi_entry *entry, const vv_domain *asked)
{
    const vv_domain *known = &entry->active.domain;
    if (known->kind != asked->kind || known->type != asked->type || known->sampling != asked->sampling ||
        known->n_values != asked->n_values)
        return false;
    if (!same_double(known->min, asked->min) || !same_double(known->max, asked->max) ||
        !same_double(known->step, asked->step))
        return false;
    for (size_t i = 0; i < known->n_values; i++)
        if (!vvi_value_same(known->values[i], asked->values[i])) return false;
    if (asked->default_value.type == 0) return !entry->has_default;
    return entry->has_default && vvi_value_same(known->default_value, asked->default_value);
}

vvi_entry *vvi_hp_expected(const vv_hp *hp, const char *name, const vv_domain *asked)
{
    if (hp->n == hp->n_known || name == NULL) return NULL;
    vvi_entry *entry = hp->list[hp->n];
    return has_name(entry, hp->scope, name) && has_domain(entry, asked) ? entry : NULL;
}

/* Last in, first out: then no other entry was put past the slot that becomes empty. */
void vvi_hp_drop_rest(vv_hp *hp)
{
    if (hp->n == hp->n_known) return;
    const size_t mask = 2 * hp->capacity - 1;
    const vvi_arena_mark before = hp->list[hp->n]->before;
    for (; hp->n_known > hp->n; hp->n_known--) {
        size_t at = hp->list[hp->n_known - 1]->hash & mask;
        while (hp->slots[at] != hp->n_known) at = (at + 1) & mask;
        hp->slots[at] = 0;
    }
    vvi_arena_rewind(&hp->entries, before);
}

/* ---- the builder's own ------------------------------------------------------------------------------------------ */

void vvi_hp_keep(vv_hp *hp, void *thing, void (*free_thing)(void *thing))
{
    if (hp == NULL) {
        if (thing != NULL) free_thing(thing);
        return;
    }
    if (hp->kept != NULL) hp->free_kept(hp->kept);
    hp->kept = thing;
    hp->free_kept = free_thing;
}

void *vvi_hp_take(vv_hp *hp)
{
    void *thing = hp == NULL ? NULL : hp->kept;
    if (hp != NULL) hp->kept = NULL;
    return thing;
}
