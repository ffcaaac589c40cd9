/* pruners.h - what the pruners share (curves.c), and their rows, one file each.
 *
 * All of them think in losses, as the oracles do: what is maximized is negated on the way in and on the way out, so that
 * maximizing is minimizing of the negative to the bit.
 */
#ifndef VVI_SEARCH_PRUNERS_H
#define VVI_SEARCH_PRUNERS_H

#include "base/base.h"
#include <varve/pruner.h>

static inline double vvi_prune_loss(const vv_pruner_question *question, double value)
{
    return question->maximize ? -value : value;
}

/* The least loss of a curve's first n epochs; NaN: they have no value. */
double vvi_prune_best(const vv_pruner_question *question, const double *values, size_t n);

/* Is the newest epoch one to be judged: behind `warmup` epochs, and the first with a value in its interval of so many? */
bool vvi_prune_is_due(const vv_pruner_question *question, double warmup, double interval);

/* The q-th part (0..1) of n sorted numbers, between neighbours by a straight line; n >= 1. */
double vvi_quantile(const double *sorted, size_t n, double q);
void vvi_sort_numbers(double *numbers, size_t n);

const char *vvi_prune_unit(const vv_pruner_question *question); /* "epoch" */
/* Ends the trial: "epoch 4: " and the text behind it. */
void vvi_prune(const vv_pruner_question *question, vv_pruner_verdict *verdict, const char *format, ...) VV_PRINTF(3, 4);

/* Options that several pruners have. */
#define VVI_PRUNER_STARTUP_ROW                                                                                         \
    {                                                                                                                  \
        .name = "startup", .preset = 5, .min = 0, .max = 1e6, .whole = true,                                           \
        .help = "completed trials before the first is ended"                                                           \
    }
#define VVI_PRUNER_PACE_ROWS                                                                                           \
    { .name = "warmup", .preset = 0, .min = 0, .max = 1e6, .whole = true, .help = "epochs that are never judged" },    \
    {                                                                                                                  \
        .name = "interval", .preset = 1, .min = 1, .max = 1e6, .whole = true,                                          \
        .help = "epochs from one look to the next"                                                                     \
    }
#define VVI_PRUNER_LEAST_ROW                                                                                           \
    {                                                                                                                  \
        .name = "least", .preset = 1, .min = 1, .max = 1e6, .whole = true,                                             \
        .help = "trials with a value at an epoch for it to be judged"                                                  \
    }

/* percentile.c: worse than the percentile `q` (0..1) of completed trials? `name`: what it is called in the reason. */
typedef struct vvi_percentile_rule {
    const char *name;
    double q, startup, warmup, interval, least;
} vvi_percentile_rule;
vv_status vvi_percentile_judge(const vvi_percentile_rule *rule, const vv_pruner_question *question,
                               vv_pruner_verdict *verdict, vv_error *error);

/* wilcoxon.c: the chance that paired differences are as much above 0 as these, or more, if they were symmetric around 0
 * (one-sided signed-rank test; zeros count half on either side). NaN: no memory. */
double vvi_wilcoxon_p(const double *differences, size_t n);

extern const vv_pruner_kind vvi_pruner_median, vvi_pruner_percentile, vvi_pruner_asha, vvi_pruner_wilcoxon,
    vvi_pruner_patience, vvi_pruner_threshold;

#endif
