/* importance.c - varve importance PROJECT: which hyperparameters matter, and how surely. */
#include "cli/cli.h"
#include "insight/insight.h"

#include <stdio.h>
#include <string.h>

static const vvi_positional positionals[] = { VVI_POSITIONAL_PROJECT };
static const vvi_option rows[] = {
    { .name = "method",
      .type = VVI_OPTION_TEXT,
      .offset = VVI_MEMBER(method),
      .argument = "NAME",
      .help = "fanova: who explains the spread of scores; ped-anova: what the best trials have (fanova)" },
    { .name = "objective",
      .type = VVI_OPTION_TEXT,
      .offset = VVI_MEMBER(objective),
      .argument = "NAME",
      .help = "for which of several objectives (the first)" },
    VVI_OPTIONS_STUDY,
    VVI_OPTION_JSON,
};

static int find_kind(const char *name, const vvi_importance_kind **kind)
{
    *kind = vvi_importance_find(name == NULL ? "fanova" : name);
    if (*kind != NULL) return 0;
    vvi_text names = { 0 };
    for (size_t i = 0; vvi_importance_at(i) != NULL; i++)
        vvi_text_printf(&names, "%s%s", i == 0 ? "" : ", ", vvi_importance_at(i)->name);
    vvi_cli_complain(0, "--method: there is no \"%s\"; there are: %s", name, names.data == NULL ? "" : names.data);
    vvi_text_deinit(&names);
    return VVI_EXIT_USAGE;
}

static int find_objective(const vv_objectives *objectives, const char *name, size_t *index)
{
    *index = 0;
    if (name == NULL) return 0;
    while (*index < objectives->n && strcmp(objectives->list[*index].name, name) != 0) ++*index;
    if (*index < objectives->n) return 0;
    vvi_text names = { 0 };
    for (size_t i = 0; i < objectives->n; i++)
        vvi_text_printf(&names, "%s%s", i == 0 ? "" : ", ", objectives->list[i].name);
    vvi_cli_complain(0, "--objective: the study has no \"%s\"; it has: %s", name,
                     names.data == NULL ? "none" : names.data);
    vvi_text_deinit(&names);
    return VVI_EXIT_USAGE;
}

static vv_status weigh(vvi_importance_shown *shown, bool json, vv_error *error)
{
    vvi_weights weights;
    shown->weights = &weights;
    vv_status status = vvi_importance(shown->kind, shown->frame, shown->objective, VVI_INSIGHT_SEED, &weights, error);
    if (status == VV_OK)
        status = json ? vvi_importance_write_json(shown, stdout, error) : vvi_importance_write(shown, stdout, error);
    vvi_weights_deinit(&weights);
    return status;
}

/* The exit status of a mistake in the options, or 0 and the status of the rest. */
static int show(const vv_study *study, const vvi_options *options, const vvi_importance_kind *kind, vv_status *status,
                vv_error *error)
{
    vvi_frame frame;
    vvi_importance_shown shown = { .where = vv_study_path(study), .kind = kind, .frame = &frame };
    *status = vvi_frame_read(study, &(vvi_frame_args){ .courses = false }, &frame, error);
    int exit_status = 0;
    if (*status == VV_OK) exit_status = find_objective(&frame.objectives, options->objective, &shown.objective);
    if (*status == VV_OK && exit_status == 0) *status = weigh(&shown, options->json, error);
    vvi_frame_deinit(&frame);
    return exit_status;
}

static int run(const vvi_options *options)
{
    vv_study *study = NULL;
    vv_error error = { 0 };
    vv_status status = VV_OK;
    const vvi_importance_kind *kind = NULL;
    int exit_status = find_kind(options->method, &kind);
    if (exit_status == 0) exit_status = vvi_cli_open_study(options, &study);
    if (exit_status != 0) return exit_status;
    exit_status = show(study, options, kind, &status, &error);
    vv_study_close(study);
    if (exit_status != 0) return exit_status;
    if (status != VV_OK) return vvi_cli_fail(vvi_cli_study_status(status), &error);
    return vvi_cli_end(VVI_EXIT_DONE, stdout);
}

const vvi_command vvi_command_importance = {
    .name = "importance",
    .summary = "which hyperparameters matter, and how surely",
    .positionals = positionals,
    .n_positionals = VVI_COUNT(positionals),
    .options = rows,
    .n_options = VVI_COUNT(rows),
    .run = run,
};
