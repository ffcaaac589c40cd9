/* descend.c - a cheaper configuration, by changing one value at a time (coordinate descent).
 *
 * Each hyperparameter in turn gets the best of a few values: of many the ends, and from the second round on the middle and
 * the neighbours; until nothing helps. What a value adds or takes away in names comes and goes with it; new ones begin
 * with their defaults.
 */
#include "explain/ranges.h"

enum { MOST_ROUNDS = 8, TRY_ALL = 8, TRIED = 8 };

typedef struct descent {
    vvi_explainer *x;
    const vvi_aim *aim;
    vvi_build base; /* the best so far */
    vvi_facts facts;
    int round;
    bool level; /* as good will do: the defaults, for whatever does not matter */
} descent;

static void swap(vvi_build *a, vvi_build *b)
{
    const vvi_build c = *a;
    *a = *b;
    *b = c;
}

static vv_status check_inside(const descent *d, bool *inside, vv_error *error)
{
    vvi_trace trace;
    if (d->aim->inside == NULL) return VV_OK;
    if (!vvi_trace_of(d->x, d->x->other.hp, &trace)) return vvi_no_memory(error);
    *inside = d->aim->inside(d->aim->context, &trace);
    return VV_OK;
}

/* *taken: the build with that value is the best so far. */
static vv_status try_value(descent *d, const char *name, vv_value value, bool *taken, vv_error *error)
{
    vvi_explainer *x = d->x;
    vvi_flip flip = { .base = d->base.hp, .name = name, .value = value, .presets = true };
    const vv_chooser chooser = vvi_chooser_flip(&flip);
    const vv_builder builder = vvi_explain_builder(x);
    *taken = false;
    VVI_TRY(vvi_build_run(&builder, &chooser, &x->other, error));
    x->builds++;
    if (!x->other.buildable) return VV_OK;
    const double now = d->aim->badness(d->aim->context, &x->facts);
    const double before = d->aim->badness(d->aim->context, &d->facts);
    *taken = now < before || (d->level && now <= before);
    if (*taken) VVI_TRY(check_inside(d, taken, error));
    if (!*taken) return VV_OK;
    d->facts = x->facts;
    swap(&d->base, &x->other);
    return VV_OK;
}

static size_t choose_positions(const descent *d, const vv_domain *domain, uint64_t own, uint64_t positions[TRIED])
{
    const uint64_t count = vvi_position_count(domain);
    size_t n = 0;
    if (d->level) {
        positions[n++] = vvi_position_of(domain, domain->default_value);
    } else if (count <= TRY_ALL) {
        while (n < count) positions[n] = n, n++;
    } else if (d->round == 0) {
        positions[n++] = count - 1;
        positions[n++] = 0;
    } else {
        positions[n++] = vvi_position_between(domain, 0, count - 1, 0.5);
        if (own > 0) positions[n++] = own - 1;
        if (own + 1 < count) positions[n++] = own + 1;
    }
    return n;
}

/* Handles change places on the way: names and domains are the space's. */
static vv_status try_values(descent *d, size_t number, bool *any, vv_error *error)
{
    const vv_space *space = d->x->space;
    const vv_active *active = vv_hp_at(d->base.hp, number);
    const uint32_t at = vvi_space_find(space, active->name, &active->domain);
    if (at == VVI_NONE) return VV_OK;
    const vv_domain domain = space->domains[at].domain;
    const uint64_t own = vvi_position_of(&domain, active->value);
    uint64_t positions[TRIED];
    const size_t n = choose_positions(d, &domain, own, positions);
    for (size_t i = 0; i < n; i++) {
        bool taken = false;
        const vv_value value = vvi_position_value(&domain, positions[i]);
        if (positions[i] != own)
            VVI_TRY(try_value(d, space->asked[space->domains[at].name].name, value, &taken, error));
        *any = *any || taken;
    }
    return VV_OK;
}

static vv_status descend(descent *d, vv_error *error)
{
    bool any = true;
    for (d->round = 0; (any || d->round == 1) && d->round < MOST_ROUNDS; d->round++) {
        any = false;
        for (size_t i = 0; i < vv_hp_count(d->base.hp); i++) {
            if (vvi_clock_s() > d->x->until_s) return VV_OK;
            VVI_TRY(try_values(d, i, &any, error));
        }
        if (d->level) return VV_OK;
    }
    return VV_OK;
}

static vv_status begin(descent *d, const vvi_case *c, vv_error *error)
{
    vv_model *model = NULL;
    VVI_TRY(vvi_explain_replay(d->x, &c->trace, &d->base, &model, error));
    if (model != NULL) vvi_model_give_back(d->base.hp, model);
    d->facts = c->facts;
    return VV_OK;
}

vv_status vvi_descend(vvi_explainer *x, const vvi_aim *aim, vvi_case *c, vv_error *error)
{
    descent d = { .x = x, .aim = aim };
    vv_status status = begin(&d, c, error);
    if (status == VV_OK) status = descend(&d, error);
    d.level = true;
    if (status == VV_OK) status = descend(&d, error);
    if (status == VV_OK && !vvi_trace_of(x, d.base.hp, &c->trace)) status = vvi_no_memory(error);
    if (status == VV_OK) c->facts = d.facts;
    vvi_build_deinit(&d.base);
    return status;
}
