/* conv2d.c - [h, w, c] -> [h', w', filters].  kernel [kernel_size, kernel_width, c, filters], bias [filters]
 *
 *     y[i, j, f] = a(b[f] + sum over u, v, k of x[i sh + u dh - top, j sw + v dw - left, k] W[u, v, k, f])
 *
 * A correlation, as everywhere in deep learning. The products are in conv2d_fast.c.
 */
#include "nn/layers/conv2d.h"

static const vv_field fields[] = {
    VVI_INT(vv_conv2d_args, filters, "channels of the output", .required = true),
    VVI_INT(vv_conv2d_args, kernel_size, "height of the kernel, and its width unless given", .preset = 3),
    VVI_INT(vv_conv2d_args, kernel_width, "0: kernel_size", .preset = 0),
    VVI_INT(vv_conv2d_args, strides, "rows from window to window, and columns unless given", .preset = 1),
    VVI_INT(vv_conv2d_args, strides_width, "0: strides", .preset = 0),
    VVI_ENUM(vv_conv2d_args, padding, vvi_padding_labels, VV_SAME, VV_VALID, "what happens at the border", .min = 0),
    VVI_INT(vv_conv2d_args, dilation_rate, "rows between the kernel's rows, and columns unless given", .preset = 1),
    VVI_INT(vv_conv2d_args, dilation_width, "0: dilation_rate", .preset = 0),
    VVI_ACTIVATION(vv_conv2d_args),
    VVI_KERNEL_AND_BIAS(vv_conv2d_args),
};

static int given_or(int given, int preset)
{
    return given > 0 ? given : preset;
}

vvi_conv2d vvi_conv2d_of(const vv_layer *layer, vv_shape in)
{
    const vv_conv2d_args *a = &layer->conv2d;
    const int size = given_or(a->kernel_size, 3), width = given_or(a->kernel_width, size);
    vvi_conv2d g = { .y = vvi_axis_of(in.dim[0], size, a->strides, a->dilation_rate, a->padding),
                     .x = vvi_axis_of(in.dim[1], width, given_or(a->strides_width, a->strides),
                                      given_or(a->dilation_width, a->dilation_rate), a->padding),
                     .c = in.dim[2],
                     .filters = a->filters };
    g.is_padded = g.y.padded > g.y.in || g.x.padded > g.x.in;
    return g;
}

vv_activation vvi_conv2d_activation(const vv_layer *layer)
{
    return vvi_activation_or(layer->conv2d.activation, VV_LINEAR);
}

static vv_status check(const vv_layer *layer, const char *name, vv_error *error)
{
    const vv_conv2d_args *a = &layer->conv2d;
    const int stride = a->strides > a->strides_width ? a->strides : a->strides_width;
    const int dilation = a->dilation_rate > a->dilation_width ? a->dilation_rate : a->dilation_width;
    if (stride > 1 && dilation > 1)
        return vvi_fail(error, VV_BAD_ARG, "%s: strides %d and dilation_rate %d cannot both be above 1", name, stride,
                        dilation);
    return vvi_layer_check_bias(a->bias_initializer, name, error);
}

static vv_status shape(const vv_layer *layer, const char *name, const vv_shape *in, size_t n_in, vv_shape *out,
                       vv_error *error)
{
    (void)n_in;
    VVI_TRY(vvi_check_image(name, in[0], error));
    const vvi_conv2d g = vvi_conv2d_of(layer, in[0]);
    VVI_TRY(vvi_check_window(name, "kernel", g.y, g.x, error));
    VVI_TRY(vvi_check_size(name, "a padded input", (vv_shape){ .rank = 3, .dim = { g.y.padded, g.x.padded, g.c } }, error));
    *out = (vv_shape){ .rank = 3, .dim = { g.y.out, g.x.out, g.filters } };
    return vvi_layer_check_sizes(layer, name, in, *out, error);
}

static size_t params(const vv_layer *layer, const vv_shape *in, vvi_param params[VVI_MAX_PARAMS])
{
    const vv_conv2d_args *a = &layer->conv2d;
    const vvi_conv2d g = vvi_conv2d_of(layer, in[0]);
    params[0] = (vvi_param){ .name = "kernel",
                             .rank = 4,
                             .dim = { g.y.size, g.x.size, g.c, g.filters },
                             .initializer = vvi_initializer_or(a->kernel_initializer, VV_GLOROT_UNIFORM),
                             .regularizer = a->kernel_regularizer };
    params[1] = (vvi_param){ .name = "bias",
                             .rank = 1,
                             .dim = { g.filters },
                             .initializer = vvi_initializer_or(a->bias_initializer, VV_ZEROS),
                             .regularizer = a->bias_regularizer };
    return a->no_bias ? 1 : 2;
}

static uint64_t macs(const vv_layer *layer, const vv_shape *in, vv_shape out)
{
    const vvi_conv2d g = vvi_conv2d_of(layer, in[0]);
    return (uint64_t)vvi_shape_size(out) * (uint64_t)g.y.size * (uint64_t)g.x.size * (uint64_t)g.c;
}

size_t vvi_conv2d_padded_size(const vvi_conv2d *g)
{
    return g->is_padded ? (size_t)g->y.padded * (size_t)g->x.padded * (size_t)g->c : 0;
}

static vvi_needs needs(const vv_layer *layer, const vv_shape *in, vv_shape out)
{
    const vvi_conv2d g = vvi_conv2d_of(layer, in[0]);
    return (vvi_needs){ .saved = vvi_saved_sums(vvi_conv2d_activation(layer), out),
                        .fixed = vvi_conv2d_padded_size(&g),
                        .prepared = (size_t)g.y.size * (size_t)g.x.size * (size_t)g.c * (size_t)g.filters };
}

/* ---- the twin in double: every (output, tap) that lies in the image -------------------------------------------------- */

/* Forward, gradient == NULL: to += x W. Backward: dW += x gradient, dx += gradient W. */
static void taps(const vvi_reference_pass *pass, const vvi_conv2d *g, ptrdiff_t image, ptrdiff_t output, int y, int x,
                 ptrdiff_t tap, const double *gradient, double *to)
{
    const ptrdiff_t from = ((image * g->y.in + y) * g->x.in + x) * g->c;
    for (ptrdiff_t k = 0; k < g->c; k++) {
        for (ptrdiff_t f = 0; f < g->filters; f++) {
            const ptrdiff_t w = (tap * g->c + k) * g->filters + f, o = output * g->filters + f;
            if (gradient == NULL) {
                to[o] += pass->x[0][from + k] * pass->w[0][w];
            } else {
                pass->dw[0][w] += pass->x[0][from + k] * gradient[o];
                pass->dx[0][from + k] += gradient[o] * pass->w[0][w];
            }
        }
    }
}

static void each_tap(const vvi_reference_pass *pass, const double *gradient, double *to)
{
    const vvi_conv2d g = vvi_conv2d_of(pass->layer, pass->in[0]);
    for (int n = 0; n < pass->n; n++) {
        for (int i = 0; i < g.y.out; i++) {
            for (int j = 0; j < g.x.out; j++) {
                for (int u = 0; u < g.y.size; u++) {
                    for (int v = 0; v < g.x.size; v++) {
                        const int y = i * g.y.stride + u * g.y.dilation - g.y.before;
                        const int x = j * g.x.stride + v * g.x.dilation - g.x.before;
                        if (y < 0 || y >= g.y.in || x < 0 || x >= g.x.in) continue;
                        taps(pass, &g, n, ((ptrdiff_t)n * g.y.out + i) * g.x.out + j, y, x, (ptrdiff_t)u * g.x.size + v,
                             gradient, to);
                    }
                }
            }
        }
    }
}

static void reference_sums(const vvi_reference_pass *pass, double *to)
{
    const ptrdiff_t filters = pass->out.dim[2], n = vvi_rows(pass->out, pass->n) * filters;
    for (ptrdiff_t i = 0; i < n; i++) to[i] = pass->w[1] == NULL ? 0 : pass->w[1][i % filters];
    each_tap(pass, NULL, to);
}

static void reference_forward(const vvi_reference_pass *pass)
{
    reference_sums(pass, pass->y);
    vvi_reference_activation(vvi_conv2d_activation(pass->layer), vvi_rows(pass->out, pass->n), pass->out.dim[2], pass->y,
                             pass->y);
}

static void reference_backward(const vvi_reference_pass *pass)
{
    const ptrdiff_t filters = pass->out.dim[2], n = vvi_rows(pass->out, pass->n) * filters;
    const size_t in = (size_t)pass->n * vvi_shape_size(pass->in[0]);
    double *gradient = vvi_reference_deactivate(pass, vvi_conv2d_activation(pass->layer), reference_sums);
    if (gradient == NULL) return;
    for (size_t i = 0; i < in; i++) pass->dx[0][i] = 0;
    for (ptrdiff_t i = 0; pass->dw[1] != NULL && i < n; i++) pass->dw[1][i % filters] += gradient[i];
    each_tap(pass, gradient, NULL);
    vvi_free(gradient);
}

const vvi_layer_row vvi_layer_conv2d = { .info = { .kind = VV_LAYER_CONV2D,
                                                   .name = "conv2d",
                                                   .summary = "windows of an image times a kernel",
                                                   .fields = fields,
                                                   .n_fields = VVI_COUNT(fields) },
                                         .name_offset = offsetof(vv_conv2d_args, name),
                                         .min_inputs = 1,
                                         .max_inputs = 1,
                                         .check = check,
                                         .shape = shape,
                                         .params = params,
                                         .macs = macs,
                                         .needs = needs,
                                         .activation = vvi_conv2d_activation,
                                         .prepare = vvi_conv2d_prepare,
                                         .forward = vvi_conv2d_forward,
                                         .backward = vvi_conv2d_backward,
                                         .reference_forward = reference_forward,
                                         .reference_backward = reference_backward };
