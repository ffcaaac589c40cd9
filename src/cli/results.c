/* results.c - varve results PROJECT: the best trials. */
#include "cli/cli.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static const vvi_positional positionals[] = { VVI_POSITIONAL_PROJECT };
static const vvi_option rows[] = {
    { .name = "top",
      .type = VVI_OPTION_INT,
      .offset = VVI_MEMBER(top),
      .min = 1,
      .max = 1000000,
      .argument = "N",
      .help = "how many (10)" },
    VVI_OPTIONS_STUDY,
    VVI_OPTION_JSON,
};

/* Of a list that was cut it is said, and how to see the rest. */
static vv_status say_more(const vv_study *study, size_t shown, vv_error *error)
{
    vv_counts counts;
    VVI_TRY(vv_study_counts(study, &counts, error));
    const int64_t more = counts.trials - (int64_t)shown;
    if (more > 0)
        printf("\n%" PRId64 " more trial%s; --top %" PRId64 " shows all\n", more, more == 1 ? "" : "s", counts.trials);
    return VV_OK;
}

static vv_status write_results(const vv_study *study, const vvi_options *options, vv_error *error)
{
    vv_trials trials = { 0 };
    vvi_goals goals;
    const int limit = options->top == 0 ? 10 : options->top;
    vv_status status = vv_study_trials(study, &(vv_trials_args){ .best_first = true, .limit = limit }, &trials, error);
    if (status == VV_OK) status = vvi_goals_read(study, &goals, error);
    if (status == VV_OK && trials.n == 0 && !options->json)
        vvi_cli_say(stdout, "%s: has no trial yet", vv_study_path(study));
    else if (status == VV_OK)
        status = options->json ? vvi_results_write_json(&trials, stdout, error)
                               : vvi_results_write(&trials, &goals, true, stdout, error);
    if (status == VV_OK && trials.n > 0 && !options->json) status = say_more(study, trials.n, error);
    vv_trials_free(&trials);
    return status;
}

static int run(const vvi_options *options)
{
    vv_study *study = NULL;
    vv_error error = { 0 };
    const int exit_status = vvi_cli_open_study(options, &study);
    if (exit_status != 0) return exit_status;
    const vv_status status = write_results(study, options, &error);
    vv_study_close(study);
    if (status != VV_OK) return vvi_cli_fail(vvi_cli_study_status(status), &error);
    return vvi_cli_end(VVI_EXIT_DONE, stdout);
}

const vvi_command vvi_command_results = {
    .name = "results",
    .summary = "the best trials, with the values their models were built from",
    .positionals = positionals,
    .n_positionals = VVI_COUNT(positionals),
    .options = rows,
    .n_options = VVI_COUNT(rows),
    .run = run,
};
