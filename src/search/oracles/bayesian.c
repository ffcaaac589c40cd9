/* bayesian.c - Bayesian optimization with Gaussian processes (Mockus 1975; Snoek, Larochelle, Adams: Practical Bayesian
 * optimization of machine learning algorithms, NIPS 2012).
 *
 * After a few trials that fill the space evenly each ask fits a process to the losses, and another to which trials fail, and proposes the
 * configuration whose expected improvement is highest; see src/search/gp for how. Where it departs from common practice:
 * improvement is measured from the least posterior mean, not from the least loss; losses are warped by a bend that the
 * evidence chooses; a quadratic kernel is added; parameters are fitted at checkpoints, so that they follow from the trials
 * alone.
 */
#include "search/gp/trials.h"
#include "search/search.h"
#include "search/sobol.h"

enum { OPTION_STARTUP, CLIMBS = 4, CLIMBS_OF_MANY = 7, OFFERS = 24 };

static const vv_option_row options[] = {
    { "startup", 0, 0, 1000, true, NULL, "trials before the first model; 0: as many as the space needs" },
};

/* ---- proposing --------------------------------------------------------------------------------------------------- */

typedef struct offering {
    const vv_question *question;
    vvi_gp_pool *pool; /* NULL: only draws */
    vvi_target *targets;
    vvi_follow follow;
    vvi_key key;
} offering;

/* The best candidates, the best first, then draws. */
static vv_chooser begin_attempt(void *context, uint64_t attempt)
{
    offering *o = context;
    const bool drawn = o->pool == NULL || attempt >= OFFERS || attempt >= o->pool->n;
    const size_t n = drawn ? 0 : vvi_gp_targets(o->pool, &o->pool->list[attempt], o->targets);
    o->follow = vvi_follow_begin(o->question, o->targets, n, vvi_key_int(o->key, (int64_t)attempt));
    return vvi_chooser_follow(&o->follow);
}

static vv_status offer(const vv_question *question, vvi_gp_pool *pool, vv_answer *answer, vv_error *error)
{
    offering o = { .question = question, .pool = pool, .targets = pool != NULL ? pool->targets : NULL };
    o.key = vvi_key_int(vvi_key_new(question->seed, "bayesian search"), question->trial);
    const vv_sampler sampler = { begin_attempt, &o };
    return vv_oracle_propose(question, &sampler, answer, error);
}

/* ---- searching --------------------------------------------------------------------------------------------------- */

/* Candidates with the same structure and categories are of one cell. */
static uint64_t cell_of(const vvi_gp_pool *pool, const vvi_gp_candidate *candidate)
{
    uint64_t hash = candidate->form->hash;
    for (size_t i = 0; i < candidate->form->n; i++) {
        const uint32_t axis = candidate->form->axes[i];
        if (!pool->axes->list[axis].ordered) hash = vvi_hash_number(hash, candidate->point[axis]);
    }
    return hash;
}

/* Climbs from the best of both kinds of candidates, those near trials, which refine what is known, and draws, which find
 * what is not; where there are categories from one of a cell, so that what looks a little worse at a draw gets its chance. */
static vv_status climb(vvi_gp_pool *pool, vv_error *error)
{
    uint64_t cells[2 * CLIMBS_OF_MANY];
    const bool many = pool->n_forms > 1 || pool->learnt->axes.n_ordered < pool->axes->n;
    const size_t most = many ? CLIMBS_OF_MANY : CLIMBS;
    size_t n = 0, left[2] = { most, most };
    for (size_t i = 0; i < pool->n && left[0] + left[1] > 0; i++) {
        const uint64_t cell = cell_of(pool, &pool->list[i]) + pool->list[i].near;
        size_t same = 0;
        for (size_t k = 0; k < n; k++) same += cells[k] == cell;
        if (left[pool->list[i].near] == 0 || (same > 0 && many)) continue;
        left[pool->list[i].near]--;
        cells[n++] = cell;
        VVI_TRY(vvi_gp_climb(pool, &pool->list[i], error));
    }
    vvi_gp_pool_sort(pool);
    return VV_OK;
}

static vv_status search(const vv_question *question, const vvi_axes *axes, vvi_gp_pool *pool, vvi_arena *arena,
                        vv_answer *answer, vv_error *error)
{
    vvi_gp_learnt learnt;
    vv_error own = { 0 };
    const vv_status status = vvi_gp_learn(&learnt, question, axes, arena, &own);
    if (status == VV_DIVERGED) return offer(question, NULL, answer, error); /* no model for once */
    if (status != VV_OK) return vvi_fail(error, status, "%s", own.text);
    if (learnt.acquisition.losses == NULL && learnt.acquisition.fails == NULL)
        return offer(question, NULL, answer, error);
    VVI_TRY(vvi_gp_pool_make(pool, question, axes, &learnt, arena, error));
    VVI_TRY(vvi_gp_pool_fill(pool, error));
    VVI_TRY(climb(pool, error));
    return offer(question, pool, answer, error);
}

/* Points that fill the space evenly. */
static vv_status begin_evenly(const vv_question *question, vv_answer *answer, vv_error *error)
{
    vvi_sobol_draw draw;
    vv_sampler sampler;
    VVI_TRY(vvi_sobol_begin(question, &draw, &sampler, error));
    return vv_oracle_propose(question, &sampler, answer, error);
}

static size_t startup(const vv_question *question, size_t n_axes)
{
    const double wanted = question->options[OPTION_STARTUP];
    if (wanted > 0) return (size_t)wanted;
    return n_axes < 3 ? 5 : n_axes < 10 ? n_axes + 2 : 12;
}

static vv_status ask(const vv_question *question, vv_answer *answer, vv_error *error)
{
    vvi_arena arena = { 0 };
    vvi_axes axes;
    vvi_gp_pool pool = { 0 };
    vv_status status = vvi_axes_make(question->past, &arena, &axes, error);
    if (status == VV_OK) {
        const bool starting = axes.n == 0 || vv_past_count(question->past) < startup(question, axes.n);
        status =
            starting ? begin_evenly(question, answer, error) : search(question, &axes, &pool, &arena, answer, error);
    }
    vvi_gp_pool_deinit(&pool);
    vvi_arena_deinit(&arena);
    return status;
}

const vv_oracle_kind vvi_oracle_bayesian = {
    .name = "bayesian",
    .summary = "Gaussian processes: few trials, each well chosen",
    .paper = "Snoek, Larochelle, Adams: Practical Bayesian optimization of machine learning algorithms, NIPS 2012",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .most_objectives = VV_MAX_OBJECTIVES,
    .ask = ask,
};
