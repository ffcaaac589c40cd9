/* logs.c - what a search writes besides its study: --tensorboard, --log-csv. A log that cannot be written ends nothing, and is
 * said once.
 */
#include "cli/cli.h"

#include <string.h>

static const struct {
    const vvi_log_kind *kind;
    size_t offset; /* of the option, in vvi_options */
} rows[VVI_LOGS] = { { &vvi_log_tensorboard, VVI_MEMBER(tensorboard) }, { &vvi_log_csv, VVI_MEMBER(log_csv) } };

static const char *path_of(const vvi_options *options, size_t i)
{
    const char *path;
    memcpy(&path, (const char *)options + rows[i].offset, sizeof path);
    return path;
}

/* All of them before any is made. */
static int check_paths(const vvi_options *options, const char *project)
{
    int exit_status = 0;
    for (size_t i = 0; exit_status == 0 && i < VVI_LOGS; i++) {
        const char *path = path_of(options, i), *name = rows[i].kind->name;
        if (path == NULL) continue;
        exit_status =
            strcmp(path, "-") == 0
                ? vvi_cli_complain(VVI_EXIT_USAGE, "--%s: - is no path, and standard output has other uses", name)
                : vvi_cli_check_outside(name, path, project);
    }
    return exit_status;
}

int vvi_logs_open(vvi_logs *logs, const vvi_options *options, const char *project)
{
    *logs = (vvi_logs){ .said = { false } };
    const int exit_status = check_paths(options, project);
    if (exit_status != 0) return exit_status;
    for (size_t i = 0; i < VVI_LOGS; i++) {
        vv_error error = { 0 };
        const char *path = path_of(options, i);
        if (path == NULL || rows[i].kind->open(path, &logs->list[i], &error) == VV_OK) continue;
        vvi_logs_close(logs);
        return vvi_cli_complain(VVI_EXIT_USAGE, "--%s: %s", rows[i].kind->name, error.text);
    }
    return 0;
}

static void say(vvi_screen *screen, size_t i, const vv_event *event, const vv_error *error)
{
    char text[VV_ERROR_SIZE + 100];
    snprintf(text, sizeof text, "--%s: %s; the search goes on without what cannot be written", rows[i].kind->name,
             error->text);
    vv_event note = *event;
    note.kind = VV_EVENT_NOTE;
    note.note = text;
    vvi_screen_on_event(screen, &note);
}

void vvi_logs_take(vvi_logs *logs, const vv_event *event, vvi_screen *screen)
{
    for (size_t i = 0; i < VVI_LOGS; i++) {
        vv_error error = { 0 };
        if (logs->list[i] == NULL || rows[i].kind->take(logs->list[i], event, &error) == VV_OK) continue;
        if (!logs->said[i]) say(screen, i, event, &error);
        logs->said[i] = true;
    }
}

void vvi_logs_close(vvi_logs *logs)
{
    for (size_t i = 0; i < VVI_LOGS; i++) rows[i].kind->close(logs->list[i]);
    *logs = (vvi_logs){ .said = { false } };
}
