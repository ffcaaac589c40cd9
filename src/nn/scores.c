/* scores.c - the loss and the metrics of a pass over the data.
 *
 * As in Keras: the loss of an epoch is the mean of its batches' losses weighted by their sizes, penalties of
 * regularizers included; metrics count every example once, whatever its weight.
 */
#include "nn/scores.h"

vv_status vvi_scores_init(vvi_scores *scores, const vv_model *model, vv_error *error)
{
    *scores = (vvi_scores){ .model = model,
                            .out_size = (int)vvi_shape_size(vv_model_output_shape(model)),
                            .target_size = (int)vvi_shape_size(vvi_model_target_shape(model)) };
    for (size_t i = 0; i < model->args.metrics.n; i++) scores->n_state += model->metrics[i].row->state;
    if (scores->n_state == 0) return VV_OK;
    scores->state = vvi_calloc(scores->n_state, sizeof *scores->state);
    return scores->state == NULL ? vvi_no_memory(error) : VV_OK;
}

void vvi_scores_deinit(vvi_scores *scores)
{
    vvi_free(scores->state);
    *scores = (vvi_scores){ 0 };
}

void vvi_scores_reset(vvi_scores *scores)
{
    scores->loss = scores->examples = 0;
    for (size_t i = 0; i < scores->n_state; i++) scores->state[i] = 0;
}

void vvi_scores_add(vvi_scores *scores, const vvi_batch *batch, double loss)
{
    const vv_model *model = scores->model;
    double *state = scores->state;
    scores->loss += loss * batch->n;
    scores->examples += batch->n;
    for (size_t i = 0; i < model->args.metrics.n; i++) {
        const vvi_metric_row *row = model->metrics[i].row;
        row->update(state, batch->n, scores->out_size, scores->target_size, batch->out, batch->y);
        state += row->state;
    }
}

void vvi_scores_read(const vvi_scores *scores, double *values)
{
    const double *state = scores->state;
    *values++ = scores->loss / scores->examples;
    for (size_t i = 0; i < scores->model->args.metrics.n; i++) {
        const vvi_metric_row *row = scores->model->metrics[i].row;
        *values++ = row->result(state);
        state += row->state;
    }
}

void vvi_scores_evaluate(vvi_scores *scores, const vvi_backend *backend, void *plan, vvi_feed *feed)
{
    const vv_model *model = scores->model;
    const double penalty = vvi_plan_penalty(model, NULL);
    vvi_batch batch;
    vvi_scores_reset(scores);
    vvi_feed_rewind(feed, 0, 0);
    while (vvi_feed_next(feed, &batch)) {
        backend->infer(plan, &batch);
        const double sum = model->loss->value(&model->loss_options, batch.n, scores->out_size, scores->target_size,
                                              batch.out, batch.y, batch.w, 1, false, NULL);
        vvi_scores_add(scores, &batch, sum / batch.n + penalty);
    }
}

void vvi_scores_names(const vv_model *model, const char **names)
{
    *names++ = "loss";
    for (size_t i = 0; i < model->args.metrics.n; i++) *names++ = model->metrics[i].name;
}
