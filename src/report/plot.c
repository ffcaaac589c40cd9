/* plot.c - curves as text: one in a line of eighth blocks, or several over each other as lines of Braille dots.
 *
 * Both are scaled from the smallest to the largest finite value. A character of Braille holds 2 x 4 dots.
 */
#include "report/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const blocks[8] = { "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };

/* The mean of the finite values of a part; NaN when there are none. */
static double mean_of(const double *values, size_t from, size_t to)
{
    double sum = 0;
    size_t n = 0;
    for (size_t i = from; i < to; i++) {
        if (!isfinite(values[i])) continue;
        sum += values[i];
        n++;
    }
    return n == 0 ? (double)NAN : sum / (double)n;
}

void vvi_report_spark_within(const double *values, size_t n, size_t most, char text[VVI_SPARK_SIZE])
{
    double heights[VVI_SPARK_WIDTH], low = (double)INFINITY, high = (double)-INFINITY;
    if (most > VVI_SPARK_WIDTH) most = VVI_SPARK_WIDTH;
    const size_t columns = n < most ? n : most;
    for (size_t i = 0; i < columns; i++) {
        heights[i] = mean_of(values, i * n / columns, (i + 1) * n / columns);
        low = fmin(low, heights[i]);
        high = fmax(high, heights[i]);
    }
    text[0] = '\0';
    for (size_t i = 0; i < columns; i++) {
        const double share = high > low ? heights[i] / (high - low) - low / (high - low) : 0;
        const int eighth = isnan(heights[i]) ? 0 : (int)(share * 7 + 0.5);
        strcat(text, isnan(heights[i]) ? "·" : blocks[eighth < 0 ? 0 : eighth > 7 ? 7 : eighth]);
    }
}

void vvi_report_spark(const double *values, size_t n, char text[VVI_SPARK_SIZE])
{
    vvi_report_spark_within(values, n, VVI_SPARK_WIDTH, text);
}

/* ---- dots ------------------------------------------------------------------------------------------------------- */

enum { SCALE = 10, DOTS_X = 2 * VVI_PLOT_WIDTH, DOTS_Y = 4 * VVI_PLOT_ROWS };

typedef struct canvas {
    unsigned char cells[VVI_PLOT_ROWS][VVI_PLOT_WIDTH]; /* the dots of each, as Braille counts them */
    int width;                                          /* in dots */
    double low, high;
    size_t epochs; /* of the longest curve */
} canvas;

static void set_dot(canvas *c, int x, int y)
{
    static const unsigned char bits[4][2] = { { 0x01, 0x08 }, { 0x02, 0x10 }, { 0x04, 0x20 }, { 0x40, 0x80 } };
    if (x < 0 || y < 0 || x >= c->width || y >= DOTS_Y) return;
    c->cells[y / 4][x / 2] |= bits[y % 4][x % 2];
}

/* As many dots as the longer of its sides. */
static void draw_line(canvas *c, int x0, int y0, int x1, int y1)
{
    const int steps = abs(x1 - x0) > abs(y1 - y0) ? abs(x1 - x0) : abs(y1 - y0);
    for (int i = 0; i <= steps; i++) {
        const double share = steps == 0 ? 0 : (double)i / steps;
        set_dot(c, (int)lround(x0 + share * (x1 - x0)), (int)lround(y0 + share * (y1 - y0)));
    }
}

static int x_of(const canvas *c, size_t epoch)
{
    return c->epochs < 2 ? 0 : (int)lround((double)epoch / (double)(c->epochs - 1) * (c->width - 1));
}

/* Divided before it is subtracted: the values may be the largest there are. */
static int y_of(const canvas *c, double value)
{
    const double range = c->high / 2 - c->low / 2, share = range > 0 ? (value / 2 - c->low / 2) / range : 0.5;
    return (int)lround((1 - share) * (DOTS_Y - 1));
}

static void draw_curve(canvas *c, const vv_curve *curve)
{
    for (size_t i = 0; i < curve->n; i++) {
        if (!isfinite(curve->values[i])) continue;
        const size_t before = i > 0 && isfinite(curve->values[i - 1]) ? i - 1 : i;
        draw_line(c, x_of(c, before), y_of(c, curve->values[before]), x_of(c, i), y_of(c, curve->values[i]));
    }
}

static void measure(canvas *c, const vvi_plot *plot)
{
    c->low = (double)INFINITY, c->high = (double)-INFINITY;
    for (size_t i = 0; i < plot->n; i++) {
        const vv_curve *curve = plot->curves[i];
        if (curve->n > c->epochs) c->epochs = curve->n;
        for (size_t k = 0; k < curve->n; k++) {
            if (!isfinite(curve->values[k])) continue;
            c->low = fmin(c->low, curve->values[k]);
            c->high = fmax(c->high, curve->values[k]);
        }
    }
}

/* ---- lines ------------------------------------------------------------------------------------------------------ */

static void add_spaces(vvi_text *line, size_t n)
{
    for (; n > 0; n--) vvi_text_add(line, " ", 1);
}

/* Four figures, in SCALE columns at most. */
static void add_scale(vvi_text *line, double value, bool shown)
{
    char number[VVI_NUMBER_SIZE] = "";
    if (shown && isfinite(value)) vvi_report_number(value, number, sizeof number);
    if (strlen(number) > SCALE - 2) snprintf(number, sizeof number, "%.2g", value);
    add_spaces(line, strlen(number) < SCALE - 1 ? SCALE - 1 - strlen(number) : 0);
    vvi_text_printf(line, "%s%s", number, shown ? "┤" : "│");
}

static void add_cell(vvi_text *line, unsigned char dots)
{
    const char bytes[3] = { (char)0xe2, (char)(0xa0 | dots >> 6), (char)(0x80 | (dots & 0x3f)) };
    if (dots == 0)
        vvi_text_add(line, " ", 1);
    else
        vvi_text_add(line, bytes, sizeof bytes);
}

/* "1          epoch         10" */
static void add_axis(vvi_text *line, const canvas *c, const char *unit)
{
    char last[VVI_NUMBER_SIZE];
    const size_t columns = (size_t)c->width / 2;
    snprintf(last, sizeof last, "%zu", c->epochs);
    add_spaces(line, SCALE);
    vvi_text_printf(line, "1");
    if (c->epochs < 2) {
        vvi_text_printf(line, " %s", unit);
        add_spaces(line, columns - 2 - strlen(unit));
        return;
    }
    const size_t room = columns - 1 - strlen(last), before = (room - strlen(unit)) / 2;
    add_spaces(line, before);
    vvi_text_printf(line, "%s", unit);
    add_spaces(line, room - before - strlen(unit));
    vvi_text_printf(line, "%s", last);
}

void vvi_report_plot(const vvi_plot *plot, vvi_text lines[VVI_PLOT_LINES])
{
    canvas c = { .width = 2 * (int)(plot->width - SCALE) };
    measure(&c, plot);
    for (size_t i = 0; i < plot->n; i++) draw_curve(&c, plot->curves[i]);
    const bool flat = !(c.high > c.low);
    for (int row = 0; row < VVI_PLOT_ROWS; row++) {
        const bool top = row == 0 && !flat, bottom = row == VVI_PLOT_ROWS - 1 && !flat;
        const bool middle = flat && row == VVI_PLOT_ROWS / 2;
        add_scale(&lines[row], bottom ? c.low : c.high, top || bottom || middle);
        for (int x = 0; x < c.width / 2; x++) add_cell(&lines[row], c.cells[row][x]);
    }
    vvi_text *axis = &lines[VVI_PLOT_ROWS];
    add_spaces(axis, SCALE - 1);
    vvi_text_printf(axis, "└");
    for (int x = 0; x < c.width / 2; x++) vvi_text_printf(axis, "─");
    add_axis(&lines[VVI_PLOT_ROWS + 1], &c, plot->unit);
}
