/* warp.c - losses on a scale on which a Gaussian process can explain them.
 *
 * Losses have heavy tails on the bad side: a wrong learning rate costs a thousand times what the last refinement gains. A
 * logarithm of the distance from the least loss takes the tail away (Snelson, Rasmussen, Ghahramani: Warped Gaussian
 * processes, NIPS 2004); its bend says from which distance on it acts, and is found by the evidence with the kernel's
 * parameters, the warp's density included, so that losses that need none keep their scale (large bend). HEBO's power
 * transforms (Cowen-Rivers et al., JAIR 2022) are chosen by the losses' distribution alone, which says more of where
 * trials were placed than of the function.
 */
#include "search/gp/gp.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void vvi_gp_unwarped(const double *losses, size_t n, double *unwarped)
{
    memcpy(unwarped, losses, n * sizeof *losses);
    qsort(unwarped, n, sizeof *unwarped, compare);
    const double least = n > 0 ? unwarped[0] : 0, most = n > 0 ? unwarped[n - 1] - least : 0;
    double unit = n > 0 ? unwarped[n / 2] - least : 0;
    if (!(unit > 1e-9 * most)) unit = most; /* half of them are the same */
    for (size_t i = 0; i < n; i++) unwarped[i] = unit > 0 ? (losses[i] - least) / unit : 0;
}

/* Moves to mean 0 and scales to variance 1; returns the scale, 0 if all are the same. The slopes follow. */
static double standardize(size_t n, double *z, double *slopes, double *log_scale_slope)
{
    double mean = 0, mean_slope = 0, squares = 0, mixed = 0;
    for (size_t i = 0; i < n; i++) {
        mean += z[i] / (double)n;
        mean_slope += slopes[i] / (double)n;
    }
    for (size_t i = 0; i < n; i++) {
        squares += (z[i] - mean) * (z[i] - mean) / (double)n;
        mixed += (z[i] - mean) * (slopes[i] - mean_slope) / (double)n;
    }
    const double scale = squares > 0 ? 1 / sqrt(squares) : 0;
    *log_scale_slope = squares > 0 ? -mixed / squares : 0;
    for (size_t i = 0; i < n; i++) {
        z[i] = (z[i] - mean) * scale;
        slopes[i] = (slopes[i] - mean_slope) * scale + z[i] * *log_scale_slope;
    }
    return scale;
}

double vvi_gp_warp(const double *unwarped, size_t n, double bend, double *z, double *slopes, double *gradient)
{
    const double c = exp(bend);
    double log_density = 0, slope = 0;
    for (size_t i = 0; i < n; i++) {
        const double u = unwarped[i];
        z[i] = log1p(u / c);
        slopes[i] = -u / (c + u);
        log_density -= log(c + u);
        slope -= c / (c + u);
    }
    double log_scale_slope;
    const double scale = standardize(n, z, slopes, &log_scale_slope);
    *gradient = scale > 0 ? slope + (double)n * log_scale_slope : 0;
    return scale > 0 ? log_density + (double)n * log(scale) : 0;
}
