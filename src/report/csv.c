/* csv.c - cells of CSV (RFC 4180). */
#include "report/csv.h"

#include <string.h>

/* One character, and what it is written as. A cell that a terminal shows must not say what the terminal is to do. */
static size_t add_character(vvi_text *line, const char *c)
{
    const size_t n = vvi_utf8_length(c);
    const unsigned char first = (unsigned char)c[0], last = (unsigned char)c[n == 0 ? 0 : n - 1];
    const bool low = n == 1 && (first == 0x7f || (first < 0x20 && strchr("\t\r\n", first) == NULL));
    const bool high = n == 2 && first == 0xc2 && last < 0xa0; /* U+0080 to U+009F */
    if (n == 0 || low || high)
        vvi_text_printf(line, "\\x%02x", last);
    else
        vvi_text_add(line, first == '"' ? "\"\"" : c, first == '"' ? 2 : n);
    return n == 0 ? 1 : n;
}

void vvi_csv_cell_add(vvi_text *line, const char *text)
{
    const size_t n = strlen(text);
    const bool plain = strpbrk(text, ",\"\r\n") == NULL && (n == 0 || (text[0] != ' ' && text[n - 1] != ' '));
    if (!plain) vvi_text_add(line, "\"", 1);
    for (const char *c = text; *c != '\0';) c += add_character(line, c);
    if (!plain) vvi_text_add(line, "\"", 1);
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
