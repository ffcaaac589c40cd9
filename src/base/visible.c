/* visible.c - texts of others (names, choices, errors of programs), harmless in one line of a terminal or page. */
#include "base/base.h"

#include <stdio.h>
#include <string.h>

/* One character of a text: its bytes, and its number; what is not UTF-8 is one byte, and -1. */
typedef struct character {
    size_t n;
    long code;
} character;

static character read_character(const char *s)
{
    const size_t n = vvi_utf8_length(s);
    const unsigned char first = (unsigned char)*s;
    if (n == 0) return (character){ 1, -1 };
    long code = n == 1 ? first : first & (0x7f >> n);
    for (size_t i = 1; i < n; i++) code = code << 6 | ((unsigned char)s[i] & 0x3f);
    return (character){ n, code };
}

/* Marks of direction, breaks of lines, and what takes no room: they can make a text look like another one. */
static const struct {
    long first, last;
} hidden[] = {
    { 0x00, 0x1f },     { 0x7f, 0x9f },     { 0xad, 0xad },     { 0x61c, 0x61c },   { 0x200b, 0x200f },
    { 0x2028, 0x202e }, { 0x2060, 0x206f }, { 0xfeff, 0xfeff }, { 0xfff9, 0xfffb }, { 0xe0000, 0xe007f },
};

static bool is_hidden(long code)
{
    for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++)
        if (code >= hidden[i].first && code <= hidden[i].last) return true;
    return false;
}

static void add_character(vvi_text *text, const char *s, character c)
{
    static const char letters[] = "\n\r\t", escapes[] = "nrt";
    const char *letter = c.code > 0 && c.code < 0x80 ? strchr(letters, (int)c.code) : NULL;
    char escape[24];
    if (c.code >= 0 && !is_hidden(c.code)) {
        vvi_text_add(text, s, c.n);
        return;
    }
    if (letter != NULL)
        snprintf(escape, sizeof escape, "\\%c", escapes[letter - letters]);
    else if (c.code < 0x100)
        snprintf(escape, sizeof escape, "\\x%02x", c.code < 0 ? (unsigned)(unsigned char)*s : (unsigned)c.code);
    else
        snprintf(escape, sizeof escape, "\\u%04lx", (unsigned long)c.code);
    vvi_text_add(text, escape, strlen(escape));
}

static const char *skip(const char *s, size_t characters)
{
    for (; characters > 0 && *s != '\0'; characters--) s += read_character(s).n;
    return s;
}

static size_t count(const char *s)
{
    size_t n = 0;
    for (; *s != '\0'; n++) s += read_character(s).n;
    return n;
}

static void add_all(vvi_text *text, const char *s, const char *end)
{
    while (s < end) {
        const character c = read_character(s);
        add_character(text, s, c);
        s += c.n;
    }
}

void vvi_text_add_visible(vvi_text *text, const char *string, size_t most)
{
    const size_t n = most == 0 ? 0 : count(string), length = strlen(string);
    char more[VVI_FORMAT_SIZE];
    vvi_text_add(text, "", 0);
    if (n <= most) {
        add_all(text, string, string + length);
        return;
    }
    const size_t tail = most / 4;
    add_all(text, string, skip(string, most - tail));
    vvi_text_printf(text, "... (%s more) ...", vvi_format_count(n - most, more));
    add_all(text, skip(string, n - tail), string + length);
}

void vvi_text_add_quoted(vvi_text *text, const char *word)
{
    const bool plain = word[0] != '\0' && word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                                            "0123456789_-+=./,:@%")] == '\0';
    if (!plain) vvi_text_printf(text, "'");
    for (; *word != '\0'; word++)
        if (*word == '\'')
            vvi_text_printf(text, "'\\''");
        else
            vvi_text_add(text, word, 1);
    if (!plain) vvi_text_printf(text, "'");
}
