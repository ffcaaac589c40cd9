/* dashboard.c - varve dashboard PLACE: pages in a browser that show searches while they run, until Ctrl-C. */
#include "cli/cli.h"
#include "serve/serve.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PORT = 8501 };

static const vvi_positional positionals[] = {
    { .name = "PLACE",
      .offset = VVI_MEMBER(source),
      .help = "a project, a folder of projects, or postgresql://HOST/DATABASE[#STUDY] (.)",
      .optional = true,
      .unless = VVI_MEMBER(storage) },
};
static const vvi_option rows[] = {
    VVI_OPTION_STORAGE("a database, in place of PLACE: postgresql://HOST/DATABASE"),
    { .name = "study",
      .type = VVI_OPTION_TEXT,
      .offset = VVI_MEMBER(study),
      .argument = "NAME",
      .help = "one study in it (all of them)" },
    { .name = "host",
      .type = VVI_OPTION_TEXT,
      .offset = VVI_MEMBER(host),
      .argument = "ADDRESS",
      .help = "where it can be reached: everybody there can read (127.0.0.1, this machine alone)" },
    { .name = "port",
      .type = VVI_OPTION_NUMBER,
      .offset = VVI_MEMBER(port),
      .min = 0,
      .max = 65535,
      .argument = "N",
      .help = "0: any that is free (8501)" },
    VVI_OPTION_JSON,
};

static int find_place(const vvi_options *options, char where[VVI_WHERE_SIZE])
{
    if (options->storage != NULL && options->study != NULL) return vvi_cli_where(options, "", where);
    const char *place = options->storage != NULL ? options->storage : options->source != NULL ? options->source : ".";
    const int n = snprintf(where, VVI_WHERE_SIZE, "%s", place);
    return n < VVI_WHERE_SIZE ? 0 : vvi_cli_complain(VVI_EXIT_USAGE, "PLACE: the path is too long");
}

static void say_where(const vvi_server *server, bool json)
{
    vvi_json line = { 0 };
    const char *host = vvi_server_host(server), *token = vvi_server_token(server);
    const int port = vvi_server_port(server);
    if (!json) {
        printf("The dashboard is at http://%s:%d/#token=%s\n"
               "Who has this address may stop searches and begin them; without what follows the #, look at them.\n"
               "Ctrl-C ends it.\n",
               host, port, token);
        fflush(stdout);
        return;
    }
    vvi_text url = { 0 };
    vvi_text_printf(&url, "http://%s:%d/", host, port);
    vvi_json_begin(&line, NULL, '{');
    vvi_json_string(&line, "url", url.data);
    vvi_json_string(&line, "token", token);
    vvi_json_int(&line, "port", port);
    vvi_json_end(&line, '}');
    vvi_json_flush(&line, stdout, NULL);
    vvi_text_deinit(&url);
}

/* Searches that were begun from here and have ended. */
static void bury(void)
{
    while (waitpid(-1, NULL, WNOHANG) > 0) continue;
}

/* Until a signal ends it. They are blocked, so that threads that are begun later leave them to this one. */
static void attend(vvi_server *server, const sigset_t *ends)
{
    const struct timespec second = { .tv_sec = 1 };
    while (sigtimedwait(ends, NULL, &second) < 0) {
        vvi_server_tick(server);
        bury();
    }
}

static int serve(const vvi_options *options, const char *where)
{
    static char program[PATH_MAX];
    vvi_server *server = NULL;
    vv_error error = { 0 };
    sigset_t ends;
    const ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
    const vvi_serve_args args = { .where = where,
                                  .host = options->host,
                                  .port = options->port.set ? (int)options->port.value : PORT,
                                  .program = n > 0 ? program : NULL,
                                  .log = stderr };
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGHUP);
    sigprocmask(SIG_BLOCK, &ends, NULL);
    const vv_status status = vvi_server_begin(&args, &server, &error);
    if (status != VV_OK) return vvi_cli_fail(vvi_cli_study_status(status), &error);
    say_where(server, options->json);
    attend(server, &ends);
    vvi_server_end(server);
    return vvi_cli_end(VVI_EXIT_DONE, stdout);
}

static int run(const vvi_options *options)
{
    char where[VVI_WHERE_SIZE];
    const int exit_status = find_place(options, where);
    return exit_status != 0 ? exit_status : serve(options, where);
}

const vvi_command vvi_command_dashboard = {
    .name = "dashboard",
    .summary = "searches in a browser, while they run: look, compare, stop, enqueue",
    .positionals = positionals,
    .n_positionals = VVI_COUNT(positionals),
    .options = rows,
    .n_options = VVI_COUNT(rows),
    .run = run,
};
