/* live.c - a block of lines at the end of a terminal's output, redrawn in place.
 *
 * Each line is clipped to the width the terminal has now, so that none wraps, and of more lines than there are rows
 * only the last are drawn; so the block's height is known. To redraw it the cursor is put to its first line and the
 * rest of the screen is erased. After vvi_live_clear the terminal looks as if it had never been there. For terminals
 * only.
 */
#include "report/report.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { USUAL_ROWS = 24 };

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

/* What is left of a text when the lines that do not fit above the last ones are taken off. */
static const char *last_lines(const char *text, int most)
{
    int lines = 1;
    for (const char *c = text; *c != '\0'; c++) lines += *c == '\n';
    for (; lines > most; lines--) text = strchr(text, '\n') + 1;
    return text;
}

static void erase(vvi_live *live)
{
    if (live->lines > 1) fprintf(live->out, "\033[%dA", live->lines - 1);
    if (live->lines > 0) fputs("\r\033[J", live->out);
    live->lines = 0;
}

void vvi_live_draw(vvi_live *live, const char *text)
{
    const int columns = vvi_report_terminal_width(live->out), rows = measure(live->out).ws_row;
    /* A character in the last column makes some terminals wrap. */
    const size_t width = (size_t)(columns > 0 ? columns : VVI_REPORT_WIDTH) - 1;
    text = last_lines(text, (rows > 1 ? rows : USUAL_ROWS) - 1);
    erase(live);
    while (*text != '\0') {
        const size_t length = strcspn(text, "\n"), most = vvi_report_clip(text, width);
        if (live->lines++ > 0) fputc('\n', live->out);
        fwrite(text, 1, length < most ? length : most, live->out);
        text += length;
        if (*text == '\n') text++;
    }
    fflush(live->out);
}

void vvi_live_clear(vvi_live *live)
{
    erase(live);
    fflush(live->out);
}
