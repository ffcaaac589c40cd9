/* wire.c - protocol buffers, as far as they are needed: fields in the order of writing, each with its number and kind. */
#include "report/tensorboard/messages.h"

#include <string.h>

enum { VARINT = 0, EIGHT_BYTES = 1, BYTES = 2, FOUR_BYTES = 5 };

static void add_varint(vvi_text *text, uint64_t number)
{
    char bytes[10];
    size_t n = 0;
    for (; number >= 0x80; number >>= 7) bytes[n++] = (char)(number | 0x80);
    bytes[n++] = (char)number;
    vvi_text_add(text, bytes, n);
}

static void add_key(vvi_text *message, unsigned field, unsigned kind)
{
    add_varint(message, field << 3 | kind);
}

/* The lowest byte first, on any machine. */
static void add_fixed(vvi_text *message, uint64_t bits, size_t n)
{
    char bytes[8];
    for (size_t i = 0; i < n; i++) bytes[i] = (char)(bits >> 8 * i);
    vvi_text_add(message, bytes, n);
}

void vvi_wire_number(vvi_text *message, unsigned field, uint64_t number)
{
    add_key(message, field, VARINT);
    add_varint(message, number);
}

void vvi_wire_double(vvi_text *message, unsigned field, double number)
{
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    add_key(message, field, EIGHT_BYTES);
    add_fixed(message, bits, 8);
}

void vvi_wire_float(vvi_text *message, unsigned field, float number)
{
    uint32_t bits;
    memcpy(&bits, &number, sizeof bits);
    add_key(message, field, FOUR_BYTES);
    add_fixed(message, bits, 4);
}

void vvi_wire_message(vvi_text *message, unsigned field, vvi_text *part)
{
    add_key(message, field, BYTES);
    add_varint(message, part->n);
    if (part->n > 0) vvi_text_add(message, part->data, part->n);
    message->failed = message->failed || part->failed;
    vvi_text_deinit(part);
}

void vvi_wire_text(vvi_text *message, unsigned field, const char *text)
{
    vvi_text valid = { 0 };
    while (*text != '\0') {
        const size_t n = vvi_utf8_length(text);
        vvi_text_add(&valid, n == 0 ? "\xef\xbf\xbd" : text, n == 0 ? 3 : n);
        text += n == 0 ? 1 : n;
    }
    vvi_wire_message(message, field, &valid);
}
