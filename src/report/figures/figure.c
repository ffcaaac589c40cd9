/* figure.c - what figures are made with: room, texts, panels, marks, tables. Everything lives in the figure's arena. */
#include "report/figures/make.h"

#include "study/study.h"

#include <math.h>
#include <string.h>

/* ---- memory, texts -------------------------------------------------------------------------------------------------- */

static void fail(vvi_maker *m)
{
    if (m->status == VV_OK) m->status = vvi_no_memory(m->error);
}

void *vvi_make_room(vvi_maker *m, size_t n, size_t size)
{
    void *room = m->status != VV_OK || n >= SIZE_MAX / size ? NULL : vvi_arena_alloc(&m->figure->arena, (n + 1) * size);
    if (room == NULL) fail(m);
    return room;
}

double *vvi_make_numbers(vvi_maker *m, size_t n)
{
    return vvi_make_room(m, n, sizeof(double));
}

static const char *kept(vvi_maker *m, const char *text)
{
    const char *copy = m->status != VV_OK || text == NULL ? NULL : vvi_arena_strdup(&m->figure->arena, text);
    if (copy != NULL) return copy;
    fail(m);
    return "";
}

const char *vvi_make_text(vvi_maker *m, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *text = m->status != VV_OK ? NULL : vvi_arena_vprintf(&m->figure->arena, format, args);
    va_end(args);
    if (text != NULL) return text;
    fail(m);
    return "";
}

const char *vvi_make_name(vvi_maker *m, const char *name)
{
    enum { MOST = 48 };
    vvi_text text = { 0 };
    vvi_text_add_visible(&text, name, MOST);
    const char *result = kept(m, text.failed ? NULL : text.data);
    vvi_text_deinit(&text);
    return result;
}

const char *vvi_make_score(vvi_maker *m, double score)
{
    char text[VVI_NUMBER_SIZE];
    vvi_report_score(m->objective, score, text, sizeof text);
    return kept(m, text);
}

const char *vvi_make_number(vvi_maker *m, double number)
{
    return fabs(number) < 1e6 ? vvi_make_text(m, "%.4g", number) : vvi_make_text(m, "%.3g", number);
}

const char *vvi_make_percent(vvi_maker *m, double share)
{
    if (share > 0 && share < 0.001) return "under 0.1 %";
    return vvi_make_text(m, share > 0 && share < 0.0095 ? "%.1f %%" : "%.0f %%", 100 * share);
}

const char *vvi_make_count(vvi_maker *m, size_t n)
{
    char text[VVI_FORMAT_SIZE];
    return kept(m, vvi_format_count(n, text));
}

const char *vvi_make_several(vvi_maker *m, size_t n, const char *thing)
{
    return vvi_make_text(m, "%s %s%s", vvi_make_count(m, n), thing, n == 1 ? "" : "s");
}

const char *vvi_make_trials(vvi_maker *m, size_t n)
{
    return vvi_make_several(m, n, "trial");
}

const char *vvi_make_sentence(vvi_maker *m, const char *text)
{
    const bool small = text[0] >= 'a' && text[0] <= 'z';
    return vvi_make_text(m, "%c%s.", small ? text[0] - 'a' + 'A' : text[0], text[0] == '\0' ? "" : text + 1);
}

static void add_sentence(vvi_text *text, const char *format, va_list args)
{
    char sentence[1024];
    vvi_vsnprintf(sentence, sizeof sentence, format, args);
    vvi_text_printf(text, "%s%s", text->n > 0 ? " " : "", sentence);
}

void vvi_make_say(vvi_maker *m, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add_sentence(&m->caption, format, args);
    va_end(args);
}

void vvi_make_reduced(vvi_maker *m, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add_sentence(&m->reduced, format, args);
    va_end(args);
}

/* ---- panels, marks -------------------------------------------------------------------------------------------------- */

vvi_panel *vvi_make_panel(vvi_maker *m, const char *title, int span)
{
    vvi_figure *figure = m->figure;
    const vvi_axis any = { .low = (double)NAN, .high = (double)NAN };
    vvi_panel *panel = &m->spare_panel;
    if (m->status == VV_OK &&
        vvi_arena_reserve(&figure->arena, &figure->panels, figure->n_panels, sizeof *figure->panels))
        panel = &figure->panels[figure->n_panels++];
    else
        fail(m);
    *panel = (vvi_panel){ .title = title, .x = any, .y = any, .span = span };
    return panel;
}

vvi_mark *vvi_make_mark(vvi_maker *m, vvi_panel *panel, vvi_mark_kind kind, const char *name, int tint)
{
    vvi_mark *mark = &m->spare_mark;
    if (m->status == VV_OK && vvi_arena_reserve(&m->figure->arena, &panel->marks, panel->n_marks, sizeof *panel->marks))
        mark = &panel->marks[panel->n_marks++];
    else
        fail(m);
    *mark = (vvi_mark){ .kind = kind, .name = name, .tint = tint };
    return mark;
}

void vvi_make_empty(vvi_maker *m, const char *title, const char *why)
{
    vvi_make_panel(m, title, 2)->empty = why;
}

bool vvi_make_is_empty(vvi_maker *m, const char *why)
{
    if (why == NULL) return false;
    vvi_make_empty(m, NULL, why);
    vvi_make_say(m, "%s", why);
    return true;
}

static const double *gather(vvi_maker *m, const size_t *rows, size_t n, const double *column)
{
    double *numbers = column == NULL ? NULL : vvi_make_numbers(m, n);
    for (size_t i = 0; numbers != NULL && i < n; i++) numbers[i] = column[rows[i]];
    return numbers;
}

void vvi_make_gather(vvi_maker *m, vvi_mark *mark, const size_t *rows, size_t n, const double *x, const double *y)
{
    int *trials = vvi_make_room(m, n, sizeof *trials);
    for (size_t i = 0; trials != NULL && i < n; i++) trials[i] = m->frame->ids[rows[i]];
    mark->trials = trials;
    mark->x = gather(m, rows, n, x);
    mark->y = gather(m, rows, n, y);
    mark->n = n;
}

/* ---- tables --------------------------------------------------------------------------------------------------------- */

static vvi_figure_column *add_column(vvi_maker *m, const char *name)
{
    vvi_figure_table *table = &m->figure->table;
    if (m->status == VV_OK &&
        vvi_arena_reserve(&m->figure->arena, &table->columns, table->n_columns, sizeof *table->columns)) {
        table->columns[table->n_columns] = (vvi_figure_column){ .name = name };
        return &table->columns[table->n_columns++];
    }
    fail(m);
    return NULL;
}

void vvi_make_column(vvi_maker *m, const char *name, const double *numbers)
{
    vvi_figure_column *column = add_column(m, name);
    if (column != NULL) column->numbers = numbers;
}

void vvi_make_text_column(vvi_maker *m, const char *name, const char *const *texts)
{
    vvi_figure_column *column = add_column(m, name);
    if (column != NULL) column->texts = texts;
}

const double *vvi_make_doubles(vvi_maker *m, const int *numbers, size_t n)
{
    double *copy = vvi_make_numbers(m, n);
    for (size_t i = 0; copy != NULL && i < n; i++) copy[i] = numbers[i];
    return copy;
}

void vvi_make_trial_columns(vvi_maker *m)
{
    const vvi_frame *frame = m->frame;
    const char **status = vvi_make_room(m, frame->n, sizeof *status);
    if (status == NULL) return;
    for (size_t i = 0; i < frame->n; i++) status[i] = vv_trial_status_name(frame->status[i]);
    m->figure->table.n_rows = frame->n;
    vvi_make_column(m, "trial", vvi_make_doubles(m, frame->ids, frame->n));
    vvi_make_text_column(m, "status", status);
}

void vvi_make_score_columns(vvi_maker *m)
{
    const vvi_frame *frame = m->frame;
    for (size_t k = 0; k < VV_MAX_OBJECTIVES && frame->scores[k] != NULL; k++)
        vvi_make_column(
            m, k < frame->objectives.n ? vvi_make_text(m, "score.%s", frame->objectives.list[k].name) : "score",
            frame->scores[k]);
}

void vvi_make_variable_column(vvi_maker *m, const vvi_variable *variable)
{
    const size_t n = m->frame->n;
    const char *name = vvi_make_text(m, "hp.%s", variable->name);
    if (variable->words == NULL) {
        vvi_make_column(m, name, variable->values);
        return;
    }
    const char **texts = vvi_make_room(m, n, sizeof *texts);
    if (texts == NULL) return;
    for (size_t i = 0; i < n; i++)
        texts[i] = isnan(variable->values[i]) ? NULL : variable->words[(size_t)variable->values[i]];
    vvi_make_text_column(m, name, texts);
}

void vvi_figure_deinit(vvi_figure *figure)
{
    vvi_arena_deinit(&figure->arena);
    *figure = (vvi_figure){ .kind = NULL };
}
