/* embed.c - the search inside a program of your own, with the same hypermodel file that the command searches.
 *
 *     cc examples/embed.c examples/dense_dropout.c $(pkg-config --cflags --libs varve) -o embed && ./embed
 */
#include <stdio.h>
#include <varve/varve.h>

extern const vv_hypermodel varve_hypermodel; /* what VV_HYPERMODEL declares at the end of dense_dropout.c */

static void on_event(void *context, const vv_event *event)
{
    (void)context;
    if (event->kind == VV_EVENT_TRIAL_END)
        printf("trial %d %s, score %.4f\n", event->trial->id, vv_trial_status_name(event->trial->status),
               event->trial->score);
}

/* Loads the best trial's network and shows it. */
static vv_status show_best(const char *project, int best, vv_error *error)
{
    vv_study *study = NULL;
    vv_model *model = NULL;
    char path[512];
    vv_status status = vv_study_open(project, VV_STUDY_READ, &study, error);
    if (status == VV_OK) {
        vv_study_checkpoint_path(study, best, path, sizeof path);
        status = vv_model_load(path, &model, error);
    }
    if (status == VV_OK) status = vv_model_summary(model, stdout);
    vv_model_free(model);
    vv_study_close(study);
    return status;
}

int main(int argc, char **argv)
{
    const char *project = argc > 1 ? argv[1] : "embed_project";
    const vv_data_args split = { .validation_split = 0.2 };
    vv_error error = { 0 };
    vv_data *training = NULL, *validation = NULL;
    vv_search_result result = { 0 };

    vv_status status = vv_data_open(varve_hypermodel.data, &split, &training, &validation, &error);
    if (status == VV_OK)
        status = vv_search(&result, &error, &varve_hypermodel, training, validation, .max_trials = 3,
                           .project = project, .overwrite = true, .on_event = on_event);
    if (status == VV_OK) status = show_best(project, result.best, &error);
    if (status != VV_OK) fprintf(stderr, "embed: %s\n", error.text);

    vv_data_free(training);
    vv_data_free(validation);
    return status == VV_OK ? 0 : 1;
}
