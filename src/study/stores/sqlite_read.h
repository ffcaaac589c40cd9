/* sqlite_read.h - one call that reads trials out of SQLite, shared by sqlite_read.c and sqlite_details.c. */
#ifndef VVI_STUDY_STORES_SQLITE_READ_H
#define VVI_STUDY_STORES_SQLITE_READ_H

#include "study/stores/sqlite.h"

/* Where rows come from, and where what they hold goes. */
typedef struct vvi_sqlite_reading {
    const vvi_sqlite *store;
    vvi_arena *arena;
    vv_error *error;
} vvi_sqlite_reading;

vv_status vvi_sqlite_damaged(const vvi_sqlite_reading *r, int trial, const char *what);
double vvi_sqlite_number(sqlite3_stmt *row, int column); /* NaN: none */
/* Reads what hangs on a trial whose row has been read. */
vv_status vvi_sqlite_details(const vvi_sqlite_reading *r, bool curves, vv_trial *trial);

#endif
