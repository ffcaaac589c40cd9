/* postgresql.h - shared by the parts of the PostgreSQL store (postgresql*.c). */
#ifndef VVI_STUDY_STORES_POSTGRESQL_H
#define VVI_STUDY_STORES_POSTGRESQL_H

#include "study/study.h"

#include <libpq-fe.h>
#include <locale.h>

enum { VVI_PG_VERSION = 2 /* of the schema */, VVI_PG_LOCK = 0x56617276 /* "Varv": the class of our advisory locks */ };

/* What functions of the schema answer when it is no id and no vv_status. */
enum {
    VVI_PG_NONE = -100, /* nothing to claim */
    VVI_PG_GONE = -101, /* the worker or the whole study was removed */
    VVI_PG_IDLE = -102  /* nothing to claim, and the worker is idle since now */
};

typedef struct vvi_pg {
    char *where, *name, *shown, *worker, *password; /* owned; name, worker, password may be NULL */
    vv_study_mode mode;
    bool returns;  /* to a study that it had open before */
    bool requests; /* opened to post them */
    bool asked;    /* somebody has, or may have: since the last look */
    int version;   /* of the schema */
    double lease_s, patience_s;
    uint64_t largest_checkpoint;

    PGconn *connection; /* NULL: lost */
    uint64_t prepared;  /* statements that this connection knows, one bit each */
    bool again;         /* what failed last may succeed when it is made again */
    bool opened;        /* it has worked before */
    int ear, rung;      /* an epoll of the connection's socket and `rung`, an eventfd for what came in between; -1 */

    double beaten_s; /* by our clock; 0: not yet */
    int study;       /* its number in the database; 0: not yet */
    int64_t request; /* number of this worker's last writing call */
    bool batch;      /* all calls are one transaction */
    bool broken;     /* ... which is lost */
    bool news;       /* ... to be told when it is committed */
    bool proposing;  /* this connection holds the study's lock */
} vvi_pg;

/* ---- connecting, errors (postgresql_connect.c) ------------------------------------------------------------------ */

/* Fails with the texts of the server and of libpq, never with a password in them; sets store->again. */
vv_status vvi_pg_fail(vvi_pg *store, const PGresult *result, vv_error *error);
/* Connects if that is not so already. One attempt. */
vv_status vvi_pg_connect(vvi_pg *store, vv_error *error);
void vvi_pg_disconnect(vvi_pg *store);

/* A step is made again, with the connection made anew, as long as it fails for a reason that passes. It must be a whole
 * transaction, or find out what it did the last time. */
typedef vv_status (*vvi_pg_step)(vvi_pg *store, void *context, vv_error *error);
vv_status vvi_pg_persist(vvi_pg *store, vvi_pg_step step, void *context, vv_error *error);
/* The same with what the step does as one transaction that sees one moment. */
vv_status vvi_pg_transact(vvi_pg *store, bool write, vvi_pg_step step, void *context, vv_error *error);

/* ---- statements (postgresql_call.c, postgresql_statements.c, postgresql_result.c) -------------------------------- */

typedef enum vvi_pg_sql {
    VVI_PG_STUDY_FIND,
    VVI_PG_STUDY_ADD,
    VVI_PG_STUDY_REMOVE,
    VVI_PG_STUDIES,
    VVI_PG_WORKER_ENTER,
    VVI_PG_WORKER_LEAVE,
    VVI_PG_WORKERS,
    VVI_PG_REQUEST,
    VVI_PG_MARK,
    VVI_PG_BEAT,
    VVI_PG_TELL,
    VVI_PG_LOCK_TRY,
    VVI_PG_UNLOCK,
    VVI_PG_FACT_SET,
    VVI_PG_FACT_GET,
    VVI_PG_BEGIN,
    VVI_PG_CLAIM,
    VVI_PG_TAKE_IN_HAND,
    VVI_PG_PUT_BACK,
    VVI_PG_EPOCH,
    VVI_PG_EXECUTION,
    VVI_PG_END,
    VVI_PG_WAKE,
    VVI_PG_RETRY,
    VVI_PG_WHOSE,
    VVI_PG_TRIALS_COUNT,
    VVI_PG_TRIALS_FROM,
    VVI_PG_TRIALS_OF,
    VVI_PG_HYPERPARAMETERS,
    VVI_PG_KEYS,
    VVI_PG_SMALLEST,
    VVI_PG_LARGEST,
    VVI_PG_EPOCHS_OF,
    VVI_PG_REFUSALS,
    VVI_PG_STANDING,
    VVI_PG_COUNTS,
    VVI_PG_RUNNING,
    VVI_PG_PULSE,
    VVI_PG_PULSE_OF_REQUESTS,
    VVI_PG_FILE_FENCE,
    VVI_PG_FILE_DROP,
    VVI_PG_FILE_ADD,
    VVI_PG_FILE_SIZE,
    VVI_PG_FILE_PIECE,
    VVI_PG_FILES_KEEP,

    VVI_PG_FACTS,
    VVI_PG_ALL_REFUSALS,
    VVI_PG_REFUSAL_PUT,
    VVI_PG_DOMAINS_PUT,
    VVI_PG_BUILD_PUT,
    VVI_PG_TRIAL_PUT,
    VVI_PG_ATTEMPTS_PUT,
    VVI_PG_EPOCHS_PUT,
    VVI_PG_STUDY_RENAME,
    VVI_PG_REQUEST_POST,
    VVI_PG_REQUEST_ANSWER,
    VVI_PG_REQUESTS,
    VVI_PG_REQUEST_BOUNDS,
    VVI_PG_TAKE,
    VVI_PG_STATEMENTS
} vvi_pg_sql;

typedef struct vvi_pg_statement {
    const char *letters; /* of its parameters, see vvi_pg_ask */
    const char *text;
} vvi_pg_statement;
extern const vvi_pg_statement vvi_pg_statements[VVI_PG_STATEMENTS];

/* Parameters by letters: i (int), l (int64_t), d (double), m (may be missing: a double; a NaN becomes NULL), f (flag, an
 * int), t (text or NULL), b (const void *, size_t: bytes), and arrays with their size_t: I (of int), L (of int64_t), D (of
 * double), T (of texts); NULL is NULL. All travel in binary, as do results. *result is owned: PQclear. */
vv_status vvi_pg_ask(vvi_pg *store, vvi_pg_sql which, PGresult **result, vv_error *error, ...);
/* The same once, without beginning anew: inside of a step. */
vv_status vvi_pg_ask_once(vvi_pg *store, vvi_pg_sql which, PGresult **result, vv_error *error, ...);
/* A writing call of this worker's: study, worker and number of the request go before the other parameters, and the answer
 * is one number: an id or 0, VVI_PG_NONE, or refused (NOT_FOUND, TAKEN, BAD_ARG about trial `id`). */
vv_status vvi_pg_write(vvi_pg *store, vvi_pg_sql which, int id, int *answer, vv_error *error, ...);
/* Text without parameters, any number of statements, once. */
vv_status vvi_pg_exec(vvi_pg *store, const char *sql, vv_error *error);

int vvi_pg_int(const PGresult *result, int row, int column); /* NULL: 0 */
int64_t vvi_pg_int64(const PGresult *result, int row, int column);
double vvi_pg_double(const PGresult *result, int row, int column); /* NULL: NaN */
bool vvi_pg_bool(const PGresult *result, int row, int column);
const char *vvi_pg_text(const PGresult *result, int row, int column); /* NULL: NULL; borrowed from the result */

bool vvi_pg_status(const char *text, vv_trial_status *status);

/* An array of a result: elements are taken in turn. */
typedef struct vvi_pg_array {
    const char *at, *end;
    size_t n;   /* elements */
    bool whole; /* begins with element 1, has one dimension, and no element is missing so far */
} vvi_pg_array;
vvi_pg_array vvi_pg_array_of(const PGresult *result, int row, int column); /* NULL: empty */
int vvi_pg_array_int(vvi_pg_array *array);
double vvi_pg_array_double(vvi_pg_array *array);
/* Bytes without a NUL; NULL: missing (then it is not whole any more). */
const char *vvi_pg_array_text(vvi_pg_array *array, size_t *length);

/* ---- tables (postgresql_schema.c, postgresql_functions.c) -------------------------------------------------------- */

/* Tables are made or brought up to date; to read, they must be there. */
vv_status vvi_pg_schema(vvi_pg *store, vv_error *error);
/* The version that is there; 0: none. */
vv_status vvi_pg_schema_version(vvi_pg *store, int *version, vv_error *error);
extern const char *const vvi_pg_functions[];         /* of version 1; NULL-terminated */
extern const char *const vvi_pg_request_functions[]; /* that version 2 adds */

/* ---- reading (postgresql_read.c, postgresql_trial.c, postgresql_curves.c) ---- */

/* One reading call: where rows come from, and where what they hold goes. */
typedef struct vvi_pg_reading {
    vvi_pg *store;
    const vvi_trial_query *query;
    vvi_arena *arena;
    vv_error *error;
    PGresult *hyperparameters; /* of the study, by id */
    vv_active *known;          /* the same, read: name NULL: not yet */
    locale_t plain;            /* numbers as in C */
    vv_trial *list;
    size_t room, n;
} vvi_pg_reading;

vv_status vvi_pg_damaged(const vvi_pg_reading *r, int trial, const char *what);
/* Reads r->hyperparameters, which the values of trials refer to. */
vv_status vvi_pg_hyperparameters(vvi_pg_reading *r);
vv_status vvi_pg_take_trial(vvi_pg_reading *r, const PGresult *result, int row, vv_trial *trial);
/* Adds the curves of a chunk of trials, which are in the order of their ids. */
vv_status vvi_pg_curves(vvi_pg *store, vvi_arena *arena, vv_trial *const *trials, size_t n, vv_error *error);

/* ---- the rows of the store (study.h) ---------------------------------------------------------------------------- */

vv_status vvi_pg_fact_set(void *state, const char *key, const char *text, vv_error *error);
vv_status vvi_pg_fact_get(void *state, const char *key, char **text, vv_error *error);
vv_status vvi_pg_trial_begin(void *state, const vvi_beginning *beginning, int *id, vv_error *error);
vv_status vvi_pg_trial_claim(void *state, int *id, vv_error *error);
vv_status vvi_pg_trial_take_in_hand(void *state, int id, vv_error *error);
vv_status vvi_pg_trial_put_back(void *state, int id, vv_error *error);
vv_status vvi_pg_trial_epoch(void *state, int id, int execution, int epoch, const char *const *metrics,
                             const double *values, size_t n, vv_error *error);
vv_status vvi_pg_trial_execution(void *state, int id, int execution, const vv_execution *result, vv_error *error);
vv_status vvi_pg_trial_end(void *state, int id, const vv_trial_result *result, vv_error *error);
vv_status vvi_pg_trial_wake(void *state, int id, int goal, vv_error *error);
vv_status vvi_pg_trial_retry(void *state, int id, const char *reason, double seconds, vv_error *error);
vv_status vvi_pg_trials(void *state, const vvi_trial_query *query, vvi_arena *arena, const vv_trial **list, size_t *n,
                        vv_error *error);
vv_status vvi_pg_refusals(void *state, vv_refusals *refusals, vv_error *error);
vv_status vvi_pg_standing(void *state, const vvi_standing_query *query, vvi_stand *standing, vv_error *error);
vv_status vvi_pg_counts(void *state, vv_counts *counts, vv_error *error);
vv_status vvi_pg_mark(void *state, uint64_t *mark, vv_error *error);
vv_status vvi_pg_running(void *state, vvi_arena *arena, const int **ids, size_t *n, vv_error *error);
void vvi_pg_release(void *state);
vv_status vvi_pg_beat(void *state, const vvi_beat *beat, vv_error *error);
vv_status vvi_pg_workers(void *state, vvi_arena *arena, vv_workers *workers, vv_error *error);
vv_status vvi_pg_propose_begin(void *state, bool *mine, vv_error *error);
void vvi_pg_propose_end(void *state);
int vvi_pg_ear(const void *state);
vv_status vvi_pg_hear(void *state, vv_error *error);
vv_status vvi_pg_file_put(void *state, int id, int execution, const char *path, vv_error *error);
vv_status vvi_pg_file_get(void *state, int id, int execution, const char *path, vv_error *error);
vv_status vvi_pg_files_keep(void *state, const int *ids, size_t n, vv_error *error);

vv_status vvi_pg_trial_take(void *state, int id, vv_error *error);

/* postgresql_requests.c */
vv_status vvi_pg_request_post(void *state, const vv_request *request, int64_t *id, vv_error *error);
vv_status vvi_pg_requests(void *state, const vvi_request_query *query, vvi_arena *arena, vv_requests *requests,
                          vv_error *error);
vv_status vvi_pg_request_bounds(void *state, vvi_request_bounds *bounds, vv_error *error);
vv_status vvi_pg_request_answer(void *state, int64_t id, const char *answer, vv_error *error);
vv_status vvi_pg_request_news(void *state, bool *news, vv_error *error);

/* A beginning as lists of the same length each. Text is in the arena, which is to be deinited. */
typedef struct vvi_pg_lists {
    vvi_arena arena;
    const char **names, **domains, **values;
    const char **reasons, **examples;
    int64_t *counts;
} vvi_pg_lists;
vv_status vvi_pg_fill_lists(vvi_pg_lists *lists, const vvi_beginning *beginning, vv_error *error);

/* postgresql_put.c */
vv_status vvi_pg_facts(void *state, vvi_arena *arena, vvi_study_facts *facts, vv_error *error);
vv_status vvi_pg_all_refusals(void *state, vvi_arena *arena, const vv_refusal **list, size_t *n, vv_error *error);
vv_status vvi_pg_refusal_put(void *state, const vv_refusal *refusal, vv_error *error);
vv_status vvi_pg_trial_put(void *state, const vv_trial *trial, vv_error *error);
vv_status vvi_pg_take_place(void *state, const char *name, vv_error *error);
vv_status vvi_pg_remove(void *state, vv_error *error);

/* Tells idle workers that something has changed: after the change was committed. */
void vvi_pg_tell(vvi_pg *store);
/* Takes in what was said to this connection; rings when others said it (postgresql_ear.c). */
void vvi_pg_listen(vvi_pg *store);
vv_status vvi_pg_ear_open(vvi_pg *store, vv_error *error);
void vvi_pg_ear_close(vvi_pg *store);
void vvi_pg_ear_attach(vvi_pg *store); /* to a new connection */
void vvi_pg_ear_detach(vvi_pg *store); /* before a connection ends */

#endif
