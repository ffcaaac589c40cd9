/* find.c - where the files of named sets are.
 *
 * In this order: $VARVE_DATA; the source tree's (VARVE_DATA_DIR); beside the file that holds this code, the shared
 * library or the program, LIBRARY/../share/varve/data and, below an architecture's folder, LIBRARY/../../share/varve/
 * data; beside the running program, PROGRAM/../share/varve/data, PROGRAM/../share/varve and PROGRAM/../data; where the
 * build was to be installed (VARVE_INSTALLED_DATA_DIR); the cache, $XDG_CACHE_HOME/varve or ~/.cache/varve.
 * What is beside the library comes before the compiled-in place: an installation may be moved.
 */
#include "data/data.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef VARVE_DATA_DIR
#define VARVE_DATA_DIR ""
#endif
#ifndef VARVE_INSTALLED_DATA_DIR
#define VARVE_INSTALLED_DATA_DIR ""
#endif

/* The folder of a file; "": there is none in its name. Cuts the name. */
static const char *folder_of(vvi_arena *arena, char *path)
{
    char *slash = strrchr(path, '/');
    if (slash != NULL) *slash = '\0';
    return vvi_arena_strdup(arena, slash == NULL ? "" : path);
}

/* The folder of the running program; "": not known. */
static const char *program_folder(vvi_arena *arena)
{
    char path[4096];
    const ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    path[n > 0 ? n : 0] = '\0';
    return folder_of(arena, path);
}

/* The folder of the shared library, or of the program this is linked into; "": not known. A program may be known by a
 * bare name, which says nothing about where it is. */
static const char *library_folder(vvi_arena *arena)
{
    static const char here = 0; /* an object: ISO C has no way from a function to the const void * of dladdr */
    Dl_info info = { 0 };
    char path[PATH_MAX] = "";
    if (dladdr(&here, &info) == 0 || info.dli_fname == NULL || strchr(info.dli_fname, '/') == NULL ||
        realpath(info.dli_fname, path) == NULL)
        path[0] = '\0';
    return folder_of(arena, path);
}

/* "": when the folder is "". */
static const char *below(vvi_arena *arena, const char *folder, const char *path)
{
    return *folder == '\0' ? "" : vvi_arena_printf(arena, "%s/%s", folder, path);
}

const char *vvi_find_cache(vvi_arena *arena)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (cache != NULL && *cache == '/') return vvi_arena_printf(arena, "%s/varve", cache);
    if (home != NULL && *home != '\0') return vvi_arena_printf(arena, "%s/.cache/varve", home);
    return "";
}

const char **vvi_find_folders(vvi_arena *arena)
{
    const char *chosen = getenv("VARVE_DATA"), *program = program_folder(arena), *library = library_folder(arena);
    if (program == NULL || library == NULL) return NULL;
    const char *const all[] = { vvi_arena_strdup(arena, chosen == NULL ? "" : chosen),
                                VARVE_DATA_DIR,
                                below(arena, library, "../share/varve/data"),
                                below(arena, library, "../../share/varve/data"),
                                below(arena, program, "../share/varve/data"),
                                below(arena, program, "../share/varve"),
                                below(arena, program, "../data"),
                                VARVE_INSTALLED_DATA_DIR,
                                vvi_find_cache(arena) };
    enum { FOLDERS = sizeof all / sizeof *all };
    const char **folder = vvi_arena_alloc(arena, (FOLDERS + 1) * sizeof *folder);
    if (folder == NULL) return NULL;
    size_t n = 0;
    for (size_t i = 0; i < FOLDERS; i++) {
        if (all[i] == NULL) return NULL;
        if (*all[i] != '\0') folder[n++] = all[i];
    }
    folder[n] = NULL;
    return folder;
}

vv_status vvi_find_file(vvi_arena *arena, const char *const *candidates, const char **path, vv_error *error)
{
    struct stat info;
    const char **folder = vvi_find_folders(arena);
    *path = NULL;
    if (folder == NULL) return vvi_no_memory(error);
    for (; *folder != NULL; folder++)
        for (size_t i = 0; candidates[i] != NULL; i++) {
            const char *one = vvi_arena_printf(arena, "%s/%s", *folder, candidates[i]);
            if (one == NULL) return vvi_no_memory(error);
            if (stat(one, &info) != 0 || !S_ISREG(info.st_mode)) continue;
            *path = one;
            return VV_OK;
        }
    return VV_OK;
}
