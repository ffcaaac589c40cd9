/* workers.c - how many trials run at once when nobody says so: one for each core that this process may use, which is less
 * than there are where a batch system or taskset has said so. */
#include "cli/cli.h"

#include <sched.h>

int vvi_cli_workers(const vvi_options *options)
{
    cpu_set_t cores;
    if (options->workers > 0) return options->workers;
    if (sched_getaffinity(0, sizeof cores, &cores) != 0) return 1; /* more cores than the set has bits */
    const int n = CPU_COUNT(&cores);
    return n < 1 ? 1 : n;
}
