/* tell.c - what a trial that somebody else runs has come to: its steps, and its end.
 *
 * One tell is one transaction: the trial is taken in hand, told of, and put back or ended. What is told is looked at first, so
 * that a mistake changes nothing.
 */
#include "study/study.h"
#include "tuner/tuner.h"
#include <varve/ask.h>

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

typedef struct telling {
    const vv_tell_args *args;
    vv_told *told;
    vvi_search *search;
    const vv_trial *trial; /* as it was */
    int n_steps;
    const double *objective; /* among what is told; NULL: not */
} telling;

/* ---- looking ------------------------------------------------------------------------------------------------------- */

static const vv_curve *find_steps(const telling *t)
{
    return vvi_trial_curve(t->trial, 0, t->search->objective.name);
}

static vv_status check_trial(const telling *t, vv_error *error)
{
    const vv_trial *trial = t->trial;
    const bool by_hand = trial->status == VV_TRIAL_RUNNING && trial->worker == NULL;
    if (by_hand) return VV_OK;
    if (trial->status == VV_TRIAL_RUNNING)
        return vvi_fail(error, VV_CONFLICT, "trial %d is run by %.100s, and not by hand", trial->id, trial->worker);
    return vvi_fail(error, VV_CONFLICT, "trial %d is %s: it was not asked for, or has been told of", trial->id,
                    vv_trial_status_name(trial->status));
}

static vv_status check_metric(telling *t, size_t i, vv_error *error)
{
    const char *name = t->args->metrics.values[i];
    const double value = t->args->values[i];
    if (name[0] == '\0' || strlen(name) >= sizeof t->search->objective.name)
        return vvi_fail(error, VV_BAD_ARG, "a metric's name must have 1 to %zu bytes",
                        sizeof t->search->objective.name - 1);
    for (size_t k = 0; k < i; k++)
        if (strcmp(t->args->metrics.values[k], name) == 0)
            return vvi_fail(error, VV_BAD_ARG, "%.63s is told twice", name);
    if (strcmp(name, t->search->objective.name) == 0) t->objective = &t->args->values[i];
    if (isfinite(value) || t->args->step > 0) return VV_OK;
    return vvi_fail(error, VV_BAD_ARG, "%.63s is %g, must be finite; a trial without a result has failed", name, value);
}

static vv_status check_step(const telling *t, vv_error *error)
{
    const int next = t->n_steps + 1;
    if (t->args->step == 0) return VV_OK;
    if (t->args->failed != NULL || t->args->pruned)
        return vvi_fail(error, VV_BAD_ARG, "step %d: a trial that has ended has no step more", t->args->step);
    if (t->args->step == next) return VV_OK;
    return vvi_fail(error, VV_CONFLICT, "step %d: trial %d has %d, the next is %d", t->args->step, t->trial->id,
                    t->n_steps, next);
}

static vv_status check_told(telling *t, vv_error *error)
{
    const vv_curve *steps = find_steps(t);
    t->n_steps = steps == NULL ? 0 : (int)steps->n;
    VVI_TRY(check_trial(t, error));
    for (size_t i = 0; i < t->args->metrics.n; i++) VVI_TRY(check_metric(t, i, error));
    VVI_TRY(check_step(t, error));
    if (t->args->failed != NULL || (t->args->pruned && t->n_steps > 0)) return VV_OK;
    const bool by_steps = t->args->step == 0 && t->args->metrics.n == 0 && t->n_steps > 0;
    if (t->objective != NULL || by_steps) return VV_OK;
    return vvi_fail(error, VV_BAD_ARG, "trial %d: %.63s is the objective, and is not told", t->trial->id,
                    t->search->objective.name);
}

/* ---- a step -------------------------------------------------------------------------------------------------------- */

static vv_status write_step(const telling *t, int step, vv_error *error)
{
    return vv_trial_epoch(t->search->study, t->trial->id, 0, step, t->args->metrics.values, t->args->values,
                          t->args->metrics.n, error);
}

static vv_status judge_step(const telling *t, vv_error *error)
{
    const char *reason = NULL;
    const vv_curve *steps = find_steps(t);
    if (t->search->pruner == NULL) return VV_OK;
    vvi_pruning *pruning = vvi_pruning_new(t->search, t->trial->id);
    if (pruning == NULL) return vvi_no_memory(error);
    vv_status status = VV_OK;
    if (steps != NULL) status = vvi_pruning_stored(pruning, 0, steps->values, steps->n, &reason, error);
    if (status == VV_OK) status = vvi_pruning_epoch(pruning, 0, *t->objective, &reason, error);
    t->told->prune = reason != NULL;
    if (reason != NULL) snprintf(t->told->reason, sizeof t->told->reason, "%s", reason);
    vvi_pruning_free(pruning);
    return status;
}

static vv_status tell_step(const telling *t, vv_error *error)
{
    VVI_TRY(write_step(t, t->n_steps, error));
    return vvi_trial_put_back(t->search->study, t->trial->id, error);
}

/* ---- the end ------------------------------------------------------------------------------------------------------- */

static bool is_same(double a, double b)
{
    return !(a < b) && !(a > b);
}

/* The step that the result is; -1: it is one of its own. */
static int find_result(const telling *t)
{
    const vv_curve *steps = find_steps(t);
    int best = -1;
    for (int i = 0; i < t->n_steps; i++) {
        const double value = steps->values[i];
        if (t->objective != NULL && t->args->metrics.n == 1 && is_same(value, *t->objective)) return i;
        if (!isfinite(value)) continue;
        if (best < 0 || vvi_objective_better(&t->search->objective, value, steps->values[best])) best = i;
    }
    return t->objective == NULL ? best : -1;
}

static vv_status write_result(const telling *t, vv_error *error)
{
    int step = find_result(t);
    const double score = t->objective != NULL ? *t->objective : step >= 0 ? find_steps(t)->values[step] : (double)NAN;
    if (!isfinite(score)) return vvi_fail(error, VV_BAD_ARG, "trial %d: no step has a finite result", t->trial->id);
    if (step < 0) {
        step = t->n_steps;
        VVI_TRY(write_step(t, step, error));
    }
    return vv_trial_execution(t->search->study, t->trial->id, 0, step, score, 0, error);
}

static vv_status write_end(const telling *t, const vv_trial *trial, vv_error *error)
{
    vvi_judgement judgement = { .n_scores = 0 };
    if (t->args->failed == NULL) VVI_TRY(vvi_trial_judge(t->search, trial, &judgement, error));
    const double seconds = (double)time(NULL) - trial->began; /* clocks may differ */
    const vv_trial_result result = { .status = t->args->failed != NULL ? VV_TRIAL_FAILED
                                               : t->args->pruned       ? VV_TRIAL_PRUNED
                                                                       : VV_TRIAL_COMPLETED,
                                     .scores = judgement.scores,
                                     .n_scores = judgement.n_scores,
                                     .violation = judgement.violation,
                                     .reason = t->args->failed != NULL ? t->args->failed
                                               : t->args->pruned       ? "ended early by hand"
                                                                       : NULL,
                                     .seconds = seconds > 0 ? seconds : 0 };
    if (judgement.n_scores > 0) t->told->score = judgement.scores[0];
    return vv_trial_end(t->search->study, trial->id, &result, error);
}

static vv_status tell_end(const telling *t, vv_error *error)
{
    vv_trials trials;
    const bool has_result = t->args->failed == NULL && (!t->args->pruned || t->objective != NULL);
    const vv_trials_args args = { .only = true, .id = t->trial->id, .curves = true };
    if (has_result) VVI_TRY(write_result(t, error));
    VVI_TRY(vv_study_trials(t->search->study, &args, &trials, error));
    const vv_status status = write_end(t, &trials.list[0], error);
    vv_trials_free(&trials);
    return status;
}

/* ---- the whole ----------------------------------------------------------------------------------------------------- */

static vv_status tell_in_transaction(const telling *t, vv_error *error)
{
    vv_study *study = t->search->study;
    VVI_TRY(vvi_study_batch_begin(study, error));
    vv_status status = vvi_trial_take_in_hand(study, t->trial->id, error);
    if (status == VV_OK) status = t->args->step > 0 ? tell_step(t, error) : tell_end(t, error);
    return vvi_study_batch_end(study, status, error);
}

static vv_status tell_trial(vvi_search *search, telling *t, vv_error *error)
{
    vv_trials trials;
    const vv_trials_args args = { .only = true, .id = t->args->trial, .curves = true };
    VVI_TRY(vv_study_trials(search->study, &args, &trials, error));
    t->trial = &trials.list[0];
    vv_status status = check_told(t, error);
    if (status == VV_OK) status = tell_in_transaction(t, error);
    if (status == VV_OK && t->args->step > 0) status = judge_step(t, error);
    vv_trials_free(&trials);
    return status;
}

static double tune_nothing(vv_hp *hp, vv_tuning *tuning, void *user)
{
    (void)hp, (void)user;
    (void)vv_tuning_go(tuning);
    return 0;
}

static vv_status tell_with_settings(telling *t, const vv_search_args *settings, vv_error *error)
{
    vvi_search search;
    const vv_hypermodel hypermodel = { .tune = tune_nothing };
    vv_search_args args = *settings;
    args.hypermodel = &hypermodel;
    args.project = t->args->project;
    VVI_TRY(vvi_search_resolve(&search, &args, error));
    t->search = &search;
    VVI_TRY(vvi_study_open_soon(t->args->project, VV_STUDY_WRITE, &search.study, error));
    const vv_status status = tell_trial(&search, t, error);
    vv_study_close(search.study);
    return status;
}

vv_status vv_tell_with(const vv_tell_args *args, vv_told *told, vv_error *error)
{
    vv_told unused;
    telling t = { .args = args, .told = told == NULL ? &unused : told };
    vv_study_settings settings;
    *t.told = (vv_told){ .score = (double)NAN };
    if (args->project == NULL || args->trial < 0 || args->step < 0)
        return vvi_fail(error, VV_BAD_ARG, "tell: there must be a project, a trial >= 0 and a step >= 0");
    VVI_TRY(vv_study_settings_read(args->project, &settings, error));
    const vv_status status = tell_with_settings(&t, &settings.args, error);
    vv_study_settings_free(&settings);
    return status;
}
