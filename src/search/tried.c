/* tried.c - which configurations a past holds.
 *
 * A configuration is the set of its active names and values, in whatever order they were asked for. The hash is a sum
 * over them, so that order does not matter; equal hashes are then compared value by value, so that collisions do not
 * matter either.
 */
#include "search/search.h"

#include <string.h>

static uint64_t bits_of(vv_value value)
{
    uint64_t bits = 0;
    switch (value.type) {
    case VV_VALUE_INT:
        return (uint64_t)value.i;
    case VV_VALUE_FLOAT:
        value.f += 0.0; /* -0 becomes 0 */
        memcpy(&bits, &value.f, sizeof bits);
        return bits;
    case VV_VALUE_BOOL:
        return value.b;
    case VV_VALUE_STRING:
        return vvi_hash_text(VVI_HASH_START, value.s);
    }
    return bits;
}

/* Well mixed, since the sum must not be one of nearly linear terms. */
uint64_t vvi_hash_assignment(uint64_t name_hash, vv_value value)
{
    return vvi_key_int((vvi_key){ name_hash }, (int64_t)bits_of(value)).bits;
}

static uint64_t hash_hp(const vv_hp *hp)
{
    const size_t n = vv_hp_count(hp);
    uint64_t sum = n;
    for (size_t i = 0; i < n; i++) sum += vvi_hash_assignment(vvi_hp_hash(hp, i), vv_hp_at(hp, i)->value);
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
    for (size_t at = hash & (slots->n - 1); slots->list[at].number != 0; at = (at + 1) & (slots->n - 1)) {
        const uint32_t i = slots->list[at].number - 1;
        if (slots->list[at].tag == hash >> 32 && past->rows[i].hash == hash && is_same(past, (int)i, hp)) return true;
    }
    return false;
}
