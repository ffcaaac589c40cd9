/* model.h - a network: a graph of layers, what it is trained with, its weights.
 *
 *     vv_model *m = vv_sequential();
 *     vv_add(m, vv_input(10));
 *     vv_add(m, vv_dense(64, .activation = VV_RELU));
 *     vv_add(m, vv_dense(1, .activation = VV_SIGMOID));
 *     vv_compile(m, .loss = VV_BINARY_CROSSENTROPY, .optimizer = vv_adam(), .metrics = VV_METRICS(VV_ACCURACY));
 *
 * A model is a graph from the start; vv_add is the short form that connects a layer to the one added before it.
 * Building allocates no weights: they appear at the first fit, evaluate, predict or load. A model with a layer that is
 * not trained yet (layers.h) never gets any: all of these, vv_model_init and vv_model_load refuse it (VV_UNSUPPORTED).
 * A layer whose shapes do not fit sticks as an error that names the layer, the rule and the numbers.
 * A model has at most 4096 layers. It is used by one thread at a time.
 */
#ifndef VARVE_MODEL_H
#define VARVE_MODEL_H

#include <stdio.h>
#include <varve/data.h>
#include <varve/layers.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct vv_model vv_model;

/* Owned: free with vv_model_free, or hand over with `return m` from a build function. NULL: out of memory. */
vv_model *vv_sequential(void);
void vv_model_free(vv_model *model); /* NULL is fine */

/* A node of the graph: a layer and where its input comes from. Negative: none (an error is on the model). */
typedef int vv_node;

/* Adds a layer after the last node added (input: after none). Copies *layer. */
vv_node vv_add_with(vv_model *model, const vv_layer *layer);
static inline vv_node vv_add(vv_model *model, vv_layer layer)
{
    return vv_add_with(model, &layer);
}

/* Adds a layer after the nodes given (one, but for merge layers). The last node added is the model's output. */
vv_node vv_connect_with(vv_model *model, const vv_layer *layer, const vv_node *inputs, size_t n_inputs);
#ifndef __cplusplus
#define vv_connect(model, layer_value, ...)                                             \
    vv_connect_with((model), &(vv_layer[1]){ layer_value }[0], (const vv_node[]){ __VA_ARGS__ }, \
                    sizeof((const vv_node[]){ __VA_ARGS__ }) / sizeof(vv_node))
#endif

typedef struct vv_compile_args {
    vv_loss loss;           /* required */
    vv_optimizer optimizer; /* zeroed: vv_rmsprop(), as Keras */
    vv_metrics metrics;     /* beside the loss; copied */
    double huber_delta;     /* > 0; 0: 1 */
    double label_smoothing; /* categorical and binary crossentropy, [0, 1) */
    bool from_logits;       /* crossentropies: the output is before its softmax or sigmoid */
} vv_compile_args;
/* Says what the model is trained with. Mistakes stick to the model. */
void vv_compile_with(vv_model *model, const vv_compile_args *args);
#ifndef __cplusplus
/* The literal is zeroed but for what is named; vv_compile(m, .loss = ...) */
#define vv_compile(model, ...) vv_compile_with((model), &(vv_compile_args){ __VA_ARGS__ })
#endif

/* VV_OK or the first error; the text names the layer, the rule and the numbers. Borrowed, never NULL. */
vv_status vv_model_status(const vv_model *model);
const char *vv_model_error(const vv_model *model);

/* ---- looking at it -------------------------------------------------------------------------------------------- */

/* Layers in the order they were added. Keras does not count inputs as layers; this count does not either. */
size_t vv_model_layer_count(const vv_model *model);

typedef struct vv_layer_view {
    const char *name;      /* "conv2d_1"; borrowed until the model ends, like all of these */
    const vv_layer *layer; /* as added */
    vv_shape input, output;
    uint64_t params;     /* trainable numbers                             */
    uint64_t macs;       /* multiply-accumulates of one example's forward pass: products of kernels, and one for each
                            element of a batch normalization */
    const int *inputs;   /* nodes it reads */
    size_t n_inputs;
} vv_layer_view;
/* Node `node` (inputs included), 0 <= node < vv_model_node_count(). */
size_t vv_model_node_count(const vv_model *model);
vv_layer_view vv_model_node(const vv_model *model, vv_node node);

/* Trainable numbers in all, and the shapes of one example at both ends (rank 0: there is none yet). */
uint64_t vv_model_params(const vv_model *model);
vv_shape vv_model_input_shape(const vv_model *model);
vv_shape vv_model_output_shape(const vv_model *model);

/* A number that is equal for models with the same layers, fields, shapes, connections and compile arguments. */
uint64_t vv_model_digest(const vv_model *model);

/* A table of layers, shapes and parameter counts, at most 80 columns. IO: it could not be written. */
vv_status vv_model_summary(const vv_model *model, FILE *out);

/* The architecture and what it is compiled with, as JSON text, and back. *json is owned: free with free(); *model is owned:
 * vv_model_free. Errors: the model's own; FORMAT: no such JSON; NO_MEMORY. */
vv_status vv_model_to_json(const vv_model *model, char **json, vv_error *error) VV_MUST_USE;
vv_status vv_model_from_json(const char *json, vv_model **model, vv_error *error) VV_MUST_USE;

/* ---- weights -------------------------------------------------------------------------------------------------- */

/* Draws fresh weights, keyed by (seed, layer name, weight name). fit does this by itself if it was not done.
 * Errors: the model's own, UNSUPPORTED, NO_MEMORY. */
vv_status vv_model_init(vv_model *model, uint64_t seed) VV_MUST_USE;

/* One weight array: "conv2d/kernel" [3, 3, 1, 32]. `values` may be written to; borrowed until the model ends or is
 * given other weights. index < vv_model_weight_count(); weights exist after vv_model_init, fit or load. */
typedef struct vv_weight {
    const char *name;
    int rank;
    int dim[VV_MAX_RANK];
    size_t n;
    float *values;
} vv_weight;
size_t vv_model_weight_count(const vv_model *model);
vv_weight vv_model_weight(vv_model *model, size_t index);

/* safetensors (float32, little endian) with the architecture in its metadata ("varve.model"). Written to a
 * temporary file and renamed, so that a file is whole or not there. BAD_ARG: it has no weights yet; IO. */
vv_status vv_model_save(const vv_model *model, const char *path, vv_error *error) VV_MUST_USE;
/* A whole model from such a file. *model is owned: vv_model_free. NOT_FOUND, IO, FORMAT, UNSUPPORTED, NO_MEMORY. */
vv_status vv_model_load(const char *path, vv_model **model, vv_error *error) VV_MUST_USE;
/* Only the weights, into a model of the same layers; every weight must be there, with its shape. As vv_model_load. */
vv_status vv_model_load_weights(vv_model *model, const char *path, vv_error *error) VV_MUST_USE;

/* ---- training that goes on --------------------------------------------------------------------------------------
 *
 *     vv_fit(m, training, .epochs = 2, .seed = 7);
 *     vv_model_save_training(m, "state.safetensors", &error);
 *     ...
 *     vv_model_load_training(same, "state.safetensors", &error);
 *     vv_fit(same, training, .epochs = 5, .initial_epoch = vv_model_epochs(same), .seed = 7);
 *
 * gives the weights and metrics that .epochs = 5 at once would have given, to the bit (same machine, data, seed, batch
 * size and callbacks). What callbacks remember (how long early stopping has waited, which weights it would restore) goes on
 * with them, where fit gets the same ones with the same arguments, and each can be kept (vv_callback.plain_state); else they
 * begin anew. A callback that restores weights does so at the end of fit: save before that, from vv_callback.epoch_done. */

/* Whole epochs that fit has trained since the weights were drawn or loaded and the model was compiled. */
int vv_model_epochs(const vv_model *model);

/* Weights, the optimizer's memory, its steps and learning rate, the epochs so far, what callbacks remember, and a hash of all
 * of it. Written as a whole or not at all. BAD_ARG: it was not trained yet. */
vv_status vv_model_save_training(const vv_model *model, const char *path, vv_error *error) VV_MUST_USE;
/* Into a compiled model of the same layers, compiled with the same. All or nothing. NOT_FOUND, IO; FORMAT: no such file,
 * or a damaged one; MISMATCH: it is of another model. */
vv_status vv_model_load_training(vv_model *model, const char *path, vv_error *error) VV_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
