/* order.c - which trials are the best: the COMPLETED ones that keep the constraints, by Pareto rank and the first score;
 * then those that do not; then the others.
 *
 * Ranks by efficient non-dominated sort (Zhang, Tian, Cheng, Jin: An efficient approach to nondominated sorting for
 * evolutionary multiobjective optimization; IEEE Transactions on Evolutionary Computation 19, 2015), with binary search:
 * in lexicographic order no trial is dominated by one that comes later, so each goes to the first front none of whose
 * members dominates it. With one or two objectives it is enough to look at a front's newest member, which is the best of
 * it in the last objective: n log n. With more, all members are looked at, newest first.
 */
#include "study/study.h"

#include <math.h>
#include <stdlib.h>

enum { NOBODY = -1 };

typedef struct fronts {
    const vvi_order_key *keys; /* in lexicographic order */
    size_t n_objectives;
    int *newest; /* of each front: a place in keys */
    int *older;  /* of each key: the member of its front that came before it */
    int n;
} fronts;

/* ---- comparing -------------------------------------------------------------------------------------------------- */

static int compare_numbers(double a, double b)
{
    return (a > b) - (a < b);
}

/* 0: keeps the constraints; 1: does not; 2: has no result. */
static int class_of(const vvi_order_key *key)
{
    return !key->completed ? 2 : key->violation > 0;
}

static int compare_scores(const void *a, const void *b)
{
    const vvi_order_key *x = a, *y = b;
    int order = class_of(x) - class_of(y);
    for (size_t i = 0; i < VV_MAX_OBJECTIVES && order == 0; i++) order = compare_numbers(x->scores[i], y->scores[i]);
    return order != 0 ? order : compare_numbers(x->id, y->id);
}

static int compare_ranks(const void *a, const void *b)
{
    const vvi_order_key *x = a, *y = b;
    int order = class_of(x) - class_of(y);
    if (order == 0 && class_of(x) == 0) order = compare_numbers(x->rank, y->rank);
    if (order == 0 && class_of(x) == 1) order = compare_numbers(x->violation, y->violation);
    if (order == 0) order = compare_numbers(x->scores[0], y->scores[0]);
    return order != 0 ? order : compare_numbers(x->id, y->id);
}

/* Of two in lexicographic order. */
static bool dominates(const fronts *f, int first, int second)
{
    bool better = false;
    for (size_t i = 0; i < f->n_objectives; i++) {
        const double a = f->keys[first].scores[i], b = f->keys[second].scores[i];
        if (a > b) return false;
        better = better || a < b;
    }
    return better;
}

/* ---- fronts ----------------------------------------------------------------------------------------------------- */

static bool is_dominated_in(const fronts *f, int front, int key)
{
    int member = f->newest[front];
    if (f->n_objectives <= 2) return dominates(f, member, key);
    while (member != NOBODY && !dominates(f, member, key)) member = f->older[member];
    return member != NOBODY;
}

static int find_front(const fronts *f, int key)
{
    int low = 0, high = f->n; /* whoever is dominated in a front is so in all before it */
    while (low < high) {
        const int middle = low + (high - low) / 2;
        if (is_dominated_in(f, middle, key))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static vv_status rank(vvi_order_key *keys, size_t n, size_t n_objectives, vv_error *error)
{
    if (n == 0) return VV_OK;
    fronts f = { .keys = keys, .n_objectives = n_objectives };
    f.newest = vvi_calloc(n, sizeof *f.newest);
    f.older = vvi_calloc(n, sizeof *f.older);
    const bool held = f.newest != NULL && f.older != NULL;
    for (size_t i = 0; held && i < n; i++) {
        keys[i].rank = find_front(&f, (int)i);
        f.older[i] = keys[i].rank == f.n ? NOBODY : f.newest[keys[i].rank];
        f.newest[keys[i].rank] = (int)i;
        f.n += keys[i].rank == f.n;
    }
    vvi_free(f.newest);
    vvi_free(f.older);
    return held ? VV_OK : vvi_no_memory(error);
}

/* ---- the whole -------------------------------------------------------------------------------------------------- */

/* Smaller is better from here on. What is missing is worse than anything; of a trial without a result, nothing counts. */
static void orient(vvi_order_key *key, const vv_objectives *objectives)
{
    for (size_t i = 0; i < VV_MAX_OBJECTIVES; i++) {
        const double score = key->scores[i];
        if (!key->completed || i >= objectives->n)
            key->scores[i] = 0;
        else if (isnan(score))
            key->scores[i] = (double)INFINITY;
        else
            key->scores[i] = objectives->list[i].maximize ? -score : score;
    }
    key->rank = -1;
}

vv_status vvi_study_order(vvi_order_key *keys, size_t n, const vv_objectives *objectives, vv_error *error)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) orient(&keys[i], objectives);
    if (n > 1) qsort(keys, n, sizeof *keys, compare_scores);
    while (kept < n && class_of(&keys[kept]) == 0) kept++;
    VVI_TRY(rank(keys, kept, objectives->n, error));
    if (n > 1) qsort(keys, n, sizeof *keys, compare_ranks);
    return VV_OK;
}
