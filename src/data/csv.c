/* csv.c - text to cells, as RFC 4180 says and as files are.
 *
 * Beyond the RFC: any of four delimiters, blanks around cells, LF, CRLF or CR, a byte order mark, empty lines. In a
 * file of one column an empty line is a row whose cell is missing, but for the file's last line and those before a
 * header. A quote inside an unquoted cell is a character. Cells are cut out of the file's bytes in place. A cell is
 * missing when it is empty, ?, NA or nan (not when the last three stand in quotes). Text must be UTF-8: names end up in
 * JSON.
 * What the cells mean is table.c's business.
 */
#include "data/data.h"
#include "data/file.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

typedef struct parser {
    vvi_data_table *table;
    char *at, *end;
    size_t line, n_cells, cells_capacity, lines_capacity, raw_capacity, n_raw;
    size_t leading;   /* empty lines before the first row; once that is read: the rows made of them */
    const char **raw; /* the first row, missing or not */
    char delimiter;
    bool last_was_blank; /* the last cell was nothing at all, not even quotes */
    vv_error *error;
} parser;

/* The array with room for one more after n; NULL: no memory, and the array is as it was. */
static void *grown(void *array, size_t *capacity, size_t n, size_t element)
{
    if (n < *capacity) return array;
    const size_t larger = *capacity == 0 ? 64 : 2 * *capacity;
    void *memory = larger > SIZE_MAX / element / 2 ? NULL : vvi_realloc(array, larger * element);
    if (memory != NULL) *capacity = larger;
    return memory;
}

static vv_status add_cell(parser *p, const char *text)
{
    const char **cell = grown(p->table->cell, &p->cells_capacity, p->n_cells, sizeof *cell);
    if (cell == NULL) return vvi_no_memory(p->error);
    p->table->cell = cell;
    cell[p->n_cells++] = text;
    return VV_OK;
}

static vv_status add_raw(parser *p, const char *text)
{
    const char **raw = grown(p->raw, &p->raw_capacity, p->n_raw, sizeof *raw);
    if (raw == NULL) return vvi_no_memory(p->error);
    p->raw = raw;
    raw[p->n_raw++] = text;
    return VV_OK;
}

/* The row whose cells were added last. */
static vv_status add_row(parser *p, size_t number)
{
    vvi_data_table *t = p->table;
    size_t *line = grown(t->line, &p->lines_capacity, t->n, sizeof *line);
    if (line == NULL) return vvi_no_memory(p->error);
    t->line = line;
    line[t->n++] = number;
    return VV_OK;
}

static bool is_blank(const parser *p, char c)
{
    return c == ' ' || (c == '\t' && p->delimiter != '\t');
}

static bool is_delimiter(const parser *p, char c)
{
    return c == p->delimiter || (p->delimiter == ' ' && c == '\t');
}

static void skip_blanks(parser *p)
{
    while (p->at < p->end && is_blank(p, *p->at)) p->at++;
}

static bool at_line_end(const parser *p)
{
    return p->at == p->end || *p->at == '\n' || *p->at == '\r';
}

static bool means_missing(const char *text)
{
    static const char *const words[] = { "", "?", "NA", NULL };
    for (size_t i = 0; words[i] != NULL; i++)
        if (strcmp(text, words[i]) == 0) return true;
    return strcasecmp(text, "nan") == 0;
}

/* Steps over the delimiter or line end. True: the row goes on. */
static bool step_over(parser *p)
{
    if (p->delimiter == ' ') skip_blanks(p);
    if (p->at == p->end) return false;
    const char c = *p->at;
    if (c == '\r' && p->at + 1 < p->end && p->at[1] == '\n') p->at++;
    if (c == '\r' || c == '\n') {
        p->at++;
        p->line++;
        return false;
    }
    if (p->delimiter != ' ') p->at++;
    return true;
}

/* Removes the quotes in place; *stop is where the content ends. */
static vv_status read_quoted(parser *p, char **start, char **stop)
{
    const size_t opened = p->line;
    char *to = ++p->at;
    *start = to;
    for (;; p->at++) {
        if (p->at == p->end)
            return vvi_fail(p->error, VV_FORMAT, "%s:%zu: a quote is opened here and never closed", p->table->path,
                            opened);
        if (*p->at == '"' && *++p->at != '"') break;
        if (*p->at == '\n') p->line++;
        *to++ = *p->at;
    }
    *stop = to;
    if (!(p->at < p->end && is_delimiter(p, *p->at))) skip_blanks(p);
    if (at_line_end(p) || is_delimiter(p, *p->at) || p->delimiter == ' ') return VV_OK;
    return vvi_fail(p->error, VV_FORMAT,
                    "%s:%zu: '%c' after a closing quote; a delimiter or the end of the line must follow",
                    p->table->path, p->line, *p->at);
}

static void read_plain(parser *p, char **start, char **stop)
{
    *start = p->at;
    while (!at_line_end(p) && !is_delimiter(p, *p->at)) p->at++;
    *stop = p->at;
    while (*stop > *start && is_blank(p, (*stop)[-1])) --*stop;
}

static vv_status read_cell(parser *p, bool first_row, bool *more)
{
    char *start = NULL, *stop = NULL;
    skip_blanks(p);
    const bool quoted = p->at < p->end && *p->at == '"';
    if (quoted) {
        VVI_TRY(read_quoted(p, &start, &stop));
    } else {
        read_plain(p, &start, &stop);
    }
    *more = step_over(p);
    *stop = '\0'; /* only now: it may have been the delimiter */
    p->last_was_blank = !quoted && stop == start;
    VVI_TRY(add_cell(p, stop == start || (!quoted && means_missing(start)) ? NULL : start));
    return first_row ? add_raw(p, start) : VV_OK;
}

/* The first row has one cell: the empty lines before it become rows before it. */
static vv_status add_leading(parser *p, size_t line)
{
    vvi_data_table *t = p->table;
    for (size_t i = p->leading; i > 0; i--) {
        VVI_TRY(add_cell(p, t->cell[p->n_cells - 1]));
        t->cell[p->n_cells - 2] = NULL;
        VVI_TRY(add_row(p, line - i));
    }
    return VV_OK;
}

static vv_status begin_table(parser *p, size_t cells, size_t line)
{
    p->table->columns = cells;
    if (cells == 1) return add_leading(p, line);
    p->leading = 0;
    return VV_OK;
}

static vv_status read_row(parser *p)
{
    const vvi_data_table *t = p->table;
    const size_t line = p->line, before = p->n_cells;
    const bool first_row = t->n == 0;
    bool more = true;
    while (more) VVI_TRY(read_cell(p, first_row, &more));
    const size_t cells = p->n_cells - before;
    const bool empty = cells == 1 && p->last_was_blank;
    if (empty && (first_row || t->columns > 1 || p->at == p->end)) {
        p->n_cells = before;
        p->n_raw = first_row ? 0 : p->n_raw;
        p->leading += first_row ? 1 : 0;
        return VV_OK;
    }
    if (first_row) VVI_TRY(begin_table(p, cells, line));
    if (cells != t->columns)
        return vvi_fail(p->error, VV_FORMAT, "%s:%zu: has %zu cells, but the first row has %zu", t->path, line, cells,
                        t->columns);
    return add_row(p, line);
}

/* ---- is it text at all? -------------------------------------------------------------------------------------------
 */

/* Length of the UTF-8 sequence at `at` (RFC 3629); 0: none. A NUL is not text. */
static size_t utf8_length(const unsigned char *at, const unsigned char *end)
{
    static const struct {
        unsigned char from, to, low, high; /* first byte; range of the second */
        size_t length;
    } forms[] = { { 0x01, 0x7f, 0, 0, 1 },       { 0xc2, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 },
                  { 0xe1, 0xec, 0x80, 0xbf, 3 }, { 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
                  { 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 } };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (*at < forms[i].from || *at > forms[i].to) continue;
        if ((size_t)(end - at) < forms[i].length) return 0;
        for (size_t j = 1; j < forms[i].length; j++)
            if (at[j] < (j == 1 ? forms[i].low : 0x80) || at[j] > (j == 1 ? forms[i].high : 0xbf)) return 0;
        return forms[i].length;
    }
    return 0;
}

static vv_status check_text(const char *path, const char *bytes, size_t n, vv_error *error)
{
    const unsigned char *at = (const unsigned char *)bytes, *end = at + n;
    size_t line = 1;
    while (at < end) {
        const size_t length = utf8_length(at, end);
        if (length == 0) return vvi_fail(error, VV_FORMAT, "%s:%zu: byte 0x%02x is not UTF-8 text", path, line, *at);
        line += *at == '\n';
        at += length;
    }
    return VV_OK;
}

/* ---- the first row ---------------------------------------------------------------------------------------------- */

static bool looks_like_header(const parser *p, const char *target, const vvi_number_reader *reader)
{
    const vvi_data_table *t = p->table;
    enum { LOOK_AT = 100 };
    double number = 0;
    bool any = false;
    for (size_t i = 0; i < t->columns; i++) {
        if (vvi_number_read(reader, p->raw[i], &number)) return false;
        if (target != NULL && strcmp(target, p->raw[i]) == 0) return true;
        any = any || *p->raw[i] != '\0';
    }
    for (size_t i = t->columns; any && i < p->n_cells && i < LOOK_AT * t->columns; i++)
        if (t->cell[i] != NULL && vvi_number_read(reader, t->cell[i], &number)) return true;
    return false;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static vv_status check_unique(const vvi_data_table *t, vv_error *error)
{
    const char **sorted = vvi_calloc(t->columns, sizeof *sorted);
    if (sorted == NULL) return vvi_no_memory(error);
    memcpy(sorted, t->name, t->columns * sizeof *sorted);
    qsort(sorted, t->columns, sizeof *sorted, compare_names);
    vv_status status = VV_OK;
    for (size_t i = 1; i < t->columns && status == VV_OK; i++)
        if (strcmp(sorted[i - 1], sorted[i]) == 0)
            status = vvi_fail(error, VV_FORMAT, "%s: two columns have the name \"%.80s\"; names must differ", t->path,
                              sorted[i]);
    vvi_free(sorted);
    return status;
}

static vv_status name_columns(parser *p)
{
    vvi_data_table *t = p->table;
    t->name = vvi_arena_alloc(&t->arena, t->columns * sizeof *t->name);
    if (t->name == NULL) return vvi_no_memory(p->error);
    for (size_t i = 0; i < t->columns; i++) {
        t->name[i] = t->header && *p->raw[i] != '\0' ? p->raw[i] : vvi_arena_printf(&t->arena, "%zu", i);
        if (t->name[i] == NULL) return vvi_no_memory(p->error);
    }
    if (!t->header) return VV_OK;
    const size_t gone = p->leading + 1;
    t->n -= gone;
    memmove(t->cell, t->cell + gone * t->columns, t->n * t->columns * sizeof *t->cell);
    memmove(t->line, t->line + gone, t->n * sizeof *t->line);
    return check_unique(t, p->error);
}

static vv_status settle_header(parser *p, const vvi_csv_options *options)
{
    vvi_data_table *t = p->table;
    if (t->n == 0) return vvi_fail(p->error, VV_FORMAT, "%s: has no rows", t->path);
    t->header = options->header == VVI_HEADER_YES;
    if (options->header == VVI_HEADER_AUTO) {
        vvi_number_reader reader;
        if (!vvi_number_reader_init(&reader)) return vvi_no_memory(p->error);
        t->header = looks_like_header(p, options->target, &reader);
        vvi_number_reader_deinit(&reader);
    }
    VVI_TRY(name_columns(p));
    return t->n > 0 ? VV_OK : vvi_fail(p->error, VV_FORMAT, "%s: has a header, but no rows", t->path);
}

static vv_status parse(parser *p, size_t n, const vvi_csv_options *options)
{
    vvi_data_table *t = p->table;
    VVI_TRY(check_text(t->path, t->bytes, n, p->error));
    p->at = t->bytes;
    p->end = t->bytes + n;
    if (n >= 3 && memcmp(p->at, "\xef\xbb\xbf", 3) == 0) p->at += 3;
    if (options->skip_first_line) {
        while (!at_line_end(p)) p->at++;
        step_over(p);
    }
    while (p->at < p->end) VVI_TRY(read_row(p));
    return settle_header(p, options);
}

vv_status vvi_csv_read(vvi_data_table *table, const char *path, const vvi_csv_options *options, vv_error *error)
{
    size_t n = 0;
    *table = (vvi_data_table){ .path = vvi_strdup(path), .delimiter = options->delimiter };
    if (table->path == NULL) return vvi_no_memory(error);
    VVI_TRY(vvi_file_read_all(path, &table->bytes, &n, error));
    parser p = { .table = table, .line = 1, .delimiter = options->delimiter, .error = error };
    const vv_status status = parse(&p, n, options);
    vvi_free(p.raw);
    return status;
}
