/* width.c - how many columns of a terminal a text takes, and where its lines end.
 *
 * East Asian wide characters take two columns, marks on the character before them none, and neither do colours (ESC [ ...
 * m), which are ours: what others wrote has no escapes any more. The tables are our own (widths.h): wcwidth goes by the
 * locale, which a library must not set, and knows nothing at all in the locale "C".
 */
#include "report/report.h"
#include "report/widths.h"

#include <string.h>

static bool is_among(unsigned code, const vvi_characters *list, size_t n)
{
    size_t from = 0;
    while (from < n) {
        const size_t middle = from + (n - from) / 2;
        if (code >= list[middle].first && code <= list[middle].last) return true;
        if (code < list[middle].first)
            n = middle;
        else
            from = middle + 1;
    }
    return false;
}

static size_t columns_of(unsigned code)
{
    if (code < 0x300) return 1;
    if (is_among(code, none, sizeof none / sizeof none[0])) return 0;
    return is_among(code, wide, sizeof wide / sizeof wide[0]) ? 2 : 1;
}

/* The bytes of a colour, or 0. */
static size_t colour_length(const char *text)
{
    if (text[0] != '\033' || text[1] != '[') return 0;
    const size_t n = 2 + strspn(text + 2, "0123456789;");
    return text[n] == 'm' ? n + 1 : 0;
}

/* The bytes of the first character, and its columns. What is no UTF-8 is a byte, and takes one. */
static size_t read_character(const char *text, size_t *columns)
{
    const size_t colour = colour_length(text), n = colour > 0 ? 0 : vvi_utf8_length(text);
    *columns = colour > 0 ? 0 : 1;
    if (colour > 0 || n < 2) return colour > 0 ? colour : 1;
    unsigned code = (unsigned char)text[0] & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) code = code << 6 | ((unsigned char)text[i] & 0x3f);
    *columns = columns_of(code);
    return n;
}

size_t vvi_report_columns(const char *text, size_t n)
{
    size_t sum = 0, columns = 0;
    for (size_t i = 0; i < n;) {
        i += read_character(text + i, &columns);
        sum += columns;
    }
    return sum;
}

size_t vvi_report_clip(const char *text, size_t columns)
{
    size_t n = 0, used = 0, width = 0;
    while (text[n] != '\0') {
        const size_t length = read_character(text + n, &width);
        if (used + width > columns) break;
        n += length;
        used += width;
    }
    return n;
}

/* ---- lines ------------------------------------------------------------------------------------------------------ */

/* "4 min 05 s", "1 h": the unit's length, or 0. */
static size_t unit_length(const char *text)
{
    static const char *const units[] = { "s", "min", "h", "MB" };
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        const size_t n = strlen(units[i]);
        if (strncmp(text, units[i], n) == 0 && (text[n] == '\0' || strchr(" ,.;)", text[n]) != NULL)) return n;
    }
    return 0;
}

/* "0.9 %", "n = 4", "i < n", "5 s". */
static bool is_held_together(const char *text, size_t space)
{
    const char next = text[space + 1], before = space == 0 ? '\0' : text[space - 1];
    if (before >= '0' && before <= '9' && unit_length(text + space + 1) > 0) return true;
    return (next != '\0' && strchr("%=<>!", next) != NULL) || (before != '\0' && strchr("=<>", before) != NULL);
}

/* As many characters as fit; one at least, or there would never be an end. */
static size_t most_of(const char *text, size_t columns)
{
    size_t unused;
    const size_t n = vvi_report_clip(text, columns);
    return n > 0 || *text == '\0' ? n : read_character(text, &unused);
}

/* Where a line of so many columns ends, with or without spaces before it. */
static size_t find_break(const char *text, size_t columns)
{
    const size_t most = most_of(text, columns);
    size_t any = 0;
    if (text[most] == '\0') return most;
    for (size_t n = most; n > 0; n--) {
        if (text[n] != ' ') continue;
        if (!is_held_together(text, n)) return n;
        if (any == 0) any = n;
    }
    return any > 0 ? any : most;
}

size_t vvi_report_line(const char *text, size_t columns)
{
    size_t n = find_break(text, columns);
    while (n > 0 && text[n - 1] == ' ') n--;
    return n;
}
