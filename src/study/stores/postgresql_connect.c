/* postgresql_connect.c - the connection to PostgreSQL: made, lost, made again; and what errors are called.
 *
 * Invariants:
 *   - No text that leaves this file holds a password: not the one of the URL, nor one that libpq found in a file.
 *   - What passes by itself (a server that restarts, a cut connection, too many connections) is waited for, up to
 *     patience_s; what does not (a wrong password, no such database) fails at once. When a study is opened, a server that
 *     does not answer at all is of the second kind: it is a wrong address more often.
 *   - A dead peer is noticed within a minute, on both sides, so that nothing is held by a machine that is gone.
 */
#include "study/stores/postgresql.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const double ATTEMPT_S = 15, OPENING_PATIENCE_S = 60, FIRST_PAUSE_S = 0.05, LONGEST_PAUSE_S = 5;

/* ---- texts without passwords ------------------------------------------------------------------------------------- */

/* Behind `name` where `text` begins with it, each letter as it is or as "%70"; NULL: it does not. */
static const char *after_name(const char *text, const char *name)
{
    for (; *name != '\0'; name++) {
        char digits[3] = "";
        if (*text == '%' && text[1] != '\0') memcpy(digits, text + 1, 2);
        const int letter = digits[0] != '\0' ? (int)strtol(digits, NULL, 16) : *text;
        if (letter != *name) return NULL;
        text += digits[0] != '\0' ? 3 : 1;
    }
    return text;
}

/* Where the value of a parameter that is secret ends, if one begins here; NULL: none does. */
static const char *secret_parameter(const char *text, const char **value)
{
    static const char *const names[] = { "password=", "sslpassword=" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *after = after_name(text, names[i]);
        if (after == NULL) continue;
        *value = after;
        return *value + strcspn(*value, "& ");
    }
    return NULL;
}

/* "//user:password@host": the password's ends; false: there is none. What has been cut short in the middle of a password, or
 * has a "/" in it that should be "%2F", is no such URL, and must not be seen all the same. */
static bool user_password(const char *where, const char **from, const char **to)
{
    const char *start = strstr(where, "://");
    if (start == NULL) return false;
    start += 3;
    const char *at = strrchr(start, '@'), *end = at == NULL ? start + strcspn(start, "/?#") : at;
    const char *colon = *start == '[' && at == NULL ? NULL : memchr(start, ':', (size_t)(end - start));
    if (colon == NULL) return false;
    if (at == NULL && strspn(colon + 1, "0123456789") == (size_t)(end - colon - 1)) return false; /* a port */
    if (at == NULL && memchr(colon, ',', (size_t)(end - colon)) != NULL) return false;            /* several hosts */
    *from = colon + 1;
    *to = end;
    return true;
}

char *vvi_pg_show(const char *where)
{
    vvi_text shown = { 0 };
    const char *from = NULL, *to = NULL, *value = NULL;
    const bool has = user_password(where, &from, &to);
    vvi_text_printf(&shown, "%s", "");
    for (const char *p = where; *p != '\0';) {
        const char *end = NULL;
        if (has && p == from) {
            end = to;
            value = from;
        } else if (p == where || strchr("?& ", p[-1]) != NULL) {
            end = secret_parameter(p, &value);
        }
        if (end == NULL) {
            vvi_text_add(&shown, p++, 1);
            continue;
        }
        vvi_text_add(&shown, p, (size_t)(value - p));
        vvi_text_printf(&shown, "***");
        p = end;
        if (has && p == to) from = NULL;
    }
    if (!shown.failed) return shown.data;
    vvi_text_deinit(&shown);
    return NULL;
}

static void hide(char *text, const char *secret)
{
    const size_t length = secret == NULL ? 0 : strlen(secret);
    for (char *found = text; length > 0 && (found = strstr(found, secret)) != NULL; found++) memset(found, '*', length);
}

/* One line of what the server or libpq said. */
static void clean(const vvi_pg *store, const char *said, char *text, size_t size)
{
    snprintf(text, size, "%.*s", (int)strcspn(said, "\n"), said);
    hide(text, store->where);
    hide(text, store->password);
    if (store->connection != NULL) hide(text, PQpass(store->connection));
}

/* ---- errors ------------------------------------------------------------------------------------------------------ */

typedef struct trouble {
    const char *state; /* the first characters of the SQLSTATE */
    vv_status status;
    bool again;
    const char *text;
} trouble;

static const trouble troubles[] = {
    { "28P01", VV_IO, false, "the password is wrong" },
    { "28", VV_IO, false, "the server does not let this user in" },
    { "3D000", VV_NOT_FOUND, false, "there is no such database" },
    { "42501", VV_IO, false, "not permitted" },
    { "25006", VV_IO, true, "the server is read-only" },
    { "53300", VV_IO, true, "the server has too many connections" },
    { "53100", VV_IO, false, "the server's disk is full; nothing of this step was written" },
    { "53", VV_IO, true, "the server is short of memory" },
    { "57P04", VV_NOT_FOUND, false, "the database was removed" },
    { "57P", VV_IO, true, "the server is stopping or starting" },
    { "58", VV_IO, false, "the server cannot read or write its files" },
    { "08", VV_IO, true, "the connection was lost" },
    { "40", VV_DATABASE, true, "others were in the way" },
    { "25P03", VV_IO, true, "the connection was lost" }, /* the server ended a transaction in which nothing happened */
    { "22021", VV_BAD_ARG, false, "a text that the database cannot keep" },
    { "22P05", VV_BAD_ARG, false, "a text that the database cannot keep" },
    { "3F", VV_FORMAT, false, "its tables are not those of studies" },
    { "42", VV_FORMAT, false, "its tables are not those of studies" },
    { "XX", VV_DATABASE, false, "the database is damaged" },
    { "", VV_DATABASE, false, "the database refused" },
};
static const trouble lost = { "", VV_IO, true, "the connection was lost" };

static const trouble *trouble_of(const char *state)
{
    const trouble *found = troubles;
    while (strncmp(found->state, state, strlen(found->state)) != 0) found++;
    return found;
}

static vv_status fail_with(vvi_pg *store, const trouble *found, const char *said, vv_error *error)
{
    char text[VV_ERROR_SIZE];
    clean(store, said, text, sizeof text);
    store->again = found->again;
    return vvi_fail(error, found->status, "%s: %s (%s)", store->shown, found->text, text);
}

vv_status vvi_pg_fail(vvi_pg *store, const PGresult *result, vv_error *error)
{
    const char *state = result == NULL ? NULL : PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *said = result == NULL ? NULL : PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    if (result == NULL && PQstatus(store->connection) == CONNECTION_OK) return vvi_no_memory(error);
    const trouble *found = state == NULL ? &lost : trouble_of(state);
    const vv_status status = fail_with(store, found, said == NULL ? PQerrorMessage(store->connection) : said, error);
    /* Another transaction in the way leaves the connection as it is; whatever else passes is another connection's. */
    if (found->again && strcmp(found->state, "40") != 0) vvi_pg_disconnect(store);
    return status;
}

/* ---- connecting -------------------------------------------------------------------------------------------------- */

/* In verbose texts, "FATAL:  28P01: ..." whatever the language; the last one, where several hosts were tried. */
static const char *find_state(const char *said)
{
    static const char legal[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    const char *found = NULL;
    for (const char *p = strstr(said, ":  "); p != NULL; p = strstr(p + 1, ":  "))
        if (strspn(p + 3, legal) == 5 && strncmp(p + 8, ": ", 2) == 0) found = p + 3;
    return found;
}

static vv_status connecting_failed(vvi_pg *store, bool late, vv_error *error)
{
    static const trouble needs = { "", VV_IO, false, "it wants a password: name a PGPASSFILE, or put it into the URL" };
    static const trouble unreachable = { "", VV_IO, true, "cannot be reached" };
    const char *said = PQerrorMessage(store->connection), *state = find_state(said);
    vv_status status = VV_OK;
    if (state != NULL)
        status = fail_with(store, trouble_of(state), state + strlen("28P01: "), error);
    else if (PQconnectionNeedsPassword(store->connection))
        status = fail_with(store, &needs, said, error);
    else
        status = fail_with(store, &unreachable, late ? "no answer" : said, error);
    /* Nobody there, or no writing: when a study is opened that will not pass. */
    if (!store->opened && (state == NULL || strncmp(state, "25006", 5) == 0)) store->again = false;
    return status;
}

/* Waits until libpq can go on. false: too long. */
static bool wait_for(PGconn *connection, PostgresPollingStatusType wish, double until_s)
{
    const double left_s = until_s - vvi_clock_s();
    struct pollfd fd = { .fd = PQsocket(connection), .events = wish == PGRES_POLLING_READING ? POLLIN : POLLOUT };
    if (left_s <= 0) return false;
    const int ready = poll(&fd, 1, (int)(left_s * 1000) + 1);
    return ready > 0 || (ready < 0 && errno == EINTR);
}

static PGconn *start(const vvi_pg *store)
{
    /* What comes later counts more: the URL may say otherwise. */
    const char *const keywords[] = { "keepalives_idle",  "keepalives_interval",
                                     "keepalives_count", "tcp_user_timeout",
                                     "dbname",           "fallback_application_name",
                                     "client_encoding",  NULL };
    const char *const values[] = { "20", "5", "4", "40000", store->where, "varve", "UTF8", NULL };
    return PQconnectStartParams(keywords, values, 1);
}

static vv_status finish_connecting(vvi_pg *store, vv_error *error)
{
    const double until_s = vvi_clock_s() + ATTEMPT_S;
    PostgresPollingStatusType wish = PGRES_POLLING_WRITING;
    bool in_time = PQstatus(store->connection) != CONNECTION_BAD;
    while (in_time && wish != PGRES_POLLING_OK && wish != PGRES_POLLING_FAILED) {
        in_time = wait_for(store->connection, wish, until_s);
        if (in_time) wish = PQconnectPoll(store->connection);
    }
    return wish == PGRES_POLLING_OK ? VV_OK : connecting_failed(store, !in_time && until_s <= vvi_clock_s(), error);
}

static void be_silent(void *context, const char *message)
{
    (void)context;
    (void)message;
}

/* Of a study that is open: they are those that were found then. A reader goes on with newer ones that are known here. */
static vv_status check_tables(vvi_pg *store, vv_error *error)
{
    int version = 0;
    VVI_TRY(vvi_pg_schema_version(store, &version, error));
    const bool newer = store->mode == VV_STUDY_READ && version > store->version && version <= VVI_PG_VERSION;
    if (newer) store->version = version;
    if (version == store->version) return VV_OK;
    return vvi_fail(error, VV_VERSION, "%s: another version of the program has changed its tables meanwhile",
                    store->shown);
}

/* The server shall notice a dead worker as soon as we notice a dead server. A plan is kept for as long as the connection: one
 * that was made while a table was empty would read it from end to end when it is not. Compiling plans of such short calls takes
 * longer than they do, and 20 MB for each connection. */
static vv_status prepare_session(vvi_pg *store, vv_error *error)
{
    char text[500];
    int length = snprintf(text, sizeof text,
                          "SET search_path = pg_catalog; SET tcp_keepalives_idle = 20; SET tcp_keepalives_interval = 5;"
                          "SET tcp_keepalives_count = 4; SET idle_in_transaction_session_timeout = '60s';"
                          "SET enable_seqscan = off; SET enable_bitmapscan = off; SET jit = off;");
    if (store->study > 0 && store->mode != VV_STUDY_READ)
        snprintf(text + length, sizeof text - (size_t)length, "LISTEN varve_%d", store->study);
    VVI_TRY(vvi_pg_exec(store, text, error));
    return store->study > 0 ? check_tables(store, error) : VV_OK;
}

static vv_status check_server(vvi_pg *store, vv_error *error)
{
    const int version = PQserverVersion(store->connection);
    if (version >= 120000) return VV_OK;
    return vvi_fail(error, VV_UNSUPPORTED, "%s: PostgreSQL %d is there, 12 is the oldest that will do", store->shown,
                    version / 10000);
}

vv_status vvi_pg_connect(vvi_pg *store, vv_error *error)
{
    store->again = false;
    if (store->connection != NULL) return VV_OK;
    store->connection = start(store);
    if (store->connection == NULL) return vvi_no_memory(error);
    PQsetErrorVerbosity(store->connection, PQERRORS_VERBOSE); /* which tells us the SQLSTATE */
    PQsetNoticeProcessor(store->connection, be_silent, NULL);
    vv_status status = finish_connecting(store, error);
    if (status == VV_OK) status = check_server(store, error);
    if (status == VV_OK) status = prepare_session(store, error);
    if (status == VV_OK)
        vvi_pg_ear_attach(store);
    else
        vvi_pg_disconnect(store);
    return status;
}

void vvi_pg_disconnect(vvi_pg *store)
{
    if (store->connection == NULL) return;
    vvi_pg_ear_detach(store);
    PQfinish(store->connection);
    store->connection = NULL;
    store->prepared = 0;
    store->proposing = false;
    store->broken = store->batch;
}

/* ---- again and again --------------------------------------------------------------------------------------------- */

static void pause_for(double seconds)
{
    const struct timespec time = { .tv_sec = (time_t)seconds,
                                   .tv_nsec = (long)((seconds - (double)(time_t)seconds) * 1e9) };
    nanosleep(&time, NULL);
}

static vv_status attempt(vvi_pg *store, vvi_pg_step step, void *context, vv_error *error)
{
    if (store->broken)
        return vvi_fail(error, VV_IO, "%s: the connection was lost; nothing of this batch was written", store->shown);
    VVI_TRY(vvi_pg_connect(store, error));
    return step(store, context, error);
}

vv_status vvi_pg_persist(vvi_pg *store, vvi_pg_step step, void *context, vv_error *error)
{
    const double patience_s = store->opened ? store->patience_s : OPENING_PATIENCE_S;
    const double until_s = vvi_clock_s() + patience_s;
    double pause_s = FIRST_PAUSE_S;
    for (;;) {
        vv_error why = { 0 };
        const vv_status status = attempt(store, step, context, &why);
        if (status == VV_OK) return VV_OK;
        if (!store->again || store->batch || vvi_clock_s() + pause_s > until_s)
            return vvi_fail(error, status, "%s", why.text);
        pause_for(pause_s);
        pause_s = pause_s * 2 < LONGEST_PAUSE_S ? pause_s * 2 : LONGEST_PAUSE_S;
    }
}

typedef struct transaction {
    bool write;
    vvi_pg_step step;
    void *context;
} transaction;

static vv_status transact_once(vvi_pg *store, void *context, vv_error *error)
{
    const transaction *t = context;
    if (store->batch) return t->step(store, t->context, error); /* which is one already */
    VVI_TRY(vvi_pg_exec(store, t->write ? "BEGIN" : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", error));
    vv_status status = t->step(store, t->context, error);
    if (status == VV_OK) return vvi_pg_exec(store, "COMMIT", error);
    const bool again = store->again;
    if (store->connection != NULL && vvi_pg_exec(store, "ROLLBACK", NULL) != VV_OK) vvi_pg_disconnect(store);
    store->again = again;
    return status;
}

vv_status vvi_pg_transact(vvi_pg *store, bool write, vvi_pg_step step, void *context, vv_error *error)
{
    transaction t = { .write = write, .step = step, .context = context };
    return vvi_pg_persist(store, transact_once, &t, error);
}
