/* text.c - text that grows. A failed allocation sticks: later calls do nothing, one check at the end is enough. */
#include "base/base.h"

#include <stdio.h>
#include <string.h>

/* Room for n more bytes and a NUL. */
static bool reserve(vvi_text *text, size_t n)
{
    if (text->failed) return false;
    if (n < text->capacity - text->n) return true;
    size_t capacity = text->capacity == 0 ? 128 : text->capacity;
    while (capacity - text->n <= n) {
        if (capacity > SIZE_MAX / 2) {
            text->failed = true;
            return false;
        }
        capacity *= 2;
    }
    char *data = vvi_realloc(text->data, capacity);
    if (data == NULL) {
        text->failed = true;
        return false;
    }
    text->data = data;
    text->capacity = capacity; /* only when everything else is done */
    return true;
}

void vvi_text_add(vvi_text *text, const char *bytes, size_t n)
{
    if (!reserve(text, n)) return;
    memcpy(text->data + text->n, bytes, n);
    text->n += n;
    text->data[text->n] = '\0';
}

void vvi_text_printf(vvi_text *text, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length < 0 || !reserve(text, (size_t)length)) return;
    va_start(args, format);
    vsnprintf(text->data + text->n, (size_t)length + 1, format, args);
    va_end(args);
    text->n += (size_t)length;
}

void vvi_text_deinit(vvi_text *text)
{
    vvi_free(text->data);
    *text = (vvi_text){ 0 };
}
