/* align.c - aligning the layers of two networks: the cheapest way to make one list of the other (as in Needleman, Wunsch
 * 1970).
 *
 * A layer without a partner costs 8. Two of one kind are partners at the price of their differences: 10 for another line
 * of the source, 3 for a field that is required (units, filters). The outputs, if of one kind, are partners. So what a
 * loop adds in the middle is what is new, and not what comes after it, though all names there have moved on by one. Names
 * and other fields count last, between alignments that cost the same, since they may go with a layer's place ("all but
 * the last return sequences"). Which layers these alignments do not agree on is told: one in the middle of equal ones is
 * new only by its name.
 */
#include "explain/align.h"
#include "nn/values.h"

#include <string.h>

enum { MOST_LAYERS = 512, UNDECIDED = 16 };
/* What counts last weighs less than 1, however many layers there are. */
enum { FIELD = 1, NAME = 2, WEIGHT = 64 * MOST_LAYERS, ALONE = 8 * WEIGHT, LINE = 10 * WEIGHT, REQUIRED = 3 * WEIGHT };

typedef struct aligning {
    const vv_model *a, *b;
    size_t first;    /* nodes before are partners, one by one */
    size_t n, m;     /* of those from there on, in both */
    uint32_t *pairs; /* pairs[i * m + k]: the price of the two nodes; NO_PAIR: they are no partners */
    /* [i * (m + 1) + k]: the least price of aligning the first i with the first k; of those after, with those after */
    uint32_t *before, *after;
} aligning;

#define NO_PAIR UINT32_MAX

bool vvi_same_field(const vv_field *field, const void *a, const void *b)
{
    const double x = vvi_value_effective(field, a), y = vvi_value_effective(field, b);
    return x >= y && x <= y;
}

static uint32_t price_of(const vvi_node *a, const vvi_node *b)
{
    const vv_layer_info *info = &a->row->info;
    uint32_t price = a->layer.line == b->layer.line ? 0 : LINE;
    for (size_t i = 0; i < info->n_fields; i++)
        if (!vvi_same_field(&info->fields[i], vvi_layer_arguments(&a->layer), vvi_layer_arguments(&b->layer)))
            price += info->fields[i].required ? REQUIRED : FIELD;
    return price + (strcmp(a->name, b->name) != 0 ? NAME : 0);
}

/* How many nodes at the beginning are taken for partners: those that are the same in every respect, but for a few before the
 * first difference: of equal ones it may be any. */
static size_t count_same(const vv_model *a, const vv_model *b)
{
    size_t n = 0;
    while (n < a->n_nodes && n < b->n_nodes && a->nodes[n]->row == b->nodes[n]->row &&
           price_of(a->nodes[n], b->nodes[n]) == 0)
        n++;
    return n > UNDECIDED ? n - UNDECIDED : 0;
}

static uint32_t price_at(const aligning *al, size_t i, size_t k)
{
    const vvi_node *x = al->a->nodes[al->first + i], *y = al->b->nodes[al->first + k];
    const bool is_last_of_a = i + 1 == al->n, is_last_of_b = k + 1 == al->m;
    if (x->row != y->row) return NO_PAIR;
    if (is_last_of_a != is_last_of_b && al->a->nodes[al->a->n_nodes - 1]->row == al->b->nodes[al->b->n_nodes - 1]->row)
        return NO_PAIR; /* that one's partner is the other output */
    return is_last_of_a && is_last_of_b ? 0 : price_of(x, y);
}

static uint32_t *cell(const aligning *al, uint32_t *table, size_t i, size_t k)
{
    return &table[i * (al->m + 1) + k];
}

/* Whole: with what counts last. */
static uint32_t pair_price(const aligning *al, size_t i, size_t k, bool whole)
{
    const uint32_t price = al->pairs[i * al->m + k];
    return price == NO_PAIR || whole ? price : price / WEIGHT * WEIGHT;
}

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static void fill_before(const aligning *al, bool whole)
{
    for (size_t i = 0; i <= al->n; i++)
        for (size_t k = 0; k <= al->m; k++) {
            uint32_t best = i == 0 && k == 0 ? 0 : UINT32_MAX;
            const uint32_t pair = i > 0 && k > 0 ? pair_price(al, i - 1, k - 1, whole) : NO_PAIR;
            if (i > 0) best = least(best, *cell(al, al->before, i - 1, k) + ALONE);
            if (k > 0) best = least(best, *cell(al, al->before, i, k - 1) + ALONE);
            if (pair != NO_PAIR) best = least(best, *cell(al, al->before, i - 1, k - 1) + pair);
            *cell(al, al->before, i, k) = best;
        }
}

static void fill_after(const aligning *al)
{
    for (size_t i = al->n + 1; i-- > 0;)
        for (size_t k = al->m + 1; k-- > 0;) {
            uint32_t best = i == al->n && k == al->m ? 0 : UINT32_MAX;
            const uint32_t pair = i < al->n && k < al->m ? pair_price(al, i, k, false) : NO_PAIR;
            if (i < al->n) best = least(best, *cell(al, al->after, i + 1, k) + ALONE);
            if (k < al->m) best = least(best, *cell(al, al->after, i, k + 1) + ALONE);
            if (pair != NO_PAIR) best = least(best, *cell(al, al->after, i + 1, k + 1) + pair);
            *cell(al, al->after, i, k) = best;
        }
}

static void join(const aligning *al, size_t i, size_t k, vvi_alignment *to)
{
    to->partners_a[al->first + i] = (int)(al->first + k);
    to->partners_b[al->first + k] = (int)(al->first + i);
}

/* Back along the cheapest way. */
static void choose(const aligning *al, vvi_alignment *to)
{
    size_t i = al->n, k = al->m;
    while (i > 0 || k > 0) {
        const uint32_t here = *cell(al, al->before, i, k);
        const uint32_t pair = i > 0 && k > 0 ? al->pairs[(i - 1) * al->m + k - 1] : NO_PAIR;
        if (pair != NO_PAIR && here == *cell(al, al->before, i - 1, k - 1) + pair) {
            i--, k--;
            join(al, i, k, to);
        } else if (i > 0 && here == *cell(al, al->before, i - 1, k) + ALONE) {
            i--;
        } else {
            k--;
        }
    }
}

/* Is there one among the cheapest alignments that leaves node i of a, or k of b, alone? That gives it a partner? */
typedef struct ways {
    bool alone, paired;
} ways;

static void look_at(const aligning *al, size_t i, size_t k, ways *of_i, ways *of_k)
{
    const uint32_t all = *cell(al, al->after, 0, 0), before = *cell(al, al->before, i, k);
    const uint32_t pair = i < al->n && k < al->m ? pair_price(al, i, k, false) : NO_PAIR;
    if (i < al->n && before + ALONE + *cell(al, al->after, i + 1, k) == all) of_i->alone = true;
    if (k < al->m && before + ALONE + *cell(al, al->after, i, k + 1) == all) of_k->alone = true;
    if (pair != NO_PAIR && before + pair + *cell(al, al->after, i + 1, k + 1) == all)
        of_i->paired = of_k->paired = true;
}

static vvi_fate fate_of(ways w, bool has_partner)
{
    if (!w.paired) return VVI_ALONE;
    if (!w.alone) return VVI_PAIRED;
    return has_partner ? VVI_MAYBE_PAIRED : VVI_MAYBE_ALONE;
}

static bool decide(const aligning *al, vvi_alignment *to)
{
    ways *of_a = vvi_calloc(al->n + al->m + 2, sizeof *of_a), *of_b = of_a + al->n + 1;
    if (of_a == NULL) return false;
    fill_before(al, false);
    fill_after(al);
    for (size_t i = 0; i <= al->n; i++)
        for (size_t k = 0; k <= al->m; k++) look_at(al, i, k, &of_a[i], &of_b[k]);
    for (size_t i = 0; i < al->n; i++)
        to->fates_a[al->first + i] = fate_of(of_a[i], to->partners_a[al->first + i] >= 0);
    for (size_t k = 0; k < al->m; k++)
        to->fates_b[al->first + k] = fate_of(of_b[k], to->partners_b[al->first + k] >= 0);
    vvi_free(of_a);
    return true;
}

static bool align_rest(aligning *al, vvi_alignment *to)
{
    const size_t cells = (al->n + 1) * (al->m + 1);
    al->pairs = vvi_malloc(3 * cells * sizeof *al->pairs);
    if (al->pairs == NULL) return false;
    al->before = al->pairs + cells;
    al->after = al->before + cells;
    for (size_t i = 0; i < al->n; i++)
        for (size_t k = 0; k < al->m; k++) al->pairs[i * al->m + k] = price_at(al, i, k);
    fill_before(al, true);
    choose(al, to);
    const bool done = decide(al, to);
    vvi_free(al->pairs);
    return done;
}

static bool have_one_name(const vvi_node *a, const vvi_node *b)
{
    return a->row == b->row && strcmp(a->name, b->name) == 0;
}

/* Of very long lists: a partner is a layer of the same kind and name. */
static void align_by_name(const aligning *al, vvi_alignment *to)
{
    for (size_t i = 0; i < al->n; i++)
        for (size_t k = 0; k < al->m; k++)
            if (have_one_name(al->a->nodes[al->first + i], al->b->nodes[al->first + k])) join(al, i, k, to);
    for (size_t i = 0; i < al->n; i++)
        to->fates_a[al->first + i] = to->partners_a[al->first + i] < 0 ? VVI_MAYBE_ALONE : VVI_MAYBE_PAIRED;
    for (size_t k = 0; k < al->m; k++)
        to->fates_b[al->first + k] = to->partners_b[al->first + k] < 0 ? VVI_MAYBE_ALONE : VVI_MAYBE_PAIRED;
}

static bool begin(const aligning *al, vvi_alignment *to)
{
    const size_t n = al->a->n_nodes + al->b->n_nodes;
    *to = (vvi_alignment){ .fates_a = vvi_calloc(n + 1, sizeof *to->fates_a),
                           .partners_a = vvi_malloc((n + 1) * sizeof *to->partners_a) };
    if (to->fates_a == NULL || to->partners_a == NULL) return false;
    to->fates_b = to->fates_a + al->a->n_nodes;
    to->partners_b = to->partners_a + al->a->n_nodes;
    for (size_t i = 0; i < n; i++) to->fates_a[i] = VVI_PAIRED, to->partners_a[i] = -1;
    for (size_t i = 0; i < al->first; i++) to->partners_a[i] = to->partners_b[i] = (int)i;
    return true;
}

bool vvi_align(const vv_model *a, const vv_model *b, vvi_alignment *alignment)
{
    aligning al = { .a = a, .b = b, .first = count_same(a, b) };
    al.n = a->n_nodes - al.first;
    al.m = b->n_nodes - al.first;
    if (!begin(&al, alignment)) return false;
    if (al.n <= MOST_LAYERS && al.m <= MOST_LAYERS) return align_rest(&al, alignment);
    align_by_name(&al, alignment);
    return true;
}

void vvi_alignment_deinit(vvi_alignment *alignment)
{
    vvi_free(alignment->fates_a);
    vvi_free(alignment->partners_a);
    *alignment = (vvi_alignment){ .fates_a = NULL };
}
