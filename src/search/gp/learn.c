/* learn.c - parameters learnt along checkpoints, and the models made of them.
 *
 * A fit goes on best from where the one before ended; but what is proposed must follow from the trials alone, whatever
 * was asked before. So fits have fixed checkpoints, each half as many trials further than the one before: the fit of the
 * first c trials begins at that of the checkpoint before, and at a few other points; that of an ask begins at its last
 * checkpoint. A study that is resumed makes the same few fits again, which together cost little more than the last. The
 * cache keeps them by what they were made of.
 */
#include "search/gp/lapack.h"
#include "search/gp/trials.h"

#include <math.h>
#include <string.h>

enum { FIRST_CHECKPOINT = 8, MOST_FITS = 64, FEW_POINTS = 4, SOME_POINTS = 100, MANY_POINTS = 200 };

/* ---- what was fitted before -------------------------------------------------------------------------------------- */

typedef struct fit {
    uint64_t hash;
    double parameters[VVI_GP_MOST_WEIGHTS + VVI_GP_N_PARAMETERS];
} fit;

typedef struct memory {
    size_t n, next;
    fit fits[MOST_FITS];
} memory;

static void forget(void *cached)
{
    vvi_free(cached);
}

static memory *remember(vv_cache *cache)
{
    if (cache->memory == NULL) {
        cache->memory = vvi_calloc(1, sizeof(memory));
        cache->free = forget;
    }
    return cache->memory;
}

static uint64_t hash_of(const vvi_gp_points *points, const double *values, size_t n)
{
    uint64_t hash = vvi_hash_bytes(VVI_HASH_START, values, n * sizeof *values);
    for (size_t a = 0; a < points->axes->n; a++) {
        const double *column = points->columns + a * points->most;
        for (size_t i = 0; i < n; i++) {
            uint64_t bits;
            memcpy(&bits, &column[i], sizeof bits);
            hash = (hash ^ bits) * UINT64_C(0x9e3779b97f4a7c15);
            hash ^= hash >> 29;
        }
    }
    return hash;
}

static const fit *find_fit(const memory *m, uint64_t hash)
{
    for (size_t i = 0; i < m->n; i++)
        if (m->fits[i].hash == hash) return &m->fits[i];
    return NULL;
}

static void keep_fit(memory *m, uint64_t hash, const double *parameters, size_t n)
{
    fit *place = &m->fits[m->next];
    m->next = (m->next + 1) % MOST_FITS;
    m->n += m->n < MOST_FITS;
    place->hash = hash;
    memcpy(place->parameters, parameters, n * sizeof *parameters);
}

/* ---- fitting ----------------------------------------------------------------------------------------------------- */

static int evaluations(size_t n)
{
    return n <= SOME_POINTS ? 24 : n <= MANY_POINTS ? 12 : 8;
}

/* The best of the fits from `parameters`, if `begun`, and from the presets. */
static vv_status fit_from_all(vvi_gp_evidence *evidence, double *parameters, bool begun, vv_error *error)
{
    double best = (double)INFINITY, value, from[VVI_GP_MOST_WEIGHTS + VVI_GP_N_PARAMETERS];
    const int most = 2 * evaluations(evidence->n);
    if (begun) VVI_TRY(vvi_gp_fit(evidence, parameters, most, &best, error));
    if (begun && evidence->n > MANY_POINTS) return VV_OK;
    for (size_t k = 0; k < VVI_GP_STARTS; k++) {
        vvi_gp_start(evidence, k, from);
        VVI_TRY(vvi_gp_fit(evidence, from, most, &value, error));
        if (!(value < best) && (k > 0 || begun)) continue;
        best = value;
        memcpy(parameters, from, evidence->n_parameters * sizeof *from);
    }
    return VV_OK;
}

/* One process: of losses, or of labels. */
typedef struct process {
    bool fails;
    double *parameters;
    bool begun;
} process;

static vv_status make_evidence(vvi_gp_evidence *evidence, const vvi_gp_trials *trials, const process *p,
                               vvi_gp_points *points, vvi_arena *arena, vv_error *error)
{
    *points = p->fails ? trials->labelled : trials->points;
    points->n = p->fails ? trials->n_labels : trials->n; /* the pending are left out */
    const double *losses = p->fails ? NULL : trials->losses, *z = p->fails ? trials->labels : NULL;
    return vvi_gp_evidence_make(evidence, points, losses, z, arena) ? VV_OK : vvi_no_memory(error);
}

static vv_status fit_checkpoint(process *p, const vvi_gp_trials *trials, memory *m, vvi_arena *arena, vv_error *error)
{
    const size_t n = p->fails ? trials->n_labels : trials->n;
    if (n < FEW_POINTS || (p->fails && trials->n_fails == 0)) return VV_OK;
    const vvi_gp_points *points = p->fails ? &trials->labelled : &trials->points;
    const uint64_t hash = hash_of(points, p->fails ? trials->labels : trials->losses, n) + p->fails;
    const size_t n_parameters = points->axes->n_weights + VVI_GP_N_PARAMETERS;
    const fit *known = find_fit(m, hash);
    if (known != NULL) {
        memcpy(p->parameters, known->parameters, n_parameters * sizeof(double));
    } else {
        vvi_gp_evidence evidence;
        vvi_gp_points own;
        VVI_TRY(make_evidence(&evidence, trials, p, &own, arena, error));
        VVI_TRY(fit_from_all(&evidence, p->parameters, p->begun, error));
        keep_fit(m, hash, p->parameters, n_parameters);
    }
    p->begun = true;
    return VV_OK;
}

/* From one checkpoint to the next, for both processes. */
static vv_status follow_checkpoints(vvi_gp_learnt *learnt, process *processes, const vv_question *question,
                                    const vvi_axes *axes, memory *m, vvi_arena *arena, vv_error *error)
{
    const size_t n = vv_past_count(question->past);
    for (size_t limit = FIRST_CHECKPOINT; limit <= n; limit += limit / 2) {
        const vvi_arena_mark mark = vvi_arena_here(arena);
        vvi_gp_trials trials;
        VVI_TRY(vvi_gp_trials_make(&trials, question, axes, &learnt->axes, limit, arena, error));
        VVI_TRY(fit_checkpoint(&processes[0], &trials, m, arena, error));
        VVI_TRY(fit_checkpoint(&processes[1], &trials, m, arena, error));
        vvi_arena_rewind(arena, mark);
    }
    return VV_OK;
}

/* The last fit and its model. */
static vv_status make_model(vvi_gp_model *model, process *p, const vvi_gp_trials *trials, vvi_key key, vvi_arena *arena,
                            vv_error *error)
{
    vvi_gp_evidence evidence;
    vvi_gp_points own;
    double value, slope;
    VVI_TRY(make_evidence(&evidence, trials, p, &own, arena, error));
    if (p->begun)
        VVI_TRY(vvi_gp_fit(&evidence, p->parameters, evaluations(evidence.n), &value, error));
    else
        VVI_TRY(fit_from_all(&evidence, p->parameters, false, error));
    const double bend = p->parameters[evidence.n_parameters - VVI_GP_N_PARAMETERS + VVI_GP_BEND];
    if (!p->fails) vvi_gp_warp(evidence.unwarped, evidence.n, bend, evidence.z, evidence.z_slopes, &slope);
    const vvi_gp_points *points = p->fails ? &trials->labelled : &trials->points;
    return vvi_gp_model_make(model, points, p->parameters, evidence.z, p->fails ? 0 : trials->n_pending, key, arena,
                             error);
}

/* ---- all of it --------------------------------------------------------------------------------------------------- */

/* The least posterior mean among the points that keep the constraints, pending ones included: under noise the least
 * loss is the luckiest rather than the best. */
static void find_best(vvi_gp_learnt *learnt)
{
    const vvi_gp_model *model = &learnt->losses;
    for (size_t f = 0; f < model->n_fantasies; f++) {
        double best = (double)INFINITY;
        for (size_t i = 0; i < model->n; i++) {
            if (i < learnt->trials.n && !learnt->trials.kept[i]) continue;
            best = fmin(best, model->means[f * model->n + i]);
        }
        learnt->acquisition.best[f] = best;
    }
}

static bool any_kept(const vvi_gp_trials *trials)
{
    for (size_t i = 0; i < trials->n; i++)
        if (trials->kept[i]) return true;
    return false;
}

static vv_status make_models(vvi_gp_learnt *learnt, process *processes, vvi_key key, vvi_arena *arena, vv_error *error)
{
    const vvi_gp_trials *trials = &learnt->trials;
    if (any_kept(trials)) {
        VVI_TRY(make_model(&learnt->losses, &processes[0], trials, key, arena, error));
        learnt->acquisition.losses = &learnt->losses;
        find_best(learnt);
    }
    if (trials->n_fails > 0) {
        VVI_TRY(make_model(&learnt->fails, &processes[1], trials, key, arena, error));
        learnt->acquisition.fails = &learnt->fails;
    }
    return VV_OK;
}

static bool sort_axes(vvi_gp_learnt *learnt, const vvi_axes *axes, vvi_arena *arena)
{
    bool *ordered = vvi_arena_alloc(arena, axes->n + 1);
    if (ordered == NULL) return false;
    for (size_t a = 0; a < axes->n; a++) ordered[a] = axes->list[a].ordered;
    return vvi_gp_axes_make(&learnt->axes, ordered, axes->n, arena);
}

vv_status vvi_gp_learn(vvi_gp_learnt *learnt, const vv_question *question, const vvi_axes *axes, vvi_arena *arena,
                       vv_error *error)
{
    double parameters[2][VVI_GP_MOST_WEIGHTS + VVI_GP_N_PARAMETERS] = { { 0 } };
    process processes[2] = { { false, parameters[0], false }, { true, parameters[1], false } };
    memory *m = remember(question->cache);
    *learnt = (vvi_gp_learnt){ 0 };
    vvi_one_thread();
    if (m == NULL || !sort_axes(learnt, axes, arena)) return vvi_no_memory(error);
    VVI_TRY(follow_checkpoints(learnt, processes, question, axes, m, arena, error));
    VVI_TRY(vvi_gp_trials_make(&learnt->trials, question, axes, &learnt->axes, vv_past_count(question->past), arena,
                               error));
    const vvi_key key = vvi_key_int(vvi_key_new(question->seed, "fantasies"), question->trial);
    return make_models(learnt, processes, key, arena, error);
}
