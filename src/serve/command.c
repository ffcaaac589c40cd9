/* command.c - how a search was begun, and that it is begun again. The study keeps the command as the fact "command": {"argv",
 * "cwd", "host"}. Whoever wrote the study wrote it, too: it is shown to the user and confirmed by him, it runs as this very
 * program, never through a shell, and only with a subcommand that searches. What is confirmed has a digest, so that nothing
 * else is begun than what was shown. */
#include "serve/parts.h"

#include "data/sha256.h"
#include "serve/http.h"
#include "study/study.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

/* ---- read ------------------------------------------------------------------------------------------------------------- */

static vv_status take_words(vvi_command_line *c, const json_t *argv, vv_error *error)
{
    const size_t n = json_array_size(argv);
    c->argv = vvi_arena_alloc(&c->arena, (n + 1) * sizeof *c->argv);
    if (c->argv == NULL) return vvi_no_memory(error);
    for (size_t i = 0; i < n; i++) {
        const char *word = json_string_value(json_array_get(argv, i));
        if (word == NULL) return vvi_fail(error, VV_FORMAT, "the command that is kept with the study is damaged");
        c->argv[i] = vvi_arena_strdup(&c->arena, word);
        if (c->argv[i] == NULL) return vvi_no_memory(error);
    }
    return VV_OK;
}

static bool is_search(const char *word)
{
    static const char *const names[] = { "search", "tune", "worker" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (word != NULL && strcmp(word, names[i]) == 0) return true;
    return false;
}

static bool is_this_machine(const char *host)
{
    char name[256] = "";
    return host != NULL && gethostname(name, sizeof name - 1) == 0 && strcmp(name, host) == 0;
}

static bool is_folder(const char *path)
{
    struct stat what;
    return path != NULL && path[0] == '/' && stat(path, &what) == 0 && S_ISDIR(what.st_mode);
}

/* A word that removes the study, or begins no trial? Varve keeps none, but others write studies, too. */
static bool has_word_of_beginning(char *const *argv)
{
    for (size_t i = 0; argv[i] != NULL && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--overwrite") == 0 || strcmp(argv[i], "--begin-only") == 0) return true;
    return false;
}

/* Why it cannot be begun here; NULL: it can. */
static const char *find_obstacle(const vvi_command_line *c, const char *host, bool can, bool live)
{
    if (!can) return "this dashboard begins no searches";
    if (c->argv[0] == NULL || !is_search(c->argv[1])) return "only search, tune and worker are begun from here";
    if (has_word_of_beginning(c->argv))
        return "its command begins anew, or nothing: it has --overwrite or --begin-only";
    if (!is_this_machine(host)) return "it was begun on another machine";
    if (!is_folder(c->cwd)) return "the folder in which it was begun is not there any more";
    /* Two that were begun alike would wait for one another's lock, or do more than was asked for. */
    if (live) return "a search is at work there";
    return NULL;
}

/* Each word with its NUL: no two commands are the same bytes. */
static void digest(vvi_command_line *c)
{
    vvi_sha256 hash;
    vvi_sha256_begin(&hash);
    vvi_sha256_add(&hash, c->cwd, strlen(c->cwd) + 1);
    for (size_t i = 0; c->argv[i] != NULL; i++) vvi_sha256_add(&hash, c->argv[i], strlen(c->argv[i]) + 1);
    vvi_sha256_end(&hash, c->digest);
}

static vv_status write_text(vvi_command_line *c, vv_error *error)
{
    vvi_text_printf(&c->text, "cd ");
    vvi_text_add_quoted(&c->text, c->cwd);
    vvi_text_printf(&c->text, " && varve");
    for (size_t i = 1; c->argv[0] != NULL && c->argv[i] != NULL; i++) {
        vvi_text_printf(&c->text, " ");
        vvi_text_add_quoted(&c->text, c->argv[i]);
    }
    return c->text.failed ? vvi_no_memory(error) : VV_OK;
}

/* Beside the study; of one in a database, where the search runs. */
static const char *log_of(vvi_desk *desk, vvi_command_line *c)
{
    const bool database = vvi_place_is_database(vvi_desk_where(desk));
    char *whole = database ? NULL : realpath(vvi_desk_where(desk), NULL);
    const char *path = vvi_arena_printf(&c->arena, "%s/search.log", whole == NULL ? c->cwd : whole);
    free(whole);
    return path;
}

static vv_status take(vvi_desk *desk, const json_t *fact, vvi_command_line *c, vv_error *error)
{
    const vvi_server *server = vvi_desk_context(desk);
    const char *cwd = json_string_value(json_object_get(fact, "cwd"));
    bool live = false;
    VVI_TRY(take_words(c, json_object_get(fact, "argv"), error));
    c->cwd = vvi_arena_strdup(&c->arena, cwd == NULL ? "" : cwd);
    if (c->cwd == NULL || (c->log = log_of(desk, c)) == NULL) return vvi_no_memory(error);
    VVI_TRY(vvi_desk_is_live(desk, &live, error));
    c->why = find_obstacle(c, json_string_value(json_object_get(fact, "host")), server->program != NULL, live);
    digest(c);
    return write_text(c, error);
}

vv_status vvi_command_read(vvi_desk *desk, vvi_command_line *command, vv_error *error)
{
    const vv_study *study = NULL;
    char *text = NULL;
    *command = (vvi_command_line){ .argv = NULL };
    VVI_TRY(vvi_desk_study(desk, &study, error));
    VVI_TRY(vv_study_get(study, "command", &text, error));
    if (text == NULL) return vvi_fail(error, VV_NOT_FOUND, "the study does not say how its search was begun");
    json_t *fact = json_loads(text, 0, NULL);
    const vv_status status = take(desk, fact, command, error);
    json_decref(fact);
    free(text);
    return status;
}

void vvi_command_deinit(vvi_command_line *command)
{
    vvi_text_deinit(&command->text);
    vvi_arena_deinit(&command->arena);
}

/* ---- shown ------------------------------------------------------------------------------------------------------------- */

static vv_status make_command(vvi_desk *desk, const char *argument, vvi_text *text, vv_error *error)
{
    (void)argument;
    vvi_command_line c;
    vvi_json json = { .text = *text };
    const vv_status status = vvi_command_read(desk, &c, error);
    if (status == VV_OK) {
        vvi_json_begin(&json, NULL, '{');
        vvi_json_begin(&json, "argv", '[');
        for (size_t i = 0; c.argv[i] != NULL; i++) vvi_json_string(&json, NULL, c.argv[i]);
        vvi_json_end(&json, ']');
        vvi_json_string(&json, "cwd", c.cwd);
        vvi_json_string(&json, "text", c.text.data);
        vvi_json_string(&json, "log", c.log);
        vvi_json_string(&json, "digest", c.digest);
        vvi_json_string(&json, "obstacle", c.why);
        vvi_json_end(&json, '}');
    }
    *text = json.text;
    vvi_command_deinit(&c);
    return status;
}

const vvi_part vvi_part_command = { .name = "command", .make = make_command };

/* ---- begun --------------------------------------------------------------------------------------------------------------- */

/* Signals as a shell would leave them to it, and a session of its own: Ctrl-C at the dashboard is not its. */
static int set_attributes(posix_spawnattr_t *attributes)
{
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawnattr_setsigdefault(attributes, &all);
    posix_spawnattr_setsigmask(attributes, &none);
    return posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID);
}

static int set_files(posix_spawn_file_actions_t *files, const vvi_command_line *c)
{
    int code = posix_spawn_file_actions_addopen(files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (code == 0)
        code = posix_spawn_file_actions_addopen(files, STDOUT_FILENO, c->log,
                                                O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0644);
    if (code == 0) code = posix_spawn_file_actions_adddup2(files, STDOUT_FILENO, STDERR_FILENO);
    return code == 0 ? posix_spawn_file_actions_addchdir_np(files, c->cwd) : code;
}

vv_status vvi_command_begin(const vvi_command_line *command, const char *program, int *pid, vv_error *error)
{
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t files;
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_init(&files);
    int code = set_attributes(&attributes);
    if (code == 0) code = set_files(&files, command);
    if (code == 0) code = posix_spawn(pid, program, &files, &attributes, command->argv, environ);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    if (code == 0) return VV_OK;
    return vvi_fail(error, VV_IO, "%s %s could not be begun (its log is %s): %s", program, command->argv[1],
                    command->log, strerror(code));
}

/* What it wrote last, or the name of its log. */
static void read_last_line(const vvi_command_line *c, char *line, size_t size)
{
    char tail[1024];
    const int log = open(c->log, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    const off_t end = log < 0 ? 0 : lseek(log, 0, SEEK_END);
    const off_t from = end > (off_t)sizeof tail - 1 ? end - (off_t)sizeof tail + 1 : 0;
    ssize_t n = log < 0 ? 0 : pread(log, tail, sizeof tail - 1, from);
    if (log >= 0) close(log);
    while (n > 0 && (tail[n - 1] == '\n' || tail[n - 1] == '\0')) n--;
    tail[n < 0 ? 0 : n] = '\0';
    const char *last = strrchr(tail, '\n');
    snprintf(line, size, "%s", n <= 0 ? c->log : last == NULL ? tail : last + 1);
}

/* Has it ended within a moment, as one does that cannot even begin? Its status is left to whoever buries it, who may have been
 * before us: then it has ended, too. */
static vv_status watch_begin(const vvi_command_line *c, int pid, vv_error *error)
{
    enum { LOOKS = 40 };
    const struct timespec pause = { .tv_nsec = 50 * 1000 * 1000 };
    char line[1024];
    for (int i = 0; i < LOOKS; i++) {
        siginfo_t how = { .si_pid = 0 };
        nanosleep(&pause, NULL);
        const bool there = waitid(P_PID, (id_t)pid, &how, WEXITED | WNOHANG | WNOWAIT) == 0;
        if (there && how.si_pid == 0) continue;
        if (there && how.si_code == CLD_EXITED && how.si_status == 0) return VV_OK;
        read_last_line(c, line, sizeof line);
        return vvi_fail(error, VV_CONFLICT, "the search has ended at once (its log is %s): %s", c->log, line);
    }
    return VV_OK;
}

/* {"digest": of the command that was shown} */
static vv_status make_begin(vvi_desk *desk, const char *argument, vvi_text *text, vv_error *error)
{
    const vvi_server *server = vvi_desk_context(desk);
    vvi_command_line c;
    int pid = 0;
    json_t *body = json_loads(argument, JSON_REJECT_DUPLICATES, NULL);
    const char *confirmed = json_string_value(json_object_get(body, "digest"));
    vv_status status = vvi_command_read(desk, &c, error);
    if (status == VV_OK && (confirmed == NULL || strcmp(confirmed, c.digest) != 0))
        status = vvi_fail(error, VV_CONFLICT, "the command is not the one that was confirmed; look at it again");
    if (status == VV_OK && c.why != NULL) status = vvi_fail(error, VV_UNSUPPORTED, "%s", c.why);
    if (status == VV_OK) status = vvi_command_begin(&c, server->program, &pid, error);
    if (status == VV_OK) status = watch_begin(&c, pid, error);
    if (status == VV_OK) {
        vvi_text_printf(text, "{\"pid\": %d, \"log\": ", pid);
        vvi_text_add_json(text, c.log);
        vvi_text_printf(text, "}");
    }
    json_decref(body);
    vvi_command_deinit(&c);
    return status;
}

const vvi_part vvi_part_begin = { .name = "begin", .once = true, .make = make_begin };
