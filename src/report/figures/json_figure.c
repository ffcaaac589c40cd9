/* json_figure.c - a figure as JSON, its columns kept in a sheet. What its members mean is said at the head of json.c. */
#include "report/figures/sheet.h"

#include <math.h>
#include <string.h>

/* The figure that is being added. Errors stick. */
typedef struct writer {
    vvi_sheet *sheet;
    vvi_json json;
    vv_status status;
    vv_error *error;
} writer;

enum { LABEL = 80, NOTE = 200, SENTENCES = 4000 };

static void add_text(writer *w, const char *key, const char *string, size_t most)
{
    vvi_text text = { 0 };
    if (string == NULL) return;
    vvi_text_add_visible(&text, string, most);
    if (text.failed) w->json.text.failed = true;
    if (!text.failed) vvi_json_string(&w->json, key, text.data);
    vvi_text_deinit(&text);
}

static void add_texts(writer *w, const char *key, const char *const *texts, size_t n)
{
    if (n == 0) return;
    vvi_json_begin(&w->json, key, '[');
    for (size_t i = 0; i < n; i++) add_text(w, NULL, texts[i] == NULL ? "" : texts[i], LABEL);
    vvi_json_end(&w->json, ']');
}

static void add_column(writer *w, const char *key, const double *numbers, size_t n)
{
    size_t index = 0;
    if (numbers == NULL || w->status != VV_OK) return;
    w->status = vvi_sheet_column(w->sheet, numbers, n, &index, w->error);
    if (w->status == VV_OK) vvi_json_count(&w->json, key, index);
}

static void add_ints(writer *w, const char *key, const int *numbers, size_t n)
{
    if (numbers == NULL || w->status != VV_OK) return;
    double *copy = vvi_malloc((n + 1) * sizeof *copy);
    if (copy == NULL) {
        w->status = vvi_no_memory(w->error);
        return;
    }
    for (size_t i = 0; i < n; i++) copy[i] = numbers[i];
    add_column(w, key, copy, n);
    vvi_free(copy);
}

static void add_flag(writer *w, const char *key, bool yes)
{
    if (yes) vvi_json_bool(&w->json, key, true);
}

static void add_size(writer *w, const char *key, size_t n)
{
    if (n > 0) vvi_json_count(&w->json, key, n);
}

static void add_scale(writer *w, vvi_scale scale)
{
    static const char *const names[] = { "linear", "log", "time", "words" };
    vvi_json_string(&w->json, "scale", names[scale]);
}

static void add_axis(writer *w, const char *key, const vvi_axis *axis)
{
    vvi_json_begin(&w->json, key, '{');
    add_text(w, "title", axis->title, LABEL);
    add_text(w, "unit", axis->unit, LABEL);
    add_scale(w, axis->scale);
    vvi_json_real(&w->json, "low", axis->low);
    vvi_json_real(&w->json, "high", axis->high);
    add_flag(w, "whole", axis->whole);
    add_flag(w, "down", axis->down);
    if (axis->scale == VVI_WORDS) add_texts(w, "words", axis->words, axis->n_words);
    vvi_json_end(&w->json, '}');
}

static void add_shades(writer *w, const vvi_shades *shades)
{
    if (shades->title == NULL) return;
    vvi_json_begin(&w->json, "shades", '{');
    add_text(w, "title", shades->title, LABEL);
    add_scale(w, shades->scale);
    vvi_json_real(&w->json, "low", shades->low);
    vvi_json_real(&w->json, "high", shades->high);
    add_flag(w, "falling", shades->falling);
    vvi_json_end(&w->json, '}');
}

/* ---- marks ---------------------------------------------------------------------------------------------------------- */

/* A table of words, and for each of n which one it is; equal ones are near each other, or few. */
typedef struct words {
    const void **list;
    double *at;
    size_t n;
} words;

static bool words_begin(writer *w, words *list, size_t n)
{
    list->n = 0;
    list->list = vvi_malloc((n + 1) * sizeof *list->list);
    list->at = vvi_malloc((n + 1) * sizeof *list->at);
    if (list->list != NULL && list->at != NULL) return true;
    w->status = vvi_no_memory(w->error);
    return false;
}

/* Looks at the last few only: words need not be there once, that only costs room. */
static void words_add(words *list, size_t i, const void *one, bool (*equal)(const void *a, const void *b))
{
    enum { BACK = 64 };
    if (one == NULL) {
        list->at[i] = (double)NAN;
        return;
    }
    size_t k = list->n;
    const size_t last = k > BACK ? k - BACK : 0;
    while (k > last && list->list[k - 1] != one && !equal(list->list[k - 1], one)) k--;
    if (k == last) {
        list->list[list->n++] = one;
        k = list->n;
    }
    list->at[i] = (double)(k - 1);
}

static void words_end(writer *w, words *list, size_t n)
{
    if (w->status == VV_OK) add_column(w, "at", list->at, n);
    vvi_free(list->list);
    vvi_free(list->at);
}

static bool equal_texts(const void *a, const void *b)
{
    return strcmp(a, b) == 0;
}

static void add_notes(writer *w, const vvi_mark *mark)
{
    words notes;
    if (mark->notes == NULL || w->status != VV_OK) return;
    vvi_json_begin(&w->json, "notes", '{');
    if (words_begin(w, &notes, mark->n))
        for (size_t i = 0; i < mark->n; i++) words_add(&notes, i, mark->notes[i], equal_texts);
    vvi_json_begin(&w->json, "words", '[');
    for (size_t i = 0; w->status == VV_OK && i < notes.n; i++) add_text(w, NULL, notes.list[i], NOTE);
    vvi_json_end(&w->json, ']');
    words_end(w, &notes, mark->n);
    vvi_json_end(&w->json, '}');
}

static bool equal_piles(const void *a, const void *b)
{
    const vvi_pile *one = a, *two = b;
    return one->n == two->n && one->names == two->names &&
           (one->n == 0 || memcmp(one->tints, two->tints, one->n * sizeof *one->tints) == 0);
}

static void add_pile(writer *w, const vvi_pile *pile)
{
    vvi_json_begin(&w->json, NULL, '{');
    vvi_json_begin(&w->json, "names", '[');
    for (size_t i = 0; i < pile->n; i++) add_text(w, NULL, pile->names[i], LABEL);
    vvi_json_end(&w->json, ']');
    vvi_json_begin(&w->json, "tints", '[');
    for (size_t i = 0; i < pile->n; i++) vvi_json_string(&w->json, NULL, vvi_tint_name(pile->tints[i]));
    vvi_json_end(&w->json, ']');
    vvi_json_end(&w->json, '}');
}

static void add_piles(writer *w, const vvi_mark *mark)
{
    words piles;
    if (mark->piles == NULL || w->status != VV_OK) return;
    vvi_json_begin(&w->json, "piles", '{');
    if (words_begin(w, &piles, mark->n))
        for (size_t i = 0; i < mark->n; i++) words_add(&piles, i, &mark->piles[i], equal_piles);
    vvi_json_begin(&w->json, "words", '[');
    for (size_t i = 0; w->status == VV_OK && i < piles.n; i++) add_pile(w, piles.list[i]);
    vvi_json_end(&w->json, ']');
    words_end(w, &piles, mark->n);
    vvi_json_end(&w->json, '}');
}

static void add_lines(writer *w, const vvi_mark *mark)
{
    if (mark->lines == NULL) return;
    vvi_json_begin(&w->json, "lines", '[');
    for (size_t k = 0; k < mark->n_axes; k++) add_column(w, NULL, mark->lines[k], mark->n);
    vvi_json_end(&w->json, ']');
}

static void join_courses(const vvi_course *courses, size_t n, double *values, double *ends)
{
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        if (courses[i].n > 0) memcpy(values + at, courses[i].values, courses[i].n * sizeof *values);
        at += courses[i].n;
        ends[i] = (double)at;
    }
}

static void add_courses(writer *w, const vvi_mark *mark)
{
    size_t total = 0;
    if (mark->courses == NULL || w->status != VV_OK) return;
    for (size_t i = 0; i < mark->n; i++) total += mark->courses[i].n;
    double *values = vvi_malloc((total + mark->n + 1) * sizeof *values);
    if (values == NULL) {
        w->status = vvi_no_memory(w->error);
        return;
    }
    join_courses(mark->courses, mark->n, values, values + total);
    vvi_json_begin(&w->json, "courses", '{');
    add_column(w, "values", values, total);
    add_column(w, "ends", values + total, mark->n);
    vvi_json_end(&w->json, '}');
    vvi_free(values);
}

/* How many x, y, shade and others of a mark there are. */
typedef struct extent {
    size_t x, y, shade;
} extent;

static extent extent_of(const vvi_mark *mark)
{
    if (mark->kind != VVI_CELLS) return (extent){ mark->n, mark->n, mark->n };
    return (extent){ mark->x_n, mark->y_n, mark->x_n * mark->y_n };
}

static void add_mark(writer *w, const vvi_mark *mark)
{
    static const char *const kinds[] = { "", "points", "line", "step", "bars", "cells", "spans", "stacks", "courses" };
    const extent n = extent_of(mark);
    vvi_json_begin(&w->json, NULL, '{');
    vvi_json_string(&w->json, "kind", kinds[mark->kind]);
    add_text(w, "name", mark->name, LABEL);
    vvi_json_string(&w->json, "tint", vvi_tint_name(mark->tint));
    add_flag(w, "faint", mark->faint);
    vvi_json_count(&w->json, "n", mark->n);
    add_size(w, "x_n", mark->x_n);
    add_size(w, "y_n", mark->y_n);
    add_column(w, "x", mark->x, n.x);
    add_column(w, "y", mark->y, n.y);
    add_column(w, "x_low", mark->x_low, mark->n);
    add_column(w, "x_high", mark->x_high, mark->n);
    add_column(w, "shade", mark->shade, n.shade);
    add_ints(w, "tints", mark->tints, mark->n);
    add_ints(w, "trials", mark->trials, mark->n);
    add_notes(w, mark);
    add_piles(w, mark);
    add_lines(w, mark);
    add_courses(w, mark);
    vvi_json_end(&w->json, '}');
}

/* ---- panels, figures ------------------------------------------------------------------------------------------------ */

static void add_panel(writer *w, const vvi_panel *panel)
{
    vvi_json_begin(&w->json, NULL, '{');
    add_text(w, "title", panel->title, LABEL);
    vvi_json_int(&w->json, "span", panel->span);
    add_axis(w, "x", &panel->x);
    add_axis(w, "y", &panel->y);
    if (panel->n_rulers > 0) {
        vvi_json_begin(&w->json, "rulers", '[');
        for (size_t i = 0; i < panel->n_rulers; i++) add_axis(w, NULL, &panel->rulers[i]);
        vvi_json_end(&w->json, ']');
    }
    vvi_json_begin(&w->json, "marks", '[');
    for (size_t i = 0; panel->empty == NULL && i < panel->n_marks; i++) add_mark(w, &panel->marks[i]);
    vvi_json_end(&w->json, ']');
    add_shades(w, &panel->shades);
    add_text(w, "empty", panel->empty, SENTENCES);
    vvi_json_end(&w->json, '}');
}

vv_status vvi_figure_to_json(const vvi_figure *figure, vvi_sheet *sheet, vvi_json *json, vv_error *error)
{
    writer w = { .sheet = sheet, .json = *json, .error = error };
    vvi_json_begin(&w.json, NULL, '{');
    vvi_json_string(&w.json, "kind", figure->kind);
    add_text(&w, "title", figure->title, LABEL);
    add_text(&w, "caption", figure->caption, SENTENCES);
    add_text(&w, "reduced", figure->reduced, SENTENCES);
    vvi_json_begin(&w.json, "panels", '[');
    for (size_t i = 0; i < figure->n_panels; i++) add_panel(&w, &figure->panels[i]);
    vvi_json_end(&w.json, ']');
    vvi_json_end(&w.json, '}');
    *json = w.json;
    if (w.status == VV_OK && w.json.text.failed) return vvi_no_memory(error);
    return w.status;
}
