/* study.h - what a search leaves behind: trials with their values, metrics, scores and checkpoints.
 *
 * Where a study is, is said in one text:
 *     DIRECTORY/PROJECT                     a folder: `study.db` (SQLite) and `checkpoints/`. One process at a time writes to
 *                                           it; any number of readers look at it meanwhile.
 *     postgresql://HOST/DATABASE#NAME       the study NAME in a database (libpq's URI before the "#"; passwords from
 *                                           PGPASSFILE, services and the environment work). Any number of processes on any
 *                                           number of machines write to it.
 */
#ifndef VARVE_STUDY_H
#define VARVE_STUDY_H

#include <varve/search.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct vv_study vv_study;

typedef enum vv_study_mode {
    VV_STUDY_READ = 0, /* must exist */
    VV_STUDY_WRITE,    /* created if it is not there; a folder is held against other writers until vv_study_close */
    VV_STUDY_OVERWRITE /* as WRITE, but begins empty: an existing study (and nothing else) is removed first */
} vv_study_mode;

typedef struct vv_study_args {
    const char *where;             /* required; see above */
    vv_study_mode mode;
    const char *checkpoints;       /* of a study in a database: a folder that all workers see, for weights and training
                                      states; NULL: they are kept in the database */
    uint64_t largest_checkpoint;   /* bytes; larger ones are not kept in the database: a trial that moves is trained again up
                                      to where it was. 0: 64 MiB */
    double lease_s;                /* how long a trial stays its worker's without a heartbeat, by the database's clock. 0: 60 */
} vv_study_args;

/* *study is owned: close with vv_study_close.
 * NOT_FOUND, IO (not writable, no connection, ...), LOCKED (the text names the process), VERSION, FORMAT (not a study),
 * DATABASE; UNSUPPORTED: built without PostgreSQL, or a folder on a network file system. No text ever holds a password. */
vv_status vv_study_open_with(const vv_study_args *args, vv_study **study, vv_error *error) VV_MUST_USE;
vv_status vv_study_open(const char *where, vv_study_mode mode, vv_study **study, vv_error *error) VV_MUST_USE;
void vv_study_close(vv_study *study); /* NULL is fine; trials that it holds are released (INTERRUPTED) */
const char *vv_study_path(const vv_study *study); /* `where` without a password; borrowed until vv_study_close */

/* Facts about the whole study ("objective", "data", "preparation", "seed", ...), text by key.
 * get: *text is owned, free with free(); NULL when the key is not there (VV_OK). BAD_ARG (set: opened to read), DATABASE, IO,
 * NO_MEMORY. */
vv_status vv_study_set(vv_study *study, const char *key, const char *text, vv_error *error) VV_MUST_USE;
vv_status vv_study_get(const vv_study *study, const char *key, char **text, vv_error *error) VV_MUST_USE;

/* ---- a trial's life: (begin or claim), (epoch)*, (execution)*, end, pause or retry. Each call is one transaction ------
 *
 * A study that was opened to write is a *worker*. RUNNING trials belong to the worker that began or claimed them; calls
 * about a trial that is another's now, or nobody's, are refused with TAKEN and change nothing. Other errors: BAD_ARG (opened to
 * read, what cannot be), NOT_FOUND (no such trial), DATABASE, IO, NO_MEMORY. */

/* A new trial of this worker's, RUNNING. Values are copied. The id is counted from 0. */
vv_status vv_trial_begin(vv_study *study, const vv_hp *hp, const char *model_json, int *id, vv_error *error) VV_MUST_USE;
/* Takes the trial with the lowest id that is WAITING or INTERRUPTED, or RUNNING with a lease that has lapsed: it is RUNNING
 * and this worker's then, and keeps all that was reported. *id is -1 when there is none. */
vv_status vv_trial_claim(vv_study *study, int *id, vv_error *error) VV_MUST_USE;
/* Metrics of an epoch. Reported once: the same epoch again is fine, and changes nothing. */
vv_status vv_trial_epoch(vv_study *study, int id, int execution, int epoch, const char *const *metrics,
                         const double *values, size_t n, vv_error *error) VV_MUST_USE;
/* One execution's objective at its best epoch. Again is fine, too. */
vv_status vv_trial_execution(vv_study *study, int id, int execution, int best_epoch, double score, double seconds,
                             vv_error *error) VV_MUST_USE;
/* What a trial came to. */
typedef struct vv_trial_result {
    vv_trial_status status; /* COMPLETED, FAILED, INTERRUPTED, PRUNED */
    const double *scores;   /* one for each objective, at most VV_MAX_OBJECTIVES. COMPLETED: needed, and one that is not
                               finite makes the trial FAILED; PRUNED, PAUSED: kept if all are finite; else not looked at */
    size_t n_scores;
    vv_maybe violation;     /* how far constraints are exceeded in all, >= 0; not set: there are none */
    const char *reason;     /* NULL: none */
    double seconds;         /* since it began or was claimed; added to those before */
} vv_trial_result;
/* INTERRUPTED gives the trial back: anybody may claim it. PRUNED may also end a PAUSED trial; without scores of its own it
 * then keeps those that the trial has. */
vv_status vv_trial_end(vv_study *study, int id, const vv_trial_result *result, vv_error *error) VV_MUST_USE;
/* The trial has the epochs it was asked for, and may go on later. result->status is not looked at. */
vv_status vv_trial_pause(vv_study *study, int id, const vv_trial_result *result, vv_error *error) VV_MUST_USE;
/* A PAUSED trial shall go on: WAITING, up to `goal` epochs (0: all). Executions and scores are dropped, which the next end or
 * pause gives anew; epochs stay. */
vv_status vv_trial_wake(vv_study *study, int id, int goal, vv_error *error) VV_MUST_USE;
/* This attempt failed, the trial shall be tried again: WAITING. What it had reported is dropped; the reason and seconds are
 * kept as a failed attempt. */
vv_status vv_trial_retry(vv_study *study, int id, const char *reason, double seconds, vv_error *error) VV_MUST_USE;

/* ---- reading -------------------------------------------------------------------------------------------------------
 *
 * Errors: DATABASE, IO, FORMAT (what is stored is damaged), NO_MEMORY. */

typedef struct vv_curve {
    const char *metric;
    int execution;
    const double *values; /* by epoch */
    size_t n;
} vv_curve;

typedef struct vv_execution {
    int best_epoch;
    double score, seconds;
} vv_execution;

/* An attempt that failed, before the trial was tried again. */
typedef struct vv_attempt {
    const char *reason;
    double seconds;
} vv_attempt;

/* A whole trial. Everything is borrowed from the vv_trials it is in. */
typedef struct vv_trial {
    int id;
    vv_trial_status status;
    const char *reason;          /* NULL: none */
    double score;                /* the first of the scores; NaN: none */
    const double *scores;        /* by objective: the mean over executions of each one's best epoch. COMPLETED trials have
                                    them; PRUNED and PAUSED ones, if they were finite in the epochs they had */
    size_t n_scores;
    double violation;            /* how far constraints are exceeded in all; 0: kept; NaN: there are none, or no result */
    int rank;                    /* best_first: 0: no COMPLETED trial that keeps the constraints is better in one objective
                                    and not worse in the others (the Pareto front); 1: only ones of rank 0 are; ...
                                    -1: not COMPLETED, constraints exceeded, or not best_first */
    int epochs;                  /* that it was trained for: the most of any execution */
    int epochs_total;            /* of all executions together */
    int goal;                    /* the epochs it was asked to be trained for; 0: all there are */
    double seconds;              /* of training, in all */
    double began, ended;         /* Unix time by the store's clock; ended 0: not yet */
    const char *worker;          /* that ran it last; NULL: none has */
    bool lapsed;                 /* RUNNING, and its worker's lease is over */
    const vv_attempt *attempts;  /* the failed ones before this */
    size_t n_attempts;
    const vv_active *values;     /* active hyperparameters in the order of the build, with their domains */
    size_t n_values;
    const vv_execution *executions;
    size_t n_executions;
    const vv_curve *curves; /* only when asked for */
    size_t n_curves;
    const char *model_json;
} vv_trial;

typedef struct vv_trials {
    const vv_trial *list;
    size_t n;
    void *memory; /* frees everything above */
} vv_trials;

typedef struct vv_trials_args {
    bool best_first; /* the COMPLETED ones that keep the constraints, by rank and then by the first score (ties: the lower
                        id); then those that do not, by how far they exceed them; then the others by id. Else by id */
    int limit;       /* 0: all */
    bool only;       /* just the trial `id` (NOT_FOUND if it is not there) */
    int id;
    bool curves;
    int from;          /* by id: only those from this one on ... */
    const int *also;   /* ... and of those before it, these: what is new to somebody who knows which trials were open */
    size_t n_also;
} vv_trials_args;
/* *trials is owned: free with vv_trials_free. The direction of best_first is the study's "objective". */
vv_status vv_study_trials(const vv_study *study, const vv_trials_args *args, vv_trials *trials, vv_error *error) VV_MUST_USE;
void vv_trials_free(vv_trials *trials); /* one that is zeroed is fine */

/* The draws that did not build on the way to the trials there are. Each is counted once, together with its trial: a
 * last ask that led to no trial, and may be asked again by the next search, counts for nothing. */
typedef struct vv_refusals {
    int64_t n;
    vv_refusal top[3]; /* the most frequent reasons; n 0: no more */
} vv_refusals;
vv_status vv_study_refusals(const vv_study *study, vv_refusals *refusals, vv_error *error) VV_MUST_USE;

/* A process that works at a study, or did. */
typedef struct vv_worker {
    const char *name, *host, *version; /* version: of the program */
    int pid, slots;                    /* slots: trials that it can run at once */
    double began;                      /* Unix time by the store's clock */
    double beat_s;                     /* seconds since it was last heard of */
    bool live;                         /* within its lease */
} vv_worker;
typedef struct vv_workers {
    const vv_worker *list;
    size_t n;
    void *memory;
} vv_workers;
/* Those heard of last come first. *workers is owned: vv_workers_free. */
vv_status vv_study_workers(const vv_study *study, vv_workers *workers, vv_error *error) VV_MUST_USE;
void vv_workers_free(vv_workers *workers);

/* How many trials there are of each status. */
typedef struct vv_counts {
    int64_t trials, by_status[VV_TRIAL_WAITING + 1];
    int64_t epochs; /* of all of them */
    double first_began, last_ended; /* Unix time; 0: none */
} vv_counts;
vv_status vv_study_counts(const vv_study *study, vv_counts *counts, vv_error *error) VV_MUST_USE;

/* The studies in a database (its URL without "#NAME"), or in a folder: names, by name. *names is owned: vv_names_free. */
typedef struct vv_names {
    const char *const *list;
    size_t n;
    void *memory;
} vv_names;
vv_status vv_studies(const char *where, vv_names *names, vv_error *error) VV_MUST_USE;
void vv_names_free(vv_names *names);

/* ---- requests: what somebody wants of those who work at a study ----------------------------------------------------
 *
 * Any process may post one, also while another has a folder open to write; whoever works at the study carries it out within
 * about a second, and answers. One that nobody is there for waits until the next search: that carries out STOP_TRIAL and
 * ENQUEUE, and refuses the others, which were made of a search that did not run. While one is paused the fact "paused" is
 * "yes" (where no worker is live, it means nothing). Copies of a study have none of its requests. */
typedef enum vv_request_kind {
    VV_REQUEST_STOP = 1,   /* the search ends, as with Ctrl-C: trials keep their epochs, and the same command goes on */
    VV_REQUEST_PAUSE,      /* running trials end their epoch and go back as INTERRUPTED, and no other begins; the search
                              waits, and its time does not run */
    VV_REQUEST_GO_ON,      /* after a PAUSE */
    VV_REQUEST_STOP_TRIAL, /* the trial `trial` ends: PRUNED if it has epochs, else FAILED, with a reason that says so */
    VV_REQUEST_ENQUEUE     /* `values` (JSON, as vv_search_args.enqueued) are the next trials */
} vv_request_kind;
const char *vv_request_kind_name(vv_request_kind kind); /* "stop_trial"; never NULL. Static storage */
typedef struct vv_request {
    int64_t id;          /* counted from 0 */
    vv_request_kind kind;
    int trial;           /* STOP_TRIAL */
    const char *values;  /* ENQUEUE */
    double made;         /* Unix time by the store's clock */
    bool done;           /* carried out, or refused */
    const char *answer;  /* done: what was done; or "refused: " and why it was not */
} vv_request;
typedef struct vv_requests {
    const vv_request *list;
    size_t n;
    void *memory;
} vv_requests;
/* Posts one; its kind, trial and values are looked at. `where` as vv_study_open. *id may be NULL. BAD_ARG: values that are no
 * JSON object or array of objects, or more than 1 MiB; NOT_FOUND: no such study or trial; VERSION: a study of an earlier
 * version, which the next search brings up to date. */
vv_status vv_study_request(const char *where, const vv_request *request, int64_t *id, vv_error *error) VV_MUST_USE;
/* Those from this id on, by id. *requests is owned: vv_requests_free. DATABASE, IO, NO_MEMORY. */
vv_status vv_study_requests(const vv_study *study, int64_t from, vv_requests *requests, vv_error *error) VV_MUST_USE;
void vv_requests_free(vv_requests *requests);

/* Path of a trial's checkpoint, whether or not it is there: "PROJECT/checkpoints/trial_0003.safetensors". As snprintf. */
int vv_study_checkpoint_path(const vv_study *study, int id, char *path, size_t size);
/* Path of the training state that an execution of a trial goes on from when it is resumed. As snprintf. */
int vv_study_state_path(const vv_study *study, int id, int execution, char *path, size_t size);
/* Removes the checkpoints of all but the best `keep` completed trials and of those that can be resumed, and the training
 * states of those that cannot. BAD_ARG: keep < 0, opened to read; DATABASE, IO, NO_MEMORY. */
vv_status vv_study_prune_checkpoints(vv_study *study, int keep, vv_error *error) VV_MUST_USE;

/* ---- objectives, constraints -------------------------------------------------------------------------------------- */

/* "val_accuracy", "val_loss:min", "my_metric:max". Without a direction: names ending in accuracy or auc are maximized;
 * loss, mse, mae and the costs params, macs, ram, flash are minimized; others are refused. BAD_ARG. */
typedef struct vv_objective {
    char name[64];
    bool maximize;
} vv_objective;
vv_status vv_objective_parse(const char *text, vv_objective *objective, vv_error *error) VV_MUST_USE;

/* "val_accuracy,params": several of them, each name once. The fact "objective" of a study is such a text. BAD_ARG. */
typedef struct vv_objectives {
    vv_objective list[VV_MAX_OBJECTIVES];
    size_t n;
} vv_objectives;
vv_status vv_objectives_parse(const char *text, vv_objectives *objectives, vv_error *error) VV_MUST_USE;

/* "params<=50k", "val_accuracy>=0.9": what a metric (in the best epoch) or a cost of the network must be. */
#define VV_MAX_CONSTRAINTS 8
typedef struct vv_constraint {
    char name[64];
    bool at_least; /* >=; else <= */
    double bound;
} vv_constraint;
typedef struct vv_constraints {
    vv_constraint list[VV_MAX_CONSTRAINTS];
    size_t n;
} vv_constraints;
/* Adds those of a text, separated by commas, to those that are there (zeroed: none). Numbers may have the units of
 * vv_budget_parse: k, M, G, Ki, Mi, Gi. The same name and operator twice, and bounds of one name between which nothing
 * lies, are refused. On failure nothing is added. BAD_ARG. */
vv_status vv_constraints_parse(const char *text, vv_constraints *constraints, vv_error *error) VV_MUST_USE;
/* How far a value is beyond the bound, in parts of the bound's size (or as it is where the bound is 0), so that those of
 * different units can be summed: 60,000 parameters, at most 50,000: 0.2. 0: kept. A NaN is infinitely far beyond. */
double vv_constraint_violation(const vv_constraint *constraint, double value);

#ifdef __cplusplus
}
#endif
#endif
