/* json.c - a sheet: figures as JSON, for a page. Equal columns of numbers are written once and shared.
 *
 *     { "theme":   {"light": {"ground": "#ffffff", "ink", "soft", "grid", "axis",
 *                             "tints": {"trial": "#0072b2", ...}, "shades": ["#dfe3e8", ... 16 of them]}, "dark": {the same}},
 *       "columns": [[1, 2.5, null], ...],
 *       "figures": [figure, ...] }
 *
 * Everywhere: a member that would be NULL, false, an empty text or a number of things that is 0 is not there. COLUMN is an
 * index into "columns". null in a column: NaN or infinite, not drawn.
 *
 * figure  "kind" "history", "title", "caption", "reduced"?, "panels": [panel]. Not its table: that is for csv.c.
 * panel   "title"?, "span" 1 (half of the width) or 2, "x": axis, "y": axis, "rulers"?: [axis], "marks": [mark], the first
 *         behind the others, "shades"?: shades, "empty"?: why there is nothing to draw ("marks" is then empty).
 *         With rulers: x is from 0 to their number - 1, y is of no meaning; each ruler stands upright at x = its index.
 * axis    "title"?, "unit"? ("s", "bytes"), "scale": "linear", "log", "time" (Unix time, seconds) or "words", "low" and
 *         "high": always, low < high, margins included, marks are clipped to them, "whole"?: true (ticks at whole numbers
 *         only), "down"?: true (low is on top), "words"?: [text] (the tick at 0, at 1, ...).
 * shades  "title", "scale" (linear or log), "low", "high", "falling"?: true (low is good). The colour of a value v is
 *         shades[floor(16 * s)], at most 15, with s = (v - low) / (high - low), of logarithms where the scale is log,
 *         within 0 to 1, and 1 - s where it is falling: the last shade is good.
 * mark    "kind": see figure.h, in small letters, "n", "name"? (it is in the legend), "tint": its colour ("trial", "best",
 *         "running", "pruned", "failed", "plain", "series0" ... "series7"), "faint"?: true.
 *         "x", "y", "x_low", "x_high", "shade", "trials": COLUMN of n each, where there is one (of "cells": x has "x_n",
 *         y "y_n", shade x_n * y_n, row by row).
 *         "shade"?: colours by the panel's shades in place of "tint"; null: by the tint.
 *         "tints"?: COLUMN of indexes of theme.*.tints, in the order they are written in, in place of "tint".
 *         "trials"?: COLUMN of ids, to hover and to follow.
 *         "notes"?: {"words": [text], "at": COLUMN of indexes of words}: what hovering says besides; null: nothing.
 *         "piles"? of "stacks": {"words": [{"names": [text], "tints": [text]}, ...], "at": COLUMN of indexes of those}. Each
 *         pile stands on its x, y; its first layer is at the bottom.
 *         "lines"? of "courses": [COLUMN of n each]: line i is through (0, lines[0][i]), (1, lines[1][i]), ...; on rulers
 *         each in its ruler's units, and a null passes beneath the ruler ("not active").
 *         "courses"? of "courses": {"values": COLUMN, "ends": COLUMN of n}: all lines one after the other; line i is
 *         values[ends[i - 1]] ... values[ends[i] - 1] (ends[-1] is 0) at x = 1, 2, 3, ...; a null interrupts it. "shade",
 *         "tints", "trials", "notes" have one place for each line.
 *
 * Numbers have up to 6 significant digits; whole ones (ids, counts) all of them, large ones (times) three places.
 * Texts are harmless to show; they may hold any character for which a page needs escapes: put them in as text.
 *
 * Invariant: `figures` and each column are valid JSON at any time; a failed call leaves the sheet without the figure.
 */
#include "report/figures/sheet.h"

#include <math.h>
#include <string.h>

typedef struct column {
    uint64_t hash;
    size_t n;
    double *numbers; /* owned */
} column;

struct vvi_sheet {
    column *columns;
    size_t n, capacity;
    size_t *table, slots; /* an open hash table of 1 + index; a power of 2 */
    vvi_json figures;     /* without brackets around them */
};

vvi_sheet *vvi_sheet_new(void)
{
    return vvi_calloc(1, sizeof(vvi_sheet));
}

void vvi_sheet_free(vvi_sheet *sheet)
{
    if (sheet == NULL) return;
    for (size_t i = 0; i < sheet->n; i++) vvi_free(sheet->columns[i].numbers);
    vvi_free(sheet->columns);
    vvi_free(sheet->table);
    vvi_text_deinit(&sheet->figures.text);
    vvi_free(sheet);
}

/* ---- columns -------------------------------------------------------------------------------------------------------- */

/* What stands for a number in JSON, so that columns which are written alike are alike: all that is not finite is one. */
static double written(double number)
{
    return isfinite(number) ? number + 0.0 : (double)NAN;
}

static uint64_t hash_of(const double *numbers, size_t n)
{
    uint64_t hash = VVI_HASH_START ^ n;
    for (size_t i = 0; i < n; i++) {
        uint64_t bits;
        memcpy(&bits, &numbers[i], sizeof bits);
        hash = (hash ^ bits) * UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 29;
    }
    return hash;
}

static size_t *slot_of(const vvi_sheet *sheet, const column *one)
{
    size_t at = (size_t)one->hash & (sheet->slots - 1);
    for (; sheet->table[at] != 0; at = (at + 1) & (sheet->slots - 1)) {
        const column *other = &sheet->columns[sheet->table[at] - 1];
        if (other->hash == one->hash && other->n == one->n &&
            memcmp(other->numbers, one->numbers, one->n * sizeof *one->numbers) == 0)
            break;
    }
    return &sheet->table[at];
}

/* Room for one more column, with the hash table at most half full. */
static vv_status reserve(vvi_sheet *sheet, vv_error *error)
{
    if (sheet->n < sheet->capacity) return VV_OK;
    const size_t capacity = sheet->capacity == 0 ? 64 : 2 * sheet->capacity;
    column *columns = vvi_realloc(sheet->columns, capacity * sizeof *columns);
    if (columns == NULL) return vvi_no_memory(error);
    sheet->columns = columns;
    size_t *table = vvi_calloc(2 * capacity, sizeof *table);
    if (table == NULL) return vvi_no_memory(error);
    vvi_free(sheet->table);
    sheet->table = table;
    sheet->slots = 2 * capacity;
    sheet->capacity = capacity;
    for (size_t i = 0; i < sheet->n; i++) *slot_of(sheet, &sheet->columns[i]) = i + 1;
    return VV_OK;
}

/* Takes `numbers`, which are owned, also when it fails. */
static vv_status keep_column(vvi_sheet *sheet, double *numbers, size_t n, size_t *index, vv_error *error)
{
    const vv_status status = reserve(sheet, error);
    if (status != VV_OK) {
        vvi_free(numbers);
        return status;
    }
    const column one = { hash_of(numbers, n), n, numbers };
    size_t *slot = slot_of(sheet, &one);
    *index = *slot == 0 ? sheet->n : *slot - 1;
    if (*slot != 0) {
        vvi_free(numbers);
        return VV_OK;
    }
    *slot = sheet->n + 1;
    sheet->columns[sheet->n++] = one;
    return VV_OK;
}

vv_status vvi_sheet_column(vvi_sheet *sheet, const double *numbers, size_t n, size_t *index, vv_error *error)
{
    double *copy = vvi_malloc((n + 1) * sizeof *copy);
    if (copy == NULL) return vvi_no_memory(error);
    for (size_t i = 0; i < n; i++) copy[i] = written(numbers[i]);
    return keep_column(sheet, copy, n, index, error);
}

/* ---- figures -------------------------------------------------------------------------------------------------------- */

vv_status vvi_sheet_add(vvi_sheet *sheet, const vvi_figure *figure, vv_error *error)
{
    const vvi_json before = sheet->figures;
    const vv_status status = vvi_figure_to_json(figure, sheet, &sheet->figures, error);
    if (status == VV_OK) return VV_OK;
    sheet->figures.comma = before.comma;
    sheet->figures.text.n = before.text.n;
    sheet->figures.text.failed = before.text.failed;
    return status;
}

static void write_color(vvi_json *json, const char *key, unsigned color)
{
    char text[16];
    snprintf(text, sizeof text, "#%06x", color & 0xffffff);
    vvi_json_string(json, key, text);
}

static void write_theme(vvi_json *json, const vvi_theme *theme)
{
    vvi_json_begin(json, theme->name, '{');
    write_color(json, "ground", theme->ground);
    write_color(json, "ink", theme->ink);
    write_color(json, "soft", theme->soft);
    write_color(json, "grid", theme->grid);
    write_color(json, "axis", theme->axis);
    vvi_json_begin(json, "tints", '{');
    for (int i = 0; i < VVI_TINTS; i++) write_color(json, vvi_tint_name(i), theme->tints[i]);
    vvi_json_end(json, '}');
    vvi_json_begin(json, "shades", '[');
    for (size_t i = 0; i < VVI_SHADES; i++) write_color(json, NULL, vvi_theme_shade(theme, i));
    vvi_json_end(json, ']');
    vvi_json_end(json, '}');
}

/* printf writes the decimal point of the locale. */
static void add_digits(vvi_text *text, char *digits, int n)
{
    for (int i = 0; i < n; i++)
        if (digits[i] == ',') digits[i] = '.';
    vvi_text_add(text, digits, (size_t)n);
}

/* Without the comma's space: a page has a million of them. */
static void write_number(vvi_text *text, double number)
{
    char digits[VVI_FORMAT_SIZE];
    if (isnan(number))
        vvi_text_add(text, "null", 4);
    else if (fabs(number) <= 9007199254740992.0 && number == floor(number))
        vvi_text_printf(text, "%lld", (long long)number);
    else if (fabs(number) >= 1e6 && fabs(number) < 1e12)
        add_digits(text, digits, snprintf(digits, sizeof digits, "%.3f", number));
    else
        add_digits(text, digits, snprintf(digits, sizeof digits, "%.6g", number));
}

static void write_column(vvi_json *json, const column *one)
{
    vvi_json_begin(json, NULL, '[');
    for (size_t i = 0; i < one->n; i++) {
        if (i > 0) vvi_text_add(&json->text, ",", 1);
        write_number(&json->text, one->numbers[i]);
    }
    vvi_json_end(json, ']');
}

void vvi_sheet_write(const vvi_sheet *sheet, vvi_json *json)
{
    vvi_json_begin(json, "theme", '{');
    for (size_t i = 0; vvi_theme_at(i) != NULL; i++) write_theme(json, vvi_theme_at(i));
    vvi_json_end(json, '}');
    vvi_json_begin(json, "columns", '[');
    for (size_t i = 0; i < sheet->n; i++) write_column(json, &sheet->columns[i]);
    vvi_json_end(json, ']');
    vvi_json_begin(json, "figures", '[');
    if (sheet->figures.text.n > 0) vvi_text_add(&json->text, sheet->figures.text.data, sheet->figures.text.n);
    vvi_json_end(json, ']');
}
