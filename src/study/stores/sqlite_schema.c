/* sqlite_schema.c - the tables of a study in SQLite, and how a study of an earlier version comes to have them.
 *
 *     version 1   one score a trial; a trial was COMPLETED if and only if it had one
 *     version 2   PRUNED and PAUSED trials, scores of several objectives, constraints, counts of epochs
 *     version 3   workers and their leases, WAITING trials, failed attempts, times; what is asked for often does not scan
 *     version 4   requests to whoever works at it
 *
 * Invariants that the schema itself refuses to break:
 *   - COMPLETED trials have a score; PRUNED and PAUSED ones may, the others have none.
 *   - What is COMPLETED, FAILED or PRUNED never changes, and no trial is ever removed: a number is given once, and they
 *     have no gaps.
 *   - Only RUNNING trials have a lease, which is a worker's; one without is held by hand. A PAUSED trial has epochs.
 *   - 0 <= epochs <= epochs_total. `tally` is the sum of the latter.
 *   - A request is numbered from 0 without gaps, answered once, and never changes or goes after that.
 *   - SQLite stores a NaN as NULL; `epochs.value` therefore holds a REAL (infinities are) or the text 'nan'.
 * The score of the first objective is a column of its trial; those of the further ones are in `scores`, from 1.
 */
#include "study/stores/sqlite.h"

#define TRIALS                                                                                                         \
    "("                                                                                                                \
    "  id INTEGER PRIMARY KEY CHECK (id >= 0),"                                                                        \
    "  status TEXT NOT NULL"                                                                                           \
    "    CHECK (status IN ('RUNNING', 'COMPLETED', 'FAILED', 'INTERRUPTED', 'PRUNED', 'PAUSED', 'WAITING')),"          \
    "  score REAL, violation REAL CHECK (violation >= 0),"                                                             \
    "  epochs INTEGER NOT NULL DEFAULT 0, epochs_total INTEGER NOT NULL DEFAULT 0,"                                    \
    "  goal INTEGER NOT NULL DEFAULT 0 CHECK (goal >= 0),"                                                             \
    "  reason TEXT, seconds REAL NOT NULL, model TEXT,"                                                                \
    "  worker TEXT, lease REAL, began REAL, ended REAL,"                                                               \
    "  CHECK (score IS NOT NULL OR status <> 'COMPLETED'),"                                                            \
    "  CHECK (score IS NULL OR status IN ('COMPLETED', 'PRUNED', 'PAUSED')),"                                          \
    "  CHECK (0 <= epochs AND epochs <= epochs_total),"                                                                \
    "  CHECK (status <> 'PAUSED' OR epochs > 0),"                                                                      \
    "  CHECK (lease IS NULL OR (status = 'RUNNING' AND worker IS NOT NULL)),"                                          \
    "  CHECK (ended IS NULL OR status IN ('COMPLETED', 'FAILED', 'PRUNED'))) STRICT;"

#define SCORES                                                                                                         \
    "CREATE TABLE scores ("                                                                                            \
    "  trial INTEGER NOT NULL REFERENCES trials (id), objective INTEGER NOT NULL CHECK (objective >= 1),"              \
    "  value REAL NOT NULL, PRIMARY KEY (trial, objective)) STRICT, WITHOUT ROWID;"

/* What version 3 has beside its table of trials. */
#define WORKERS                                                                                                        \
    "CREATE TABLE attempts ("                                                                                          \
    "  trial INTEGER NOT NULL REFERENCES trials (id), attempt INTEGER NOT NULL CHECK (attempt >= 0),"                  \
    "  reason TEXT, seconds REAL NOT NULL, PRIMARY KEY (trial, attempt)) STRICT, WITHOUT ROWID;"                       \
    "CREATE TABLE workers ("                                                                                           \
    "  name TEXT PRIMARY KEY, host TEXT NOT NULL, pid INTEGER NOT NULL, version TEXT NOT NULL,"                        \
    "  slots INTEGER NOT NULL, began REAL NOT NULL, beat REAL NOT NULL, lease REAL NOT NULL) STRICT, WITHOUT ROWID;"   \
    "CREATE TABLE tally (id INTEGER PRIMARY KEY CHECK (id = 0), epochs INTEGER NOT NULL) STRICT;"                      \
    "INSERT INTO tally SELECT 0, coalesce(sum(epochs_total), 0) FROM trials;"                                          \
    "CREATE TRIGGER trials_tally AFTER UPDATE OF epochs_total ON trials BEGIN"                                         \
    "  UPDATE tally SET epochs = epochs + new.epochs_total - old.epochs_total; END;"                                   \
    "CREATE TRIGGER trials_final BEFORE UPDATE ON trials WHEN old.status IN ('COMPLETED', 'FAILED', 'PRUNED') BEGIN"   \
    "  SELECT RAISE(ABORT, 'a trial that has ended never changes'); END;"                                              \
    "CREATE TRIGGER trials_stay BEFORE DELETE ON trials BEGIN"                                                         \
    "  SELECT RAISE(ABORT, 'a trial is never removed'); END;"                                                          \
    "CREATE INDEX trials_open ON trials (id) WHERE " VVI_SQLITE_OPEN ";"                                               \
    "CREATE INDEX trials_paused ON trials (id) WHERE status = 'PAUSED';"                                               \
    "CREATE INDEX trials_best ON trials (score) WHERE status = 'COMPLETED' AND coalesce(violation, 0) = 0;"            \
    "PRAGMA user_version = 3;"

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
    WORKERS;
/* What version 4 has beside that. */
static const char requests[] =
    "CREATE TABLE requests ("
    "  id INTEGER PRIMARY KEY CHECK (id >= 0),"
    "  kind TEXT NOT NULL CHECK (kind IN ('stop', 'pause', 'go_on', 'stop_trial', 'enqueue')),"
    "  trial INTEGER REFERENCES trials (id), vals TEXT, made REAL NOT NULL, answered REAL, answer TEXT,"
    "  CHECK ((trial IS NOT NULL) = (kind = 'stop_trial')), CHECK ((vals IS NOT NULL) = (kind = 'enqueue')),"
    "  CHECK ((answered IS NULL) = (answer IS NULL))) STRICT;"
    "CREATE TRIGGER requests_answered BEFORE UPDATE ON requests WHEN old.answer IS NOT NULL BEGIN"
    "  SELECT RAISE(ABORT, 'a request that was answered never changes'); END;"
    "CREATE TRIGGER requests_stay BEFORE DELETE ON requests BEGIN"
    "  SELECT RAISE(ABORT, 'a request is never removed'); END;"
    "PRAGMA user_version = 4;"; /* VVI_SQLITE_VERSION */

/* What version 1 did not count: it holds every epoch. */
#define COUNTED_EPOCHS                                                                                                 \
    "coalesce((SELECT max(epoch) + 1 FROM epochs WHERE trial = id), 0) AS epochs,"                                     \
    "(SELECT count(*) FROM (SELECT DISTINCT execution, epoch FROM epochs WHERE trial = id)) AS epochs_total"

/* Step i leads from version i + 1 to the next. The writers of versions 1 and 2 are gone, whatever they left RUNNING. */
static const char *const steps[] = {
    "ALTER TABLE trials ADD COLUMN violation REAL;"
    "ALTER TABLE trials ADD COLUMN epochs INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE trials ADD COLUMN epochs_total INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE trials ADD COLUMN goal INTEGER NOT NULL DEFAULT 0;"
    "UPDATE trials SET (epochs, epochs_total) = (SELECT " COUNTED_EPOCHS ");" SCORES "PRAGMA user_version = 2;",

    "CREATE TABLE new_trials " TRIALS
    "INSERT INTO new_trials (id, status, score, violation, reason, seconds, model, epochs, epochs_total, goal)"
    "  SELECT id, iif(status = 'RUNNING', 'INTERRUPTED', status), score, violation, reason, seconds, model, epochs,"
    "    epochs_total, goal FROM trials;"
    "DROP TABLE trials;"
    "ALTER TABLE new_trials RENAME TO trials;" WORKERS,

    requests,
};

/* Names in the temporary schema come before those of the file. */
#define VIEW_REQUESTS                                                                                                  \
    "PRAGMA temp_store = MEMORY;"                                                                                      \
    "CREATE TEMP VIEW requests AS SELECT NULL AS id, NULL AS kind, NULL AS trial, NULL AS vals, NULL AS made,"         \
    "  NULL AS answered, NULL AS answer WHERE 0;"
#define VIEW_TRIALS(epochs)                                                                                            \
    VIEW_REQUESTS                                                                                                      \
    "CREATE TEMP VIEW trials AS SELECT id, status, score, reason, seconds, model, " epochs ","                         \
    "  NULL AS worker, NULL AS lease, NULL AS began, NULL AS ended FROM main.trials;"                                  \
    "CREATE TEMP VIEW attempts AS SELECT NULL AS trial, NULL AS attempt, NULL AS reason, NULL AS seconds WHERE 0;"     \
    "CREATE TEMP VIEW workers AS SELECT NULL AS name, NULL AS host, NULL AS pid, NULL AS version, NULL AS slots,"      \
    "  NULL AS began, NULL AS beat, NULL AS lease WHERE 0;"                                                            \
    "CREATE TEMP VIEW tally AS SELECT 0 AS id, sum(epochs_total) AS epochs FROM trials;"

static const char *const views[] = {
    VIEW_TRIALS(
        "NULL AS violation, " COUNTED_EPOCHS
        ", 0 AS goal") "CREATE TEMP VIEW scores AS SELECT NULL AS trial, NULL AS objective, NULL AS value WHERE 0;",
    VIEW_TRIALS("violation, epochs, epochs_total, goal"),
    VIEW_REQUESTS,
};

vv_status vvi_sqlite_create(const vvi_sqlite *store, vv_error *error)
{
    VVI_TRY(vvi_sqlite_exec(store, "BEGIN EXCLUSIVE", error));
    vv_status status = vvi_sqlite_exec(store, schema, error);
    if (status == VV_OK) status = vvi_sqlite_exec(store, requests, error);
    return vvi_sqlite_finish(store, status, error);
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
