/* output.c - files of the user's that a command writes: none in a study's own folder. */
#include "cli/cli.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PATH_SIZE = 4096 };

/* The folder that the first n bytes of a path name; 0: that in which we are. Owned: free. NULL: there is none. */
static char *real_start(const char *path, size_t n)
{
    char start[PATH_SIZE];
    snprintf(start, sizeof start, "%.*s", (int)n, n == 0 ? "" : path);
    return realpath(n == 0 ? "." : start, NULL);
}

/* Where a path leads, or would: what is not there yet is kept as it was given. */
static bool resolve(const char *path, char resolved[PATH_SIZE])
{
    size_t n = strlen(path), end;
    if (n >= PATH_SIZE) return false;
    while (n > 1 && path[n - 1] == '/') n--;
    end = n;
    char *known = real_start(path, end);
    while (known == NULL && end > 0) {
        while (end > 0 && path[end - 1] != '/') end--;
        while (end > 1 && path[end - 1] == '/') end--;
        known = real_start(path, end);
    }
    if (known == NULL) return false;
    const char *rest = path + end + strspn(path + end, "/"), *from = strcmp(known, "/") == 0 ? "" : known;
    const int length = rest >= path + n ? snprintf(resolved, PATH_SIZE, "%s", known)
                                        : snprintf(resolved, PATH_SIZE, "%s/%.*s", from, (int)(path + n - rest), rest);
    free(known);
    return length < PATH_SIZE;
}

static bool is_in_project(const char *path, const char *project)
{
    char file[PATH_SIZE], folder[PATH_SIZE];
    if (!resolve(path, file) || !resolve(project, folder)) return false;
    const size_t n = strlen(folder);
    if (strncmp(file, folder, n) != 0) return false;
    return file[n] == '\0' || (file[n] == '/' && strchr(file + n + 1, '/') == NULL);
}

int vvi_cli_check_outside(const char *option, const char *path, const char *project)
{
    if (!is_in_project(path, project)) return 0;
    return vvi_cli_complain(VVI_EXIT_USAGE, "--%s: %s would lie in the project's own folder", option, path);
}

int vvi_cli_check_output(const vv_study *study, const char *output)
{
    struct stat there;
    if (output == NULL) return 0;
    if (lstat(output, &there) == 0 && !S_ISREG(there.st_mode))
        return vvi_cli_complain(VVI_EXIT_USAGE, "--output: %s is no ordinary file; write to standard output instead",
                                output);
    return vvi_cli_check_outside("output", output, vv_study_path(study));
}
