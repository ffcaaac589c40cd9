/* explain_words.c - sizes, standings, lists and configurations of an explanation as people read them. */
#include "report/explain.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- numbers of configurations ---------------------------------------------------------------------------------- */

/* "37,448", and longer ones as "1.23e22". Of an estimate three figures are kept. */
static void add_digits(vvi_text *text, const char *digits, bool about)
{
    enum { FIGURES = 3, LONGEST = 15 };
    char kept[LONGEST + 1], grouped[VVI_FORMAT_SIZE];
    const size_t n = strlen(digits);
    if (n > LONGEST) {
        vvi_text_printf(text, "%c.%.2se%zu", digits[0], digits + 1, n - 1);
        return;
    }
    memcpy(kept, digits, n + 1);
    for (size_t i = FIGURES; about && i < n; i++) kept[i] = '0';
    vvi_text_printf(text, "%s", vvi_format_count(strtoull(kept, NULL, 10), grouped));
}

void vvi_words_size(vvi_text *text, const vv_size *size)
{
    if (size->low != NULL) vvi_text_printf(text, "about ");
    add_digits(text, size->digits, size->low != NULL);
    if (size->low == NULL || strcmp(size->low, size->high) == 0) return;
    vvi_text_printf(text, " (95 %%: ");
    add_digits(text, size->low, true);
    vvi_text_printf(text, " to ");
    add_digits(text, size->high, true);
    vvi_text_printf(text, ")");
}

void vvi_words_share(vvi_text *text, double share)
{
    if (share >= 0.9995)
        vvi_text_printf(text, "%s", share < 1 ? "over 99.9 %" : "100 %");
    else if (share >= 0.1)
        vvi_text_printf(text, "%.0f %%", 100 * share);
    else if (share >= 0.001)
        vvi_text_printf(text, "%.1f %%", 100 * share);
    else
        vvi_text_printf(text, "%s", share > 0 ? "less than 0.1 %" : "0 %");
}

static bool is_one(const vv_size *size)
{
    return strcmp(size->digits, "1") == 0;
}

static void add_configurations(vvi_text *text, const vv_size *size)
{
    vvi_words_size(text, size);
    vvi_text_printf(text, " configuration%s", is_one(size) ? "" : "s");
}

/* Where one number is not known, the other one. */
static void add_what_is_known(vvi_text *text, const vv_size *part, const vv_size *whole)
{
    if (whole->digits != NULL) {
        add_configurations(text, whole);
        vvi_text_printf(text, "; how many of them can be built is not known");
    } else if (part->digits != NULL) {
        add_configurations(text, part);
        vvi_text_printf(text, " can be built; of how many is not known");
    } else {
        vvi_text_printf(text, "how many configurations there are is not known");
    }
}

/* Two estimates are two sentences: one with both intervals could not be read aloud. */
static void add_part_of(vvi_text *text, const vv_size *part, const vv_size *whole)
{
    if (part->low != NULL && whole->low != NULL) {
        add_configurations(text, whole);
        vvi_text_printf(text, ". ");
        const size_t begin = text->n;
        vvi_words_size(text, part);
        vvi_words_capital(text, begin);
        vvi_text_printf(text, " of them");
    } else {
        vvi_words_size(text, part);
        vvi_text_printf(text, " of ");
        add_configurations(text, whole);
    }
    vvi_text_printf(text, " can be built (");
    vvi_words_share(text, fmin(1, pow(10, part->log10 - whole->log10)));
    vvi_text_printf(text, ")");
}

void vvi_words_buildable(vvi_text *text, const vv_explanation *e)
{
    const vv_size *part = &e->buildable, *whole = &e->total;
    if (part->digits == NULL || whole->digits == NULL) {
        add_what_is_known(text, part, whole);
    } else if (strcmp(part->digits, whole->digits) == 0) {
        add_configurations(text, whole);
        vvi_text_printf(text, is_one(whole) ? ": it can be built" : ": all can be built");
    } else {
        add_part_of(text, part, whole);
    }
}

/* ---- hyperparameters -------------------------------------------------------------------------------------------- */

static bool is_first_of_name(const vv_explained *list, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (strcmp(list[k].name, list[i].name) == 0) return false;
    return true;
}

void vvi_words_hyperparameters(vvi_text *text, const vv_explanation *e)
{
    size_t n = 0;
    for (size_t i = 0; i < e->n_hyperparameters; i++) n += is_first_of_name(e->hyperparameters, i);
    vvi_text_printf(text, "%s: %zu hyperparameter%s", e->hypermodel, n, n == 1 ? "" : "s");
}

/* What stands next to a name that ends there belongs to another one: "kin", "head/n", but not the rest of "n/2". */
static bool goes_on(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '.' || (unsigned char)c >= 0x80;
}

static bool stands_alone(const char *text, const char *at, size_t length)
{
    const char *end = at + length;
    if (at > text && (goes_on(at[-1]) || at[-1] == '/')) return false;
    return !goes_on(*end) && (*end != '/' || isdigit((unsigned char)end[1]));
}

size_t vvi_words_count(const char *text, const char *name)
{
    const size_t length = strlen(name);
    size_t n = 0;
    bool quoted = false;
    for (const char *at = text; *at != '\0'; at++) {
        quoted = quoted != (*at == '"');
        n += !quoted && strncmp(at, name, length) == 0 && stands_alone(text, at, length);
    }
    return n;
}

/* ---- what never builds ------------------------------------------------------------------------------------------ */

void vvi_words_reason(vvi_text *text, const vv_never *never, bool with_layer)
{
    const bool one_of_many = never->when[0] == '\0';
    if (one_of_many) vvi_text_printf(text, "for example, ");
    if (with_layer && never->layer != NULL) vvi_text_printf(text, "%s: ", never->layer);
    vvi_text_printf(text, "%s", never->reason);
}

void vvi_words_never(vvi_text *text, const vv_never *never)
{
    if (never->when[0] == '\0')
        vvi_text_printf(text, "The rest never builds; ");
    else
        vvi_text_printf(text, "%s never builds: ", never->when);
    vvi_words_reason(text, never, false);
}

/* ---- small things ----------------------------------------------------------------------------------------------- */

void vvi_words_capital(vvi_text *text, size_t at)
{
    if (at < text->n) text->data[at] = (char)toupper((unsigned char)text->data[at]);
}

/* Values are added as long as they leave room for the words that count the rest. */
void vvi_words_values(vvi_text *text, vv_values values, size_t columns)
{
    enum { WORDS = 12 }; /* " and 40 more" */
    size_t taken = 0;
    if (values.n == 0) vvi_text_printf(text, "no hyperparameters");
    for (size_t i = 0; i < values.n; i++) {
        char value[256];
        vv_value_format(values.list[i].value, value, sizeof value);
        taken += strlen(values.list[i].name) + strlen(value) + 3;
        if (i > 0 && taken + (i + 1 < values.n ? WORDS : 0) > columns + 2) {
            vvi_text_printf(text, " and %zu more", values.n - i);
            return;
        }
        vvi_text_printf(text, "%s%s=%s", i == 0 ? "" : ", ", values.list[i].name, value);
    }
}

/* ---- names ------------------------------------------------------------------------------------------------------ */

void vvi_names_add(vvi_names *names, const char *name)
{
    for (size_t i = 0; i < names->n; i++)
        if (strcmp(names->list[i], name) == 0) return;
    if (names->n < VVI_MOST_NAMES) names->list[names->n++] = name;
}

/* Where the number at a name's end begins. */
static size_t stem(const char *name)
{
    size_t n = strlen(name);
    while (n > 0 && isdigit((unsigned char)name[n - 1])) n--;
    return n;
}

static int by_number(const void *a, const void *b)
{
    const char *x, *y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    const size_t m = stem(x), n = stem(y);
    const int order = strncmp(x, y, m < n ? m : n);
    if (order != 0 || m != n) return strcmp(x, y);
    const long i = strtol(x + m, NULL, 10), k = strtol(y + n, NULL, 10);
    return i < k ? -1 : i > k;
}

void vvi_names_sort(vvi_names *names)
{
    qsort(names->list, names->n, sizeof names->list[0], by_number);
}

void vvi_names_write(vvi_text *text, const vvi_names *names, size_t most)
{
    const size_t shown = names->n > most + 1 ? most : names->n; /* "and 1 more" is as long as the one */
    for (size_t i = 0; i < shown; i++) vvi_text_printf(text, "%s%s", i == 0 ? "" : ", ", names->list[i]);
    if (shown < names->n) vvi_text_printf(text, " and %zu more", names->n - shown);
}
