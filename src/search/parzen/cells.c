/* cells.c - which hyperparameters are drawn together.
 *
 * A build with conditions asks for a set of names, its shape. The names fall into cells such that each shape is a union of
 * cells (Optuna's `group`): two names are in one cell if no shape has one without the other. A branch so has densities of
 * its own, over the trials that took it. Each shape splits the cells that it meets into what it has and what it has not,
 * so the time is that of reading the shapes.
 */
#include "search/parzen/parzen.h"

#include <string.h>

typedef struct partition {
    uint32_t *cell;  /* of each axis */
    uint32_t *moved; /* of each cell: where its axes go that are in the running shape; VVI_NOWHERE: not met so far */
    uint32_t n;
} partition;

/* Numbers the cells by their first axis, whatever they were called. */
static void renumber(partition *p, size_t n_axes)
{
    uint32_t n = 0;
    for (uint32_t c = 0; c < p->n; c++) p->moved[c] = VVI_NOWHERE;
    for (size_t a = 0; a < n_axes; a++) {
        uint32_t *name = &p->moved[p->cell[a]];
        if (*name == VVI_NOWHERE) *name = n++;
        p->cell[a] = *name;
    }
    p->n = n;
}

/* A shape at most doubles the cells; renumbering leaves no more than there are axes. */
static void split_by(partition *p, const vvi_axes *axes, const vvi_shape *shape)
{
    for (uint32_t c = 0; c < 2 * p->n; c++) p->moved[c] = VVI_NOWHERE;
    for (uint32_t i = 0; i < shape->n; i++) {
        const uint32_t axis = axes->of_domain[shape->domains[i]];
        if (axis == VVI_NOWHERE) continue;
        uint32_t *moved = &p->moved[p->cell[axis]];
        if (*moved == VVI_NOWHERE) *moved = p->n++;
        p->cell[axis] = *moved;
    }
    renumber(p, axes->n);
}

static void split_by_all(partition *p, const vv_past *past, const vvi_axes *axes)
{
    p->n = axes->n > 0;
    for (size_t s = 0; s < past->n_shapes; s++) split_by(p, axes, &past->shapes[s]);
}

/* Cell 0 for what all shapes have, further ones for each of the others. */
static void keep_common(partition *p, const vv_past *past, const vvi_axes *axes)
{
    uint32_t *n_shapes = p->moved;
    for (size_t s = 0; s < past->n_shapes; s++) {
        for (uint32_t i = 0; i < past->shapes[s].n; i++) {
            const uint32_t axis = axes->of_domain[past->shapes[s].domains[i]];
            if (axis != VVI_NOWHERE) n_shapes[axis]++;
        }
    }
    p->n = (uint32_t)axes->n + 1;
    for (uint32_t a = 0; a < axes->n; a++) p->cell[a] = n_shapes[a] == past->n_shapes ? 0 : a + 1;
    renumber(p, axes->n);
}

static void part_all(partition *p, const vv_past *past, const vvi_axes *axes)
{
    (void)past;
    for (uint32_t a = 0; a < axes->n; a++) p->cell[a] = a;
    p->n = (uint32_t)axes->n;
}

/* A stable sort by cell: two passes, numbers and then categories. */
static void list_cells(const partition *p, const vvi_axes *axes, uint32_t *list, uint32_t *ends)
{
    for (uint32_t c = 0; c < p->n; c++) ends[c] = 0;
    for (uint32_t a = 0; a < axes->n; a++) ends[p->cell[a]]++;
    for (uint32_t c = 0, at = 0; c < p->n; c++) {
        const uint32_t n = ends[c];
        ends[c] = at; /* where its next axis goes */
        at += n;
    }
    for (int pass = 1; pass >= 0; pass--) {
        for (uint32_t a = 0; a < axes->n; a++)
            if (axes->list[a].ordered == (pass == 1)) list[ends[p->cell[a]]++] = a;
    }
}

bool vvi_cells_make(const vv_past *past, const vvi_axes *axes, vvi_grouping grouping, vvi_arena *arena,
                    vvi_cells *cells)
{
    static void (*const ways[])(partition *, const vv_past *, const vvi_axes *) = {
        [VVI_GROUP_APART] = part_all, [VVI_GROUP_COMMON] = keep_common, [VVI_GROUP_CELLS] = split_by_all
    };
    partition p = { .cell = vvi_arena_alloc(arena, (axes->n + 1) * sizeof *p.cell),
                    .moved = vvi_arena_alloc(arena, (2 * axes->n + 2) * sizeof *p.moved) };
    uint32_t *list = vvi_arena_alloc(arena, (axes->n + 1) * sizeof *list);
    uint32_t *ends = vvi_arena_alloc(arena, (axes->n + 1) * sizeof *ends);
    if (p.cell == NULL || p.moved == NULL || list == NULL || ends == NULL) return false;
    ways[grouping](&p, past, axes);
    list_cells(&p, axes, list, ends);
    *cells = (vvi_cells){ .axes = list, .ends = ends, .n = p.n };
    return true;
}
