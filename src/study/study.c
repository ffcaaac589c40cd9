/* study.c - the life of a study and of its trials. Where it is kept: place.c; what is written there, a store knows
 * (stores/); who writes: worker.c.
 *
 *      begin -----------------------.    ,--> COMPLETED   has a finite score for each objective
 *                                   v    |
 *      begin, waiting --> WAITING --> RUNNING --> FAILED  has a reason
 *                         ^  ^  claim ^  | | '--> PRUNED  has scores if those of the epochs it had are finite
 *                   retry |  |        |  | |        ^
 *                 RUNNING '  |  claim |  | '---> PAUSED   has scores likewise
 *                            |        |  v         |
 *                            |    INTERRUPTED      |     given back, or its worker died
 *                            '---------------------'     wake
 *
 * Invariants; of every store, with tests in tests/conformance/stores.c:
 *   - A trial is claimed by one worker at a time. RUNNING trials are that worker's, or held by hand; reports and ends by
 *     anybody else are TAKEN, and change nothing.
 *   - A trial's number is given once, and numbers have no gaps. Values and domains never change.
 *   - COMPLETED, FAILED and PRUNED are final: such a trial never changes.
 *   - COMPLETED, PRUNED and PAUSED trials have scores, all of them finite; PRUNED and PAUSED ones may have none. A trial
 *     that would be COMPLETED with one that is not ends as FAILED, with that as its reason.
 *   - A metric is never lost after its report has returned; a claim keeps what was reported, only a retry drops it.
 *   - A write that is made again, because its answer was lost, changes nothing and is VV_OK.
 *   - Each call is one transaction. Every state between two of them is one that a search can go on from.
 *   - Leases are compared with the store's clock alone: those of the machines may differ.
 *   - 0 <= epochs <= epochs_total. A PAUSED trial has epochs.
 *   - A request is the one thing that others than workers write: a new row, and nothing else. It is numbered from 0 without
 *     gaps, answered once, by a worker, and never changes after that.
 */
#include "study/handle.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- facts ----------------------------------------------------------------------------------------------------------
 */

vv_status vv_study_set(vv_study *study, const char *key, const char *text, vv_error *error)
{
    VVI_TRY(vvi_study_check_writer(study, error));
    if (key == NULL || text == NULL) return vvi_fail(error, VV_BAD_ARG, "a fact without a key or a text");
    return study->store->fact_set(study->state, key, text, error);
}

vv_status vv_study_get(const vv_study *study, const char *key, char **text, vv_error *error)
{
    return study->store->fact_get(study->state, key, text, error);
}

/* ---- trials ---------------------------------------------------------------------------------------------------------
 */

vv_status vvi_trial_begin(vv_study *study, const vvi_beginning *beginning, int *id, vv_error *error)
{
    VVI_TRY(vvi_study_check_writer(study, error));
    return study->store->trial_begin(study->state, beginning, id, error);
}

vv_status vv_trial_begin(vv_study *study, const vv_hp *hp, const char *model_json, int *id, vv_error *error)
{
    if (vv_hp_status(hp) != VV_OK) return vvi_fail(error, vv_hp_status(hp), "%s", vv_hp_error(hp));
    const size_t n = vv_hp_count(hp);
    vv_active *values = n == 0 ? NULL : vvi_calloc(n, sizeof *values);
    if (n > 0 && values == NULL) return vvi_no_memory(error);
    for (size_t i = 0; i < n; i++) values[i] = *vv_hp_at(hp, i);
    const vvi_beginning beginning = { .values = values, .n_values = n, .model_json = model_json };
    const vv_status status = vvi_trial_begin(study, &beginning, id, error);
    vvi_free(values);
    return status;
}

vv_status vv_trial_claim(vv_study *study, int *id, vv_error *error)
{
    *id = -1;
    VVI_TRY(vvi_study_check_writer(study, error));
    return study->store->trial_claim(study->state, id, error);
}

vv_status vvi_trial_put_back(vv_study *study, int id, vv_error *error)
{
    VVI_TRY(vvi_study_check_writer(study, error));
    return study->store->trial_put_back(study->state, id, error);
}

vv_status vvi_trial_take(vv_study *study, int id, vv_error *error)
{
    VVI_TRY(vvi_study_check_writer(study, error));
    return study->store->trial_take(study->state, id, error);
}

vv_status vvi_trial_take_in_hand(vv_study *study, int id, vv_error *error)
{
    VVI_TRY(vvi_study_check_writer(study, error));
    return study->store->trial_take_in_hand(study->state, id, error);
}

vv_status vv_trial_epoch(vv_study *study, int id, int execution, int epoch, const char *const *metrics,
                         const double *values, size_t n, vv_error *error)
{
    VVI_TRY(vvi_study_check_writer(study, error));
    if (execution < 0 || epoch < 0)
        return vvi_fail(error, VV_BAD_ARG, "trial %d: execution %d, epoch %d: both are counted from 0", id, execution,
                        epoch);
    if (n == 0) return vvi_fail(error, VV_BAD_ARG, "trial %d: epoch %d without a metric", id, epoch);
    return study->store->trial_epoch(study->state, id, execution, epoch, metrics, values, n, error);
}

vv_status vv_trial_execution(vv_study *study, int id, int execution, int best_epoch, double score, double seconds,
                             vv_error *error)
{
    VVI_TRY(vvi_study_check_writer(study, error));
    if (execution < 0 || best_epoch < 0)
        return vvi_fail(error, VV_BAD_ARG, "trial %d: execution %d, best epoch %d: both are counted from 0", id,
                        execution, best_epoch);
    if (!isfinite(score))
        return vvi_fail(error, VV_BAD_ARG, "trial %d: execution %d: a score of %g, must be finite", id, execution,
                        score);
    const vv_execution result = { .best_epoch = best_epoch, .score = score, .seconds = seconds };
    return study->store->trial_execution(study->state, id, execution, &result, error);
}

vv_status vv_trial_wake(vv_study *study, int id, int goal, vv_error *error)
{
    VVI_TRY(vvi_study_check_writer(study, error));
    if (goal < 0) return vvi_fail(error, VV_BAD_ARG, "trial %d: to go on up to epoch %d, must be >= 0", id, goal);
    return study->store->trial_wake(study->state, id, goal, error);
}

vv_status vv_trial_retry(vv_study *study, int id, const char *reason, double seconds, vv_error *error)
{
    VVI_TRY(vvi_study_check_writer(study, error));
    return study->store->trial_retry(study->state, id, reason, seconds, error);
}

/* The first score that is not finite; n_scores: there is none. */
static size_t first_infinite(const vv_trial_result *result)
{
    size_t i = 0;
    while (i < result->n_scores && isfinite(result->scores[i])) i++;
    return i;
}

static vv_status check_result(int id, const vv_trial_result *result, vv_error *error)
{
    if (result->n_scores > VV_MAX_OBJECTIVES || (result->n_scores > 0 && result->scores == NULL))
        return vvi_fail(error, VV_BAD_ARG, "trial %d: %zu scores, at most %d are possible", id, result->n_scores,
                        VV_MAX_OBJECTIVES);
    if (result->status == VV_TRIAL_COMPLETED && result->n_scores == 0)
        return vvi_fail(error, VV_BAD_ARG, "trial %d: to be COMPLETED without a score", id);
    if (result->violation.set && !(result->violation.value >= 0))
        return vvi_fail(error, VV_BAD_ARG, "trial %d: a violation of %g, must be >= 0", id, result->violation.value);
    return VV_OK;
}

static void describe_score(const vv_trial_result *result, size_t index, char *text, size_t size)
{
    const double score = result->scores[index];
    const char *what = isnan(score) ? "nan" : score > 0 ? "inf" : "-inf";
    if (result->n_scores == 1)
        snprintf(text, size, "the score is %s", what);
    else
        snprintf(text, size, "the score of objective %zu is %s", index + 1, what);
}

/* What is written of a result: scores only where they belong and all are finite. */
static vv_status end_trial(vv_study *study, int id, vv_trial_result result, vv_error *error)
{
    char text[80];
    VVI_TRY(check_result(id, &result, error));
    const size_t bad = first_infinite(&result);
    const bool finite = bad == result.n_scores;
    if (result.status == VV_TRIAL_COMPLETED && !finite) {
        describe_score(&result, bad, text, sizeof text);
        result.status = VV_TRIAL_FAILED;
        if (result.reason == NULL) result.reason = text;
    }
    if (!finite || result.status == VV_TRIAL_FAILED || result.status == VV_TRIAL_INTERRUPTED) result.n_scores = 0;
    return study->store->trial_end(study->state, id, &result, error);
}

vv_status vv_trial_end(vv_study *study, int id, const vv_trial_result *result, vv_error *error)
{
    static const bool ends[] = {
        [VV_TRIAL_COMPLETED] = true, [VV_TRIAL_FAILED] = true, [VV_TRIAL_INTERRUPTED] = true, [VV_TRIAL_PRUNED] = true
    };
    VVI_TRY(vvi_study_check_writer(study, error));
    const size_t status = (size_t)result->status;
    if (status >= sizeof ends / sizeof *ends || !ends[status])
        return vvi_fail(error, VV_BAD_ARG, "trial %d: status %d is not one that a trial can end with", id,
                        (int)result->status);
    return end_trial(study, id, *result, error);
}

vv_status vv_trial_pause(vv_study *study, int id, const vv_trial_result *result, vv_error *error)
{
    VVI_TRY(vvi_study_check_writer(study, error));
    vv_trial_result paused = *result;
    paused.status = VV_TRIAL_PAUSED;
    return end_trial(study, id, paused, error);
}

/* ---- reading ---------------------------------------------------------------------------------------------------- */

static vv_status stored_objectives(const vv_study *study, vv_objectives *objectives, vv_error *error)
{
    char *text = NULL;
    VVI_TRY(vv_study_get(study, "objective", &text, error));
    if (text == NULL)
        return vvi_fail(error, VV_NOT_FOUND, "%s: no objective is stored: none of its trials is the best",
                        study->shown);
    const vv_status status = vv_objectives_parse(text, objectives, error);
    free(text);
    return status;
}

vv_status vv_study_trials(const vv_study *study, const vv_trials_args *args, vv_trials *trials, vv_error *error)
{
    vvi_trial_query query = { .objectives = { .n = 0 } };
    if (args != NULL) query.args = *args;
    *trials = (vv_trials){ .n = 0 };
    if (query.args.limit < 0) return vvi_fail(error, VV_BAD_ARG, "trials: limit is %d, must be >= 0", query.args.limit);
    if (query.args.best_first && !query.args.only) VVI_TRY(stored_objectives(study, &query.objectives, error));
    vvi_arena *arena = vvi_calloc(1, sizeof *arena);
    if (arena == NULL) return vvi_no_memory(error);
    trials->memory = arena;
    vv_status status = study->store->trials(study->state, &query, arena, &trials->list, &trials->n, error);
    if (status == VV_OK && query.args.only && trials->n == 0)
        status = vvi_fail(error, VV_NOT_FOUND, "%s: there is no trial %d", study->shown, query.args.id);
    if (status != VV_OK) vv_trials_free(trials);
    return status;
}

const vv_curve *vvi_trial_curve(const vv_trial *trial, int execution, const char *metric)
{
    for (size_t i = 0; i < trial->n_curves; i++)
        if (trial->curves[i].execution == execution && strcmp(trial->curves[i].metric, metric) == 0)
            return &trial->curves[i];
    return NULL;
}

void vv_trials_free(vv_trials *trials)
{
    if (trials == NULL || trials->memory == NULL) return;
    vvi_arena_deinit(trials->memory);
    vvi_free(trials->memory);
    *trials = (vv_trials){ .n = 0 };
}

vv_status vv_study_refusals(const vv_study *study, vv_refusals *refusals, vv_error *error)
{
    return study->store->refusals(study->state, refusals, error);
}

/* ---- checkpoints ------------------------------------------------------------------------------------------------ */

int vv_study_checkpoint_path(const vv_study *study, int id, char *path, size_t size)
{
    return snprintf(path, size, "%s/trial_%04d.safetensors", study->checkpoints, id);
}

int vv_study_state_path(const vv_study *study, int id, int execution, char *path, size_t size)
{
    return snprintf(path, size, "%s/trial_%04d_%d.state", study->checkpoints, id, execution);
}

int vvi_study_files_path(const vv_study *study, int id, int execution, char *path, size_t size)
{
    return snprintf(path, size, "%s/trial_%04d_%d.files", study->checkpoints, id, execution);
}

typedef struct pruning {
    const vv_study *study;
    vv_trials best;
} pruning;

static bool is_among_the_best(const vv_trials *best, int id)
{
    for (size_t i = 0; i < best->n; i++)
        if (best->list[i].id == id && best->list[i].status == VV_TRIAL_COMPLETED) return true;
    return false;
}

typedef enum fate { OPEN, RUNNING, FINAL, FAILED } fate;

/* What cannot be read may go on. */
static fate find_fate(const vv_study *study, int id)
{
    vv_trials trials;
    const vv_status status = vv_study_trials(study, &(vv_trials_args){ .only = true, .id = id }, &trials, NULL);
    if (status != VV_OK) return status == VV_NOT_FOUND ? FINAL : RUNNING;
    const vv_trial_status now = trials.list[0].status;
    vv_trials_free(&trials);
    if (now == VV_TRIAL_COMPLETED || now == VV_TRIAL_PRUNED) return FINAL;
    if (now == VV_TRIAL_FAILED) return FAILED;
    return now == VV_TRIAL_RUNNING ? RUNNING : OPEN;
}

/* A file that is being written is its trial's; when that does not run, somebody died over it. */
static void remove_unless_needed(void *context, int id, vvi_kept kind, const char *path)
{
    const pruning *p = context;
    if (kind == VVI_KEPT_LOG || (kind == VVI_KEPT_WEIGHTS && is_among_the_best(&p->best, id))) return;
    const fate found = find_fate(p->study, id);
    if (found == RUNNING || (found == OPEN && kind != VVI_KEPT_LEFTOVER)) return;
    if (kind == VVI_KEPT_FILES && found == FAILED)
        vvi_folder_remove_but_log(path);
    else
        vvi_folder_remove(kind, path);
}

/* The same with the copies in a database. */
static vv_status keep_copies(const vv_study *study, const vv_trials *best, vv_error *error)
{
    int *ids = vvi_calloc(best->n + 1, sizeof *ids);
    if (ids == NULL) return vvi_no_memory(error);
    for (size_t i = 0; i < best->n; i++) ids[i] = best->list[i].id;
    const vv_status status = study->store->files_keep(study->state, ids, best->n, error);
    vvi_free(ids);
    return status;
}

vv_status vv_study_prune_checkpoints(vv_study *study, int keep, vv_error *error)
{
    VVI_TRY(vvi_study_check_writer(study, error));
    if (keep < 0) return vvi_fail(error, VV_BAD_ARG, "checkpoints to keep: %d, must be >= 0", keep);
    pruning p = { .study = study };
    if (keep > 0)
        VVI_TRY(vv_study_trials(study, &(vv_trials_args){ .best_first = true, .limit = keep }, &p.best, error));
    vvi_folder_checkpoints(study->checkpoints, remove_unless_needed, &p);
    const vv_status status = study->moves ? keep_copies(study, &p.best, error) : VV_OK;
    vv_trials_free(&p.best);
    return status;
}
