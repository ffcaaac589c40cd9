/* depthwise_conv2d.c - [h, w, c] -> [h', w', c m], m = depth_multiplier: each channel by m kernels of its own.
 * kernel [kernel_size, kernel_width, c, m], bias [c m]
 *
 *     y[i, j, k m + q] = a(b[k m + q] + sum over u, v of x[i sh + u dh - top, j sw + v dw - left, k] W[u, v, k, q])
 *
 * Shape and cost only: it cannot be trained yet.
 */
#include "nn/layers/layers.h"

static const vv_field fields[] = {
    VVI_INT(vv_depthwise_conv2d_args, kernel_size, "height of the kernels, and their width unless given",
            .required = true),
    VVI_INT(vv_depthwise_conv2d_args, kernel_width, "0: kernel_size", .preset = 0),
    VVI_INT(vv_depthwise_conv2d_args, depth_multiplier, "output channels for each input channel", .preset = 1),
    VVI_INT(vv_depthwise_conv2d_args, strides, "rows from window to window, and columns unless given", .preset = 1),
    VVI_INT(vv_depthwise_conv2d_args, strides_width, "0: strides", .preset = 0),
    VVI_ENUM(vv_depthwise_conv2d_args, padding, vvi_padding_labels, VV_SAME, VV_VALID, "what happens at the border",
             .min = 0),
    VVI_INT(vv_depthwise_conv2d_args, dilation_rate, "rows between a kernel's rows, and columns unless given",
            .preset = 1),
    VVI_INT(vv_depthwise_conv2d_args, dilation_width, "0: dilation_rate", .preset = 0),
    VVI_ACTIVATION(vv_depthwise_conv2d_args),
    VVI_ARRAY_AND_BIAS(vv_depthwise_conv2d_args, depthwise),
};

static vvi_axes axes_of(const vv_layer *layer, vv_shape in)
{
    const vv_depthwise_conv2d_args *a = &layer->depthwise_conv2d;
    const int width = a->kernel_width > 0 ? a->kernel_width : a->kernel_size;
    const int stride_width = a->strides_width > 0 ? a->strides_width : a->strides;
    const int dilation_width = a->dilation_width > 0 ? a->dilation_width : a->dilation_rate;
    return (vvi_axes){ .y = vvi_axis_of(in.dim[0], a->kernel_size, a->strides, a->dilation_rate, a->padding),
                       .x = vvi_axis_of(in.dim[1], width, stride_width, dilation_width, a->padding) };
}

static int multiplier(const vv_layer *layer)
{
    return layer->depthwise_conv2d.depth_multiplier > 0 ? layer->depthwise_conv2d.depth_multiplier : 1;
}

static vv_activation activation(const vv_layer *layer)
{
    return vvi_activation_or(layer->depthwise_conv2d.activation, VV_LINEAR);
}

static vv_status check(const vv_layer *layer, const char *name, vv_error *error)
{
    const vv_depthwise_conv2d_args *a = &layer->depthwise_conv2d;
    VVI_TRY(vvi_check_strides(name, a->strides, a->strides_width, a->dilation_rate, a->dilation_width, error));
    return vvi_layer_check_bias(a->bias_initializer, name, error);
}

static vv_status shape(const vv_layer *layer, const char *name, const vv_shape *in, size_t n_in, vv_shape *out,
                       vv_error *error)
{
    (void)n_in;
    VVI_TRY(vvi_check_image(name, in[0], error));
    const vvi_axes a = axes_of(layer, in[0]);
    const int c = in[0].dim[2];
    VVI_TRY(vvi_check_window(name, "kernel", a.y, a.x, error));
    VVI_TRY(
        vvi_check_size(name, "a padded input", (vv_shape){ .rank = 3, .dim = { a.y.padded, a.x.padded, c } }, error));
    if (multiplier(layer) > INT_MAX / c)
        return vvi_fail(error, VV_BAD_SHAPE, "%s: %d times %d channels are more than the %d that are possible", name,
                        multiplier(layer), c, INT_MAX);
    *out = (vv_shape){ .rank = 3, .dim = { a.y.out, a.x.out, c * multiplier(layer) } };
    return vvi_layer_check_sizes(layer, name, in, *out, error);
}

static size_t params(const vv_layer *layer, const vv_shape *in, vvi_param params[VVI_MAX_PARAMS])
{
    const vv_depthwise_conv2d_args *a = &layer->depthwise_conv2d;
    const vvi_axes axes = axes_of(layer, in[0]);
    const int c = in[0].dim[2], m = multiplier(layer);
    params[0] = (vvi_param){ .name = "kernel",
                             .rank = 4,
                             .dim = { axes.y.size, axes.x.size, c, m },
                             .initializer = vvi_initializer_or(a->depthwise_initializer, VV_GLOROT_UNIFORM),
                             .regularizer = a->depthwise_regularizer };
    params[1] = (vvi_param){ .name = "bias",
                             .rank = 1,
                             .dim = { c * m },
                             .initializer = vvi_initializer_or(a->bias_initializer, VV_ZEROS),
                             .regularizer = a->bias_regularizer,
                             .is_bias = true };
    return a->no_bias ? 1 : 2;
}

static uint64_t macs(const vv_layer *layer, const vv_shape *in, vv_shape out)
{
    const vvi_axes a = axes_of(layer, in[0]);
    return (uint64_t)vvi_shape_size(out) * (uint64_t)a.y.size * (uint64_t)a.x.size;
}

const vvi_layer_row vvi_layer_depthwise_conv2d = { .info = { .kind = VV_LAYER_DEPTHWISE_CONV2D,
                                                             .name = "depthwise_conv2d",
                                                             .summary = "each channel by kernels of its own",
                                                             .fields = fields,
                                                             .n_fields = VVI_COUNT(fields) },
                                                   .name_offset = offsetof(vv_depthwise_conv2d_args, name),
                                                   .min_inputs = 1,
                                                   .max_inputs = 1,
                                                   .check = check,
                                                   .shape = shape,
                                                   .params = params,
                                                   .macs = macs,
                                                   .activation = activation,
                                                   .inference = VVI_ABSORBS };
