/* learn.c - parameters learnt along checkpoints, and the models made of them.
 *
 * A fit goes on best from where the one before ended; but what is proposed must follow from the trials alone, whatever
 * was asked before. So fits have fixed checkpoints, each a quarter as many trials further than the one before: the fit of
 * the first c trials begins at that of the checkpoint before, and at a few other points; that of an ask begins at its last
 * checkpoint. A study that is resumed makes the same few fits again. The cache keeps them by what they were made of.
 *
 * The likeliest parameters are those of the basin that was searched: lengths along which nothing changes there grow, and
 * the model becomes sure that there is nothing elsewhere. So when the least loss hardly falls any more, every third ask is
 * bold: it halves the lengths, lets none be longer than was thought before any trial, and wants an improvement by a margin,
 * which a further polish of the best cannot give (Jones: A taxonomy of global optimization methods based on response
 * surfaces, Journal of Global Optimization 21, 2001, searches for several target values at once instead).
 */
#include "search/gp/lapack.h"
#include "search/gp/trials.h"

#include <math.h>
#include <string.h>

enum { FIRST_CHECKPOINT = 8, MOST_FITS = 128, FEW_POINTS = 4, SOME_POINTS = 100, MANY_POINTS = 200, RECENT = 10 };

/* Of bold asks. */
enum { BOLD_EVERY = 3, BOLD_AFTER = 8 };            /* trials without progress */
static const double progress = 1e-3, margin = 0.02; /* in deviations of the warped losses */

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
    uint64_t chain; /* of the checkpoints so far: a fit follows from all of them, since it starts from the one before */
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
    const uint64_t own_hash = hash_of(points, p->fails ? trials->labels : trials->losses, n) + p->fails;
    const uint64_t hash = vvi_hash_bytes(own_hash, &p->chain, sizeof p->chain);
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
    p->chain = hash;
    return VV_OK;
}

/* From one checkpoint to the next, for both processes. */
static vv_status follow_checkpoints(vvi_gp_learnt *learnt, process *processes, const vv_question *question,
                                    const vvi_axes *axes, memory *m, vvi_arena *arena, vv_error *error)
{
    const size_t n = vv_past_count(question->past);
    for (size_t limit = FIRST_CHECKPOINT; limit <= n; limit += limit < VVI_GP_MOST_POINTS ? limit / 4 : limit / 2) {
        const vvi_arena_mark mark = vvi_arena_here(arena);
        vvi_gp_trials trials;
        VVI_TRY(vvi_gp_trials_make(&trials, question, axes, &learnt->axes, limit, arena, error));
        VVI_TRY(fit_checkpoint(&processes[0], &trials, m, arena, error));
        VVI_TRY(fit_checkpoint(&processes[1], &trials, m, arena, error));
        vvi_arena_rewind(arena, mark);
    }
    return VV_OK;
}

/* ---- models ------------------------------------------------------------------------------------------------------ */

/* From the last checkpoint to all trials. */
static vv_status fit_last(vvi_gp_evidence *evidence, process *p, vv_error *error)
{
    double value, ignored;
    if (p->begun)
        VVI_TRY(vvi_gp_fit(evidence, p->parameters, evaluations(evidence->n), &value, error));
    else
        VVI_TRY(fit_from_all(evidence, p->parameters, false, error));
    const double *rest = p->parameters + evidence->points->axes->n_weights;
    if (!p->fails)
        vvi_gp_warp(evidence->unwarped, evidence->n, rest[VVI_GP_BEND], evidence->z, evidence->z_slopes, &ignored);
    return VV_OK;
}

/* Has the least loss hardly fallen with the last few trials? */
static bool is_stuck(const vvi_gp_trials *trials, const double *z, int trial)
{
    double before = (double)INFINITY, now = (double)INFINITY;
    for (size_t i = 0; i < trials->n; i++) {
        if (!trials->kept[i]) continue;
        now = fmin(now, z[i]);
        if (trials->ids[i] + BOLD_AFTER < trial) before = fmin(before, z[i]);
    }
    return isfinite(before) && before - now < progress;
}

static void make_bold(const vvi_gp_evidence *evidence, double *parameters)
{
    for (size_t w = 0; w < evidence->points->axes->n_weights; w++)
        parameters[w] = fmax(parameters[w] + log(4), evidence->means[w]);
}

static vv_status model_losses(vvi_gp_learnt *learnt, process *p, const vv_question *question, vvi_arena *arena,
                              vv_error *error)
{
    const vvi_gp_trials *trials = &learnt->trials;
    const vvi_key key = vvi_key_int(vvi_key_new(question->seed, "fantasies"), question->trial);
    vvi_gp_evidence evidence;
    vvi_gp_points own;
    VVI_TRY(make_evidence(&evidence, trials, p, &own, arena, error));
    VVI_TRY(fit_last(&evidence, p, error));
    learnt->bold = question->trial % BOLD_EVERY == 0 && is_stuck(trials, evidence.z, question->trial);
    if (learnt->bold) make_bold(&evidence, p->parameters);
    return vvi_gp_model_make(&learnt->losses, &trials->points, p->parameters, evidence.z, trials->n_pending, key, arena,
                             error);
}

static vv_status model_fails(vvi_gp_learnt *learnt, process *p, vvi_arena *arena, vv_error *error)
{
    vvi_gp_evidence evidence;
    vvi_gp_points own;
    VVI_TRY(make_evidence(&evidence, &learnt->trials, p, &own, arena, error));
    VVI_TRY(fit_last(&evidence, p, error));
    return vvi_gp_model_make(&learnt->fails, &learnt->trials.labelled, p->parameters, evidence.z, 0, (vvi_key){ 0 },
                             arena, error);
}

/* ---- all of it --------------------------------------------------------------------------------------------------- */

/* The least posterior mean among the points that keep the constraints, pending ones included: under noise the least
 * loss is the luckiest rather than the best. Side by side with running trials a last polish is not worth another. */
static void find_best(vvi_gp_learnt *learnt)
{
    const vvi_gp_model *model = &learnt->losses;
    const double least_gain = learnt->bold ? margin : model->n_pending > 0 ? progress : 0;
    for (size_t f = 0; f < model->n_fantasies; f++) {
        double best = (double)INFINITY;
        for (size_t i = 0; i < model->n; i++) {
            if (i < learnt->trials.n && !learnt->trials.kept[i]) continue;
            best = fmin(best, model->means[f * model->n + i]);
        }
        learnt->acquisition.best[f] = best - least_gain;
    }
}

static bool any_kept(const vvi_gp_trials *trials)
{
    for (size_t i = 0; i < trials->n; i++)
        if (trials->kept[i]) return true;
    return false;
}

static vv_status make_models(vvi_gp_learnt *learnt, process *processes, const vv_question *question, vvi_arena *arena,
                             vv_error *error)
{
    if (any_kept(&learnt->trials)) {
        VVI_TRY(model_losses(learnt, &processes[0], question, arena, error));
        learnt->acquisition.losses = &learnt->losses;
        find_best(learnt);
    }
    if (learnt->trials.n_fails > 0) {
        learnt->acquisition.caution = 1;
        for (size_t i = 0; i < learnt->trials.n_labels && i < RECENT; i++)
            learnt->acquisition.caution += learnt->trials.labels[learnt->trials.n_labels - 1 - i] > 0;
        VVI_TRY(model_fails(learnt, &processes[1], arena, error));
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
    process processes[2] = { { .parameters = parameters[0] }, { .fails = true, .parameters = parameters[1] } };
    memory *m = remember(question->cache);
    *learnt = (vvi_gp_learnt){ 0 };
    (void)vvi_one_thread();
    if (m == NULL || !sort_axes(learnt, axes, arena)) return vvi_no_memory(error);
    /* Several objectives have other weights at each ask: earlier fits are none of theirs. */
    if (question->n_objectives == 1) VVI_TRY(follow_checkpoints(learnt, processes, question, axes, m, arena, error));
    const size_t n = vv_past_count(question->past);
    VVI_TRY(vvi_gp_trials_make(&learnt->trials, question, axes, &learnt->axes, n, arena, error));
    return make_models(learnt, processes, question, arena, error);
}
