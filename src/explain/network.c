/* network.c - what one build shows: digests, counts, costs; and whether it keeps to the budget. */
#include "explain/notes.h"
#include "nn/nn.h"

#include <string.h>

static void free_model(void *model)
{
    vv_model_free(model);
}

void vvi_model_give_back(vv_hp *hp, vv_model *model)
{
    model = vvi_model_empty(model);
    if (model != NULL) vvi_hp_keep(hp, model, free_model);
}

static uint64_t digest_fit(uint64_t hash, const vvi_rehearsed_fit *fit)
{
    const uint64_t words[] = { fit->called,     (uint64_t)fit->epochs, (uint64_t)fit->batch_size,
                               fit->no_shuffle, fit->class_weight,     fit->callbacks };
    return vvi_hash_bytes(hash, words, sizeof words);
}

static vv_status look_at(vvi_explainer *x, const vv_model *model, vv_error *error)
{
    vvi_facts *facts = &x->facts;
    *facts = (vvi_facts){ .network = vvi_model_network(model),
                          .training = digest_fit(vv_model_digest(model), &model->rehearsed),
                          .layers = (uint32_t)vv_model_layer_count(model) };
    for (size_t i = 0; i < model->n_nodes; i++) {
        const uint32_t kind = (uint32_t)model->nodes[i]->row->info.kind;
        if (kind < VVI_MOST_KINDS) facts->kinds[kind]++;
    }
    return vv_model_cost(model, x->args->budget.precision, &facts->cost, NULL, NULL, error);
}

/* Which names a build function asks for, as against its fit function. */
static void note_asked(vvi_explainer *x, const vv_hp *hp, size_t n)
{
    for (size_t i = 0; i < n && i < vv_hp_count(hp) && x->asked_by_build != NULL; i++) {
        const uint32_t name = vvi_space_find_name(x->space, vv_hp_at(hp, i)->name);
        if (name < x->n_asked_by_build) x->asked_by_build[name] = true;
    }
}

static vv_status build(void *context, vv_hp *hp, vv_built *built, vv_error *reason)
{
    vvi_explainer *x = context;
    vvi_made made = { .model = NULL };
    vv_status status = x->source.build(x->source.context, hp, &made, reason);
    built->progress = vv_model_node_count(made.model);
    if (status == VV_OK) status = look_at(x, made.model, reason);
    note_asked(x, hp, made.asked_by_build);
    if (!vvi_stated_note(x, hp)) status = VV_NO_MEMORY;
    if (status == VV_OK) {
        built->digest = x->facts.training;
        built->structure = vvi_model_structure(made.model);
    }
    if (x->wants_model)
        x->model = made.model;
    else
        vvi_model_give_back(hp, made.model);
    return status;
}

static vv_status build_within(void *context, vv_hp *hp, vv_built *built, vv_error *reason)
{
    vvi_explainer *x = context;
    VVI_TRY(build(context, hp, built, reason));
    return vvi_budget_check(&x->args->budget, &x->facts.cost, reason);
}

vv_builder vvi_explain_builder(vvi_explainer *x)
{
    return (vv_builder){ build, x };
}

vv_builder vvi_explain_builder_within(vvi_explainer *x)
{
    return (vv_builder){ build_within, x };
}

vv_status vvi_explain_build(vvi_explainer *x, const vv_chooser *chooser, vvi_build *build, vv_model **model,
                            vv_error *error)
{
    const vv_builder builder = vvi_explain_builder(x);
    x->model = NULL;
    x->wants_model = true;
    const vv_status status = vvi_build_run(&builder, chooser, build, error);
    x->wants_model = false;
    x->builds++;
    const bool keeps = status == VV_OK && build->buildable;
    *model = keeps ? x->model : NULL;
    if (!keeps && status == VV_OK) vvi_model_give_back(build->hp, x->model);
    if (status != VV_OK) vv_model_free(x->model);
    x->model = NULL;
    return status;
}
