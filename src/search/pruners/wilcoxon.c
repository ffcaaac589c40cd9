/* wilcoxon.c - ends a trial between two executions when its scores so far are worse than the best trial's scores of the
 * same executions beyond chance: the signed-rank test (Wilcoxon: Individual Comparisons by Ranking Methods; Biometrics
 * Bulletin 1, 1945), one-sided. Never where its mean is not worse.
 *
 * The chance is exact up to EXACT pairs, also where differences are equal or zero: of all ways to give signs to the
 * ranks that there are, the share whose sum is as large. (SciPy, and Optuna with it, takes the normal approximation
 * there.) Zeros are ranked, and count half on either side. With k executions it can be no less than 1/2^k: the usual
 * p = 0.1 needs four.
 */
#include "search/pruners/pruners.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { P, STARTUP, EXACT = 50, MOST_SUM = EXACT * (EXACT + 1) };

static int compare_sizes(const void *a, const void *b)
{
    const double x = fabs(*(const double *)a), y = fabs(*(const double *)b);
    return (x > y) - (x < y);
}

/* Twice the ranks by size, equal sizes sharing the middle of theirs; differences are sorted for it. */
static void rank_sizes(double *differences, int *ranks, size_t n)
{
    qsort(differences, n, sizeof *differences, compare_sizes);
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && fabs(differences[end]) <= fabs(differences[i]);) end++;
        for (size_t k = i; k < end; k++) ranks[k] = (int)(i + 1 + end);
    }
}

/* Chance that signs drawn at random give the ranks of what is not zero a positive sum of at least `sum`. */
static double exact_tail(const double *differences, const int *ranks, size_t n, int sum)
{
    double chance[MOST_SUM + 1] = { 1 };
    int most = 0;
    for (size_t i = 0; i < n; i++) {
        if (!(fabs(differences[i]) > 0)) continue;
        most += ranks[i];
        for (int s = most; s >= 0; s--) chance[s] = (chance[s] + (s >= ranks[i] ? chance[s - ranks[i]] : 0)) / 2;
    }
    double tail = 0;
    for (int s = most; s >= sum; s--) tail += chance[s];
    return tail;
}

static double normal_tail(const double *differences, const int *ranks, size_t n, double sum)
{
    double mean = 0, variance = 0;
    for (size_t i = 0; i < n; i++) {
        if (!(fabs(differences[i]) > 0)) continue;
        mean += ranks[i] / 2.0;
        variance += (double)ranks[i] * ranks[i] / 4;
    }
    return variance > 0 ? erfc((sum - mean) / sqrt(2 * variance)) / 2 : 1;
}

double vvi_wilcoxon_p(const double *differences, size_t n)
{
    double *sorted = vvi_malloc((n + 1) * sizeof *sorted), sum = 0, p = (double)NAN;
    int *ranks = vvi_malloc((n + 1) * sizeof *ranks);
    if (sorted != NULL && ranks != NULL) {
        if (n > 0) memcpy(sorted, differences, n * sizeof *sorted);
        rank_sizes(sorted, ranks, n);
        for (size_t i = 0; i < n; i++) sum += sorted[i] > 0 ? ranks[i] : 0;
        p = n <= EXACT ? exact_tail(sorted, ranks, n, (int)sum) : normal_tail(sorted, ranks, n, sum);
    }
    vvi_free(sorted);
    vvi_free(ranks);
    return p;
}

/* NaN: not all of them are finite. */
static double mean_loss(const vv_pruner_question *question, const double *scores, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += vvi_prune_loss(question, scores[i]);
    return isfinite(sum) ? sum / (double)n : (double)NAN;
}

static vv_status judge(const vv_pruner_question *question, vv_pruner_verdict *verdict, vv_error *error)
{
    const size_t n = question->n_scores < question->n_best_scores ? question->n_scores : question->n_best_scores;
    const double own = mean_loss(question, question->scores, question->n_scores),
                 best = mean_loss(question, question->best_scores, question->n_best_scores);
    if (n == 0 || (double)n < question->options[STARTUP] || !(own > best)) return VV_OK;
    double *differences = vvi_malloc(n * sizeof *differences);
    if (differences == NULL) return vvi_no_memory(error);
    for (size_t i = 0; i < n; i++)
        differences[i] =
            vvi_prune_loss(question, question->scores[i]) - vvi_prune_loss(question, question->best_scores[i]);
    const double p = vvi_wilcoxon_p(differences, n);
    vvi_free(differences);
    if (isnan(p)) return vvi_no_memory(error);
    if (!(p < question->options[P])) return VV_OK;
    verdict->prune = true;
    snprintf(verdict->reason, sizeof verdict->reason,
             "after %zu executions: %s is %.6g on the mean, %.6g in trial %d, and that is no chance (p = %.3g)", n,
             question->metric, vvi_prune_loss(question, own), vvi_prune_loss(question, best), question->best, p);
    return VV_OK;
}

static const vv_option_row options[] = {
    { .name = "p", .preset = 0.1, .min = 0, .max = 1, .help = "chance below which a trial ends" },
    { .name = "startup", .preset = 2, .min = 1, .max = 1e6, .whole = true, .help = "executions before it is asked" },
};

const vv_pruner_kind vvi_pruner_wilcoxon = {
    .name = "wilcoxon",
    .summary = "ends a trial between executions when it is worse than the best one beyond chance",
    .paper = "Wilcoxon: Individual Comparisons by Ranking Methods; Biometrics Bulletin 1, 1945",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .between = true,
    .judge = judge,
};
