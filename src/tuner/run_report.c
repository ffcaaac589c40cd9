/* run_report.c - what happens after each epoch of a trial: it is reported, its weights are kept if they are the best, and
 * then, when all callbacks have had their say, the state is written, and the trial stops where it shall.
 *
 * Epochs are numbered as they come: a fit function may call vv_fit more than once. A stop, at a goal or on request, ends the
 * fit as interrupted, and every later one of this execution at its beginning, whatever the fit function makes of it.
 */
#include "tuner/run.h"

#include <stdio.h>
#include <string.h>

static vv_status keep_weights(vvi_running *r, vv_model *model, vv_error *error)
{
    const size_t n = vvi_run_copy_weights(model, NULL, false);
    if (r->best.weights == NULL) r->best.weights = vvi_malloc((n + 1) * sizeof *r->best.weights);
    if (r->best.weights == NULL) return vvi_no_memory(error);
    if (r->n_weights == 0) r->n_weights = n;
    if (n != r->n_weights)
        return vvi_fail(error, VV_BAD_ARG, "the same values gave models with different numbers of weights");
    vvi_run_copy_weights(model, r->best.weights, false);
    return VV_OK;
}

static vv_status no_objective(const vvi_running *r, const vv_epoch *epoch, vv_error *error)
{
    vvi_text names = { 0 };
    for (size_t i = 0; i < epoch->n; i++) vvi_text_printf(&names, "%s%s", i == 0 ? "" : ", ", epoch->names[i]);
    vvi_fail(error, VV_BAD_ARG, "objective \"%s\": no such metric; this fit reported %s",
             r->run->search->objective.name, names.data == NULL ? "none" : names.data);
    vvi_text_deinit(&names);
    return VV_BAD_ARG;
}

/* An epoch goes into the log; and to the search, unless the study has it. */
static vv_status log_epoch(vvi_running *r, const vv_epoch *epoch, vv_error *error)
{
    const double now_s = vvi_clock_s();
    vvi_text payload = { 0 };
    vvi_put_int(&payload, r->execution);
    vvi_put_int(&payload, r->epoch);
    vvi_put_double(&payload, now_s - r->epoch_began_s);
    vvi_put_int(&payload, (int64_t)epoch->n);
    for (size_t i = 0; i < epoch->n; i++) {
        vvi_put_text(&payload, epoch->names[i]);
        vvi_put_double(&payload, epoch->values[i]);
    }
    r->epoch_began_s = now_s;
    vvi_text_add(&r->log, payload.data, payload.n);
    const bool failed = r->log.failed || payload.failed, silent = r->epoch < r->stored;
    if (failed || silent) {
        vvi_text_deinit(&payload);
        return failed ? vvi_no_memory(error) : VV_OK;
    }
    return vvi_record_send(r->fd, VVI_RECORD_EPOCH, &payload) ? VV_OK
                                                              : vvi_fail(error, VV_IO, "cannot report to the search");
}

static bool reaches_goal(const vvi_running *r)
{
    return r->run->goal > 0 && r->epoch >= r->run->goal;
}

/* A state may be of the goal itself: its writer was ended before that was stored. */
static vv_status begin(const vv_callback *self, void *state, vv_model *model, vv_error *error)
{
    (void)state;
    vvi_running *r = self->context;
    if (r->stopped || r->at_goal) return VV_INTERRUPTED;
    if (vvi_model_went_on(model)) VVI_TRY(vvi_state_take_up(r, error));
    r->epoch_began_s = vvi_clock_s();
    r->at_goal = reaches_goal(r);
    return r->at_goal ? VV_INTERRUPTED : VV_OK;
}

static vv_status epoch_end(const vv_callback *self, void *state, const vv_epoch *epoch, vv_verdict *verdict,
                           vv_error *error)
{
    (void)state, (void)verdict;
    vvi_running *r = self->context;
    size_t i = 0;
    while (i < epoch->n && strcmp(epoch->names[i], r->run->search->objective.name) != 0) i++;
    VVI_TRY(log_epoch(r, epoch, error));
    if (i == epoch->n) return no_objective(r, epoch, error);
    if (vvi_run_note_best(r, &r->best, r->epoch, epoch->values[i])) VVI_TRY(keep_weights(r, epoch->model, error));
    r->epoch++;
    return VV_OK;
}

static vv_status epoch_done(const vv_callback *self, void *state, const vv_epoch *epoch, vv_verdict *verdict,
                            vv_error *error)
{
    (void)state, (void)verdict, (void)error;
    vvi_running *r = self->context;
    r->stopped = r->run->stop != NULL && *r->run->stop != 0;
    r->at_goal = reaches_goal(r);
    vvi_state_write(r, epoch->model, r->stopped || r->at_goal);
    return r->stopped || r->at_goal ? VV_INTERRUPTED : VV_OK;
}

vv_callback vvi_run_reporter(vvi_running *r)
{
    return (vv_callback){ .name = "reporter",
                          .plain_state = true,
                          .begin = begin,
                          .epoch_end = epoch_end,
                          .epoch_done = epoch_done,
                          .context = r };
}
