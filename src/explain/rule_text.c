/* rule_text.c - clauses in words, and whether what the words say holds for one build.
 *
 * A literal is a set of marked atoms. In words it is the shortest of
 *
 *     add_dropout, not add_dropout        a boolean
 *     x = 3, x != 3                       one value; all but one
 *     x >= 3, x <= 3, x > 0.5             marks that reach to an end of an ordered column
 *     x in 2..4                           marks without a gap
 *     x in {1, 2, 5}                      anything else
 *     x is active                         all of them
 *
 * What is written and whether it holds goes by the same form: of values that no row has (in a sampled table there are
 * such) words say what a reader would think.
 */
#include "explain/rule.h"

#include <string.h>

/* ---- sets of atoms ---------------------------------------------------------------------------------------------- */

typedef struct extent {
    uint32_t first, last, n; /* marked */
} extent;

static extent extent_of(const vvi_literal *literal)
{
    extent e = { 0 };
    for (uint32_t a = 0; a < literal->column->n_atoms; a++) {
        if (!literal->marked[a]) continue;
        if (e.n++ == 0) e.first = a;
        e.last = a;
    }
    return e;
}

static bool has_no_gap(const vvi_literal *literal, extent e)
{
    return literal->column->ordered && e.last - e.first + 1 == e.n;
}

static bool is_single(const vvi_column *column, uint32_t atom)
{
    return vv_value_equal(column->low[atom], column->high[atom]);
}

/* The only atom that is not marked. */
static uint32_t unmarked(const vvi_literal *literal)
{
    uint32_t a = 0;
    while (literal->marked[a]) a++;
    return a;
}

/* ---- forms ------------------------------------------------------------------------------------------------------ */

typedef enum form { ACTIVE = 1, BOOLEAN, ONE, UP_TO, FROM, WITHIN, LISTED, ALL_BUT } form;

static form form_of(const vvi_literal *literal, extent e)
{
    const vvi_column *c = literal->column;
    if (e.n == c->n_atoms) return ACTIVE;
    if (e.n == 1 && is_single(c, e.first)) return c->low[e.first].type == VV_VALUE_BOOL ? BOOLEAN : ONE;
    if (has_no_gap(literal, e)) return e.first == 0 ? UP_TO : e.last + 1 == c->n_atoms ? FROM : WITHIN;
    return e.n + 1 == c->n_atoms && is_single(c, unmarked(literal)) ? ALL_BUT : LISTED;
}

/* ---- words ------------------------------------------------------------------------------------------------------ */

static void add_value(vvi_text *text, vv_value value)
{
    char shown[VVI_SHORT_TEXT];
    if (value.type == VV_VALUE_FLOAT)
        vvi_format_double(value.f, shown);
    else
        vvi_value_text(value, shown);
    vvi_text_printf(text, "%s", shown);
}

static void add_comparison(vvi_text *text, const char *name, const char *sign, vv_value value)
{
    vvi_text_printf(text, "%s %s ", name, sign);
    add_value(text, value);
}

/* "0.5" is a shorter bound than its neighbour 0.50000000000000011. */
static bool is_shorter(vv_value a, vv_value b)
{
    char x[VVI_FORMAT_SIZE], y[VVI_FORMAT_SIZE];
    if (a.type != VV_VALUE_FLOAT || b.type != VV_VALUE_FLOAT) return false;
    return strlen(vvi_format_double(a.f, x)) < strlen(vvi_format_double(b.f, y));
}

/* The bound of a literal that reaches to an end of its column; *strict: the bound itself does not belong to it. */
static vv_value bound_of(const vvi_column *c, extent e, form is, bool *strict)
{
    const bool up_to = is == UP_TO;
    const vv_value inside = up_to ? c->high[e.last] : c->low[e.first];
    const vv_value outside = up_to ? c->low[e.last + 1] : c->high[e.first - 1];
    *strict = is_shorter(outside, inside);
    return *strict ? outside : inside;
}

static void add_bound(vvi_text *text, const char *name, const vvi_column *c, extent e, form is)
{
    bool strict;
    const vv_value bound = bound_of(c, e, is, &strict);
    add_comparison(text, name, is == UP_TO ? (strict ? "<" : "<=") : (strict ? ">" : ">="), bound);
}

static void add_list(vvi_text *text, const char *name, const vvi_literal *literal)
{
    const vvi_column *c = literal->column;
    const char *separator = "";
    vvi_text_printf(text, "%s in {", name);
    for (uint32_t a = 0; a < c->n_atoms; a++) {
        if (!literal->marked[a]) continue;
        vvi_text_printf(text, "%s", separator);
        add_value(text, c->low[a]);
        if (!is_single(c, a)) {
            vvi_text_printf(text, "..");
            add_value(text, c->high[a]);
        }
        separator = ", ";
    }
    vvi_text_printf(text, "}");
}

bool vvi_clause_is_readable(const vvi_clause *clause)
{
    enum { MOST_LISTED = 16 };
    for (size_t i = 0; i < clause->n; i++) {
        const extent e = extent_of(&clause->literals[i]);
        if (form_of(&clause->literals[i], e) == LISTED && e.n > MOST_LISTED) return false;
    }
    return true;
}

bool vvi_rule_is_readable(const vvi_rule *rule)
{
    for (size_t i = 0; i < rule->n; i++)
        if (!vvi_clause_is_readable(&rule->clauses[i])) return false;
    return true;
}

static void add_within(vvi_text *text, const char *name, const vvi_column *c, extent e)
{
    add_comparison(text, name, "in", c->low[e.first]);
    vvi_text_printf(text, "..");
    add_value(text, c->high[e.last]);
}

static void add_literal(vvi_text *text, const vv_space *space, const vvi_literal *literal)
{
    const vvi_column *c = literal->column;
    const char *name = space->asked[c->name].name;
    const extent e = extent_of(literal);
    const form is = form_of(literal, e);
    if (is == ACTIVE) vvi_text_printf(text, "%s is active", name);
    if (is == BOOLEAN) vvi_text_printf(text, "%s%s", c->low[e.first].b ? "" : "not ", name);
    if (is == ONE) add_comparison(text, name, "=", c->low[e.first]);
    if (is == UP_TO || is == FROM) add_bound(text, name, c, e, is);
    if (is == WITHIN) add_within(text, name, c, e);
    if (is == LISTED) add_list(text, name, literal);
    if (is == ALL_BUT) add_comparison(text, name, "!=", c->low[unmarked(literal)]);
}

void vvi_clause_write(const vv_space *space, const vvi_clause *clause, vvi_text *text)
{
    if (clause->n == 0) vvi_text_printf(text, "always");
    for (size_t i = 0; i < clause->n; i++) {
        const vvi_literal *first = NULL; /* in the order of asking */
        for (size_t k = 0; k < clause->n; k++) {
            const vvi_literal *l = &clause->literals[k];
            size_t before = 0;
            for (size_t j = 0; j < clause->n; j++) before += clause->literals[j].column < l->column;
            if (before == i) first = l;
        }
        if (i > 0) vvi_text_printf(text, " and ");
        add_literal(text, space, first);
    }
}

void vvi_rule_write(const vv_space *space, const vvi_rule *rule, vvi_text *text)
{
    if (rule->n == 0) vvi_text_printf(text, "never");
    for (size_t i = 0; i < rule->n; i++) {
        if (i > 0) vvi_text_printf(text, " or ");
        vvi_clause_write(space, &rule->clauses[i], text);
    }
}

/* ---- do the words hold? ----------------------------------------------------------------------------------------- */

static bool is_between(vv_value value, vv_value low, vv_value high)
{
    return vvi_value_compare(low, value) <= 0 && vvi_value_compare(value, high) <= 0;
}

static bool is_beyond(const vvi_column *c, extent e, form is, vv_value value)
{
    bool strict;
    const int order = vvi_value_compare(value, bound_of(c, e, is, &strict));
    return is == UP_TO ? order < !strict : order > -!strict;
}

static bool is_in_list(const vvi_literal *literal, vv_value value)
{
    const vvi_column *c = literal->column;
    for (uint32_t a = 0; a < c->n_atoms; a++)
        if (literal->marked[a] &&
            (c->ordered ? is_between(value, c->low[a], c->high[a]) : vv_value_equal(value, c->low[a])))
            return true;
    return false;
}

static bool value_holds(const vvi_literal *literal, vv_value value)
{
    const vvi_column *c = literal->column;
    const extent e = extent_of(literal);
    const form is = form_of(literal, e);
    if (is == ACTIVE) return true;
    if (is == UP_TO || is == FROM) return is_beyond(c, e, is, value);
    if (is == WITHIN) return is_between(value, c->low[e.first], c->high[e.last]);
    if (is == ALL_BUT && !c->ordered) return !vv_value_equal(value, c->low[unmarked(literal)]);
    if (is == ALL_BUT) return vvi_value_compare(value, c->low[unmarked(literal)]) != 0;
    return is_in_list(literal, value);
}

static bool is_column(const vv_space *space, const vvi_column *column, const vv_space *of, uint32_t name)
{
    if (space == of) return column->name == name;
    return strcmp(space->asked[column->name].name, of->asked[name].name) == 0;
}

static bool literal_holds(const vv_space *space, const vvi_literal *literal, const vv_space *of, const vvi_trace *trace)
{
    for (size_t i = 0; i < trace->n; i++) {
        const vvi_asked_domain *asked = &of->domains[trace->domains[i]];
        if (!is_column(space, literal->column, of, asked->name)) continue;
        return value_holds(literal, vvi_position_value(&asked->domain, trace->positions[i]));
    }
    return false;
}

bool vvi_clause_holds(const vv_space *space, const vvi_clause *clause, const vv_space *of, const vvi_trace *trace)
{
    for (size_t i = 0; i < clause->n; i++)
        if (!literal_holds(space, &clause->literals[i], of, trace)) return false;
    return true;
}

bool vvi_rule_holds(const vv_space *space, const vvi_rule *rule, const vv_space *of, const vvi_trace *trace)
{
    for (size_t i = 0; i < rule->n; i++)
        if (vvi_clause_holds(space, &rule->clauses[i], of, trace)) return true;
    return false;
}
