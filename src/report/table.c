/* table.c - aligned tables that wrap inside their columns.
 *
 * Every column gets the width of its longest cell. When that is too much together, the widest column gives way, one
 * character at a time; its cells then break at spaces, and inside a word where one is longer than the column.
 */
#include "report/report.h"

#include <string.h>

enum { GAP = 2, NARROWEST = 6, MOST_COLUMNS = 12 };

static bool reserve(vvi_report_table *table)
{
    if (table->n_cells < table->capacity) return true;
    const size_t capacity = 2 * table->capacity + 64;
    char **cells = vvi_realloc(table->cells, capacity * sizeof *cells);
    if (cells == NULL) return false;
    table->cells = cells;
    table->capacity = capacity;
    return true;
}

void vvi_report_table_visible(vvi_report_table *table, const char *text, size_t most)
{
    vvi_text visible = { 0 };
    if (table->failed) return;
    vvi_text_add_visible(&visible, text, most);
    char *cell = visible.failed || !reserve(table) ? NULL : vvi_arena_strdup(&table->arena, visible.data);
    vvi_text_deinit(&visible);
    table->failed = cell == NULL;
    if (cell != NULL) table->cells[table->n_cells++] = cell;
}

void vvi_report_table_cell(vvi_report_table *table, const char *format, ...)
{
    if (table->failed) return;
    va_list args;
    va_start(args, format);
    const char *cell = vvi_arena_vprintf(&table->arena, format, args);
    va_end(args);
    table->failed = cell == NULL;
    if (cell != NULL) vvi_report_table_visible(table, cell, 0);
}

void vvi_report_table_text(vvi_report_table *table, vvi_text *text)
{
    table->failed = table->failed || text->failed;
    vvi_report_table_visible(table, text->data == NULL ? "" : text->data, 0);
    vvi_text_deinit(text);
}

static size_t cell_width(const char *cell)
{
    return vvi_report_columns(cell, strlen(cell));
}

/* Of those that can give way; as many as there are columns: none. */
static size_t find_widest(const vvi_report_table *table, const size_t *width, bool whole_ones)
{
    size_t widest = table->n_columns;
    for (size_t c = 0; c < table->n_columns; c++)
        if (table->columns[c].whole == whole_ones && width[c] > NARROWEST &&
            (widest == table->n_columns || width[c] > width[widest]))
            widest = c;
    return widest;
}

static void measure(const vvi_report_table *table, size_t total, size_t width[MOST_COLUMNS])
{
    const size_t n = table->n_columns;
    for (size_t c = 0; c < n; c++) width[c] = cell_width(table->columns[c].title);
    for (size_t i = 0; i < table->n_cells; i++) {
        const size_t columns = cell_width(table->cells[i]);
        if (columns > width[i % n]) width[i % n] = columns;
    }
    for (;;) {
        size_t sum = GAP * (n - 1);
        for (size_t c = 0; c < n; c++) sum += width[c];
        size_t widest = find_widest(table, width, false);
        if (widest == n) widest = find_widest(table, width, true);
        if (sum <= total || widest == n) return;
        width[widest]--;
    }
}

static void put_spaces(size_t *pending, FILE *out)
{
    for (; *pending > 0; (*pending)--) fputc(' ', out);
}

/* One printed line of a row. Takes what it prints off the cells; true when something is left. */
static bool write_line(const vvi_report_table *table, const char **rest, const size_t *width, FILE *out)
{
    bool more = false;
    size_t pending = 0; /* spaces that are due before the next text */
    for (size_t c = 0; c < table->n_columns; c++) {
        const size_t n = vvi_report_line(rest[c], width[c]);
        const size_t fill = width[c] - vvi_report_columns(rest[c], n);
        if (table->columns[c].right) pending += fill;
        if (n > 0) put_spaces(&pending, out);
        fwrite(rest[c], 1, n, out);
        pending += (table->columns[c].right ? 0 : fill) + GAP;
        rest[c] += n;
        while (*rest[c] == ' ') rest[c]++;
        more = more || *rest[c] != '\0';
    }
    fputc('\n', out);
    return more;
}

static void write_head(const vvi_report_table *table, const size_t *width, FILE *out)
{
    const char *titles[MOST_COLUMNS];
    size_t sum = GAP * (table->n_columns - 1);
    for (size_t c = 0; c < table->n_columns; c++) {
        titles[c] = table->columns[c].title;
        sum += width[c];
    }
    while (write_line(table, titles, width, out)) continue;
    while (sum-- > 0) fputc('-', out);
    fputc('\n', out);
}

void vvi_report_table_write(const vvi_report_table *table, FILE *out, int width)
{
    size_t widths[MOST_COLUMNS];
    measure(table, (size_t)width, widths);
    write_head(table, widths, out);
    for (size_t i = 0; i + table->n_columns <= table->n_cells; i += table->n_columns) {
        const char *rest[MOST_COLUMNS];
        for (size_t c = 0; c < table->n_columns; c++) rest[c] = table->cells[i + c];
        while (write_line(table, rest, widths, out)) continue;
    }
}

void vvi_report_table_deinit(vvi_report_table *table)
{
    vvi_arena_deinit(&table->arena);
    vvi_free(table->cells);
    *table = (vvi_report_table){ .columns = table->columns, .n_columns = table->n_columns };
}

vv_status vvi_report_table_end(vvi_report_table *table, FILE *out, int width, vv_error *error)
{
    const bool failed = table->failed;
    if (!failed) vvi_report_table_write(table, out, width);
    vvi_report_table_deinit(table);
    if (failed) return vvi_no_memory(error);
    return ferror(out) ? vvi_fail(error, VV_IO, "the output could not be written") : VV_OK;
}
