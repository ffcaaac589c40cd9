/* reduce.c - what a number does without: alternatives that make no difference are taken for one, variables that make
 * none are dropped, those asked for last first.
 */
#include "explain/points.h"

#include <string.h>

/* ---- functions -------------------------------------------------------------------------------------------------- */

typedef struct keyed {
    const vvi_points *points;
    const bool *kept;
    size_t number;
} keyed;

static uint64_t hash_point(const vvi_points *p, const bool *kept, size_t number)
{
    uint64_t hash = VVI_HASH_START;
    for (size_t v = 0; v < p->n_variables; v++)
        if (kept[v]) hash = vvi_hash_bytes(hash, &vvi_point(p, number)[v], sizeof(int32_t));
    return hash;
}

static bool same_point(const void *context, uint32_t number)
{
    const keyed *k = context;
    for (size_t v = 0; v < k->points->n_variables; v++)
        if (k->kept[v] && vvi_point(k->points, number)[v] != vvi_point(k->points, k->number)[v]) return false;
    return true;
}

/* Is y a function of the variables kept? Fills `distinct` with the first of each set of equal points. */
static bool is_function(const vvi_points *p, const bool *kept, uint32_t *distinct, size_t *n_distinct, bool *failed)
{
    vvi_index index = { 0 };
    bool function = true;
    *n_distinct = 0;
    for (size_t i = 0; i < p->n && function && !*failed; i++) {
        const keyed k = { p, kept, i };
        const uint64_t hash = hash_point(p, kept, i);
        const uint32_t known = vvi_index_find(&index, hash, same_point, &k);
        if (known != VVI_NONE) {
            function = p->y[known] == p->y[i];
        } else {
            *failed = !vvi_index_add(&index, hash, (uint32_t)i);
            distinct[(*n_distinct)++] = (uint32_t)i;
        }
    }
    vvi_index_deinit(&index);
    return function;
}

typedef struct merging {
    bool kept[VVI_MOST_VARIABLES];
    uint32_t *distinct;
    bool failed;
} merging;

/* ---- which alternatives matter ---------------------------------------------------------------------------------- */

static void move_choices(vvi_points *p, size_t variable, int32_t from, int32_t to)
{
    for (size_t i = 0; i < p->n; i++) {
        int32_t *choice = &p->choice[i * p->n_variables + variable];
        if (*choice == from) *choice = to;
    }
}

/* Takes `from` for `to` where that makes no difference. The choices are then those of before[], or `to`. */
static bool merge(vvi_points *p, size_t variable, int32_t from, int32_t to, int32_t *before, merging *m)
{
    size_t n_distinct;
    for (size_t i = 0; i < p->n; i++) before[i] = vvi_point(p, i)[variable];
    move_choices(p, variable, from, to);
    if (is_function(p, m->kept, m->distinct, &n_distinct, &m->failed)) return true;
    for (size_t i = 0; i < p->n; i++) p->choice[i * p->n_variables + variable] = before[i];
    return false;
}

/* Numbers the groups that are left without gaps. */
static void renumber(vvi_points *p, size_t variable, uint32_t *group)
{
    vvi_variable *v = &p->variables[variable];
    const uint32_t n = v->column->n_atoms;
    uint32_t left = 0;
    for (uint32_t a = 0; a < n; a++) {
        if (group[a] != a) continue;
        move_choices(p, variable, (int32_t)a, (int32_t)left); /* left <= a: nothing is there any more */
        for (uint32_t b = a; b < n; b++)
            if (group[b] == a) group[b] = left;
        left++;
    }
    v->group = group;
    v->n_alternatives = left;
}

static bool merge_atoms(vvi_explainer *x, vvi_points *p, size_t variable, int32_t *before, merging *m)
{
    const vvi_column *column = p->variables[variable].column;
    uint32_t *group = vvi_arena_alloc(&x->scratch, (column->n_atoms + 1) * sizeof *group);
    if (group == NULL) return false;
    for (uint32_t a = 0; a < column->n_atoms; a++) {
        group[a] = a;
        for (uint32_t b = column->ordered && a > 0 ? a - 1 : 0; b < a && group[a] == a; b++)
            if (merge(p, variable, (int32_t)a, (int32_t)group[b], before, m)) group[a] = group[b];
    }
    renumber(p, variable, group);
    return !m->failed;
}

bool vvi_points_merge(vvi_explainer *x, vvi_points *points)
{
    enum { MOST_MERGED = 64 };
    merging m = { .distinct = vvi_arena_alloc(&x->scratch, (points->n + 1) * sizeof *m.distinct) };
    int32_t *before = vvi_arena_alloc(&x->scratch, (points->n + 1) * sizeof *before);
    size_t n_distinct;
    if (m.distinct == NULL || before == NULL) return false;
    for (size_t v = 0; v < points->n_variables; v++) m.kept[v] = true;
    if (!is_function(points, m.kept, m.distinct, &n_distinct, &m.failed)) return !m.failed;
    for (size_t v = 0; v < points->n_variables; v++) {
        const vvi_column *column = points->variables[v].column;
        if (column == NULL || column->n_atoms > MOST_MERGED) continue;
        if (!merge_atoms(x, points, v, before, &m)) return false;
    }
    return true;
}

/* ---- which variables matter ------------------------------------------------------------------------------------- */

static void keep_only(vvi_points *p, const bool *kept, const uint32_t *distinct, size_t n_distinct)
{
    size_t to = 0, n_kept = 0;
    for (size_t i = 0; i < n_distinct; i++) {
        p->y[i] = p->y[distinct[i]];
        for (size_t v = 0; v < p->n_variables; v++)
            if (kept[v]) p->choice[to++] = vvi_point(p, distinct[i])[v];
    }
    for (size_t v = 0; v < p->n_variables; v++)
        if (kept[v]) p->variables[n_kept++] = p->variables[v];
    p->n_variables = n_kept;
    p->n = n_distinct;
}

bool vvi_points_reduce(vvi_explainer *x, vvi_points *points)
{
    bool kept[VVI_MOST_VARIABLES], failed = false;
    size_t n_distinct;
    uint32_t *distinct = vvi_arena_alloc(&x->scratch, (points->n + 1) * sizeof *distinct);
    if (distinct == NULL) return false;
    for (size_t v = 0; v < points->n_variables; v++) kept[v] = true;
    for (size_t v = points->n_variables; v-- > 0;) {
        kept[v] = false;
        kept[v] = !is_function(points, kept, distinct, &n_distinct, &failed);
    }
    if (!is_function(points, kept, distinct, &n_distinct, &failed) || failed) return !failed;
    keep_only(points, kept, distinct, n_distinct);
    return true;
}
