/* tried.c - which configurations a past holds.
 *
 * A configuration is the set of its active names and values, in whatever order they were asked for. The hash is a sum
 * over them, so that order does not matter; equal hashes are then compared value by value, so that collisions do not
 * matter either.
 */
#include "search/search.h"

#include <string.h>

uint64_t vvi_hash_assignment(const char *name, vv_value value)
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

static uint64_t hash_hp(const vv_hp *hp)
{
    uint64_t sum = vv_hp_count(hp);
    for (size_t i = 0; i < vv_hp_count(hp); i++)
        sum += vvi_hash_assignment(vv_hp_at(hp, i)->name, vv_hp_at(hp, i)->value);
    return sum;
}

/* A trial's names are distinct, so equal counts and each value found mean equal sets. */
static bool is_same(const vv_past *past, int id, const vv_hp *hp)
{
    const size_t n = vvi_past_shape(past, id)->n;
    if (n != vv_hp_count(hp)) return false;
    for (size_t i = 0; i < n; i++) {
        const vv_active mine = vv_past_value(past, id, i);
        const vv_active *active = vv_hp_find(hp, mine.name);
        if (active == NULL || !vv_value_equal(active->value, mine.value)) return false;
    }
    return true;
}

bool vvi_past_contains(const vv_past *past, const vv_hp *hp)
{
    const struct vvi_slots *slots = &past->by_values;
    if (slots->n == 0) return false;
    const uint64_t hash = hash_hp(hp);
    for (size_t at = hash & (slots->n - 1); slots->list[at] != 0; at = (at + 1) & (slots->n - 1)) {
        const uint32_t i = slots->list[at] - 1;
        if (past->rows[i].hash == hash && is_same(past, (int)i, hp)) return true;
    }
    return false;
}
