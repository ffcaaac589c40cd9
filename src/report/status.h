/* status.h - how a study is getting on, and what studies there are.
 *
 * status.c        what is read of a study       status_pace.c   how fast it goes, and how long it may take
 * status_write.c  both, for people              status_json.c   and for programs
 */
#ifndef VVI_REPORT_STATUS_H
#define VVI_REPORT_STATUS_H

#include "report/report.h"

/* A trial that is RUNNING. */
typedef struct vvi_status_running {
    int id;
    const char *worker; /* NULL: none */
    int epochs, goal;   /* of all executions together; goal 0: not known */
    double since;       /* Unix time */
    bool lapsed;        /* its worker has not been heard of for longer than its lease */
} vvi_status_running;

/* Why trials, or attempts at them, failed. */
typedef struct vvi_status_failure {
    const char *reason; /* the first that was met ... */
    int64_t trials, attempts;
    bool differ; /* ... of some that are alike but for their numbers */
} vvi_status_failure;

/* A trial that has ended: when it was worked at, and what was done. */
typedef struct vvi_status_ended {
    double began, ended;
    int epochs;
    bool failed;
} vvi_status_ended;

/* Those that ended last. */
enum { VVI_STATUS_RECENT = 64 };
typedef struct vvi_status_recent {
    vvi_status_ended list[VVI_STATUS_RECENT]; /* by when they ended */
    size_t n;
} vvi_status_recent;
void vvi_status_add_recent(vvi_status_recent *recent, const vvi_status_ended *ended);

/* How fast the recent ones came: of those of the last hour of the search, or the last 10 where that is more. Times in which
 * nothing ran do not count. */
typedef struct vvi_status_pace {
    double trials, epochs; /* an hour; NaN: cannot be told */
    int n, failed;         /* trials that this is known from; of them, those that failed */
    double seconds;        /* of work in which they ended */
} vvi_status_pace;
vvi_status_pace vvi_status_measure(const vvi_status_recent *recent);
/* The same where few have ended: those that run (n of them, now) count with the share of their epochs that they have. */
vvi_status_pace vvi_status_measure_with(const vvi_status_recent *recent, const vvi_status_running *running, size_t n,
                                        double now);

/* What is left to do. */
typedef struct vvi_status_rest {
    int64_t trials, epochs; /* negative: not known */
    double seconds;         /* NaN: cannot be told */
    const char *why;        /* not NULL: why not */
} vvi_status_rest;

/* Are two reasons the same, but for their numbers? */
bool vvi_status_is_alike(const char *a, const char *b);

typedef struct vvi_status {
    vvi_arena arena;
    const char *where;
    vvi_goals goals;
    vv_counts counts;
    vv_workers workers;
    int live;                       /* workers that are at it */
    bool paused;                    /* ... and wait to be told to go on */
    vv_requests requests;           /* that were not answered yet, without values; or others */
    size_t n_open;                  /* of them, those that were not */
    int64_t max_trials, max_epochs; /* 0: the study does not say, or none */
    double max_seconds, spent_s;    /* the same of time; of which so much was spent when a trial ended last */
    vv_trials best;                 /* one, or none */
    vvi_status_running *running;
    size_t n_running, lapsed;
    int64_t trial_epochs, trial_executions; /* of a whole trial, as the study says; 0: it does not */
    vvi_status_failure *failures;           /* the most frequent first */
    size_t n_failures;
    int64_t failed_in_row, max_failures; /* the last trials; so many end a search, 0: not known */
    int64_t other_failures, attempts;    /* reasons beyond those; failed attempts in all */
    vvi_status_recent recent;
    vvi_status_pace pace;
    vvi_status_rest rest;
} vvi_status;
/* Owned: vvi_status_deinit, even after a failure. */
vv_status vvi_status_read(const vv_study *study, vvi_status *status, vv_error *error);
/* Part of it: `live` and `paused`, by the workers and the running trials that are in it already. */
vv_status vvi_status_read_life(const vv_study *study, vvi_status *status, vv_error *error);
void vvi_status_deinit(vvi_status *status);
/* What is left at this pace; fills in `rest`. */
void vvi_status_estimate(vvi_status *status);
/* What there is to say of a running trial; its worker is borrowed from it. */
vvi_status_running vvi_status_running_of(const vvi_status *status, const vv_trial *trial);
/* The members of what vvi_status_write_json writes, into an object that is begun. */
void vvi_json_status(vvi_json *json, const vvi_status *status);

vv_status vvi_status_write(const vvi_status *status, FILE *out, vv_error *error);
vv_status vvi_status_write_json(const vvi_status *status, FILE *out, vv_error *error);

/* ---- studies -------------------------------------------------------------------------------------------------------- */

/* One line of a list of studies. */
typedef struct vvi_status_line {
    const char *name;
    vv_counts counts;
    int64_t running, max_trials; /* max_trials 0: the study does not say */
    double changed;              /* Unix time of what is known to have happened last; 0: nothing */
    int best;                    /* -1: none */
    double score;
    char objective[64]; /* "": not known */
    const char *error;  /* not NULL: why it could not be read, and the rest is not known */
} vvi_status_line;
vv_status vvi_status_read_line(const vv_study *study, vvi_status_line *line, vv_error *error);
vv_status vvi_status_write_lines(const vvi_status_line *lines, size_t n, FILE *out, vv_error *error);
void vvi_json_status_line(vvi_json *json, const vvi_status_line *line); /* an object */
vv_status vvi_status_write_lines_json(const vvi_status_line *lines, size_t n, FILE *out, vv_error *error);

#endif
