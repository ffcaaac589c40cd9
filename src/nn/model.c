/* model.c - the graph: layers added one by one, each checked, named and given its shape at once.
 *
 * All nodes live in one arena: a build is a few microseconds and a few frees, and less when much the same was built
 * before (workshop.c). Nodes are numbered in the order they were added and read earlier nodes only, so that order is an
 * order of execution. The first mistake sticks; after it every call is harmless, and so is every call on a NULL model
 * (out of memory).
 */
#include "nn/nn.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

enum { NAME_MAX_LENGTH = 64 };

vv_model *vv_sequential(void)
{
    vv_model *spare = vvi_workshop_take();
    return spare != NULL ? spare : vvi_calloc(1, sizeof(vv_model));
}

void vv_model_free(vv_model *model)
{
    if (model == NULL) return;
    vvi_optimizer_state_deinit(&model->optimizer);
    vvi_fit_memory_deinit(&model->memory);
    vvi_free(model->weights);
    vvi_arena_deinit(&model->graph);
    vvi_arena_deinit(&model->arena);
    vvi_free(model->nodes);
    vvi_free(model);
}

void vvi_model_rehearse(vv_model *model, bool rehearsal)
{
    if (model != NULL) model->rehearsal = rehearsal;
}

vv_status vvi_model_begin_call(vv_model *model)
{
    if (model == NULL) return VV_NO_MEMORY;
    model->last = (vv_error){ 0 };
    if (model->error.status != VV_OK || model->rehearsal) return model->error.status;
    return vvi_model_check_trainable(model, &model->last);
}

vv_status vvi_model_check_trainable(const vv_model *model, vv_error *error)
{
    for (size_t i = 0; i < model->n_nodes; i++) {
        const vvi_node *node = model->nodes[i];
        if (vvi_layer_is_trainable(node->row)) continue;
        return vvi_fail(error, VV_UNSUPPORTED, "%s: %s has shape and cost rules only; it cannot be trained yet",
                        node->name, node->row->info.name);
    }
    return VV_OK;
}

uint64_t vvi_saturating_add(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

uint64_t vvi_saturating_multiply(uint64_t a, uint64_t b)
{
    const bool is_small = (a | b) <= UINT32_MAX; /* as nearly always; spares the division */
    return !is_small && a != 0 && b > UINT64_MAX / a ? UINT64_MAX : a * b;
}

/* ---- names ------------------------------------------------------------------------------------------------------ */

static bool is_taken(const vv_model *model, const char *name)
{
    for (size_t i = 0; i < model->n_nodes; i++)
        if (strcmp(model->nodes[i]->name, name) == 0) return true;
    return false;
}

/* Names end up in files and tables: printable ASCII. */
static bool is_printable(const char *name)
{
    size_t n = 0;
    for (; name[n] != '\0'; n++)
        if (name[n] < 0x20 || name[n] > 0x7e) return false;
    return n >= 1 && n <= NAME_MAX_LENGTH;
}

static const char *copy_given_name(vv_model *model, const char *given, const char *kind)
{
    if (!is_printable(given)) {
        vvi_fail(&model->error, VV_BAD_ARG, "%s: a layer's name has 1 to %d printable ASCII characters", kind,
                 NAME_MAX_LENGTH);
        return NULL;
    }
    if (is_taken(model, given)) {
        vvi_fail(&model->error, VV_CONFLICT, "%s: two layers cannot have the same name", given);
        return NULL;
    }
    const char *name = vvi_arena_strdup(&model->graph, given);
    if (name == NULL) vvi_no_memory(&model->error);
    return name;
}

/* Chosen names differ from each other: no kind is called like another one and a number. */
static bool is_given(const vv_model *model, const char *name)
{
    return model->has_given_names && is_taken(model, name);
}

static size_t count_kind(const vv_model *model, const vvi_layer_row *row)
{
    size_t i = model->n_nodes;
    while (i > 0 && model->nodes[i - 1]->row != row) i--;
    return i == 0 ? 0 : model->nodes[i - 1]->n_before + 1;
}

/* As Keras counts: "conv2d", "conv2d_1", ...; passing over names that were given. */
static const char *choose_name(vv_model *model, const vvi_layer_row *row)
{
    const char *name = row->info.name;
    size_t count = count_kind(model, row);
    if (count == 0 && !is_given(model, name)) return name;
    if (count == 0) count = 1;
    do {
        name = vvi_arena_printf(&model->graph, "%s_%zu", row->info.name, count++);
    } while (name != NULL && is_given(model, name));
    if (name == NULL) vvi_no_memory(&model->error);
    return name;
}

static const char *name_node(vv_model *model, const vvi_layer_row *row, const vv_layer *layer)
{
    const char *given = vvi_layer_given_name(layer);
    return given != NULL ? copy_given_name(model, given, row->info.name) : choose_name(model, row);
}

/* ---- adding ----------------------------------------------------------------------------------------------------- */

static vv_status check_connections(vv_model *model, const vvi_layer_row *row, const char *name, const vv_node *inputs,
                                   size_t n)
{
    vv_error *error = &model->error;
    const bool is_input = row->info.kind == VV_LAYER_INPUT;
    if (is_input && model->n_nodes > 0)
        return vvi_fail(error, VV_BAD_ARG, "%s: a model has one input, and it comes first", name);
    if (!is_input && model->n_nodes == 0)
        return vvi_fail(error, VV_BAD_ARG, "%s: a model begins with its input; add vv_input(...) first", name);
    if (n < row->min_inputs || n > row->max_inputs)
        return vvi_fail(error, VV_BAD_ARG, "%s: reads %zu nodes, but %s takes %zu to %zu; vv_connect names them", name,
                        n, row->info.name, row->min_inputs, row->max_inputs);
    for (size_t i = 0; i < n; i++)
        if (inputs[i] < 0 || (size_t)inputs[i] >= model->n_nodes)
            return vvi_fail(error, VV_BAD_ARG, "%s: node %d is not one of the %zu nodes of this model", name, inputs[i],
                            model->n_nodes);
    return VV_OK;
}

static vv_status connect_inputs(vv_model *model, vvi_node *node, const vv_node *inputs, size_t n)
{
    if (n == 0) return VV_OK;
    node->inputs = vvi_arena_alloc(&model->graph, n * sizeof *node->inputs);
    node->in = vvi_arena_alloc(&model->graph, n * sizeof *node->in);
    if (node->inputs == NULL || node->in == NULL) return vvi_no_memory(&model->error);
    node->n_inputs = n;
    for (size_t i = 0; i < n; i++) {
        node->inputs[i] = inputs[i];
        node->in[i] = model->nodes[inputs[i]]->out;
    }
    return VV_OK;
}

/* Everything later counts the numbers of an array in an int. */
static vv_status check_size(vv_model *model, const char *name, vv_shape shape)
{
    uint64_t size = 1;
    for (int i = 0; i < shape.rank; i++) size = vvi_saturating_multiply(size, (uint64_t)shape.dim[i]);
    if (size <= INT_MAX) return VV_OK;
    char text[64];
    vvi_shape_format(shape, text, sizeof text);
    return vvi_fail(&model->error, VV_BAD_SHAPE, "%s: an output of %s has more than %d numbers", name, text, INT_MAX);
}

static vv_status count_params(vv_model *model, vvi_node *node)
{
    vvi_param params[VVI_MAX_PARAMS] = { { 0 } };
    node->n_params = node->row->params == NULL ? 0 : node->row->params(&node->layer, node->in, params);
    if (node->n_params == 0) return VV_OK;
    node->params = vvi_arena_alloc(&model->graph, node->n_params * sizeof *params);
    if (node->params == NULL) return vvi_no_memory(&model->error);
    memcpy(node->params, params, node->n_params * sizeof *params);
    for (size_t i = 0; i < node->n_params; i++) {
        uint64_t n = 1;
        for (int k = 0; k < params[i].rank; k++) n = vvi_saturating_multiply(n, (uint64_t)params[i].dim[k]);
        node->param_count = vvi_saturating_add(node->param_count, n);
        if (params[i].is_bias) node->bias_count = vvi_saturating_add(node->bias_count, n);
    }
    return VV_OK;
}

static vv_status make_node(vv_model *model, const vvi_layer_row *row, const vv_layer *layer, const vv_node *inputs,
                           size_t n_inputs, vvi_node **made)
{
    const char *name = name_node(model, row, layer);
    if (name == NULL) return model->error.status;
    VVI_TRY(vvi_layer_check(layer, name, &model->error));
    VVI_TRY(check_connections(model, row, name, inputs, n_inputs));
    vvi_node *node = vvi_arena_alloc(&model->graph, sizeof *node);
    if (node == NULL) return vvi_no_memory(&model->error);
    node->row = row;
    node->layer = *layer;
    node->name = name;
    node->is_named = vvi_layer_given_name(layer) != NULL;
    node->n_before = count_kind(model, row);
    vvi_layer_set_name(&node->layer, name);
    *made = node;
    return connect_inputs(model, node, inputs, n_inputs);
}

static vv_status measure_node(vv_model *model, vvi_node *node)
{
    const vvi_layer_row *row = node->row;
    VVI_TRY(row->shape(&node->layer, node->name, node->in, node->n_inputs, &node->out, &model->error));
    VVI_TRY(check_size(model, node->name, node->out));
    VVI_TRY(count_params(model, node));
    node->macs = row->macs == NULL ? 0 : row->macs(&node->layer, node->in, node->out);
    return VV_OK;
}

/* Shapes that do not fit are refused again when the same is added again. false: the node is not worth keeping. */
static bool note_refusal(vv_model *model, vvi_node *node, vv_status status)
{
    node->refused = status;
    if (status == VV_OK) return true;
    node->refusal = status == VV_NO_MEMORY ? NULL : vvi_arena_strdup(&model->graph, model->error.text);
    return node->refusal != NULL;
}

static vv_status reserve(vv_model *model)
{
    if (model->n_nodes < model->capacity) return VV_OK;
    const size_t capacity = model->capacity == 0 ? 16 : 2 * model->capacity;
    vvi_node **nodes = vvi_realloc(model->nodes, capacity * sizeof *nodes);
    if (nodes == NULL) return vvi_no_memory(&model->error);
    model->nodes = nodes;
    model->capacity = capacity;
    return VV_OK;
}

static vv_node append(vv_model *model, vvi_node *node)
{
    if (node->refused != VV_OK) {
        vvi_fail(&model->error, node->refused, "%s", node->refusal);
        return -1;
    }
    for (size_t i = 0; i < node->n_inputs; i++) model->nodes[node->inputs[i]]->n_readers++;
    node->n_readers = 0;
    model->has_given_names |= node->is_named;
    return (vv_node)model->n_nodes++;
}

static vv_node add_node(vv_model *model, const vvi_layer_row *row, const vv_layer *layer, const vv_node *inputs,
                        size_t n_inputs)
{
    vvi_node *node = NULL;
    vvi_model_drop_rest(model);
    const vvi_arena_mark before = vvi_arena_here(&model->graph);
    if (reserve(model) != VV_OK || make_node(model, row, layer, inputs, n_inputs, &node) != VV_OK ||
        !note_refusal(model, node, measure_node(model, node))) {
        vvi_arena_rewind(&model->graph, before);
        return -1;
    }
    node->before = before;
    model->nodes[model->n_nodes] = node;
    model->n_known = model->n_nodes + 1;
    return append(model, node);
}

vv_node vv_connect_with(vv_model *model, const vv_layer *layer, const vv_node *inputs, size_t n_inputs)
{
    if (model == NULL || model->error.status != VV_OK) return -1;
    vv_layer own;
    layer = vvi_workshop_layer(layer, &own);
    vvi_node *expected = vvi_model_expected(model, layer, inputs, n_inputs);
    if (expected != NULL) return append(model, expected);
    const vvi_layer_row *row = layer == NULL ? NULL : vvi_layer_row_of(layer->kind);
    if (row == NULL) {
        vvi_fail(&model->error, VV_BAD_ARG, "node %zu: there is no layer of kind %d", model->n_nodes,
                 layer == NULL ? 0 : (int)layer->kind);
        return -1;
    }
    if (model->n_nodes == VVI_MAX_LAYERS) {
        vvi_fail(&model->error, VV_BAD_ARG, "%s: a model can have at most %d layers, inputs among them", row->info.name,
                 VVI_MAX_LAYERS);
        return -1;
    }
    if (model->compiled || model->slots != NULL) {
        vvi_fail(&model->error, VV_BAD_ARG, "%s: layers are added before compile, not after", row->info.name);
        return -1;
    }
    return add_node(model, row, layer, inputs, n_inputs);
}

vv_node vv_add_with(vv_model *model, const vv_layer *layer)
{
    if (model == NULL || model->error.status != VV_OK) return -1;
    const vv_node last = (vv_node)model->n_nodes - 1;
    const bool reads = layer != NULL && layer->kind != VV_LAYER_INPUT && last >= 0;
    return vv_connect_with(model, layer, &last, reads ? 1 : 0);
}

/* ---- looking at it ---------------------------------------------------------------------------------------------- */

vv_status vv_model_status(const vv_model *model)
{
    if (model == NULL) return VV_NO_MEMORY;
    return model->error.status != VV_OK ? model->error.status : model->last.status;
}

const char *vv_model_error(const vv_model *model)
{
    if (model == NULL) return vv_strerror(VV_NO_MEMORY);
    return model->error.status != VV_OK ? model->error.text : model->last.text;
}

size_t vv_model_node_count(const vv_model *model)
{
    return model == NULL ? 0 : model->n_nodes;
}

size_t vv_model_layer_count(const vv_model *model)
{
    const size_t n = vv_model_node_count(model);
    return n == 0 ? 0 : n - 1; /* the input is the first node, and the only one of its kind */
}

vv_layer_view vv_model_node(const vv_model *model, vv_node node)
{
    if (model == NULL || node < 0 || (size_t)node >= model->n_nodes) return (vv_layer_view){ .name = "" };
    const vvi_node *n = model->nodes[node];
    return (vv_layer_view){ .name = n->name,
                            .layer = &n->layer,
                            .input = n->n_inputs > 0 ? n->in[0] : n->out,
                            .output = n->out,
                            .params = n->param_count,
                            .macs = n->macs,
                            .inputs = n->inputs,
                            .n_inputs = n->n_inputs };
}

uint64_t vv_model_params(const vv_model *model)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < vv_model_node_count(model); i++) sum = vvi_saturating_add(sum, model->nodes[i]->param_count);
    return sum;
}

vv_shape vv_model_input_shape(const vv_model *model)
{
    return vv_model_node_count(model) == 0 ? (vv_shape){ 0 } : model->nodes[0]->out;
}

vv_shape vv_model_output_shape(const vv_model *model)
{
    return vv_model_node_count(model) == 0 ? (vv_shape){ 0 } : model->nodes[model->n_nodes - 1]->out;
}
