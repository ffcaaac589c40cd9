/* command.h - any program as objective, and a space that is written down in a file instead of a build function.
 *
 *     vv_space_file *space = NULL;
 *     vv_command *command = NULL;
 *     const char *const words[] = { "./train", "--lr", "{lr}" };
 *     status = vv_space_file_open("space.yaml", &space, &error);
 *     status = vv_command_open(&(vv_command_args){ space, words, 3 }, &command, &error);
 *     status = vv_tune(&result, &error, vv_command_tune, .user = command, .objective = "val_loss:min");
 *
 * docs/tune.md is about the file, the words, and how a program says what it came to.
 */
#ifndef VARVE_COMMAND_H
#define VARVE_COMMAND_H

#include <varve/tuner.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- a space in a file ------------------------------------------------------------------------------------------- */

/* What else the file says; options win over it. NULL and 0: nothing. */
typedef struct vv_space_settings {
    const char *objective, *constraints, *tuner, *pruner;
    int max_trials, steps, executions_per_trial, max_steps_total;
    vv_maybe stop_at;
    uint64_t seed;
} vv_space_settings;

typedef struct vv_space_file vv_space_file;
/* *file is owned: vv_space_file_close. BAD_ARG: "space.yaml:LINE:COLUMN: what is wrong"; NOT_FOUND, IO. */
vv_status vv_space_file_open(const char *path, vv_space_file **file, vv_error *error) VV_MUST_USE;
/* As vv_space_file_open of a text; `name` is what errors call it. */
vv_status vv_space_file_parse(const char *text, const char *name, vv_space_file **file, vv_error *error) VV_MUST_USE;
void vv_space_file_close(vv_space_file *file); /* NULL is fine */
/* The text as it was read, and what it says besides the space. Borrowed until vv_space_file_close. */
const char *vv_space_file_text(const vv_space_file *file);
const vv_space_settings *vv_space_file_settings(const vv_space_file *file);
/* Asks for all that is active. */
void vv_space_file_ask(const vv_space_file *file, vv_hp *hp);

/* A vv_tune_function that only asks, for vv_ask_with; `user` is the vv_space_file. */
double vv_space_file_tune(vv_hp *hp, vv_tuning *tuning, void *file);

/* ---- a program ---------------------------------------------------------------------------------------------------- */

typedef struct vv_command_args {
    const vv_space_file *space; /* required; borrowed until vv_command_close, as is the rest */
    const char *const *words;   /* the program and what it is given, with placeholders */
    size_t n;
} vv_command_args;

typedef struct vv_command vv_command;
/* *command is owned: vv_command_close. BAD_ARG: a placeholder that names nothing, no program of that name. */
vv_status vv_command_open(const vv_command_args *args, vv_command **command, vv_error *error) VV_MUST_USE;
void vv_command_close(vv_command *command); /* NULL is fine */
/* Which hyperparameters its words do not use, where they use some; NULL: none. Borrowed. */
const char *vv_command_unused(const vv_command *command);
/* A vv_tune_function; `user` is the vv_command. */
double vv_command_tune(vv_hp *hp, vv_tuning *tuning, void *command);

#ifdef __cplusplus
}
#endif
#endif
