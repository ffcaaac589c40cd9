/* nn.h - the inside of a model, for the files of this module (for the tuner: rehearsing, and building again and again).
 *
 * Four lifetimes: nodes live in the graph's arena until they are dropped (workshop.c); what is compiled, and tables of
 * weights, in the model's; weights, the optimizer's state and what fits remember are blocks of their own, because callers
 * hold pointers into the weights, and because they are replaced; everything else that training needs is one block of a plan (plan.h), made for one fit, evaluate or
 * predict.
 */
#ifndef VVI_NN_NN_H
#define VVI_NN_NN_H

#include "nn/fit_memory.h"
#include "nn/layer.h"
#include "nn/metrics/metric.h"
#include "nn/optimizers/optimizer.h"
#include <varve/model.h>

typedef struct vvi_node {
    const vvi_layer_row *row;
    vv_layer layer;
    const char *name;
    bool is_named;   /* by the user */
    size_t n_before; /* nodes of its kind that were added before it */
    int *inputs;     /* n_inputs nodes, all of them earlier ones */
    vv_shape *in;    /* their shapes */
    size_t n_inputs;
    vv_shape out;
    vvi_param *params;
    size_t n_params;
    uint64_t param_count, bias_count, macs; /* biases are among the params */
    size_t n_readers;                       /* inputs of later nodes that are this one */
    size_t first_weight;                    /* index of its first weight in the model's table */
    uint64_t hash;                          /* of it and all before it, once has_hash (digest.c) */
    bool has_hash;
    vv_status refused; /* not VV_OK: it could not be added; the model's last */
    const char *refusal;
    vvi_arena_mark before; /* where in the graph's arena it begins */
} vvi_node;

/* A compiled metric: "accuracy" by name, sparse_categorical_accuracy by row. */
typedef struct vvi_compiled_metric {
    const char *name;
    const vvi_metric_row *row;
} vvi_compiled_metric;

typedef struct vvi_weight_slot {
    const char *name; /* "conv2d/kernel" */
    const vvi_node *node;
    const vvi_param *param;
    size_t offset, n; /* in the block of weights, floats */
} vvi_weight_slot;

/* A loop that never ends must become an error before it takes all memory. */
enum { VVI_MAX_LAYERS = 4096 };

/* What a rehearsed fit was called with: enough to see whether it changes. */
typedef struct vvi_rehearsed_fit {
    bool called;
    int epochs, batch_size;
    bool no_shuffle;
    uint64_t class_weight, callbacks; /* digests; 0: none */
} vvi_rehearsed_fit;

struct vv_model {
    vvi_arena graph, arena; /* of the nodes; of the rest */
    vv_error error;         /* the first mistake made while building; sticks */
    vv_error last;          /* of the latest fit, evaluate, predict */
    vvi_node **nodes;       /* owned: n_nodes, then those that were added after them before the model was emptied;
                               the very last may be refused */
    size_t n_nodes, n_known, capacity;
    bool has_given_names; /* has any layer a name of the user's own? */
    bool rehearsal;
    vvi_rehearsed_fit rehearsed;

    bool compiled;
    vv_compile_args args; /* optimizer and loss options with their defaults filled in; metrics as asked for */
    const vvi_loss_row *loss;
    vvi_loss_options loss_options;
    vvi_compiled_metric *metrics; /* args.metrics.n of them */

    vvi_weight_slot *slots; /* NULL: no weights yet */
    size_t n_slots;
    float *weights;   /* one block; each array starts at a multiple of 64 bytes, zeros between */
    size_t n_weights; /* its length in floats */
    vvi_optimizer_state optimizer;
    bool optimizer_ready;
    int epochs;                        /* trained since the weights were drawn or loaded */
    vvi_fit_memory memory;             /* of the latest fit */
    int n_fits;                        /* that there were, the running one included */
    const struct vvi_tracker *tracker; /* in the arena; NULL: nobody wants its fits to go on (going_on.c) */
    const struct vv_history *history;  /* of the running fit; NULL: none is */
    uint64_t beginning;                /* its digest; 0: not tracked */
    bool went_on;                      /* it began in its middle */
};

/* The tuner builds a model once more to learn its trace: fit then checks its arguments and returns at once, evaluate
 * gives an empty history, predict writes nothing. */
void vvi_model_rehearse(vv_model *model, bool rehearsal);

/* ---- models built again and again (workshop.c) ------------------------------------------------------------------ */

/* Between begin and end, the first vv_sequential of this thread gives `spare`, emptied, instead of a new model. begin
 * takes it over and returns what end must be given; end returns the spare model if nobody took it. NULL: none. */
vv_model *vvi_workshop_begin(vv_model *spare);
vv_model *vvi_workshop_end(vv_model *outer);
vv_model *vvi_workshop_take(void); /* for vv_sequential */
/* Makes a model as new, but for what it remembers of its nodes; or frees it and returns NULL. NULL is fine. */
vv_model *vvi_model_empty(vv_model *model);
/* The node that was at this place before, if it was made from exactly the same; else NULL. */
vvi_node *vvi_model_expected(const vv_model *model, const vv_layer *layer, const vv_node *inputs, size_t n_inputs);
void vvi_model_drop_rest(vv_model *model); /* forgets the nodes that were not added again */

/* From now on every input that this thread adds to a model has this shape, whatever it says, until NULL. Borrowed. */
void vvi_model_override_input(const vv_shape *shape);
/* The layer itself, or the overridden input, made in *own. */
const vv_layer *vvi_workshop_layer(const vv_layer *layer, vv_layer *own);

/* The targets that the compiled loss expects. */
vv_shape vvi_model_target_shape(const vv_model *model);

/* vv_model_digest without what the model is compiled with; and without fields and shapes: kinds and connections. */
uint64_t vvi_model_network(const vv_model *model);
uint64_t vvi_model_structure(const vv_model *model);

/* Saturating; numbers of weights may be absurd while a search looks at what can be built. */
uint64_t vvi_saturating_add(uint64_t a, uint64_t b);
uint64_t vvi_saturating_multiply(uint64_t a, uint64_t b);

/* Weights that are there, not drawn: zeros. VV_OK at once if there are any. */
vv_status vvi_model_make_weights(vv_model *model, vv_error *error);
void vvi_model_drop_weights(vv_model *model);
vv_status vvi_model_draw_weights(vv_model *model, uint64_t seed, vv_error *error);

/* UNSUPPORTED with the first layer that has shape and cost rules only. Such a model has no weights either: what would
 * be drawn or saved today lacks what a layer keeps in training (batch normalization's moving mean), and would not load
 * into the same model later. */
vv_status vvi_model_check_trainable(const vv_model *model, vv_error *error);

/* First thing in fit, evaluate, predict, init: forgets the last error, returns the sticking one, or that the model
 * cannot be trained; but a rehearsal, which is about what can be built, goes on. */
vv_status vvi_model_begin_call(vv_model *model);

#endif
