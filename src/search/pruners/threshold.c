/* threshold.c - ends a trial whose value is below or above a fixed limit, or is none (NaN): a loss that has exploded, an
 * accuracy that is no better than guessing. It looks at no other trial.
 */
#include "search/pruners/pruners.h"

#include <math.h>

enum { LOWER, UPPER, WARMUP, INTERVAL };

static vv_status check(const double *options, vv_error *error)
{
    if (isinf(options[LOWER]) && isinf(options[UPPER]))
        return vvi_fail(error, VV_BAD_ARG, "pruner threshold: give lower or upper, or both");
    if (options[LOWER] <= options[UPPER]) return VV_OK;
    return vvi_fail(error, VV_BAD_ARG, "pruner threshold: lower %g is above upper %g", options[LOWER], options[UPPER]);
}

static vv_status judge(const vv_pruner_question *question, vv_pruner_verdict *verdict, vv_error *error)
{
    (void)error;
    const double *o = question->options;
    if (!vvi_prune_is_due(question, o[WARMUP], o[INTERVAL])) return VV_OK;
    const double value = question->values[question->n_values - 1];
    if (isnan(value))
        vvi_prune(question, verdict, "%s is no number", question->metric);
    else if (value < o[LOWER])
        vvi_prune(question, verdict, "%s %.6g is below %.6g", question->metric, value, o[LOWER]);
    else if (value > o[UPPER])
        vvi_prune(question, verdict, "%s %.6g is above %.6g", question->metric, value, o[UPPER]);
    return VV_OK;
}

static const vv_option_row options[] = {
    { .name = "lower", .preset = -HUGE_VAL, .min = -HUGE_VAL, .max = HUGE_VAL, .help = "least value that goes on" },
    { .name = "upper", .preset = HUGE_VAL, .min = -HUGE_VAL, .max = HUGE_VAL, .help = "largest value that goes on" },
    VVI_PRUNER_PACE_ROWS,
};

const vv_pruner_kind vvi_pruner_threshold = {
    .name = "threshold",
    .summary = "ends a trial whose value is outside fixed limits, or no number",
    .paper = "none: a limit is a limit",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .check = check,
    .judge = judge,
};
