/* build.c - one run of a builder: built, refused for its own values, or an error that ends a search; and whether a
 * build is what it must be, a function of its hyperparameters alone.
 */
#include "space/discovery/build.h"

#include <math.h>
#include <string.h>

void vvi_build_deinit(vvi_build *build)
{
    vv_hp_free(build->hp);
    *build = (vvi_build){ 0 };
}

vv_status vvi_build_run(const vv_builder *builder, const vv_chooser *chooser, vvi_build *build, vv_error *error)
{
    vv_hp *hp = build->hp;
    if (hp != NULL)
        vvi_hp_reset(hp, chooser);
    else
        hp = vv_hp_new(chooser);
    *build = (vvi_build){ .hp = hp };
    if (hp == NULL) return vvi_no_memory(error);
    const vv_status status = builder->build(builder->context, build->hp, &build->built, &build->reason);
    vvi_hp_detach(build->hp);
    vv_status fatal = vvi_hp_is_over_limit(build->hp) ? VV_OK : vv_hp_status(build->hp);
    if (fatal != VV_OK) {
        vvi_fail(error, fatal, "%s", vv_hp_error(build->hp));
    } else if (status == VV_NO_MEMORY) {
        fatal = vvi_no_memory(error);
    }
    if (fatal != VV_OK) {
        vvi_build_deinit(build);
        return fatal;
    }
    build->buildable = status == VV_OK;
    if (!build->buildable && build->reason.text[0] == '\0') vvi_fail(&build->reason, status, "%s", vv_strerror(status));
    return VV_OK;
}

/* ---- drawing, flipping ------------------------------------------------------------------------------------------ */

static bool draw_value(void *context, const char *name, const vv_domain *domain, vv_value *value)
{
    const vvi_draw *draw = context;
    vvi_stream stream = vvi_stream_begin(vvi_key_name(draw->key, name));
    const double u = vvi_stream_unit(&stream);
    const uint64_t size = draw->small ? vv_domain_size(domain) : 0;
    *value =
        size == 0 ? vv_domain_from_unit(domain, u) : vv_domain_at(domain, (uint64_t)(pow((double)size + 1, u) - 1));
    return true;
}

vv_chooser vvi_chooser_draw(vvi_draw *draw)
{
    return (vv_chooser){ draw_value, draw };
}

static bool flip_value(void *context, const char *name, const vv_domain *domain, vv_value *value)
{
    vvi_flip *flip = context;
    const vv_active *active = vv_hp_find(flip->base, name);
    if (strcmp(name, flip->name) == 0 && vv_domain_contains(domain, flip->value)) {
        *value = flip->value;
    } else if (active != NULL && vv_domain_contains(domain, active->value)) {
        *value = active->value;
    } else {
        flip->moved = flip->moved || (active != NULL && strcmp(name, flip->name) != 0);
        return !flip->presets && draw_value(&flip->draw, name, domain, value);
    }
    return true;
}

vv_chooser vvi_chooser_flip(vvi_flip *flip)
{
    return (vv_chooser){ flip_value, flip };
}

/* ---- the same values twice, the same trace ---------------------------------------------------------------------- */

vv_status vvi_build_differs(vv_error *error)
{
    return vvi_fail(error, VV_MISMATCH,
                    "the build is not a function of its hyperparameters: "
                    "given the same values twice it did not ask for or make the same");
}

static bool choose_again(void *context, const char *name, const vv_domain *domain, vv_value *value)
{
    vvi_again *again = context;
    for (size_t tries = 0; tries < again->n; tries++) {
        const size_t at = (again->next + tries) % again->n;
        if (strcmp(again->list[at].name, name) != 0) continue;
        again->next = at + 1;
        *value = again->list[at].value;
        return vv_domain_contains(domain, *value);
    }
    return false;
}

vv_chooser vvi_chooser_again(vvi_again *again)
{
    return (vv_chooser){ choose_again, again };
}

typedef struct earlier_run {
    const vv_hp *hp;
    bool differs;
} earlier_run;

static bool choose_as_before(void *context, const char *name, const vv_domain *domain, vv_value *value)
{
    earlier_run *before = context;
    const vv_active *active = vv_hp_find(before->hp, name);
    if (active == NULL || !vv_domain_equal(&active->domain, domain)) {
        before->differs = true;
        return false;
    }
    *value = active->value;
    return true;
}

static bool is_same(const vvi_build *a, const vvi_build *b)
{
    return a->buildable == b->buildable && vv_hp_count(a->hp) == vv_hp_count(b->hp) &&
           memcmp(&a->built, &b->built, sizeof a->built) == 0 && strcmp(a->reason.text, b->reason.text) == 0;
}

vv_status vvi_build_repeat(const vv_builder *builder, const vvi_build *before, bool *same, vv_error *error)
{
    earlier_run earlier = { .hp = before->hp };
    vvi_build again = { 0 };
    VVI_TRY(vvi_build_run(builder, &(vv_chooser){ choose_as_before, &earlier }, &again, error));
    *same = !earlier.differs && is_same(before, &again);
    vvi_build_deinit(&again);
    return VV_OK;
}

vv_status vvi_build_check_repeats(const vv_builder *builder, const vvi_build *before, vv_error *error)
{
    bool same = false;
    VVI_TRY(vvi_build_repeat(builder, before, &same, error));
    return same ? VV_OK : vvi_build_differs(error);
}
