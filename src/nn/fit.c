/* fit.c - training: epochs of shuffled batches, validation after each, callbacks around them.
 *
 * Everything is checked and allocated before the first step (callbacks' begin included); the loop itself allocates
 * nothing. Weights and optimizer state stay on the model, so that a second fit goes on where the first ended. Errors
 * are put on the model for its owner to read, but do not stick.
 */
#include "nn/fit.h"
#include "nn/scores.h"
#include "nn/training.h"

#include <math.h>
#include <string.h>

enum { DEFAULT_BATCH = 32 };

typedef struct fit {
    vv_model *model;
    vv_error *error; /* the model's */
    const vv_fit_args *args;
    int epochs, batch_size;
    const vvi_backend *backend;
    void *plan;
    vvi_feed training, validation;
    vvi_scores scores;
    vvi_arena arena;
    const char **names; /* of all metrics, in the history's order */
    double *values;
    size_t n_values;
    vv_history *history;
    size_t n_begun; /* callbacks that have begun */
} fit;

static vv_status check_args(fit *f)
{
    const vv_fit_args *args = f->args;
    if (args->epochs < 0) return vvi_fail(f->error, VV_BAD_ARG, "epochs is %d; it must be at least 1", args->epochs);
    if (args->batch_size < 0)
        return vvi_fail(f->error, VV_BAD_ARG, "batch_size is %d; it must be at least 1", args->batch_size);
    for (size_t i = 0; args->class_weight != NULL && i < args->n_class_weight; i++)
        if (!isfinite(args->class_weight[i]) || args->class_weight[i] < 0)
            return vvi_fail(f->error, VV_BAD_ARG, "class_weight of class %zu is %g; it must be finite and not negative",
                            i, args->class_weight[i]);
    f->epochs = args->epochs == 0 ? 1 : args->epochs;
    if (args->initial_epoch < 0 || args->initial_epoch > f->epochs)
        return vvi_fail(f->error, VV_BAD_ARG, "initial_epoch is %d; it must be from 0 to epochs, %d",
                        args->initial_epoch, f->epochs);
    f->batch_size = args->batch_size == 0 ? DEFAULT_BATCH : args->batch_size;
    return vvi_backend_find(args->backend, &f->backend, f->error);
}

/* "loss", metrics, and with validation each of them again behind "val_". */
static vv_status make_names(fit *f)
{
    const size_t half = 1 + f->model->args.metrics.n;
    f->n_values = f->args->validation == NULL ? half : 2 * half;
    f->names = vvi_arena_alloc(&f->arena, f->n_values * sizeof *f->names);
    f->values = vvi_arena_alloc(&f->arena, f->n_values * sizeof *f->values);
    if (f->names == NULL || f->values == NULL) return vvi_no_memory(f->error);
    vvi_scores_names(f->model, f->names);
    for (size_t i = half; i < f->n_values; i++) {
        f->names[i] = vvi_arena_printf(&f->arena, "val_%s", f->names[i - half]);
        if (f->names[i] == NULL) return vvi_no_memory(f->error);
    }
    f->history = vvi_history_new(f->names, f->n_values, f->epochs - f->args->initial_epoch);
    return f->history == NULL ? vvi_no_memory(f->error) : VV_OK;
}

static vv_status check_data(fit *f)
{
    const vv_fit_args *args = f->args;
    VVI_TRY(vvi_feed_check(f->model, args->training, "training data", true, f->error));
    if (args->validation != NULL)
        VVI_TRY(vvi_feed_check(f->model, args->validation, "validation data", true, f->error));
    return vvi_feed_check_class_weight(args->training, args->class_weight, args->n_class_weight, f->error);
}

vv_status vvi_fit_make_ready(vv_model *model, uint64_t seed, vv_error *error)
{
    if (model->slots == NULL) VVI_TRY(vvi_model_draw_weights(model, seed, error));
    if (model->optimizer_ready) return VV_OK;
    VVI_TRY(vvi_optimizer_state_init(&model->optimizer, &model->args.optimizer, model->n_weights, error));
    model->optimizer_ready = true;
    return VV_OK;
}

/* Weights, optimizer and memory: those of a training that goes on, or fresh ones. */
static vv_status make_model(fit *f)
{
    const vv_fit_args *args = f->args;
    const vvi_fit_start start = { args, f->epochs, f->batch_size, f->backend->name, f->names, f->n_values };
    vv_model *m = f->model;
    VVI_TRY(vvi_fit_make_ready(m, args->seed, f->error));
    VVI_TRY(vvi_fit_go_on(m, &start, f->history, f->error));
    const bool goes_on = m->went_on || (args->initial_epoch > 0 && args->initial_epoch == m->epochs);
    VVI_TRY(vvi_fit_memory_begin(&m->memory, &args->callbacks, m->n_weights, goes_on, f->error));
    m->history = f->history;
    return VV_OK;
}

static vv_status make_memory(fit *f)
{
    const vv_fit_args *args = f->args;
    VVI_TRY(vvi_feed_init(&f->training, f->model, args->training, f->batch_size, !args->no_shuffle, args->class_weight,
                          f->error));
    if (args->validation != NULL)
        VVI_TRY(vvi_feed_init(&f->validation, f->model, args->validation, f->batch_size, false, NULL, f->error));
    int batch_size = f->training.batch_size;
    if (f->validation.batch_size > batch_size) batch_size = f->validation.batch_size;
    const vvi_plan_args plan_args = { .batch_size = batch_size, .training = true, .seed = args->seed };
    VVI_TRY(f->backend->plan(f->model, &plan_args, &f->plan, f->error));
    return vvi_scores_init(&f->scores, f->model, f->error);
}

/* ---- callbacks ----------------------------------------------------------------------------------------------------
 */

/* A callback that fails without a word still leaves one. */
static vv_status explained(fit *f, const vv_callback *callback, vv_status status)
{
    if (status == VV_OK) return VV_OK;
    return vvi_fail(f->error, status, "the callback %s ended training: %s",
                    callback->name == NULL ? "without a name" : callback->name, vv_strerror(status));
}

static vv_status begin_callbacks(fit *f)
{
    const vv_callbacks *callbacks = &f->args->callbacks;
    for (; f->n_begun < callbacks->n; f->n_begun++) {
        const vv_callback *c = &callbacks->list[f->n_begun];
        void *state = vvi_fit_memory_state(&f->model->memory, callbacks, f->n_begun);
        if (c->begin != NULL) VVI_TRY(explained(f, c, c->begin(c, state, f->model, f->error)));
    }
    return VV_OK;
}

static void obey(vv_model *model, const vv_verdict *verdict)
{
    vvi_fit_memory *m = &model->memory;
    if (verdict->stop) m->stop = true;
    if (verdict->learning_rate > 0 && isfinite(verdict->learning_rate))
        model->optimizer.learning_rate = verdict->learning_rate;
    if (verdict->keep_weights) {
        if (model->n_weights > 0) memcpy(m->kept, model->weights, model->n_weights * sizeof *m->kept);
        m->has_kept = true;
    }
    if (verdict->restore_weights) m->restore = true;
}

typedef vv_status (*callback_function)(const vv_callback *, void *, const vv_epoch *, vv_verdict *, vv_error *);

static callback_function epoch_begin(const vv_callback *c)
{
    return c->epoch_begin;
}

static callback_function epoch_end(const vv_callback *c)
{
    return c->epoch_end;
}

static callback_function epoch_done(const vv_callback *c)
{
    return c->epoch_done;
}

static vv_status call(fit *f, int epoch, callback_function (*which)(const vv_callback *))
{
    const bool measured = which != epoch_begin;
    for (size_t i = 0; i < f->n_begun; i++) {
        const vv_callback *c = &f->args->callbacks.list[i];
        const callback_function function = which(c);
        const vv_epoch seen = { .model = f->model,
                                .epoch = epoch,
                                .epochs = f->epochs,
                                .names = measured ? f->names : NULL,
                                .values = measured ? f->values : NULL,
                                .n = measured ? f->n_values : 0,
                                .learning_rate = f->model->optimizer.learning_rate };
        vv_verdict verdict = { 0 };
        void *state = vvi_fit_memory_state(&f->model->memory, &f->args->callbacks, i);
        if (function == NULL) continue;
        VVI_TRY(explained(f, c, function(c, state, &seen, &verdict, f->error)));
        obey(f->model, &verdict);
    }
    return VV_OK;
}

/* ---- the loop ------------------------------------------------------------------------------------------------------
 */

static vv_status train_epoch(fit *f, int epoch)
{
    vvi_batch batch;
    vvi_scores_reset(&f->scores);
    vvi_feed_rewind(&f->training, f->args->seed, epoch);
    for (int step = 1; vvi_feed_next(&f->training, &batch); step++) {
        const double loss = f->backend->train_step(f->plan, &batch);
        if (!isfinite(loss))
            return vvi_fail(f->error, VV_DIVERGED,
                            "epoch %d: the loss of batch %d is %s; a smaller learning rate may help", epoch + 1, step,
                            isnan(loss) ? "nan" : "infinite");
        vvi_scores_add(&f->scores, &batch, loss);
    }
    vvi_scores_read(&f->scores, f->values);
    f->model->epochs++;
    return VV_OK;
}

static vv_status validate(fit *f, int epoch)
{
    if (f->args->validation == NULL) return VV_OK;
    double *values = f->values + f->n_values / 2;
    vvi_scores_evaluate(&f->scores, f->backend, f->plan, &f->validation);
    vvi_scores_read(&f->scores, values);
    if (isfinite(values[0])) return VV_OK;
    return vvi_fail(f->error, VV_DIVERGED, "epoch %d: the validation loss is %s", epoch + 1,
                    isnan(values[0]) ? "nan" : "infinite");
}

static vv_status run(fit *f)
{
    const int first = f->args->initial_epoch + (int)vv_history_epochs(f->history);
    for (int epoch = first; epoch < f->epochs && !f->model->memory.stop; epoch++) {
        VVI_TRY(call(f, epoch, epoch_begin));
        VVI_TRY(train_epoch(f, epoch));
        VVI_TRY(validate(f, epoch));
        VVI_TRY(vvi_history_add(f->history, f->values, f->error));
        VVI_TRY(call(f, epoch, epoch_end));
        VVI_TRY(call(f, epoch, epoch_done));
    }
    return VV_OK;
}

/* Who asked this fit to stop does not speak for another that goes on from it. */
static void end_memory(vv_model *model)
{
    vvi_fit_memory *m = &model->memory;
    if (m->restore && m->has_kept && model->n_weights > 0)
        memcpy(model->weights, m->kept, model->n_weights * sizeof *m->kept);
    m->stop = false;
    model->history = NULL;
}

static void end(fit *f)
{
    for (size_t i = 0; i < f->n_begun; i++) {
        const vv_callback *c = &f->args->callbacks.list[i];
        if (c->end != NULL) c->end(c, vvi_fit_memory_state(&f->model->memory, &f->args->callbacks, i));
    }
    if (f->model->history != NULL) end_memory(f->model);
    if (f->plan != NULL) f->backend->plan_free(f->plan);
    vvi_scores_deinit(&f->scores);
    vvi_feed_deinit(&f->training);
    vvi_feed_deinit(&f->validation);
    vvi_arena_deinit(&f->arena);
}

/* What an explanation wants to know of a fit that is not to train. */
static void remember(fit *f)
{
    const vv_fit_args *args = f->args;
    vvi_rehearsed_fit *r = &f->model->rehearsed;
    *r = (vvi_rehearsed_fit){ .called = true,
                              .epochs = f->epochs,
                              .batch_size = f->batch_size,
                              .no_shuffle = args->no_shuffle,
                              .callbacks = vvi_callbacks_digest(&args->callbacks) };
    if (args->class_weight != NULL)
        r->class_weight =
            vvi_hash_bytes(VVI_HASH_START, args->class_weight, args->n_class_weight * sizeof *args->class_weight);
}

static vv_status train(fit *f)
{
    VVI_TRY(check_args(f));
    VVI_TRY(make_names(f));
    if (f->model->rehearsal) {
        remember(f);
        return VV_OK;
    }
    f->model->n_fits++;
    VVI_TRY(check_data(f));
    VVI_TRY(make_model(f));
    VVI_TRY(make_memory(f));
    VVI_TRY(begin_callbacks(f));
    return run(f);
}

vv_status vv_fit_with(vv_model *model, const vv_fit_args *args)
{
    if (args->history != NULL) *args->history = NULL;
    VVI_TRY(vvi_model_begin_call(model));
    fit f = { .model = model, .error = &model->last, .args = args };
    const vv_status status = train(&f);
    end(&f);
    if (args->history != NULL) {
        *args->history = f.history;
    } else {
        vv_history_free(f.history);
    }
    return status;
}
