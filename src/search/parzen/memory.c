/* memory.c - what a Parzen estimator keeps from ask to ask: axes, cells, and the latest trials as points.
 *
 * All of it follows from the past, number by number, so that a memory that has grown with the past is equal to one that
 * was made from it at once. Its size is bounded: only the SLOTS latest trials are kept as points; an earlier one is looked
 * up in the past where it is needed, which is seldom.
 */
#include "search/parzen/parzen.h"
#include "search/standing.h"

#include <math.h>
#include <string.h>

enum { SLOTS = 2048, MOST_NUMBERS = 1 << 21 };

static void forget_points(vvi_memory *memory)
{
    vvi_free(memory->slots);
    vvi_free(memory->numbers);
    memory->slots = NULL;
    memory->numbers = NULL;
    memory->n_slots = 0;
}

void vvi_memory_deinit(vvi_memory *memory)
{
    forget_points(memory);
    vvi_free(memory->marks);
    vvi_free(memory->standings);
    vvi_free(memory->losses);
    vvi_arena_deinit(&memory->arena);
    *memory = (vvi_memory){ 0 };
}

/* ---- axes and cells ---------------------------------------------------------------------------------------------- */

static uint32_t *cells_of_axes(const vvi_memory *memory, vvi_arena *arena)
{
    uint32_t *cell_of = vvi_arena_alloc(arena, (memory->axes.n + 1) * sizeof *cell_of);
    for (uint32_t c = 0, i = 0; cell_of != NULL && c < memory->cells.n; c++)
        for (; i < memory->cells.ends[c]; i++) cell_of[memory->cells.axes[i]] = c;
    return cell_of;
}

/* Writes the shape into the list of each cell that it has, or counts it there (list NULL). A cell counts once for all of
 * its axes: by its first one. */
static void list_shape(const vvi_memory *memory, const uint32_t *cell_of, uint32_t s, uint32_t *ends, uint32_t *list)
{
    const vvi_shape *shape = &memory->past->shapes[s];
    for (uint32_t i = 0; i < shape->n; i++) {
        const uint32_t axis = memory->axes.of_domain[shape->domains[i]];
        if (axis == VVI_NOWHERE) continue;
        const uint32_t cell = cell_of[axis], first = cell > 0 ? memory->cells.ends[cell - 1] : 0;
        if (memory->cells.axes[first] != axis) continue;
        if (list != NULL) list[ends[cell]] = s;
        ends[cell]++;
    }
}

static bool find_alone(vvi_memory *memory)
{
    bool *alone = vvi_arena_alloc(&memory->arena, memory->axes.n + 1);
    memory->alone = alone;
    for (uint32_t c = 0, first = 0; alone != NULL && c < memory->cells.n; first = memory->cells.ends[c++])
        if (memory->cells.ends[c] == first + 1) alone[memory->cells.axes[first]] = true;
    return alone != NULL;
}

static bool list_shapes(vvi_memory *memory)
{
    const size_t n_shapes = memory->past->n_shapes, n_cells = memory->cells.n;
    uint32_t *cell_of = cells_of_axes(memory, &memory->arena);
    uint32_t *ends = vvi_arena_alloc(&memory->arena, (n_cells + 1) * sizeof *ends);
    if (cell_of == NULL || ends == NULL) return false;
    for (uint32_t s = 0; s < n_shapes; s++) list_shape(memory, cell_of, s, ends, NULL);
    uint32_t at = 0;
    for (size_t c = 0; c < n_cells; c++) {
        const uint32_t n = ends[c];
        ends[c] = at;
        at += n;
    }
    uint32_t *list = vvi_arena_alloc(&memory->arena, ((size_t)at + 1) * sizeof *list);
    if (list == NULL) return false;
    for (uint32_t s = 0; s < n_shapes; s++) list_shape(memory, cell_of, s, ends, list);
    memory->shapes = list;
    memory->shape_ends = ends;
    return true;
}

static vv_status remake(vvi_memory *memory, const vv_past *past, vvi_grouping grouping, vv_error *error)
{
    vvi_memory_deinit(memory);
    memory->past = past;
    VVI_TRY(vvi_axes_make(past, &memory->arena, &memory->axes, error));
    memory->marks = vvi_calloc(past->n_shapes + 1, sizeof *memory->marks);
    if (memory->marks == NULL || !vvi_cells_make(past, &memory->axes, grouping, &memory->arena, &memory->cells) ||
        !find_alone(memory) || !list_shapes(memory))
        return vvi_no_memory(error);
    memory->n_domains = past->n_domains;
    memory->n_shapes = past->n_shapes;
    return VV_OK;
}

size_t vvi_memory_trials(vvi_memory *memory, uint32_t cell, int *ids)
{
    const uint32_t first = cell > 0 ? memory->shape_ends[cell - 1] : 0;
    memory->mark++;
    for (uint32_t i = first; i < memory->shape_ends[cell]; i++) memory->marks[memory->shapes[i]] = memory->mark;
    size_t n = 0;
    for (size_t id = 0; id < memory->past->n_rows; id++)
        if (memory->marks[memory->past->rows[id].shape] == memory->mark) ids[n++] = (int)id;
    return n;
}

/* ---- points ------------------------------------------------------------------------------------------------------ */

/* A power of two, as many as there are trials, within bounds. */
static size_t slots_wanted(const vvi_memory *memory)
{
    size_t n = 64;
    while (n < memory->past->n_rows && n < SLOTS && 4 * n * memory->axes.n <= MOST_NUMBERS) n *= 2;
    return n;
}

static bool grow(vvi_memory *memory)
{
    const size_t n = slots_wanted(memory), width = memory->axes.n;
    if (n <= memory->n_slots) return true;
    forget_points(memory);
    memory->slots = vvi_calloc(n, sizeof *memory->slots);
    memory->numbers = vvi_calloc(2 * n * width + 1, sizeof *memory->numbers);
    if (memory->slots == NULL || memory->numbers == NULL) return false;
    for (size_t i = 0; i < n; i++)
        memory->slots[i] =
            (vvi_recent){ -1, 0, memory->numbers + 2 * i * width, memory->numbers + (2 * i + 1) * width };
    memory->n_slots = n;
    return true;
}

static void find_cuts(const vvi_memory *memory, vvi_recent *slot, unsigned level)
{
    for (size_t a = 0; a < memory->axes.n; a++) {
        const vvi_axis *axis = &memory->axes.list[a];
        slot->log_cuts[a] = 0;
        if (axis->ordered && !isnan(slot->point[a]))
            slot->log_cuts[a] = vvi_parzen_log_cut(slot->point[a], vvi_bad_slope(axis, level, memory->alone[a]));
    }
}

double vvi_memory_point(vvi_memory *memory, uint32_t cell, int id, unsigned level, double *point)
{
    vvi_recent *slot = &memory->slots[(size_t)id & (memory->n_slots - 1)];
    if (slot->id != id) vvi_axes_point(&memory->axes, memory->past, id, slot->point);
    if (slot->id != id || slot->level != level) find_cuts(memory, slot, level);
    slot->id = id;
    slot->level = level;
    double sum = 0;
    const uint32_t first = cell > 0 ? memory->cells.ends[cell - 1] : 0;
    for (uint32_t i = first; i < memory->cells.ends[cell]; i++) {
        *point++ = slot->point[memory->cells.axes[i]];
        sum += slot->log_cuts[memory->cells.axes[i]];
    }
    return sum;
}

/* ---- how trials stand -------------------------------------------------------------------------------------------- */

static bool reserve_rows(vvi_memory *memory, size_t n)
{
    if (n <= memory->most_rows) return true;
    const size_t most = 64 + n + n / 2;
    uint8_t *standings = vvi_realloc(memory->standings, most);
    if (standings != NULL) memory->standings = standings;
    double *losses = standings == NULL ? NULL : vvi_realloc(memory->losses, most * sizeof *losses);
    if (losses == NULL) return false;
    memory->losses = losses;
    memory->most_rows = most;
    return true;
}

/* Asking the past anew of each trial would be most of the time of a long search. */
static bool read_news(vvi_memory *memory)
{
    const vv_past *past = memory->past;
    if (!reserve_rows(memory, past->n_rows)) return false;
    for (; memory->n_changes < vv_past_changes(past); memory->n_changes++) {
        const int id = vv_past_changed(past, memory->n_changes);
        memory->standings[id] = (uint8_t)vvi_trial_standing(past, id);
        memory->losses[id] = vv_past_loss(past, id, 0);
    }
    return true;
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

vv_status vvi_memory_follow(vvi_memory *memory, const vv_past *past, vvi_grouping grouping, vv_error *error)
{
    const bool same =
        memory->past == past && memory->n_domains == past->n_domains && memory->n_shapes == past->n_shapes;
    vv_status status = same ? VV_OK : remake(memory, past, grouping, error);
    if (status == VV_OK && !(grow(memory) && read_news(memory))) status = vvi_no_memory(error);
    if (status != VV_OK) vvi_memory_deinit(memory);
    return status;
}
