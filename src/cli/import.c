/* import.c - varve import KIND DIR: what another program has found out, as a study. */
#include "cli/cli.h"
#include "study/exchange.h"

#include <string.h>

static const vvi_positional positionals[] = {
    { .name = "KIND", .offset = VVI_MEMBER(input), .help = "whose it is: keras-tuner" },
    { .name = "DIR", .offset = VVI_MEMBER(source), .help = "the folder that oracle.json is in" },
};
static const vvi_option rows[] = {
    { .name = "directory",
      .type = VVI_OPTION_TEXT,
      .offset = VVI_MEMBER(directory),
      .argument = "D",
      .help = "where projects are (.)" },
    { .name = "project",
      .type = VVI_OPTION_TEXT,
      .offset = VVI_MEMBER(project),
      .argument = "P",
      .help = "the folder in it for the study" },
    VVI_OPTION_STORAGE("a database instead: postgresql://HOST/DATABASE"),
    { .name = "study",
      .type = VVI_OPTION_TEXT,
      .offset = VVI_MEMBER(study),
      .argument = "NAME",
      .help = "the study in it" },
    { .name = "objective",
      .type = VVI_OPTION_TEXT,
      .offset = VVI_MEMBER(objective),
      .argument = "NAME[:min|max]",
      .help = "what the scores are (told from the metrics)" },
    { .name = "overwrite",
      .type = VVI_OPTION_FLAG,
      .offset = VVI_MEMBER(overwrite),
      .help = "put it in the place of the study that is there" },
    VVI_OPTION_JSON,
};

static const struct {
    const char *name;
    vv_status (*import)(const vvi_exchange_args *args, vvi_exchanged *exchanged, vv_error *error);
} kinds[] = {
    { "keras-tuner", vvi_study_import_keras_tuner },
};

static int no_such_kind(const char *name)
{
    const char *nearest = vvi_nearest(name, kinds, VVI_COUNT(kinds), sizeof kinds[0]);
    if (nearest != NULL)
        return vvi_cli_complain(VVI_EXIT_USAGE, "KIND: there is no \"%s\"; did you mean \"%s\"?", name, nearest);
    return vvi_cli_complain(VVI_EXIT_USAGE, "KIND: there is no \"%s\"; there is: %s", name, kinds[0].name);
}

int vvi_cli_say_exchanged(const vvi_options *options, const char *where, const vvi_exchanged *exchanged)
{
    vv_error error = { 0 };
    vvi_json json = { 0 };
    vv_study *study = NULL;
    vv_status status = vv_study_open(where, VV_STUDY_READ, &study, &error);
    if (status == VV_OK && options->json) {
        vvi_json_begin(&json, NULL, '{');
        vvi_json_string(&json, "study", vv_study_path(study));
        vvi_json_int(&json, "trials", exchanged->trials);
        vvi_json_int(&json, "files", exchanged->files);
        vvi_json_end(&json, '}');
        status = vvi_json_flush(&json, stdout, &error);
    } else if (status == VV_OK) {
        char files[VVI_NUMBER_SIZE] = "";
        if (exchanged->files > 0)
            snprintf(files, sizeof files, ", %d file%s", exchanged->files, exchanged->files == 1 ? "" : "s");
        vvi_cli_say(stdout, "%s: %d trial%s%s", vv_study_path(study), exchanged->trials,
                    exchanged->trials == 1 ? "" : "s", files);
    }
    vv_study_close(study);
    return status == VV_OK ? 0 : vvi_cli_fail(vvi_cli_study_status(status), &error);
}

/* What is wrong with the other program's files, or with what was asked for. */
static int fail(vv_status status, const vv_error *error)
{
    return vvi_cli_fail(status == VV_BAD_ARG ? VVI_EXIT_USAGE : vvi_cli_study_status(status), error);
}

static int run(const vvi_options *options)
{
    char where[VVI_WHERE_SIZE];
    vv_error error = { 0 };
    vvi_exchanged exchanged;
    size_t i = 0;
    while (i < VVI_COUNT(kinds) && strcmp(kinds[i].name, options->input) != 0) i++;
    if (i == VVI_COUNT(kinds)) return no_such_kind(options->input);
    if (options->project == NULL && options->study == NULL)
        return vvi_cli_complain(VVI_EXIT_USAGE, "--project P is missing: what the study shall be called");
    const int exit_status = vvi_cli_where(options, "", where);
    if (exit_status != 0) return exit_status;
    const vvi_exchange_args args = {
        .from = options->source, .to = where, .overwrite = options->overwrite, .objective = options->objective
    };
    const vv_status status = kinds[i].import(&args, &exchanged, &error);
    if (status != VV_OK) return fail(status, &error);
    return vvi_cli_end(vvi_cli_say_exchanged(options, where, &exchanged), stdout);
}

const vvi_command vvi_command_import = {
    .name = "import",
    .summary = "a project of Keras Tuner as a study",
    .positionals = positionals,
    .n_positionals = VVI_COUNT(positionals),
    .options = rows,
    .n_options = VVI_COUNT(rows),
    .run = run,
};
