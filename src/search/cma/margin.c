/* margin.c - CMA-ES with margin (Hamano, Saito, Nomura, Shirakawa: CMA-ES with margin: lower-bounding marginal
 * probability for mixed-integer black-box optimization; GECCO 2022).
 *
 * A whole number is drawn as a real one and rounded. Once the deviation is well below one, all draws round to the same
 * value, the search learns nothing of the others any more, and the coordinate freezes. So after each update each such
 * coordinate keeps a chance of at least alpha = 1 / (n lambda) of leaving the mean's cell, by the smallest change of its
 * mean and scale (paper, section 4.2; the quantile of chi-square with one degree of freedom at 1 - 2p is the square of
 * the normal one at 1 - p).
 */
#include "search/cma/cma.h"

#include <math.h>

/* Newton's method on the logarithm of the tail, which is concave: it converges from any start left of the root. */
double vvi_normal_quantile(double p)
{
    if (p > 0.5) return -vvi_normal_quantile(1 - p);
    const double wanted = log(p);
    double x = p > 0.3 ? (p - 0.5) * 2.5 : -sqrt(-2 * wanted);
    for (int i = 0; i < 40; i++) {
        const double below = erfc(-x / sqrt(2)) / 2, density = exp(-x * x / 2) * 0.3989422804014327;
        const double change = (log(below) - wanted) * below / density;
        x -= change;
        if (fabs(change) < 1e-14 * (1 + fabs(x))) break;
    }
    return x;
}

static double chance_below(double z)
{
    return erfc(-z / sqrt(2)) / 2;
}

/* The mean is in an outermost cell, `edge` being the cell's only end: it must not be too far away from it. */
static void come_nearer(vvi_cma *cma, size_t i, double edge, double alpha)
{
    const double most = -vvi_normal_quantile(alpha) * vvi_cma_deviation(cma, i);
    const double away = cma->mean[i] - edge;
    if (fabs(away) > most) cma->mean[i] = edge + (away > 0 ? most : -most);
}

/* The mean is between two ends: both tails get alpha / 2 at least, taken from what is above that in the other parts. */
static void widen(vvi_cma *cma, size_t i, double low, double high, double alpha)
{
    const double deviation = vvi_cma_deviation(cma, i);
    const double below = chance_below((low - cma->mean[i]) / deviation);
    const double above = chance_below((cma->mean[i] - high) / deviation), inside = 1 - below - above;
    if (below >= alpha / 2 && above >= alpha / 2) return;
    const double low_part = fmax(below, alpha / 2), high_part = fmax(above, alpha / 2);
    const double share = (1 - low_part - high_part - inside) / (low_part + high_part + inside - 3 * alpha / 2);
    const double a = -vvi_normal_quantile(low_part + share * (low_part - alpha / 2));
    const double b = -vvi_normal_quantile(high_part + share * (high_part - alpha / 2));
    cma->scale[i] *= (high - low) / (a + b) / deviation;
    cma->mean[i] = (low * b + high * a) / (a + b);
}

void vvi_cma_keep_margin(vvi_cma *cma, const vvi_cells *cells)
{
    const double alpha = 1 / ((double)cma->n * (double)cma->lambda);
    for (size_t i = 0; i < cma->n && !cma->is_broken; i++) {
        double low, high;
        if (!cells->cell(cells->context, i, cma->mean[i], &low, &high)) continue;
        cma->stepped[i] = 1;
        if (isinf(low) && isinf(high)) continue;
        if (isinf(low) || isinf(high))
            come_nearer(cma, i, isinf(low) ? high : low, alpha);
        else
            widen(cma, i, low, high, alpha);
    }
}
