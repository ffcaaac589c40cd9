/* cpu.h - the cpu backend's plan: what cpu_layout.c lays out and cpu.c runs.
 *
 * A batch is processed in chunks of examples, so that a chunk's activations stay in the second-level cache; gradients
 * of weights add up over the chunks in order. One block holds
 *
 *     gradients of weights | values | gradients of values | saved | scratch | prepared
 *
 * Values live from their node to their last reader (in training: to the end), gradients of values from their last
 * reader down to their node; what is not alive at the same time shares memory. Weights and optimizer state belong to
 * the model. The input is read where the caller has it, the output written where the caller wants it.
 */
#ifndef VVI_NN_CPU_H
#define VVI_NN_CPU_H

#include "nn/plan.h"

/* One node that computes: not the input, not an alias. */
typedef struct vvi_cpu_op {
    const vvi_layer_row *row;
    int node;
    vvi_key key;
    vvi_pass pass; /* all but what changes from chunk to chunk */
    vvi_needs needs;
    int input[VVI_MAX_INPUTS]; /* roots: nodes whose values it reads */
    size_t in_size[VVI_MAX_INPUTS], out_size;
    bool backward;               /* someone wants its gradients                                            */
    bool wanted[VVI_MAX_INPUTS]; /* gradients of these inputs                                              */
    bool added[VVI_MAX_INPUTS];  /* ... which another reader has written: to a place of its own, then added */
    size_t dx_offset[VVI_MAX_INPUTS], saved_offset, prepared_offset;
} vvi_cpu_op;

/* The values of one root node. */
typedef struct vvi_cpu_value {
    int n_readers, last_reader; /* the loss is a reader of the output, behind all nodes */
    bool needs_gradient;
    size_t value_offset, gradient_offset;
    const float *value; /* of the present chunk */
    float *gradient;
} vvi_cpu_value;

typedef struct vvi_cpu_plan {
    vv_model *model;
    const vvi_kernels *kernels;
    vvi_plan_args args;
    int chunk; /* examples */
    vvi_arena arena;
    vvi_cpu_op *ops;
    size_t n_ops;
    vvi_cpu_value *values; /* by node; only roots are used */
    int out_root;
    size_t in_size, out_size, target_size;
    bool fused;    /* the loss takes over the output's activation */
    bool prepared; /* for the weights that are there */
    float *block;  /* owned */
    size_t block_size;
    float *gradients; /* of weights, laid out as the weights */
} vvi_cpu_plan;

vv_status vvi_cpu_plan_new(vv_model *model, const vvi_plan_args *args, vvi_cpu_plan **plan, vv_error *error);
void vvi_cpu_plan_free(vvi_cpu_plan *plan);

#endif
