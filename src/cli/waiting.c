/* waiting.c - a line on the terminal that says what long work is going on, and that it goes on: compiling, downloading,
 * reading data, looking at what a space holds.
 *
 * A process of its own draws it on standard error, so that whatever does the work need not know of it. It begins half a
 * second after the work, and leaves nothing behind: when the work has ended, when the command is interrupted or dies, the
 * line is erased. Where there is no terminal there is no such process.
 */
#include "cli/cli.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MESSAGE = 400, FRAME_MS = 100 };
static const double patience_s = 0.5, seconds_from_s = 3, say_every_s = 0.1;

/* ---- the process that draws ------------------------------------------------------------------------------------- */

static volatile sig_atomic_t told_to_end;

static void on_signal(int number)
{
    (void)number;
    told_to_end = 1;
}

static void put(const vvi_text *text)
{
    if (!text->failed) (void)!write(STDERR_FILENO, text->data, text->n);
}

static void draw(const char *what, int frame, double since_s)
{
    static const char *const frames[] = { "⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏" };
    char seconds[VVI_NUMBER_SIZE];
    vvi_text line = { 0 }, shown = { 0 };
    const int columns = vvi_report_terminal_width(stderr);
    vvi_text_printf(&line, "%s %s", frames[(size_t)frame % VVI_COUNT(frames)], what);
    vvi_report_whole_seconds(since_s, seconds, sizeof seconds);
    if (since_s >= seconds_from_s) vvi_text_printf(&line, " (%s)", seconds);
    const size_t most =
        line.failed ? 0 : vvi_report_clip(line.data, (size_t)(columns > 0 ? columns : VVI_REPORT_WIDTH) - 1);
    if (!line.failed) vvi_text_printf(&shown, "\r%.*s\033[K", (int)most, line.data);
    put(&shown);
    vvi_text_deinit(&line);
    vvi_text_deinit(&shown);
}

/* false: that was all. */
static bool hear(int fd, char what[MESSAGE])
{
    char message[MESSAGE];
    const ssize_t n = recv(fd, message, sizeof message - 1, MSG_DONTWAIT);
    if (n < 2) return n != 1;
    message[n] = '\0';
    memcpy(what, message, (size_t)n + 1);
    return true;
}

static void show(int fd, pid_t parent, char what[MESSAGE])
{
    const double began_s = vvi_clock_s();
    int frame = 0;
    for (bool more = true; more && !told_to_end && getppid() == parent;) {
        struct pollfd news = { .fd = fd, .events = POLLIN };
        if (poll(&news, 1, FRAME_MS) > 0) more = hear(fd, what);
        const double since_s = vvi_clock_s() - began_s;
        if (more && !told_to_end && since_s >= patience_s && since_s >= patience_s + frame * FRAME_MS / 1e3)
            draw(what, frame++, since_s);
    }
    if (frame > 0) (void)!write(STDERR_FILENO, "\r\033[K", 4);
}

static void run_child(int fd, pid_t parent, char what[MESSAGE])
{
    const struct sigaction action = { .sa_handler = on_signal };
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    show(fd, parent, what);
    _exit(0);
}

/* ---- the work --------------------------------------------------------------------------------------------------- */

static bool is_terminal(void)
{
    const char *term = getenv("TERM");
    return isatty(STDERR_FILENO) && term != NULL && term[0] != '\0' && strcmp(term, "dumb") != 0;
}

static void write_message(char message[MESSAGE], const char *text)
{
    vvi_text visible = { 0 };
    vvi_text_add_visible(&visible, text, MESSAGE / 5);
    snprintf(message, MESSAGE, "%s", visible.data == NULL ? "..." : visible.data);
    vvi_text_deinit(&visible);
}

void vvi_waiting_begin(vvi_waiting *waiting, const char *what)
{
    int ends[2];
    char message[MESSAGE];
    const pid_t parent = getpid();
    *waiting = (vvi_waiting){ .fd = -1 };
    if (!is_terminal() || socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends) != 0) return;
    write_message(message, what);
    const pid_t child = fork();
    if (child == 0) run_child(ends[1], parent, message);
    close(ends[1]);
    if (child > 0)
        *waiting = (vvi_waiting){ .fd = ends[0], .pid = child };
    else
        close(ends[0]);
}

void vvi_waiting_say(vvi_waiting *waiting, const char *what)
{
    char message[MESSAGE];
    const double now_s = vvi_clock_s();
    if (waiting->pid == 0 || now_s - waiting->said_s < say_every_s) return;
    waiting->said_s = now_s;
    write_message(message, what);
    (void)!send(waiting->fd, message, strlen(message), MSG_NOSIGNAL | MSG_DONTWAIT);
}

void vvi_waiting_end(vvi_waiting *waiting)
{
    if (waiting->pid == 0) return;
    (void)!send(waiting->fd, "\n", 1, MSG_NOSIGNAL);
    close(waiting->fd);
    waitpid(waiting->pid, NULL, 0);
    *waiting = (vvi_waiting){ .fd = -1 };
}
