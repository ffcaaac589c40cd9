/* number.c - numbers as the shortest text that reads back, with a '.' whatever the locale says: for files, JSON, names.
 *
 * strtod and snprintf agree on the locale's decimal point, so digits are tried in the locale's own form first.
 */
#include "base/base.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void replace_decimal_point(char *text)
{
    const char *point = localeconv()->decimal_point;
    const size_t length = strlen(point);
    char *found = strcmp(point, ".") == 0 || length == 0 ? NULL : strstr(text, point);
    if (found == NULL) return;
    *found = '.';
    memmove(found + 1, found + length, strlen(found + length) + 1);
}

/* Trailing zeros fall away, so `digits` covers every shorter number too. */
const char *vvi_format_double(double number, char text[VVI_FORMAT_SIZE])
{
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, VVI_FORMAT_SIZE, "%.*g", digits, number);
        const double back = strtod(text, NULL);
        if (back >= number && back <= number) break;
    }
    replace_decimal_point(text);
    return text;
}

const char *vvi_format_float(float number, char text[VVI_FORMAT_SIZE])
{
    for (int digits = 6; digits <= 9; digits++) {
        snprintf(text, VVI_FORMAT_SIZE, "%.*g", digits, (double)number);
        const float back = strtof(text, NULL);
        if (back >= number && back <= number) break;
    }
    replace_decimal_point(text);
    return text;
}

const char *vvi_format_count(uint64_t n, char text[VVI_FORMAT_SIZE])
{
    char plain[VVI_FORMAT_SIZE];
    const int length = snprintf(plain, sizeof plain, "%llu", (unsigned long long)n);
    int at = 0;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0) text[at++] = ',';
        text[at++] = plain[i];
    }
    text[at] = '\0';
    return text;
}

double vvi_unit_factor(const char *unit)
{
    static const struct {
        const char *name;
        double factor;
    } units[] = { { "", 1 },      { "k", 1e3 },      { "M", 1e6 },        { "G", 1e9 },
                  { "Ki", 1024 }, { "Mi", 1048576 }, { "Gi", 1073741824 } };
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strcmp(units[i].name, unit) == 0) return units[i].factor;
    return 0;
}
