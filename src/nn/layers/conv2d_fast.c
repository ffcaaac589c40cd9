/* conv2d_fast.c - a convolution's three directions as products over implicit im2col (see vvi_gemm), image by image, so
 * that an image's numbers stay in the caches:
 *
 *     forward    one product for each output row: the sum runs over kernel rows (outer) and a window's row (inner)
 *     weights    one for each kernel row: the sum runs over output rows (outer) and columns (inner)
 *     input      one for each input row and kernel column: over the kernel rows that reach it (outer) and filters
 *
 * A 1x1 kernel without strides is one product over all pixels of all images. 'same' works on a copy with zeros around;
 * the input's gradient needs none, since taps that fall outside are left out.
 */
#include "nn/layers/conv2d.h"

#include <string.h>

/* One pass: a geometry, and how many images of it. */
typedef struct job {
    vvi_conv2d g;
    const vvi_pass *pass;
    int n;
    ptrdiff_t in_row, in_size, out_row, out_size; /* of an image as read (padded) and of its output, floats */
} job;

static job job_of(const vvi_pass *pass)
{
    job j = { .g = vvi_conv2d_of(pass->layer, pass->in[0]), .pass = pass, .n = pass->n };
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

/* ---- zeros around ----------------------------------------------------------------------------------------------------- */

/* Once in a pass: zeros everywhere; images are copied into the middle. */
static void begin_images(const job *j)
{
    if (j->g.is_padded) memset(j->pass->scratch, 0, vvi_conv2d_padded_size(&j->g) * sizeof(float));
}

static const float *image(const job *j, int n)
{
    const vvi_conv2d *g = &j->g;
    const ptrdiff_t row = (ptrdiff_t)g->x.in * g->c;
    const float *x = j->pass->x[0] + n * g->y.in * row;
    if (!g->is_padded) return x;
    float *to = j->pass->scratch + g->y.before * j->in_row + (ptrdiff_t)g->x.before * g->c;
    for (int i = 0; i < g->y.in; i++, x += row, to += j->in_row) memcpy(to, x, (size_t)row * sizeof *to);
    return j->pass->scratch;
}

/* ---- forward ------------------------------------------------------------------------------------------------------------ */

/* The windows' rows are contiguous unless columns are dilated: then kernel row by kernel row, tap by tap. */
static void output_row(const job *j, const float *x, bool relu, float *y)
{
    const vvi_conv2d *g = &j->g;
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

void vvi_conv2d_forward(const vvi_pass *pass)
{
    const job j = job_of(pass);
    const vv_activation f = vvi_conv2d_activation(pass->layer);
    float *y = vvi_sums(pass, f);
    begin_images(&j);
    for (int n = 0; n < j.n; n++) {
        const float *x = image(&j, n);
        for (int i = 0; i < j.g.y.out; i++, y += j.out_row)
            output_row(&j, x + (ptrdiff_t)i * j.g.y.stride * j.in_row, f == VV_RELU, y);
    }
    vvi_activate(pass, f);
}

/* ---- weights ------------------------------------------------------------------------------------------------------------ */

static void weight_gradient(const job *j, const float *x, const float *dy)
{
    const vvi_conv2d *g = &j->g;
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

/* ---- input --------------------------------------------------------------------------------------------------------------- */

/* Kernel taps [f][c] instead of [c][f]. */
void vvi_conv2d_prepare(const vvi_pass *pass)
{
    const vvi_conv2d g = vvi_conv2d_of(pass->layer, pass->in[0]);
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
    const vvi_conv2d *g = &j->g;
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

void vvi_conv2d_backward(const vvi_pass *pass)
{
    const job j = job_of(pass);
    const int filters = j.g.filters;
    vvi_deactivate(pass, vvi_conv2d_activation(pass->layer));
    if (pass->dw[1] != NULL)
        pass->kernels->column_sums(vvi_rows(pass->out, pass->n), filters, pass->dy, filters, pass->dw[1]);
    begin_images(&j);
    for (int n = 0; n < j.n; n++) {
        const float *dy = pass->dy + n * j.out_size;
        weight_gradient(&j, image(&j, n), dy);
        if (pass->dx[0] != NULL)
            input_gradient(&j, dy, pass->dx[0] + (ptrdiff_t)n * j.g.y.in * j.g.x.in * j.g.c);
    }
}
