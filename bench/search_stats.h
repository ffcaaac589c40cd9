/* search_stats.h - which of two methods ends lower, from samples of what each ended at. */
#ifndef VARVE_BENCH_SEARCH_STATS_H
#define VARVE_BENCH_SEARCH_STATS_H

#include "base/base.h"

typedef struct bench_sample {
    const double *values; /* the lower the better; none is NaN */
    size_t n;             /* at least 1 */
} bench_sample;

/* Two samples on one problem. */
typedef struct bench_match {
    bench_sample a, b;
} bench_match;

/* The chance that a random value of a is below one of b, a tie counting half: Mann and Whitney's U over n_a * n_b. */
double bench_win_probability(bench_match match);

/* Two-sided, by the normal approximation with corrections for ties and continuity (Mann, Whitney 1947). */
double bench_mann_whitney_p(bench_match match);

/* Makes p-values of n tests into ones that hold for all of them together (Holm 1979). */
void bench_holm(double *p, size_t n);

typedef struct bench_interval {
    double low, high;
} bench_interval;

enum { BENCH_RESAMPLES = 10000 };

/* The 95 % percentile interval of the mean win probability over the matches, the values of every sample drawn anew
 * (Efron's bootstrap, the problems as strata). Keyed: the same key, the same interval. */
vv_status bench_bootstrap(const bench_match *matches, size_t n, vvi_key key, bench_interval *interval, vv_error *error);

#endif
