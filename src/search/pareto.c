/* pareto.c - dominance: ranks of fronts, and how crowded a front is.
 *
 * Ranks: rows are sorted lexicographically, so that a row can only be dominated by one before it, and are put one by one
 * into the first front that does not dominate them. Fronts are ordered (what front k dominates, front k - 1 dominates),
 * which makes this a binary search: ENS-BS (Zhang, Tian, Cheng, Jin: An efficient approach to nondominated sorting for
 * evolutionary multiobjective optimization; IEEE TEC 19, 2015). With two losses a front dominates a later row just when
 * the second loss of its last row is not larger (Jensen 2003), which makes the whole n log n. With more the rows of a
 * front are looked at from the latest to the first: m n^2 at worst.
 */
#include "search/pareto.h"

#include <math.h>
#include <stdlib.h>

#define NONE UINT32_MAX

int vvi_loss_compare(double a, double b)
{
    if (isnan(a) || isnan(b)) return (isnan(a) != 0) - (isnan(b) != 0);
    return (a > b) - (a < b);
}

bool vvi_pareto_dominates(const double *a, const double *b, size_t m)
{
    bool better = false;
    for (size_t k = 0; k < m; k++) {
        const int order = vvi_loss_compare(a[k], b[k]);
        if (order > 0) return false;
        better |= order < 0;
    }
    return better;
}

/* ---- ranks ------------------------------------------------------------------------------------------------------ */

typedef struct row {
    const double *losses;
    uint32_t m, index;
} row;

static int by_losses(const void *a, const void *b)
{
    const row *x = a, *y = b;
    for (uint32_t k = 0; k < x->m; k++) {
        const int order = vvi_loss_compare(x->losses[k], y->losses[k]);
        if (order != 0) return order;
    }
    return (x->index > y->index) - (x->index < y->index);
}

typedef struct fronts {
    const row *rows;
    uint32_t m, n;
    uint32_t *last; /* of each front: its latest row */
    uint32_t *next; /* of each row: the one before it in its front */
} fronts;

/* Does an earlier row that differs from b dominate it? The first loss is not larger, by the order of rows. */
static bool stands_before(const row *a, const row *b)
{
    for (uint32_t k = 1; k < a->m; k++) {
        if (vvi_loss_compare(a->losses[k], b->losses[k]) > 0) return false;
    }
    return true;
}

static bool front_dominates(const fronts *f, uint32_t front, const row *b)
{
    uint32_t at = f->last[front];
    if (f->m <= 2) return stands_before(&f->rows[at], b);
    while (at != NONE && !stands_before(&f->rows[at], b)) at = f->next[at];
    return at != NONE;
}

static uint32_t first_not_dominating(const fronts *f, const row *b)
{
    uint32_t low = 0, high = f->n;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (front_dominates(f, middle, b))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_equal(const row *a, const row *b)
{
    for (uint32_t k = 0; k < a->m; k++) {
        if (vvi_loss_compare(a->losses[k], b->losses[k]) != 0) return false;
    }
    return true;
}

/* Equal rows follow on one another and share their rank; only the first of them stands in the front. */
static void rank_rows(fronts *f, uint32_t n, uint32_t *ranks)
{
    for (uint32_t i = 0; i < n; i++) {
        const row *here = &f->rows[i];
        if (i > 0 && is_equal(here - 1, here)) {
            ranks[here->index] = ranks[here[-1].index];
            continue;
        }
        const uint32_t front = first_not_dominating(f, here);
        if (front == f->n) f->last[f->n++] = NONE;
        f->next[i] = f->last[front];
        f->last[front] = i;
        ranks[here->index] = front;
    }
}

static row *sorted_rows(vvi_arena *arena, const double *losses, size_t n, size_t m)
{
    row *rows = vvi_arena_alloc(arena, (n + 1) * sizeof *rows);
    if (rows == NULL) return NULL;
    for (size_t i = 0; i < n; i++) rows[i] = (row){ losses + i * m, (uint32_t)m, (uint32_t)i };
    qsort(rows, n, sizeof *rows, by_losses);
    return rows;
}

bool vvi_pareto_ranks(const double *losses, size_t n, size_t m, uint32_t *ranks)
{
    vvi_arena arena = { 0 };
    fronts f = { .m = (uint32_t)m };
    f.rows = sorted_rows(&arena, losses, n, m);
    f.last = vvi_arena_alloc(&arena, (n + 1) * sizeof *f.last);
    f.next = vvi_arena_alloc(&arena, (n + 1) * sizeof *f.next);
    const bool ok = f.rows != NULL && f.last != NULL && f.next != NULL;
    if (ok) rank_rows(&f, (uint32_t)n, ranks);
    vvi_arena_deinit(&arena);
    return ok;
}

/* ---- crowding --------------------------------------------------------------------------------------------------- */

/* A row as seen along one loss: by rank, this loss, then all losses, then the index. */
typedef struct place {
    double along;
    uint32_t rank;
    row row;
} place;

static int by_place(const void *a, const void *b)
{
    const place *x = a, *y = b;
    if (x->rank != y->rank) return x->rank < y->rank ? -1 : 1;
    const int order = vvi_loss_compare(x->along, y->along);
    return order != 0 ? order : by_losses(&x->row, &y->row);
}

/* The end of those of the same rank that begin at `first`. */
static size_t end_of_front(const place *places, size_t first, size_t n)
{
    size_t end = first + 1;
    while (end < n && places[end].rank == places[first].rank) end++;
    return end;
}

/* The finite range of a sorted front. Empty where nothing is finite: low > high. */
static void range_of(const place *places, size_t n, double *low, double *high)
{
    size_t first = 0, end = n;
    while (first < n && !isfinite(places[first].along)) first++;
    while (end > first && !isfinite(places[end - 1].along)) end--;
    *low = first < end ? places[first].along : 1;
    *high = first < end ? places[end - 1].along : 0;
}

static double within(double value, double low, double high)
{
    if (isnan(value) || value > high) return high;
    return value < low ? low : value;
}

/* Adds what one loss says of one front. */
static void add_front(const place *places, size_t n, double *distances)
{
    if (vvi_loss_compare(places[0].along, places[n - 1].along) == 0) return;
    double low, high;
    range_of(places, n, &low, &high);
    distances[places[0].row.index] = (double)INFINITY;
    distances[places[n - 1].row.index] = (double)INFINITY;
    if (!(high > low)) return;
    for (size_t i = 1; i + 1 < n; i++) {
        const double from = within(places[i - 1].along, low, high), to = within(places[i + 1].along, low, high);
        distances[places[i].row.index] += to / (high - low) - from / (high - low);
    }
}

static void add_loss(place *places, size_t n, size_t k, double *distances)
{
    for (size_t i = 0; i < n; i++) places[i].along = places[i].row.losses[k];
    qsort(places, n, sizeof *places, by_place);
    for (size_t first = 0, end; first < n; first = end) {
        end = end_of_front(places, first, n);
        add_front(places + first, end - first, distances);
    }
}

bool vvi_pareto_crowding(const double *losses, size_t n, size_t m, const uint32_t *ranks, double *distances)
{
    place *places = vvi_calloc(n + 1, sizeof *places);
    if (places == NULL) return false;
    for (size_t i = 0; i < n; i++) {
        places[i].rank = ranks[i];
        places[i].row = (row){ losses + i * m, (uint32_t)m, (uint32_t)i };
        distances[i] = 0;
    }
    for (size_t k = 0; k < m; k++) add_loss(places, n, k, distances);
    vvi_free(places);
    return true;
}
