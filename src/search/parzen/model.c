/* model.c - the densities of the good and of the other trials over one cell of hyperparameters.
 *
 * Each cell parts its own trials, those that have it: a branch that is seldom the best still learns what is best within
 * it. (Optuna parts all trials once; a branch without good trials is then drawn from as if nothing was known.)
 *
 * Running trials are among the bad ones (the liar; Ginsbourger, Le Riche, Carraro 2010). That alone lets asks in parallel
 * come together where the good density is high, which is as it should be, since with heavier liars eight asks at a time
 * found less; but a point next to a running one tells nothing new, so such points come last.
 *
 * The bad trials' mixture is bounded: of more than WINDOW it keeps the latest. Those lie where the good ones are, which is
 * where points are looked at; what was found to be bad long ago lies where the good density is low anyway. A cell of many
 * hyperparameters keeps fewer, so that one ask costs at most some MOST_NUMBERS kernel values for each point.
 */
#include "search/parzen/parzen.h"
#include "search/standing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WINDOW = 1000, LEAST_WINDOW = 64, MOST_NUMBERS = 1 << 18, MOST_RUNNING = 64 };
static const double next_to = 0.4; /* of the width of a narrow kernel */

typedef struct making {
    vvi_memory *memory;
    vvi_arena *arena;
    vvi_tpe_model *model;
    vvi_tpe_rule rule;
    uint32_t cell;
    unsigned level;
    int *ids;
    size_t n;
    vvi_split split;
} making;

static bool find_axes(making *m)
{
    const vvi_cells *cells = &m->memory->cells;
    const uint32_t first = m->cell > 0 ? cells->ends[m->cell - 1] : 0;
    vvi_tpe_model *model = m->model;
    model->n_axes = cells->ends[m->cell] - first;
    model->axes = vvi_arena_alloc(m->arena, (model->n_axes + 1) * sizeof *model->axes);
    if (model->axes == NULL) return false;
    for (uint32_t i = 0; i < model->n_axes; i++) {
        model->axes[i] = &m->memory->axes.list[cells->axes[first + i]];
        model->n_numbers += model->axes[i]->ordered;
    }
    return true;
}

static int by_id(const void *a, const void *b)
{
    const int *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* By Optuna's rule the good ones of all trials, of which those are kept that have the cell. */
static bool split_optuna(making *m)
{
    const size_t n = m->memory->past->n_rows;
    int *all = vvi_arena_alloc(m->arena, (n + 1) * sizeof *all);
    if (all == NULL) return false;
    for (size_t i = 0; i < n; i++) all[i] = (int)i;
    if (!vvi_split_make(m->memory, all, n, true, m->arena, &m->split)) return false;
    size_t kept = 0;
    for (size_t i = 0; i < m->split.n_good; i++)
        if (bsearch(&m->split.good[i], m->ids, m->n, sizeof *m->ids, by_id) != NULL)
            m->split.good[kept++] = m->split.good[i];
    m->split.n_good = kept;
    qsort(m->split.good, kept, sizeof *m->split.good, by_id);
    return true;
}

static bool find_trials(making *m)
{
    m->ids = vvi_arena_alloc(m->arena, (m->memory->past->n_rows + 1) * sizeof *m->ids);
    if (m->ids == NULL) return false;
    m->n = vvi_memory_trials(m->memory, m->cell, m->ids);
    if (m->rule.optuna) return split_optuna(m);
    return vvi_split_make(m->memory, m->ids, m->n, false, m->arena, &m->split);
}

/* Running trials are where there is a liar; failed ones are not with Optuna. */
static bool may_be_bad(const making *m, int id)
{
    const uint8_t standing = m->memory->standings[id];
    if (standing == VVI_UNFINISHED) return m->rule.liar;
    return standing != VVI_USELESS || !m->rule.optuna;
}

/* Removes the good trials from the list, and those that are neither. */
static bool keep_bad(making *m)
{
    const size_t n_good = m->split.n_good;
    int *good = vvi_arena_alloc(m->arena, (n_good + 1) * sizeof *good);
    if (good == NULL) return false;
    memcpy(good, m->split.good, n_good * sizeof *good);
    qsort(good, n_good, sizeof *good, by_id);
    size_t kept = 0, next = 0;
    for (size_t i = 0; i < m->n; i++) {
        const int id = m->ids[i];
        const bool is_good = next < n_good && good[next] == id;
        next += is_good;
        if (!is_good && may_be_bad(m, id)) m->ids[kept++] = id;
    }
    m->n = kept;
    return true;
}

static void narrow_window(making *m)
{
    size_t window = MOST_NUMBERS / (m->model->n_axes + 1);
    window = window > WINDOW ? WINDOW : window < LEAST_WINDOW ? LEAST_WINDOW : window;
    if (m->rule.optuna || m->n <= window) return;
    m->ids += m->n - window;
    m->n = window;
}

static bool gather(const making *m, const int *ids, size_t n, vvi_kernels *kernels)
{
    const vvi_tpe_model *model = m->model;
    double *points = vvi_arena_alloc(m->arena, (n + 1) * model->n_axes * sizeof *points);
    double *cuts = vvi_arena_alloc(m->arena, (n + 1) * sizeof *cuts);
    if (points == NULL || cuts == NULL) return false;
    for (size_t i = 0; i < n; i++)
        cuts[i] = vvi_memory_point(m->memory, m->cell, ids[i], m->level, points + i * model->n_axes);
    *kernels = (vvi_kernels){ .axes = model->axes,
                              .n_axes = model->n_axes,
                              .n_numbers = model->n_numbers,
                              .n = n,
                              .points = points,
                              .log_cuts = cuts };
    return true;
}

/* Of what is left of the ids, which are the bad ones. */
static bool gather_running(const making *m)
{
    int ids[MOST_RUNNING];
    size_t n = 0, from = m->n;
    m->model->apart = next_to * vvi_parzen_narrowest(m->level);
    if (!m->rule.liar || m->rule.optuna) return true;
    while (from > 0 && n < MOST_RUNNING) {
        const int id = m->ids[--from];
        if (m->memory->standings[id] == VVI_UNFINISHED) ids[n++] = id;
    }
    return gather(m, ids, n, &m->model->running);
}

/* Of several objectives no trial on a front is better than another. */
static bool make_good(const making *m, const vvi_kernels *kernels)
{
    const bool flat = m->memory->past->n_objectives > 1;
    if (m->rule.optuna) return vvi_parzen_optuna(&m->model->good, m->arena, kernels, flat);
    const size_t n = kernels->n;
    double *weights = vvi_arena_alloc(m->arena, (n + 1) * sizeof *weights);
    if (weights == NULL) return false;
    for (size_t i = 0; i < n; i++) weights[i] = flat ? 1 : log((double)n + 0.5) - log((double)i + 1) + 0.05;
    return vvi_parzen_good(&m->model->good, m->arena, kernels, weights, m->level);
}

static bool make_bad(const making *m, const vvi_kernels *kernels)
{
    if (m->rule.optuna) return vvi_parzen_optuna(&m->model->bad, m->arena, kernels, false);
    return vvi_parzen_bad(&m->model->bad, m->arena, kernels, m->level);
}

bool vvi_tpe_model_make(vvi_memory *memory, uint32_t cell, vvi_tpe_rule rule, vvi_arena *arena, vvi_tpe_model *model)
{
    making m = { .memory = memory, .arena = arena, .model = model, .rule = rule, .cell = cell };
    vvi_kernels good, bad;
    *model = (vvi_tpe_model){ 0 };
    if (!find_axes(&m) || !find_trials(&m) || !keep_bad(&m)) return false;
    narrow_window(&m);
    m.level = vvi_parzen_level(m.split.n_finished);
    return gather(&m, m.split.good, m.split.n_good, &good) && gather(&m, m.ids, m.n, &bad) && gather_running(&m) &&
           make_good(&m, &good) && make_bad(&m, &bad);
}

/* The last points may leave lanes empty; these look at the last one again. */
bool vvi_tpe_model_score(const vvi_tpe_model *model, const double *points, size_t n, vvi_arena *arena, double *scores)
{
    enum { LANES = VVI_PARZEN_LANES };
    double good[LANES], bad[LANES];
    double *lanes = vvi_arena_alloc(arena, (model->n_axes + 1) * LANES * sizeof *lanes);
    if (lanes == NULL) return false;
    for (size_t first = 0; first < n; first += LANES) {
        for (size_t i = 0; i < LANES; i++) {
            const double *point = points + (first + i < n ? first + i : n - 1) * model->n_axes;
            for (size_t j = 0; j < model->n_axes; j++) lanes[j * LANES + i] = point[j];
        }
        vvi_parzen_log_density(&model->good, lanes, good);
        vvi_parzen_log_density(&model->bad, lanes, bad);
        for (size_t i = 0; i < LANES && first + i < n; i++) scores[first + i] = good[i] - bad[i];
    }
    return true;
}

static bool is_next_to(const vvi_tpe_model *model, const double *point, const double *other)
{
    size_t j = 0;
    while (j < model->n_numbers && fabs(point[j] - other[j]) < model->apart) j++;
    while (j >= model->n_numbers && j < model->n_axes && fabs(point[j] - other[j]) < 0.5) j++;
    return j == model->n_axes;
}

bool vvi_tpe_model_is_crowded(const vvi_tpe_model *model, const double *point)
{
    for (size_t i = 0; i < model->running.n; i++)
        if (is_next_to(model, point, model->running.points + i * model->n_axes)) return true;
    return false;
}
