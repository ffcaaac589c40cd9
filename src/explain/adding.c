/* adding.c - the sum of a few formulas, as text.
 *
 * Layers in all are those of each kind together. Where the guess for all of them came out longer than the formulas of the
 * kinds, added up, these say it better; that the sum holds follows from its parts.
 */
#include "explain/formula.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_TERMS = 64 };

/* "2*n": twice what stands behind the star; "3": three times nothing. */
typedef struct term {
    const char *body;
    size_t length;
    long factor;
} term;

typedef struct terms {
    term list[MOST_TERMS];
    size_t n;
    bool too_many;
} terms;

static void add_term(terms *to, term t)
{
    size_t i = 0;
    while (i < to->n &&
           (to->list[i].length != t.length || (t.length > 0 && memcmp(to->list[i].body, t.body, t.length) != 0)))
        i++;
    to->too_many = to->too_many || i == MOST_TERMS;
    if (i == MOST_TERMS) return;
    if (i == to->n) to->list[to->n++] = (term){ t.body, t.length, 0 };
    to->list[i].factor += t.factor;
}

/* Where a term ends: at a " + " or " - " that is in no brackets and no quotes, or at the end of the text. */
static const char *end_of_term(const char *at)
{
    int depth = 0;
    bool quoted = false;
    for (; *at != '\0'; at++) {
        if (*at == '"') quoted = !quoted;
        if (quoted) continue;
        depth += (*at == '[' || *at == '(') - (*at == ']' || *at == ')');
        if (depth == 0 && (strncmp(at, " + ", 3) == 0 || strncmp(at, " - ", 3) == 0)) return at;
    }
    return at;
}

static term read_term(const char *from, const char *end, bool negative)
{
    char *after;
    term t = { from, (size_t)(end - from), negative ? -1 : 1 };
    if (!isdigit((unsigned char)*from)) return t;
    const long factor = strtol(from, &after, 10);
    if (after != end && *after != '*') return t; /* a name that begins with a digit */
    t.factor *= factor;
    t.body = after == end ? end : after + 1;
    t.length = (size_t)(end - t.body);
    return t;
}

static void add_formula(terms *to, const char *formula)
{
    bool negative = *formula == '-';
    for (const char *at = formula + negative; *at != '\0';) {
        const char *end = end_of_term(at);
        add_term(to, read_term(at, end, negative));
        negative = *end != '\0' && end[1] == '-';
        at = *end == '\0' ? end : end + 3;
    }
}

static size_t count_terms(const terms *t)
{
    size_t n = 0;
    for (size_t i = 0; i < t->n; i++) n += t->list[i].factor != 0;
    return n;
}

static void write_term(vvi_text *text, const term *t)
{
    const long size = labs(t->factor);
    vvi_text_printf(text, "%s", text->n == 0 ? (t->factor < 0 ? "-" : "") : t->factor < 0 ? " - " : " + ");
    if (t->length == 0 || size != 1) vvi_text_printf(text, "%ld", size);
    if (t->length > 0) vvi_text_printf(text, "%s%.*s", size == 1 ? "" : "*", (int)t->length, t->body);
}

/* What is added first, then what is taken away, numbers alone last. */
static void write_terms(vvi_text *text, const terms *t)
{
    for (int pass = 0; pass < 3; pass++) {
        for (size_t i = 0; i < t->n; i++) {
            const term *one = &t->list[i];
            const int turn = one->length == 0 ? 2 : one->factor < 0;
            if (turn == pass && one->factor != 0) write_term(text, one);
        }
    }
    if (text->n == 0) vvi_text_printf(text, "0");
}

bool vvi_formulas_add(const char *const *formulas, size_t n, long more, vvi_text *text, size_t *n_terms)
{
    terms sum = { .n = 0 };
    for (size_t i = 0; i < n; i++) add_formula(&sum, formulas[i]);
    add_term(&sum, (term){ "", 0, more });
    *n_terms = count_terms(&sum);
    if (!sum.too_many) write_terms(text, &sum);
    return !sum.too_many;
}
