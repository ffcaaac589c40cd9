/* postgresql.c - studies in PostgreSQL, which any number of processes on any number of machines write to: the row of the
 * store, opening, batches. Connections: postgresql_connect.c; tables: postgresql_schema.c; what writes:
 * postgresql_functions.c, called by postgresql_write.c; reading: postgresql_read.c.
 *
 * Invariants:
 *   - A trial is claimed by one worker at a time: a row lock picks it, and its lease runs by the database's clock. Whoever's
 *     lease has lapsed finds the trial another's, or still his own; he never writes to another's.
 *   - A trial's number is given once. A trial that has ended never changes.
 *   - What a call returned VV_OK for is committed. A call whose answer was lost with the connection is made again, and is
 *     done once (the gate of postgresql_functions.c). A batch is not made again: it is written as a whole or not at all.
 *   - Two versions of the program do not write to one study at a time.
 *   - The worker that proposes holds an advisory lock of its connection. After a loss it no longer does, and then
 *     `expects` of a beginning is what keeps numbers right.
 */
#include "study/stores/postgresql.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const double PATIENCE_S = 300;

/* ---- batches ----------------------------------------------------------------------------------------------------- */

static vv_status exec_step(vvi_pg *store, void *context, vv_error *error)
{
    return vvi_pg_exec(store, context, error);
}

static vv_status batch_begin(void *state, vv_error *error)
{
    vvi_pg *store = state;
    char begin[] = "BEGIN; SAVEPOINT varve";
    if (store->batch) return vvi_fail(error, VV_BAD_ARG, "%s: a batch has begun already", store->shown);
    VVI_TRY(vvi_pg_persist(store, exec_step, begin, error));
    store->batch = true;
    store->broken = false;
    return VV_OK;
}

static vv_status lost_batch(const vvi_pg *store, vv_error *error)
{
    return vvi_fail(error, VV_IO, "%s: the connection was lost; nothing of this batch was written", store->shown);
}

/* Was a batch committed whose last call had this number? */
static vv_status check_committed(vvi_pg *store, vv_error *error)
{
    PGresult *result = NULL;
    VVI_TRY(vvi_pg_ask(store, VVI_PG_REQUEST, &result, error, store->study, store->worker));
    const bool committed = vvi_pg_int64(result, 0, 0) == store->request;
    PQclear(result);
    return committed ? VV_OK : lost_batch(store, error);
}

static vv_status commit(vvi_pg *store, vv_error *error)
{
    vv_error why = { 0 };
    const vv_status status = vvi_pg_exec(store, "COMMIT", &why);
    store->batch = store->broken = false;
    if (status != VV_OK && !store->again) return vvi_fail(error, status, "%s", why.text);
    if (status != VV_OK) VVI_TRY(check_committed(store, error));
    if (store->news) vvi_pg_tell(store);
    return VV_OK;
}

static vv_status batch_end(void *state, vv_status status, vv_error *error)
{
    vvi_pg *store = state;
    int answer = 0;
    if (!store->batch) return vvi_fail(error, VV_BAD_ARG, "%s: no batch has begun", store->shown);
    if (status == VV_OK && !store->broken) status = vvi_pg_write(store, VVI_PG_MARK, -1, &answer, error);
    if (status == VV_OK && !store->broken) return commit(store, error);
    if (store->connection != NULL && vvi_pg_exec(store, "ROLLBACK", NULL) != VV_OK) vvi_pg_disconnect(store);
    const bool broken = store->broken;
    store->batch = store->broken = false;
    return status == VV_OK && broken ? lost_batch(store, error) : status;
}

/* ---- opening ----------------------------------------------------------------------------------------------------- */

static void close_store(void *state)
{
    vvi_pg *store = state;
    if (store == NULL) return;
    vvi_pg_disconnect(store);
    vvi_pg_ear_close(store);
    vvi_free(store->where);
    vvi_free(store->name);
    vvi_free(store->shown);
    vvi_free(store->worker);
    vvi_free(store->password);
    vvi_free(store);
}

static const char *option_of(const PQconninfoOption *options, const char *keyword)
{
    for (; options->keyword != NULL; options++)
        if (strcmp(options->keyword, keyword) == 0) return options->val;
    return NULL;
}

/* What libpq says of a URL that it does not understand may hold pieces of a password, and is not shown. */
static vv_status check_url(vvi_pg *store, vv_error *error)
{
    char *why = NULL;
    PQconninfoOption *options = PQconninfoParse(store->where, &why);
    PQfreemem(why);
    const char *port = options == NULL ? NULL : option_of(options, "port");
    const char *password = options == NULL ? NULL : option_of(options, "password");
    const bool good = options != NULL && (port == NULL || port[strspn(port, "0123456789,")] == '\0');
    const bool has_password = password != NULL && *password != '\0';
    if (has_password) store->password = vvi_strdup(password);
    PQconninfoFree(options);
    if (has_password && store->password == NULL) return vvi_no_memory(error);
    if (good) return VV_OK;
    return vvi_fail(
        error, VV_BAD_ARG,
        "%s: not a URL of a database, postgresql://USER@HOST:PORT/DATABASE (in a password, write %%40 for @, "
        "%%2F for /, %%3A for :, %%23 for #, %%3F for ?)",
        store->shown);
}

static char *copy_or_null(const char *text)
{
    return text == NULL ? NULL : vvi_strdup(text);
}

static vv_status new_store(const vvi_store_args *args, vvi_pg **store, vv_error *error)
{
    vvi_pg *s = *store = vvi_calloc(1, sizeof *s);
    if (s == NULL) return vvi_no_memory(error);
    s->ear = s->rung = -1;
    s->mode = args->mode;
    s->returns = args->again;
    s->requests = args->requests;
    s->asked = true;
    s->lease_s = args->lease_s > 0 ? args->lease_s : 60;
    s->patience_s = PATIENCE_S;
    s->largest_checkpoint = args->largest_checkpoint > 0 ? args->largest_checkpoint : UINT64_C(64) << 20;
    s->where = vvi_strdup(args->where);
    s->shown = args->shown != NULL ? vvi_strdup(args->shown) : vvi_pg_show(args->where);
    s->name = copy_or_null(args->study);
    s->worker = copy_or_null(args->worker);
    if (s->where == NULL || s->shown == NULL || (s->name == NULL && args->study != NULL) ||
        (s->worker == NULL && args->worker != NULL))
        return vvi_no_memory(error);
    return check_url(s, error);
}

/* ---- studies, workers -------------------------------------------------------------------------------------------- */

static vv_status find_study(vvi_pg *store, vv_error *error)
{
    PGresult *result = NULL;
    VVI_TRY(vvi_pg_ask_once(store, VVI_PG_STUDY_FIND, &result, error, store->name));
    store->study = PQntuples(result) > 0 ? vvi_pg_int(result, 0, 0) : 0;
    PQclear(result);
    return VV_OK;
}

static vv_status remove_study(vvi_pg *store, vv_error *error)
{
    PGresult *result = NULL;
    vv_status status = VV_OK;
    VVI_TRY(vvi_pg_ask_once(store, VVI_PG_STUDY_REMOVE, &result, error, store->name, store->worker));
    if (vvi_pg_text(result, 0, 0) != NULL)
        status = vvi_fail(error, VV_LOCKED, "%s: %s is at work there: a study is removed when nobody is", store->shown,
                          vvi_pg_text(result, 0, 0));
    PQclear(result);
    return status;
}

static vv_status enter_study(vvi_pg *store, vv_error *error)
{
    char host[256] = "";
    PGresult *result = NULL;
    vv_status status = VV_OK;
    if (gethostname(host, sizeof host - 1) != 0) snprintf(host, sizeof host, "?");
    VVI_TRY(vvi_pg_ask_once(store, VVI_PG_WORKER_ENTER, &result, error, store->study, store->worker, host,
                            (int)getpid(), vv_version(), store->lease_s));
    const char *other = vvi_pg_text(result, 0, 1), *version = vvi_pg_text(result, 0, 2);
    if (other != NULL)
        status =
            vvi_fail(error, VV_VERSION,
                     "%s: %s is at work there, which is of version %s; this program is %s, and only one of them may "
                     "write to a study at a time",
                     store->shown, other, version == NULL ? "?" : version, vv_version());
    else if (PQgetisnull(result, 0, 0) != 0)
        status = vvi_fail(error, VV_NOT_FOUND, "%s: the study was removed by another program", store->shown);
    else
        store->request = vvi_pg_int64(result, 0, 0);
    PQclear(result);
    return status;
}

/* A step: made again, it finds what it did. (A study that was removed to begin empty is empty, removed twice.) */
static vv_status write_step(vvi_pg *store, void *context, vv_error *error)
{
    (void)context;
    PGresult *result = NULL;
    if (store->mode == VV_STUDY_OVERWRITE) VVI_TRY(remove_study(store, error));
    VVI_TRY(find_study(store, error));
    if (store->study == 0 && store->returns)
        return vvi_fail(error, VV_NOT_FOUND, "%s: the study was removed by another program", store->shown);
    if (store->study == 0) {
        VVI_TRY(vvi_pg_ask_once(store, VVI_PG_STUDY_ADD, &result, error, store->name));
        PQclear(result);
        VVI_TRY(find_study(store, error));
    }
    return enter_study(store, error);
}

static vv_status read_step(vvi_pg *store, void *context, vv_error *error)
{
    (void)context;
    VVI_TRY(find_study(store, error));
    if (store->study > 0) return VV_OK;
    return vvi_fail(error, VV_NOT_FOUND, "%s: no study \"%s\" there", store->shown, store->name);
}

static vv_status listen_step(vvi_pg *store, void *context, vv_error *error)
{
    (void)context;
    char text[40];
    snprintf(text, sizeof text, "LISTEN varve_%d", store->study);
    return vvi_pg_exec(store, text, error);
}

static vv_status begin(vvi_pg *store, vv_error *error)
{
    VVI_TRY(vvi_pg_schema(store, error));
    if (store->mode == VV_STUDY_READ) return vvi_pg_persist(store, read_step, NULL, error);
    VVI_TRY(vvi_pg_transact(store, true, write_step, NULL, error));
    VVI_TRY(vvi_pg_persist(store, listen_step, NULL, error));
    VVI_TRY(vvi_pg_ear_open(store, error));
    vvi_pg_ear_attach(store);
    return VV_OK;
}

static vv_status open_store(const vvi_store_args *args, void **state, vv_error *error)
{
    vvi_pg *store = NULL;
    vv_status status = new_store(args, &store, error);
    if (status == VV_OK) status = begin(store, error);
    if (status == VV_OK) {
        store->opened = true;
        *state = store;
    } else {
        close_store(store);
    }
    return status;
}

static vv_status take_names(const PGresult *result, vvi_arena *arena, vv_names *names, vv_error *error)
{
    const int n = PQntuples(result);
    const char **list = vvi_arena_alloc(arena, ((size_t)n + 1) * sizeof *list);
    if (list == NULL) return vvi_no_memory(error);
    for (int i = 0; i < n; i++) {
        list[i] = vvi_arena_strdup(arena, vvi_pg_text(result, i, 0));
        if (list[i] == NULL) return vvi_no_memory(error);
    }
    names->list = list;
    names->n = (size_t)n;
    return VV_OK;
}

/* A database without our tables is one without studies. */
static vv_status studies(const char *where, vvi_arena *arena, vv_names *names, vv_error *error)
{
    const vvi_store_args args = { .where = where, .mode = VV_STUDY_READ };
    vvi_pg *store = NULL;
    PGresult *result = NULL;
    vv_error why = { 0 };
    names->n = 0;
    vv_status status = new_store(&args, &store, error);
    const vv_status schema = status == VV_OK ? vvi_pg_schema(store, &why) : VV_OK;
    const bool none = schema == VV_NOT_FOUND && store->connection != NULL;
    if (schema != VV_OK && !none) status = vvi_fail(error, schema, "%s", why.text);
    if (status == VV_OK && !none) status = vvi_pg_ask(store, VVI_PG_STUDIES, &result, error);
    if (result != NULL) status = take_names(result, arena, names, error);
    PQclear(result);
    close_store(store);
    return status;
}

const vvi_store_row vvi_store_postgresql = {
    .name = "postgresql",
    .shared = true,
    .open = open_store,
    .release = vvi_pg_release,
    .close = close_store,
    .studies = studies,
    .fact_set = vvi_pg_fact_set,
    .fact_get = vvi_pg_fact_get,
    .trial_begin = vvi_pg_trial_begin,
    .trial_claim = vvi_pg_trial_claim,
    .trial_take_in_hand = vvi_pg_trial_take_in_hand,
    .trial_put_back = vvi_pg_trial_put_back,
    .trial_take = vvi_pg_trial_take,
    .trial_epoch = vvi_pg_trial_epoch,
    .trial_execution = vvi_pg_trial_execution,
    .trial_end = vvi_pg_trial_end,
    .trial_wake = vvi_pg_trial_wake,
    .trial_retry = vvi_pg_trial_retry,
    .trials = vvi_pg_trials,
    .refusals = vvi_pg_refusals,
    .standing = vvi_pg_standing,
    .counts = vvi_pg_counts,
    .mark = vvi_pg_mark,
    .running = vvi_pg_running,
    .beat = vvi_pg_beat,
    .workers = vvi_pg_workers,
    .request_post = vvi_pg_request_post,
    .requests = vvi_pg_requests,
    .request_bounds = vvi_pg_request_bounds,
    .request_answer = vvi_pg_request_answer,
    .request_news = vvi_pg_request_news,
    .batch_begin = batch_begin,
    .batch_end = batch_end,
    .facts = vvi_pg_facts,
    .all_refusals = vvi_pg_all_refusals,
    .refusal_put = vvi_pg_refusal_put,
    .trial_put = vvi_pg_trial_put,
    .take_place = vvi_pg_take_place,
    .remove = vvi_pg_remove,
    .propose_begin = vvi_pg_propose_begin,
    .propose_end = vvi_pg_propose_end,
    .ear = vvi_pg_ear,
    .hear = vvi_pg_hear,
    .file_put = vvi_pg_file_put,
    .file_get = vvi_pg_file_get,
    .files_keep = vvi_pg_files_keep,
};
