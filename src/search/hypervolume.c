/* hypervolume.c - how much a set of points dominates, and which of them make most of it.
 *
 * Two losses: a sweep. Three: the points come by their third loss, and the area that they dominate in the first two is
 * kept as a staircase (Beume, Fonseca, Lopez-Ibanez, Paquete, Vahrenhold: On the complexity of computing the hypervolume
 * indicator; IEEE TEC 13, 2009; the staircase is an array and not a tree here). More: WFG (While, Bradstreet, Barone: A
 * fast way of calculating exact hypervolumes; IEEE TEC 16, 2012), down to three.
 *
 * Choosing k of n is greedy, which is within 1 - 1/e of the best (Guerreiro, Fonseca, Paquete: Greedy hypervolume subset
 * selection in low dimensions; Evolutionary Computation 24, 2016), and lazy: what a point adds only falls as others are
 * chosen, so a point whose old gain is not the largest need not be looked at again. From four losses on exact volumes
 * take too long; there the box is filled with SAMPLES keyed random points, each point of the set covers some of them, and
 * the greedy choice is of the most not yet covered.
 */
#include "search/pareto.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLES = 4096, LOSSES = 32 };

static bool is_inside(const double *point, const double *reference, size_t m)
{
    for (size_t k = 0; k < m; k++) {
        if (!(point[k] < reference[k])) return false;
    }
    return true;
}

static double box(const double *point, const double *reference, size_t m)
{
    double volume = 1;
    for (size_t k = 0; k < m; k++) volume *= reference[k] - point[k];
    return volume;
}

/* Keeps the points that lie inside; returns how many. */
static size_t keep_inside(const double *points, size_t n, size_t m, const double *reference, double *inside)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (!is_inside(points + i * m, reference, m)) continue;
        memmove(inside + kept * m, points + i * m, m * sizeof *inside);
        kept++;
    }
    return kept;
}

/* ---- two and three losses: a staircase -------------------------------------------------------------------------- */

/* Steps in ascending x and descending y; none dominates another. */
typedef struct stairs {
    double (*steps)[2];
    size_t n;
    double x_end, y_end; /* the reference */
    double area;
} stairs;

static size_t find_step(const stairs *s, double x)
{
    size_t low = 0, high = s->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (s->steps[middle][0] < x)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Puts (x, y) in the place of those steps that it dominates, and adds what it covers of its own. */
static void add_step(stairs *s, double x, double y)
{
    const size_t first = find_step(s, x);
    const double roof = first > 0 ? s->steps[first - 1][1] : s->y_end;
    if (!(y < roof) || (first < s->n && !(s->steps[first][0] > x) && !(s->steps[first][1] > y))) return;
    double from = x, ceiling = roof;
    size_t end = first;
    for (; end < s->n && !(s->steps[end][1] < y); end++) {
        s->area += (s->steps[end][0] - from) * (ceiling - y);
        from = s->steps[end][0];
        ceiling = s->steps[end][1];
    }
    s->area += ((end < s->n ? s->steps[end][0] : s->x_end) - from) * (ceiling - y);
    memmove(s->steps + first + 1, s->steps + end, (s->n - end) * sizeof *s->steps);
    s->steps[first][0] = x;
    s->steps[first][1] = y;
    s->n += 1 + first - end;
}

static int by_third(const void *a, const void *b)
{
    const double *x = a, *y = b;
    for (int k = 2; k >= 0; k--) {
        if (x[k] < y[k] || x[k] > y[k]) return x[k] < y[k] ? -1 : 1;
    }
    return 0;
}

/* Reorders `points`. steps: n + 1 places. */
static double volume_of_3(double (*points)[3], size_t n, const double *reference, double (*steps)[2])
{
    stairs s = { .steps = steps, .x_end = reference[0], .y_end = reference[1] };
    double volume = 0;
    qsort(points, n, sizeof *points, by_third);
    for (size_t i = 0; i < n; i++) {
        add_step(&s, points[i][0], points[i][1]);
        const double next = i + 1 < n ? points[i + 1][2] : reference[2];
        if (next > points[i][2]) volume += s.area * (next - points[i][2]);
    }
    return volume;
}

/* ---- any number of losses --------------------------------------------------------------------------------------- */

/* One and two losses are three, with those that are missing the same for all. */
static bool volume_of_few(vvi_arena *arena, const double *points, size_t n, size_t m, const double *reference,
                          double *volume)
{
    const vvi_arena_mark mark = vvi_arena_here(arena);
    double(*padded)[3] = vvi_arena_alloc(arena, (n + 1) * sizeof *padded);
    double(*steps)[2] = vvi_arena_alloc(arena, (n + 2) * sizeof *steps);
    if (padded == NULL || steps == NULL) return false;
    double end[3] = { 1, 1, 1 };
    memcpy(end, reference, m * sizeof *end);
    for (size_t i = 0; i < n; i++) memcpy(padded[i], points + i * m, m * sizeof *points);
    *volume = volume_of_3(padded, n, end, steps);
    vvi_arena_rewind(arena, mark);
    return true;
}

static bool volume_of(vvi_arena *arena, const double *points, size_t n, size_t m, const double *reference,
                      double *volume);

static bool is_covered(const double *point, const double *others, size_t n, size_t m)
{
    for (size_t i = 0; i < n; i++) {
        size_t k = 0;
        while (k < m && !(others[i * m + k] > point[k])) k++;
        if (k == m) return true;
    }
    return false;
}

/* The points pushed back to what they share with `point`; of these only such as no other covers. */
static size_t limit(const double *points, size_t n, size_t m, const double *point, double *limited)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        double *made = limited + kept * m;
        for (size_t k = 0; k < m; k++) made[k] = points[i * m + k] > point[k] ? points[i * m + k] : point[k];
        if (is_covered(made, limited, kept, m)) continue;
        size_t left = 0;
        for (size_t j = 0; j < kept; j++) {
            if (is_covered(limited + j * m, made, 1, m)) continue;
            if (left < j) memcpy(limited + left * m, limited + j * m, m * sizeof *limited);
            left++;
        }
        if (left < kept) memcpy(limited + left * m, made, m * sizeof *limited);
        kept = left + 1;
    }
    return kept;
}

/* What `point` dominates and none of the points does. */
static bool volume_added(vvi_arena *arena, const double *point, const double *points, size_t n, size_t m,
                         const double *reference, double *added)
{
    const vvi_arena_mark mark = vvi_arena_here(arena);
    double *limited = vvi_arena_alloc(arena, (n + 1) * m * sizeof *limited);
    if (limited == NULL) return false;
    double shared = 0;
    const size_t kept = limit(points, n, m, point, limited);
    if (kept > 0 && !volume_of(arena, limited, kept, m, reference, &shared)) return false;
    *added = box(point, reference, m) - shared;
    vvi_arena_rewind(arena, mark);
    return true;
}

static bool volume_of(vvi_arena *arena, const double *points, size_t n, size_t m, const double *reference,
                      double *volume)
{
    if (m <= 3) return volume_of_few(arena, points, n, m, reference, volume);
    *volume = 0;
    for (size_t i = 0; i < n; i++) {
        double added;
        if (!volume_added(arena, points + i * m, points + (i + 1) * m, n - i - 1, m, reference, &added)) return false;
        *volume += added;
    }
    return true;
}

/* Is a point without bounds inside? What it dominates has none either. */
static bool is_endless(const double *points, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (isinf(points[i])) return true;
    }
    return false;
}

bool vvi_hypervolume(const double *points, size_t n, size_t m, const double *reference, double *volume)
{
    vvi_arena arena = { 0 };
    *volume = 0;
    double *inside = vvi_arena_alloc(&arena, (n + 1) * m * sizeof *inside);
    bool ok = inside != NULL;
    const size_t kept = ok ? keep_inside(points, n, m, reference, inside) : 0;
    if (kept > 0 && (is_endless(inside, kept * m) || is_endless(reference, m)))
        *volume = (double)INFINITY;
    else if (kept > 0)
        ok = volume_of(&arena, inside, kept, m, reference, volume);
    vvi_arena_deinit(&arena);
    return ok;
}

/* ---- choosing --------------------------------------------------------------------------------------------------- */

typedef struct choosing {
    vvi_arena arena;
    const double *points, *reference;
    size_t n, m, n_chosen;
    double *gains;
    uint32_t *seen; /* how many were chosen when the gain was found; UINT32_MAX: chosen itself */
    double *chosen; /* points */
    uint64_t *covered;
    double *samples;
} choosing;

/* The samples that a point dominates and no chosen one does; takes them if it is chosen. */
static double sample_gain(choosing *c, const double *point, bool take)
{
    double gain = 0;
    for (size_t s = 0; s < SAMPLES; s++) {
        uint64_t *word = &c->covered[s / 64], bit = UINT64_C(1) << s % 64;
        if ((*word & bit) != 0 || !is_covered(c->samples + s * c->m, point, 1, c->m)) continue;
        gain++;
        if (take) *word |= bit;
    }
    return gain;
}

static bool find_gain(choosing *c, size_t i)
{
    const double *point = c->points + i * c->m;
    c->seen[i] = (uint32_t)c->n_chosen;
    c->gains[i] = 0;
    if (!is_inside(point, c->reference, c->m)) return true;
    if (c->samples != NULL) {
        c->gains[i] = sample_gain(c, point, false);
        return true;
    }
    return volume_added(&c->arena, point, c->chosen, c->n_chosen, c->m, c->reference, &c->gains[i]);
}

static size_t most_promising(const choosing *c)
{
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < c->n; i++) {
        if (c->seen[i] != UINT32_MAX && (best == SIZE_MAX || c->gains[i] > c->gains[best])) best = i;
    }
    return best;
}

static bool choose_next(choosing *c, uint32_t *index)
{
    size_t best = most_promising(c);
    while (c->seen[best] != c->n_chosen) {
        if (!find_gain(c, best)) return false;
        best = most_promising(c);
    }
    const double *point = c->points + best * c->m;
    c->seen[best] = UINT32_MAX;
    *index = (uint32_t)best;
    if (c->samples != NULL) (void)sample_gain(c, point, true);
    if (c->samples == NULL && is_inside(point, c->reference, c->m))
        memcpy(c->chosen + c->n_chosen * c->m, point, c->m * sizeof *point);
    else if (c->samples == NULL)
        memcpy(c->chosen + c->n_chosen * c->m, c->reference, c->m * sizeof *point);
    c->n_chosen++;
    return true;
}

/* Fills the box between the best of each loss and the reference. */
static bool scatter(choosing *c)
{
    const size_t m = c->m;
    c->covered = vvi_arena_alloc(&c->arena, SAMPLES / 64 * sizeof *c->covered);
    c->samples = vvi_arena_alloc(&c->arena, SAMPLES * m * sizeof *c->samples);
    if (c->covered == NULL || c->samples == NULL) return false;
    double low[LOSSES];
    memcpy(low, c->reference, m * sizeof *low);
    for (size_t i = 0; i < c->n * m; i++) {
        if (c->points[i] < low[i % m]) low[i % m] = c->points[i];
    }
    vvi_stream stream = vvi_stream_begin(vvi_key_new(0, "hypervolume samples"));
    for (size_t i = 0; i < SAMPLES * m; i++)
        c->samples[i] = low[i % m] + (c->reference[i % m] - low[i % m]) * vvi_stream_unit(&stream);
    return true;
}

static bool begin_choosing(choosing *c, size_t k)
{
    c->gains = vvi_arena_alloc(&c->arena, (c->n + 1) * sizeof *c->gains);
    c->seen = vvi_arena_alloc(&c->arena, (c->n + 1) * sizeof *c->seen);
    c->chosen = vvi_arena_alloc(&c->arena, (k + 1) * c->m * sizeof *c->chosen);
    if (c->gains == NULL || c->seen == NULL || c->chosen == NULL) return false;
    if (c->m > 3 && !scatter(c)) return false;
    for (size_t i = 0; i < c->n; i++) {
        if (!find_gain(c, i)) return false;
    }
    return true;
}

bool vvi_hypervolume_choose(const double *points, size_t n, size_t m, const double *reference, size_t k,
                            uint32_t *chosen)
{
    choosing c = { .points = points, .reference = reference, .n = n, .m = m };
    bool ok = begin_choosing(&c, k);
    for (size_t i = 0; ok && i < k && i < n; i++) ok = choose_next(&c, &chosen[i]);
    vvi_arena_deinit(&c.arena);
    return ok;
}
