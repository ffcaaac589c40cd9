/* screen.c - what a search shows while it runs: JSON lines for programs, plain lines for pipes and files, and on a
 * terminal finished trials above a block with the trials that run (running.c), the best so far beside them (beside.c), and
 * how far the search is (overall.c).
 *
 * The block is drawn ten times a second at most, and once a second at least; what has ended meanwhile is kept until then.
 * It takes two thirds of the terminal's rows, more where more trials run, and is never higher than the terminal.
 */
#include "cli/cli.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const double least_s = 0.1, most_s = 1;

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
    vvi_text constraints = { 0 };
    vvi_text_printf(text, "Project ");
    vvi_text_add_visible(text, vv_study_path(e->study), 0);
    vvi_text_printf(text, ": ");
    vvi_report_objectives(text, e->objectives);
    vvi_report_constraints(&constraints, e->constraints);
    if (constraints.data != NULL) vvi_text_printf(text, ", keeping ");
    if (constraints.data != NULL) vvi_text_add_visible(text, constraints.data, 0);
    vvi_text_deinit(&constraints);
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

/* Where a trial goes on that was interrupted, or paused: behind the epochs of its last curve. */
static void add_going_on(vvi_text *text, const vv_event *e)
{
    int execution = 0, epochs = e->trial->epochs;
    for (size_t i = 0; i < e->trial->n_curves; i++)
        if (e->trial->curves[i].execution >= execution) {
            execution = e->trial->curves[i].execution;
            epochs = (int)e->trial->curves[i].n;
        }
    vvi_text_printf(text, "goes on at ");
    if ((size_t)execution < e->trial->n_executions) execution++, epochs = 0;
    if (e->executions > 1) vvi_text_printf(text, "execution %d, ", execution + 1);
    vvi_text_printf(text, "%s %d: ", e->unit, epochs + 1);
}

static void add_trial_begin(vvi_text *text, const vv_event *e)
{
    vvi_text_printf(text, "Trial %d ", e->trial->id);
    if (e->trial->epochs > 0)
        add_going_on(text, e);
    else
        vvi_text_printf(text, "begins: ");
    vvi_report_values(text, e->trial->values, e->trial->n_values);
}

static void add_metric(vvi_text *text, const vv_event *e, size_t i)
{
    char number[VVI_NUMBER_SIZE];
    vvi_report_number(e->values[i], number, sizeof number);
    vvi_text_printf(text, "  ");
    vvi_text_add_visible(text, e->metrics[i], VVI_REPORT_NAME);
    vvi_text_printf(text, " %s", number);
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
        vvi_text_printf(text, "Trial %d failed, and is tried again: ", trial->id);
        vvi_text_add_visible(text, reason == NULL ? "?" : reason, VVI_REPORT_REASON);
        return;
    }
    vvi_report_seconds(trial->seconds, seconds, sizeof seconds);
    vvi_text_printf(text, "Trial %d %s", trial->id, vv_trial_status_name(trial->status));
    if (early) vvi_text_printf(text, " after %d %s%s", trial->epochs, e->unit, trial->epochs == 1 ? "" : "s");
    vvi_text_printf(text, " in %s", seconds);
    if (trial->n_scores > 0) vvi_text_printf(text, ": ");
    vvi_report_scores(text, trial, e->objectives);
    if (trial->status == VV_TRIAL_COMPLETED && e->best == trial->id) vvi_text_printf(text, ", the best so far");
    if (trial->reason == NULL) return;
    vvi_text_printf(text, ": ");
    vvi_text_add_visible(text, trial->reason, VVI_REPORT_REASON);
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
        add_trial_begin(&text, e);
        break;
    case VV_EVENT_EPOCH:
        add_position(&text, e);
        add_metrics(&text, e);
        break;
    case VV_EVENT_TRIAL_END:
        add_trial_end(&text, e);
        break;
    case VV_EVENT_NOTE:
        vvi_text_add_visible(&text, e->note, VVI_REPORT_REASON);
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

/* How many lines each part of the block gets. */
typedef struct parts {
    size_t running, beside;
    bool gaps; /* an empty line between them */
} parts;

static parts share_rows(const vvi_screen *screen, int terminal_rows)
{
    parts p = { .gaps = terminal_rows >= 20 };
    const size_t all = (size_t)terminal_rows - 1, most = all < 10 ? all : all * 2 / 3 < 10 ? 10 : all * 2 / 3;
    const size_t best = screen->best.id >= 0 ? 1 : 0, rest = 1 + best + (p.gaps ? 3 : 0),
                 wanted = screen->running.n + 1;
    p.running = wanted + rest <= all ? wanted : all > rest ? all - rest : 0;
    p.beside = p.running + rest < most ? most + best - p.running - rest : 0;
    return p;
}

static void add_stopping(const vvi_screen *screen, vvi_text *block)
{
    const vvi_running *running = &screen->running;
    vvi_text_printf(block, "%sStopping: %zu trial%s %s; Ctrl-C again: at once%s\n", screen->color ? "\033[1m" : "",
                    running->n, running->n == 1 ? " ends its" : "s end their", running->unit,
                    screen->color ? "\033[0m" : "");
}

static bool is_stopping(const vvi_screen *screen)
{
    return screen->stop != NULL && *screen->stop != 0 && screen->running.n > 0;
}

static void write_block(const vvi_screen *screen, int columns, int rows, vvi_text *block)
{
    const parts p = share_rows(screen, rows);
    const size_t width = (size_t)columns - 1;
    const char *gap = p.gaps ? "\n" : "";
    if (screen->running.n > 0) vvi_text_printf(block, "%s", gap);
    vvi_running_write(&screen->running, p.running, width, screen->color, block);
    vvi_text_printf(block, "%s", gap);
    const size_t before = block->n;
    vvi_beside_write(&screen->best, &screen->running, p.beside, width, screen->color, block);
    if (block->n == before && screen->best.id >= 0) vvi_beside_best(&screen->best, screen->running.metric, block);
    if (block->n > before) vvi_text_printf(block, "%s", gap);
    if (is_stopping(screen))
        add_stopping(screen, block);
    else
        vvi_overall_write(&screen->overall, &screen->running, width, block);
}

static void draw(vvi_screen *screen)
{
    vvi_text block = { 0 };
    int columns = vvi_report_terminal_width(screen->out), rows = vvi_report_terminal_height(screen->out);
    if (screen->forget != NULL && *screen->forget != screen->forgotten) {
        screen->forgotten = *screen->forget;
        vvi_live_forget(&screen->live);
    }
    screen->columns = columns, screen->rows = rows;
    write_block(screen, columns > 0 ? columns : VVI_REPORT_WIDTH, rows > 0 ? rows : 24, &block);
    if (!block.failed) vvi_live_draw(&screen->live, screen->above.data, block.data == NULL ? "" : block.data);
    vvi_text_deinit(&block);
    vvi_text_deinit(&screen->above);
    screen->stop_said = is_stopping(screen);
    screen->drawn_s = vvi_clock_s();
    screen->dirty = false;
}

static bool has_changed(const vvi_screen *screen)
{
    return screen->columns != vvi_report_terminal_width(screen->out) ||
           screen->rows != vvi_report_terminal_height(screen->out) || is_stopping(screen) != screen->stop_said ||
           (screen->forget != NULL && *screen->forget != screen->forgotten);
}

/* What cannot be read or held is not shown; the search is not the worse for it. */
static void update_best(vvi_screen *screen, const vv_event *e)
{
    vv_trials trials = { .n = 0 };
    if (e->best < 0 || e->best == screen->best.id) return;
    const vv_trials_args args = { .only = true, .id = e->best };
    if (vv_study_trials(e->study, &args, &trials, NULL) == VV_OK && trials.n > 0) {
        vvi_shown_take(&screen->best, &trials.list[0]);
        for (size_t i = 0; i < e->objectives->n && i < trials.list[0].n_scores; i++)
            if (strcmp(e->objectives->list[i].name, e->objective->name) == 0)
                vvi_report_number(trials.list[0].scores[i], screen->best.score, sizeof screen->best.score);
    }
    vv_trials_free(&trials);
}

static const char *colour_of(const vvi_screen *screen, const vv_event *e)
{
    if (!screen->color || e->kind != VV_EVENT_TRIAL_END) return "";
    if (e->trial->status == VV_TRIAL_FAILED) return "\033[31m";
    return e->trial->status == VV_TRIAL_COMPLETED && e->best == e->trial->id ? "\033[1m" : "";
}

/* Keeps a line until it can be shown above the block. */
static void add_above(vvi_screen *screen, const vv_event *e)
{
    const char *colour = colour_of(screen, e);
    vvi_text *above = &screen->above;
    vvi_text_printf(above, "%s", colour);
    if (e->kind == VV_EVENT_NOTE)
        vvi_text_add_visible(above, e->note, VVI_REPORT_REASON);
    else
        add_trial_end(above, e);
    vvi_text_printf(above, "%s\n", colour[0] == '\0' ? "" : "\033[0m");
}

static void show_live(vvi_screen *screen, const vv_event *e)
{
    vvi_text line = { 0 };
    if (e->kind == VV_EVENT_SEARCH_BEGIN) {
        add_search(&line, e);
        vvi_text_printf(&line, "\n");
        if (!line.failed) vvi_live_draw(&screen->live, line.data, "");
        vvi_text_deinit(&line);
        write_head(screen, e);
    }
    if (e->kind == VV_EVENT_SEARCH_BEGIN || e->kind == VV_EVENT_TRIAL_END) update_best(screen, e);
    if (e->kind == VV_EVENT_TRIAL_END || e->kind == VV_EVENT_NOTE) add_above(screen, e);
    if (e->kind == VV_EVENT_SEARCH_END) {
        draw(screen);
        vvi_live_clear(&screen->live);
    } else if (screen->overall.first_s > 0 && vvi_clock_s() - screen->drawn_s >= least_s) {
        draw(screen);
    }
}

/* Times go on though nothing happens, the terminal may have another size, somebody may have asked to stop. */
static void tick_live(vvi_screen *screen)
{
    const double since_s = vvi_clock_s() - screen->drawn_s;
    if (!(screen->overall.first_s > 0) || since_s < least_s) return;
    if (since_s >= most_s || screen->dirty || has_changed(screen)) draw(screen);
}

static void tick_plain(vvi_screen *screen)
{
    if (!is_stopping(screen) || screen->stop_said) return;
    screen->stop_said = true;
    vvi_text line = { 0 };
    vvi_text_printf(&line, "Stopping: the trials that run end their %s", screen->running.unit);
    print_line(screen, &line);
}

void vvi_screen_on_tick(vvi_screen *screen)
{
    if (screen->show == show_live) tick_live(screen);
    if (screen->show == show_plain) tick_plain(screen);
}

/* ---- the screen ------------------------------------------------------------------------------------------------- */

static bool is_set(const char *variable)
{
    const char *value = getenv(variable);
    return value != NULL && value[0] != '\0';
}

void vvi_screen_init(vvi_screen *screen, FILE *out, bool json)
{
    const bool terminal = isatty(fileno(out)) && is_set("TERM") && strcmp(getenv("TERM"), "dumb") != 0;
    *screen = (vvi_screen){
        .out = out, .live = { .out = out }, .best = { .id = -1 }, .color = terminal && !is_set("NO_COLOR")
    };
    screen->show = json ? show_json : terminal ? show_live : show_plain;
}

void vvi_screen_quiet(vvi_screen *screen)
{
    if (screen->show == show_plain) screen->show = show_quiet;
}

/* What the end of the command wants to know, whatever is shown. */
static void remember(vvi_screen *screen, const vv_event *e)
{
    screen->began = true;
    screen->dirty = true;
    if (screen->show == show_live) vvi_overall_event(&screen->overall, &screen->running, e);
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
    if (screen->above.data != NULL) draw(screen);
    vvi_live_clear(&screen->live);
    vvi_shown_deinit(&screen->best);
    vvi_running_deinit(&screen->running);
}
