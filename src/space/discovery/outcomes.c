/* outcomes.c - the tables of a space: names, the domains each was asked for with, and what builds came to. */
#include "space/discovery/discovery.h"

#include <string.h>

/* ---- numbers by hash -------------------------------------------------------------------------------------------- */

struct vvi_index_slot {
    uint64_t hash;
    uint32_t number; /* + 1; 0: empty */
};

uint32_t vvi_index_find(const vvi_index *index, uint64_t hash, vvi_index_same same, const void *context)
{
    if (index->n_slots == 0) return VVI_NONE;
    const uint32_t mask = index->n_slots - 1;
    for (uint32_t at = (uint32_t)hash & mask; index->slots[at].number != 0; at = (at + 1) & mask) {
        const struct vvi_index_slot *slot = &index->slots[at];
        if (slot->hash == hash && same(context, slot->number - 1)) return slot->number - 1;
    }
    return VVI_NONE;
}

static void put_slot(struct vvi_index_slot *slots, uint32_t n_slots, struct vvi_index_slot slot)
{
    uint32_t at = (uint32_t)slot.hash & (n_slots - 1);
    while (slots[at].number != 0) at = (at + 1) & (n_slots - 1);
    slots[at] = slot;
}

static bool grow_index(vvi_index *index)
{
    const uint32_t n_slots = index->n_slots == 0 ? 64 : 2 * index->n_slots;
    struct vvi_index_slot *slots = n_slots == 0 ? NULL : vvi_calloc(n_slots, sizeof *slots);
    if (slots == NULL) return false;
    for (uint32_t i = 0; i < index->n_slots; i++)
        if (index->slots[i].number != 0) put_slot(slots, n_slots, index->slots[i]);
    vvi_free(index->slots);
    index->slots = slots;
    index->n_slots = n_slots;
    return true;
}

bool vvi_index_add(vvi_index *index, uint64_t hash, uint32_t number)
{
    if (2 * (index->n + 1) > index->n_slots && !grow_index(index)) return false;
    put_slot(index->slots, index->n_slots, (struct vvi_index_slot){ hash, number + 1 });
    index->n++;
    return true;
}

void vvi_index_deinit(vvi_index *index)
{
    vvi_free(index->slots);
    *index = (vvi_index){ 0 };
}

/* ---- a space ---------------------------------------------------------------------------------------------------- */

void vvi_space_init(vv_space *space, vvi_arena *arena)
{
    *space = (vv_space){ .arena = arena, .root = VVI_NONE, .pure = true, .depth = VVI_DEPTH_SAMPLED };
}

void vvi_space_seal(vv_space *space)
{
    vvi_index_deinit(&space->by_name);
    vvi_index_deinit(&space->by_label);
    vvi_index_deinit(&space->by_branches);
}

/* ---- names and domains ------------------------------------------------------------------------------------------ */

typedef struct named {
    const vv_space *space;
    const char *name;
} named;

static bool has_name(const void *context, uint32_t number)
{
    const named *n = context;
    return strcmp(n->space->asked[number].name, n->name) == 0;
}

uint32_t vvi_space_find_name(const vv_space *space, const char *name)
{
    const named n = { space, name };
    if (space->by_name.n_slots > 0)
        return vvi_index_find(&space->by_name, vvi_hash_text(VVI_HASH_START, name), has_name, &n);
    for (uint32_t i = 0; i < space->n_asked; i++)
        if (has_name(&n, i)) return i;
    return VVI_NONE;
}

static uint32_t add_name(vv_space *space, const char *name, uint64_t hash, uint32_t after)
{
    if (!vvi_arena_reserve(space->arena, &space->asked, space->n_asked, sizeof *space->asked)) return VVI_NONE;
    const char *copy = vvi_arena_strdup(space->arena, name);
    if (copy == NULL || !vvi_index_add(&space->by_name, hash, space->n_asked)) return VVI_NONE;
    space->asked[space->n_asked] = (vvi_asked){ .name = copy, .first_domain = VVI_NONE, .after = after };
    return space->n_asked++;
}

uint32_t vvi_space_find_domain(const vv_space *space, uint32_t name, const vv_domain *domain)
{
    uint32_t i = space->asked[name].first_domain;
    while (i != VVI_NONE && !vv_domain_equal(&space->domains[i].domain, domain)) i = space->domains[i].next;
    return i;
}

uint32_t vvi_space_find(const vv_space *space, const char *name, const vv_domain *domain)
{
    const uint32_t number = vvi_space_find_name(space, name);
    return number == VVI_NONE ? VVI_NONE : vvi_space_find_domain(space, number, domain);
}

/* A value whose text lives as long as the space. false: no memory. */
static bool own_value(vv_space *space, vv_value *value)
{
    if (value->type == VV_VALUE_STRING) value->s = vvi_arena_strdup(space->arena, value->s);
    return value->type != VV_VALUE_STRING || value->s != NULL;
}

static bool own_domain(vv_space *space, vv_domain *domain)
{
    if (!own_value(space, &domain->default_value)) return false;
    if (domain->n_values == 0) return true;
    vv_value *values = vvi_arena_alloc(space->arena, domain->n_values * sizeof *values);
    if (values == NULL) return false;
    for (size_t i = 0; i < domain->n_values; i++) {
        values[i] = domain->values[i];
        if (!own_value(space, &values[i])) return false;
    }
    domain->values = values;
    return true;
}

/* At the end of the name's list, so that the domain met first stays the first. */
static uint32_t add_domain(vv_space *space, uint32_t name, const vv_domain *domain)
{
    const uint32_t number = space->n_domains;
    vv_domain own = *domain;
    if (!vvi_arena_reserve(space->arena, &space->domains, number, sizeof *space->domains) || !own_domain(space, &own))
        return VVI_NONE;
    space->domains[number] = (vvi_asked_domain){ .name = name, .next = VVI_NONE, .domain = own };
    uint32_t *link = &space->asked[name].first_domain;
    while (*link != VVI_NONE) link = &space->domains[*link].next;
    *link = number;
    space->asked[name].n_domains++;
    return space->n_domains++;
}

bool vvi_space_note(vv_space *space, const char *name, uint64_t hash, const vv_domain *domain, uint32_t after,
                    uint32_t *name_number, uint32_t *domain_number)
{
    const named n = { space, name };
    *name_number = vvi_index_find(&space->by_name, hash, has_name, &n);
    if (*name_number == VVI_NONE) *name_number = add_name(space, name, hash, after);
    if (*name_number == VVI_NONE) return false;
    *domain_number = vvi_space_find_domain(space, *name_number, domain);
    if (*domain_number == VVI_NONE) *domain_number = add_domain(space, *name_number, domain);
    return *domain_number != VVI_NONE;
}

bool vvi_space_note_at(vv_space *space, const vv_hp *hp, size_t i, uint32_t *name, uint32_t *domain)
{
    const vv_active *active = vv_hp_at(hp, i);
    const uint64_t hash = vvi_hash_text(VVI_HASH_START, active->name);
    return vvi_space_note(space, active->name, hash, &active->domain, i == 0 ? VVI_NONE : *name, name, domain);
}

bool vvi_space_note_all(vv_space *space, const vv_hp *hp)
{
    uint32_t name, domain;
    for (size_t i = 0; i < vv_hp_count(hp); i++)
        if (!vvi_space_note_at(space, hp, i, &name, &domain)) return false;
    return true;
}

/* A name that was met late goes right behind its predecessor, before those that were met there earlier: these come
 * later in the builds in which it exists. So names are a tree, each under its predecessor, the latest first, and the
 * order is that of walking it. */
bool vvi_space_order(const vv_space *space, uint32_t *order)
{
    const uint32_t n = space->n_asked;
    uint32_t *first = vvi_malloc((2 * (size_t)n + 2) * sizeof *first), *next = first + n + 1;
    if (first == NULL) return false;
    for (uint32_t i = 0; i <= n; i++) first[i] = VVI_NONE;
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t under = space->asked[i].after == VVI_NONE ? n : space->asked[i].after;
        next[i] = first[under];
        first[under] = i;
    }
    uint32_t at = n, placed = 0;
    while (placed < n) {
        if (first[at] != VVI_NONE) { /* down */
            const uint32_t child = first[at];
            first[at] = next[child];
            order[placed++] = child;
            at = child;
        } else { /* up */
            at = space->asked[at].after == VVI_NONE ? n : space->asked[at].after;
        }
    }
    vvi_free(first);
    return true;
}

/* ---- outcomes --------------------------------------------------------------------------------------------------- */

/* The reason with its layer's name in full and no numbers after it. */
static uint64_t label_of_reason(const char *reason)
{
    const char *colon = strchr(reason, ':');
    uint64_t hash = VVI_HASH_START;
    bool in_number = false;
    for (const char *c = reason; *c != '\0'; c++) {
        const bool masked = colon != NULL && c > colon && *c >= '0' && *c <= '9';
        if (!masked || !in_number) hash = vvi_hash_bytes(hash, masked ? "#" : c, 1);
        in_number = masked;
    }
    return hash;
}

static bool has_label(const void *context, uint32_t number)
{
    const vv_space *space = ((const named *)context)->space;
    return space->outcomes[number].buildable == (((const named *)context)->name == NULL);
}

static const vv_assignment *own_values(vv_space *space, const vv_hp *hp)
{
    const size_t n = vv_hp_count(hp);
    vv_assignment *values = vvi_arena_alloc(space->arena, (n + 1) * sizeof *values);
    for (size_t i = 0; values != NULL && i < n; i++) {
        const vv_active *active = vv_hp_at(hp, i);
        const uint32_t name = vvi_space_find_name(space, active->name);
        values[i].value = active->value;
        values[i].name = name == VVI_NONE ? vvi_arena_strdup(space->arena, active->name) : space->asked[name].name;
        if (values[i].name == NULL || !own_value(space, &values[i].value)) return NULL;
    }
    return values;
}

/* Is it what the build before came to? Hashing a reason costs more than comparing it. */
static bool is_last(const vv_space *space, const vvi_build *build)
{
    if (space->n_outcomes == 0) return false;
    const vvi_outcome *last = &space->outcomes[space->last_outcome];
    if (build->buildable || last->buildable)
        return build->buildable && last->buildable && last->label == build->built.structure;
    return strcmp(last->reason, build->reason.text) == 0;
}

bool vvi_space_end(vv_space *space, const vvi_build *build, uint32_t *end)
{
    const char *reason = build->buildable ? NULL : build->reason.text;
    *end = VVI_END | space->last_outcome;
    if (is_last(space, build)) return true;
    const uint64_t label = build->buildable ? build->built.structure : label_of_reason(reason);
    const named n = { space, reason };
    uint32_t number = vvi_index_find(&space->by_label, label, has_label, &n);
    if (number == VVI_NONE) {
        number = space->n_outcomes;
        if (number + 1 == VVI_END ||
            !vvi_arena_reserve(space->arena, &space->outcomes, number, sizeof *space->outcomes) ||
            !vvi_index_add(&space->by_label, label, number))
            return false;
        vvi_outcome outcome = { .buildable = build->buildable, .label = label, .progress = build->built.progress };
        outcome.values = own_values(space, build->hp);
        outcome.n_values = vv_hp_count(build->hp);
        if (reason != NULL) outcome.reason = vvi_arena_strdup(space->arena, reason);
        if (outcome.values == NULL || (reason != NULL && outcome.reason == NULL)) return false;
        space->outcomes[space->n_outcomes++] = outcome;
    }
    space->last_outcome = number;
    *end = VVI_END | number;
    return true;
}
