/* system.c - clock, folders, files that are whole or not there, child processes. */
#include "base/base.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/prctl.h>
#endif

double vvi_clock_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* ---- files ------------------------------------------------------------------------------------------------------ */

static vv_status make_directory(const char *path, vv_error *error)
{
    struct stat info;
    if (mkdir(path, 0777) == 0) return VV_OK;
    const int why = errno;
    if (why == EEXIST && stat(path, &info) == 0 && S_ISDIR(info.st_mode)) return VV_OK;
    return vvi_fail(error, VV_IO, "%s: cannot make this folder: %s", path,
                    why == EEXIST ? "something else has that name" : strerror(why));
}

vv_status vvi_make_directories(const char *path, vv_error *error)
{
    char *part = vvi_strdup(path);
    if (part == NULL) return vvi_no_memory(error);
    vv_status status = VV_OK;
    for (char *slash = part + 1; *part != '\0' && *slash != '\0' && status == VV_OK; slash++) {
        if (*slash != '/') continue;
        *slash = '\0';
        status = make_directory(part, error);
        *slash = '/';
    }
    if (status == VV_OK) status = make_directory(path, error);
    vvi_free(part);
    return status;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *at)
{
    (void)info, (void)kind, (void)at;
    (void)remove(path);
    return 0;
}

void vvi_remove_tree(const char *path)
{
    enum { OPEN_FOLDERS = 16 };
    nftw(path, remove_one, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

typedef struct replacement {
    vv_status (*write)(void *context, void *file, vv_error *error);
    void *context;
    const char *path;
    bool synced;
} replacement;

static vv_status write_temporary(const char *temporary, const replacement *r, vv_error *error)
{
    FILE *file = fopen(temporary, "wb");
    if (file == NULL) return vvi_fail(error, VV_IO, "%s: cannot write: %s", r->path, strerror(errno));
    vv_status status = r->write(r->context, file, error);
    const bool whole = fflush(file) == 0 && !ferror(file) && (!r->synced || fsync(fileno(file)) == 0);
    const int why = errno;
    if (fclose(file) != 0 || !whole)
        if (status == VV_OK) status = vvi_fail(error, VV_IO, "%s: cannot write: %s", r->path, strerror(why));
    return status;
}

static vv_status replace(const replacement *r, vv_error *error)
{
    vvi_text temporary = { 0 };
    vvi_text_printf(&temporary, "%s.tmp-%ld", r->path, (long)getpid());
    if (temporary.failed) {
        vvi_text_deinit(&temporary);
        return vvi_no_memory(error);
    }
    vv_status status = write_temporary(temporary.data, r, error);
    if (status == VV_OK && rename(temporary.data, r->path) != 0)
        status = vvi_fail(error, VV_IO, "%s: cannot replace: %s", r->path, strerror(errno));
    if (status != VV_OK) unlink(temporary.data);
    vvi_text_deinit(&temporary);
    return status;
}

vv_status vvi_replace_file(const char *path, vv_status (*write)(void *context, void *file, vv_error *error),
                           void *context, vv_error *error)
{
    return replace(&(replacement){ write, context, path, .synced = true }, error);
}

vv_status vvi_swap_file(const char *path, vv_status (*write)(void *context, void *file, vv_error *error), void *context,
                        vv_error *error)
{
    return replace(&(replacement){ write, context, path, .synced = false }, error);
}

/* ---- child processes -------------------------------------------------------------------------------------------- */

/* User code that calls exit() in a child must not look like a child that did its work. */
static void tell_of_exit(void)
{
    fflush(NULL);
    _exit(VVI_PROCESS_EXITED);
}

/* What is not for another program is not for a child either: databases, locks and sockets of the parent's, into which the
 * user's code could write by mistake. They are all opened with O_CLOEXEC. */
static void close_descriptors(int own)
{
    DIR *list = opendir("/proc/self/fd");
    const struct dirent *entry;
    while (list != NULL && (entry = readdir(list)) != NULL) {
        const int fd = (int)strtol(entry->d_name, NULL, 10);
        if (fd <= STDERR_FILENO || fd == own || fd == dirfd(list)) continue;
        if ((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0) close(fd);
    }
    if (list != NULL) closedir(list);
}

/* A terminal sends its signals to parent and child alike, unless that is apart, and so do batch systems; the parent alone
 * decides what becomes of the child, and one that is apart may write to the terminal all the same. What the user's code
 * prints goes to standard error: standard output belongs to the program that asked. */
static void settle_child(pid_t parent, bool apart, int own)
{
    close_descriptors(own);
    if (apart) setpgid(0, 0);
    signal(SIGTTOU, SIG_IGN);
    signal(SIGTTIN, SIG_IGN);
    dup2(STDERR_FILENO, STDOUT_FILENO);
    atexit(tell_of_exit);
    static const int left_to_parent[] = { SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGPIPE };
    for (size_t i = 0; i < sizeof left_to_parent / sizeof *left_to_parent; i++) signal(left_to_parent[i], SIG_IGN);
#if defined(__linux__)
    prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
    if (getppid() != parent) _exit(127); /* it died before we asked to be told */
}

vv_status vvi_process_begin(vvi_process *process, int (*child)(void *context, int fd), void *context, bool apart,
                            vv_error *error)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return vvi_fail(error, VV_IO, "cannot make a pair of sockets: %s", strerror(errno));
    const pid_t parent = getpid();
    fflush(NULL); /* or the child would write what waits in the parent's buffers once more */
    const pid_t pid = fork();
    if (pid < 0) {
        const int why = errno;
        close(ends[0]);
        close(ends[1]);
        return vvi_fail(error, VV_IO, "cannot start a process: %s", strerror(why));
    }
    if (pid == 0) {
        close(ends[0]);
        settle_child(parent, apart, ends[1]);
        const int code = child(context, ends[1]);
        fflush(NULL);
        _exit(code);
    }
    if (apart) setpgid(pid, pid); /* whoever comes first */
    close(ends[1]);
    *process = (vvi_process){ .pid = (int)pid, .fd = ends[0], .apart = apart };
    return VV_OK;
}

bool vvi_process_has_ended(const vvi_process *process)
{
    siginfo_t info = { .si_pid = 0 };
    return waitid(P_PID, (id_t)process->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0;
}

vv_status vvi_process_end(vvi_process *process, int *exit_code, int *signal_number, vv_error *error)
{
    int how = 0;
    pid_t got;
    siginfo_t info;
    struct rusage usage = { .ru_maxrss = 0 };
    close(process->fd);
    while (waitid(P_PID, (id_t)process->pid, &info, WEXITED | WNOWAIT) != 0 && errno == EINTR) continue;
    if (process->apart)
        kill(-(pid_t)process->pid, SIGKILL); /* what it left running, while the number is still its own */
    do got = wait4((pid_t)process->pid, &how, 0, &usage);
    while (got < 0 && errno == EINTR);
    const int pid = process->pid;
    *process = (vvi_process){ .pid = 0, .fd = -1, .peak_mb = (uint64_t)usage.ru_maxrss / 1024 };
    *exit_code = got > 0 && WIFEXITED(how) ? WEXITSTATUS(how) : -1;
    *signal_number = got > 0 && WIFSIGNALED(how) ? WTERMSIG(how) : 0;
    if (got < 0) return vvi_fail(error, VV_IO, "lost process %d: %s", pid, strerror(errno));
    return VV_OK;
}

void vvi_process_kill(vvi_process *process)
{
    if (process->pid <= 0) return;
    if (process->apart) kill(-(pid_t)process->pid, SIGKILL);
    kill((pid_t)process->pid, SIGKILL); /* it may have left its group */
}
