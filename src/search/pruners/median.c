/* median.c - ends a trial whose best value so far is worse than the median of completed trials at the same epoch
 * (Golovin et al.: Google Vizier; KDD 2017). The rule is that of percentile.c.
 */
#include "search/pruners/pruners.h"

enum { STARTUP, WARMUP, INTERVAL, LEAST };

static vv_status judge(const vv_pruner_question *question, vv_pruner_verdict *verdict, vv_error *error)
{
    const double *o = question->options;
    const vvi_percentile_rule rule = { .name = "the median",
                                       .q = 0.5,
                                       .startup = o[STARTUP],
                                       .warmup = o[WARMUP],
                                       .interval = o[INTERVAL],
                                       .least = o[LEAST] };
    return vvi_percentile_judge(&rule, question, verdict, error);
}

static const vv_option_row options[] = {
    VVI_PRUNER_STARTUP_ROW,
    VVI_PRUNER_PACE_ROWS,
    VVI_PRUNER_LEAST_ROW,
};

const vv_pruner_kind vvi_pruner_median = {
    .name = "median",
    .summary = "ends a trial that is worse than the median of completed ones at the same epoch",
    .paper = "Golovin et al.: Google Vizier: A Service for Black-Box Optimization; KDD 2017",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .judge = judge,
};
