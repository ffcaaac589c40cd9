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
