/* dense.c - y = f(x W + b) over the last axis.  [..., in] -> [..., units].  kernel [in, units], bias [units]
 *
 * With the other axes and the examples as rows, each direction is one product:
 *     forward   y  = x W          backward  dW += x^T dy,  db += column sums of dy,  dx = dy W^T
 * W^T is made once per step.
 */
#include "nn/layers/layers.h"

static const vv_field fields[] = {
    VVI_INT(vv_dense_args, units, "size of the output's last axis", .required = true),
    VVI_ACTIVATION(vv_dense_args),
    VVI_KERNEL_AND_BIAS(vv_dense_args),
};

static vv_activation activation(const vv_layer *layer)
{
    return vvi_activation_or(layer->dense.activation, VV_LINEAR);
}

static int last(vv_shape shape)
{
    return shape.dim[shape.rank - 1];
}

static vv_status check(const vv_layer *layer, const char *name, vv_error *error)
{
    return vvi_layer_check_bias(layer->dense.bias_initializer, name, error);
}

static vv_status shape(const vv_layer *layer, const char *name, const vv_shape *in, size_t n_in, vv_shape *out,
                       vv_error *error)
{
    (void)n_in;
    *out = in[0];
    out->dim[out->rank - 1] = layer->dense.units;
    return vvi_layer_check_sizes(layer, name, in, *out, error);
}

static size_t params(const vv_layer *layer, const vv_shape *in, vvi_param params[VVI_MAX_PARAMS])
{
    const vv_dense_args *a = &layer->dense;
    params[0] = (vvi_param){ .name = "kernel",
                             .rank = 2,
                             .dim = { last(in[0]), a->units },
                             .initializer = vvi_initializer_or(a->kernel_initializer, VV_GLOROT_UNIFORM),
                             .regularizer = a->kernel_regularizer };
    params[1] = (vvi_param){ .name = "bias",
                             .rank = 1,
                             .dim = { a->units },
                             .initializer = vvi_initializer_or(a->bias_initializer, VV_ZEROS),
                             .regularizer = a->bias_regularizer,
                             .is_bias = true };
    return a->no_bias ? 1 : 2;
}

static uint64_t macs(const vv_layer *layer, const vv_shape *in, vv_shape out)
{
    (void)layer;
    return (uint64_t)vvi_shape_size(out) * (uint64_t)last(in[0]);
}

static vvi_needs needs(const vv_layer *layer, const vv_shape *in, vv_shape out)
{
    return (vvi_needs){ .saved = vvi_saved_sums(activation(layer), out),
                        .prepared = (size_t)last(in[0]) * (size_t)last(out) };
}

static void prepare(const vvi_pass *pass)
{
    const int in = last(pass->in[0]), units = last(pass->out);
    if (!pass->training || pass->dx[0] == NULL) return;
    pass->kernels->transpose(in, units, pass->w[0], units, pass->prepared, in);
}

static void forward(const vvi_pass *pass)
{
    const int in = last(pass->in[0]), units = last(pass->out);
    const vv_activation f = activation(pass->layer);
    pass->kernels->gemm(&(vvi_gemm){ .M = vvi_rows(pass->out, pass->n),
                                     .N = units,
                                     .K = in,
                                     .KO = 1,
                                     .A = pass->x[0],
                                     .a_row = in,
                                     .a_col = 1,
                                     .B = pass->w[0],
                                     .ldb = units,
                                     .C = vvi_sums(pass, f),
                                     .ldc = units,
                                     .bias = pass->w[1],
                                     .relu = f == VV_RELU });
    vvi_activate(pass, f);
}

static void backward(const vvi_pass *pass)
{
    const int in = last(pass->in[0]), units = last(pass->out), rows = vvi_rows(pass->out, pass->n);
    vvi_deactivate(pass, activation(pass->layer));
    pass->kernels->gemm(&(vvi_gemm){ .M = in,
                                     .N = units,
                                     .K = rows,
                                     .KO = 1,
                                     .A = pass->x[0],
                                     .a_row = 1,
                                     .a_col = in,
                                     .B = pass->dy,
                                     .ldb = units,
                                     .C = pass->dw[0],
                                     .ldc = units,
                                     .accumulate = true });
    if (pass->dw[1] != NULL) pass->kernels->column_sums(rows, units, pass->dy, units, pass->dw[1]);
    if (pass->dx[0] == NULL) return;
    pass->kernels->gemm(&(vvi_gemm){ .M = rows,
                                     .N = in,
                                     .K = units,
                                     .KO = 1,
                                     .A = pass->dy,
                                     .a_row = units,
                                     .a_col = 1,
                                     .B = pass->prepared,
                                     .ldb = in,
                                     .C = pass->dx[0],
                                     .ldc = in });
}

/* ---- the twin in double ----------------------------------------------------------------------------------------- */

static void reference_sums(const vvi_reference_pass *pass, double *to)
{
    const ptrdiff_t in = last(pass->in[0]), units = last(pass->out), rows = vvi_rows(pass->out, pass->n);
    for (ptrdiff_t r = 0; r < rows; r++) {
        for (ptrdiff_t j = 0; j < units; j++) {
            double sum = pass->w[1] == NULL ? 0 : pass->w[1][j];
            for (ptrdiff_t k = 0; k < in; k++) sum += pass->x[0][r * in + k] * pass->w[0][k * units + j];
            to[r * units + j] = sum;
        }
    }
}

static void reference_forward(const vvi_reference_pass *pass)
{
    reference_sums(pass, pass->y);
    vvi_reference_activation(activation(pass->layer), vvi_rows(pass->out, pass->n), last(pass->out), pass->y, pass->y);
}

static void reference_backward(const vvi_reference_pass *pass)
{
    const ptrdiff_t in = last(pass->in[0]), units = last(pass->out), rows = vvi_rows(pass->out, pass->n);
    double *gradient = vvi_reference_deactivate(pass, activation(pass->layer), reference_sums);
    if (gradient == NULL) return;
    for (ptrdiff_t i = 0; i < rows * in; i++) pass->dx[0][i] = 0;
    for (ptrdiff_t r = 0; r < rows; r++) {
        for (ptrdiff_t j = 0; j < units; j++) {
            const double g = gradient[r * units + j];
            if (pass->dw[1] != NULL) pass->dw[1][j] += g;
            for (ptrdiff_t k = 0; k < in; k++) {
                pass->dw[0][k * units + j] += pass->x[0][r * in + k] * g;
                pass->dx[0][r * in + k] += g * pass->w[0][k * units + j];
            }
        }
    }
    vvi_free(gradient);
}

const vvi_layer_row vvi_layer_dense = { .info = { .kind = VV_LAYER_DENSE,
                                                  .name = "dense",
                                                  .summary = "each output from all inputs: f(x W + b)",
                                                  .fields = fields,
                                                  .n_fields = VVI_COUNT(fields) },
                                        .name_offset = offsetof(vv_dense_args, name),
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
