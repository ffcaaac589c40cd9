/* sqlite.c - a study in one SQLite file: opening it, statements, errors. Tables: sqlite_schema.c; writing:
 * sqlite_write.c, sqlite_life.c; workers: sqlite_workers.c; requests: sqlite_requests.c; reading: sqlite_read.c, sqlite_details.c, sqlite_counts.c.
 *
 * Invariants:
 *   - application_id is "Varv", user_version the number of the schema. Both are written in the transaction that makes the
 *     tables, before the file goes to WAL: a file is a whole study of one version, or empty.
 *   - WAL with synchronous=FULL: what a call returned VV_OK for survives a power cut. Each call is one transaction, or
 *     all calls of a batch are: every state between two writes is one that a search can go on from.
 *   - One process at a time writes (the lock on its folder). Who opens it to write makes what others left RUNNING
 *     INTERRUPTED; from then on a writer that lost its lock, and lives, is refused by the WHERE of every write.
 *   - But one thing anybody may write, whoever holds the lock: a new row of `requests`, in a short immediate transaction of
 *     its own. Who does that changes nothing else, not even the version: an earlier one is left to the writer.
 *   - Whoever opens a study of an earlier version to write brings it up to date first, in one transaction; whoever opens
 *     it to read sees it as if that had been done.
 *   - A statement is taken from the cache by one user at a time, and given back before its transaction ends.
 */
#include "study/stores/sqlite.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

enum { BUSY_TIMEOUT_MS = 5000, REQUEST_TIMEOUT_MS = 10000 };

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
    case 'm':
        return sqlite3_bind_double(statement, index, va_arg(*args, double)); /* which makes a NaN NULL */
    default:
        return sqlite3_bind_text(statement, index, va_arg(*args, const char *), -1, SQLITE_STATIC);
    }
}

/* From the cache, made if it is not there. Where the cache is full, or a statement is in use already, it is another one. */
static int take_statement(const vvi_sqlite *store, const char *sql, sqlite3_stmt **statement)
{
    vvi_sqlite_cache *cache = store->cache;
    size_t i = 0;
    while (i < cache->n && (cache->list[i].sql != sql || cache->list[i].taken)) i++;
    if (i == cache->n) {
        const int code = sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT, statement, NULL);
        if (code != SQLITE_OK || i == VVI_SQLITE_STATEMENTS) return code;
        cache->list[i].sql = sql;
        cache->list[i].statement = *statement;
        cache->n++;
    }
    cache->list[i].taken = true;
    *statement = cache->list[i].statement;
    return SQLITE_OK;
}

void vvi_sqlite_done(const vvi_sqlite *store, sqlite3_stmt *statement)
{
    vvi_sqlite_cache *cache = store->cache;
    size_t i = 0;
    if (statement == NULL) return;
    sqlite3_reset(statement);
    while (i < cache->n && cache->list[i].statement != statement) i++;
    if (i < cache->n) {
        sqlite3_clear_bindings(statement);
        cache->list[i].taken = false;
    } else {
        sqlite3_finalize(statement);
    }
}

static void empty_cache(vvi_sqlite_cache *cache)
{
    for (size_t i = 0; i < cache->n; i++) sqlite3_finalize(cache->list[i].statement);
    cache->n = 0;
}

vv_status vvi_sqlite_prepare(const vvi_sqlite *store, sqlite3_stmt **statement, vv_error *error, const char *sql,
                             const char *letters, ...)
{
    *statement = NULL;
    int code = take_statement(store, sql, statement);
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

vv_status vvi_sqlite_run(const vvi_sqlite *store, vv_status prepared, sqlite3_stmt *statement, vv_error *error)
{
    bool row = true;
    while (prepared == VV_OK && row) prepared = vvi_sqlite_step(store, statement, &row, error);
    vvi_sqlite_done(store, statement);
    return prepared;
}

vv_status vvi_sqlite_exec(const vvi_sqlite *store, const char *sql, vv_error *error)
{
    return sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK ? VV_OK : vvi_sqlite_fail(store, error);
}

vv_status vvi_sqlite_ask_int(const vvi_sqlite *store, const char *sql, int *value, vv_error *error)
{
    sqlite3_stmt *statement = NULL;
    bool row = false;
    vv_status status = vvi_sqlite_prepare(store, &statement, error, sql, "");
    if (status == VV_OK) status = vvi_sqlite_step(store, statement, &row, error);
    *value = row ? sqlite3_column_int(statement, 0) : 0;
    vvi_sqlite_done(store, statement);
    return status;
}

vv_status vvi_sqlite_text(sqlite3_stmt *row, int column, vvi_arena *arena, const char **text, vv_error *error)
{
    *text = NULL;
    if (sqlite3_column_type(row, column) == SQLITE_NULL) return VV_OK;
    const char *found = (const char *)sqlite3_column_text(row, column);
    if (found != NULL) *text = vvi_arena_strdup(arena, found);
    return *text == NULL ? vvi_no_memory(error) : VV_OK;
}

/* ---- transactions ----------------------------------------------------------------------------------------------- */

/* Some errors (a full disk) take the whole transaction back by themselves. */
static bool is_lost(const vvi_sqlite *store)
{
    return store->batch && sqlite3_get_autocommit(store->db);
}

vv_status vvi_sqlite_begin(const vvi_sqlite *store, bool write, vv_error *error)
{
    if (is_lost(store)) return vvi_fail(error, VV_DATABASE, "%s: the batch has been taken back", store->path);
    if (store->batch)
        VVI_SQLITE_RUN(store, error, "SAVEPOINT call", "");
    else if (write)
        VVI_SQLITE_RUN(store, error, "BEGIN IMMEDIATE", "");
    else
        VVI_SQLITE_RUN(store, error, "BEGIN", "");
    return VV_OK;
}

static vv_status commit(const vvi_sqlite *store, vv_error *error)
{
    if (store->batch)
        VVI_SQLITE_RUN(store, error, "RELEASE call", "");
    else
        VVI_SQLITE_RUN(store, error, "COMMIT", "");
    return VV_OK;
}

vv_status vvi_sqlite_finish(const vvi_sqlite *store, vv_status status, vv_error *error)
{
    if (status == VV_OK) status = commit(store, error);
    if (status != VV_OK && !sqlite3_get_autocommit(store->db))
        sqlite3_exec(store->db, store->batch ? "ROLLBACK TO call; RELEASE call" : "ROLLBACK", NULL, NULL, NULL);
    return status;
}

static vv_status begin_batch(void *state, vv_error *error)
{
    vvi_sqlite *store = state;
    if (store->batch) return vvi_fail(error, VV_BAD_ARG, "%s: a batch in a batch", store->path);
    VVI_TRY(vvi_sqlite_begin(store, true, error));
    store->batch = true;
    return VV_OK;
}

static vv_status end_batch(void *state, vv_status status, vv_error *error)
{
    vvi_sqlite *store = state;
    if (!store->batch) return vvi_fail(error, VV_BAD_ARG, "%s: there is no batch to end", store->path);
    const bool lost = is_lost(store);
    store->batch = false;
    if (lost && status == VV_OK) return vvi_fail(error, VV_DATABASE, "%s: the batch has been taken back", store->path);
    return lost ? status : vvi_sqlite_finish(store, status, error);
}

/* ---- opening ---------------------------------------------------------------------------------------------------- */

static vv_status check_identity(vvi_sqlite *store, bool *empty, vv_error *error)
{
    int application = 0, objects = 0;
    VVI_TRY(vvi_sqlite_ask_int(store, "PRAGMA application_id", &application, error));
    VVI_TRY(vvi_sqlite_ask_int(store, "PRAGMA user_version", &store->version, error));
    VVI_TRY(vvi_sqlite_ask_int(store, "SELECT count(*) FROM sqlite_schema", &objects, error));
    *empty = application == 0 && store->version == 0 && objects == 0;
    if (*empty) return VV_OK;
    if (application != VVI_SQLITE_APPLICATION)
        return vvi_fail(error, VV_FORMAT, "%s: not a study: application_id is %d, a study's is %d", store->path,
                        application, (int)VVI_SQLITE_APPLICATION);
    if (store->version < 1 || store->version > VVI_SQLITE_VERSION)
        return vvi_fail(error, VV_VERSION, "%s: schema version %d, this program reads and writes %d and earlier ones",
                        store->path, store->version, (int)VVI_SQLITE_VERSION);
    return VV_OK;
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
    vvi_sqlite_done(store, statement);
    return status;
}

/* Tables are made over while foreign keys are not looked at: those that refer to them stay as they are. */
static vv_status prepare_writing(vvi_sqlite *store, bool empty, bool again, vv_error *error)
{
    if (sqlite3_db_readonly(store->db, "main") == 1) return vvi_fail(error, VV_IO, "%s: not writable", store->path);
    if (empty) VVI_TRY(vvi_sqlite_create(store, error));
    VVI_TRY(vvi_sqlite_exec(store, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = OFF",
                            error));
    if (!again) VVI_TRY(check_health(store, error));
    if (store->version < VVI_SQLITE_VERSION) VVI_TRY(vvi_sqlite_migrate(store, error));
    store->version = VVI_SQLITE_VERSION;
    VVI_TRY(vvi_sqlite_exec(store, "PRAGMA foreign_keys = ON", error));
    return vvi_sqlite_take_over(store, error);
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
    empty_cache(store->cache);
    sqlite3_close_v2(store->db);
    store->db = NULL;
    const vv_status again = name.failed
                                ? vvi_no_memory(error)
                                : connect_to(store, name.data, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, empty, error);
    vvi_text_deinit(&name);
    return again;
}

/* Beside a writer that writes without a pause the moments without a lock are few and short: SQLite's own handler, which
 * waits longer each time, would miss them. */
static int try_again(void *context, int tries)
{
    (void)context;
    sqlite3_sleep(1);
    return tries < REQUEST_TIMEOUT_MS;
}

static vv_status open_for_requests(vvi_sqlite *store, vv_error *error)
{
    bool empty = false;
    VVI_TRY(connect_to(store, store->path, SQLITE_OPEN_READWRITE, &empty, error));
    sqlite3_busy_handler(store->db, try_again, NULL);
    if (empty) return vvi_fail(error, VV_NOT_FOUND, "%s: empty, no study was begun in it", store->path);
    if (sqlite3_db_readonly(store->db, "main") == 1) return vvi_fail(error, VV_IO, "%s: not writable", store->path);
    if (store->version < VVI_SQLITE_VERSION)
        return vvi_fail(error, VV_VERSION,
                        "%s: schema version %d: requests came with version %d, which the next search of this program"
                        " brings it up to",
                        store->path, store->version, (int)VVI_SQLITE_VERSION);
    return vvi_sqlite_exec(store, "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON", error);
}

static vv_status open_database(vvi_sqlite *store, const vvi_store_args *args, vv_error *error)
{
    bool empty = false;
    if (!vvi_sqlite_is_ordinary(store->path))
        return vvi_fail(error, VV_FORMAT, "%s: not a study: it is no ordinary file", store->path);
    if (args->requests) return open_for_requests(store, error);
    if (args->mode != VV_STUDY_READ) {
        VVI_TRY(connect_to(store, store->path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, &empty, error));
        return prepare_writing(store, empty, args->again, error);
    }
    VVI_TRY(open_for_reading(store, &empty, error));
    if (empty) return vvi_fail(error, VV_NOT_FOUND, "%s: empty, no study was begun in it", store->path);
    return store->version < VVI_SQLITE_VERSION ? vvi_sqlite_view(store, error) : VV_OK;
}

static void close_store(void *state)
{
    vvi_sqlite *store = state;
    if (store == NULL) return;
    if (store->cache != NULL) empty_cache(store->cache);
    sqlite3_close_v2(store->db);
    vvi_free(store->cache);
    vvi_free(store->path);
    vvi_free(store->worker);
    vvi_free(store);
}

static vvi_sqlite *new_store(const vvi_store_args *args)
{
    vvi_sqlite *store = vvi_calloc(1, sizeof *store);
    if (store == NULL) return NULL;
    store->lease_s = args->lease_s;
    store->cache = vvi_calloc(1, sizeof *store->cache);
    store->path = vvi_strdup(args->where);
    store->worker = vvi_strdup(args->worker);
    if (store->cache != NULL && store->path != NULL && store->worker != NULL) return store;
    close_store(store);
    return NULL;
}

static vv_status open_store(const vvi_store_args *args, void **state, vv_error *error)
{
    vvi_sqlite *store = new_store(args);
    if (store == NULL) return vvi_no_memory(error);
    const vv_status status = open_database(store, args, error);
    if (status == VV_OK)
        *state = store;
    else
        close_store(store);
    return status;
}

const vvi_store_row vvi_store_sqlite = {
    .name = "sqlite",
    .open = open_store,
    .release = vvi_sqlite_release,
    .close = close_store,
    .studies = vvi_folder_studies,
    .fact_set = vvi_sqlite_fact_set,
    .fact_get = vvi_sqlite_fact_get,
    .trial_begin = vvi_sqlite_trial_begin,
    .trial_claim = vvi_sqlite_trial_claim,
    .trial_take_in_hand = vvi_sqlite_trial_take_in_hand,
    .trial_put_back = vvi_sqlite_trial_put_back,
    .trial_take = vvi_sqlite_trial_take,
    .trial_epoch = vvi_sqlite_trial_epoch,
    .trial_execution = vvi_sqlite_trial_execution,
    .trial_end = vvi_sqlite_trial_end,
    .trial_wake = vvi_sqlite_trial_wake,
    .trial_retry = vvi_sqlite_trial_retry,
    .trials = vvi_sqlite_trials,
    .refusals = vvi_sqlite_refusals,
    .standing = vvi_sqlite_standing,
    .counts = vvi_sqlite_counts,
    .mark = vvi_sqlite_mark,
    .running = vvi_sqlite_running,
    .beat = vvi_sqlite_beat,
    .workers = vvi_sqlite_workers,
    .request_post = vvi_sqlite_request_post,
    .requests = vvi_sqlite_requests,
    .request_bounds = vvi_sqlite_request_bounds,
    .request_answer = vvi_sqlite_request_answer,
    .request_news = vvi_sqlite_request_news,
    .batch_begin = begin_batch,
    .batch_end = end_batch,
    .facts = vvi_sqlite_facts,
    .all_refusals = vvi_sqlite_all_refusals,
    .refusal_put = vvi_sqlite_refusal_put,
    .trial_put = vvi_sqlite_trial_put,
};
