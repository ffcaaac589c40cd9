/* tune_run.c - a user's function as objective: asked for its values, and run as a trial.
 *
 * In a trial's process it runs once for each execution that is not stored. Its result is one of its steps, or is reported as
 * one more; the record of the execution says which.
 */
#include "space/space.h"
#include "tuner/tuning.h"

#include <math.h>
#include <string.h>

/* ---- looking at the space ---------------------------------------------------------------------------------------- */

static void deinit(vv_tuning *t)
{
    vvi_free(t->values);
    vvi_arena_deinit(&t->arena);
}

static vv_status check_asked(const vv_tuning *t, vv_error *error)
{
    const vv_hp *hp = t->hp;
    if (vv_hp_status(hp) != VV_OK) return vvi_fail(error, vv_hp_status(hp), "%s", vv_hp_error(hp));
    if (t->failed.status != VV_OK) return vvi_fail(error, t->failed.status, "%s", t->failed.text);
    if (!t->went)
        return vvi_fail(error, VV_BAD_ARG,
                        "the function returned without a call of vv_tuning_go, or of vv_tuning_fail");
    if (vv_hp_count(hp) == t->asked) return VV_OK;
    return vvi_fail(error, VV_BAD_ARG, "%s was asked for after vv_tuning_go", vv_hp_at(hp, t->asked)->name);
}

vv_status vvi_function_make(const vvi_bound *bound, vv_hp *hp, vvi_made *made, vv_error *error)
{
    vv_tuning t = { .hp = hp, .most = VVI_EPOCHS_OPEN, .best = -1 };
    (void)bound->hypermodel->tune(hp, &t, bound->hypermodel->user);
    made->asked_by_build = vv_hp_count(hp);
    const vv_status status = check_asked(&t, error);
    deinit(&t);
    return status;
}

/* ---- one execution ----------------------------------------------------------------------------------------------- */

static bool is_same(double a, double b)
{
    return !(a < b) && !(a > b);
}

/* The step that a result is: the best, if it is that one's value, or else the last that has it. -1: none. */
static int find_step(const vv_tuning *t, double result)
{
    if (t->best >= 0 && is_same(t->values[t->best], result)) return t->best;
    for (size_t i = t->n; i > 0; i--)
        if (is_same(t->values[i - 1], result)) return (int)i - 1;
    return -1;
}

/* Its metrics are its own; without any they are those of the last step. */
static vv_status settle_result(vv_tuning *t, double result, int *step, vv_error *error)
{
    *step = t->next.n > 0 ? -1 : find_step(t, result);
    if (*step >= 0) return VV_OK;
    if (t->next.n == 0) t->next = t->last;
    if (!vvi_tuning_take_step(t, result)) return vvi_fail(error, t->failed.status, "%s", t->failed.text);
    *step = (int)t->n - 1;
    return VV_OK;
}

/* At its goal a trial has come to what its steps say; nobody wants to know more. */
static vv_status judge(vv_tuning *t, double result, int *step, vv_error *error)
{
    const bool pauses = t->run->goal > 0 && t->n >= (size_t)t->run->goal;
    VVI_TRY(check_asked(t, error));
    if (pauses) result = vv_tuning_best(t);
    if (!isfinite(result) && t->n == 0)
        return vvi_fail(error, VV_DIVERGED, "execution %d: the result is not finite", t->execution + 1);
    if (!isfinite(result))
        return vvi_fail(error, VV_DIVERGED, "execution %d: the result is not finite, after %zu step%s",
                        t->execution + 1, t->n, t->n == 1 ? "" : "s");
    if (!pauses) return settle_result(t, result, step, error);
    *step = t->best;
    return VV_OK;
}

static vv_status tell(const vv_tuning *t, vvi_record_kind kind, vvi_text *payload, vv_error *error)
{
    return vvi_record_send(t->fd, kind, payload) ? VV_OK : vvi_fail(error, VV_IO, "cannot report to the search");
}

static vv_status call(vv_tuning *t, vv_error *error)
{
    const vv_hypermodel *h = t->run->search->args->hypermodel;
    int step = -1;
    vvi_text payload = { 0 };
    t->began_s = vvi_clock_s();
    const double began_s = t->began_s, result = h->tune(t->hp, t, h->user);
    if (t->stopping && t->failed.status == VV_OK) return VV_OK;
    VVI_TRY(judge(t, result, &step, error));
    vvi_put_int(&payload, t->execution);
    vvi_put_int(&payload, step);
    vvi_put_double(&payload, t->values[step]);
    vvi_put_double(&payload, vvi_clock_s() - began_s);
    return tell(t, VVI_RECORD_EXECUTION, &payload, error);
}

static vv_status begin_and_call(vv_tuning *t, vv_error *error)
{
    vvi_text payload = { 0 };
    vvi_put_int(&payload, t->execution);
    VVI_TRY(tell(t, VVI_RECORD_BUILT, &payload, error));
    return call(t, error);
}

static vv_status run_execution(const vvi_run *run, int fd, int execution, const vv_replay *replay, bool *stopped,
                               vv_error *error)
{
    const vv_chooser chooser = vv_chooser_replay(replay);
    vv_tuning t = { .run = run,
                    .hp = vv_hp_new(&chooser),
                    .fd = fd,
                    .execution = execution,
                    .most = run->goal > 0 ? run->goal : run->search->epochs,
                    .stored = vvi_trial_curve(run->trial, execution, run->search->objective.name),
                    .best = -1 };
    const vv_status status = t.hp == NULL ? vvi_no_memory(error) : begin_and_call(&t, error);
    *stopped = t.stopping;
    vv_hp_free(t.hp);
    deinit(&t);
    return status;
}

/* Executions that are stored are done. */
static vv_status run_all(const vvi_run *run, int fd, bool *stopped, vv_error *error)
{
    const vv_trial *trial = run->trial;
    vv_status status = VV_OK;
    vv_assignment *list = vvi_calloc(trial->n_values + 1, sizeof *list);
    if (list == NULL) return vvi_no_memory(error);
    for (size_t i = 0; i < trial->n_values; i++)
        list[i] = (vv_assignment){ .name = trial->values[i].name, .value = trial->values[i].value };
    const vv_replay replay = { .list = list, .n = trial->n_values };
    for (int i = (int)trial->n_executions; status == VV_OK && !*stopped && i < run->search->executions; i++)
        status = run_execution(run, fd, i, &replay, stopped, error);
    vvi_free(list);
    return status;
}

int vvi_function_run(const vvi_run *run, int fd)
{
    vv_error error = { 0 };
    bool stopped = false;
    const vv_status status = run_all(run, fd, &stopped, &error);
    if (status == VV_OK) return vvi_record_send(fd, stopped ? VVI_RECORD_STOPPED : VVI_RECORD_DONE, NULL) ? 0 : 1;
    vvi_record_send_error(fd, status, error.text[0] != '\0' ? error.text : vv_strerror(status));
    return 0;
}
