/* sqlite_domains.c - names and domains while trials are read: each is kept with every value in the database, but there
 * are few different ones, and reading one from its JSON takes longer than all else about a value. */
#include "study/stores/sqlite_read.h"

#include <string.h>

enum { FIRST_SLOTS = 64 };

struct vvi_sqlite_domain {
    vv_active known; /* without a value */
    const char *json;
    uint64_t hash;
};

static size_t find_slot(const vvi_sqlite_domains *d, const char *name, const char *json, uint64_t hash)
{
    size_t at = hash & (d->n_slots - 1);
    for (; d->slots[at] != 0; at = (at + 1) & (d->n_slots - 1)) {
        const vvi_sqlite_domain *one = &d->list[d->slots[at] - 1];
        if (one->hash == hash && strcmp(one->known.name, name) == 0 && strcmp(one->json, json) == 0) break;
    }
    return at;
}

/* At most half of the slots are in use. */
static bool make_room(vvi_arena *arena, vvi_sqlite_domains *d)
{
    if (!vvi_arena_reserve(arena, &d->list, d->n, sizeof *d->list)) return false;
    if (2 * (d->n + 1) <= d->n_slots) return true;
    const size_t n_slots = d->n_slots == 0 ? FIRST_SLOTS : 2 * d->n_slots;
    uint32_t *slots = vvi_arena_alloc(arena, n_slots * sizeof *slots);
    if (slots == NULL) return false;
    d->slots = slots;
    d->n_slots = n_slots;
    for (size_t i = 0; i < d->n; i++) {
        size_t at = d->list[i].hash & (n_slots - 1);
        while (slots[at] != 0) at = (at + 1) & (n_slots - 1);
        slots[at] = (uint32_t)(i + 1);
    }
    return true;
}

static vv_status add(const vvi_sqlite_reading *r, const char *name, const char *json, uint64_t hash)
{
    vvi_sqlite_domains *d = r->domains;
    if (!make_room(r->arena, d)) return vvi_no_memory(r->error);
    vvi_sqlite_domain *one = &d->list[d->n];
    *one = (vvi_sqlite_domain){ .hash = hash, .json = vvi_arena_strdup(r->arena, json) };
    one->known.name = vvi_arena_strdup(r->arena, name);
    if (one->json == NULL || one->known.name == NULL) return vvi_no_memory(r->error);
    VVI_TRY(vvi_domain_from_json(json, name, r->arena, &one->known.domain, r->error));
    d->slots[find_slot(d, name, json, hash)] = (uint32_t)++d->n;
    return VV_OK;
}

vv_status vvi_sqlite_domain_read(const vvi_sqlite_reading *r, const char *name, const char *json, vv_active *active)
{
    const vvi_sqlite_domains *d = r->domains;
    const uint64_t hash = vvi_hash_text(vvi_hash_text(VVI_HASH_START, name), json);
    if (d->n_slots == 0 || d->slots[find_slot(d, name, json, hash)] == 0) VVI_TRY(add(r, name, json, hash));
    *active = d->list[d->slots[find_slot(d, name, json, hash)] - 1].known;
    return VV_OK;
}
