/* registry.c - the layers: one row each, at its kind's number: every layer of every build looks its row up. */
#include "nn/layers/layers.h"

static const vvi_layer_row *const rows[] = {
    [VV_LAYER_INPUT] = &vvi_layer_input,
    [VV_LAYER_DENSE] = &vvi_layer_dense,
    [VV_LAYER_CONV2D] = &vvi_layer_conv2d,
    [VV_LAYER_MAX_POOLING2D] = &vvi_layer_max_pooling2d,
    [VV_LAYER_FLATTEN] = &vvi_layer_flatten,
    [VV_LAYER_DROPOUT] = &vvi_layer_dropout,
    [VV_LAYER_ACTIVATION] = &vvi_layer_activation,
    [VV_LAYER_LSTM] = &vvi_layer_lstm,
    [VV_LAYER_ADD] = &vvi_layer_add,
    [VV_LAYER_CONCATENATE] = &vvi_layer_concatenate,
    [VV_LAYER_DEPTHWISE_CONV2D] = &vvi_layer_depthwise_conv2d,
    [VV_LAYER_AVERAGE_POOLING2D] = &vvi_layer_average_pooling2d,
    [VV_LAYER_GLOBAL_AVERAGE_POOLING2D] = &vvi_layer_global_average_pooling2d,
    [VV_LAYER_BATCH_NORMALIZATION] = &vvi_layer_batch_normalization,
};

const vvi_layer_row *vvi_layer_row_at(size_t index)
{
    return index + 1 < VVI_COUNT(rows) ? rows[index + 1] : NULL; /* there is no kind 0 */
}

const vvi_layer_row *vvi_layer_row_of(vv_layer_kind kind)
{
    return (size_t)kind < VVI_COUNT(rows) ? rows[kind] : NULL;
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
