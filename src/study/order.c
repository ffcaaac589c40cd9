/* order.c - which trials are the best: the COMPLETED ones that keep the constraints, by Pareto rank and the first score;
 * then those that do not; then the others. */
#include "search/pareto.h"
#include "study/study.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* 0: keeps the constraints; 1: does not; 2: has no result. */
static int class_of(const vvi_order_key *key)
{
    return !key->completed ? 2 : key->violation > 0;
}

static int compare_classes(const void *a, const void *b)
{
    const vvi_order_key *x = a, *y = b;
    const int order = class_of(x) - class_of(y);
    return order != 0 ? order : (x->id > y->id) - (x->id < y->id);
}

static int compare_keys(const void *a, const void *b)
{
    const vvi_order_key *x = a, *y = b;
    int order = class_of(x) - class_of(y);
    if (order == 0) order = (x->rank > y->rank) - (x->rank < y->rank);
    if (order == 0 && class_of(x) == 1) order = vvi_loss_compare(x->violation, y->violation);
    if (order == 0) order = vvi_loss_compare(x->scores[0], y->scores[0]);
    return order != 0 ? order : compare_classes(a, b);
}

/* Smaller is better from here on. Of a trial without a result nothing counts. */
static void orient(vvi_order_key *key, const vv_objectives *objectives)
{
    key->rank = -1;
    for (size_t i = 0; i < VV_MAX_OBJECTIVES; i++) {
        if (!key->completed || i >= objectives->n)
            key->scores[i] = 0;
        else if (objectives->list[i].maximize)
            key->scores[i] = -key->scores[i];
    }
}

static vv_status rank(vvi_order_key *keys, size_t n, size_t n_objectives, vv_error *error)
{
    if (n == 0) return VV_OK;
    double *losses = vvi_calloc(n * n_objectives, sizeof *losses);
    uint32_t *ranks = vvi_calloc(n, sizeof *ranks);
    for (size_t i = 0; losses != NULL && i < n; i++)
        memcpy(losses + i * n_objectives, keys[i].scores, n_objectives * sizeof *losses);
    const bool held = losses != NULL && ranks != NULL && vvi_pareto_ranks(losses, n, n_objectives, ranks);
    for (size_t i = 0; held && i < n; i++) keys[i].rank = (int)ranks[i];
    vvi_free(losses);
    vvi_free(ranks);
    return held ? VV_OK : vvi_no_memory(error);
}

vv_status vvi_study_order(vvi_order_key *keys, size_t n, const vv_objectives *objectives, vv_error *error)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) orient(&keys[i], objectives);
    if (n > 1) qsort(keys, n, sizeof *keys, compare_classes);
    while (kept < n && class_of(&keys[kept]) == 0) kept++;
    VVI_TRY(rank(keys, kept, objectives->n, error));
    if (n > 1) qsort(keys, n, sizeof *keys, compare_keys);
    return VV_OK;
}
