/* window.c - the arithmetic of windows that slide over an axis, as TensorFlow and Keras have it:
 *     extent = (size - 1) * dilation + 1
 *     valid  out = ceil((in - extent + 1) / stride), no zeros
 *     same   out = ceil(in / stride), zeros = max((out - 1) * stride + extent - in, 0), the odd one at the end
 */
#include "nn/layers/layers.h"

#include <stdio.h>

vvi_axis vvi_axis_of(int in, int size, int stride, int dilation, vv_padding padding)
{
    vvi_axis a = { .in = in, .size = size, .stride = stride < 1 ? 1 : stride, .dilation = dilation < 1 ? 1 : dilation };
    if (size == 1) a.dilation = 1;
    a.extent = (int64_t)(size - 1) * a.dilation + 1;
    a.padded = in;
    if (padding == VV_VALID) {
        a.out = a.extent > in ? 0 : (int)((in - a.extent) / a.stride + 1);
        return a;
    }
    a.out = (in - 1) / a.stride + 1;
    const int64_t wanted = (int64_t)(a.out - 1) * a.stride + a.extent;
    if (wanted > INT_MAX) a.out = 0;
    if (wanted > in && wanted <= INT_MAX) {
        a.before = (int)((wanted - in) / 2);
        a.padded = (int)wanted;
    }
    return a;
}

vv_status vvi_check_image(const char *name, vv_shape in, vv_error *error)
{
    if (in.rank == 3) return VV_OK;
    char text[64];
    vvi_shape_format(in, text, sizeof text);
    return vvi_fail(error, VV_BAD_SHAPE, "%s: wants height x width x channels, its input is %s", name, text);
}

vv_status vvi_check_window(const char *name, const char *what, vvi_axis y, vvi_axis x, vv_error *error)
{
    if (y.out > 0 && x.out > 0) return VV_OK;
    char dilated[80] = "";
    if (y.dilation > 1 || x.dilation > 1)
        snprintf(dilated, sizeof dilated, " (dilated to %lldx%lld)", (long long)y.extent, (long long)x.extent);
    return vvi_fail(error, VV_BAD_SHAPE, "%s: a %dx%d %s%s does not fit its %dx%d input", name, y.size, x.size, what,
                    dilated, y.in, x.in);
}

vv_status vvi_check_strides(const char *name, int strides, int strides_width, int dilation, int dilation_width,
                            vv_error *error)
{
    const int stride = strides > strides_width ? strides : strides_width;
    const int rate = dilation > dilation_width ? dilation : dilation_width;
    if (stride <= 1 || rate <= 1) return VV_OK;
    return vvi_fail(error, VV_BAD_ARG, "%s: strides %d and dilation_rate %d cannot both be above 1", name, stride,
                    rate);
}

/* ---- pooling ---------------------------------------------------------------------------------------------------- */

const vv_field vvi_pooling2d_fields[VVI_POOLING2D_FIELDS] = {
    VVI_INT(vv_pooling2d_args, pool_size, "height of a window, and its width unless given", .required = true),
    VVI_INT(vv_pooling2d_args, pool_width, "0: pool_size", .preset = 0),
    VVI_INT(vv_pooling2d_args, strides, "rows from window to window; 0: the window's height", .preset = 0),
    VVI_INT(vv_pooling2d_args, strides_width, "columns from window to window; 0: strides, else the window's width",
            .preset = 0),
    VVI_ENUM(vv_pooling2d_args, padding, vvi_padding_labels, VV_SAME, VV_VALID, "what happens at the border", .min = 0),
};

vvi_axes vvi_pooling2d_axes(const vv_layer *layer, vv_shape in)
{
    const vv_pooling2d_args *a = &layer->pooling2d;
    const int width = a->pool_width > 0 ? a->pool_width : a->pool_size;
    const int stride = a->strides > 0 ? a->strides : a->pool_size;
    const int stride_width = a->strides_width > 0 ? a->strides_width : a->strides > 0 ? a->strides : width;
    return (vvi_axes){ .y = vvi_axis_of(in.dim[0], a->pool_size, stride, 1, a->padding),
                       .x = vvi_axis_of(in.dim[1], width, stride_width, 1, a->padding) };
}

vv_status vvi_pooling2d_shape(const vv_layer *layer, const char *name, const vv_shape *in, size_t n_in, vv_shape *out,
                              vv_error *error)
{
    (void)n_in;
    VVI_TRY(vvi_check_image(name, in[0], error));
    const vvi_axes a = vvi_pooling2d_axes(layer, in[0]);
    VVI_TRY(vvi_check_window(name, "pool", a.y, a.x, error));
    *out = (vv_shape){ .rank = 3, .dim = { a.y.out, a.x.out, in[0].dim[2] } };
    return VV_OK;
}
