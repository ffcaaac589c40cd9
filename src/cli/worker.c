/* worker.c - varve worker FILE: works at a study that is there, until it has ended.
 *
 * It is varve search, with a command line made of the study's facts: whatever a search may be told is said to its workers
 * in the same words, and checked by the same rules.
 */
#include "cli/cli.h"

#include <stdlib.h>
#include <string.h>

/* Facts of a study (src/tuner/facts.c) and the option of search that each was given by. */
static const struct {
    const char *fact, *option, *unit;
    const char *nothing; /* what says that it was not given */
} settings[] = {
    { "data", "data", "", NULL },
    { "objective", "objective", "", NULL },
    { "constraints", "constraint", "", "none" },
    { "oracle", "tuner", "", NULL },
    { "pruner", "pruner", "", "none" },
    { "seed", "seed", "", NULL },
    { "executions_per_trial", "executions-per-trial", "", NULL },
    { "epochs", "epochs", "", "open" },
    { "batch_size", "batch-size", "", NULL },
    { "validation_split", "validation-split", "", NULL },
    { "budget", "budget", "", "none" },
    { "budget_precision", "precision", "", NULL },
    { "max_trials", "max-trials", "", NULL },
    { "max_epochs_total", "max-epochs-total", "", "0" },
    { "max_seconds", "max-time", "s", "0" },
    { "stop_at", "stop-at", "", "none" },
    { "keep_checkpoints", "keep-checkpoints", "", NULL },
    { "checkpoints", "checkpoints", "", "none" },
    { "max_retries", "max-retries", "", NULL },
    { "trial_timeout_s", "trial-timeout", "s", "0" },
    { "trial_memory_mb", "trial-memory", "", "0" },
    { "max_consecutive_failures", "max-consecutive-failures", "", NULL },
};
enum { SETTINGS = sizeof settings / sizeof *settings, WORDS = 2 + SETTINGS };

static const vvi_positional positionals[] = { VVI_POSITIONAL_FILE };
static const vvi_option rows[] = {
    VVI_OPTION_DATA(false, "where this machine has the study's data (where the study says)"),
    VVI_OPTION_WORKERS,
    VVI_OPTIONS_PLACE,
    VVI_OPTIONS_LOGS,
    VVI_OPTION_JSON,
};

static bool says_something(size_t i, const char *text)
{
    return text != NULL && (settings[i].nothing == NULL || strcmp(text, settings[i].nothing) != 0);
}

/* "--epochs=10": owned, free with free(). NULL in *word: the study says nothing. */
static vv_status read_setting(const vv_study *study, size_t i, char **word, vv_error *error)
{
    char *fact = NULL;
    vvi_text text = { 0 };
    *word = NULL;
    const vv_status status = vv_study_get(study, settings[i].fact, &fact, error);
    if (status == VV_OK && says_something(i, fact)) {
        vvi_text_printf(&text, "--%s=%s%s", settings[i].option, fact, settings[i].unit);
        *word = text.failed ? NULL : strdup(text.data);
    }
    const bool failed = status == VV_OK && says_something(i, fact) && *word == NULL;
    free(fact);
    vvi_text_deinit(&text);
    return failed ? vvi_no_memory(error) : status;
}

static vv_status read_words(const vv_study *study, char *words[SETTINGS], size_t *n, vv_error *error)
{
    for (size_t i = 0; i < SETTINGS; i++) {
        VVI_TRY(read_setting(study, i, &words[*n], error));
        *n += words[*n] != NULL;
    }
    return VV_OK;
}

static int find_words(const char *where, char *words[SETTINGS], size_t *n)
{
    vv_study *study = NULL;
    vv_error error = { 0 };
    char *objective = NULL;
    vv_status status = vv_study_open(where, VV_STUDY_READ, &study, &error);
    if (status == VV_OK) status = vv_study_get(study, "objective", &objective, &error);
    const bool begun = objective != NULL;
    if (status == VV_OK && begun) status = read_words(study, words, n, &error);
    free(objective);
    vv_study_close(study);
    if (status == VV_NOT_FOUND || (status == VV_OK && !begun))
        return vvi_cli_complain(VVI_EXIT_STATE, "%s: there is no study yet; begin it with varve search", where);
    return status == VV_OK ? 0 : vvi_cli_fail(vvi_cli_study_status(status), &error);
}

/* What the study says, and then, since the last one counts, what this command line does. */
static int search(const vvi_options *given, char *const words[SETTINGS], size_t n)
{
    vvi_options options;
    char message[512], program[] = "varve", command[] = "search", *argv[WORDS + 2] = { program, command };
    int argc = 2;
    for (size_t i = 0; i < n; i++) argv[argc++] = words[i];
    argv[argc++] = (char *)(uintptr_t)given->file;
    if (!vvi_options_parse(&vvi_command_search, argc, argv, &options, message, sizeof message))
        return vvi_cli_complain(VVI_EXIT_STATE, "the study's settings: %s", message);
    if (given->data != NULL) options.data = given->data;
    options.directory = given->directory, options.project = given->project;
    options.storage = given->storage, options.study = given->study;
    options.tensorboard = given->tensorboard, options.log_csv = given->log_csv;
    options.json = given->json;
    if (given->checkpoints != NULL) options.checkpoints = given->checkpoints;
    options.workers = given->workers;
    options.lease_s = given->lease_s;
    options.joins = true;
    options.argc = given->argc, options.argv = given->argv; /* as it is known by */
    return vvi_command_search.run(&options);
}

static int run(const vvi_options *options)
{
    size_t n = 0;
    vvi_loaded loaded;
    char where[VVI_WHERE_SIZE], *words[SETTINGS + 1] = { NULL };
    int exit_status = vvi_hypermodel_find(options->file, &loaded);
    if (exit_status == 0) exit_status = vvi_cli_where(options, loaded.name, where);
    if (exit_status == 0) exit_status = find_words(where, words, &n);
    if (exit_status == 0) exit_status = search(options, words, n);
    for (size_t i = 0; i < n; i++) free(words[i]);
    return exit_status;
}

const vvi_command vvi_command_worker = {
    .name = "worker",
    .summary = "works at a study that varve search has begun, until it has ended",
    .positionals = positionals,
    .n_positionals = VVI_COUNT(positionals),
    .options = rows,
    .n_options = VVI_COUNT(rows),
    .notes = "What is searched, how, and until when, the study says. Ctrl-C, SIGTERM, SIGUSR1\n"
             "and SIGUSR2 end it after the epochs that run; others go on with its trials.\n",
    .run = run,
};
