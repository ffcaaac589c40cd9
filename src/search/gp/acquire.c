/* acquire.c - what a trial at a point promises: the logarithm of expected improvement (Ament et al. 2023; see normal.c),
 * averaged over what the running trials may give, times the chance that the trial does not fail (Gardner, Kusner, Xu,
 * Weinberger, Cunningham: Bayesian optimization with inequality constraints, ICML 2014). The chance is taken to a power that grows with
 * the trials that failed of late: where losses fall towards a border and little is left to gain before it, the product
 * alone goes on trying what is beyond. */
#include "search/gp/gp.h"

#include <math.h>

/* log of the mean of exp(values); values become the shares that each has in it. */
static double log_mean_exp(size_t n, double *values)
{
    double most = -(double)INFINITY, sum = 0;
    for (size_t i = 0; i < n; i++) most = fmax(most, values[i]);
    for (size_t i = 0; i < n; i++) {
        values[i] = exp(values[i] - most);
        sum += values[i];
    }
    for (size_t i = 0; i < n; i++) values[i] /= sum;
    return most + log(sum / (double)n);
}

static double log_expected_improvement(const vvi_gp_acquisition *acquisition, const double *point, double *gradient)
{
    const vvi_gp_model *model = acquisition->losses;
    const size_t n = model->n_fantasies;
    double shares[VVI_GP_FANTASIES], by_mean[VVI_GP_FANTASIES], slopes[VVI_GP_FANTASIES], variance, by_variance = 0;
    vvi_gp_predict(model, point, by_mean, &variance);
    const double deviation = sqrt(variance);
    for (size_t f = 0; f < n; f++) {
        const double z = (acquisition->best[f] - by_mean[f]) / deviation;
        shares[f] = vvi_log_improvement(z, &slopes[f]);
        by_mean[f] = z;
    }
    const double value = log(deviation) + log_mean_exp(n, shares);
    if (gradient == NULL) return value;
    for (size_t f = 0; f < n; f++) {
        by_variance += shares[f] * (1 - by_mean[f] * slopes[f]) / (2 * variance);
        by_mean[f] = -shares[f] * slopes[f] / deviation;
    }
    vvi_gp_predict_gradient(model, point, by_mean, by_variance, gradient);
    return value;
}

/* A trial fails where the process of fails is above 0. */
static double log_chance(const vvi_gp_acquisition *acquisition, const double *point, double *gradient)
{
    const vvi_gp_model *model = acquisition->fails;
    const double caution = acquisition->caution;
    double means[VVI_GP_FANTASIES], variance, slope;
    vvi_gp_predict(model, point, means, &variance);
    variance += model->kernel.noise;
    const double deviation = sqrt(variance), z = -means[0] / deviation;
    const double value = vvi_log_normal(z, &slope);
    if (gradient == NULL) return caution * value;
    means[0] = -caution * slope / deviation;
    vvi_gp_predict_gradient(model, point, means, -caution * slope * z / (2 * variance), gradient);
    return caution * value;
}

/* Where next to nothing is left to gain, logarithms of improvements fall without end, and any hope of what has always
 * failed would outweigh them: from some depth on they fall as a logarithm. The order of places stays. */
static double soften(double value, double *gradient, size_t n)
{
    const double deep = -12 - value;
    if (!(deep > 0)) return value;
    for (size_t a = 0; gradient != NULL && a < n; a++) gradient[a] /= 1 + deep;
    return -12 - log1p(deep);
}

double vvi_gp_acquire(const vvi_gp_acquisition *acquisition, const double *point, double *gradient)
{
    const vvi_gp_model *any = acquisition->losses != NULL ? acquisition->losses : acquisition->fails;
    for (size_t a = 0; gradient != NULL && a < any->points->axes->n; a++) gradient[a] = 0;
    double value = 0;
    if (acquisition->losses != NULL) value += log_expected_improvement(acquisition, point, gradient);
    if (acquisition->fails != NULL)
        value = soften(value, gradient, any->points->axes->n) + log_chance(acquisition, point, gradient);
    return value;
}
