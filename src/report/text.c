/* text.c - numbers, times and lists of values as people read them. */
#include "report/report.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int vvi_report_time(double unix_time, char *text, size_t size)
{
    struct tm utc;
    const double micros = fabs(unix_time) < 1e11 ? floor(unix_time * 1e6 + 0.5) : 0, whole = floor(micros / 1e6);
    const time_t seconds = (time_t)whole;
    if (size > 0) text[0] = '\0';
    if (seconds == 0 || gmtime_r(&seconds, &utc) == NULL) return 0;
    return snprintf(text, size, "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
                    utc.tm_hour, utc.tm_min, utc.tm_sec, (int)(micros - whole * 1e6));
}

int vvi_report_short_time(double unix_time, char *text, size_t size)
{
    char whole[VVI_NUMBER_SIZE];
    if (size > 0) text[0] = '\0';
    if (vvi_report_time(unix_time, whole, sizeof whole) == 0) return 0;
    return snprintf(text, size, "%.10s %.8s", whole, whole + 11);
}

int vvi_report_seconds(double seconds, char *text, size_t size)
{
    if (!isfinite(seconds) || seconds < 0) return snprintf(text, size, "?");
    if (seconds < 0.995) return snprintf(text, size, "%.2f s", seconds);
    if (seconds < 59.95) return snprintf(text, size, "%.1f s", seconds);
    const uint64_t whole = seconds < 1e15 ? (uint64_t)(seconds + 0.5) : UINT64_C(1000000000000000);
    if (whole < 3600) return snprintf(text, size, "%" PRIu64 " min %02" PRIu64 " s", whole / 60, whole % 60);
    return snprintf(text, size, "%" PRIu64 " h %02" PRIu64 " min", whole / 3600, whole % 3600 / 60);
}

int vvi_report_whole_seconds(double seconds, char *text, size_t size)
{
    if (seconds >= 0 && seconds < 59.5) return snprintf(text, size, "%.0f s", seconds);
    return vvi_report_seconds(seconds, text, size);
}

int vvi_report_number(double number, char *text, size_t size)
{
    const double magnitude = fabs(number);
    if (isnan(number)) return snprintf(text, size, "nan");
    const bool plain = number == 0 || (magnitude >= 1e-3 && magnitude < 1e5);
    return snprintf(text, size, plain ? "%.4f" : "%.3g", number);
}

int vvi_report_shape(vv_shape shape, char *text, size_t size)
{
    size_t n = 0;
    if (size > 0) text[0] = '\0';
    for (int i = 0; i < shape.rank; i++)
        n += (size_t)snprintf(n < size ? text + n : NULL, n < size ? size - n : 0, "%s%d", i == 0 ? "" : "x",
                              shape.dim[i]);
    return (int)n;
}

/* So many digits of a float that has more: 0.0012345678901234567 is 0.00123457. The others are short, or whole. */
static void shorten_float(double number, int digits, char *text, size_t size)
{
    char shorter[VVI_FORMAT_SIZE];
    snprintf(shorter, sizeof shorter, "%.*g", digits, number);
    if (isfinite(number) && strlen(shorter) < strlen(text)) snprintf(text, size, "%s", shorter);
}

void vvi_report_value(vvi_text *text, vv_value value, int digits)
{
    char short_text[VVI_FORMAT_SIZE];
    if (value.type == VV_VALUE_STRING) {
        vvi_text_add_visible(text, value.s, VVI_REPORT_NAME);
        return;
    }
    vv_value_format(value, short_text, sizeof short_text);
    if (value.type == VV_VALUE_FLOAT) shorten_float(value.f, digits, short_text, sizeof short_text);
    vvi_text_add(text, short_text, strlen(short_text));
}

void vvi_report_values(vvi_text *text, const vv_active *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (i > 0) vvi_text_add(text, " ", 1);
        vvi_text_add_visible(text, values[i].name, VVI_REPORT_NAME);
        vvi_text_add(text, "=", 1);
        vvi_report_value(text, values[i].value, VVI_REPORT_DIGITS);
    }
}

void vvi_report_some_values(vvi_text *text, const vv_active *values, size_t n)
{
    enum { MOST = 24, LEAST_LEFT_OUT = 6 };
    const size_t shown = n > MOST + LEAST_LEFT_OUT ? MOST : n;
    vvi_report_values(text, values, shown);
    if (shown < n) vvi_text_printf(text, " and %zu more", n - shown);
}

void vvi_report_refusals(vvi_text *text, const vv_refusals *refusals)
{
    char count[VVI_FORMAT_SIZE];
    if (refusals == NULL || refusals->n == 0) return;
    vvi_format_count((uint64_t)refusals->n, count);
    vvi_text_printf(text, "%s %s could not be built and cost no trial", count, refusals->n == 1 ? "draw" : "draws");
    if (refusals->top[0].n == 0) return;
    vvi_text_printf(text, ";\nmost often: ");
    vvi_text_add_visible(text, refusals->top[0].reason, VVI_REPORT_REASON);
}
