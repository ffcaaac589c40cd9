/* frame_variables.c - hyperparameters as columns.
 *
 * One name may come with several domains, even of several types: a count that became larger, a choice that got another
 * word, numbers that became words. So trials are gone over three times: for names, types and ranges; for the words of
 * those that turned out to have some, and the numbers of lists; for values, which are indexes of those words.
 *
 * A name is looked for from where the one before it was found: builds ask in much the same order, so that the next one
 * is nearly always right there.
 */
#include "insight/frame.h"

#include "space/space.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct variable {
    vvi_variable seen;
    double *values;
    const vv_domain *last; /* that was looked at, in the trials: neighbours mostly have the same */
    const char **words;
    double *choices;
    unsigned types; /* bits by vv_value_type */
    bool ranges;    /* some domain is no list */
} variable;

typedef struct variables {
    vvi_framing *f;
    variable *list;
    size_t n, hint;
} variables;

/* NULL: there is none. */
static variable *find(variables *v, const char *name)
{
    for (size_t k = 0; k < v->n; k++) {
        const size_t i = v->hint + k < v->n ? v->hint + k : v->hint + k - v->n;
        if (strcmp(v->list[i].seen.name, name) != 0) continue;
        v->hint = i + 1 < v->n ? i + 1 : 0;
        return &v->list[i];
    }
    return NULL;
}

/* ---- names, types, ranges ---------------------------------------------------------------------------------------- */

static vv_status add(variables *v, const vv_active *active, variable **added)
{
    vvi_arena *arena = &v->f->frame->arena;
    if (!vvi_arena_reserve(arena, &v->list, v->n, sizeof *v->list)) return vvi_no_memory(v->f->error);
    vv_domain *domain = vvi_arena_alloc(arena, sizeof *domain);
    if (domain == NULL || !vvi_domain_copy(arena, &active->domain, domain)) return vvi_no_memory(v->f->error);
    const bool log = domain->sampling != VV_SAMPLE_LINEAR;
    const vvi_variable seen = { .name = vvi_arena_strdup(arena, active->name),
                                .domain = domain,
                                .log = log,
                                .reverse = domain->sampling == VV_SAMPLE_REVERSE_LOG,
                                .low = (double)INFINITY,
                                .high = -(double)INFINITY };
    if (seen.name == NULL) return vvi_no_memory(v->f->error);
    v->list[v->n] = (variable){ .seen = seen };
    *added = &v->list[v->n++];
    v->hint = 0;
    return VV_OK;
}

static double number_of(vv_value value)
{
    return value.type == VV_VALUE_INT ? (double)value.i : value.type == VV_VALUE_FLOAT ? value.f : (double)value.b;
}

static void widen(vvi_variable *seen, double number)
{
    if (number < seen->low) seen->low = number;
    if (number > seen->high) seen->high = number;
}

static bool is_range(const vv_domain *domain)
{
    return domain->kind == VV_DOMAIN_INT || domain->kind == VV_DOMAIN_FLOAT;
}

static void take_domain(variable *var, const vv_domain *domain)
{
    const bool known = var->last != NULL && vv_domain_equal(var->last, domain);
    var->last = domain;
    if (known) return;
    var->types |= 1u << domain->type;
    var->ranges = var->ranges || is_range(domain);
    var->seen.several = var->seen.several || !vv_domain_equal(var->seen.domain, domain);
    if (is_range(domain)) widen(&var->seen, domain->min), widen(&var->seen, domain->max);
    for (size_t i = 0; !is_range(domain) && i < domain->n_values; i++)
        if (domain->type != VV_VALUE_STRING) widen(&var->seen, number_of(domain->values[i]));
}

static vv_status learn_names(variables *v)
{
    const vv_trials *trials = &v->f->trials;
    for (size_t t = 0; t < trials->n; t++)
        for (size_t i = 0; i < trials->list[t].n_values; i++) {
            const vv_active *active = &trials->list[t].values[i];
            variable *var = find(v, active->name);
            if (var == NULL) VVI_TRY(add(v, active, &var));
            take_domain(var, &active->domain);
            var->seen.active++;
        }
    return VV_OK;
}

/* ---- words, numbers of lists ------------------------------------------------------------------------------------- */

static bool has_words(const variable *var)
{
    return (var->types & (1u << VV_VALUE_STRING | 1u << VV_VALUE_BOOL)) != 0;
}

static const char *word_of(vv_value value, char *text, size_t size)
{
    if (value.type == VV_VALUE_STRING) return value.s;
    vv_value_format(value, text, size);
    return text;
}

static size_t find_word(const variable *var, const char *word)
{
    size_t i = 0;
    while (i < var->seen.n_words && strcmp(var->words[i], word) != 0) i++;
    return i;
}

static bool add_word(vvi_arena *arena, variable *var, vv_value value)
{
    char text[VVI_FORMAT_SIZE];
    const char *word = word_of(value, text, sizeof text);
    if (find_word(var, word) < var->seen.n_words) return true;
    if (!vvi_arena_reserve(arena, &var->words, var->seen.n_words, sizeof *var->words)) return false;
    var->words[var->seen.n_words] = vvi_arena_strdup(arena, word);
    return var->words[var->seen.n_words++] != NULL;
}

/* In their order: the numbers of a list are few. */
static bool add_number(vvi_arena *arena, variable *var, double number)
{
    size_t at = var->seen.n_choices;
    while (at > 0 && var->choices[at - 1] >= number) at--;
    if (at < var->seen.n_choices && var->choices[at] <= number) return true;
    if (!vvi_arena_reserve(arena, &var->choices, var->seen.n_choices, sizeof *var->choices)) return false;
    memmove(&var->choices[at + 1], &var->choices[at], (var->seen.n_choices++ - at) * sizeof *var->choices);
    var->choices[at] = number;
    return true;
}

static bool add_choice(vvi_arena *arena, variable *var, vv_value value)
{
    return has_words(var) ? add_word(arena, var, value) : add_number(arena, var, number_of(value));
}

/* All that the domain lists; of a range, which is not listed, the value that it has here. */
static bool add_listed(vvi_arena *arena, variable *var, const vv_active *active)
{
    static const vv_value truths[] = { { .type = VV_VALUE_BOOL, .b = false }, { .type = VV_VALUE_BOOL, .b = true } };
    const vv_domain *domain = &active->domain;
    const bool truth = domain->type == VV_VALUE_BOOL;
    const vv_value *values = truth ? truths : is_range(domain) ? &active->value : domain->values;
    const size_t n = truth ? 2 : is_range(domain) ? 1 : domain->n_values;
    for (size_t i = 0; i < n; i++)
        if (!add_choice(arena, var, values[i])) return false;
    return true;
}

static vv_status learn_words(variables *v)
{
    const vv_trials *trials = &v->f->trials;
    for (size_t i = 0; i < v->n; i++) v->list[i].last = NULL;
    for (size_t t = 0; t < trials->n; t++)
        for (size_t i = 0; i < trials->list[t].n_values; i++) {
            const vv_active *active = &trials->list[t].values[i];
            variable *var = find(v, active->name);
            if (var->ranges && !has_words(var)) continue;
            const bool known =
                !is_range(&active->domain) && var->last != NULL && vv_domain_equal(var->last, &active->domain);
            var->last = &active->domain;
            if (!known && !add_listed(&v->f->frame->arena, var, active)) return vvi_no_memory(v->f->error);
        }
    return VV_OK;
}

static void settle(variable *var)
{
    vvi_variable *seen = &var->seen;
    const bool words = has_words(var);
    seen->words = words ? var->words : NULL;
    seen->choices = var->choices;
    seen->whole = var->types == 1u << VV_VALUE_INT;
    if (words) seen->low = 0, seen->high = (double)(seen->n_words - 1);
    seen->log = seen->log && !words && seen->choices == NULL && seen->low > 0;
    seen->reverse = seen->reverse && seen->log;
    seen->values = var->values;
}

/* ---- values ------------------------------------------------------------------------------------------------------ */

static double place_of(const variable *var, vv_value value)
{
    char text[VVI_FORMAT_SIZE];
    return has_words(var) ? (double)find_word(var, word_of(value, text, sizeof text)) : number_of(value);
}

static vv_status make_column(variables *v, variable *var)
{
    const size_t n = v->f->trials.n;
    var->values = vvi_frame_column(v->f->frame, n, sizeof *var->values);
    if (var->values == NULL) return vvi_no_memory(v->f->error);
    for (size_t i = 0; i < n; i++) var->values[i] = (double)NAN;
    return VV_OK;
}

static vv_status read_values(variables *v)
{
    const vv_trials *trials = &v->f->trials;
    for (size_t i = 0; i < v->n; i++) VVI_TRY(make_column(v, &v->list[i]));
    for (size_t t = 0; t < trials->n; t++)
        for (size_t i = 0; i < trials->list[t].n_values; i++) {
            const vv_active *active = &trials->list[t].values[i];
            variable *var = find(v, active->name);
            var->values[t] = place_of(var, active->value);
        }
    return VV_OK;
}

vv_status vvi_frame_read_variables(vvi_framing *f)
{
    variables v = { .f = f };
    VVI_TRY(learn_names(&v));
    VVI_TRY(learn_words(&v));
    VVI_TRY(read_values(&v));
    vvi_variable *list = vvi_frame_column(f->frame, v.n, sizeof *list);
    if (list == NULL) return vvi_no_memory(f->error);
    for (size_t i = 0; i < v.n; i++) {
        settle(&v.list[i]);
        list[i] = v.list[i].seen;
    }
    f->frame->variables = list;
    f->frame->n_variables = v.n;
    return VV_OK;
}
