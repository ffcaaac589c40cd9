/* postgresql_helper.h - one cluster for the tests of a program, each of which has studies of names of its own. */
#ifndef VARVE_TESTS_POSTGRESQL_HELPER_H
#define VARVE_TESTS_POSTGRESQL_HELPER_H

#include "study_helper.h"

#include "postgresql.h"
#include "study/handle.h"
#include "study/stores/postgresql.h"

#include <sys/mman.h>
#include <time.h>

static cluster server;

static inline int begin_server(void **state)
{
    (void)state;
    cluster_begin(&server, "trust");
    return 0;
}

static inline int end_server(void **state)
{
    (void)state;
    cluster_end(&server);
    return 0;
}

/* The URL of a study; the text lives until the next call but seven. */
static inline const char *url_of(const char *name)
{
    static char texts[8][200];
    static int next;
    char *text = texts[next++ % 8];
    return cluster_url(&server, name, text, sizeof texts[0]);
}

/* What somebody else says to the database; the first number that comes back. */
static inline long sql(const char *format, ...)
{
    char text[1000];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    PGconn *other = PQconnectdb(url_of(NULL));
    PGresult *result = PQexec(other, text);
    const ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) fail_msg("%s: %s", text, PQerrorMessage(other));
    const long value = PQntuples(result) > 0 ? strtol(PQgetvalue(result, 0, 0), NULL, 10) : 0;
    PQclear(result);
    PQfinish(other);
    return value;
}

static inline vvi_pg *inside(vv_study *study)
{
    return study->state;
}

/* The connections of all studies are cut. */
static inline void cut(void)
{
    sql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'varve'");
}

static inline vv_trial_status status_of(const vv_study *study, int id)
{
    vv_error error = { 0 };
    vv_trials trials;
    must(vv_study_trials(study, &(vv_trials_args){ .only = true, .id = id }, &trials, &error), &error);
    const vv_trial_status status = trials.list[0].status;
    vv_trials_free(&trials);
    return status;
}

static inline int enqueue(vv_study *study)
{
    int id = -1;
    vv_error error = { 0 };
    must(vvi_trial_begin(study, &(vvi_beginning){ .waiting = true }, &id, &error), &error);
    return id;
}

static inline int claim(vv_study *study)
{
    int id = -1;
    vv_error error = { 0 };
    must(vv_trial_claim(study, &id, &error), &error);
    return id;
}

#endif
