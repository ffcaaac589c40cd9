/* sqlite.h - shared by the writing and the reading half of the SQLite store. */
#ifndef VVI_STUDY_STORES_SQLITE_H
#define VVI_STUDY_STORES_SQLITE_H

#include "study/study.h"

#include <sqlite3.h>

typedef struct vvi_sqlite {
    sqlite3 *db;
    char *path;
    int version; /* of the schema that was found; 0: none */
} vvi_sqlite;

/* What the database says went wrong last, as one of our statuses with the file's name in front. */
vv_status vvi_sqlite_fail(const vvi_sqlite *store, vv_error *error);
/* A statement with its values bound, by letters: i (int), l (int64_t), d (double; a NaN becomes the text 'nan'), m (may
 * be missing: a double; a NaN becomes NULL), t (text or NULL). */
vv_status vvi_sqlite_prepare(const vvi_sqlite *store, sqlite3_stmt **statement, vv_error *error, const char *sql,
                             const char *letters, ...);
/* Steps to the next row: *row says whether there is one. */
vv_status vvi_sqlite_step(const vvi_sqlite *store, sqlite3_stmt *statement, bool *row, vv_error *error);
/* Runs a prepared statement to its end and ends it; hands on a failed preparation. */
vv_status vvi_sqlite_run(const vvi_sqlite *store, vv_status prepared, sqlite3_stmt *statement, vv_error *error);
/* The first column of the first row, as an integer. */
vv_status vvi_sqlite_ask_int(const vvi_sqlite *store, const char *sql, int *value, vv_error *error);
vv_status vvi_sqlite_exec(const vvi_sqlite *store, const char *sql, vv_error *error);
/* Commits when `status` is VV_OK, else (or when that fails) rolls back. */
vv_status vvi_sqlite_finish(const vvi_sqlite *store, vv_status status, vv_error *error);

/* ---- tables (sqlite_schema.c) --------------------------------------------------------------------------------- */

enum { VVI_SQLITE_VERSION = 2 };
vv_status vvi_sqlite_create(const vvi_sqlite *store, vv_error *error);
/* From store->version to VVI_SQLITE_VERSION. */
vv_status vvi_sqlite_migrate(const vvi_sqlite *store, vv_error *error);
/* Shows a reader an earlier version as the present one. */
vv_status vvi_sqlite_view(const vvi_sqlite *store, vv_error *error);

/* ---- the rows of the store (study.h) ---------------------------------------------------------------------------- */

vv_status vvi_sqlite_fact_set(void *state, const char *key, const char *text, vv_error *error);
vv_status vvi_sqlite_fact_get(void *state, const char *key, char **text, vv_error *error);
vv_status vvi_sqlite_trial_begin(void *state, const vvi_beginning *beginning, int *id, vv_error *error);
vv_status vvi_sqlite_trial_restart(void *state, int id, vv_error *error);
vv_status vvi_sqlite_trial_resume(void *state, int id, int goal, vv_error *error);
vv_status vvi_sqlite_trial_epoch(void *state, int id, int execution, int epoch, const char *const *metrics,
                                 const double *values, size_t n, vv_error *error);
vv_status vvi_sqlite_trial_execution(void *state, int id, int execution, const vv_execution *result, vv_error *error);
vv_status vvi_sqlite_trial_end(void *state, int id, const vv_trial_result *result, vv_error *error);
vv_status vvi_sqlite_trials(void *state, const vvi_trial_query *query, vvi_arena *arena, const vv_trial **list,
                            size_t *n, vv_error *error);
vv_status vvi_sqlite_refusals(void *state, vv_refusals *refusals, vv_error *error);

#endif
