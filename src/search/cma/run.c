/* run.c - when a run of CMA-ES is over, and how the next one starts: with a population twice as large (IPOP: Auger,
 * Hansen: A restart CMA evolution strategy with increasing population size; CEC 2005), or in turn with such a one and a
 * small one of a random size, whichever regime has used fewer trials (BIPOP: Hansen: Benchmarking a BI-population CMA-ES
 * on the BBOB-2009 function testbed; GECCO 2009).
 *
 * Departures: a run is over when its deviations are below a millionth of the ranges, or when the losses of its last
 * 5 + 10 n / lambda generations agree to six digits. The published limits are many times narrower, and three times as many
 * generations: nobody tunes a hyperparameter to ten digits, and trials are few.
 * A restart begins at a point drawn uniformly from the unit cube. Where no population is asked for the first run has one
 * of FEW: with a hundred trials for ten hyperparameters many small steps come farther than few large ones, and restarts
 * are there for what that misses.
 */
#include "search/cma/cma.h"

#include <math.h>

enum { LEAST = 4, FEW = 6 };

vv_status vvi_cma_run_begin(vvi_cma_run *run, size_t n, size_t n_categories, size_t lambda, const double *mean,
                            double sigma, vv_error *error)
{
    const size_t usual = vvi_cma_lambda(n + n_categories);
    if (lambda > 0 && lambda < LEAST) lambda = LEAST;
    run->first_lambda = lambda > 0 ? lambda : usual;
    if (lambda == 0) lambda = usual < FEW ? usual : FEW;
    run->sigma = sigma;
    run->n_runs = 1;
    return vvi_cma_begin(&run->gauss, n, lambda, mean, sigma, error);
}

void vvi_cma_run_deinit(vvi_cma_run *run)
{
    vvi_cma_deinit(&run->gauss);
    vvi_categories_deinit(&run->chances);
    *run = (vvi_cma_run){ 0 };
}

vv_status vvi_cma_run_copy(const vvi_cma_run *from, vvi_cma_run *to, vv_error *error)
{
    vvi_cma_run copy = *from;
    copy.gauss = (vvi_cma){ 0 };
    copy.chances = (vvi_categories){ 0 };
    vv_status status = vvi_cma_copy(&from->gauss, &copy.gauss, error);
    if (status == VV_OK) status = vvi_categories_copy(&from->chances, &copy.chances, error);
    vvi_cma_run_deinit(status == VV_OK ? to : &copy);
    if (status == VV_OK) *to = copy;
    return status;
}

/* ---- the end ------------------------------------------------------------------------------------------------------ */

void vvi_cma_run_note(vvi_cma_run *run, double best, double worst)
{
    run->trials += (int64_t)run->gauss.lambda;
    run->bests[run->n_bests++ % VVI_CMA_HISTORY] = best;
    run->spread = worst - best;
}

/* Margins keep whole numbers wide. */
static bool is_narrow(const vvi_cma *gauss)
{
    size_t n = 0;
    for (size_t i = 0; i < gauss->n; i++) {
        if (gauss->stepped[i] > 0) continue;
        if (vvi_cma_deviation(gauss, i) > 1e-6) return false;
        n++;
    }
    return n > 0;
}

/* Did all that the last generations came to differ by next to nothing? Losses that are infinite do not. */
static bool is_flat(const vvi_cma_run *run)
{
    const double n = (double)run->gauss.n, lambda = (double)run->gauss.lambda;
    const size_t wanted = 5 + (size_t)fmin(10 * n / lambda, VVI_CMA_HISTORY - 5);
    double low = (double)INFINITY, high = -(double)INFINITY;
    if (run->n_bests < wanted) return false;
    for (size_t i = run->n_bests - wanted; i < run->n_bests; i++) {
        low = fmin(low, run->bests[i % VVI_CMA_HISTORY]);
        high = fmax(high, run->bests[i % VVI_CMA_HISTORY]);
    }
    if (isinf(high)) return isinf(low);
    return fmax(high - low, run->spread) < 1e-12 + 1e-6 * fabs(low);
}

bool vvi_cma_run_is_over(const vvi_cma_run *run)
{
    const vvi_cma *gauss = &run->gauss;
    if (gauss->is_broken || (run->most > 0 && run->trials >= run->most)) return true;
    return is_narrow(gauss) || is_flat(run) || gauss->sigma > 1e4 * run->sigma || vvi_cma_condition(gauss) > 1e14;
}

/* ---- the next start ----------------------------------------------------------------------------------------------- */

typedef struct start {
    size_t lambda;
    double sigma;
    int64_t most;
} start;

static start start_larger(vvi_cma_run *run)
{
    run->n_large += run->n_large < 10; /* no generation of ten thousands */
    run->is_small = false;
    return (start){ .lambda = run->first_lambda << run->n_large, .sigma = run->sigma };
}

/* Half of what the last larger run used, at most. */
static start start_small(vvi_cma_run *run, vvi_stream *stream)
{
    const double larger = ldexp(0.5, run->n_large), u = vvi_stream_unit(stream), v = vvi_stream_unit(stream);
    run->is_small = true;
    return (start){ .lambda = (size_t)((double)run->first_lambda * pow(larger, u * u)),
                    .sigma = run->sigma * pow(10, -2 * v),
                    .most = run->last_large / 2 };
}

static start choose_start(vvi_cma_run *run, vvi_cma_restarts restarts, vvi_stream *stream)
{
    if (run->n_runs > 1) run->spent[run->is_small] += run->trials;
    if (!run->is_small) run->last_large = run->trials;
    if (restarts == VVI_CMA_SAME) return (start){ .lambda = run->first_lambda, .sigma = run->sigma };
    if (restarts == VVI_CMA_IPOP || run->n_large == 0 || run->spent[0] <= run->spent[1]) return start_larger(run);
    return start_small(run, stream);
}

vv_status vvi_cma_run_again(vvi_cma_run *run, vvi_cma_restarts restarts, vvi_key key, vv_error *error)
{
    vvi_stream stream = vvi_stream_begin(vvi_key_int(key, run->n_runs));
    const start next = choose_start(run, restarts, &stream);
    const size_t n = run->gauss.n;
    double *mean = run->gauss.work; /* which begin copies before it frees it */
    for (size_t i = 0; i < n; i++) mean[i] = vvi_stream_unit(&stream);
    VVI_TRY(vvi_cma_begin(&run->gauss, n, next.lambda, mean, next.sigma, error));
    vvi_categories_forget(&run->chances);
    run->n_runs++;
    run->trials = 0;
    run->most = next.most;
    run->n_bests = 0;
    return VV_OK;
}
