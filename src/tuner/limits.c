/* limits.c - how much memory a process may take, and what its death says of it.
 *
 * The limit is on what a process adds to what it shares with its parent (RLIMIT_DATA over what it has when it begins): an
 * allocation beyond it fails, in our own code and in the user's. Who does not look at what malloc returns crashes then; so a
 * process that had nearly all that it may when it crashed is said to have taken it.
 */
#include "tuner/tuner.h"

#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>

/* A line of this process's status, in MB. */
static uint64_t status_mb(const char *format)
{
    unsigned long long kib = 0;
    char line[128];
    FILE *file = fopen("/proc/self/status", "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, format, &kib) == 1) break;
    if (file != NULL) fclose(file);
    return kib / 1024;
}

uint64_t vvi_memory_data_mb(void)
{
    return status_mb("VmData: %llu kB");
}

uint64_t vvi_memory_own_mb(void)
{
    return status_mb("RssAnon: %llu kB");
}

void vvi_memory_limit(uint64_t more_mb)
{
    struct rlimit limit;
    const uint64_t most = (vvi_memory_data_mb() + more_mb) * 1024 * 1024;
    if (more_mb == 0 || getrlimit(RLIMIT_DATA, &limit) != 0) return;
    if (limit.rlim_max != RLIM_INFINITY && limit.rlim_max < most) return;
    limit.rlim_cur = most;
    setrlimit(RLIMIT_DATA, &limit);
}

int vvi_memory_death(const vvi_job_end *end, uint64_t began_mb, uint64_t limit_mb, char *text, size_t size)
{
    char death[64];
    const unsigned long long most = limit_mb;
    if (limit_mb > 0 && end->failed && end->said.status == VV_NO_MEMORY)
        return snprintf(text, size, "took all of the %llu MB that it may", most);
    const bool died = vvi_job_death(end, death, sizeof death) > 0;
    if (limit_mb > 0 && died && end->peak_mb >= began_mb + limit_mb * 9 / 10)
        return snprintf(text, size, "took all of the %llu MB that it may and crashed (%s)", most, death);
    return snprintf(text, size, "%s", "");
}
