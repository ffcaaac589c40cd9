/* training_file.c - the whole state of a training as a safetensors file, so that it goes on as if it had not stopped.
 *
 *     weights/dense/kernel    the weights
 *     slot_0/dense/kernel     what the optimizer remembers of each, slot by slot, those that its options use
 *     "varve.model"           the architecture and what it is compiled with, as in a weights file
 *     "varve.training"        {"version": 1, "epochs": 2, "steps": 480, "learning_rate": 0.001}
 *     "varve.hash"            of both texts and all numbers (FNV-1a): a damaged file is told from a whole one
 *
 * Order and dropout need no state: they are keyed by seed, epoch and step.
 */
#include "nn/weights_file.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VERSION = 1, HASH_SIZE = 17 };

static const char *const slot_prefixes[VVI_MAX_SLOTS] = { "slot_0/", "slot_1/", "slot_2/" };

/* The weights and the slots that are in use. */
static size_t list_blocks(const vv_model *model, const vvi_optimizer_state *optimizer,
                          vvi_block blocks[1 + VVI_MAX_SLOTS])
{
    size_t n = 0;
    blocks[n++] = (vvi_block){ "weights/", model->weights };
    for (size_t i = 0; i < VVI_MAX_SLOTS; i++)
        if (optimizer->slot[i] != NULL) blocks[n++] = (vvi_block){ slot_prefixes[i], optimizer->slot[i] };
    return n;
}

static uint64_t hash_texts(const char *architecture, const char *training)
{
    return vvi_hash_text(vvi_hash_text(VVI_HASH_START, architecture), training);
}

/* ---- writing ---------------------------------------------------------------------------------------------------- */

static vv_status write_state(const vv_model *model, const char *architecture, const char *training, const char *path,
                             vv_error *error)
{
    vvi_block blocks[1 + VVI_MAX_SLOTS];
    const size_t n = list_blocks(model, &model->optimizer, blocks);
    uint64_t hash = hash_texts(architecture, training);
    for (size_t b = 0; b < n; b++)
        for (size_t i = 0; i < model->n_slots; i++) {
            const vvi_weight_slot *slot = &model->slots[i];
            hash = vvi_hash_bytes(hash, blocks[b].values + slot->offset, slot->n * sizeof(float));
        }
    char text[HASH_SIZE];
    snprintf(text, sizeof text, "%016" PRIx64, hash);
    const vvi_note notes[] = { { "varve.model", architecture },
                               { "varve.training", training },
                               { "varve.hash", text } };
    return vvi_blocks_write(model, blocks, n, notes, sizeof notes / sizeof *notes, path, error);
}

vv_status vv_model_save_training(const vv_model *model, const char *path, vv_error *error)
{
    char *architecture = NULL, training[128], rate[VVI_FORMAT_SIZE];
    VVI_TRY(vv_model_to_json(model, &architecture, error));
    if (!model->optimizer_ready) {
        free(architecture);
        return vvi_fail(error, VV_BAD_ARG, "%s: the model was not trained yet; there is no training to save", path);
    }
    snprintf(training, sizeof training,
             "{\"version\": %d, \"epochs\": %d, \"steps\": %" PRId64 ", \"learning_rate\": %s}", VERSION, model->epochs,
             model->optimizer.steps, vvi_format_double(model->optimizer.learning_rate, rate));
    const vv_status status = write_state(model, architecture, training, path, error);
    free(architecture);
    return status;
}

/* ---- reading ---------------------------------------------------------------------------------------------------- */

typedef struct progress {
    int64_t version, epochs, steps;
    double learning_rate;
} progress;

static bool parse_progress(const char *text, progress *p)
{
    json_t *json = json_loads(text, 0, NULL);
    const json_t *epochs = json_object_get(json, "epochs"), *steps = json_object_get(json, "steps"),
                 *rate = json_object_get(json, "learning_rate");
    *p = (progress){ .version = json_integer_value(json_object_get(json, "version")),
                     .epochs = json_integer_value(epochs),
                     .steps = json_integer_value(steps),
                     .learning_rate = json_number_value(rate) };
    const bool whole = json_is_integer(epochs) && json_is_integer(steps) && json_is_number(rate);
    json_decref(json);
    return whole && p->epochs >= 0 && p->epochs <= INT32_MAX && p->steps >= 0 && isfinite(p->learning_rate);
}

static vv_status check_texts(const vvi_tensors *tensors, progress *p, vv_error *error)
{
    const char *path = tensors->path, *architecture = vvi_tensors_metadata(tensors, "varve.model"),
               *training = vvi_tensors_metadata(tensors, "varve.training"),
               *hash = vvi_tensors_metadata(tensors, "varve.hash");
    if (architecture == NULL || training == NULL || hash == NULL)
        return vvi_fail(error, VV_FORMAT, "%s: holds no training; vv_model_save_training writes such files", path);
    char here[HASH_SIZE];
    snprintf(here, sizeof here, "%016" PRIx64,
             vvi_hash_bytes(hash_texts(architecture, training), tensors->data, tensors->data_size));
    if (strcmp(hash, here) != 0)
        return vvi_fail(error, VV_FORMAT, "%s: is damaged: its hash is %s, but it says %.20s", path, here, hash);
    if (!parse_progress(training, p))
        return vvi_fail(error, VV_FORMAT, "%s: the state of its training makes no sense: %.100s", path, training);
    if (p->version != VERSION)
        return vvi_fail(error, VV_VERSION, "%s: is of version %lld; this library reads version %d", path,
                        (long long)p->version, VERSION);
    return VV_OK;
}

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

static vv_status take_state(vv_model *model, const vvi_tensors *tensors, vvi_optimizer_state *optimizer,
                            vv_error *error)
{
    progress p = { 0 };
    vvi_block blocks[1 + VVI_MAX_SLOTS];
    VVI_TRY(check_texts(tensors, &p, error));
    VVI_TRY(check_architecture(model, tensors, error));
    VVI_TRY(vvi_model_check_trainable(model, error));
    VVI_TRY(vvi_model_make_weights(model, error));
    VVI_TRY(vvi_optimizer_state_init(optimizer, &model->args.optimizer, model->n_weights, error));
    VVI_TRY(vvi_blocks_read(model, blocks, list_blocks(model, optimizer, blocks), tensors, error));
    optimizer->steps = p.steps;
    optimizer->learning_rate = p.learning_rate;
    vvi_optimizer_state_deinit(&model->optimizer);
    model->optimizer = *optimizer;
    model->optimizer_ready = true;
    model->epochs = (int)p.epochs;
    *optimizer = (vvi_optimizer_state){ 0 };
    return VV_OK;
}

vv_status vv_model_load_training(vv_model *model, const char *path, vv_error *error)
{
    if (model == NULL) return vvi_no_memory(error);
    if (model->error.status != VV_OK) return vvi_fail(error, model->error.status, "%s", model->error.text);
    if (!model->compiled) return vvi_fail(error, VV_BAD_ARG, "%s: the model must be compiled before it is read", path);
    vvi_tensors tensors;
    vvi_optimizer_state optimizer = { 0 };
    VVI_TRY(vvi_tensors_open(&tensors, path, error));
    const bool had_weights = model->slots != NULL;
    const vv_status status = take_state(model, &tensors, &optimizer, error);
    if (status != VV_OK && !had_weights) vvi_model_drop_weights(model);
    vvi_optimizer_state_deinit(&optimizer);
    vvi_tensors_close(&tensors);
    return status;
}

int vv_model_epochs(const vv_model *model)
{
    return model == NULL ? 0 : model->epochs;
}
