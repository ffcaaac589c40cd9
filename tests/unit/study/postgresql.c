/* postgresql.c - studies in PostgreSQL: opening them, versions, what moves, what is heard. Life and claims:
 * conformance/stores.c; lost connections: postgresql_lost.c; passwords: postgresql_passwords.c. */
#include "postgresql_helper.h"

#include <poll.h>

/* ---- opening ----------------------------------------------------------------------------------------------------- */

static void eight_that_find_an_empty_database_make_its_tables_once(void **state)
{
    (void)state;
    int failed = 0;
    for (int i = 0; i < 8; i++) {
        if (fork() != 0) continue;
        vv_study *study = NULL;
        vv_error error = { 0 };
        const vv_status status = vv_study_open(url_of("first"), VV_STUDY_WRITE, &study, &error);
        if (status != VV_OK) fprintf(stderr, "%s\n", error.text);
        vv_study_close(study);
        _exit(status != VV_OK);
    }
    for (int i = 0; i < 8; i++) {
        int status = 0;
        wait(&status);
        failed += status != 0;
    }
    assert_int_equal(failed, 0);
    assert_int_equal(sql("SELECT version FROM varve.meta"), VVI_PG_VERSION);
    assert_int_equal(sql("SELECT count(*) FROM varve.studies"), 1);
}

static void check_refused(const char *where, vv_study_mode mode, vv_status expected, const char *part,
                          const char *other)
{
    vv_error error = { 0 };
    vv_study *study = NULL;
    const vv_status status = vv_study_open(where, mode, &study, &error);
    if (status != expected) fail_msg("%s: %s (%s)", where, vv_status_name(status), error.text);
    CHECK_CONTAINS(error.text, part);
    CHECK_CONTAINS(error.text, other);
}

static void what_cannot_be_opened_says_why_at_once(void **state)
{
    (void)state;
    char text[200];
    snprintf(text, sizeof text, "postgresql://postgres@/nowhere?host=%s#s", server.folder);
    check_refused(text, VV_STUDY_WRITE, VV_NOT_FOUND, "no such database", "nowhere");
    snprintf(text, sizeof text, "postgresql://somebody@/postgres?host=%s#s", server.folder);
    check_refused(text, VV_STUDY_WRITE, VV_IO, "does not let this user in", "somebody");
    snprintf(text, sizeof text, "postgresql://postgres@/postgres?host=%s/no#s", server.folder);
    check_refused(text, VV_STUDY_WRITE, VV_IO, "cannot be reached", "/no");
    check_refused("postgresql://postgres@no-such-host.invalid/x#s", VV_STUDY_READ, VV_IO, "cannot be reached",
                  "no-such-host.invalid");
    check_refused(url_of(NULL), VV_STUDY_WRITE, VV_BAD_ARG, "the name of the study is missing", "#NAME");
    check_refused("postgresql://h:port/d?nonsense=1#s", VV_STUDY_WRITE, VV_BAD_ARG, "not a URL of a database", "%40");
    check_refused(url_of("never begun"), VV_STUDY_READ, VV_NOT_FOUND, "never begun", "no study");
}

static void who_may_not_write_there_is_told_so(void **state)
{
    (void)state;
    char text[200];
    vv_study_close(open_study(url_of("guarded"), VV_STUDY_WRITE));
    sql("CREATE ROLE guest LOGIN");
    snprintf(text, sizeof text, "postgresql://guest@/postgres?host=%s#guarded", server.folder);
    check_refused(text, VV_STUDY_READ, VV_IO, "not permitted", "varve");
    sql("GRANT USAGE ON SCHEMA varve TO guest");
    sql("GRANT SELECT ON ALL TABLES IN SCHEMA varve TO guest");
    vv_study_close(open_study(text, VV_STUDY_READ));
    check_refused(text, VV_STUDY_WRITE, VV_IO, "not permitted", "permission denied");
}

static void a_newer_schema_is_not_touched(void **state)
{
    (void)state;
    vv_study_close(open_study(url_of("newer"), VV_STUDY_WRITE));
    sql("UPDATE varve.meta SET version = 99");
    check_refused(url_of("newer"), VV_STUDY_WRITE, VV_VERSION, "version 99", "this program");
    check_refused(url_of("newer"), VV_STUDY_READ, VV_VERSION, "version 99", "this program");
    sql("UPDATE varve.meta SET version = %d", VVI_PG_VERSION);
    vv_study_close(open_study(url_of("newer"), VV_STUDY_READ));
}

static void two_versions_of_the_program_do_not_write_to_one_study(void **state)
{
    (void)state;
    vv_study *study = open_study(url_of("two"), VV_STUDY_WRITE);
    sql("UPDATE varve.workers SET version = '9.9.9' WHERE name = '%s'", study->worker);
    check_refused(url_of("two"), VV_STUDY_WRITE, VV_VERSION, "9.9.9", vv_version());
    check_refused(url_of("two"), VV_STUDY_WRITE, VV_VERSION, study->worker, "one of them");
    vv_study_close(open_study(url_of("two"), VV_STUDY_READ));
    vv_study_close(open_study(url_of("another"), VV_STUDY_WRITE));
    sql("UPDATE varve.workers SET beat = beat - interval '1 hour' WHERE name = '%s'", study->worker);
    vv_study_close(open_study(url_of("two"), VV_STUDY_WRITE)); /* it is dead */
    vv_study_close(study);
}

static void a_study_is_begun_anew_only_when_nobody_is_at_work(void **state)
{
    (void)state;
    vv_study *study = open_study(url_of("anew"), VV_STUDY_WRITE);
    begin_trial(study, 1);
    check_refused(url_of("anew"), VV_STUDY_OVERWRITE, VV_LOCKED, study->worker, "at work");
    sql("UPDATE varve.workers SET beat = beat - interval '1 hour' WHERE name = '%s'", study->worker);
    vv_study *next = open_study(url_of("anew"), VV_STUDY_OVERWRITE);
    assert_int_equal(begin_trial(next, 1), 0);
    vv_error error = { 0 };
    int id = -1;
    assert_int_equal(vv_trial_claim(study, &id, &error), VV_NOT_FOUND);
    CHECK_CONTAINS(error.text, "removed");
    vv_study_close(study);
    vv_study_close(next);
}

static void studies_share_a_database_and_nothing_else(void **state)
{
    (void)state;
    vv_error error = { 0 };
    vv_names names;
    vv_study *a = open_study(url_of("shared a"), VV_STUDY_WRITE), *b = open_study(url_of("shared b"), VV_STUDY_WRITE);
    assert_int_equal(begin_trial(a, 1), 0);
    assert_int_equal(begin_trial(a, 2), 1);
    assert_int_equal(begin_trial(b, 3), 0);
    must(vv_study_set(a, "seed", "1", &error), &error);
    char *text = NULL;
    must(vv_study_get(b, "seed", &text, &error), &error);
    assert_null(text);
    vv_study_close(a);
    vv_study_close(b);
    must(vv_studies(url_of(NULL), &names, &error), &error);
    int found = 0;
    for (size_t i = 0; i < names.n; i++) found += strncmp(names.list[i], "shared ", 7) == 0;
    assert_int_equal(found, 2);
    for (size_t i = 1; i < names.n; i++) assert_true(strcmp(names.list[i - 1], names.list[i]) < 0);
    vv_names_free(&names);
}

/* ---- what moves -------------------------------------------------------------------------------------------------- */

static void make_file(const char *path, size_t n, unsigned seed)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    for (size_t i = 0; i < n; i++) fputc((int)((i * 31 + i / 251 + seed) & 0xff), file);
    assert_int_equal(fclose(file), 0);
}

static void check_file(const char *path, size_t n, unsigned seed)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    for (size_t i = 0; i < n; i++) assert_int_equal(fgetc(file), (int)((i * 31 + i / 251 + seed) & 0xff));
    assert_int_equal(fgetc(file), EOF);
    fclose(file);
}

static void files_of_trials_move_from_worker_to_worker(void **state)
{
    (void)state;
    enum { SIZE = 5 * 1024 * 1024 / 2 + 7 };
    char here[300], there[300];
    vv_error error = { 0 };
    vv_study *a = open_study(url_of("files"), VV_STUDY_WRITE);
    const int id = begin_trial(a, 1);
    vv_study_state_path(a, id, 2, here, sizeof here);
    make_file(here, 100, 1);
    must(vvi_study_file_put(a, id, 2, &error), &error);
    make_file(here, SIZE, 2);
    must(vvi_study_file_put(a, id, 2, &error), &error);
    vv_study_close(a);
    assert_int_not_equal(access(here, F_OK), 0); /* what lies there is in the database */

    vv_study *b = open_study(url_of("files"), VV_STUDY_WRITE);
    assert_int_equal(claim(b), id);
    vv_study_state_path(b, id, 2, there, sizeof there);
    must(vvi_study_file_get(b, id, 2, &error), &error);
    check_file(there, SIZE, 2);
    must(vvi_study_file_get(b, id, 1, &error), &error); /* there is none, and that is fine */
    vv_study_state_path(b, id, 1, there, sizeof there);
    assert_int_not_equal(access(there, F_OK), 0);
    vv_study_close(b);
}

static void files_that_are_too_large_are_not_kept(void **state)
{
    (void)state;
    char path[300];
    vv_error error = { 0 };
    vv_study *study = NULL;
    const vv_study_args args = { .where = url_of("large"), .mode = VV_STUDY_WRITE, .largest_checkpoint = 1000 };
    must(vv_study_open_with(&args, &study, &error), &error);
    const int id = begin_trial(study, 1);
    vv_study_state_path(study, id, 0, path, sizeof path);
    make_file(path, 1000, 1);
    must(vvi_study_file_put(study, id, 0, &error), &error);
    const char *count =
        "SELECT count(*) FROM varve.files f JOIN varve.studies s ON s.id = f.study WHERE s.name = 'large'";
    assert_int_equal(sql("%s", count), 1);
    make_file(path, 1001, 1);
    must(vvi_study_file_put(study, id, 0, &error), &error);
    assert_int_equal(sql("%s", count), 0);
    vv_study_close(study);
}

static void pruning_keeps_the_files_of_the_best_and_of_what_may_go_on(void **state)
{
    (void)state;
    char path[300];
    vv_error error = { 0 };
    vv_study *study = open_study(url_of("pruning"), VV_STUDY_WRITE);
    must(vv_study_set(study, "objective", "val_loss:min", &error), &error);
    for (int i = 0; i < 3; i++) {
        const int id = begin_trial(study, i);
        vv_study_checkpoint_path(study, id, path, sizeof path);
        make_file(path, 10, 0);
        must(vvi_study_file_put(study, id, -1, &error), &error);
        vv_study_state_path(study, id, 0, path, sizeof path);
        make_file(path, 10, 0);
        must(vvi_study_file_put(study, id, 0, &error), &error);
        if (i < 2) must(end_trial(study, id, VV_TRIAL_COMPLETED, i, NULL), NULL);
    }
    must(vv_study_prune_checkpoints(study, 1, &error), &error);
    const char *count = "SELECT sum((trial + 1) * 10 + execution) FROM varve.files f JOIN varve.studies s"
                        " ON s.id = f.study WHERE s.name = 'pruning'";
    /* Trial 0's weights; trial 2's weights and state. */
    assert_int_equal(sql("%s", count), (10 - 1) + (30 - 1) + 30);
    vv_study_close(study);
}

/* ---- what is heard ----------------------------------------------------------------------------------------------- */

static bool rings(vv_study *study, int wait_ms)
{
    struct pollfd fd = { .fd = vvi_study_ear(study), .events = POLLIN };
    assert_true(fd.fd >= 0);
    const bool rang = poll(&fd, 1, wait_ms) > 0;
    if (rang) must(vvi_study_hear(study, NULL), NULL);
    return rang;
}

static void others_are_heard(void **state)
{
    (void)state;
    vv_study *a = open_study(url_of("ear"), VV_STUDY_WRITE), *b = open_study(url_of("ear"), VV_STUDY_WRITE);
    vv_study *c = open_study(url_of("deaf"), VV_STUDY_WRITE), *reader = open_study(url_of("ear"), VV_STUDY_READ);
    assert_int_equal(vvi_study_ear(reader), -1);
    while (rings(a, 0)) continue;
    while (rings(c, 0)) continue;
    enqueue(b);
    assert_true(rings(a, 20000));
    assert_false(rings(a, 0));
    assert_int_equal(claim(a), 0);
    must(end_trial(b, begin_trial(b, 1), VV_TRIAL_COMPLETED, 1, NULL), NULL);
    assert_false(rings(a, 0)); /* it is busy */
    assert_int_equal(claim(a), -1);
    must(end_trial(b, begin_trial(b, 1), VV_TRIAL_COMPLETED, 1, NULL), NULL);
    assert_true(rings(a, 20000));
    assert_int_equal(claim(b), -1);
    must(end_trial(a, 0, VV_TRIAL_INTERRUPTED, 1, NULL), NULL);
    assert_true(rings(b, 20000));
    assert_false(rings(c, 0));
    vv_study_close(a);
    vv_study_close(b);
    vv_study_close(c);
    vv_study_close(reader);
}

/* libpq takes in what is said while it waits for an answer; then the socket is silent. */
static void what_arrives_with_an_answer_is_heard_too(void **state)
{
    (void)state;
    vv_study *a = open_study(url_of("answer"), VV_STUDY_WRITE), *b = open_study(url_of("answer"), VV_STUDY_WRITE);
    while (rings(a, 0)) continue;
    enqueue(b);
    struct pollfd fd = { .fd = vvi_study_ear(a), .events = POLLIN };
    assert_int_equal(poll(&fd, 1, 20000), 1);
    assert_int_equal(claim(a), 0); /* takes it in */
    assert_true(rings(a, 0));
    assert_false(rings(a, 0));
    vv_study_close(a);
    vv_study_close(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(eight_that_find_an_empty_database_make_its_tables_once),
        cmocka_unit_test(what_cannot_be_opened_says_why_at_once),
        cmocka_unit_test(who_may_not_write_there_is_told_so),
        cmocka_unit_test(a_newer_schema_is_not_touched),
        cmocka_unit_test(two_versions_of_the_program_do_not_write_to_one_study),
        cmocka_unit_test(a_study_is_begun_anew_only_when_nobody_is_at_work),
        cmocka_unit_test(studies_share_a_database_and_nothing_else),
        cmocka_unit_test(files_of_trials_move_from_worker_to_worker),
        cmocka_unit_test(files_that_are_too_large_are_not_kept),
        cmocka_unit_test(pruning_keeps_the_files_of_the_best_and_of_what_may_go_on),
        cmocka_unit_test(others_are_heard),
        cmocka_unit_test(what_arrives_with_an_answer_is_heard_too),
    };
    return cmocka_run_group_tests(tests, begin_server, end_server);
}
