/* feed.c - examples, batch by batch: checked once before training, then gathered in the order of the epoch.
 *
 * The order is a Fisher-Yates shuffle keyed by (seed, epoch): it does not depend on what came before. The last batch
 * may be smaller. Nothing is allocated between init and deinit.
 */
#include "nn/feed.h"

#include <math.h>
#include <string.h>

static vv_status check_shape(const vv_model *model, const vv_data *data, const char *what, vv_error *error)
{
    const vv_shape wanted = vv_model_input_shape(model), found = vv_data_shape(data);
    if (vvi_shape_equal(wanted, found)) return VV_OK;
    char a[64], b[64];
    vvi_shape_format(wanted, a, sizeof a);
    vvi_shape_format(found, b, sizeof b);
    return vvi_fail(error, VV_BAD_SHAPE, "%s: the model wants %s, the data has %s", what, a, b);
}

/* Texts of losses and metrics say what is wrong; this says with which data. */
static vv_status prefixed(vv_error *error, const char *what, const vv_error *reason)
{
    return vvi_fail(error, reason->status, "%s: %s", what, reason->text);
}

static vv_status check_targets(const vv_model *model, const vv_data *data, vv_error *error)
{
    const vv_shape out = vv_model_output_shape(model), target = vv_data_target_shape(data);
    const size_t n = vv_data_count(data), size = vvi_shape_size(target);
    const float *y = vv_data_y(data);
    VVI_TRY(model->loss->check(out, target, &model->loss_options, error));
    for (size_t i = 0; i < model->args.metrics.n; i++)
        VVI_TRY(model->metrics[i].row->check(model->metrics[i].name, out, target, error));
    if (size != vvi_shape_size(vvi_model_target_shape(model))) {
        char text[64];
        vvi_shape_format(target, text, sizeof text);
        return vvi_fail(error, VV_BAD_SHAPE, "%s wants targets of %zu numbers, the data has %s", model->loss->name,
                        vvi_shape_size(vvi_model_target_shape(model)), text);
    }
    for (size_t i = 0; i < n * size; i++)
        if (!isfinite(y[i]))
            return vvi_fail(error, VV_BAD_ARG, "the target of example %zu is %g", i / size, (double)y[i]);
    return model->loss->check_targets == NULL ? VV_OK : model->loss->check_targets(out, n, y, error);
}

static vv_status check_weights(const vv_data *data, vv_error *error)
{
    const float *w = vv_data_weights(data);
    for (size_t i = 0; w != NULL && i < vv_data_count(data); i++)
        if (!isfinite(w[i]) || w[i] < 0)
            return vvi_fail(error, VV_BAD_ARG, "the weight of example %zu is %g; it must be finite and not negative", i,
                            (double)w[i]);
    return VV_OK;
}

vv_status vvi_feed_check(const vv_model *model, const vv_data *data, const char *what, bool with_targets,
                         vv_error *error)
{
    if (data == NULL) return vvi_fail(error, VV_BAD_ARG, "%s: required", what);
    if (model->n_nodes == 0) return vvi_fail(error, VV_BAD_ARG, "%s: the model has no layers", what);
    VVI_TRY(check_shape(model, data, what, error));
    if (!with_targets) return VV_OK;
    if (!model->compiled)
        return vvi_fail(error, VV_BAD_ARG, "the model has no loss yet: vv_compile(m, .loss = ...) gives it one");
    if (vv_data_y(data) == NULL) return vvi_fail(error, VV_BAD_ARG, "%s: has no targets", what);
    vv_error reason = { 0 };
    if (check_targets(model, data, &reason) != VV_OK) return prefixed(error, what, &reason);
    if (check_weights(data, &reason) != VV_OK) return prefixed(error, what, &reason);
    return VV_OK;
}

vv_status vvi_feed_check_class_weight(const vv_data *data, const double *class_weight, size_t n, vv_error *error)
{
    if (class_weight == NULL) return VV_OK;
    if (vvi_shape_size(vv_data_target_shape(data)) != 1)
        return vvi_fail(error, VV_BAD_ARG, "class_weight: the targets must be one class number an example");
    const float *y = vv_data_y(data);
    for (size_t i = 0; i < vv_data_count(data); i++)
        if (!(y[i] >= 0) || !((double)y[i] < (double)n) || floorf(y[i]) != y[i])
            return vvi_fail(error, VV_BAD_ARG, "class_weight: has %zu classes, but the target of example %zu is %g", n,
                            i, (double)y[i]);
    return VV_OK;
}

/* NULL for 0 elements is no failure. */
static bool allocate(float **buffer, size_t n, int batch_size)
{
    *buffer = n == 0 ? NULL : vvi_malloc_aligned(n * (size_t)batch_size * sizeof **buffer);
    return n == 0 || *buffer != NULL;
}

vv_status vvi_feed_init(vvi_feed *feed, const vv_model *model, const vv_data *data, int batch_size, bool shuffled,
                        const double *class_weight, vv_error *error)
{
    *feed = (vvi_feed){ .data = data,
                        .n = vv_data_count(data),
                        .x_size = vvi_shape_size(vv_data_shape(data)),
                        .y_size = vv_data_y(data) == NULL ? 0 : vvi_shape_size(vv_data_target_shape(data)),
                        .batch_size = (size_t)batch_size < vv_data_count(data) ? batch_size : (int)vv_data_count(data),
                        .class_weight = class_weight,
                        .shuffled = shuffled };
    const bool weighted = class_weight != NULL || vv_data_weights(data) != NULL;
    const int n = feed->batch_size;
    bool done = allocate(&feed->out, vvi_shape_size(vv_model_output_shape(model)), n) &&
                allocate(&feed->w, weighted ? 1 : 0, n) && allocate(&feed->x, shuffled ? feed->x_size : 0, n) &&
                allocate(&feed->y, shuffled ? feed->y_size : 0, n);
    if (done && shuffled) done = (feed->order = vvi_calloc(feed->n, sizeof *feed->order)) != NULL;
    if (done) return VV_OK;
    vvi_feed_deinit(feed);
    return vvi_no_memory(error);
}

void vvi_feed_deinit(vvi_feed *feed)
{
    vvi_free(feed->order);
    vvi_free(feed->x);
    vvi_free(feed->y);
    vvi_free(feed->w);
    vvi_free(feed->out);
    *feed = (vvi_feed){ 0 };
}

void vvi_feed_rewind(vvi_feed *feed, uint64_t seed, int epoch)
{
    feed->at = 0;
    if (!feed->shuffled) return;
    vvi_stream stream = vvi_stream_begin(vvi_key_int(vvi_key_new(seed, "shuffle"), epoch));
    for (size_t i = 0; i < feed->n; i++) {
        const size_t j = (size_t)vvi_stream_below(&stream, i + 1);
        feed->order[i] = feed->order[j];
        feed->order[j] = i;
    }
}

static size_t example_at(const vvi_feed *feed, size_t i)
{
    return feed->shuffled ? feed->order[i] : i;
}

static void gather(const vvi_feed *feed, int n, const float *from, size_t size, float *to)
{
    for (size_t i = 0; i < (size_t)n; i++)
        memcpy(to + i * size, from + example_at(feed, feed->at + i) * size, size * sizeof *to);
}

static void gather_weights(const vvi_feed *feed, int n)
{
    const float *w = vv_data_weights(feed->data), *y = vv_data_y(feed->data);
    for (size_t i = 0; i < (size_t)n; i++) {
        const size_t example = example_at(feed, feed->at + i);
        double weight = w == NULL ? 1 : (double)w[example];
        if (feed->class_weight != NULL) weight *= feed->class_weight[(size_t)y[example]];
        feed->w[i] = (float)weight;
    }
}

bool vvi_feed_next(vvi_feed *feed, vvi_batch *batch)
{
    if (feed->at >= feed->n) return false;
    const size_t left = feed->n - feed->at;
    const int n = left < (size_t)feed->batch_size ? (int)left : feed->batch_size;
    const float *x = vv_data_x(feed->data), *y = vv_data_y(feed->data);
    *batch = (vvi_batch){ .n = n, .w = feed->w, .out = feed->out };
    if (feed->w != NULL) gather_weights(feed, n);
    if (feed->shuffled) {
        gather(feed, n, x, feed->x_size, feed->x);
        if (y != NULL) gather(feed, n, y, feed->y_size, feed->y);
        batch->x = feed->x;
        batch->y = feed->y;
    } else {
        batch->x = x + feed->at * feed->x_size;
        batch->y = y == NULL ? NULL : y + feed->at * feed->y_size;
    }
    feed->at += (size_t)n;
    return true;
}
