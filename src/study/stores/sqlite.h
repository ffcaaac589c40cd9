/* sqlite.h - shared by the parts of the SQLite store. */
#ifndef VVI_STUDY_STORES_SQLITE_H
#define VVI_STUDY_STORES_SQLITE_H

#include "study/study.h"

#include <sqlite3.h>

/* Statements that have been prepared, by the address of their text. Preparing one takes several times as long as running
 * it. */
enum { VVI_SQLITE_STATEMENTS = 96 };
typedef struct vvi_sqlite_cache {
    struct {
        const char *sql;
        sqlite3_stmt *statement;
        bool taken;
    } list[VVI_SQLITE_STATEMENTS];
    size_t n;
} vvi_sqlite_cache;

typedef struct vvi_sqlite {
    sqlite3 *db;
    vvi_sqlite_cache *cache;
    char *path, *worker;
    double lease_s;
    double beaten_s; /* when the leases were renewed last; 0: never */
    int version;     /* of the schema that is read or written; 0: none is there yet */
    bool batch;      /* calls are part of one transaction */
    int seen;        /* PRAGMA data_version + 1, when it was looked for requests last; 0: never */
} vvi_sqlite;

/* What the database says went wrong last, as one of our statuses with the file's name in front. */
vv_status vvi_sqlite_fail(const vvi_sqlite *store, vv_error *error);
/* A statement with its values bound, by letters: i (int), l (int64_t), d (double; a NaN becomes the text 'nan'), m (may
 * be missing: a double; a NaN becomes NULL), t (text or NULL). `sql` must live as long as the program; texts that are bound,
 * until vvi_sqlite_done, which every statement needs. */
vv_status vvi_sqlite_prepare(const vvi_sqlite *store, sqlite3_stmt **statement, vv_error *error, const char *sql,
                             const char *letters, ...);
/* Steps to the next row: *row says whether there is one. */
vv_status vvi_sqlite_step(const vvi_sqlite *store, sqlite3_stmt *statement, bool *row, vv_error *error);
void vvi_sqlite_done(const vvi_sqlite *store, sqlite3_stmt *statement); /* NULL is fine */
/* Runs a prepared statement to its end and ends it; hands on a failed preparation. */
vv_status vvi_sqlite_run(const vvi_sqlite *store, vv_status prepared, sqlite3_stmt *statement, vv_error *error);
#define VVI_SQLITE_RUN(store, error, sql, ...)                                                                         \
    do {                                                                                                               \
        sqlite3_stmt *run_statement = NULL;                                                                            \
        const vv_status run_status = vvi_sqlite_prepare((store), &run_statement, (error), (sql), __VA_ARGS__);         \
        VVI_TRY(vvi_sqlite_run((store), run_status, run_statement, (error)));                                          \
    } while (0)
/* The first column of the first row, as an integer. */
vv_status vvi_sqlite_ask_int(const vvi_sqlite *store, const char *sql, int *value, vv_error *error);
/* Any number of statements, which are not kept. */
vv_status vvi_sqlite_exec(const vvi_sqlite *store, const char *sql, vv_error *error);

/* A call of the store is one transaction, or in a batch a part of one that can be taken back by itself. */
vv_status vvi_sqlite_begin(const vvi_sqlite *store, bool write, vv_error *error);
/* Commits when `status` is VV_OK, else (or when that fails) rolls back. */
vv_status vvi_sqlite_finish(const vvi_sqlite *store, vv_status status, vv_error *error);

/* Text into the arena; NULL in the database is NULL. */
vv_status vvi_sqlite_text(sqlite3_stmt *row, int column, vvi_arena *arena, const char **text, vv_error *error);

/* ---- in SQL ------------------------------------------------------------------------------------------------------ */

/* Unix time by the clock of the machine that the file is on. */
#define VVI_SQLITE_NOW "((julianday('now') - 2440587.5) * 86400.0)"
/* Those that somebody has to do something about; as the index on them says. */
#define VVI_SQLITE_OPEN "status IN ('WAITING', 'INTERRUPTED', 'RUNNING')"

/* ---- tables (sqlite_schema.c) --------------------------------------------------------------------------------- */

enum { VVI_SQLITE_VERSION = 4 };
enum { VVI_SQLITE_APPLICATION = 0x56617276 /* "Varv" */ };
vv_status vvi_sqlite_create(const vvi_sqlite *store, vv_error *error);
/* From store->version to VVI_SQLITE_VERSION. */
vv_status vvi_sqlite_migrate(const vvi_sqlite *store, vv_error *error);
/* Shows a reader an earlier version as the present one. */
vv_status vvi_sqlite_view(const vvi_sqlite *store, vv_error *error);

/* ---- the rows of the store (study.h) ---------------------------------------------------------------------------- */

vv_status vvi_sqlite_fact_set(void *state, const char *key, const char *text, vv_error *error);
vv_status vvi_sqlite_fact_get(void *state, const char *key, char **text, vv_error *error);
vv_status vvi_sqlite_trial_begin(void *state, const vvi_beginning *beginning, int *id, vv_error *error);
vv_status vvi_sqlite_trial_epoch(void *state, int id, int execution, int epoch, const char *const *metrics,
                                 const double *values, size_t n, vv_error *error);
vv_status vvi_sqlite_trial_execution(void *state, int id, int execution, const vv_execution *result, vv_error *error);

/* A value, a refusal: rows of the transaction that is open. */
vv_status vvi_sqlite_insert_value(const vvi_sqlite *store, int id, int position, const vv_active *active,
                                  vv_error *error);
vv_status vvi_sqlite_insert_refusal(const vvi_sqlite *store, const vv_refusal *refusal, vv_error *error);

/* sqlite_put.c */
vv_status vvi_sqlite_facts(void *state, vvi_arena *arena, vvi_study_facts *facts, vv_error *error);
vv_status vvi_sqlite_all_refusals(void *state, vvi_arena *arena, const vv_refusal **list, size_t *n, vv_error *error);
vv_status vvi_sqlite_refusal_put(void *state, const vv_refusal *refusal, vv_error *error);
vv_status vvi_sqlite_trial_put(void *state, const vv_trial *trial, vv_error *error);

/* sqlite_life.c */
vv_status vvi_sqlite_trial_claim(void *state, int *id, vv_error *error);
vv_status vvi_sqlite_trial_take_in_hand(void *state, int id, vv_error *error);
vv_status vvi_sqlite_trial_put_back(void *state, int id, vv_error *error);
vv_status vvi_sqlite_trial_end(void *state, int id, const vv_trial_result *result, vv_error *error);
vv_status vvi_sqlite_trial_wake(void *state, int id, int goal, vv_error *error);
vv_status vvi_sqlite_trial_retry(void *state, int id, const char *reason, double seconds, vv_error *error);
/* Is it RUNNING, and this worker's? TAKEN; NOT_FOUND. */
vv_status vvi_sqlite_check_mine(const vvi_sqlite *store, int id, vv_error *error);

vv_status vvi_sqlite_trial_take(void *state, int id, vv_error *error);

/* sqlite_requests.c */
vv_status vvi_sqlite_request_post(void *state, const vv_request *request, int64_t *id, vv_error *error);
vv_status vvi_sqlite_requests(void *state, const vvi_request_query *query, vvi_arena *arena, vv_requests *requests,
                              vv_error *error);
vv_status vvi_sqlite_request_bounds(void *state, vvi_request_bounds *bounds, vv_error *error);
vv_status vvi_sqlite_request_answer(void *state, int64_t id, const char *answer, vv_error *error);
vv_status vvi_sqlite_request_news(void *state, bool *news, vv_error *error);

/* sqlite_read.c, sqlite_details.c */
vv_status vvi_sqlite_trials(void *state, const vvi_trial_query *query, vvi_arena *arena, const vv_trial **list,
                            size_t *n, vv_error *error);

/* sqlite_counts.c */
bool vvi_sqlite_status(const char *text, vv_trial_status *status); /* false: it is none */
vv_status vvi_sqlite_refusals(void *state, vv_refusals *refusals, vv_error *error);
vv_status vvi_sqlite_standing(void *state, const vvi_standing_query *query, vvi_stand *standing, vv_error *error);
vv_status vvi_sqlite_counts(void *state, vv_counts *counts, vv_error *error);
vv_status vvi_sqlite_mark(void *state, uint64_t *mark, vv_error *error);
vv_status vvi_sqlite_running(void *state, vvi_arena *arena, const int **ids, size_t *n, vv_error *error);

/* sqlite_workers.c */
vv_status vvi_sqlite_beat(void *state, const vvi_beat *beat, vv_error *error);
vv_status vvi_sqlite_workers(void *state, vvi_arena *arena, vv_workers *workers, vv_error *error);
/* Trials that other workers left RUNNING: nobody is at them, for there is one writer. */
vv_status vvi_sqlite_take_over(const vvi_sqlite *store, vv_error *error);
void vvi_sqlite_release(void *state);

#endif
