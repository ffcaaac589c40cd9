/* reduce_on_plateau.c - multiplies the learning rate by `factor` when a metric has not improved for `patience` epochs,
 * as Keras' ReduceLROnPlateau. During `cooldown` epochs after that nobody waits.
 */
#include "nn/callbacks/monitor.h"

#include <limits.h>

enum { FACTOR, PATIENCE, COOLDOWN, MIN_DELTA, MIN_RATE, MAXIMIZE };

typedef struct memory {
    vvi_monitor monitor;
    int wait, cooling;
} memory;

static vv_status begin(const vv_callback *self, void *state, vv_model *model, vv_error *error)
{
    (void)model;
    memory *m = state;
    m->monitor.name = self->text;
    m->monitor.maximize = self->number[MAXIMIZE] != 0;
    m->monitor.min_delta = self->number[MIN_DELTA];
    VVI_TRY(vvi_callback_check(self->name, "factor", self->number[FACTOR], 1e-300, 0.99999999999999989, error));
    VVI_TRY(vvi_callback_check(self->name, "patience", self->number[PATIENCE], 1, INT_MAX, error));
    VVI_TRY(vvi_callback_check(self->name, "cooldown", self->number[COOLDOWN], 0, INT_MAX, error));
    VVI_TRY(vvi_callback_check(self->name, "min_delta", self->number[MIN_DELTA], 0, 1e300, error));
    return vvi_callback_check(self->name, "min_learning_rate", self->number[MIN_RATE], 0, 1e300, error);
}

static void reduce(const vv_callback *self, memory *m, double rate, vv_verdict *verdict)
{
    const double smallest = self->number[MIN_RATE], reduced = rate * self->number[FACTOR];
    if (rate <= smallest) return;
    verdict->learning_rate = reduced > smallest ? reduced : smallest;
    m->cooling = (int)self->number[COOLDOWN];
    m->wait = 0;
}

static vv_status epoch_end(const vv_callback *self, void *state, const vv_epoch *epoch, vv_verdict *verdict,
                           vv_error *error)
{
    memory *m = state;
    double value = 0;
    VVI_TRY(vvi_monitor_read(&m->monitor, epoch, &value, error));
    if (m->cooling > 0) {
        m->cooling--;
        m->wait = 0;
    }
    if (vvi_monitor_improves(&m->monitor, value)) {
        m->wait = 0;
    } else if (m->cooling == 0) {
        m->wait++;
        if (m->wait >= self->number[PATIENCE]) reduce(self, m, epoch->learning_rate, verdict);
    }
    return VV_OK;
}

vv_callback vv_reduce_on_plateau_with(const vv_reduce_on_plateau_args *args)
{
    vv_callback callback = { .name = "reduce_on_plateau",
                             .state_size = sizeof(memory),
                             .plain_state = true,
                             .begin = begin,
                             .epoch_end = epoch_end,
                             .text = args->monitor };
    callback.number[FACTOR] = args->factor == 0 ? 0.1 : args->factor;
    callback.number[PATIENCE] = args->patience == 0 ? 10 : args->patience;
    callback.number[COOLDOWN] = args->cooldown;
    callback.number[MIN_DELTA] = args->min_delta == 0 ? 1e-4 : args->min_delta;
    callback.number[MIN_RATE] = args->min_learning_rate;
    callback.number[MAXIMIZE] = args->maximize;
    return callback;
}
