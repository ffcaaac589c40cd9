/* learn.c - what the past comes to: generations, one after another, remembered up to the open one; see oracles/cmaes.c.
 */
#include "search/cma/learn.h"

#include <math.h>
#include <string.h>

/* ---- memory ------------------------------------------------------------------------------------------------------- */

void vvi_cma_forget(vvi_cma_memory *m)
{
    vvi_cma_run_deinit(&m->now.run);
    for (size_t i = 0; i < m->n_marks; i++) vvi_cma_run_deinit(&m->marks[i].run);
    m->now = (vvi_cma_state){ 0 };
    m->n_marks = 0;
}

static void free_memory(void *memory_)
{
    vvi_cma_memory *m = memory_;
    vvi_cma_forget(m);
    vvi_arena_deinit(&m->arena);
    vvi_counted_deinit(&m->counted);
    vvi_free(m);
}

vv_status vvi_cma_memory_of(vv_cache *cache, vvi_cma_memory **m, vv_error *error)
{
    if (cache->memory == NULL) {
        cache->memory = vvi_calloc(1, sizeof **m);
        cache->free = free_memory;
    }
    *m = cache->memory;
    return *m == NULL ? vvi_no_memory(error) : VV_OK;
}

/* ---- generations -------------------------------------------------------------------------------------------------- */

/* The trials that the open generation consists of, if it can be closed. */
typedef struct generation {
    int *members, *room;
    size_t n, most;
    int end; /* the first trial after it */
    bool passed_over;
} generation;

static bool find_members(const vvi_cma_work *w, generation *g)
{
    const vv_past *past = w->question->past;
    g->n = 0;
    g->passed_over = false;
    for (g->end = w->m->now.start; g->n < g->most && (size_t)g->end < past->n_rows; g->end++) {
        const bool finished = vvi_trial_standing(past, g->end) != VVI_UNFINISHED;
        if (finished) g->members[g->n++] = g->end;
        g->passed_over |= !finished;
    }
    return g->n == g->most;
}

static vv_status set_mark(vvi_cma_memory *m, vv_error *error)
{
    vvi_cma_state mark = m->now;
    if (m->n_marks > 0 && m->marks[m->n_marks - 1].start == mark.start) return VV_OK;
    mark.run = (vvi_cma_run){ 0 };
    VVI_TRY(vvi_cma_run_copy(&m->now.run, &mark.run, error));
    if (m->n_marks == VVI_CMA_MARKS) {
        vvi_cma_run_deinit(&m->marks[0].run);
        memmove(m->marks, m->marks + 1, --m->n_marks * sizeof *m->marks);
    }
    m->marks[m->n_marks++] = mark;
    return VV_OK;
}

/* All that the generation's trials have asked for is searched from now on. */
static size_t axes_until(const vvi_cma_work *w, const generation *g)
{
    const vvi_cma_memory *m = w->m;
    size_t n = m->now.n_axes;
    for (int id = m->now.start; id < g->end; id++) {
        const vvi_shape *shape = vvi_past_shape(w->question->past, id);
        for (uint32_t i = 0; i < shape->n; i++) {
            const uint32_t at = m->axes.of_domain[shape->domains[i]];
            if (at != VVI_NOWHERE && at >= n) n = at + 1;
        }
    }
    return n;
}

static vv_status grow(vvi_cma_work *w, size_t n_axes, vv_error *error)
{
    vvi_cma_memory *m = w->m;
    vvi_cma_run *run = &m->now.run;
    const size_t n = vvi_cma_count_axes(m, n_axes, false);
    m->now.n_axes = n_axes;
    VVI_TRY(vvi_cma_grow(&run->gauss, vvi_cma_count_axes(m, n_axes, true), run->sigma, error));
    if (n == run->chances.n) return VV_OK;
    uint32_t *counts = vvi_arena_alloc(&w->arena, n * sizeof *counts);
    if (counts == NULL) return vvi_no_memory(error);
    for (size_t i = 0; i < n_axes; i++)
        if (!m->axes.list[i].ordered) counts[m->place[i]] = m->axes.list[i].n;
    return vvi_categories_grow(&run->chances, counts, n, error);
}

/* The first run starts at the best of the first trials. */
static vv_status begin_run(vvi_cma_work *w, const generation *g, size_t n_axes, vv_error *error)
{
    const vv_question *question = w->question;
    vvi_cma_memory *m = w->m;
    const size_t n = vvi_cma_count_axes(m, n_axes, true);
    double *at = vvi_arena_alloc(&w->arena, (m->axes.n + n + 1) * sizeof *at), *mean = at + m->axes.n;
    if (at == NULL) return vvi_no_memory(error);
    vvi_axes_point(&m->axes, question->past, g->members[0], at);
    for (size_t i = 0; i < n_axes; i++)
        if (m->axes.list[i].ordered) mean[m->place[i]] = isnan(at[i]) ? 0.5 : at[i];
    VVI_TRY(vvi_cma_run_begin(&m->now.run, n, n_axes - n, w->settings.population, mean, w->settings.sigma, error));
    return grow(w, n_axes, error);
}

static double loss_of(const vvi_cma_work *w, int id)
{
    const vv_past *past = w->question->past;
    return vvi_trial_standing(past, id) == VVI_USELESS ? (double)INFINITY : vv_past_loss(past, id, 0);
}

static vv_status update(vvi_cma_work *w, const generation *g, vv_error *error)
{
    vvi_cma_run *run = &w->m->now.run;
    const size_t n = run->gauss.n, n_picks = run->chances.n;
    double *points = vvi_arena_alloc(&w->arena, (g->n * n + 1) * sizeof *points);
    uint32_t *picks = vvi_arena_alloc(&w->arena, (g->n * n_picks + 1) * sizeof *picks);
    if (points == NULL || picks == NULL) return vvi_no_memory(error);
    for (size_t i = 0; i < g->n; i++) vvi_cma_make_point(w, g->members[i], points + i * n, picks + i * n_picks);
    vvi_categories_update(&run->chances, picks, run->gauss.weights, g->n);
    vvi_cma_update(&run->gauss, points);
    vvi_cma_keep_cells(w);
    vvi_cma_run_note(run, loss_of(w, g->members[0]), loss_of(w, g->members[g->n - 1]));
    if (!vvi_cma_run_is_over(run)) return VV_OK;
    const vvi_key key = vvi_key_new(w->question->seed, "cmaes restart");
    return vvi_cma_run_again(run, w->settings.restarts, key, error);
}

static vv_status close_generation(vvi_cma_work *w, const generation *g, vv_error *error)
{
    vvi_cma_memory *m = w->m;
    const vv_past *past = w->question->past;
    const size_t n_axes = axes_until(w, g);
    if (g->passed_over) VVI_TRY(set_mark(m, error));
    VVI_TRY(vvi_counted_go_over(&m->counted, past, m->now.start, g->end, error));
    vvi_trials_sort(past, g->members, g->n, g->room);
    if (m->now.run.n_runs == 0) {
        VVI_TRY(begin_run(w, g, n_axes, error));
    } else {
        VVI_TRY(update(w, g, error));
        if (n_axes > m->now.n_axes) VVI_TRY(grow(w, n_axes, error));
    }
    m->now.start = g->end;
    return VV_OK;
}

/* ---- keeping up with the past ------------------------------------------------------------------------------------- */

/* Back to before the trial was counted. */
static vv_status go_back(vvi_cma_memory *m, int id, vv_error *error)
{
    while (m->n_marks > 0 && m->marks[m->n_marks - 1].start > id) vvi_cma_run_deinit(&m->marks[--m->n_marks].run);
    if (m->n_marks == 0) {
        vvi_cma_forget(m);
        return VV_OK;
    }
    vvi_cma_state *mark = &m->marks[m->n_marks - 1];
    VVI_TRY(vvi_cma_run_copy(&mark->run, &m->now.run, error));
    m->now.start = mark->start;
    m->now.n_axes = mark->n_axes;
    return VV_OK;
}

static vv_status begin_generation(vvi_cma_work *w, generation *g, vv_error *error)
{
    const vvi_cma_state *now = &w->m->now;
    vvi_arena_empty(&w->arena);
    g->most = now->run.n_runs == 0 ? w->settings.startup : now->run.gauss.lambda;
    g->members = vvi_arena_alloc(&w->arena, 2 * g->most * sizeof *g->members);
    w->point = vvi_arena_alloc(&w->arena, (2 * w->m->axes.n + 1) * sizeof *w->point);
    w->picks = vvi_arena_alloc(&w->arena, (w->m->axes.n + 1) * sizeof *w->picks);
    if (g->members == NULL || w->point == NULL || w->picks == NULL) return vvi_no_memory(error);
    g->room = g->members + g->most;
    w->room = w->point + w->m->axes.n;
    return VV_OK;
}

static vv_status catch_up(vvi_cma_work *w, vv_error *error)
{
    vvi_cma_memory *m = w->m;
    generation g;
    VVI_TRY(vvi_cma_renew_axes(m, w->question->past, error));
    const int news = vvi_counted_first_news(&m->counted, w->question->past, m->now.start);
    if (news < m->now.start) VVI_TRY(go_back(m, news, error));
    VVI_TRY(begin_generation(w, &g, error));
    while (find_members(w, &g)) {
        VVI_TRY(close_generation(w, &g, error));
        VVI_TRY(begin_generation(w, &g, error));
    }
    return VV_OK;
}

/* A memory that could not keep up starts anew. */
vv_status vvi_cma_catch_up(vvi_cma_work *w, vv_error *error)
{
    const vv_status status = catch_up(w, error);
    if (status == VV_OK) return VV_OK;
    free_memory(w->m);
    *w->question->cache = (vv_cache){ 0 };
    return status;
}
