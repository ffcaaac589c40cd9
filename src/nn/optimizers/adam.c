/* adam.c - Adam (Kingma, Ba 2014), AMSGrad (Reddi et al. 2018), AdamW (Loshchilov, Hutter 2017), as Keras.
 *
 * Keras folds the bias corrections into the rate: alpha = rate sqrt(1 - beta_2^t) / (1 - beta_1^t), so that epsilon is
 * added to the uncorrected root. Weight decay takes rate * decay * w off first, with the plain rate.
 */
#include "nn/optimizers/optimizer.h"

#include <math.h>

#define ADAM(member, type, low, high, preset, text) VVI_OPTION(vv_adam_args, member, type, low, high, preset, text)
#define ADAM_FIELDS(decay)                                                                                             \
    VVI_OPTIMIZER_FIELDS(vv_adam_args, 0.001),                                                                         \
        ADAM(beta_1, VV_FIELD_MAYBE, 0, VVI_BELOW_ONE, 0.9, "share of the old mean gradient that is kept"),            \
        ADAM(beta_2, VV_FIELD_MAYBE, 0, VVI_BELOW_ONE, 0.999, "share of the old mean square that is kept"),            \
        ADAM(epsilon, VV_FIELD_FLOAT, 1e-30, 1, 1e-7, "keeps the division finite"),                                    \
        VVI_OPTION_BOOL(vv_adam_args, amsgrad, "divide by the largest mean square so far"),                            \
        ADAM(weight_decay, VV_FIELD_MAYBE, 0, 1e6, decay, "weights shrink by learning_rate times this in each step")

static const vv_field adam_fields[] = { ADAM_FIELDS(0) };
static const vv_field adamw_fields[] = { ADAM_FIELDS(0.004) };

static unsigned slots(const vv_optimizer *optimizer)
{
    return 1U | 2U | (optimizer->adam.amsgrad ? 4U : 0U);
}

static void step(const vv_optimizer *optimizer, const vvi_optimizer_state *state, const vvi_kernels *kernels, size_t n,
                 float *w, const float *g)
{
    const vv_adam_args *a = &optimizer->adam;
    const double t = (double)(state->steps + 1);
    const double correction = sqrt(1 - pow(a->beta_2.value, t)) / (1 - pow(a->beta_1.value, t));
    const vvi_adam o = { .learning_rate = (float)(state->learning_rate * correction),
                         .beta_1 = (float)a->beta_1.value,
                         .beta_2 = (float)a->beta_2.value,
                         .epsilon = (float)a->epsilon,
                         .decay = (float)(state->learning_rate * a->weight_decay.value) };
    kernels->adam(&o, n, w, g, state->slot[0], state->slot[1], state->slot[2]);
}

const vvi_optimizer_row vvi_optimizer_adam = { .kind = VV_OPTIMIZER_ADAM,
                                               .name = "adam",
                                               .fields = adam_fields,
                                               .n_fields = sizeof adam_fields / sizeof *adam_fields,
                                               .slots = slots,
                                               .step = step };
const vvi_optimizer_row vvi_optimizer_adamw = { .kind = VV_OPTIMIZER_ADAMW,
                                                .name = "adamw",
                                                .fields = adamw_fields,
                                                .n_fields = sizeof adamw_fields / sizeof *adamw_fields,
                                                .slots = slots,
                                                .step = step };
