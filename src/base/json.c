/* json.c - a string as JSON (RFC 8259), whatever bytes it has: what is not UTF-8 becomes U+FFFD, one for each byte. */
#include "base/base.h"

#include <string.h>

size_t vvi_utf8_length(const char *character)
{
    const unsigned char *s = (const unsigned char *)character;
    if (s[0] < 0x80) return 1;
    const size_t n = s[0] >= 0xc2 && s[0] <= 0xdf   ? 2
                     : s[0] >= 0xe0 && s[0] <= 0xef ? 3
                     : s[0] >= 0xf0 && s[0] <= 0xf4 ? 4
                                                    : 0;
    for (size_t i = 1; i < n; i++)
        if ((s[i] & 0xc0) != 0x80) return 0;
    const bool overlong = (s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xf0 && s[1] < 0x90);
    const bool outside = (s[0] == 0xed && s[1] > 0x9f) || (s[0] == 0xf4 && s[1] > 0x8f);
    return overlong || outside ? 0 : n;
}

static void add_character(vvi_text *text, const char *s, size_t n)
{
    static const char plain[] = "\"\\\b\f\n\r\t", escaped[] = "\"\\bfnrt";
    const char *special = *s != '\0' ? strchr(plain, *s) : NULL;
    if (n == 0)
        vvi_text_add(text, "\xef\xbf\xbd", 3);
    else if (special != NULL)
        vvi_text_printf(text, "\\%c", escaped[special - plain]);
    else if ((unsigned char)*s < 0x20 || *s == 0x7f)
        vvi_text_printf(text, "\\u%04x", (unsigned)(unsigned char)*s);
    else
        vvi_text_add(text, s, n);
}

void vvi_text_add_json(vvi_text *text, const char *s)
{
    vvi_text_add(text, "\"", 1);
    while (*s != '\0') {
        const size_t n = vvi_utf8_length(s);
        add_character(text, s, n);
        s += n == 0 ? 1 : n;
    }
    vvi_text_add(text, "\"", 1);
}
