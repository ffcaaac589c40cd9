/* parts.h - what a desk can be asked for, and what it tells of by itself. */
#ifndef VVI_SERVE_PARTS_H
#define VVI_SERVE_PARTS_H

#include "serve/desk.h"

/* As vvi_desk_args.look: how the study is getting on, with the curves of the trials that run (live.c). */
vv_status vvi_live_look(vvi_desk *desk, vvi_text *text, vv_error *error);

/* What all desks of studies have, but the first, which the desk of a place has. The argument is the last part of the path. */
extern const vvi_part vvi_part_studies, vvi_part_status, vvi_part_explanation, vvi_part_trial, vvi_part_command,
    vvi_part_figure, vvi_part_kinds, vvi_part_trials, vvi_part_question, vvi_part_about;
/* What is done: the argument is the body of the request (posts.c, command.c). */
extern const vvi_part vvi_part_request, vvi_part_begin;

/* ---- how a search was begun (command.c) ----------------------------------------------------------------------------- */

typedef struct vvi_command_line {
    vvi_arena arena;
    char **argv;           /* ends in NULL; argv[0] is this program */
    const char *cwd, *log; /* where it runs; what it prints goes there */
    char digest[65];       /* SHA-256 of all of it: what was shown is what is begun */
    vvi_text text;         /* lines of a shell that do the same */
    const char *why;       /* not NULL: why it cannot be begun here */
} vvi_command_line;
/* Owned: vvi_command_deinit, even after a failure. */
vv_status vvi_command_read(vvi_desk *desk, vvi_command_line *command, vv_error *error);
void vvi_command_deinit(vvi_command_line *command);
/* Begins it, apart from this process: it does not end with it. */
vv_status vvi_command_begin(const vvi_command_line *command, const char *program, int *pid, vv_error *error);

#endif
