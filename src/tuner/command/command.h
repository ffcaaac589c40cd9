/* command.h - inside of a program as objective.
 *
 *     words.c     the words it is given, with placeholders         variables.c  what its environment and its files say
 *     said.c      what its lines say                                program.c    one run of it
 */
#ifndef VVI_TUNER_COMMAND_COMMAND_H
#define VVI_TUNER_COMMAND_COMMAND_H

#include "tuner/command/space_file.h"
#include "tuner/tuner.h"

/* A piece of a word: text as it is, or what a name stands for. */
typedef struct vvi_piece {
    enum { VVI_PIECE_TEXT = 1, VVI_PIECE_VALUE, VVI_PIECE_VALUES, VVI_PIECE_FACT } kind;
    const char *text; /* TEXT; VALUE: the hyperparameter; VALUES: the pattern of a row */
    size_t fact;      /* FACT: by the table of variables.c */
    const struct vvi_piece *next;
} vvi_piece;

typedef struct vvi_word {
    const vvi_piece *pieces;
    bool is_plain; /* all of it is text */
} vvi_word;

struct vv_command {
    vvi_arena arena;
    const vv_space_file *space;
    vvi_word *words;
    size_t n_words;
    bool *used; /* by row of the space: does a placeholder name it? */
    char *unused;
};

/* ---- facts about a run (variables.c) ------------------------------------------------------------------------------ */

enum { VVI_FACTS = 8 };
/* A run of the program: what it is told besides its values. */
typedef struct vvi_command_run {
    const vv_command *command;
    const vv_hp *hp;
    vv_tuning *tuning;
    vvi_arena arena;        /* of what follows */
    char *facts[VVI_FACTS]; /* as texts */
    const char **words;     /* ends in NULL, as do: */
    const char **variables;
    const char *result_path, *log_path;
} vvi_command_run;

/* The place of a fact's name, "trial"; VVI_FACTS: there is none. */
size_t vvi_fact_find(const char *name);
const char *vvi_fact_name(size_t fact);
/* Two names of the space, or one and ours, that would be one variable. BAD_ARG. */
vv_status vvi_variables_check(const vv_space_file *space, vv_error *error);
/* Makes facts, variables and the file of values. */
vv_status vvi_variables_make(vvi_command_run *run, vv_error *error);

/* ---- words (words.c) ---------------------------------------------------------------------------------------------- */

/* BAD_ARG: a brace without its other, a placeholder that names nothing. */
vv_status vvi_words_parse(vv_command *command, const char *const *words, size_t n, vv_error *error);
/* run->words. One that holds a hyperparameter that is not active is left out, with an option's name before it. */
vv_status vvi_words_make(vvi_command_run *run, vv_error *error);

/* ---- what it says (said.c) -------------------------------------------------------------------------------------- */

/* The result so far. */
typedef struct vvi_command_said {
    vv_tuning *tuning;
    bool has_result, has_number;
    double result, number; /* number: of a last line that is one, and nothing else */
} vvi_command_said;
/* Takes a line of its output. A mistake fails the trial. */
void vvi_said_line(vvi_command_said *said, char *line);
/* Takes the file of results, if it wrote one. */
void vvi_said_file(vvi_command_said *said, const char *path);
/* What it all comes to. */
double vvi_said_result(vvi_command_said *said);

/* ---- one run (program.c) ------------------------------------------------------------------------------------------ */

double vvi_command_run_program(const vv_command *command, const vv_hp *hp, vv_tuning *tuning);

#endif
