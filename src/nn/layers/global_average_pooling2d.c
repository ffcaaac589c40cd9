/* global_average_pooling2d.c - [h, w, c] -> [c]: the mean of each channel (Lin et al. 2013).
 *
 * Shape and cost only: it cannot be trained yet.
 */
#include "nn/layers/layers.h"

static vv_status shape(const vv_layer *layer, const char *name, const vv_shape *in, size_t n_in, vv_shape *out,
                       vv_error *error)
{
    (void)layer, (void)n_in;
    VVI_TRY(vvi_check_image(name, in[0], error));
    *out = (vv_shape){ .rank = 1, .dim = { in[0].dim[2] } };
    return VV_OK;
}

const vvi_layer_row vvi_layer_global_average_pooling2d = { .info = { .kind = VV_LAYER_GLOBAL_AVERAGE_POOLING2D,
                                                                     .name = "global_average_pooling2d",
                                                                     .summary = "the mean of each channel" },
                                                           .name_offset =
                                                               offsetof(vv_global_average_pooling2d_args, name),
                                                           .min_inputs = 1,
                                                           .max_inputs = 1,
                                                           .shape = shape };
