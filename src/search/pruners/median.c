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
    { .name = "startup",
      .preset = 5,
      .min = 0,
      .max = 1e6,
      .whole = true,
      .help = "completed trials before the first is ended" },
    { .name = "warmup", .preset = 0, .min = 0, .max = 1e6, .whole = true, .help = "epochs that are never judged" },
    { .name = "interval",
      .preset = 1,
      .min = 1,
      .max = 1e6,
      .whole = true,
      .help = "epochs from one look to the next" },
    { .name = "least",
      .preset = 1,
      .min = 1,
      .max = 1e6,
      .whole = true,
      .help = "trials with a value at an epoch for it to be judged" },
};

const vv_pruner_kind vvi_pruner_median = {
    .name = "median",
    .summary = "ends a trial that is worse than the median of completed ones at the same epoch",
    .paper = "Golovin et al.: Google Vizier: A Service for Black-Box Optimization; KDD 2017",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .judge = judge,
};
