/* reference.h - the reference backend's parts, so that tests can ask for losses and gradients alone. */
#ifndef VVI_NN_REFERENCE_H
#define VVI_NN_REFERENCE_H

#include "nn/plan.h"

typedef struct vvi_reference vvi_reference;
vv_status vvi_reference_new(vv_model *model, const vvi_plan_args *args, vvi_reference **plan, vv_error *error);
void vvi_reference_free(vvi_reference *plan);

/* Copies the model's weights into the plan's doubles. Both are laid out as model->weights. */
void vvi_reference_read_weights(vvi_reference *plan);
double *vvi_reference_weights(vvi_reference *plan);
const double *vvi_reference_gradients(const vvi_reference *plan);

/* sum(w_i loss_i) / n in training (dropout of the next step), from the plan's weights, without penalties. */
double vvi_reference_loss(vvi_reference *plan, const vvi_batch *batch);
/* Its gradients, after vvi_reference_loss with the same batch. */
void vvi_reference_backward(vvi_reference *plan, const vvi_batch *batch);

#endif
