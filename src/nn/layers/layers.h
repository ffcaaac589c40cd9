/* layers.h - what the files of this folder share: rows of field tables, checks of sizes, what follows a product with a
 * kernel (bias, activation), dropout masks, memory for the reference twins.
 */
#ifndef VVI_NN_LAYERS_LAYERS_H
#define VVI_NN_LAYERS_LAYERS_H

#include "nn/layer.h"

#include <limits.h>

/* ---- rows of field tables; T: the argument struct --------------------------------------------------------------- */

/* Labels of enum fields; the first names the default. */
extern const char *const vvi_activation_labels[];
extern const char *const vvi_activation_required_labels[];
extern const char *const vvi_activation_tanh_labels[];
extern const char *const vvi_activation_sigmoid_labels[];
extern const char *const vvi_padding_labels[];
extern const char *const vvi_initializer_glorot_labels[];
extern const char *const vvi_initializer_orthogonal_labels[];
extern const char *const vvi_initializer_zeros_labels[];

/* Largest double below 1: the end of ranges [0, 1). */
#define VVI_RATE_MAX 0.99999999999999989

#define VVI_INT(T, member, text, ...)                                                                                  \
    {                                                                                                                  \
        .name = #member, .type = VV_FIELD_INT, .offset = offsetof(T, member), .min = 1, .max = INT_MAX, .help = text,  \
        __VA_ARGS__                                                                                                    \
    }
#define VVI_BOOL(T, member, text)                                                                                      \
    {                                                                                                                  \
        .name = #member, .type = VV_FIELD_BOOL, .offset = offsetof(T, member), .min = 0, .max = 1, .help = text        \
    }
#define VVI_RATE(T, member, text)                                                                                      \
    {                                                                                                                  \
        .name = #member, .type = VV_FIELD_FLOAT, .offset = offsetof(T, member), .min = 0, .max = VVI_RATE_MAX,         \
        .help = text                                                                                                   \
    }
#define VVI_ENUM(T, member, names, last, value, text, ...)                                                             \
    {                                                                                                                  \
        .name = #member, .type = VV_FIELD_ENUM, .offset = offsetof(T, member), .max = last, .preset = value,           \
        .labels = names, .help = text, __VA_ARGS__                                                                     \
    }
#define VVI_ACTIVATION(T)                                                                                              \
    VVI_ENUM(T, activation, vvi_activation_labels, VV_LEAKY_RELU, VV_LINEAR, "applied to the output", .min = 0)
#define VVI_INITIALIZER(T, member, names, value, text)                                                                 \
    VVI_ENUM(T, member, names, VV_RANDOM_NORMAL, value, text, .min = 0)
#define VVI_PENALTY(T, array, norm, text)                                                                              \
    {                                                                                                                  \
        .name = #array "_regularizer_" #norm, .type = VV_FIELD_FLOAT, .offset = offsetof(T, array##_regularizer.norm), \
        .min = 0, .max = 1e30, .help = text                                                                            \
    }
#define VVI_REGULARIZER(T, array)                                                                                      \
    VVI_PENALTY(T, array, l1, "penalty on the sum of the " #array "'s sizes"),                                         \
        VVI_PENALTY(T, array, l2, "penalty on the sum of the " #array "'s squares")

/* What a layer with a kernel and a bias has; `array`: what its arguments call the kernel. */
#define VVI_ARRAY_AND_BIAS(T, array)                                                                                   \
    VVI_BOOL(T, no_bias, "leaves the bias out"),                                                                       \
        VVI_INITIALIZER(T, array##_initializer, vvi_initializer_glorot_labels, VV_GLOROT_UNIFORM,                      \
                        "how kernels start"),                                                                          \
        VVI_INITIALIZER(T, bias_initializer, vvi_initializer_zeros_labels, VV_ZEROS, "how biases start"),              \
        VVI_REGULARIZER(T, array), VVI_REGULARIZER(T, bias)
#define VVI_KERNEL_AND_BIAS(T) VVI_ARRAY_AND_BIAS(T, kernel)

#define VVI_COUNT(array) (sizeof(array) / sizeof *(array))

/* ---- checks ----------------------------------------------------------------------------------------------------- */

/* No array of this shape has more than INT_MAX numbers. what: "a padded input" */
vv_status vvi_check_size(const char *name, const char *what, vv_shape shape, vv_error *error);
/* The last thing a shape rule does: no output and no weight array has more than INT_MAX numbers. */
vv_status vvi_layer_check_sizes(const vv_layer *layer, const char *name, const vv_shape *in, vv_shape out,
                                vv_error *error);
/* An orthogonal bias does not exist. */
vv_status vvi_layer_check_bias(vv_initializer bias, const char *name, vv_error *error);
/* The shape of elementwise layers. */
vv_status vvi_layer_same_shape(const vv_layer *layer, const char *name, const vv_shape *in, size_t n_in, vv_shape *out,
                               vv_error *error);
vv_activation vvi_activation_or(vv_activation given, vv_activation preset);

/* ---- windows that slide over images ----------------------------------------------------------------------------- */

/* One axis: output i reads inputs i * stride + k * dilation - before, k < size. */
typedef struct vvi_axis {
    int in, size, stride, dilation;
    int out;            /* 0: not even one window fits */
    int before, padded; /* zeros before; the length with zeros around */
    int64_t extent;     /* from a window's first to its last element */
} vvi_axis;
/* Zeros mean: stride and dilation 1. */
vvi_axis vvi_axis_of(int in, int size, int stride, int dilation, vv_padding padding);
/* Is it an image: height x width x channels? */
vv_status vvi_check_image(const char *name, vv_shape in, vv_error *error);
/* Does the window fit? what: "kernel" */
vv_status vvi_check_window(const char *name, const char *what, vvi_axis y, vvi_axis x, vv_error *error);
/* A kernel has strides or dilations, not both. */
vv_status vvi_check_strides(const char *name, int strides, int strides_width, int dilation, int dilation_width,
                            vv_error *error);

/* Pooling, whatever it makes of a window: fields, both axes, the shape rule. */
enum { VVI_POOLING2D_FIELDS = 5 };
extern const vv_field vvi_pooling2d_fields[VVI_POOLING2D_FIELDS];
typedef struct vvi_axes {
    vvi_axis y, x;
} vvi_axes;
vvi_axes vvi_pooling2d_axes(const vv_layer *layer, vv_shape in);
vv_status vvi_pooling2d_shape(const vv_layer *layer, const char *name, const vv_shape *in, size_t n_in, vv_shape *out,
                              vv_error *error);

/* ---- what follows y = x W + b in `rows` rows of the last axis --------------------------------------------------- */

/* Gelu's and swish's slopes need the sums, which are then kept in pass->saved: */
size_t vvi_saved_sums(vv_activation activation, vv_shape out);
/* Where the product goes: y or saved. The product itself applies relu. */
float *vvi_sums(const vvi_pass *pass, vv_activation activation);
/* The other activations, from there to y. */
void vvi_activate(const vvi_pass *pass, vv_activation activation);
/* Makes dy the gradient of the sums, in place. */
void vvi_deactivate(const vvi_pass *pass, vv_activation activation);

/* ---- dropout ---------------------------------------------------------------------------------------------------- */

/* 0 with probability `rate`, else 1 / (1 - rate), for elements 0..n-1 of one example; the same for both twins. */
void vvi_dropout_mask(vvi_key key, int64_t example, double rate, size_t n, float *mask);
/* The same, one element at a time, for the twins. */
double vvi_reference_mask(vvi_key key, int64_t example, double rate, size_t element);

/* ---- reference twins -------------------------------------------------------------------------------------------- */

/* The twins alone allocate. Zeroed; free with vvi_free. NULL: no memory; the twin returns, and NaN is what it leaves.
 */
double *vvi_reference_forward_memory(const vvi_reference_pass *pass, size_t n);
double *vvi_reference_backward_memory(const vvi_reference_pass *pass, size_t n);
/* d loss / d sums of a layer whose output is activation(sums), in such memory; `sums` computes them anew. */
double *vvi_reference_deactivate(const vvi_reference_pass *pass, vv_activation activation,
                                 void (*sums)(const vvi_reference_pass *pass, double *to));
/* The output as rows of its last axis: how many in n examples. */
int vvi_rows(vv_shape out, int n);

extern const vvi_layer_row vvi_layer_input, vvi_layer_dense, vvi_layer_conv2d, vvi_layer_max_pooling2d,
    vvi_layer_flatten, vvi_layer_dropout, vvi_layer_activation, vvi_layer_lstm, vvi_layer_add, vvi_layer_concatenate,
    vvi_layer_depthwise_conv2d, vvi_layer_average_pooling2d, vvi_layer_global_average_pooling2d,
    vvi_layer_batch_normalization;

#endif
