/* csv.c - cells of CSV (RFC 4180). */
#include "report/csv.h"

#include <string.h>

void vvi_csv_cell_add(vvi_text *line, const char *text)
{
    const size_t n = strlen(text);
    const bool plain = strpbrk(text, ",\"\r\n") == NULL && (n == 0 || (text[0] != ' ' && text[n - 1] != ' '));
    if (plain) {
        vvi_text_add(line, text, n);
        return;
    }
    vvi_text_add(line, "\"", 1);
    for (const char *c = text; *c != '\0'; c++) vvi_text_add(line, *c == '"' ? "\"\"" : c, *c == '"' ? 2 : 1);
    vvi_text_add(line, "\"", 1);
}

void vvi_csv_number_add(vvi_text *line, double number)
{
    char text[VVI_FORMAT_SIZE];
    vvi_csv_cell_add(line, vvi_format_double(number, text));
}

/* What is between quotes, in which two stand for one. Returns where it ends. */
static const char *read_quoted(const char *at, char *to)
{
    for (; *at != '\0' && (*at != '"' || at[1] == '"'); at++) {
        *to++ = *at;
        at += *at == '"';
    }
    *to = '\0';
    return at + (*at == '"');
}

const char *vvi_csv_cell_read(const char **at, vvi_arena *arena, bool *last)
{
    char *cell = vvi_arena_alloc(arena, strlen(*at) + 1);
    if (cell == NULL) return NULL;
    if (**at == '"') *at = read_quoted(*at + 1, cell);
    const size_t n = strcspn(*at, ",\r\n");
    strncat(cell, *at, n);
    *at += n;
    *last = **at != ',';
    *at += *last ? strspn(*at, "\r\n") : 1;
    return cell;
}
