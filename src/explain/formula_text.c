/* formula_text.c - what a formula gives for one build, and how it reads.
 *
 *     2*num_layers + 2          products first, then names in the order of asking, what is taken away, the constant
 *     n + sum(drop_{i}) + 1     all members of a family, each as many times
 *     [kind = "deep"]           one alternative; an atom of a column as its literal
 */
#include "explain/formula.h"
#include "explain/subjects.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- one build -------------------------------------------------------------------------------------------------- */

/* "One of the atoms of its column that are the c-th alternative". */
static vvi_clause clause_of(const vvi_variable *v, int64_t c, bool *marked)
{
    for (size_t a = 0; a < v->column->n_atoms; a++) marked[a] = (int64_t)(v->group == NULL ? a : v->group[a]) == c;
    return (vvi_clause){ .literals = { { v->column, marked } }, .n = 1 };
}

/* The value of a variable in a trace; false: not active. */
static bool find_value(const vvi_explainer *x, const vvi_variable *v, const vvi_trace *trace, vv_value *value)
{
    for (size_t i = 0; i < trace->n; i++) {
        const vvi_asked_domain *asked = &x->space->domains[trace->domains[i]];
        if (asked->name != v->name) continue;
        *value = vvi_position_value(&asked->domain, trace->positions[i]);
        return true;
    }
    return false;
}

static int64_t factor_of(const vvi_explainer *x, const vvi_points *p, const vvi_factor *f, const vvi_trace *trace)
{
    const vvi_variable *v = &p->variables[f->variable];
    vv_value value;
    if (f->shape == VVI_FACTOR_IS && v->column != NULL) {
        bool marked[VVI_MOST_ALTERNATIVES];
        const vvi_clause clause = clause_of(v, f->c, marked);
        return vvi_clause_holds(x->space, &clause, x->space, trace);
    }
    if (v->family != NULL && f->shape != VVI_FACTOR_IS)
        return vvi_factor_number(f->shape, vvi_variable_number(x, v, trace), f->c);
    if (v->family != NULL) return vvi_variable_number(x, v, trace) == v->alternatives[f->c].i;
    if (!find_value(x, v, trace, &value)) return 0;
    if (f->shape == VVI_FACTOR_ACTIVE) return 1;
    if (f->shape == VVI_FACTOR_IS) return vv_value_equal(value, v->alternatives[f->c]);
    return vvi_factor_number(f->shape, value.type == VV_VALUE_BOOL ? value.b : value.i, f->c);
}

int64_t vvi_formula_at(const vvi_explainer *x, const vvi_points *points, const vvi_sum *sum, const vvi_trace *trace)
{
    int64_t value = 0;
    for (size_t t = 0; t < sum->n; t++) {
        int64_t product = sum->terms[t].coefficient;
        for (size_t i = 0; i < sum->terms[t].n; i++)
            product = vvi_times(product, factor_of(x, points, &sum->terms[t].factors[i], trace));
        if (__builtin_add_overflow(value, product, &value)) return INT64_MIN;
    }
    return value;
}

/* ---- words ------------------------------------------------------------------------------------------------------ */

static void write_atom(const vvi_explainer *x, const vvi_variable *v, int64_t c, vvi_text *text)
{
    bool marked[VVI_MOST_ALTERNATIVES];
    const vvi_clause clause = clause_of(v, c, marked);
    vvi_text_printf(text, "[");
    vvi_clause_write(x->space, &clause, text);
    vvi_text_printf(text, "]");
}

static void write_factor(const vvi_explainer *x, const vvi_points *p, const vvi_factor *f, vvi_text *text)
{
    const vvi_variable *v = &p->variables[f->variable];
    char value[VVI_SHORT_TEXT], sum[VVI_SHORT_TEXT];
    const char *name = x->space->asked[v->name].name;
    if (v->family != NULL) {
        snprintf(sum, sizeof sum, "sum(%.90s)", v->family->name);
        name = sum;
    }
    const long long c = (long long)f->c;
    switch (f->shape) {
    case VVI_FACTOR_ITSELF:
        vvi_text_printf(text, "%s", name);
        return;
    case VVI_FACTOR_FLOOR:
    case VVI_FACTOR_CEIL:
        vvi_text_printf(text, "%s(%s/%lld)", f->shape == VVI_FACTOR_FLOOR ? "floor" : "ceil", name, c);
        return;
    case VVI_FACTOR_MIN:
        vvi_text_printf(text, "min(%s, %lld)", name, c);
        return;
    case VVI_FACTOR_OVER:
        vvi_text_printf(text, "max(%s - %lld, 0)", name, c);
        return;
    case VVI_FACTOR_FROM:
        vvi_text_printf(text, "[%s >= %lld]", name, c);
        return;
    case VVI_FACTOR_ACTIVE:
        vvi_text_printf(text, "[%s is active]", name);
        return;
    case VVI_FACTOR_IS:
        if (v->column == NULL)
            vvi_text_printf(text, "[%s = %s]", name, vvi_value_text(v->alternatives[f->c], value));
        else
            write_atom(x, v, f->c, text);
        return;
    }
}

/* "3*" of "3*n", with the sign that joins it to what is before. */
static void write_coefficient(int64_t coefficient, bool first, bool named, vvi_text *text)
{
    const long long size = llabs((long long)coefficient);
    vvi_text_printf(text, "%s", coefficient < 0 ? (first ? "-" : " - ") : (first ? "" : " + "));
    if (size != 1 || !named) vvi_text_printf(text, "%lld%s", size, named ? "*" : "");
}

static const vvi_subject *find_subject(const vvi_explainer *x, uint32_t name)
{
    size_t i = 0;
    while (i < x->subjects->n && x->subjects->list[i].name != name) i++;
    return i < x->subjects->n ? &x->subjects->list[i] : NULL;
}

static void write_term(const vvi_explainer *x, const vvi_points *p, const vvi_product *term, int64_t coefficient,
                       bool first, vvi_text *text)
{
    write_coefficient(coefficient, first, term->n > 0, text);
    for (size_t i = 0; i < term->n; i++) {
        if (i > 0) vvi_text_printf(text, "*");
        write_factor(x, p, &term->factors[i], text);
    }
}

/* The family of which a term's name is a member, if all members are there, each by itself and as many times. NULL: no. */
static const vvi_family_of *find_family(const vvi_explainer *x, const vvi_points *p, const vvi_sum *sum, size_t term,
                                        bool *is_first)
{
    if (p->variables[sum->terms[term].factors[0].variable].family != NULL) return NULL; /* is its sum already */
    const vvi_subject *own = find_subject(x, p->variables[sum->terms[term].factors[0].variable].name);
    if (own == NULL || own->family == SIZE_MAX) return NULL;
    const vvi_family_of *family = &x->subjects->families[own->family];
    size_t n = 0;
    *is_first = true;
    for (size_t t = 0; t < sum->n; t++) {
        const vvi_product *other = &sum->terms[t];
        if (other->n != 1 || other->factors[0].shape != VVI_FACTOR_ITSELF) continue;
        const vvi_subject *s = find_subject(x, p->variables[other->factors[0].variable].name);
        if (s == NULL || s->family != own->family) continue;
        if (other->coefficient != sum->terms[term].coefficient) return NULL;
        if (t < term) *is_first = false;
        n++;
    }
    return n == family->n ? family : NULL;
}

/* A term, or where it stands for its family, "2*sum(repeats_{i})" in place of the first member's. */
static void write_term_of(const vvi_explainer *x, const vvi_points *p, const vvi_sum *sum, size_t t, bool *first,
                          vvi_text *text)
{
    const vvi_product *term = &sum->terms[t];
    bool is_first = true;
    const bool alone = term->n == 1 && term->factors[0].shape == VVI_FACTOR_ITSELF;
    const vvi_family_of *family = alone ? find_family(x, p, sum, t, &is_first) : NULL;
    if (!is_first && family != NULL) return;
    if (family != NULL) {
        write_coefficient(term->coefficient, *first, true, text);
        vvi_text_printf(text, "sum(%s)", family->name);
    } else {
        write_term(x, p, term, term->coefficient, *first, text);
    }
    *first = false;
}

/* Terms of one sign. */
static void write_terms(const vvi_explainer *x, const vvi_points *p, const vvi_sum *sum, size_t n, bool negative,
                        bool *first, vvi_text *text)
{
    for (size_t size = VVI_MOST_FACTORS; size >= 1; size--) /* products before single names */
        for (size_t t = 0; t < n; t++)
            if (sum->terms[t].n == size && (sum->terms[t].coefficient < 0) == negative)
                write_term_of(x, p, sum, t, first, text);
}

/* What is added comes before what is taken away; a sum begins with a minus only where there is nothing else. */
void vvi_formula_write(const vvi_explainer *x, const vvi_points *points, const vvi_sum *sum, int64_t more,
                       vvi_text *text)
{
    const bool has_constant = sum->n > 0 && sum->terms[sum->n - 1].n == 0;
    const size_t n = sum->n - has_constant;
    const int64_t constant = (has_constant ? sum->terms[n].coefficient : 0) + more;
    const vvi_product one = { .n = 0 };
    bool first = true;
    write_terms(x, points, sum, n, false, &first, text);
    const bool leads = first && constant > 0;
    if (leads) write_term(x, points, &one, constant, true, text);
    first = first && !leads;
    write_terms(x, points, sum, n, true, &first, text);
    if (!leads && (constant != 0 || first)) write_term(x, points, &one, constant, first, text);
}
