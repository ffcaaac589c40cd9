/* tpe.c - tree-structured Parzen estimators (Bergstra, Bardenet, Bengio, Kegl: Algorithms for hyper-parameter optimization;
 * NIPS 2011): where are good trials dense, and the others not? Points are drawn from the density of the good ones; of these
 * the one is proposed at which it exceeds that of the others most.
 *
 * Multivariate (Falkner, Klein, Hutter: BOHB; ICML 2018), over cells of hyperparameters that go together (parzen/cells.c);
 * several objectives as MOTPE (parzen/split.c). Choices of ours, which together were better than Optuna 5's on problems of
 * 2 to 20 dimensions, with and without noise, categories and conditions; most of it is due to the densities:
 *
 *     the first trials       scrambled Sobol points, not random ones
 *     good trials            the square root of their number, of each cell for itself (split.c, model.c)
 *     densities              parzen/bandwidths.c
 *     tried already          the next best points, then the best one with one hyperparameter drawn anew
 *
 * `rule=optuna` has Optuna's split, weights and bandwidths instead, for comparison (but Sobol points to start with, and cells
 * of our own for integers with log sampling). More points to choose from made searches no better, and a local search from
 * the best made them worse: the densities are not that well known.
 */
#include "search/parzen/parzen.h"
#include "search/sobol.h"
#include "search/standing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BEST_ATTEMPTS = 8, NEAR_ATTEMPTS = 64 };

static const char *const switches[] = { "off", "on", NULL };
static const char *const rules[] = { "own", "optuna", NULL };

static const vv_option_row options[] = {
    { .name = "startup",
      .preset = 10,
      .min = 1,
      .max = 10000,
      .whole = true,
      .help = "trials before the model is used" },
    { .name = "candidates",
      .preset = 24,
      .min = 1,
      .max = 10000,
      .whole = true,
      .help = "points drawn from the density of the good trials, of which the best is taken" },
    { .name = "multivariate",
      .preset = 1,
      .max = 1,
      .words = switches,
      .help = "model hyperparameters together; off: each for itself" },
    { .name = "group",
      .preset = 1,
      .max = 1,
      .words = switches,
      .help = "of conditional hyperparameters model those together that are active together; off: each for itself" },
    { .name = "liar", .preset = 1, .max = 1, .words = switches, .help = "count running trials among the bad ones" },
    { .name = "rule", .max = 1, .words = rules, .help = "whose split, weights and bandwidths" },
};
enum { STARTUP, CANDIDATES, MULTIVARIATE, GROUP, LIAR, RULE };

static bool is_on(const vv_question *question, int option)
{
    return question->options[option] > 0.5;
}

typedef struct tpe_cache {
    vvi_memory memory;
    vvi_arena kept, scratch; /* of one ask, and of one cell */
} tpe_cache;

/* ---- points of one cell ------------------------------------------------------------------------------------------ */

/* Points drawn for one cell, best first, neighbours different. */
typedef struct ranking {
    const vvi_axis *const *axes;
    size_t n_axes, n;
    double *points;
} ranking;

typedef struct scored {
    bool crowded;
    double score;
    const double *point;
    size_t index;
} scored;

static int by_score(const void *a, const void *b)
{
    const scored *x = a, *y = b;
    if (x->crowded != y->crowded) return x->crowded ? 1 : -1;
    if (x->score < y->score || x->score > y->score) return x->score > y->score ? -1 : 1;
    return x->index < y->index ? -1 : 1;
}

static double *draw_points(const vvi_tpe_model *model, vvi_key key, size_t n, vvi_arena *arena)
{
    double *points = vvi_arena_alloc(arena, n * model->n_axes * sizeof *points);
    for (size_t i = 0; points != NULL && i < n; i++) {
        vvi_stream stream = vvi_stream_begin(vvi_key_int(key, (int64_t)i));
        double *point = points + i * model->n_axes;
        vvi_parzen_draw(&model->good, &stream, point);
        for (size_t j = 0; j < model->n_numbers; j++)
            if (model->axes[j]->n > 0) point[j] = vvi_axis_snap(model->axes[j], &model->axes[j]->domain, point[j]);
    }
    return points;
}

static bool begin_picks(const vvi_tpe_model *model, size_t n, vvi_arena *kept, ranking *picks)
{
    const vvi_axis **axes = vvi_arena_alloc(kept, model->n_axes * sizeof *axes);
    double *points = vvi_arena_alloc(kept, n * model->n_axes * sizeof *points);
    if (axes == NULL || points == NULL) return false;
    memcpy(axes, model->axes, model->n_axes * sizeof *axes);
    *picks = (ranking){ .axes = axes, .n_axes = model->n_axes, .points = points };
    return true;
}

/* Equal points have equal scores, and so lie side by side. */
static bool rank_points(const vvi_tpe_model *model, const double *points, size_t n, tpe_cache *cache, ranking *picks)
{
    const size_t size = model->n_axes * sizeof *points;
    double *scores = vvi_arena_alloc(&cache->scratch, n * sizeof *scores);
    scored *order = vvi_arena_alloc(&cache->scratch, n * sizeof *order);
    if (scores == NULL || order == NULL || !begin_picks(model, n, &cache->kept, picks)) return false;
    if (!vvi_tpe_model_score(model, points, n, &cache->scratch, scores)) return false;
    for (size_t i = 0; i < n; i++) {
        const double *point = points + i * model->n_axes;
        order[i] = (scored){ vvi_tpe_model_is_crowded(model, point), scores[i], point, i };
    }
    qsort(order, n, sizeof *order, by_score);
    for (size_t i = 0; i < n; i++) {
        double *last = picks->points + picks->n * model->n_axes;
        if (picks->n > 0 && memcmp(last - model->n_axes, order[i].point, size) == 0) continue;
        memcpy(last, order[i].point, size);
        picks->n++;
    }
    return true;
}

/* ---- attempts ---------------------------------------------------------------------------------------------------- */

typedef struct drawing {
    const vv_question *question;
    vvi_memory *memory;
    vvi_key key;
    ranking *picks; /* of each cell */
    vvi_target *targets;
    size_t n_targets;
    vvi_follow follow;
} drawing;

static double draw_anew(const vvi_axis *axis, double u)
{
    const double index = floor(axis->n * u);
    return axis->ordered ? u : index < axis->n ? index : axis->n - 1;
}

static void aim(drawing *d, const vvi_axis *axis, double position)
{
    d->targets[d->n_targets++] = (vvi_target){ axis->hash, axis->name, vvi_axis_from_unit(axis, position) };
}

/* The attempt-th best point of the cell; later the best one with one coordinate anew. */
static void aim_at(drawing *d, const ranking *picks, uint64_t attempt, vvi_stream *stream)
{
    const bool best = attempt < BEST_ATTEMPTS;
    const double *point = picks->points + (best ? attempt % picks->n : 0) * picks->n_axes;
    const size_t anew = best ? picks->n_axes : (size_t)vvi_stream_below(stream, picks->n_axes);
    for (size_t j = 0; j < picks->n_axes; j++)
        aim(d, picks->axes[j], j == anew ? draw_anew(picks->axes[j], vvi_stream_unit(stream)) : point[j]);
}

static vv_chooser begin_attempt(void *context, uint64_t attempt)
{
    drawing *d = context;
    const vvi_key key = vvi_key_int(d->key, (int64_t)attempt);
    vvi_stream stream = vvi_stream_begin(key);
    d->n_targets = 0;
    for (size_t c = 0; c < d->memory->cells.n && attempt < NEAR_ATTEMPTS; c++)
        aim_at(d, &d->picks[c], attempt, &stream);
    d->follow = vvi_follow_begin(d->question, d->targets, d->n_targets, key);
    return vvi_chooser_follow(&d->follow);
}

/* ---- asking ------------------------------------------------------------------------------------------------------ */

static void free_cache(void *memory)
{
    tpe_cache *cache = memory;
    vvi_memory_deinit(&cache->memory);
    vvi_arena_deinit(&cache->kept);
    vvi_arena_deinit(&cache->scratch);
    vvi_free(cache);
}

static tpe_cache *open_cache(vv_cache *cache)
{
    if (cache->memory == NULL) cache->memory = vvi_calloc(1, sizeof(tpe_cache));
    cache->free = free_cache;
    return cache->memory;
}

static bool pick(drawing *d, uint32_t cell, tpe_cache *cache)
{
    const vv_question *question = d->question;
    const vvi_tpe_rule rule = { .optuna = is_on(question, RULE), .liar = is_on(question, LIAR) };
    const size_t n = (size_t)question->options[CANDIDATES];
    vvi_tpe_model model;
    vvi_arena_empty(&cache->scratch);
    if (!vvi_tpe_model_make(d->memory, cell, rule, &cache->scratch, &model)) return false;
    const double *points = draw_points(&model, vvi_key_name(d->key, model.axes[0]->name), n, &cache->scratch);
    return points != NULL && rank_points(&model, points, n, cache, &d->picks[cell]);
}

static vv_status propose(drawing *d, tpe_cache *cache, vv_answer *answer, vv_error *error)
{
    vvi_arena_empty(&cache->kept);
    d->picks = vvi_arena_alloc(&cache->kept, (d->memory->cells.n + 1) * sizeof *d->picks);
    d->targets = vvi_arena_alloc(&cache->kept, (d->memory->axes.n + 1) * sizeof *d->targets);
    if (d->picks == NULL || d->targets == NULL) return vvi_no_memory(error);
    for (uint32_t c = 0; c < d->memory->cells.n; c++)
        if (!pick(d, c, cache)) return vvi_no_memory(error);
    const vv_sampler sampler = { begin_attempt, d };
    return vv_oracle_propose(d->question, &sampler, answer, error);
}

static vv_status start(const vv_question *question, vv_answer *answer, vv_error *error)
{
    vvi_sobol_draw draw;
    vv_sampler sampler;
    VVI_TRY(vvi_sobol_begin(question, &draw, &sampler, error));
    return vv_oracle_propose(question, &sampler, answer, error);
}

/* Have enough trials ended? */
static bool is_started(const vv_question *question)
{
    size_t left = (size_t)question->options[STARTUP];
    for (size_t id = 0; id < question->past->n_rows && left > 0; id++)
        left -= vvi_trial_standing(question->past, (int)id) != VVI_UNFINISHED;
    return left == 0;
}

static vvi_grouping grouping_of(const vv_question *question)
{
    if (!is_on(question, MULTIVARIATE)) return VVI_GROUP_APART;
    return is_on(question, GROUP) ? VVI_GROUP_CELLS : VVI_GROUP_COMMON;
}

static vv_status ask(const vv_question *question, vv_answer *answer, vv_error *error)
{
    if (!is_started(question)) return start(question, answer, error);
    tpe_cache *cache = open_cache(question->cache);
    if (cache == NULL) return vvi_no_memory(error);
    VVI_TRY(vvi_memory_follow(&cache->memory, question->past, grouping_of(question), error));
    drawing d = { .question = question,
                  .memory = &cache->memory,
                  .key = vvi_key_int(vvi_key_new(question->seed, "tpe"), question->trial) };
    return propose(&d, cache, answer, error);
}

const vv_oracle_kind vvi_oracle_tpe = {
    .name = "tpe",
    .summary = "tree-structured Parzen estimator: draws where good trials are dense and the others are not",
    .paper = "Bergstra et al.: Algorithms for hyper-parameter optimization, 2011; Falkner et al.: BOHB, 2018",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .most_objectives = VV_MAX_OBJECTIVES,
    .ask = ask,
};
