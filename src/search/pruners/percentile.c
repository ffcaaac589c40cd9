/* percentile.c - ends a trial whose best value so far is worse than a percentile of the values that completed trials had
 * at the same epoch (the median rule of Golovin et al.: Google Vizier; KDD 2017, with another percentile).
 *
 * Values between two trials' are taken from a straight line; epochs without a value (NaN) do not count, and a trial
 * without any value when it is looked at ends. Vizier compares with running means of the others, which favours trials
 * that start fast; here, as in Optuna, it is the values at that very epoch.
 */
#include "search/pruners/pruners.h"

#include <math.h>

enum { PERCENTILE, STARTUP, WARMUP, INTERVAL, LEAST };

static size_t count_completed(const vv_pruner_question *question)
{
    size_t n = 0;
    for (size_t i = 0; i < question->n_others; i++) n += question->others[i].status == VV_TRIAL_COMPLETED ? 1U : 0U;
    return n;
}

/* Losses of completed trials at the newest epoch; returns how many there are. */
static size_t collect(const vv_pruner_question *question, double *losses)
{
    size_t n = 0;
    for (size_t i = 0; i < question->n_others; i++) {
        const vv_learning_curve *other = &question->others[i];
        if (other->status != VV_TRIAL_COMPLETED || other->n < question->n_values) continue;
        const double value = other->values[question->n_values - 1];
        if (!isnan(value)) losses[n++] = vvi_prune_loss(question, value);
    }
    return n;
}

static vv_status compare(const vvi_percentile_rule *rule, const vv_pruner_question *question, double best,
                         vv_pruner_verdict *verdict, vv_error *error)
{
    double *losses = vvi_malloc((question->n_others + 1) * sizeof *losses);
    if (losses == NULL) return vvi_no_memory(error);
    const size_t n = collect(question, losses);
    if (n > 0 && (double)n >= rule->least) {
        vvi_sort_numbers(losses, n);
        const double limit = vvi_quantile(losses, n, rule->q);
        if (best > limit)
            vvi_prune(question, verdict, "the best %s so far, %.6g, is worse than %s %.6g of %zu trials",
                      question->metric, vvi_prune_loss(question, best), rule->name, vvi_prune_loss(question, limit), n);
    }
    vvi_free(losses);
    return VV_OK;
}

vv_status vvi_percentile_judge(const vvi_percentile_rule *rule, const vv_pruner_question *question,
                               vv_pruner_verdict *verdict, vv_error *error)
{
    const size_t completed = count_completed(question);
    if (completed == 0 || (double)completed < rule->startup) return VV_OK;
    if (!vvi_prune_is_due(question, rule->warmup, rule->interval)) return VV_OK;
    const double best = vvi_prune_best(question, question->values, question->n_values);
    if (!isnan(best)) return compare(rule, question, best, verdict, error);
    vvi_prune(question, verdict, "%s had no value in any %s", question->metric, vvi_prune_unit(question));
    return VV_OK;
}

static vv_status judge(const vv_pruner_question *question, vv_pruner_verdict *verdict, vv_error *error)
{
    const double *o = question->options;
    const vvi_percentile_rule rule = { .name = "the percentile",
                                       .q = o[PERCENTILE] / 100,
                                       .startup = o[STARTUP],
                                       .warmup = o[WARMUP],
                                       .interval = o[INTERVAL],
                                       .least = o[LEAST] };
    return vvi_percentile_judge(&rule, question, verdict, error);
}

static const vv_option_row options[] = {
    { .name = "percentile", .preset = 25, .min = 0, .max = 100, .help = "share of trials that go on, in percent" },
    VVI_PRUNER_STARTUP_ROW,
    VVI_PRUNER_PACE_ROWS,
    VVI_PRUNER_LEAST_ROW,
};

const vv_pruner_kind vvi_pruner_percentile = {
    .name = "percentile",
    .summary = "ends a trial that is worse than a percentile of completed ones at the same epoch",
    .paper = "Golovin et al.: Google Vizier: A Service for Black-Box Optimization; KDD 2017",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .judge = judge,
};
