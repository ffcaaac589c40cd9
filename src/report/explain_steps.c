/* explain_steps.c - what one more of a hyperparameter adds, where the formulas of an explanation say it.
 *
 *     layers = 2*num_layers + 2    conv2d layers = num_layers    max_pooling2d layers = num_layers
 *
 * are "each one adds a conv2d and a max_pooling2d": the name stands in terms of its own, and what it adds of each kind is
 * together what it adds to all layers.
 */
#include "report/explain.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

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

/* What one more of the name adds; false: it depends, or takes something away. */
static bool read_step(const char *formula, const char *name, long *step)
{
    size_t found = 0;
    *step = 0;
    for (const char *term = formula; *term != '\0';) {
        const char *plus = strstr(term, " + "), *minus = strstr(term, " - ");
        const char *end = plus != NULL && (minus == NULL || plus < minus) ? plus : minus;
        const size_t length = end == NULL ? strlen(term) : (size_t)(end - term);
        const bool negative = *term == '-' || (term != formula && term[-2] == '-');
        const long k = coefficient_of(term, length, name);
        if (k != 0 && negative) return false;
        *step += k;
        found += k != 0;
        term = end == NULL ? term + length : end + 3;
    }
    return found == vvi_words_count(formula, name);
}

/* "conv2d" of "conv2d layers"; 0: of something else. */
static size_t kind_length(const vv_formula *f)
{
    static const char end[] = " layers";
    const size_t n = strlen(f->what), m = sizeof end - 1;
    return n > m && strcmp(f->what + n - m, end) == 0 && strcmp(f->when, "always") == 0 ? n - m : 0;
}

static bool steps_add_up(const vv_explanation *e, const char *name, size_t *kinds)
{
    long all, sum = 0, step;
    *kinds = 0;
    if (e->layers.formula == NULL || !read_step(e->layers.formula, name, &all) || all == 0) return false;
    for (size_t i = 0; i < e->n_formulas; i++) {
        if (kind_length(&e->formulas[i]) == 0) continue;
        if (!read_step(e->formulas[i].formula, name, &step)) return false;
        sum += step;
        *kinds += step > 0;
    }
    return sum == all;
}

static void add_kind(vvi_text *text, const char *kind, size_t length, long step)
{
    const bool vowel = strchr("aeiou", kind[0]) != NULL || strncmp(kind, "lstm", 4) == 0;
    if (step == 1)
        vvi_text_printf(text, "%s %.*s", vowel ? "an" : "a", (int)length, kind);
    else
        vvi_text_printf(text, "%ld %.*s", step, (int)length, kind);
}

bool vvi_words_step(vvi_text *text, const vv_explanation *e, const char *name, bool is_boolean)
{
    size_t kinds, written = 0;
    if (!steps_add_up(e, name, &kinds)) return false;
    vvi_text_printf(text, is_boolean ? "adds " : "each one adds ");
    for (size_t i = 0; i < e->n_formulas; i++) {
        long step = 0;
        const size_t length = kind_length(&e->formulas[i]);
        if (length == 0 || !read_step(e->formulas[i].formula, name, &step) || step == 0) continue;
        vvi_text_printf(text, "%s", written == 0 ? "" : written + 1 == kinds ? " and " : ", ");
        add_kind(text, e->formulas[i].what, length, step);
        written++;
    }
    return true;
}
