/* postgresql_lost.c - connections that are cut, servers that restart, answers that never arrive: every call is done once. */
#include "postgresql_helper.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>

static const char *const metric[] = { "loss" };

/* ---- cut and made anew ------------------------------------------------------------------------------------------- */

static void check_life(vv_study *study, void (*harm)(void))
{
    vv_error error = { 0 };
    const double loss = 0.5;
    char *text = NULL;
    bool mine = false;
    harm();
    const int id = begin_trial(study, 1);
    harm();
    must(vv_trial_epoch(study, id, 0, 0, metric, &loss, 1, &error), &error);
    harm();
    must(vv_trial_execution(study, id, 0, 0, 0.5, 1, &error), &error);
    harm();
    must(vv_study_set(study, "key", "text", &error), &error);
    harm();
    must(vv_study_get(study, "key", &text, &error), &error);
    assert_string_equal(text, "text");
    free(text);
    harm();
    must(end_trial(study, id, VV_TRIAL_INTERRUPTED, 0, "x"), NULL);
    harm();
    assert_int_equal(claim(study), id);
    harm();
    must(vv_trial_retry(study, id, "again", 2, &error), &error);
    harm();
    assert_int_equal(claim(study), id);
    harm();
    must(vvi_study_propose_begin(study, &mine, &error), &error);
    assert_true(mine);
    vvi_study_propose_end(study);
    must(vv_trial_epoch(study, id, 0, 0, metric, &loss, 1, &error), &error);
    harm();
    must(end_trial(study, id, VV_TRIAL_COMPLETED, 0.5, NULL), NULL);
    harm();
    vv_trials trials;
    must(vv_study_trials(study, &(vv_trials_args){ .only = true, .id = id, .curves = true }, &trials, &error), &error);
    const vv_trial *t = &trials.list[0];
    assert_int_equal(t->status, VV_TRIAL_COMPLETED);
    assert_int_equal(t->n_attempts, 1);
    assert_int_equal(t->epochs_total, 1);
    assert_int_equal(t->n_curves, 1);
    CHECK_NEAR(t->seconds, 3.5 + 2 + 3.5, 1e-9);
    vv_trials_free(&trials);
}

static void a_cut_connection_is_made_anew_by_any_call(void **state)
{
    (void)state;
    vv_study *study = open_study(url_of("cut"), VV_STUDY_WRITE);
    check_life(study, cut);
    vv_study_close(study);
}

/* Requests came with version 2. */
static void check_requests(const vv_study *study, size_t n)
{
    vv_counts counts;
    vv_requests requests;
    vv_error error = { 0 };
    must(vv_study_counts(study, &counts, &error), &error); /* it connects anew */
    must(vv_study_requests(study, 0, &requests, &error), &error);
    assert_int_equal(requests.n, n);
    vv_requests_free(&requests);
}

static void a_reader_goes_on_with_the_tables_that_it_found_and_with_newer_ones(void **state)
{
    (void)state;
    vv_error error = { 0 };
    const vv_request stop = { .kind = VV_REQUEST_STOP };
    vv_study_close(open_study(url_of("versions"), VV_STUDY_WRITE));
    must(vv_study_request(url_of("versions"), &stop, NULL, &error), &error);
    sql("UPDATE varve.meta SET version = 1");
    vv_study *reader = open_study(url_of("versions"), VV_STUDY_READ);
    cut();
    check_requests(reader, 0);
    sql("UPDATE varve.meta SET version = 2");
    cut();
    check_requests(reader, 1);
    vv_study_close(reader);
}

static void a_writer_ends_where_another_version_has_changed_the_tables(void **state)
{
    (void)state;
    vv_error error = { 0 };
    vv_study *writer = open_study(url_of("changed"), VV_STUDY_WRITE);
    sql("UPDATE varve.meta SET version = %d", VVI_PG_VERSION + 1);
    cut();
    assert_int_equal(vv_study_set(writer, "a", "b", &error), VV_VERSION);
    CHECK_CONTAINS(error.text, "another version");
    sql("UPDATE varve.meta SET version = %d", VVI_PG_VERSION);
    vv_study_close(writer);
}

static void restart(void)
{
    assert_true(cluster_ctl(&server, "restart -m immediate"));
}

static void a_server_that_restarts_is_waited_for(void **state)
{
    (void)state;
    vv_error error = { 0 };
    vv_study *study = open_study(url_of("restart"), VV_STUDY_WRITE);
    restart();
    const int id = begin_trial(study, 1);
    restart();
    must(end_trial(study, id, VV_TRIAL_COMPLETED, 0.5, NULL), NULL);
    assert_true(cluster_ctl(&server, "stop -m fast"));
    const int child = fork();
    if (child == 0) {
        usleep(700 * 1000);
        _exit(!cluster_ctl(&server, "start"));
    }
    must(vv_study_set(study, "key", "text", &error), &error); /* while there is no server */
    int status = 1;
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
    vv_study_close(study);
}

static void a_writer_goes_on_while_the_server_is_killed_again_and_again(void **state)
{
    (void)state;
    enum { TRIALS = 200 };
    vv_study_close(open_study(url_of("writer"), VV_STUDY_WRITE));
    const char *count =
        "SELECT count(*) FROM varve.trials t JOIN varve.studies s ON s.id = study WHERE name = 'writer'";
    const int child = fork();
    if (child == 0) {
        vv_study *study = open_study(url_of("writer"), VV_STUDY_WRITE);
        for (int i = 0; i < TRIALS; i++) {
            const double loss = i;
            const int id = begin_trial(study, i);
            if (id != i || vv_trial_epoch(study, id, 0, 0, metric, &loss, 1, NULL) != VV_OK) _exit(1);
            if (end_trial(study, id, VV_TRIAL_COMPLETED, i, NULL) != VV_OK) _exit(1);
        }
        vv_study_close(study);
        _exit(0);
    }
    for (int i = 0; i < 4; i++) {
        while (sql("%s", count) < (i + 1) * TRIALS / 6) usleep(1000);
        restart();
    }
    int status = 1;
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
    assert_int_equal(sql("%s AND status = 'COMPLETED' AND epochs_total = 1", count), TRIALS);
    assert_int_equal(sql("%s", count), TRIALS);
}

static void patience_ends(void **state)
{
    (void)state;
    vv_error error = { 0 };
    vv_study *study = open_study(url_of("patience"), VV_STUDY_WRITE);
    inside(study)->patience_s = 0.3;
    assert_true(cluster_ctl(&server, "stop -m fast"));
    const vv_status status = vv_study_set(study, "key", "text", &error);
    assert_true(cluster_ctl(&server, "start"));
    assert_int_equal(status, VV_IO);
    CHECK_CONTAINS(error.text, "cannot be reached");
    must(vv_study_set(study, "key", "text", NULL), NULL);
    vv_study_close(study);
}

static void too_many_connections_are_waited_for(void **state)
{
    (void)state;
    vv_error error = { 0 };
    char guest[200];
    vv_study_close(open_study(url_of("crowd"), VV_STUDY_WRITE));
    sql("CREATE ROLE crowd LOGIN CONNECTION LIMIT 1 SUPERUSER");
    sql("ALTER ROLE crowd NOSUPERUSER; GRANT ALL ON SCHEMA varve TO crowd; GRANT ALL ON ALL TABLES IN SCHEMA varve TO "
        "crowd");
    snprintf(guest, sizeof guest, "postgresql://crowd@/postgres?host=%s", server.folder);
    PGconn *first = PQconnectdb(guest);
    assert_int_equal(PQstatus(first), CONNECTION_OK);
    strcat(guest, "#crowd");
    const int child = fork();
    if (child == 0) {
        vv_study *study = NULL;
        const vv_status status = vv_study_open(guest, VV_STUDY_WRITE, &study, &error);
        if (status != VV_OK) fprintf(stderr, "%s\n", error.text);
        vv_study_close(study);
        _exit(status != VV_OK);
    }
    usleep(400 * 1000);
    assert_int_equal(waitpid(child, NULL, WNOHANG), 0); /* it waits */
    PQfinish(first);
    int status = 1;
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
}

static void the_lock_of_whoever_proposes_dies_with_the_connection(void **state)
{
    (void)state;
    bool mine = false;
    vv_study *a = open_study(url_of("lock"), VV_STUDY_WRITE), *b = open_study(url_of("lock"), VV_STUDY_WRITE);
    must(vvi_study_propose_begin(a, &mine, NULL), NULL);
    assert_true(mine);
    must(vvi_study_propose_begin(b, &mine, NULL), NULL);
    assert_false(mine);
    cut();
    must(vvi_study_propose_begin(b, &mine, NULL), NULL);
    assert_true(mine);
    /* The first one does not know yet, and would begin trial 0; the number keeps it from that when another was. */
    begin_trial(b, 1);
    int id = -1;
    assert_int_equal(vvi_trial_begin(a, &(vvi_beginning){ .expects = true, .expected = 0 }, &id, NULL), VV_TAKEN);
    must(vvi_study_propose_begin(a, &mine, NULL), NULL);
    assert_false(mine);
    vvi_study_propose_end(b);
    must(vvi_study_propose_begin(a, &mine, NULL), NULL);
    assert_true(mine);
    vv_study_close(a);
    vv_study_close(b);
}

static void a_batch_that_is_cut_writes_nothing(void **state)
{
    (void)state;
    vv_error error = { 0 };
    int id = -1;
    vv_study *study = open_study(url_of("batch"), VV_STUDY_WRITE);
    must(vvi_study_batch_begin(study, &error), &error);
    begin_trial(study, 1);
    cut();
    const vv_status status = vvi_trial_begin(study, &(vvi_beginning){ .waiting = true }, &id, &error);
    assert_int_equal(status, VV_IO);
    assert_int_equal(vvi_study_batch_end(study, VV_OK, &error), VV_IO);
    assert_int_equal(
        sql("SELECT count(*) FROM varve.trials t JOIN varve.studies s ON s.id = study WHERE name = 'batch'"), 0);
    must(vvi_study_batch_begin(study, NULL), NULL);
    assert_int_equal(begin_trial(study, 1), 0);
    must(vvi_study_batch_end(study, VV_OK, NULL), NULL);
    assert_int_equal(status_of(study, 0), VV_TRIAL_RUNNING);
    vv_study_close(study);
}

static void a_new_connection_rings(void **state)
{
    (void)state;
    vv_study *a = open_study(url_of("ring"), VV_STUDY_WRITE), *b = open_study(url_of("ring"), VV_STUDY_WRITE);
    struct pollfd fd = { .fd = vvi_study_ear(a), .events = POLLIN };
    while (poll(&fd, 1, 0) > 0) must(vvi_study_hear(a, NULL), NULL);
    cut();
    assert_int_equal(poll(&fd, 1, 20000), 1);
    must(vvi_study_hear(a, NULL), NULL); /* connects */
    while (poll(&fd, 1, 0) > 0) must(vvi_study_hear(a, NULL), NULL);
    enqueue(b);
    assert_int_equal(poll(&fd, 1, 20000), 1);
    vv_study_close(a);
    vv_study_close(b);
}

/* ---- answers that never arrive ----------------------------------------------------------------------------------- */

/* Stands between a study and the server. When `swallow` has been counted down to 0 by answers of the server's, that
 * answer is lost, and the connection with it: the server has done what it was told. */
typedef struct between {
    volatile int swallow, lost;
} between;

static between *middle;

static int socket_in(const char *folder, bool listens)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    snprintf(address.sun_path, sizeof address.sun_path, "%s/.s.PGSQL.5432", folder);
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const struct sockaddr *a = (const struct sockaddr *)&address;
    const int failed =
        listens ? bind(fd, a, sizeof address) != 0 || listen(fd, 8) != 0 : connect(fd, a, sizeof address) != 0;
    if (failed) fprintf(stderr, "%s: %s\n", address.sun_path, strerror(errno));
    return fd;
}

static bool pass_on(int from, int to)
{
    static char bytes[65536];
    const ssize_t n = read(from, bytes, sizeof bytes);
    return n > 0 && write(to, bytes, (size_t)n) == n;
}

static void serve(int client, int behind)
{
    struct pollfd fds[] = { { .fd = client, .events = POLLIN }, { .fd = behind, .events = POLLIN } };
    for (bool open = true; open;) {
        if (poll(fds, 2, -1) < 0) break;
        if (fds[0].revents != 0) open = pass_on(client, behind);
        if (open && fds[1].revents != 0) {
            if (middle->swallow > 0 && --middle->swallow == 0) {
                middle->lost++;
                break;
            }
            open = pass_on(behind, client);
        }
    }
    close(client);
    close(behind);
}

static int begin_between(char *folder)
{
    middle = mmap(NULL, sizeof *middle, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_non_null(mkdtemp(folder));
    const int fd = socket_in(folder, true), child = fork();
    if (child == 0) {
        close(server.alive);
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails does not come to its end */
        signal(SIGPIPE, SIG_IGN);
        for (int client; (client = accept(fd, NULL, NULL)) >= 0;) serve(client, socket_in(server.folder, false));
        _exit(0);
    }
    close(fd);
    return child;
}

/* A connection that is new is told each statement before it is asked for the first time: that is the first answer. */
static void lose_the_answer(void)
{
    middle->swallow = 2;
}

static void what_was_done_and_not_answered_is_done_once(void **state)
{
    (void)state;
    char folder[] = "/tmp/varve-mid-XXXXXX", url[200], command[100];
    const int child = begin_between(folder);
    snprintf(url, sizeof url, "postgresql://postgres@/postgres?host=%s#answers", folder);
    vv_study *study = open_study(url, VV_STUDY_WRITE);
    check_life(study, lose_the_answer);
    assert_int_equal(begin_trial(study, 1), 1);

    /* A claim in vain is made again, too. */
    lose_the_answer();
    assert_int_equal(claim(study), -1);

    /* The whole of a batch, when the answer to its last word is lost. */
    vv_error error = { 0 };
    int answer = 0;
    must(vvi_study_batch_begin(study, &error), &error);
    assert_int_equal(begin_trial(study, 1), 2);
    must(vvi_pg_write(inside(study), VVI_PG_MARK, -1, &answer, &error), &error);
    const int lost = middle->lost;
    middle->swallow = 3; /* to the savepoint, the mark, the commit */
    must(vvi_study_batch_end(study, VV_OK, &error), &error);
    assert_int_equal(middle->lost, lost + 1);
    assert_int_equal(status_of(study, 2), VV_TRIAL_RUNNING);
    assert_int_equal(begin_trial(study, 1), 3);
    vv_study_close(study);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    snprintf(command, sizeof command, "rm -r '%s'", folder);
    assert_int_equal(system(command), 0);
    assert_true(lost >= 12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cut_connection_is_made_anew_by_any_call),
        cmocka_unit_test(a_reader_goes_on_with_the_tables_that_it_found_and_with_newer_ones),
        cmocka_unit_test(a_writer_ends_where_another_version_has_changed_the_tables),
        cmocka_unit_test(a_server_that_restarts_is_waited_for),
        cmocka_unit_test(a_writer_goes_on_while_the_server_is_killed_again_and_again),
        cmocka_unit_test(patience_ends),
        cmocka_unit_test(too_many_connections_are_waited_for),
        cmocka_unit_test(the_lock_of_whoever_proposes_dies_with_the_connection),
        cmocka_unit_test(a_batch_that_is_cut_writes_nothing),
        cmocka_unit_test(a_new_connection_rings),
        cmocka_unit_test(what_was_done_and_not_answered_is_done_once),
    };
    return cmocka_run_group_tests(tests, begin_server, end_server);
}
