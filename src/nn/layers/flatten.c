/* flatten.c - [a, b, c] -> [a*b*c]: the same numbers under another shape, so nothing is computed. */
#include "nn/layers/layers.h"

static vv_status shape(const vv_layer *layer, const char *name, const vv_shape *in, size_t n_in, vv_shape *out,
                       vv_error *error)
{
    (void)n_in;
    *out = (vv_shape){ .rank = 1, .dim = { (int)vvi_shape_size(in[0]) } };
    return vvi_layer_check_sizes(layer, name, in, *out, error);
}

const vvi_layer_row vvi_layer_flatten = {
    .info = { .kind = VV_LAYER_FLATTEN, .name = "flatten", .summary = "all axes become one" },
    .name_offset = offsetof(vv_flatten_args, name),
    .min_inputs = 1,
    .max_inputs = 1,
    .shape = shape,
    .alias = true,
    .inference = VVI_RENAMES
};
