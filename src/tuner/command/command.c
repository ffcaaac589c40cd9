/* command.c - a program as a function to tune: its words are read and checked before anything runs. */
#include "tuner/command/command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- is there such a program? ------------------------------------------------------------------------------------- */

static bool can_run(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISREG(info.st_mode) && access(path, X_OK) == 0;
}

static bool is_on_path(const char *name)
{
    const char *path = getenv("PATH");
    char file[4096];
    if (path == NULL) path = "/usr/bin:/bin";
    while (true) {
        const size_t n = strcspn(path, ":");
        const int length = snprintf(file, sizeof file, "%.*s%s%s", (int)n, path, n == 0 ? "./" : "/", name);
        if (length < (int)sizeof file && can_run(file)) return true;
        if (path[n] == '\0') return false;
        path += n + 1;
    }
}

/* One whose name depends on a value shows when it is run. */
static vv_status check_program(const vv_command *command, const char *name, vv_error *error)
{
    const bool has_path = strchr(name, '/') != NULL;
    if (!command->words[0].is_plain || (has_path ? can_run(name) : is_on_path(name))) return VV_OK;
    if (has_path && access(name, F_OK) != 0) return vvi_fail(error, VV_BAD_ARG, "%.200s: %s", name, strerror(errno));
    return vvi_fail(error, VV_BAD_ARG,
                    has_path ? "%.200s: is no program that can be run" : "%.200s: there is no such program", name);
}

/* ---- what is not used --------------------------------------------------------------------------------------------- */

static bool uses_fact(const vv_command *command, const char *name)
{
    const size_t fact = vvi_fact_find(name);
    for (size_t i = 0; i < command->n_words; i++)
        for (const vvi_piece *p = command->words[i].pieces; p != NULL; p = p->next)
            if (p->kind == VVI_PIECE_FACT && p->fact == fact) return true;
    return false;
}

/* How many there are of a group can be seen from their values. */
static void note_counts(vv_command *command)
{
    const vv_space_file *space = command->space;
    for (size_t i = 0; i < space->n_rows; i++) {
        const char *by = space->rows[i].repeat;
        const vvi_space_row *count = by == NULL ? NULL : vvi_space_file_find(space, space->n_rows, by);
        if (count != NULL && command->used[i]) command->used[count - space->rows] = true;
    }
}

/* A program whose words name no value at all may read them elsewhere; one that names some has probably forgotten others. */
static vv_status find_unused(vv_command *command, vv_error *error)
{
    const vv_space_file *space = command->space;
    size_t n_used = 0;
    vvi_text names = { 0 };
    note_counts(command);
    for (size_t i = 0; i < space->n_rows; i++) n_used += command->used[i];
    if (n_used == 0 || uses_fact(command, "values")) return VV_OK;
    for (size_t i = 0; i < space->n_rows; i++)
        if (!command->used[i]) vvi_text_printf(&names, "%s%s", names.n == 0 ? "" : ", ", space->rows[i].name);
    if (names.failed) return vvi_no_memory(error);
    command->unused = names.data;
    return VV_OK;
}

/* ---- open, close, run --------------------------------------------------------------------------------------------- */

static vv_status begin(vv_command *command, const vv_command_args *args, vv_error *error)
{
    command->space = args->space;
    VVI_TRY(vvi_variables_check(args->space, error));
    VVI_TRY(vvi_words_parse(command, args->words, args->n, error));
    VVI_TRY(check_program(command, args->words[0], error));
    return find_unused(command, error);
}

vv_status vv_command_open(const vv_command_args *args, vv_command **command, vv_error *error)
{
    *command = NULL;
    if (args->space == NULL) return vvi_fail(error, VV_BAD_ARG, "command: there is no space");
    if (args->n == 0 || args->words[0][0] == '\0') return vvi_fail(error, VV_BAD_ARG, "command: there is no program");
    vv_command *c = vvi_calloc(1, sizeof *c);
    if (c == NULL) return vvi_no_memory(error);
    const vv_status status = begin(c, args, error);
    if (status == VV_OK)
        *command = c;
    else
        vv_command_close(c);
    return status;
}

void vv_command_close(vv_command *command)
{
    if (command == NULL) return;
    vvi_arena_deinit(&command->arena);
    vvi_free(command->unused);
    vvi_free(command);
}

const char *vv_command_unused(const vv_command *command)
{
    return command->unused;
}

double vv_command_tune(vv_hp *hp, vv_tuning *tuning, void *user)
{
    const vv_command *command = user;
    vv_space_file_ask(command->space, hp);
    return vv_tuning_go(tuning) ? vvi_command_run_program(command, hp, tuning) : 0;
}
