/* postgresql.h - a throw-away PostgreSQL cluster for a test program (tests/postgresql.sh). It ends with the program. */
#ifndef VARVE_TESTS_POSTGRESQL_H
#define VARVE_TESTS_POSTGRESQL_H

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct cluster {
    char folder[64]; /* its socket is in it */
    int alive;       /* the cluster lives as long as this pipe is open */
} cluster;

static inline FILE *cluster_script(cluster *c, const char *auth, int *pid)
{
    int to[2], from[2];
    if (pipe2(to, O_CLOEXEC) != 0 || pipe2(from, O_CLOEXEC) != 0 || (*pid = fork()) < 0) exit(1);
    if (*pid == 0) {
        dup2(to[0], STDIN_FILENO);
        dup2(from[1], STDOUT_FILENO);
        execl("/bin/sh", "sh", VARVE_SOURCE_DIR "/tests/postgresql.sh", "start", auth, (char *)NULL);
        _exit(1);
    }
    close(to[0]);
    close(from[1]);
    c->alive = to[1];
    return fdopen(from[0], "r");
}

/* `auth`: "trust" or "scram". Where there is no PostgreSQL, the program ends: with 77, which ctest shows as skipped, or
 * 1 where CI or VARVE_REQUIRE_ALL is set. */
static inline void cluster_begin(cluster *c, const char *auth)
{
    int pid = 0, status = 1;
    FILE *said = cluster_script(c, auth, &pid);
    const bool told = said != NULL && fgets(c->folder, sizeof c->folder, said) != NULL;
    if (said != NULL) fclose(said);
    waitpid(pid, &status, 0);
    if (!told || status != 0) exit(WIFEXITED(status) && WEXITSTATUS(status) != 0 ? WEXITSTATUS(status) : 1);
    c->folder[strcspn(c->folder, "\n")] = '\0';
}

static inline void cluster_end(cluster *c)
{
    close(c->alive);
}

/* "restart -m immediate", "stop -m fast", "start". false: it failed. */
static inline bool cluster_ctl(const cluster *c, const char *what)
{
    char command[400];
    snprintf(command, sizeof command, "sh '%s/tests/postgresql.sh' ctl '%s' %s", VARVE_SOURCE_DIR, c->folder, what);
    return system(command) == 0;
}

/* The URL of a database; with a NAME, of a study in it. */
static inline const char *cluster_url(const cluster *c, const char *name, char *text, size_t size)
{
    snprintf(text, size, "postgresql://postgres@/postgres?host=%s%s%s", c->folder, name == NULL ? "" : "#",
             name == NULL ? "" : name);
    return text;
}

#endif
