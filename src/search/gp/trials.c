/* trials.c - what a Gaussian process is told of the past.
 *
 * Losses: of trials that completed, were pruned or are paused, where they are finite; several objectives become one by
 * the augmented Chebyshev norm with weights drawn for each ask (Knowles: ParEGO, IEEE Transactions on Evolutionary
 * Computation 10, 2006). Fails: trials that failed or whose loss is not finite are 1, those that exceed constraints lie
 * between 0 and 1 by how far, all others are -1. Pending: trials whose loss will come.
 *
 * Work is bounded by leaving trials out: beyond a number of points that falls with the number of axes the best half of
 * them is kept, the newest quarter, and of the others one every so often.
 */
#include "search/gp/trials.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct row {
    int id;
    double loss, violation;
    bool scored, failed, pending, taken;
} row;

/* ---- what became of a trial -------------------------------------------------------------------------------------- */

/* Beyond these losses count as infinite, so that differences are finite. */
static const double huge_loss = 1e300;

/* Infinitely good losses are losses, too: as good as the best that is finite. */
static bool has_losses(const vv_past *past, int id)
{
    for (size_t k = 0; k < past->n_objectives; k++) {
        const double loss = vv_past_loss(past, id, k);
        if (isnan(loss) || loss > huge_loss) return false;
    }
    return true;
}

static row look_at(const vv_past *past, int id)
{
    const vvi_past_row *trial = &past->rows[id];
    const vv_trial_status status = (vv_trial_status)trial->status;
    row r = { .id = id, .violation = trial->violation };
    if (status == VV_TRIAL_COMPLETED || status == VV_TRIAL_PRUNED || status == VV_TRIAL_PAUSED)
        r.scored = has_losses(past, id);
    r.failed = status == VV_TRIAL_FAILED || (status == VV_TRIAL_COMPLETED && !r.scored);
    r.pending = status == VV_TRIAL_RUNNING || status == VV_TRIAL_INTERRUPTED || status == VV_TRIAL_WAITING ||
                (status == VV_TRIAL_PAUSED && !r.scored);
    return r;
}

/* ---- several objectives ------------------------------------------------------------------------------------------ */

typedef struct range {
    double least, most;
} range;

static range range_of(const vv_past *past, size_t k, const row *rows, size_t n)
{
    range r = { (double)INFINITY, -(double)INFINITY };
    for (size_t i = 0; i < n; i++) {
        const double loss = rows[i].scored ? vv_past_loss(past, rows[i].id, k) : -(double)INFINITY;
        if (loss < -huge_loss) continue;
        r.least = fmin(r.least, loss);
        r.most = fmax(r.most, loss);
    }
    return r.least <= r.most ? r : (range){ 0, 0 };
}

/* Uniform over the simplex. */
static void draw_weights(vvi_key key, size_t n, double *weights)
{
    vvi_stream stream = vvi_stream_begin(key);
    double sum = 0;
    for (size_t k = 0; k < n; k++) sum += weights[k] = -log(1 - vvi_stream_unit(&stream)) + 1e-9;
    for (size_t k = 0; k < n; k++) weights[k] /= sum;
}

static void find_losses(const vv_past *past, vvi_key key, row *rows, size_t n)
{
    const size_t n_objectives = past->n_objectives;
    double weights[VV_MAX_OBJECTIVES];
    range ranges[VV_MAX_OBJECTIVES];
    for (size_t k = 0; k < n_objectives; k++) ranges[k] = range_of(past, k, rows, n);
    draw_weights(key, n_objectives, weights);
    for (size_t i = 0; i < n; i++) {
        double worst = 0, sum = 0;
        for (size_t k = 0; k < n_objectives && rows[i].scored; k++) {
            const double loss = fmax(vv_past_loss(past, rows[i].id, k), ranges[k].least);
            const double width = ranges[k].most - ranges[k].least;
            const double part = width > 0 ? weights[k] * (loss - ranges[k].least) / width : 0;
            worst = fmax(worst, part);
            sum += part;
            rows[i].loss = loss; /* of a single objective */
        }
        if (n_objectives > 1) rows[i].loss = worst + 0.05 * sum;
    }
}

/* ---- which ones -------------------------------------------------------------------------------------------------- */

static int compare_losses(const void *a, const void *b)
{
    const row *const *x = a, *const *y = b;
    const double left = (*x)->scored ? (*x)->loss : (double)INFINITY,
                 right = (*y)->scored ? (*y)->loss : (double)INFINITY;
    return left < right ? -1 : left > right ? 1 : ((*x)->id > (*y)->id) - ((*x)->id < (*y)->id);
}

static bool take_some(row *rows, size_t n, size_t most, vvi_arena *arena)
{
    row **order = vvi_arena_alloc(arena, (n + 1) * sizeof(row *));
    if (order == NULL) return false;
    for (size_t i = 0; i < n; i++) order[i] = &rows[i];
    qsort(order, n, sizeof(row *), compare_losses);
    for (size_t i = 0; i < n && (n <= most || i < most / 2); i++) order[i]->taken = true;
    for (size_t i = 0; n > most && i < most / 4; i++) rows[n - 1 - i].taken = true;
    for (size_t i = 0; n > most && i < most / 4; i++) rows[i * (n - most / 4) / (most / 4)].taken = true;
    return true;
}

static size_t most_points(size_t n_axes)
{
    const double most = sqrt(3e7 / (double)(n_axes + 1));
    return most > VVI_GP_MOST_POINTS ? VVI_GP_MOST_POINTS : most < 48 ? 48 : (size_t)most;
}

/* ---- putting together -------------------------------------------------------------------------------------------- */

static double median_violation(const row *rows, size_t n)
{
    double sum = 0, count = 0; /* the mean of logarithms: a median of sorts, in one pass */
    for (size_t i = 0; i < n; i++) {
        if (!(rows[i].violation > 0) || !isfinite(rows[i].violation)) continue;
        sum += log(rows[i].violation);
        count++;
    }
    return count > 0 ? exp(sum / count) : 1;
}

static double label_of(const row *r, double unit)
{
    if (r->failed || !isfinite(r->violation)) return 1;
    return r->violation > 0 ? 0.1 + 0.9 * r->violation / (r->violation + unit) : -1;
}

static bool allocate(vvi_gp_trials *trials, const vvi_gp_axes *axes, size_t n, vvi_arena *arena)
{
    trials->losses = vvi_arena_alloc(arena, (n + 1) * sizeof(double));
    trials->labels = vvi_arena_alloc(arena, (n + 1) * sizeof(double));
    trials->kept = vvi_arena_alloc(arena, n + 1);
    trials->ids = vvi_arena_alloc(arena, (n + 1) * sizeof(int));
    return trials->losses != NULL && trials->labels != NULL && trials->kept != NULL && trials->ids != NULL &&
           vvi_gp_points_make(&trials->points, axes, n, arena) && vvi_gp_points_make(&trials->labelled, axes, n, arena);
}

static void add_row(vvi_gp_trials *trials, const row *r, const double *point, double unit)
{
    const double label = label_of(r, unit);
    if (r->scored) {
        trials->losses[trials->n] = r->loss;
        trials->kept[trials->n] = label < 0;
        trials->ids[trials->n++] = r->id;
        vvi_gp_points_add(&trials->points, point);
    }
    if (r->scored || r->failed) {
        trials->labels[trials->n_labels++] = label;
        trials->n_fails += label > 0;
        vvi_gp_points_add(&trials->labelled, point);
    }
}

static void add_pending(vvi_gp_trials *trials, const row *rows, size_t n, const vvi_axes *axes, const vv_past *past,
                        double *point)
{
    for (size_t i = n; i-- > 0 && trials->n_pending < VVI_GP_MOST_PENDING;) {
        if (!rows[i].pending) continue;
        vvi_axes_point(axes, past, rows[i].id, point);
        trials->ids[trials->n + trials->n_pending++] = rows[i].id;
        vvi_gp_points_add(&trials->points, point);
    }
}

/* Points and values of some of the trials that have ended. */
static vv_status add_ended(vvi_gp_trials *trials, row *ended, size_t n, const vvi_axes *axes,
                           const vvi_gp_axes *gp_axes, const vv_past *past, double *point, vvi_arena *arena,
                           vv_error *error)
{
    const size_t most = most_points(axes->n), room = (n < most ? n : most) + VVI_GP_MOST_PENDING;
    const double unit = median_violation(ended, n);
    if (!take_some(ended, n, most, arena) || !allocate(trials, gp_axes, room, arena)) return vvi_no_memory(error);
    for (size_t i = 0; i < n; i++) {
        if (!ended[i].taken) continue;
        vvi_axes_point(axes, past, ended[i].id, point);
        add_row(trials, &ended[i], point, unit);
    }
    return VV_OK;
}

vv_status vvi_gp_trials_make(vvi_gp_trials *trials, const vv_question *question, const vvi_axes *axes,
                             const vvi_gp_axes *gp_axes, size_t n_first, vvi_arena *arena, vv_error *error)
{
    const vv_past *past = question->past;
    const vvi_key key = vvi_key_int(vvi_key_new(question->seed, "weights of objectives"), question->trial);
    size_t n_ended = 0;
    *trials = (vvi_gp_trials){ 0 };
    row *rows = vvi_arena_alloc(arena, (n_first + 1) * sizeof *rows);
    row *ended = vvi_arena_alloc(arena, (n_first + 1) * sizeof *ended);
    double *point = vvi_arena_alloc(arena, (axes->n + 1) * sizeof *point);
    if (rows == NULL || ended == NULL || point == NULL) return vvi_no_memory(error);
    for (size_t i = 0; i < n_first; i++) rows[i] = look_at(past, (int)i);
    find_losses(past, key, rows, n_first);
    for (size_t i = 0; i < n_first; i++)
        if (rows[i].scored || rows[i].failed) ended[n_ended++] = rows[i];
    VVI_TRY(add_ended(trials, ended, n_ended, axes, gp_axes, past, point, arena, error));
    add_pending(trials, rows, n_first, axes, past, point);
    return VV_OK;
}
