/* activations.c - activations and their gradients in double and plain loops, for the reference twins. Formulas:
 * layers.h. Slopes at a kink: that of the left side (relu, elu, selu, leaky_relu at 0). x == y is fine.
 */
#include "nn/layer.h"

#include <math.h>

static const double selu_scale = 1.0507009873554805, selu_alpha = 1.6732632423543772;
static const double root_2 = 1.4142135623730951, root_2_pi = 2.5066282746310002;

static double linear(double x)
{
    return x;
}

static double relu(double x)
{
    return x < 0 ? 0 : x; /* NaN stays */
}

static double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

static double elu(double x)
{
    return x > 0 ? x : expm1(x);
}

static double selu(double x)
{
    return selu_scale * (x > 0 ? x : selu_alpha * expm1(x));
}

/* Phi(x), of the standard normal distribution. */
static double normal(double x)
{
    return 0.5 * erfc(-x / root_2);
}

static double gelu(double x)
{
    return x * normal(x);
}

static double swish(double x)
{
    return x * sigmoid(x);
}

static double leaky_relu(double x)
{
    return x > 0 ? x : 0.2 * x;
}

/* Slopes, from x and y = f(x). */
static double linear_slope(double x, double y)
{
    (void)x;
    (void)y;
    return 1;
}

static double relu_slope(double x, double y)
{
    (void)x;
    return y > 0;
}

static double sigmoid_slope(double x, double y)
{
    (void)x;
    return y * (1 - y);
}

static double tanh_slope(double x, double y)
{
    (void)x;
    return 1 - y * y;
}

static double elu_slope(double x, double y)
{
    (void)x;
    return y > 0 ? 1 : y + 1;
}

static double selu_slope(double x, double y)
{
    (void)x;
    return y > 0 ? selu_scale : y + selu_scale * selu_alpha;
}

static double gelu_slope(double x, double y)
{
    (void)y;
    return normal(x) + x * exp(-0.5 * x * x) / root_2_pi;
}

static double swish_slope(double x, double y)
{
    const double s = sigmoid(x);
    return s + y * (1 - s);
}

static double leaky_relu_slope(double x, double y)
{
    (void)x;
    return y > 0 ? 1 : 0.2;
}

/* By vv_activation; softmax is not elementwise. */
static const struct {
    double (*value)(double x);
    double (*slope)(double x, double y);
} functions[] = {
    [VV_ACTIVATION_DEFAULT] = { linear, linear_slope },
    [VV_LINEAR] = { linear, linear_slope },
    [VV_RELU] = { relu, relu_slope },
    [VV_SIGMOID] = { sigmoid, sigmoid_slope },
    [VV_TANH] = { tanh, tanh_slope },
    [VV_ELU] = { elu, elu_slope },
    [VV_SELU] = { selu, selu_slope },
    [VV_GELU] = { gelu, gelu_slope },
    [VV_SWISH] = { swish, swish_slope },
    [VV_LEAKY_RELU] = { leaky_relu, leaky_relu_slope },
};

static void softmax(int cols, const double *x, double *y)
{
    double largest = x[0], sum = 0;
    for (int j = 1; j < cols; j++) largest = fmax(largest, x[j]);
    for (int j = 0; j < cols; j++) sum += y[j] = exp(x[j] - largest);
    for (int j = 0; j < cols; j++) y[j] /= sum;
}

static void softmax_gradient(int cols, const double *y, const double *dy, double *dx)
{
    double mean = 0;
    for (int j = 0; j < cols; j++) mean += y[j] * dy[j];
    for (int j = 0; j < cols; j++) dx[j] = y[j] * (dy[j] - mean);
}

void vvi_reference_activation(vv_activation kind, int rows, int cols, const double *x, double *y)
{
    const ptrdiff_t n = (ptrdiff_t)rows * cols;
    if (kind == VV_SOFTMAX) {
        for (ptrdiff_t i = 0; i < n; i += cols) softmax(cols, x + i, y + i);
        return;
    }
    for (ptrdiff_t i = 0; i < n; i++) y[i] = functions[kind].value(x[i]);
}

void vvi_reference_activation_gradient(vv_activation kind, int rows, int cols, const double *x, const double *y,
                                       const double *dy, double *dx)
{
    const ptrdiff_t n = (ptrdiff_t)rows * cols;
    if (kind == VV_SOFTMAX) {
        for (ptrdiff_t i = 0; i < n; i += cols) softmax_gradient(cols, y + i, dy + i, dx + i);
        return;
    }
    for (ptrdiff_t i = 0; i < n; i++) dx[i] = dy[i] * functions[kind].slope(x[i], y[i]);
}
