/* sgd.c - gradient descent, with momentum (Polyak 1964) or Nesterov's (Sutskever et al. 2013), as Keras:
 *
 *     v = momentum v - rate g;   w += nesterov ? momentum v - rate g : v
 */
#include "nn/optimizers/optimizer.h"

static const vv_field fields[] = {
    VVI_OPTIMIZER_FIELDS(vv_sgd_args, 0.01),
    VVI_OPTION(vv_sgd_args, momentum, VV_FIELD_FLOAT, 0, VVI_BELOW_ONE, 0, "share of the last step that is kept"),
    VVI_OPTION_BOOL(vv_sgd_args, nesterov, "look ahead along the momentum"),
};

static vv_status check(const vv_optimizer *optimizer, vv_error *error)
{
    if (!optimizer->sgd.nesterov || optimizer->sgd.momentum > 0) return VV_OK;
    return vvi_fail(error, VV_BAD_ARG, "sgd: nesterov needs a momentum above 0");
}

static unsigned slots(const vv_optimizer *optimizer)
{
    return optimizer->sgd.momentum > 0 ? 1U : 0U;
}

static void step(const vv_optimizer *optimizer, const vvi_optimizer_state *state, const vvi_kernels *kernels, size_t n,
                 float *w, const float *g)
{
    const vvi_sgd o = { .learning_rate = (float)state->learning_rate,
                        .momentum = (float)optimizer->sgd.momentum,
                        .nesterov = optimizer->sgd.nesterov };
    kernels->sgd(&o, n, w, g, state->slot[0]);
}

const vvi_optimizer_row vvi_optimizer_sgd = { .kind = VV_OPTIMIZER_SGD,
                                              .name = "sgd",
                                              .fields = fields,
                                              .n_fields = sizeof fields / sizeof *fields,
                                              .check = check,
                                              .slots = slots,
                                              .step = step };
