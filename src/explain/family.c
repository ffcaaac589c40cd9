/* family.c - names that a loop makes, told as one: those that differ in numbers alone ("filters_0", "filters_1";
 * "units_2_1") are a family, "filters_{i}". A letter that is itself the name of a hyperparameter stands for no number.
 */
#include "explain/subjects.h"

#include <string.h>

/* ---- names ------------------------------------------------------------------------------------------------------ */

/* "filters_#" and its numbers. false: it has none, or too many, or one that is no plain number ("007"). */
static bool split(const char *name, char *pattern, size_t size, int numbers[VVI_MOST_NUMBERS], size_t *n, bool *apart)
{
    size_t at = 0;
    *n = 0;
    *apart = false;
    for (const char *c = name; *c != '\0'; at++) {
        if (at + 2 > size || *c == '#') return false;
        pattern[at] = *c >= '0' && *c <= '9' ? '#' : *c;
        if (pattern[at] != '#') {
            c++;
            continue;
        }
        long number = 0;
        *apart = *apart || at == 0 || strchr("_/.-[(: ", pattern[at - 1]) != NULL;
        if (*n == VVI_MOST_NUMBERS || (*c == '0' && c[1] >= '0' && c[1] <= '9')) return false;
        while (*c >= '0' && *c <= '9' && number < 1000000) number = 10 * number + (*c++ - '0');
        if (*c >= '0' && *c <= '9') return false;
        numbers[(*n)++] = (int)number;
    }
    pattern[at] = '\0';
    return *n > 0;
}

typedef struct member {
    size_t subject;
    bool apart; /* some number has something other than a letter before it */
    char pattern[128];
    int numbers[VVI_MOST_NUMBERS];
    size_t n_numbers;
    bool placed;
} member;

/* "filters_{i}", where the number in place differs within the family; else the number itself. */
static const char *name_family(vvi_explainer *x, const char *letters, const member *first, const bool *differs)
{
    vvi_text text = { 0 };
    size_t number = 0, letter = 0;
    for (const char *c = first->pattern; *c != '\0'; c++) {
        if (*c != '#')
            vvi_text_printf(&text, "%c", *c);
        else if (differs[number])
            vvi_text_printf(&text, "{%c}", letters[letter++]);
        else
            vvi_text_printf(&text, "%d", first->numbers[number]);
        number += *c == '#';
    }
    return vvi_keep_text(x, &text);
}

/* ---- grouping --------------------------------------------------------------------------------------------------- */

static bool are_kin(const member *a, const member *b)
{
    return a->n_numbers > 0 && a->n_numbers == b->n_numbers && strcmp(a->pattern, b->pattern) == 0;
}

static bool is_before(const member *a, const member *b)
{
    for (size_t i = 0; i < a->n_numbers; i++)
        if (a->numbers[i] != b->numbers[i]) return a->numbers[i] < b->numbers[i];
    return false;
}

/* All kin of a member, sorted by their numbers; returns how many. A name with several domains has no family. */
static size_t gather_kin(const vvi_subjects *subjects, member *members, size_t first, member **kin)
{
    size_t n = 0;
    for (size_t i = first; i < subjects->n; i++) {
        if (!are_kin(&members[first], &members[i])) continue;
        size_t at = n++;
        for (; at > 0 && is_before(&members[i], kin[at - 1]); at--) kin[at] = kin[at - 1];
        kin[at] = &members[i];
    }
    for (size_t i = 1; i < n; i++)
        if (!is_before(kin[i - 1], kin[i])) return 1;
    return n;
}

static bool is_alike(const vvi_explainer *x, const vvi_subjects *subjects, member *const *kin, size_t n)
{
    const vvi_subject *first = &subjects->list[kin[0]->subject];
    for (size_t i = 0; i < n; i++) {
        const vvi_subject *s = &subjects->list[kin[i]->subject];
        const vv_domain *a = &x->space->domains[first->domain].domain, *b = &x->space->domains[s->domain].domain;
        if (s->varies || !vv_domain_equal(a, b) || !vv_value_equal(a->default_value, b->default_value)) return false;
    }
    return true;
}

static vv_status add_family(vvi_explainer *x, vvi_subjects *subjects, member **kin, size_t n, vvi_subject *to,
                            size_t at, vv_error *error)
{
    vvi_family_of *family = &subjects->families[subjects->n_families];
    bool differs[VVI_MOST_NUMBERS] = { false };
    for (size_t i = 1; i < n; i++)
        for (size_t k = 0; k < kin[0]->n_numbers; k++)
            differs[k] = differs[k] || kin[i]->numbers[k] != kin[0]->numbers[k];
    *family = (vvi_family_of){ .first = at, .n = n, .alike = is_alike(x, subjects, kin, n) };
    family->name = name_family(x, subjects->letters, kin[0], differs);
    if (family->name == NULL) return vvi_no_memory(error);
    for (size_t i = 0; i < n; i++) {
        to[i] = subjects->list[kin[i]->subject];
        to[i].family = subjects->n_families;
        for (size_t k = 0, m = 0; k < kin[0]->n_numbers; k++)
            if (differs[k]) to[i].numbers[m++] = kin[i]->numbers[k];
        kin[i]->placed = true;
    }
    for (size_t k = 0; k < kin[0]->n_numbers; k++) family->n_numbers += differs[k];
    subjects->n_families++;
    return VV_OK;
}

/* Members come together where the first of them was. */
static vv_status group(vvi_explainer *x, vvi_subjects *subjects, member *members, member **kin, vv_error *error)
{
    vvi_subject *list = vvi_arena_alloc(&x->scratch, (subjects->n + 1) * sizeof *list);
    size_t at = 0;
    if (list == NULL) return vvi_no_memory(error);
    for (size_t i = 0; i < subjects->n; i++) {
        if (members[i].placed) continue;
        const size_t n = gather_kin(subjects, members, i, kin);
        if (n > 2 || (n == 2 && members[i].apart)) { /* "f1" and "f2" are hardly from a loop */
            VVI_TRY(add_family(x, subjects, kin, n, list + at, at, error));
            at += n;
        } else {
            list[at++] = subjects->list[i];
        }
    }
    subjects->list = list;
    return VV_OK;
}

/* ---- the whole -------------------------------------------------------------------------------------------------- */

static vv_status index_names(vvi_explainer *x, vvi_subjects *subjects, vv_error *error)
{
    subjects->n_names = x->space->n_asked;
    subjects->family_of = vvi_arena_alloc(&x->scratch, (subjects->n_names + 1) * sizeof *subjects->family_of);
    if (subjects->family_of == NULL) return vvi_no_memory(error);
    for (uint32_t i = 0; i < subjects->n_names; i++) subjects->family_of[i] = VVI_NONE;
    for (size_t i = 0; i < subjects->n; i++) {
        const vvi_subject *s = &subjects->list[i];
        if (s->family != SIZE_MAX) subjects->family_of[s->name] = (uint32_t)s->family;
    }
    return VV_OK;
}

static void choose_letters(const vv_space *space, char letters[VVI_MOST_NUMBERS])
{
    static const char all[] = "ijklmnpqrstuvwxyzabcdefghIJKL";
    size_t n = 0;
    for (const char *c = all; *c != '\0' && n < VVI_MOST_NUMBERS; c++) {
        const char name[] = { *c, '\0' };
        if (vvi_space_find_name(space, name) == VVI_NONE) letters[n++] = *c;
    }
    while (n < VVI_MOST_NUMBERS) letters[n++] = '#'; /* all of them are names */
}

vv_status vvi_families_find(vvi_explainer *x, vvi_subjects *subjects, vv_error *error)
{
    member *members = vvi_arena_alloc(&x->scratch, (subjects->n + 1) * sizeof *members);
    member **kin = vvi_arena_alloc(&x->scratch, (subjects->n + 1) * sizeof *kin);
    subjects->families = vvi_arena_alloc(&x->scratch, (subjects->n + 1) * sizeof *subjects->families);
    if (members == NULL || kin == NULL || subjects->families == NULL) return vvi_no_memory(error);
    for (size_t i = 0; i < subjects->n; i++) {
        member *m = &members[i];
        m->subject = i;
        if (!split(x->space->asked[subjects->list[i].name].name, m->pattern, sizeof m->pattern, m->numbers,
                   &m->n_numbers, &m->apart))
            m->n_numbers = 0;
    }
    choose_letters(x->space, subjects->letters);
    VVI_TRY(group(x, subjects, members, kin, error));
    VVI_TRY(index_names(x, subjects, error));
    for (size_t i = 0; i < subjects->n_families; i++)
        VVI_TRY(vvi_family_find_rule(x, subjects, &subjects->families[i], error));
    return VV_OK;
}
