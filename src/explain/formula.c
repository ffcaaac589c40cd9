/* formula.c - formulas by guess and check.
 *
 * A guess is a list of terms; the coefficients are solved for exactly, and the formula is taken only if they are whole
 * numbers and it reproduces every point. Guesses go from the simplest on:
 *
 *     1, x, [kind = "a"]                         and then products of two and three of them;
 *     for counts    one of floor(x/c), ceil(x/c), min(x, c), max(x - c, 0), [x = c], [x >= c], and its products, also
 *                   beside the products of two; then two of them
 *     polynomials   squares beside the products
 *
 * A curve can be laid through any points: with n in 1..4, 2 + n + floor(n/2) is also a cubic with fractions. So powers of
 * counts are not guessed, coefficients are whole, and there must be more points than terms.
 */
#include "explain/formula.h"

#include <string.h>

/* ---- factors and terms ------------------------------------------------------------------------------------------ */

int64_t vvi_factor_number(vvi_shape_of_factor shape, int64_t x, int64_t c)
{
    switch (shape) {
    case VVI_FACTOR_FLOOR:
        return x >= 0 ? x / c : -((-x + c - 1) / c);
    case VVI_FACTOR_CEIL:
        return x >= 0 ? (x + c - 1) / c : -(-x / c);
    case VVI_FACTOR_MIN:
        return x < c ? x : c;
    case VVI_FACTOR_OVER:
        return x > c ? x - c : 0;
    case VVI_FACTOR_FROM:
        return x >= c;
    case VVI_FACTOR_ITSELF:
    case VVI_FACTOR_IS:
    case VVI_FACTOR_ACTIVE:
        break;
    }
    return x;
}

int64_t vvi_times(int64_t a, int64_t b)
{
    int64_t product;
    if (!__builtin_mul_overflow(a, b, &product)) return product;
    return (a < 0) == (b < 0) ? INT64_MAX : INT64_MIN;
}

static int64_t factor_at(const vvi_points *p, size_t number, const vvi_factor *f)
{
    const int32_t choice = vvi_point(p, number)[f->variable];
    if (f->shape == VVI_FACTOR_IS) return choice == f->c;
    if (f->shape == VVI_FACTOR_ACTIVE) return choice >= 0;
    return choice < 0 ? 0 : vvi_factor_number(f->shape, vvi_point_number(p, number, f->variable), f->c);
}

static int64_t product_at(const vvi_points *p, size_t number, const vvi_product *term)
{
    int64_t value = 1;
    for (size_t i = 0; i < term->n; i++) value = vvi_times(value, factor_at(p, number, &term->factors[i]));
    return value;
}

/* ---- guesses ---------------------------------------------------------------------------------------------------- */

typedef struct guess {
    const vvi_points *points;
    vvi_product terms[VVI_MOST_UNKNOWNS];
    size_t n;
    bool too_many;
    size_t n_factors; /* those of the variables themselves */
    vvi_factor factors[VVI_MOST_UNKNOWNS];
    vvi_sum candidate;
} guess;

static void add_term(guess *g, const vvi_factor *a, const vvi_factor *b, const vvi_factor *c)
{
    const vvi_factor *const given[] = { a, b, c };
    if (g->n == VVI_MOST_UNKNOWNS) {
        g->too_many = true;
        return;
    }
    vvi_product *term = &g->terms[g->n++];
    *term = (vvi_product){ .n = 0 };
    for (size_t i = 0; i < 3; i++)
        if (given[i] != NULL) term->factors[term->n++] = *given[i];
}

static void add_factor(guess *g, vvi_shape_of_factor shape, size_t variable, int64_t c)
{
    if (g->n_factors < VVI_MOST_UNKNOWNS) g->factors[g->n_factors++] = (vvi_factor){ shape, variable, c };
}

/* A number as it is, and whether it is active; of alternatives each. */
static void list_factors(guess *g)
{
    for (size_t v = 0; v < g->points->n_variables; v++) {
        const vvi_variable *variable = &g->points->variables[v];
        const int64_t n = variable->number ? 0 : (int64_t)variable->n_alternatives;
        if (variable->number) add_factor(g, VVI_FACTOR_ITSELF, v, 0);
        if (variable->number && variable->sometimes) add_factor(g, VVI_FACTOR_ACTIVE, v, 0);
        for (int64_t i = 0; i < n; i++) add_factor(g, VVI_FACTOR_IS, v, i);
    }
}

static void begin(guess *g, const vvi_points *points)
{
    *g = (guess){ .points = points };
    list_factors(g);
    add_term(g, NULL, NULL, NULL);
    for (size_t i = 0; i < g->n_factors; i++) add_term(g, &g->factors[i], NULL, NULL);
}

static void add_pairs(guess *g)
{
    for (size_t i = 0; i < g->n_factors; i++)
        for (size_t k = i + 1; k < g->n_factors; k++)
            if (g->factors[i].variable != g->factors[k].variable) add_term(g, &g->factors[i], &g->factors[k], NULL);
}

static void add_triples(guess *g)
{
    for (size_t i = 0; i < g->n_factors; i++)
        for (size_t k = i + 1; k < g->n_factors; k++)
            for (size_t m = k + 1; m < g->n_factors; m++)
                if (g->factors[i].variable != g->factors[k].variable &&
                    g->factors[k].variable != g->factors[m].variable)
                    add_term(g, &g->factors[i], &g->factors[k], &g->factors[m]);
}

static void add_squares(guess *g)
{
    for (size_t i = 0; i < g->n_factors; i++)
        if (g->factors[i].shape == VVI_FACTOR_ITSELF) add_term(g, &g->factors[i], &g->factors[i], NULL);
}

/* A shaped factor by itself and times every other variable. */
static void add_shaped(guess *g, const vvi_factor *shaped)
{
    add_term(g, shaped, NULL, NULL);
    for (size_t i = 0; i < g->n_factors; i++)
        if (g->factors[i].variable != shaped->variable) add_term(g, shaped, &g->factors[i], NULL);
}

/* ---- checking --------------------------------------------------------------------------------------------------- */

static int64_t equation(void *context, size_t number, int64_t *row)
{
    const guess *g = context;
    for (size_t t = 0; t < g->n; t++) row[t] = product_at(g->points, number, &g->terms[t]);
    return g->points->y[number];
}

/* Fewer terms than points, by `spare`. A formula over booleans and alternatives alone is a table in another form, which
 * claims nothing more; and one layer for each step needs no third point to be believed. */
static bool is_modest(const vvi_points *p, const vvi_sum *sum, size_t spare)
{
    bool plain = true;
    if (p->n_variables == 1 && p->n == 2 && sum->n > 0 && sum->terms[0].coefficient == 1) return true;
    for (size_t t = 0; t < sum->n; t++)
        for (size_t i = 0; i < sum->terms[t].n; i++) {
            const vvi_factor *f = &sum->terms[t].factors[i];
            const vvi_variable *v = &p->variables[f->variable];
            const bool boolean = v->number && v->alternatives[0].type == VV_VALUE_BOOL;
            plain = plain && (boolean || (f->shape == VVI_FACTOR_IS && !v->number) || f->shape == VVI_FACTOR_ACTIVE);
        }
    return plain || sum->n + spare <= p->n;
}

static bool try_guess(guess *g, vvi_sum *sum, size_t spare)
{
    int64_t solution[VVI_MOST_UNKNOWNS];
    const vvi_equations equations = { equation, g, g->points->n, g->n };
    if (g->too_many || !vvi_solve(&equations, solution)) return false;
    sum->n = 0;
    for (size_t t = 1; t <= g->n; t++) { /* the constant comes last */
        const size_t from = t % g->n;
        if (solution[from] == 0) continue;
        sum->terms[sum->n] = g->terms[from];
        sum->terms[sum->n++].coefficient = solution[from];
    }
    return is_modest(g->points, sum, spare);
}

/* ---- shapes ----------------------------------------------------------------------------------------------------- */

enum { MOST_SHAPES = 240, MOST_VALUES = 24 };

static size_t list_shapes_of(const vvi_points *p, size_t v, vvi_factor *shapes, size_t n)
{
    const vvi_variable *variable = &p->variables[v];
    if (!variable->number || variable->n_alternatives > MOST_VALUES || variable->n_alternatives < 3) return n;
    for (int64_t c = 2; c <= 4 && n + 2 <= MOST_SHAPES; c++) {
        shapes[n++] = (vvi_factor){ VVI_FACTOR_FLOOR, v, c };
        shapes[n++] = (vvi_factor){ VVI_FACTOR_CEIL, v, c };
    }
    for (size_t i = 1; i + 1 < variable->n_alternatives && n + 2 <= MOST_SHAPES; i++) {
        shapes[n++] = (vvi_factor){ VVI_FACTOR_MIN, v, variable->alternatives[i].i };
        shapes[n++] = (vvi_factor){ VVI_FACTOR_OVER, v, variable->alternatives[i].i };
    }
    for (size_t i = 0; i < variable->n_alternatives && n < MOST_SHAPES; i++)
        shapes[n++] = (vvi_factor){ VVI_FACTOR_IS, v, (int64_t)i };
    for (size_t i = 1; i < variable->n_alternatives && n < MOST_SHAPES; i++)
        shapes[n++] = (vvi_factor){ VVI_FACTOR_FROM, v, variable->alternatives[i].i };
    return n;
}

/* One shape beside the linear terms, by itself or also times others, without or with the products of two: that which
 * gives the fewest terms. */
static bool try_one_shape(guess *g, const vvi_factor *shapes, size_t n, bool times_others, bool pairs, vvi_sum *sum)
{
    bool any = false;
    for (size_t i = 0; i < n; i++) {
        begin(g, g->points);
        if (pairs) add_pairs(g);
        if (times_others)
            add_shaped(g, &shapes[i]);
        else
            add_term(g, &shapes[i], NULL, NULL);
        if (!try_guess(g, &g->candidate, 1) || (any && g->candidate.n >= sum->n)) continue;
        *sum = g->candidate;
        any = true;
    }
    return any;
}

static bool try_shapes(guess *g, vvi_sum *sum)
{
    vvi_factor shapes[MOST_SHAPES];
    size_t n = 0;
    for (size_t v = 0; v < g->points->n_variables; v++) n = list_shapes_of(g->points, v, shapes, n);
    for (int way = 0; way < 4; way++)
        if (try_one_shape(g, shapes, n, way % 2 == 1, way >= 2, sum)) return true;
    for (size_t i = 0; i < n; i++)
        for (size_t k = i + 1; k < n; k++) {
            begin(g, g->points);
            add_term(g, &shapes[i], NULL, NULL);
            add_term(g, &shapes[k], NULL, NULL);
            if (try_guess(g, sum, 2)) return true;
        }
    return false;
}

static bool try_all(guess *g, const vvi_points *points, vvi_formula_kind kind, vvi_sum *sum)
{
    begin(g, points);
    if (try_guess(g, sum, 1)) return true;
    if (kind == VVI_FORMULA_LINEAR) return false;
    add_pairs(g);
    if (try_guess(g, sum, 1)) return true;
    if (kind == VVI_FORMULA_POLYNOMIAL) {
        add_squares(g);
        if (try_guess(g, sum, 1)) return true;
    }
    add_triples(g);
    if (try_guess(g, sum, 1)) return true;
    return kind == VVI_FORMULA_COUNT && try_shapes(g, sum);
}

/* ---- writing it better ------------------------------------------------------------------------------------------ */

static void add_constant(vvi_sum *sum, int64_t number)
{
    const bool has_one = sum->n > 0 && sum->terms[sum->n - 1].n == 0;
    if (!has_one) sum->terms[sum->n++] = (vvi_product){ .n = 0 };
    sum->terms[sum->n - 1].coefficient += number;
    if (sum->terms[sum->n - 1].coefficient == 0) sum->n--;
}

/* Is every term with the variable one of its alternatives by itself? Fills in their coefficients. */
static bool read_alternatives(const vvi_sum *sum, size_t variable, int64_t *coefficients)
{
    for (size_t t = 0; t < sum->n; t++) {
        const vvi_product *term = &sum->terms[t];
        for (size_t i = 0; i < term->n; i++) {
            if (term->factors[i].variable != variable) continue;
            if (term->n != 1 || term->factors[0].shape != VVI_FACTOR_IS) return false;
            coefficients[term->factors[0].c] = term->coefficient;
        }
    }
    return true;
}

/* Puts the variable's alternatives, with these coefficients, where the first of them was. */
static void write_alternatives(const vvi_sum *from, size_t variable, const int64_t *coefficients, size_t n, vvi_sum *to)
{
    bool written = false;
    to->n = 0;
    for (size_t t = 0; t < from->n; t++) {
        const vvi_product *term = &from->terms[t];
        const bool is_one = term->n == 1 && term->factors[0].variable == variable;
        if (!is_one) to->terms[to->n++] = *term;
        for (size_t i = 0; is_one && !written && i < n; i++)
            if (coefficients[i] != 0)
                to->terms[to->n++] = (vvi_product){ coefficients[i], { { VVI_FACTOR_IS, variable, (int64_t)i } }, 1 };
        written = written || is_one;
    }
}

/* Of alternatives only those are told that add: 4 - [x = "a"] is 3 + [x = "b"]. */
static void prefer_adding(const vvi_points *p, vvi_sum *sum, vvi_sum *work)
{
    enum { MOST = 16 };
    for (size_t v = 0; v < p->n_variables; v++) {
        const vvi_variable *variable = &p->variables[v];
        const size_t n = variable->n_alternatives;
        int64_t coefficients[MOST] = { 0 }, least = 0;
        if (variable->number || variable->sometimes || n > MOST || sum->n + n >= VVI_MOST_UNKNOWNS) continue;
        if (!read_alternatives(sum, v, coefficients)) continue;
        for (size_t i = 0; i < n; i++) least = coefficients[i] < least ? coefficients[i] : least;
        if (least == 0) continue;
        for (size_t i = 0; i < n; i++) coefficients[i] -= least;
        write_alternatives(sum, v, coefficients, n, work);
        *sum = *work;
        add_constant(sum, least);
    }
}

vv_status vvi_formula_find(vvi_explainer *x, const vvi_points *points, vvi_formula_kind kind, vvi_sum *sum, bool *found,
                           vv_error *error)
{
    guess *g = vvi_arena_alloc(&x->scratch, sizeof *g);
    if (g == NULL) return vvi_no_memory(error);
    *found = points->n > 0 && try_all(g, points, kind, sum);
    if (*found) prefer_adding(points, sum, &g->candidate);
    return VV_OK;
}
