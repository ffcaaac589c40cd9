/* trial.c - one trial as its parent sees it: its process, and what comes from that. Epochs and executions are stored as
 * they come; how a trial ends is decided when its process has ended (settle.c). The parent holds no weights and no history.
 */
#include "tuner/trial.h"
#include "study/study.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- records ---------------------------------------------------------------------------------------------------- */

static void say_epoch(const vvi_attempt *w, int epoch, const char *const *names, const double *values, size_t n,
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

/* What the pruner says ends the trial's process (vvi_job.enough). */
static void heed(vvi_attempt *w, bool in_execution, const char *reason)
{
    if (reason == NULL) return;
    w->pruned = w->enough = true;
    if (in_execution && w->search->executions > 1)
        snprintf(w->reason, sizeof w->reason, "execution %d, %.*s", w->execution + 1, VVI_REASON_SIZE - 32, reason);
    else
        snprintf(w->reason, sizeof w->reason, "%s", reason);
}

static vv_status judge_epoch(vvi_attempt *w, const char *const *names, const double *values, size_t n, vv_error *error)
{
    const char *reason = NULL;
    size_t i = 0;
    if (w->pruning == NULL) return VV_OK;
    while (i < n && strcmp(names[i], w->search->objective.name) != 0) i++;
    if (i < n) VVI_TRY(vvi_pruning_epoch(w->pruning, w->execution, values[i], &reason, error));
    heed(w, true, reason);
    return VV_OK;
}

static vv_status store_epoch(vvi_attempt *w, int epoch, const char *const *names, const double *values, size_t n,
                             double seconds, vv_error *error)
{
    vv_error said = { 0 };
    const vv_status status =
        vv_trial_epoch(w->search->study, w->trial->id, w->execution, epoch, names, values, n, &said);
    VVI_TRY(vvi_attempt_heed_loss(w, status, &said, error));
    if (w->lost) return VV_OK;
    say_epoch(w, epoch, names, values, n, seconds);
    w->epochs++;
    if (w->epochs > w->longest) w->longest = w->epochs;
    return judge_epoch(w, names, values, n, error);
}

static vv_status take_epoch(vvi_attempt *w, vvi_record *record, vv_error *error)
{
    const int execution = vvi_get_count(record), epoch = vvi_get_count(record);
    const double seconds = vvi_get_double(record);
    const size_t n = (size_t)vvi_get_count(record);
    if (n > record->n || execution != w->execution || epoch != w->epochs) record->bad = true;
    if (record->bad) return VV_OK;
    const char **names = vvi_calloc(n + 1, sizeof *names);
    double *values = vvi_calloc(n + 1, sizeof *values);
    vv_status status = names == NULL || values == NULL ? vvi_no_memory(error) : VV_OK;
    if (status == VV_OK && get_metrics(record, n, names, values))
        status = store_epoch(w, epoch, names, values, n, seconds, error);
    vvi_free(names);
    vvi_free(values);
    return status;
}

static vv_status take_execution(vvi_attempt *w, vvi_record *record, vv_error *error)
{
    const char *reason = NULL;
    const int execution = vvi_get_count(record), best_epoch = vvi_get_count(record);
    const double score = vvi_get_double(record), seconds = vvi_get_double(record);
    if (execution != w->execution || execution != w->finished || best_epoch >= w->epochs || !isfinite(score))
        record->bad = true;
    if (record->bad) return VV_OK;
    w->finished++;
    vv_error said = { 0 };
    const vv_status status =
        vv_trial_execution(w->search->study, w->trial->id, execution, best_epoch, score, seconds, &said);
    VVI_TRY(vvi_attempt_heed_loss(w, status, &said, error));
    if (!w->lost && w->pruning != NULL) VVI_TRY(vvi_pruning_execution(w->pruning, score, &reason, error));
    heed(w, false, reason);
    return VV_OK;
}

/* Its writer may have died between an epoch and what the pruner said of it: the last one is judged again. */
static vv_status take_built(vvi_attempt *w, vvi_record *record, vv_error *error)
{
    const char *reason = NULL;
    w->execution = vvi_get_count(record);
    w->built = true;
    if (w->execution > w->finished) record->bad = true; /* one that is stored may be trained again, in silence */
    const vv_curve *stored = vvi_trial_curve(w->trial, w->execution, w->search->objective.name);
    w->epochs = stored == NULL ? 0 : (int)stored->n;
    if (w->epochs > w->longest) w->longest = w->epochs;
    if (w->pruning == NULL || stored == NULL) return VV_OK;
    VVI_TRY(vvi_pruning_stored(w->pruning, w->execution, stored->values, stored->n, &reason, error));
    heed(w, true, reason);
    return VV_OK;
}

static vv_status take_note(const vvi_attempt *w, vvi_record *record)
{
    const char *note = vvi_get_text(record);
    if (!record->bad) vvi_search_say(w->search, (vv_event){ .kind = VV_EVENT_NOTE, .note = note });
    return VV_OK;
}

static vv_status take(void *context, vvi_record *record, vv_error *error)
{
    vvi_attempt *w = context;
    switch (record->kind) {
    case VVI_RECORD_BUILT:
        return take_built(w, record, error);
    case VVI_RECORD_EPOCH:
        return take_epoch(w, record, error);
    case VVI_RECORD_EXECUTION:
        return take_execution(w, record, error);
    case VVI_RECORD_DONE:
        w->done = true;
        return VV_OK;
    case VVI_RECORD_NOTE:
        return take_note(w, record);
    case VVI_RECORD_STOPPED:
        w->stopped = w->search->halt->now != 0;
        record->bad = !w->stopped;
        return VV_OK;
    default:
        record->bad = true;
        return VV_OK;
    }
}

/* ---- the whole -------------------------------------------------------------------------------------------------- */

static int child(void *context, int fd)
{
    const vvi_attempt *w = context;
    vvi_search search = *w->search;
    search.bound.guard = NULL; /* the asker's */
    const vvi_run run = {
        .search = &search, .trial = w->trial, .checkpoint = w->part, .goal = w->goal, .stop = &search.halt->now
    };
    vvi_memory_limit((uint64_t)search.args->trial_memory_mb);
    return vvi_run_child(&run, fd);
}

/* Of this attempt, in all claims of it. */
static double time_left_s(const vvi_attempt *w)
{
    double left_s = w->search->args->trial_timeout_s - w->trial->seconds;
    if (w->search->args->trial_timeout_s <= 0) return 0;
    for (size_t i = 0; i < w->trial->n_attempts; i++) left_s += w->trial->attempts[i].seconds;
    return left_s > 0 ? left_s : 1e-3;
}

static vv_status begin_process(vvi_attempt *w, vv_error *error)
{
    const vvi_job job = { .child = child, .context = w, .take = take, .enough = &w->enough, .limit_s = time_left_s(w) };
    w->began_mb = vvi_memory_own_mb();
    return vvi_job_begin(&w->working, &job, error);
}

/* Executions that are stored are passed over by the trial's process. */
static vv_status begin_pruning(vvi_attempt *w, vv_error *error)
{
    const char *reason = NULL;
    w->pruning = vvi_pruning_new(w->search, w->trial->id);
    if (w->pruning == NULL) return vvi_no_memory(error);
    for (size_t i = 0; i < w->trial->n_executions && !w->pruned; i++) {
        VVI_TRY(vvi_pruning_execution(w->pruning, w->trial->executions[i].score, &reason, error));
        heed(w, false, reason);
    }
    return VV_OK;
}

static vv_status prepare(vvi_attempt *w, int id, vv_error *error)
{
    const vvi_search *search = w->search;
    const vv_trials_args args = { .only = true, .id = id, .curves = true };
    VVI_TRY(vv_study_trials(search->study, &args, &w->trials, error));
    w->trial = &w->trials.list[0];
    w->finished = (int)w->trial->n_executions;
    w->longest = w->trial->epochs;
    if (w->trial->goal < search->epochs) w->goal = w->trial->goal;
    if (vv_study_checkpoint_path(search->study, id, w->checkpoint, VVI_PATH_SIZE) >= VVI_PATH_SIZE)
        return vvi_fail(error, VV_BAD_ARG, "%s: the path is too long", vv_study_path(search->study));
    snprintf(w->part, sizeof w->part, "%s.part", w->checkpoint);
    VVI_TRY(vvi_attempt_fetch(w, error));
    return search->pruner == NULL ? VV_OK : begin_pruning(w, error);
}

vv_status vvi_attempt_begin(const vvi_search *search, int id, vvi_attempt **attempt, vv_error *error)
{
    vvi_attempt *w = vvi_calloc(1, sizeof *w);
    *attempt = w;
    if (w == NULL) return vvi_no_memory(error);
    w->search = search;
    vv_status status = prepare(w, id, error);
    if (status == VV_OK) status = begin_process(w, error);
    if (status == VV_OK) return VV_OK;
    vvi_attempt_free(w);
    *attempt = NULL;
    return status;
}

void vvi_attempt_free(vvi_attempt *w)
{
    if (w == NULL) return;
    vvi_job_kill(&w->working);
    vvi_pruning_free(w->pruning);
    vv_trials_free(&w->trials);
    vvi_free(w);
}

const vv_trial *vvi_attempt_trial(const vvi_attempt *w)
{
    return w->trial;
}

vvi_working *vvi_attempt_working(vvi_attempt *w)
{
    return &w->working;
}

void vvi_attempt_lose(vvi_attempt *w)
{
    w->lost = true;
    vvi_job_kill(&w->working);
}

void vvi_attempt_stop(vvi_attempt *w)
{
    w->unwanted = true;
    snprintf(w->reason, sizeof w->reason, "%s", VVI_STOPPED_ON_REQUEST);
    vvi_job_kill(&w->working);
}

bool vvi_attempt_is_lost(const vvi_attempt *w)
{
    return w->lost;
}
