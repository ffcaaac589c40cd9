/* hypermodel.c - one run of a build function, what may go wrong in it, and builders over it.
 *
 * A build is refused, in this order, for what its hyperparameters say, for returning no model, for what the model says,
 * and for what its rehearsed fit says: the first of these is what the user has to mend first.
 */
#include "nn/nn.h"
#include "space/space.h"
#include "tuner/tuner.h"

#include <stdio.h>
#include <string.h>

static vv_status check_built(const vv_hp *hp, const vv_model *model, vv_error *error)
{
    if (vv_hp_status(hp) != VV_OK) return vvi_fail(error, vv_hp_status(hp), "%s", vv_hp_error(hp));
    if (model == NULL) return vvi_fail(error, VV_BAD_ARG, "the build function returned no model (NULL)");
    if (vv_model_status(model) != VV_OK) return vvi_fail(error, vv_model_status(model), "%s", vv_model_error(model));
    return VV_OK;
}

/* Runs the user's fit with training switched off, so that it asks for its hyperparameters. */
static vv_status rehearse(const vvi_bound *bound, vv_hp *hp, vv_model *model, vv_error *error)
{
    const vv_hypermodel *h = bound->hypermodel;
    vv_fit_args args = bound->fit;
    if (args.epochs == 0) args.epochs = h->epochs > 0 ? h->epochs : 1;
    if (args.batch_size == 0) args.batch_size = h->batch_size > 0 ? h->batch_size : 32;
    vvi_model_rehearse(model, true);
    const vv_status status = h->fit(hp, model, &args, h->user);
    vvi_model_rehearse(model, false);
    VVI_TRY(check_built(hp, model, error));
    return status == VV_OK ? VV_OK : vvi_fail(error, status, "the fit function: %s", vv_strerror(status));
}

static vv_model *build(const vv_hypermodel *hypermodel, vv_hp *hp)
{
    vv_model *outer = vvi_workshop_begin(vvi_hp_take(hp));
    vv_model *model = hypermodel->build(hp, hypermodel->user);
    vvi_model_give_back(hp, vvi_workshop_end(outer));
    return model;
}

vv_status vvi_network_make(const vvi_bound *bound, vv_hp *hp, vvi_made *made, vv_error *error)
{
    made->model = build(bound->hypermodel, hp);
    made->asked_by_build = vv_hp_count(hp);
    VVI_TRY(check_built(hp, made->model, error));
    return bound->hypermodel->fit == NULL ? VV_OK : rehearse(bound, hp, made->model, error);
}

vv_status vvi_bound_run(const vvi_bound *bound, vv_hp *hp, vvi_made *made, vv_error *error)
{
    vvi_guard_enter(bound, hp);
    const vv_status status = vvi_work_of(bound->hypermodel)->make(bound, hp, made, error);
    vvi_guard_leave(bound, hp);
    return status;
}

vv_status vvi_bound_build(const vvi_bound *bound, vv_hp *hp, vv_model **model, vv_error *error)
{
    vvi_made made = { .model = NULL };
    const vv_status status = vvi_bound_run(bound, hp, &made, error);
    *model = status == VV_OK ? made.model : NULL;
    if (status != VV_OK) vvi_model_give_back(hp, made.model);
    return status;
}

/* A fresh hp and the model built with it; both or neither. */
static vv_status build_fresh(const vvi_bound *bound, const vv_chooser *chooser, vv_hp **hp, vv_model **model,
                             vv_error *error)
{
    *hp = vv_hp_new(chooser);
    if (*hp == NULL) return vvi_no_memory(error);
    const vv_status status = vvi_bound_build(bound, *hp, model, error);
    vvi_hp_detach(*hp);
    if (status != VV_OK) {
        vv_hp_free(*hp);
        *hp = NULL;
    }
    return status;
}

vv_status vv_hypermodel_build(const vv_hypermodel *hypermodel, const vv_chooser *chooser, vv_hp **hp, vv_model **model,
                              vv_error *error)
{
    vv_hp *new_hp = NULL;
    vv_model *new_model = NULL;
    if (hp != NULL) *hp = NULL;
    if (model != NULL) *model = NULL;
    VVI_TRY(vvi_work_check(hypermodel, "hypermodel", error));
    const vvi_bound bound = { .hypermodel = hypermodel };
    VVI_TRY(build_fresh(&bound, chooser, &new_hp, &new_model, error));
    if (hp != NULL)
        *hp = new_hp;
    else
        vv_hp_free(new_hp);
    if (model != NULL)
        *model = new_model;
    else
        vv_model_free(new_model);
    return VV_OK;
}

/* ---- builders -------------------------------------------------------------------------------------------------------
 */

static vv_status check_budget(const vvi_bound *bound, const vv_model *model, vv_error *reason)
{
    vv_cost cost;
    if (bound->budget == NULL) return VV_OK;
    VVI_TRY(vv_model_cost(model, bound->budget->precision, &cost, NULL, NULL, reason));
    return vvi_budget_check(bound->budget, &cost, reason);
}

static vv_status build_bound(void *context, vv_hp *hp, vv_built *built, vv_error *reason)
{
    vvi_made made = { .model = NULL };
    vv_status status = vvi_bound_run(context, hp, &made, reason);
    if (status == VV_OK) status = check_budget(context, made.model, reason);
    built->progress = vv_model_node_count(made.model);
    if (status == VV_OK) {
        built->digest = vv_model_digest(made.model);
        built->structure = vvi_model_structure(made.model);
    }
    vvi_model_give_back(hp, made.model);
    return status;
}

static vv_status build_unbound(void *context, vv_hp *hp, vv_built *built, vv_error *reason)
{
    vvi_bound bound = { .hypermodel = context };
    return build_bound(&bound, hp, built, reason);
}

/* vv_builder has one kind of context, and it is not const; neither function writes through it. */
static void *as_context(const void *pointer)
{
    void *context;
    memcpy(&context, &pointer, sizeof context);
    return context;
}

vv_builder vv_hypermodel_builder(const vv_hypermodel *hypermodel)
{
    return (vv_builder){ .build = build_unbound, .context = as_context(hypermodel) };
}

vv_builder vvi_bound_builder(const vvi_bound *bound)
{
    return (vv_builder){ .build = build_bound, .context = as_context(bound) };
}

/* ---- the same values again -------------------------------------------------------------------------------------- */

vv_status vvi_bound_replay(const vvi_bound *bound, const vv_active *values, size_t n, vv_hp **hp, vv_model **model,
                           vv_error *error)
{
    vv_assignment *list = n == 0 ? NULL : vvi_calloc(n, sizeof *list);
    if (n > 0 && list == NULL) return vvi_no_memory(error);
    for (size_t i = 0; i < n; i++) list[i] = (vv_assignment){ .name = values[i].name, .value = values[i].value };
    const vv_replay replay = { .list = list, .n = n };
    const vv_chooser chooser = vv_chooser_replay(&replay);
    const vv_status status = build_fresh(bound, &chooser, hp, model, error);
    vvi_free(list);
    return status;
}

vv_status vvi_trace_check_domain(const char *name, const vv_domain *was, const vv_domain *is, vv_error *error)
{
    enum { SIZE = 90 };
    char a[SIZE], b[SIZE];
    if (vv_domain_equal(was, is)) return VV_OK;
    vv_domain_format(was, a, SIZE);
    vv_domain_format(is, b, SIZE);
    return vvi_fail(error, VV_MISMATCH, "%s was %s, now it is %s", name, a, b);
}

static vv_status check_active(const vv_hp *hp, const vv_active *wanted, vv_error *error)
{
    enum { SIZE = 90 };
    char a[SIZE], b[SIZE];
    const vv_active *got = vv_hp_find(hp, wanted->name);
    if (got == NULL) return vvi_fail(error, VV_MISMATCH, "%s is not asked for any more", wanted->name);
    VVI_TRY(vvi_trace_check_domain(wanted->name, &wanted->domain, &got->domain, error));
    if (vv_value_equal(got->value, wanted->value)) return VV_OK;
    vv_value_format(wanted->value, a, SIZE);
    vv_value_format(got->value, b, SIZE);
    return vvi_fail(error, VV_MISMATCH, "%s was %s, now it is %s", wanted->name, a, b);
}

vv_status vvi_trace_check(const vv_hp *hp, const vv_active *values, size_t n, vv_error *error)
{
    for (size_t i = 0; i < n; i++) VVI_TRY(check_active(hp, &values[i], error));
    for (size_t i = 0; i < vv_hp_count(hp); i++) {
        bool known = false;
        for (size_t k = 0; k < n && !known; k++) known = strcmp(values[k].name, vv_hp_at(hp, i)->name) == 0;
        if (!known) return vvi_fail(error, VV_MISMATCH, "%s was not asked for before", vv_hp_at(hp, i)->name);
    }
    return VV_OK;
}
