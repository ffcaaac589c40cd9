/* log.c - what was refused: one harmless line each, and not more than somebody would read. */
#include "serve/http.h"

#include <inttypes.h>
#include <math.h>

enum { MOST_SHOWN = 120 };
static const double BURST = 20, LINES_PER_S = 2;

void vvi_log_init(vvi_log *log, FILE *out)
{
    *log = (vvi_log){ .out = out, .allowance = BURST, .at_s = vvi_clock_s() };
    pthread_mutex_init(&log->lock, NULL);
}

void vvi_log_deinit(vvi_log *log)
{
    pthread_mutex_destroy(&log->lock);
}

static bool may_write(vvi_log *log)
{
    const double now = vvi_clock_s();
    log->allowance = fmin(BURST, log->allowance + LINES_PER_S * (now - log->at_s));
    log->at_s = now;
    if (log->allowance < 1) {
        log->left_out++;
        return false;
    }
    log->allowance--;
    return true;
}

void vvi_log_refused(vvi_log *log, int code, const char *method, const char *path, const char *why)
{
    if (log->out == NULL) return;
    vvi_text line = { 0 };
    vvi_text_printf(&line, "refused (%d): ", code);
    vvi_text_add_visible(&line, method, 20);
    vvi_text_printf(&line, " ");
    vvi_text_add_visible(&line, path, MOST_SHOWN);
    vvi_text_printf(&line, ": ");
    vvi_text_add_visible(&line, why, MOST_SHOWN);
    pthread_mutex_lock(&log->lock);
    if (may_write(log) && !line.failed) {
        if (log->left_out > 0) fprintf(log->out, "refused: %" PRIu64 " more\n", log->left_out);
        log->left_out = 0;
        fprintf(log->out, "%s\n", line.data);
        fflush(log->out);
    }
    pthread_mutex_unlock(&log->lock);
    vvi_text_deinit(&line);
}
