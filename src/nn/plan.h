/* plan.h - how a model is executed: coarse backends that plan memory once and then take whole steps.
 *
 * A plan borrows the model and its weights; the model must not get other layers or compile arguments meanwhile.
 */
#ifndef VVI_NN_PLAN_H
#define VVI_NN_PLAN_H

#include "nn/nn.h"

typedef struct vvi_plan_args {
    int batch_size;     /* of the largest batch, >= 1 */
    bool training;      /* steps can be taken; else inference only */
    uint64_t seed;      /* of dropout */
    size_t chunk_bytes; /* working set of a chunk; 0: half of a usual second-level cache, or the weights */
} vvi_plan_args;

typedef struct vvi_batch {
    int n;
    const float *x; /* [n, input] */
    const float *y; /* [n, target]; not for inference */
    const float *w; /* [n] weights of the examples; NULL: all 1 */
    float *out;     /* [n, output]: written */
} vvi_batch;

typedef struct vvi_backend {
    const char *name;
    vv_status (*plan)(vv_model *model, const vvi_plan_args *args, void **plan, vv_error *error);
    /* Forward, backward, one optimizer step. Returns sum(w_i loss_i) / n plus the regularizers' penalties, from before
     * the step. If that is not finite, the weights stay as they are. */
    double (*train_step)(void *plan, const vvi_batch *batch);
    void (*infer)(void *plan, const vvi_batch *batch);
    void (*plan_free)(void *plan); /* NULL is fine */
} vvi_backend;

/* NULL: "cpu". NOT_FOUND lists those there are. */
vv_status vvi_backend_find(const char *name, const vvi_backend **backend, vv_error *error);
extern const vvi_backend vvi_backend_cpu, vvi_backend_reference;

/* ---- shared by backends -------------------------------------------------------------------------------------------
 */

/* The node whose values these are: aliases (flatten) share those of what they read. */
int vvi_plan_root(const vv_model *model, int node);

/* The randomness of a node in training; vvi_key_int of it with the step. */
vvi_key vvi_plan_key(const vv_model *model, int node, uint64_t seed);

/* Sum of the regularizers' penalties; `gradients` (NULL: not wanted): theirs are added. Laid out as the weights. */
double vvi_plan_penalty(const vv_model *model, float *gradients);

/* Clips gradients as the optimizer says, then takes its step. */
void vvi_plan_apply(vv_model *model, const vvi_kernels *kernels, float *gradients);

/* Things that need memory during [begin, end], both included. Places all of them; returns the total size. */
typedef struct vvi_interval {
    int begin, end;
    size_t size, offset;
} vvi_interval;
size_t vvi_intervals_pack(vvi_interval *intervals, size_t n);

#endif
