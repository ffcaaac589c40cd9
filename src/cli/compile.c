/* compile.c - a hypermodel's C file becomes a shared object, once.
 *
 * The cache is one folder with, for each source and way of compiling it (KEY), the list of files that it was made of,
 * KEY.d, as the compiler writes it, and the object, KEY-PRINT.so. PRINT is a hash over the name, size and time of each
 * of these files, the library's headers among them: an object is used again exactly when every file is as it was. Names
 * decide everything and files are renamed into place, so that any number of commands may compile at once.
 *
 * A file that changes while it is compiled makes PRINT a lie; then the object is used this once and not kept.
 */
#include "cli/cli.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { PATH_SIZE = 4096, MOST_WORDS = 16 };

typedef struct compilation {
    const char *file;                           /* as the user wrote it */
    char source[PATH_SIZE], include[PATH_SIZE]; /* absolute */
    char folder[PATH_SIZE];                     /* of the cache */
    bool temporary;                             /* the folder is */
    char compiler[256], *words[MOST_WORDS];     /* $CC, in words */
    size_t n_words;
    uint64_t key;
} compilation;

static const char *const flags[] = { "-std=c11", "-O2", "-Wall", "-fPIC", "-shared" };

/* ---- where things are ------------------------------------------------------------------------------------------- */

/* The headers of this very installation: PREFIX/bin/varve has PREFIX/include; a build folder has its source tree. */
static bool find_headers(char include[PATH_SIZE])
{
    char path[PATH_SIZE], probe[PATH_SIZE + 32];
    const ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    path[n < 0 ? 0 : n] = '\0';
    for (int up = 0; up < 2; up++) {
        char *slash = strrchr(path, '/');
        if (slash != NULL) *slash = '\0';
    }
    snprintf(probe, sizeof probe, "%s/include/varve/varve.h", path);
    if (access(probe, R_OK) == 0) return snprintf(include, PATH_SIZE, "%.4000s/include", path) > 0;
    snprintf(include, PATH_SIZE, "%s", VARVE_INCLUDE_DIR);
    return access(VARVE_INCLUDE_DIR "/varve/varve.h", R_OK) == 0;
}

static void split_compiler(compilation *c)
{
    const char *cc = getenv("CC");
    snprintf(c->compiler, sizeof c->compiler, "%s", cc == NULL || cc[0] == '\0' ? "cc" : cc);
    char *rest = NULL;
    for (char *word = strtok_r(c->compiler, " \t", &rest); word != NULL && c->n_words < MOST_WORDS;
         word = strtok_r(NULL, " \t", &rest))
        c->words[c->n_words++] = word;
}

static bool try_folder(char folder[PATH_SIZE], const char *base, const char *below)
{
    if (base == NULL || base[0] != '/') return false;
    if (snprintf(folder, PATH_SIZE, "%s%s/varve/hypermodels", base, below) >= PATH_SIZE - 128) return false;
    return vvi_make_directories(folder, NULL) == VV_OK && access(folder, W_OK | X_OK) == 0;
}

static bool find_folder(compilation *c)
{
    if (try_folder(c->folder, getenv("XDG_CACHE_HOME"), "")) return true;
    if (try_folder(c->folder, getenv("HOME"), "/.cache")) return true;
    const char *base = getenv("TMPDIR");
    snprintf(c->folder, PATH_SIZE, "%.3900s/varve-XXXXXX", base == NULL || base[0] == '\0' ? "/tmp" : base);
    c->temporary = mkdtemp(c->folder) != NULL;
    return c->temporary;
}

static uint64_t hash_way(const compilation *c)
{
    uint64_t hash = vvi_hash_text(VVI_HASH_START, c->source);
    hash = vvi_hash_text(hash, c->include);
    hash = vvi_hash_text(hash, vv_version());
    for (size_t i = 0; i < VVI_COUNT(flags); i++) hash = vvi_hash_text(hash, flags[i]);
    for (size_t i = 0; i < c->n_words; i++) hash = vvi_hash_text(hash, c->words[i]);
    return hash;
}

static void name_file(const compilation *c, const char *what, char path[PATH_SIZE + 64])
{
    snprintf(path, PATH_SIZE + 64, "%s/%016" PRIx64 "%s", c->folder, c->key, what);
}

/* ---- what an object was made of --------------------------------------------------------------------------------- */

typedef struct print {
    uint64_t hash;
    struct timespec newest;
    bool whole; /* every file is there */
} print;

static bool is_later(struct timespec a, struct timespec b)
{
    return a.tv_sec != b.tv_sec ? a.tv_sec > b.tv_sec : a.tv_nsec > b.tv_nsec;
}

static void add_file(print *p, const char *path)
{
    struct stat info;
    if (stat(path, &info) != 0) {
        p->whole = false;
        return;
    }
    const int64_t facts[] = { (int64_t)info.st_size, (int64_t)info.st_mtim.tv_sec, (int64_t)info.st_mtim.tv_nsec };
    p->hash = vvi_hash_bytes(vvi_hash_text(p->hash, path), facts, sizeof facts);
    if (is_later(info.st_mtim, p->newest)) p->newest = info.st_mtim;
}

/* One name of a make rule: "\ " is a space, "\#" a hash, "$$" a dollar, "\" at a line's end is nothing. */
static bool next_name(FILE *file, char name[PATH_SIZE])
{
    size_t n = 0;
    int c;
    while ((c = fgetc(file)) != EOF) {
        const int next = c == '\\' || c == '$' ? fgetc(file) : 0;
        if (c == '\\' && next == '\n')
            c = ' ';
        else if (c == '\\' && (next == ' ' || next == '#'))
            c = next;
        else if (c == '$' && next == '$')
            c = '$';
        else if (next != 0)
            ungetc(next, file);
        const bool space = next == 0 || next == '\n' ? isspace(c) != 0 : false;
        if (space && n > 0) break;
        if (!space && n + 1 < PATH_SIZE) name[n++] = (char)c;
    }
    name[n] = '\0';
    return n > 0;
}

static print read_dependencies(const char *path)
{
    char name[PATH_SIZE];
    print p = { .hash = VVI_HASH_START };
    FILE *file = fopen(path, "r");
    if (file == NULL) return p;
    p.whole = next_name(file, name); /* the rule's target */
    bool any = false;
    while (next_name(file, name)) {
        add_file(&p, name);
        any = true;
    }
    fclose(file);
    p.whole = p.whole && any;
    return p;
}

static bool name_object(const compilation *c, const print *p, char *path, size_t size)
{
    return snprintf(path, size, "%s/%016" PRIx64 "-%016" PRIx64 ".so", c->folder, c->key, p->hash) < (int)size;
}

/* Removes this source's older objects. */
static void forget_older(const compilation *c, const char *kept)
{
    char prefix[32], path[PATH_SIZE + 300];
    const char *name = strrchr(kept, '/') + 1;
    DIR *folder = opendir(c->folder);
    if (folder == NULL) return;
    snprintf(prefix, sizeof prefix, "%016" PRIx64 "-", c->key);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (strncmp(entry->d_name, prefix, strlen(prefix)) != 0 || strcmp(entry->d_name, name) == 0) continue;
        snprintf(path, sizeof path, "%s/%s", c->folder, entry->d_name);
        unlink(path);
    }
    closedir(folder);
}

/* ---- compiling -------------------------------------------------------------------------------------------------- */

/* Runs it without a shell, with all that it says going to `said`. -1: it could not be started; errno says why. */
static int run_compiler(char *const *arguments, FILE *said)
{
    posix_spawn_file_actions_t actions;
    pid_t child;
    int how = 0;
    if (posix_spawn_file_actions_init(&actions) != 0) return -1;
    posix_spawn_file_actions_adddup2(&actions, fileno(said), STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, fileno(said), STDERR_FILENO);
    const int failure = posix_spawnp(&child, arguments[0], &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    errno = failure;
    if (failure != 0) return -1;
    while (waitpid(child, &how, 0) < 0)
        if (errno != EINTR) return -1;
    return WIFEXITED(how) ? WEXITSTATUS(how) : 128 + WTERMSIG(how);
}

/* It quotes the source, which may hold anything. */
static void repeat(FILE *said)
{
    char *line = NULL;
    size_t size = 0;
    rewind(said);
    for (ssize_t n; (n = getline(&line, &size, said)) > 0;) {
        vvi_text visible = { 0 };
        if (line[n - 1] == '\n') line[n - 1] = '\0';
        vvi_text_add_visible(&visible, line, 0);
        if (!visible.failed) fprintf(stderr, "%s\n", visible.data);
        vvi_text_deinit(&visible);
    }
    free(line);
}

/* What it says comes when it has ended, and is not mixed with what a terminal is shown meanwhile. */
static int run_shown(const compilation *c, char *const *arguments)
{
    vvi_waiting waiting = { 0 };
    vvi_text what = { 0 };
    FILE *said = tmpfile();
    if (said == NULL) return run_compiler(arguments, stderr);
    vvi_text_printf(&what, "compiling %s", c->file);
    vvi_waiting_begin(&waiting, what.data == NULL ? "compiling" : what.data);
    const int code = run_compiler(arguments, said), why = errno;
    vvi_waiting_end(&waiting);
    repeat(said);
    fclose(said);
    vvi_text_deinit(&what);
    errno = why;
    return code;
}

static char *as_argument(const char *text)
{
    char *argument; /* posix_spawn does not write to them, though its type says so */
    memcpy(&argument, &text, sizeof argument);
    return argument;
}

static int compile(const compilation *c, const char *object, const char *dependencies)
{
    char *arguments[MOST_WORDS + VVI_COUNT(flags) + 16];
    size_t n = 0;
    for (size_t i = 0; i < c->n_words; i++) arguments[n++] = c->words[i];
    for (size_t i = 0; i < VVI_COUNT(flags); i++) arguments[n++] = as_argument(flags[i]);
    const char *const rest[] = { "-I", c->include, "-MD", "-MF", dependencies, "-MT", "object",
                                 "-o", object,     "-x",  "c",   c->source,    "-lm" };
    for (size_t i = 0; i < VVI_COUNT(rest); i++) arguments[n++] = as_argument(rest[i]);
    arguments[n] = NULL;
    const int code = run_shown(c, arguments);
    if (code < 0) vvi_cli_complain(0, "%s: cannot run the compiler %s: %s", c->file, c->words[0], strerror(errno));
    if (code > 0) vvi_cli_complain(0, "%s: does not compile (%s exited with %d)", c->file, c->words[0], code);
    return code;
}

/* Puts a fresh object where the cache will find it; or leaves it where it is, to be used once. */
static void keep(const compilation *c, struct timespec began, const char *object, const char *dependencies,
                 vvi_compiled *compiled)
{
    char listed[PATH_SIZE + 64], kept[sizeof compiled->path];
    const print p = read_dependencies(dependencies);
    const bool settled = p.whole && is_later(began, p.newest);
    name_file(c, ".d", listed);
    compiled->temporary = true;
    compiled->temporary_folder = c->temporary;
    snprintf(compiled->path, sizeof compiled->path, "%s", object);
    if (c->temporary || !settled || !name_object(c, &p, kept, sizeof kept) || rename(object, kept) != 0) {
        unlink(dependencies);
        return;
    }
    rename(dependencies, listed);
    forget_older(c, kept);
    compiled->temporary = false;
    snprintf(compiled->path, sizeof compiled->path, "%s", kept);
}

static bool compile_now(const compilation *c, vvi_compiled *compiled, int *exit_status)
{
    char object[PATH_SIZE + 64], dependencies[PATH_SIZE + 64], what[32];
    struct timespec began;
    snprintf(what, sizeof what, ".tmp-%ld.so", (long)getpid());
    name_file(c, what, object);
    snprintf(what, sizeof what, ".tmp-%ld.d", (long)getpid());
    name_file(c, what, dependencies);
    clock_gettime(CLOCK_REALTIME_COARSE, &began); /* the clock of files' times */
    const int code = compile(c, object, dependencies);
    if (code == 0) {
        keep(c, began, object, dependencies, compiled);
        return true;
    }
    unlink(object);
    unlink(dependencies);
    if (c->temporary) rmdir(c->folder);
    *exit_status = code > 0 ? VVI_EXIT_USAGE : VVI_EXIT_FAILED;
    return false;
}

static bool find_compiled(const compilation *c, vvi_compiled *compiled)
{
    char dependencies[PATH_SIZE + 64];
    name_file(c, ".d", dependencies);
    const print p = read_dependencies(dependencies);
    compiled->temporary = compiled->temporary_folder = false;
    return p.whole && name_object(c, &p, compiled->path, sizeof compiled->path) && access(compiled->path, R_OK) == 0;
}

static bool refuse(int *exit_status, int status)
{
    *exit_status = status;
    return false;
}

bool vvi_compile(const char *file, vvi_compiled *compiled, int *exit_status)
{
    compilation c = { .file = file };
    if (realpath(file, c.source) == NULL)
        return refuse(exit_status, vvi_cli_complain(VVI_EXIT_USAGE, "%s: %s", file, strerror(errno)));
    if (!find_headers(c.include))
        return refuse(exit_status, vvi_cli_complain(VVI_EXIT_FAILED, "cannot find varve/varve.h of this installation"));
    split_compiler(&c);
    if (!find_folder(&c))
        return refuse(exit_status,
                      vvi_cli_complain(VVI_EXIT_FAILED, "%s: cannot make this folder: %s", c.folder, strerror(errno)));
    c.key = hash_way(&c);
    if (find_compiled(&c, compiled)) return true;
    return compile_now(&c, compiled, exit_status);
}
