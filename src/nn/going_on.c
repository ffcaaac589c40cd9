/* going_on.c - fits that find out whether a file is of theirs, and then begin where it was saved.
 *
 * The digest is of all that decides what a fit does, so that nothing has to be known of the code around it. What it leaves out:
 * the numbers of the data (a search knows its data by other means, and they may be many), and what functions of callbacks do.
 */
#include "nn/training.h"

#include <string.h>

typedef struct vvi_tracker {
    const vvi_training *from;
    uint64_t key;
} vvi_tracker;

void vvi_model_track(vv_model *model, const vvi_training *from, uint64_t key)
{
    vvi_tracker *tracker = vvi_arena_alloc(&model->arena, sizeof *tracker);
    if (tracker != NULL) *tracker = (vvi_tracker){ from, key }; /* no memory: it is trained from its beginning */
    model->tracker = tracker;
}

bool vvi_model_can_go_on(const vv_model *model)
{
    return model->history != NULL && model->tracker != NULL && model->memory.plain;
}

bool vvi_model_went_on(const vv_model *model)
{
    return model->went_on;
}

/* ---- the digest ----------------------------------------------------------------------------------------------------- */

static uint64_t hash_int(uint64_t hash, int64_t number)
{
    return vvi_hash_bytes(hash, &number, sizeof number);
}

static uint64_t hash_data(uint64_t hash, const vv_data *data)
{
    if (data == NULL) return hash_int(hash, -1);
    const vv_shape shapes[] = { vv_data_shape(data), vv_data_target_shape(data) };
    hash = hash_int(hash, (int64_t)vv_data_count(data));
    for (int i = 0; i < 2; i++)
        for (int k = 0; k < shapes[i].rank; k++) hash = hash_int(hash, shapes[i].dim[k]);
    return hash;
}

static uint64_t hash_args(uint64_t hash, const vvi_fit_start *start)
{
    const vv_fit_args *args = start->args;
    const int64_t numbers[] = {
        start->epochs,    args->initial_epoch, start->batch_size,
        args->no_shuffle, (int64_t)args->seed, (int64_t)vvi_callbacks_digest(&args->callbacks)
    };
    hash = vvi_hash_bytes(hash, numbers, sizeof numbers);
    hash = vvi_hash_text(hash, start->backend);
    for (size_t i = 0; i < start->n_names; i++) hash = vvi_hash_text(hash, start->names[i]);
    if (args->class_weight != NULL)
        hash = vvi_hash_bytes(hash, args->class_weight, args->n_class_weight * sizeof *args->class_weight);
    return hash_data(hash_data(hash, args->training), args->validation);
}

static uint64_t hash_floats(uint64_t hash, const float *values, size_t n)
{
    return values == NULL || n == 0 ? hash_int(hash, -1) : vvi_hash_bytes(hash, values, n * sizeof *values);
}

static uint64_t hash_model(uint64_t hash, const vv_model *model)
{
    const vvi_optimizer_state *optimizer = &model->optimizer;
    hash = hash_int(hash, (int64_t)vv_model_digest(model));
    for (size_t i = 0; i < model->n_slots; i++) hash = vvi_hash_text(hash, model->slots[i].name);
    hash = hash_floats(hash, model->weights, model->n_weights);
    hash = hash_int(hash, optimizer->steps);
    hash = vvi_hash_number(hash, optimizer->learning_rate);
    for (size_t i = 0; i < VVI_MAX_SLOTS && optimizer->steps > 0; i++) /* before the first step they are zeros */
        hash = hash_floats(hash, optimizer->slot[i], model->n_weights);
    return hash;
}

/* ---- going on ------------------------------------------------------------------------------------------------------- */

static vv_status take_history(const vvi_training *from, size_t n_names, vv_history *history, vv_error *error)
{
    vvi_tensor tensor;
    const size_t row = n_names * sizeof(double);
    const bool found = vvi_training_array(from, "history", "F64", &tensor);
    for (size_t at = 0; found && at + row <= tensor.size_bytes; at += row)
        VVI_TRY(vvi_history_add(history, tensor.data + at, error));
    return VV_OK;
}

vv_status vvi_fit_go_on(vv_model *model, const vvi_fit_start *start, vv_history *history, vv_error *error)
{
    const vvi_tracker *t = model->tracker;
    model->went_on = false;
    model->beginning = 0;
    if (t == NULL) return VV_OK;
    model->beginning =
        hash_model(hash_args(hash_int(hash_int(VVI_HASH_START, (int64_t)t->key), model->n_fits), start), model);
    if (t->from == NULL || t->from->progress.beginning != model->beginning) return VV_OK;
    const vv_status status = vvi_training_take(t->from, model, NULL);
    if (status != VV_OK) return status == VV_NO_MEMORY ? vvi_no_memory(error) : VV_OK;
    model->went_on = true;
    return take_history(t->from, start->n_names, history, error);
}
