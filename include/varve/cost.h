/* cost.h - what a model costs where it runs, from its shapes alone: nothing is trained and nothing is drawn.
 *
 *     vv_cost cost;
 *     vv_node peak;
 *     if (vv_model_cost(m, VV_INT8, &cost, NULL, &peak, &error) == VV_OK && cost.peak_activation_bytes > 64 * 1024)
 *         ... vv_model_node(m, peak).name is where it does not fit ...
 *
 * The conventions are those under which figures of MLPerf Tiny's reference models are published (Banbury et al. 2021),
 * for one example at a time:
 *
 *   - Multiply-accumulates are those of kernels: dense, convolutions, recurrent layers. Biases, pooling, activations and
 *     sums are free.
 *   - Batch normalization is folded: into the dense, conv2d or depthwise_conv2d right before it, if that has a linear
 *     activation and nothing else reads it. It then costs nothing, but that layer gains a bias where it has none. What
 *     cannot be folded is a scale and a shift a channel (two weights) and one multiply-accumulate an element.
 *   - A value is alive from the layer that makes it to the last one that reads it; the model's input from the start, its
 *     output to the end. The peak is the largest sum, over the layers in the order they were added, of what is alive
 *     while one runs. Buffers of kernels, alignment and gaps between values are not counted: in that order no
 *     implementation needs less.
 *   - Flatten, dropout and a folded batch normalization make no value: they are other names for their input. An
 *     activation layer is done in place if nothing reads its input later; else it makes a value. All others make one.
 *   - A recurrent layer keeps a state that is alive while it runs; lstm: 2 * units numbers.
 *
 * Bytes of a number, int8 as in TensorFlow Lite's specification of 8-bit quantization:
 *                weight   bias   activation, state
 *     int8            1      4      1
 *     float32         4      4      4
 *
 * Sums that exceed 64 bits stay at UINT64_MAX. Nothing is allocated, and a model of ten layers takes a fraction of a
 * microsecond. Layers that are not trained yet (layers.h) have their cost too.
 */
#ifndef VARVE_COST_H
#define VARVE_COST_H

#include <varve/model.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum vv_precision { VV_INT8 = 0, VV_FLOAT32 } vv_precision;

typedef struct vv_cost {
    uint64_t params;                /* numbers to keep: the trainable ones, batch normalization as above */
    uint64_t macs;                  /* multiply-accumulates */
    uint64_t peak_activation_bytes; /* the most that is alive at once */
    uint64_t weight_bytes;
} vv_cost;

/* A folded batch normalization has no numbers; the bias it may give to the layer before it is that layer's. */
typedef struct vv_layer_cost {
    uint64_t params, macs, weight_bytes;
    uint64_t live_bytes; /* alive while this layer runs */
} vv_layer_cost;

/* `layers`: NULL, or vv_model_node_count() places. `peak`: NULL, or the node at which the peak is reached first.
 * An error of the model is the call's; BAD_ARG: it has no layers, or there is no such precision. *cost is then zeros, and
 * the others are as they were. */
vv_status vv_model_cost(const vv_model *model, vv_precision precision, vv_cost *cost, vv_layer_cost *layers,
                        vv_node *peak, vv_error *error) VV_MUST_USE;

/* A value, by the node that makes it: those that rename it or work in place are not listed. */
typedef struct vv_live_value {
    vv_node node;
    uint64_t bytes; /* of the node that runs: with its state */
} vv_live_value;

/* What is alive while node `at` runs, in the order it was made; the sum of the bytes is that node's live_bytes. Writes
 * up to `capacity` of them and returns how many there are (as snprintf); 0 where vv_model_cost would fail, and for nodes
 * there are not. */
size_t vv_model_live(const vv_model *model, vv_precision precision, vv_node at, vv_live_value *values, size_t capacity);

#ifdef __cplusplus
}
#endif
#endif
