/* postgresql_schema.c - the tables of studies in PostgreSQL, and how a database comes to have them. What writes to them
 * are functions (postgresql_functions.c), which are a part of the schema and of its version.
 *
 *     version 1   all studies of a database in the schema `varve`, keyed by the study's number
 *     version 2   requests to whoever works at a study
 *
 * A trial's row is narrow, since it is written again with every epoch; what never changes of it is in `builds`. Domains
 * are kept once for all trials (`hyperparameters`): a trial has their numbers, and its values as texts. Scores and
 * executions are arrays of the trial: all trials are read with one query.
 *
 * Invariants that the schema itself refuses to break:
 *   - COMPLETED trials have scores; RUNNING, FAILED, INTERRUPTED and WAITING ones have none, PRUNED and PAUSED ones
 *     may.
 *   - 0 <= epochs <= epochs_total. A PAUSED trial has epochs.
 *   - Only RUNNING trials have a lease, and whoever has a lease has a worker. (RUNNING without a lease: by hand.)
 *   - A request is answered once: with a time, and a text.
 * Each index can be used for one thing only, since a plan that was good while the table was small is kept while it
 * grows: what names a trial by its id must not find it through the index of leases, and what looks for the lowest open
 * id must not go through all that have ended, in the order of the primary key. For that the open ones are sorted by id
 * + 0. Rows that belong to a trial are written under a lock of its row; references that PostgreSQL checked would lock
 * it a second time for every epoch.
 */
#include "study/stores/postgresql.h"

static const char *const tables[] = {
    "CREATE TABLE varve.studies ("
    "  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE)",

    "CREATE TABLE varve.workers ("
    "  study integer NOT NULL, name text NOT NULL, host text NOT NULL, pid integer NOT NULL, version text NOT NULL,"
    "  slots integer," /* NULL: it has not sent a heartbeat yet, and is not shown */
    "  began timestamptz NOT NULL, beat timestamptz NOT NULL,"
    "  lease double precision NOT NULL," /* seconds; 0: it has left */
    /* Number and answer of the last writing call: the same call again is answered by it. */
    "  request bigint NOT NULL DEFAULT 0, answer integer NOT NULL DEFAULT 0,"
    "  idle boolean NOT NULL DEFAULT true," /* it found nothing to claim, and wants to be told of news */
    "  PRIMARY KEY (study, name)) WITH (fillfactor = 50)",
    "CREATE INDEX workers_idle ON varve.workers (study, name) WHERE idle",

    "CREATE TABLE varve.facts ("
    "  study integer NOT NULL, key text NOT NULL, text text NOT NULL, PRIMARY KEY (study, key))",

    "CREATE TABLE varve.hyperparameters ("
    "  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, study integer NOT NULL, digest bytea NOT NULL,"
    "  name text NOT NULL, domain text NOT NULL, UNIQUE (study, digest))",

    "CREATE TABLE varve.trials ("
    "  study integer NOT NULL, id integer NOT NULL CHECK (id >= 0),"
    "  status text NOT NULL CHECK (status IN"
    "    ('RUNNING', 'COMPLETED', 'FAILED', 'INTERRUPTED', 'PRUNED', 'PAUSED', 'WAITING')),"
    "  worker text, lease timestamptz, goal integer NOT NULL CHECK (goal >= 0),"
    "  epochs integer NOT NULL DEFAULT 0, epochs_total integer NOT NULL DEFAULT 0,"
    "  scores double precision[], violation double precision CHECK (violation >= 0), reason text,"
    "  seconds double precision NOT NULL DEFAULT 0, began timestamptz, ended timestamptz,"
    "  best_epochs integer[], execution_scores double precision[], execution_seconds double precision[],"
    "  attempt_reasons text[], attempt_seconds double precision[],"
    "  PRIMARY KEY (study, id),"
    "  CHECK (scores IS NOT NULL OR status <> 'COMPLETED'),"
    "  CHECK (scores IS NULL OR status IN ('COMPLETED', 'PRUNED', 'PAUSED')),"
    "  CHECK (0 <= epochs AND epochs <= epochs_total), CHECK (epochs > 0 OR status <> 'PAUSED'),"
    "  CHECK (lease IS NULL OR status = 'RUNNING' AND worker IS NOT NULL))"
    "  WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02)",

    "CREATE INDEX trials_open ON varve.trials (study, (id + 0)) WHERE status IN ('WAITING', 'INTERRUPTED')",
    "CREATE INDEX trials_leased ON varve.trials (study, lease) WHERE lease IS NOT NULL",
    "CREATE INDEX trials_held ON varve.trials (study, id) WHERE status = 'RUNNING' AND lease IS NULL",
    "CREATE INDEX trials_best ON varve.trials (study, (scores[1]), id)"
    "  WHERE status = 'COMPLETED' AND coalesce(violation, 0) = 0",
    "CREATE INDEX trials_paused ON varve.trials (study, id) WHERE status = 'PAUSED'",

    "CREATE TABLE varve.builds ("
    "  study integer NOT NULL, id integer NOT NULL, hyperparameters integer[] NOT NULL, vals text[] NOT NULL,"
    "  model text, PRIMARY KEY (study, id))",

    "CREATE TABLE varve.epochs ("
    "  study integer NOT NULL, trial integer NOT NULL, execution integer NOT NULL CHECK (execution >= 0),"
    "  epoch integer NOT NULL CHECK (epoch >= 0), metrics text[] NOT NULL, vals double precision[] NOT NULL,"
    "  PRIMARY KEY (study, trial, execution, epoch))",

    "CREATE TABLE varve.refusals ("
    "  study integer NOT NULL, reason text NOT NULL, example text NOT NULL, n bigint NOT NULL CHECK (n > 0),"
    "  PRIMARY KEY (study, reason))",

    "CREATE TABLE varve.files ("
    "  study integer NOT NULL, trial integer NOT NULL, execution integer NOT NULL, piece integer NOT NULL,"
    "  bytes bytea NOT NULL, PRIMARY KEY (study, trial, execution, piece))",
    "ALTER TABLE varve.files ALTER bytes SET STORAGE EXTERNAL", /* weights do not become smaller */
    NULL,
};

static const char *const request_tables[] = {
    "CREATE TABLE varve.requests ("
    "  study integer NOT NULL, id bigint NOT NULL CHECK (id >= 0), token text NOT NULL," /* of whoever posted it */
    "  kind text NOT NULL CHECK (kind IN ('stop', 'pause', 'go_on', 'stop_trial', 'enqueue')),"
    "  trial integer, vals text, made timestamptz NOT NULL, answered timestamptz, answer text,"
    "  PRIMARY KEY (study, id), UNIQUE (study, token),"
    "  CHECK ((trial IS NOT NULL) = (kind = 'stop_trial')), CHECK ((vals IS NOT NULL) = (kind = 'enqueue')),"
    "  CHECK ((answered IS NULL) = (answer IS NULL)))",
    NULL,
};

/* Step i leads from version i to the next. */
static const char *const *const steps[VVI_PG_VERSION][2] = {
    { tables, vvi_pg_functions },
    { request_tables, vvi_pg_request_functions },
};

static vv_status ask_int(vvi_pg *store, const char *sql, int *value, vv_error *error)
{
    PGresult *result = PQexecParams(store->connection, sql, 0, NULL, NULL, NULL, NULL, 1);
    const vv_status status = PQresultStatus(result) == PGRES_TUPLES_OK ? VV_OK : vvi_pg_fail(store, result, error);
    *value = status == VV_OK ? vvi_pg_int(result, 0, 0) : 0;
    PQclear(result);
    return status;
}

vv_status vvi_pg_schema_version(vvi_pg *store, int *version, vv_error *error)
{
    int there = 0;
    *version = 0;
    VVI_TRY(ask_int(store, "SELECT (to_regclass('varve.meta') IS NOT NULL)::int", &there, error));
    if (there == 0) return VV_OK;
    VVI_TRY(ask_int(store, "SELECT version FROM varve.meta", version, error));
    if (*version >= 1) return VV_OK;
    return vvi_fail(error, VV_FORMAT, "%s: it has a schema \"varve\" that is not one of studies", store->shown);
}

static vv_status check_version(const vvi_pg *store, int version, vv_error *error)
{
    if (version <= VVI_PG_VERSION) return VV_OK;
    return vvi_fail(error, VV_VERSION,
                    "%s: its tables are of version %d, this program reads and writes %d and earlier ones", store->shown,
                    version, (int)VVI_PG_VERSION);
}

static vv_status run_all(vvi_pg *store, const char *const *statements, vv_error *error)
{
    for (; *statements != NULL; statements++) VVI_TRY(vvi_pg_exec(store, *statements, error));
    return VV_OK;
}

/* Two programs that find an empty database come one after the other; the second one finds it done. */
static vv_status migrate(vvi_pg *store, void *context, vv_error *error)
{
    (void)context;
    int version = 0;
    VVI_TRY(vvi_pg_exec(store,
                        "SELECT pg_advisory_xact_lock(1449226870, 0);" /* VVI_PG_LOCK */
                        "CREATE SCHEMA IF NOT EXISTS varve;"
                        "CREATE TABLE IF NOT EXISTS varve.meta ("
                        "  one boolean PRIMARY KEY DEFAULT true CHECK (one), version integer NOT NULL);"
                        "INSERT INTO varve.meta (version) VALUES (0) ON CONFLICT DO NOTHING",
                        error));
    VVI_TRY(ask_int(store, "SELECT version FROM varve.meta", &version, error));
    VVI_TRY(check_version(store, version, error));
    for (; version < VVI_PG_VERSION; version++) {
        for (int part = 0; part < 2; part++) VVI_TRY(run_all(store, steps[version][part], error));
        VVI_TRY(vvi_pg_exec(store, "UPDATE varve.meta SET version = version + 1", error));
    }
    store->version = version;
    return VV_OK;
}

static vv_status look(vvi_pg *store, void *context, vv_error *error)
{
    return vvi_pg_schema_version(store, context, error);
}

/* All that version 1 lacks for a reader are requests, of which it then has none. */
vv_status vvi_pg_schema(vvi_pg *store, vv_error *error)
{
    int version = 0;
    VVI_TRY(vvi_pg_persist(store, look, &version, error));
    VVI_TRY(check_version(store, version, error));
    store->version = version;
    if (version == VVI_PG_VERSION) return VV_OK;
    if (store->mode != VV_STUDY_READ) return vvi_pg_transact(store, true, migrate, NULL, error);
    if (version == 0) return vvi_fail(error, VV_NOT_FOUND, "%s: there are no studies", store->shown);
    if (!store->requests) return VV_OK;
    return vvi_fail(error, VV_VERSION,
                    "%s: its tables are of version %d: requests came with version %d, which the next search of this"
                    " program brings them up to",
                    store->shown, version, (int)VVI_PG_VERSION);
}
