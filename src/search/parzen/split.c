/* split.c - good trials and the others.
 *
 * The good ones are the best of those that have finished: whole trials by their loss, then pruned ones by how far they came
 * and their loss, then those that violate constraints by how much (the order of standing.h, which is Optuna's). Failed
 * trials, those without a finite loss, and running ones are never good. With several objectives whole trials go by their
 * rank of non-domination; of the rank that is only taken in part the greedy choice by hypervolume is taken (Ozaki,
 * Tanigaki, Watanabe, Nomura, Onishi: Multiobjective tree-structured Parzen estimator; JAIR 73, 2022), with a reference a
 * tenth beyond the worst.
 *
 * How many are good: ours is the square root of how many there are, at most 50, which was a little better than a tenth on
 * problems of 2 to 20 dimensions and 40 to 150 trials; Optuna's is a tenth, at most 25 with one objective.
 */
#include "search/pareto.h"
#include "search/parzen/parzen.h"
#include "search/standing.h"

#include <math.h>
#include <string.h>

size_t vvi_split_own_count(size_t n_finished)
{
    const double n = ceil(sqrt((double)n_finished));
    return n < 50 ? (size_t)n : 50;
}

size_t vvi_split_optuna_count(size_t n_finished, size_t n_objectives)
{
    const size_t n = (n_finished + 9) / 10;
    return n_objectives > 1 || n < 25 ? n : 25;
}

static bool is_better(const vv_past *past, int a, int b)
{
    const int order = vvi_trial_compare(past, a, b);
    return order != 0 ? order < 0 : a < b;
}

/* Is it surely no better than the worst of the best, an earlier trial? */
static bool is_hopeless(const vvi_memory *memory, int id, int worst)
{
    const uint8_t mine = memory->standings[id], other = memory->standings[worst];
    if (mine != other) return mine > other;
    if (mine == VVI_WHOLE) return memory->losses[id] >= memory->losses[worst];
    return !is_better(memory->past, id, worst);
}

/* Puts a trial into its place among the best, of which `most` are kept, and of these those before `from` stay. */
static void insert(const vvi_memory *memory, int id, int *best, size_t from, size_t *n, size_t most)
{
    const vv_past *past = memory->past;
    if (*n == most && (most == from || is_hopeless(memory, id, best[most - 1]))) return;
    size_t low = from, high = *n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (is_better(past, best[middle], id))
            low = middle + 1;
        else
            high = middle;
    }
    const size_t moved = (*n < most ? *n : most - 1) - low;
    memmove(best + low + 1, best + low, moved * sizeof *best);
    best[low] = id;
    if (*n < most) ++*n;
}

/* ---- several objectives ------------------------------------------------------------------------------------------ */

typedef struct front {
    vvi_arena *arena;
    size_t n, m;
    int *ids;
    double *losses;
    uint32_t *ranks;
} front;

static bool gather(front *f, const vvi_memory *memory, const int *ids, size_t n)
{
    const vv_past *past = memory->past;
    f->m = past->n_objectives;
    f->ids = vvi_arena_alloc(f->arena, (n + 1) * sizeof *f->ids);
    f->losses = vvi_arena_alloc(f->arena, (n + 1) * f->m * sizeof *f->losses);
    f->ranks = vvi_arena_alloc(f->arena, (n + 1) * sizeof *f->ranks);
    if (f->ids == NULL || f->losses == NULL || f->ranks == NULL) return false;
    for (size_t i = 0; i < n; i++) {
        if (memory->standings[ids[i]] != VVI_WHOLE) continue;
        for (size_t k = 0; k < f->m; k++) f->losses[f->n * f->m + k] = vv_past_loss(past, ids[i], k);
        f->ids[f->n++] = ids[i];
    }
    return vvi_pareto_ranks(f->losses, f->n, f->m, f->ranks);
}

/* The last rank of which all are taken, plus 1; *taken: how many are before it. */
static bool count_whole_ranks(const front *f, size_t most, uint32_t *rank, size_t *taken)
{
    uint32_t *counts = vvi_arena_alloc(f->arena, (f->n + 1) * sizeof *counts);
    if (counts == NULL) return false;
    for (size_t i = 0; i < f->n; i++) counts[f->ranks[i]]++;
    *rank = 0;
    *taken = 0;
    while (*rank < f->n && *taken + counts[*rank] <= most) *taken += counts[(*rank)++];
    return true;
}

/* Beyond the worst of each loss by a tenth of it, as Optuna has it. */
static void find_reference(const double *losses, size_t n, size_t m, double *reference)
{
    for (size_t k = 0; k < m; k++) {
        double worst = losses[k];
        for (size_t i = 1; i < n; i++) worst = losses[i * m + k] > worst ? losses[i * m + k] : worst;
        reference[k] = worst > 0 ? 1.1 * worst : worst < 0 ? 0.9 * worst : 1e-12;
    }
}

static bool choose_from(const front *f, uint32_t rank, size_t most, int *chosen)
{
    double *losses = vvi_arena_alloc(f->arena, (f->n + 1) * f->m * sizeof *losses), reference[VV_MAX_OBJECTIVES];
    int *ids = vvi_arena_alloc(f->arena, (f->n + 1) * sizeof *ids);
    uint32_t *places = vvi_arena_alloc(f->arena, (f->n + 1) * sizeof *places);
    size_t n = 0;
    if (losses == NULL || ids == NULL || places == NULL) return false;
    for (size_t i = 0; i < f->n; i++) {
        if (f->ranks[i] != rank) continue;
        memcpy(losses + n * f->m, f->losses + i * f->m, f->m * sizeof *losses);
        ids[n++] = f->ids[i];
    }
    find_reference(losses, n, f->m, reference);
    if (!vvi_hypervolume_choose(losses, n, f->m, reference, most, places)) return false;
    for (size_t i = 0; i < most; i++) chosen[i] = ids[places[i]];
    return true;
}

/* Rank by rank, within one by id. */
static bool take_ranks(const front *f, uint32_t end, int *chosen)
{
    size_t *first = vvi_arena_alloc(f->arena, ((size_t)end + 2) * sizeof *first);
    if (first == NULL) return false;
    for (size_t i = 0; i < f->n; i++)
        if (f->ranks[i] < end) first[f->ranks[i] + 1]++;
    for (uint32_t r = 1; r <= end; r++) first[r] += first[r - 1];
    for (size_t i = 0; i < f->n; i++)
        if (f->ranks[i] < end) chosen[first[f->ranks[i]]++] = f->ids[i];
    return true;
}

static bool take_whole(const vvi_memory *memory, const int *ids, size_t n, size_t most, vvi_arena *arena,
                       vvi_split *split)
{
    front f = { .arena = arena };
    uint32_t rank;
    size_t taken;
    if (!gather(&f, memory, ids, n) || !count_whole_ranks(&f, most, &rank, &taken) ||
        !take_ranks(&f, rank, split->good))
        return false;
    split->n_good = f.n < most ? f.n : most;
    return taken == split->n_good || choose_from(&f, rank, most - taken, split->good + taken);
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

static size_t count_finished(const vvi_memory *memory, const int *ids, size_t n)
{
    size_t finished = 0;
    for (size_t i = 0; i < n; i++) finished += memory->standings[ids[i]] < VVI_USELESS;
    return finished;
}

bool vvi_split_make(const vvi_memory *memory, const int *ids, size_t n, bool optuna, vvi_arena *arena, vvi_split *split)
{
    *split = (vvi_split){ .n_finished = count_finished(memory, ids, n) };
    const size_t most = optuna ? vvi_split_optuna_count(split->n_finished, memory->past->n_objectives)
                               : vvi_split_own_count(split->n_finished);
    split->good = vvi_arena_alloc(arena, (most + 1) * sizeof *split->good);
    if (split->good == NULL) return false;
    const bool several = memory->past->n_objectives > 1;
    if (several && !take_whole(memory, ids, n, most, arena, split)) return false;
    const size_t from = split->n_good;
    for (size_t i = 0; i < n; i++) {
        const uint8_t standing = memory->standings[ids[i]];
        if (standing < VVI_USELESS && !(several && standing == VVI_WHOLE))
            insert(memory, ids[i], split->good, from, &split->n_good, most);
    }
    return true;
}
