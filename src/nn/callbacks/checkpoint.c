/* checkpoint.c - saves the model after each epoch, or after each that is the best so far.
 *
 * The first "%d" in the path becomes the epoch, counted from 1; other percent signs stay what they are.
 */
#include "nn/callbacks/monitor.h"

#include <string.h>

enum { BEST_ONLY, MAXIMIZE };

static vv_status begin(const vv_callback *self, void *state, vv_model *model, vv_error *error)
{
    (void)model;
    vvi_monitor *monitor = state;
    monitor->name = self->context;
    monitor->maximize = self->number[MAXIMIZE] != 0;
    if (self->text != NULL && *self->text != '\0') return VV_OK;
    return vvi_fail(error, VV_BAD_ARG, "checkpoint: a path is required");
}

static vv_status save(const vv_callback *self, const vv_epoch *epoch, vv_error *error)
{
    const char *mark = strstr(self->text, "%d");
    if (mark == NULL) return vv_model_save(epoch->model, self->text, error);
    vvi_text path = { 0 };
    vvi_text_add(&path, self->text, (size_t)(mark - self->text));
    vvi_text_printf(&path, "%d%s", epoch->epoch + 1, mark + 2);
    const vv_status status = path.failed ? vvi_no_memory(error) : vv_model_save(epoch->model, path.data, error);
    vvi_text_deinit(&path);
    return status;
}

static vv_status epoch_end(const vv_callback *self, void *state, const vv_epoch *epoch, vv_verdict *verdict,
                           vv_error *error)
{
    (void)verdict;
    if (self->number[BEST_ONLY] == 0) return save(self, epoch, error);
    double value = 0;
    VVI_TRY(vvi_monitor_read(state, epoch, &value, error));
    return vvi_monitor_improves(state, value) ? save(self, epoch, error) : VV_OK;
}

vv_callback vv_checkpoint_with(const vv_checkpoint_args *args)
{
    vv_callback callback = { .name = "checkpoint",
                             .state_size = sizeof(vvi_monitor),
                             .plain_state = true,
                             .begin = begin,
                             .epoch_end = epoch_end,
                             .text = args->path,
                             .context = (void *)(uintptr_t)args->monitor };
    callback.number[BEST_ONLY] = args->save_best_only;
    callback.number[MAXIMIZE] = args->maximize;
    return callback;
}
