/* cma.c - the Gaussian of the covariance matrix adaptation evolution strategy (Hansen: The CMA evolution strategy: a
 * tutorial; arXiv:1604.00772, 2016), with its constants and its active update: steps that went wrong shrink the
 * covariance where they went.
 *
 * Beyond MOST_FULL coordinates the covariance is a diagonal (Ros, Hansen: A simple modification in CMA-ES achieving
 * linear time and space complexity; 2008): a full one would take seconds for each update, and more trials to learn than
 * anybody has. Its rates are then (n + 2) / 3 times as fast.
 *
 * Departures: points are pulled in as in Hansen 2011 whether they were drawn or come from elsewhere, since from the past
 * alone they look the same; the clip is so wide that one draw in some hundred notices. Eigenvalues below 1e-14 of the
 * largest are lifted to that.
 */
#include "search/cma/cma.h"

#include <math.h>
#include <string.h>

enum { MOST_FULL = 200 };
static const double SMALLEST = 1e-14;

size_t vvi_cma_lambda(size_t n)
{
    return n < 2 ? 5 : 4 + (size_t)(3 * log((double)n));
}

/* ---- constants ---------------------------------------------------------------------------------------------------- */

static double effective(const double *weights, size_t n)
{
    double sum = 0, squares = 0;
    for (size_t i = 0; i < n; i++) {
        sum += weights[i];
        squares += weights[i] * weights[i];
    }
    return squares > 0 ? sum * sum / squares : 0;
}

static void set_rates(vvi_cma *cma, double mu)
{
    const double n = (double)cma->n, faster = cma->full ? 1 : (n + 2) / 3;
    vvi_cma_rates *r = &cma->rates;
    r->mu_effective = mu;
    r->c_sigma = (mu + 2) / (n + mu + 5);
    r->d_sigma = 1 + 2 * fmax(0, sqrt((mu - 1) / (n + 1)) - 1) + r->c_sigma;
    r->c_path = (4 + mu / n) / (n + 4 + 2 * mu / n);
    r->c_one = fmin(1, faster * 2 / ((n + 1.3) * (n + 1.3) + mu));
    r->c_mu = fmin(1 - r->c_one, faster * 2 * (0.25 + mu + 1 / mu - 2) / ((n + 2) * (n + 2) + mu));
    r->chi = sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n));
}

/* Logarithms of ranks; the negative ones are made as small as keeps the covariance positive (tutorial, eq. 49 to 53). */
static void set_constants(vvi_cma *cma)
{
    double *w = cma->weights;
    const size_t lambda = cma->lambda, mu = lambda / 2;
    for (size_t i = 0; i < lambda; i++) w[i] = log(((double)lambda + 1) / 2) - log((double)i + 1);
    set_rates(cma, effective(w, mu));
    const vvi_cma_rates *r = &cma->rates;
    double positive = 0, negative = 0;
    for (size_t i = 0; i < lambda; i++) *(w[i] > 0 ? &positive : &negative) += fabs(w[i]);
    const double most =
        fmin(fmin(1 + r->c_one / r->c_mu, 1 + 2 * effective(w + mu, lambda - mu) / (r->mu_effective + 2)),
             (1 - r->c_one - r->c_mu) / ((double)cma->n * r->c_mu));
    for (size_t i = 0; i < lambda; i++) w[i] *= w[i] > 0 ? 1 / positive : fmax(most, 0) / negative;
}

/* ---- memory ------------------------------------------------------------------------------------------------------- */

static size_t square_of(const vvi_cma *cma)
{
    return cma->full ? cma->n * cma->n : cma->n;
}

static size_t size_of(const vvi_cma *cma)
{
    return cma->lambda + 7 * cma->n + 3 * square_of(cma);
}

static vv_status allocate(vvi_cma *cma, vv_error *error)
{
    const size_t n = cma->n, square = square_of(cma);
    cma->memory = vvi_calloc(size_of(cma) + 1, sizeof *cma->memory);
    if (cma->memory == NULL) return vvi_no_memory(error);
    double *at = cma->memory;
    double **const parts[] = { &cma->mean, &cma->scale, &cma->stepped, &cma->path_sigma, &cma->path, &cma->roots };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++, at += n) *parts[i] = at;
    cma->covariance = at;
    cma->vectors = at + square;
    cma->work = at + 2 * square; /* square + n */
    cma->weights = at + 3 * square + n;
    return VV_OK;
}

static void set_unit(vvi_cma *cma, size_t from)
{
    const size_t stride = cma->full ? cma->n : 0;
    for (size_t i = from; i < cma->n; i++) {
        cma->covariance[i * stride + i] = 1;
        cma->vectors[i * stride + i] = 1;
        cma->roots[i] = 1;
        cma->scale[i] = 1;
    }
}

vv_status vvi_cma_begin(vvi_cma *cma, size_t n, size_t lambda, const double *mean, double sigma, vv_error *error)
{
    vvi_cma begun = { .n = n, .lambda = lambda, .full = n <= MOST_FULL, .sigma = sigma };
    VVI_TRY(allocate(&begun, error));
    if (n > 0) memcpy(begun.mean, mean, n * sizeof *mean);
    set_unit(&begun, 0);
    set_constants(&begun);
    vvi_cma_deinit(cma);
    *cma = begun;
    return VV_OK;
}

void vvi_cma_deinit(vvi_cma *cma)
{
    vvi_free(cma->memory);
    *cma = (vvi_cma){ 0 };
}

vv_status vvi_cma_copy(const vvi_cma *from, vvi_cma *to, vv_error *error)
{
    vvi_cma copy = *from;
    if (from->memory != NULL) {
        VVI_TRY(allocate(&copy, error));
        memcpy(copy.memory, from->memory, size_of(from) * sizeof *copy.memory);
    }
    vvi_cma_deinit(to);
    *to = copy;
    return VV_OK;
}

static void copy_old(const vvi_cma *old, vvi_cma *grown)
{
    const size_t n = old->n, wide = grown->full ? grown->n : 0;
    memcpy(grown->mean, old->mean, n * sizeof *old->mean);
    memcpy(grown->scale, old->scale, n * sizeof *old->scale);
    memcpy(grown->path, old->path, n * sizeof *old->path);
    memcpy(grown->path_sigma, old->path_sigma, n * sizeof *old->path_sigma);
    memcpy(grown->roots, old->roots, n * sizeof *old->roots);
    for (size_t i = 0; i < n && old->full && grown->full; i++) {
        memcpy(grown->covariance + i * wide, old->covariance + i * n, n * sizeof *old->covariance);
        memcpy(grown->vectors + i * wide, old->vectors + i * n, n * sizeof *old->vectors);
    }
    for (size_t i = 0; i < n && !grown->full; i++) {
        grown->covariance[i] = old->covariance[old->full ? i * n + i : i];
        grown->roots[i] = sqrt(grown->covariance[i]);
    }
}

vv_status vvi_cma_grow(vvi_cma *cma, size_t n, double sigma, vv_error *error)
{
    if (n <= cma->n) return VV_OK;
    vvi_cma grown = *cma;
    grown.n = n;
    grown.full = n <= MOST_FULL;
    VVI_TRY(allocate(&grown, error));
    set_constants(&grown);
    set_unit(&grown, cma->n);
    if (cma->n > 0) copy_old(cma, &grown);
    for (size_t i = cma->n; i < n; i++) {
        grown.mean[i] = 0.5;
        grown.scale[i] = sigma / grown.sigma;
    }
    vvi_cma_deinit(cma);
    *cma = grown;
    return VV_OK;
}

/* ---- drawing ------------------------------------------------------------------------------------------------------ */

static void add_scaled(double *sum, double factor, const double *x, size_t n)
{
    for (size_t i = 0; i < n; i++) sum[i] += factor * x[i];
}

/* point += vectors' * weights, the vectors being rows. */
static void combine(const vvi_cma *cma, const double *weights, double *point)
{
    const size_t n = cma->n;
    for (size_t i = 0; i < n && cma->full; i++) add_scaled(point, weights[i], cma->vectors + i * n, n);
    for (size_t i = 0; i < n && !cma->full; i++) point[i] += weights[i];
}

void vvi_cma_draw(const vvi_cma *cma, vvi_key key, double *point, double *work)
{
    const size_t n = cma->n;
    vvi_stream stream = vvi_stream_begin(key);
    for (size_t i = 0; i < n; i++) {
        work[i] = cma->roots[i] * vvi_stream_normal(&stream);
        point[i] = 0;
    }
    combine(cma, work, point);
    for (size_t i = 0; i < n; i++) point[i] = cma->mean[i] + cma->sigma * cma->scale[i] * point[i];
}

/* ---- updating ----------------------------------------------------------------------------------------------------- */

static double length_of(const double *x, size_t n)
{
    return sqrt(vvi_dot(x, x, n));
}

/* The step in the coordinates in which it is a standard normal vector. */
static void whiten(const vvi_cma *cma, const double *step, double *white)
{
    const size_t n = cma->n;
    for (size_t i = 0; i < n; i++) {
        const double along = cma->full ? vvi_dot(cma->vectors + i * n, step, n) : step[i];
        white[i] = along / cma->roots[i];
    }
}

/* A point becomes its step, pulled in. One with a negative weight gets the length sqrt(n), so that the covariance stays
 * positive however far it went (tutorial, eq. 46). */
static void make_step(vvi_cma *cma, double weight, double *point)
{
    const double n = (double)cma->n, most = sqrt(n) + 2 * n / (n + 2);
    for (size_t i = 0; i < cma->n; i++) point[i] = (point[i] - cma->mean[i]) / (cma->sigma * cma->scale[i]);
    whiten(cma, point, cma->work);
    const double length = length_of(cma->work, cma->n);
    const double wanted = weight < 0 ? sqrt(n) : fmin(length, most);
    const double factor = length > 0 ? wanted / length : 0;
    for (size_t i = 0; i < cma->n; i++) point[i] *= factor;
}

static void move_mean(vvi_cma *cma, const double *steps, double *step)
{
    memset(step, 0, cma->n * sizeof *step);
    for (size_t k = 0; k < cma->lambda && cma->weights[k] > 0; k++)
        add_scaled(step, cma->weights[k], steps + k * cma->n, cma->n);
    for (size_t i = 0; i < cma->n; i++) cma->mean[i] += cma->sigma * cma->scale[i] * step[i];
}

/* Both paths; what is returned is 1 unless the path of the covariance stalls because sigma is far too small. */
static double follow_paths(vvi_cma *cma, const double *step, double *white)
{
    const vvi_cma_rates *r = &cma->rates;
    const size_t n = cma->n;
    const double forget = 1 - r->c_sigma, take = sqrt(r->c_sigma * (2 - r->c_sigma) * r->mu_effective);
    whiten(cma, step, white);
    for (size_t i = 0; i < n; i++) {
        white[i] *= take;
        cma->path_sigma[i] *= forget;
    }
    combine(cma, white, cma->path_sigma);
    const double seen = sqrt(1 - pow(forget, 2 * (double)(cma->updates + 1)));
    const bool moves = length_of(cma->path_sigma, n) / seen < (1.4 + 2 / ((double)n + 1)) * r->chi;
    const double along = moves ? sqrt(r->c_path * (2 - r->c_path) * r->mu_effective) : 0;
    for (size_t i = 0; i < n; i++) cma->path[i] = (1 - r->c_path) * cma->path[i] + along * step[i];
    return moves ? 1 : 0;
}

/* covariance += factor * x x'. The lower half; eigen_of_it mirrors it. */
static void add_square(vvi_cma *cma, double factor, const double *x)
{
    const size_t n = cma->n;
    for (size_t i = 0; i < n && cma->full; i++) add_scaled(cma->covariance + i * n, factor * x[i], x, i + 1);
    for (size_t i = 0; i < n && !cma->full; i++) cma->covariance[i] += factor * x[i] * x[i];
}

static void change_covariance(vvi_cma *cma, const double *steps, double moves)
{
    const vvi_cma_rates *r = &cma->rates;
    double sum = 0;
    for (size_t k = 0; k < cma->lambda; k++) sum += cma->weights[k];
    const double keep = 1 - r->c_one - r->c_mu * sum + (1 - moves) * r->c_one * r->c_path * (2 - r->c_path);
    for (size_t i = 0; i < square_of(cma); i++) cma->covariance[i] *= keep;
    add_square(cma, r->c_one, cma->path);
    for (size_t k = 0; k < cma->lambda; k++) add_square(cma, r->c_mu * cma->weights[k], steps + k * cma->n);
}

/* Eigenvalues become roots. false: they are no good. */
static bool take_roots(vvi_cma *cma)
{
    double most = 0;
    for (size_t i = 0; i < cma->n; i++) most = fmax(most, cma->roots[i]);
    for (size_t i = 0; i < cma->n; i++) cma->roots[i] = sqrt(fmax(cma->roots[i], SMALLEST * most));
    return most > 0 && isfinite(most);
}

static bool eigen_of_it(vvi_cma *cma)
{
    const size_t n = cma->n;
    cma->since_eigen = 0;
    if (!cma->full) {
        memcpy(cma->roots, cma->covariance, n * sizeof *cma->roots);
        return take_roots(cma);
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < i; j++) cma->covariance[j * n + i] = cma->covariance[i * n + j];
    }
    memcpy(cma->work, cma->covariance, n * n * sizeof *cma->work);
    return vvi_eigen(cma->work, n, cma->roots, cma->vectors, cma->work + n * n) && take_roots(cma);
}

/* The covariance changes little with one update: its vectors are renewed ten times while it changes wholly. */
static bool is_eigen_due(const vvi_cma *cma)
{
    return cma->since_eigen >= 1 / (10 * (double)cma->n * (cma->rates.c_one + cma->rates.c_mu));
}

void vvi_cma_update(vvi_cma *cma, double *points)
{
    const size_t n = cma->n;
    if (n == 0 || cma->is_broken) return;
    for (size_t k = 0; k < cma->lambda; k++) make_step(cma, cma->weights[k], points + k * n);
    double *const step = cma->work, *const white = cma->work + square_of(cma);
    move_mean(cma, points, step);
    const double moves = follow_paths(cma, step, white);
    change_covariance(cma, points, moves);
    const vvi_cma_rates *r = &cma->rates;
    const double excess = length_of(cma->path_sigma, n) / r->chi - 1;
    cma->sigma *= exp(fmin(1, r->c_sigma / r->d_sigma * excess));
    cma->updates++;
    cma->since_eigen++;
    if (is_eigen_due(cma)) cma->is_broken = !eigen_of_it(cma);
    cma->is_broken |= !isfinite(cma->sigma) || cma->sigma <= 0 || !isfinite(length_of(cma->mean, n));
}

/* ---- looking ------------------------------------------------------------------------------------------------------ */

double vvi_cma_deviation(const vvi_cma *cma, size_t coordinate)
{
    const double variance = cma->covariance[coordinate * (cma->full ? cma->n : 0) + coordinate];
    return cma->sigma * cma->scale[coordinate] * sqrt(fmax(variance, 0));
}

double vvi_cma_condition(const vvi_cma *cma)
{
    double least = (double)INFINITY, most = 0;
    for (size_t i = 0; i < cma->n; i++) {
        least = fmin(least, cma->roots[i]);
        most = fmax(most, cma->roots[i]);
    }
    return cma->n == 0 ? 1 : most / least * (most / least);
}
