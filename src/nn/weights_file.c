/* weights_file.c - models and weights as safetensors files.
 *
 * The architecture travels in the metadata ("varve.model"), so that a file is a whole model. Weights may be NaN:
 * a file says what was, not what should be. Reading is all or nothing: the model's weights change only when every
 * tensor was found to fit.
 */
#include "nn/nn.h"
#include "nn/safetensors.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- writing ------------------------------------------------------------------------------------------------------
 */

static void describe(const vv_model *model, const char *architecture, vvi_text *header)
{
    size_t offset = 0;
    vvi_text_printf(header, "{\"__metadata__\":{\"varve.version\":\"%s\",\"varve.model\":", vv_version());
    vvi_text_add_json(header, architecture);
    vvi_text_printf(header, "}");
    for (size_t i = 0; i < model->n_slots; i++) {
        const vvi_weight_slot *slot = &model->slots[i];
        const size_t size = slot->n * sizeof(float);
        vvi_text_printf(header, ",");
        vvi_text_add_json(header, slot->name);
        vvi_text_printf(header, ":{\"dtype\":\"F32\",\"shape\":[");
        for (int d = 0; d < slot->param->rank; d++)
            vvi_text_printf(header, "%s%d", d > 0 ? "," : "", slot->param->dim[d]);
        vvi_text_printf(header, "],\"data_offsets\":[%zu,%zu]}", offset, offset + size);
        offset += size;
    }
    vvi_text_printf(header, "}");
    while (!header->failed && header->n % 8 != 0) vvi_text_add(header, " ", 1); /* numbers begin aligned */
}

typedef struct contents {
    const vv_model *model;
    const vvi_text *header;
    const char *path;
} contents;

static vv_status write_contents(void *context, void *file, vv_error *error)
{
    const contents *c = context;
    unsigned char length[8];
    for (int i = 0; i < 8; i++) length[i] = (unsigned char)((uint64_t)c->header->n >> (8 * i));
    bool written = fwrite(length, 1, 8, file) == 8 && fwrite(c->header->data, 1, c->header->n, file) == c->header->n;
    for (size_t i = 0; written && i < c->model->n_slots; i++) {
        const vvi_weight_slot *slot = &c->model->slots[i];
        written = fwrite(c->model->weights + slot->offset, sizeof(float), slot->n, file) == slot->n;
    }
    return written ? VV_OK : vvi_fail(error, VV_IO, "%s: cannot be written: %s", c->path, strerror(errno));
}

vv_status vv_model_save(const vv_model *model, const char *path, vv_error *error)
{
    char *architecture = NULL;
    VVI_TRY(vv_model_to_json(model, &architecture, error));
    if (model->slots == NULL) {
        free(architecture);
        return vvi_fail(error, VV_BAD_ARG, "%s: the model has no weights to save yet; fit or vv_model_init makes them",
                        path);
    }
    vvi_text header = { 0 };
    describe(model, architecture, &header);
    free(architecture);
    vv_status status = header.failed ? vvi_no_memory(error) : VV_OK;
    if (status == VV_OK) status = vvi_replace_file(path, write_contents, &(contents){ model, &header, path }, error);
    vvi_text_deinit(&header);
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

static vv_status check_slot(const vvi_tensors *tensors, const vvi_weight_slot *slot, vvi_tensor *tensor,
                            vv_error *error)
{
    VVI_TRY(vvi_tensors_get(tensors, slot->name, tensor, error));
    if (strcmp(tensor->dtype, "F32") != 0)
        return vvi_fail(error, VV_FORMAT, "%s: %s is of type %s; weights are F32", tensors->path, slot->name,
                        tensor->dtype);
    if (same_shape(slot->param, tensor)) return VV_OK;
    char there[96], here[96];
    long long dim[VV_MAX_RANK];
    for (int i = 0; i < slot->param->rank; i++) dim[i] = slot->param->dim[i];
    format_sizes(tensor->rank, tensor->dim, there, sizeof there);
    format_sizes(slot->param->rank, dim, here, sizeof here);
    return vvi_fail(error, VV_BAD_SHAPE, "%s: %s is %s; the model wants %s", tensors->path, slot->name, there, here);
}

static bool is_weight(const void *context, const char *name)
{
    const vv_model *model = context;
    for (size_t i = 0; i < model->n_slots; i++)
        if (strcmp(model->slots[i].name, name) == 0) return true;
    return false;
}

static vv_status take_weights(vv_model *model, const vvi_tensors *tensors, vv_error *error)
{
    VVI_TRY(vvi_model_check_trainable(model, error));
    VVI_TRY(vvi_model_make_weights(model, error));
    vvi_tensor tensor;
    for (size_t i = 0; i < model->n_slots; i++) VVI_TRY(check_slot(tensors, &model->slots[i], &tensor, error));
    const char *unknown = vvi_tensors_unknown(tensors, is_weight, model);
    if (unknown != NULL)
        return vvi_fail(error, VV_MISMATCH, "%s: %.80s is not a weight of this model", tensors->path, unknown);
    for (size_t i = 0; i < model->n_slots; i++) {
        VVI_TRY(check_slot(tensors, &model->slots[i], &tensor, error));
        memcpy(model->weights + model->slots[i].offset, tensor.data, tensor.size_bytes);
    }
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
