/* live.c - a block of lines at the end of a terminal's output, redrawn in place.
 *
 * Each line is clipped to the width that the terminal has now, with "…" at its end, so that none wraps, and of more lines than there are rows only
 * the last are drawn; the cursor stands at the beginning of the line below. A frame is one write: up to the block's first
 * line, then every line with the rest of its row erased behind it, then the rest of the screen; nothing is ever blank in
 * between, and terminals that can are told to show it at once.
 *
 * When a terminal gets narrower it breaks the lines that are there: how many rows up the block begins is counted anew from
 * the widths that were drawn. (Terminals that cut such lines instead lose a few lines above the block.)
 *
 * After vvi_live_clear the terminal looks as if the block had never been there. For terminals only.
 */
#include "report/report.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { USUAL_ROWS = 24, NARROWEST = 40 };

/* 0 where a number is not known: some terminals know one and not the other. */
static struct winsize measure(FILE *out)
{
    struct winsize size = { 0 };
    if (ioctl(fileno(out), TIOCGWINSZ, &size) != 0) return (struct winsize){ 0 };
    return size;
}

int vvi_report_terminal_width(FILE *out)
{
    const int columns = measure(out).ws_col;
    return columns > 1 ? columns : 0;
}

int vvi_report_width(FILE *out)
{
    const int columns = vvi_report_terminal_width(out);
    if (columns == 0) return VVI_REPORT_WIDTH;
    return columns < NARROWEST ? NARROWEST : columns > VVI_EXPLAIN_WIDTH ? VVI_EXPLAIN_WIDTH : columns;
}

int vvi_report_terminal_height(FILE *out)
{
    const int rows = measure(out).ws_row;
    return rows > 1 ? rows : 0;
}

/* What is left of a block when the lines that do not fit above the last ones are taken off. */
static const char *last_lines(const char *text, int most)
{
    int lines = 0;
    for (const char *c = text; *c != '\0'; c++) lines += *c == '\n';
    for (; lines > most; lines--) text = strchr(text, '\n') + 1;
    return text;
}

/* Rows that the block takes in a terminal of so many columns. */
static int rows_of(const vvi_live *live, int columns)
{
    int rows = 0;
    for (int i = 0; i < live->lines; i++) {
        const int width = live->width[i];
        rows += width <= columns || columns < 1 ? 1 : (width + columns - 1) / columns;
    }
    return rows;
}

static void go_to_begin(vvi_live *live, vvi_text *frame, int columns)
{
    const int rows = rows_of(live, columns);
    if (rows > 0) vvi_text_printf(frame, "\r\033[%dA", rows);
}

static size_t without_spaces(const char *line, size_t n)
{
    while (n > 0 && line[n - 1] == ' ') n--;
    return n;
}

/* One line of `n` bytes, clipped, which shows by what ends it; what is behind it is erased. */
static size_t add_line(vvi_text *frame, const char *line, size_t n, size_t columns)
{
    const size_t whole = without_spaces(line, n);
    const bool clipped = vvi_report_columns(line, whole) > columns && columns > 0;
    const size_t shown = clipped ? without_spaces(line, vvi_report_clip(line, columns - 1)) : whole;
    vvi_text_add(frame, line, shown);
    if (clipped) vvi_text_printf(frame, "…");
    if (shown < n && memchr(line, '\033', n) != NULL) vvi_text_printf(frame, "\033[0m");
    vvi_text_printf(frame, "\033[K\n");
    return vvi_report_columns(line, shown) + clipped;
}

/* Those above stay, and are broken between words. */
static void add_above(vvi_text *frame, const char *text, size_t columns)
{
    while (*text != '\0') {
        const size_t length = strcspn(text, "\n"), indent = columns > 20 ? 2 : 0;
        size_t n = vvi_report_line(text, columns);
        if (n > length) n = length;
        vvi_text_add(frame, text, n);
        vvi_text_printf(frame, "\033[K\n");
        for (size_t at = n; at < length; at += n) {
            while (at < length && text[at] == ' ') at++;
            if (at == length) break;
            n = vvi_report_line(text + at, columns - indent);
            if (n > length - at) n = length - at;
            vvi_text_printf(frame, "%*s%.*s\033[K\n", (int)indent, "", (int)n, text + at);
        }
        text += length + (text[length] == '\n');
    }
}

static void add_block(vvi_live *live, vvi_text *frame, const char *text, int columns)
{
    live->lines = 0;
    while (*text != '\0') {
        const size_t n = strcspn(text, "\n");
        /* A character in the last column makes some terminals wrap. */
        live->width[live->lines++] = (unsigned short)add_line(frame, text, n, (size_t)columns - 1);
        text += n + (text[n] == '\n');
    }
}

/* All at once, past the stream, whose buffer would cut it in pieces; a stream without a file gets it as it is. */
static void put(FILE *out, const vvi_text *frame)
{
    const int file = fileno(out);
    const char *bytes = frame->data;
    size_t n = frame->n;
    fflush(out);
    if (file < 0) fwrite(bytes, 1, n, out);
    while (file >= 0 && n > 0) {
        const ssize_t done = write(file, bytes, n);
        if (done < 0 && errno != EINTR) return;
        bytes += done > 0 ? done : 0;
        n -= done > 0 ? (size_t)done : 0;
    }
    fflush(out);
}

void vvi_live_draw(vvi_live *live, const char *above, const char *block)
{
    vvi_text frame = { 0 };
    int columns = vvi_report_terminal_width(live->out), rows = vvi_report_terminal_height(live->out);
    if (columns == 0) columns = VVI_REPORT_WIDTH;
    if (rows == 0) rows = USUAL_ROWS;
    block = last_lines(block, rows - 1 < VVI_LIVE_MOST ? rows - 1 : VVI_LIVE_MOST);
    vvi_text_printf(&frame, "\033[?2026h");
    go_to_begin(live, &frame, columns);
    if (above != NULL) add_above(&frame, above, (size_t)columns - 1);
    add_block(live, &frame, block, columns);
    vvi_text_printf(&frame, "\033[J\033[?2026l");
    if (!frame.failed) put(live->out, &frame);
    vvi_text_deinit(&frame);
}

void vvi_live_clear(vvi_live *live)
{
    if (live->lines > 0) vvi_live_draw(live, NULL, "");
}

void vvi_live_forget(vvi_live *live)
{
    live->lines = 0;
}
