/* run.c - one trial, in its own process: builds the model with the trial's values, trains it executions_per_trial
 * times, reports every epoch, and leaves the best epoch's weights in a file.
 *
 * Weights, order of examples and dropout of execution e of trial t are keyed by (seed, t, e): the same whoever runs the
 * trial, and when. An execution's best epoch is the first with the best finite objective. The weights kept are those of
 * the best epoch over all executions, of the first execution that has it; they are written once, at the end.
 *
 * A trial goes on from the states of its executions (run_state.c). What the study has already is not reported again. An
 * execution that it has is not run again if the state has its best weights; where a state is of no use the execution is
 * trained again in silence: it comes to the same bits, so that nothing but time is lost.
 *
 * A trial with a goal stops there, each of its executions leaving its state. One that is asked to stop does so after the
 * epoch in which it is asked.
 *
 * Nothing here decides how the trial ends: that is for its parent (trial.c), which lives on when this process does not.
 */
#include "tuner/run.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

uint64_t vvi_run_seed(const vvi_run *run, int execution)
{
    const vvi_key key = vvi_key_new(run->search->args->seed, "execution");
    return vvi_key_int(vvi_key_int(key, run->trial->id), execution).bits;
}

size_t vvi_run_copy_weights(vv_model *model, float *flat, bool back)
{
    size_t n = 0;
    for (size_t i = 0; i < vv_model_weight_count(model); i++) {
        const vv_weight weight = vv_model_weight(model, i);
        if (flat != NULL && weight.n > 0)
            memcpy(back ? weight.values : flat + n, back ? flat + n : weight.values, weight.n * sizeof *flat);
        n += weight.n;
    }
    return n;
}

bool vvi_run_note_best(const vvi_running *r, vvi_best *best, int epoch, double value)
{
    if (!isfinite(value) || (best->any && !vvi_objective_better(&r->run->search->objective, value, best->value)))
        return false;
    best->any = true;
    best->value = value;
    best->epoch = epoch;
    return true;
}

/* ---- one execution ---------------------------------------------------------------------------------------------- */

static vv_status tell(const vvi_running *r, vvi_record_kind kind, vvi_text *payload, vv_error *error)
{
    return vvi_record_send(r->fd, kind, payload) ? VV_OK : vvi_fail(error, VV_IO, "cannot report to the search");
}

static vv_status fit(vvi_running *r, vv_hp *hp, vv_model *model, vv_error *error)
{
    const vv_hypermodel *h = r->run->search->args->hypermodel;
    const vv_callback reporter = vvi_run_reporter(r);
    vv_fit_args args = r->run->search->bound.fit;
    args.seed = vvi_run_seed(r->run, r->execution);
    args.callbacks = (vv_callbacks){ .list = &reporter, .n = 1 };
    const vv_status status = h->fit == NULL ? vv_fit_with(model, &args) : h->fit(hp, model, &args, h->user);
    if (status == VV_OK || r->stopped || r->at_goal) return VV_OK;
    const char *text = vv_model_error(model);
    return vvi_fail(error, status, "execution %d, %s", r->execution + 1, text[0] != '\0' ? text : vv_strerror(status));
}

static vv_status check_reported(const vvi_running *r, vv_error *error)
{
    const int execution = r->execution + 1;
    if (r->epoch == 0)
        return vvi_fail(
            error, VV_BAD_ARG,
            "no epochs were reported in execution %d: a fit function must hand args->callbacks on to vv_fit",
            execution);
    if (r->best.any) return VV_OK;
    return vvi_fail(error, VV_DIVERGED, "execution %d: %s was not finite in any epoch", execution,
                    r->run->search->objective.name);
}

static vv_status send_execution(const vvi_running *r, double seconds, vv_error *error)
{
    vvi_text payload = { 0 };
    if ((size_t)r->execution < r->run->trial->n_executions) return VV_OK; /* the study has it */
    vvi_put_int(&payload, r->execution);
    vvi_put_int(&payload, r->best.epoch);
    vvi_put_double(&payload, r->best.value);
    vvi_put_double(&payload, seconds);
    return tell(r, VVI_RECORD_EXECUTION, &payload, error);
}

static vv_status train(vvi_running *r, vv_hp *hp, vv_model *model, vv_error *error)
{
    const double began_s = vvi_clock_s();
    const vv_trial *trial = r->run->trial;
    vvi_text payload = { 0 };
    VVI_TRY(vvi_trace_check(hp, trial->values, trial->n_values, error));
    vvi_put_int(&payload, r->execution);
    VVI_TRY(tell(r, VVI_RECORD_BUILT, &payload, error));
    vvi_model_track(model, r->from, (uint64_t)trial->n_attempts);
    VVI_TRY(fit(r, hp, model, error));
    if (r->stopped) return VV_OK;
    VVI_TRY(check_reported(r, error));
    return send_execution(r, r->seconds_before + vvi_clock_s() - began_s, error);
}

/* The best of this execution against that of those before it. */
static void settle_best(vvi_running *r)
{
    if (!r->best.any ||
        (r->kept.any && !vvi_objective_better(&r->run->search->objective, r->best.value, r->kept.value)))
        return;
    const vvi_best worse = r->kept;
    r->kept = r->best;
    r->best = worse;
}

/* The model may never have been trained here: then it gets weights now. */
static vv_status save_best(vvi_running *r, vv_model *model, vv_error *error)
{
    if (vv_model_weight_count(model) == 0) VVI_TRY(vv_model_init(model, vvi_run_seed(r->run, r->execution)));
    vvi_run_copy_weights(model, r->kept.weights, true);
    return vv_model_save(model, r->run->checkpoint, error);
}

static void begin_execution(vvi_running *r, int execution)
{
    const vv_curve *stored = vvi_trial_curve(r->run->trial, execution, r->run->search->objective.name);
    r->execution = execution;
    r->epoch = 0;
    r->stored = stored == NULL ? 0 : (int)stored->n;
    r->seconds_before = 0;
    r->at_goal = false;
    r->best.any = false;
    vvi_text_deinit(&r->log);
}

static vv_status run_with_model(vvi_running *r, vv_hp *hp, vv_model *model, vv_error *error)
{
    vvi_training state;
    const bool has_state = vvi_state_open(r, model, &state);
    r->from = has_state ? &state : NULL;
    vv_status status = vvi_state_is_whole(r) ? vvi_state_take_up(r, error) : train(r, hp, model, error);
    r->from = NULL;
    if (has_state) vvi_training_close(&state);
    if (status != VV_OK || r->stopped) return status;
    settle_best(r);
    return r->execution < r->run->search->executions - 1 ? VV_OK : save_best(r, model, error);
}

static vv_status run_execution(vvi_running *r, int execution, vv_error *error)
{
    const vv_trial *trial = r->run->trial;
    vv_hp *hp = NULL;
    vv_model *model = NULL;
    begin_execution(r, execution);
    VVI_TRY(vvi_bound_replay(&r->run->search->bound, trial->values, trial->n_values, &hp, &model, error));
    const vv_status status = run_with_model(r, hp, model, error);
    vv_model_free(model);
    vv_hp_free(hp);
    return status;
}

/* ---- the whole -------------------------------------------------------------------------------------------------- */

static vv_status run_all(vvi_running *r, vv_error *error)
{
    for (int i = 0; i < r->run->search->executions && !r->stopped; i++) {
        r->stopped = r->run->stop != NULL && *r->run->stop != 0;
        if (!r->stopped) VVI_TRY(run_execution(r, i, error));
    }
    return VV_OK;
}

int vvi_network_run(const vvi_run *run, int fd)
{
    vvi_running r = { .run = run, .fd = fd, .began_s = vvi_clock_s() };
    vv_error error = { 0 };
    const vv_status status = run_all(&r, &error);
    vvi_free(r.best.weights);
    vvi_free(r.kept.weights);
    vvi_text_deinit(&r.log);
    if (status == VV_OK) return vvi_record_send(fd, r.stopped ? VVI_RECORD_STOPPED : VVI_RECORD_DONE, NULL) ? 0 : 1;
    vvi_record_send_error(fd, status, error.text[0] != '\0' ? error.text : vv_strerror(status));
    return 0;
}

int vvi_run_child(const vvi_run *run, int fd)
{
    return vvi_work_of(run->search->args->hypermodel)->run(run, fd);
}
