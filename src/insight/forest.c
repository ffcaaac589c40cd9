/* forest.c - random forests for regression (Breiman 2001) over bins.
 *
 * Each tree is grown from as many trials as there are, drawn with replacement. A node is split where the sum of
 * squares falls most; the bins of words, and those of numbers in their order, are gone through once for each
 * hyperparameter: for words in the order of their means, among which the best of all 2^(k-1) splits is (Fisher 1958).
 * What is not active is a bin of its own: below all numbers, and one more word.
 *
 * What takes the time is adding trials to bins: trials x hyperparameters x levels of a tree. So the trials of a node
 * lie next to each other, with their scores in its order; only bins that have trials are looked at and emptied, which
 * for the many small nodes are few; and nodes have at least a few trials where there are many (leaf_size), which also
 * keeps noise out. Of more than 32 hyperparameters each node looks at a third, but 32 at the least, which differs from
 * node to node.
 */
#include "insight/bins.h"

#include <math.h>
#include <string.h>

enum { ALL_AXES = 32 };

typedef struct bin {
    double sum, n;
} bin;

typedef struct split {
    double gain;
    uint64_t left_set;
    size_t axis;
} split;

/* A node that waits to be grown. */
typedef struct pending {
    uint32_t begin, end; /* its trials in `order` */
    int32_t parent;      /* -1: the root */
    bool right;
    int depth;
} pending;

typedef struct forest {
    const vvi_bins *bins;
    vvi_stream stream;
    uint32_t *order, *scratch; /* trials in the tree, once each */
    uint8_t *counts;           /* how often each was drawn */
    bin *terms;                /* by place in a node: how often the trial was drawn, and its score as often */
    size_t *axes;              /* in the order of drawing */
    size_t n_looked_at;        /* of them, for each node */
    size_t n_drawn;            /* trials, for each tree */
    double leaf_size;
    vvi_tree_node *nodes;
    size_t n_nodes;
    pending *waiting;
    size_t n_waiting;
    bin bins_of[64];
    double *votes; /* by trial: the sum of what trees grown without it say */
    uint32_t *n_votes;
} forest;

/* ---- one split --------------------------------------------------------------------------------------------------- */

/* Bins with trials, in the order in which they are gone through. */
typedef struct row {
    uint8_t list[64];
    size_t n;
} row;

static uint64_t fill_bins(forest *f, size_t axis, uint32_t begin, uint32_t end)
{
    const uint8_t *at = f->bins->at + axis * f->bins->n;
    uint64_t present = 0;
    for (uint32_t i = begin; i < end; i++) {
        const uint8_t b = at[f->order[i]];
        f->bins_of[b].sum += f->terms[i].sum;
        f->bins_of[b].n += f->terms[i].n;
        present |= UINT64_C(1) << b;
    }
    return present;
}

static void list_bins(uint64_t present, row *r)
{
    r->n = 0;
    if ((present & VVI_INACTIVE_BIT) != 0) r->list[r->n++] = VVI_INACTIVE;
    for (uint64_t rest = present & ~VVI_INACTIVE_BIT; rest != 0; rest &= rest - 1)
        r->list[r->n++] = (uint8_t)__builtin_ctzll(rest);
}

static void sort_by_means(const bin *bins, row *r)
{
    for (size_t i = 1; i < r->n; i++) {
        const uint8_t one = r->list[i];
        size_t k = i;
        for (; k > 0 && bins[r->list[k - 1]].sum * bins[one].n > bins[one].sum * bins[r->list[k - 1]].n; k--)
            r->list[k] = r->list[k - 1];
        r->list[k] = one;
    }
}

/* All bins up to half-way between two, and what is not active. */
static uint64_t set_below(const row *r, size_t cut)
{
    const unsigned low = r->list[cut], high = r->list[cut + 1];
    const unsigned last = low == VVI_INACTIVE ? 0 : (low + high + 1) / 2;
    return VVI_INACTIVE_BIT | ((UINT64_C(1) << last) - 1);
}

/* Words of which there are no trials here go with the many. */
static uint64_t set_of(const row *r, size_t cut, uint64_t present, bool left_is_larger)
{
    uint64_t set = left_is_larger ? ~present : 0;
    for (size_t i = 0; i <= cut; i++) set |= UINT64_C(1) << r->list[i];
    return set;
}

/* The gain is what the sum of squares falls by. */
static void look_at(forest *f, size_t axis, uint32_t begin, uint32_t end, double n, double sum, split *best)
{
    row r;
    const bool ordered = f->bins->axes[axis].ordered;
    const uint64_t present = fill_bins(f, axis, begin, end);
    bin left = { 0, 0 };
    list_bins(present, &r);
    if (!ordered) sort_by_means(f->bins_of, &r);
    for (size_t i = 0; i + 1 < r.n; i++) {
        left.sum += f->bins_of[r.list[i]].sum;
        left.n += f->bins_of[r.list[i]].n;
        if (left.n < f->leaf_size || n - left.n < f->leaf_size) continue;
        const double more = left.sum * n - sum * left.n, gain = more * more / (left.n * (n - left.n) * n);
        if (!(gain > best->gain)) continue;
        *best = (split){ .gain = gain,
                         .axis = axis,
                         .left_set = ordered ? set_below(&r, i) : set_of(&r, i, present, 2 * left.n > n) };
    }
    for (size_t i = 0; i < r.n; i++) f->bins_of[r.list[i]] = (bin){ 0, 0 };
}

/* The first of them, drawn without putting back. */
static void draw_axes(forest *f)
{
    const size_t n = f->bins->n_axes;
    for (size_t i = 0; f->n_looked_at < n && i < f->n_looked_at; i++) {
        const size_t k = i + (size_t)vvi_stream_below(&f->stream, n - i), other = f->axes[k];
        f->axes[k] = f->axes[i];
        f->axes[i] = other;
    }
}

/* ---- one tree ---------------------------------------------------------------------------------------------------- */

/* Scores in the order of the node; their sum of squares around their mean. */
static double gather(forest *f, uint32_t begin, uint32_t end, double *n, double *sum)
{
    double squares = 0;
    *n = *sum = 0;
    for (uint32_t i = begin; i < end; i++) {
        const double score = f->bins->scores[f->order[i]], times = f->counts[f->order[i]];
        f->terms[i] = (bin){ times * score, times };
        *n += times;
        *sum += times * score;
        squares += times * score * score;
    }
    return squares - *sum * *sum / *n;
}

static uint32_t partition(forest *f, const split *s, uint32_t begin, uint32_t end)
{
    const uint8_t *at = f->bins->at + s->axis * f->bins->n;
    uint32_t left = begin, right = 0;
    for (uint32_t i = begin; i < end; i++) {
        const uint32_t trial = f->order[i];
        if ((s->left_set >> at[trial] & 1) != 0)
            f->order[left++] = trial;
        else
            f->scratch[right++] = trial;
    }
    memcpy(f->order + left, f->scratch, right * sizeof *f->order);
    return left;
}

static void wait(forest *f, uint32_t begin, uint32_t end, int32_t parent, bool right, int depth)
{
    f->waiting[f->n_waiting++] = (pending){ begin, end, parent, right, depth };
}

static void grow_node(forest *f, const pending *p, double smallest)
{
    double n, sum;
    split best = { .gain = smallest };
    const double squares = gather(f, p->begin, p->end, &n, &sum);
    const int32_t number = (int32_t)f->n_nodes++;
    f->nodes[number] = (vvi_tree_node){ .left = -1, .right = -1, .value = sum / n };
    if (p->parent >= 0) *(p->right ? &f->nodes[p->parent].right : &f->nodes[p->parent].left) = number;
    if (squares <= smallest || n < 2 * f->leaf_size || p->depth >= VVI_TREE_DEPTH) return;
    draw_axes(f);
    for (size_t i = 0; i < f->n_looked_at; i++)
        if (f->bins->axes[f->axes[i]].n > 0) look_at(f, f->axes[i], p->begin, p->end, n, sum, &best);
    if (!(best.gain > smallest)) return;
    f->nodes[number].axis = (uint32_t)best.axis;
    f->nodes[number].left_set = best.left_set;
    const uint32_t middle = partition(f, &best, p->begin, p->end);
    wait(f, middle, p->end, number, true, p->depth + 1);
    wait(f, p->begin, middle, number, false, p->depth + 1);
}

/* Draws its trials; those that are drawn, once each, are in `order`. */
static uint32_t draw_trials(forest *f)
{
    const size_t n = f->bins->n;
    uint32_t drawn = 0;
    memset(f->counts, 0, n);
    for (size_t i = 0; i < f->n_drawn; i++) {
        uint8_t *count = &f->counts[vvi_stream_below(&f->stream, n)];
        *count = (uint8_t)(*count + (*count < UINT8_MAX));
    }
    for (size_t i = 0; i < n; i++)
        if (f->counts[i] > 0) f->order[drawn++] = (uint32_t)i;
    return drawn;
}

static void grow_tree(forest *f)
{
    double n, sum;
    const uint32_t drawn = draw_trials(f);
    const double smallest = 1e-12 * gather(f, 0, drawn, &n, &sum);
    f->n_nodes = f->n_waiting = 0;
    for (size_t i = 0; i < f->bins->n_axes; i++) f->axes[i] = i;
    wait(f, 0, drawn, -1, false, 0);
    while (f->n_waiting > 0) {
        const pending next = f->waiting[--f->n_waiting];
        grow_node(f, &next, smallest);
    }
}

/* ---- what is explained ------------------------------------------------------------------------------------------- */

static double predict(const forest *f, size_t trial)
{
    const vvi_tree_node *node = f->nodes;
    while (node->left >= 0) {
        const uint8_t b = f->bins->at[node->axis * f->bins->n + trial];
        node = &f->nodes[(node->left_set >> b & 1) != 0 ? node->left : node->right];
    }
    return node->value;
}

static void vote(forest *f)
{
    for (size_t i = 0; i < f->bins->n; i++) {
        if (f->counts[i] > 0) continue;
        f->votes[i] += predict(f, i);
        f->n_votes[i]++;
    }
}

static double find_explained(const forest *f)
{
    double n = 0, sum = 0, squares = 0, errors = 0;
    for (size_t i = 0; i < f->bins->n; i++) {
        if (f->n_votes[i] == 0) continue;
        const double score = f->bins->scores[i], error = score - f->votes[i] / f->n_votes[i];
        n += 1;
        sum += score;
        squares += score * score;
        errors += error * error;
    }
    const double spread = squares - sum * sum / n;
    return spread > 0 ? 1 - errors / spread : (double)NAN;
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

/* Few trials must be taken as they are; of many, small leaves would only learn their noise. */
static double leaf_size(size_t n)
{
    return n < 100 ? 1 : n < 1000 ? 3 : 5;
}

static bool make_room(forest *f, void *memory[8])
{
    const size_t n = f->bins->n;
    const struct room {
        void *place;
        size_t n, size;
    } rooms[] = { { &f->order, n, sizeof *f->order },
                  { &f->scratch, n, sizeof *f->scratch },
                  { &f->counts, n, sizeof *f->counts },
                  { &f->terms, n, sizeof *f->terms },
                  { &f->axes, f->bins->n_axes, sizeof *f->axes },
                  { &f->nodes, 2 * n, sizeof *f->nodes },
                  { &f->waiting, VVI_TREE_DEPTH + 2, sizeof *f->waiting },
                  { &f->votes, n, sizeof *f->votes } };
    for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++) {
        memory[i] = vvi_calloc(rooms[i].n, rooms[i].size);
        if (memory[i] == NULL) return false;
        memcpy(rooms[i].place, &memory[i], sizeof memory[i]);
    }
    return true;
}

static void grow(forest *f, vvi_key key, vvi_tree_function each, void *context)
{
    for (size_t i = 0; i < VVI_TREES; i++) {
        f->stream = vvi_stream_begin(vvi_key_int(key, (int64_t)i));
        grow_tree(f);
        vote(f);
        each(context, i, &(vvi_tree){ .nodes = f->nodes, .n = f->n_nodes });
    }
}

vv_status vvi_forest_grow(const vvi_bins *bins, size_t most, uint64_t seed, vvi_tree_function each, void *context,
                          double *explained, vv_error *error)
{
    void *memory[8] = { NULL };
    const size_t third = (bins->n_axes + 2) / 3, axes = third > ALL_AXES ? third : ALL_AXES;
    forest f = { .bins = bins,
                 .n_drawn = bins->n < most ? bins->n : most,
                 .leaf_size = leaf_size(bins->n),
                 .n_looked_at = axes < bins->n_axes ? axes : bins->n_axes };
    f.n_votes = vvi_calloc(bins->n, sizeof *f.n_votes);
    const bool held = f.n_votes != NULL && make_room(&f, memory);
    if (held) grow(&f, vvi_key_new(seed, "forest"), each, context);
    if (held) *explained = find_explained(&f);
    for (size_t i = 0; i < sizeof memory / sizeof *memory; i++) vvi_free(memory[i]);
    vvi_free(f.n_votes);
    return held ? VV_OK : vvi_no_memory(error);
}
