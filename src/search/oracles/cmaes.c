/* cmaes.c - CMA-ES for all that can be searched: the covariance matrix adaptation evolution strategy (Hansen 2016; see
 * cma/cma.c) with margin for whole numbers (Hamano et al. 2022; cma/margin.c), chances for categories (CatCMA, Hamano et
 * al. 2024; cma/categories.c) and restarts (Hansen 2009; cma/run.c).
 *
 * The search is a function of the past. Trials in the order of their ids fill generations: the first `startup` finished
 * ones are points of a Sobol sequence, and the best of them is where the first run starts; after that each lambda finished
 * trials make an update. Trials that have not finished are passed over; while there are some, more are drawn from the same
 * generation. One that finishes after its generation was closed changes what that generation was, and all that came
 * after it: marks of the last generations that passed over something save most of that work (cma/learn.c).
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
#include "search/cma/learn.h"
#include "search/sobol.h"

enum { DRAWS = 16 };

static double option(const vv_question *question, const char *name)
{
    return vvi_option(&vvi_oracle_cmaes, question->options, name);
}

/* ---- proposing ---------------------------------------------------------------------------------------------------- */

static void aim(vvi_cma_work *w, uint64_t attempt)
{
    const vvi_cma_memory *m = w->m;
    vvi_cma_draw_trial(w, w->question->trial, attempt);
    for (size_t i = 0; i < m->now.n_axes; i++) {
        const vvi_axis *axis = &m->axes.list[i];
        const double at = axis->ordered ? vvi_axis_from_unit(axis, vvi_cma_clamp(w->point[m->place[i]]))
                                        : (double)w->picks[m->place[i]];
        w->targets[i] = (vvi_target){ .hash = axis->hash, .name = axis->name, .number = at };
    }
}

/* After some draws from the distribution, which may have come down to a few configurations, draws at random. */
static vv_chooser begin_attempt(void *context, uint64_t attempt)
{
    vvi_cma_work *w = context;
    const bool is_aimed = attempt < DRAWS;
    if (is_aimed) aim(w, attempt);
    const vvi_key key = vvi_key_name(vvi_cma_key_of(w, w->question->trial, attempt), "elsewhere");
    w->follow = vvi_follow_begin(w->question, w->targets, is_aimed ? w->m->now.n_axes : 0, key);
    return vvi_chooser_follow(&w->follow);
}

static vv_status propose(vvi_cma_work *w, vv_answer *answer, vv_error *error)
{
    vvi_sobol_draw start;
    vv_sampler sampler = { begin_attempt, w };
    w->targets = vvi_arena_alloc(&w->arena, (w->m->axes.n + 1) * sizeof *w->targets);
    if (w->targets == NULL) return vvi_no_memory(error);
    if (w->m->now.run.n_runs == 0) VVI_TRY(vvi_sobol_begin(w->question, &start, &sampler, error));
    return vv_oracle_propose(w->question, &sampler, answer, error);
}

static vv_status ask(const vv_question *question, vv_answer *answer, vv_error *error)
{
    vvi_cma_work w = { .question = question,
                       .settings = { .startup = (size_t)option(question, "startup"),
                                     .population = (size_t)option(question, "population"),
                                     .sigma = option(question, "sigma"),
                                     .restarts = (vvi_cma_restarts)option(question, "restarts") } };
    VVI_TRY(vvi_cma_memory_of(question->cache, &w.m, error));
    vv_status status = vvi_cma_catch_up(&w, error);
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
      .help = "trials of a generation; at least 4, or 0: 6 in the first run, then 4 + 3 ln n for n hyperparameters" },
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
