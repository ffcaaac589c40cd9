/* switches.c - whose values decide which names and layers there are, and whether anything can be built.
 *
 * What a build function does with a value cannot be seen from outside. So in many builds, drawn at random, every value
 * is changed by itself to a few others: the ends of its domain, its neighbour, one at random. A name for which that
 * changes what is asked for or built is a switch. What shows only in a corner that no base lies in is missed here;
 * spaces that are known by such tests alone are never called exact.
 */
#include "space/discovery/discovery.h"

#include <string.h>

enum { MOST_NAMES = 64 }; /* that are changed in one base */

/* ---- signatures ------------------------------------------------------------------------------------------------- */

static uint64_t mix(uint64_t word)
{
    word ^= word >> 32;
    word *= UINT64_C(0x9e3779b97f4a7c15);
    return word ^ word >> 29;
}

/* A sum, so that the order of asking does not count. */
bool vvi_space_sign(vv_space *space, const vvi_build *build, uint64_t *signature)
{
    uint64_t sum = mix(build->buildable ? build->built.structure : 1);
    uint32_t name, domain;
    for (size_t i = 0; i < vv_hp_count(build->hp); i++) {
        if (!vvi_space_note_at(space, build->hp, i, &name, &domain)) return false;
        sum += mix(domain + UINT64_C(0x100000000));
    }
    *signature = sum;
    return true;
}

static vv_status run_signed(const vvi_tester *t, const vv_chooser *chooser, uint64_t *signature, vv_error *error)
{
    VVI_TRY(vvi_build_run(t->builder, chooser, t->other, error));
    t->space->builds++;
    return vvi_space_sign(t->space, t->other, signature) ? VV_OK : vvi_no_memory(error);
}

vv_status vvi_switches_sign(const vvi_tester *t, const vvi_build *base, const vv_active *active, uint64_t position,
                            uint64_t *signature, vv_error *error)
{
    vvi_flip flip = { .base = base->hp,
                      .name = active->name,
                      .value = vvi_position_value(&active->domain, position),
                      .draw = { .key = vvi_key_int(vvi_key_new(0, "flip"), (int64_t)t->space->builds) } };
    const vv_chooser chooser = vvi_chooser_flip(&flip);
    return run_signed(t, &chooser, signature, error);
}

/* ---- switches --------------------------------------------------------------------------------------------------- */

static vv_status test_name(const vvi_tester *t, const vvi_build *base, uint64_t signature, const vv_active *active,
                           vvi_stream *stream, vv_error *error)
{
    const uint32_t name = vvi_space_find_name(t->space, active->name);
    const uint64_t own = vvi_position_of(&active->domain, active->value);
    uint64_t others[VVI_OTHERS];
    if (t->space->asked[name].switches || vvi_position_count(&active->domain) == 1) return VV_OK;
    vvi_positions_other(&active->domain, own, vvi_stream_unit(stream), others);
    for (int i = 0; i < VVI_OTHERS && !t->space->asked[name].switches; i++) {
        uint64_t changed = signature;
        if (others[i] != own) VVI_TRY(vvi_switches_sign(t, base, active, others[i], &changed, error));
        if (changed != signature) t->space->asked[name].switches = true;
    }
    return VV_OK;
}

static vv_status test_base(const vvi_tester *t, size_t number, vv_error *error)
{
    const vvi_build *base = &t->bases[number];
    const size_t n = vv_hp_count(base->hp);
    vvi_stream stream = vvi_stream_begin(vvi_key_int(vvi_key_new(0, "other values"), (int64_t)number));
    uint64_t signature;
    if (!vvi_space_sign(t->space, base, &signature)) return vvi_no_memory(error);
    const size_t most = n < MOST_NAMES ? n : MOST_NAMES;
    const size_t from = n > most ? vvi_stream_below(&stream, n) : 0;
    for (size_t i = 0; i < most; i++) {
        if (vvi_clock_s() > t->until_s) return VV_OK;
        VVI_TRY(test_name(t, base, signature, vv_hp_at(base->hp, (from + i * n / most) % n), &stream, error));
    }
    return VV_OK;
}

vv_status vvi_switches_find(const vvi_tester *tester, vv_error *error)
{
    for (size_t i = 0; i < tester->n_bases; i++) VVI_TRY(test_base(tester, i, error));
    return VV_OK;
}
