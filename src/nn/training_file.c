/* training_file.c - the whole state of a training as a safetensors file, so that it goes on as if it had not stopped.
 *
 *     weights/dense/kernel    the weights
 *     slot_0/dense/kernel     what the optimizer remembers of each, slot by slot, those that its options use
 *     kept/dense/kernel       the weights that a callback asked to remember, if one did
 *     array/callbacks         the states of the callbacks
 *     array/history           the metrics of the fit it was saved in, epoch by epoch
 *     array/...               what its writer puts there
 *     "varve.hash"            of all the rest: a damaged file is told from a whole one
 *     "varve.model"           the architecture and what it is compiled with, as in a weights file
 *     "varve.training"        vvi_progress as JSON
 *
 * Order and dropout need no state: they are keyed by seed, epoch and step.
 */
#include "nn/training.h"
#include "nn/weights_file.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { VERSION = 2, MOST_BLOCKS = 2 + VVI_MAX_SLOTS, OWN_ARRAYS = 2 };

static const char *const slot_prefixes[VVI_MAX_SLOTS] = { "slot_0/", "slot_1/", "slot_2/" };

/* The weights, the slots that are in use, and what is kept. */
static size_t list_blocks(const vv_model *model, const vvi_optimizer_state *optimizer, float *kept,
                          vvi_block blocks[MOST_BLOCKS])
{
    size_t n = 0;
    blocks[n++] = (vvi_block){ "weights/", model->weights };
    for (size_t i = 0; i < VVI_MAX_SLOTS; i++)
        if (optimizer->slot[i] != NULL) blocks[n++] = (vvi_block){ slot_prefixes[i], optimizer->slot[i] };
    if (kept != NULL) blocks[n++] = (vvi_block){ "kept/", kept };
    return n;
}

/* ---- writing ---------------------------------------------------------------------------------------------------- */

/* 64 bits are more than JSON's numbers can be trusted with. */
static void describe_progress(const vv_model *model, vvi_text *text)
{
    const vvi_fit_memory *m = &model->memory;
    char rate[VVI_FORMAT_SIZE];
    vvi_text_printf(text, "{\"version\": %d, \"epochs\": %d, \"steps\": %lld, \"learning_rate\": %s, ", VERSION,
                    model->epochs, (long long)model->optimizer.steps,
                    vvi_format_double(model->optimizer.learning_rate, rate));
    vvi_text_printf(text, "\"beginning\": \"%016" PRIx64 "\", \"callbacks\": \"%016" PRIx64 "\", ",
                    model->history == NULL ? 0 : model->beginning, m->plain ? m->callbacks : 0);
    vvi_text_printf(text, "\"kept\": %s, \"restore\": %s, \"stop\": %s}", m->plain && m->has_kept ? "true" : "false",
                    m->plain && m->restore ? "true" : "false", m->plain && m->stop ? "true" : "false");
}

static vv_status write_contents(const vv_model *model, const vvi_array *arrays, size_t n_arrays, const vvi_note *notes,
                                size_t n_notes, bool synced, const char *path, vv_error *error)
{
    vvi_block blocks[MOST_BLOCKS];
    const vvi_fit_memory *m = &model->memory;
    vvi_array *all = vvi_calloc(n_arrays + OWN_ARRAYS, sizeof *all);
    if (all == NULL) return vvi_no_memory(error);
    all[0] = (vvi_array){ "callbacks", "U8", m->plain ? m->states_size : 0, m->states };
    all[1] = (vvi_array){ "history", "F64", vvi_history_size(model->history), vvi_history_values(model->history) };
    for (size_t i = 0; i < n_arrays; i++) all[OWN_ARRAYS + i] = arrays[i];
    const vvi_contents contents = { .model = model,
                                    .blocks = blocks,
                                    .n_blocks = list_blocks(model, &model->optimizer,
                                                            m->plain && m->has_kept ? m->kept : NULL, blocks),
                                    .arrays = all,
                                    .n_arrays = n_arrays + OWN_ARRAYS,
                                    .notes = notes,
                                    .n_notes = n_notes,
                                    .hashed = true,
                                    .unsynced = !synced };
    const vv_status status = vvi_contents_write(&contents, path, error);
    vvi_free(all);
    return status;
}

static vv_status save(const vv_model *model, const vvi_array *arrays, size_t n_arrays, bool synced, const char *path,
                      vv_error *error)
{
    char *architecture = NULL;
    vvi_text progress = { 0 };
    VVI_TRY(vv_model_to_json(model, &architecture, error));
    vv_status status = VV_OK;
    if (!model->optimizer_ready)
        status = vvi_fail(error, VV_BAD_ARG, "%s: the model was not trained yet; there is no training to save", path);
    describe_progress(model, &progress);
    const vvi_note notes[] = { { "varve.model", architecture }, { "varve.training", progress.data } };
    if (status == VV_OK && progress.failed) status = vvi_no_memory(error);
    if (status == VV_OK) status = write_contents(model, arrays, n_arrays, notes, 2, synced, path, error);
    vvi_text_deinit(&progress);
    free(architecture);
    return status;
}

vv_status vv_model_save_training(const vv_model *model, const char *path, vv_error *error)
{
    return save(model, NULL, 0, true, path, error);
}

vv_status vvi_training_save(const vv_model *model, const char *path, const vvi_array *arrays, size_t n_arrays,
                            vv_error *error)
{
    return save(model, arrays, n_arrays, false, path, error);
}

/* ---- opening ---------------------------------------------------------------------------------------------------- */

static uint64_t get_bits(const json_t *json, const char *key)
{
    const char *text = json_string_value(json_object_get(json, key));
    return text == NULL ? 0 : strtoull(text, NULL, 16);
}

static bool parse_progress(const char *text, vvi_progress *p)
{
    json_t *json = json_loads(text, 0, NULL);
    const json_t *epochs = json_object_get(json, "epochs"), *steps = json_object_get(json, "steps"),
                 *rate = json_object_get(json, "learning_rate");
    *p = (vvi_progress){ .version = json_integer_value(json_object_get(json, "version")),
                         .epochs = json_integer_value(epochs),
                         .steps = json_integer_value(steps),
                         .learning_rate = json_number_value(rate),
                         .beginning = get_bits(json, "beginning"),
                         .callbacks = get_bits(json, "callbacks"),
                         .has_kept = json_is_true(json_object_get(json, "kept")),
                         .restore = json_is_true(json_object_get(json, "restore")),
                         .stop = json_is_true(json_object_get(json, "stop")) };
    const bool whole = json_is_integer(epochs) && json_is_integer(steps) && json_is_number(rate);
    json_decref(json);
    return whole && p->epochs >= 0 && p->epochs <= INT32_MAX && p->steps >= 0 && isfinite(p->learning_rate);
}

/* A file of another version may have its hash elsewhere, or none. */
static vv_status check_texts(const vvi_tensors *tensors, vvi_progress *p, vv_error *error)
{
    const char *path = tensors->path, *training = vvi_tensors_metadata(tensors, "varve.training");
    if (vvi_tensors_metadata(tensors, "varve.model") == NULL || training == NULL)
        return vvi_fail(error, VV_FORMAT, "%s: holds no training; vv_model_save_training writes such files", path);
    const bool whole = parse_progress(training, p);
    const vv_status hashed = vvi_contents_check(tensors, whole && p->version != VERSION ? NULL : error);
    if (whole && p->version != VERSION)
        return vvi_fail(error, hashed == VV_OK ? VV_VERSION : VV_FORMAT,
                        "%s: is of version %lld, or damaged; this library reads version %d", path,
                        (long long)p->version, VERSION);
    if (hashed != VV_OK || whole) return hashed;
    return vvi_fail(error, VV_FORMAT, "%s: the state of its training makes no sense: %.100s", path, training);
}

vv_status vvi_training_open(vvi_training *training, const char *path, vv_error *error)
{
    VVI_TRY(vvi_tensors_open(&training->tensors, path, error));
    const vv_status status = check_texts(&training->tensors, &training->progress, error);
    if (status != VV_OK) vvi_training_close(training);
    return status;
}

void vvi_training_close(vvi_training *training)
{
    vvi_tensors_close(&training->tensors);
}

bool vvi_training_array(const vvi_training *training, const char *name, const char *dtype, vvi_tensor *tensor)
{
    vvi_text whole = { 0 };
    vvi_text_printf(&whole, VVI_ARRAY_PREFIX "%s", name);
    const bool found = !whole.failed && vvi_tensors_get(&training->tensors, whole.data, tensor, NULL) == VV_OK &&
                       strcmp(tensor->dtype, dtype) == 0;
    vvi_text_deinit(&whole);
    return found;
}

/* ---- taking ----------------------------------------------------------------------------------------------------- */

/* Names are not part of a digest: where they differ, tensors are missing. */
static vv_status check_architecture(const vv_model *model, const vvi_tensors *tensors, vv_error *error)
{
    vv_model *there = NULL;
    VVI_TRY(vv_model_from_json(vvi_tensors_metadata(tensors, "varve.model"), &there, error));
    const bool same_layers = vvi_model_network(model) == vvi_model_network(there);
    const bool same = vv_model_digest(model) == vv_model_digest(there);
    vv_model_free(there);
    if (same) return VV_OK;
    return vvi_fail(error, VV_MISMATCH, "%s: is the training of a model with %s", tensors->path,
                    same_layers ? "another loss, other metrics or another optimizer" : "other layers");
}

static vv_status make_memory(const vvi_training *training, size_t n_weights, vvi_fit_memory *memory, vv_error *error)
{
    const vvi_progress *p = &training->progress;
    vvi_tensor states;
    *memory = (vvi_fit_memory){
        .callbacks = p->callbacks, .plain = true, .has_kept = p->has_kept, .restore = p->restore, .stop = p->stop
    };
    if (p->callbacks == 0) return VV_OK;
    if (!vvi_training_array(training, "callbacks", "U8", &states))
        return vvi_fail(error, VV_FORMAT, "%s: the states of its callbacks are missing", training->tensors.path);
    memory->states_size = states.n;
    memory->states = vvi_malloc(states.n);
    memory->kept = vvi_malloc_aligned((n_weights + 1) * sizeof *memory->kept);
    if (memory->states == NULL || memory->kept == NULL) return vvi_no_memory(error);
    memcpy(memory->states, states.data, states.n);
    memset(memory->kept, 0, (n_weights + 1) * sizeof *memory->kept);
    return VV_OK;
}

static vv_status read_all(const vvi_training *training, vv_model *model, vvi_optimizer_state *optimizer,
                          vvi_fit_memory *memory, vv_error *error)
{
    vvi_block blocks[MOST_BLOCKS];
    VVI_TRY(check_architecture(model, &training->tensors, error));
    VVI_TRY(vvi_model_check_trainable(model, error));
    VVI_TRY(vvi_model_make_weights(model, error));
    VVI_TRY(vvi_optimizer_state_init(optimizer, &model->args.optimizer, model->n_weights, error));
    VVI_TRY(make_memory(training, model->n_weights, memory, error));
    const size_t n = list_blocks(model, optimizer, memory->has_kept ? memory->kept : NULL, blocks);
    return vvi_blocks_read(model, blocks, n, &training->tensors, error);
}

static void settle(const vvi_progress *p, vv_model *model, vvi_optimizer_state *optimizer, vvi_fit_memory *memory)
{
    optimizer->steps = p->steps;
    optimizer->learning_rate = p->learning_rate;
    vvi_optimizer_state_deinit(&model->optimizer);
    vvi_fit_memory_deinit(&model->memory);
    model->optimizer = *optimizer;
    model->memory = *memory;
    model->optimizer_ready = true;
    model->epochs = (int)p->epochs;
}

vv_status vvi_training_take(const vvi_training *training, vv_model *model, vv_error *error)
{
    vvi_optimizer_state optimizer = { 0 };
    vvi_fit_memory memory = { 0 };
    const bool had_weights = model->slots != NULL;
    const vv_status status = read_all(training, model, &optimizer, &memory, error);
    if (status == VV_OK) {
        settle(&training->progress, model, &optimizer, &memory);
        return VV_OK;
    }
    if (!had_weights) vvi_model_drop_weights(model);
    vvi_optimizer_state_deinit(&optimizer);
    vvi_fit_memory_deinit(&memory);
    return status;
}

vv_status vv_model_load_training(vv_model *model, const char *path, vv_error *error)
{
    if (model == NULL) return vvi_no_memory(error);
    if (model->error.status != VV_OK) return vvi_fail(error, model->error.status, "%s", model->error.text);
    if (!model->compiled) return vvi_fail(error, VV_BAD_ARG, "%s: the model must be compiled before it is read", path);
    vvi_training training;
    VVI_TRY(vvi_training_open(&training, path, error));
    const vv_status status = vvi_training_take(&training, model, error);
    vvi_training_close(&training);
    return status;
}

int vv_model_epochs(const vv_model *model)
{
    return model == NULL ? 0 : model->epochs;
}
