/* normal.c - the normal distribution between two bounds.
 *
 * Masses: on both sides of 0 from the two tails, or from erf where they leave little; on one side as a difference of two
 * tails, which come from erfc up to 20 and from the asymptotic series of Mills' ratio beyond; where both bounds are so
 * near to one another that the difference would lose digits, from the density in the middle and its second derivative.
 *
 * Quantiles: Hastings' approximation (Abramowitz, Stegun: Handbook of Mathematical Functions, 26.2.23; error 4.5e-4), then
 * Halley's method, which triples the digits each time: within 1e-9.
 */
#include "search/parzen/parzen.h"

#include <math.h>

static const double log_sqrt_two_pi = 0.91893853320467274178, sqrt_half = 0.70710678118654752440;

double vvi_normal_cdf(double x)
{
    return 0.5 * erfc(-x * sqrt_half);
}

double vvi_normal_log_density(double x)
{
    return -0.5 * x * x - log_sqrt_two_pi;
}

/* log of the mass beyond x >= 0. */
static double log_tail(double x)
{
    if (x < 20) return log(0.5 * erfc(x * sqrt_half));
    const double v = 1 / (x * x);
    double term = 1, sum = 0;
    for (int k = 1; k <= 8; k++) {
        term *= -(2 * k - 1) * v;
        sum += term;
    }
    return vvi_normal_log_density(x) - log(x) + log1p(sum);
}

/* Both bounds on the side of a >= 0. */
static double log_mass_beside(double a, double b)
{
    const double width = b - a, middle = a + 0.5 * width;
    if (width * (1 + middle) < 1e-2)
        return vvi_normal_log_density(middle) + log(width) + log1p((middle * middle - 1) * width * width / 24);
    const double far = log_tail(b) - log_tail(a);
    return log_tail(a) + log(-expm1(far));
}

double vvi_normal_log_mass(double a, double b)
{
    if (a >= 0) return log_mass_beside(a, b);
    if (b <= 0) return log_mass_beside(-b, -a);
    const double tails = 0.5 * erfc(-a * sqrt_half) + 0.5 * erfc(b * sqrt_half);
    if (tails < 0.5) return log1p(-tails);
    return log(0.5 * (erf(b * sqrt_half) - erf(a * sqrt_half)));
}

/* The point with the mass p <= 1/2 below it. */
static double low_quantile(double p)
{
    const double t = sqrt(-2 * log(p));
    double x = (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))) - t;
    for (int left = x < -5 ? 2 : 1; left > 0; left--) {
        const double r = (vvi_normal_cdf(x) - p) * exp(0.5 * x * x + log_sqrt_two_pi);
        x -= r / (1 + 0.5 * x * r);
    }
    return x;
}

/* Seen from the side where more of the interval lies in the lower tail, so that nothing is lost in 1 - p. */
double vvi_normal_between(double u, double a, double b)
{
    if (a + b > 0) return -vvi_normal_between(1 - u, -b, -a);
    const double low = a < -40 ? 0 : vvi_normal_cdf(a), p = low + u * ((b > 9 ? 1 : vvi_normal_cdf(b)) - low);
    const double x = p < 0.5 ? (p > 0 ? low_quantile(p) : a) : (p < 1 ? -low_quantile(1 - p) : b);
    return x < a ? a : x > b ? b : x;
}
