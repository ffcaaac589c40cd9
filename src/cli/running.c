/* running.c - the trials that run now, on one line: what a terminal shows under what has ended.
 *
 * Of one trial there is room for all that is known; of several, for where each is and how well it does. The line is cut at
 * the terminal's width, so what matters most comes first.
 */
#include "cli/cli.h"

#include <string.h>

struct vvi_row {
    int id;
    double epoch_s; /* of its epochs in this search, in all */
    int epochs;     /* how many */
    vvi_text whole, brief;
};

static vvi_row *find(const vvi_running *running, int id)
{
    for (size_t i = 0; i < running->n; i++)
        if (running->list[i].id == id) return &running->list[i];
    return NULL;
}

void vvi_running_begin(vvi_running *running, const vv_event *e)
{
    vvi_row *list = vvi_realloc(running->list, (running->n + 1) * sizeof *list);
    if (list == NULL) return; /* it is not shown; the search is not the worse for it */
    running->list = list;
    vvi_row *row = &list[running->n++];
    *row = (vvi_row){ .id = e->trial->id };
    vvi_screen_trial_begin(&row->whole, e);
    vvi_text_printf(&row->brief, "trial %d begins", e->trial->id);
}

/* ---- an epoch --------------------------------------------------------------------------------------------------- */

static void add_metric(vvi_text *text, const vv_event *e, size_t i)
{
    char number[VVI_NUMBER_SIZE];
    vvi_report_number(e->values[i], number, sizeof number);
    vvi_text_printf(text, "%s %s", e->metrics[i], number);
}

static bool is_objective(const vv_event *e, size_t i)
{
    return strcmp(e->metrics[i], e->objective->name) == 0;
}

static void add_place(vvi_text *text, const vv_event *e, const char *separator)
{
    if (e->executions > 1) vvi_text_printf(text, "%s ex. %d/%d,", separator, e->execution + 1, e->executions);
    vvi_text_printf(text, "%s %s %d", e->executions > 1 ? "" : separator, e->unit, e->epoch + 1);
    if (e->epochs > 0) vvi_text_printf(text, "/%d", e->epochs);
}

static void write_whole(vvi_row *row, const vv_event *e)
{
    char left[VVI_NUMBER_SIZE];
    const int goal = e->trial->goal > 0 ? e->trial->goal : e->epochs;
    const int remaining = e->executions * goal - e->trial->epochs_total - row->epochs;
    vvi_text_printf(&row->whole, "Trial %d", e->trial->id);
    add_place(&row->whole, e, ",");
    if (remaining > 0) {
        vvi_report_seconds(row->epoch_s / row->epochs * remaining, left, sizeof left);
        vvi_text_printf(&row->whole, ", %s left", left);
    }
    for (int objective = 1; objective >= 0; objective--)
        for (size_t i = 0; i < e->n_metrics; i++) {
            if (is_objective(e, i) != (objective == 1)) continue;
            vvi_text_printf(&row->whole, "  ");
            add_metric(&row->whole, e, i);
        }
}

static void write_brief(vvi_row *row, const vv_event *e)
{
    vvi_text_printf(&row->brief, "trial %d:", e->trial->id);
    add_place(&row->brief, e, "");
    for (size_t i = 0; i < e->n_metrics; i++) {
        if (!is_objective(e, i)) continue;
        vvi_text_printf(&row->brief, " ");
        add_metric(&row->brief, e, i);
    }
}

void vvi_running_epoch(vvi_running *running, const vv_event *e)
{
    vvi_row *row = find(running, e->trial->id);
    if (row == NULL) return;
    row->epoch_s += e->seconds;
    row->epochs++;
    vvi_text_deinit(&row->whole);
    vvi_text_deinit(&row->brief);
    write_whole(row, e);
    write_brief(row, e);
}

/* ---- the end, the line ------------------------------------------------------------------------------------------ */

void vvi_running_end(vvi_running *running, const vv_event *e)
{
    vvi_row *row = find(running, e->trial->id);
    if (row == NULL) return;
    const size_t index = (size_t)(row - running->list);
    vvi_text_deinit(&row->whole);
    vvi_text_deinit(&row->brief);
    running->n--;
    memmove(row, row + 1, (running->n - index) * sizeof *row);
}

void vvi_running_line(const vvi_running *running, vvi_text *line)
{
    for (size_t i = 0; i < running->n; i++) {
        const vvi_text *text = running->n == 1 ? &running->list[i].whole : &running->list[i].brief;
        if (!text->failed) vvi_text_printf(line, "%s%s", i == 0 ? "" : " | ", text->data);
    }
}

void vvi_running_deinit(vvi_running *running)
{
    for (size_t i = 0; i < running->n; i++) {
        vvi_text_deinit(&running->list[i].whole);
        vvi_text_deinit(&running->list[i].brief);
    }
    vvi_free(running->list);
    *running = (vvi_running){ .n = 0 };
}
