/* auc.c - area under the ROC curve as Keras' AUC() finds it: 200 thresholds t_i = i / 199 (the ends moved out by an
 * epsilon), trapezoids between the 200 points (false positive rate, true positive rate).
 *
 * A prediction p > t_i counts as positive. The largest i for which that holds is ceil(199 p) - 1, so one histogram over
 * 200 buckets for each class is all that must be kept; its sums from the right are the counts at the thresholds.
 * Scores outside 0..1 count as 0 or 1. Where one class is missing its rate is 0, and so is the area.
 */
#include "nn/metrics/metric.h"

#include <math.h>

enum { THRESHOLDS = 200 };

static void update(double *state, int n, int out, int target, const float *p, const float *y)
{
    (void)target;
    double *negative = state, *positive = state + THRESHOLDS;
    const ptrdiff_t count = (ptrdiff_t)n * out;
    for (ptrdiff_t i = 0; i < count; i++) {
        const float bucket = ceilf(p[i] * (float)(THRESHOLDS - 1)) - 1;
        const int at = (int)fminf(fmaxf(bucket, 0), THRESHOLDS - 2); /* in this order: a NaN ends up in 0 */
        (y[i] != 0 ? positive : negative)[at] += 1;
    }
}

static double share(double part, double whole)
{
    return whole > 0 ? part / whole : 0;
}

static double result(const double *state)
{
    const double *negative = state, *positive = state + THRESHOLDS;
    double negatives = 0, positives = 0, area = 0;
    for (int i = 0; i < THRESHOLDS; i++) {
        negatives += negative[i];
        positives += positive[i];
    }
    double above_positive = 0;
    for (int i = THRESHOLDS - 1; i >= 0; i--) {
        const double height = share(above_positive + 0.5 * positive[i], positives);
        area += height * share(negative[i], negatives);
        above_positive += positive[i];
    }
    return area;
}

const vvi_metric_row vvi_metric_auc = { .metric = VV_AUC,
                                        .name = "auc",
                                        .state = 2 * THRESHOLDS,
                                        .check = vvi_metric_check_same,
                                        .update = update,
                                        .result = result };
