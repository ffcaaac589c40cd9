/* reference.c - the backend to check others with: every node's values and gradients in double, whole batches, no
 * sharing, no fusion, each layer by its plain twin.
 *
 * Weights stay float32 in the model and the optimizer steps in float32 by the plain kernels, so that its losses can be
 * compared with those of other backends step by step. Slow on purpose.
 */
#include "nn/reference.h"

#include <math.h>
#include <string.h>

struct vvi_reference {
    vv_model *model;
    const vvi_kernels *kernels;
    vvi_plan_args args;
    double *block;              /* owned; all doubles below */
    double **y, **dy;           /* by node */
    double *dx[VVI_MAX_INPUTS]; /* room for one node's inputs */
    double *weights, *gradients;
    float *float_gradients; /* owned */
    vvi_arena arena;
};

static const vvi_kernels *plain_kernels(void)
{
    const vvi_kernels *last = NULL, *next;
    for (size_t i = 0; (next = vvi_kernels_at(i)) != NULL; i++) last = next;
    return last;
}

static size_t largest_node(const vv_model *model)
{
    size_t largest = 0;
    for (size_t i = 0; i < model->n_nodes; i++) {
        const size_t size = vvi_shape_size(model->nodes[i]->out);
        if (size > largest) largest = size;
    }
    return largest;
}

/* Hands out the block's parts; with a NULL block it only measures. Returns the size in doubles. */
static size_t lay_out(vvi_reference *plan, double *block)
{
    const vv_model *model = plan->model;
    const size_t batch = (size_t)plan->args.batch_size;
    size_t at = 0;
    for (size_t i = 0; i < model->n_nodes; i++) {
        const size_t size = batch * vvi_shape_size(model->nodes[i]->out);
        plan->y[i] = block == NULL ? NULL : block + at;
        plan->dy[i] = block == NULL ? NULL : block + at + size;
        at += 2 * size;
    }
    for (size_t k = 0; k < VVI_MAX_INPUTS; k++, at += batch * largest_node(model))
        plan->dx[k] = block == NULL ? NULL : block + at;
    plan->weights = block == NULL ? NULL : block + at;
    plan->gradients = block == NULL ? NULL : block + at + model->n_weights;
    return at + 2 * model->n_weights;
}

static vv_status allocate(vvi_reference *plan, vv_error *error)
{
    const size_t n = plan->model->n_nodes;
    plan->y = vvi_arena_alloc(&plan->arena, n * sizeof *plan->y);
    plan->dy = vvi_arena_alloc(&plan->arena, n * sizeof *plan->dy);
    if (plan->y == NULL || plan->dy == NULL) return vvi_no_memory(error);
    plan->block = vvi_calloc(lay_out(plan, NULL), sizeof *plan->block);
    plan->float_gradients = vvi_calloc(plan->model->n_weights + 1, sizeof *plan->float_gradients);
    if (plan->block == NULL || plan->float_gradients == NULL) return vvi_no_memory(error);
    lay_out(plan, plan->block);
    return VV_OK;
}

vv_status vvi_reference_new(vv_model *model, const vvi_plan_args *args, vvi_reference **plan, vv_error *error)
{
    *plan = NULL;
    vvi_reference *made = vvi_calloc(1, sizeof *made);
    if (made == NULL) return vvi_no_memory(error);
    made->model = model;
    made->kernels = plain_kernels();
    made->args = *args;
    const vv_status status = allocate(made, error);
    if (status == VV_OK) {
        *plan = made;
    } else {
        vvi_reference_free(made);
    }
    return status;
}

void vvi_reference_free(vvi_reference *plan)
{
    if (plan == NULL) return;
    vvi_free(plan->block);
    vvi_free(plan->float_gradients);
    vvi_arena_deinit(&plan->arena);
    vvi_free(plan);
}

void vvi_reference_read_weights(vvi_reference *plan)
{
    for (size_t i = 0; i < plan->model->n_weights; i++) plan->weights[i] = (double)plan->model->weights[i];
}

double *vvi_reference_weights(vvi_reference *plan)
{
    return plan->weights;
}

const double *vvi_reference_gradients(const vvi_reference *plan)
{
    return plan->gradients;
}

static vvi_reference_pass pass_of(vvi_reference *plan, int i, int n, bool training)
{
    const vvi_node *node = plan->model->nodes[i];
    vvi_reference_pass pass = { .layer = &node->layer,
                                .in = node->in,
                                .n_in = node->n_inputs,
                                .out = node->out,
                                .n = n,
                                .training = training,
                                .y = plan->y[i],
                                .key = vvi_key_int(vvi_plan_key(plan->model, i, plan->args.seed),
                                                   plan->model->optimizer.steps),
                                .dy = plan->dy[i] };
    for (size_t k = 0; k < node->n_inputs; k++) {
        pass.x[k] = plan->y[node->inputs[k]];
        pass.dx[k] = plan->dx[k];
    }
    for (size_t k = 0; k < node->n_params; k++) {
        const size_t offset = plan->model->slots[node->first_weight + k].offset;
        pass.w[k] = plan->weights + offset;
        pass.dw[k] = plan->gradients + offset;
    }
    return pass;
}

static void forward(vvi_reference *plan, const vvi_batch *batch, bool training)
{
    const vv_model *model = plan->model;
    const size_t n = (size_t)batch->n;
    const size_t in = n * vvi_shape_size(model->nodes[0]->out), out = n * vvi_shape_size(vv_model_output_shape(model));
    for (size_t i = 0; i < in; i++) plan->y[0][i] = (double)batch->x[i];
    for (size_t i = 1; i < model->n_nodes; i++) {
        const vvi_node *node = model->nodes[i];
        if (node->row->alias) {
            memcpy(plan->y[i], plan->y[node->inputs[0]], n * vvi_shape_size(node->out) * sizeof(double));
            continue;
        }
        const vvi_reference_pass pass = pass_of(plan, (int)i, batch->n, training);
        node->row->reference_forward(&pass);
    }
    for (size_t i = 0; i < out; i++) batch->out[i] = (float)plan->y[model->n_nodes - 1][i];
}

double vvi_reference_loss(vvi_reference *plan, const vvi_batch *batch)
{
    const vv_model *model = plan->model;
    const size_t last = model->n_nodes - 1, out = vvi_shape_size(model->nodes[last]->out);
    const size_t target = vvi_shape_size(vvi_model_target_shape(model));
    forward(plan, batch, true);
    return model->loss->reference(&model->loss_options, batch->n, (int)out, (int)target, plan->y[last], batch->y,
                                  batch->w, 1.0 / batch->n, plan->dy[last]) /
           batch->n;
}

static void backward_node(vvi_reference *plan, size_t i, int n)
{
    const vvi_node *node = plan->model->nodes[i];
    const vvi_reference_pass pass = pass_of(plan, (int)i, n, true);
    if (!node->row->alias) node->row->reference_backward(&pass);
    for (size_t k = 0; k < node->n_inputs; k++) {
        const double *from = node->row->alias ? plan->dy[i] : plan->dx[k];
        double *to = plan->dy[node->inputs[k]];
        const size_t size = (size_t)n * vvi_shape_size(node->in[k]);
        for (size_t e = 0; e < size; e++) to[e] += from[e];
    }
}

void vvi_reference_backward(vvi_reference *plan, const vvi_batch *batch)
{
    const vv_model *model = plan->model;
    for (size_t i = 0; i + 1 < model->n_nodes; i++)
        memset(plan->dy[i], 0, (size_t)batch->n * vvi_shape_size(model->nodes[i]->out) * sizeof(double));
    for (size_t i = 0; i < model->n_weights; i++) plan->gradients[i] = 0;
    for (size_t i = model->n_nodes - 1; i > 0; i--) backward_node(plan, i, batch->n);
}

/* ---- the backend ------------------------------------------------------------------------------------------------ */

static vv_status plan_new(vv_model *model, const vvi_plan_args *args, void **plan, vv_error *error)
{
    vvi_reference *made;
    const vv_status status = vvi_reference_new(model, args, &made, error);
    *plan = made;
    return status;
}

static double train_step(void *opaque, const vvi_batch *batch)
{
    vvi_reference *plan = opaque;
    vvi_reference_read_weights(plan);
    double loss = vvi_reference_loss(plan, batch);
    vvi_reference_backward(plan, batch);
    for (size_t i = 0; i < plan->model->n_weights; i++) plan->float_gradients[i] = (float)plan->gradients[i];
    loss += vvi_plan_penalty(plan->model, plan->float_gradients);
    if (isfinite(loss)) vvi_plan_apply(plan->model, plan->kernels, plan->float_gradients);
    return loss;
}

static void infer(void *opaque, const vvi_batch *batch)
{
    vvi_reference_read_weights(opaque);
    forward(opaque, batch, false);
}

static void plan_free(void *opaque)
{
    vvi_reference_free(opaque);
}

const vvi_backend vvi_backend_reference = {
    .name = "reference", .plan = plan_new, .train_step = train_step, .infer = infer, .plan_free = plan_free
};
