/* plot.c - a curve in one line of eighth blocks, scaled from its smallest to its largest finite value. */
#include "report/report.h"

#include <math.h>
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

void vvi_report_spark(const double *values, size_t n, char text[VVI_SPARK_SIZE])
{
    double heights[VVI_SPARK_WIDTH], low = (double)INFINITY, high = (double)-INFINITY;
    const size_t columns = n < VVI_SPARK_WIDTH ? n : VVI_SPARK_WIDTH;
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
