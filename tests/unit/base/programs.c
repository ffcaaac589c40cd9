/* programs.c - other programs: what they say, how they end, and that nothing of them is left. */
#include "base/base.h"
#include "check.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void must(vv_status status, const vv_error *error)
{
    if (status != VV_OK) fail_msg("%s", error->text);
}

static const char *const no_variables[] = { NULL };

/* All of its output, and of its errors, until it has ended. */
typedef struct said {
    char out[4096], err[4096];
    size_t n_out, n_err;
} said;

static bool take(int fd, char *text, size_t size, size_t *n)
{
    const ssize_t got = read(fd, text + *n, size - 1 - *n);
    if (got > 0) *n += (size_t)got;
    text[*n] = '\0';
    return got > 0;
}

static void listen_to(vvi_program *p, said *s)
{
    bool out = true, err = true;
    *s = (said){ .n_out = 0 };
    while (!p->ended || out || err) {
        struct pollfd fds[3] = { { .fd = out ? p->out : -1, .events = POLLIN },
                                 { .fd = err ? p->err : -1, .events = POLLIN },
                                 { .fd = p->ended ? -1 : p->news, .events = POLLIN } };
        assert_true(poll(fds, 3, 60000) > 0);
        if (fds[0].revents != 0) out = take(p->out, s->out, sizeof s->out, &s->n_out);
        if (fds[1].revents != 0) err = take(p->err, s->err, sizeof s->err, &s->n_err);
        if (fds[2].revents != 0) vvi_program_hear(p);
    }
}

static void run_shell(const char *script, vvi_program *p, said *s)
{
    vv_error error = { 0 };
    const char *const words[] = { "sh", "-c", script, NULL };
    must(vvi_program_begin(p, words, no_variables, &error), &error);
    listen_to(p, s);
    vvi_program_end(p);
}

static bool is_alive(int pid)
{
    return kill((pid_t)pid, 0) == 0;
}

/* A process that somebody else must reap may be there for a moment longer. */
static void must_die(int pid)
{
    const struct timespec moment = { .tv_nsec = 10 * 1000 * 1000 };
    for (int i = 0; i < 3000 && is_alive(pid); i++) nanosleep(&moment, NULL);
    if (is_alive(pid)) fail_msg("process %d is left", pid);
}

static void what_a_program_says_and_how_it_ends_is_heard(void **state)
{
    (void)state;
    vvi_program p;
    said s;
    run_shell("echo out; echo err >&2; exit 3", &p, &s);
    assert_string_equal(s.out, "out\n");
    assert_string_equal(s.err, "err\n");
    assert_int_equal(p.exit_code, 3);
    run_shell("kill -SEGV $$", &p, &s);
    assert_int_equal(p.exit_code, -1);
    assert_int_equal(p.signal_number, SIGSEGV);
    run_shell("cat", &p, &s); /* there is nothing to read */
    assert_int_equal(p.exit_code, 0);
}

static void words_are_never_read_by_a_shell(void **state)
{
    (void)state;
    vvi_program p;
    said s;
    vv_error error = { 0 };
    const char *const words[] = { "printf", "%s|", "$HOME; `id`", "a  b", "", NULL };
    must(vvi_program_begin(&p, words, no_variables, &error), &error);
    listen_to(&p, &s);
    vvi_program_end(&p);
    assert_string_equal(s.out, "$HOME; `id`|a  b||");
}

static void variables_are_set(void **state)
{
    (void)state;
    vvi_program p;
    said s;
    vv_error error = { 0 };
    const char *const words[] = { "sh", "-c", "echo \"$ONE,$TWO,${PATH:+path}\"", NULL };
    const char *const variables[] = { "ONE=1=1", "TWO=", NULL };
    must(vvi_program_begin(&p, words, variables, &error), &error);
    listen_to(&p, &s);
    vvi_program_end(&p);
    assert_string_equal(s.out, "1=1,,path\n");
}

static void a_program_that_is_not_there_is_refused(void **state)
{
    (void)state;
    vvi_program p;
    said s;
    vv_error error = { 0 };
    const char *const words[] = { "/no/such/program", NULL };
    must(vvi_program_begin(&p, words, no_variables, &error), &error);
    listen_to(&p, &s);
    vvi_program_end(&p);
    assert_int_equal(p.refusal, ENOENT);
}

static void what_a_program_leaves_behind_ends_with_it(void **state)
{
    (void)state;
    vvi_program p;
    said s;
    int background = 0, daemon_pid = 0;
    run_shell("sleep 1000 & echo $!; setsid sh -c 'sleep 1000 & echo $!; exit'; exit 0", &p, &s);
    assert_int_equal(sscanf(s.out, "%d %d", &background, &daemon_pid), 2);
    must_die(background);
    must_die(daemon_pid);
}

static void ending_a_program_ends_all_of_it(void **state)
{
    (void)state;
    vvi_program p;
    vv_error error = { 0 };
    char text[64] = "";
    size_t n = 0;
    int background = 0, self = 0;
    const char *const words[] = { "sh", "-c", "trap '' TERM; setsid sleep 1000 & echo $! $$; wait", NULL };
    must(vvi_program_begin(&p, words, no_variables, &error), &error);
    while (strchr(text, '\n') == NULL) assert_true(take(p.out, text, sizeof text, &n));
    assert_int_equal(sscanf(text, "%d %d", &background, &self), 2);
    vvi_program_end(&p);
    must_die(background);
    must_die(self);
}

/* The parent is killed, with its whole group, and cannot do anything about it. */
static void a_program_dies_with_who_began_it(void **state)
{
    (void)state;
    int ready[2], background = 0, self = 0;
    char text[64] = "";
    size_t n = 0;
    assert_int_equal(pipe(ready), 0);
    const pid_t parent = fork();
    if (parent == 0) {
        vvi_program p;
        const char *const words[] = { "sh", "-c", "setsid sleep 1000 & echo $! $$; wait", NULL };
        setpgid(0, 0);
        if (vvi_program_begin(&p, words, no_variables, NULL) != VV_OK) _exit(1);
        while (strchr(text, '\n') == NULL)
            if (!take(p.out, text, sizeof text, &n)) _exit(1);
        (void)!write(ready[1], text, n);
        pause();
        _exit(0);
    }
    close(ready[1]);
    while (strchr(text, '\n') == NULL) assert_true(take(ready[0], text, sizeof text, &n));
    close(ready[0]);
    assert_int_equal(sscanf(text, "%d %d", &background, &self), 2);
    assert_int_equal(kill(-parent, SIGKILL), 0);
    assert_int_equal(waitpid(parent, NULL, 0), parent);
    must_die(background);
    must_die(self);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_program_says_and_how_it_ends_is_heard),
        cmocka_unit_test(words_are_never_read_by_a_shell),
        cmocka_unit_test(variables_are_set),
        cmocka_unit_test(a_program_that_is_not_there_is_refused),
        cmocka_unit_test(what_a_program_leaves_behind_ends_with_it),
        cmocka_unit_test(ending_a_program_ends_all_of_it),
        cmocka_unit_test(a_program_dies_with_who_began_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
