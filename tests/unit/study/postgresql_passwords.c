/* postgresql_passwords.c - a server that wants passwords: where they may come from, and that nobody ever sees one. */
#include "postgresql_helper.h"

static const char password[] = "s3cr3t-w0rd"; /* tests/postgresql.sh */

static int begin_strict_server(void **state)
{
    (void)state;
    cluster_begin(&server, "scram");
    return 0;
}

/* Opens a study; no text of it may hold a password, whole or in part. */
static vv_status try_to_open(const char *user, vv_error *error)
{
    char url[300];
    vv_study *study = NULL;
    *error = (vv_error){ 0 };
    snprintf(url, sizeof url, "postgresql://%s@/postgres?host=%s#study", user, server.folder);
    const vv_status status = vv_study_open(url, VV_STUDY_WRITE, &study, error);
    if (status == VV_OK) {
        CHECK_CONTAINS(vv_study_path(study), server.folder);
        assert_null(strstr(vv_study_path(study), password));
    }
    assert_null(strstr(error->text, password));
    assert_null(strstr(error->text, "s3cr3t"));
    assert_null(strstr(error->text, "wr0ng"));
    vv_study_close(study);
    return status;
}

static void a_password_comes_from_the_url_the_environment_or_a_file(void **state)
{
    (void)state;
    char path[200], text[300];
    vv_error error;
    must(try_to_open("postgres:s3cr3t-w0rd", &error), &error);
    must(try_to_open("postgres:%733cr3t-w0rd", &error), &error);

    setenv("PGPASSWORD", password, 1);
    must(try_to_open("postgres", &error), &error);
    unsetenv("PGPASSWORD");

    snprintf(path, sizeof path, "%s/pgpass", server.folder);
    snprintf(text, sizeof text, "*:*:*:postgres:%s\n", password);
    write_file(server.folder, "pgpass", text);
    chmod(path, 0600);
    setenv("PGPASSFILE", path, 1);
    must(try_to_open("postgres", &error), &error);
    unsetenv("PGPASSFILE");
}

static void a_service_says_where(void **state)
{
    (void)state;
    char path[200], text[300];
    vv_study *study = NULL;
    vv_error error = { 0 };
    snprintf(path, sizeof path, "%s/service", server.folder);
    snprintf(text, sizeof text, "[mine]\nhost=%s\nuser=postgres\ndbname=postgres\npassword=%s\n", server.folder,
             password);
    write_file(server.folder, "service", text);
    setenv("PGSERVICEFILE", path, 1);
    must(vv_study_open("postgresql://?service=mine#study", VV_STUDY_WRITE, &study, &error), &error);
    unsetenv("PGSERVICEFILE");
    vv_study_close(study);
}

static void a_wrong_one_is_refused_at_once_and_not_shown(void **state)
{
    (void)state;
    vv_error error;
    assert_int_equal(try_to_open("postgres:wr0ng", &error), VV_IO);
    CHECK_CONTAINS(error.text, "the password is wrong");
    CHECK_CONTAINS(error.text, "***");
    setenv("PGPASSWORD", "wr0ng", 1);
    assert_int_equal(try_to_open("postgres", &error), VV_IO);
    unsetenv("PGPASSWORD");
    CHECK_CONTAINS(error.text, "the password is wrong");
    assert_int_equal(try_to_open("postgres", &error), VV_IO);
    CHECK_CONTAINS(error.text, "PGPASSFILE");
}

/* What is no URL, since a character was not escaped, is not shown in pieces. */
static void a_password_that_breaks_the_url_is_not_shown(void **state)
{
    (void)state;
    static const char *const users[] = { "postgres:s3cr3t/s3cr3t", "postgres:s3cr3t#s3cr3t",   "postgres:s3cr3t?s3cr3t",
                                         "postgres:s3cr3t@s3cr3t", "postgres:s3cr3t%zzs3cr3t", "post/gres:s3cr3t",
                                         "postgres:s3cr3t:s3cr3t" };
    for (size_t i = 0; i < sizeof users / sizeof *users; i++) {
        vv_error error;
        assert_int_not_equal(try_to_open(users[i], &error), VV_OK);
    }
    static const char *const urls[] = { "postgresql://postgres:s3cr3t", "postgresql://h/d?password=s3cr3t&nonsense=1#x",
                                        "postgresql://h/d?sslpassword=s3cr3t&port=x#x",
                                        "postgres://u:s3cr3t@h:port/d#x" };
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        vv_error error = { 0 };
        vv_study *study = NULL;
        vv_names names;
        assert_int_not_equal(vv_study_open(urls[i], VV_STUDY_WRITE, &study, &error), VV_OK);
        assert_null(strstr(error.text, "s3cr3t"));
        error = (vv_error){ 0 };
        assert_int_not_equal(vv_studies(urls[i], &names, &error), VV_OK);
        assert_null(strstr(error.text, "s3cr3t"));
    }
}

static void check_shown(const char *where, const char *expected)
{
    char *shown = vvi_pg_show(where);
    assert_non_null(shown);
    assert_string_equal(shown, expected);
    vvi_free(shown);
}

static void what_is_shown_is_the_url_without_passwords(void **state)
{
    (void)state;
    check_shown("postgresql://u:p@h:5432/d#s", "postgresql://u:***@h:5432/d#s");
    check_shown("postgresql://u@h:5432/d#s", "postgresql://u@h:5432/d#s");
    check_shown("postgresql://u@h/d?port=1&pass%77ord=p#s", "postgresql://u@h/d?port=1&pass%77ord=***");
    check_shown("postgresql://h:5432/d", "postgresql://h:5432/d");
    check_shown("postgresql://a:1,b:2/d", "postgresql://a:1,b:2/d");
    check_shown("postgresql://[::1]:5432/d", "postgresql://[::1]:5432/d");
    check_shown("postgresql:///d?host=/tmp&user=u&password=p&sslmode=require#s",
                "postgresql:///d?host=/tmp&user=u&password=***&sslmode=require#s");
    check_shown("postgresql://u:p/q@h/d", "postgresql://u:***@h/d");
    check_shown("postgresql://u:@h/d", "postgresql://u:***@h/d");
}

/* Neither the server's log nor the list of processes has it. */
static void the_server_does_not_tell_either(void **state)
{
    (void)state;
    char command[300];
    vv_error error;
    must(try_to_open("postgres:s3cr3t-w0rd", &error), &error);
    snprintf(command, sizeof command, "! grep -q '%s' '%s/log'", password, server.folder);
    assert_int_equal(system(command), 0);
    assert_int_equal(system("! ps -eo args | grep -v grep | grep -q 's3cr3t-w0r[d]'"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_password_comes_from_the_url_the_environment_or_a_file),
        cmocka_unit_test(a_service_says_where),
        cmocka_unit_test(a_wrong_one_is_refused_at_once_and_not_shown),
        cmocka_unit_test(a_password_that_breaks_the_url_is_not_shown),
        cmocka_unit_test(what_is_shown_is_the_url_without_passwords),
        cmocka_unit_test(the_server_does_not_tell_either),
    };
    return cmocka_run_group_tests(tests, begin_strict_server, end_server);
}
