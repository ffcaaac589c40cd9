/* weights_file.c - models and weights as safetensors files.
 *
 * The architecture travels in the metadata ("varve.model"), so that a file is a whole model. Weights may be NaN:
 * a file says what was, not what should be. Reading is all or nothing: the model's weights change only when every
 * tensor was found to fit.
 */
#include "nn/weights_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- writing ------------------------------------------------------------------------------------------------------
 */

vv_status vv_model_save(const vv_model *model, const char *path, vv_error *error)
{
    char *architecture = NULL;
    VVI_TRY(vv_model_to_json(model, &architecture, error));
    if (model->slots == NULL) {
        free(architecture);
        return vvi_fail(error, VV_BAD_ARG, "%s: the model has no weights to save yet; fit or vv_model_init makes them",
                        path);
    }
    const vvi_note note = { "varve.model", architecture };
    const vvi_contents contents = {
        .model = model, .blocks = &(vvi_block){ "", model->weights }, .n_blocks = 1, .notes = &note, .n_notes = 1
    };
    const vv_status status = vvi_contents_write(&contents, path, error);
    free(architecture);
    return status;
}

/* ---- reading ------------------------------------------------------------------------------------------------------
 */

static bool same_shape(const vvi_param *param, const vvi_tensor *tensor)
{
    bool same = param->rank == tensor->rank;
    for (int i = 0; same && i < param->rank; i++) same = param->dim[i] == tensor->dim[i];
    return same;
}

static void format_sizes(int rank, const long long *dim, char *text, size_t size)
{
    size_t at = 0;
    text[0] = '\0';
    for (int i = 0; i < rank && at < size; i++) {
        const int n = snprintf(text + at, size - at, "%s%lld", i > 0 ? "x" : "", dim[i]);
        at += n > 0 ? (size_t)n : 0;
    }
}

static vv_status check_tensor(const vvi_tensors *tensors, const vvi_weight_slot *slot, const char *name,
                              vvi_tensor *tensor, vv_error *error)
{
    VVI_TRY(vvi_tensors_get(tensors, name, tensor, error));
    if (strcmp(tensor->dtype, "F32") != 0)
        return vvi_fail(error, VV_FORMAT, "%s: %s is of type %s; weights are F32", tensors->path, name, tensor->dtype);
    if (same_shape(slot->param, tensor)) return VV_OK;
    char there[96], here[96];
    long long dim[VV_MAX_RANK];
    for (int i = 0; i < slot->param->rank; i++) dim[i] = slot->param->dim[i];
    format_sizes(tensor->rank, tensor->dim, there, sizeof there);
    format_sizes(slot->param->rank, dim, here, sizeof here);
    return vvi_fail(error, VV_BAD_SHAPE, "%s: %s is %s; the model wants %s", tensors->path, name, there, here);
}

/* Looks at a block's tensors, or copies them. `name`: room for names, which is there once all were looked at. */
static vv_status read_block(const vv_model *model, const vvi_block *block, const vvi_tensors *tensors, bool copies,
                            vvi_text *name, vv_error *error)
{
    for (size_t i = 0; i < model->n_slots; i++) {
        const vvi_weight_slot *slot = &model->slots[i];
        vvi_tensor tensor;
        name->n = 0;
        vvi_text_printf(name, "%s%s", block->prefix, slot->name);
        if (name->failed) return vvi_no_memory(error);
        VVI_TRY(check_tensor(tensors, slot, name->data, &tensor, error));
        if (copies) memcpy(block->values + slot->offset, tensor.data, tensor.size_bytes);
    }
    return VV_OK;
}

typedef struct known {
    const vv_model *model;
    const vvi_block *blocks;
    size_t n_blocks;
} known;

static bool is_known(const void *context, const char *name)
{
    const known *k = context;
    for (size_t b = 0; b < k->n_blocks; b++) {
        const size_t n = strlen(k->blocks[b].prefix);
        if (strncmp(name, k->blocks[b].prefix, n) != 0) continue;
        for (size_t i = 0; i < k->model->n_slots; i++)
            if (strcmp(k->model->slots[i].name, name + n) == 0) return true;
    }
    return k->blocks[0].prefix[0] != '\0' && strncmp(name, VVI_ARRAY_PREFIX, sizeof VVI_ARRAY_PREFIX - 1) == 0;
}

static vv_status read_blocks(const known *all, const vvi_tensors *tensors, vvi_text *name, vv_error *error)
{
    for (size_t b = 0; b < all->n_blocks; b++)
        VVI_TRY(read_block(all->model, &all->blocks[b], tensors, false, name, error));
    const char *unknown = vvi_tensors_unknown(tensors, is_known, all);
    if (unknown != NULL)
        return vvi_fail(error, VV_MISMATCH, "%s: %.80s is not a weight of this model", tensors->path, unknown);
    for (size_t b = 0; b < all->n_blocks; b++)
        VVI_TRY(read_block(all->model, &all->blocks[b], tensors, true, name, error));
    return VV_OK;
}

vv_status vvi_blocks_read(const vv_model *model, const vvi_block *blocks, size_t n_blocks, const vvi_tensors *tensors,
                          vv_error *error)
{
    const known all = { model, blocks, n_blocks };
    vvi_text name = { 0 };
    const vv_status status = read_blocks(&all, tensors, &name, error);
    vvi_text_deinit(&name);
    return status;
}

static vv_status take_weights(vv_model *model, const vvi_tensors *tensors, vv_error *error)
{
    VVI_TRY(vvi_model_check_trainable(model, error));
    VVI_TRY(vvi_model_make_weights(model, error));
    VVI_TRY(vvi_blocks_read(model, &(vvi_block){ "", model->weights }, 1, tensors, error));
    model->epochs = 0;
    return VV_OK;
}

vv_status vv_model_load_weights(vv_model *model, const char *path, vv_error *error)
{
    if (model == NULL) return vvi_no_memory(error);
    if (model->error.status != VV_OK) return vvi_fail(error, model->error.status, "%s", model->error.text);
    vvi_tensors tensors;
    VVI_TRY(vvi_tensors_open(&tensors, path, error));
    const bool had_weights = model->slots != NULL;
    const vv_status status = take_weights(model, &tensors, error);
    if (status != VV_OK && !had_weights) vvi_model_drop_weights(model);
    vvi_tensors_close(&tensors);
    return status;
}

static vv_status load(const vvi_tensors *tensors, vv_model **model, vv_error *error)
{
    const char *architecture = vvi_tensors_metadata(tensors, "varve.model");
    if (architecture == NULL)
        return vvi_fail(error, VV_FORMAT,
                        "%s: has no \"varve.model\" in its metadata; vv_model_load_weights reads plain files",
                        tensors->path);
    VVI_TRY(vv_model_from_json(architecture, model, error));
    return take_weights(*model, tensors, error);
}

vv_status vv_model_load(const char *path, vv_model **model, vv_error *error)
{
    *model = NULL;
    vvi_tensors tensors;
    VVI_TRY(vvi_tensors_open(&tensors, path, error));
    const vv_status status = load(&tensors, model, error);
    vvi_tensors_close(&tensors);
    if (status != VV_OK) {
        vv_model_free(*model);
        *model = NULL;
    }
    return status;
}
