/* ticks.c - where numbers stand on an axis: at 1, 2, 5 times a power of ten; of bytes, at powers of two; of times, at minutes,
 * hours and days (UTC); of words, at each or at every k-th.
 *
 * A row of `scales` for each scale. Labels have as many digits as tell neighbours apart, and no more.
 */
#include "report/figures/ticks.h"

#include <math.h>
#include <string.h>
#include <time.h>

/* ---- labels ----------------------------------------------------------------------------------------------------------- */

/* printf writes the decimal point of the locale; this comes before thousands are grouped. */
static void point_instead_of_comma(char *text)
{
    for (; *text != '\0'; text++)
        if (*text == ',') *text = '.';
}

static void strip_zeros(char *text)
{
    char *end = text + strlen(text);
    if (strchr(text, '.') == NULL || strchr(text, 'e') != NULL) return;
    while (end[-1] == '0') *--end = '\0';
    if (end[-1] == '.') *--end = '\0';
}

/* "12,000" from "12000". */
static void group(char *text)
{
    size_t n = strlen(text);
    const size_t first = text[0] == '-' ? 1 : 0;
    for (size_t at = n; at > first + 3;) {
        at -= 3;
        memmove(text + at + 1, text + at, n - at + 1);
        text[at] = ',';
        n++;
    }
}

static void label_bytes(double number, char text[VVI_TICK_LABEL])
{
    static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
    size_t unit = 0;
    double scaled = number;
    for (; fabs(scaled) >= 1024 && unit < 4; unit++) scaled /= 1024;
    snprintf(text, VVI_TICK_LABEL, "%.4g %s", scaled, units[unit]);
}

/* How the labels of one axis are written. */
typedef struct style {
    double step;         /* to the next one; what is smaller than a thousandth of it is 0 */
    bool grouped, units; /* "12,000"; "12k": by the largest number of the axis */
} style;

static style style_of(const vvi_axis *axis, double step)
{
    const double largest = fmax(fabs(axis->low), fabs(axis->high));
    return (style){ step, largest >= 1e4, largest >= 1e5 && largest < 1e13 };
}

/* With k, M, G where that loses nothing. */
static bool label_with_unit(double number, double step, char text[VVI_TICK_LABEL])
{
    static const struct {
        double factor;
        const char *unit;
    } units[] = { { 1e9, "G" }, { 1e6, "M" }, { 1e3, "k" } };
    for (size_t i = 0; i < 3; i++) {
        if (fabs(number) < units[i].factor * 0.999 || step < units[i].factor * 1e-3) continue;
        snprintf(text, VVI_TICK_LABEL, "%.10g%s", number / units[i].factor, units[i].unit);
        return true;
    }
    return false;
}

static void label_plain(double number, const style *s, char text[VVI_TICK_LABEL])
{
    const double magnitude = fabs(number);
    if (magnitude >= 1e9 || magnitude < 1e-4) {
        const double digits = ceil(log10(magnitude / s->step) - 1e-9);
        snprintf(text, VVI_TICK_LABEL, "%.*g", 1 + (int)fmax(0, fmin(14, digits)), number);
        return;
    }
    const int digits = (int)fmax(0, fmin(12, ceil(-log10(s->step) - 1e-9)));
    snprintf(text, VVI_TICK_LABEL, "%.*f", digits, number);
    point_instead_of_comma(text);
    strip_zeros(text);
    if (s->grouped && s->step >= 1) group(text);
}

static void label_number(double number, const style *s, char text[VVI_TICK_LABEL])
{
    if (fabs(number) < s->step * 1e-3)
        snprintf(text, VVI_TICK_LABEL, "0");
    else if (!s->units || !label_with_unit(number, s->step, text))
        label_plain(number, s, text);
}

static void add(vvi_ticks *ticks, const vvi_axis *axis, double at, double step)
{
    if (ticks->n == VVI_MOST_TICKS || at < axis->low || at > axis->high) return;
    vvi_tick *tick = &ticks->list[ticks->n++];
    const style written = style_of(axis, step);
    *tick = (vvi_tick){ .at = at + 0.0 }; /* no -0 */
    if (axis->unit != NULL && strcmp(axis->unit, "bytes") == 0)
        label_bytes(tick->at, tick->label);
    else
        label_number(at, &written, tick->label);
}

/* ---- linear ----------------------------------------------------------------------------------------------------------- */

/* The least of 1, 2, 5 times a power of ten (of bytes: of two) that gives at most so many. */
static double nice_step(double span, size_t most, bool bytes)
{
    static const double parts[] = { 1, 2, 5, 10 };
    const double wanted = span / (double)most;
    if (bytes && wanted >= 1) return exp2(ceil(log2(wanted)));
    const double power = pow(10, floor(log10(wanted)));
    size_t i = 0;
    while (i < 3 && parts[i] * power < wanted * (1 - 1e-9)) i++;
    return parts[i] * power;
}

static void make_linear(const vvi_axis *axis, size_t most, vvi_ticks *ticks)
{
    const bool bytes = axis->unit != NULL && strcmp(axis->unit, "bytes") == 0;
    double step = nice_step(axis->high - axis->low, most, bytes);
    if (axis->whole && step < 1) step = 1;
    if (!(step > 0) || !isfinite(step)) step = axis->high / 2 - axis->low / 2;
    const double from = ceil(axis->low / step - 1e-9);
    /* Beyond 2^53 the next whole number is none: low and high are next to each other then. */
    for (double k = from; fabs(k) < 1e15 && k <= from + VVI_MOST_TICKS && ticks->n < most; k++)
        add(ticks, axis, k * step, step);
    if (ticks->n == 0) add(ticks, axis, axis->low / 2 + axis->high / 2, step);
}

/* ---- logarithmic -------------------------------------------------------------------------------------------------------- */

static void make_decades(const vvi_axis *axis, size_t most, vvi_ticks *ticks)
{
    static const double parts[] = { 1, 2, 5 };
    const double from = floor(log10(axis->low)), to = floor(log10(axis->high)), decades = log10(axis->high / axis->low);
    const bool fine = decades * 3 <= (double)most;
    const double every = fine ? 1 : fmax(1, ceil((to - from) / (double)most));
    for (double k = from; k <= to; k += every)
        for (size_t i = 0; i < (fine ? 3u : 1u) && ticks->n < most; i++) {
            const double at = parts[i] * pow(10, k);
            add(ticks, axis, at, pow(10, k));
        }
}

static void make_powers_of_two(const vvi_axis *axis, size_t most, vvi_ticks *ticks)
{
    const double from = ceil(log2(axis->low)), to = floor(log2(axis->high));
    const double every = fmax(1, ceil((to - from + 1) / (double)most));
    for (double k = ceil(from / every) * every; k <= to && ticks->n < most; k += every)
        add(ticks, axis, exp2(k), exp2(k));
}

static void make_log(const vvi_axis *axis, size_t most, vvi_ticks *ticks)
{
    if (!(axis->low > 0) || !isfinite(axis->high)) return;
    if (axis->unit != NULL && strcmp(axis->unit, "bytes") == 0)
        make_powers_of_two(axis, most, ticks);
    else
        make_decades(axis, most, ticks);
    if (ticks->n >= 2) return;
    ticks->n = 0;
    make_linear(axis, most, ticks);
}

/* ---- time --------------------------------------------------------------------------------------------------------------- */

static const double steps[] = { 1,    2,    5,    10,    15,    30,    60,    120,    300,    600,     900,
                                1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800, 2592000, 7776000 };

static void label_time(double at, double step, char text[VVI_TICK_LABEL])
{
    const time_t seconds = fabs(at) < 1e11 ? (time_t)at : 0;
    struct tm utc;
    const char *format = step < 60 ? "%H:%M:%S" : step < 86400 ? "%H:%M" : "%d %b";
    if (!(fabs(at) < 1e11) || gmtime_r(&seconds, &utc) == NULL) {
        snprintf(text, VVI_TICK_LABEL, "%.0f", at);
        return;
    }
    /* Midnight says which day begins. */
    if (step < 86400 && utc.tm_hour == 0 && utc.tm_min == 0 && utc.tm_sec == 0) format = "%d %b";
    if (strftime(text, VVI_TICK_LABEL, format, &utc) == 0) text[0] = '\0';
}

static void make_time(const vvi_axis *axis, size_t most, vvi_ticks *ticks)
{
    enum { STEPS = sizeof steps / sizeof steps[0] };
    const double wanted = (axis->high - axis->low) / (double)most;
    size_t i = 0;
    while (i < STEPS && steps[i] < wanted) i++;
    const double step = i < STEPS ? steps[i] : nice_step(axis->high - axis->low, most, false);
    for (double at = ceil(axis->low / step) * step; at <= axis->high && ticks->n < most; at += step) {
        vvi_tick *tick = &ticks->list[ticks->n++];
        *tick = (vvi_tick){ .at = at };
        label_time(at, step, tick->label);
    }
    if (ticks->n > 0) return;
    ticks->list[0] = (vvi_tick){ .at = axis->low / 2 + axis->high / 2 };
    label_time(ticks->list[0].at, 1, ticks->list[0].label);
    ticks->n = 1;
}

/* ---- words -------------------------------------------------------------------------------------------------------------- */

static void make_words(const vvi_axis *axis, size_t most, vvi_ticks *ticks)
{
    const size_t every = (axis->n_words + most - 1) / most;
    for (size_t i = 0; i < axis->n_words && ticks->n < most; i += every) {
        vvi_tick *tick = &ticks->list[ticks->n++];
        tick->at = (double)i;
        tick->label[0] = '\0';
        tick->word = axis->words[i];
    }
}

void vvi_ticks_make(const vvi_axis *axis, size_t most, vvi_ticks *ticks)
{
    static void (*const scales[])(const vvi_axis *axis, size_t most, vvi_ticks *ticks) = {
        [VVI_LINEAR] = make_linear, [VVI_LOG] = make_log, [VVI_TIME] = make_time, [VVI_WORDS] = make_words
    };
    ticks->n = 0;
    scales[axis->scale](axis, most < 2 ? 2 : most > VVI_MOST_TICKS ? VVI_MOST_TICKS : most, ticks);
}
