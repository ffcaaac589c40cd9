/* average_pooling2d.c - [h, w, c] -> [h', w', c]: the mean of each window and channel, over what lies in the image.
 *
 * Shape and cost only: it cannot be trained yet.
 */
#include "nn/layers/layers.h"

const vvi_layer_row vvi_layer_average_pooling2d = { .info = { .kind = VV_LAYER_AVERAGE_POOLING2D,
                                                              .name = "average_pooling2d",
                                                              .summary = "the mean of each window",
                                                              .fields = vvi_pooling2d_fields,
                                                              .n_fields = VVI_POOLING2D_FIELDS },
                                                    .name_offset = offsetof(vv_pooling2d_args, name),
                                                    .min_inputs = 1,
                                                    .max_inputs = 1,
                                                    .shape = vvi_pooling2d_shape };
