/* lstm_fast.c - an LSTM's passes as products. All steps of a batch lie step after step, in rows of one example
 *
 *     [ ... 1 x | h | c ]        x: of this step, h and c: of the step before (zeros before the first)
 *
 * so that a step is one product [x h] [W; U] and the gates' kernel, which writes h and c into the next step's rows, and
 * the gradients of bias, kernel and recurrent kernel are one product of all rows [1 x h] with the gates' gradients.
 * x begins where h and c are aligned. With recurrent dropout h is what has been multiplied by the mask, and the state
 * that is output lies behind c.
 */
#include "nn/layers/lstm.h"

#include <string.h>

typedef struct job {
    vvi_lstm l;
    const vvi_pass *pass;
    ptrdiff_t n, width;             /* examples; 4 units */
    ptrdiff_t stride, h, c, output; /* of a row; places in it: x ends where h begins */
    float *rows, *gates, *input_mask, *state_mask;
} job;

static size_t rounded(size_t n)
{
    return (n + 15) / 16 * 16;
}

static size_t stride_of(const vvi_lstm *l, bool has_mask)
{
    return rounded(rounded((size_t)l->in + 1) + (has_mask ? 3 : 2) * (size_t)l->units);
}

static size_t stacked(const vvi_lstm *l, size_t first)
{
    return (first + (size_t)l->in + (size_t)l->units) * 4 * (size_t)l->units;
}

vvi_needs vvi_lstm_needs(const vv_layer *layer, const vv_shape *in, vv_shape out)
{
    (void)out;
    const vvi_lstm l = vvi_lstm_of(layer, in[0], true);
    const size_t steps = (size_t)l.steps, units = (size_t)l.units;
    const size_t masks = (l.dropout > 0 ? (size_t)l.in : 0) + (l.recurrent_dropout > 0 ? units : 0);
    return (vvi_needs){ .saved = (steps + 1) * stride_of(&l, l.recurrent_dropout > 0) + steps * 4 * units + masks,
                        .scratch = 2 * units,
                        .fixed = stacked(&l, 1),
                        .prepared = 2 * stacked(&l, 0),
                        .whole_batch = true };
}

static job job_of(const vvi_pass *pass)
{
    job j = { .l = vvi_lstm_of(pass->layer, pass->in[0], pass->training), .pass = pass, .n = pass->n };
    j.width = 4 * (ptrdiff_t)j.l.units;
    j.stride = (ptrdiff_t)stride_of(&j.l, j.l.recurrent_dropout > 0);
    j.h = (ptrdiff_t)rounded((size_t)j.l.in + 1);
    j.c = j.h + j.l.units;
    j.output = j.l.recurrent_dropout > 0 ? j.c + j.l.units : j.h;
    j.rows = pass->saved;
    j.gates = j.rows + (j.l.steps + 1) * j.n * j.stride;
    j.input_mask = j.gates + j.l.steps * j.n * j.width;
    j.state_mask = j.input_mask + (j.l.dropout > 0 ? j.n * j.l.in : 0);
    return j;
}

/* [W; U], then W^T and U^T. */
void vvi_lstm_prepare(const vvi_pass *pass)
{
    const vvi_lstm l = vvi_lstm_of(pass->layer, pass->in[0], pass->training);
    const int width = 4 * l.units;
    const size_t kernel = (size_t)l.in * (size_t)width, recurrent = (size_t)l.units * (size_t)width;
    memcpy(pass->prepared, pass->w[0], kernel * sizeof(float));
    memcpy(pass->prepared + kernel, pass->w[1], recurrent * sizeof(float));
    if (!pass->training) return;
    float *transposed = pass->prepared + kernel + recurrent;
    if (pass->dx[0] != NULL) pass->kernels->transpose(l.in, width, pass->w[0], width, transposed, l.in);
    pass->kernels->transpose(l.units, width, pass->w[1], width, transposed + kernel, l.units);
}

/* ---- forward --------------------------------------------------------------------------------------------------------- */

static void draw_masks(const job *j)
{
    const vvi_pass *pass = j->pass;
    for (ptrdiff_t i = 0; i < j->n; i++) {
        if (j->l.dropout > 0)
            vvi_dropout_mask(vvi_lstm_input_key(pass->key), pass->example + i, j->l.dropout, (size_t)j->l.in,
                             j->input_mask + i * j->l.in);
        if (j->l.recurrent_dropout > 0)
            vvi_dropout_mask(vvi_lstm_state_key(pass->key), pass->example + i, j->l.recurrent_dropout, (size_t)j->l.units,
                             j->state_mask + i * j->l.units);
    }
}

/* Which step of the input the s-th to be read is. */
static ptrdiff_t read_at(const job *j, ptrdiff_t s)
{
    return j->l.backwards ? j->l.steps - 1 - s : s;
}

static void place_input(const job *j, ptrdiff_t s)
{
    const ptrdiff_t in = j->l.in;
    const float *x = j->pass->x[0] + read_at(j, s) * in;
    float *row = j->rows + s * j->n * j->stride + j->h - in;
    for (ptrdiff_t i = 0; i < j->n; i++, x += j->l.steps * in, row += j->stride) {
        row[-1] = 1;
        if (j->l.dropout > 0) j->pass->kernels->multiply((size_t)in, x, j->input_mask + i * in, row);
        else if (in == 1) row[0] = x[0];
        else memcpy(row, x, (size_t)in * sizeof *row);
    }
}

static void step(const job *j, ptrdiff_t s)
{
    const vvi_lstm *l = &j->l;
    const vvi_kernels *kernels = j->pass->kernels;
    float *row = j->rows + s * j->n * j->stride, *next = row + j->n * j->stride, *gates = j->gates + s * j->n * j->width;
    place_input(j, s);
    kernels->gemm(&(vvi_gemm){ .M = (int)j->n,
                               .N = (int)j->width,
                               .K = s == 0 ? l->in : l->in + l->units,
                               .KO = 1,
                               .A = row + j->h - l->in,
                               .a_row = j->stride,
                               .a_col = 1,
                               .B = j->pass->prepared,
                               .ldb = j->width,
                               .C = gates,
                               .ldc = j->width,
                               .bias = j->pass->w[2] });
    kernels->lstm_forward(&(vvi_lstm_step){ .n = (int)j->n,
                                            .units = l->units,
                                            .activation = l->activation,
                                            .recurrent_activation = l->recurrent_activation,
                                            .gates = gates,
                                            .ld_gates = j->width,
                                            .c_before = s == 0 ? NULL : row + j->c,
                                            .c = next + j->c,
                                            .h = next + j->output,
                                            .ld_state = j->stride });
    for (ptrdiff_t i = 0; i < j->n && l->recurrent_dropout > 0; i++, next += j->stride)
        kernels->multiply((size_t)l->units, next + j->output, j->state_mask + i * l->units, next + j->h);
}

/* The state after step s. */
static void write_output(const job *j, ptrdiff_t s, float *y, ptrdiff_t ld)
{
    const float *h = j->rows + (s + 1) * j->n * j->stride + j->output;
    for (ptrdiff_t i = 0; i < j->n; i++) memcpy(y + i * ld, h + i * j->stride, (size_t)j->l.units * sizeof *y);
}

void vvi_lstm_forward(const vvi_pass *pass)
{
    const job j = job_of(pass);
    const ptrdiff_t steps = j.l.steps, units = j.l.units;
    draw_masks(&j);
    for (ptrdiff_t i = 0; i < j.n; i++) memset(j.rows + i * j.stride + j.h, 0, (size_t)units * sizeof(float));
    for (ptrdiff_t s = 0; s < steps; s++) {
        step(&j, s);
        if (j.l.sequences) write_output(&j, s, pass->y + s * units, steps * units);
    }
    if (!j.l.sequences) write_output(&j, steps - 1, pass->y, units);
}

/* ---- backward -------------------------------------------------------------------------------------------------------- */

/* The gates of step s become the gradients of their sums, in place. */
static void gates_gradient(const job *j, ptrdiff_t s, const float *dh, ptrdiff_t ld_dh, float *dc)
{
    float *row = j->rows + s * j->n * j->stride, *gates = j->gates + s * j->n * j->width;
    j->pass->kernels->lstm_backward(&(vvi_lstm_step){ .n = (int)j->n,
                                                      .units = j->l.units,
                                                      .activation = j->l.activation,
                                                      .recurrent_activation = j->l.recurrent_activation,
                                                      .gates = gates,
                                                      .ld_gates = j->width,
                                                      .c_before = s == 0 ? NULL : row + j->c,
                                                      .c = row + j->n * j->stride + j->c,
                                                      .ld_state = j->stride,
                                                      .dh = dh,
                                                      .ld_dh = ld_dh,
                                                      .dc = dc,
                                                      .dgates = gates });
}

/* C = gates' gradients of step s times a transposed kernel of `cols` inputs. */
static void through_kernel(const job *j, ptrdiff_t s, const float *transposed, int cols, float *C, ptrdiff_t ldc,
                           bool accumulate)
{
    j->pass->kernels->gemm(&(vvi_gemm){ .M = (int)j->n,
                                        .N = cols,
                                        .K = (int)j->width,
                                        .KO = 1,
                                        .A = j->gates + s * j->n * j->width,
                                        .a_row = j->width,
                                        .a_col = 1,
                                        .B = transposed,
                                        .ldb = cols,
                                        .C = C,
                                        .ldc = ldc,
                                        .accumulate = accumulate });
}

static void input_gradient(const job *j, ptrdiff_t s, const float *transposed)
{
    const ptrdiff_t in = j->l.in, ld = j->l.steps * in;
    float *dx = j->pass->dx[0] + read_at(j, s) * in;
    through_kernel(j, s, transposed, (int)in, dx, ld, false);
    for (ptrdiff_t i = 0; i < j->n && j->l.dropout > 0; i++)
        j->pass->kernels->multiply((size_t)in, dx + i * ld, j->input_mask + i * in, dx + i * ld);
}

/* Adds to the gradient of the state before step s, or, where only the last state is output, overwrites it. */
static void state_gradient(const job *j, ptrdiff_t s, const float *transposed, float *masked, float *dh, ptrdiff_t ld_dh)
{
    const ptrdiff_t units = j->l.units;
    const vvi_kernels *kernels = j->pass->kernels;
    if (j->l.recurrent_dropout == 0) {
        through_kernel(j, s, transposed, (int)units, dh, ld_dh, j->l.sequences);
        return;
    }
    through_kernel(j, s, transposed, (int)units, masked, units, false);
    kernels->multiply((size_t)(j->n * units), masked, j->state_mask, masked);
    for (ptrdiff_t i = 0; i < j->n; i++) {
        if (j->l.sequences) kernels->add((size_t)units, masked + i * units, dh + i * ld_dh);
        else memcpy(dh + i * ld_dh, masked + i * units, (size_t)units * sizeof *dh);
    }
}

/* All steps at once into one array [1 + in + units, 4 units], then added to the three. */
static void weight_gradients(const job *j, float *sums)
{
    const vvi_pass *pass = j->pass;
    const int bias = pass->dw[2] != NULL;
    pass->kernels->gemm(&(vvi_gemm){ .M = bias + j->l.in + j->l.units,
                                     .N = (int)j->width,
                                     .K = (int)(j->l.steps * j->n),
                                     .KO = 1,
                                     .A = j->rows + j->h - j->l.in - bias,
                                     .a_row = 1,
                                     .a_col = j->stride,
                                     .B = j->gates,
                                     .ldb = j->width,
                                     .C = sums,
                                     .ldc = j->width });
    const ptrdiff_t kernel = j->l.in * j->width, recurrent = j->l.units * j->width;
    if (bias) pass->kernels->add((size_t)j->width, sums, pass->dw[2]);
    pass->kernels->add((size_t)kernel, sums + bias * j->width, pass->dw[0]);
    pass->kernels->add((size_t)recurrent, sums + bias * j->width + kernel, pass->dw[1]);
}

void vvi_lstm_backward(const vvi_pass *pass)
{
    const job j = job_of(pass);
    const ptrdiff_t steps = j.l.steps, units = j.l.units, ld_dh = j.l.sequences ? steps * units : units;
    const float *transposed = pass->prepared + stacked(&j.l, 0), *transposed_state = transposed + j.l.in * j.width;
    float *dc = pass->scratch, *masked = dc + j.n * units, *sums = masked + j.n * units;
    memset(dc, 0, (size_t)(j.n * units) * sizeof *dc);
    for (ptrdiff_t s = steps - 1; s >= 0; s--) {
        float *dh = pass->dy + (j.l.sequences ? s * units : 0);
        gates_gradient(&j, s, dh, ld_dh, dc);
        if (pass->dx[0] != NULL) input_gradient(&j, s, transposed);
        if (s > 0) state_gradient(&j, s, transposed_state, masked, j.l.sequences ? dh - units : dh, ld_dh);
    }
    weight_gradients(&j, sums);
}
