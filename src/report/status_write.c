/* status_write.c - how a study is getting on, and what studies there are, for people. */
#include "report/status.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_FAILURES = 5, MOST_WORKERS = 20, SHORT_TIME = 20, HEAD = 11 };

/* "2026-11-28 05:00:37", UTC. */
static const char *short_time(double unix_time, char text[SHORT_TIME])
{
    vvi_report_short_time(unix_time, text, SHORT_TIME);
    return text;
}

static const char *grouped(int64_t n, char text[VVI_FORMAT_SIZE])
{
    return vvi_format_count(n < 0 ? 0 : (uint64_t)n, text);
}

/* ---- the head ------------------------------------------------------------------------------------------------------- */

static void write_counts(const vvi_status *s, vvi_page *page)
{
    static const struct {
        vv_trial_status status;
        const char *word;
    } words[] = {
        { VV_TRIAL_RUNNING, "running" },     { VV_TRIAL_WAITING, "waiting" }, { VV_TRIAL_INTERRUPTED, "interrupted" },
        { VV_TRIAL_PAUSED, "paused" },       { VV_TRIAL_PRUNED, "pruned" },   { VV_TRIAL_FAILED, "failed" },
        { VV_TRIAL_COMPLETED, "completed" },
    };
    char number[VVI_FORMAT_SIZE];
    vvi_text text = { 0 };
    vvi_text_printf(&text, "Trials     %s", grouped(s->counts.trials, number));
    if (s->max_trials > 0) vvi_text_printf(&text, " of %s", grouped(s->max_trials, number));
    bool some = false;
    for (size_t i = sizeof words / sizeof words[0]; i-- > 0;) {
        const int64_t n = s->counts.by_status[words[i].status];
        if (n == 0) continue;
        vvi_text_printf(&text, "%s%s %s", some ? ", " : ": ", grouped(n, number), words[i].word);
        some = true;
    }
    vvi_page_text(page, 0, HEAD, &text);
}

/* "1,123", "12.5". */
static const char *rate(double number, char text[VVI_FORMAT_SIZE])
{
    if (number >= 100 && number < 0x1p53) return vvi_format_count((uint64_t)(number + 0.5), text);
    snprintf(text, VVI_FORMAT_SIZE, "%.3g", number);
    return text;
}

static void write_pace(const vvi_status *s, vvi_page *page)
{
    char seconds[VVI_NUMBER_SIZE], trials[VVI_FORMAT_SIZE], epochs[VVI_FORMAT_SIZE];
    const vvi_status_pace *pace = &s->pace;
    if (isnan(pace->trials)) {
        vvi_page_printf(page, 0, HEAD, "Pace       unknown: too few trials have ended");
        return;
    }
    vvi_report_seconds(pace->seconds, seconds, sizeof seconds);
    vvi_text text = { 0 };
    vvi_text_printf(&text, "Pace       %s trials and %s %ss an hour (", rate(pace->trials, trials),
                    rate(pace->epochs, epochs), vvi_report_unit(&s->goals));
    if (pace->n == 1)
        vvi_text_printf(&text, "one trial,");
    else
        vvi_text_printf(&text, "the last %d trials,", pace->n);
    if (pace->failed > 0) vvi_text_printf(&text, " %d of which failed,", pace->failed);
    vvi_text_printf(&text, " in %s of work)", seconds);
    vvi_page_text(page, 0, HEAD, &text);
}

static void write_rest(const vvi_status *s, vvi_page *page)
{
    char seconds[VVI_NUMBER_SIZE], number[VVI_FORMAT_SIZE];
    const vvi_status_rest *rest = &s->rest;
    vvi_text text = { 0 };
    if (rest->trials == 0 || rest->epochs == 0) {
        vvi_page_printf(page, 0, HEAD, "Time left  none: all is done that was asked for");
        return;
    }
    vvi_text_printf(&text, "Time left  ");
    if (rest->why != NULL) {
        vvi_text_printf(&text, "unknown: %s", rest->why);
    } else {
        vvi_report_whole_seconds(rest->seconds, seconds, sizeof seconds);
        vvi_text_printf(&text, "about %s at this pace", seconds);
    }
    if (rest->trials >= 0)
        vvi_text_printf(&text, "; %s trial%s to go", grouped(rest->trials, number), rest->trials == 1 ? "" : "s");
    if (rest->epochs >= 0)
        vvi_text_printf(&text, "%s %s %ss at most", rest->trials >= 0 ? "," : ";", grouped(rest->epochs, number),
                        vvi_report_unit(&s->goals));
    if (s->live == 0) vvi_text_printf(&text, "; nobody is working at it now");
    vvi_page_text(page, 0, HEAD, &text);
}

static void write_best(const vvi_status *s, vvi_page *page)
{
    vvi_text text = { 0 };
    const vv_trial *best = s->best.n > 0 ? &s->best.list[0] : NULL;
    if (best == NULL || best->status != VV_TRIAL_COMPLETED) {
        vvi_page_printf(page, 0, HEAD, "Best       none: no trial is completed");
        return;
    }
    vvi_text_printf(&text, "Best       trial %d: ", best->id);
    vvi_report_scores(&text, best, &s->goals.objectives);
    vvi_text_printf(&text, " (");
    vvi_report_some_values(&text, best->values, best->n_values);
    vvi_text_printf(&text, ")");
    vvi_page_text(page, 0, HEAD, &text);
}

/* What somebody wants of it, if there is anything. */
static void write_requests(const vvi_status *s, vvi_page *page)
{
    vvi_text text = { 0 };
    if (s->paused) vvi_page_printf(page, 0, HEAD, "State      paused; varve resume lets it go on");
    if (s->n_open == 0) return;
    vvi_text_printf(&text, "Requests   %zu not answered yet:", s->n_open);
    const char *separator = " ";
    for (size_t i = 0; i < s->requests.n; i++) {
        if (s->requests.list[i].done) continue;
        vvi_text_printf(&text, "%s%" PRId64 " %s", separator, s->requests.list[i].id,
                        vv_request_kind_name(s->requests.list[i].kind));
        separator = ", ";
    }
    vvi_page_text(page, 0, HEAD, &text);
}

static void write_head(const vvi_status *s, vvi_page *page)
{
    char from[SHORT_TIME], to[SHORT_TIME], number[VVI_FORMAT_SIZE];
    vvi_text objectives = { 0 };
    vvi_report_objectives(&objectives, &s->goals.objectives);
    vvi_page_printf(page, 0, HEAD, "Study      %s%s%s", s->where, objectives.data == NULL ? "" : ", ",
                    objectives.data == NULL ? "" : objectives.data);
    vvi_text_deinit(&objectives);
    write_counts(s, page);
    write_requests(s, page);
    vvi_page_printf(page, 0, HEAD, "%s     %s", s->goals.function ? "Steps " : "Epochs",
                    grouped(s->counts.epochs, number));
    if (s->counts.first_began > 0)
        vvi_page_printf(page, 0, HEAD, "Since      %s UTC%s%s%s", short_time(s->counts.first_began, from),
                        s->counts.last_ended > 0 ? "; the last trial ended " : "", short_time(s->counts.last_ended, to),
                        s->counts.last_ended > 0 ? " UTC" : "");
    write_pace(s, page);
    write_rest(s, page);
    write_best(s, page);
}

/* ---- tables --------------------------------------------------------------------------------------------------------- */

static void write_running(const vvi_status *s, vvi_page *page)
{
    const vvi_report_table_column columns[] = { { .title = "Running", .right = true },
                                                { .title = s->goals.function ? "Steps" : "Epochs", .right = true },
                                                { .title = "Since (UTC)", .whole = true },
                                                { .title = "Worker", .whole = true },
                                                { .title = "Note" } };
    bool lapsed = false;
    for (size_t i = 0; i < s->n_running; i++) lapsed = lapsed || s->running[i].lapsed;
    vvi_report_table table = { .columns = columns, .n_columns = lapsed ? 5 : 4 };
    char since[SHORT_TIME];
    if (s->n_running == 0) return;
    vvi_page_gap(page);
    for (size_t i = 0; i < s->n_running; i++) {
        const vvi_status_running *running = &s->running[i];
        vvi_report_table_cell(&table, "%d", running->id);
        if (running->goal > 0)
            vvi_report_table_cell(&table, "%d/%d", running->epochs, running->goal);
        else
            vvi_report_table_cell(&table, "%d", running->epochs);
        vvi_report_table_cell(&table, "%s", short_time(running->since, since));
        vvi_report_table_visible(&table, running->worker == NULL ? "held by hand" : running->worker, VVI_REPORT_NAME);
        if (lapsed) vvi_report_table_cell(&table, "%s", running->lapsed ? "lost: anybody may take the trial over" : "");
    }
    vvi_page_table(page, &table);
}

/* Is there anything to say of versions? */
static bool versions_differ(const vvi_status *s)
{
    for (size_t i = 0; i < s->workers.n; i++)
        if (s->workers.list[i].version == NULL || strcmp(s->workers.list[i].version, vv_version()) != 0) return true;
    return false;
}

/* Those that are gone are of no interest while others work. */
static bool is_shown(const vvi_status *s, size_t i)
{
    return s->live > 0 ? s->workers.list[i].live : i == 0;
}

static void write_workers(const vvi_status *s, vvi_page *page)
{
    static const vvi_report_table_column columns[] = { { .title = "Worker", .whole = true },
                                                       { .title = "Slots", .right = true },
                                                       { .title = "Since (UTC)" },
                                                       { .title = "Heard of" },
                                                       { .title = "Version" } };
    const bool versions = versions_differ(s);
    vvi_report_table table = { .columns = columns, .n_columns = versions ? 5 : 4 };
    char since[SHORT_TIME], beat[VVI_NUMBER_SIZE];
    int shown = 0;
    for (size_t i = 0; i < s->workers.n && shown < MOST_WORKERS; i++) {
        const vv_worker *worker = &s->workers.list[i];
        if (!is_shown(s, i)) continue;
        if (shown++ == 0) vvi_page_gap(page);
        vvi_report_seconds(worker->beat_s, beat, sizeof beat);
        vvi_report_table_visible(&table, worker->name, VVI_REPORT_NAME);
        vvi_report_table_cell(&table, "%d", worker->slots);
        vvi_report_table_cell(&table, "%s", short_time(worker->began, since));
        vvi_report_table_cell(&table, "%s ago%s", beat, worker->live ? "" : " (gone)");
        if (versions) vvi_report_table_cell(&table, "%s", worker->version == NULL ? "" : worker->version);
    }
    if (shown > 0) vvi_page_table(page, &table);
    if (s->live > shown) vvi_page_printf(page, 0, 0, "and %d workers more", s->live - shown);
}

static void write_failures(const vvi_status *s, vvi_page *page)
{
    static const vvi_report_table_column columns[] = { { .title = "Failed", .right = true },
                                                       { .title = "Tried again", .right = true },
                                                       { .title = "Reason" } };
    vvi_report_table table = { .columns = columns, .n_columns = 3 };
    int64_t others = s->other_failures;
    if (s->n_failures == 0) return;
    vvi_page_gap(page);
    for (size_t i = 0; i < s->n_failures; i++) {
        const vvi_status_failure *failure = &s->failures[i];
        if (i >= MOST_FAILURES) {
            others += failure->trials + failure->attempts;
            continue;
        }
        vvi_report_table_cell(&table, "%" PRId64, failure->trials);
        vvi_report_table_cell(&table, "%" PRId64, failure->attempts);
        vvi_text reason = { 0 };
        vvi_text_add_visible(&reason, failure->reason, VVI_REPORT_REASON);
        if (failure->differ) vvi_text_printf(&reason, " (the first; in others numbers differ)");
        vvi_report_table_text(&table, &reason);
    }
    vvi_page_table(page, &table);
    if (others > 0) vvi_page_printf(page, 0, 0, "and %" PRId64 " for other reasons", others);
}

vv_status vvi_status_write(const vvi_status *status, FILE *out, vv_error *error)
{
    vvi_page page = { .out = out, .width = vvi_report_width(out) };
    write_head(status, &page);
    write_running(status, &page);
    write_workers(status, &page);
    write_failures(status, &page);
    return vvi_page_end(&page, error);
}

/* ---- studies -------------------------------------------------------------------------------------------------------- */

static void add_line(vvi_report_table *table, const vvi_status_line *line)
{
    char number[VVI_FORMAT_SIZE], score[VVI_NUMBER_SIZE], when[SHORT_TIME];
    vvi_report_table_cell(table, "%s", line->name);
    if (line->error != NULL) {
        for (int i = 0; i < 3; i++) vvi_report_table_cell(table, "%s", "?");
        vvi_report_table_cell(table, "%s", line->error);
        vvi_report_table_cell(table, "%s", "");
        return;
    }
    vvi_report_table_cell(table, "%s", grouped(line->counts.trials, number));
    vvi_report_table_cell(table, "%s", grouped(line->counts.by_status[VV_TRIAL_COMPLETED], number));
    vvi_report_table_cell(table, "%s", grouped(line->running, number));
    if (line->best >= 0) {
        vvi_report_score(line->objective, line->score, score, sizeof score);
        vvi_report_table_cell(table, "%s %s", line->objective, score);
    } else {
        vvi_report_table_cell(table, "%s", "");
    }
    vvi_report_table_cell(table, "%.16s", short_time(line->changed, when));
}

vv_status vvi_status_write_lines(const vvi_status_line *lines, size_t n, FILE *out, vv_error *error)
{
    static const vvi_report_table_column columns[] = { { .title = "Study" },
                                                       { .title = "Trials", .right = true },
                                                       { .title = "Completed", .right = true },
                                                       { .title = "Running", .right = true },
                                                       { .title = "Best" },
                                                       { .title = "Last change (UTC)" } };
    vvi_report_table table = { .columns = columns, .n_columns = 6 };
    for (size_t i = 0; i < n; i++) add_line(&table, &lines[i]);
    return vvi_report_table_end(&table, out, vvi_report_width(out), error);
}
