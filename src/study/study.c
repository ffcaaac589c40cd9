/* study.c - the life of a study and of its trials. What is written where, the store knows (stores/sqlite.c).
 *
 *     begin --> RUNNING --> COMPLETED    has a finite score
 *                 ^ |  \--> FAILED       has a reason
 *                 | v
 *              INTERRUPTED               restart drops what was reported, keeps id and values
 *
 * Invariants:
 *   - Only RUNNING trials take epochs and executions. COMPLETED and FAILED are final.
 *   - A COMPLETED trial's score is finite: one that would not be ends as FAILED, with that as its reason.
 *   - A RUNNING trial in a study without a writer is one whose writer died; restart takes it up as if INTERRUPTED.
 *   - There is one writer, the holder of PROJECT/lock; readers take no lock and see one moment in each call.
 */
#include "study/study.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct vv_study {
    const vvi_store_row *store;
    void *state;
    vvi_folder folder;
    bool write;
};

/* ---- open, close ---------------------------------------------------------------------------------------------------
 */

static vv_status begin_writing(vv_study *study, bool overwrite, vv_error *error)
{
    VVI_TRY(vvi_folder_begin(&study->folder, overwrite, error));
    const vv_status status = study->store->open(study->folder.database, true, &study->state, error);
    if (status != VV_OK) vvi_folder_undo(&study->folder);
    return status;
}

static vv_status begin_reading(vv_study *study, vv_error *error)
{
    if (access(study->folder.database, F_OK) != 0)
        return vvi_fail(error, VV_NOT_FOUND, "%s: no study there (no file %s)", study->folder.path,
                        study->folder.database);
    return study->store->open(study->folder.database, false, &study->state, error);
}

vv_status vv_study_open(const char *path, vv_study_mode mode, vv_study **study, vv_error *error)
{
    *study = NULL;
    vv_study *new_study = vvi_calloc(1, sizeof *new_study);
    if (new_study == NULL) return vvi_no_memory(error);
    new_study->store = &vvi_store_sqlite;
    new_study->write = mode != VV_STUDY_READ;
    vv_status status = vvi_folder_init(&new_study->folder, path, error);
    if (status == VV_OK)
        status = new_study->write ? begin_writing(new_study, mode == VV_STUDY_OVERWRITE, error)
                                  : begin_reading(new_study, error);
    if (status == VV_OK)
        *study = new_study;
    else
        vv_study_close(new_study);
    return status;
}

void vv_study_close(vv_study *study)
{
    if (study == NULL) return;
    study->store->close(study->state);
    vvi_folder_deinit(&study->folder);
    vvi_free(study);
}

const char *vv_study_path(const vv_study *study)
{
    return study->folder.path;
}

static vv_status check_writer(const vv_study *study, vv_error *error)
{
    if (study->write) return VV_OK;
    return vvi_fail(error, VV_BAD_ARG, "%s: opened for reading", study->folder.path);
}

/* ---- facts ----------------------------------------------------------------------------------------------------------
 */

vv_status vv_study_set(vv_study *study, const char *key, const char *text, vv_error *error)
{
    VVI_TRY(check_writer(study, error));
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
    VVI_TRY(check_writer(study, error));
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

vv_status vv_trial_restart(vv_study *study, int id, vv_error *error)
{
    VVI_TRY(check_writer(study, error));
    return study->store->trial_restart(study->state, id, error);
}

vv_status vv_trial_epoch(vv_study *study, int id, int execution, int epoch, const char *const *metrics,
                         const double *values, size_t n, vv_error *error)
{
    VVI_TRY(check_writer(study, error));
    if (execution < 0 || epoch < 0)
        return vvi_fail(error, VV_BAD_ARG, "trial %d: execution %d, epoch %d: both are counted from 0", id, execution,
                        epoch);
    return study->store->trial_epoch(study->state, id, execution, epoch, metrics, values, n, error);
}

vv_status vv_trial_execution(vv_study *study, int id, int execution, int best_epoch, double score, double seconds,
                             vv_error *error)
{
    VVI_TRY(check_writer(study, error));
    if (execution < 0 || best_epoch < 0)
        return vvi_fail(error, VV_BAD_ARG, "trial %d: execution %d, best epoch %d: both are counted from 0", id,
                        execution, best_epoch);
    if (!isfinite(score))
        return vvi_fail(error, VV_BAD_ARG, "trial %d: execution %d: a score of %g, must be finite", id, execution,
                        score);
    const vv_execution result = { .best_epoch = best_epoch, .score = score, .seconds = seconds };
    return study->store->trial_execution(study->state, id, execution, &result, error);
}

vv_status vv_trial_end(vv_study *study, int id, vv_trial_status status, double score, const char *reason,
                       double seconds, vv_error *error)
{
    VVI_TRY(check_writer(study, error));
    if (status != VV_TRIAL_COMPLETED && status != VV_TRIAL_FAILED && status != VV_TRIAL_INTERRUPTED)
        return vvi_fail(error, VV_BAD_ARG, "trial %d: status %d is not one that a trial can end with", id, (int)status);
    char text[64];
    if (status == VV_TRIAL_COMPLETED && !isfinite(score)) {
        snprintf(text, sizeof text, "the score is %s", isnan(score) ? "nan" : score > 0 ? "inf" : "-inf");
        status = VV_TRIAL_FAILED;
        if (reason == NULL) reason = text;
    }
    return study->store->trial_end(study->state, id, status, score, reason, seconds, error);
}

/* ---- reading ---------------------------------------------------------------------------------------------------- */

static vv_status stored_direction(const vv_study *study, bool *maximize, vv_error *error)
{
    char *text = NULL;
    vv_objective objective;
    VVI_TRY(vv_study_get(study, "objective", &text, error));
    if (text == NULL)
        return vvi_fail(error, VV_NOT_FOUND, "%s: no objective is stored: none of its trials is the best",
                        study->folder.path);
    const vv_status status = vv_objective_parse(text, &objective, error);
    free(text);
    if (status == VV_OK) *maximize = objective.maximize;
    return status;
}

vv_status vv_study_trials(const vv_study *study, const vv_trials_args *args, vv_trials *trials, vv_error *error)
{
    vvi_trial_query query = { .maximize = false };
    if (args != NULL) query.args = *args;
    *trials = (vv_trials){ .n = 0 };
    if (query.args.limit < 0) return vvi_fail(error, VV_BAD_ARG, "trials: limit is %d, must be >= 0", query.args.limit);
    if (query.args.best_first && !query.args.only) VVI_TRY(stored_direction(study, &query.maximize, error));
    vvi_arena *arena = vvi_calloc(1, sizeof *arena);
    if (arena == NULL) return vvi_no_memory(error);
    trials->memory = arena;
    vv_status status = study->store->trials(study->state, &query, arena, &trials->list, &trials->n, error);
    if (status == VV_OK && query.args.only && trials->n == 0)
        status = vvi_fail(error, VV_NOT_FOUND, "%s: there is no trial %d", study->folder.path, query.args.id);
    if (status != VV_OK) vv_trials_free(trials);
    return status;
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
    return snprintf(path, size, "%s/trial_%04d.safetensors", study->folder.checkpoints, id);
}

static void remove_unless_best(void *context, int id, bool whole, const char *path)
{
    const vv_trials *best = context;
    for (size_t i = 0; i < best->n && whole; i++)
        if (best->list[i].id == id && best->list[i].status == VV_TRIAL_COMPLETED) return;
    unlink(path);
}

vv_status vv_study_prune_checkpoints(vv_study *study, int keep, vv_error *error)
{
    VVI_TRY(check_writer(study, error));
    if (keep < 0) return vvi_fail(error, VV_BAD_ARG, "checkpoints to keep: %d, must be >= 0", keep);
    vv_trials best = { .n = 0 };
    if (keep > 0) VVI_TRY(vv_study_trials(study, &(vv_trials_args){ .best_first = true, .limit = keep }, &best, error));
    vvi_folder_checkpoints(&study->folder, remove_unless_best, &best);
    vv_trials_free(&best);
    return VV_OK;
}
