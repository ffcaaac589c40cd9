/* explain_steps.c - what one more of a hyperparameter adds, where the formulas of the kinds of layers say it.
 *
 *     conv2d layers = num_layers    max_pooling2d layers = num_layers    dense layers = head + 1
 *
 * are "each one adds a conv2d and a max_pooling2d" of num_layers: it stands in a term of its own and nowhere else.
 * Whether it is active, "[num_layers is active]", does not change with its value.
 */
#include "report/explain.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_SIZE = 640 };

/* ---- one formula ------------------------------------------------------------------------------------------------ */

/* k of a term "k*name", 1 of "name"; 0: another term. */
static long coefficient_of(const char *term, size_t length, const char *name)
{
    char *end;
    long k = 1;
    if (isdigit((unsigned char)*term)) {
        k = strtol(term, &end, 10);
        if (*end != '*') return 0;
        length -= (size_t)(end + 1 - term);
        term = end + 1;
    }
    return length == strlen(name) && strncmp(term, name, length) == 0 ? k : 0;
}

/* Adds up the terms that are so many times the name. Returns how many there are. */
static size_t add_terms(const char *formula, const char *name, long *step)
{
    size_t found = 0;
    for (const char *term = formula; *term != '\0';) {
        const char *plus = strstr(term, " + "), *minus = strstr(term, " - ");
        const char *end = plus != NULL && (minus == NULL || plus < minus) ? plus : minus;
        const size_t length = end == NULL ? strlen(term) : (size_t)(end - term);
        const bool negative = *term == '-' || (term != formula && term[-2] == '-');
        const long k = coefficient_of(term, length, name);
        *step += negative ? -k : k;
        found += k != 0;
        term = end == NULL ? term + length : end + 3;
    }
    return found;
}

/* Is something taken away that may come with each one? "n - sum(wide_{i})": one more is not asked for alone. */
static bool takes_away(const char *formula)
{
    for (const char *minus = strstr(formula, " - "); minus != NULL; minus = strstr(minus + 3, " - ")) {
        const char *next = strstr(minus + 3, " + "), *sum = strstr(minus, "sum("),
                   *active = strstr(minus, " is active");
        if ((sum != NULL && (next == NULL || sum < next)) || (active != NULL && (next == NULL || active < next)))
            return true;
    }
    return false;
}

/* What one more of the hyperparameter adds, by its name and as a member of its family's sum; false: it depends. */
static bool read_step(const char *formula, const vv_explained *h, long *step)
{
    char sum[NAME_SIZE], active[NAME_SIZE];
    *step = 0;
    snprintf(sum, sizeof sum, "sum(%s)", h->family == NULL ? "" : h->family);
    snprintf(active, sizeof active, "%s is active", h->name);
    const size_t found = add_terms(formula, h->name, step) + add_terms(formula, sum, step);
    return found + vvi_words_count(formula, active) ==
           vvi_words_count(formula, h->name) + vvi_words_count(formula, sum);
}

/* The same of all members of a family. */
static bool read_common_step(const char *formula, const vv_explained *list, size_t n, long *step)
{
    long other;
    if (!read_step(formula, &list[0], step)) return false;
    for (size_t i = 1; i < n; i++)
        if (!read_step(formula, &list[i], &other) || other != *step) return false;
    return true;
}

/* ---- kinds ------------------------------------------------------------------------------------------------------ */

/* "conv2d" of "conv2d layers"; 0: of something else. */
static size_t kind_length(const vv_formula *f)
{
    static const char end[] = " layers";
    const size_t n = strlen(f->what), m = sizeof end - 1;
    return n > m && strcmp(f->what + n - m, end) == 0 && strcmp(f->when, "always") == 0 ? n - m : 0;
}

/* How many of its kind one more adds; 0: none, or it depends, or the formula is of something else. */
static long step_of_kind(const vv_formula *f, const vv_explained *list, size_t n)
{
    long step;
    if (kind_length(f) == 0 || !read_common_step(f->formula, list, n, &step)) return 0;
    return step > 0 && takes_away(f->formula) ? 0 : step;
}

/* Is the layer one of the formula's kind: "dense", "dense_2"? */
static bool is_of_kind(const vv_formula *f, const char *layer)
{
    const size_t n = kind_length(f);
    if (strncmp(layer, f->what, n) != 0) return false;
    return layer[n] == '\0' || (layer[n] == '_' && layer[n + 1 + strspn(layer + n + 1, "0123456789")] == '\0');
}

/* Of how many kinds there are more; 0 as well where there are fewer of another one: then it exchanges layers. */
static size_t count_kinds(const vv_explanation *e, const vv_explained *list, size_t n)
{
    size_t kinds = 0;
    for (size_t i = 0; i < e->n_formulas; i++) {
        const long step = step_of_kind(&e->formulas[i], list, n);
        if (step < 0) return 0;
        kinds += step > 0;
    }
    return kinds;
}

/* Do the kinds make up what one more adds to all layers? */
static bool is_complete(const vv_explanation *e, const vv_explained *list, size_t n)
{
    long all, sum = 0;
    if (e->layers.formula == NULL || !read_common_step(e->layers.formula, list, n, &all)) return false;
    for (size_t i = 0; i < e->n_formulas; i++) sum += step_of_kind(&e->formulas[i], list, n);
    return sum == all;
}

bool vvi_step_has(const vv_explanation *e, const vv_explained *list, size_t n, const char *layer)
{
    if (count_kinds(e, list, n) == 0) return false;
    if (is_complete(e, list, n)) return true;
    for (size_t i = 0; i < e->n_formulas; i++)
        if (step_of_kind(&e->formulas[i], list, n) > 0 && is_of_kind(&e->formulas[i], layer)) return true;
    return false;
}

/* ---- words ------------------------------------------------------------------------------------------------------ */

static void add_kind(vvi_text *text, const vv_formula *f, long step)
{
    const char *kind = f->what;
    const bool vowel = strchr("aeiou", kind[0]) != NULL || strncmp(kind, "lstm", 4) == 0;
    if (step == 1)
        vvi_text_printf(text, "%s %.*s", vowel ? "an" : "a", (int)kind_length(f), kind);
    else
        vvi_text_printf(text, "%ld %.*s", step, (int)kind_length(f), kind);
}

bool vvi_words_step(vvi_text *text, const vv_explanation *e, const vv_explained *list, size_t n)
{
    const size_t kinds = count_kinds(e, list, n);
    size_t written = 0;
    if (kinds == 0) return false;
    vvi_text_printf(text, list[0].domain.kind == VV_DOMAIN_BOOL ? "adds " : "each one adds ");
    for (size_t i = 0; i < e->n_formulas; i++) {
        const long step = step_of_kind(&e->formulas[i], list, n);
        if (step == 0) continue;
        vvi_text_printf(text, "%s", written == 0 ? "" : written + 1 == kinds ? " and " : ", ");
        add_kind(text, &e->formulas[i], step);
        written++;
    }
    return true;
}
