/* tried.c - the set of configurations that a history holds.
 *
 * A configuration is the set of its active names and values, in whatever order they were asked for. The hash is a sum
 * over them, so that order does not matter; equal hashes are then compared value by value, so that collisions do not
 * matter either.
 */
#include "search/search.h"

#include <string.h>

static uint64_t hash_value(const char *name, vv_value value)
{
    uint64_t hash = vvi_hash_text(VVI_HASH_START, name);
    switch (value.type) {
    case VV_VALUE_INT:
        hash = vvi_hash_bytes(hash, &value.i, sizeof value.i);
        break;
    case VV_VALUE_FLOAT:
        hash = vvi_hash_number(hash, value.f);
        break;
    case VV_VALUE_BOOL:
        hash = vvi_hash_bytes(hash, &(char){ value.b }, 1);
        break;
    case VV_VALUE_STRING:
        hash = vvi_hash_text(hash, value.s);
        break;
    }
    hash ^= hash >> 32; /* the sum must not be a sum of nearly linear terms */
    hash *= UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 29;
}

static uint64_t hash_trial(const vv_past_trial *trial)
{
    uint64_t sum = trial->n_values;
    for (size_t i = 0; i < trial->n_values; i++) sum += hash_value(trial->values[i].name, trial->values[i].value);
    return sum;
}

static uint64_t hash_hp(const vv_hp *hp)
{
    uint64_t sum = vv_hp_count(hp);
    for (size_t i = 0; i < vv_hp_count(hp); i++) sum += hash_value(vv_hp_at(hp, i)->name, vv_hp_at(hp, i)->value);
    return sum;
}

vv_status vvi_tried_init(vvi_tried *tried, const vv_past_trial *history, size_t n, vv_error *error)
{
    *tried = (vvi_tried){ .history = history, .n_slots = 16 };
    while (tried->n_slots < 2 * n) tried->n_slots *= 2;
    tried->hashes = vvi_calloc(n + 1, sizeof *tried->hashes);
    tried->slots = vvi_calloc(tried->n_slots, sizeof *tried->slots);
    if (tried->hashes == NULL || tried->slots == NULL) {
        vvi_tried_deinit(tried);
        return vvi_no_memory(error);
    }
    for (size_t i = 0; i < n; i++) {
        tried->hashes[i] = hash_trial(&history[i]);
        size_t at = tried->hashes[i] & (tried->n_slots - 1);
        while (tried->slots[at] != 0) at = (at + 1) & (tried->n_slots - 1);
        tried->slots[at] = (uint32_t)(i + 1);
    }
    return VV_OK;
}

/* A trial's names are distinct, so equal counts and each value found mean equal sets. */
static bool is_same(const vv_past_trial *trial, const vv_hp *hp)
{
    if (trial->n_values != vv_hp_count(hp)) return false;
    for (size_t i = 0; i < trial->n_values; i++) {
        const vv_active *active = vv_hp_find(hp, trial->values[i].name);
        if (active == NULL || !vv_value_equal(active->value, trial->values[i].value)) return false;
    }
    return true;
}

bool vvi_tried_contains(const vvi_tried *tried, const vv_hp *hp)
{
    const uint64_t hash = hash_hp(hp);
    for (size_t at = hash & (tried->n_slots - 1); tried->slots[at] != 0; at = (at + 1) & (tried->n_slots - 1)) {
        const size_t i = tried->slots[at] - 1;
        if (tried->hashes[i] == hash && is_same(&tried->history[i], hp)) return true;
    }
    return false;
}

void vvi_tried_deinit(vvi_tried *tried)
{
    vvi_free(tried->hashes);
    vvi_free(tried->slots);
    *tried = (vvi_tried){ 0 };
}
