/* flips.c - what each hyperparameter does, by changing its value alone in many networks.
 *
 * A network is built, then again with one value changed, all others as they were, and the two are compared (effects.c).
 * All that is reported has thus been seen; what shows only in networks that are not among those looked at is missed. So
 * names of which nothing was seen are looked for once more: of a space known from end to end in all pairs of its cases
 * (unused.c), else in as many bases as it takes to say that nothing depends on them.
 */
#include "explain/flips.h"
#include "nn/nn.h"

enum { MOST_BASES = 512, MOST_BUILDS = 12000, MOST_OTHERS = 8, MOST_NAMES = 256 };

/* ---- flipping --------------------------------------------------------------------------------------------------- */

/* Has enough been seen? Once many flips of a name in a row have shown nothing new, only some are still looked at. */
static bool is_settled(vvi_effects *effects)
{
    enum { MANY = 160, ONE_IN = 8 };
    return effects->in_vain > MANY && ++effects->skipped % ONE_IN != 0;
}

static size_t count_seen(const vvi_effects *effects)
{
    return effects->n_sets + effects->adds.n + effects->perhaps.n + effects->follows.n;
}

/* Two handles serve all builds: what a build asks as the one before did costs less. */
typedef struct flipper {
    vvi_explainer *x;
    vvi_effects *effects_of;
    vvi_build base, other;
    vv_model *model; /* of the base */
} flipper;

static vv_status flip_to(flipper *f, vvi_effects *effects, const vv_active *active, uint64_t position, vv_error *error)
{
    vvi_flip flip = { .base = f->base.hp,
                      .name = active->name,
                      .value = vvi_position_value(&active->domain, position),
                      .draw = { .key = vvi_key_int(vvi_key_new(0, "explain"), (int64_t)f->x->builds) } };
    const vv_chooser chooser = vvi_chooser_flip(&flip);
    const size_t seen = count_seen(effects);
    vv_model *model = NULL;
    if (is_settled(effects)) return VV_OK;
    VVI_TRY(vvi_explain_build(f->x, &chooser, &f->other, &model, error));
    const bool comparable = model != NULL && !flip.moved;
    const bool compared = !comparable || vvi_effects_compare(f->x, effects, f->model, model);
    effects->compared += comparable;
    effects->in_vain = count_seen(effects) > seen ? 0 : effects->in_vain + comparable;
    vvi_model_give_back(f->other.hp, model);
    return compared ? VV_OK : vvi_no_memory(error);
}

/* All other values of a small domain; of a large one its ends, a neighbour, and one at random. */
static size_t choose_others(const vv_active *active, vvi_stream *stream, uint64_t others[MOST_OTHERS])
{
    const uint64_t count = vvi_position_count(&active->domain), own = vvi_position_of(&active->domain, active->value);
    size_t n = 0;
    if (count <= MOST_OTHERS) {
        for (uint64_t i = 0; i < count; i++)
            if (i != own) others[n++] = i;
        return n;
    }
    uint64_t wanted[VVI_OTHERS];
    vvi_positions_other(&active->domain, own, vvi_stream_unit(stream), wanted);
    for (size_t i = 0; i < VVI_OTHERS; i++)
        if (wanted[i] != own) others[n++] = wanted[i];
    return n;
}

static vv_status flip_name(flipper *f, const vv_active *active, vvi_stream *stream, vv_error *error)
{
    const uint32_t domain = vvi_space_find(f->x->space, active->name, &active->domain);
    uint64_t others[MOST_OTHERS];
    if (domain == VVI_NONE || vvi_position_count(&active->domain) == 1) return VV_OK;
    const size_t n = choose_others(active, stream, others);
    for (size_t i = 0; i < n; i++) VVI_TRY(flip_to(f, &f->effects_of[domain], active, others[i], error));
    return VV_OK;
}

static vv_status flip_all(flipper *f, vv_error *error)
{
    enum { AT_LEAST = 2 };
    const size_t count = vv_hp_count(f->base.hp), most = count < MOST_NAMES ? count : MOST_NAMES;
    vvi_stream stream = vvi_stream_begin(vvi_key_int(vvi_key_new(0, "flip case"), (int64_t)f->x->builds));
    const size_t from = count > most ? vvi_stream_below(&stream, count) : 0;
    for (size_t i = 0; i < most && (i < AT_LEAST || vvi_clock_s() < f->x->until_s); i++)
        VVI_TRY(flip_name(f, vv_hp_at(f->base.hp, (from + i * count / most) % count), &stream, error));
    return VV_OK;
}

static vv_status flip_case(flipper *f, const vvi_case *c, vv_error *error)
{
    VVI_TRY(vvi_explain_replay(f->x, &c->trace, &f->base, &f->model, error));
    const vv_status status = f->model == NULL ? VV_OK : flip_all(f, error);
    vvi_model_give_back(f->base.hp, f->model);
    return status;
}

/* Bases are spread over the cases, and all parts of these are seen early, should time run out. */
static vv_status flip_cases(flipper *f, vv_error *error)
{
    enum { STRIDE = 509, AT_LEAST = 2 }; /* a prime */
    const vvi_explainer *x = f->x;
    const size_t n = x->cases.n, most = n < MOST_BASES ? n : MOST_BASES;
    const size_t stride = most % STRIDE == 0 ? 1 : STRIDE;
    const double now = vvi_clock_s(), until_s = now + (x->until_s - now) / 2; /* others have to do, too */
    const uint64_t began = x->builds;
    for (size_t i = 0; i < most && x->builds - began < MOST_BUILDS; i++) {
        const vvi_case *c = &x->cases.list[i * stride % most * n / most];
        if (i >= AT_LEAST && vvi_clock_s() > until_s) break;
        if (c->buildable) VVI_TRY(flip_case(f, c, error));
    }
    return VV_OK;
}

/* One name alone, in a case that asks for it. */
static vv_status flip_name_in(flipper *f, const vvi_case *c, uint32_t domain, vv_error *error)
{
    const vv_space *space = f->x->space;
    vvi_stream stream = vvi_stream_begin(vvi_key_int(vvi_key_new(0, "flip name"), (int64_t)f->x->builds));
    VVI_TRY(vvi_explain_replay(f->x, &c->trace, &f->base, &f->model, error));
    const vv_active *active = vv_hp_find(f->base.hp, space->asked[space->domains[domain].name].name);
    f->effects_of[domain].in_vain = 0;
    const vv_status status = f->model == NULL || active == NULL ? VV_OK : flip_name(f, active, &stream, error);
    vvi_model_give_back(f->base.hp, f->model);
    return status;
}

static bool asks_for(const vvi_case *c, uint32_t domain)
{
    for (size_t i = 0; i < c->trace.n; i++)
        if (c->trace.domains[i] == domain) return c->buildable;
    return false;
}

/* Names of which nothing was seen, in more bases. */
static vv_status flip_doubtful(flipper *f, vv_error *error)
{
    const vvi_explainer *x = f->x;
    for (uint32_t domain = 0; domain < x->space->n_domains && !x->cases.all; domain++) {
        const vvi_effects *effects = &f->effects_of[domain];
        for (size_t i = 0; i < x->cases.n && vvi_clock_s() < x->until_s; i++) {
            const vvi_case *c = &x->cases.list[i];
            if (count_seen(effects) > 0 || effects->compared >= VVI_COMPARED_ENOUGH) break;
            if (asks_for(c, domain)) VVI_TRY(flip_name_in(f, c, domain, error));
        }
    }
    return VV_OK;
}

vv_status vvi_effects_find(vvi_explainer *x, vvi_effects *effects_of, vv_error *error)
{
    flipper f = { .x = x, .effects_of = effects_of };
    vv_status status = flip_cases(&f, error);
    if (status == VV_OK) status = flip_doubtful(&f, error);
    vvi_build_deinit(&f.base);
    vvi_build_deinit(&f.other);
    return status;
}
