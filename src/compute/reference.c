/* reference.c - every row of the table in plain loops, sums and functions in double: slow, and obviously right.
 * Tests compare the fast tables with this one. NaN goes through relu and max_pool as in them.
 */
#include "compute/tables.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool available(void)
{
    return true;
}

static void gemm(const vvi_gemm *g)
{
    for (ptrdiff_t i = 0; i < g->M; i++) {
        for (ptrdiff_t j = 0; j < g->N; j++) {
            float *c = g->C + i * g->ldc + j;
            double sum = g->accumulate ? (double)*c : g->bias ? (double)g->bias[j] : 0;
            for (ptrdiff_t o = 0; o < g->KO; o++) {
                for (ptrdiff_t k = 0; k < g->K; k++) {
                    sum += (double)g->A[i * g->a_row + k * g->a_col + o * g->a_outer] *
                           (double)g->B[k * g->ldb + o * g->b_outer + j];
                }
            }
            *c = (float)(g->relu && sum < 0 ? 0 : sum);
        }
    }
}

static void transpose(int rows, int cols, const float *a, ptrdiff_t lda, float *b, ptrdiff_t ldb)
{
    for (int i = 0; i < rows; i++) {
        for (int j = 0; j < cols; j++) b[j * ldb + i] = a[i * lda + j];
    }
}

static void column_sums(int rows, int cols, const float *a, ptrdiff_t lda, float *sums)
{
    for (int j = 0; j < cols; j++) {
        double sum = (double)sums[j];
        for (int i = 0; i < rows; i++) sum += (double)a[i * lda + j];
        sums[j] = (float)sum;
    }
}

/* ---- activations ------------------------------------------------------------------------------------------------ */

static const double selu_scale = 1.0507009873554805, selu_alpha = 1.6732632423543772;

static double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

static double normal(double x)
{
    return 0.5 * erfc(-x / sqrt(2));
}

static double value(vv_activation kind, double x)
{
    switch (kind) {
    case VV_RELU:
        return x < 0 ? 0 : x;
    case VV_SIGMOID:
        return sigmoid(x);
    case VV_TANH:
        return tanh(x);
    case VV_ELU:
        return x > 0 ? x : expm1(x);
    case VV_SELU:
        return selu_scale * (x > 0 ? x : selu_alpha * expm1(x));
    case VV_GELU:
        return isinf(x) && x < 0 ? 0 : x * normal(x);
    case VV_SWISH:
        return isinf(x) && x < 0 ? 0 : x * sigmoid(x);
    case VV_LEAKY_RELU:
        return x > 0 ? x : 0.2 * x;
    default:
        return x;
    }
}

static double slope(vv_activation kind, double x, double y)
{
    switch (kind) {
    case VV_RELU:
        return y > 0 ? 1 : 0;
    case VV_SIGMOID:
        return y * (1 - y);
    case VV_TANH:
        return 1 - y * y;
    case VV_ELU:
        return y > 0 ? 1 : y + 1;
    case VV_SELU:
        return y > 0 ? selu_scale : y + selu_scale * selu_alpha;
    case VV_GELU:
        return isinf(x) ? x > 0 : normal(x) + x * exp(-x * x / 2) * 0.3989422804014327;
    case VV_SWISH:
        return isinf(x) ? x > 0 : sigmoid(x) * (1 + x * (1 - sigmoid(x)));
    case VV_LEAKY_RELU:
        return y > 0 ? 1 : 0.2;
    default:
        return 1;
    }
}

static void softmax(int cols, const float *x, float *y)
{
    double largest = (double)x[0], sum = 0;
    for (int j = 1; j < cols; j++) largest = fmax(largest, (double)x[j]);
    for (int j = 0; j < cols; j++) sum += exp((double)x[j] - largest);
    for (int j = 0; j < cols; j++) y[j] = (float)(exp((double)x[j] - largest) / sum);
}

static void softmax_gradient(int cols, const float *y, const float *dy, float *dx)
{
    double sum = 0;
    for (int j = 0; j < cols; j++) sum += (double)y[j] * (double)dy[j];
    for (int j = 0; j < cols; j++) dx[j] = (float)((double)y[j] * ((double)dy[j] - sum));
}

static void activation(vv_activation kind, int rows, int cols, const float *x, float *y)
{
    const ptrdiff_t n = (ptrdiff_t)rows * cols;
    if (kind == VV_SOFTMAX) {
        for (ptrdiff_t i = 0; i < n; i += cols) softmax(cols, x + i, y + i);
        return;
    }
    for (ptrdiff_t i = 0; i < n; i++) y[i] = (float)value(kind, (double)x[i]);
}

static void activation_gradient(vv_activation kind, int rows, int cols, const float *x, const float *y, const float *dy,
                                float *dx)
{
    const ptrdiff_t n = (ptrdiff_t)rows * cols;
    if (kind == VV_SOFTMAX) {
        for (ptrdiff_t i = 0; i < n; i += cols) softmax_gradient(cols, y + i, dy + i, dx + i);
        return;
    }
    for (ptrdiff_t i = 0; i < n; i++) dx[i] = (float)((double)dy[i] * slope(kind, x ? (double)x[i] : 0, (double)y[i]));
}

/* ---- pooling ---------------------------------------------------------------------------------------------------- */

/* Where in x the first largest element of one window and channel lies; a NaN is larger than anything. */
static ptrdiff_t first_largest(const vvi_pool *p, const float *x, int n, int i, int j, int k)
{
    ptrdiff_t at = -1;
    for (int u = i * p->sh - p->top; u < i * p->sh - p->top + p->kh; u++) {
        for (int v = j * p->sw - p->left; v < j * p->sw - p->left + p->kw; v++) {
            if (u < 0 || v < 0 || u >= p->h || v >= p->w) continue;
            const ptrdiff_t here = (((ptrdiff_t)n * p->h + u) * p->w + v) * p->c + k;
            if (at < 0 || x[here] > x[at] || (isnan(x[here]) && !isnan(x[at]))) at = here;
        }
    }
    return at;
}

static void max_pool(const vvi_pool *p, const float *x, float *y)
{
    for (int n = 0; n < p->n; n++) {
        for (int i = 0; i < p->oh; i++) {
            for (int j = 0; j < p->ow; j++) {
                for (int k = 0; k < p->c; k++) *y++ = x[first_largest(p, x, n, i, j, k)];
            }
        }
    }
}

static void max_pool_gradient(const vvi_pool *p, const float *x, const float *y, const float *dy, bool relu, float *dx)
{
    memset(dx, 0, (size_t)p->n * (size_t)p->h * (size_t)p->w * (size_t)p->c * sizeof *dx);
    for (int n = 0; n < p->n; n++) {
        for (int i = 0; i < p->oh; i++) {
            for (int j = 0; j < p->ow; j++) {
                for (int k = 0; k < p->c; k++, y++, dy++) {
                    if (!isnan(*y) && (!relu || *y > 0)) dx[first_largest(p, x, n, i, j, k)] += *dy;
                }
            }
        }
    }
}

/* ---- LSTM ------------------------------------------------------------------------------------------------------- */

static bool keeps_sums(vv_activation kind)
{
    return kind == VV_GELU || kind == VV_SWISH;
}

static double activate_gate(vv_activation kind, float *gate)
{
    const double y = value(kind, (double)*gate);
    if (!keeps_sums(kind)) *gate = (float)y;
    return y;
}

static void lstm_forward(const vvi_lstm_step *s)
{
    for (ptrdiff_t e = 0; e < s->n; e++) {
        for (ptrdiff_t u = 0; u < s->units; u++) {
            float *gate = s->gates + e * s->ld_gates + u;
            const double i = activate_gate(s->recurrent_activation, gate);
            const double f = activate_gate(s->recurrent_activation, gate + s->units);
            const double g = activate_gate(s->activation, gate + 2 * (ptrdiff_t)s->units);
            const double o = activate_gate(s->recurrent_activation, gate + 3 * (ptrdiff_t)s->units);
            const ptrdiff_t at = e * s->ld_state + u;
            const double c = f * (s->c_before ? (double)s->c_before[at] : 0) + i * g;
            s->c[at] = (float)c;
            s->h[at] = (float)(o * value(s->activation, c));
        }
    }
}

static double gate_value(vv_activation kind, float gate)
{
    return keeps_sums(kind) ? value(kind, (double)gate) : (double)gate;
}

static double gate_slope(vv_activation kind, float gate)
{
    return slope(kind, (double)gate, gate_value(kind, gate));
}

static void lstm_backward(const vvi_lstm_step *s)
{
    const vv_activation a = s->activation, r = s->recurrent_activation;
    for (ptrdiff_t e = 0; e < s->n; e++) {
        for (ptrdiff_t u = 0; u < s->units; u++) {
            const float *gate = s->gates + e * s->ld_gates + u;
            const float i = gate[0], f = gate[s->units], g = gate[2 * (ptrdiff_t)s->units],
                        o = gate[3 * (ptrdiff_t)s->units];
            const ptrdiff_t at = e * s->ld_state + u;
            const double before = s->c_before ? (double)s->c_before[at] : 0, c = (double)s->c[at];
            const double dh = (double)s->dh[e * s->ld_dh + u], cell = value(a, c);
            float *dc = s->dc + e * s->units + u, *dgate = s->dgates + e * s->ld_gates + u;
            const double flow = dh * gate_value(r, o) * slope(a, c, cell) + (double)*dc;
            dgate[0] = (float)(flow * gate_value(a, g) * gate_slope(r, i));
            dgate[s->units] = (float)(flow * before * gate_slope(r, f));
            dgate[2 * (ptrdiff_t)s->units] = (float)(flow * gate_value(r, i) * gate_slope(a, g));
            dgate[3 * (ptrdiff_t)s->units] = (float)(dh * cell * gate_slope(r, o));
            *dc = (float)(flow * gate_value(r, f));
        }
    }
}

/* ---- elementwise ------------------------------------------------------------------------------------------------ */

static void add(size_t n, const float *a, float *b)
{
    for (size_t i = 0; i < n; i++) b[i] += a[i];
}

static void scale(size_t n, float factor, float *a)
{
    for (size_t i = 0; i < n; i++) a[i] *= factor;
}

static void multiply(size_t n, const float *a, const float *b, float *c)
{
    for (size_t i = 0; i < n; i++) c[i] = a[i] * b[i];
}

static double sum_squares(size_t n, const float *a)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += (double)a[i] * (double)a[i];
    return sum;
}

/* ---- optimizers ------------------------------------------------------------------------------------------------- */

static void adam(const vvi_adam *o, size_t n, float *w, const float *g, float *m, float *v, float *v_max)
{
    for (size_t i = 0; i < n; i++) {
        const double gradient = (double)g[i];
        const double first = (double)m[i] + (gradient - (double)m[i]) * (1 - (double)o->beta_1);
        double second = (double)v[i] + (gradient * gradient - (double)v[i]) * (1 - (double)o->beta_2);
        m[i] = (float)first;
        v[i] = (float)second;
        if (v_max) v_max[i] = (float)(second = fmax(second, (double)v_max[i]));
        const double kept = (double)w[i] - (double)o->decay * (double)w[i];
        w[i] = (float)(kept - (double)o->learning_rate * first / (sqrt(second) + (double)o->epsilon));
    }
}

static void sgd(const vvi_sgd *o, size_t n, float *w, const float *g, float *velocity)
{
    for (size_t i = 0; i < n; i++) {
        const double step = -(double)o->learning_rate * (double)g[i];
        const double speed = velocity ? (double)o->momentum * (double)velocity[i] + step : step;
        if (velocity) velocity[i] = (float)speed;
        w[i] = (float)((double)w[i] + (velocity && o->nesterov ? (double)o->momentum * speed + step : speed));
    }
}

static void rmsprop(const vvi_rmsprop *o, size_t n, float *w, const float *g, float *mean_square, float *mean,
                    float *velocity)
{
    const double rho = (double)o->rho;
    for (size_t i = 0; i < n; i++) {
        const double gradient = (double)g[i];
        double spread = rho * (double)mean_square[i] + (1 - rho) * gradient * gradient;
        mean_square[i] = (float)spread;
        if (o->centered) {
            const double average = rho * (double)mean[i] + (1 - rho) * gradient;
            mean[i] = (float)average;
            spread -= average * average;
        }
        double step = (double)o->learning_rate * gradient / sqrt(spread + (double)o->epsilon);
        if (velocity) velocity[i] = (float)(step = (double)o->momentum * (double)velocity[i] + step);
        w[i] = (float)((double)w[i] - step);
    }
}

const vvi_kernels vvi_kernels_reference = {
    .name = "reference",
    .available = available,
    .gemm = gemm,
    .transpose = transpose,
    .column_sums = column_sums,
    .activation = activation,
    .activation_gradient = activation_gradient,
    .max_pool = max_pool,
    .max_pool_gradient = max_pool_gradient,
    .lstm_forward = lstm_forward,
    .lstm_backward = lstm_backward,
    .add = add,
    .scale = scale,
    .multiply = multiply,
    .sum_squares = sum_squares,
    .adam = adam,
    .sgd = sgd,
    .rmsprop = rmsprop,
};
