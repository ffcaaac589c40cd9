/* sqlite_read.h - one call that reads trials out of SQLite, shared by sqlite_read.c, sqlite_details.c, sqlite_domains.c,
 * sqlite_curves.c. */
#ifndef VVI_STUDY_STORES_SQLITE_READ_H
#define VVI_STUDY_STORES_SQLITE_READ_H

#include "study/stores/sqlite.h"

/* The domains met so far (sqlite_domains.c). */
typedef struct vvi_sqlite_domain vvi_sqlite_domain;
typedef struct vvi_sqlite_domains {
    vvi_sqlite_domain *list;
    size_t n;
    uint32_t *slots; /* an open hash table of indexes + 1; 0: free */
    size_t n_slots;  /* a power of 2, or 0 */
} vvi_sqlite_domains;

/* Where rows come from, and where what they hold goes. */
typedef struct vvi_sqlite_reading {
    const vvi_sqlite *store;
    vvi_arena *arena;
    vv_error *error;
    vvi_sqlite_domains *domains;
} vvi_sqlite_reading;

vv_status vvi_sqlite_damaged(const vvi_sqlite_reading *r, int trial, const char *what);
double vvi_sqlite_number(sqlite3_stmt *row, int column); /* NaN: none */
/* *active has this name, in the arena, and this domain; equal ones share all that they point to. */
vv_status vvi_sqlite_domain_read(const vvi_sqlite_reading *r, const char *name, const char *json, vv_active *active);
/* Reads what hangs on a trial whose row has been read. */
vv_status vvi_sqlite_details(const vvi_sqlite_reading *r, bool curves, vv_trial *trial);

/* Reads its curves (sqlite_curves.c). */
vv_status vvi_sqlite_curves(const vvi_sqlite_reading *r, vv_trial *trial);

#endif
