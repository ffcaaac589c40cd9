/* output.c - a file of the user's that a command writes. */
#include "cli/cli.h"

#include <libgen.h>
#include <sys/stat.h>

int vvi_cli_check_output(const vv_study *study, const char *output)
{
    struct stat there, folder, project;
    char path[4096];
    if (output == NULL) return 0;
    if (lstat(output, &there) == 0 && !S_ISREG(there.st_mode))
        return vvi_cli_complain(VVI_EXIT_USAGE, "--output: %s is no ordinary file; write to standard output instead",
                                output);
    if (snprintf(path, sizeof path, "%s", output) >= (int)sizeof path)
        return vvi_cli_complain(VVI_EXIT_USAGE, "--output: the path is too long");
    const bool both = stat(dirname(path), &folder) == 0 && stat(vv_study_path(study), &project) == 0;
    if (both && folder.st_dev == project.st_dev && folder.st_ino == project.st_ino)
        return vvi_cli_complain(VVI_EXIT_USAGE, "--output: %s would lie in the project's own folder", output);
    return 0;
}
