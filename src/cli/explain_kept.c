/* explain_kept.c - varve explain PROJECT: what a study's last search knew of its space, told without the hypermodel. */
#include "cli/cli.h"
#include "study/study.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool vvi_cli_is_place(const char *place)
{
    struct stat info;
    return vvi_place_is_database(place) || (stat(place, &info) == 0 && S_ISDIR(info.st_mode));
}

/* What is kept was found out with the search's own settings. */
static int refuse_settings(const vvi_options *o)
{
    const struct {
        const char *name, *value;
    } settings[] = { { "data", o->data },
                     { "input", o->input },
                     { "budget", o->budget },
                     { "precision", o->precision },
                     { "at", o->at } };
    for (size_t i = 0; i < VVI_COUNT(settings); i++)
        if (settings[i].value != NULL)
            return vvi_cli_complain(VVI_EXIT_USAGE,
                                    "--%s: a study tells what its search went by; give the hypermodel's file instead",
                                    settings[i].name);
    return 0;
}

static vv_status write_words(const char *json, vv_error *error)
{
    vv_explanation *explanation = NULL;
    VVI_TRY(vvi_explanation_read(json, &explanation, error));
    const vv_status status = vvi_explain_write(explanation, false, stdout, error);
    vv_explanation_free(explanation);
    return status;
}

static int write_kept(const vv_study *study, bool as_json)
{
    vv_error error = { 0 };
    char *json = NULL;
    vv_status status = vv_study_get(study, "explanation", &json, &error);
    if (status == VV_OK && json == NULL)
        return vvi_cli_complain(VVI_EXIT_STATE,
                                "%s: keeps no explanation; a search of networks writes one when it begins",
                                vv_study_path(study));
    if (status == VV_OK && as_json)
        puts(json);
    else if (status == VV_OK)
        status = write_words(json, &error);
    free(json);
    return status == VV_OK ? 0 : vvi_cli_fail(vvi_cli_study_status(status), &error);
}

int vvi_cli_explain_kept(const vvi_options *options)
{
    vv_study *study = NULL;
    vv_error error = { 0 };
    int exit_status = refuse_settings(options);
    if (exit_status != 0) return exit_status;
    const vv_status status = vv_study_open(options->file, VV_STUDY_READ, &study, &error);
    if (status != VV_OK) return vvi_cli_fail(vvi_cli_study_status(status), &error);
    exit_status = write_kept(study, options->json);
    vv_study_close(study);
    return vvi_cli_end(exit_status, stdout);
}
