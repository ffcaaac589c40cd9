/* sqlite.c - a study in one SQLite file: opening, and everything that writes. Reading is in sqlite_read.c.
 *
 * Invariants:
 *   - application_id is "Varv", user_version the number of the schema below. Both are written in the transaction that
 *     makes the tables, before the file goes to WAL: a file is a whole study of one version, or empty.
 *   - WAL with synchronous=FULL: what a call returned VV_OK for survives a power cut. Each call is one transaction.
 *   - A trial is COMPLETED if and only if it has a score. The schema itself refuses anything else.
 *   - SQLite stores a NaN as NULL; `epochs.value` therefore holds a REAL (infinities are) or the text 'nan'.
 *
 * What a life cycle is, this file does not know beyond the WHERE of its updates; study.c does.
 */
#include "study/stores/sqlite.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

enum { APPLICATION_ID = 0x56617276 /* "Varv" */, SCHEMA_VERSION = 1, BUSY_TIMEOUT_MS = 5000 };

static const char schema[] =
    "CREATE TABLE facts ("
    "  key TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE trials ("
    "  id INTEGER PRIMARY KEY CHECK (id >= 0),"
    "  status TEXT NOT NULL CHECK (status IN ('RUNNING', 'COMPLETED', 'FAILED', 'INTERRUPTED')),"
    "  score REAL, reason TEXT, seconds REAL NOT NULL, model TEXT,"
    "  CHECK ((status = 'COMPLETED') = (score IS NOT NULL))) STRICT;"
    "CREATE TABLE trial_values ("
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
    "PRAGMA application_id = 1449226870;" /* APPLICATION_ID */
    "PRAGMA user_version = 1;";           /* SCHEMA_VERSION */

/* ---- errors -------------------------------------------------------------------------------------------------------
 */

static const struct {
    int code;
    vv_status status;
    const char *text;
} troubles[] = {
    { SQLITE_NOMEM, VV_NO_MEMORY, "out of memory" },
    { SQLITE_FULL, VV_IO, "the disk is full; nothing of this step was written" },
    { SQLITE_IOERR, VV_IO, "the disk cannot be read or written" },
    { SQLITE_READONLY, VV_IO, "not writable" },
    { SQLITE_PERM, VV_IO, "not permitted" },
    { SQLITE_CANTOPEN, VV_IO, "cannot be opened" },
    { SQLITE_BUSY, VV_LOCKED, "another program holds the database" },
    { SQLITE_NOTADB, VV_FORMAT, "not a study: not an SQLite database" },
    { SQLITE_CORRUPT, VV_DATABASE, "the database is damaged" },
};

vv_status vvi_sqlite_fail(const vvi_sqlite *store, vv_error *error)
{
    const int code = store->db == NULL ? SQLITE_NOMEM : sqlite3_errcode(store->db);
    const char *detail = store->db == NULL ? "" : sqlite3_errmsg(store->db);
    for (size_t i = 0; i < sizeof troubles / sizeof troubles[0]; i++)
        if (troubles[i].code == (code & 0xff))
            return vvi_fail(error, troubles[i].status, "%s: %s (%s)", store->path, troubles[i].text, detail);
    return vvi_fail(error, VV_DATABASE, "%s: %s", store->path, detail);
}

/* ---- statements -----------------------------------------------------------------------------------------------------
 */

static int bind_number(sqlite3_stmt *statement, int index, double value)
{
    return isnan(value) ? sqlite3_bind_text(statement, index, "nan", -1, SQLITE_STATIC)
                        : sqlite3_bind_double(statement, index, value);
}

static int bind_one(sqlite3_stmt *statement, int index, char letter, va_list *args)
{
    switch (letter) {
    case 'i':
        return sqlite3_bind_int64(statement, index, va_arg(*args, int));
    case 'l':
        return sqlite3_bind_int64(statement, index, va_arg(*args, int64_t));
    case 'd':
        return bind_number(statement, index, va_arg(*args, double));
    default:
        return sqlite3_bind_text(statement, index, va_arg(*args, const char *), -1, SQLITE_TRANSIENT);
    }
}

vv_status vvi_sqlite_prepare(const vvi_sqlite *store, sqlite3_stmt **statement, vv_error *error, const char *sql,
                             const char *letters, ...)
{
    *statement = NULL;
    int code = sqlite3_prepare_v2(store->db, sql, -1, statement, NULL);
    va_list args;
    va_start(args, letters);
    for (int i = 0; code == SQLITE_OK && letters[i] != '\0'; i++) code = bind_one(*statement, i + 1, letters[i], &args);
    va_end(args);
    return code == SQLITE_OK ? VV_OK : vvi_sqlite_fail(store, error);
}

vv_status vvi_sqlite_step(const vvi_sqlite *store, sqlite3_stmt *statement, bool *row, vv_error *error)
{
    const int code = sqlite3_step(statement);
    *row = code == SQLITE_ROW;
    return code == SQLITE_ROW || code == SQLITE_DONE ? VV_OK : vvi_sqlite_fail(store, error);
}

/* Runs a prepared statement to its end and ends it; hands on a failed preparation. */
static vv_status run(const vvi_sqlite *store, vv_status prepared, sqlite3_stmt *statement, vv_error *error)
{
    bool row = true;
    while (prepared == VV_OK && row) prepared = vvi_sqlite_step(store, statement, &row, error);
    sqlite3_finalize(statement);
    return prepared;
}

#define RUN(store, error, sql, ...)                                                                                    \
    do {                                                                                                               \
        sqlite3_stmt *run_statement = NULL;                                                                            \
        const vv_status run_status = vvi_sqlite_prepare((store), &run_statement, (error), (sql), __VA_ARGS__);         \
        VVI_TRY(run((store), run_status, run_statement, (error)));                                                     \
    } while (0)

vv_status vvi_sqlite_exec(const vvi_sqlite *store, const char *sql, vv_error *error)
{
    return sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK ? VV_OK : vvi_sqlite_fail(store, error);
}

vv_status vvi_sqlite_finish(const vvi_sqlite *store, vv_status status, vv_error *error)
{
    if (status == VV_OK) status = vvi_sqlite_exec(store, "COMMIT", error);
    /* Some errors have rolled back already; then there is nothing left to undo. */
    if (status != VV_OK && !sqlite3_get_autocommit(store->db)) sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    return status;
}

/* ---- opening ---------------------------------------------------------------------------------------------------- */

/* The first column of the first row, as an integer. */
static vv_status ask_int(const vvi_sqlite *store, const char *sql, int *value, vv_error *error)
{
    sqlite3_stmt *statement = NULL;
    bool row = false;
    vv_status status = vvi_sqlite_prepare(store, &statement, error, sql, "");
    if (status == VV_OK) status = vvi_sqlite_step(store, statement, &row, error);
    *value = row ? sqlite3_column_int(statement, 0) : 0;
    sqlite3_finalize(statement);
    return status;
}

static vv_status check_identity(const vvi_sqlite *store, bool *empty, vv_error *error)
{
    int application = 0, version = 0, objects = 0;
    VVI_TRY(ask_int(store, "PRAGMA application_id", &application, error));
    VVI_TRY(ask_int(store, "PRAGMA user_version", &version, error));
    VVI_TRY(ask_int(store, "SELECT count(*) FROM sqlite_schema", &objects, error));
    *empty = application == 0 && version == 0 && objects == 0;
    if (*empty) return VV_OK;
    if (application != APPLICATION_ID)
        return vvi_fail(error, VV_FORMAT, "%s: not a study: application_id is %d, a study's is %d", store->path,
                        application, (int)APPLICATION_ID);
    if (version != SCHEMA_VERSION)
        return vvi_fail(error, VV_VERSION, "%s: schema version %d, this program reads and writes %d", store->path,
                        version, (int)SCHEMA_VERSION);
    return VV_OK;
}

static vv_status create(const vvi_sqlite *store, vv_error *error)
{
    VVI_TRY(vvi_sqlite_exec(store, "BEGIN EXCLUSIVE", error));
    return vvi_sqlite_finish(store, vvi_sqlite_exec(store, schema, error), error);
}

/* A search must not go on with a damaged study: quick_check reads it all, a second for a few hundred megabytes. */
static vv_status check_health(const vvi_sqlite *store, vv_error *error)
{
    sqlite3_stmt *statement = NULL;
    bool row = false;
    vv_status status = vvi_sqlite_prepare(store, &statement, error, "PRAGMA quick_check(1)", "");
    if (status == VV_OK) status = vvi_sqlite_step(store, statement, &row, error);
    const char *text = row ? (const char *)sqlite3_column_text(statement, 0) : NULL;
    if (status == VV_OK && (text == NULL || strcmp(text, "ok") != 0))
        status =
            vvi_fail(error, VV_DATABASE, "%s: the database is damaged: %.200s", store->path, text == NULL ? "?" : text);
    sqlite3_finalize(statement);
    return status;
}

static vv_status prepare_writing(const vvi_sqlite *store, bool empty, vv_error *error)
{
    if (sqlite3_db_readonly(store->db, "main") == 1) return vvi_fail(error, VV_IO, "%s: not writable", store->path);
    if (empty) VVI_TRY(create(store, error));
    VVI_TRY(vvi_sqlite_exec(store, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON",
                            error));
    return check_health(store, error);
}

static vv_status connect_to(vvi_sqlite *store, const char *name, int flags, bool *empty, vv_error *error)
{
    if (sqlite3_open_v2(name, &store->db, flags, NULL) != SQLITE_OK) return vvi_sqlite_fail(store, error);
    sqlite3_busy_timeout(store->db, BUSY_TIMEOUT_MS);
    return check_identity(store, empty, error);
}

/* "file:PATH?immutable=1", with what would end a path escaped. */
static void immutable_name(const char *path, vvi_text *name)
{
    vvi_text_printf(name, "file:");
    for (; *path != '\0'; path++)
        vvi_text_printf(name, strchr("%?#", *path) == NULL ? "%c" : "%%%02x", (unsigned char)*path);
    vvi_text_printf(name, "?immutable=1");
}

/* Does the last writer's log lie beside the database? Then the file alone is not the study. */
static bool has_log(const vvi_sqlite *store)
{
    vvi_text path = { 0 };
    vvi_text_printf(&path, "%s-wal", store->path);
    const bool there = path.failed || access(path.data, F_OK) == 0;
    vvi_text_deinit(&path);
    return there;
}

/* Even a reader of a WAL database wants to make its -shm file. Where it may not (somebody else's folder, a disc), a
 * database that was closed in good order cannot change and is read as it lies there. */
static vv_status open_for_reading(vvi_sqlite *store, bool *empty, vv_error *error)
{
    vv_error first = { 0 };
    const vv_status status = connect_to(store, store->path, SQLITE_OPEN_READONLY, empty, &first);
    if (status == VV_OK) return VV_OK;
    if (status != VV_IO || has_log(store)) return vvi_fail(error, status, "%s", first.text);
    vvi_text name = { 0 };
    immutable_name(store->path, &name);
    sqlite3_close_v2(store->db);
    store->db = NULL;
    const vv_status again = name.failed
                                ? vvi_no_memory(error)
                                : connect_to(store, name.data, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, empty, error);
    vvi_text_deinit(&name);
    return again;
}

static vv_status open_database(vvi_sqlite *store, bool write, vv_error *error)
{
    bool empty = false;
    if (write) {
        VVI_TRY(connect_to(store, store->path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, &empty, error));
        return prepare_writing(store, empty, error);
    }
    VVI_TRY(open_for_reading(store, &empty, error));
    return empty ? vvi_fail(error, VV_NOT_FOUND, "%s: empty, no study was begun in it", store->path) : VV_OK;
}

static void close_store(void *state)
{
    vvi_sqlite *store = state;
    if (store == NULL) return;
    sqlite3_close_v2(store->db);
    vvi_free(store->path);
    vvi_free(store);
}

static vv_status open_store(const char *where, bool write, void **state, vv_error *error)
{
    vvi_sqlite *store = vvi_calloc(1, sizeof *store);
    if (store == NULL || (store->path = vvi_strdup(where)) == NULL) {
        vvi_free(store);
        return vvi_no_memory(error);
    }
    const vv_status status = open_database(store, write, error);
    if (status == VV_OK)
        *state = store;
    else
        close_store(store);
    return status;
}

/* ---- facts ------------------------------------------------------------------------------------------------------ */

static vv_status fact_set(void *state, const char *key, const char *text, vv_error *error)
{
    const vvi_sqlite *store = state;
    RUN(store, error, "INSERT INTO facts VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET text = excluded.text", "tt", key,
        text);
    return VV_OK;
}

static vv_status fact_get(void *state, const char *key, char **text, vv_error *error)
{
    const vvi_sqlite *store = state;
    sqlite3_stmt *statement = NULL;
    bool row = false;
    *text = NULL;
    vv_status status = vvi_sqlite_prepare(store, &statement, error, "SELECT text FROM facts WHERE key = ?", "t", key);
    if (status == VV_OK) status = vvi_sqlite_step(store, statement, &row, error);
    if (row) {
        const char *found = (const char *)sqlite3_column_text(statement, 0);
        *text = found == NULL ? NULL : vvi_strdup(found);
        if (*text == NULL) status = vvi_no_memory(error);
    }
    sqlite3_finalize(statement);
    return status;
}

/* ---- trials ----------------------------------------------------------------------------------------------------- */

static int bind_value(sqlite3_stmt *statement, int index, vv_value value)
{
    switch (value.type) {
    case VV_VALUE_INT:
        return sqlite3_bind_int64(statement, index, value.i);
    case VV_VALUE_FLOAT:
        return sqlite3_bind_double(statement, index, value.f);
    case VV_VALUE_BOOL:
        return sqlite3_bind_int(statement, index, value.b);
    case VV_VALUE_STRING:
        return sqlite3_bind_text(statement, index, value.s, -1, SQLITE_TRANSIENT);
    }
    return SQLITE_MISUSE;
}

static vv_status insert_value(const vvi_sqlite *store, int id, int position, const vv_active *active, vv_error *error)
{
    char *domain = NULL;
    VVI_TRY(vvi_domain_to_json(&active->domain, active->name, &domain, error));
    sqlite3_stmt *statement = NULL;
    vv_status status = vvi_sqlite_prepare(store, &statement, error, "INSERT INTO trial_values VALUES (?, ?, ?, ?, ?)",
                                          "iitt", id, position, active->name, domain);
    if (status == VV_OK && bind_value(statement, 5, active->value) != SQLITE_OK) status = vvi_sqlite_fail(store, error);
    vvi_free(domain);
    return run(store, status, statement, error);
}

static vv_status count_refusal(const vvi_sqlite *store, const vv_refusal *refusal, vv_error *error)
{
    RUN(store, error, "INSERT INTO refusals VALUES (?, ?, ?) ON CONFLICT (reason) DO UPDATE SET n = n + excluded.n",
        "ttl", refusal->reason, refusal->values, refusal->n);
    return VV_OK;
}

static vv_status insert_trial(const vvi_sqlite *store, const vvi_beginning *b, int *id, vv_error *error)
{
    VVI_TRY(ask_int(store, "SELECT coalesce(max(id), -1) + 1 FROM trials", id, error));
    RUN(store, error, "INSERT INTO trials VALUES (?, 'RUNNING', NULL, NULL, 0.0, ?)", "it", *id, b->model_json);
    for (size_t i = 0; i < b->n_values; i++) VVI_TRY(insert_value(store, *id, (int)i, &b->values[i], error));
    for (size_t i = 0; i < b->n_refusals; i++) VVI_TRY(count_refusal(store, &b->refusals[i], error));
    return VV_OK;
}

static vv_status trial_begin(void *state, const vvi_beginning *beginning, int *id, vv_error *error)
{
    const vvi_sqlite *store = state;
    VVI_TRY(vvi_sqlite_exec(store, "BEGIN IMMEDIATE", error));
    return vvi_sqlite_finish(store, insert_trial(store, beginning, id, error), error);
}

/* After an UPDATE that changes a trial in the right status only: why did it change none? */
static vv_status check_changed(const vvi_sqlite *store, int id, const char *wanted, vv_error *error)
{
    if (sqlite3_changes(store->db) > 0) return VV_OK;
    sqlite3_stmt *statement = NULL;
    bool row = false;
    vv_status status = vvi_sqlite_prepare(store, &statement, error, "SELECT status FROM trials WHERE id = ?", "i", id);
    if (status == VV_OK) status = vvi_sqlite_step(store, statement, &row, error);
    if (status == VV_OK && !row) status = vvi_fail(error, VV_NOT_FOUND, "%s: there is no trial %d", store->path, id);
    if (status == VV_OK)
        status = vvi_fail(error, VV_BAD_ARG, "%s: trial %d is %s, must be %s", store->path, id,
                          (const char *)sqlite3_column_text(statement, 0), wanted);
    sqlite3_finalize(statement);
    return status;
}

static vv_status restart(const vvi_sqlite *store, int id, vv_error *error)
{
    RUN(store, error,
        "UPDATE trials SET status = 'RUNNING', reason = NULL, seconds = 0.0 "
        "WHERE id = ? AND status IN ('RUNNING', 'INTERRUPTED')",
        "i", id);
    VVI_TRY(check_changed(store, id, "RUNNING or INTERRUPTED", error));
    RUN(store, error, "DELETE FROM epochs WHERE trial = ?", "i", id);
    RUN(store, error, "DELETE FROM executions WHERE trial = ?", "i", id);
    return VV_OK;
}

static vv_status trial_restart(void *state, int id, vv_error *error)
{
    const vvi_sqlite *store = state;
    VVI_TRY(vvi_sqlite_exec(store, "BEGIN IMMEDIATE", error));
    return vvi_sqlite_finish(store, restart(store, id, error), error);
}

/* Epochs and executions belong to running trials only. */
static vv_status check_running(const vvi_sqlite *store, int id, vv_error *error)
{
    RUN(store, error, "UPDATE trials SET status = status WHERE id = ? AND status = 'RUNNING'", "i", id);
    return check_changed(store, id, "RUNNING", error);
}

static vv_status insert_epoch(const vvi_sqlite *store, int id, int execution, int epoch, const char *const *metrics,
                              const double *values, size_t n, vv_error *error)
{
    VVI_TRY(check_running(store, id, error));
    for (size_t i = 0; i < n; i++)
        RUN(store, error, "INSERT INTO epochs VALUES (?, ?, ?, ?, ?, ?)", "iiiitd", id, execution, epoch, (int)i,
            metrics[i], values[i]);
    return VV_OK;
}

static vv_status trial_epoch(void *state, int id, int execution, int epoch, const char *const *metrics,
                             const double *values, size_t n, vv_error *error)
{
    const vvi_sqlite *store = state;
    VVI_TRY(vvi_sqlite_exec(store, "BEGIN IMMEDIATE", error));
    return vvi_sqlite_finish(store, insert_epoch(store, id, execution, epoch, metrics, values, n, error), error);
}

static vv_status insert_execution(const vvi_sqlite *store, int id, int execution, const vv_execution *result,
                                  vv_error *error)
{
    VVI_TRY(check_running(store, id, error));
    RUN(store, error, "INSERT INTO executions VALUES (?, ?, ?, ?, ?)", "iiidd", id, execution, result->best_epoch,
        result->score, result->seconds);
    return VV_OK;
}

static vv_status trial_execution(void *state, int id, int execution, const vv_execution *result, vv_error *error)
{
    const vvi_sqlite *store = state;
    VVI_TRY(vvi_sqlite_exec(store, "BEGIN IMMEDIATE", error));
    return vvi_sqlite_finish(store, insert_execution(store, id, execution, result, error), error);
}

static const char *status_text(vv_trial_status status)
{
    return status == VV_TRIAL_COMPLETED ? "COMPLETED" : status == VV_TRIAL_FAILED ? "FAILED" : "INTERRUPTED";
}

static vv_status end_trial(const vvi_sqlite *store, int id, vv_trial_status status, double score, const char *reason,
                           double seconds, vv_error *error)
{
    if (status == VV_TRIAL_COMPLETED)
        RUN(store, error,
            "UPDATE trials SET status = 'COMPLETED', score = ?, reason = ?, seconds = ? WHERE id = ? AND status = "
            "'RUNNING'",
            "dtdi", score, reason, seconds, id);
    else
        RUN(store, error, "UPDATE trials SET status = ?, reason = ?, seconds = ? WHERE id = ? AND status = 'RUNNING'",
            "ttdi", status_text(status), reason, seconds, id);
    return check_changed(store, id, "RUNNING", error);
}

static vv_status trial_end(void *state, int id, vv_trial_status status, double score, const char *reason,
                           double seconds, vv_error *error)
{
    const vvi_sqlite *store = state;
    VVI_TRY(vvi_sqlite_exec(store, "BEGIN IMMEDIATE", error));
    return vvi_sqlite_finish(store, end_trial(store, id, status, score, reason, seconds, error), error);
}

const vvi_store_row vvi_store_sqlite = {
    .name = "sqlite",
    .open = open_store,
    .close = close_store,
    .fact_set = fact_set,
    .fact_get = fact_get,
    .trial_begin = trial_begin,
    .trial_restart = trial_restart,
    .trial_epoch = trial_epoch,
    .trial_execution = trial_execution,
    .trial_end = trial_end,
    .trials = vvi_sqlite_trials,
    .refusals = vvi_sqlite_refusals,
};
