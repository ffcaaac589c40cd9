/* cpu.c - the cpu backend: runs a plan chunk by chunk with the fastest kernels. Allocates nothing.
 *
 * Weight gradients add up over the chunks of a batch in order, so the result is the same run after run.
 */
#include "nn/cpu.h"

#include <math.h>
#include <string.h>

static void prepare(vvi_cpu_plan *plan, bool training)
{
    for (size_t i = 0; i < plan->n_ops; i++) {
        vvi_cpu_op *op = &plan->ops[i];
        if (op->row->prepare == NULL) continue;
        op->pass.training = training;
        op->row->prepare(&op->pass);
    }
}

static void forward(vvi_cpu_plan *plan, const vvi_batch *batch, int first, int n, bool training)
{
    float *out = batch->out + (size_t)first * plan->out_size;
    plan->values[0].value = batch->x + (size_t)first * plan->in_size;
    for (size_t i = 0; i < plan->n_ops; i++) {
        vvi_cpu_op *op = &plan->ops[i];
        vvi_pass *pass = &op->pass;
        pass->n = n;
        pass->training = training;
        pass->example = first;
        if (op->node == plan->out_root) plan->values[op->node].value = pass->y = out;
        for (size_t k = 0; k < pass->n_in; k++) pass->x[k] = plan->values[op->input[k]].value;
        op->row->forward(pass);
    }
    if (plan->out_root == 0) memcpy(out, plan->values[0].value, (size_t)n * plan->out_size * sizeof *out);
}

static void backward(vvi_cpu_plan *plan, int n)
{
    for (size_t i = plan->n_ops; i-- > 0;) {
        vvi_cpu_op *op = &plan->ops[i];
        if (!op->backward) continue;
        op->row->backward(&op->pass);
        for (size_t k = 0; k < op->pass.n_in; k++)
            if (op->added[k])
                plan->kernels->add((size_t)n * op->in_size[k], op->pass.dx[k], plan->values[op->input[k]].gradient);
    }
}

static double chunk_loss(vvi_cpu_plan *plan, const vvi_batch *batch, int first, int n)
{
    const vv_model *model = plan->model;
    return model->loss->value(&model->loss_options, n, (int)plan->out_size, (int)plan->target_size,
                              batch->out + (size_t)first * plan->out_size, batch->y + (size_t)first * plan->target_size,
                              batch->w == NULL ? NULL : batch->w + first, 1.0 / batch->n, plan->fused,
                              plan->values[plan->out_root].gradient);
}

static double train_step(void *opaque, const vvi_batch *batch)
{
    vvi_cpu_plan *plan = opaque;
    vv_model *model = plan->model;
    double loss = 0;
    memset(plan->gradients, 0, model->n_weights * sizeof *plan->gradients);
    for (size_t i = 0; i < plan->n_ops; i++)
        plan->ops[i].pass.key = vvi_key_int(plan->ops[i].key, model->optimizer.steps);
    prepare(plan, true);
    for (int first = 0; first < batch->n; first += plan->chunk) {
        const int left = batch->n - first, n = left < plan->chunk ? left : plan->chunk;
        forward(plan, batch, first, n, true);
        loss += chunk_loss(plan, batch, first, n);
        backward(plan, n);
    }
    loss = loss / batch->n + vvi_plan_penalty(model, plan->gradients);
    if (isfinite(loss)) vvi_plan_apply(model, plan->kernels, plan->gradients);
    plan->prepared = false;
    return loss;
}

static void infer(void *opaque, const vvi_batch *batch)
{
    vvi_cpu_plan *plan = opaque;
    if (!plan->prepared) prepare(plan, false);
    plan->prepared = true;
    for (int first = 0; first < batch->n; first += plan->chunk) {
        const int left = batch->n - first;
        forward(plan, batch, first, left < plan->chunk ? left : plan->chunk, false);
    }
}

static vv_status plan_new(vv_model *model, const vvi_plan_args *args, void **plan, vv_error *error)
{
    vvi_cpu_plan *made;
    const vv_status status = vvi_cpu_plan_new(model, args, &made, error);
    *plan = made;
    return status;
}

static void plan_free(void *opaque)
{
    vvi_cpu_plan_free(opaque);
}

const vvi_backend vvi_backend_cpu = {
    .name = "cpu", .plan = plan_new, .train_step = train_step, .infer = infer, .plan_free = plan_free
};
