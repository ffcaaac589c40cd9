/* nearest.c - which name somebody may have meant. */
#include "base/base.h"

#include <string.h>

enum { LONGEST = 40 };

/* Levenshtein's distance (1966), row by row. */
static size_t distance(const char *a, const char *b)
{
    size_t row[LONGEST + 1];
    const size_t n = strlen(b);
    if (n > LONGEST || strlen(a) > LONGEST) return SIZE_MAX;
    for (size_t j = 0; j <= n; j++) row[j] = j;
    for (size_t i = 0; a[i] != '\0'; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < n; j++) {
            const size_t replace = diagonal + (a[i] != b[j]);
            const size_t edit = 1 + (row[j] < row[j + 1] ? row[j] : row[j + 1]);
            diagonal = row[j + 1];
            row[j + 1] = replace < edit ? replace : edit;
        }
    }
    return row[n];
}

const char *vvi_nearest(const char *word, const void *names, size_t n, size_t stride)
{
    const char *nearest = NULL;
    size_t least = strlen(word) / 3 + 2; /* slips, not guesses */
    for (size_t i = 0; i < n; i++) {
        const char *name;
        memcpy(&name, (const char *)names + i * stride, sizeof name);
        const size_t d = distance(word, name);
        if (d >= least) continue;
        least = d;
        nearest = name;
    }
    return nearest;
}
