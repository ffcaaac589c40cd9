/* screen_of.c - what a terminal shows in the end of the bytes on standard input, line by line.
 * Knows what the command may send: \n, \r, ESC[nA, ESC[J, ESC[K, ESC[nm. Anything else is an error, status 1.
 */
#include <stdio.h>
#include <string.h>

enum { ROWS = 400, COLUMNS = 1000 };

static unsigned char screen[ROWS][COLUMNS][5]; /* one character each */
static int row, column;

static int refuse(const char *what, int c)
{
    fprintf(stderr, "screen_of: %s (%d) in row %d\n", what, c, row);
    return 1;
}

static void erase_below(void)
{
    memset(screen[row][column], 0, sizeof screen[row] - (size_t)column * sizeof screen[row][0]);
    for (int r = row + 1; r < ROWS; r++) memset(screen[r], 0, sizeof screen[r]);
}

static int take_escape(void)
{
    int n = 0, c = getchar();
    if (c != '[') return refuse("an escape that is not ESC[", c);
    while ((c = getchar()) >= '0' && c <= '9') n = 10 * n + c - '0';
    if (c == 'A') row = row > n ? row - n : 0;
    if (c == 'J') erase_below();
    if (c == 'K') memset(screen[row][column], 0, sizeof screen[row] - (size_t)column * sizeof screen[row][0]);
    return strchr("AJKm", c) == NULL ? refuse("an unknown escape", c) : 0;
}

static int put_character(int c)
{
    const int more = c < 0xc0 ? 0 : c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
    if (row == ROWS || column == COLUMNS) return refuse("the screen is too small", c);
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
    return 0;
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

int main(void)
{
    int c;
    while ((c = getchar()) != EOF)
        if (take(c) != 0) return 1;
    print_screen();
    return 0;
}
