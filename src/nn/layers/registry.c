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
};

const vvi_layer_row *vvi_layer_row_at(size_t index)
{
    return index + 1 < VVI_COUNT(rows) ? rows[index + 1] : NULL; /* there is no kind 0 */
}

const vvi_layer_row *vvi_layer_row_of(vv_layer_kind kind)
{
    return (size_t)kind < VVI_COUNT(rows) ? rows[kind] : NULL;
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
