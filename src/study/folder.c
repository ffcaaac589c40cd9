/* folder.c - the project folder: its names, its one writer, what may be removed.
 *
 *     PROJECT/study.db, study.db-wal, study.db-shm, study.db-journal   the database
 *     PROJECT/checkpoints/trial_0003.safetensors                       weights
 *     PROJECT/checkpoints/trial_0003_0.state                           what execution 0 goes on from when resumed
 *                                                                      (both with ".part", ".tmp-...": a dead writer's)
 *     PROJECT/lock                                                     there while a writer is; holds its process id
 *
 * Invariants:
 *   - The writer holds flock() on PROJECT/lock. Whoever gets the lock checks that the file it locked is still the one
 * of that name, so that the file can be removed by the one who holds it.
 *   - Nothing is removed but the names above, and only where a study is, or nothing but these names.
 *   - A begin that fails removes every folder that it made, and no other.
 */
#include "study/study.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char *const database_parts[] = { "", "-wal", "-shm", "-journal" };
enum { N_PARTS = sizeof database_parts / sizeof database_parts[0] };

static char *joined(const char *folder, const char *name)
{
    vvi_text text = { 0 };
    vvi_text_printf(&text, "%s%s%s", folder, folder[0] != '\0' && folder[strlen(folder) - 1] == '/' ? "" : "/", name);
    if (text.failed) vvi_text_deinit(&text);
    return text.data;
}

int vvi_folder_database_path(const char *folder, char *path, size_t size)
{
    return snprintf(path, size, "%s/study.db", folder);
}

vv_status vvi_folder_init(vvi_folder *folder, const char *path, vv_error *error)
{
    *folder = (vvi_folder){ .lock_fd = -1 };
    if (path == NULL || path[0] == '\0') return vvi_fail(error, VV_BAD_ARG, "the path of a study is empty");
    folder->path = vvi_strdup(path);
    folder->database = joined(path, "study.db");
    folder->lock = joined(path, "lock");
    folder->checkpoints = joined(path, "checkpoints");
    if (folder->path != NULL && folder->database != NULL && folder->lock != NULL && folder->checkpoints != NULL)
        return VV_OK;
    vvi_folder_deinit(folder);
    return vvi_no_memory(error);
}

/* Is `fd` the file that has the lock's name now? */
static bool is_current(const vvi_folder *folder, int fd)
{
    struct stat ours, named;
    return fstat(fd, &ours) == 0 && stat(folder->lock, &named) == 0 && ours.st_ino == named.st_ino &&
           ours.st_dev == named.st_dev;
}

static void unlock(vvi_folder *folder)
{
    if (folder->lock_fd < 0) return;
    if (is_current(folder, folder->lock_fd)) unlink(folder->lock);
    flock(folder->lock_fd, LOCK_UN); /* said aloud: forked children share the lock and may live a moment longer */
    close(folder->lock_fd);
    folder->lock_fd = -1;
}

void vvi_folder_deinit(vvi_folder *folder)
{
    unlock(folder);
    vvi_free(folder->path);
    vvi_free(folder->database);
    vvi_free(folder->lock);
    vvi_free(folder->checkpoints);
    *folder = (vvi_folder){ .lock_fd = -1 };
}

/* ---- the lock -----------------------------------------------------------------------------------------------------
 */

/* The process id in a lock file, or 0. */
static long read_pid(int fd)
{
    char text[32] = "";
    const ssize_t n = pread(fd, text, sizeof text - 1, 0);
    return n > 0 ? strtol(text, NULL, 10) : 0;
}

static vv_status say_locked(const vvi_folder *folder, long pid, vv_error *error)
{
    if (pid <= 0) return vvi_fail(error, VV_LOCKED, "%s: another process writes to it", folder->path);
    return vvi_fail(error, VV_LOCKED, "%s: process %ld writes to it; wait for it or choose another project",
                    folder->path, pid);
}

static bool is_gone(long pid)
{
    return pid > 0 && kill((pid_t)pid, 0) != 0 && errno == ESRCH;
}

static void wait_a_little(void)
{
    nanosleep(&(struct timespec){ .tv_nsec = 10 * 1000 * 1000 }, NULL);
}

static vv_status write_pid(vvi_folder *folder, int fd, vv_error *error)
{
    char text[32];
    const int n = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    folder->lock_fd = fd;
    if (ftruncate(fd, 0) == 0 && pwrite(fd, text, (size_t)n, 0) == (ssize_t)n) return VV_OK;
    const int why = errno;
    unlock(folder);
    return vvi_fail(error, VV_IO, "%s: cannot write: %s", folder->lock, strerror(why));
}

/* A writer that was killed may have left a child that dies just now and still shares its lock: such a lock is waited
 * for, up to a second. */
static vv_status take_lock(vvi_folder *folder, vv_error *error)
{
    for (int tries = 0; tries < 100; tries++) {
        const int fd = open(folder->lock, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        if (fd < 0) return vvi_fail(error, VV_IO, "%s: cannot write: %s", folder->lock, strerror(errno));
        const bool held = flock(fd, LOCK_EX | LOCK_NB) == 0;
        const int why = errno;
        if (held && is_current(folder, fd)) return write_pid(folder, fd, error);
        const long pid = held ? 0 : read_pid(fd);
        close(fd);
        if (!held && why != EWOULDBLOCK && why != EINTR)
            return vvi_fail(error, VV_IO, "%s: cannot lock: %s", folder->lock, strerror(why));
        if (!held && !is_gone(pid)) return say_locked(folder, pid, error);
        wait_a_little();
    }
    return say_locked(folder, 0, error);
}

/* ---- what is ours --------------------------------------------------------------------------------------------------
 */

static const struct {
    const char *format;
    vvi_kept kind;
} kept_names[] = { { "trial_%9d.safetensors%n", VVI_KEPT_WEIGHTS },
                   { "trial_%9d_%*9d.state%n", VVI_KEPT_STATE },
                   { "trial_%9d_%*9d.files%n", VVI_KEPT_FILES },
                   { "trial_%9d_%*9d.log%n", VVI_KEPT_LOG } };

/* Is it a name of ours, or that with an ending of a writer that died? */
static bool parse_kept(const char *name, int *id, vvi_kept *kind)
{
    for (size_t i = 0; i < sizeof kept_names / sizeof *kept_names; i++) {
        int number = -1, end = 0;
        if (sscanf(name, kept_names[i].format, &number, &end) != 1 || end == 0 || number < 0) continue;
        *id = number;
        *kind = name[end] == '\0' ? kept_names[i].kind : VVI_KEPT_LEFTOVER;
        return name[end] == '\0' || strncmp(name + end, ".part", 5) == 0 || strncmp(name + end, ".tmp-", 5) == 0;
    }
    return false;
}

void vvi_folder_checkpoints(const char *checkpoints,
                            void (*each)(void *context, int id, vvi_kept kind, const char *path), void *context)
{
    DIR *list = opendir(checkpoints);
    const struct dirent *entry;
    while (list != NULL && (entry = readdir(list)) != NULL) {
        int id;
        vvi_kept kind;
        if (!parse_kept(entry->d_name, &id, &kind)) continue;
        char *path = joined(checkpoints, entry->d_name);
        if (path != NULL) each(context, id, kind, path);
        vvi_free(path);
    }
    if (list != NULL) closedir(list);
}

static bool is_our_name(const char *name)
{
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) return true;
    if (strcmp(name, "lock") == 0 || strcmp(name, "checkpoints") == 0) return true;
    if (strncmp(name, "study.db", 8) != 0) return false;
    for (int i = 0; i < N_PARTS; i++)
        if (strcmp(name + 8, database_parts[i]) == 0) return true;
    return false;
}

/* Empty, not there, or nothing in it but our names. */
static bool holds_only_ours(const char *path)
{
    bool ours = true;
    DIR *list = opendir(path);
    const struct dirent *entry;
    while (list != NULL && (entry = readdir(list)) != NULL) ours = ours && is_our_name(entry->d_name);
    if (list != NULL) closedir(list);
    return ours;
}

/* SQLite's file header: 16 bytes of magic, application_id big-endian at offset 68 ("Varv"). A file cut short within its
 * header was never a study that held anything. */
static bool looks_like_a_study(const char *path)
{
    unsigned char header[72] = { 0 };
    FILE *file = vvi_sqlite_is_ordinary(path) ? fopen(path, "rb") : NULL;
    if (file == NULL) return false;
    const size_t n = fread(header, 1, sizeof header, file);
    fclose(file);
    if (n == 0) return true; /* a writer died before its first transaction */
    return n == sizeof header && memcmp(header, "SQLite format 3", 16) == 0 && memcmp(header + 68, "Varv", 4) == 0;
}

static vv_status may_remove(const vvi_folder *folder, vv_error *error)
{
    if (access(folder->database, F_OK) == 0) {
        if (looks_like_a_study(folder->database)) return VV_OK;
        return vvi_fail(error, VV_FORMAT, "%s: not a study; nothing was removed", folder->database);
    }
    if (holds_only_ours(folder->path)) return VV_OK;
    return vvi_fail(error, VV_FORMAT, "%s: holds other files and is not a study; nothing was removed", folder->path);
}

void vvi_folder_remove(vvi_kept kind, const char *path)
{
    if (kind == VVI_KEPT_FILES)
        vvi_remove_tree(path);
    else
        unlink(path);
}

void vvi_folder_remove_but_log(const char *path)
{
    vvi_text from = { 0 }, to = { 0 };
    vvi_text_printf(&from, "%s/log", path);
    vvi_text_printf(&to, "%.*s.log", (int)(strlen(path) - strlen(".files")), path);
    if (!from.failed && !to.failed) (void)!rename(from.data, to.data); /* there may be none */
    vvi_text_deinit(&from);
    vvi_text_deinit(&to);
    vvi_remove_tree(path);
}

static void remove_checkpoint(void *context, int id, vvi_kept kind, const char *path)
{
    (void)context, (void)id;
    vvi_folder_remove(kind, path);
}

void vvi_folder_clear(const char *checkpoints)
{
    vvi_folder_checkpoints(checkpoints, remove_checkpoint, NULL);
}

static void remove_database(const vvi_folder *folder)
{
    for (int i = 0; i < N_PARTS; i++) {
        vvi_text path = { 0 };
        vvi_text_printf(&path, "%s%s", folder->database, database_parts[i]);
        if (!path.failed) unlink(path.data);
        vvi_text_deinit(&path);
    }
}

/* ---- begin, undo ------------------------------------------------------------------------------------------------ */

/* The length of the shortest prefix of `path` that is not there; 0: all of it is. */
static size_t first_missing(char *path)
{
    for (size_t i = 1;; i++) {
        const char end = path[i];
        if (end != '/' && end != '\0') continue;
        path[i] = '\0';
        const bool there = access(path, F_OK) == 0;
        path[i] = end;
        if (!there) return i;
        if (end == '\0') return 0;
    }
}

/* Removes the empty folders from `path` up to the prefix that was made first. */
static void remove_new_folders(vvi_folder *folder)
{
    char *path = folder->path;
    size_t n = strlen(path);
    while (folder->new_from > 0 && n >= folder->new_from) {
        const char end = path[n];
        path[n] = '\0';
        rmdir(path);
        path[n] = end;
        do n--;
        while (n > 0 && path[n] != '/');
    }
    folder->new_from = 0;
}

void vvi_folder_undo(vvi_folder *folder)
{
    if (folder->fresh) {
        remove_database(folder);
        rmdir(folder->checkpoints); /* fails, as it should, when something is in it */
    }
    unlock(folder);
    remove_new_folders(folder);
}

static vv_status begin_locked(vvi_folder *folder, bool overwrite, vv_error *error)
{
    if (overwrite) {
        VVI_TRY(may_remove(folder, error));
        vvi_folder_clear(folder->checkpoints);
        remove_database(folder);
    }
    folder->fresh = access(folder->database, F_OK) != 0;
    return vvi_make_directories(folder->checkpoints, error);
}

static vv_status check_local(const vvi_folder *folder, vv_error *error)
{
    const char *network = vvi_folder_network(folder->path);
    if (network == NULL) return VV_OK;
    return vvi_fail(
        error, VV_UNSUPPORTED,
        "%s: on a network file system (%s), where SQLite cannot keep a study safe: choose a folder on a disk "
        "of this machine, or a PostgreSQL database: --storage postgresql://HOST/DATABASE",
        folder->path, network);
}

vv_status vvi_folder_begin(vvi_folder *folder, bool overwrite, vv_error *error)
{
    struct stat info;
    if (stat(folder->path, &info) == 0 && !S_ISDIR(info.st_mode))
        return vvi_fail(error, VV_FORMAT, "%s: not a study: a study is a folder", folder->path);
    if (overwrite) VVI_TRY(may_remove(folder, error)); /* before even a lock is left there */
    folder->new_from = first_missing(folder->path);
    vv_status status = vvi_make_directories(folder->path, error);
    if (status == VV_OK) status = check_local(folder, error);
    if (status == VV_OK) status = take_lock(folder, error);
    if (status == VV_OK) status = begin_locked(folder, overwrite, error);
    if (status != VV_OK) vvi_folder_undo(folder);
    return status;
}

/* ---- studies ---------------------------------------------------------------------------------------------------- */

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static vv_status add_study(const char *where, const char *name, vvi_arena *arena, const char ***list, size_t *n,
                           vv_error *error)
{
    vvi_text path = { 0 };
    vvi_text_printf(&path, "%s/%s/study.db", where, name);
    const bool failed = path.failed, found = !failed && access(path.data, F_OK) == 0 && vvi_sqlite_is_study(path.data);
    vvi_text_deinit(&path);
    if (failed) return vvi_no_memory(error);
    if (!found) return VV_OK;
    if (!vvi_arena_reserve(arena, list, *n, sizeof **list)) return vvi_no_memory(error);
    (*list)[*n] = vvi_arena_strdup(arena, name);
    return (*list)[(*n)++] == NULL ? vvi_no_memory(error) : VV_OK;
}

vv_status vvi_folder_studies(const char *where, vvi_arena *arena, vv_names *names, vv_error *error)
{
    DIR *folder = opendir(where);
    const struct dirent *entry;
    const char **list = NULL;
    vv_status status = VV_OK;
    if (folder == NULL)
        return vvi_fail(error, errno == ENOENT ? VV_NOT_FOUND : VV_IO, "%s: %s", where, strerror(errno));
    while (status == VV_OK && (entry = readdir(folder)) != NULL)
        if (entry->d_name[0] != '.') status = add_study(where, entry->d_name, arena, &list, &names->n, error);
    closedir(folder);
    if (names->n > 1) qsort(list, names->n, sizeof *list, compare_names);
    names->list = list;
    return status;
}
