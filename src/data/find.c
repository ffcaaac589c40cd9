/* find.c - where the files of named sets are.
 *
 * In this order: $VARVE_DATA; the folder compiled in (VARVE_DATA_DIR); beside the running program, PROGRAM/../share/
 * varve/data, PROGRAM/../share/varve and PROGRAM/../data; the cache, $XDG_CACHE_HOME/varve or ~/.cache/varve.
 */
#include "data/data.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef VARVE_DATA_DIR
#define VARVE_DATA_DIR ""
#endif

/* The folder of the running program; "": not known. */
static const char *program_folder(vvi_arena *arena)
{
    char path[4096];
    const ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    path[n > 0 ? n : 0] = '\0';
    char *slash = strrchr(path, '/');
    if (slash != NULL) *slash = '\0';
    return vvi_arena_strdup(arena, slash == NULL ? "" : path);
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
    enum { MOST = 7 };
    const char *chosen = getenv("VARVE_DATA"), *program = program_folder(arena);
    const char **folder = vvi_arena_alloc(arena, MOST * sizeof *folder);
    if (folder == NULL || program == NULL) return NULL;
    const char *const all[] = { vvi_arena_strdup(arena, chosen == NULL ? "" : chosen),
                                VARVE_DATA_DIR,
                                vvi_arena_printf(arena, "%s/../share/varve/data", program),
                                vvi_arena_printf(arena, "%s/../share/varve", program),
                                vvi_arena_printf(arena, "%s/../data", program),
                                vvi_find_cache(arena) };
    size_t n = 0;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
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
