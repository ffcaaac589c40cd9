/* solve.c - integer solutions of linear equations, found modulo a prime and then proved.
 *
 * Elimination runs modulo p = 2^61 - 1, where nothing overflows and nothing is rounded. A solution with small integers
 * is its own residue; so what comes out is taken as signed numbers near 0, and put into every equation in exact
 * arithmetic. Only equations that the solution so far does not satisfy take part in the elimination, so that thousands
 * of them cost little more than the few that matter.
 */
#include "explain/solve.h"

#include <string.h>

static const uint64_t prime = (UINT64_C(1) << 61) - 1;
static const int64_t largest = INT64_C(1) << 40;

__extension__ typedef unsigned __int128 wide;
__extension__ typedef __int128 signed_wide;

static uint64_t multiply(uint64_t a, uint64_t b)
{
    return (uint64_t)((wide)a * b % prime);
}

static uint64_t subtract(uint64_t a, uint64_t b)
{
    return a >= b ? a - b : a + prime - b;
}

/* By Fermat: a^(p-2). */
static uint64_t invert(uint64_t a)
{
    uint64_t result = 1;
    for (uint64_t e = prime - 2; e > 0; e >>= 1) {
        if (e & 1) result = multiply(result, a);
        a = multiply(a, a);
    }
    return result;
}

static uint64_t residue(int64_t number)
{
    const int64_t r = number % (int64_t)prime;
    return r < 0 ? (uint64_t)(r + (int64_t)prime) : (uint64_t)r;
}

/* Rows in echelon form: row i has its first 1 in column pivot[i], and the right side at the end. */
typedef struct echelon {
    const vvi_equations *equations;
    uint64_t rows[VVI_MOST_UNKNOWNS + 1][VVI_MOST_UNKNOWNS + 1]; /* one more to work in */
    size_t pivot[VVI_MOST_UNKNOWNS], n;
} echelon;

/* Takes multiples of the rows there are off this one. */
static void reduce(const echelon *e, uint64_t *row, size_t width)
{
    for (size_t i = 0; i < e->n; i++) {
        const uint64_t factor = row[e->pivot[i]];
        if (factor == 0) continue;
        for (size_t k = 0; k <= width; k++) row[k] = subtract(row[k], multiply(factor, e->rows[i][k]));
    }
}

/* false: it contradicts the others. */
static bool add_row(echelon *e, const int64_t *given, int64_t right)
{
    const size_t width = e->equations->n_unknowns;
    uint64_t *row = e->rows[e->n];
    size_t pivot = 0;
    for (size_t k = 0; k < width; k++) row[k] = residue(given[k]);
    row[width] = residue(right);
    reduce(e, row, width);
    while (pivot < width && row[pivot] == 0) pivot++;
    if (pivot == width) return row[width] == 0;
    const uint64_t inverse = invert(row[pivot]);
    for (size_t k = 0; k <= width; k++) row[k] = multiply(row[k], inverse);
    e->pivot[e->n++] = pivot;
    return true;
}

/* Unknowns without a pivot are 0. false: not all are small integers. */
static bool read_off(const echelon *e, int64_t *solution)
{
    const size_t width = e->equations->n_unknowns;
    memset(solution, 0, width * sizeof *solution);
    for (size_t i = e->n; i-- > 0;) {
        uint64_t value = e->rows[i][width];
        for (size_t k = 0; k < width; k++)
            if (k != e->pivot[i] && e->rows[i][k] != 0)
                value = subtract(value, multiply(e->rows[i][k], residue(solution[k])));
        const int64_t number = value > prime / 2 ? -(int64_t)(prime - value) : (int64_t)value;
        if (number > largest || number < -largest) return false;
        solution[e->pivot[i]] = number;
    }
    return true;
}

static bool satisfies(const vvi_equations *equations, size_t number, const int64_t *solution, int64_t *row,
                      int64_t *right)
{
    signed_wide sum = 0;
    *right = equations->equation(equations->context, number, row);
    for (size_t k = 0; k < equations->n_unknowns; k++) sum += (signed_wide)row[k] * solution[k];
    return sum == *right;
}

/* Once through all equations: those that the solution does not satisfy join the others. *grown: there were such.
 * false: there is a contradiction. */
static bool pass(echelon *e, int64_t *solution, bool *small, bool *grown)
{
    int64_t row[VVI_MOST_UNKNOWNS], right;
    const size_t before = e->n;
    for (size_t i = 0; i < e->equations->n; i++) {
        if (satisfies(e->equations, i, solution, row, &right) && *small) continue;
        if (!add_row(e, row, right)) return false;
        *small = read_off(e, solution); /* on the way, numbers need not be whole */
    }
    *grown = e->n > before;
    return true;
}

/* What an early solution satisfied a later one may not: passes go on until nothing is added. */
bool vvi_solve(const vvi_equations *equations, int64_t *solution)
{
    if (equations->n_unknowns > VVI_MOST_UNKNOWNS) return false;
    echelon *e = vvi_malloc(sizeof *e);
    if (e == NULL) return false;
    e->equations = equations;
    e->n = 0;
    bool small = read_off(e, solution), grown = true, solved = true;
    while (solved && grown) solved = pass(e, solution, &small, &grown);
    vvi_free(e);
    return solved && small;
}
