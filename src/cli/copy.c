/* copy.c - varve copy FROM TO: a study to another place, with all that hangs on it. */
#include "cli/cli.h"
#include "study/exchange.h"

static const vvi_positional positionals[] = {
    { .name = "FROM", .offset = VVI_MEMBER(source), .help = "a project's folder, or postgresql://HOST/DATABASE#NAME" },
    { .name = "TO", .offset = VVI_MEMBER(target), .help = "where there is none yet: the same" },
};
static const vvi_option rows[] = {
    { .name = "overwrite",
      .type = VVI_OPTION_FLAG,
      .offset = VVI_MEMBER(overwrite),
      .help = "put it in the place of the study that is there" },
    VVI_OPTION_JSON,
};

static int run(const vvi_options *options)
{
    vv_error error = { 0 };
    vvi_exchanged exchanged;
    const vvi_exchange_args args = { .from = options->source, .to = options->target, .overwrite = options->overwrite };
    const vv_status status = vvi_study_copy(&args, &exchanged, &error);
    if (status == VV_BAD_ARG) return vvi_cli_fail(VVI_EXIT_USAGE, &error);
    if (status != VV_OK) return vvi_cli_fail(vvi_cli_study_status(status), &error);
    return vvi_cli_end(vvi_cli_say_exchanged(options, options->target, &exchanged), stdout);
}

const vvi_command vvi_command_copy = {
    .name = "copy",
    .summary = "a study to another folder or database, whole or not at all",
    .positionals = positionals,
    .n_positionals = VVI_COUNT(positionals),
    .options = rows,
    .n_options = VVI_COUNT(rows),
    .run = run,
};
