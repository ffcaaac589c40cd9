/* rmsprop.c - gradients divided by a running root mean square (Hinton 2012; centered: Graves 2013), as Keras. */
#include "nn/optimizers/optimizer.h"

static const vv_field fields[] = {
    VVI_OPTIMIZER_FIELDS(vv_rmsprop_args, 0.001),
    VVI_OPTION(vv_rmsprop_args, rho, VV_FIELD_MAYBE, 0, VVI_BELOW_ONE, 0.9,
               "share of the old mean square that is kept"),
    VVI_OPTION(vv_rmsprop_args, momentum, VV_FIELD_FLOAT, 0, VVI_BELOW_ONE, 0, "share of the last step that is kept"),
    VVI_OPTION(vv_rmsprop_args, epsilon, VV_FIELD_FLOAT, 1e-30, 1, 1e-7, "keeps the division finite"),
    VVI_OPTION_BOOL(vv_rmsprop_args, centered, "divide by the deviation instead of the root mean square"),
};

static unsigned slots(const vv_optimizer *optimizer)
{
    return 1U | (optimizer->rmsprop.centered ? 2U : 0U) | (optimizer->rmsprop.momentum > 0 ? 4U : 0U);
}

static void step(const vv_optimizer *optimizer, const vvi_optimizer_state *state, const vvi_kernels *kernels, size_t n,
                 float *w, const float *g)
{
    const vvi_rmsprop o = { .learning_rate = (float)state->learning_rate,
                            .rho = (float)optimizer->rmsprop.rho.value,
                            .momentum = (float)optimizer->rmsprop.momentum,
                            .epsilon = (float)optimizer->rmsprop.epsilon,
                            .centered = optimizer->rmsprop.centered };
    kernels->rmsprop(&o, n, w, g, state->slot[0], state->slot[1], state->slot[2]);
}

const vvi_optimizer_row vvi_optimizer_rmsprop = { .kind = VV_OPTIMIZER_RMSPROP,
                                                  .name = "rmsprop",
                                                  .fields = fields,
                                                  .n_fields = sizeof fields / sizeof *fields,
                                                  .slots = slots,
                                                  .step = step };
