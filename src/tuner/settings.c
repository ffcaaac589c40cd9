/* settings.c - what a search was asked to do: arguments over the hypermodel's members over the documented defaults; and
 * what cannot be meant, or cannot go together, before anything runs. A text names what was asked for, its number, and what
 * would do.
 *
 * Pruning a grid is no contradiction: which trials there are is the grid's affair, how long they run the pruner's.
 */
#include "explain/budget.h"
#include "search/search.h"
#include "study/study.h"
#include "tuner/tuner.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- numbers ---------------------------------------------------------------------------------------------------- */

/* The first that is not zero. */
static vv_status settle(const char *name, int given, int of_hypermodel, int preset, int *value, vv_error *error)
{
    *value = given != 0 ? given : of_hypermodel != 0 ? of_hypermodel : preset;
    if (*value >= 1) return VV_OK;
    return vvi_fail(error, VV_BAD_ARG, "search: %s is %d, must be >= 1", name, *value);
}

static vv_status settle_numbers(vvi_search *s, const vv_search_args *a, vv_error *error)
{
    const vv_hypermodel *h = a->hypermodel;
    VVI_TRY(settle("max_trials", a->max_trials, h->max_trials, 10, &s->max_trials, error));
    VVI_TRY(settle("executions_per_trial", a->executions_per_trial, h->executions_per_trial, 1, &s->executions, error));
    VVI_TRY(settle("epochs", a->epochs, h->epochs, vvi_work_of(h)->epochs, &s->epochs, error));
    VVI_TRY(settle("batch_size", a->batch_size, h->batch_size, 32, &s->batch_size, error));
    VVI_TRY(settle("workers", a->workers, 0, 1, &s->workers, error));
    VVI_TRY(settle("keep_checkpoints", a->keep_checkpoints, 0, 3, &s->keep_checkpoints, error));
    return settle("max_consecutive_failures", a->max_consecutive_failures, 0, 3, &s->max_failures, error);
}

static vv_status settle_limits(vvi_search *s, const vv_search_args *a, vv_error *error)
{
    if (a->max_epochs_total < 0)
        return vvi_fail(error, VV_BAD_ARG, "search: max_epochs_total is %d, must be >= 0", a->max_epochs_total);
    if (a->trial_memory_mb < 0)
        return vvi_fail(error, VV_BAD_ARG, "search: trial_memory_mb is %d, must be >= 0", a->trial_memory_mb);
    if (a->max_retries < 0)
        return vvi_fail(error, VV_BAD_ARG, "search: max_retries is %d, must be >= 0", a->max_retries);
    if (!(a->trial_timeout_s >= 0))
        return vvi_fail(error, VV_BAD_ARG, "search: trial_timeout_s is %g, must be >= 0", a->trial_timeout_s);
    if (!(a->max_seconds >= 0))
        return vvi_fail(error, VV_BAD_ARG, "search: max_seconds is %g, must be >= 0", a->max_seconds);
    if (a->stop_at.set && !isfinite(a->stop_at.value))
        return vvi_fail(error, VV_BAD_ARG, "search: stop_at is %g, must be finite", a->stop_at.value);
    if (a->max_epochs_total > 0 && s->epochs == VVI_EPOCHS_OPEN)
        return vvi_fail(error, VV_BAD_ARG, "search: max_epochs_total is %d, but not how many epochs a trial has",
                        a->max_epochs_total);
    const long long whole = (long long)s->epochs * s->executions;
    if (a->max_epochs_total > 0 && a->max_epochs_total < whole && !s->oracle->halves)
        return vvi_fail(error, VV_BAD_ARG, "search: max_epochs_total is %d, one trial has %lld (%d x %d)",
                        a->max_epochs_total, whole, s->executions, s->epochs);
    s->max_epochs_total = a->max_epochs_total;
    return VV_OK;
}

/* ---- objectives, constraints ------------------------------------------------------------------------------------ */

const vvi_resource *vvi_search_cost(const vvi_search *search, const char *name)
{
    return vvi_work_of(search->args->hypermodel)->network ? vvi_resource_find(name) : NULL;
}

/* The same list with some direction everywhere: whether there are such metrics is told before they are asked for. */
static void add_directions(const char *text, vvi_text *directed)
{
    while (true) {
        const size_t n = strcspn(text, ",");
        vvi_text_printf(directed, "%.*s%s", (int)n, text, memchr(text, ':', n) == NULL ? ":min" : "");
        if (text[n] == '\0') return;
        vvi_text_printf(directed, ",");
        text += n + 1;
    }
}

static vv_status parse_objectives(vvi_search *s, const char *text, vv_error *error)
{
    vvi_text directed = { 0 };
    if (vv_objectives_parse(text, &s->objectives, &s->undirected) == VV_OK) return VV_OK;
    add_directions(text, &directed);
    const bool named = directed.data != NULL && vv_objectives_parse(directed.data, &s->objectives, NULL) == VV_OK;
    vvi_text_deinit(&directed);
    return named ? VV_OK : vvi_fail(error, s->undirected.status, "%s", s->undirected.text);
}

static vv_status check_validated(const char *what, const char *name, const vv_search_args *a, vv_error *error)
{
    if (strncmp(name, "val_", 4) != 0 || a->validation != NULL || a->training == NULL) return VV_OK;
    return vvi_fail(error, VV_BAD_ARG, "%s \"%s\": needs validation data, there is none", what, name);
}

static vv_status settle_objectives(vvi_search *s, const vv_search_args *a, vv_error *error)
{
    const char *text = a->objective != NULL               ? a->objective
                       : a->hypermodel->objective != NULL ? a->hypermodel->objective
                                                          : vvi_work_of(a->hypermodel)->objective;
    VVI_TRY(parse_objectives(s, text, error));
    for (size_t i = s->objectives.n; i > 0; i--) {
        const vv_objective *objective = &s->objectives.list[i - 1];
        VVI_TRY(check_validated("objective", objective->name, a, error));
        if (vvi_search_cost(s, objective->name) == NULL) s->objective = *objective;
    }
    if (s->objective.name[0] == '\0')
        return vvi_fail(error, VV_BAD_ARG,
                        "objective \"%.100s\": needs no training: one objective must be a metric; explain shows costs",
                        text);
    return VV_OK;
}

static vv_status settle_constraints(vvi_search *s, const vv_search_args *a, vv_error *error)
{
    if (a->constraints == NULL) return VV_OK;
    VVI_TRY(vv_constraints_parse(a->constraints, &s->constraints, error));
    for (size_t i = 0; i < s->constraints.n; i++)
        VVI_TRY(check_validated("constraint", s->constraints.list[i].name, a, error));
    return VV_OK;
}

/* ---- oracle, pruner --------------------------------------------------------------------------------------------- */

static vv_status no_build(void *context, vv_hp *hp, vv_built *built, vv_error *reason)
{
    (void)context, (void)hp, (void)built;
    return vvi_fail(reason, VV_UNSUPPORTED, "nothing is built to read options");
}

vv_oracle_args vvi_search_oracle_args(const vvi_search *s)
{
    const char *by_number = s->args->oracle_kind == NULL ? vv_search_kind_name(s->args->kind) : NULL;
    return (vv_oracle_args){ .spec = s->args->oracle != NULL ? s->args->oracle : by_number,
                             .kind = s->args->oracle_kind,
                             .builder = { .build = no_build },
                             .seed = s->args->seed,
                             .n_objectives = s->objectives.n,
                             .maximize = s->maximize,
                             .max_trials = s->max_trials,
                             .epochs = s->epochs == VVI_EPOCHS_OPEN ? 0 : s->epochs,
                             .max_epochs_total = s->max_epochs_total / s->executions }; /* of each */
}

/* Opening one reads its options and refuses what it cannot do. */
static vv_status settle_oracle(vvi_search *s, vv_error *error)
{
    vv_oracle *oracle = NULL;
    for (size_t i = 0; i < s->objectives.n; i++) s->maximize[i] = s->objectives.list[i].maximize;
    const vv_oracle_args args = vvi_search_oracle_args(s);
    VVI_TRY(vv_oracle_open(&args, &oracle, error));
    s->oracle = vv_oracle_kind_of(oracle);
    const int n = vv_oracle_spec(oracle, s->oracle_spec, sizeof s->oracle_spec);
    vv_oracle_close(oracle);
    if (n < (int)sizeof s->oracle_spec) return VV_OK;
    return vvi_fail(error, VV_BAD_ARG, "oracle %s: its options take more than %zu bytes", s->oracle->name,
                    sizeof s->oracle_spec - 1);
}

/* What it could not do, or would do wrongly. */
static vv_status check_pruner(const vvi_search *s, vv_error *error)
{
    const char *name = s->pruner->name;
    if (s->oracle->halves)
        return vvi_fail(error, VV_BAD_ARG, "pruner %s with oracle %s: that oracle ends trials early by itself", name,
                        s->oracle->name);
    if (s->objectives.n > 1)
        return vvi_fail(error, VV_BAD_ARG, "pruner %s with %zu objectives: it would judge by %s alone", name,
                        s->objectives.n, s->objective.name);
    if (s->pruner->between && s->executions < 2)
        return vvi_fail(error, VV_BAD_ARG,
                        "pruner %s with %d execution a trial: it looks between executions, and needs 2", name,
                        s->executions);
    if (!s->pruner->between && s->epochs < 2)
        return vvi_fail(error, VV_BAD_ARG, "pruner %s with trials of %d epoch: there is none to save", name, s->epochs);
    return VV_OK;
}

static vv_status settle_pruner(vvi_search *s, const char *spec, vv_error *error)
{
    if (spec == NULL) return VV_OK;
    VVI_TRY(vv_pruner_parse(spec, &s->pruner_with_options, error));
    s->pruner = s->pruner_with_options.kind;
    vv_pruner_spec(&s->pruner_with_options, s->pruner_spec, sizeof s->pruner_spec);
    return check_pruner(s, error);
}

/* What was learnt elsewhere is told as whole trials: an oracle that halves would count them into its rungs. */
static vv_status check_warm_start(const vvi_search *s, vv_error *error)
{
    if (s->args->warm_start == NULL) return VV_OK;
    if (s->oracle->halves)
        return vvi_fail(error, VV_BAD_ARG,
                        "warm start with oracle %s: its plan has no place for trials of another study",
                        s->oracle->name);
    return VV_OK;
}

/* ---- the whole -------------------------------------------------------------------------------------------------- */

static vv_status settle_method(vvi_search *search, vv_error *error)
{
    const vv_search_args *args = search->args;
    if (vvi_budget_limits(&args->budget) && !vvi_work_of(args->hypermodel)->network)
        return vvi_fail(error, VV_BAD_ARG, "search: a budget limits networks, and there are none");
    VVI_TRY(settle_objectives(search, args, error));
    VVI_TRY(settle_constraints(search, args, error));
    VVI_TRY(settle_oracle(search, error));
    VVI_TRY(settle_limits(search, args, error));
    VVI_TRY(settle_pruner(search, args->pruner, error));
    return check_warm_start(search, error);
}

vv_status vvi_search_resolve(vvi_search *search, const vv_search_args *args, vv_error *error)
{
    *search = (vvi_search){ .args = args, .best = -1 };
    VVI_TRY(vvi_work_check(args == NULL ? NULL : args->hypermodel, "search", error));
    search->project = args->project == NULL ? "untitled_project" : args->project;
    VVI_TRY(settle_numbers(search, args, error));
    VVI_TRY(settle_method(search, error));
    search->bound.hypermodel = args->hypermodel;
    if (vvi_budget_limits(&args->budget)) search->bound.budget = &args->budget;
    search->bound.fit = (vv_fit_args){ .training = args->training,
                                       .validation = args->validation,
                                       .epochs = search->epochs,
                                       .batch_size = search->batch_size };
    return VV_OK;
}
