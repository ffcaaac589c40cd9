/* points.c - what trials are to CMA-ES: a coordinate for each hyperparameter that is a number, a pick for each other. The
 * rules are told in oracles/cmaes.c.
 */
#include "search/cma/learn.h"

#include <math.h>
#include <string.h>

enum { REPLAYED_DRAWS = 4 };

/* ---- axes --------------------------------------------------------------------------------------------------------- */

static bool is_same_axis(const vvi_axis *a, const vvi_axis *b)
{
    return a->ordered == b->ordered && a->n == b->n && a->low >= b->low && a->low <= b->low && a->high >= b->high &&
           a->high <= b->high;
}

static void place_axes(vvi_cma_memory *m)
{
    uint32_t places[2] = { 0 };
    for (size_t i = 0; i < m->axes.n; i++) m->place[i] = places[m->axes.list[i].ordered]++;
}

vv_status vvi_cma_renew_axes(vvi_cma_memory *m, const vv_past *past, vv_error *error)
{
    if (m->place != NULL && m->n_domains == past->n_domains) return VV_OK;
    vvi_arena before = m->arena;
    const vvi_axes old = m->axes;
    m->arena = (vvi_arena){ 0 };
    m->place = NULL;
    vv_status status = vvi_axes_make(past, &m->arena, &m->axes, error);
    if (status == VV_OK) m->place = vvi_arena_alloc(&m->arena, (m->axes.n + 1) * sizeof *m->place);
    if (status == VV_OK && m->place == NULL) status = vvi_no_memory(error);
    for (size_t i = 0; status == VV_OK && i < m->now.n_axes; i++)
        if (!is_same_axis(&old.list[i], &m->axes.list[i])) vvi_cma_forget(m);
    vvi_arena_deinit(&before);
    if (status != VV_OK) return status;
    m->n_domains = past->n_domains;
    place_axes(m);
    return VV_OK;
}

size_t vvi_cma_count_axes(const vvi_cma_memory *m, size_t n, bool ordered)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) count += m->axes.list[i].ordered == ordered;
    return count;
}

/* The coordinates that stand for the same value of the domain as `number` does. */
static bool find_cell(const vvi_axis *axis, const vv_domain *domain, double number, double *low, double *high)
{
    const uint64_t n = vv_domain_size(domain);
    if (n == 0) return false;
    const vv_value value = vvi_number_value(domain, number);
    const uint64_t index = (uint64_t)vv_domain_index(domain, value);
    const double at = vvi_value_number(domain, value);
    *low = -(double)INFINITY;
    *high = (double)INFINITY;
    if (index > 0) *low = vvi_axis_to_unit(axis, (vvi_value_number(domain, vv_domain_at(domain, index - 1)) + at) / 2);
    if (index + 1 < n)
        *high = vvi_axis_to_unit(axis, (vvi_value_number(domain, vv_domain_at(domain, index + 1)) + at) / 2);
    return true;
}

typedef struct cells {
    const vvi_cma_memory *m;
    const uint32_t *axis; /* of each coordinate */
} cells;

static bool cell_of_coordinate(void *context, size_t coordinate, double at, double *low, double *high)
{
    const cells *c = context;
    const vvi_axis *axis = &c->m->axes.list[c->axis[coordinate]];
    return find_cell(axis, &axis->domain, vvi_axis_from_unit(axis, vvi_cma_clamp(at)), low, high);
}

/* ---- a trial as a point ------------------------------------------------------------------------------------------- */

vvi_key vvi_cma_key_of(const vvi_cma_work *w, int trial, uint64_t attempt)
{
    return vvi_key_int(vvi_key_int(vvi_key_new(w->question->seed, "cmaes"), trial), (int64_t)attempt);
}

void vvi_cma_draw_trial(vvi_cma_work *w, int trial, uint64_t attempt)
{
    const vvi_cma_run *run = &w->m->now.run;
    const vvi_key key = vvi_cma_key_of(w, trial, attempt);
    vvi_cma_draw(&run->gauss, key, w->point, w->room);
    vvi_categories_draw(&run->chances, vvi_key_name(key, "categories"), w->picks);
}

/* Takes the trial's values over what was drawn. false: a whole number was not in its cell, and had to move. */
static bool take_values(vvi_cma_work *w, int id, double *point, uint32_t *picks)
{
    const vvi_cma_memory *m = w->m;
    const vv_past *past = w->question->past;
    const vvi_shape *shape = vvi_past_shape(past, id);
    const double *numbers = vvi_past_numbers(past, id);
    bool own = true;
    for (uint32_t i = 0; i < shape->n; i++) {
        const uint32_t at = m->axes.of_domain[shape->domains[i]];
        if (at == VVI_NOWHERE || at >= m->now.n_axes) continue;
        const vvi_axis *axis = &m->axes.list[at];
        double *u = &point[m->place[at]], low, high;
        if (!axis->ordered) {
            picks[m->place[at]] = (uint32_t)numbers[i];
        } else if (!find_cell(axis, &past->domains[shape->domains[i]].domain, numbers[i], &low, &high)) {
            *u = vvi_axis_to_unit(axis, numbers[i]);
        } else if (*u < low || *u > high) {
            *u = *u < low ? low : high;
            own = false;
        }
    }
    return own;
}

void vvi_cma_make_point(vvi_cma_work *w, int id, double *point, uint32_t *picks)
{
    const vvi_cma_run *run = &w->m->now.run;
    bool own = false;
    for (uint64_t attempt = 0; attempt <= REPLAYED_DRAWS && !own; attempt++) {
        vvi_cma_draw_trial(w, id, attempt % REPLAYED_DRAWS); /* none fits: the first, moved */
        memcpy(point, w->point, run->gauss.n * sizeof *point);
        for (size_t i = 0; i < run->chances.n; i++) picks[i] = VVI_NO_CATEGORY;
        own = take_values(w, id, point, picks);
    }
}

/* ---- margins ----------------------------------------------------------------------------------------------------- */

void vvi_cma_keep_cells(vvi_cma_work *w)
{
    const vvi_cma_memory *m = w->m;
    uint32_t *axis = w->picks; /* as long as all axes, and free */
    for (uint32_t i = 0; i < m->now.n_axes; i++)
        if (m->axes.list[i].ordered) axis[m->place[i]] = i;
    cells c = { .m = m, .axis = axis };
    vvi_cma_keep_margin(&w->m->now.run.gauss, &(vvi_cells){ cell_of_coordinate, &c });
}
