/* one.c - one configuration, layer by layer. */
#include "explain/ranges.h"
#include "nn/nn.h"

#include <string.h>

static vv_status fill_layers(vvi_explainer *x, const vv_model *model, const vv_layer_cost *costs, vv_costed *one,
                             vv_error *error)
{
    vv_layer_line *lines = vvi_arena_alloc(x->arena, model->n_nodes * sizeof *lines);
    if (lines == NULL) return vvi_no_memory(error);
    for (size_t i = 0; i < model->n_nodes; i++) {
        const vvi_node *node = model->nodes[i];
        lines[i] = (vv_layer_line){ .name = vvi_arena_strdup(x->arena, node->name),
                                    .kind = node->row->info.name,
                                    .output = node->out,
                                    .cost = costs[i] };
        if (lines[i].name == NULL) return vvi_no_memory(error);
    }
    one->layers = lines;
    one->n_layers = model->n_nodes;
    return VV_OK;
}

/* "21,632 of conv2d + 5,408 of max_pooling2d" */
static vv_status describe_peak(vvi_explainer *x, const vv_model *model, vv_costed *one, vv_error *error)
{
    enum { MOST = 16 };
    vv_live_value live[MOST];
    vvi_text text = { 0 };
    const size_t n = vv_model_live(model, x->args->budget.precision, (vv_node)one->peak, live, MOST);
    for (size_t i = 0; i < n && i < MOST; i++) {
        char bytes[VVI_FORMAT_SIZE];
        vvi_text_printf(&text, "%s%s of %s", i > 0 ? " + " : "", vvi_format_count(live[i].bytes, bytes),
                        model->nodes[live[i].node]->name);
    }
    if (n > MOST) vvi_text_printf(&text, " + %zu more", n - MOST);
    one->peak_text = vvi_keep_text(x, &text);
    return one->peak_text == NULL ? vvi_no_memory(error) : VV_OK;
}

static vv_status describe_model(vvi_explainer *x, const vv_model *model, vv_costed *one, vv_error *error)
{
    vv_node peak = 0;
    vv_layer_cost *costs = vvi_arena_alloc(&x->scratch, model->n_nodes * sizeof *costs);
    if (costs == NULL) return vvi_no_memory(error);
    VVI_TRY(vv_model_cost(model, x->args->budget.precision, &one->cost, costs, &peak, error));
    one->peak = (size_t)peak;
    VVI_TRY(fill_layers(x, model, costs, one, error));
    return describe_peak(x, model, one, error);
}

/* ---- the values asked for --------------------------------------------------------------------------------------- */

typedef struct wanted {
    const vv_explain_args *args;
    vv_error *error;
} wanted;

/* Texts are read as the domain has them, which shows only now. */
static bool choose_wanted(void *context, const char *name, const vv_domain *domain, vv_value *value)
{
    const wanted *w = context;
    for (size_t i = 0; i < w->args->n_at; i++) {
        const vv_assignment *at = &w->args->at[i];
        char text[VVI_SHORT_TEXT], shown[VVI_SHORT_TEXT];
        if (strcmp(at->name, name) != 0) continue;
        *value = at->value;
        if (at->value.type == VV_VALUE_STRING ? vv_value_parse(domain, at->value.s, value)
                                              : vv_domain_contains(domain, at->value))
            return true;
        vvi_fail(w->error, VV_BAD_ARG, "%s: %s is not in its domain, %s", name, vvi_value_text(at->value, shown),
                 vvi_domain_text(domain, text));
        return false;
    }
    return false;
}

static vv_status refuse_unknown(const vvi_explainer *x, const char *name, vv_error *error)
{
    const vv_space *space = x->space;
    const char *near = vvi_nearest(name, &space->asked[0].name, space->n_asked, sizeof space->asked[0]);
    return vvi_fail(error, VV_BAD_ARG, "there is no hyperparameter \"%s\"%s%s%s", name,
                    near == NULL ? "" : "; did you mean \"", near == NULL ? "" : near, near == NULL ? "" : "\"?");
}

/* What was asked for and is not there is a mistake. */
static vv_status check_at(const vvi_explainer *x, const vv_hp *hp, vv_error *error)
{
    for (size_t i = 0; i < x->args->n_at; i++) {
        const char *name = x->args->at[i].name;
        for (size_t k = 0; k < i; k++)
            if (strcmp(x->args->at[k].name, name) == 0) return vvi_fail(error, VV_BAD_ARG, "%s is given twice", name);
        if (vv_hp_find(hp, name) != NULL) continue;
        if (vvi_space_find_name(x->space, name) == VVI_NONE) return refuse_unknown(x, name, error);
        return vvi_fail(error, VV_BAD_ARG, "%s is not active in that configuration", name);
    }
    return VV_OK;
}

static vv_status describe_build(vvi_explainer *x, const vvi_build *build, const vv_model *model, vv_error *error)
{
    vv_costed *one = &x->e->one;
    vvi_trace trace;
    VVI_TRY(check_at(x, build->hp, error));
    if (!vvi_trace_of(x, build->hp, &trace) || !vvi_trace_values(x, &trace, &one->values)) return vvi_no_memory(error);
    if (model != NULL) return describe_model(x, model, one, error);
    one->refusal = vvi_arena_strdup(x->arena, build->reason.text);
    return one->refusal == NULL ? vvi_no_memory(error) : VV_OK;
}

/* The shape of one example, unless it differs between structures. */
static vv_status find_input(vvi_explainer *x, vv_error *error)
{
    enum { LOOKED_AT = 64, AT_LEAST = 2 };
    size_t seen = 0;
    for (size_t i = 0; i < x->cases.n && seen < LOOKED_AT; i++) {
        vvi_build build = { 0 };
        vv_model *model = NULL;
        if (!x->cases.list[i].buildable) continue;
        if (seen >= AT_LEAST && vvi_clock_s() > x->until_s) return VV_OK;
        VVI_TRY(vvi_explain_replay(x, &x->cases.list[i].trace, &build, &model, error));
        const vv_shape shape = vv_model_input_shape(model);
        vv_model_free(model);
        vvi_build_deinit(&build);
        if (seen > 0 && !vvi_shape_equal(shape, x->e->input)) {
            x->e->input = (vv_shape){ 0 };
            return VV_OK;
        }
        x->e->input = shape;
        seen++;
    }
    return VV_OK;
}

vv_status vvi_one_explain(vvi_explainer *x, vv_error *error)
{
    vv_error why = { 0 };
    wanted w = { x->args, &why };
    vvi_build build = { 0 };
    vv_model *model = NULL;
    VVI_TRY(vvi_explain_build(x, &(vv_chooser){ choose_wanted, &w }, &build, &model, error));
    vv_status status = why.status == VV_OK ? VV_OK : vvi_fail(error, why.status, "%s", why.text);
    if (status == VV_OK) status = describe_build(x, &build, model, error);
    vv_model_free(model);
    vvi_build_deinit(&build);
    return status == VV_OK ? find_input(x, error) : status;
}
