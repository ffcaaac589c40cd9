/* studies.c - varve studies [PLACE]: the studies in a folder or a database. */
#include "cli/cli.h"
#include "report/status.h"
#include "study/study.h"

#include <stdlib.h>

static const vvi_positional positionals[] = {
    { .name = "PLACE",
      .offset = VVI_MEMBER(source),
      .help = "a folder that projects are in, or postgresql://HOST/DATABASE (.)",
      .optional = true,
      .unless = VVI_MEMBER(storage) },
};
static const vvi_option rows[] = {
    VVI_OPTION_STORAGE("a database, in place of PLACE"),
    VVI_OPTION_JSON,
};

/* What one study cannot tell is told of it; the others are there. */
static vv_status read_line(const char *place, const char *name, vvi_arena *arena, vvi_status_line *line,
                           vv_error *error)
{
    vv_study *study = NULL;
    vv_error why = { 0 };
    char where[VVI_WHERE_SIZE];
    const int n = vvi_place_join(place, name, where, sizeof where);
    *line = (vvi_status_line){ .name = name, .best = -1 };
    vv_status status = n < 0 || (size_t)n >= sizeof where ? vvi_fail(&why, VV_BAD_ARG, "the path is too long")
                                                          : vv_study_open(where, VV_STUDY_READ, &study, &why);
    if (status == VV_OK) status = vvi_status_read_line(study, line, &why);
    vv_study_close(study);
    if (status == VV_OK) return VV_OK;
    if (status == VV_NO_MEMORY) return vvi_no_memory(error);
    line->error = vvi_arena_strdup(arena, why.text[0] != '\0' ? why.text : vv_strerror(status));
    return line->error == NULL ? vvi_no_memory(error) : VV_OK;
}

static vv_status read_lines(const char *place, const vv_names *names, vvi_arena *arena, vvi_status_line **lines,
                            vv_error *error)
{
    *lines = vvi_arena_alloc(arena, (names->n + 1) * sizeof **lines);
    if (*lines == NULL) return vvi_no_memory(error);
    for (size_t i = 0; i < names->n; i++) VVI_TRY(read_line(place, names->list[i], arena, &(*lines)[i], error));
    return VV_OK;
}

static int write_all(const vvi_options *options, const char *place, const vv_names *names)
{
    vvi_arena arena = { 0 };
    vvi_status_line *lines = NULL;
    vv_error error = { 0 };
    vv_status status = read_lines(place, names, &arena, &lines, &error);
    if (status == VV_OK && names->n == 0 && !options->json)
        vvi_cli_say(stdout, "There is no study in %s", vvi_place_is_database(place) ? "the database" : place);
    else if (status == VV_OK)
        status = options->json ? vvi_status_write_lines_json(lines, names->n, stdout, &error)
                               : vvi_status_write_lines(lines, names->n, stdout, &error);
    vvi_arena_deinit(&arena);
    return status == VV_OK ? 0 : vvi_cli_fail(VVI_EXIT_FAILED, &error);
}

static int run(const vvi_options *options)
{
    vv_names names = { .n = 0 };
    vv_error error = { 0 };
    const char *place = options->storage != NULL ? options->storage : options->source != NULL ? options->source : ".";
    const vv_status status = vv_studies(place, &names, &error);
    if (status != VV_OK) return vvi_cli_fail(vvi_cli_study_status(status), &error);
    const int exit_status = write_all(options, place, &names);
    vv_names_free(&names);
    return vvi_cli_end(exit_status, stdout);
}

const vvi_command vvi_command_studies = {
    .name = "studies",
    .summary = "the studies in a folder or a database, and how far they are",
    .positionals = positionals,
    .n_positionals = VVI_COUNT(positionals),
    .options = rows,
    .n_options = VVI_COUNT(rows),
    .run = run,
};
