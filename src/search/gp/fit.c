/* fit.c - the parameters that explain the losses best, by L-BFGS from a few different points: one loss surface seen as
 * smooth and curved, as rough, and as noisy. */
#include "search/gp/gp.h"

#include <math.h>

static const struct start {
    double weight; /* added to the prior's mean */
    double rest[VVI_GP_N_PARAMETERS];
} starts[VVI_GP_STARTS] = {
    { 0, { 0, -9, -2, -2, 0 } },
    { 1.5, { 0, -7, -4, -5, -1.5 } },
    { -1, { -1.5, -2, -2, -1, 2 } },
    { 0, { -10, -12, 0, 0, 12 } },
};

void vvi_gp_start(const vvi_gp_evidence *evidence, size_t k, double *parameters)
{
    const size_t n_weights = evidence->points->axes->n_weights;
    for (size_t w = 0; w < n_weights; w++) parameters[w] = evidence->means[w] + starts[k].weight;
    for (size_t r = 0; r < VVI_GP_N_PARAMETERS; r++) parameters[n_weights + r] = starts[k].rest[r];
}

static double evidence_of(void *context, const double *x, double *gradient)
{
    return vvi_gp_evidence_at(context, x, gradient);
}

vv_status vvi_gp_fit(vvi_gp_evidence *evidence, double *parameters, int evaluations, double *value, vv_error *error)
{
    static const double lowest[VVI_GP_N_PARAMETERS] = { -14, -20, -12, -14, -9 };
    static const double highest[VVI_GP_N_PARAMETERS] = { 6, 1, 5, 5, 16 };
    double low[VVI_GP_MOST_WEIGHTS + VVI_GP_N_PARAMETERS], high[VVI_GP_MOST_WEIGHTS + VVI_GP_N_PARAMETERS];
    const size_t n_weights = evidence->points->axes->n_weights;
    for (size_t w = 0; w < n_weights; w++) {
        low[w] = -12;
        high[w] = 9;
    }
    for (size_t r = 0; r < VVI_GP_N_PARAMETERS; r++) {
        low[n_weights + r] = lowest[r];
        high[n_weights + r] = highest[r];
    }
    return vvi_gp_minimize(evidence->n_parameters, low, high, parameters, evaluations, 1e-3, evidence_of, evidence,
                           value, error);
}
