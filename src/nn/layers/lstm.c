/* lstm.c - [steps, in] -> [units], or [steps, units] with return_sequences (Hochreiter, Schmidhuber 1997; the forget
 * gate of Gers et al. 2000). Gates in Keras' order i, f, c, o:
 *
 *     [i f g o] = [r r a r](x_t W + h_(t-1) U + b)     c_t = f c_(t-1) + i g     h_t = o a(c_t)
 *
 * with x and h multiplied by masks of dropout that an example keeps over all steps (Gal, Ghahramani 2016). The mask of
 * the state is in the recurrent product only, as in Keras.
 *
 * All steps of a batch lie step after step, in rows of one example
 *
 *     [ ... 1 x | h | c ]        x: of this step, h and c: of the step before (zeros before the first)
 *
 * so that a step is one product [x h] [W; U] and the gates' kernel, which writes h and c into the next step's rows, and
 * the gradients of bias, kernel and recurrent kernel are one product of all rows [1 x h] with the gates' gradients.
 * x ends where h begins, and h and c are aligned. With recurrent dropout h is what has been multiplied by the mask, and
 * the state that is output lies behind c.
 */
#include "nn/layers/layers.h"

#include <string.h>

static const vv_field fields[] = {
    { .name = "units",
      .type = VV_FIELD_INT,
      .offset = offsetof(vv_lstm_args, units),
      .min = 1,
      .max = INT_MAX / 4,
      .required = true,
      .help = "size of the state and of the output" },
    VVI_ENUM(vv_lstm_args, activation, vvi_activation_tanh_labels, VV_LEAKY_RELU, VV_TANH,
             "of the cell and of its input", .min = 0),
    VVI_ENUM(vv_lstm_args, recurrent_activation, vvi_activation_sigmoid_labels, VV_LEAKY_RELU, VV_SIGMOID,
             "of the gates", .min = 0),
    VVI_BOOL(vv_lstm_args, return_sequences, "the outputs of all steps, not of the last one alone"),
    VVI_BOOL(vv_lstm_args, go_backwards, "reads the steps last to first"),
    VVI_BOOL(vv_lstm_args, no_unit_forget_bias, "the forget gate's bias starts as the others, not at 1"),
    VVI_RATE(vv_lstm_args, dropout, "share of the input that is zeroed in training"),
    VVI_RATE(vv_lstm_args, recurrent_dropout, "share of the state that is zeroed in training"),
    VVI_INITIALIZER(vv_lstm_args, recurrent_initializer, vvi_initializer_orthogonal_labels, VV_ORTHOGONAL,
                    "how recurrent kernels start"),
    VVI_REGULARIZER(vv_lstm_args, recurrent),
    VVI_KERNEL_AND_BIAS(vv_lstm_args),
};

/* The sizes of one LSTM; its activations with their defaults. */
typedef struct lstm {
    int steps, in, units;
    vv_activation activation, recurrent_activation;
    bool sequences, backwards;
    double dropout, recurrent_dropout; /* 0 outside training */
} lstm;

static lstm lstm_of(const vv_layer *layer, vv_shape in, bool training)
{
    const vv_lstm_args *a = &layer->lstm;
    return (lstm){ .steps = in.dim[0],
                   .in = in.dim[1],
                   .units = a->units,
                   .activation = vvi_activation_or(a->activation, VV_TANH),
                   .recurrent_activation = vvi_activation_or(a->recurrent_activation, VV_SIGMOID),
                   .sequences = a->return_sequences,
                   .backwards = a->go_backwards,
                   .dropout = training ? a->dropout : 0,
                   .recurrent_dropout = training ? a->recurrent_dropout : 0 };
}

static vvi_key input_key(vvi_key key)
{
    return vvi_key_name(key, "input");
}

static vvi_key state_key(vvi_key key)
{
    return vvi_key_name(key, "state");
}

static vv_status check(const vv_layer *layer, const char *name, vv_error *error)
{
    const vv_lstm_args *a = &layer->lstm;
    if (a->activation == VV_SOFTMAX || a->recurrent_activation == VV_SOFTMAX)
        return vvi_fail(error, VV_BAD_ARG, "%s: %s softmax is not a function of one element; take another", name,
                        a->activation == VV_SOFTMAX ? "activation" : "recurrent_activation");
    return vvi_layer_check_bias(a->bias_initializer, name, error);
}

static vv_status shape(const vv_layer *layer, const char *name, const vv_shape *in, size_t n_in, vv_shape *out,
                       vv_error *error)
{
    (void)n_in;
    const int units = layer->lstm.units;
    if (in[0].rank != 2) {
        char text[64];
        vvi_shape_format(in[0], text, sizeof text);
        return vvi_fail(error, VV_BAD_SHAPE, "%s: wants steps x features, its input is %s", name, text);
    }
    VVI_TRY(vvi_check_size(name, "gates", (vv_shape){ .rank = 2, .dim = { in[0].dim[0], 4 * units } }, error));
    *out = layer->lstm.return_sequences ? (vv_shape){ .rank = 2, .dim = { in[0].dim[0], units } }
                                        : (vv_shape){ .rank = 1, .dim = { units } };
    return vvi_layer_check_sizes(layer, name, in, *out, error);
}

static size_t params(const vv_layer *layer, const vv_shape *in, vvi_param params[VVI_MAX_PARAMS])
{
    const vv_lstm_args *a = &layer->lstm;
    params[0] = (vvi_param){ .name = "kernel",
                             .rank = 2,
                             .dim = { in[0].dim[1], 4 * a->units },
                             .initializer = vvi_initializer_or(a->kernel_initializer, VV_GLOROT_UNIFORM),
                             .regularizer = a->kernel_regularizer };
    params[1] = (vvi_param){ .name = "recurrent_kernel",
                             .rank = 2,
                             .dim = { a->units, 4 * a->units },
                             .initializer = vvi_initializer_or(a->recurrent_initializer, VV_ORTHOGONAL),
                             .regularizer = a->recurrent_regularizer };
    params[2] = (vvi_param){ .name = "bias",
                             .rank = 1,
                             .dim = { 4 * a->units },
                             .initializer = vvi_initializer_or(a->bias_initializer, VV_ZEROS),
                             .ones_begin = a->units,
                             .ones_end = a->no_unit_forget_bias ? a->units : 2 * a->units,
                             .regularizer = a->bias_regularizer,
                             .is_bias = true };
    return a->no_bias ? 2 : 3;
}

static uint64_t macs(const vv_layer *layer, const vv_shape *in, vv_shape out)
{
    (void)out;
    const uint64_t units = (uint64_t)layer->lstm.units;
    return (uint64_t)in[0].dim[0] * ((uint64_t)in[0].dim[1] + units) * 4 * units;
}

/* h and c. */
static uint64_t state(const vv_layer *layer)
{
    return 2 * (uint64_t)layer->lstm.units;
}

typedef struct job {
    lstm l;
    const vvi_pass *pass;
    ptrdiff_t n, width;             /* examples; 4 units */
    ptrdiff_t stride, h, c, output; /* of a row; places in it: x ends where h begins */
    float *rows, *gates, *input_mask, *state_mask;
} job;

static size_t rounded(size_t n)
{
    return (n + 15) / 16 * 16;
}

static size_t stride_of(const lstm *l, bool has_mask)
{
    return rounded(rounded((size_t)l->in + 1) + (has_mask ? 3 : 2) * (size_t)l->units);
}

static size_t stacked(const lstm *l, size_t first)
{
    return (first + (size_t)l->in + (size_t)l->units) * 4 * (size_t)l->units;
}

static vvi_needs needs(const vv_layer *layer, const vv_shape *in, vv_shape out)
{
    (void)out;
    const lstm l = lstm_of(layer, in[0], true);
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
    job j = { .l = lstm_of(pass->layer, pass->in[0], pass->training), .pass = pass, .n = pass->n };
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
static void prepare(const vvi_pass *pass)
{
    const lstm l = lstm_of(pass->layer, pass->in[0], pass->training);
    const int width = 4 * l.units;
    const size_t kernel = (size_t)l.in * (size_t)width, recurrent = (size_t)l.units * (size_t)width;
    memcpy(pass->prepared, pass->w[0], kernel * sizeof(float));
    memcpy(pass->prepared + kernel, pass->w[1], recurrent * sizeof(float));
    if (!pass->training) return;
    float *transposed = pass->prepared + kernel + recurrent;
    if (pass->dx[0] != NULL) pass->kernels->transpose(l.in, width, pass->w[0], width, transposed, l.in);
    pass->kernels->transpose(l.units, width, pass->w[1], width, transposed + kernel, l.units);
}

/* ---- forward ---------------------------------------------------------------------------------------------------- */

static void draw_masks(const job *j)
{
    const vvi_pass *pass = j->pass;
    for (ptrdiff_t i = 0; i < j->n; i++) {
        if (j->l.dropout > 0)
            vvi_dropout_mask(input_key(pass->key), pass->example + i, j->l.dropout, (size_t)j->l.in,
                             j->input_mask + i * j->l.in);
        if (j->l.recurrent_dropout > 0)
            vvi_dropout_mask(state_key(pass->key), pass->example + i, j->l.recurrent_dropout, (size_t)j->l.units,
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
        if (j->l.dropout > 0)
            j->pass->kernels->multiply((size_t)in, x, j->input_mask + i * in, row);
        else if (in == 1)
            row[0] = x[0];
        else
            memcpy(row, x, (size_t)in * sizeof *row);
    }
}

static void step(const job *j, ptrdiff_t s)
{
    const lstm *l = &j->l;
    const vvi_kernels *kernels = j->pass->kernels;
    float *row = j->rows + s * j->n * j->stride, *next = row + j->n * j->stride,
          *gates = j->gates + s * j->n * j->width;
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

static void forward(const vvi_pass *pass)
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

/* ---- backward --------------------------------------------------------------------------------------------------- */

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
static void state_gradient(const job *j, ptrdiff_t s, const float *transposed, float *masked, float *dh,
                           ptrdiff_t ld_dh)
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
        if (j->l.sequences)
            kernels->add((size_t)units, masked + i * units, dh + i * ld_dh);
        else
            memcpy(dh + i * ld_dh, masked + i * units, (size_t)units * sizeof *dh);
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

static void backward(const vvi_pass *pass)
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

/* ---- the twin in double: one example after the other; backward runs forward again ------------------------------- */

/* One example's numbers, step by step; h and c have the zeros before the first step in front. */
typedef struct trace {
    double *sums, *gates;             /* [steps, 4 units] */
    double *h, *c, *cell;             /* [steps + 1, units]; cell = a(c) */
    double *input_mask, *state_mask;  /* [in], [units] */
    double *dsums, *dh, *dc, *before; /* backward, of one step: [4 units], [units] each */
} trace;

static size_t trace_size(const lstm *l)
{
    const size_t steps = (size_t)l->steps, units = (size_t)l->units;
    return 8 * steps * units + 3 * (steps + 1) * units + (size_t)l->in + 8 * units;
}

static trace trace_in(const lstm *l, double *memory)
{
    const size_t steps = (size_t)l->steps, units = (size_t)l->units;
    trace t = { .sums = memory };
    t.gates = t.sums + 4 * steps * units;
    t.h = t.gates + 4 * steps * units;
    t.c = t.h + (steps + 1) * units;
    t.cell = t.c + (steps + 1) * units;
    t.input_mask = t.cell + (steps + 1) * units;
    t.state_mask = t.input_mask + l->in;
    t.dsums = t.state_mask + units;
    t.dh = t.dsums + 4 * units;
    t.dc = t.dh + units;
    t.before = t.dc + units;
    return t;
}

static const double *reference_input_at(const vvi_reference_pass *pass, const lstm *l, ptrdiff_t example, ptrdiff_t s)
{
    return pass->x[0] + (example * l->steps + (l->backwards ? l->steps - 1 - s : s)) * l->in;
}

static void reference_draw_masks(const vvi_reference_pass *pass, const lstm *l, ptrdiff_t example, const trace *t)
{
    for (int k = 0; k < l->in; k++)
        t->input_mask[k] = vvi_reference_mask(input_key(pass->key), pass->example + example, l->dropout, (size_t)k);
    for (int u = 0; u < l->units; u++)
        t->state_mask[u] =
            vvi_reference_mask(state_key(pass->key), pass->example + example, l->recurrent_dropout, (size_t)u);
}

/* The four gates of step s before and after their activations. */
static void reference_gates(const vvi_reference_pass *pass, const lstm *l, const trace *t, const double *x, ptrdiff_t s)
{
    const ptrdiff_t units = l->units, width = 4 * units;
    double *sums = t->sums + s * width, *values = t->gates + s * width;
    for (ptrdiff_t g = 0; g < width; g++) {
        sums[g] = pass->w[2] == NULL ? 0 : pass->w[2][g];
        for (ptrdiff_t k = 0; k < l->in; k++) sums[g] += x[k] * t->input_mask[k] * pass->w[0][k * width + g];
        for (ptrdiff_t u = 0; u < units; u++)
            sums[g] += t->h[s * units + u] * t->state_mask[u] * pass->w[1][u * width + g];
    }
    for (ptrdiff_t g = 0; g < 4; g++)
        vvi_reference_activation(g == 2 ? l->activation : l->recurrent_activation, 1, l->units, sums + g * units,
                                 values + g * units);
}

static void reference_run_example(const vvi_reference_pass *pass, const lstm *l, ptrdiff_t example, const trace *t)
{
    const ptrdiff_t units = l->units;
    reference_draw_masks(pass, l, example, t);
    for (ptrdiff_t s = 0; s < l->steps; s++) {
        reference_gates(pass, l, t, reference_input_at(pass, l, example, s), s);
        const double *i = t->gates + s * 4 * units, *f = i + units, *g = f + units, *o = g + units;
        double *c = t->c + (s + 1) * units, *cell = t->cell + (s + 1) * units, *h = t->h + (s + 1) * units;
        for (ptrdiff_t u = 0; u < units; u++) c[u] = f[u] * t->c[s * units + u] + i[u] * g[u];
        vvi_reference_activation(l->activation, 1, l->units, c, cell);
        for (ptrdiff_t u = 0; u < units; u++) h[u] = o[u] * cell[u];
    }
}

static void reference_forward(const vvi_reference_pass *pass)
{
    const lstm l = lstm_of(pass->layer, pass->in[0], pass->training);
    double *memory = vvi_reference_forward_memory(pass, trace_size(&l));
    if (memory == NULL) return;
    const trace t = trace_in(&l, memory);
    const ptrdiff_t first = l.sequences ? 1 : l.steps, size = (l.steps - first + 1) * l.units;
    for (ptrdiff_t n = 0; n < pass->n; n++) {
        reference_run_example(pass, &l, n, &t);
        for (ptrdiff_t i = 0; i < size; i++) pass->y[n * size + i] = t.h[first * l.units + i];
    }
    vvi_free(memory);
}

/* From dh and dc of step s to the gradients of its sums, and dc of the step before. */
static void reference_gates_gradient(const lstm *l, const trace *t, ptrdiff_t s)
{
    const ptrdiff_t units = l->units;
    const double *i = t->gates + s * 4 * units, *f = i + units, *g = f + units, *o = g + units;
    const double *c = t->c + (s + 1) * units, *cell = t->cell + (s + 1) * units;
    double *flow = t->before;
    for (ptrdiff_t u = 0; u < units; u++) flow[u] = t->dh[u] * o[u];
    vvi_reference_activation_gradient(l->activation, 1, l->units, c, cell, flow, flow);
    for (ptrdiff_t u = 0; u < units; u++) {
        const double dc = t->dc[u] + flow[u];
        t->dsums[u] = dc * g[u];
        t->dsums[units + u] = dc * t->c[s * units + u];
        t->dsums[2 * units + u] = dc * i[u];
        t->dsums[3 * units + u] = t->dh[u] * cell[u];
        t->dc[u] = dc * f[u];
    }
    for (ptrdiff_t k = 0; k < 4; k++)
        vvi_reference_activation_gradient(k == 2 ? l->activation : l->recurrent_activation, 1, l->units,
                                          t->sums + (s * 4 + k) * units, i + k * units, t->dsums + k * units,
                                          t->dsums + k * units);
}

/* Gradients of weights, input (into dx) and of the state before step s (into t->dh). */
static void reference_products_gradient(const vvi_reference_pass *pass, const lstm *l, const trace *t, const double *x,
                                        ptrdiff_t s, double *dx)
{
    const ptrdiff_t units = l->units, width = 4 * units;
    for (ptrdiff_t k = 0; k < l->in; k++) dx[k] = 0;
    for (ptrdiff_t u = 0; u < units; u++) t->dh[u] = 0;
    for (ptrdiff_t g = 0; g < width; g++) {
        const double d = t->dsums[g];
        if (pass->dw[2] != NULL) pass->dw[2][g] += d;
        for (ptrdiff_t k = 0; k < l->in; k++) {
            pass->dw[0][k * width + g] += x[k] * t->input_mask[k] * d;
            dx[k] += d * pass->w[0][k * width + g] * t->input_mask[k];
        }
        for (ptrdiff_t u = 0; u < units; u++) {
            pass->dw[1][u * width + g] += t->h[s * units + u] * t->state_mask[u] * d;
            t->dh[u] += d * pass->w[1][u * width + g] * t->state_mask[u];
        }
    }
}

static void reference_backward(const vvi_reference_pass *pass)
{
    const lstm l = lstm_of(pass->layer, pass->in[0], pass->training);
    double *memory = vvi_reference_backward_memory(pass, trace_size(&l));
    if (memory == NULL) return;
    const trace t = trace_in(&l, memory);
    for (ptrdiff_t n = 0; n < pass->n; n++) {
        reference_run_example(pass, &l, n, &t);
        for (ptrdiff_t u = 0; u < l.units; u++) t.dh[u] = t.dc[u] = 0;
        for (ptrdiff_t s = l.steps - 1; s >= 0; s--) {
            const bool is_output = l.sequences || s == l.steps - 1;
            const double *dy = pass->dy + (l.sequences ? n * l.steps + s : n) * l.units;
            const double *x = reference_input_at(pass, &l, n, s);
            for (ptrdiff_t u = 0; u < l.units && is_output; u++) t.dh[u] += dy[u];
            reference_gates_gradient(&l, &t, s);
            reference_products_gradient(pass, &l, &t, x, s, pass->dx[0] + (x - pass->x[0]));
        }
    }
    vvi_free(memory);
}

const vvi_layer_row vvi_layer_lstm = { .info = { .kind = VV_LAYER_LSTM,
                                                 .name = "lstm",
                                                 .summary = "a state carried over steps, with gates",
                                                 .fields = fields,
                                                 .n_fields = VVI_COUNT(fields) },
                                       .name_offset = offsetof(vv_lstm_args, name),
                                       .min_inputs = 1,
                                       .max_inputs = 1,
                                       .check = check,
                                       .shape = shape,
                                       .params = params,
                                       .macs = macs,
                                       .needs = needs,
                                       .state = state,
                                       .prepare = prepare,
                                       .forward = forward,
                                       .backward = backward,
                                       .reference_forward = reference_forward,
                                       .reference_backward = reference_backward };
