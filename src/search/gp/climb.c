/* climb.c - from a good candidate to a better one: along the axes with many values by their gradient, then to the grid,
 * then by exchanging values of the others one at a time, each exchange seen by the builder; and again while it helps. */
#include "search/gp/trials.h"

#include <math.h>
#include <string.h>

enum { ROUNDS = 3, EVALUATIONS = 40, EXCHANGES = 64, FEW_VALUES = 8 };

typedef struct climbing {
    vvi_gp_pool *pool;
    vvi_gp_candidate *candidate;
    double *point, *gradient, *x, *low, *high, *scales;
    uint32_t *axes;
    size_t n;
    int exchanges;
} climbing;

static bool allocate(climbing *c)
{
    const size_t n = c->pool->axes->n + 1;
    double **const parts[] = { &c->point, &c->gradient, &c->x, &c->low, &c->high, &c->scales };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        *parts[i] = vvi_arena_alloc(c->pool->arena, n * sizeof **parts[i]);
        if (*parts[i] == NULL) return false;
    }
    c->axes = vvi_arena_alloc(c->pool->arena, n * sizeof *c->axes);
    return c->axes != NULL;
}

/* ---- by the gradient --------------------------------------------------------------------------------------------- */

/* Axes in units of their lengths, so that no direction is much steeper than another. */
static void choose_axes(climbing *c, bool relaxed)
{
    const vvi_gp_form *form = c->candidate->form;
    const vvi_gp_model *model = c->pool->learnt->acquisition.losses;
    c->n = 0;
    for (size_t i = 0; i < form->n; i++) {
        const uint32_t axis = form->axes[i];
        const uint64_t size = vv_domain_size(form->domains[i]);
        if (!c->pool->axes->list[axis].ordered || (size > 0 && (!relaxed || size <= FEW_VALUES))) continue;
        c->scales[c->n] = model == NULL ? 1 : fmin(fmax(sqrt(model->kernel.weights[axis]), 0.05), 50);
        c->low[c->n] = 0;
        c->high[c->n] = c->scales[c->n];
        c->x[c->n] = c->candidate->point[axis] * c->scales[c->n];
        c->axes[c->n++] = axis;
    }
}

static double minus_acquired(void *context, const double *x, double *gradient)
{
    climbing *c = context;
    for (size_t i = 0; i < c->n; i++) c->point[c->axes[i]] = fmin(fmax(x[i] / c->scales[i], 0), 1);
    const double value = vvi_gp_acquire(&c->pool->learnt->acquisition, c->point, c->gradient);
    for (size_t i = 0; i < c->n; i++) gradient[i] = -c->gradient[c->axes[i]] / c->scales[i];
    return -value;
}

/* The candidate moves only if it is better on its grid, too. */
static void settle(climbing *c, vvi_gp_candidate *moved)
{
    vvi_gp_candidate_snap(c->pool, moved);
    vvi_gp_candidate_score(c->pool, moved);
    if (!(moved->value > c->candidate->value)) return;
    memcpy(c->candidate->point, moved->point, c->pool->axes->n * sizeof *moved->point);
    c->candidate->form = moved->form;
    c->candidate->value = moved->value;
}

static vv_status go_up(climbing *c, bool relaxed, vv_error *error)
{
    double value;
    choose_axes(c, relaxed);
    if (c->n == 0) return VV_OK;
    memcpy(c->point, c->candidate->point, c->pool->axes->n * sizeof *c->point);
    VVI_TRY(vvi_gp_minimize(c->n, c->low, c->high, c->x, EVALUATIONS, 1e-5, minus_acquired, c, &value, error));
    for (size_t i = 0; i < c->n; i++) c->point[c->axes[i]] = fmin(fmax(c->x[i] / c->scales[i], 0), 1);
    vvi_gp_candidate moved = *c->candidate;
    moved.point = c->point;
    settle(c, &moved);
    return VV_OK;
}

/* ---- by exchange ------------------------------------------------------------------------------------------------- */

static vv_status try_value(climbing *c, size_t i, uint64_t index, vv_error *error)
{
    const vvi_gp_form *form = c->candidate->form;
    const vvi_axis *axis = &c->pool->axes->list[form->axes[i]];
    const vv_domain *domain = form->domains[i];
    const double position = vvi_axis_to_unit(axis, vvi_value_number(domain, vv_domain_at(domain, index)));
    vvi_gp_candidate exchanged;
    bool made;
    c->exchanges++;
    VVI_TRY(vvi_gp_pool_build(c->pool, c->candidate, form->axes[i], position, &exchanged, c->point, &made, error));
    if (made) settle(c, &exchanged);
    return VV_OK;
}

/* All values of a category or a short grid; the next ones of a long grid. */
static vv_status exchange(climbing *c, size_t i, vv_error *error)
{
    const vvi_gp_form *form = c->candidate->form;
    const vv_domain *domain = form->domains[i];
    const vvi_axis *axis = &c->pool->axes->list[form->axes[i]];
    const uint64_t size = vv_domain_size(domain);
    if (size < 2) return VV_OK;
    const double number = vvi_axis_from_unit(axis, c->candidate->point[form->axes[i]]);
    const int64_t own = vv_domain_index(domain, vvi_number_value(domain, number));
    const int64_t reach = !axis->ordered || size <= FEW_VALUES ? (int64_t)size : 2;
    for (int64_t index = own - reach; index <= own + reach && c->candidate->form == form; index++) {
        if (index < 0 || index >= (int64_t)size || index == own || c->exchanges >= EXCHANGES) continue;
        VVI_TRY(try_value(c, i, (uint64_t)index, error));
    }
    return VV_OK;
}

static vv_status exchange_all(climbing *c, vv_error *error)
{
    const size_t n = c->candidate->form->n;
    const size_t first =
        n > 0 ? (size_t)vvi_stream_below(&c->pool->stream, n) : 0; /* when there are too many for all */
    for (size_t k = 0; k < n && c->exchanges < EXCHANGES; k++) {
        const size_t i = (first + k) % n;
        if (i < c->candidate->form->n) VVI_TRY(exchange(c, i, error));
    }
    return VV_OK;
}

vv_status vvi_gp_climb(vvi_gp_pool *pool, vvi_gp_candidate *candidate, vv_error *error)
{
    climbing c = { .pool = pool, .candidate = candidate };
    if (!allocate(&c)) return vvi_no_memory(error);
    for (int round = 0; round < ROUNDS; round++) {
        const double before = candidate->value;
        VVI_TRY(go_up(&c, round == 0, error));
        VVI_TRY(exchange_all(&c, error));
        if (!(candidate->value > before + 1e-4)) break;
    }
    return VV_OK;
}
