/* journal.c - the values that a build has got so far, in memory that outlives it.
 *
 * A build that crashes takes its handle with it. What it was given is therefore also put, entry by entry, into a buffer
 * that its parent process shares. An entry is the value's type (a byte), its bytes (a text: with its NUL), and the name
 * with its NUL; the buffer begins with how many bytes of whole entries follow. That costs a few nanoseconds a value;
 * words are made of it only when somebody wants to read them. What does not fit is left out.
 */
#include "space/handle.h"

#include <string.h>

static size_t used_of(const char *buffer)
{
    uint32_t used;
    memcpy(&used, buffer, sizeof used);
    return used;
}

static void set_used(char *buffer, size_t n)
{
    const uint32_t used = (uint32_t)n;
    memcpy(buffer, &used, sizeof used);
}

void vvi_hp_journal(vv_hp *hp, char *buffer, size_t size)
{
    if (hp == NULL) return;
    hp->journal = size > sizeof(uint32_t) ? buffer : NULL;
    hp->journal_size = size;
    if (hp->journal != NULL) set_used(hp->journal, 0);
}

/* The bytes of a value; texts with their NUL. */
static const void *bytes_of(const vv_value *value, size_t *n)
{
    switch (value->type) {
    case VV_VALUE_BOOL:
        *n = sizeof value->b;
        return &value->b;
    case VV_VALUE_STRING:
        *n = strlen(value->s) + 1;
        return value->s;
    case VV_VALUE_INT:
    case VV_VALUE_FLOAT:
        break;
    }
    *n = sizeof value->i;
    return &value->i;
}

void vvi_hp_note(vv_hp *hp, const vv_active *active)
{
    size_t n;
    const void *bytes = bytes_of(&active->value, &n);
    const size_t used = used_of(hp->journal), length = strlen(active->name) + 1;
    char *to = hp->journal + sizeof(uint32_t) + used;
    if (sizeof(uint32_t) + used + 1 + n + length > hp->journal_size) return;
    *to++ = (char)active->value.type;
    memcpy(to, bytes, n);
    memcpy(to + n, active->name, length);
    set_used(hp->journal, used + 1 + n + length);
}

/* ---- reading ---------------------------------------------------------------------------------------------------- */

/* Takes a value off the bytes. false: there is none. */
static bool read_value(const char **at, const char *end, vv_value *value)
{
    if (*at == end) return false;
    *value = (vv_value){ .type = (vv_value_type) * *at };
    if (value->type < VV_VALUE_INT || value->type > VV_VALUE_STRING) return false;
    ++*at;
    const size_t left = (size_t)(end - *at);
    size_t n = value->type == VV_VALUE_BOOL ? sizeof value->b : sizeof value->i;
    if (value->type == VV_VALUE_STRING) {
        n = strnlen(*at, left) + 1;
        value->s = *at;
    }
    if (n > left) return false;
    if (value->type == VV_VALUE_BOOL) value->b = **at != 0;
    if (value->type == VV_VALUE_INT || value->type == VV_VALUE_FLOAT) memcpy(&value->i, *at, n);
    *at += n;
    return true;
}

int vvi_hp_journal_read(const char *buffer, size_t size, char *text, size_t text_size)
{
    vvi_line line = { .text = text, .size = text_size };
    const size_t used = used_of(buffer);
    const char *at = buffer + sizeof(uint32_t), *end = at + (used <= size - sizeof(uint32_t) ? used : 0);
    vv_value value;
    if (text_size > 0) text[0] = '\0';
    while (read_value(&at, end, &value)) {
        const size_t length = strnlen(at, (size_t)(end - at));
        if (length == (size_t)(end - at)) break;
        vvi_line_printf(&line, "%s%s=", line.n == 0 ? "" : ", ", at);
        vvi_line_value(&line, value);
        at += length + 1;
    }
    return (int)line.n;
}
