/* mixture.c - a sum of products of kernels (Bergstra, Bardenet, Bengio, Kegl: Algorithms for hyper-parameter optimization;
 * NIPS 2011; with all axes of a point from one kernel: Falkner, Klein, Hutter: BOHB; ICML 2018).
 *
 * Points are looked at LANES at a time, each in a lane of its own, while one kernel after the other goes by: kernels are
 * read in the order in which they lie, and the lanes are what the compiler makes vectors of. No lane looks at another, so
 * results do not depend on what else is looked at, nor on the width of vectors. The exponential is a polynomial of degree
 * 12 on [-log(2) / 2, log(2) / 2], scaled by a power of 2 through the bits of the exponent; relative error below 1e-15.
 */
#include "search/parzen/parzen.h"

#include <math.h>
#include <string.h>

enum { LANES = VVI_PARZEN_LANES };

/* On x86-64 also for wider vectors than every such processor has; chosen when the program is loaded. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#define WIDE __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define WIDE
#endif

bool vvi_parzen_begin(vvi_parzen *parzen, vvi_arena *arena, bool same_slopes)
{
    const size_t n = parzen->n, n_axes = parzen->n_axes, n_numbers = parzen->n_numbers;
    parzen->slope_stride = same_slopes ? 0 : n_numbers;
    parzen->slopes = vvi_arena_alloc(arena, ((same_slopes ? 1 : n) * n_numbers + 1) * sizeof(double));
    parzen->weights = vvi_arena_alloc(arena, (n + 1) * sizeof(double));
    parzen->peaks = vvi_arena_alloc(arena, (n + 1) * sizeof(double));
    parzen->blurs = vvi_arena_alloc(arena, (n_axes + 1) * sizeof(double));
    parzen->buffer = vvi_arena_alloc(arena, (n + 1) * LANES * sizeof(double));
    return parzen->slopes != NULL && parzen->weights != NULL && parzen->peaks != NULL && parzen->blurs != NULL &&
           parzen->buffer != NULL;
}

/* ---- constants --------------------------------------------------------------------------------------------------- */

static double root_two(void)
{
    return 1.41421356237309504880;
}

double vvi_parzen_log_cut(double mean, double slope)
{
    const double scale = slope * root_two(), a = -mean * scale, b = (1 - mean) * scale;
    return a < -9 && b > 9 ? 0 : vvi_normal_log_mass(a, b); /* beyond 9 lies 1e-19 */
}

static bool is_grid(const vvi_parzen *parzen, size_t axis)
{
    return parzen->exact && parzen->axes[axis]->n > 0;
}

static double log_miss(const vvi_parzen *parzen, size_t axis)
{
    const double blur = parzen->blurs[axis];
    return log(blur / (1 + parzen->axes[axis]->n * blur));
}

static double log_cuts_of(const vvi_parzen *parzen, size_t k)
{
    double sum = 0;
    for (size_t j = 0; j < parzen->n_numbers; j++)
        sum += vvi_parzen_log_cut(parzen->means[k * parzen->n_axes + j], parzen->slopes[k * parzen->slope_stride + j]);
    return sum;
}

/* The log of 1 / (deviation sqrt(2 pi)) over the numbers that have a density. */
static double log_heights(const vvi_parzen *parzen, size_t k)
{
    const double log_sqrt_pi = 0.57236494292470008707;
    double sum = 0;
    for (size_t j = 0; j < parzen->n_numbers; j++)
        if (!is_grid(parzen, j)) sum += log(parzen->slopes[k * parzen->slope_stride + j]) - log_sqrt_pi;
    return sum;
}

/* A kernel without a category of its own misses every category; this makes it uniform. */
static double log_evenness(const vvi_parzen *parzen, size_t k)
{
    double sum = 0;
    for (size_t j = parzen->n_numbers; j < parzen->n_axes; j++)
        if (parzen->means[k * parzen->n_axes + j] < 0) sum -= log(parzen->axes[j]->n) + log_miss(parzen, j);
    return sum;
}

static void scale_weights(vvi_parzen *parzen)
{
    double sum = parzen->uniform_weight;
    for (size_t k = 0; k < parzen->n; k++) sum += parzen->weights[k];
    for (size_t k = 0; k < parzen->n; k++) parzen->weights[k] /= sum;
    parzen->uniform_weight /= sum;
}

void vvi_parzen_finish(vvi_parzen *parzen, const double *log_cuts)
{
    scale_weights(parzen);
    const double heights = parzen->slope_stride == 0 ? log_heights(parzen, 0) : 0;
    for (size_t k = 0; k < parzen->n; k++) {
        parzen->peaks[k] = log(parzen->weights[k]) - (log_cuts != NULL ? log_cuts[k] : log_cuts_of(parzen, k));
        parzen->peaks[k] += (parzen->slope_stride == 0 ? heights : log_heights(parzen, k)) + log_evenness(parzen, k);
    }
    parzen->uniform_log = log(parzen->uniform_weight);
    for (size_t j = parzen->n_numbers; j < parzen->n_axes; j++) parzen->uniform_log -= log(parzen->axes[j]->n);
}

/* ---- densities --------------------------------------------------------------------------------------------------- */

/* exp(x) for x <= 0. */
static inline double exp_below_0(double x)
{
    const double shift = 0x1.8p52, clipped = x < -708 ? -708 : x;
    const double t = clipped * 0x1.71547652b82fep0 + shift, n = t - shift;
    const double r = clipped - n * 0x1.62e42fefa3800p-1 - n * 0x1.ef35793c76730p-45;
    double p = 1.0 / 479001600;
    p = p * r + 1.0 / 39916800;
    p = p * r + 1.0 / 3628800;
    p = p * r + 1.0 / 362880;
    p = p * r + 1.0 / 40320;
    p = p * r + 1.0 / 5040;
    p = p * r + 1.0 / 720;
    p = p * r + 1.0 / 120;
    p = p * r + 1.0 / 24;
    p = p * r + 1.0 / 6;
    p = p * r + 0.5;
    p = p * r + 1;
    p = p * r + 1;
    uint64_t power, bits;
    memcpy(&power, &t, sizeof power);
    memcpy(&bits, &p, sizeof bits);
    bits += power << 52;
    memcpy(&p, &bits, sizeof p);
    return p;
}

/* sums[lane] of exp(logs - max). */
WIDE static void add_exponentials(const double *logs, size_t n, const double *max, double *sums)
{
    for (size_t k = 0; k < n; k++) {
        for (size_t i = 0; i < LANES; i++) sums[i] += exp_below_0(logs[k * LANES + i] - max[i]);
    }
}

/* Eight lanes. Compilers find no vectors in sums over axes by themselves. */
typedef double eight __attribute__((vector_size(64), aligned(8), may_alias));

/* What kernels say of the numbers: logs[k][lane] = peak - squares of distances. Three vectors, so that one need not wait
 * for the other. */
WIDE static void look_at_numbers(const vvi_parzen *parzen, const double *points, double *logs)
{
    const size_t n_axes = parzen->n_axes, n_numbers = parzen->n_numbers;
    for (size_t k = 0; k < parzen->n; k++) {
        const double *means = parzen->means + k * n_axes, *slopes = parzen->slopes + k * parzen->slope_stride;
        const eight *at = (const eight *)points;
        eight zero = { 0 }, a = zero, b = zero, c = zero;
        for (size_t j = 0; j < n_numbers; j++, at += 3) {
            const double mean = means[j], slope = slopes[j];
            const eight x = (at[0] - mean) * slope, y = (at[1] - mean) * slope, z = (at[2] - mean) * slope;
            a += x * x;
            b += y * y;
            c += z * z;
        }
        eight *log_k = (eight *)(logs + k * LANES);
        log_k[0] = parzen->peaks[k] - a;
        log_k[1] = parzen->peaks[k] - b;
        log_k[2] = parzen->peaks[k] - c;
    }
}

WIDE static void look_at_category(const vvi_parzen *parzen, size_t axis, double hit, double miss, const double *points,
                                  double *restrict logs)
{
    for (size_t k = 0; k < parzen->n; k++) {
        const double mean = parzen->means[k * parzen->n_axes + axis];
        for (size_t i = 0; i < LANES; i++) {
            const double off = points[axis * LANES + i] - mean;
            logs[k * LANES + i] += off < 0.5 && off > -0.5 ? hit : miss;
        }
    }
}

/* The log of the mass that a kernel gives the cell around a value of a finite domain. */
static double log_cell_mass(const vvi_parzen *parzen, size_t k, size_t axis, double point)
{
    const vvi_axis *a = parzen->axes[axis];
    double low = point - 0.5 * a->step, high = point + 0.5 * a->step;
    if (!(a->step > 0)) {
        const double number = vvi_axis_from_unit(a, point), half = 0.5 * (a->domain.step > 0 ? a->domain.step : 1);
        low = vvi_axis_to_unit(a, number - half);
        high = vvi_axis_to_unit(a, number + half);
    }
    const double mean = parzen->means[k * parzen->n_axes + axis];
    const double scale = parzen->slopes[k * parzen->slope_stride + axis] * root_two();
    return vvi_normal_log_mass((low - mean) * scale, (high - mean) * scale);
}

/* In the place of the squares that were subtracted. */
static void look_at_grid(const vvi_parzen *parzen, size_t axis, const double *points, double *logs)
{
    for (size_t k = 0; k < parzen->n; k++) {
        const double mean = parzen->means[k * parzen->n_axes + axis];
        const double slope = parzen->slopes[k * parzen->slope_stride + axis];
        for (size_t i = 0; i < LANES; i++) {
            const double point = points[axis * LANES + i], distance = (point - mean) * slope;
            logs[k * LANES + i] += distance * distance + log_cell_mass(parzen, k, axis, point);
        }
    }
}

static void add_up(const vvi_parzen *parzen, double *logs)
{
    double max[LANES], sums[LANES];
    for (size_t i = 0; i < LANES; i++) max[i] = parzen->uniform_log;
    for (size_t k = 0; k < parzen->n; k++) {
        for (size_t i = 0; i < LANES; i++) {
            const double log_k = parzen->buffer[k * LANES + i];
            max[i] = log_k > max[i] ? log_k : max[i];
        }
    }
    for (size_t i = 0; i < LANES; i++) sums[i] = exp(parzen->uniform_log - max[i]);
    add_exponentials(parzen->buffer, parzen->n, max, sums);
    for (size_t i = 0; i < LANES; i++) logs[i] = max[i] + log(sums[i]);
}

void vvi_parzen_log_density(const vvi_parzen *parzen, const double *points, double *logs)
{
    look_at_numbers(parzen, points, parzen->buffer);
    for (size_t j = 0; j < parzen->n_numbers; j++)
        if (is_grid(parzen, j)) look_at_grid(parzen, j, points, parzen->buffer);
    for (size_t j = parzen->n_numbers; j < parzen->n_axes; j++) {
        const double miss = log_miss(parzen, j);
        look_at_category(parzen, j, miss + log1p(1 / parzen->blurs[j]), miss, points, parzen->buffer);
    }
    add_up(parzen, logs);
}

/* ---- draws ------------------------------------------------------------------------------------------------------- */

/* The kernel on whose weight `u` falls; n: the uniform component. */
static size_t find_kernel(const vvi_parzen *parzen, double u)
{
    size_t k = 0;
    while (k < parzen->n && u >= parzen->weights[k]) u -= parzen->weights[k++];
    return k;
}

static double draw_number(double mean, double slope, double u)
{
    const double scale = slope * root_two();
    const double x = mean + vvi_normal_between(u, -mean * scale, (1 - mean) * scale) / scale;
    return x < 0 ? 0 : x > 1 ? 1 : x;
}

/* The blur is a draw of any category. */
static double draw_category(uint32_t n, double mean, double blur, double u)
{
    const double share = n * blur / (1 + n * blur);
    if (mean >= 0 && u >= share) return mean;
    const double index = floor(n * (mean >= 0 ? u / share : u));
    return index < n ? index : n - 1;
}

void vvi_parzen_draw(const vvi_parzen *parzen, vvi_stream *stream, double *point)
{
    const size_t k = find_kernel(parzen, vvi_stream_unit(stream));
    const double *means = parzen->means + k * parzen->n_axes, *slopes = parzen->slopes + k * parzen->slope_stride;
    for (size_t j = 0; j < parzen->n_axes; j++) {
        const double u = vvi_stream_unit(stream);
        if (j >= parzen->n_numbers)
            point[j] = draw_category(parzen->axes[j]->n, k < parzen->n ? means[j] : -1, parzen->blurs[j], u);
        else
            point[j] = k < parzen->n ? draw_number(means[j], slopes[j], u) : u;
    }
}
