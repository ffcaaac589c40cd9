/* rule.c - finding the shortest clauses: one literal, else two, else three, else whatever tells a row apart.
 *
 * For one column: the atoms that no row with a "no" touches. For two: the table of which pairs of atoms such rows touch;
 * a box in it is grown from each of its lines. For three: two within each atom of a third. Of all clauses of the
 * smallest size that cover something, the one that covers the most configurations is taken; then again, until every row
 * with a "yes" is covered.
 */
#include "explain/rule.h"

#include <math.h>
#include <string.h>

enum { MOST_ATOMS_IN_PAIRS = 128, MOST_ATOMS_FIXED = 64 };
static const double most_work = 3e6; /* cells looked at for one clause of three */

typedef struct finder {
    const vvi_rows *rows;
    const unsigned char *wishes;
    size_t n_columns;
    vvi_arena scratch; /* of one clause's candidates */
    bool *covered;
    bool *within; /* rows that are looked at; NULL: all */
    double scale; /* the largest log2_size */
    vvi_clause best;
    double best_weight; /* of what it covers anew; 0: there is none yet */
    bool failed;        /* no memory */
} finder;

/* ---- rows and clauses ------------------------------------------------------------------------------------------- */

static bool covers(vvi_cell cell, const bool *marked)
{
    for (uint32_t a = cell.first; a <= cell.last; a++)
        if (!marked[a]) return false;
    return cell.first <= cell.last;
}

static bool touches(vvi_cell cell, const bool *marked)
{
    for (uint32_t a = cell.first; a <= cell.last && cell.first <= cell.last; a++)
        if (marked[a]) return true;
    return false;
}

static vvi_cell cell_of(const vvi_rows *rows, size_t row, const vvi_column *column)
{
    return vvi_row_cells(rows, row)[column - rows->columns];
}

bool vvi_clause_covers(const vvi_rows *rows, size_t row, const vvi_clause *clause)
{
    for (size_t i = 0; i < clause->n; i++)
        if (!covers(cell_of(rows, row, clause->literals[i].column), clause->literals[i].marked)) return false;
    return true;
}

bool vvi_clause_touches(const vvi_rows *rows, size_t row, const vvi_clause *clause)
{
    for (size_t i = 0; i < clause->n; i++)
        if (!touches(cell_of(rows, row, clause->literals[i].column), clause->literals[i].marked)) return false;
    return true;
}

static bool is_on(const finder *f, size_t row)
{
    return (f->within == NULL || f->within[row]) && f->wishes[row] != VVI_WISH_ANY;
}

/* ---- candidates ------------------------------------------------------------------------------------------------- */

static bool *new_marks(finder *f, const vvi_column *column)
{
    bool *marked = vvi_arena_alloc(&f->scratch, column->n_atoms + 1);
    if (marked == NULL) f->failed = true;
    return marked;
}

static bool is_true(const finder *f, const vvi_clause *clause)
{
    for (size_t row = 0; row < f->rows->n; row++)
        if (f->wishes[row] == VVI_WISH_NO && vvi_clause_touches(f->rows, row, clause)) return false;
    return true;
}

static double weigh(const finder *f, const vvi_clause *clause)
{
    double weight = 0;
    for (size_t row = 0; row < f->rows->n; row++)
        if (f->wishes[row] == VVI_WISH_YES && !f->covered[row] && vvi_clause_covers(f->rows, row, clause))
            weight += exp2(f->rows->log2_size[row] - f->scale) + 1e-300;
    return weight;
}

/* Takes the clause if it covers more than the best so far. Ties go to the one found first: the columns asked earlier. */
static void consider(finder *f, const vvi_clause *clause)
{
    const double weight = weigh(f, clause);
    if (weight <= f->best_weight * (1 + 1e-9)) return;
    f->best = *clause;
    f->best_weight = weight;
}

/* ---- one column ------------------------------------------------------------------------------------------------- */

/* For each atom: does a row that says no touch it (bit 0), one that says yes (bit 1)? */
static void touch_atoms(const finder *f, size_t column, unsigned char *touched)
{
    memset(touched, 0, f->rows->columns[column].n_atoms);
    for (size_t row = 0; row < f->rows->n; row++) {
        if (!is_on(f, row)) continue;
        const vvi_cell cell = vvi_row_cells(f->rows, row)[column];
        for (uint32_t a = cell.first; a <= cell.last && cell.first <= cell.last; a++)
            touched[a] |= f->wishes[row] == VVI_WISH_YES ? 2 : 1;
    }
}

/* Marks what yes touches and no does not; between two marks also what nothing touches. */
static bool mark_good(const unsigned char *touched, uint32_t n, bool *marked)
{
    uint32_t last = UINT32_MAX; /* the mark before, if only untouched atoms lie between */
    bool any = false;
    for (uint32_t a = 0; a < n; a++) {
        if (touched[a] == 0) continue;
        marked[a] = touched[a] == 2;
        for (uint32_t k = last; marked[a] && last != UINT32_MAX && k < a; k++) marked[k] = true;
        last = marked[a] ? a : UINT32_MAX;
        any = any || marked[a];
    }
    return any;
}

static void try_one(finder *f, size_t column, unsigned char *touched)
{
    const vvi_column *c = &f->rows->columns[column];
    bool *marked = new_marks(f, c);
    if (marked == NULL) return;
    touch_atoms(f, column, touched);
    if (!mark_good(touched, c->n_atoms, marked)) return;
    consider(f, &(vvi_clause){ .literals = { { c, marked } }, .n = 1 });
}

/* ---- two columns ------------------------------------------------------------------------------------------------ */

/* As touch_atoms, for pairs: touched[a * width + b]. */
static void touch_pairs(const finder *f, size_t first, size_t second, unsigned char *touched)
{
    const uint32_t width = f->rows->columns[second].n_atoms;
    memset(touched, 0, (size_t)f->rows->columns[first].n_atoms * width);
    for (size_t row = 0; row < f->rows->n; row++) {
        if (!is_on(f, row)) continue;
        const vvi_cell x = vvi_row_cells(f->rows, row)[first], y = vvi_row_cells(f->rows, row)[second];
        const unsigned char bit = f->wishes[row] == VVI_WISH_YES ? 2 : 1;
        if (y.first > y.last) continue;
        for (uint32_t a = x.first; a <= x.last && x.first <= x.last; a++)
            for (uint32_t b = y.first; b <= y.last; b++) touched[a * width + b] |= bit;
    }
}

/* A line of the table, and every line that is as good at its marks. */
static bool grow_box(const unsigned char *touched, uint32_t lines, uint32_t width, size_t line_step, size_t step,
                     uint32_t line, bool *lines_marked, bool *marked)
{
    bool any = false;
    for (uint32_t b = 0; b < width; b++) any = (marked[b] = touched[line * line_step + b * step] == 2) || any;
    for (uint32_t a = 0; any && a < lines; a++) {
        bool good = true, wanted = false;
        for (uint32_t b = 0; b < width; b++) {
            const unsigned char t = touched[a * line_step + b * step];
            good = good && (!marked[b] || (t & 1) == 0);
            wanted = wanted || (marked[b] && (t & 2) != 0);
        }
        lines_marked[a] = good && wanted;
    }
    return any;
}

/* Boxes from each line, in both directions. `fixed`: a literal that the clause has besides; NULL: none. */
static void try_two(finder *f, size_t first, size_t second, const vvi_literal *fixed, unsigned char *touched)
{
    const vvi_column *x = &f->rows->columns[first], *y = &f->rows->columns[second];
    if (x->n_atoms > MOST_ATOMS_IN_PAIRS || y->n_atoms > MOST_ATOMS_IN_PAIRS) return;
    touch_pairs(f, first, second, touched);
    for (uint32_t line = 0; line < x->n_atoms + y->n_atoms; line++) {
        const bool across = line < x->n_atoms;
        bool *mx = new_marks(f, x), *my = new_marks(f, y);
        if (f->failed) return;
        const bool any = across ? grow_box(touched, x->n_atoms, y->n_atoms, y->n_atoms, 1, line, mx, my)
                                : grow_box(touched, y->n_atoms, x->n_atoms, 1, y->n_atoms, line - x->n_atoms, my, mx);
        if (!any) continue;
        vvi_clause clause = { .literals = { { x, mx }, { y, my } }, .n = 2 };
        if (fixed != NULL) clause.literals[clause.n++] = *fixed;
        consider(f, &clause);
    }
}

static void try_pairs(finder *f, size_t but, const vvi_literal *fixed, unsigned char *touched)
{
    for (size_t i = 0; i < f->n_columns && !f->failed; i++)
        for (size_t k = i + 1; k < f->n_columns && !f->failed; k++)
            if (i != but && k != but) try_two(f, i, k, fixed, touched);
}

/* ---- three columns ---------------------------------------------------------------------------------------------- */

static void try_three(finder *f, unsigned char *touched)
{
    for (size_t i = 0; i < f->n_columns && !f->failed; i++) {
        const vvi_column *c = &f->rows->columns[i];
        for (uint32_t a = 0; a < c->n_atoms && c->n_atoms <= MOST_ATOMS_FIXED && !f->failed; a++) {
            bool *marked = new_marks(f, c);
            if (marked == NULL) return;
            marked[a] = true;
            for (size_t row = 0; row < f->rows->n; row++)
                f->within[row] = touches(vvi_row_cells(f->rows, row)[i], marked);
            try_pairs(f, i, &(vvi_literal){ c, marked }, touched);
        }
    }
}

static double work_of_three(const finder *f)
{
    double atoms = 0;
    for (size_t i = 0; i < f->n_columns; i++) atoms += f->rows->columns[i].n_atoms;
    const double n = (double)f->n_columns;
    return atoms * n * n / 2 * (double)f->rows->n;
}

/* ---- whatever tells a row apart --------------------------------------------------------------------------------- */

/* All that the first uncovered row has, without what is not needed. */
static void try_row(finder *f)
{
    size_t row = 0;
    vvi_clause clause = { .n = 0 };
    while (row < f->rows->n && (f->wishes[row] != VVI_WISH_YES || f->covered[row])) row++;
    if (row == f->rows->n) return;
    vvi_literal all[64];
    size_t n = 0;
    for (size_t i = 0; i < f->n_columns && n < 64; i++) {
        const vvi_cell cell = vvi_row_cells(f->rows, row)[i];
        if (cell.first > cell.last) continue;
        bool *marked = new_marks(f, &f->rows->columns[i]);
        if (marked == NULL) return;
        for (uint32_t a = cell.first; a <= cell.last; a++) marked[a] = true;
        all[n++] = (vvi_literal){ &f->rows->columns[i], marked };
    }
    /* Literals that are needed, in the order of asking: one is, if without it those before and after do not do. */
    for (size_t drop = n; drop-- > 0;) {
        vvi_clause without = { .n = 0 };
        for (size_t i = 0; i < n && without.n < VVI_MOST_LITERALS; i++)
            if (i != drop) without.literals[without.n++] = all[i];
        if (without.n != n - 1 || !is_true(f, &without)) continue;
        memmove(all + drop, all + drop + 1, (n - drop - 1) * sizeof *all);
        n--;
    }
    if (n > VVI_MOST_LITERALS) return;
    memcpy(clause.literals, all, n * sizeof *all);
    clause.n = n;
    if (is_true(f, &clause)) consider(f, &clause);
}

/* ---- all of them ------------------------------------------------------------------------------------------------ */

static bool is_all_covered(const finder *f)
{
    for (size_t row = 0; row < f->rows->n; row++)
        if (f->wishes[row] == VVI_WISH_YES && !f->covered[row]) return false;
    return true;
}

static void find_clause(finder *f, unsigned char *touched)
{
    f->best_weight = 0;
    consider(f, &(vvi_clause){ .n = 0 });
    if (f->best_weight > 0 && is_true(f, &f->best)) return; /* always */
    f->best_weight = 0;
    for (size_t i = 0; i < f->n_columns; i++) try_one(f, i, touched);
    if (f->best_weight > 0) return;
    try_pairs(f, SIZE_MAX, NULL, touched);
    if (f->best_weight > 0) return;
    if (work_of_three(f) <= most_work) {
        f->within = vvi_arena_alloc(&f->scratch, f->rows->n + 1);
        f->failed = f->failed || f->within == NULL;
        if (!f->failed) try_three(f, touched);
        f->within = NULL;
    }
    if (f->best_weight <= 0) try_row(f);
}

/* Copies the best clause to where it can stay, and covers what it covers. */
static bool take_best(finder *f, vvi_arena *arena, vvi_clause *to)
{
    *to = f->best;
    for (size_t i = 0; i < to->n; i++) {
        const uint32_t n = to->literals[i].column->n_atoms;
        bool *marked = vvi_arena_alloc(arena, n + 1);
        if (marked == NULL) return false;
        memcpy(marked, to->literals[i].marked, n * sizeof *marked);
        to->literals[i].marked = marked;
    }
    for (size_t row = 0; row < f->rows->n; row++)
        f->covered[row] = f->covered[row] || vvi_clause_covers(f->rows, row, to);
    return true;
}

static vv_status find_clauses(finder *f, size_t most, unsigned char *touched, vvi_arena *arena, vvi_rule *rule,
                              vv_error *error)
{
    while (rule->n < most && rule->n < VVI_MOST_CLAUSES && !is_all_covered(f)) {
        find_clause(f, touched);
        if (!f->failed && f->best_weight > 0) f->failed = !take_best(f, arena, &rule->clauses[rule->n]);
        vvi_arena_deinit(&f->scratch);
        if (f->failed) return vvi_no_memory(error);
        if (f->best_weight <= 0) return VV_OK;
        rule->n++;
    }
    return VV_OK;
}

vv_status vvi_rule_find(const vvi_rows *rows, const unsigned char *wishes, size_t n_columns, size_t most_clauses,
                        vvi_arena *arena, vvi_rule *rule, vv_error *error)
{
    finder f = { .rows = rows, .wishes = wishes, .n_columns = n_columns };
    size_t most = (size_t)MOST_ATOMS_IN_PAIRS * MOST_ATOMS_IN_PAIRS;
    *rule = (vvi_rule){ .n = 0 };
    for (size_t i = 0; i < rows->n; i++) f.scale = fmax(f.scale, rows->log2_size[i]);
    for (size_t i = 0; i < n_columns; i++) most = rows->columns[i].n_atoms > most ? rows->columns[i].n_atoms : most;
    unsigned char *touched = vvi_malloc(most);
    f.covered = vvi_calloc(rows->n + 1, sizeof *f.covered);
    vv_status status = touched == NULL || f.covered == NULL ? vvi_no_memory(error) : VV_OK;
    if (status == VV_OK) status = find_clauses(&f, most_clauses, touched, arena, rule, error);
    if (status == VV_OK) rule->whole = is_all_covered(&f);
    vvi_free(touched);
    vvi_free(f.covered);
    return status;
}
