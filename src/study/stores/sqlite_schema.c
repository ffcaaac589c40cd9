/* sqlite_schema.c - the tables of a study in SQLite, and how a study of an earlier version comes to have them.
 *
 *     version 1   one score a trial; a trial was COMPLETED if and only if it had one
 *     version 2   PRUNED and PAUSED trials, scores of several objectives, constraints, counts of epochs
 *
 * Invariants that the schema itself refuses to break:
 *   - COMPLETED trials have a score; RUNNING, FAILED and INTERRUPTED ones have none, PRUNED and PAUSED ones may.
 *   - A PAUSED trial has epochs, and was paused with all of them.
 *   - 0 <= paused_epochs <= epochs <= epochs_total.
 *   - SQLite stores a NaN as NULL; `epochs.value` therefore holds a REAL (infinities are) or the text 'nan'.
 * The score of the first objective is a column of its trial; those of the further ones are in `scores`, from 1.
 */
#include "study/stores/sqlite.h"

#define TRIALS                                                                                                         \
    "("                                                                                                                \
    "  id INTEGER PRIMARY KEY CHECK (id >= 0),"                                                                        \
    "  status TEXT NOT NULL"                                                                                           \
    "    CHECK (status IN ('RUNNING', 'COMPLETED', 'FAILED', 'INTERRUPTED', 'PRUNED', 'PAUSED')),"                     \
    "  score REAL, violation REAL CHECK (violation >= 0),"                                                             \
    "  epochs INTEGER NOT NULL DEFAULT 0, epochs_total INTEGER NOT NULL DEFAULT 0,"                                    \
    "  paused_epochs INTEGER NOT NULL DEFAULT 0, goal INTEGER NOT NULL DEFAULT 0 CHECK (goal >= 0),"                   \
    "  reason TEXT, seconds REAL NOT NULL, model TEXT,"                                                                \
    "  CHECK (score IS NOT NULL OR status <> 'COMPLETED'),"                                                            \
    "  CHECK (score IS NULL OR status IN ('COMPLETED', 'PRUNED', 'PAUSED')),"                                          \
    "  CHECK (0 <= paused_epochs AND paused_epochs <= epochs AND epochs <= epochs_total),"                             \
    "  CHECK (status <> 'PAUSED' OR (epochs > 0 AND paused_epochs = epochs))) STRICT;"

#define SCORES                                                                                                         \
    "CREATE TABLE scores ("                                                                                            \
    "  trial INTEGER NOT NULL REFERENCES trials (id), objective INTEGER NOT NULL CHECK (objective >= 1),"              \
    "  value REAL NOT NULL, PRIMARY KEY (trial, objective)) STRICT, WITHOUT ROWID;"

static const char schema[] =
    "CREATE TABLE facts ("
    "  key TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE trials " TRIALS SCORES "CREATE TABLE trial_values ("
    "  trial INTEGER NOT NULL REFERENCES trials (id), position INTEGER NOT NULL, name TEXT NOT NULL,"
    "  domain TEXT NOT NULL, value ANY NOT NULL,"
    "  PRIMARY KEY (trial, position), UNIQUE (trial, name)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE executions ("
    "  trial INTEGER NOT NULL REFERENCES trials (id), execution INTEGER NOT NULL CHECK (execution >= 0),"
    "  best_epoch INTEGER NOT NULL, score REAL NOT NULL, seconds REAL NOT NULL,"
    "  PRIMARY KEY (trial, execution)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE epochs ("
    "  trial INTEGER NOT NULL REFERENCES trials (id), execution INTEGER NOT NULL CHECK (execution >= 0),"
    "  epoch INTEGER NOT NULL CHECK (epoch >= 0), position INTEGER NOT NULL, metric TEXT NOT NULL,"
    "  value ANY NOT NULL CHECK (typeof(value) = 'real' OR value = 'nan'),"
    "  PRIMARY KEY (trial, execution, epoch, position), UNIQUE (trial, execution, epoch, metric)) STRICT, WITHOUT "
    "ROWID;"
    "CREATE TABLE refusals ("
    "  reason TEXT PRIMARY KEY, example TEXT NOT NULL, n INTEGER NOT NULL CHECK (n > 0)) STRICT, WITHOUT ROWID;"
    "PRAGMA application_id = 1449226870;" /* "Varv" */
    "PRAGMA user_version = 2;";           /* VVI_SQLITE_VERSION */

/* What version 1 did not count: it holds every epoch. */
#define COUNTED_EPOCHS                                                                                                 \
    "coalesce((SELECT max(epoch) + 1 FROM epochs WHERE trial = id), 0) AS epochs,"                                     \
    "(SELECT count(*) FROM (SELECT DISTINCT execution, epoch FROM epochs WHERE trial = id)) AS epochs_total"

/* Step i leads from version i + 1 to the next. */
static const char *const steps[] = {
    "CREATE TABLE new_trials " TRIALS
    "INSERT INTO new_trials (id, status, score, reason, seconds, model, epochs, epochs_total)"
    "  SELECT id, status, score, reason, seconds, model, " COUNTED_EPOCHS " FROM trials;"
    "DROP TABLE trials;"
    "ALTER TABLE new_trials RENAME TO trials;" SCORES "PRAGMA user_version = 2;",
};

/* Names in the temporary schema come before those of the file. */
static const char *const views[] = {
    "PRAGMA temp_store = MEMORY;"
    "CREATE TEMP VIEW trials AS SELECT id, status, score, NULL AS violation, " COUNTED_EPOCHS ","
    "  0 AS paused_epochs, 0 AS goal, reason, seconds, model FROM main.trials;"
    "CREATE TEMP VIEW scores AS SELECT NULL AS trial, NULL AS objective, NULL AS value WHERE 0;",
};

vv_status vvi_sqlite_create(const vvi_sqlite *store, vv_error *error)
{
    VVI_TRY(vvi_sqlite_exec(store, "BEGIN EXCLUSIVE", error));
    return vvi_sqlite_finish(store, vvi_sqlite_exec(store, schema, error), error);
}

vv_status vvi_sqlite_migrate(const vvi_sqlite *store, vv_error *error)
{
    vv_status status = store->version == 0 ? VV_OK : vvi_sqlite_exec(store, "BEGIN EXCLUSIVE", error);
    if (store->version == 0 || status != VV_OK) return status;
    for (int i = store->version; status == VV_OK && i < VVI_SQLITE_VERSION; i++)
        status = vvi_sqlite_exec(store, steps[i - 1], error);
    return vvi_sqlite_finish(store, status, error);
}

vv_status vvi_sqlite_view(const vvi_sqlite *store, vv_error *error)
{
    return vvi_sqlite_exec(store, views[store->version - 1], error);
}
