/* cmaes.c - CMA-ES for all that can be searched: the covariance matrix adaptation evolution strategy (Hansen 2016; see
 * cma/cma.c) with margin for whole numbers (Hamano et al. 2022; cma/margin.c), chances for categories (CatCMA, Hamano et
 * al. 2024; cma/categories.c) and restarts (Hansen 2009; cma/run.c).
 *
 * The search is a function of the past. Trials in the order of their ids fill generations: the first `startup` finished
 * ones are points of a Sobol sequence, and the best of them is where the first run starts; after that each lambda finished trials
 * make an update. Trials that have not finished are passed over; while there are some, more are drawn from the same
 * generation. One that finishes after its generation was closed changes what that generation was, and all that came
 * after it: marks of the last generations that passed over something save most of that work (catch_up).
 *
 * A trial's point is made from its values. A number of a continuum is its own coordinate, so bounds are kept by moving
 * draws to them. A whole number stands for a cell of coordinates: the draw that the oracle makes for that trial, if it
 * lies in the cell, as it does for the trials that are its own; else the nearest point of the cell. Trials from
 * elsewhere (enqueued, another study's) need no other rule.
 *
 * Conditions: the distribution covers all hyperparameters that trials have asked for. Where a trial did not have one its
 * coordinate is the one that was drawn for it, as if it had been taken: it says nothing, and the covariance keeps its
 * scale. Hyperparameters that come up later join at the next generation. That is sound where most of the space is
 * active; a space that is mostly conditions is better searched with `tpe` or `bayesian`.
 */
#include "search/cma/cma.h"
#include "search/sobol.h"
#include "search/standing.h"

#include <math.h>
#include <string.h>

enum { MARKS = 16, DRAWS = 16, REPLAYED_DRAWS = 4 };

/* What the past came to, up to the start of a generation. */
typedef struct state {
    vvi_cma_run run; /* of no run yet: zeros */
    int start;       /* the first trial of the generation that is open */
    size_t n_axes;   /* those that are searched: the first ones */
} state;

typedef struct memory {
    vvi_arena arena; /* axes, and what is as many */
    vvi_axes axes;
    uint32_t *place; /* of an axis among the coordinates, or among the categories */
    size_t n_domains;
    vvi_counted counted;
    state now, marks[MARKS]; /* marks: by rising start */
    size_t n_marks;
} memory;

/* What one ask works with. */
typedef struct work {
    const vv_question *question;
    memory *m;
    vvi_arena arena;
    double *point, *room; /* a draw */
    uint32_t *picks;
    vvi_target *targets;
    vvi_follow follow;
} work;

static double option(const vv_question *question, const char *name)
{
    return vvi_option(&vvi_oracle_cmaes, question->options, name);
}

static vvi_key key_of(const work *w, int trial, uint64_t attempt)
{
    return vvi_key_int(vvi_key_int(vvi_key_new(w->question->seed, "cmaes"), trial), (int64_t)attempt);
}

/* ---- memory ------------------------------------------------------------------------------------------------------- */

static void forget_states(memory *m)
{
    vvi_cma_run_deinit(&m->now.run);
    for (size_t i = 0; i < m->n_marks; i++) vvi_cma_run_deinit(&m->marks[i].run);
    m->now = (state){ 0 };
    m->n_marks = 0;
}

static void free_memory(void *memory_)
{
    memory *m = memory_;
    forget_states(m);
    vvi_arena_deinit(&m->arena);
    vvi_counted_deinit(&m->counted);
    vvi_free(m);
}

static vv_status find_memory(vv_cache *cache, memory **m, vv_error *error)
{
    if (cache->memory == NULL) {
        cache->memory = vvi_calloc(1, sizeof **m);
        cache->free = free_memory;
    }
    *m = cache->memory;
    return *m == NULL ? vvi_no_memory(error) : VV_OK;
}

/* ---- axes --------------------------------------------------------------------------------------------------------- */

static bool is_same_axis(const vvi_axis *a, const vvi_axis *b)
{
    return a->ordered == b->ordered && a->n == b->n && a->low >= b->low && a->low <= b->low && a->high >= b->high &&
           a->high <= b->high;
}

static void place_axes(memory *m)
{
    uint32_t places[2] = { 0 };
    for (size_t i = 0; i < m->axes.n; i++) m->place[i] = places[m->axes.list[i].ordered]++;
}

/* A range that has become wider changes every coordinate on it. */
static vv_status renew_axes(memory *m, const vv_past *past, vv_error *error)
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
        if (!is_same_axis(&old.list[i], &m->axes.list[i])) forget_states(m);
    vvi_arena_deinit(&before);
    if (status != VV_OK) return status;
    m->n_domains = past->n_domains;
    place_axes(m);
    return VV_OK;
}

/* How many of the first n axes are ordered, or are not. */
static size_t count_axes(const memory *m, size_t n, bool ordered)
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
    const memory *m;
    const uint32_t *axis; /* of each coordinate */
} cells;

static double clamp(double u)
{
    return u > 0 ? fmin(u, 1) : 0;
}

static bool cell_of_coordinate(void *context, size_t coordinate, double at, double *low, double *high)
{
    const cells *c = context;
    const vvi_axis *axis = &c->m->axes.list[c->axis[coordinate]];
    return find_cell(axis, &axis->domain, vvi_axis_from_unit(axis, clamp(at)), low, high);
}

/* ---- a trial as a point ------------------------------------------------------------------------------------------- */

static void draw(work *w, int trial, uint64_t attempt)
{
    const vvi_cma_run *run = &w->m->now.run;
    const vvi_key key = key_of(w, trial, attempt);
    vvi_cma_draw(&run->gauss, key, w->point, w->room);
    vvi_categories_draw(&run->chances, vvi_key_name(key, "categories"), w->picks);
}

/* Takes the trial's values over what was drawn. false: a whole number was not in its cell, and had to move. */
static bool take_values(work *w, int id, double *point, uint32_t *picks)
{
    const memory *m = w->m;
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

static void make_point(work *w, int id, double *point, uint32_t *picks)
{
    const vvi_cma_run *run = &w->m->now.run;
    bool own = false;
    for (uint64_t attempt = 0; attempt <= REPLAYED_DRAWS && !own; attempt++) {
        draw(w, id, attempt % REPLAYED_DRAWS); /* none fits: the first, moved */
        memcpy(point, w->point, run->gauss.n * sizeof *point);
        for (size_t i = 0; i < run->chances.n; i++) picks[i] = VVI_NO_CATEGORY;
        own = take_values(w, id, point, picks);
    }
}

/* ---- generations -------------------------------------------------------------------------------------------------- */

/* The trials that the open generation consists of, if it can be closed. */
typedef struct generation {
    int *members, *room;
    size_t n, most;
    int end; /* the first trial after it */
    bool passed_over;
} generation;

static bool find_members(const work *w, generation *g)
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

static vv_status set_mark(memory *m, vv_error *error)
{
    state mark = m->now;
    mark.run = (vvi_cma_run){ 0 };
    VVI_TRY(vvi_cma_run_copy(&m->now.run, &mark.run, error));
    if (m->n_marks == MARKS) {
        vvi_cma_run_deinit(&m->marks[0].run);
        memmove(m->marks, m->marks + 1, --m->n_marks * sizeof *m->marks);
    }
    m->marks[m->n_marks++] = mark;
    return VV_OK;
}

/* All that the generation's trials have asked for is searched from now on. */
static size_t axes_until(const work *w, const generation *g)
{
    const memory *m = w->m;
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

static vv_status grow(work *w, size_t n_axes, vv_error *error)
{
    memory *m = w->m;
    vvi_cma_run *run = &m->now.run;
    const size_t n = count_axes(m, n_axes, false);
    m->now.n_axes = n_axes;
    VVI_TRY(vvi_cma_grow(&run->gauss, count_axes(m, n_axes, true), run->sigma, error));
    if (n == run->chances.n) return VV_OK;
    uint32_t *counts = vvi_arena_alloc(&w->arena, n * sizeof *counts);
    if (counts == NULL) return vvi_no_memory(error);
    for (size_t i = 0; i < n_axes; i++)
        if (!m->axes.list[i].ordered) counts[m->place[i]] = m->axes.list[i].n;
    return vvi_categories_grow(&run->chances, counts, n, error);
}

/* The first run starts at the best of the first trials. */
static vv_status begin_run(work *w, const generation *g, size_t n_axes, vv_error *error)
{
    const vv_question *question = w->question;
    memory *m = w->m;
    const size_t n = count_axes(m, n_axes, true);
    double *at = vvi_arena_alloc(&w->arena, (m->axes.n + n + 1) * sizeof *at), *mean = at + m->axes.n;
    if (at == NULL) return vvi_no_memory(error);
    vvi_axes_point(&m->axes, question->past, g->members[0], at);
    for (size_t i = 0; i < n_axes; i++)
        if (m->axes.list[i].ordered) mean[m->place[i]] = isnan(at[i]) ? 0.5 : at[i];
    VVI_TRY(vvi_cma_run_begin(&m->now.run, n, n_axes - n, (size_t)option(question, "population"), mean,
                              option(question, "sigma"), error));
    return grow(w, n_axes, error);
}

static void keep_margin(work *w)
{
    const memory *m = w->m;
    uint32_t *axis = w->picks; /* as long as all axes, and free */
    for (uint32_t i = 0; i < m->now.n_axes; i++)
        if (m->axes.list[i].ordered) axis[m->place[i]] = i;
    cells c = { .m = m, .axis = axis };
    vvi_cma_keep_margin(&w->m->now.run.gauss, &(vvi_cells){ cell_of_coordinate, &c });
}

static double loss_of(const work *w, int id)
{
    const vv_past *past = w->question->past;
    return vvi_trial_standing(past, id) == VVI_USELESS ? (double)INFINITY : vv_past_loss(past, id, 0);
}

static vv_status update(work *w, const generation *g, vv_error *error)
{
    vvi_cma_run *run = &w->m->now.run;
    const size_t n = run->gauss.n, n_picks = run->chances.n;
    double *points = vvi_arena_alloc(&w->arena, (g->n * n + 1) * sizeof *points);
    uint32_t *picks = vvi_arena_alloc(&w->arena, (g->n * n_picks + 1) * sizeof *picks);
    if (points == NULL || picks == NULL) return vvi_no_memory(error);
    for (size_t i = 0; i < g->n; i++) make_point(w, g->members[i], points + i * n, picks + i * n_picks);
    vvi_categories_update(&run->chances, picks, run->gauss.weights, g->n);
    vvi_cma_update(&run->gauss, points);
    keep_margin(w);
    vvi_cma_run_note(run, loss_of(w, g->members[0]), loss_of(w, g->members[g->n - 1]));
    if (!vvi_cma_run_is_over(run)) return VV_OK;
    const vvi_key key = vvi_key_new(w->question->seed, "cmaes restart");
    return vvi_cma_run_again(run, (vvi_cma_restarts)option(w->question, "restarts"), key, error);
}

static vv_status close_generation(work *w, const generation *g, vv_error *error)
{
    memory *m = w->m;
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
static vv_status go_back(memory *m, int id, vv_error *error)
{
    while (m->n_marks > 0 && m->marks[m->n_marks - 1].start > id) vvi_cma_run_deinit(&m->marks[--m->n_marks].run);
    if (m->n_marks == 0) {
        forget_states(m);
        return VV_OK;
    }
    state *mark = &m->marks[m->n_marks - 1];
    VVI_TRY(vvi_cma_run_copy(&mark->run, &m->now.run, error));
    m->now.start = mark->start;
    m->now.n_axes = mark->n_axes;
    return VV_OK;
}

static vv_status begin_generation(work *w, generation *g, vv_error *error)
{
    const state *now = &w->m->now;
    vvi_arena_empty(&w->arena);
    g->most = now->run.n_runs == 0 ? (size_t)option(w->question, "startup") : now->run.gauss.lambda;
    g->members = vvi_arena_alloc(&w->arena, 2 * g->most * sizeof *g->members);
    w->point = vvi_arena_alloc(&w->arena, (2 * w->m->axes.n + 1) * sizeof *w->point);
    w->picks = vvi_arena_alloc(&w->arena, (w->m->axes.n + 1) * sizeof *w->picks);
    if (g->members == NULL || w->point == NULL || w->picks == NULL) return vvi_no_memory(error);
    g->room = g->members + g->most;
    w->room = w->point + w->m->axes.n;
    return VV_OK;
}

static vv_status catch_up(work *w, vv_error *error)
{
    memory *m = w->m;
    generation g;
    VVI_TRY(renew_axes(m, w->question->past, error));
    const int news = vvi_counted_first_news(&m->counted, w->question->past, m->now.start);
    if (news < m->now.start) VVI_TRY(go_back(m, news, error));
    VVI_TRY(begin_generation(w, &g, error));
    while (find_members(w, &g)) {
        VVI_TRY(close_generation(w, &g, error));
        VVI_TRY(begin_generation(w, &g, error));
    }
    return VV_OK;
}

/* ---- proposing ---------------------------------------------------------------------------------------------------- */

static void aim(work *w, uint64_t attempt)
{
    const memory *m = w->m;
    draw(w, w->question->trial, attempt);
    for (size_t i = 0; i < m->now.n_axes; i++) {
        const vvi_axis *axis = &m->axes.list[i];
        const double at =
            axis->ordered ? vvi_axis_from_unit(axis, clamp(w->point[m->place[i]])) : (double)w->picks[m->place[i]];
        w->targets[i] = (vvi_target){ .hash = axis->hash, .name = axis->name, .number = at };
    }
}

/* After some draws from the distribution, which may have come down to a few configurations, draws at random. */
static vv_chooser begin_attempt(void *context, uint64_t attempt)
{
    work *w = context;
    const bool is_aimed = attempt < DRAWS;
    if (is_aimed) aim(w, attempt);
    const vvi_key key = vvi_key_name(key_of(w, w->question->trial, attempt), "elsewhere");
    w->follow = vvi_follow_begin(w->question, w->targets, is_aimed ? w->m->now.n_axes : 0, key);
    return vvi_chooser_follow(&w->follow);
}

static vv_status propose(work *w, vv_answer *answer, vv_error *error)
{
    vvi_sobol_draw start;
    vv_sampler sampler = { begin_attempt, w };
    w->targets = vvi_arena_alloc(&w->arena, (w->m->axes.n + 1) * sizeof *w->targets);
    if (w->targets == NULL) return vvi_no_memory(error);
    if (w->m->now.run.n_runs == 0) VVI_TRY(vvi_sobol_begin(w->question, &start, &sampler, error));
    return vv_oracle_propose(w->question, &sampler, answer, error);
}

/* A memory that could not keep up starts anew. */
static vv_status ask(const vv_question *question, vv_answer *answer, vv_error *error)
{
    work w = { .question = question };
    VVI_TRY(find_memory(question->cache, &w.m, error));
    vv_status status = catch_up(&w, error);
    if (status != VV_OK) {
        free_memory(w.m);
        *question->cache = (vv_cache){ 0 };
    }
    if (status == VV_OK) status = propose(&w, answer, error);
    vvi_arena_deinit(&w.arena);
    return status;
}

static const char *const restarts[] = {
    [VVI_CMA_BIPOP] = "bipop", [VVI_CMA_IPOP] = "ipop", [VVI_CMA_SAME] = "same", NULL
};
static const vv_option_row options[] = {
    { .name = "startup",
      .preset = 10,
      .min = 1,
      .max = 10000,
      .whole = true,
      .help = "trials spread over the space, round the best of which the first generation starts" },
    { .name = "population",
      .preset = 0,
      .min = 0,
      .max = 10000,
      .whole = true,
      .help = "trials of a generation; 0: 6 in the first run, then 4 + 3 ln n for n hyperparameters" },
    { .name = "sigma",
      .preset = 0.17,
      .min = 0.001,
      .max = 1,
      .help = "the deviation at the start, as a part of each range" },
    { .name = "restarts",
      .preset = VVI_CMA_BIPOP,
      .max = VVI_CMA_SAME,
      .words = restarts,
      .help = "the population after a restart: large and small ones in turn, ever larger, or the same" },
};

const vv_oracle_kind vvi_oracle_cmaes = {
    .name = "cmaes",
    .summary = "covariance matrix adaptation, for spaces of mostly numbers and hundreds of trials",
    .paper =
        "Hansen: The CMA evolution strategy: a tutorial, arXiv:1604.00772, 2016; with margin (Hamano et al. 2022), "
        "categories (Hamano et al. 2024) and restarts (Hansen 2009)",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .ask = ask,
};
