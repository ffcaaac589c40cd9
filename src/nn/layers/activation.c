/* activation.c - an activation as a layer of its own: y = f(x), softmax over the last axis. */
#include "nn/layers/layers.h"

#include <string.h>

static const vv_field fields[] = {
    VVI_ENUM(vv_activation_args, activation, vvi_activation_required_labels, VV_LEAKY_RELU, 0, "which one", .min = 1,
             .required = true),
};

static vv_activation activation(const vv_layer *layer)
{
    return layer->activation.activation;
}

static int cols(vv_shape out)
{
    return out.dim[out.rank - 1];
}

static void forward(const vvi_pass *pass)
{
    pass->kernels->activation(activation(pass->layer), vvi_rows(pass->out, pass->n), cols(pass->out), pass->x[0],
                              pass->y);
}

static void backward(const vvi_pass *pass)
{
    if (pass->dx[0] == NULL) return;
    if (pass->dy_is_linear) {
        memcpy(pass->dx[0], pass->dy, (size_t)pass->n * vvi_shape_size(pass->out) * sizeof *pass->dy);
        return;
    }
    pass->kernels->activation_gradient(activation(pass->layer), vvi_rows(pass->out, pass->n), cols(pass->out),
                                       pass->x[0], pass->y, pass->dy, pass->dx[0]);
}

static void reference_forward(const vvi_reference_pass *pass)
{
    vvi_reference_activation(activation(pass->layer), vvi_rows(pass->out, pass->n), cols(pass->out), pass->x[0],
                             pass->y);
}

static void reference_backward(const vvi_reference_pass *pass)
{
    vvi_reference_activation_gradient(activation(pass->layer), vvi_rows(pass->out, pass->n), cols(pass->out),
                                      pass->x[0], pass->y, pass->dy, pass->dx[0]);
}

const vvi_layer_row vvi_layer_activation = { .info = { .kind = VV_LAYER_ACTIVATION,
                                                       .name = "activation",
                                                       .summary = "an activation as a layer of its own",
                                                       .fields = fields,
                                                       .n_fields = VVI_COUNT(fields) },
                                             .name_offset = offsetof(vv_activation_args, name),
                                             .min_inputs = 1,
                                             .max_inputs = 1,
                                             .shape = vvi_layer_same_shape,
                                             .activation = activation,
                                             .inference = VVI_IN_PLACE,
                                             .forward = forward,
                                             .backward = backward,
                                             .reference_forward = reference_forward,
                                             .reference_backward = reference_backward };
