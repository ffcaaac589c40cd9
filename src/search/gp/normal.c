/* normal.c - logarithms of the normal law's tails, exact where the tails themselves underflow.
 *
 * With t = -z and R(t) = (1 - Phi(t)) / phi(t), Mills' ratio, Laplace's continued fraction reads
 *     R(t) = 1 / (t + c(t)),   c(t) = 1 / (t + 2 / (t + 3 / (t + ...))).
 * Then phi(z) + z Phi(z) = phi(t) (1 - t R(t)) = phi(t) R(t) c(t), without the cancellation that Ament, Daulton, Eriksson,
 * Balandat and Bakshy (Unexpected improvements to expected improvement for Bayesian optimization, NeurIPS 2023) work
 * around with a scaled erfc, which C does not have; and its logarithm's derivative, Phi(z) / (phi(z) + z Phi(z)), is
 * 1 / c(t).
 */
#include "search/gp/gp.h"

#include <math.h>

#define LOG_ROOT_TWO_PI 0.91893853320467274178
#define ROOT_HALF       0.70710678118654752440
#define TAIL            (-1.5) /* from here on by the fraction */

/* c(t) for t >= 1.5: so many terms that the next changes nothing in 1e-14. */
static double fraction(double t)
{
    const int terms = 12 + (int)(180 / (t * t));
    double rest = t;
    for (int k = terms; k >= 2; k--) rest = t + k / rest;
    return 1 / rest;
}

static double log_density(double z)
{
    return -0.5 * z * z - LOG_ROOT_TWO_PI;
}

double vvi_log_improvement(double z, double *slope)
{
    if (z < TAIL) {
        const double c = fraction(-z);
        *slope = 1 / c;
        return log_density(z) + log(c / (c - z));
    }
    const double below = 0.5 * erfc(-z * ROOT_HALF), improvement = exp(log_density(z)) + z * below;
    *slope = below / improvement;
    return log(improvement);
}

double vvi_log_normal(double z, double *slope)
{
    if (z < TAIL) {
        *slope = fraction(-z) - z;
        return log_density(z) - log(*slope);
    }
    const double below = 0.5 * erfc(-z * ROOT_HALF);
    *slope = exp(log_density(z)) / below;
    return log(below);
}
