/* lstm.c - [steps, in] -> [units], or [steps, units] with return_sequences (Hochreiter, Schmidhuber 1997; the forget
 * gate of Gers et al. 2000). Gates in Keras' order i, f, c, o:
 *
 *     [i f g o] = [r r a r](x_t W + h_(t-1) U + b)     c_t = f c_(t-1) + i g     h_t = o a(c_t)
 *
 * with x and h multiplied by masks of dropout that an example keeps over all steps (Gal, Ghahramani 2016). The mask of
 * the state is in the recurrent product only, as in Keras.
 * The products are in lstm_fast.c, the twin in double in lstm_reference.c.
 */
#include "nn/layers/lstm.h"

static const vv_field fields[] = {
    { .name = "units", .type = VV_FIELD_INT, .offset = offsetof(vv_lstm_args, units), .min = 1, .max = INT_MAX / 4,
      .required = true, .help = "size of the state and of the output" },
    VVI_ENUM(vv_lstm_args, activation, vvi_activation_tanh_labels, VV_LEAKY_RELU, VV_TANH, "of the cell and of its input",
             .min = 0),
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

vvi_lstm vvi_lstm_of(const vv_layer *layer, vv_shape in, bool training)
{
    const vv_lstm_args *a = &layer->lstm;
    return (vvi_lstm){ .steps = in.dim[0],
                       .in = in.dim[1],
                       .units = a->units,
                       .activation = vvi_activation_or(a->activation, VV_TANH),
                       .recurrent_activation = vvi_activation_or(a->recurrent_activation, VV_SIGMOID),
                       .sequences = a->return_sequences,
                       .backwards = a->go_backwards,
                       .dropout = training ? a->dropout : 0,
                       .recurrent_dropout = training ? a->recurrent_dropout : 0 };
}

vvi_key vvi_lstm_input_key(vvi_key key)
{
    return vvi_key_name(key, "input");
}

vvi_key vvi_lstm_state_key(vvi_key key)
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
                             .regularizer = a->bias_regularizer };
    return a->no_bias ? 2 : 3;
}

static uint64_t macs(const vv_layer *layer, const vv_shape *in, vv_shape out)
{
    (void)out;
    const uint64_t units = (uint64_t)layer->lstm.units;
    return (uint64_t)in[0].dim[0] * ((uint64_t)in[0].dim[1] + units) * 4 * units;
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
                                       .needs = vvi_lstm_needs,
                                       .prepare = vvi_lstm_prepare,
                                       .forward = vvi_lstm_forward,
                                       .backward = vvi_lstm_backward,
                                       .reference_forward = vvi_lstm_reference_forward,
                                       .reference_backward = vvi_lstm_reference_backward };
