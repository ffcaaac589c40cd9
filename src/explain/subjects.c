/* subjects.c - which hyperparameters there are, and the simplest true statement of when each is asked for.
 *
 * A name that is asked for with a few domains is a subject for each of them; with many (a range that depends on another
 * value) it is one. Conditions are found in the table of cases, over the names that are asked for earlier. Unless that
 * table is the whole space they are then checked with cases that had no part in finding them; one that fails is not
 * said.
 */
#include "explain/subjects.h"

#include <string.h>

enum { MOST_DOMAINS = 4, MOST_CLAUSES = 4 };

/* ---- who asks --------------------------------------------------------------------------------------------------- */

bool vvi_subject_in_row(const vvi_explainer *x, const vvi_subject *subject, size_t row)
{
    if (!subject->varies) return vvi_row_asks(&x->rows, row, subject->domain);
    uint32_t d = x->space->asked[subject->name].first_domain;
    while (d != VVI_NONE && !vvi_row_asks(&x->rows, row, d)) d = x->space->domains[d].next;
    return d != VVI_NONE;
}

static bool is_in_trace(const vvi_explainer *x, const vvi_subject *subject, const vvi_trace *trace)
{
    for (size_t i = 0; i < trace->n; i++) {
        const bool is_it = subject->varies ? x->space->domains[trace->domains[i]].name == subject->name
                                           : trace->domains[i] == subject->domain;
        if (is_it) return true;
    }
    return false;
}

static vv_status list_subjects(vvi_explainer *x, vvi_subjects *subjects, vv_error *error)
{
    const vv_space *space = x->space;
    subjects->list = vvi_arena_alloc(&x->scratch, (space->n_domains + 1) * sizeof *subjects->list);
    if (subjects->list == NULL) return vvi_no_memory(error);
    for (uint32_t i = 0; i < space->n_asked; i++) {
        const vvi_asked *asked = &space->asked[x->order[i]];
        const bool varies = asked->n_domains > MOST_DOMAINS;
        uint32_t d = asked->first_domain;
        do {
            subjects->list[subjects->n++] =
                (vvi_subject){ .name = x->order[i], .domain = d, .varies = varies, .family = SIZE_MAX };
            d = space->domains[d].next;
        } while (d != VVI_NONE && !varies);
    }
    return VV_OK;
}

/* ---- when ------------------------------------------------------------------------------------------------------- */

/* Columns are in the order of asking: how many come before this name? */
static size_t columns_before(const vvi_explainer *x, uint32_t name)
{
    size_t n = 0;
    for (uint32_t i = 0; x->order[i] != name; i++)
        if (n < x->rows.n_columns && x->rows.columns[n].name == x->order[i]) n++;
    return n;
}

/* What never holds in the cases is not confirmed by them. */
static bool is_confirmed(const vvi_explainer *x, const vvi_subject *subject)
{
    size_t n = 0;
    for (size_t i = x->check_from; i < x->cases.n; i++) {
        const vvi_trace *trace = &x->cases.list[i].trace;
        const bool asks = is_in_trace(x, subject, trace);
        if (asks != vvi_rule_holds(x->space, &subject->rule, x->space, trace)) return false;
        n += asks;
    }
    return x->rows.complete || n > 0;
}

/* Many names are asked for in the same rows: the rule found for one of them serves them all. */
typedef struct alike {
    const vvi_explainer *x;
    const vvi_subjects *subjects;
    const vvi_subject *subject;
} alike;

static uint64_t hash_rows(const vvi_explainer *x, const vvi_subject *subject)
{
    uint64_t hash = VVI_HASH_START, word = 0;
    for (size_t row = 0; row < x->rows.n; row++) {
        word = word << 1 | vvi_subject_in_row(x, subject, row);
        if (row % 64 == 63 || row + 1 == x->rows.n) hash = vvi_hash_bytes(hash, &word, sizeof word);
    }
    return hash;
}

static bool in_same_rows(const void *context, uint32_t number)
{
    const alike *a = context;
    for (size_t row = 0; row < a->x->rows.n; row++)
        if (vvi_subject_in_row(a->x, &a->subjects->list[number], row) != vvi_subject_in_row(a->x, a->subject, row))
            return false;
    return true;
}

static vv_status find_rule(vvi_explainer *x, const vvi_subjects *subjects, uint32_t number, vvi_index *index,
                           unsigned char *wishes, vv_error *error)
{
    vvi_subject *subject = &subjects->list[number];
    const alike a = { x, subjects, subject };
    const uint64_t hash = hash_rows(x, subject);
    const uint32_t known = vvi_index_find(index, hash, in_same_rows, &a);
    if (known != VVI_NONE) {
        subject->rule = subjects->list[known].rule;
    } else {
        if (!vvi_index_add(index, hash, number)) return vvi_no_memory(error);
        for (size_t row = 0; row < x->rows.n; row++)
            wishes[row] = vvi_subject_in_row(x, subject, row) ? VVI_WISH_YES : VVI_WISH_NO;
        VVI_TRY(vvi_rule_find(&x->rows, wishes, columns_before(x, subject->name), MOST_CLAUSES, &x->scratch,
                              &subject->rule, error));
    }
    subject->has_rule = subject->rule.whole && vvi_rule_is_readable(&subject->rule) && is_confirmed(x, subject);
    return VV_OK;
}

/* ---- in how many structures ------------------------------------------------------------------------------------- */

static vv_status count_structures(vvi_explainer *x, vvi_subjects *subjects, vv_error *error)
{
    const vv_space *space = x->space;
    bool *seen = vvi_arena_alloc(&x->scratch, space->n_outcomes + 1);
    if (seen == NULL) return vvi_no_memory(error);
    for (uint32_t i = 0; i < space->n_outcomes; i++) subjects->structures += space->outcomes[i].buildable;
    for (size_t s = 0; s < subjects->n; s++) {
        memset(seen, 0, space->n_outcomes);
        for (size_t row = 0; row < x->rows.n; row++) {
            const uint32_t outcome = x->rows.outcomes[row];
            if (seen[outcome] || !space->outcomes[outcome].buildable) continue;
            seen[outcome] = vvi_subject_in_row(x, &subjects->list[s], row);
            subjects->list[s].active_structures += seen[outcome];
        }
    }
    return VV_OK;
}

vv_status vvi_subjects_find(vvi_explainer *x, vv_error *error)
{
    vvi_subjects *subjects = x->subjects = vvi_arena_alloc(&x->scratch, sizeof *subjects);
    if (subjects == NULL) return vvi_no_memory(error);
    VVI_TRY(list_subjects(x, subjects, error));
    unsigned char *wishes = vvi_arena_alloc(&x->scratch, x->rows.n + 1);
    if (wishes == NULL) return vvi_no_memory(error);
    vvi_index index = { 0 };
    vv_status status = VV_OK;
    for (uint32_t i = 0; status == VV_OK && i < subjects->n; i++)
        status = find_rule(x, subjects, i, &index, wishes, error);
    vvi_index_deinit(&index);
    if (status == VV_OK) status = count_structures(x, subjects, error);
    return status == VV_OK ? vvi_families_find(x, subjects, error) : status;
}
