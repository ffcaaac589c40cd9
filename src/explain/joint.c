/* joint.c - one condition for all members of a family.
 *
 * When the members' conditions have the form `q >= c`, with c growing with the member's number, they are one in i:
 *
 *     c = i + 1   i < q          c = i   i <= q          c = i + 3   i < q - 2          c = 2*i + 1   2*i + 1 <= q
 *
 * Literals that are the same in all members stay as they are. In a loop inside a loop the threshold may be a member of
 * another family, "j < blocks_{i}". Where each member hangs on the member of another family with the same number ("rate_2"
 * on "drop_2"), the condition is that one's name with i in it. A joint condition is checked, member by member, in every
 * row of the table before it is taken.
 */
#include "explain/subjects.h"

#include <string.h>

enum { MOST_KIN = 1024 };

/* ---- thresholds ------------------------------------------------------------------------------- */

/* What one column has to do with a family: the same literal in every member, or a threshold that goes with one of the
 * numbers: q >= slope * number + offset. Or each member has a column of its own, that of another family's member which
 * has all of its numbers but the last. */
typedef struct link {
    const vvi_column *column;
    const vvi_family_of *outer; /* whose members' columns they are; NULL: it is `column` */
    const vvi_literal *same;
    size_t number;
    long slope, offset;
} link;

static const vvi_literal *literal_on(const vvi_subject *s, const vvi_column *column)
{
    for (size_t i = 0; i < s->rule.clauses[0].n; i++)
        if (s->rule.clauses[0].literals[i].column == column) return &s->rule.clauses[0].literals[i];
    return NULL;
}

static bool same_literal(const vvi_literal *a, const vvi_literal *b)
{
    return a != NULL && b != NULL && memcmp(a->marked, b->marked, a->column->n_atoms * sizeof *a->marked) == 0;
}

static bool counts(const vvi_column *column)
{
    return column->ordered && column->n_atoms > 0 && column->low[0].type == VV_VALUE_INT;
}

/* The threshold of `q >= c`. false: it is no such literal. */
static bool threshold_of(const vvi_literal *literal, long *threshold)
{
    const vvi_column *c = literal->column;
    uint32_t a = 0;
    if (!counts(c)) return false;
    while (a < c->n_atoms && !literal->marked[a]) a++;
    *threshold = a < c->n_atoms ? (long)c->low[a].i : 0;
    while (a < c->n_atoms && literal->marked[a]) a++;
    return a == c->n_atoms;
}

/* A line through the thresholds of the members that have one, over one of their numbers. */
static bool fit_line(const vvi_subjects *subjects, const vvi_family_of *family, size_t number, link *l)
{
    bool any = false;
    long first_number = 0, first = 0, threshold;
    l->number = number;
    l->slope = 1;
    for (size_t i = 0; i < family->n; i++) {
        const vvi_subject *s = &subjects->list[family->first + i];
        const vvi_literal *literal = literal_on(s, l->column);
        if (literal == NULL) continue;
        if (!threshold_of(literal, &threshold)) return false;
        const long step = s->numbers[number] - first_number;
        if (any && step != 0 && (threshold - first) % step == 0) l->slope = (threshold - first) / step;
        if (!any) first_number = s->numbers[number], first = threshold;
        any = true;
    }
    l->offset = first - l->slope * first_number;
    return any && l->slope >= 1;
}

/* The column that a link has for one member; NULL: there is none. */
static const vvi_column *column_of(const vvi_explainer *x, const vvi_subjects *subjects, const vvi_subject *s,
                                   const link *l)
{
    const vvi_family_of *outer = l->outer;
    if (outer == NULL) return l->column;
    for (size_t i = 0; i < outer->n; i++) {
        const vvi_subject *o = &subjects->list[outer->first + i];
        if (memcmp(o->numbers, s->numbers, outer->n_numbers * sizeof *s->numbers) != 0) continue;
        for (size_t c = 0; c < x->rows.n_columns; c++)
            if (x->rows.columns[c].name == o->name && counts(&x->rows.columns[c])) return &x->rows.columns[c];
    }
    return NULL;
}

/* Does every configuration of the row satisfy what the link, with this column, says of the member? Does any? */
static bool link_covers(const vvi_explainer *x, const vvi_subject *s, const link *l, const vvi_column *column,
                        size_t row, bool all)
{
    const vvi_cell cell = vvi_row_cells(&x->rows, row)[column - x->rows.columns];
    if (cell.first > cell.last) return false;
    if (l->same != NULL) {
        const vvi_clause clause = { .literals = { *l->same }, .n = 1 };
        return all ? vvi_clause_covers(&x->rows, row, &clause) : vvi_clause_touches(&x->rows, row, &clause);
    }
    const long wanted = l->slope * s->numbers[l->number] + l->offset;
    return (all ? (long)column->low[cell.first].i : (long)column->high[cell.last].i) >= wanted;
}

/* Do the links together say of each member, in each row, whether it is asked for? */
static bool are_true(const vvi_explainer *x, const vvi_subjects *subjects, const vvi_family_of *family,
                     const link *links, size_t n)
{
    const vvi_column *columns[VVI_MOST_LITERALS];
    for (size_t i = 0; i < family->n; i++) {
        const vvi_subject *s = &subjects->list[family->first + i];
        for (size_t k = 0; k < n; k++)
            if ((columns[k] = column_of(x, subjects, s, &links[k])) == NULL) return false;
        for (size_t row = 0; row < x->rows.n; row++) {
            const bool asks = vvi_subject_in_row(x, s, row);
            bool holds = true;
            for (size_t k = 0; k < n; k++) holds = holds && link_covers(x, s, &links[k], columns[k], row, asks);
            if (holds != asks) return false;
        }
    }
    return true;
}

/* "j < blocks_{i}", or with <=. */
static bool find_outer(const vvi_explainer *x, const vvi_subjects *subjects, const vvi_family_of *family, link *l)
{
    for (size_t i = 0; i < subjects->n_families; i++) {
        *l = (link){ .outer = &subjects->families[i], .number = family->n_numbers - 1, .slope = 1 };
        if (l->outer->n_numbers + 1 != family->n_numbers) continue;
        for (l->offset = 1; l->offset >= 0; l->offset--)
            if (are_true(x, subjects, family, l, 1)) return true;
    }
    return false;
}

/* The same literal in all members, or a line through thresholds. false: neither. */
static bool link_column(const vvi_subjects *subjects, const vvi_family_of *family, link *l)
{
    const vvi_literal *first = literal_on(&subjects->list[family->first], l->column);
    bool same = true;
    for (size_t i = 1; i < family->n && same; i++)
        same = same_literal(first, literal_on(&subjects->list[family->first + i], l->column));
    l->same = same ? first : NULL;
    for (size_t k = 0; k < family->n_numbers && !same; k++)
        if (fit_line(subjects, family, k, l)) return true;
    return same;
}

static bool is_used(const vvi_subjects *subjects, const vvi_family_of *family, const vvi_column *column)
{
    for (size_t i = 0; i < family->n; i++)
        if (literal_on(&subjects->list[family->first + i], column) != NULL) return true;
    return false;
}

/* One threshold that says it all, if there is one; else all columns that the members' conditions use; else a threshold
 * of an outer loop's making. */
static size_t find_links(const vvi_explainer *x, const vvi_subjects *subjects, const vvi_family_of *family,
                         link links[VVI_MOST_LITERALS])
{
    size_t n = 0;
    for (size_t c = 0; c < x->rows.n_columns; c++) {
        links[0] = (link){ .column = &x->rows.columns[c] };
        if (!counts(links[0].column) || !is_used(subjects, family, links[0].column)) continue;
        for (size_t k = 0; k < family->n_numbers; k++)
            if (fit_line(subjects, family, k, &links[0]) && are_true(x, subjects, family, links, 1)) return 1;
    }
    bool linked = true;
    for (size_t c = 0; c < x->rows.n_columns && linked; c++) {
        link l = { .column = &x->rows.columns[c] };
        if (!is_used(subjects, family, l.column)) continue;
        linked = n < VVI_MOST_LITERALS && link_column(subjects, family, &l);
        if (linked) links[n++] = l;
    }
    if (linked && are_true(x, subjects, family, links, n)) return n;
    return find_outer(x, subjects, family, &links[0]) ? 1 : SIZE_MAX;
}

static void write_link(vvi_explainer *x, const char *letters, const link *l, vvi_text *text)
{
    const char *q = l->outer != NULL ? l->outer->name : x->space->asked[l->column->name].name;
    const char i = letters[l->number];
    if (l->same != NULL)
        vvi_clause_write(x->space, &(vvi_clause){ .literals = { *l->same }, .n = 1 }, text);
    else if (l->slope > 1 && l->offset == 0)
        vvi_text_printf(text, "%ld*%c <= %s", l->slope, i, q);
    else if (l->slope > 1)
        vvi_text_printf(text, "%ld*%c %c %ld <= %s", l->slope, i, l->offset < 0 ? '-' : '+',
                        l->offset < 0 ? -l->offset : l->offset, q);
    else if (l->offset == 0)
        vvi_text_printf(text, "%c <= %s", i, q);
    else if (l->offset == 1)
        vvi_text_printf(text, "%c < %s", i, q);
    else
        vvi_text_printf(text, "%c < %s %c %ld", i, q, l->offset > 1 ? '-' : '+',
                        l->offset > 1 ? l->offset - 1 : 1 - l->offset);
}

/* ---- kin -------------------------------------------------------------------------------------- */

/* The clause's text, with the name in it put in its family's form. NULL: no memory. */
static const char *write_kin(vvi_explainer *x, const vvi_subject *s, const char *kin, const char *as)
{
    vvi_text text = { 0 };
    vvi_clause_write(x->space, &s->rule.clauses[0], &text);
    const char *at = text.data == NULL ? NULL : strstr(text.data, kin);
    const char *made =
        at == NULL ? ""
                   : vvi_arena_printf(x->arena, "%.*s%s%s", (int)(at - text.data), text.data, as, at + strlen(kin));
    vvi_text_deinit(&text);
    return made;
}

/* The subject of a name, if it is a member of a family of as many numbers or fewer, and these are the same. */
static const vvi_subject *find_sibling(const vvi_subjects *subjects, const vvi_subject *s, uint32_t name)
{
    for (size_t i = 0; i < subjects->n; i++) {
        const vvi_subject *other = &subjects->list[i];
        if (other->name != name || other->family == SIZE_MAX) continue;
        const vvi_family_of *mine = &subjects->families[s->family], *its = &subjects->families[other->family];
        const bool same = mine->n_numbers >= its->n_numbers &&
                          memcmp(s->numbers, other->numbers, its->n_numbers * sizeof *s->numbers) == 0;
        return same ? other : NULL;
    }
    return NULL;
}

/* "drop_{i}": when every member's condition is one literal on its sibling, and they read the same. */
static vv_status find_kin_rule(vvi_explainer *x, const vvi_subjects *subjects, vvi_family_of *family, vv_error *error)
{
    const char *joint = NULL;
    if (family->n > MOST_KIN) return VV_OK;
    for (size_t i = 0; i < family->n; i++) {
        const vvi_subject *s = &subjects->list[family->first + i];
        if (s->rule.clauses[0].n != 1) return VV_OK;
        const uint32_t name = s->rule.clauses[0].literals[0].column->name;
        const vvi_subject *sibling = find_sibling(subjects, s, name);
        if (sibling == NULL) return VV_OK;
        const char *text = write_kin(x, s, x->space->asked[name].name, subjects->families[sibling->family].name);
        if (text == NULL) return vvi_no_memory(error);
        if (joint != NULL && strcmp(joint, text) != 0) return VV_OK;
        joint = text;
    }
    family->rule = joint;
    return VV_OK;
}

/* ---- the whole ------------------------------------------------------------------------------------------- */

static bool has_one_clause(const vvi_subjects *subjects, const vvi_family_of *family)
{
    for (size_t i = 0; i < family->n; i++) {
        const vvi_subject *s = &subjects->list[family->first + i];
        if (!s->has_rule || s->rule.n != 1) return false;
    }
    return true;
}

vv_status vvi_family_find_rule(vvi_explainer *x, const vvi_subjects *subjects, vvi_family_of *family, vv_error *error)
{
    link links[VVI_MOST_LITERALS];
    vvi_text text = { 0 };
    if (!has_one_clause(subjects, family)) return VV_OK;
    const size_t n = find_links(x, subjects, family, links);
    if (n == SIZE_MAX) return find_kin_rule(x, subjects, family, error);
    for (size_t i = 0; i < n; i++) {
        if (i > 0) vvi_text_printf(&text, " and ");
        write_link(x, subjects->letters, &links[i], &text);
    }
    if (n == 0) vvi_text_printf(&text, "always");
    family->rule = vvi_keep_text(x, &text);
    return family->rule == NULL ? vvi_no_memory(error) : VV_OK;
}
