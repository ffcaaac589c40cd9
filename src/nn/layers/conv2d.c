/* conv2d.c - [h, w, c] -> [h', w', filters].  kernel [kernel_size, kernel_width, c, filters], bias [filters]
 *
 *     y[i, j, f] = a(b[f] + sum over u, v, k of x[i sh + u dh - top, j sw + v dw - left, k] W[u, v, k, f])
 *
 * A correlation, as everywhere in deep learning. Its three directions are products over implicit im2col (see vvi_gemm),
 * image by image, so that an image's numbers stay in the caches:
 *
 *     forward    one product for each output row: the sum runs over kernel rows (outer) and a window's row (inner)
 *     weights    one for each kernel row: the sum runs over output rows (outer) and columns (inner)
 *     input      one for each input row and kernel column: over the kernel rows that reach it (outer) and filters
 *
 * A 1x1 kernel without strides is one product over all pixels of all images. 'same' works on a copy with zeros around;
 * the input's gradient needs none, since taps that fall outside are left out.
 */
#include "nn/layers/layers.h"

#include <string.h>

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

typedef struct geometry {
    vvi_axis y, x;
    int c, filters;
    bool is_padded;
} geometry;

static geometry geometry_of(const vv_layer *layer, vv_shape in)
{
    const vv_conv2d_args *a = &layer->conv2d;
    const int size = given_or(a->kernel_size, 3), width = given_or(a->kernel_width, size);
    geometry g = { .y = vvi_axis_of(in.dim[0], size, a->strides, a->dilation_rate, a->padding),
                   .x = vvi_axis_of(in.dim[1], width, given_or(a->strides_width, a->strides),
                                    given_or(a->dilation_width, a->dilation_rate), a->padding),
                   .c = in.dim[2],
                   .filters = a->filters };
    g.is_padded = g.y.padded > g.y.in || g.x.padded > g.x.in;
    return g;
}

static vv_activation activation(const vv_layer *layer)
{
    return vvi_activation_or(layer->conv2d.activation, VV_LINEAR);
}

static vv_status check(const vv_layer *layer, const char *name, vv_error *error)
{
    const vv_conv2d_args *a = &layer->conv2d;
    VVI_TRY(vvi_check_strides(name, a->strides, a->strides_width, a->dilation_rate, a->dilation_width, error));
    return vvi_layer_check_bias(a->bias_initializer, name, error);
}

static vv_status shape(const vv_layer *layer, const char *name, const vv_shape *in, size_t n_in, vv_shape *out,
                       vv_error *error)
{
    (void)n_in;
    VVI_TRY(vvi_check_image(name, in[0], error));
    const geometry g = geometry_of(layer, in[0]);
    VVI_TRY(vvi_check_window(name, "kernel", g.y, g.x, error));
    VVI_TRY(
        vvi_check_size(name, "a padded input", (vv_shape){ .rank = 3, .dim = { g.y.padded, g.x.padded, g.c } }, error));
    *out = (vv_shape){ .rank = 3, .dim = { g.y.out, g.x.out, g.filters } };
    return vvi_layer_check_sizes(layer, name, in, *out, error);
}

static size_t params(const vv_layer *layer, const vv_shape *in, vvi_param params[VVI_MAX_PARAMS])
{
    const vv_conv2d_args *a = &layer->conv2d;
    const geometry g = geometry_of(layer, in[0]);
    params[0] = (vvi_param){ .name = "kernel",
                             .rank = 4,
                             .dim = { g.y.size, g.x.size, g.c, g.filters },
                             .initializer = vvi_initializer_or(a->kernel_initializer, VV_GLOROT_UNIFORM),
                             .regularizer = a->kernel_regularizer };
    params[1] = (vvi_param){ .name = "bias",
                             .rank = 1,
                             .dim = { g.filters },
                             .initializer = vvi_initializer_or(a->bias_initializer, VV_ZEROS),
                             .regularizer = a->bias_regularizer,
                             .is_bias = true };
    return a->no_bias ? 1 : 2;
}

static uint64_t macs(const vv_layer *layer, const vv_shape *in, vv_shape out)
{
    const geometry g = geometry_of(layer, in[0]);
    return (uint64_t)vvi_shape_size(out) * (uint64_t)g.y.size * (uint64_t)g.x.size * (uint64_t)g.c;
}

static size_t padded_size(const geometry *g)
{
    return g->is_padded ? (size_t)g->y.padded * (size_t)g->x.padded * (size_t)g->c : 0;
}

static vvi_needs needs(const vv_layer *layer, const vv_shape *in, vv_shape out)
{
    const geometry g = geometry_of(layer, in[0]);
    return (vvi_needs){ .saved = vvi_saved_sums(activation(layer), out),
                        .fixed = padded_size(&g),
                        .prepared = (size_t)g.y.size * (size_t)g.x.size * (size_t)g.c * (size_t)g.filters };
}

/* One pass: a geometry, and how many images of it. */
typedef struct job {
    geometry g;
    const vvi_pass *pass;
    int n;
    ptrdiff_t in_row, in_size, out_row, out_size; /* of an image as read (padded) and of its output, floats */
} job;

static job job_of(const vvi_pass *pass)
{
    job j = { .g = geometry_of(pass->layer, pass->in[0]), .pass = pass, .n = pass->n };
    vvi_axis *y = &j.g.y, *x = &j.g.x;
    if (y->size == 1 && x->size == 1 && y->stride == 1 && x->stride == 1) {
        x->in = x->out = x->padded = j.n * y->in * x->in;
        j.n = y->in = y->out = y->padded = 1;
    }
    j.in_row = (ptrdiff_t)x->padded * j.g.c;
    j.in_size = y->padded * j.in_row;
    j.out_row = (ptrdiff_t)x->out * j.g.filters;
    j.out_size = y->out * j.out_row;
    return j;
}

/* ---- zeros around ----------------------------------------------------------------------------------------------- */

/* Once in a pass: zeros everywhere; images are copied into the middle. */
static void begin_images(const job *j)
{
    if (j->g.is_padded) memset(j->pass->scratch, 0, padded_size(&j->g) * sizeof(float));
}

static const float *image(const job *j, int n)
{
    const geometry *g = &j->g;
    const ptrdiff_t row = (ptrdiff_t)g->x.in * g->c;
    const float *x = j->pass->x[0] + n * g->y.in * row;
    if (!g->is_padded) return x;
    float *to = j->pass->scratch + g->y.before * j->in_row + (ptrdiff_t)g->x.before * g->c;
    for (int i = 0; i < g->y.in; i++, x += row, to += j->in_row) memcpy(to, x, (size_t)row * sizeof *to);
    return j->pass->scratch;
}

/* ---- forward ---------------------------------------------------------------------------------------------------- */

/* The windows' rows are contiguous unless columns are dilated: then kernel row by kernel row, tap by tap. */
static void output_row(const job *j, const float *x, bool relu, float *y)
{
    const geometry *g = &j->g;
    const bool is_whole = g->x.dilation == 1;
    const int rows = is_whole ? 1 : g->y.size;
    const ptrdiff_t kernel_row = (ptrdiff_t)g->x.size * g->c * g->filters;
    vvi_gemm p = { .M = g->x.out,
                   .N = g->filters,
                   .K = is_whole ? g->x.size * g->c : g->c,
                   .KO = is_whole ? g->y.size : g->x.size,
                   .A = x,
                   .a_row = (ptrdiff_t)g->x.stride * g->c,
                   .a_col = 1,
                   .a_outer = is_whole ? g->y.dilation * j->in_row : (ptrdiff_t)g->x.dilation * g->c,
                   .B = j->pass->w[0],
                   .ldb = g->filters,
                   .b_outer = is_whole ? kernel_row : (ptrdiff_t)g->c * g->filters,
                   .C = y,
                   .ldc = g->filters,
                   .bias = j->pass->w[1] };
    for (int u = 0; u < rows; u++) {
        p.accumulate = u > 0;
        p.relu = relu && u == rows - 1;
        j->pass->kernels->gemm(&p);
        p.A += g->y.dilation * j->in_row;
        p.B += kernel_row;
    }
}

static void forward(const vvi_pass *pass)
{
    const job j = job_of(pass);
    const vv_activation f = activation(pass->layer);
    float *y = vvi_sums(pass, f);
    begin_images(&j);
    for (int n = 0; n < j.n; n++) {
        const float *x = image(&j, n);
        for (int i = 0; i < j.g.y.out; i++, y += j.out_row)
            output_row(&j, x + (ptrdiff_t)i * j.g.y.stride * j.in_row, f == VV_RELU, y);
    }
    vvi_activate(pass, f);
}

/* ---- weights ---------------------------------------------------------------------------------------------------- */

static void weight_gradient(const job *j, const float *x, const float *dy)
{
    const geometry *g = &j->g;
    const bool is_whole = g->x.dilation == 1;
    vvi_gemm p = { .M = is_whole ? g->x.size * g->c : g->c,
                   .N = g->filters,
                   .K = g->x.out,
                   .KO = g->y.out,
                   .a_row = 1,
                   .a_col = (ptrdiff_t)g->x.stride * g->c,
                   .a_outer = g->y.stride * j->in_row,
                   .B = dy,
                   .ldb = g->filters,
                   .b_outer = j->out_row,
                   .C = j->pass->dw[0],
                   .ldc = g->filters,
                   .accumulate = true };
    for (int u = 0; u < g->y.size; u++) {
        for (int v = 0; v < (is_whole ? 1 : g->x.size); v++) {
            p.A = x + u * g->y.dilation * j->in_row + (ptrdiff_t)v * g->x.dilation * g->c;
            j->pass->kernels->gemm(&p);
            p.C += (ptrdiff_t)p.M * g->filters;
        }
    }
}

/* ---- input ------------------------------------------------------------------------------------------------------ */

/* Kernel taps [f][c] instead of [c][f]. */
static void prepare(const vvi_pass *pass)
{
    const geometry g = geometry_of(pass->layer, pass->in[0]);
    const ptrdiff_t size = (ptrdiff_t)g.c * g.filters;
    if (!pass->training || pass->dx[0] == NULL) return;
    for (ptrdiff_t tap = 0; tap < (ptrdiff_t)g.y.size * g.x.size; tap++)
        pass->kernels->transpose(g.c, g.filters, pass->w[0] + tap * size, g.filters, pass->prepared + tap * size, g.c);
}

/* The kernel's elements that reach input `at` of an axis: n of them from `first` on, `stride` apart; the first belongs
 * to output `output`, the next ones to outputs `dilation` apart, downwards. (One of the two steps is 1.) */
typedef struct reach {
    int n, first, output;
} reach;

static reach reach_of(const vvi_axis *a, int at)
{
    reach r = { 0 };
    for (int u = 0; u < a->size; u++) {
        const int from = at + a->before - u * a->dilation;
        if (from < 0) break;
        if (from % a->stride != 0 || from / a->stride >= a->out) continue;
        if (r.n++ == 0) {
            r.first = u;
            r.output = from / a->stride;
        }
    }
    return r;
}

/* Kernel column v over a whole image: outputs begin..end-1 of a row reach inside. */
static void input_gradient_column(const job *j, int v, const float *dy, float *dx)
{
    const geometry *g = &j->g;
    const int shift = v * g->x.dilation - g->x.before, stride = g->x.stride, last = g->x.in - 1 - shift;
    const int begin = shift < 0 ? (-shift + stride - 1) / stride : 0;
    const int end = last < 0 ? 0 : last / stride + 1 < g->x.out ? last / stride + 1 : g->x.out;
    const ptrdiff_t tap = (ptrdiff_t)g->filters * g->c;
    vvi_gemm p = { .M = end - begin,
                   .N = g->c,
                   .K = g->filters,
                   .a_row = g->filters,
                   .a_col = 1,
                   .a_outer = -g->y.dilation * j->out_row,
                   .ldb = g->c,
                   .b_outer = g->y.stride * g->x.size * tap,
                   .ldc = (ptrdiff_t)stride * g->c,
                   .accumulate = true };
    if (p.M <= 0) return;
    for (int i = 0; i < g->y.in; i++) {
        const reach r = reach_of(&g->y, i);
        if (r.n == 0) continue;
        p.KO = r.n;
        p.A = dy + r.output * j->out_row + (ptrdiff_t)begin * g->filters;
        p.B = j->pass->prepared + ((ptrdiff_t)r.first * g->x.size + v) * tap;
        p.C = dx + ((ptrdiff_t)i * g->x.in + begin * stride + shift) * g->c;
        j->pass->kernels->gemm(&p);
    }
}

static void input_gradient(const job *j, const float *dy, float *dx)
{
    memset(dx, 0, (size_t)j->g.y.in * (size_t)j->g.x.in * (size_t)j->g.c * sizeof *dx);
    for (int v = 0; v < j->g.x.size; v++) input_gradient_column(j, v, dy, dx);
}

static void backward(const vvi_pass *pass)
{
    const job j = job_of(pass);
    const int filters = j.g.filters;
    vvi_deactivate(pass, activation(pass->layer));
    if (pass->dw[1] != NULL)
        pass->kernels->column_sums(vvi_rows(pass->out, pass->n), filters, pass->dy, filters, pass->dw[1]);
    begin_images(&j);
    for (int n = 0; n < j.n; n++) {
        const float *dy = pass->dy + n * j.out_size;
        weight_gradient(&j, image(&j, n), dy);
        if (pass->dx[0] != NULL) input_gradient(&j, dy, pass->dx[0] + (ptrdiff_t)n * j.g.y.in * j.g.x.in * j.g.c);
    }
}

/* ---- the twin in double: every (output, tap) that lies in the image --------------------------------------------- */

/* Forward, gradient == NULL: to += x W. Backward: dW += x gradient, dx += gradient W. */
static void taps(const vvi_reference_pass *pass, const geometry *g, ptrdiff_t image, ptrdiff_t output, int y, int x,
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
    const geometry g = geometry_of(pass->layer, pass->in[0]);
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
    vvi_reference_activation(activation(pass->layer), vvi_rows(pass->out, pass->n), pass->out.dim[2], pass->y, pass->y);
}

static void reference_backward(const vvi_reference_pass *pass)
{
    const ptrdiff_t filters = pass->out.dim[2], n = vvi_rows(pass->out, pass->n) * filters;
    const size_t in = (size_t)pass->n * vvi_shape_size(pass->in[0]);
    double *gradient = vvi_reference_deactivate(pass, activation(pass->layer), reference_sums);
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
                                         .activation = activation,
                                         .inference = VVI_ABSORBS,
                                         .prepare = prepare,
                                         .forward = forward,
                                         .backward = backward,
                                         .reference_forward = reference_forward,
                                         .reference_backward = reference_backward };
