/* study.h - inside of the study: what study.c asks of a store, and what the tuner needs beyond the public header. */
#ifndef VVI_STUDY_STUDY_H
#define VVI_STUDY_STUDY_H

#include "base/base.h"
#include <varve/study.h>

#include <limits.h>

/* ---- for the tuner ------------------------------------------------------------------------------------------------
 */

/* What a trial begins with. */
typedef struct vvi_beginning {
    const vv_active *values;
    size_t n_values;
    const char *model_json;     /* NULL: it is not a network */
    const vv_refusal *refusals; /* what did not build on the way to it: counted with the trial, or not at all */
    size_t n_refusals;
    int goal;     /* epochs it shall be trained for; 0: all */
    bool expects; /* `expected` is the id that it shall get; another is TAKEN: somebody has begun a trial since */
    int expected;
    bool waiting; /* it is left WAITING for whoever claims it */
    bool
        by_hand; /* RUNNING without a lease: somebody will say what it came to, some day, from another process (tell) */
} vvi_beginning;

/* vv_trial_begin without a vv_hp. Everything is copied. */
vv_status vvi_trial_begin(vv_study *study, const vvi_beginning *beginning, int *id, vv_error *error);
/* A trial that is held by hand becomes this worker's, to be told of, and to be ended or put back. TAKEN: it is not. */
vv_status vvi_trial_take_in_hand(vv_study *study, int id, vv_error *error);
vv_status vvi_trial_put_back(vv_study *study, int id, vv_error *error);
/* vv_trial_claim of this one, which must be WAITING, INTERRUPTED, or RUNNING with a lease that has lapsed. TAKEN: it is not. */
vv_status vvi_trial_take(vv_study *study, int id, vv_error *error);

/* Does a text lead to a database of studies, or to one study in it (place.c)? Else it is a folder's path. */
bool vvi_place_is_database(const char *where);
/* Where the study of this name is in a database or in a folder of projects. As snprintf. */
int vvi_place_join(const char *place, const char *name, char *where, size_t size);

/* ---- facts that several read ---- */

/* "yes": the search is paused, as far as anybody works at it (tuner/requests.c). */
#define VVI_FACT_PAUSED "paused"
/* The "max_trials" of a study whose trials are asked for one after the other, without a limit. */
enum { VVI_TRIALS_OPEN = INT_MAX };

/* ---- requests (request.c) ---- */

/* Where those begin that have to be read. */
typedef struct vvi_request_bounds {
    int64_t open; /* the lowest that is not answered; `next`: none */
    int64_t next; /* the id of the next one */
} vvi_request_bounds;
vv_status vvi_study_request_bounds(const vv_study *study, vvi_request_bounds *bounds, vv_error *error);
/* Those that are not answered, without their values, which may be long. Owned, as of vv_study_requests. */
vv_status vvi_study_open_requests(const vv_study *study, vv_requests *requests, vv_error *error);
/* Why a trial ended that somebody wanted to end. One that had no epochs is FAILED, and no failure of the search. */
#define VVI_STOPPED_ON_REQUEST "stopped on request"
/* Once: made again, or by another worker, it changes nothing. */
vv_status vvi_study_answer(vv_study *study, int64_t id, const char *answer, vv_error *error);
/* May there be requests that were not there at the last call? Cheap enough to be asked ten times a second. */
vv_status vvi_study_request_news(vv_study *study, bool *news, vv_error *error);

/* ---- workers (worker.c) ---- */

/* Renews the leases of the trials that are run. To be called often; it writes only when a third of the lease is over. */
typedef struct vvi_beat {
    int slots;
    const int *ids; /* of the trials that this process runs */
    bool *lost;     /* n: filled in: it is another's now, or nobody's */
    size_t n;
} vvi_beat;
vv_status vvi_study_beat(vv_study *study, const vvi_beat *beat, vv_error *error);
/* One worker at a time proposes: between these two calls no other does. *mine false: another is at it. */
vv_status vvi_study_propose_begin(vv_study *study, bool *mine, vv_error *error);
void vvi_study_propose_end(vv_study *study);
/* Readable when something may have changed in the study: then vvi_study_hear. -1: nobody else writes to it. */
int vvi_study_ear(const vv_study *study);
vv_status vvi_study_hear(vv_study *study, vv_error *error); /* takes what has arrived */
/* Around a fork after which the child opens the study for itself: SQLite's state must not be carried into it. The lock on
 * a folder is kept. After a failed attach the study can only be closed. */
void vvi_study_detach(vv_study *study);
vv_status vvi_study_attach(vv_study *study, vv_error *error);
bool vvi_study_is_shared(const vv_study *study);                                 /* may others write to it? */
const char *vvi_study_worker(const vv_study *study);                             /* this handle's name among them */
vv_status vvi_study_is_live(const vv_study *study, bool *live, vv_error *error); /* is any worker within its lease? */

/* pulse.c: what costs next to nothing. A number that is another after anybody has written to the study (VERSION: it was of an
 * earlier version and has been brought up to date, and is to be opened anew to be read) ... */
vv_status vvi_study_mark(const vv_study *study, uint64_t *mark, vv_error *error);
/* ... and the trials that are RUNNING, by id; in the arena. */
vv_status vvi_study_running(const vv_study *study, vvi_arena *arena, const int **ids, size_t *n, vv_error *error);

/* Many writing calls as one transaction (copying, importing): all or nothing. */
vv_status vvi_study_batch_begin(vv_study *study, vv_error *error);
vv_status vvi_study_batch_end(vv_study *study, vv_status status,
                              vv_error *error); /* commits when VV_OK, else takes back */

/* What the reasons to stop go by. */
typedef struct vvi_standing_query {
    int most_failures;                  /* look back so far */
    bool epochs;                        /* count them */
    int trial_epochs, trial_executions; /* of a whole trial */
} vvi_standing_query;
typedef struct vvi_stand {
    int trials; /* there are */
    int open;   /* WAITING, INTERRUPTED, RUNNING; not those by hand, for which nobody waits */
    int paused;
    int failures;   /* the last of those that have ended, by id, which are FAILED; at most most_failures */
    int64_t epochs; /* trained, and those that open trials are yet to have */
} vvi_stand;
vv_status vvi_study_standing(const vv_study *study, const vvi_standing_query *query, vvi_stand *standing,
                             vv_error *error);

/* Files of trials that move. A study in a database keeps a copy of what lies at vv_study_checkpoint_path (execution -1) or
 * vv_study_state_path; in a folder that all see, nothing is done. */
enum { VVI_FILE_PATH_SIZE = 4096 };
vv_status vvi_study_file_path(const vv_study *study, int id, int execution, char path[VVI_FILE_PATH_SIZE],
                              vv_error *error);
vv_status vvi_study_file_put(vv_study *study, int id, int execution, vv_error *error);
/* Brings the copy to that path, if there is one and the file is not there. */
vv_status vvi_study_file_get(const vv_study *study, int id, int execution, vv_error *error);

/* The folder of an execution of a trial that is no network, "PROJECT/checkpoints/trial_0003_0.files". As snprintf. */
int vvi_study_files_path(const vv_study *study, int id, int execution, char *path, size_t size);

/* domain_json.c: a domain as one line of JSON and back. *json is owned: vvi_free. The domain read back lives in the
 * arena. `name` is for the text of the error. */
vv_status vvi_domain_to_json(const vv_domain *domain, const char *name, char **json, vv_error *error);
vv_status vvi_domain_from_json(const char *json, const char *name, vvi_arena *arena, vv_domain *domain,
                               vv_error *error);

bool vvi_objective_better(const vv_objective *objective, double value, double than);
/* The curve of a metric in one execution; NULL: there is none. `trial`: read with its curves. */
const vv_curve *vvi_trial_curve(const vv_trial *trial, int execution, const char *metric);

/* "val_loss:min": parses back to the same objective. As snprintf. */
int vvi_objective_format(const vv_objective *objective, char *text, size_t size);
/* "val_accuracy:max,params:min", "params<=50000,val_accuracy>=0.9": parse back to the same. */
void vvi_objectives_format(const vv_objectives *objectives, vvi_text *text);
void vvi_constraint_format(const vv_constraint *constraint, vvi_text *text);
void vvi_constraints_format(const vv_constraints *constraints, vvi_text *text);

/* ---- the project folder (folder.c) ----------------------------------------------------------------------------------
 */

typedef struct vvi_folder {
    char *path, *database, *lock, *checkpoints; /* owned */
    int lock_fd;                                /* -1: not held */
    size_t new_from;                            /* length of the shortest prefix of `path` that begin made; 0: none */
    bool fresh;                                 /* there was no database when it was begun */
} vvi_folder;

/* Of the database in a project's folder. As snprintf. */
int vvi_folder_database_path(const char *folder, char *path, size_t size);
/* Paths only. */
vv_status vvi_folder_init(vvi_folder *folder, const char *path, vv_error *error);
void vvi_folder_deinit(vvi_folder *folder); /* gives the lock back */
/* Makes the folder, takes the lock; with `overwrite`, removes a study that is there. On failure nothing new stays. */
vv_status vvi_folder_begin(vvi_folder *folder, bool overwrite, vv_error *error);
/* Takes back what begin made: for an open that failed later on. */
void vvi_folder_undo(vvi_folder *folder);
/* What lies in a folder of checkpoints, and is ours. */
typedef enum vvi_kept {
    VVI_KEPT_WEIGHTS,
    VVI_KEPT_STATE,
    VVI_KEPT_FILES,   /* the folder of a trial that is no network */
    VVI_KEPT_LOG,     /* what is left of the folder of one that failed */
    VVI_KEPT_LEFTOVER /* of a killed writer */
} vvi_kept;
/* Removes one of them, a folder with all that is in it. */
void vvi_folder_remove(vvi_kept kind, const char *path);
/* The same of VVI_KEPT_FILES; its file "log" stays, as VVI_KEPT_LOG. */
void vvi_folder_remove_but_log(const char *path);
/* All of them. */
void vvi_folder_clear(const char *checkpoints);
/* Calls `each` for every one. */
void vvi_folder_checkpoints(const char *checkpoints,
                            void (*each)(void *context, int id, vvi_kept kind, const char *path), void *context);

/* network.c: what network file system a folder is on ("NFS"); NULL: on none that is known. */
const char *vvi_folder_network(const char *path);
const char *vvi_network_name(uint32_t magic, const char *mount_type); /* by statfs.f_type, and FUSE's "fuse.sshfs" */

/* The studies that lie in a folder, by name. NOT_FOUND, IO. */
vv_status vvi_folder_studies(const char *where, vvi_arena *arena, vv_names *names, vv_error *error);

/* ---- the order of trials (order.c) ------------------------------------------------------------------------------ */

typedef struct vvi_order_key {
    int id;
    bool completed;
    double violation;                 /* NaN as 0 */
    double scores[VV_MAX_OBJECTIVES]; /* as stored; missing ones NaN */
    int rank;                         /* what comes out: see vv_trial.rank */
} vvi_order_key;
/* Sorts them best first and fills in the ranks. The scores come out with the larger ones the worse. */
vv_status vvi_study_order(vvi_order_key *keys, size_t n, const vv_objectives *objectives, vv_error *error);

/* ---- stores ----------------------------------------------------------------------------------------------------- */

/* How a store is opened. */
typedef struct vvi_request_query {
    int64_t from;
    bool open; /* only those that are not answered, and without their values */
} vvi_request_query;

typedef struct vvi_store_args {
    const char *where; /* of sqlite: the database file; of postgresql: the URL without "#NAME" */
    const char *study; /* of postgresql: NAME */
    const char *shown; /* what error texts call it: never a password in it */
    vv_study_mode mode;
    bool again;         /* this worker had it open before, and goes on */
    bool requests;      /* VV_STUDY_READ, but for new requests */
    const char *worker; /* "HOST-PID-RANDOM" */
    double lease_s;
    uint64_t largest_checkpoint;
} vvi_store_args;

/* How a trial is to be read; filled in by study.c. */
typedef struct vvi_trial_query {
    vv_trials_args args;
    vv_objectives objectives; /* for args.best_first */
} vvi_trial_query;

/* Facts by key. */
typedef struct vvi_study_facts {
    const struct vvi_study_fact {
        const char *key, *text;
    } * list;
    size_t n;
} vvi_study_facts;

/* A place where studies are kept. Every call is one transaction (but in a batch); every reading call sees one moment. Calls
 * that write may be made again after a lost connection: each finds out whether it was done already. */
typedef struct vvi_store_row {
    const char *name;
    bool shared; /* many processes write */
    /* *state is owned by the store until close. `worker`: unique to this process and study handle. */
    vv_status (*open)(const vvi_store_args *args, void **state, vv_error *error);
    /* Of a worker that ends: the trials that it holds become INTERRUPTED. Then it is closed. */
    void (*release)(void *state);
    void (*close)(void *state); /* NULL is fine */
    vv_status (*studies)(const char *where, vvi_arena *arena, vv_names *names, vv_error *error);
    vv_status (*fact_set)(void *state, const char *key, const char *text, vv_error *error);
    vv_status (*fact_get)(void *state, const char *key, char **text, vv_error *error);
    vv_status (*trial_begin)(void *state, const vvi_beginning *beginning, int *id, vv_error *error);
    vv_status (*trial_claim)(void *state, int *id, vv_error *error);
    vv_status (*trial_take_in_hand)(void *state, int id, vv_error *error);
    vv_status (*trial_put_back)(void *state, int id, vv_error *error); /* the contrary */
    vv_status (*trial_take)(void *state, int id, vv_error *error);
    vv_status (*trial_epoch)(void *state, int id, int execution, int epoch, const char *const *metrics,
                             const double *values, size_t n, vv_error *error);
    vv_status (*trial_execution)(void *state, int id, int execution, const vv_execution *result, vv_error *error);
    /* COMPLETED, FAILED, INTERRUPTED, PRUNED, PAUSED. */
    vv_status (*trial_end)(void *state, int id, const vv_trial_result *result, vv_error *error);
    vv_status (*trial_wake)(void *state, int id, int goal, vv_error *error);
    vv_status (*trial_retry)(void *state, int id, const char *reason, double seconds, vv_error *error);
    /* Everything lands in the arena. */
    vv_status (*trials)(void *state, const vvi_trial_query *query, vvi_arena *arena, const vv_trial **list, size_t *n,
                        vv_error *error);
    vv_status (*refusals)(void *state, vv_refusals *refusals, vv_error *error);
    vv_status (*standing)(void *state, const vvi_standing_query *query, vvi_stand *standing, vv_error *error);
    vv_status (*counts)(void *state, vv_counts *counts, vv_error *error);
    vv_status (*mark)(void *state, uint64_t *mark, vv_error *error);
    vv_status (*running)(void *state, vvi_arena *arena, const int **ids, size_t *n, vv_error *error);
    vv_status (*beat)(void *state, const vvi_beat *beat, vv_error *error);
    vv_status (*workers)(void *state, vvi_arena *arena, vv_workers *workers, vv_error *error);
    vv_status (*batch_begin)(void *state, vv_error *error);
    vv_status (*batch_end)(void *state, vv_status status, vv_error *error);
    /* Of one that was opened for requests: a new one. */
    vv_status (*request_post)(void *state, const vv_request *request, int64_t *id, vv_error *error);
    vv_status (*requests)(void *state, const vvi_request_query *query, vvi_arena *arena, vv_requests *requests,
                          vv_error *error);
    vv_status (*request_bounds)(void *state, vvi_request_bounds *bounds, vv_error *error);
    vv_status (*request_answer)(void *state, int64_t id, const char *answer, vv_error *error);
    vv_status (*request_news)(void *state, bool *news, vv_error *error);
    /* For exchange.c: all of a study that `trials` does not give, and writing what was read elsewhere as it is. */
    vv_status (*facts)(void *state, vvi_arena *arena, vvi_study_facts *facts, vv_error *error);
    vv_status (*all_refusals)(void *state, vvi_arena *arena, const vv_refusal **list, size_t *n, vv_error *error);
    vv_status (*refusal_put)(void *state, const vv_refusal *refusal, vv_error *error);
    /* With its curves, under its id, which must be the next. RUNNING without a worker: held by hand. */
    vv_status (*trial_put)(void *state, const vv_trial *trial, vv_error *error);
    /* The study gets another's name, and that one is removed; it is removed itself. LOCKED: somebody is at work there. NULL
     * where studies are in folders. */
    vv_status (*take_place)(void *state, const char *name, vv_error *error);
    vv_status (*remove)(void *state, vv_error *error);
    /* Of shared stores; NULL elsewhere. */
    vv_status (*propose_begin)(void *state, bool *mine, vv_error *error);
    void (*propose_end)(void *state);
    int (*ear)(const void *state);
    vv_status (*hear)(void *state, vv_error *error);
    vv_status (*file_put)(void *state, int id, int execution, const char *path, vv_error *error);
    vv_status (*file_get)(void *state, int id, int execution, const char *path, vv_error *error);
    /* Drops what final trials left: all states, and the weights of all but these. */
    vv_status (*files_keep)(void *state, const int *ids, size_t n, vv_error *error);
} vvi_store_row;

/* request.c: false: it is none. */
bool vvi_request_kind_of(const char *name, vv_request_kind *kind);

/* A URL of PostgreSQL's with every password in it as "***"; owned: vvi_free. */
char *vvi_pg_show(const char *where);

/* Neither it nor what SQLite keeps beside it is a pipe or device, which would keep waiting whoever opens it. */
bool vvi_sqlite_is_ordinary(const char *path);
bool vvi_sqlite_is_study(const char *path); /* also while it is open in this process (sqlite_look.c) */

extern const vvi_store_row vvi_store_sqlite, vvi_store_postgresql;

#endif
