/* page.c - paragraphs that wrap, and tables among them, within some width. */
#include "report/report.h"

#include <string.h>

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

/* Texts of others are among the words. */
static void write_wrapped(vvi_page *page, int first, int rest, const char *text)
{
    vvi_text visible = { 0 };
    vvi_text_add_visible(&visible, text, 0);
    page->failed = page->failed || visible.failed;
    if (!visible.failed) write_lines(page, first, rest, visible.data);
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
        write_wrapped(page, first, rest, text);
    vvi_arena_deinit(&arena);
}

void vvi_page_text(vvi_page *page, int first, int rest, vvi_text *text)
{
    page->failed = page->failed || text->failed;
    if (!text->failed && text->n > 0) write_wrapped(page, first, rest, text->data);
    vvi_text_deinit(text);
}

void vvi_page_gap(vvi_page *page)
{
    fputc('\n', page->out);
}

void vvi_page_table(vvi_page *page, vvi_report_table *table)
{
    if (vvi_report_table_end(table, page->out, page->width, NULL) == VV_NO_MEMORY) page->failed = true;
}

vv_status vvi_page_end(const vvi_page *page, vv_error *error)
{
    if (page->failed) return vvi_no_memory(error);
    return ferror(page->out) ? vvi_fail(error, VV_IO, "the output could not be written") : VV_OK;
}
