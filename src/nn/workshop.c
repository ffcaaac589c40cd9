/* workshop.c - building much the same model again and again, and what the caller of a build lends to it.
 *
 * An emptied model keeps its nodes. As long as each layer added is the one that was added at this place before, with
 * the same inputs, its node is taken over with its name, shapes and counts; the first other layer drops the rest.
 * Whoever holds the model cannot tell: the node is what it would be if it were made anew.
 *
 * A build function calls vv_sequential() and vv_add(), which have no argument for anything of its caller's. C leaves a
 * variable of the thread for that. Its spare model is there for the time of one build alone.
 */
#include "nn/nn.h"
#include "nn/values.h"

#include <string.h>

static _Thread_local struct {
    vv_model *spare;       /* owned, emptied: what the next vv_sequential gives */
    const vv_shape *input; /* what every input is instead; NULL: as it says */
} workshop;

vv_model *vvi_workshop_begin(vv_model *spare)
{
    vv_model *outer = workshop.spare;
    workshop.spare = spare;
    return outer;
}

vv_model *vvi_workshop_end(vv_model *outer)
{
    vv_model *unused = workshop.spare;
    workshop.spare = outer;
    return unused;
}

vv_model *vvi_workshop_take(void)
{
    vv_model *model = workshop.spare;
    workshop.spare = NULL;
    return model;
}

/* ---- the input -------------------------------------------------------------------------------------------------- */

void vvi_model_override_input(const vv_shape *shape)
{
    workshop.input = shape;
}

const vv_layer *vvi_workshop_layer(const vv_layer *layer, vv_layer *own)
{
    const vv_shape *shape = workshop.input;
    if (shape == NULL || layer == NULL || layer->kind != VV_LAYER_INPUT) return layer;
    *own = (vv_layer){ .kind = VV_LAYER_INPUT };
    for (int i = 0; i < shape->rank; i++) own->input.dim[i] = shape->dim[i];
    return own;
}

/* ---- nodes ------------------------------------------------------------------------------------------------------ */

/* Models with weights are rare here, and their memory is not for keeping. */
vv_model *vvi_model_empty(vv_model *model)
{
    if (model == NULL) return NULL;
    if (model->slots != NULL || model->weights != NULL || model->optimizer.block != NULL) {
        vv_model_free(model);
        return NULL;
    }
    vvi_arena_empty(&model->arena);
    *model = (vv_model){ .graph = model->graph,
                         .arena = model->arena,
                         .nodes = model->nodes,
                         .n_known = model->n_known,
                         .capacity = model->capacity };
    return model;
}

void vvi_model_drop_rest(vv_model *model)
{
    if (model->n_nodes < model->n_known) vvi_arena_rewind(&model->graph, model->nodes[model->n_nodes]->before);
    model->n_known = model->n_nodes;
}

static bool has_name(const vvi_node *node, const char *given)
{
    return given == NULL ? !node->is_named : node->is_named && strcmp(node->name, given) == 0;
}

static bool reads(const vvi_node *node, const vv_node *inputs, size_t n)
{
    return node->n_inputs == n && (n == 0 || memcmp(node->inputs, inputs, n * sizeof *inputs) == 0);
}

vvi_node *vvi_model_expected(const vv_model *model, const vv_layer *layer, const vv_node *inputs, size_t n_inputs)
{
    if (model->n_nodes == model->n_known || model->compiled || model->slots != NULL || layer == NULL) return NULL;
    vvi_node *node = model->nodes[model->n_nodes];
    const vv_layer_info *info = &node->row->info;
    if (layer->kind != info->kind || layer->line != node->layer.line || !reads(node, inputs, n_inputs)) return NULL;
    if (!has_name(node, vvi_layer_given_name(layer))) return NULL;
    const void *known = vvi_layer_arguments(&node->layer), *asked = vvi_layer_arguments(layer);
    return vvi_values_same(info->fields, info->n_fields, known, asked) ? node : NULL;
}
