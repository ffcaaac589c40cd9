/* asha.c - asynchronous successive halving (Li et al.: A System for Massively Parallel Hyperparameter Tuning; MLSys
 * 2020; Jamieson, Talwalkar 2016). At the epochs r f^s, r f^(s+1), ... (the rungs) a trial goes on only if it is among
 * the best 1/f of all that have come so far; where that is less than one trial, only if it is the best.
 *
 * As in Optuna and Ray a trial that does not go on ends: the paper would resume it if it came to be among the best
 * later. Here a pruner ends trials; the oracle hyperband resumes them.
 *
 * A trial's value at a rung is that of the rung's epoch or, where that has none, of the next that has. One that has a
 * value late may so pass several rungs at once. A trial without a value at a rung's epoch (NaN) ends.
 */
#include "search/pruners/pruners.h"

#include <math.h>

enum { MIN_EPOCHS, FACTOR, SKIP, BOOTSTRAP };

/* Epochs of the lowest rung; 0: not known yet. */
static double first_rung(const vv_pruner_question *question)
{
    size_t longest = 0;
    if (question->options[MIN_EPOCHS] > 0) return question->options[MIN_EPOCHS];
    for (size_t i = 0; i < question->n_others; i++)
        if (question->others[i].status == VV_TRIAL_COMPLETED && question->others[i].n > longest)
            longest = question->others[i].n;
    return longest == 0 ? 0 : longest <= 200 ? 1 : (double)((longest - 1) / 100);
}

/* A curve's value at the rung of so many epochs; NaN: it has none, or did not come there. */
static double value_at(const double *values, size_t n, size_t rung)
{
    for (size_t i = rung - 1; i < n; i++)
        if (!isnan(values[i])) return values[i];
    return (double)NAN;
}

typedef struct rank {
    size_t n; /* trials that came to the rung, this one too */
    double worst_kept;
} rank;

static vv_status rank_at(const vv_pruner_question *question, size_t rung, double loss, rank *r, vv_error *error)
{
    double *losses = vvi_malloc((question->n_others + 1) * sizeof *losses);
    if (losses == NULL) return vvi_no_memory(error);
    losses[r->n++] = loss;
    for (size_t i = 0; i < question->n_others; i++) {
        const double value = value_at(question->others[i].values, question->others[i].n, rung);
        if (!isnan(value)) losses[r->n++] = vvi_prune_loss(question, value);
    }
    vvi_sort_numbers(losses, r->n);
    const size_t kept = r->n / (size_t)question->options[FACTOR];
    r->worst_kept = losses[kept == 0 ? 0 : kept - 1];
    vvi_free(losses);
    return VV_OK;
}

static vv_status judge_rung(const vv_pruner_question *question, size_t rung, vv_pruner_verdict *verdict,
                            vv_error *error)
{
    rank r = { 0 };
    const double value = question->values[question->n_values - 1], loss = vvi_prune_loss(question, value);
    if (isnan(loss)) {
        vvi_prune(question, verdict, "%s has no value at the rung of %zu %ss", question->metric, rung,
                  vvi_prune_unit(question));
        return VV_OK;
    }
    VVI_TRY(rank_at(question, rung, loss, &r, error));
    const size_t kept = r.n / (size_t)question->options[FACTOR];
    if ((double)r.n <= question->options[BOOTSTRAP])
        vvi_prune(question, verdict, "only %zu trials have come to the rung of %zu %ss", r.n, rung,
                  vvi_prune_unit(question));
    else if (loss > r.worst_kept)
        vvi_prune(question, verdict, "%s %.6g is not among the best %zu of %zu trials at the rung of %zu %ss (%.6g)",
                  question->metric, value, kept == 0 ? 1 : kept, r.n, rung, vvi_prune_unit(question),
                  vvi_prune_loss(question, r.worst_kept));
    return VV_OK;
}

/* Has the trial passed this rung before the newest epoch? */
static bool is_passed(const vv_pruner_question *question, size_t rung)
{
    return question->n_values > rung && !isnan(value_at(question->values, question->n_values - 1, rung));
}

static vv_status judge(const vv_pruner_question *question, vv_pruner_verdict *verdict, vv_error *error)
{
    const double factor = question->options[FACTOR];
    double rung = first_rung(question) * pow(factor, question->options[SKIP]);
    if (rung < 1) return VV_OK;
    for (; rung <= (double)question->n_values && !verdict->prune; rung *= factor)
        if (!is_passed(question, (size_t)rung)) VVI_TRY(judge_rung(question, (size_t)rung, verdict, error));
    return VV_OK;
}

static const vv_option_row options[] = {
    { .name = "min_epochs",
      .preset = 0,
      .min = 0,
      .max = 1e6,
      .whole = true,
      .help = "epochs of the lowest rung; 0: a hundredth of a whole trial, once one is complete" },
    { .name = "factor", .preset = 4, .min = 2, .max = 100, .whole = true, .help = "one in so many goes on" },
    { .name = "skip", .preset = 0, .min = 0, .max = 20, .whole = true, .help = "lowest rungs that are left out" },
    { .name = "bootstrap",
      .preset = 0,
      .min = 0,
      .max = 1e6,
      .whole = true,
      .help = "trials that end at a rung before any passes it" },
};

const vv_pruner_kind vvi_pruner_asha = {
    .name = "asha",
    .summary = "successive halving: at growing numbers of epochs only the best part goes on",
    .paper = "Li et al.: A System for Massively Parallel Hyperparameter Tuning; MLSys 2020",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .judge = judge,
};
