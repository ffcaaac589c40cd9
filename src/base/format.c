/* format.c - vsnprintf for the formats that names and error texts are made of: text, %d, %i, %u, %zu, %lld, %s and %%
 * without flags. Everything else is vsnprintf's, so that there is one behaviour.
 *
 * Why: a build prints a name for nearly every hyperparameter and layer, and the C library's printf took a third of it.
 */
#include "base/base.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

typedef struct printer {
    char *text;
    size_t room, n; /* bytes before the NUL; bytes wanted so far */
    va_list args;
} printer;

static inline void put_char(printer *p, char c)
{
    if (p->n < p->room) p->text[p->n] = c;
    p->n++;
}

/* Up to the next '%' or the end. Byte by byte: it is short. In locals: a byte written could be one of p's. */
static const char *put_plain(printer *p, const char *format)
{
    char *text = p->text;
    const size_t room = p->room;
    size_t n = p->n;
    for (; *format != '\0' && *format != '%'; format++, n++)
        if (n < room) text[n] = *format;
    p->n = n;
    return format;
}

static void put_string(printer *p, const char *string)
{
    const size_t n = strlen(string), room = p->n < p->room ? p->room - p->n : 0;
    if (room > 0) memcpy(p->text + p->n, string, n < room ? n : room);
    p->n += n;
}

static void put_number(printer *p, bool is_negative, unsigned long long number)
{
    char digits[24];
    int n = 0;
    do {
        digits[n++] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    if (is_negative) put_char(p, '-');
    while (n > 0) put_char(p, digits[--n]);
}

static void put_signed(printer *p, long long number)
{
    put_number(p, number < 0, number < 0 ? 0 - (unsigned long long)number : (unsigned long long)number);
}

/* The conversion at *format, after its '%'. false: not one of ours. */
static bool put_argument(printer *p, const char **format)
{
    const char *string;
    switch (*(*format)++) {
    case 'd':
    case 'i':
        put_signed(p, va_arg(p->args, int));
        return true;
    case 'u':
        put_number(p, false, va_arg(p->args, unsigned));
        return true;
    case 's':
        string = va_arg(p->args, const char *);
        if (string != NULL) put_string(p, string);
        return string != NULL;
    case '%':
        put_char(p, '%');
        return true;
    case 'z':
        if (*(*format)++ != 'u') return false;
        put_number(p, false, va_arg(p->args, size_t));
        return true;
    case 'l':
        if (strncmp(*format, "ld", 2) != 0) return false;
        *format += 2;
        put_signed(p, va_arg(p->args, long long));
        return true;
    default:
        return false;
    }
}

/* false: vsnprintf must do it. */
static bool print(printer *p, const char *format)
{
    for (format = put_plain(p, format); *format == '%'; format = put_plain(p, format)) {
        format++;
        if (!put_argument(p, &format)) return false;
    }
    return p->n <= INT_MAX;
}

int vvi_vsnprintf(char *text, size_t size, const char *format, va_list args)
{
    printer p = { .text = text, .room = size > 0 ? size - 1 : 0 };
    va_copy(p.args, args);
    const bool done = print(&p, format);
    va_end(p.args);
    if (!done) return vsnprintf(text, size, format, args);
    if (size > 0) text[p.n < p.room ? p.n : p.room] = '\0';
    return (int)p.n;
}
