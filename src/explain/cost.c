/* cost.c - what a model costs where it runs; the conventions are in explain.h.
 *
 * A search asks for this hundreds of thousands of times, so it is three walks over the nodes and no allocation:
 *   1. what is a name for another value (folded batch normalization too), and who reads each value last;
 *   2. which activations can overwrite what they read, now that its last reader is known;
 *   3. the sums, with the bytes that are alive before and after each node.
 * What a kind of layer is here, its registry row says (vvi_inference).
 */
#include "nn/nn.h"
#include <varve/cost.h>

typedef struct widths {
    uint64_t weight, bias, value;
} widths;

static const widths widths_of[] = { [VV_INT8] = { 1, 4, 1 }, [VV_FLOAT32] = { 4, 4, 4 } };
enum { N_PRECISIONS = sizeof widths_of / sizeof *widths_of };

static vv_status check(const vv_model *model, vv_precision precision, vv_error *error)
{
    if (model == NULL) return vvi_no_memory(error);
    if (model->error.status != VV_OK) return vvi_fail(error, model->error.status, "%s", model->error.text);
    if (model->n_nodes == 0) return vvi_fail(error, VV_BAD_ARG, "the model has no layers");
    if ((unsigned)precision < N_PRECISIONS) return VV_OK;
    return vvi_fail(error, VV_BAD_ARG, "precision %d is none of int8 (%d) and float32 (%d)", (int)precision, VV_INT8,
                    VV_FLOAT32);
}

/* ---- lifetimes -------------------------------------------------------------------------------------------------- */

typedef struct lifetimes {
    uint16_t owner[VVI_MAX_LAYERS]; /* the node that makes the value that this node's output is */
    uint16_t last[VVI_MAX_LAYERS];  /* of an owner: the last node that reads it; itself: none    */
} lifetimes;

static bool can_fold(const vv_model *model, const vvi_node *node)
{
    if (node->row->inference != VVI_FOLDS) return false;
    const vvi_node *before = model->nodes[node->inputs[0]];
    if (before->row->inference != VVI_ABSORBS || before->n_readers > 1) return false;
    return before->row->activation == NULL || before->row->activation(&before->layer) == VV_LINEAR;
}

/* A name counts as a reader: what reads it reads later still. */
static void find_names(const vv_model *model, lifetimes *l)
{
    for (size_t i = 0; i < model->n_nodes; i++) {
        const vvi_node *node = model->nodes[i];
        const bool is_name = node->row->inference == VVI_RENAMES || can_fold(model, node);
        l->owner[i] = is_name ? l->owner[node->inputs[0]] : (uint16_t)i;
        l->last[i] = (uint16_t)i;
        for (size_t k = 0; k < node->n_inputs; k++) l->last[l->owner[node->inputs[k]]] = (uint16_t)i;
    }
}

/* In order, so that a value may be overwritten again and again, and names of what is moved follow it. */
static void find_places(const vv_model *model, lifetimes *l)
{
    for (size_t i = 0; i < model->n_nodes; i++) {
        const vvi_node *node = model->nodes[i];
        l->owner[i] = l->owner[l->owner[i]];
        if (node->row->inference != VVI_IN_PLACE) continue;
        const uint16_t read = l->owner[node->inputs[0]];
        if (l->last[read] != i) continue;
        l->owner[i] = read;
        l->last[read] = l->last[i];
    }
}

static void find_lifetimes(const vv_model *model, lifetimes *l)
{
    find_names(model, l);
    find_places(model, l);
}

static uint64_t value_bytes(const vvi_node *node, const widths *w)
{
    return vvi_shape_size(node->out) * w->value;
}

static uint64_t state_bytes(const vvi_node *node, const widths *w)
{
    return node->row->state == NULL ? 0 : node->row->state(&node->layer) * w->value;
}

/* What is not needed after node i. A value that is read twice by one node ends once. */
static uint64_t bytes_that_end(const vv_model *model, lifetimes *l, size_t i, const widths *w)
{
    const vvi_node *node = model->nodes[i];
    uint64_t sum = l->owner[i] == i && l->last[i] == i ? value_bytes(node, w) : 0;
    for (size_t k = 0; k < node->n_inputs; k++) {
        const uint16_t read = l->owner[node->inputs[k]];
        if (l->last[read] != i) continue;
        sum += value_bytes(model->nodes[read], w);
        l->last[read] = 0;
    }
    return sum;
}

/* Bytes alive while node i runs. *live: those before it, then those after. */
static uint64_t run_node(const vv_model *model, lifetimes *l, size_t i, const widths *w, uint64_t *live)
{
    const vvi_node *node = model->nodes[i];
    if (l->owner[i] == i) *live += value_bytes(node, w);
    const uint64_t running = *live + state_bytes(node, w);
    *live -= bytes_that_end(model, l, i, w);
    return running;
}

/* ---- sums ------------------------------------------------------------------------------------------------------- */

static vv_layer_cost cost_of(uint64_t weights, uint64_t biases, uint64_t macs, const widths *w)
{
    return (vv_layer_cost){ .params = weights + biases,
                            .macs = macs,
                            .weight_bytes = weights * w->weight + biases * w->bias };
}

static bool is_folded(const vv_model *model, const lifetimes *l, size_t i)
{
    return model->nodes[i]->row->inference == VVI_FOLDS && l->owner[i] != i;
}

/* What node i adds. What is folded gives the layer before it a bias, if that has none. */
static vv_layer_cost cost_of_node(const vv_model *model, const lifetimes *l, size_t i, const widths *w)
{
    const vvi_node *node = model->nodes[i];
    const uint64_t channels = (uint64_t)node->out.dim[node->out.rank - 1];
    if (is_folded(model, l, i)) return cost_of(0, model->nodes[l->owner[i]]->bias_count == 0 ? channels : 0, 0, w);
    if (node->row->inference == VVI_FOLDS) return cost_of(2 * channels, 0, node->macs, w);
    return cost_of(node->param_count - node->bias_count, node->bias_count, node->macs, w);
}

static void add_to_model(vv_cost *sum, const vv_layer_cost *cost)
{
    sum->params = vvi_saturating_add(sum->params, cost->params);
    sum->macs = vvi_saturating_add(sum->macs, cost->macs);
    sum->weight_bytes = vvi_saturating_add(sum->weight_bytes, cost->weight_bytes);
}

/* One layer's numbers fit into 64 bits; only sums over a model may not. */
static void add_to_layers(vv_layer_cost *layers, size_t i, size_t owner, const vv_layer_cost *cost)
{
    layers[i] = (vv_layer_cost){ .live_bytes = cost->live_bytes };
    layers[owner].params += cost->params;
    layers[owner].macs += cost->macs;
    layers[owner].weight_bytes += cost->weight_bytes;
}

vv_status vv_model_cost(const vv_model *model, vv_precision precision, vv_cost *cost, vv_layer_cost *layers,
                        vv_node *peak, vv_error *error)
{
    *cost = (vv_cost){ 0 };
    VVI_TRY(check(model, precision, error));
    const widths *w = &widths_of[precision];
    uint64_t live = 0;
    lifetimes l;
    find_lifetimes(model, &l);
    for (size_t i = 0; i < model->n_nodes; i++) {
        vv_layer_cost own = cost_of_node(model, &l, i, w);
        own.live_bytes = run_node(model, &l, i, w, &live);
        add_to_model(cost, &own);
        if (layers != NULL) add_to_layers(layers, i, is_folded(model, &l, i) ? l.owner[i] : i, &own);
        if (own.live_bytes <= cost->peak_activation_bytes) continue;
        cost->peak_activation_bytes = own.live_bytes;
        if (peak != NULL) *peak = (vv_node)i;
    }
    return VV_OK;
}

/* ---- what is alive ---------------------------------------------------------------------------------------------- */

size_t vv_model_live(const vv_model *model, vv_precision precision, vv_node at, vv_live_value *values, size_t capacity)
{
    if (check(model, precision, NULL) != VV_OK || at < 0 || (size_t)at >= model->n_nodes) return 0;
    const widths *w = &widths_of[precision];
    size_t n = 0;
    lifetimes l;
    find_lifetimes(model, &l);
    for (size_t i = 0; i <= (size_t)at; i++) {
        if (l.owner[i] != i || l.last[i] < at) continue;
        const vvi_node *node = model->nodes[i];
        const uint64_t state = i == (size_t)at ? state_bytes(node, w) : 0;
        if (n < capacity) values[n] = (vv_live_value){ .node = (vv_node)i, .bytes = value_bytes(node, w) + state };
        n++;
    }
    return n;
}
