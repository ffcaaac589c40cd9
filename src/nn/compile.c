/* compile.c - what a model is trained with, checked against its output at once.
 *
 * Compiling again replaces the arguments and forgets the optimizer's state, as in Keras; weights stay.
 */
#include "nn/nn.h"

#include <math.h>
#include <string.h>

vv_shape vvi_model_target_shape(const vv_model *model)
{
    if (model->args.loss == VV_SPARSE_CATEGORICAL_CROSSENTROPY) return (vv_shape){ .rank = 1, .dim = { 1 } };
    return vv_model_output_shape(model);
}

/* Every node but the last is read by someone: a forgotten branch would have weights that are never trained. */
static vv_status check_graph(vv_model *model)
{
    if (model->n_nodes < 2)
        return vvi_fail(&model->error, VV_BAD_ARG, "compile: the model has %zu layers; add some first",
                        vv_model_layer_count(model));
    for (size_t i = 0; i + 1 < model->n_nodes; i++)
        if (model->nodes[i]->n_readers == 0)
            return vvi_fail(&model->error, VV_BAD_SHAPE, "%s: nothing reads it, and the model's output is %s",
                            model->nodes[i]->name, model->nodes[model->n_nodes - 1]->name);
    return VV_OK;
}

static vv_status check_option(vv_model *model, const char *name, double value, bool is_legal, const char *legal)
{
    if (is_legal && isfinite(value)) return VV_OK;
    return vvi_fail(&model->error, VV_BAD_ARG, "compile: %s is %.9g; it must be %s", name, value, legal);
}

static vv_status compile_loss(vv_model *model)
{
    vv_compile_args *args = &model->args;
    model->loss = args->loss == VV_LOSS_NONE ? NULL : vvi_loss_row_of(args->loss);
    if (args->loss == VV_LOSS_NONE) return vvi_fail(&model->error, VV_BAD_ARG, "compile: a loss is required");
    if (model->loss == NULL)
        return vvi_fail(&model->error, VV_BAD_ARG, "compile: there is no loss %d", (int)args->loss);
    if (args->huber_delta == 0) args->huber_delta = 1;
    VVI_TRY(check_option(model, "huber_delta", args->huber_delta, args->huber_delta > 0, "above 0"));
    VVI_TRY(check_option(model, "label_smoothing", args->label_smoothing,
                         args->label_smoothing >= 0 && args->label_smoothing < 1, "at least 0 and below 1"));
    model->loss_options = (vvi_loss_options){ .huber_delta = args->huber_delta,
                                              .label_smoothing = args->label_smoothing,
                                              .from_logits = args->from_logits };
    return model->loss->check(vv_model_output_shape(model), vvi_model_target_shape(model), &model->loss_options,
                              &model->error);
}

static vv_status compile_metric(vv_model *model, vv_metric metric, vvi_compiled_metric *compiled)
{
    const vv_shape out = vv_model_output_shape(model);
    compiled->name = vvi_metric_name(metric);
    const vvi_loss_row *loss = vvi_loss_row_of((vv_loss)metric);
    if (loss != NULL)
        return vvi_fail(&model->error, VV_BAD_ARG,
                        "compile: %s in VV_METRICS is a loss; metrics of errors are VV_METRIC_MAE and VV_METRIC_MSE",
                        loss->name);
    if (compiled->name == NULL)
        return vvi_fail(&model->error, VV_BAD_ARG, "compile: there is no metric %d", (int)metric);
    compiled->row = vvi_metric_row_of(vvi_metric_resolve(metric, model->args.loss, out));
    for (const vvi_compiled_metric *other = model->metrics; other < compiled; other++)
        if (strcmp(other->name, compiled->name) == 0)
            return vvi_fail(&model->error, VV_CONFLICT, "compile: the metric %s is there twice", compiled->name);
    return compiled->row->check(compiled->name, out, vvi_model_target_shape(model), &model->error);
}

static vv_status compile_metrics(vv_model *model)
{
    const vv_metrics asked = model->args.metrics;
    if (asked.n == 0) return VV_OK;
    vv_metric *list = vvi_arena_alloc(&model->arena, asked.n * sizeof *list);
    model->metrics = vvi_arena_alloc(&model->arena, asked.n * sizeof *model->metrics);
    if (list == NULL || model->metrics == NULL) return vvi_no_memory(&model->error);
    memcpy(list, asked.list, asked.n * sizeof *list);
    model->args.metrics.list = list;
    for (size_t i = 0; i < asked.n; i++) VVI_TRY(compile_metric(model, list[i], &model->metrics[i]));
    return VV_OK;
}

void vv_compile_with(vv_model *model, const vv_compile_args *args)
{
    if (model == NULL || model->error.status != VV_OK) return;
    vvi_optimizer_state_deinit(&model->optimizer);
    model->optimizer_ready = false;
    model->epochs = 0;
    model->compiled = false;
    model->args = *args;
    if (args->optimizer.kind == VV_OPTIMIZER_NONE) model->args.optimizer = vv_rmsprop();
    if (check_graph(model) != VV_OK || compile_loss(model) != VV_OK) return;
    if (vvi_optimizer_resolve(&model->args.optimizer, &model->error) != VV_OK) return;
    model->compiled = compile_metrics(model) == VV_OK;
}
