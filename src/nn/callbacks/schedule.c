/* schedule.c - the learning rate as the caller's function of the epoch, asked for before each one. */
#include "nn/callbacks/monitor.h"

static vv_status epoch_begin(const vv_callback *self, void *state, const vv_epoch *epoch, vv_verdict *verdict,
                             vv_error *error)
{
    (void)state;
    const double rate = self->schedule(epoch->epoch, epoch->learning_rate, self->context);
    VVI_TRY(vvi_callback_check(self->name, "learning rate", rate, 1e-300, 1e300, error));
    verdict->learning_rate = rate;
    return VV_OK;
}

vv_callback vv_learning_rate_schedule(double (*schedule)(int epoch, double learning_rate, void *context), void *context)
{
    return (vv_callback){ .name = "learning_rate_schedule",
                          .plain_state = true,
                          .epoch_begin = epoch_begin,
                          .schedule = schedule,
                          .context = context };
}
