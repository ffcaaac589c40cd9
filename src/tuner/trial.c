/* trial.c - one trial as its parent sees it: epochs and executions are stored as they come through the pipe, and what
 * the process came to decides how the trial ends.
 *
 *     stop said so                                     -> INTERRUPTED
 *     every execution reported, "done", exit code 0    -> COMPLETED, the score is the mean of the executions' best
 *     anything else                                    -> FAILED, with the reason
 *
 * The checkpoint is written by the child beside its name (".part") and renamed here, before the trial is stored as
 * COMPLETED: a trial that says so has had its weights. The parent holds no weights and no history.
 */
#include "tuner/tuner.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_SIZE = 4096, REASON_SIZE = VV_ERROR_SIZE };

typedef struct watching {
    const vvi_search *search;
    const vv_trial *trial;
    char checkpoint[PATH_SIZE], part[PATH_SIZE + 8];
    int execution; /* that is running */
    bool built;    /* its model is */
    int epochs;    /* it has reported */
    int finished;  /* executions */
    double sum;    /* of their scores */
    bool done;
} watching;

/* ---- records ---------------------------------------------------------------------------------------------------- */

static void say_epoch(const watching *w, int epoch, const char *const *names, const double *values, size_t n,
                      double seconds)
{
    vvi_search_say(w->search, (vv_event){ .kind = VV_EVENT_EPOCH,
                                          .trial = w->trial,
                                          .execution = w->execution,
                                          .epoch = epoch,
                                          .metrics = names,
                                          .values = values,
                                          .n_metrics = n,
                                          .seconds = seconds });
}

/* Names and values of an epoch, as far as the record holds them; true when it holds n. */
static bool get_metrics(vvi_record *record, size_t n, const char **names, double *values)
{
    for (size_t i = 0; i < n; i++) {
        names[i] = vvi_get_text(record);
        values[i] = vvi_get_double(record);
    }
    return !record->bad;
}

static vv_status take_epoch(watching *w, vvi_record *record, vv_error *error)
{
    const int execution = vvi_get_count(record), epoch = vvi_get_count(record);
    const double seconds = vvi_get_double(record);
    const size_t n = (size_t)vvi_get_count(record);
    if (n > record->n || execution != w->execution || epoch != w->epochs) record->bad = true;
    if (record->bad) return VV_OK;
    const char **names = vvi_calloc(n + 1, sizeof *names);
    double *values = vvi_calloc(n + 1, sizeof *values);
    vv_status status = names == NULL || values == NULL ? vvi_no_memory(error) : VV_OK;
    if (status == VV_OK && get_metrics(record, n, names, values)) {
        status = vv_trial_epoch(w->search->study, w->trial->id, execution, epoch, names, values, n, error);
        if (status == VV_OK) say_epoch(w, epoch, names, values, n, seconds);
        w->epochs++;
    }
    vvi_free(names);
    vvi_free(values);
    return status;
}

static vv_status take_execution(watching *w, vvi_record *record, vv_error *error)
{
    const int execution = vvi_get_count(record), best_epoch = vvi_get_count(record);
    const double score = vvi_get_double(record), seconds = vvi_get_double(record);
    if (execution != w->execution || best_epoch >= w->epochs || !isfinite(score)) record->bad = true;
    if (record->bad) return VV_OK;
    w->finished++;
    w->sum += score;
    return vv_trial_execution(w->search->study, w->trial->id, execution, best_epoch, score, seconds, error);
}

static vv_status take(void *context, vvi_record *record, vv_error *error)
{
    watching *w = context;
    switch (record->kind) {
    case VVI_RECORD_BUILT:
        w->execution = vvi_get_count(record);
        w->built = true;
        w->epochs = 0;
        if (w->execution != w->finished) record->bad = true;
        return VV_OK;
    case VVI_RECORD_EPOCH:
        return take_epoch(w, record, error);
    case VVI_RECORD_EXECUTION:
        return take_execution(w, record, error);
    case VVI_RECORD_DONE:
        w->done = true;
        return VV_OK;
    default:
        record->bad = true;
        return VV_OK;
    }
}

/* ---- how it ended ----------------------------------------------------------------------------------------------- */

/* "in execution 1, epoch 3": where a process was when it died. */
static void describe_place(const watching *w, char *text, size_t size)
{
    if (!w->built)
        snprintf(text, size, "while building the model");
    else if (w->finished > w->execution)
        snprintf(text, size, "after execution %d", w->execution + 1);
    else if (w->epochs >= w->search->epochs) /* a fit function of the user's may have gone on to another */
        snprintf(text, size, "in execution %d, after epoch %d", w->execution + 1, w->epochs);
    else
        snprintf(text, size, "in execution %d, epoch %d", w->execution + 1, w->epochs + 1);
}

/* Why a trial did not complete; "" when it did. */
static void describe_failure(const watching *w, const vvi_job_end *end, char *reason, size_t size)
{
    char death[64], place[64];
    describe_place(w, place, sizeof place);
    if (end->garbage)
        snprintf(reason, size, "its process sent something unreadable %s", place);
    else if (end->failed)
        snprintf(reason, size, "%s", end->said.text);
    else if (vvi_job_death(end, death, sizeof death) > 0)
        snprintf(reason, size, "crashed: %s %s", death, place);
    else if (!w->done || w->finished != w->search->executions)
        snprintf(reason, size, "its process ended early, %s", place);
    else
        reason[0] = '\0';
}

static vv_status complete(watching *w, double seconds, vv_error *error)
{
    if (rename(w->part, w->checkpoint) != 0)
        return vvi_fail(error, VV_IO, "%s: cannot be put in place: %s", w->checkpoint, strerror(errno));
    const double score = w->sum / w->finished;
    const vv_trial_result result = {
        .status = VV_TRIAL_COMPLETED, .scores = &score, .n_scores = 1, .seconds = seconds
    };
    return vv_trial_end(w->search->study, w->trial->id, &result, error);
}

static vv_status settle(watching *w, const vvi_job_end *end, double seconds, vv_trial_status *status, vv_error *error)
{
    char reason[REASON_SIZE];
    describe_failure(w, end, reason, sizeof reason);
    *status = end->stopped ? VV_TRIAL_INTERRUPTED : reason[0] == '\0' ? VV_TRIAL_COMPLETED : VV_TRIAL_FAILED;
    if (*status == VV_TRIAL_COMPLETED) return complete(w, seconds, error);
    unlink(w->part);
    const vv_trial_result result = { .status = *status,
                                     .reason = end->stopped ? "stopped on request" : reason,
                                     .seconds = seconds };
    return vv_trial_end(w->search->study, w->trial->id, &result, error);
}

/* ---- the whole -------------------------------------------------------------------------------------------------- */

static int child(void *context, int fd)
{
    const watching *w = context;
    const vvi_run run = { .search = w->search, .trial = w->trial, .checkpoint = w->part };
    return vvi_run_child(&run, fd);
}

static vv_status watch(watching *w, vv_trial_status *status, vv_error *error)
{
    vvi_job_end end;
    const vvi_job job = { .child = child, .context = w, .take = take, .stop = w->search->args->stop };
    const double began_s = vvi_clock_s();
    vvi_search_say(w->search, (vv_event){ .kind = VV_EVENT_TRIAL_BEGIN, .trial = w->trial });
    VVI_TRY(vvi_job_run(&job, &end, error));
    return settle(w, &end, vvi_clock_s() - began_s, status, error);
}

vv_status vvi_trial_run(const vvi_search *search, int id, vv_trial_status *status, vv_error *error)
{
    vv_trials trials;
    VVI_TRY(vv_study_trials(search->study, &(vv_trials_args){ .only = true, .id = id }, &trials, error));
    watching *w = vvi_calloc(1, sizeof *w);
    vv_status result = w == NULL ? vvi_no_memory(error) : VV_OK;
    if (w != NULL) {
        *w = (watching){ .search = search, .trial = &trials.list[0] };
        if (vv_study_checkpoint_path(search->study, id, w->checkpoint, PATH_SIZE) >= PATH_SIZE)
            result = vvi_fail(error, VV_BAD_ARG, "%s: the path is too long", search->project);
        snprintf(w->part, sizeof w->part, "%s.part", w->checkpoint);
    }
    if (result == VV_OK) result = watch(w, status, error);
    vvi_free(w);
    vv_trials_free(&trials);
    return result;
}
