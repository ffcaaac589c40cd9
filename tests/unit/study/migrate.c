/* migrate.c - studies of earlier versions: read as they are, brought up to date when they are gone on with, or left
 * alone. The tables of versions 1 and 2 are written out here as those versions made them; version 3 is version 4 without what
 * that has added. */
#include "study_helper.h"

#include "base/base.h"
#include "study/study.h"

#include <sqlite3.h>

/* What both have. */
#define COMMON                                                                                                         \
    "CREATE TABLE trial_values ("                                                                                      \
    "  trial INTEGER NOT NULL REFERENCES trials (id), position INTEGER NOT NULL, name TEXT NOT NULL,"                  \
    "  domain TEXT NOT NULL, value ANY NOT NULL,"                                                                      \
    "  PRIMARY KEY (trial, position), UNIQUE (trial, name)) STRICT, WITHOUT ROWID;"                                    \
    "CREATE TABLE executions ("                                                                                        \
    "  trial INTEGER NOT NULL REFERENCES trials (id), execution INTEGER NOT NULL CHECK (execution >= 0),"              \
    "  best_epoch INTEGER NOT NULL, score REAL NOT NULL, seconds REAL NOT NULL,"                                       \
    "  PRIMARY KEY (trial, execution)) STRICT, WITHOUT ROWID;"                                                         \
    "CREATE TABLE epochs ("                                                                                            \
    "  trial INTEGER NOT NULL REFERENCES trials (id), execution INTEGER NOT NULL CHECK (execution >= 0),"              \
    "  epoch INTEGER NOT NULL CHECK (epoch >= 0), position INTEGER NOT NULL, metric TEXT NOT NULL,"                    \
    "  value ANY NOT NULL CHECK (typeof(value) = 'real' OR value = 'nan'),"                                            \
    "  PRIMARY KEY (trial, execution, epoch, position), UNIQUE (trial, execution, epoch, metric)) STRICT, WITHOUT "    \
    "ROWID;"                                                                                                           \
    "CREATE TABLE refusals ("                                                                                          \
    "  reason TEXT PRIMARY KEY, example TEXT NOT NULL, n INTEGER NOT NULL CHECK (n > 0)) STRICT, WITHOUT ROWID;"

static const char version_1[] =
    "CREATE TABLE facts (key TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE trials ("
    "  id INTEGER PRIMARY KEY CHECK (id >= 0),"
    "  status TEXT NOT NULL CHECK (status IN ('RUNNING', 'COMPLETED', 'FAILED', 'INTERRUPTED')),"
    "  score REAL, reason TEXT, seconds REAL NOT NULL, model TEXT,"
    "  CHECK ((status = 'COMPLETED') = (score IS NOT NULL))) STRICT;" COMMON
    "PRAGMA application_id = 1449226870; PRAGMA user_version = 1;"
    "INSERT INTO facts VALUES ('objective', 'val_loss:min'), ('seed', '5');"
    "INSERT INTO trials VALUES (0, 'COMPLETED', 0.5, NULL, 1.5, '{}'), (1, 'FAILED', NULL, 'why', 2.5, NULL),"
    "  (2, 'COMPLETED', 0.25, NULL, 3.5, NULL), (3, 'INTERRUPTED', NULL, 'stopped', 0.5, NULL);"
    "INSERT INTO trial_values VALUES (0, 0, 'n', '{\"kind\": \"int\", \"type\": \"int\", \"min\": 1.0, \"max\": 9.0, "
    "\"step\": 1.0,"
    " \"sampling\": \"linear\", \"default\": 1}', 4);"
    "INSERT INTO executions VALUES (0, 0, 1, 0.5, 1.25);"
    "INSERT INTO epochs VALUES (0, 0, 0, 0, 'val_loss', 0.75), (0, 0, 0, 1, 'loss', 'nan'),"
    "  (0, 0, 1, 0, 'val_loss', 0.5), (0, 0, 1, 1, 'loss', 0.5), (0, 1, 0, 0, 'val_loss', 0.5),"
    "  (3, 0, 0, 0, 'val_loss', 0.1);"
    "INSERT INTO refusals VALUES ('too small', 'a=1', 3);";

static const char version_2[] =
    "CREATE TABLE facts (key TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE trials ("
    "  id INTEGER PRIMARY KEY CHECK (id >= 0),"
    "  status TEXT NOT NULL"
    "    CHECK (status IN ('RUNNING', 'COMPLETED', 'FAILED', 'INTERRUPTED', 'PRUNED', 'PAUSED')),"
    "  score REAL, violation REAL CHECK (violation >= 0),"
    "  epochs INTEGER NOT NULL DEFAULT 0, epochs_total INTEGER NOT NULL DEFAULT 0,"
    "  paused_epochs INTEGER NOT NULL DEFAULT 0, goal INTEGER NOT NULL DEFAULT 0 CHECK (goal >= 0),"
    "  reason TEXT, seconds REAL NOT NULL, model TEXT,"
    "  CHECK (score IS NOT NULL OR status <> 'COMPLETED'),"
    "  CHECK (score IS NULL OR status IN ('COMPLETED', 'PRUNED', 'PAUSED')),"
    "  CHECK (0 <= paused_epochs AND paused_epochs <= epochs AND epochs <= epochs_total),"
    "  CHECK (status <> 'PAUSED' OR (epochs > 0 AND paused_epochs = epochs))) STRICT;"
    "CREATE TABLE scores ("
    "  trial INTEGER NOT NULL REFERENCES trials (id), objective INTEGER NOT NULL CHECK (objective >= 1),"
    "  value REAL NOT NULL, PRIMARY KEY (trial, objective)) STRICT, WITHOUT ROWID;" COMMON
    "PRAGMA application_id = 1449226870; PRAGMA user_version = 2;"
    "INSERT INTO facts VALUES ('objective', 'val_loss:min,params:min');"
    "INSERT INTO trials VALUES (0, 'COMPLETED', 0.5, 0.25, 2, 3, 0, 0, NULL, 1.5, '{}'),"
    "  (1, 'RUNNING', NULL, NULL, 2, 2, 1, 4, NULL, 2.5, NULL),"
    "  (2, 'PAUSED', 0.25, NULL, 1, 1, 1, 1, NULL, 3.5, NULL),"
    "  (3, 'INTERRUPTED', NULL, NULL, 1, 1, 0, 0, 'stopped on request', 0.5, NULL),"
    "  (4, 'PRUNED', NULL, NULL, 0, 0, 0, 0, 'late', 0.5, NULL);"
    "INSERT INTO scores VALUES (0, 1, 900.0), (2, 1, 800.0);"
    "INSERT INTO executions VALUES (0, 0, 1, 0.5, 1.25);"
    "INSERT INTO epochs VALUES (0, 0, 0, 0, 'val_loss', 0.75), (0, 0, 1, 0, 'val_loss', 0.5),"
    "  (0, 1, 0, 0, 'val_loss', 0.5), (1, 0, 0, 0, 'val_loss', 0.75), (1, 0, 1, 0, 'val_loss', 'nan'),"
    "  (2, 0, 0, 0, 'val_loss', 0.25), (3, 0, 0, 0, 'val_loss', 0.1);";

static void run_sql(const char *project, const char *sql)
{
    char path[128];
    sqlite3 *db = NULL;
    snprintf(path, sizeof path, "%s/study.db", project);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    sqlite3_close(db);
}

static int ask_sql(const char *project, const char *sql)
{
    char path[128];
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    snprintf(path, sizeof path, "%s/study.db", project);
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    const int value = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return value;
}

static void make_version(const char *project, const char *sql)
{
    char path[128];
    vv_study_close(open_study(project, VV_STUDY_WRITE));
    snprintf(path, sizeof path, "%s/study.db", project);
    assert_int_equal(unlink(path), 0);
    run_sql(project, sql);
    run_sql(project, "PRAGMA journal_mode = WAL");
}

static void check_contents(vv_study *study)
{
    vv_error error = { 0 };
    vv_trials trials;
    must(vv_study_trials(study, &(vv_trials_args){ .curves = true }, &trials, &error), &error);
    assert_int_equal(trials.n, 4);
    const vv_trial *first = &trials.list[0];
    assert_int_equal(first->status, VV_TRIAL_COMPLETED);
    CHECK_EQUAL_EXACTLY(first->score, 0.5);
    CHECK_EQUAL_EXACTLY(first->seconds, 1.5);
    assert_int_equal(first->n_scores, 1);
    assert_true(isnan(first->violation));
    assert_int_equal(first->epochs, 2);
    assert_int_equal(first->epochs_total, 3);
    assert_int_equal(first->goal, 0);
    assert_null(first->worker);
    assert_int_equal(first->values[0].value.i, 4);
    assert_int_equal(first->n_curves, 3);
    assert_int_equal(first->n_executions, 1);
    assert_string_equal(first->model_json, "{}");
    assert_string_equal(trials.list[1].reason, "why");
    assert_int_equal(trials.list[1].n_scores, 0);
    assert_int_equal(trials.list[3].epochs, 1);
    vv_trials_free(&trials);
    must(vv_study_trials(study, &(vv_trials_args){ .best_first = true, .limit = 2 }, &trials, &error), &error);
    assert_int_equal(trials.list[0].id, 2);
    assert_int_equal(trials.list[1].id, 0);
    vv_trials_free(&trials);
    vv_refusals refusals;
    must(vv_study_refusals(study, &refusals, NULL), NULL);
    assert_int_equal(refusals.n, 3);
}

static void version_1_is_read_without_being_changed(void **state)
{
    const place *p = *state;
    make_version(p->project, version_1);
    vv_study *study = open_study(p->project, VV_STUDY_READ);
    check_contents(study);
    vv_study_close(study);
    assert_int_equal(ask_sql(p->project, "PRAGMA user_version"), 1);
    assert_int_equal(ask_sql(p->project, "SELECT count(*) FROM sqlite_schema WHERE name = 'scores'"), 0);
}

static void version_1_is_gone_on_with_as_version_4(void **state)
{
    const place *p = *state;
    make_version(p->project, version_1);
    vv_study *reader = open_study(p->project, VV_STUDY_READ);
    vv_study *study = open_study(p->project, VV_STUDY_WRITE);
    check_contents(study);
    check_contents(reader); /* who had opened it before still can */
    vv_study_close(reader);
    claim_trial(study, 3);
    must(vv_trial_epoch(study, 3, 0, 1, (const char *[]){ "val_loss" }, (double[]){ 1 }, 1, NULL), NULL);
    must(vv_trial_pause(study, 3, &(vv_trial_result){ .scores = (double[]){ 1, 2 }, .n_scores = 2 }, NULL), NULL);
    assert_int_equal(begin_trial(study, 3), 4);
    must(end_trial(study, 4, VV_TRIAL_PRUNED, 1, NULL), NULL);
    assert_int_equal(vv_trial_wake(study, 0, 0, NULL), VV_TAKEN);
    vv_study_close(study);
    assert_int_equal(ask_sql(p->project, "PRAGMA user_version"), 4);
    assert_int_equal(ask_sql(p->project, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
    assert_int_equal(ask_sql(p->project, "SELECT count(*) FROM sqlite_schema WHERE sql LIKE '%new_trials%'"), 0);
    study = open_study(p->project, VV_STUDY_WRITE);
    vv_study_close(study);
}

/* ---- version 2 ----------------------------------------------------------------------------------------------------- */

static void check_version_2(vv_study *study, vv_trial_status of_1)
{
    vv_error error = { 0 };
    vv_trials trials;
    must(vv_study_trials(study, &(vv_trials_args){ .curves = true }, &trials, &error), &error);
    const vv_trial *t = trials.list;
    assert_int_equal(trials.n, 5);
    assert_int_equal(t[0].n_scores, 2);
    CHECK_EQUAL_EXACTLY(t[0].scores[1], 900);
    CHECK_EQUAL_EXACTLY(t[0].violation, 0.25);
    assert_int_equal(t[1].status, of_1);
    assert_int_equal(t[1].epochs, 2);
    assert_int_equal(t[1].goal, 4);
    assert_int_equal(t[1].curves[0].n, 2);
    assert_int_equal(t[2].status, VV_TRIAL_PAUSED);
    assert_int_equal(t[2].epochs, 1);
    assert_int_equal(t[2].n_scores, 2);
    assert_int_equal(t[3].status, VV_TRIAL_INTERRUPTED);
    assert_string_equal(t[3].reason, "stopped on request");
    assert_int_equal(t[4].status, VV_TRIAL_PRUNED);
    for (size_t i = 0; i < 5; i++) {
        assert_null(t[i].worker);
        assert_false(t[i].lapsed);
        assert_int_equal(t[i].n_attempts, 0);
        CHECK_EQUAL_EXACTLY(t[i].began + t[i].ended, 0);
    }
    vv_trials_free(&trials);
    vv_counts counts;
    must(vv_study_counts(study, &counts, &error), &error);
    assert_int_equal(counts.epochs, 7);
    vv_workers workers;
    must(vv_study_workers(study, &workers, &error), &error);
    assert_int_equal(workers.n, 0);
    vv_workers_free(&workers);
}

static void version_2_is_read_without_being_changed(void **state)
{
    const place *p = *state;
    make_version(p->project, version_2);
    vv_study *study = open_study(p->project, VV_STUDY_READ);
    check_version_2(study, VV_TRIAL_RUNNING);
    vv_study_close(study);
    assert_int_equal(ask_sql(p->project, "PRAGMA user_version"), 2);
}

static void version_2_is_gone_on_with_and_its_trials_keep_their_epochs(void **state)
{
    const place *p = *state;
    const vvi_standing_query query = { .epochs = true, .trial_epochs = 4, .trial_executions = 1 };
    vvi_stand stand;
    make_version(p->project, version_2);
    vv_study *study = open_study(p->project, VV_STUDY_WRITE);
    check_version_2(study, VV_TRIAL_INTERRUPTED); /* its writer is gone */
    must(vvi_study_standing(study, &query, &stand, NULL), NULL);
    assert_int_equal(stand.epochs, 7 + 2 + 3);
    claim_trial(study, 1);
    claim_trial(study, 3);
    claim_trial(study, -1);
    must(vv_trial_epoch(study, 1, 0, 2, (const char *[]){ "val_loss" }, (double[]){ 1 }, 1, NULL), NULL);
    must(end_trial(study, 1, VV_TRIAL_COMPLETED, 1, NULL), NULL);
    must(vv_trial_wake(study, 2, 4, NULL), NULL);
    claim_trial(study, 2);
    must(vv_trial_epoch(study, 2, 0, 1, (const char *[]){ "val_loss" }, (double[]){ 1 }, 1, NULL), NULL);
    assert_int_equal(begin_trial(study, 3), 5);
    vv_study_close(study);
    assert_int_equal(ask_sql(p->project, "PRAGMA user_version"), 4);
    assert_int_equal(ask_sql(p->project, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
    assert_int_equal(ask_sql(p->project, "SELECT epochs FROM tally"), 9);
}

/* ---- version 3 ----------------------------------------------------------------------------------------------------- */

/* All that it lacks is at the end. */
static void make_version_3(const char *project)
{
    char path[128];
    snprintf(path, sizeof path, "%s/study.db", project);
    unlink(path);
    vv_study *study = open_study(project, VV_STUDY_WRITE);
    begin_trial(study, 3);
    vv_study_close(study);
    run_sql(project, "DROP TABLE requests; PRAGMA user_version = 3");
}

static void check_no_requests(const vv_study *study)
{
    vv_requests requests;
    must(vv_study_requests(study, 0, &requests, NULL), NULL);
    assert_int_equal(requests.n, 0);
    vv_requests_free(&requests);
}

static void version_3_has_no_requests_until_a_search_goes_on_with_it(void **state)
{
    const place *p = *state;
    const vv_request stop = { .kind = VV_REQUEST_STOP };
    vv_error error = { 0 };
    make_version_3(p->project);
    vv_study *reader = open_study(p->project, VV_STUDY_READ);
    check_no_requests(reader);
    assert_int_equal(vv_study_request(p->project, &stop, NULL, &error), VV_VERSION);
    CHECK_CONTAINS(error.text, "the next search");
    assert_int_equal(ask_sql(p->project, "PRAGMA user_version"), 3);
    vv_study_close(open_study(p->project, VV_STUDY_WRITE));
    must(vv_study_request(p->project, &stop, NULL, &error), &error);
    check_no_requests(reader); /* as it saw it when it opened it */
    vv_study_close(reader);
    assert_int_equal(ask_sql(p->project, "SELECT count(*) FROM requests"), 1);
}

/* ---- the tables ---------------------------------------------------------------------------------------------------- */

/* The tables of a new study and of one brought up to date are the same but for spaces and quotes. */
static void all_ways_lead_to_the_same_tables(void **state)
{
    const place *p = *state;
    static const char text[] =
        "SELECT count(*) FROM sqlite_schema AS a JOIN other.sqlite_schema AS b USING (name) WHERE"
        " replace(replace(a.sql, '\"', ''), ' ', '') = replace(replace(b.sql, '\"', ''), ' ', '')";
    static const char *const versions[] = { version_1, version_2, NULL };
    char other[128], sql[600];
    snprintf(other, sizeof other, "%s/new", p->root);
    vv_study_close(open_study(other, VV_STUDY_WRITE));
    const int all = ask_sql(other, "SELECT count(*) FROM sqlite_schema WHERE sql IS NOT NULL");
    for (size_t i = 0; i < 3; i++) {
        if (versions[i] == NULL)
            make_version_3(p->project);
        else
            make_version(p->project, versions[i]);
        vv_study_close(open_study(p->project, VV_STUDY_WRITE));
        snprintf(sql, sizeof sql, "ATTACH '%s/study.db' AS other; CREATE TABLE result AS %s", other, text);
        run_sql(p->project, sql);
        assert_int_equal(ask_sql(p->project, "SELECT * FROM result"), all);
    }
}

static void what_breaks_the_rules_cannot_be_written(void **state)
{
    const place *p = *state;
    char path[128];
    sqlite3 *db = NULL;
    static const char *const wrong[] = {
        "INSERT INTO trials (id, status, seconds) VALUES (0, 'COMPLETED', 0.0)",
        "INSERT INTO trials (id, status, seconds, score) VALUES (0, 'FAILED', 0.0, 1.0)",
        "INSERT INTO trials (id, status, seconds, score) VALUES (0, 'RUNNING', 0.0, 1.0)",
        "INSERT INTO trials (id, status, seconds) VALUES (0, 'PAUSED', 0.0)",
        "INSERT INTO trials (id, status, seconds, epochs, epochs_total) VALUES (0, 'RUNNING', 0.0, 2, 1)",
        "INSERT INTO trials (id, status, seconds, lease) VALUES (0, 'RUNNING', 0.0, 1.0)",
        "INSERT INTO trials (id, status, seconds, worker, lease) VALUES (0, 'WAITING', 0.0, 'me', 1.0)",
        "INSERT INTO trials (id, status, seconds, ended) VALUES (0, 'RUNNING', 0.0, 1.0)",
        "INSERT INTO trials (id, status, seconds, violation) VALUES (0, 'RUNNING', 0.0, -1.0)",
        "INSERT INTO trials (id, status, seconds) VALUES (0, 'ASLEEP', 0.0)",
        "UPDATE trials SET reason = 'other' WHERE id = 7",
        "UPDATE trials SET status = 'RUNNING', score = NULL, ended = NULL WHERE id = 7",
        "DELETE FROM trials",
        "INSERT INTO requests (id, kind, made) VALUES (1, 'ask', 0.0)",
        "INSERT INTO requests (id, kind, made) VALUES (1, 'stop_trial', 0.0)",
        "INSERT INTO requests (id, kind, made, vals) VALUES (1, 'stop', 0.0, '{}')",
        "UPDATE requests SET answer = 'yes' WHERE id = 2",
        "UPDATE requests SET answer = 'yes', answered = 1.0 WHERE id = 0",
        "DELETE FROM requests",
    };
    vv_study_close(open_study(p->project, VV_STUDY_WRITE));
    snprintf(path, sizeof path, "%s/study.db", p->project);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db,
                                  "INSERT INTO trials (id, status, seconds, score) VALUES (7, 'COMPLETED', 0.0, 1.0);"
                                  "INSERT INTO requests (id, kind, made, answered, answer) VALUES"
                                  " (0, 'stop', 0.0, 1.0, 'no'), (2, 'stop', 0.0, NULL, NULL)",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (sqlite3_exec(db, wrong[i], NULL, NULL, NULL) != SQLITE_CONSTRAINT) fail_msg("%s was taken", wrong[i]);
    assert_int_equal(sqlite3_exec(db,
                                  "INSERT INTO trials (id, status, seconds, epochs, epochs_total, score)"
                                  " VALUES (0, 'PAUSED', 0.0, 2, 4, 1.0)",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    sqlite3_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PLACE(version_1_is_read_without_being_changed),
        WITH_PLACE(version_1_is_gone_on_with_as_version_4),
        WITH_PLACE(version_2_is_read_without_being_changed),
        WITH_PLACE(version_2_is_gone_on_with_and_its_trials_keep_their_epochs),
        WITH_PLACE(version_3_has_no_requests_until_a_search_goes_on_with_it),
        WITH_PLACE(all_ways_lead_to_the_same_tables),
        WITH_PLACE(what_breaks_the_rules_cannot_be_written),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
