/* input.c - where a model begins: a shape and nothing else. It computes nothing. */
#include "nn/layers/layers.h"

#define SIZE(index, text, ...)                                                                                         \
    {                                                                                                                  \
        .name = "dim_" #index, .type = VV_FIELD_INT, .offset = offsetof(vv_input_args, dim) + (index) * sizeof(int),   \
        .min = 1, .max = INT_MAX, .help = text, __VA_ARGS__                                                            \
    }
static const vv_field fields[] = {
    SIZE(0, "features, steps or height", .required = true),
    SIZE(1, "features of a step, or width; 0: there is no such axis", .required = false),
    SIZE(2, "channels; 0: there is no such axis", .required = false),
    SIZE(3, "0: there is no such axis", .required = false),
};

/* The first zero ends the shape, so nothing may follow it. */
static vv_status check(const vv_layer *layer, const char *name, vv_error *error)
{
    const int *dim = layer->input.dim;
    for (int i = 1; i < VV_MAX_RANK; i++)
        if (dim[i - 1] == 0 && dim[i] != 0)
            return vvi_fail(error, VV_BAD_ARG, "%s: size %d is 0, but size %d is %d; sizes are above 0", name, i, i + 1,
                            dim[i]);
    return VV_OK;
}

static vv_status shape(const vv_layer *layer, const char *name, const vv_shape *in, size_t n_in, vv_shape *out,
                       vv_error *error)
{
    (void)n_in;
    *out = (vv_shape){ 0 };
    while (out->rank < VV_MAX_RANK && layer->input.dim[out->rank] > 0) {
        out->dim[out->rank] = layer->input.dim[out->rank];
        out->rank++;
    }
    return vvi_layer_check_sizes(layer, name, in, *out, error);
}

const vvi_layer_row vvi_layer_input = { .info = { .kind = VV_LAYER_INPUT,
                                                  .name = "input",
                                                  .summary = "the shape of one example",
                                                  .fields = fields,
                                                  .n_fields = VVI_COUNT(fields) },
                                        .check = check,
                                        .shape = shape };
