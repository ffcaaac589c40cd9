/* checkpoint.c - a trial's trained network and data to use it on, for evaluate and predict.
 *
 * Data is prepared as the training data was: with the means, scales and categories that the study has kept.
 */
#include "cli/cli.h"
#include "study/study.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool has_checkpoint(const vv_study *study, int id)
{
    char path[4096];
    return vv_study_checkpoint_path(study, id, path, sizeof path) < (int)sizeof path && access(path, R_OK) == 0;
}

/* Brings them from where the study keeps them, if it keeps them elsewhere. */
static int fetch_checkpoint(const vv_study *study, int id)
{
    vv_error error = { 0 };
    const vv_status status = vvi_study_file_get(study, id, -1, &error);
    return status == VV_OK ? 0 : vvi_cli_fail(vvi_cli_study_status(status), &error);
}

/* A trial that should have weights and has not: says which have. */
static int no_weights(const vv_study *study, const vv_trials *trials, int wanted)
{
    vvi_text with = { 0 };
    for (size_t i = 0; i < trials->n; i++)
        if (has_checkpoint(study, trials->list[i].id))
            vvi_text_printf(&with, "%s%d", with.n == 0 ? "" : ", ", trials->list[i].id);
    vvi_cli_complain(0, "%s: trial %d has no weights kept; these have: %s", vv_study_path(study), wanted,
                     with.data == NULL ? "none" : with.data);
    vvi_text_deinit(&with);
    return VVI_EXIT_USAGE;
}

/* `trials` are best first. */
static int find_trial(const vv_study *study, const vv_trials *trials, const char *text, int *id)
{
    if (text == NULL || strcmp(text, "best") == 0) {
        if (trials->n == 0 || trials->list[0].status != VV_TRIAL_COMPLETED)
            return vvi_cli_complain(VVI_EXIT_FAILED, "%s: no trial is completed, so none is the best",
                                    vv_study_path(study));
        *id = trials->list[0].id;
        return 0;
    }
    if (vvi_cli_trial_id(text, id)) return 0;
    return vvi_cli_complain(VVI_EXIT_USAGE, "--trial: \"%s\" is neither a trial's number nor best", text);
}

static int choose_trial(const vv_study *study, const vv_trials *trials, const char *text, int *id)
{
    int exit_status = find_trial(study, trials, text, id);
    if (exit_status == 0) exit_status = fetch_checkpoint(study, *id);
    if (exit_status != 0) return exit_status;
    return has_checkpoint(study, *id) ? 0 : no_weights(study, trials, *id);
}

static int open_data(const vv_study *study, const char *spec, vv_data **data)
{
    vv_error error = { 0 };
    char *preparation = NULL;
    vv_status status = vv_study_get(study, "preparation", &preparation, &error);
    if (status != VV_OK) return vvi_cli_fail(vvi_cli_study_status(status), &error);
    const vv_data_args args = { .preparation = preparation };
    status = vvi_cli_open_data(spec, &args, data, NULL, &error);
    free(preparation);
    return status == VV_OK ? 0 : vvi_cli_fail(vvi_cli_data_status(status), &error);
}

/* A checkpoint that was copied from elsewhere would give another network's answers under this trial's number. */
static vv_status check_network(const vv_trial *trial, const vv_model *model, const char *path, vv_error *error)
{
    char *json = NULL;
    VVI_TRY(vv_model_to_json(model, &json, error));
    const bool same = trial->model_json == NULL || strcmp(trial->model_json, json) == 0;
    free(json);
    if (same) return VV_OK;
    return vvi_fail(error, VV_MISMATCH, "%s: holds another network than trial %d had", path, trial->id);
}

static int load_trial(const vv_study *study, const vvi_options *options, vvi_trained *trained)
{
    char path[4096];
    vv_error error = { 0 };
    vv_trials trials = { 0 };
    vv_status status = vv_study_trials(study, &(vv_trials_args){ .best_first = true }, &trials, &error);
    if (status != VV_OK) return vvi_cli_fail(vvi_cli_study_status(status), &error);
    const int exit_status = choose_trial(study, &trials, options->trial, &trained->trial);
    if (exit_status == 0) {
        vv_study_checkpoint_path(study, trained->trial, path, sizeof path);
        status = vv_model_load(path, &trained->model, &error);
        for (size_t i = 0; i < trials.n && status == VV_OK; i++)
            if (trials.list[i].id == trained->trial)
                status = check_network(&trials.list[i], trained->model, path, &error);
    }
    vv_trials_free(&trials);
    if (exit_status != 0) return exit_status;
    return status == VV_OK ? 0 : vvi_cli_fail(vvi_cli_study_status(status), &error);
}

int vvi_trained_open(const vvi_options *options, vvi_trained *trained)
{
    vv_study *study = NULL;
    *trained = (vvi_trained){ .trial = -1 };
    int exit_status = vvi_cli_open_study(options, &study);
    if (exit_status != 0) return exit_status;
    exit_status = load_trial(study, options, trained);
    if (exit_status == 0) exit_status = open_data(study, options->data, &trained->data);
    vv_study_close(study);
    if (exit_status != 0) vvi_trained_close(trained);
    return exit_status;
}

void vvi_trained_close(vvi_trained *trained)
{
    vv_model_free(trained->model);
    vv_data_free(trained->data);
    *trained = (vvi_trained){ .trial = -1 };
}
