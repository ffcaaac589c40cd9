/* by_hand.c - trials that somebody else runs: asking for one.
 *
 * A study of these is as any other: the same facts, oracle, queue. A trial begins as one that nobody holds, so that it waits
 * for its result without a process, a lease or a heartbeat.
 */
#include "study/study.h"
#include "tuner/tuner.h"
#include <varve/ask.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TRIES = 1000 };

/* ---- opening ------------------------------------------------------------------------------------------------------- */

/* Others who ask and tell are at it for a moment only. */
vv_status vvi_study_open_soon(const char *project, vv_study_mode mode, vv_study **study, vv_error *error)
{
    const struct timespec moment = { .tv_nsec = 20 * 1000 * 1000 };
    const double until_s = vvi_clock_s() + 10;
    while (true) {
        vv_error why = { 0 };
        const vv_status status = vv_study_open(project, mode, study, &why);
        if (status == VV_OK) return VV_OK;
        if (status != VV_LOCKED || vvi_clock_s() > until_s) return vvi_fail(error, status, "%s", why.text);
        nanosleep(&moment, NULL);
    }
}

/* ---- asking -------------------------------------------------------------------------------------------------------- */

static vv_status read_asked(const vvi_search *search, int id, vv_asked *asked, vv_error *error)
{
    asked->trial = id;
    return vv_study_trials(search->study, &(vv_trials_args){ .only = true, .id = id }, &asked->trials, error);
}

/* One answer, and what it leads to. */
static vv_status ask_once(vvi_search *search, vvi_decision *decision, vv_error *error)
{
    vvi_proposal proposal;
    bool stopped = false;
    VVI_TRY(vvi_ask_once(search, &proposal, &stopped, error));
    const vv_status status = stopped ? VV_OK : vvi_answer_follow(search, &proposal, true, decision, error);
    if (stopped) decision->reason = VV_STOP_INTERRUPTED;
    vvi_arena_deinit(&proposal.arena);
    return status;
}

/* Until a trial has begun; where another was faster, or what was enqueued cannot be, once more. */
static vv_status ask_until(vvi_search *search, vv_asked *asked, vv_error *error)
{
    vvi_decision decision = { .id = -1 };
    for (int i = 0; i < TRIES && decision.id < 0 && decision.reason == 0; i++) {
        VVI_TRY(ask_once(search, &decision, error));
        if (decision.waits)
            return vvi_fail(error, VV_BAD_ARG, "oracle %s waits for a trial that was asked for: tell its result first",
                            search->oracle->name);
    }
    asked->reason = decision.reason;
    snprintf(asked->note, sizeof asked->note, "%s", search->note);
    return decision.id < 0 ? VV_OK : read_asked(search, decision.id, asked, error);
}

/* In a study that many write to, one proposes at a time. */
static vv_status ask_in_turn(vvi_search *search, vv_asked *asked, vv_error *error)
{
    const struct timespec moment = { .tv_nsec = 20 * 1000 * 1000 };
    bool mine = false;
    for (int i = 0; i < TRIES && !mine; i++) {
        VVI_TRY(vvi_study_propose_begin(search->study, &mine, error));
        if (!mine) nanosleep(&moment, NULL);
    }
    if (!mine) return vvi_fail(error, VV_LOCKED, "%s: somebody else is proposing a trial", search->project);
    const vv_status status = ask_until(search, asked, error);
    vvi_study_propose_end(search->study);
    return status;
}

static vv_status ask_in_study(vvi_search *search, size_t trials_before, vv_asked *asked, vv_error *error)
{
    VVI_TRY(vvi_earlier_open(search, trials_before, error));
    VVI_TRY(vvi_queue_open(search, trials_before, error));
    return ask_in_turn(search, asked, error);
}

static vv_status check_and_ask(vvi_search *search, void *context, vv_error *error)
{
    vv_asked *asked = context;
    size_t trials_before = 0;
    bool stopped = false;
    if (search->oracle->halves)
        return vvi_fail(error, VV_BAD_ARG, "ask: oracle %s pauses trials, and nobody could make them go on",
                        search->oracle->name);
    if (search->executions > 1)
        return vvi_fail(error, VV_BAD_ARG, "ask: %d executions a trial; one by hand has 1", search->executions);
    search->by_hand = true;
    VVI_TRY(vvi_search_check(search, &stopped, error));
    if (stopped) return vvi_fail(error, VV_INTERRUPTED, "stopped on request");
    const vv_study_mode mode = search->args->overwrite ? VV_STUDY_OVERWRITE : VV_STUDY_WRITE;
    VVI_TRY(vvi_study_open_soon(search->project, mode, &search->study, error));
    vv_status status = vvi_search_meet(search, &trials_before, &stopped, error);
    if (status == VV_OK) status = ask_in_study(search, trials_before, asked, error);
    vvi_earlier_close(search);
    vv_study_close(search->study);
    search->study = NULL;
    return status;
}

vv_status vv_ask_with(const vv_search_args *args, vv_asked *asked, vv_error *error)
{
    *asked = (vv_asked){ .trial = -1 };
    vv_search_args all = *args;
    if (all.max_trials == 0 && (all.hypermodel == NULL || all.hypermodel->max_trials == 0))
        all.max_trials = VVI_TRIALS_OPEN;
    return vvi_search_prepared(&all, check_and_ask, asked, error);
}

void vv_asked_free(vv_asked *asked)
{
    vv_trials_free(&asked->trials);
    *asked = (vv_asked){ .trial = -1 };
}

/* ---- what a study was begun with ----------------------------------------------------------------------------------- */

static vv_status read_fact(const vv_study *study, const char *key, vvi_arena *arena, const char **text, vv_error *error)
{
    char *stored = NULL;
    *text = NULL;
    VVI_TRY(vv_study_get(study, key, &stored, error));
    if (stored != NULL) *text = vvi_arena_strdup(arena, stored);
    const bool failed = stored != NULL && *text == NULL;
    free(stored);
    return failed ? vvi_no_memory(error) : VV_OK;
}

static const char *unless(const char *text, const char *none)
{
    return text == NULL || strcmp(text, none) == 0 ? NULL : text;
}

static int as_int(const char *text)
{
    return text == NULL ? 0 : (int)strtol(text, NULL, 10);
}

static vv_status read_settings(const vv_study *study, vvi_arena *arena, vv_search_args *args, vv_error *error)
{
    const char *seed, *executions, *epochs, *constraints, *pruner, *most;
    VVI_TRY(read_fact(study, "objective", arena, &args->objective, error));
    VVI_TRY(read_fact(study, "oracle", arena, &args->oracle, error));
    VVI_TRY(read_fact(study, "constraints", arena, &constraints, error));
    VVI_TRY(read_fact(study, "pruner", arena, &pruner, error));
    VVI_TRY(read_fact(study, "seed", arena, &seed, error));
    VVI_TRY(read_fact(study, "executions_per_trial", arena, &executions, error));
    VVI_TRY(read_fact(study, "epochs", arena, &epochs, error));
    VVI_TRY(read_fact(study, "max_trials", arena, &most, error));
    args->constraints = unless(constraints, "none");
    args->pruner = unless(pruner, "none");
    args->seed = seed == NULL ? 0 : strtoull(seed, NULL, 10);
    args->executions_per_trial = as_int(executions);
    args->epochs = as_int(unless(epochs, "open"));
    args->max_trials = as_int(most);
    if (args->objective != NULL && args->oracle != NULL) return VV_OK;
    return vvi_fail(error, VV_FORMAT, "%s: says nothing of an objective and a tuner", vv_study_path(study));
}

vv_status vv_study_settings_read(const char *project, vv_study_settings *settings, vv_error *error)
{
    vv_study *study = NULL;
    *settings = (vv_study_settings){ .memory = NULL };
    VVI_TRY(vv_study_open(project, VV_STUDY_READ, &study, error));
    vvi_arena *arena = vvi_calloc(1, sizeof *arena);
    settings->memory = arena;
    const vv_status status = arena == NULL ? vvi_no_memory(error) : read_settings(study, arena, &settings->args, error);
    vv_study_close(study);
    if (status != VV_OK) vv_study_settings_free(settings);
    return status;
}

void vv_study_settings_free(vv_study_settings *settings)
{
    if (settings->memory != NULL) vvi_arena_deinit(settings->memory);
    vvi_free(settings->memory);
    *settings = (vv_study_settings){ .memory = NULL };
}
