/* build.c - one run of a builder: built, refused for its own values, or an error that ends a search; and whether a
 * build is what it must be, a function of its hyperparameters alone.
 */
#include "space/enumerate.h"

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
    const vv_status status = builder->build(builder->context, build->hp, &build->digest, &build->reason);
    vvi_hp_detach(build->hp);
    vv_status fatal = vv_hp_status(build->hp);
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

/* ---- the same values twice, the same trace ---------------------------------------------------------------------- */

vv_status vvi_build_differs(vv_error *error)
{
    return vvi_fail(error, VV_MISMATCH,
                    "the build is not a function of its hyperparameters: "
                    "given the same values twice it did not ask for or make the same");
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

vv_status vvi_build_check_repeats(const vv_builder *builder, const vv_hp *hp, uint64_t digest, vv_error *error)
{
    earlier_run before = { .hp = hp };
    vvi_build again = { 0 };
    VVI_TRY(vvi_build_run(builder, &(vv_chooser){ choose_as_before, &before }, &again, error));
    const bool repeats =
        !before.differs && again.buildable && again.digest == digest && vv_hp_count(again.hp) == vv_hp_count(hp);
    vvi_build_deinit(&again);
    return repeats ? VV_OK : vvi_build_differs(error);
}
