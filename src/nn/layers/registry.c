/* registry.c - the layers: one row each. */
#include "nn/layers/layers.h"

static const vvi_layer_row *const rows[] = {
    &vvi_layer_input,
    &vvi_layer_dense,
    &vvi_layer_conv2d,
    &vvi_layer_max_pooling2d,
    &vvi_layer_flatten,
    &vvi_layer_dropout,
    &vvi_layer_activation,
    &vvi_layer_lstm,
    &vvi_layer_add,
    &vvi_layer_concatenate,
    &vvi_layer_depthwise_conv2d,
    &vvi_layer_average_pooling2d,
    &vvi_layer_global_average_pooling2d,
    &vvi_layer_batch_normalization,
};

const vvi_layer_row *vvi_layer_row_at(size_t index)
{
    return index < VVI_COUNT(rows) ? rows[index] : NULL;
}

const vvi_layer_row *vvi_layer_row_of(vv_layer_kind kind)
{
    for (size_t i = 0; i < VVI_COUNT(rows); i++)
        if (rows[i]->info.kind == kind) return rows[i];
    return NULL;
}

bool vvi_layer_is_trainable(const vvi_layer_row *row)
{
    return row->forward != NULL || row->alias || row->info.kind == VV_LAYER_INPUT;
}

const vv_layer_info *vv_layer_info_at(size_t index)
{
    const vvi_layer_row *row = vvi_layer_row_at(index);
    return row == NULL ? NULL : &row->info;
}

const vv_layer_info *vv_layer_info_of(vv_layer_kind kind)
{
    const vvi_layer_row *row = vvi_layer_row_of(kind);
    return row == NULL ? NULL : &row->info;
}
