/* quote.c - a word as a shell reads it back. */
#include "cli/cli.h"

#include <string.h>

void vvi_cli_quote(vvi_text *text, const char *word)
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
