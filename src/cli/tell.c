/* tell.c - varve tell: what a trial that was asked for has come to. */
#include "cli/cli.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const vvi_positional positionals[] = {
    VVI_POSITIONAL_PROJECT,
    { .name = "TRIAL", .offset = VVI_MEMBER(trial), .help = "its number, as ask has said" },
    { .name = "NAME=NUMBER", .help = "the objective, and other metrics", .many = true },
};
static const vvi_option rows[] = {
    { .name = "step",
      .type = VVI_OPTION_INT,
      .offset = VVI_MEMBER(step),
      .min = 1,
      .max = 1000000,
      .argument = "N",
      .help = "what it came to after this one, counted from 1; then \"prune\" or \"go on\" is said (its end)" },
    { .name = "failed",
      .type = VVI_OPTION_TEXT,
      .offset = VVI_MEMBER(failed),
      .argument = "REASON",
      .help = "it has failed" },
    { .name = "pruned",
      .type = VVI_OPTION_FLAG,
      .offset = VVI_MEMBER(pruned),
      .help = "it was ended early, with what its steps came to" },
    VVI_OPTIONS_STUDY,
    VVI_OPTION_JSON,
};

typedef struct metrics {
    char names[64][128];
    const char *list[64];
    double values[64];
    size_t n;
} metrics;

static int take_metric(const char *word, metrics *m)
{
    char *end;
    const char *equals = strchr(word, '=');
    if (equals == NULL || equals == word || (size_t)(equals - word) >= sizeof m->names[0])
        return vvi_cli_complain(VVI_EXIT_USAGE, "\"%s\" is not NAME=NUMBER", word);
    snprintf(m->names[m->n], sizeof m->names[0], "%.*s", (int)(equals - word), word);
    m->list[m->n] = m->names[m->n];
    m->values[m->n] = strtod(equals + 1, &end);
    if (end == equals + 1 || *end != '\0')
        return vvi_cli_complain(VVI_EXIT_USAGE, "%s: \"%s\" is not a number", m->names[m->n], equals + 1);
    m->n++;
    return 0;
}

static vv_status write_json(const vvi_options *o, int trial, const vv_told *told, vv_error *error)
{
    vvi_json json = { 0 };
    vvi_json_begin(&json, NULL, '{');
    vvi_json_int(&json, "trial", trial);
    if (o->step > 0) vvi_json_bool(&json, "prune", told->prune);
    if (o->step > 0) vvi_json_string(&json, "reason", told->prune ? told->reason : NULL);
    if (o->step == 0) vvi_json_real(&json, "score", told->score);
    vvi_json_end(&json, '}');
    return vvi_json_flush(&json, stdout, error);
}

static void write_plain(const vvi_options *o, const vv_told *told)
{
    if (o->step > 0 && told->prune)
        vvi_cli_say(stdout, "prune: %s", told->reason);
    else if (o->step > 0)
        printf("go on\n");
}

static int tell(const vvi_options *o, int trial, const metrics *m)
{
    vv_error error = { 0 };
    vv_told told;
    char where[VVI_WHERE_SIZE];
    const int exit_status = vvi_cli_where_is(o, where);
    if (exit_status != 0) return exit_status;
    const vv_tell_args args = { .project = where,
                                .trial = trial,
                                .step = o->step,
                                .metrics = { m->list, m->n },
                                .values = m->values,
                                .failed = o->failed,
                                .pruned = o->pruned };
    vv_status status = vv_tell_with(&args, &told, &error);
    if (status == VV_BAD_ARG || status == VV_CONFLICT) return vvi_cli_fail(VVI_EXIT_USAGE, &error);
    if (status != VV_OK) return vvi_cli_fail(vvi_cli_study_status(status), &error);
    if (!o->json)
        write_plain(o, &told);
    else if (write_json(o, trial, &told, &error) != VV_OK)
        return vvi_cli_fail(VVI_EXIT_FAILED, &error);
    return 0;
}

static int run(const vvi_options *options)
{
    int trial = -1, exit_status = 0;
    if (!vvi_cli_trial_id(options->trial, &trial))
        return vvi_cli_complain(VVI_EXIT_USAGE, "\"%s\" is not a trial's number", options->trial);
    if (options->failed != NULL && (options->pruned || options->many.n > 0))
        return vvi_cli_complain(VVI_EXIT_USAGE, "--failed: a trial that has failed has no result");
    metrics *m = calloc(1, sizeof *m);
    if (m == NULL) return vvi_cli_complain(VVI_EXIT_FAILED, "%s", vv_strerror(VV_NO_MEMORY));
    for (size_t i = 0; i < options->many.n && exit_status == 0; i++)
        exit_status = take_metric(options->many.list[i], m);
    if (exit_status == 0) exit_status = tell(options, trial, m);
    free(m);
    return vvi_cli_end(exit_status, stdout);
}

const vvi_command vvi_command_tell = {
    .name = "tell",
    .summary = "what a trial that was asked for has come to",
    .positionals = positionals,
    .n_positionals = VVI_COUNT(positionals),
    .options = rows,
    .n_options = VVI_COUNT(rows),
    .notes = "Without NAME=NUMBER, --failed and --pruned it came to the best of its steps.\n",
    .run = run,
};
