/* cpu_layout.c - the cpu backend's plan: which nodes compute, what is fused, who shares memory.
 *
 * Fusions, in training only:
 *   - the loss over the output's activation (softmax and crossentropy): the loss writes the gradient before it;
 *   - a relu that only a max pooling reads: the pooling's backward pass applies the mask, to one element a window.
 */
#include "nn/cpu.h"

#include <limits.h>
#include <string.h>

/* Half of a usual second-level cache. */
enum { CACHE_BYTES = 512 * 1024 };

static size_t padded(size_t n)
{
    return (n + 15) / 16 * 16;
}

/* ---- what computes ---------------------------------------------------------------------------------------------- */

static void describe_op(vvi_cpu_plan *plan, vvi_cpu_op *op, int i)
{
    const vvi_node *node = plan->model->nodes[i];
    op->row = node->row;
    op->node = i;
    op->key = vvi_plan_key(plan->model, i, plan->args.seed);
    op->out_size = vvi_shape_size(node->out);
    op->pass = (vvi_pass){
        .kernels = plan->kernels, .layer = &node->layer, .in = node->in, .n_in = node->n_inputs, .out = node->out
    };
    if (node->row->needs != NULL) op->needs = node->row->needs(&node->layer, node->in, node->out);
    vvi_cpu_value *value = &plan->values[i];
    value->needs_gradient = node->n_params > 0;
    value->last_reader = i;
    for (size_t k = 0; k < node->n_inputs; k++) {
        op->input[k] = vvi_plan_root(plan->model, node->inputs[k]);
        op->in_size[k] = vvi_shape_size(node->in[k]);
        vvi_cpu_value *read = &plan->values[op->input[k]];
        read->n_readers++;
        read->last_reader = i;
        value->needs_gradient |= read->needs_gradient;
    }
}

static void describe_ops(vvi_cpu_plan *plan)
{
    const vv_model *model = plan->model;
    for (size_t i = 1; i < model->n_nodes; i++)
        if (!model->nodes[i]->row->alias) describe_op(plan, &plan->ops[plan->n_ops++], (int)i);
    vvi_cpu_value *out = &plan->values[plan->out_root];
    out->n_readers++;
    out->last_reader = (int)model->n_nodes;
}

/* Walks as the backward pass will: the first to write a gradient overwrites, the others add. */
static void plan_backward(vvi_cpu_plan *plan, bool *written)
{
    for (size_t at = plan->n_ops; at-- > 0;) {
        vvi_cpu_op *op = &plan->ops[at];
        op->backward = plan->values[op->node].needs_gradient;
        for (size_t k = 0; op->backward && k < op->pass.n_in; k++) {
            const int from = op->input[k];
            op->wanted[k] = plan->values[from].needs_gradient;
            op->added[k] = op->wanted[k] && written[from];
            written[from] = true;
        }
    }
}

static vv_activation activation_of(const vvi_cpu_op *op)
{
    return op->row->activation == NULL ? VV_LINEAR : op->row->activation(op->pass.layer);
}

static vvi_cpu_op *op_of(vvi_cpu_plan *plan, int node)
{
    for (size_t i = 0; i < plan->n_ops; i++)
        if (plan->ops[i].node == node) return &plan->ops[i];
    return NULL;
}

/* The last node itself must have the activation: behind a flatten, softmax was taken over other rows. */
static void fuse_loss(vvi_cpu_plan *plan)
{
    const vv_model *model = plan->model;
    vvi_cpu_op *last = op_of(plan, (int)model->n_nodes - 1);
    const vv_activation fuses = model->loss->fuses;
    if (last == NULL || fuses == VV_LINEAR || activation_of(last) != fuses) return;
    if (model->loss_options.from_logits || (fuses == VV_SOFTMAX && last->pass.out.rank != 1)) return;
    plan->fused = last->pass.dy_is_linear = true;
}

static void fuse_pooling(vvi_cpu_plan *plan)
{
    for (size_t i = 0; i < plan->n_ops; i++) {
        vvi_cpu_op *pool = &plan->ops[i];
        vvi_cpu_op *producer = op_of(plan, pool->input[0]);
        if (pool->row->info.kind != VV_LAYER_MAX_POOLING2D || producer == NULL) continue;
        if (plan->values[producer->node].n_readers != 1 || activation_of(producer) != VV_RELU) continue;
        producer->pass.dy_is_linear = pool->pass.mask_relu = true;
    }
}

/* ---- where things are ------------------------------------------------------------------------------------------- */

static size_t place_values(vvi_cpu_plan *plan, size_t chunk, vvi_interval *list)
{
    size_t n = 0;
    for (size_t i = 0; i < plan->n_ops; i++) {
        const vvi_cpu_op *op = &plan->ops[i];
        if (op->node == plan->out_root) continue;
        list[n++] = (vvi_interval){ .begin = op->node,
                                    .end = plan->args.training ? INT_MAX : plan->values[op->node].last_reader,
                                    .size = chunk * op->out_size };
    }
    const size_t total = vvi_intervals_pack(list, n);
    n = 0;
    for (size_t i = 0; i < plan->n_ops; i++)
        if (plan->ops[i].node != plan->out_root) plan->values[plan->ops[i].node].value_offset = list[n++].offset;
    return total;
}

static size_t place_gradients(vvi_cpu_plan *plan, size_t chunk, vvi_interval *list)
{
    size_t n = 0;
    for (size_t i = plan->n_ops; i-- > 0;) {
        const vvi_cpu_op *op = &plan->ops[i];
        if (!op->backward) continue;
        list[n++] = (vvi_interval){ .begin = op->node,
                                    .end = plan->values[op->node].last_reader,
                                    .size = chunk * op->out_size };
        for (size_t k = 0; k < op->pass.n_in; k++)
            if (op->added[k]) list[n++] = (vvi_interval){ op->node, op->node, chunk * op->in_size[k], 0 };
    }
    const size_t total = vvi_intervals_pack(list, n);
    n = 0;
    for (size_t i = plan->n_ops; i-- > 0;) {
        vvi_cpu_op *op = &plan->ops[i];
        if (!op->backward) continue;
        plan->values[op->node].gradient_offset = list[n++].offset;
        for (size_t k = 0; k < op->pass.n_in; k++)
            if (op->added[k]) op->dx_offset[k] = list[n++].offset;
    }
    return total;
}

/* In inference nothing is kept for a backward pass: all share one place. */
static size_t place_saved(vvi_cpu_plan *plan, size_t chunk)
{
    size_t total = 0, largest = 0;
    for (size_t i = 0; i < plan->n_ops; i++) {
        const size_t size = padded(chunk * plan->ops[i].needs.saved);
        plan->ops[i].saved_offset = plan->args.training ? total : 0;
        total += size;
        if (size > largest) largest = size;
    }
    return plan->args.training ? total : largest;
}

static size_t scratch_size(const vvi_cpu_plan *plan, size_t chunk)
{
    size_t largest = 0;
    for (size_t i = 0; i < plan->n_ops; i++) {
        const size_t size = padded(chunk * plan->ops[i].needs.scratch + plan->ops[i].needs.fixed);
        if (size > largest) largest = size;
    }
    return largest;
}

static size_t place_prepared(vvi_cpu_plan *plan)
{
    size_t total = 0;
    for (size_t i = 0; i < plan->n_ops; i++) {
        plan->ops[i].prepared_offset = total;
        total += padded(plan->ops[i].needs.prepared);
    }
    return total;
}

/* Sizes of the block's parts, in floats. */
typedef struct parts {
    size_t gradients, values, value_gradients, saved, scratch, prepared;
} parts;

static parts measure(vvi_cpu_plan *plan, int chunk, vvi_interval *list)
{
    const size_t n = (size_t)chunk;
    return (parts){ .gradients = plan->args.training ? plan->model->n_weights : 0,
                    .values = place_values(plan, n, list),
                    .value_gradients = plan->args.training ? place_gradients(plan, n, list) : 0,
                    .saved = place_saved(plan, n),
                    .scratch = scratch_size(plan, n),
                    .prepared = place_prepared(plan) };
}

static size_t working_bytes(vvi_cpu_plan *plan, int chunk, vvi_interval *list)
{
    const parts p = measure(plan, chunk, list);
    return (p.values + p.value_gradients + p.saved + p.scratch) * sizeof(float);
}

/* Kernels count in ints. */
static int largest_chunk(const vvi_cpu_plan *plan)
{
    size_t largest = plan->in_size;
    for (size_t i = 0; i < plan->n_ops; i++) {
        const vvi_cpu_op *op = &plan->ops[i];
        const size_t sizes[] = { op->out_size, op->needs.saved, op->needs.scratch };
        for (size_t k = 0; k < 3; k++)
            if (sizes[k] > largest) largest = sizes[k];
    }
    const size_t limit = INT_MAX / (largest == 0 ? 1 : largest);
    return limit < 1 ? 1 : limit < (size_t)plan->args.batch_size ? (int)limit : plan->args.batch_size;
}

/* Every chunk reads all weights and their gradients: it should not do that for fewer activations than there are
 * weights. */
static size_t chunk_budget(const vvi_cpu_plan *plan)
{
    if (plan->args.chunk_bytes > 0) return plan->args.chunk_bytes;
    const size_t weights = plan->model->n_weights * sizeof(float);
    return weights > CACHE_BYTES ? weights : CACHE_BYTES;
}

static int choose_chunk(vvi_cpu_plan *plan, vvi_interval *list)
{
    const size_t budget = chunk_budget(plan);
    const int limit = largest_chunk(plan), batch = plan->args.batch_size;
    for (size_t i = 0; i < plan->n_ops; i++)
        if (plan->ops[i].needs.whole_batch) return limit;
    if (working_bytes(plan, limit, list) <= budget) return limit;
    const size_t fit = budget / working_bytes(plan, 1, list);
    const int chunk = fit < 1 ? 1 : fit < (size_t)limit ? (int)fit : limit;
    const int n_chunks = (batch + chunk - 1) / chunk;
    return (batch + n_chunks - 1) / n_chunks; /* of much the same size */
}

static void bind_op(vvi_cpu_plan *plan, vvi_cpu_op *op, const parts *p)
{
    vv_model *model = plan->model;
    float *values = plan->block + p->gradients, *gradients = values + p->values,
          *saved = gradients + p->value_gradients;
    float *scratch = saved + p->saved, *prepared = scratch + p->scratch;
    vvi_pass *pass = &op->pass;
    vvi_cpu_value *value = &plan->values[op->node];
    pass->y = op->node == plan->out_root ? NULL : values + value->value_offset;
    pass->saved = saved + op->saved_offset;
    pass->scratch = scratch;
    pass->prepared = prepared + op->prepared_offset;
    value->value = pass->y;
    const vvi_node *node = model->nodes[op->node];
    for (size_t k = 0; k < node->n_params; k++) {
        const size_t offset = model->slots[node->first_weight + k].offset;
        pass->w[k] = model->weights + offset;
        pass->dw[k] = plan->args.training ? plan->gradients + offset : NULL;
    }
    if (!plan->args.training || !op->backward) return;
    pass->dy = value->gradient = gradients + value->gradient_offset;
    for (size_t k = 0; k < pass->n_in; k++) {
        if (!op->wanted[k]) continue;
        pass->dx[k] = op->added[k] ? gradients + op->dx_offset[k] : plan->values[op->input[k]].gradient;
    }
}

static vv_status lay_out(vvi_cpu_plan *plan, vv_error *error)
{
    size_t capacity = plan->n_ops + 1;
    for (size_t i = 0; i < plan->n_ops; i++) capacity += plan->ops[i].pass.n_in;
    vvi_interval *list = vvi_arena_alloc(&plan->arena, capacity * sizeof *list);
    if (list == NULL) return vvi_no_memory(error);
    plan->chunk = choose_chunk(plan, list);
    const parts p = measure(plan, plan->chunk, list);
    plan->block_size = p.gradients + p.values + p.value_gradients + p.saved + p.scratch + p.prepared;
    const size_t bytes = (plan->block_size + 16) * sizeof(float);
    plan->block = vvi_malloc_aligned(bytes);
    if (plan->block == NULL)
        return vvi_fail(error, VV_NO_MEMORY, "no memory for a plan of %zu MB (batch size %d)", bytes >> 20,
                        plan->args.batch_size);
    memset(plan->block, 0, bytes);
    plan->gradients = plan->block;
    for (size_t i = 0; i < plan->n_ops; i++) bind_op(plan, &plan->ops[i], &p);
    return VV_OK;
}

static vv_status make_plan(vvi_cpu_plan *plan, vv_error *error)
{
    const vv_model *model = plan->model;
    const int last = (int)model->n_nodes - 1;
    plan->ops = vvi_arena_alloc(&plan->arena, model->n_nodes * sizeof *plan->ops);
    plan->values = vvi_arena_alloc(&plan->arena, model->n_nodes * sizeof *plan->values);
    bool *written = vvi_arena_alloc(&plan->arena, model->n_nodes * sizeof *written);
    if (plan->ops == NULL || plan->values == NULL || written == NULL) return vvi_no_memory(error);
    plan->out_root = vvi_plan_root(model, last);
    plan->in_size = vvi_shape_size(model->nodes[0]->out);
    plan->out_size = vvi_shape_size(model->nodes[last]->out);
    plan->target_size = vvi_shape_size(vvi_model_target_shape(model));
    describe_ops(plan);
    if (plan->args.training) {
        written[plan->out_root] = true; /* by the loss */
        plan_backward(plan, written);
        fuse_loss(plan);
        fuse_pooling(plan);
    }
    return lay_out(plan, error);
}

vv_status vvi_cpu_plan_new(vv_model *model, const vvi_plan_args *args, vvi_cpu_plan **plan, vv_error *error)
{
    *plan = NULL;
    vvi_cpu_plan *made = vvi_calloc(1, sizeof *made);
    if (made == NULL) return vvi_no_memory(error);
    made->model = model;
    made->kernels = vvi_kernels_best();
    made->args = *args;
    const vv_status status = make_plan(made, error);
    if (status == VV_OK) {
        *plan = made;
    } else {
        vvi_cpu_plan_free(made);
    }
    return status;
}

void vvi_cpu_plan_free(vvi_cpu_plan *plan)
{
    if (plan == NULL) return;
    vvi_free(plan->block);
    vvi_arena_deinit(&plan->arena);
    vvi_free(plan);
}
