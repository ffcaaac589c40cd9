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
 * What words say of values that no row has (in a sampled table there are such) is what a reader would think.
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

static bool is_boolean(const vvi_column *column)
{
    return column->n_atoms > 0 && column->low[0].type == VV_VALUE_BOOL;
}

static bool is_single(const vvi_column *column, uint32_t atom)
{
    return vv_value_equal(column->low[atom], column->high[atom]);
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

/* From one atom on, or up to one. */
static void add_bound(vvi_text *text, const char *name, const vvi_column *c, extent e)
{
    if (e.first == 0) {
        const bool below = is_shorter(c->low[e.last + 1], c->high[e.last]);
        add_comparison(text, name, below ? "<" : "<=", below ? c->low[e.last + 1] : c->high[e.last]);
    } else {
        const bool above = is_shorter(c->high[e.first - 1], c->low[e.first]);
        add_comparison(text, name, above ? ">" : ">=", above ? c->high[e.first - 1] : c->low[e.first]);
    }
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

/* The only atom that is not marked. */
static uint32_t unmarked(const vvi_literal *literal)
{
    uint32_t a = 0;
    while (literal->marked[a]) a++;
    return a;
}

/* Is it written as a list? */
static bool is_list(const vvi_literal *literal, extent e)
{
    const vvi_column *c = literal->column;
    return e.n > 1 && e.n < c->n_atoms && !has_no_gap(literal, e) &&
           !(e.n + 1 == c->n_atoms && is_single(c, unmarked(literal)));
}

bool vvi_clause_is_readable(const vvi_clause *clause)
{
    enum { MOST_LISTED = 16 };
    for (size_t i = 0; i < clause->n; i++) {
        const extent e = extent_of(&clause->literals[i]);
        if (is_list(&clause->literals[i], e) && e.n > MOST_LISTED) return false;
    }
    return true;
}

bool vvi_rule_is_readable(const vvi_rule *rule)
{
    for (size_t i = 0; i < rule->n; i++)
        if (!vvi_clause_is_readable(&rule->clauses[i])) return false;
    return true;
}

static void add_literal(vvi_text *text, const vv_space *space, const vvi_literal *literal)
{
    const vvi_column *c = literal->column;
    const char *name = space->asked[c->name].name;
    const extent e = extent_of(literal);
    if (e.n == c->n_atoms)
        vvi_text_printf(text, "%s is active", name);
    else if (is_boolean(c) && e.n == 1)
        vvi_text_printf(text, "%s%s", c->low[e.first].b ? "" : "not ", name);
    else if (e.n == 1 && is_single(c, e.first))
        add_comparison(text, name, "=", c->low[e.first]);
    else if (has_no_gap(literal, e) && (e.first == 0 || e.last + 1 == c->n_atoms))
        add_bound(text, name, c, e);
    else if (has_no_gap(literal, e)) {
        add_comparison(text, name, "in", c->low[e.first]);
        vvi_text_printf(text, "..");
        add_value(text, c->high[e.last]);
    } else if (is_list(literal, e))
        add_list(text, name, literal);
    else
        add_comparison(text, name, "!=", c->low[unmarked(literal)]);
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

static double number_of(vv_value value)
{
    return value.type == VV_VALUE_INT ? (double)value.i : value.type == VV_VALUE_BOOL ? (double)value.b : value.f;
}

/* Of an ordered column: within the marked atoms, or between two, or beyond a marked end. */
static bool holds_in_order(const vvi_literal *literal, double x)
{
    const vvi_column *c = literal->column;
    uint32_t a = 0;
    while (a + 1 < c->n_atoms && number_of(c->low[a + 1]) <= x) a++;
    const bool inside = x >= number_of(c->low[a]) && x <= number_of(c->high[a]);
    if (inside || (a == 0 && x < number_of(c->low[0])) || a + 1 == c->n_atoms) return literal->marked[a];
    const extent e = extent_of(literal);
    return literal->marked[a] && literal->marked[a + 1] && has_no_gap(literal, e);
}

static bool holds_in_list(const vvi_literal *literal, vv_value value)
{
    const extent e = extent_of(literal);
    const bool all_but_one = e.n + 1 == literal->column->n_atoms;
    for (uint32_t a = 0; a < literal->column->n_atoms; a++)
        if (vv_value_equal(literal->column->low[a], value)) return literal->marked[a];
    return all_but_one; /* "!=" */
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
        const vv_value value = vvi_position_value(&asked->domain, trace->positions[i]);
        if (value.type == VV_VALUE_STRING || !literal->column->ordered) return holds_in_list(literal, value);
        return holds_in_order(literal, number_of(value));
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
