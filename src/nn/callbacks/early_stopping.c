/* early_stopping.c - stops when a metric has not improved for `patience` epochs, as Keras' EarlyStopping.
 *
 * With restore_best_weights the best epoch's weights are put back when training ends, early or not. Patience 0 stops at
 * the first epoch without improvement. The first epoch that is looked at always counts as an improvement.
 */
#include "nn/callbacks/monitor.h"

#include <limits.h>

enum { PATIENCE, MIN_DELTA, START, RESTORE, MAXIMIZE };

typedef struct memory {
    vvi_monitor monitor;
    int wait;
} memory;

static vv_status begin(const vv_callback *self, void *state, vv_model *model, vv_error *error)
{
    (void)model;
    memory *m = state;
    m->monitor.name = self->text;
    m->monitor.maximize = self->number[MAXIMIZE] != 0;
    m->monitor.min_delta = self->number[MIN_DELTA];
    VVI_TRY(vvi_callback_check(self->name, "patience", self->number[PATIENCE], 0, INT_MAX, error));
    VVI_TRY(vvi_callback_check(self->name, "start_from_epoch", self->number[START], 0, INT_MAX, error));
    return vvi_callback_check(self->name, "min_delta", self->number[MIN_DELTA], 0, 1e300, error);
}

static vv_status epoch_end(const vv_callback *self, void *state, const vv_epoch *epoch, vv_verdict *verdict,
                           vv_error *error)
{
    memory *m = state;
    double value = 0;
    VVI_TRY(vvi_monitor_read(&m->monitor, epoch, &value, error));
    if (epoch->epoch < self->number[START]) return VV_OK;
    const bool restore = self->number[RESTORE] != 0;
    verdict->restore_weights = restore;
    if (vvi_monitor_improves(&m->monitor, value)) {
        m->wait = 0;
        verdict->keep_weights = restore;
    } else {
        m->wait++;
        verdict->stop = m->wait >= self->number[PATIENCE];
    }
    return VV_OK;
}

vv_callback vv_early_stopping_with(const vv_early_stopping_args *args)
{
    vv_callback callback = { .name = "early_stopping",
                             .state_size = sizeof(memory),
                             .plain_state = true,
                             .begin = begin,
                             .epoch_end = epoch_end,
                             .text = args->monitor };
    callback.number[PATIENCE] = args->patience;
    callback.number[MIN_DELTA] = args->min_delta;
    callback.number[START] = args->start_from_epoch;
    callback.number[RESTORE] = args->restore_best_weights;
    callback.number[MAXIMIZE] = args->maximize;
    return callback;
}
