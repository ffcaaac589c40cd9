/* lstm_reference.c - the LSTM's twin: one example after the other, in double and plain loops. The backward pass runs
 * the forward pass again.
 */
#include "nn/layers/lstm.h"

/* One example's numbers, step by step; h and c have the zeros before the first step in front. */
typedef struct trace {
    double *sums, *gates;             /* [steps, 4 units] */
    double *h, *c, *cell;             /* [steps + 1, units]; cell = a(c) */
    double *input_mask, *state_mask;  /* [in], [units] */
    double *dsums, *dh, *dc, *before; /* backward, of one step: [4 units], [units] each */
} trace;

static size_t trace_size(const vvi_lstm *l)
{
    const size_t steps = (size_t)l->steps, units = (size_t)l->units;
    return 8 * steps * units + 3 * (steps + 1) * units + (size_t)l->in + 8 * units;
}

static trace trace_in(const vvi_lstm *l, double *memory)
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

static const double *input_at(const vvi_reference_pass *pass, const vvi_lstm *l, ptrdiff_t example, ptrdiff_t s)
{
    return pass->x[0] + (example * l->steps + (l->backwards ? l->steps - 1 - s : s)) * l->in;
}

static void draw_masks(const vvi_reference_pass *pass, const vvi_lstm *l, ptrdiff_t example, const trace *t)
{
    for (int k = 0; k < l->in; k++)
        t->input_mask[k] =
            vvi_reference_mask(vvi_lstm_input_key(pass->key), pass->example + example, l->dropout, (size_t)k);
    for (int u = 0; u < l->units; u++)
        t->state_mask[u] =
            vvi_reference_mask(vvi_lstm_state_key(pass->key), pass->example + example, l->recurrent_dropout, (size_t)u);
}

/* The four gates of step s before and after their activations. */
static void gates(const vvi_reference_pass *pass, const vvi_lstm *l, const trace *t, const double *x, ptrdiff_t s)
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

static void run_example(const vvi_reference_pass *pass, const vvi_lstm *l, ptrdiff_t example, const trace *t)
{
    const ptrdiff_t units = l->units;
    draw_masks(pass, l, example, t);
    for (ptrdiff_t s = 0; s < l->steps; s++) {
        gates(pass, l, t, input_at(pass, l, example, s), s);
        const double *i = t->gates + s * 4 * units, *f = i + units, *g = f + units, *o = g + units;
        double *c = t->c + (s + 1) * units, *cell = t->cell + (s + 1) * units, *h = t->h + (s + 1) * units;
        for (ptrdiff_t u = 0; u < units; u++) c[u] = f[u] * t->c[s * units + u] + i[u] * g[u];
        vvi_reference_activation(l->activation, 1, l->units, c, cell);
        for (ptrdiff_t u = 0; u < units; u++) h[u] = o[u] * cell[u];
    }
}

void vvi_lstm_reference_forward(const vvi_reference_pass *pass)
{
    const vvi_lstm l = vvi_lstm_of(pass->layer, pass->in[0], pass->training);
    double *memory = vvi_reference_forward_memory(pass, trace_size(&l));
    if (memory == NULL) return;
    const trace t = trace_in(&l, memory);
    const ptrdiff_t first = l.sequences ? 1 : l.steps, size = (l.steps - first + 1) * l.units;
    for (ptrdiff_t n = 0; n < pass->n; n++) {
        run_example(pass, &l, n, &t);
        for (ptrdiff_t i = 0; i < size; i++) pass->y[n * size + i] = t.h[first * l.units + i];
    }
    vvi_free(memory);
}

/* From dh and dc of step s to the gradients of its sums, and dc of the step before. */
static void gates_gradient(const vvi_lstm *l, const trace *t, ptrdiff_t s)
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
static void products_gradient(const vvi_reference_pass *pass, const vvi_lstm *l, const trace *t, const double *x,
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

void vvi_lstm_reference_backward(const vvi_reference_pass *pass)
{
    const vvi_lstm l = vvi_lstm_of(pass->layer, pass->in[0], pass->training);
    double *memory = vvi_reference_backward_memory(pass, trace_size(&l));
    if (memory == NULL) return;
    const trace t = trace_in(&l, memory);
    for (ptrdiff_t n = 0; n < pass->n; n++) {
        run_example(pass, &l, n, &t);
        for (ptrdiff_t u = 0; u < l.units; u++) t.dh[u] = t.dc[u] = 0;
        for (ptrdiff_t s = l.steps - 1; s >= 0; s--) {
            const bool is_output = l.sequences || s == l.steps - 1;
            const double *dy = pass->dy + (l.sequences ? n * l.steps + s : n) * l.units;
            const double *x = input_at(pass, &l, n, s);
            for (ptrdiff_t u = 0; u < l.units && is_output; u++) t.dh[u] += dy[u];
            gates_gradient(&l, &t, s);
            products_gradient(pass, &l, &t, x, s, pass->dx[0] + (x - pass->x[0]));
        }
    }
    vvi_free(memory);
}
