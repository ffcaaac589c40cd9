/* search.c - a whole search, from what is refused before any training to what it came to; and what it says of itself.
 *
 *     check (in a child) -> explain (in a child) -> a first proposal (in a child) -> open the study -> agree on its facts
 *       -> check stored trials -> the pool (pool.c), until there is a reason to stop -> eliminate what nobody will wake
 *
 * All that a search knows of the past it reads from the study: one that was stopped or killed and is begun again does what
 * it would have done undisturbed.
 */
#include "search/gp/lapack.h"
#include "study/study.h"
#include "tuner/tuner.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { TURN_US = 50000 };

/* ---- names, events ---------------------------------------------------------------------------------------------- */

static const char *const stop_names[] = {
    [0] = "none",
    [VV_STOP_MAX_TRIALS] = "max_trials",
    [VV_STOP_EXHAUSTED] = "exhausted",
    [VV_STOP_GAVE_UP] = "gave_up",
    [VV_STOP_INTERRUPTED] = "interrupted",
    [VV_STOP_FAILURES] = "failures",
    [VV_STOP_TIME] = "time",
    [VV_STOP_TARGET] = "target",
    [VV_STOP_EPOCHS] = "epochs",
    [VV_STOP_PLAN] = "plan",
};

const char *vv_stop_reason_name(vv_stop_reason reason)
{
    const size_t index = (size_t)reason;
    return index < sizeof stop_names / sizeof stop_names[0] ? stop_names[index] : "unknown";
}

static bool has_networks(const vvi_search *search)
{
    return vvi_work_of(search->args->hypermodel)->network;
}

void vvi_search_say(const vvi_search *search, vv_event event)
{
    const vv_search_args *args = search->args;
    if (args->on_event == NULL) return;
    event.study = search->study;
    event.objective = &search->objective;
    event.objectives = &search->objectives;
    event.constraints = &search->constraints;
    event.oracle = search->oracle_spec;
    event.pruner = search->pruner == NULL ? NULL : search->pruner_spec;
    event.max_trials = search->max_trials;
    event.executions = search->executions;
    event.unit = vvi_work_of(args->hypermodel)->unit;
    event.epochs = search->epochs == VVI_EPOCHS_OPEN ? 0 : search->epochs;
    event.best = search->best;
    event.best_score = search->best_score;
    event.running = vvi_pool_running(search);
    args->on_event(args->context, &event);
}

static vv_status find_best(vvi_search *search, vv_error *error)
{
    vv_trials best;
    VVI_TRY(vv_study_trials(search->study, &(vv_trials_args){ .best_first = true, .limit = 1 }, &best, error));
    const bool any = best.n > 0 && best.list[0].rank == 0;
    search->best = any ? best.list[0].id : -1;
    search->best_score = any ? best.list[0].score : 0;
    vv_trials_free(&best);
    return VV_OK;
}

vv_status vvi_search_after_trial(vvi_search *search, int id, vv_error *error)
{
    vv_trials trials;
    VVI_TRY(find_best(search, error));
    VVI_TRY(vvi_time_store(search, error));
    if (search->args->on_event == NULL) return VV_OK;
    VVI_TRY(vv_study_trials(search->study, &(vv_trials_args){ .only = true, .id = id }, &trials, error));
    vvi_search_say(
        search, (vv_event){ .kind = VV_EVENT_TRIAL_END, .trial = &trials.list[0], .seconds = trials.list[0].seconds });
    vv_trials_free(&trials);
    return VV_OK;
}

/* ---- before there is a study ------------------------------------------------------------------------------------- */

/* A hypermodel of which nothing builds, or whose models cannot be trained, leaves no study behind: the first proposal is
 * made once before there is one. */
static vv_status check_first_proposal(vvi_search *search, bool *stopped, vv_error *error)
{
    vvi_proposal proposal;
    VVI_TRY(vvi_ask_once(search, &proposal, stopped, error));
    const bool nothing = !*stopped && proposal.kind != VV_ANSWER_PROPOSAL && proposal.n_refusals > 0;
    const vv_status status = nothing ? vvi_answer_nothing_builds(&proposal, error) : VV_OK;
    vvi_arena_deinit(&proposal.arena);
    return status;
}

/* ---- a whole search --------------------------------------------------------------------------------------------- */

static vv_status say_search_end(const vvi_search *search, vv_stop_reason reason, vv_error *error)
{
    vv_refusals refusals;
    VVI_TRY(vv_study_refusals(search->study, &refusals, error));
    vvi_search_say(search, (vv_event){ .kind = VV_EVENT_SEARCH_END,
                                       .reason = reason,
                                       .seconds = vvi_clock_s() - search->began_s,
                                       .refusals = &refusals });
    return VV_OK;
}

/* Has the plan come to its end? Nobody will resume what is paused then. A search that only stops (time, epochs, a target, a
 * user) can be gone on with. */
static bool is_final(vv_stop_reason reason)
{
    return reason == VV_STOP_EXHAUSTED || reason == VV_STOP_GAVE_UP || reason == VV_STOP_MAX_TRIALS ||
           reason == VV_STOP_PLAN;
}

/* While it is this worker's turn to propose nobody changes what is enqueued, or what a study begins with. */
static vv_status open_in_turn(vvi_search *search, size_t trials_before, vv_error *error)
{
    const volatile int *stop = search->args->stop;
    bool mine = false;
    VVI_TRY(vvi_study_propose_begin(search->study, &mine, error));
    while (!mine && (stop == NULL || *stop == 0)) {
        usleep(TURN_US);
        VVI_TRY(vvi_study_propose_begin(search->study, &mine, error));
    }
    vvi_stand standing = { .trials = 0 };
    vv_status status = vvi_earlier_open(search, trials_before, error);
    if (status == VV_OK) status = vvi_stop_look(search, &standing, error); /* others may have begun some since */
    if (status == VV_OK) status = vvi_queue_open(search, (size_t)standing.trials, error);
    if (mine) vvi_study_propose_end(search->study);
    return status;
}

/* Those that are there already were made of an earlier search. */
static vv_status note_requests(vvi_search *search, vv_error *error)
{
    vvi_request_bounds bounds;
    VVI_TRY(vvi_study_request_bounds(search->study, &bounds, error));
    search->requests_before = bounds.next;
    search->requests_open = bounds.open;
    return VV_OK;
}

static vv_status search_in_study(vvi_search *search, size_t trials_before, vv_stop_reason *reason, vv_error *error)
{
    VVI_TRY(find_best(search, error));
    VVI_TRY(vvi_time_load(search, error));
    VVI_TRY(open_in_turn(search, trials_before, error));
    vvi_search_say(search, (vv_event){ .kind = VV_EVENT_SEARCH_BEGIN,
                                       .trials_before = (int)trials_before,
                                       .enqueued = (int)vvi_queue_waiting(search),
                                       .earlier = search->earlier->fit,
                                       .misfits = (int)search->earlier->n - search->earlier->fit,
                                       .explanation = has_networks(search) ? search->explanation : NULL });
    vvi_misfits_say(search);
    /* A search that was killed may have left files of trials that had ended. */
    if (trials_before > 0) VVI_TRY(vv_study_prune_checkpoints(search->study, search->keep_checkpoints, error));
    VVI_TRY(vvi_pool_run(search, reason, error));
    if (is_final(*reason)) VVI_TRY(vvi_search_eliminate(search, error));
    VVI_TRY(find_best(search, error)); /* it may be another worker's */
    VVI_TRY(vvi_time_store(search, error));
    return say_search_end(search, *reason, error);
}

/* Facts and stored trials must be this search's before anything is written. */
vv_status vvi_search_meet(vvi_search *search, size_t *trials_before, bool *stopped, vv_error *error)
{
    vv_trials trials;
    VVI_TRY(vvi_misfits_load(search, error));
    VVI_TRY(vv_study_trials(search->study, NULL, &trials, error));
    *trials_before = trials.n;
    vv_status status = trials.n == 0 ? VV_OK : vvi_check_search(search, &trials, stopped, error);
    vv_trials_free(&trials);
    if (status != VV_OK || *stopped) return status;
    VVI_TRY(vvi_search_agree(search, error));
    return vvi_misfits_accept(search, *trials_before, error);
}

static vv_status search_with_study(vvi_search *search, vv_stop_reason *reason, vv_error *error)
{
    const vv_study_mode mode = search->args->overwrite ? VV_STUDY_OVERWRITE : VV_STUDY_WRITE;
    size_t trials_before = 0;
    bool stopped = false;
    const vv_study_args place = { .where = search->project,
                                  .mode = mode,
                                  .checkpoints = search->args->checkpoints,
                                  .lease_s = search->args->lease_s };
    VVI_TRY(vv_study_open_with(&place, &search->study, error));
    vv_status status = note_requests(search, error);
    if (status == VV_OK) status = vvi_search_meet(search, &trials_before, &stopped, error);
    if (stopped) *reason = VV_STOP_INTERRUPTED;
    if (status == VV_OK && !stopped) status = search_in_study(search, trials_before, reason, error);
    vvi_earlier_close(search);
    vv_study_close(search->study);
    search->study = NULL;
    return status;
}

/* Proposals go by what is known of the space: time must not run out on one machine where it does not on another, or the
 * same seed would give other trials there. */
static const double patience_s = 60;

/* What the space holds, before any trial is spent on it. Where only random builds were looked at and none could be
 * built, the search may still find one. */
static vv_status explain(vvi_search *search, bool *stopped, vv_error *error)
{
    vv_error why = { 0 };
    const vv_explain_args args = { .hypermodel = search->args->hypermodel,
                                   .budget = search->args->budget,
                                   .training = search->args->training,
                                   .seconds = patience_s,
                                   .stop = search->args->stop };
    const vv_status status = vvi_bound_explain(&search->bound, &args, &search->explanation, &why);
    *stopped = status == VV_INTERRUPTED;
    if (*stopped || status == VV_NOT_FOUND) return VV_OK;
    if (status != VV_OK) return vvi_fail(error, status, "%s", why.text);
    const vv_explanation *e = search->explanation;
    if (!e->pure)
        return vvi_fail(error, VV_MISMATCH, "the build is not a function of its hyperparameters: %s", e->impurity);
    return vvi_budget_leaves(&e->budget, error);
}

vv_status vvi_search_check(vvi_search *search, bool *stopped, vv_error *error)
{
    VVI_TRY(vvi_earlier_check(search, error));
    VVI_TRY(vvi_check_search(search, &(vv_trials){ .n = 0 }, stopped, error));
    if (!*stopped) VVI_TRY(explain(search, stopped, error));
    if (!*stopped) VVI_TRY(vvi_enqueued_check(search, 0, stopped, error));
    if (!*stopped) VVI_TRY(check_first_proposal(search, stopped, error));
    if (search->undirected.status != VV_OK)
        return vvi_fail(error, search->undirected.status, "%s", search->undirected.text);
    return VV_OK;
}

vv_status vvi_search_prepared(const vv_search_args *args, vvi_search_task task, void *context, vv_error *error)
{
    vvi_search search;
    VVI_TRY(vvi_search_resolve(&search, args, error));
    if (args->training == NULL && has_networks(&search)) return vvi_fail(error, VV_BAD_ARG, "search: no training data");
    VVI_TRY(vvi_queue_new(&search, error));
    search.began_s = vvi_clock_s();
    search.bound.guard = vvi_guard_new();
    search.halt = vvi_halt_new();
    const int threads = vvi_one_thread(); /* its children have one then; in them it is too late to say so */
    const vv_status status =
        search.bound.guard == NULL || search.halt == NULL ? vvi_no_memory(error) : task(&search, context, error);
    vvi_threads(threads);
    vvi_halt_free(search.halt);
    vvi_guard_free(search.bound.guard);
    vvi_queue_free(&search);
    vvi_misfits_free(&search);
    vv_explanation_free(search.explanation);
    return status;
}

static vv_status check_and_search(vvi_search *search, void *context, vv_error *error)
{
    vv_search_result *result = context;
    bool stopped = false;
    VVI_TRY(vvi_search_check(search, &stopped, error));
    vv_stop_reason reason = stopped ? VV_STOP_INTERRUPTED : (vv_stop_reason)0;
    const vv_status status = stopped ? VV_OK : search_with_study(search, &reason, error);
    *result = (vv_search_result){ .reason = reason, .best = search->best, .best_score = search->best_score };
    return status;
}

vv_status vv_search_with(const vv_search_args *args, vv_search_result *result, vv_error *error)
{
    vv_search_result unused;
    if (result == NULL) result = &unused;
    *result = (vv_search_result){ .best = -1 };
    return vvi_search_prepared(args, check_and_search, result, error);
}

vv_status vv_tune_with(const vv_search_args *args, vv_search_result *result, vv_error *error)
{
    if (result != NULL) *result = (vv_search_result){ .best = -1 };
    if (args == NULL || args->tune == NULL || args->hypermodel != NULL)
        return vvi_fail(error, VV_BAD_ARG, "tune: there must be a function, and no hypermodel");
    const vv_hypermodel hypermodel = { .tune = args->tune, .user = args->user };
    vv_search_args all = *args;
    all.hypermodel = &hypermodel;
    return vv_search_with(&all, result, error);
}

vv_status vv_search_check(const vv_search_args *args, vv_error *error)
{
    vvi_search search;
    VVI_TRY(vvi_search_resolve(&search, args, error));
    if (search.undirected.status != VV_OK)
        return vvi_fail(error, search.undirected.status, "%s", search.undirected.text);
    VVI_TRY(vvi_queue_new(&search, error));
    vvi_queue_free(&search);
    return VV_OK;
}
