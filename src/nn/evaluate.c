/* evaluate.c - loss and metrics, and outputs, of a model as it is: inference with a plan of its own. */
#include "nn/history.h"
#include "nn/scores.h"

enum { DEFAULT_BATCH = 32 };

/* What evaluate and predict begin with. */
static vv_status begin(vv_model *model, const vv_data *data, int batch_size, const char *backend_name,
                       bool with_targets, const vvi_backend **backend, vvi_feed *feed)
{
    vv_error *error = &model->last;
    if (batch_size < 0) return vvi_fail(error, VV_BAD_ARG, "batch_size is %d; it must be at least 1", batch_size);
    VVI_TRY(vvi_backend_find(backend_name, backend, error));
    VVI_TRY(vvi_feed_check(model, data, "data", with_targets, error));
    if (model->slots == NULL) VVI_TRY(vvi_model_draw_weights(model, 0, error));
    return vvi_feed_init(feed, model, data, batch_size == 0 ? DEFAULT_BATCH : batch_size, false, NULL, error);
}

static vv_status evaluate(vv_model *model, const vvi_backend *backend, vvi_feed *feed, vv_history *history)
{
    vv_error *error = &model->last;
    void *plan;
    vvi_scores scores = { 0 };
    VVI_TRY(backend->plan(model, &(vvi_plan_args){ .batch_size = feed->batch_size }, &plan, error));
    double *values = vvi_calloc(1 + model->args.metrics.n, sizeof *values);
    vv_status status = values == NULL ? vvi_no_memory(error) : vvi_scores_init(&scores, model, error);
    if (status == VV_OK) {
        vvi_scores_evaluate(&scores, backend, plan, feed);
        vvi_scores_read(&scores, values);
        status = vvi_history_add(history, values, error);
    }
    vvi_scores_deinit(&scores);
    vvi_free(values);
    backend->plan_free(plan);
    return status;
}

static vv_status new_history(vv_model *model, vv_history **history)
{
    const size_t n = 1 + model->args.metrics.n;
    const char **names = vvi_calloc(n, sizeof *names);
    if (names != NULL) {
        vvi_scores_names(model, names);
        *history = vvi_history_new(names, n, 1);
    }
    vvi_free(names);
    return *history == NULL ? vvi_no_memory(&model->last) : VV_OK;
}

vv_status vv_evaluate_with(vv_model *model, const vv_evaluate_args *args, vv_history **result)
{
    *result = NULL;
    VVI_TRY(vvi_model_begin_call(model));
    if (model->rehearsal) return new_history(model, result);
    const vvi_backend *backend;
    vvi_feed feed = { 0 };
    vv_status status = begin(model, args->data, args->batch_size, args->backend, true, &backend, &feed);
    if (status == VV_OK) status = new_history(model, result);
    if (status == VV_OK) status = evaluate(model, backend, &feed, *result);
    vvi_feed_deinit(&feed);
    if (status != VV_OK) {
        vv_history_free(*result);
        *result = NULL;
    }
    return status;
}

vv_status vv_predict_with(vv_model *model, const vv_predict_args *args, float *out)
{
    VVI_TRY(vvi_model_begin_call(model));
    if (model->rehearsal) return VV_OK;
    const vvi_backend *backend;
    vvi_feed feed = { 0 };
    void *plan;
    VVI_TRY(begin(model, args->data, args->batch_size, args->backend, false, &backend, &feed));
    vv_status status = backend->plan(model, &(vvi_plan_args){ .batch_size = feed.batch_size }, &plan, &model->last);
    const size_t out_size = vvi_shape_size(vv_model_output_shape(model));
    vvi_batch batch;
    while (status == VV_OK && vvi_feed_next(&feed, &batch)) {
        batch.out = out;
        backend->infer(plan, &batch);
        out += (size_t)batch.n * out_size;
    }
    backend->plan_free(plan);
    vvi_feed_deinit(&feed);
    return status;
}
