/* screen_of.c - what a terminal shows in the end of the bytes on standard input, line by line: screen_of [COLUMNS].
 * Lines wrap at COLUMNS (1000), as those of terminals do: when the next character comes. Every character takes one column.
 * Knows what the command may send: \n, \r, ESC[nA, ESC[J, ESC[K, ESC[nm, ESC[?2026h and l (a frame begins, ends). Anything
 * else is an error, status 1; so is erasing the screen in a frame in which anything is still drawn, which would flicker.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 400, COLUMNS = 1000 };

static unsigned char screen[ROWS][COLUMNS][5]; /* one character each */
static int row, column, columns = COLUMNS;
static bool in_frame, erased; /* erased: in this frame */

static int refuse(const char *what, int c)
{
    fprintf(stderr, "screen_of: %s (%d) in row %d\n", what, c, row);
    return 1;
}

static void erase_line(void)
{
    const int from = column < columns ? column : columns - 1;
    memset(screen[row][from], 0, sizeof screen[row] - (size_t)from * sizeof screen[row][0]);
}

static void erase_below(void)
{
    erase_line();
    for (int r = row + 1; r < ROWS; r++) memset(screen[r], 0, sizeof screen[r]);
    erased = in_frame;
}

static int take_frame(int n, int c)
{
    if (n != 2026 || (c != 'h' && c != 'l')) return refuse("an unknown mode", n);
    in_frame = c == 'h';
    erased = false;
    return 0;
}

static int take_escape(void)
{
    int n = 0, c = getchar();
    bool mode = false;
    if (c != '[') return refuse("an escape that is not ESC[", c);
    while (((c = getchar()) >= '0' && c <= '9') || c == '?')
        if (c == '?')
            mode = true;
        else
            n = 10 * n + c - '0';
    if (mode) return take_frame(n, c);
    if (c == 'A') row = row > n ? row - n : 0;
    if (c == 'J') erase_below();
    if (c == 'K') erase_line();
    return strchr("AJKm", c) == NULL ? refuse("an unknown escape", c) : 0;
}

static int put_character(int c)
{
    const int more = c < 0xc0 ? 0 : c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
    if (column == columns) column = 0, row++;
    if (row >= ROWS) return refuse("the screen is too small", c);
    if (erased) return refuse("drawn after the screen was erased", c);
    unsigned char *cell = screen[row][column++];
    memset(cell, 0, 5);
    cell[0] = (unsigned char)c;
    for (int i = 1; i <= more; i++) cell[i] = (unsigned char)getchar();
    return 0;
}

static int take(int c)
{
    if (c == '\033') return take_escape();
    if (c == '\r')
        column = 0;
    else if (c == '\n')
        row++;
    else
        return c < ' ' ? refuse("a control character", c) : put_character(c);
    return row < ROWS ? 0 : refuse("the screen is too small", c);
}

static void print_screen(void)
{
    int last = ROWS;
    while (last > 0 && screen[last - 1][0][0] == 0) last--;
    for (int r = 0; r < last; r++) {
        for (int c = 0; c < COLUMNS && screen[r][c][0] != 0; c++) fputs((const char *)screen[r][c], stdout);
        putchar('\n');
    }
}

int main(int argc, char **argv)
{
    int c;
    if (argc > 1) columns = atoi(argv[1]);
    if (columns < 2 || columns > COLUMNS) return refuse("not so many columns", columns);
    while ((c = getchar()) != EOF)
        if (take(c) != 0) return 1;
    print_screen();
    return 0;
}
