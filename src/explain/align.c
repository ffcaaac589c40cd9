/* align.c - aligning the layers of two networks: the cheapest way to make one list of the other (as in Needleman, Wunsch
 * 1970).
 *
 * A layer without a partner costs 8. Two of one kind are partners at the price of their differences: 3 for a field that
 * is required (units, filters), 1 for any other, 2 for another name. The outputs, if of one kind, are partners. So what a
 * loop adds in the middle is what is new, and not the output, though all names after it have moved on by one.
 */
#include "explain/align.h"
#include "nn/values.h"

#include <string.h>

enum { ALONE = 8, REQUIRED = 3, FIELD = 1, NAME = 2, MOST_LAYERS = 512 };

typedef struct alignment {
    const vv_model *a, *b;
    size_t first;   /* nodes before are partners, one by one */
    size_t n, m;    /* of those from there on, in both */
    unsigned *best; /* best[i * (m + 1) + k]: the least price of aligning the first i with the first k */
} alignment;

bool vvi_same_field(const vv_field *field, const void *a, const void *b)
{
    const double x = vvi_value_effective(field, a), y = vvi_value_effective(field, b);
    return x >= y && x <= y;
}

static unsigned price_of(const vvi_node *a, const vvi_node *b)
{
    const vv_layer_info *info = &a->row->info;
    unsigned price = strcmp(a->name, b->name) == 0 ? 0 : NAME;
    for (size_t i = 0; i < info->n_fields; i++)
        if (!vvi_same_field(&info->fields[i], vvi_layer_arguments(&a->layer), vvi_layer_arguments(&b->layer)))
            price += info->fields[i].required ? REQUIRED : FIELD;
    return price;
}

/* How many nodes at the beginning are the same in every respect. */
static size_t count_same(const vv_model *a, const vv_model *b)
{
    size_t n = 0;
    while (n < a->n_nodes && n < b->n_nodes && a->nodes[n]->row == b->nodes[n]->row &&
           price_of(a->nodes[n], b->nodes[n]) == 0)
        n++;
    return n;
}

static unsigned *best_at(const alignment *al, size_t i, size_t k)
{
    return &al->best[i * (al->m + 1) + k];
}

/* UINT_MAX: they are no partners. */
static unsigned price_at(const alignment *al, size_t i, size_t k)
{
    const vvi_node *x = al->a->nodes[al->first + i - 1], *y = al->b->nodes[al->first + k - 1];
    const bool is_last_of_a = i == al->n, is_last_of_b = k == al->m;
    if (x->row != y->row) return UINT32_MAX;
    if (is_last_of_a != is_last_of_b && al->a->nodes[al->a->n_nodes - 1]->row == al->b->nodes[al->b->n_nodes - 1]->row)
        return UINT32_MAX; /* that one's partner is the other output */
    return is_last_of_a && is_last_of_b ? 0 : price_of(x, y);
}

static void fill(const alignment *al)
{
    for (size_t i = 0; i <= al->n; i++)
        for (size_t k = 0; k <= al->m; k++) {
            unsigned least = i == 0 && k == 0 ? 0 : UINT32_MAX;
            const unsigned pair = i > 0 && k > 0 ? price_at(al, i, k) : UINT32_MAX;
            if (i > 0) least = *best_at(al, i - 1, k) + ALONE;
            if (k > 0 && *best_at(al, i, k - 1) + ALONE < least) least = *best_at(al, i, k - 1) + ALONE;
            if (pair != UINT32_MAX && *best_at(al, i - 1, k - 1) + pair <= least)
                least = *best_at(al, i - 1, k - 1) + pair;
            *best_at(al, i, k) = least;
        }
}

/* Back along the cheapest way. */
static void mark(const alignment *al, bool *alone_a, bool *alone_b)
{
    size_t i = al->n, k = al->m;
    while (i > 0 || k > 0) {
        const unsigned here = *best_at(al, i, k);
        const unsigned pair = i > 0 && k > 0 ? price_at(al, i, k) : UINT32_MAX;
        if (pair != UINT32_MAX && here == *best_at(al, i - 1, k - 1) + pair) {
            i--, k--;
        } else if (i > 0 && here == *best_at(al, i - 1, k) + ALONE) {
            alone_a[al->first + --i] = true;
        } else {
            alone_b[al->first + --k] = true;
        }
    }
}

static bool has_layer(const vv_model *model, const char *name)
{
    for (size_t i = 0; i < model->n_nodes; i++)
        if (strcmp(model->nodes[i]->name, name) == 0) return true;
    return false;
}

/* Of very long lists: a partner is a layer of the same name. */
static void mark_by_name(const vv_model *a, const vv_model *b, bool *alone_a)
{
    for (size_t i = 0; i < a->n_nodes; i++) alone_a[i] = !has_layer(b, a->nodes[i]->name);
}

bool vvi_align(const vv_model *a, const vv_model *b, bool *alone_a, bool *alone_b)
{
    alignment al = { .a = a, .b = b, .first = count_same(a, b) };
    al.n = a->n_nodes - al.first;
    al.m = b->n_nodes - al.first;
    if (al.n > MOST_LAYERS || al.m > MOST_LAYERS) {
        mark_by_name(a, b, alone_a);
        mark_by_name(b, a, alone_b);
        return true;
    }
    al.best = vvi_malloc((al.n + 1) * (al.m + 1) * sizeof *al.best);
    if (al.best == NULL) return false;
    fill(&al);
    mark(&al, alone_a, alone_b);
    vvi_free(al.best);
    return true;
}
