/* sqlite.h - shared by the writing and the reading half of the SQLite store. */
#ifndef VVI_STUDY_STORES_SQLITE_H
#define VVI_STUDY_STORES_SQLITE_H

#include "study/study.h"

#include <sqlite3.h>

typedef struct vvi_sqlite {
    sqlite3 *db;
    char *path;
} vvi_sqlite;

/* What the database says went wrong last, as one of our statuses with the file's name in front. */
vv_status vvi_sqlite_fail(const vvi_sqlite *store, vv_error *error);
/* A statement with its values bound, by letters: i (int), d (double; a NaN becomes the text 'nan'), t (text or NULL).
 */
vv_status vvi_sqlite_prepare(const vvi_sqlite *store, sqlite3_stmt **statement, vv_error *error, const char *sql,
                             const char *letters, ...);
/* Steps to the next row: *row says whether there is one. */
vv_status vvi_sqlite_step(const vvi_sqlite *store, sqlite3_stmt *statement, bool *row, vv_error *error);
vv_status vvi_sqlite_exec(const vvi_sqlite *store, const char *sql, vv_error *error);
/* Commits when `status` is VV_OK, else (or when that fails) rolls back. */
vv_status vvi_sqlite_finish(const vvi_sqlite *store, vv_status status, vv_error *error);

vv_status vvi_sqlite_trials(void *state, const vvi_trial_query *query, vvi_arena *arena, const vv_trial **list,
                            size_t *n, vv_error *error);
vv_status vvi_sqlite_refusals(void *state, vv_refusals *refusals, vv_error *error);

#endif
