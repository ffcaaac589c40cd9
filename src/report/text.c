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

int vvi_report_local_time(double unix_time, char *text, size_t size)
{
    struct tm local;
    const time_t seconds = fabs(unix_time) < 1e11 ? (time_t)floor(unix_time) : 0;
    if (size > 0) text[0] = '\0';
    if (seconds == 0 || localtime_r(&seconds, &local) == NULL) return 0;
    return (int)strftime(text, size, "%Y-%m-%d %H:%M:%S", &local);
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

int vvi_report_number(double number, char *text, size_t size)
{
    const double magnitude = fabs(number);
    if (isnan(number)) return snprintf(text, size, "nan");
    const bool plain = number == 0 || (magnitude >= 1e-3 && magnitude < 1e5);
    return snprintf(text, size, plain ? "%.4f" : "%.3g", number);
}

static bool begins_character(char byte)
{
    return ((unsigned char)byte & 0xc0) != 0x80;
}

size_t vvi_report_columns(const char *text, size_t n)
{
    size_t columns = 0;
    for (size_t i = 0; i < n; i++) columns += begins_character(text[i]);
    return columns;
}

size_t vvi_report_clip(const char *text, size_t columns)
{
    size_t n = 0;
    for (; text[n] != '\0'; n++)
        if (begins_character(text[n]) && columns-- == 0) break;
    return n;
}

/* "0.9 %", "n = 4", "i < n". */
static bool is_held_together(const char *text, size_t space)
{
    const char next = text[space + 1], before = space == 0 ? '\0' : text[space - 1];
    return (next != '\0' && strchr("%=<>!", next) != NULL) || (before != '\0' && strchr("=<>", before) != NULL);
}

/* Where a line of so many columns ends, with or without spaces before it. */
static size_t find_break(const char *text, size_t columns)
{
    const size_t most = vvi_report_clip(text, columns);
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

int vvi_report_shape(vv_shape shape, char *text, size_t size)
{
    size_t n = 0;
    if (size > 0) text[0] = '\0';
    for (int i = 0; i < shape.rank; i++)
        n += (size_t)snprintf(n < size ? text + n : NULL, n < size ? size - n : 0, "%s%d", i == 0 ? "" : "x",
                              shape.dim[i]);
    return (int)n;
}

void vvi_report_values(vvi_text *text, const vv_active *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char value[256];
        vv_value_format(values[i].value, value, sizeof value);
        vvi_text_printf(text, "%s%s=%s", i == 0 ? "" : " ", values[i].name, value);
    }
}

void vvi_report_refusals(vvi_text *text, const vv_refusals *refusals)
{
    char count[VVI_FORMAT_SIZE];
    if (refusals == NULL || refusals->n == 0) return;
    vvi_format_count((uint64_t)refusals->n, count);
    vvi_text_printf(text, "%s %s could not be built and cost no trial", count, refusals->n == 1 ? "draw" : "draws");
    if (refusals->top[0].n > 0) vvi_text_printf(text, ";\nmost often: %s", refusals->top[0].reason);
}
