/* processes.c - a search as the operating system sees it. */
#define _DEFAULT_SOURCE
#include "fault.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

void program_begin(program *p, char *const *argv, const char *log)
{
    const pid_t pid = fork();
    if (pid == 0) {
        const int fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0666);
        setpgid(0, 0);
        dup2(fd, STDOUT_FILENO);
        dup2(fd, STDERR_FILENO);
        execv(argv[0], argv);
        _exit(127);
    }
    *p = (program){ .pid = pid > 0 ? pid : 0, .code = pid > 0 ? 0 : -1 };
}

static bool has_ended(program *p)
{
    int how = 0;
    const pid_t got = waitpid(p->pid, &how, WNOHANG);
    if (got == 0 || (got < 0 && errno == EINTR)) return false;
    *p = (program){ .code = got > 0 && WIFEXITED(how) ? WEXITSTATUS(how) : -1,
                    .signal = got > 0 && WIFSIGNALED(how) ? WTERMSIG(how) : 0 };
    return true;
}

bool program_wait(program *p, double until_s)
{
    while (!has_ended(p)) {
        if (vvi_clock_s() >= until_s) return false;
        nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
    }
    return true;
}

/* Of /proc/PID/stat; 0: there is no such process any more. */
static pid_t parent_of(const char *pid)
{
    char path[300], state;
    int parent = 0;
    snprintf(path, sizeof path, "/proc/%s/stat", pid);
    FILE *file = fopen(path, "r");
    if (file == NULL) return 0;
    if (fscanf(file, "%*d (%*[^)]) %c %d", &state, &parent) != 2 || state == 'Z') parent = 0;
    fclose(file);
    return (pid_t)parent;
}

static size_t add_children(pid_t parent, pid_t *list, size_t n, size_t most)
{
    DIR *folder = opendir("/proc");
    for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;)
        if (isdigit((unsigned char)entry->d_name[0]) && n < most && parent_of(entry->d_name) == parent)
            list[n++] = (pid_t)strtol(entry->d_name, NULL, 10);
    if (folder != NULL) closedir(folder);
    return n;
}

size_t program_family(const program *p, pid_t *list, size_t most)
{
    if (p->pid == 0) return 0;
    size_t n = add_children(p->pid, list, 0, most);
    for (size_t i = 0; i < n; i++) n = add_children(list[i], list, n, most);
    return n;
}

void program_kill(program *p, bool all)
{
    pid_t family[64];
    int how;
    const size_t n = all ? program_family(p, family, 64) : 0;
    kill(p->pid, SIGKILL);
    for (size_t i = 0; i < n; i++) kill(family[i], SIGKILL);
    while (waitpid(p->pid, &how, 0) < 0 && errno == EINTR) continue;
    p->pid = 0;
}
