/* sobol_sampler.c - a point of Sobol's sequence for a trial of a conditional space.
 *
 * Each name with more than one value has a dimension of its own, for good: names of the space that is known beforehand in
 * the order in which builds ask for them; then names that trials have had, in the order of the trials; then names that
 * are met for the first time, in the order of asking. So a dimension is a function of the past, and a name that a trial
 * had keeps its own. A hyperparameter that is active in some of the trials gets the coordinates of just those points.
 *
 * Names past the last dimension of the table, and attempts past the first, draw uniformly, keyed as in random.c.
 */
#include "search/sobol.h"
#include "space/discovery/discovery.h"

#include <string.h>

typedef struct slot {
    uint64_t hash;
    const char *name;   /* borrowed from the space or the past; NULL: empty */
    uint32_t dimension; /* may be past the table */
} slot;

/* Invariants: n_slots is 0 or a power of two, a third of the slots is empty; the reader has read the directions of all
 * dimensions that were given, as far as the table goes. */
struct vvi_sobol {
    slot *slots;
    size_t n_slots, n;
    vvi_directions *directions;
    size_t most_directions;
    vvi_sobol_reader reader;
    size_t n_domains; /* of the past that were looked at */
    bool has_space;   /* its names have been given theirs */
};

void vvi_sobol_free(vvi_sobol *sobol)
{
    if (sobol == NULL) return;
    vvi_free(sobol->slots);
    vvi_free(sobol->directions);
    vvi_free(sobol);
}

/* ---- dimensions of names ----------------------------------------------------------------------------------------- */

/* Its slot, or the empty one where it belongs; there are slots. */
static slot *find_slot(slot *slots, size_t n_slots, const char *name, uint64_t hash)
{
    size_t at = hash & (n_slots - 1);
    while (slots[at].name != NULL && (slots[at].hash != hash || strcmp(slots[at].name, name) != 0))
        at = (at + 1) & (n_slots - 1);
    return &slots[at];
}

static bool reserve_slot(vvi_sobol *sobol)
{
    if (3 * (sobol->n + 1) <= 2 * sobol->n_slots) return true;
    const size_t n_slots = sobol->n_slots == 0 ? 32 : 2 * sobol->n_slots;
    slot *slots = vvi_calloc(n_slots, sizeof *slots);
    if (slots == NULL) return false;
    for (size_t i = 0; i < sobol->n_slots; i++) {
        const slot *old = &sobol->slots[i];
        if (old->name != NULL) *find_slot(slots, n_slots, old->name, old->hash) = *old;
    }
    vvi_free(sobol->slots);
    sobol->slots = slots;
    sobol->n_slots = n_slots;
    return true;
}

static bool reserve_directions(vvi_sobol *sobol)
{
    if (sobol->n < sobol->most_directions || sobol->n >= VVI_SOBOL_DIMENSIONS) return true;
    const size_t most = sobol->most_directions == 0 ? 16 : 2 * sobol->most_directions;
    vvi_directions *directions = vvi_realloc(sobol->directions, most * sizeof *directions);
    if (directions == NULL) return false;
    sobol->directions = directions;
    sobol->most_directions = most;
    return true;
}

static bool note_name(vvi_sobol *sobol, const char *name, const vv_domain *domain)
{
    if (vv_domain_size(domain) == 1) return true;
    const uint64_t hash = vvi_hash_text(VVI_HASH_START, name);
    if (!reserve_slot(sobol) || !reserve_directions(sobol)) return false;
    slot *place = find_slot(sobol->slots, sobol->n_slots, name, hash);
    if (place->name != NULL) return true;
    if (sobol->n < VVI_SOBOL_DIMENSIONS) vvi_sobol_next(&sobol->reader, &sobol->directions[sobol->n]);
    *place = (slot){ .hash = hash, .name = name, .dimension = (uint32_t)sobol->n++ };
    return true;
}

static bool note_asked(vvi_sobol *sobol, const vv_space *space, uint32_t number)
{
    const vvi_asked *asked = &space->asked[number];
    for (uint32_t i = asked->first_domain; i != VVI_NONE; i = space->domains[i].next)
        if (!note_name(sobol, asked->name, &space->domains[i].domain)) return false;
    return true;
}

static bool note_space(vvi_sobol *sobol, const vv_space *space)
{
    if (sobol->has_space || space == NULL) return true;
    uint32_t *order = vvi_malloc((space->n_asked + (size_t)1) * sizeof *order);
    bool done = order != NULL && vvi_space_order(space, order);
    for (uint32_t i = 0; done && i < space->n_asked; i++) done = note_asked(sobol, space, order[i]);
    vvi_free(order);
    sobol->has_space = done;
    return done;
}

/* The past numbers its domains as they come. */
static bool note_past(vvi_sobol *sobol, const vv_past *past)
{
    for (; sobol->n_domains < past->n_domains; sobol->n_domains++) {
        const vvi_past_domain *domain = &past->domains[sobol->n_domains];
        if (!note_name(sobol, past->names[domain->name], &domain->domain)) return false;
    }
    return true;
}

/* ---- drawing ----------------------------------------------------------------------------------------------------- */

static double draw_uniformly(vvi_key key, const vv_domain *domain)
{
    vvi_stream stream = vvi_stream_begin(vvi_key_int(key, (int64_t)vvi_asked_hash(domain)));
    return vvi_stream_unit(&stream);
}

/* The 32 bits are followed by 21 that no other point shares. */
static double coordinate(const vvi_sobol_draw *draw, const vvi_directions *directions, uint32_t dimension)
{
    const uint32_t bits = vvi_sobol_point(directions, draw->index);
    if (draw->plain) return (double)bits * 0x1p-32;
    const vvi_key key = vvi_key_int(draw->scramble, dimension);
    const uint64_t rest = vvi_key_int(key, -1 - (int64_t)draw->index).bits >> 43;
    return (double)((uint64_t)vvi_sobol_scramble(bits, key) << 21 | rest) * 0x1p-53;
}

/* A name that has no dimension yet gets the next one that no other has. */
static double draw_new(vvi_sobol_draw *draw, const vv_domain *domain)
{
    const size_t dimension = draw->sobol->n + draw->n_new++;
    vvi_directions directions;
    if (dimension >= VVI_SOBOL_DIMENSIONS) return draw_uniformly(draw->attempt, domain);
    vvi_sobol_next(&draw->reader, &directions);
    return coordinate(draw, &directions, (uint32_t)dimension);
}

static double draw_unit(vvi_sobol_draw *draw, const char *name, const vv_domain *domain)
{
    const vvi_sobol *sobol = draw->sobol;
    if (draw->again) return draw_uniformly(draw->attempt, domain);
    if (vv_domain_size(domain) == 1) return 0;
    if (sobol->n_slots == 0) return draw_new(draw, domain);
    const slot *place = find_slot(sobol->slots, sobol->n_slots, name, vvi_asked_hash(domain));
    if (place->name == NULL) return draw_new(draw, domain);
    if (place->dimension >= VVI_SOBOL_DIMENSIONS) return draw_uniformly(draw->attempt, domain);
    return coordinate(draw, &sobol->directions[place->dimension], place->dimension);
}

static bool choose(void *context, const char *name, const vv_domain *domain, vv_value *value)
{
    vvi_sobol_draw *draw = context;
    *value = vv_space_value(&draw->walk, name, domain, draw_unit(draw, name, domain));
    return true;
}

static vv_chooser begin_attempt(void *context, uint64_t attempt)
{
    vvi_sobol_draw *draw = context;
    draw->walk = (vv_space_walk){ .space = draw->space };
    draw->attempt = vvi_key_int(draw->trial, (int64_t)attempt);
    draw->reader = draw->sobol->reader;
    draw->n_new = 0;
    draw->again = attempt > 0;
    return (vv_chooser){ choose, draw };
}

vv_status vvi_sobol_begin(const vv_question *question, vvi_sobol_draw *draw, vv_sampler *sampler, vv_error *error)
{
    vvi_session *session = question->session;
    if (session->sobol == NULL) session->sobol = vvi_calloc(1, sizeof *session->sobol);
    vvi_sobol *sobol = session->sobol;
    if (sobol == NULL || !note_space(sobol, question->space) || !note_past(sobol, session->tried))
        return vvi_no_memory(error);
    const vvi_key key = vvi_key_new(question->seed, "sobol");
    *draw = (vvi_sobol_draw){ .sobol = sobol,
                              .space = question->space,
                              .scramble = vvi_key_int(key, -1),
                              .trial = vvi_key_int(key, question->trial),
                              .index = (uint32_t)question->trial };
    *sampler = (vv_sampler){ begin_attempt, draw };
    return VV_OK;
}
