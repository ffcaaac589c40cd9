/* program.c - one run of a program as a trial's function: started, listened to, ended.
 *
 * What it prints is read line by line, never more than a line is held, and kept in the trial's log up to a limit. When it is
 * to stop, or has all the steps that it was asked for, it has a moment to end by itself; then it is told to, then killed. All
 * that it has started ends with it (base/program.c).
 */
#include "tuner/command/command.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LINE_SIZE = 65536, LAST_SIZE = 200, LOG_MOST = 1 << 20, WAIT_MS = 100 };
static const double patience_s = 5; /* until it is told to end, and again until it is killed */

/* Bytes on their way to being lines. */
typedef struct lines {
    char text[LINE_SIZE];
    size_t n;
    bool too_long;        /* the rest of this line is dropped */
    char last[LAST_SIZE]; /* line that was not blank */
    bool ended;
} lines;

typedef struct listening {
    vvi_command_run *run;
    vvi_program program;
    vvi_command_said said;
    lines out, err;
    int log; /* -1: none */
    size_t logged;
    double over_s; /* since when its end is waited for; 0: it is not */
    int told;      /* signals */
} listening;

/* ---- output ------------------------------------------------------------------------------------------------------- */

static void write_log(listening *l, const char *bytes, size_t n)
{
    static const char cut[] = "\n[the rest is not kept]\n";
    if (l->log < 0 || l->logged >= LOG_MOST) return;
    const size_t room = LOG_MOST - l->logged;
    l->logged += n;
    (void)!write(l->log, bytes, n < room ? n : room); /* a full disk must not end the trial */
    if (n > room) (void)!write(l->log, cut, sizeof cut - 1);
}

/* What stands there after a line was drawn over itself, as progress bars are. */
static const char *visible(char *text)
{
    size_t n = strlen(text);
    while (n > 0 && (text[n - 1] == '\r' || text[n - 1] == ' ')) text[--n] = '\0';
    const char *drawn = strrchr(text, '\r');
    return drawn == NULL ? text : drawn + 1;
}

static void end_line(listening *l, lines *from)
{
    from->text[from->n] = '\0';
    const char *shown = visible(from->text);
    if (shown[strspn(shown, " \t")] != '\0') snprintf(from->last, sizeof from->last, "%s", shown);
    if (from == &l->out && !from->too_long && strlen(from->text) == strcspn(from->text, "\r"))
        vvi_said_line(&l->said, from->text);
    from->n = 0;
    from->too_long = false;
}

static void take_bytes(listening *l, lines *to, const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (bytes[i] == '\n')
            end_line(l, to);
        else if (to->n < LINE_SIZE - 1)
            to->text[to->n++] = bytes[i] == '\0' ? ' ' : bytes[i];
        else
            to->too_long = true;
    }
}

static void take_some(listening *l, lines *to, int fd)
{
    char bytes[16384];
    const ssize_t n = read(fd, bytes, sizeof bytes);
    if (n < 0 && errno == EINTR) return;
    if (n > 0) {
        write_log(l, bytes, (size_t)n);
        take_bytes(l, to, bytes, (size_t)n);
        return;
    }
    to->ended = true;
    if (to->n > 0) end_line(l, to);
}

/* ---- its end ------------------------------------------------------------------------------------------------------ */

static bool is_wanted(const listening *l)
{
    return !vvi_tuning_has_failed(l->said.tuning) && !vvi_tuning_is_over(l->said.tuning);
}

/* A search that is to stop waits for the next step, a while. */
static void hurry(listening *l)
{
    static const int signals[] = { SIGTERM, SIGKILL };
    (void)vvi_tuning_is_to_stop(l->said.tuning);
    if (is_wanted(l) || l->program.ended || l->told == 2) return;
    if (l->over_s <= 0) l->over_s = vvi_clock_s();
    const bool at_once = vvi_tuning_has_failed(l->said.tuning);
    if (!at_once && vvi_clock_s() - l->over_s < patience_s * (l->told + 1)) return;
    vvi_program_signal(&l->program, at_once ? SIGKILL : signals[l->told]);
    l->told = at_once ? 2 : l->told + 1;
}

static void listen_once(listening *l)
{
    vvi_program *p = &l->program;
    struct pollfd fds[] = { { .fd = l->out.ended ? -1 : p->out, .events = POLLIN },
                            { .fd = l->err.ended ? -1 : p->err, .events = POLLIN },
                            { .fd = p->ended ? -1 : p->news, .events = POLLIN } };
    if (poll(fds, 3, WAIT_MS) > 0) {
        if (fds[0].revents != 0) take_some(l, &l->out, p->out);
        if (fds[1].revents != 0) take_some(l, &l->err, p->err);
        if (fds[2].revents != 0) vvi_program_hear(p);
    }
    hurry(l);
}

/* When it has ended all that it started has, too: what was printed then comes to an end. */
static void listen_to_all(listening *l)
{
    while (!l->program.ended || !l->out.ended || !l->err.ended) listen_once(l);
}

static const char *last_words(const listening *l)
{
    return l->err.last[0] != '\0' ? l->err.last : l->out.last;
}

static void judge_end(listening *l)
{
    const vvi_program *p = &l->program;
    vv_tuning *t = l->said.tuning;
    const char *separator = last_words(l)[0] == '\0' ? "" : ": ";
    if (vvi_tuning_is_over(t)) return; /* however it ended: nobody waits for more */
    if (p->refusal != 0)
        vv_tuning_fail(t, "%.200s cannot be run: %s", l->run->words[0], strerror(p->refusal));
    else if (p->signal_number != 0)
        vv_tuning_fail(t, "signal %d, %s%s%s", p->signal_number, strsignal(p->signal_number), separator, last_words(l));
    else if (p->exit_code != 0)
        vv_tuning_fail(t, "exit code %d%s%s", p->exit_code, separator, last_words(l));
}

/* ---- the whole ---------------------------------------------------------------------------------------------------- */

static double run_program(listening *l, vv_error *error)
{
    vv_tuning *t = l->said.tuning;
    if (vvi_program_begin(&l->program, l->run->words, l->run->variables, error) != VV_OK) return 0;
    listen_to_all(l);
    vvi_program_end(&l->program);
    judge_end(l);
    if (vvi_tuning_has_failed(t) || vvi_tuning_is_over(t)) return 0;
    vvi_said_file(&l->said, l->run->result_path);
    return vvi_said_result(&l->said);
}

static double listen_to_program(vvi_command_run *run, vv_error *error)
{
    listening *l = vvi_calloc(1, sizeof *l);
    if (l == NULL) {
        vvi_no_memory(error);
        return 0;
    }
    l->run = run;
    l->said.tuning = run->tuning;
    l->log = open(run->log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    const double result = run_program(l, error);
    if (l->log >= 0) close(l->log);
    vvi_free(l);
    return result;
}

double vvi_command_run_program(const vv_command *command, const vv_hp *hp, vv_tuning *tuning)
{
    vv_error error = { 0 };
    vvi_command_run run = { .command = command, .hp = hp, .tuning = tuning };
    vv_status status = vvi_variables_make(&run, &error);
    if (status == VV_OK) status = vvi_words_make(&run, &error);
    const double result = status == VV_OK ? listen_to_program(&run, &error) : 0;
    if (error.status != VV_OK) vv_tuning_fail(tuning, "%s", error.text);
    vvi_arena_deinit(&run.arena);
    return result;
}
