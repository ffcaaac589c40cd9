/* submit.h - what a batch system is told, whichever it is. */
#ifndef VVI_CLI_SUBMIT_H
#define VVI_CLI_SUBMIT_H

#include "cli/cli.h"

typedef struct vvi_submission {
    const vvi_options *options; /* with their defaults filled in */
    const char *name;           /* of the study */
    const char *program, *file; /* absolute paths */
} vvi_submission;

/* A batch system: one row in submit.c each. */
typedef struct vvi_engine {
    const char *name;
    const char *command; /* that reads a job script from its standard input, and prints the job's number; with `first`,
                            and then what the user gives after "--", as its arguments */
    const char *first;
    const char *hint; /* "%s" is the job's number */
    void (*write)(const vvi_submission *submission, vvi_text *script);
} vvi_engine;
extern const vvi_engine vvi_engine_slurm;

/* "varve worker ...", as a shell reads it. */
void vvi_submission_worker(const vvi_submission *submission, vvi_text *script);

#endif
