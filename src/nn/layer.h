/* layer.h - what a layer is, for those who write one: a row of functions at the bottom of layers/KIND.c.
 *
 * A layer is whole in one file: fields, shape rule, weights, forward, backward, cost, and a plain twin in double.
 * The plan (plan.h) calls it with memory it has laid out; a layer never allocates.
 */
#ifndef VVI_NN_LAYER_H
#define VVI_NN_LAYER_H

#include "base/base.h"
#include "compute/kernels.h"
#include <varve/layers.h>

enum { VVI_MAX_PARAMS = 3, VVI_MAX_INPUTS = 8 };

/* One trainable array of a layer. */
typedef struct vvi_param {
    const char *name; /* "kernel", "recurrent_kernel", "bias" */
    int rank, dim[VV_MAX_RANK];
    vv_initializer initializer; /* never VV_INITIALIZER_DEFAULT */
    int ones_begin, ones_end;   /* elements set to 1 after that (LSTM's forget bias) */
    vv_regularizer regularizer;
    bool is_bias; /* added to sums of products: wider than a weight where both are whole numbers */
} vvi_param;

/* Memory a layer wants beside its inputs, output and weights, in floats. */
typedef struct vvi_needs {
    size_t saved;     /* per example, from forward to backward  */
    size_t scratch;   /* per example of a chunk, within one call */
    size_t fixed;     /* within one call, whatever the chunk     */
    size_t prepared;  /* from `prepare` to the end of the step   */
    bool whole_batch; /* the chunk should be the whole batch (recurrent layers: their products want many rows) */
} vvi_needs;

/* One call of forward or backward over a chunk of examples. Arrays are [n, shape]. */
typedef struct vvi_pass {
    const vvi_kernels *kernels;
    const vv_layer *layer;
    const vv_shape *in; /* n_in shapes */
    size_t n_in;
    vv_shape out;
    int n;
    bool training;
    const float *x[VVI_MAX_INPUTS];
    float *y; /* forward: written; backward: the same values */
    const float *w[VVI_MAX_PARAMS];
    float *saved, *scratch, *prepared; /* scratch: n * needs.scratch + needs.fixed floats */
    vvi_key key;                       /* randomness of this layer in this step; */
    int64_t example; /* draw for the i-th example of the chunk by (key, example + i): chunking must not show */
    /* backward */
    float *dy;                 /* d loss / d y; may be overwritten */
    bool dy_is_linear;         /* dy is already d loss / d (what the layer's activation was applied to) */
    bool mask_relu;            /* max pooling: its input's relu mask is left to it */
    float *dx[VVI_MAX_INPUTS]; /* overwritten; NULL: not wanted */
    float *dw[VVI_MAX_PARAMS]; /* added to */
} vvi_pass;

/* The same in double with plain loops: obviously right, slow. For dropout masks draw exactly what forward draws. */
typedef struct vvi_reference_pass {
    const vv_layer *layer;
    const vv_shape *in;
    size_t n_in;
    vv_shape out;
    int n;
    bool training;
    const double *x[VVI_MAX_INPUTS];
    double *y;
    const double *w[VVI_MAX_PARAMS];
    vvi_key key;
    int64_t example;
    const double *dy;           /* d loss / d y, never linear */
    double *dx[VVI_MAX_INPUTS]; /* overwritten; never NULL in backward */
    double *dw[VVI_MAX_PARAMS]; /* added to */
} vvi_reference_pass;

/* What a layer is where nothing is trained: for what a model costs there. */
typedef enum vvi_inference {
    VVI_COMPUTES = 0, /* makes a value                                                                         */
    VVI_ABSORBS,      /* so too; a scale and a shift of its output's last axis can go into its kernel and bias  */
    VVI_FOLDS,        /* is such a scale and shift; makes a value where nothing absorbs it                      */
    VVI_IN_PLACE,     /* can be written over what it reads: no element needs another row's                      */
    VVI_RENAMES       /* its output is its input under another name                                             */
} vvi_inference;

typedef struct vvi_layer_row {
    vv_layer_info info;
    size_t name_offset; /* of `const char *name` in the argument struct; 0: none (input) */
    size_t min_inputs, max_inputs;

    /* Rules that the field table cannot say; NULL: none. */
    vv_status (*check)(const vv_layer *layer, const char *name, vv_error *error);
    /* The output's shape, or BAD_SHAPE with `name`, the rule and the numbers. */
    vv_status (*shape)(const vv_layer *layer, const char *name, const vv_shape *in, size_t n_in, vv_shape *out,
                       vv_error *error);
    /* Fills the weights, returns how many arrays; NULL: none. */
    size_t (*params)(const vv_layer *layer, const vv_shape *in, vvi_param params[VVI_MAX_PARAMS]);
    uint64_t (*macs)(const vv_layer *layer, const vv_shape *in, vv_shape out);   /* NULL: 0 */
    vvi_needs (*needs)(const vv_layer *layer, const vv_shape *in, vv_shape out); /* NULL: nothing */
    vv_activation (*activation)(const vv_layer *layer); /* applied to the output; NULL: linear. A loss or a pooling
                                                           layer may take its gradient over (dy_is_linear)  */
    bool alias; /* y is x: forward and backward only rename (flatten); both are NULL */
    vvi_inference inference;
    uint64_t (*state)(const vv_layer *layer); /* numbers it carries from step to step while it runs; NULL: none */

    void (*prepare)(const vvi_pass *pass); /* once per step from the weights into `prepared`; NULL: nothing */
    void (*forward)(const vvi_pass *pass); /* NULL, and neither input nor alias: cannot be trained yet, as the rest */
    void (*backward)(const vvi_pass *pass);
    void (*reference_forward)(const vvi_reference_pass *pass);
    void (*reference_backward)(const vvi_reference_pass *pass);
} vvi_layer_row;

/* The registry (layers/registry.c); NULL: unknown. */
const vvi_layer_row *vvi_layer_row_of(vv_layer_kind kind);
const vvi_layer_row *vvi_layer_row_at(size_t index);
/* Can it be trained, or has it shape and cost rules only? */
bool vvi_layer_is_trainable(const vvi_layer_row *row);

/* Every field against its table: BAD_ARG naming layer, field, value and range. Then row->check. */
vv_status vvi_layer_check(const vv_layer *layer, const char *name, vv_error *error);
/* The name the user gave, or NULL. */
const char *vvi_layer_given_name(const vv_layer *layer);
void vvi_layer_set_name(vv_layer *layer, const char *name); /* borrowed */

/* Helpers for layers. */
size_t vvi_shape_size(vv_shape shape);
int vvi_shape_format(vv_shape shape, char *text, size_t size); /* "26x26x32"; as snprintf */
bool vvi_shape_equal(vv_shape a, vv_shape b);
vv_initializer vvi_initializer_or(vv_initializer given, vv_initializer preset);
/* initializers.c: fills `values` as the param says; deterministic in key. */
vv_status vvi_param_init(const vvi_param *param, vvi_key key, float *values);
/* activations.c: f in double, for the reference twins: y = f(x); dx = dy * f'. Rows of `cols` for softmax. */
void vvi_reference_activation(vv_activation kind, int rows, int cols, const double *x, double *y);
void vvi_reference_activation_gradient(vv_activation kind, int rows, int cols, const double *x, const double *y,
                                       const double *dy, double *dx);
const char *vvi_activation_name(vv_activation kind); /* "relu" */

/* ---- losses: a row at the bottom of losses/KIND.c -----------------------------------------------------------------
 */

typedef struct vvi_loss_options {
    double huber_delta, label_smoothing;
    bool from_logits;
} vvi_loss_options;

typedef struct vvi_loss_row {
    vv_loss loss;
    const char *name; /* "sparse_categorical_crossentropy", Keras' */
    /* Do output, targets and options fit? BAD_SHAPE / BAD_ARG, with the numbers. */
    vv_status (*check)(vv_shape out, vv_shape target, const vvi_loss_options *options, vv_error *error);
    /* Are the target values legal (classes whole and in 0..out-1, ...)? BAD_ARG with the first bad value and its row.
     */
    vv_status (*check_targets)(vv_shape out, size_t n, const float *y, vv_error *error); /* NULL: any finite */
    /* The output activation whose gradient this loss takes over, else VV_LINEAR: gradient() is then given p after the
     * activation and writes d loss / d (before it). */
    vv_activation fuses;
    /* Losses of n examples, in double, weighted: returns the sum of w[i] * loss_i (w NULL: all 1). dp (NULL: not
     * wanted) gets d / d p of that sum times `factor`. `fused`: see above; then p is a probability and the value is
     * computed from it, clipped to [1e-7, 1 - 1e-7] as Keras. out_size, target_size: floats per example. */
    double (*value)(const vvi_loss_options *options, int n, int out_size, int target_size, const float *p,
                    const float *y, const float *w, double factor, bool fused, float *dp);
    double (*reference)(const vvi_loss_options *options, int n, int out_size, int target_size, const double *p,
                        const float *y, const float *w, double factor, double *dp); /* never fused */
} vvi_loss_row;
const vvi_loss_row *vvi_loss_row_of(vv_loss loss); /* losses/registry.c; NULL: unknown */
const vvi_loss_row *vvi_loss_row_at(size_t index);

#endif
