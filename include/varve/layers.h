/* layers.h - layers, losses, metrics and optimizers as plain values.
 *
 * A vv_layer owns nothing, cannot fail and needs no free, so any expression will do:
 *     vv_add(m, deep ? vv_dense(64) : vv_dense(8));
 * The required argument comes first and bare, the rest are keywords, and a zeroed member means the documented default.
 * Names and defaults are those of Keras 3. Images are height x width x channels (channels last).
 *
 * "Not trained yet": the layer has its shape and its cost, so that models with it can be built, summarised, written,
 * read and weighed; they cannot have weights, and vv_fit, vv_evaluate and vv_predict refuse them (VV_UNSUPPORTED).
 *
 * `name` members are copied by vv_add; NULL: the kind, counted as Keras counts ("conv2d", "conv2d_1", ...).
 */
#ifndef VARVE_LAYERS_H
#define VARVE_LAYERS_H

#include <varve/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Applied to each element; softmax over the last axis. f(x) beside each. */
typedef enum vv_activation {
    VV_ACTIVATION_DEFAULT = 0, /* linear, but tanh and sigmoid where LSTM says so              */
    VV_LINEAR,                 /* x                                                            */
    VV_RELU,                   /* max(x, 0)                                                    */
    VV_SIGMOID,                /* 1 / (1 + exp(-x))                                            */
    VV_TANH,                   /* tanh(x)                                                      */
    VV_SOFTMAX,                /* exp(x_i) / sum exp(x_j)                                      */
    VV_ELU,                    /* x > 0 ? x : exp(x) - 1               Clevert et al. 2015     */
    VV_SELU,                   /* 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * (exp(x) - 1))  Klambauer 2017 */
    VV_GELU,                   /* x * Phi(x), by erf                   Hendrycks, Gimpel 2016  */
    VV_SWISH,                  /* x * sigmoid(x), also called silu     Ramachandran et al. 2017 */
    VV_LEAKY_RELU              /* x > 0 ? x : 0.2 * x                  Maas et al. 2013        */
} vv_activation;

typedef enum vv_padding {
    VV_VALID = 0, /* none: out = ceil((in - (kernel - 1) * dilation) / stride)                            */
    VV_SAME       /* zeros around, the odd one at the end: out = ceil(in / stride)                        */
} vv_padding;

/* fan_in, fan_out: of a kernel, the last axis is out, the one before it in, times the window's size.
 * As in Keras: the _NORMAL forms draw from a normal truncated at two deviations, corrected by 0.8796. */
typedef enum vv_initializer {
    VV_INITIALIZER_DEFAULT = 0, /* kernels: glorot uniform; recurrent kernels: orthogonal; biases: zeros        */
    VV_ZEROS,
    VV_ONES,
    VV_GLOROT_UNIFORM, /* U(-a, a), a = sqrt(6 / (fan_in + fan_out))      Glorot, Bengio 2010 */
    VV_GLOROT_NORMAL,  /* deviation sqrt(2 / (fan_in + fan_out))                               */
    VV_HE_UNIFORM,     /* a = sqrt(6 / fan_in)                            He et al. 2015       */
    VV_HE_NORMAL,      /* deviation sqrt(2 / fan_in)                                           */
    VV_LECUN_UNIFORM,  /* a = sqrt(3 / fan_in)                            LeCun et al. 1998    */
    VV_LECUN_NORMAL,   /* deviation sqrt(1 / fan_in)                                           */
    VV_ORTHOGONAL,     /* rows or columns orthonormal                     Saxe et al. 2013     */
    VV_RANDOM_UNIFORM, /* U(-0.05, 0.05)                                                       */
    VV_RANDOM_NORMAL   /* N(0, 0.05)                                                           */
} vv_initializer;

/* Penalty l1 * sum |w| + l2 * sum w^2, added to the loss. Both >= 0, finite. */
typedef struct vv_regularizer {
    double l1, l2;
} vv_regularizer;

/* The shape of one example; the batch is never part of it. */
#define VV_MAX_RANK 4
typedef struct vv_shape {
    int rank; /* 1..VV_MAX_RANK */
    int dim[VV_MAX_RANK];
} vv_shape;

/* input: vv_input(10), vv_input(100, 1), vv_input(28, 28, 1). Sizes > 0. */
typedef struct vv_input_args {
    int dim[VV_MAX_RANK]; /* the first zero ends the shape */
} vv_input_args;

/* dense: y = f(x W + b) over the last axis.  [..., in] -> [..., units].  kernel [in, units], bias [units] */
typedef struct vv_dense_args {
    int units; /* required, >= 1 */
    vv_activation activation;
    bool no_bias;
    vv_initializer kernel_initializer, bias_initializer;
    vv_regularizer kernel_regularizer, bias_regularizer;
    const char *name;
} vv_dense_args;

/* conv2d: [h, w, c] -> [h', w', filters].  kernel [kernel_size, kernel_width, c, filters], bias [filters].
 * A stride and a dilation cannot both be above 1. */
typedef struct vv_conv2d_args {
    int filters;     /* required, >= 1                                     */
    int kernel_size; /* >= 1; 0: 3.       Height, and width unless given   */
    int kernel_width;
    int strides; /* >= 1; 0: 1 */
    int strides_width;
    vv_padding padding;
    int dilation_rate; /* >= 1; 0: 1 */
    int dilation_width;
    vv_activation activation;
    bool no_bias;
    vv_initializer kernel_initializer, bias_initializer;
    vv_regularizer kernel_regularizer, bias_regularizer;
    const char *name;
} vv_conv2d_args;

/* depthwise_conv2d: each channel by kernels of its own.  [h, w, c] -> [h', w', c * depth_multiplier]; channel k's
 * outputs are k * depth_multiplier and those after it.  kernel [kernel_size, kernel_width, c, depth_multiplier], bias
 * [c * depth_multiplier]. A stride and a dilation cannot both be above 1. Sifre 2014; Chollet 2016. Not trained yet. */
typedef struct vv_depthwise_conv2d_args {
    int kernel_size; /* required, >= 1. Height, and width unless given */
    int kernel_width;
    int depth_multiplier; /* >= 1; 0: 1 */
    int strides;          /* >= 1; 0: 1 */
    int strides_width;
    vv_padding padding;
    int dilation_rate; /* >= 1; 0: 1 */
    int dilation_width;
    vv_activation activation;
    bool no_bias;
    vv_initializer depthwise_initializer, bias_initializer;
    vv_regularizer depthwise_regularizer, bias_regularizer;
    const char *name;
} vv_depthwise_conv2d_args;

/* max_pooling2d: [h, w, c] -> [h', w', c], the largest of each window; padding never wins. Ties: the first.
 * average_pooling2d (not trained yet): the mean of what of each window is not padding. */
typedef struct vv_pooling2d_args {
    int pool_size; /* required, >= 1. Height, and width unless given */
    int pool_width;
    int strides; /* >= 1; 0: the pool's size */
    int strides_width;
    vv_padding padding;
    const char *name;
} vv_pooling2d_args;

/* global_average_pooling2d: [h, w, c] -> [c], the mean of each channel. Lin et al. 2013. Not trained yet. */
typedef struct vv_global_average_pooling2d_args {
    int reserved;
    const char *name;
} vv_global_average_pooling2d_args;

/* batch_normalization: over the last axis, [..., c] -> [..., c].  y = gamma (x - mean) / sqrt(variance + epsilon) + beta;
 * gamma [c], beta [c]. Mean and variance are those of the batch in training, else moving ones: old * momentum + batch's
 * * (1 - momentum). The moving mean [c] and variance [c] are not trainable, so vv_model_params does not count them (the
 * "total" of Keras does). Ioffe, Szegedy 2015. Not trained yet. */
typedef struct vv_batch_normalization_args {
    int reserved;
    vv_maybe momentum; /* [0, 1]; unset: 0.99 */
    double epsilon;    /* 0: 1e-3 */
    bool no_center;    /* leaves beta out */
    bool no_scale;     /* leaves gamma out */
    const char *name;
} vv_batch_normalization_args;

/* flatten: [a, b, c] -> [a*b*c] */
typedef struct vv_flatten_args {
    int reserved;
    const char *name;
} vv_flatten_args;

/* dropout: in training an element is zeroed with probability `rate`, the others are divided by 1 - rate.
 * Srivastava et al. 2014. */
typedef struct vv_dropout_args {
    double rate; /* required (0 is legal: nothing happens), in [0, 1) */
    const char *name;
} vv_dropout_args;

/* activation: an activation as a layer of its own */
typedef struct vv_activation_args {
    vv_activation activation; /* required, not VV_ACTIVATION_DEFAULT */
    const char *name;
} vv_activation_args;

/* lstm: [steps, in] -> [units], or [steps, units] with return_sequences. Hochreiter, Schmidhuber 1997; the forget gate
 * of Gers et al. 2000. Gates in Keras' order i, f, c, o: kernel [in, 4 units], recurrent_kernel [units, 4 units],
 * bias [4 units]. One kernel's worth of dropout mask per example, kept over the steps (Gal, Ghahramani 2016). */
typedef struct vv_lstm_args {
    int units;                          /* required, >= 1                      */
    vv_activation activation;           /* 0: tanh                             */
    vv_activation recurrent_activation; /* 0: sigmoid                          */
    bool return_sequences;
    bool go_backwards; /* reads the steps last to first; sequences come out in that order, as in Keras */
    bool no_bias;
    bool no_unit_forget_bias; /* 0: the forget gate's bias starts at 1 (Jozefowicz et al. 2015)    */
    double dropout;           /* of the input, [0, 1)                */
    double recurrent_dropout; /* of the state, [0, 1)                */
    vv_initializer kernel_initializer, recurrent_initializer, bias_initializer;
    vv_regularizer kernel_regularizer, recurrent_regularizer, bias_regularizer;
    const char *name;
} vv_lstm_args;

/* add: two or more inputs of one shape -> their sum.   concatenate: along the last axis, other sizes equal. */
typedef struct vv_merge_args {
    int reserved;
    const char *name;
} vv_merge_args;

typedef enum vv_layer_kind {
    VV_LAYER_INPUT = 1, /* 0 is no layer: a zeroed vv_layer is refused */
    VV_LAYER_DENSE,
    VV_LAYER_CONV2D,
    VV_LAYER_MAX_POOLING2D,
    VV_LAYER_FLATTEN,
    VV_LAYER_DROPOUT,
    VV_LAYER_ACTIVATION,
    VV_LAYER_LSTM,
    VV_LAYER_ADD,
    VV_LAYER_CONCATENATE,
    VV_LAYER_DEPTHWISE_CONV2D,
    VV_LAYER_AVERAGE_POOLING2D,
    VV_LAYER_GLOBAL_AVERAGE_POOLING2D,
    VV_LAYER_BATCH_NORMALIZATION
} vv_layer_kind;

typedef struct vv_layer {
    vv_layer_kind kind;
    int line; /* where it is written, so that explain can tell layers of one kind apart; 0: not known */
    union {
        vv_input_args input;
        vv_dense_args dense;
        vv_conv2d_args conv2d;
        vv_depthwise_conv2d_args depthwise_conv2d;
        vv_pooling2d_args pooling2d; /* max_pooling2d, average_pooling2d */
        vv_global_average_pooling2d_args global_average_pooling2d;
        vv_batch_normalization_args batch_normalization;
        vv_flatten_args flatten;
        vv_dropout_args dropout;
        vv_activation_args activation;
        vv_lstm_args lstm;
        vv_merge_args merge; /* add, concatenate */
    };
} vv_layer;

#define VV_LAYER_LITERAL(k, ...) VV_LITERAL(vv_layer, .kind = (k), .line = __LINE__, __VA_ARGS__)
#define vv_input(...) VV_LAYER_LITERAL(VV_LAYER_INPUT, .input = { .dim = { __VA_ARGS__ } })
#define vv_dense(...) VV_LAYER_LITERAL(VV_LAYER_DENSE, .dense = { .units = __VA_ARGS__ })
#define vv_conv2d(...) VV_LAYER_LITERAL(VV_LAYER_CONV2D, .conv2d = { .filters = __VA_ARGS__ })
#define vv_depthwise_conv2d(...) \
    VV_LAYER_LITERAL(VV_LAYER_DEPTHWISE_CONV2D, .depthwise_conv2d = { .kernel_size = __VA_ARGS__ })
#define vv_max_pooling2d(...) \
    VV_LAYER_LITERAL(VV_LAYER_MAX_POOLING2D, .pooling2d = { .pool_size = __VA_ARGS__ })
#define vv_average_pooling2d(...) \
    VV_LAYER_LITERAL(VV_LAYER_AVERAGE_POOLING2D, .pooling2d = { .pool_size = __VA_ARGS__ })
#define vv_global_average_pooling2d(...) \
    VV_LAYER_LITERAL(VV_LAYER_GLOBAL_AVERAGE_POOLING2D, .global_average_pooling2d = { .reserved = 0, __VA_ARGS__ })
#define vv_batch_normalization(...) \
    VV_LAYER_LITERAL(VV_LAYER_BATCH_NORMALIZATION, .batch_normalization = { .reserved = 0, __VA_ARGS__ })
#define vv_flatten(...) VV_LAYER_LITERAL(VV_LAYER_FLATTEN, .flatten = { .reserved = 0, __VA_ARGS__ })
#define vv_dropout(...) VV_LAYER_LITERAL(VV_LAYER_DROPOUT, .dropout = { .rate = __VA_ARGS__ })
#define vv_activation_layer(...) \
    VV_LAYER_LITERAL(VV_LAYER_ACTIVATION, .activation = { .activation = __VA_ARGS__ })
#define vv_lstm(...) VV_LAYER_LITERAL(VV_LAYER_LSTM, .lstm = { .units = __VA_ARGS__ })
#define vv_merge_add(...) VV_LAYER_LITERAL(VV_LAYER_ADD, .merge = { .reserved = 0, __VA_ARGS__ })
#define vv_merge_concatenate(...) VV_LAYER_LITERAL(VV_LAYER_CONCATENATE, .merge = { .reserved = 0, __VA_ARGS__ })

/* The registry: one row for each kind, in no promised order. NULL past the end / for an unknown kind. Static storage. */
typedef struct vv_layer_info {
    vv_layer_kind kind;
    const char *name;       /* "conv2d": in JSON, files and automatic layer names; never changes */
    const char *summary;    /* one line */
    const vv_field *fields; /* offsets count from the start of the kind's argument struct         */
    size_t n_fields;
} vv_layer_info;
const vv_layer_info *vv_layer_info_at(size_t index);
const vv_layer_info *vv_layer_info_of(vv_layer_kind kind);

/* Sets one field by its name: how JSON, the command line and other languages build layers. Enums take their index.
 * NOT_FOUND: an unknown name; BAD_ARG: a value outside the field's range. */
vv_status vv_layer_set(vv_layer *layer, const char *field, double value, vv_error *error);

/* ---- losses --------------------------------------------------------------------------------------------------- */

/* Mean over the batch of the loss of one example. p: the model's output, y: the target. */
typedef enum vv_loss {
    VV_LOSS_NONE = 0,
    VV_SPARSE_CATEGORICAL_CROSSENTROPY, /* -ln p[y]; y: class number 0..n-1, p: n probabilities  */
    VV_CATEGORICAL_CROSSENTROPY,        /* -sum y_i ln p_i; y: n weights                         */
    VV_BINARY_CROSSENTROPY,             /* -mean(y ln p + (1 - y) ln(1 - p)); y in [0, 1]        */
    VV_MSE,                             /* mean((p - y)^2)                                       */
    VV_MAE,                             /* mean(|p - y|)                                         */
    VV_HUBER                            /* mean of: |d| <= delta ? d^2/2 : delta |d| - delta^2/2; Huber 1964 */
} vv_loss;

/* ---- metrics -------------------------------------------------------------------------------------------------- */

/* Numbers apart from those of losses: VV_METRICS(VV_MSE), a loss, is refused by vv_compile. */
typedef enum vv_metric {
    VV_METRIC_NONE = 0,
    VV_ACCURACY = 101,              /* the one of the next three that fits loss and shapes      */
    VV_SPARSE_CATEGORICAL_ACCURACY, /* arg max p == y                                           */
    VV_CATEGORICAL_ACCURACY,        /* arg max p == arg max y                                   */
    VV_BINARY_ACCURACY,             /* mean((p > 0.5) == y)                                     */
    VV_METRIC_MAE,
    VV_METRIC_MSE,
    VV_AUC /* area under the ROC curve, 200 thresholds, as Keras; binary targets */
} vv_metric;

typedef struct vv_metrics {
    const vv_metric *list;
    size_t n;
} vv_metrics;
#ifndef __cplusplus
#define VV_METRICS(...) \
    ((vv_metrics){ (const vv_metric[]){ __VA_ARGS__ }, sizeof((const vv_metric[]){ __VA_ARGS__ }) / sizeof(vv_metric) })
#endif

/* ---- optimizers ------------------------------------------------------------------------------------------------ */

/* Every optimizer: learning_rate > 0; clip_value: each gradient element into [-v, v]; global_clip_norm: all gradients
 * scaled so that their joint L2 norm is at most this. 0: no clipping. */
typedef struct vv_sgd_args {
    int reserved;         /* lets vv_sgd() be written without a keyword */
    double learning_rate; /* 0: 0.01 */
    double momentum;      /* [0, 1)  */
    bool nesterov;        /* Sutskever et al. 2013; needs momentum > 0 */
    double clip_value, global_clip_norm;
} vv_sgd_args;
typedef struct vv_rmsprop_args { /* Hinton, lecture 6e, 2012; Graves 2013 for `centered` */
    int reserved;
    double learning_rate;        /* 0: 0.001 */
    vv_maybe rho;                /* [0, 1); unset: 0.9 */
    double momentum;             /* [0, 1) */
    double epsilon;              /* 0: 1e-7 */
    bool centered;
    double clip_value, global_clip_norm;
} vv_rmsprop_args;
typedef struct vv_adam_args { /* Kingma, Ba 2014; Reddi et al. 2018 for `amsgrad`; Loshchilov, Hutter 2017 for AdamW */
    int reserved;
    double learning_rate;     /* 0: 0.001 */
    vv_maybe beta_1;          /* [0, 1); unset: 0.9 */
    vv_maybe beta_2;          /* [0, 1); unset: 0.999 */
    double epsilon;           /* 0: 1e-7 */
    bool amsgrad;
    vv_maybe weight_decay; /* >= 0; unset: 0 for adam, 0.004 for adamw. w -= learning_rate * decay * w first */
    double clip_value, global_clip_norm;
} vv_adam_args;

typedef enum vv_optimizer_kind {
    VV_OPTIMIZER_NONE = 0,
    VV_OPTIMIZER_SGD,
    VV_OPTIMIZER_RMSPROP,
    VV_OPTIMIZER_ADAM,
    VV_OPTIMIZER_ADAMW
} vv_optimizer_kind;

typedef struct vv_optimizer {
    vv_optimizer_kind kind;
    union {
        vv_sgd_args sgd;
        vv_rmsprop_args rmsprop;
        vv_adam_args adam; /* adam, adamw */
    };
} vv_optimizer;

#define vv_sgd(...) VV_LITERAL(vv_optimizer, .kind = VV_OPTIMIZER_SGD, .sgd = { .reserved = 0, __VA_ARGS__ })
#define vv_rmsprop(...) \
    VV_LITERAL(vv_optimizer, .kind = VV_OPTIMIZER_RMSPROP, .rmsprop = { .reserved = 0, __VA_ARGS__ })
#define vv_adam(...) VV_LITERAL(vv_optimizer, .kind = VV_OPTIMIZER_ADAM, .adam = { .reserved = 0, __VA_ARGS__ })
#define vv_adamw(...) VV_LITERAL(vv_optimizer, .kind = VV_OPTIMIZER_ADAMW, .adam = { .reserved = 0, __VA_ARGS__ })

#ifdef __cplusplus
}
#endif
#endif
