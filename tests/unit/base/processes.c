/* processes.c - child processes: what they say, how they end, and what they leave behind. */
#include "check.h"

#include "base/base.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static int start_a_background_process(void *context, int fd)
{
    (void)context;
    (void)fd;
    return system("sleep 100 >/dev/null 2>&1 </dev/null &") == 0 ? 0 : 1;
}

static void a_childs_background_processes_do_not_hold_its_pipe(void **state)
{
    (void)state;
    char byte;
    int code = 99, signal_number = 99;
    vvi_process process;
    assert_int_equal(vvi_process_begin(&process, start_a_background_process, NULL, false, NULL), VV_OK);
    alarm(60); /* or this read would wait for the sleeper */
    assert_int_equal(read(process.fd, &byte, 1), 0);
    alarm(0);
    assert_int_equal(vvi_process_end(&process, &code, &signal_number, NULL), VV_OK);
    assert_int_equal(code, 0);
}

static int say_and_die(void *context, int fd)
{
    if (write(fd, "hello", 5) != 5) return 9;
    const int how = *(int *)context;
    if (how < 0) raise(-how);
    return how;
}

static int call_exit(void *context, int fd)
{
    (void)context;
    (void)fd;
    exit(0);
}

static void exit_in_a_child_does_not_look_like_success(void **state)
{
    (void)state;
    int code = 0, signal_number = 99;
    vvi_process process;
    assert_int_equal(vvi_process_begin(&process, call_exit, NULL, false, NULL), VV_OK);
    assert_int_equal(vvi_process_end(&process, &code, &signal_number, NULL), VV_OK);
    assert_int_equal(code, VVI_PROCESS_EXITED);
    assert_int_equal(signal_number, 0);
}

static void a_child_reports_and_its_death_is_seen(void **state)
{
    (void)state;
    static const struct {
        int how, code, signal;
    } cases[] = { { 0, 0, 0 }, { 7, 7, 0 }, { -SIGKILL, -1, SIGKILL } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int how = cases[i].how, code = 99, signal_number = 99;
        char said[8] = "";
        vvi_process process;
        assert_int_equal(vvi_process_begin(&process, say_and_die, &how, false, NULL), VV_OK);
        assert_int_equal(read(process.fd, said, sizeof said), 5);
        assert_int_equal(vvi_process_end(&process, &code, &signal_number, NULL), VV_OK);
        assert_string_equal(said, "hello");
        assert_int_equal(code, cases[i].code);
        assert_int_equal(signal_number, cases[i].signal);
    }
}

static int sleep_long(void *context, int fd)
{
    (void)context;
    (void)fd;
    sleep(600);
    return 0;
}

static void a_child_can_be_killed(void **state)
{
    (void)state;
    int code = 0, signal_number = 0;
    vvi_process process;
    for (int apart = 0; apart < 2; apart++) {
        assert_int_equal(vvi_process_begin(&process, sleep_long, NULL, apart != 0, NULL), VV_OK);
        vvi_process_kill(&process);
        assert_int_equal(vvi_process_end(&process, &code, &signal_number, NULL), VV_OK);
        assert_int_equal(signal_number, SIGKILL);
        vvi_process_kill(&process); /* ended: nobody is hit */
    }
}

/* A child's child has its pipe, too. */
static int leave_somebody(void *context, int fd)
{
    (void)context, (void)fd;
    if (fork() == 0) sleep(600);
    return 0;
}

static void what_a_child_leaves_running_ends_with_it(void **state)
{
    (void)state;
    char byte;
    int code = 99, signal_number = 99;
    vvi_process process;
    assert_int_equal(vvi_process_begin(&process, leave_somebody, NULL, true, NULL), VV_OK);
    const int pipe = dup(process.fd);
    for (int i = 0; i < 600 && !vvi_process_has_ended(&process); i++) usleep(100000);
    assert_true(vvi_process_has_ended(&process));
    assert_int_equal(vvi_process_end(&process, &code, &signal_number, NULL), VV_OK);
    assert_int_equal(code, 0);
    alarm(60); /* or this read would wait for the sleeper */
    assert_int_equal(read(pipe, &byte, 1), 0);
    alarm(0);
    close(pipe);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_child_reports_and_its_death_is_seen),
        cmocka_unit_test(a_child_can_be_killed),
        cmocka_unit_test(exit_in_a_child_does_not_look_like_success),
        cmocka_unit_test(a_childs_background_processes_do_not_hold_its_pipe),
        cmocka_unit_test(what_a_child_leaves_running_ends_with_it),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
