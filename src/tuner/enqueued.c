/* enqueued.c - building a configuration that was enqueued: the values that it gives, and something for the names that it
 * does not.
 *
 * Which names there are, and from which domains their values come, shows only in a build, and may depend on the very
 * values that were left open: {"units_1": 8} needs two layers. So what is open is first as the oracle proposes it, then
 * drawn, keyed by seed, trial and name, until the configuration has every name that was given, its value in its domain,
 * builds, and is new. Of what never fits, the first reason is told.
 */
#include "search/search.h"
#include "tuner/tuner.h"

#include <stdio.h>
#include <string.h>

enum { ATTEMPTS = 1000, WORDS = 140 };

typedef struct filling {
    const vvi_search *search;
    const vvi_queued *queued;
    const vv_hp *base; /* of this attempt; NULL: draw, or defaults */
    bool draws;
    vvi_key key;
    bool open;       /* a name was asked for that has no value */
    vv_error misfit; /* of this attempt */
} filling;

static const vv_assignment *find_given(const vvi_queued *queued, const char *name)
{
    for (size_t i = 0; i < queued->n; i++)
        if (strcmp(queued->values[i].name, name) == 0) return &queued->values[i];
    return NULL;
}

static bool choose_given(filling *f, const vv_assignment *given, const vv_domain *domain, vv_value *value)
{
    char shown[VVI_SHORT_TEXT], text[VVI_SHORT_TEXT];
    if (vvi_value_fit(domain, given->value, value)) return true;
    vvi_fail(&f->misfit, VV_BAD_ARG, "%s: %s is not in its domain, %s", given->name,
             vvi_value_text(given->value, shown), vvi_domain_text(domain, text));
    return false;
}

static bool choose(void *context, const char *name, const vv_domain *domain, vv_value *value)
{
    filling *f = context;
    const vv_assignment *given = find_given(f->queued, name);
    if (given != NULL) return choose_given(f, given, domain, value);
    f->open = true;
    const vv_active *proposed = f->base == NULL ? NULL : vv_hp_find(f->base, name);
    if (proposed != NULL && vv_domain_contains(domain, proposed->value)) {
        *value = proposed->value;
        return true;
    }
    if (!f->draws) return false; /* the default */
    vvi_stream stream = vvi_stream_begin(vvi_key_name(f->key, name));
    *value = vv_domain_from_unit(domain, vvi_stream_unit(&stream));
    return true;
}

/* ---- what is wrong with a build --------------------------------------------------------------------------------- */

static vv_status refuse_name(const vvi_search *search, const char *name, vv_error *reason)
{
    const vv_space *space = search->explanation == NULL ? NULL : search->explanation->space;
    if (space == NULL) return vvi_fail(reason, VV_BAD_ARG, "%s: there is no such hyperparameter", name);
    if (vvi_space_find_name(space, name) != VVI_NONE)
        return vvi_fail(reason, VV_BAD_ARG, "%s is not active with the other values", name);
    const char *near = vvi_nearest(name, &space->asked[0].name, space->n_asked, sizeof space->asked[0]);
    return vvi_fail(reason, VV_BAD_ARG, "%s: there is no such hyperparameter%s%s%s", name,
                    near == NULL ? "" : "; did you mean ", near == NULL ? "" : near, near == NULL ? "" : "?");
}

static vv_status judge(const filling *f, const vvi_build *build, const vv_past *past, vv_error *reason)
{
    if (f->misfit.status != VV_OK) return vvi_fail(reason, VV_BAD_ARG, "%s", f->misfit.text);
    for (size_t i = 0; i < f->queued->n; i++)
        if (vv_hp_find(build->hp, f->queued->values[i].name) == NULL)
            return refuse_name(f->search, f->queued->values[i].name, reason);
    if (!build->buildable) return vvi_fail(reason, VV_BAD_SHAPE, "cannot be built: %.220s", build->reason.text);
    if (past != NULL && vvi_past_contains(past, build->hp))
        return vvi_fail(reason, VV_CONFLICT, "a trial has these values already");
    return VV_OK;
}

/* ---- attempts --------------------------------------------------------------------------------------------------- */

static vv_status attempt(filling *f, const vv_past *past, vvi_build *build, vv_error *reason, vv_error *error)
{
    const vv_builder builder = vvi_bound_builder(&f->search->bound);
    const vv_chooser chooser = { choose, f };
    f->open = false;
    f->misfit = (vv_error){ 0 };
    VVI_TRY(vvi_build_run(&builder, &chooser, build, error));
    *reason = (vv_error){ 0 };
    judge(f, build, past, reason);
    return reason->status == VV_OK ? vvi_build_check_repeats(&builder, build, error) : VV_OK;
}

vv_status vvi_enqueued_build(const vvi_search *search, const vvi_queued *queued, const vv_hp *base, const vv_past *past,
                             int trial, vvi_build *build, vv_error *error)
{
    filling f = { .search = search, .queued = queued, .base = queued->defaults ? NULL : base };
    vv_error first = { 0 }, reason = { 0 };
    const vvi_key key = vvi_key_int(vvi_key_new(search->args->seed, "enqueued"), trial);
    for (int i = 0; i < ATTEMPTS; i++) {
        f.key = vvi_key_int(key, i);
        VVI_TRY(attempt(&f, past, build, &reason, error));
        if (reason.status == VV_OK) return VV_OK;
        if (i == 0 || (first.status == VV_CONFLICT && reason.status != VV_CONFLICT)) first = reason;
        if (!f.open || queued->defaults) break;
        f.base = NULL;
        f.draws = true;
    }
    build->buildable = false;
    build->reason = first;
    return VV_OK;
}

/* ---- before anything runs --------------------------------------------------------------------------------------- */

static vv_status check_one(const vvi_search *search, size_t index, vv_error *error)
{
    vvi_build build = { 0 };
    char words[WORDS];
    const vvi_queued *queued = &search->queue->list[index];
    vv_status status = vvi_enqueued_build(search, queued, NULL, NULL, (int)index, &build, error);
    vvi_queued_describe(queued, words, sizeof words);
    if (status == VV_OK && !build.buildable)
        status =
            vvi_fail(error, VV_BAD_ARG, "enqueued configuration %zu, %s: %.160s", index + 1, words, build.reason.text);
    vvi_build_deinit(&build);
    return status;
}

static int check_child(void *context, int fd)
{
    vvi_search *search = context;
    vv_error error = { 0 };
    vv_status status = VV_OK;
    vvi_guard_begin(&search->bound);
    for (size_t i = 0; status == VV_OK && i < search->queue->n; i++) status = check_one(search, i, &error);
    if (status != VV_OK) vvi_record_send_error(fd, status, error.text[0] != '\0' ? error.text : vv_strerror(status));
    return vvi_record_send(fd, VVI_RECORD_DONE, NULL) ? 0 : 1;
}

static vv_status take_nothing(void *context, vvi_record *record, vv_error *error)
{
    (void)context, (void)record, (void)error;
    return VV_OK;
}

vv_status vvi_enqueued_check(vvi_search *search, double limit_s, bool *stopped, vv_error *error)
{
    vvi_job_end end;
    const vvi_job job = { .child = check_child,
                          .context = search,
                          .take = take_nothing,
                          .stop = search->args->stop,
                          .guard = search->bound.guard,
                          .limit_s = limit_s };
    if (search->queue->n == 0) return VV_OK;
    VVI_TRY(vvi_job_run(&job, &end, error));
    *stopped = end.stopped;
    if (end.late) return vvi_fail(error, VV_BAD_ARG, "enqueued: values that fit were not found within %g s", limit_s);
    return end.stopped ? VV_OK : vvi_builder_death(search->bound.guard, &end, error);
}
