/* screen.c - what a search shows while it runs: JSON lines for programs, plain lines for pipes and files, and on a
 * terminal finished trials above a block with the best so far and the trials that run.
 */
#include "cli/cli.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BEST_ROWS = 3, LINE_SIZE = 1024 };

/* ---- texts ------------------------------------------------------------------------------------------------------ */

/* How it is searched, on a line of its own, where that is not what it always is. */
static void add_method(vvi_text *text, const vv_event *e)
{
    const size_t before = text->n;
    const char *separator = "\n  ";
    if (strcmp(e->oracle, vv_oracle_at(0)->name) != 0) vvi_text_printf(text, "%soracle: %s", separator, e->oracle);
    if (text->n > before) separator = "; ";
    if (e->pruner != NULL) vvi_text_printf(text, "%spruner: %s", separator, e->pruner);
    if (text->n > before) separator = "; ";
    if (e->enqueued > 0) vvi_text_printf(text, "%senqueued: %d", separator, e->enqueued);
    if (text->n > before) separator = "; ";
    if (e->earlier + e->misfits > 0)
        vvi_text_printf(text, "%sknown from a warm start: %d; do not fit: %d", separator, e->earlier, e->misfits);
}

static void add_search(vvi_text *text, const vv_event *e)
{
    vvi_text_printf(text, "Project %s: ", vv_study_path(e->study));
    vvi_report_objectives(text, e->objectives);
    if (e->constraints->n > 0) vvi_text_printf(text, ", keeping ");
    vvi_report_constraints(text, e->constraints);
    vvi_text_printf(text, "; trials: %d, executions each: %d", e->max_trials, e->executions);
    if (e->epochs > 0) vvi_text_printf(text, ", %ss: %d", e->unit, e->epochs);
    if (e->trials_before > 0) vvi_text_printf(text, "; going on after %d", e->trials_before);
    add_method(text, e);
}

/* What there is to search, below. What cannot be held is not shown; the search is not the worse for it. */
static void write_head(vvi_screen *screen, const vv_event *e)
{
    if (e->explanation != NULL) (void)!vvi_explain_write_head(e->explanation, screen->out, NULL);
    fflush(screen->out);
}

void vvi_screen_trial_begin(vvi_text *text, const vv_event *e)
{
    const int had = e->trial->epochs;
    vvi_text_printf(text, "Trial %d ", e->trial->id);
    if (had > 0)
        vvi_text_printf(text, "goes on after %d %s%s: ", had, e->unit, had == 1 ? "" : "s");
    else
        vvi_text_printf(text, "begins: ");
    vvi_report_values(text, e->trial->values, e->trial->n_values);
}

static void add_metric(vvi_text *text, const vv_event *e, size_t i)
{
    char number[VVI_NUMBER_SIZE];
    vvi_report_number(e->values[i], number, sizeof number);
    vvi_text_printf(text, "  %s %s", e->metrics[i], number);
}

static void add_metrics(vvi_text *text, const vv_event *e)
{
    for (size_t i = 0; i < e->n_metrics; i++) add_metric(text, e, i);
}

static void add_epoch(vvi_text *text, const vv_event *e)
{
    vvi_text_printf(text, ", %s %d", e->unit, e->epoch + 1);
    if (e->epochs > 0) vvi_text_printf(text, "/%d", e->epochs);
}

static void add_position(vvi_text *text, const vv_event *e)
{
    vvi_text_printf(text, "Trial %d", e->trial->id);
    if (e->executions > 1) vvi_text_printf(text, ", execution %d/%d", e->execution + 1, e->executions);
    add_epoch(text, e);
}

static void add_trial_end(vvi_text *text, const vv_event *e)
{
    const vv_trial *trial = e->trial;
    char seconds[VVI_NUMBER_SIZE];
    const bool early = trial->status == VV_TRIAL_PRUNED || trial->status == VV_TRIAL_PAUSED;
    if (trial->status == VV_TRIAL_WAITING) {
        const char *reason = trial->n_attempts == 0 ? NULL : trial->attempts[trial->n_attempts - 1].reason;
        vvi_text_printf(text, "Trial %d failed, and is tried again: %s", trial->id, reason == NULL ? "?" : reason);
        return;
    }
    vvi_report_seconds(trial->seconds, seconds, sizeof seconds);
    vvi_text_printf(text, "Trial %d %s", trial->id, vv_trial_status_name(trial->status));
    if (early) vvi_text_printf(text, " after %d %s%s", trial->epochs, e->unit, trial->epochs == 1 ? "" : "s");
    vvi_text_printf(text, " in %s", seconds);
    if (trial->n_scores > 0) vvi_text_printf(text, ": ");
    vvi_report_scores(text, trial, e->objectives);
    if (trial->status == VV_TRIAL_COMPLETED && e->best == trial->id) vvi_text_printf(text, ", the best so far");
    if (trial->reason != NULL) vvi_text_printf(text, ": %s", trial->reason);
}

static void print_line(vvi_screen *screen, vvi_text *text)
{
    if (text->data != NULL) fprintf(screen->out, "%s\n", text->data);
    fflush(screen->out);
    vvi_text_deinit(text);
}

/* ---- JSON ------------------------------------------------------------------------------------------------------- */

static void show_json(vvi_screen *screen, const vv_event *event)
{
    vvi_json json = { 0 };
    vvi_json_event(&json, event);
    /* A pipe that is closed shows in the stream's error, which the end of the command looks at. */
    (void)!vvi_json_flush(&json, screen->out, NULL);
}

/* ---- plain ------------------------------------------------------------------------------------------------------ */

static void show_plain(vvi_screen *screen, const vv_event *e)
{
    vvi_text text = { 0 };
    switch (e->kind) {
    case VV_EVENT_SEARCH_BEGIN:
        add_search(&text, e);
        break;
    case VV_EVENT_TRIAL_BEGIN:
        vvi_screen_trial_begin(&text, e);
        break;
    case VV_EVENT_EPOCH:
        add_position(&text, e);
        add_metrics(&text, e);
        break;
    case VV_EVENT_TRIAL_END:
        add_trial_end(&text, e);
        break;
    case VV_EVENT_NOTE:
        vvi_text_printf(&text, "%s", e->note);
        break;
    case VV_EVENT_SEARCH_END:
        break;
    }
    print_line(screen, &text);
    if (e->kind == VV_EVENT_SEARCH_BEGIN) write_head(screen, e);
}

static void show_quiet(vvi_screen *screen, const vv_event *e)
{
    if (e->kind == VV_EVENT_TRIAL_END || e->kind == VV_EVENT_NOTE) show_plain(screen, e);
}

/* ---- live ------------------------------------------------------------------------------------------------------- */

/* The best so far, and what runs. */
static void draw(vvi_screen *screen)
{
    vvi_text block = { 0 };
    if (screen->running.n == 0) return;
    if (screen->best.data != NULL) vvi_text_printf(&block, "%s\n", screen->best.data);
    vvi_running_line(&screen->running, &block);
    if (!block.failed) vvi_live_draw(&screen->live, block.data);
    vvi_text_deinit(&block);
}

/* The table of the best so far. What cannot be read or held is not shown; the search is not the worse for it. */
static void update_best(vvi_screen *screen, const vv_event *e)
{
    vv_trials trials;
    char *text = NULL;
    size_t size = 0;
    vvi_text_deinit(&screen->best);
    if (e->best < 0) return;
    if (vv_study_trials(e->study, &(vv_trials_args){ .best_first = true, .limit = BEST_ROWS }, &trials, NULL) != VV_OK)
        return;
    while (trials.n > 0 && trials.list[trials.n - 1].status != VV_TRIAL_COMPLETED) trials.n--;
    FILE *out = open_memstream(&text, &size);
    if (out != NULL) {
        const vvi_goals goals = { .objectives = *e->objectives, .constraints = *e->constraints };
        const vv_status status = vvi_results_write(&trials, &goals, false, out, NULL);
        fclose(out);
        if (status == VV_OK && text != NULL) vvi_text_add(&screen->best, text, size);
    }
    free(text);
    vv_trials_free(&trials);
}

static void show_end(vvi_screen *screen, const vv_event *e)
{
    vvi_text line = { 0 };
    const bool bold = screen->color && e->best == e->trial->id;
    if (bold) vvi_text_printf(&line, "\033[1m");
    add_trial_end(&line, e);
    if (bold) vvi_text_printf(&line, "\033[0m");
    vvi_live_clear(&screen->live);
    print_line(screen, &line);
    update_best(screen, e);
    draw(screen);
}

static void show_live(vvi_screen *screen, const vv_event *e)
{
    vvi_text line = { 0 };
    switch (e->kind) {
    case VV_EVENT_SEARCH_BEGIN:
        add_search(&line, e);
        print_line(screen, &line);
        write_head(screen, e);
        update_best(screen, e);
        break;
    case VV_EVENT_TRIAL_BEGIN:
    case VV_EVENT_EPOCH:
        draw(screen);
        break;
    case VV_EVENT_TRIAL_END:
        show_end(screen, e);
        break;
    case VV_EVENT_NOTE:
        vvi_text_printf(&line, "%s", e->note);
        vvi_live_clear(&screen->live);
        print_line(screen, &line);
        draw(screen);
        break;
    case VV_EVENT_SEARCH_END:
        vvi_live_clear(&screen->live);
        break;
    }
    vvi_text_deinit(&line);
}

/* ---- the screen ------------------------------------------------------------------------------------------------- */

static bool is_set(const char *variable)
{
    const char *value = getenv(variable);
    return value != NULL && value[0] != '\0';
}

void vvi_screen_init(vvi_screen *screen, FILE *out, bool json)
{
    const char *term = getenv("TERM");
    const bool terminal = isatty(fileno(out)) && term != NULL && strcmp(term, "dumb") != 0;
    *screen = (vvi_screen){ .out = out, .live = { .out = out }, .color = terminal && !is_set("NO_COLOR") };
    screen->show = json ? show_json : terminal ? show_live : show_plain;
}

void vvi_screen_quiet(vvi_screen *screen)
{
    if (screen->show != show_json) screen->show = show_quiet;
}

/* What the end of the command wants to know, whatever is shown. */
static void remember(vvi_screen *screen, const vv_event *e)
{
    screen->began = true;
    screen->tried = screen->tried || e->kind == VV_EVENT_TRIAL_BEGIN;
    if (e->kind == VV_EVENT_TRIAL_BEGIN) vvi_running_begin(&screen->running, e);
    if (e->kind == VV_EVENT_EPOCH) vvi_running_epoch(&screen->running, e);
    if (e->kind == VV_EVENT_TRIAL_END) vvi_running_end(&screen->running, e);
    screen->trials += e->kind == VV_EVENT_TRIAL_END;
    if (e->kind == VV_EVENT_SEARCH_END && e->refusals != NULL) screen->refusals = *e->refusals;
}

void vvi_screen_on_event(void *context, const vv_event *event)
{
    vvi_screen *screen = context;
    remember(screen, event);
    screen->show(screen, event);
}

void vvi_screen_deinit(vvi_screen *screen)
{
    vvi_live_clear(&screen->live);
    vvi_text_deinit(&screen->best);
    vvi_running_deinit(&screen->running);
}
