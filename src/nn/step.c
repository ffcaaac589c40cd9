/* step.c - what every backend does around its passes: penalties, clipping, the optimizer's step.
 *
 *     loss += l1 sum|w| + l2 sum w^2      gradient += l1 sign(w) + 2 l2 w
 *
 * Clipping comes after the penalties, as in Keras: by value element by element, or by the joint norm of all gradients.
 */
#include "nn/plan.h"

#include <math.h>

int vvi_plan_root(const vv_model *model, int node)
{
    while (model->nodes[node]->row->alias) node = model->nodes[node]->inputs[0];
    return node;
}

vvi_key vvi_plan_key(const vv_model *model, int node, uint64_t seed)
{
    return vvi_key_name(vvi_key_new(seed, "dropout"), model->nodes[node]->name);
}

static double penalise(vv_regularizer r, size_t n, const float *w, float *g)
{
    double sum = 0, squares = 0;
    for (size_t i = 0; i < n; i++) {
        sum += fabs((double)w[i]);
        squares += (double)w[i] * (double)w[i];
    }
    for (size_t i = 0; g != NULL && i < n; i++)
        g[i] += (float)(r.l1 * ((w[i] > 0) - (w[i] < 0)) + 2 * r.l2 * (double)w[i]);
    return r.l1 * sum + r.l2 * squares;
}

double vvi_plan_penalty(const vv_model *model, float *gradients)
{
    double penalty = 0;
    for (size_t i = 0; i < model->n_slots; i++) {
        const vvi_weight_slot *slot = &model->slots[i];
        const vv_regularizer r = slot->param->regularizer;
        if (r.l1 == 0 && r.l2 == 0) continue;
        penalty +=
            penalise(r, slot->n, model->weights + slot->offset, gradients == NULL ? NULL : gradients + slot->offset);
    }
    return penalty;
}

static void clip(const vv_model *model, const vvi_kernels *kernels, float *g)
{
    const float limit = (float)model->optimizer.clip_value;
    const double norm = model->optimizer.global_clip_norm;
    for (size_t i = 0; limit > 0 && i < model->n_weights; i++) g[i] = fminf(fmaxf(g[i], -limit), limit);
    if (norm == 0) return;
    const double length = sqrt(kernels->sum_squares(model->n_weights, g));
    if (length > norm) kernels->scale(model->n_weights, (float)(norm / length), g);
}

void vvi_plan_apply(vv_model *model, const vvi_kernels *kernels, float *gradients)
{
    clip(model, kernels, gradients);
    const vv_optimizer *optimizer = &model->args.optimizer;
    vvi_optimizer_row_of(optimizer->kind)
        ->step(optimizer, &model->optimizer, kernels, model->n_weights, model->weights, gradients);
    model->optimizer.steps++;
}
