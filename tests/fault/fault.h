/* fault.h - what the driver's files know of each other.
 *
 * fault.c       which searches there are, the table at the end
 * disturb.c     one search and its disturbances
 * processes.c   starting a search, finding its processes, killing them
 * compare.c     what a study must still hold, and what it must have become
 */
#ifndef VARVE_TESTS_FAULT_H
#define VARVE_TESTS_FAULT_H

#include "base/base.h"

#include <sys/types.h>
#include <varve/study.h>

/* ---- processes.c ------------------------------------------------------------------------------------------------ */

/* A program that runs, in a process group of its own. */
typedef struct program {
    pid_t pid; /* 0: it does not run */
    int code;  /* once it has ended: its exit status, or -1 */
    int signal;
} program;

/* Its standard output and error are added to `log`. */
void program_begin(program *p, char *const *argv, const char *log);
/* Waits for its end until then (vvi_clock_s). True: it has ended. */
bool program_wait(program *p, double until_s);
/* The processes that it has started, and those that these have: found now. */
size_t program_family(const program *p, pid_t *list, size_t most);
/* Ends it and, with `all`, everything that it has started. */
void program_kill(program *p, bool all);

/* ---- compare.c -------------------------------------------------------------------------------------------------- */

/* What is wrong with a study; the first finding is said. */
typedef struct findings {
    int lost, doubled, differing, other;
    char first[400];
} findings;
void find(findings *f, int *counter, const char *format, ...) VV_PRINTF(3, 4);

/* The finished study against one that was never disturbed: the same trials, bit by bit, but for what time and place say. */
void compare_whole(const vv_trials *expected, const vv_trials *got, findings *f);
/* A study between two kills against the undisturbed one: what it holds is a beginning of that. */
void compare_beginning(const vv_trials *expected, const vv_trials *got, findings *f);
/* Against itself at an earlier moment: nothing that was reported is gone, but for attempts that were begun again. */
void compare_growth(const vv_trials *before, const vv_trials *now, findings *f);
/* Two folders: the same files with the same bytes. */
void compare_folders(const char *expected, const char *got, findings *f);

/* ---- disturb.c -------------------------------------------------------------------------------------------------- */

enum { PATH_SIZE = 2048, BLOWS = 4 };

/* What is searched. */
typedef struct kind {
    const char *name, *model;
    const char *options[5];
    int most_workers; /* more than one only where the trials do not depend on how many there are */
} kind;

/* Where. */
typedef struct store {
    const char *name;
    bool shared;
} store;
typedef struct settings {
    const char *varve, *postgresql, *folder;
    const char *store; /* the only one; NULL: all that there are */
    uint64_t seed;
    int searches, first, jobs;
} settings;

/* An undisturbed search. */
typedef struct reference {
    vv_trials trials;
    double seconds;
    char folder[PATH_SIZE];
} reference;

/* One search that is disturbed, and what became of it: in memory that all jobs share. */
typedef struct result {
    bool done;
    int blows[BLOWS];
    int starts;
    findings findings;
} result;

typedef struct searching {
    const settings *settings;
    const kind *kind;
    const store *store;
    const reference *reference;
    int number, workers;
    vvi_stream stream;
    program program;
    bool struck; /* a child was killed since it was started */
    char folder[PATH_SIZE], where[PATH_SIZE], log[PATH_SIZE];
    char texts[4][PATH_SIZE]; /* of the command line */
    char *argv[32];
    vv_trials last;   /* what the study held last */
    pid_t groups[32]; /* by start */
    result *result;
} searching;

typedef struct blow {
    const char *name;
    int weight;                   /* how often it is drawn */
    bool (*strike)(searching *s); /* false: there was nothing to strike */
} blow;
extern const blow blows[BLOWS];

/* A search that nobody disturbs; false: it failed, and why was said. */
bool search_undisturbed(searching *s, reference *r);
void search_disturbed(searching *s);

#endif
