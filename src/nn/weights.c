/* weights.c - one block with all weights, drawn by name.
 *
 * Each array is keyed by (seed, layer name, weight name), so a layer's weights do not depend on what else the model
 * has. Arrays start at multiples of 64 bytes; the gaps are zeros and stay so.
 */
#include "nn/nn.h"

#include <string.h>

static size_t padded(size_t n)
{
    return (n + 15) / 16 * 16;
}

static vv_status make_slots(vv_model *model, vvi_weight_slot *slots, vv_error *error)
{
    size_t next = 0, offset = 0;
    for (size_t i = 0; i < model->n_nodes; i++) {
        vvi_node *node = model->nodes[i];
        node->first_weight = next;
        for (size_t k = 0; k < node->n_params; k++) {
            const vvi_param *param = &node->params[k];
            size_t n = 1;
            for (int d = 0; d < param->rank; d++) n *= (size_t)param->dim[d];
            const char *name = vvi_arena_printf(&model->arena, "%s/%s", node->name, param->name);
            if (name == NULL) return vvi_no_memory(error);
            slots[next++] = (vvi_weight_slot){ .name = name, .node = node, .param = param, .offset = offset, .n = n };
            offset += padded(n);
        }
    }
    model->n_weights = offset;
    return VV_OK;
}

vv_status vvi_model_make_weights(vv_model *model, vv_error *error)
{
    if (model->slots != NULL) return VV_OK;
    size_t n_slots = 0;
    for (size_t i = 0; i < model->n_nodes; i++) n_slots += model->nodes[i]->n_params;
    const uint64_t params = vv_model_params(model);
    if (params > SIZE_MAX / 64)
        return vvi_fail(error, VV_NO_MEMORY, "a model of %llu weights does not fit into memory",
                        (unsigned long long)params);
    vvi_weight_slot *slots = vvi_arena_alloc(&model->arena, (n_slots + 1) * sizeof *slots);
    if (slots == NULL) return vvi_no_memory(error);
    VVI_TRY(make_slots(model, slots, error));
    if (model->n_weights > 0) {
        model->weights = vvi_malloc_aligned(model->n_weights * sizeof *model->weights);
        if (model->weights == NULL)
            return vvi_fail(error, VV_NO_MEMORY, "no memory for %llu weights", (unsigned long long)params);
        memset(model->weights, 0, model->n_weights * sizeof *model->weights);
    }
    model->slots = slots;
    model->n_slots = n_slots;
    return VV_OK;
}

void vvi_model_drop_weights(vv_model *model)
{
    vvi_free(model->weights);
    model->weights = NULL;
    model->slots = NULL;
    model->n_slots = model->n_weights = 0;
}

static vv_status draw(vv_model *model, uint64_t seed, vv_error *error)
{
    const vvi_key all = vvi_key_new(seed, "weights");
    for (size_t i = 0; i < model->n_slots; i++) {
        const vvi_weight_slot *slot = &model->slots[i];
        const vvi_key key = vvi_key_name(vvi_key_name(all, slot->node->name), slot->param->name);
        const vv_status status = vvi_param_init(slot->param, key, model->weights + slot->offset);
        if (status != VV_OK)
            return vvi_fail(error, status, "%s: could not be drawn: %s", slot->name, vv_strerror(status));
    }
    return VV_OK;
}

vv_status vvi_model_draw_weights(vv_model *model, uint64_t seed, vv_error *error)
{
    VVI_TRY(vvi_model_make_weights(model, error));
    model->epochs = 0;
    const vv_status status = draw(model, seed, error);
    if (status != VV_OK) vvi_model_drop_weights(model);
    return status;
}

/* Fresh weights are trained afresh: the optimizer forgets too. */
vv_status vv_model_init(vv_model *model, uint64_t seed)
{
    VVI_TRY(vvi_model_begin_call(model));
    vvi_optimizer_state_deinit(&model->optimizer);
    model->optimizer_ready = false;
    return vvi_model_draw_weights(model, seed, &model->last);
}

size_t vv_model_weight_count(const vv_model *model)
{
    return model == NULL ? 0 : model->n_slots;
}

vv_weight vv_model_weight(vv_model *model, size_t index)
{
    if (index >= vv_model_weight_count(model)) return (vv_weight){ .name = "" };
    const vvi_weight_slot *slot = &model->slots[index];
    vv_weight weight = {
        .name = slot->name, .rank = slot->param->rank, .n = slot->n, .values = model->weights + slot->offset
    };
    memcpy(weight.dim, slot->param->dim, sizeof weight.dim);
    return weight;
}
