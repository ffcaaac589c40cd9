/* page.c - paragraphs and tables, as lines of a terminal that wrap within some width, or as blocks of JSON for who lays them
 * out elsewhere. Texts of others are among the words: whatever is written is harmless.
 */
#include "report/report.h"

#include <string.h>

/* How a page writes what it is made of; a text is without control characters, and tables are the caller's to end. */
struct vvi_page_form {
    void (*text)(vvi_page *page, int first, int rest, const char *text);
    void (*table)(vvi_page *page, const vvi_report_table *table);
    void (*gap)(const vvi_page *page);
    vv_status (*end)(const vvi_page *page, vv_error *error);
};

/* ---- lines ------------------------------------------------------------------------------------------------------ */

static void write_lines(vvi_page *page, int first, int rest, const char *text)
{
    int indent = first;
    do {
        const int columns = page->width > indent ? page->width - indent : 1;
        const size_t n = vvi_report_line(text, (size_t)columns);
        fprintf(page->out, "%*s%.*s\n", indent, "", (int)n, text);
        text += n;
        while (*text == ' ') text++;
        indent = rest;
    } while (*text != '\0');
}

static void write_table(vvi_page *page, const vvi_report_table *table)
{
    vvi_report_table_write(table, page->out, page->width);
}

static void write_gap(const vvi_page *page)
{
    fputc('\n', page->out);
}

static vv_status end_lines(const vvi_page *page, vv_error *error)
{
    return ferror(page->out) ? vvi_fail(error, VV_IO, "the output could not be written") : VV_OK;
}

static const vvi_page_form lines = { write_lines, write_table, write_gap, end_lines };

/* ---- blocks ----------------------------------------------------------------------------------------------------- */

static void add_text(vvi_page *page, int first, int rest, const char *text)
{
    (void)rest;
    vvi_json_begin(page->json, NULL, '{');
    vvi_json_string(page->json, "text", text);
    vvi_json_int(page->json, "indent", first);
    vvi_json_end(page->json, '}');
}

static void add_columns(vvi_json *json, const vvi_report_table *table)
{
    vvi_json_begin(json, "columns", '[');
    for (size_t i = 0; i < table->n_columns; i++) {
        vvi_json_begin(json, NULL, '{');
        vvi_json_string(json, "title", table->columns[i].title);
        vvi_json_bool(json, "right", table->columns[i].right);
        vvi_json_end(json, '}');
    }
    vvi_json_end(json, ']');
}

static void add_cell(vvi_json *json, const char *cell)
{
    vvi_text visible = { 0 };
    vvi_text_add_visible(&visible, cell, 0);
    json->text.failed = json->text.failed || visible.failed;
    vvi_json_string(json, NULL, visible.data);
    vvi_text_deinit(&visible);
}

static void add_table(vvi_page *page, const vvi_report_table *table)
{
    vvi_json *json = page->json;
    vvi_json_begin(json, NULL, '{');
    vvi_json_begin(json, "table", '{');
    add_columns(json, table);
    vvi_json_begin(json, "rows", '[');
    for (size_t i = 0; i + table->n_columns <= table->n_cells; i += table->n_columns) {
        vvi_json_begin(json, NULL, '[');
        for (size_t c = 0; c < table->n_columns; c++) add_cell(json, table->cells[i + c]);
        vvi_json_end(json, ']');
    }
    for (const char *ends = "]}}"; *ends != '\0'; ends++) vvi_json_end(json, *ends);
}

/* Blocks stand apart as they are. */
static void add_gap(const vvi_page *page)
{
    (void)page;
}

static vv_status end_blocks(const vvi_page *page, vv_error *error)
{
    vvi_json_end(page->json, ']');
    return page->json->text.failed ? vvi_no_memory(error) : VV_OK;
}

static const vvi_page_form blocks = { add_text, add_table, add_gap, end_blocks };

/* ---- pages ------------------------------------------------------------------------------------------------------ */

vvi_page vvi_page_blocks(vvi_json *json, const char *key)
{
    vvi_json_begin(json, key, '[');
    return (vvi_page){ .form = &blocks, .json = json };
}

static const vvi_page_form *form_of(const vvi_page *page)
{
    return page->form == NULL ? &lines : page->form;
}

static void write_text(vvi_page *page, int first, int rest, const char *text)
{
    vvi_text visible = { 0 };
    vvi_text_add_visible(&visible, text, 0);
    page->failed = page->failed || visible.failed;
    if (!visible.failed) form_of(page)->text(page, first, rest, visible.data);
    vvi_text_deinit(&visible);
}

void vvi_page_printf(vvi_page *page, int first, int rest, const char *format, ...)
{
    vvi_arena arena = { 0 };
    va_list args;
    va_start(args, format);
    const char *text = vvi_arena_vprintf(&arena, format, args);
    va_end(args);
    if (text == NULL)
        page->failed = true;
    else
        write_text(page, first, rest, text);
    vvi_arena_deinit(&arena);
}

void vvi_page_text(vvi_page *page, int first, int rest, vvi_text *text)
{
    page->failed = page->failed || text->failed;
    if (!text->failed && text->n > 0) write_text(page, first, rest, text->data);
    vvi_text_deinit(text);
}

void vvi_page_gap(vvi_page *page)
{
    form_of(page)->gap(page);
}

void vvi_page_table(vvi_page *page, vvi_report_table *table)
{
    page->failed = page->failed || table->failed;
    if (!table->failed) form_of(page)->table(page, table);
    vvi_report_table_deinit(table);
}

vv_status vvi_page_end(const vvi_page *page, vv_error *error)
{
    const vv_status status = form_of(page)->end(page, error);
    return page->failed ? vvi_no_memory(error) : status;
}
