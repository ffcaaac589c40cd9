/* program.c - running other programs, and ending all that they have started.
 *
 *     this process ---fork---> keeper ---fork, exec---> program ---> whatever it starts
 *
 * The keeper holds the other end of a pipe (`life`) that nobody writes to: it closes when this process ends, even if by
 * SIGKILL, and then the keeper ends the rest. The keeper is in a session of its own, so that a signal to our group misses it,
 * and takes over what loses its parent (a "subreaper"): a process that made itself a daemon is found among its children.
 */
#include "base/base.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/prctl.h>
#endif

/* What the keeper tells, as two numbers. */
typedef enum news_kind { STARTED = 1, REFUSED, ENDED } news_kind;
typedef struct news {
    int kind, value; /* pid; errno; wait status */
} news;

typedef struct ends {
    int out[2], err[2], news[2], life[2];
} ends;

static void tell(int fd, int kind, int value)
{
    const news n = { kind, value };
    (void)!write(fd, &n, sizeof n);
}

/* ---- in the program's process, before it is the program ------------------------------------------------------------- */

static void become(const ends *e, const char *const *words, const char *const *variables)
{
    char **argv;
    const int null = open("/dev/null", O_RDONLY);
    setpgid(0, 0);
#if defined(__linux__)
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* should the keeper be killed */
#endif
    for (int i = 1; i < 32; i++) signal(i, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    for (size_t i = 0; variables[i] != NULL; i++) {
        const char *equals = strchr(variables[i], '=');
        char *name = strndup(variables[i], (size_t)(equals - variables[i]));
        if (name == NULL || setenv(name, equals + 1, 1) != 0) _exit(127);
        free(name);
    }
    if (dup2(null, STDIN_FILENO) < 0 || dup2(e->out[1], STDOUT_FILENO) < 0 || dup2(e->err[1], STDERR_FILENO) < 0)
        _exit(127);
    memcpy(&argv, &words, sizeof argv); /* exec does not write to them */
    execvp(argv[0], argv);
    tell(e->news[1], REFUSED, errno);
    _exit(127);
}

/* ---- the keeper ----------------------------------------------------------------------------------------------------- */

static void wake_up(int number)
{
    (void)number;
}

/* Whatever else this process had open belongs to its parent: a study's lock, a pipe to a search. */
static void close_others(const ends *e)
{
    const int kept[] = { e->out[1], e->err[1], e->news[1], e->life[0] };
    DIR *list = opendir("/proc/self/fd");
    const struct dirent *entry;
    while (list != NULL && (entry = readdir(list)) != NULL) {
        const int fd = atoi(entry->d_name);
        bool keep = fd <= STDERR_FILENO || fd == dirfd(list);
        for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) keep = keep || kept[i] == fd;
        if (!keep) close(fd);
    }
    if (list != NULL) closedir(list);
}

/* All children there are: the program, and what had lost its parent. */
static void kill_children(void)
{
    char path[64];
    int pid;
    snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    FILE *list = fopen(path, "r");
    while (list != NULL && fscanf(list, "%d", &pid) == 1) kill((pid_t)pid, SIGKILL);
    if (list != NULL) fclose(list);
}

/* Killing one hands us its children: again until there are none. One that cannot be killed (in the kernel, say) is left. */
static void end_all(pid_t program)
{
    const struct timespec moment = { .tv_nsec = 5 * 1000 * 1000 };
    for (int i = 0; i < 400; i++) {
        pid_t got;
        kill(-program, SIGKILL);
        kill_children();
        while ((got = waitpid(-1, NULL, WNOHANG)) > 0) continue;
        if (got < 0 && errno == ECHILD) return;
        nanosleep(&moment, NULL);
    }
}

/* Waits until the program has ended, or our parent wants no more of it. false: the latter. */
static bool wait_for(pid_t program, int life, int *how)
{
    sigset_t none;
    sigemptyset(&none);
    while (true) {
        struct pollfd fd = { .fd = life, .events = POLLIN };
        const pid_t got = waitpid(-1, how, WNOHANG);
        if (got == program) return true;
        if (got > 0) continue;
        if (ppoll(&fd, 1, NULL, &none) > 0) return false;
    }
}

static void keep(const ends *e, const char *const *words, const char *const *variables)
{
    int how = 0;
    sigset_t child;
    const struct sigaction action = { .sa_handler = wake_up };
    setsid();
#if defined(__linux__)
    prctl(PR_SET_CHILD_SUBREAPER, 1);
#endif
    close_others(e);
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, NULL);
    sigaction(SIGCHLD, &action, NULL);
    const pid_t program = fork();
    if (program == 0) become(e, words, variables);
    if (program < 0) {
        tell(e->news[1], REFUSED, errno);
        _exit(1);
    }
    setpgid(program, program); /* whoever comes first */
    close(e->out[1]);
    close(e->err[1]);
    tell(e->news[1], STARTED, (int)program);
    const bool ended = wait_for(program, e->life[0], &how);
    end_all(program);
    if (ended) tell(e->news[1], ENDED, how);
    _exit(0);
}

/* ---- the parent ----------------------------------------------------------------------------------------------------- */

static void close_pair(int pair[2])
{
    for (int i = 0; i < 2; i++)
        if (pair[i] >= 0) close(pair[i]);
}

static void close_all(ends *e)
{
    close_pair(e->out);
    close_pair(e->err);
    close_pair(e->news);
    close_pair(e->life);
}

static bool open_all(ends *e)
{
    *e = (ends){ { -1, -1 }, { -1, -1 }, { -1, -1 }, { -1, -1 } };
    return pipe2(e->out, O_CLOEXEC) == 0 && pipe2(e->err, O_CLOEXEC) == 0 && pipe2(e->news, O_CLOEXEC) == 0 &&
           pipe2(e->life, O_CLOEXEC) == 0;
}

vv_status vvi_program_begin(vvi_program *program, const char *const *words, const char *const *variables,
                            vv_error *error)
{
    ends e;
    *program = (vvi_program){ .out = -1, .err = -1, .news = -1, .life = -1 };
    fflush(NULL);
    const pid_t keeper = open_all(&e) ? fork() : -1;
    if (keeper < 0) {
        const int why = errno;
        close_all(&e);
        return vvi_fail(error, VV_IO, "cannot start a process: %s", strerror(why));
    }
    if (keeper == 0) keep(&e, words, variables);
    close(e.out[1]);
    close(e.err[1]);
    close(e.news[1]);
    close(e.life[0]);
    *program =
        (vvi_program){ .out = e.out[0], .err = e.err[0], .news = e.news[0], .life = e.life[1], .keeper = (int)keeper };
    return VV_OK;
}

void vvi_program_hear(vvi_program *p)
{
    news n;
    ssize_t got;
    while ((got = read(p->news, &n, sizeof n)) < 0 && errno == EINTR) continue;
    if (got != (ssize_t)sizeof n) { /* the keeper itself is gone */
        p->ended = true;
        p->exit_code = -1;
        p->signal_number = p->signal_number == 0 ? SIGKILL : p->signal_number;
        return;
    }
    if (n.kind == STARTED) p->pid = n.value;
    if (n.kind == REFUSED) p->refusal = n.value;
    if (n.kind != ENDED) return;
    p->ended = true;
    p->exit_code = WIFEXITED(n.value) ? WEXITSTATUS(n.value) : -1;
    p->signal_number = WIFSIGNALED(n.value) ? WTERMSIG(n.value) : 0;
}

void vvi_program_signal(const vvi_program *p, int number)
{
    if (p->pid > 0 && !p->ended) kill(-(pid_t)p->pid, number);
}

void vvi_program_end(vvi_program *p)
{
    int *const fds[] = { &p->life, &p->out, &p->err, &p->news };
    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++) {
        if (*fds[i] >= 0) close(*fds[i]);
        *fds[i] = -1;
    }
    while (p->keeper > 0 && waitpid((pid_t)p->keeper, NULL, 0) < 0 && errno == EINTR) continue;
    p->keeper = 0;
}
