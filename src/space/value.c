/* value.c - values: equality, and the shortest text that reads back.
 *
 * Floats are written with the fewest digits that give the same double, and with ".0" where they would look like an int.
 */
#include "space/space.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double number_of(vv_value value)
{
    return value.type == VV_VALUE_INT ? (double)value.i : value.type == VV_VALUE_BOOL ? (double)value.b : value.f;
}

int vvi_value_compare(vv_value a, vv_value b)
{
    if (a.type == VV_VALUE_STRING || b.type == VV_VALUE_STRING)
        return a.type == b.type ? strcmp(a.s, b.s) : (a.type == VV_VALUE_STRING) - (b.type == VV_VALUE_STRING);
    if (a.type == VV_VALUE_INT && b.type == VV_VALUE_INT) return (a.i > b.i) - (a.i < b.i);
    const double x = number_of(a), y = number_of(b);
    return (x > y) - (x < y);
}

bool vv_value_equal(vv_value a, vv_value b)
{
    if (a.type != b.type) return false;
    switch (a.type) {
    case VV_VALUE_INT:
        return a.i == b.i;
    case VV_VALUE_FLOAT:
        return a.f >= b.f && a.f <= b.f;
    case VV_VALUE_BOOL:
        return a.b == b.b;
    case VV_VALUE_STRING:
        return strcmp(a.s, b.s) == 0;
    }
    return false;
}

/* Drops the beginning of a UTF-8 character whose end was cut off. */
static void trim_cut_character(char *text)
{
    size_t n = strlen(text);
    while (n > 0 && ((unsigned char)text[n - 1] & 0xc0) == 0x80) n--;
    if (n > 0 && ((unsigned char)text[n - 1] & 0xc0) == 0xc0) text[n - 1] = '\0';
}

void vvi_line_printf(vvi_line *line, const char *format, ...)
{
    const size_t room = line->n < line->size ? line->size - line->n : 0;
    va_list args;
    va_start(args, format);
    const int length = vvi_vsnprintf(room > 0 ? line->text + line->n : NULL, room, format, args);
    va_end(args);
    if (length < 0) return;
    if (room > 0 && (size_t)length >= room) trim_cut_character(line->text);
    line->n += (size_t)length;
}

void vvi_line_value(vvi_line *line, vv_value value)
{
    char text[VVI_FORMAT_SIZE];
    switch (value.type) {
    case VV_VALUE_INT:
        vvi_line_printf(line, "%lld", (long long)value.i);
        return;
    case VV_VALUE_BOOL:
        vvi_line_printf(line, "%s", value.b ? "true" : "false");
        return;
    case VV_VALUE_STRING:
        vvi_line_printf(line, "%s", value.s == NULL ? "(null)" : value.s);
        return;
    case VV_VALUE_FLOAT:
        vvi_format_double(value.f, text);
        vvi_line_printf(line, "%s%s", text, strpbrk(text, ".en") == NULL ? ".0" : "");
        return;
    }
    vvi_line_printf(line, "(none)");
}

int vv_value_format(vv_value value, char *text, size_t size)
{
    vvi_line line = { .text = text, .size = size };
    vvi_line_value(&line, value);
    return (int)line.n;
}

/* ---- reading ---------------------------------------------------------------------------------------------------- */

static bool read_number(const char *text, double *number)
{
    char *end;
    *number = strtod(text, &end);
    return end != text && *end == '\0' && (text[0] == '-' || text[0] == '.' || (text[0] >= '0' && text[0] <= '9'));
}

static bool find_string(const vv_domain *domain, const char *text, vv_value *value)
{
    for (size_t i = 0; i < domain->n_values; i++) {
        if (strcmp(domain->values[i].s, text) != 0) continue;
        *value = domain->values[i];
        return true;
    }
    return false;
}

bool vv_value_parse(const vv_domain *domain, const char *text, vv_value *value)
{
    double number = 0;
    *value = (vv_value){ .type = domain->type };
    switch (domain->type) {
    case VV_VALUE_STRING:
        return find_string(domain, text, value);
    case VV_VALUE_BOOL:
        value->b = strcmp(text, "true") == 0;
        if (!value->b && strcmp(text, "false") != 0) return false;
        break;
    case VV_VALUE_INT:
        if (!read_number(text, &number) || !(fabs(number) <= 0x1p53) || number > trunc(number) ||
            number < trunc(number))
            return false;
        value->i = (int64_t)number;
        break;
    case VV_VALUE_FLOAT:
        if (!read_number(text, &value->f)) return false;
        break;
    }
    const int64_t index = vv_domain_index(domain, *value); /* on a grid the value itself is meant, not its text's */
    if (index >= 0) *value = vv_domain_at(domain, (uint64_t)index);
    return index >= 0 || vv_domain_contains(domain, *value);
}

/* ---- domains ---------------------------------------------------------------------------------------------------- */

static void add_number(vvi_line *line, const char *before, double number)
{
    char text[VVI_FORMAT_SIZE];
    vvi_line_printf(line, "%s%s", before, vvi_format_double(number, text));
}

static void add_range(vvi_line *line, const vv_domain *domain)
{
    static const char *const sampling[] = { "", " log", " reverse log" };
    add_number(line, domain->kind == VV_DOMAIN_INT ? "int " : "float ", domain->min);
    add_number(line, "..", domain->max);
    const bool every_int =
        domain->kind == VV_DOMAIN_INT && domain->sampling == VV_SAMPLE_LINEAR && fabs(domain->step - 1) <= 0;
    if (fabs(domain->step) > 0 && !every_int) add_number(line, " step ", domain->step);
    if ((unsigned)domain->sampling < 3) vvi_line_printf(line, "%s", sampling[domain->sampling]);
}

static void add_listed(vvi_line *line, vv_value value)
{
    const char *quote = value.type == VV_VALUE_STRING ? "\"" : "";
    vvi_line_printf(line, "%s", quote);
    vvi_line_value(line, value);
    vvi_line_printf(line, "%s", quote);
}

static void add_choice(vvi_line *line, const vv_domain *domain)
{
    vvi_line_printf(line, "choice {");
    for (size_t i = 0; i < domain->n_values; i++) {
        if (i > 0) vvi_line_printf(line, ", ");
        add_listed(line, domain->values[i]);
    }
    vvi_line_printf(line, "}");
}

static void add_domain(vvi_line *line, const vv_domain *domain)
{
    switch (domain->kind) {
    case VV_DOMAIN_INT:
    case VV_DOMAIN_FLOAT:
        add_range(line, domain);
        return;
    case VV_DOMAIN_CHOICE:
        add_choice(line, domain);
        return;
    case VV_DOMAIN_BOOL:
        vvi_line_printf(line, "bool");
        return;
    case VV_DOMAIN_FIXED:
        vvi_line_printf(line, "fixed ");
        if (domain->n_values > 0) add_listed(line, domain->values[0]);
        return;
    }
    vvi_line_printf(line, "no domain");
}

int vv_domain_format(const vv_domain *domain, char *text, size_t size)
{
    vvi_line line = { .text = text, .size = size };
    add_domain(&line, domain);
    return (int)line.n;
}

/* ---- for error messages ----------------------------------------------------------------------------------------- */

static const char *mark_cut(const vvi_line *line)
{
    if (line->n < line->size) return line->text;
    const size_t shown = strlen(line->text), room = line->size - sizeof "...";
    const size_t end = shown < room ? shown : room;
    line->text[end] = '\0';
    trim_cut_character(line->text);
    strcat(line->text, "...");
    return line->text;
}

const char *vvi_value_text(vv_value value, char text[VVI_SHORT_TEXT])
{
    vvi_line line = { .text = text, .size = VVI_SHORT_TEXT };
    add_listed(&line, value);
    return mark_cut(&line);
}

const char *vvi_domain_text(const vv_domain *domain, char text[VVI_SHORT_TEXT])
{
    vvi_line line = { .text = text, .size = VVI_SHORT_TEXT };
    add_domain(&line, domain);
    return mark_cut(&line);
}
