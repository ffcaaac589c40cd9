/* search_stats.c - see search_stats.h.
 *
 * Everything is done with ranks: the values of both samples in one order, equal ones at one place. A resample is then two
 * lists of counts by place, and its U one pass over them.
 */
#include "search_stats.h"

#include <math.h>
#include <stdlib.h>

/* ---- places ------------------------------------------------------------------------------------------------------- */

/* A match as places: of a's values, then of b's. */
typedef struct ranked {
    size_t n_a, n_b, n_places;
    uint32_t *places; /* n_a + n_b */
} ranked;

typedef struct entry {
    double value;
    size_t at;
} entry;

static int by_value(const void *left, const void *right)
{
    const double a = ((const entry *)left)->value, b = ((const entry *)right)->value;
    return (a > b) - (a < b);
}

static bool rank(bench_match match, ranked *r)
{
    const size_t n = match.a.n + match.b.n;
    entry *entries = vvi_malloc(n * sizeof *entries);
    *r = (ranked){ match.a.n, match.b.n, 0, vvi_malloc(n * sizeof *r->places) };
    const bool enough = entries != NULL && r->places != NULL;
    for (size_t i = 0; enough && i < n; i++)
        entries[i] = (entry){ i < match.a.n ? match.a.values[i] : match.b.values[i - match.a.n], i };
    if (enough) qsort(entries, n, sizeof *entries, by_value);
    for (size_t i = 0; enough && i < n; i++) {
        if (i == 0 || entries[i].value > entries[i - 1].value) r->n_places++;
        r->places[entries[i].at] = (uint32_t)(r->n_places - 1);
    }
    vvi_free(entries);
    return enough;
}

/* ---- one match ---------------------------------------------------------------------------------------------------- */

double bench_win_probability(bench_match match)
{
    double wins = 0;
    for (size_t i = 0; i < match.a.n; i++)
        for (size_t j = 0; j < match.b.n; j++) {
            const double a = match.a.values[i], b = match.b.values[j];
            wins += a < b ? 1 : a > b ? 0 : 0.5;
        }
    return wins / ((double)match.a.n * (double)match.b.n);
}

/* How many values of the match are equal to this one, itself included. */
static double count_equal(bench_match match, double value)
{
    double n = 0;
    const bench_sample samples[] = { match.a, match.b };
    for (size_t s = 0; s < 2; s++)
        for (size_t i = 0; i < samples[s].n; i++) n += !(samples[s].values[i] < value || samples[s].values[i] > value);
    return n;
}

/* The sum of t^3 - t over groups of t equal values: each of the t has t^2 - 1 of it. */
static double sum_ties(bench_match match)
{
    double sum = 0;
    const bench_sample samples[] = { match.a, match.b };
    for (size_t s = 0; s < 2; s++)
        for (size_t i = 0; i < samples[s].n; i++) {
            const double t = count_equal(match, samples[s].values[i]);
            sum += t * t - 1;
        }
    return sum;
}

double bench_mann_whitney_p(bench_match match)
{
    const double pairs = (double)match.a.n * (double)match.b.n, n = (double)(match.a.n + match.b.n);
    const double variance = pairs / 12 * (n + 1 - sum_ties(match) / (n * (n - 1)));
    const double off = fabs(bench_win_probability(match) - 0.5) * pairs - 0.5;
    if (off <= 0 || variance <= 0) return 1;
    return erfc(off / sqrt(variance) / sqrt(2));
}

/* ---- many --------------------------------------------------------------------------------------------------------- */

void bench_holm(double *p, size_t n)
{
    double at_least = 0;
    bool done[64] = { false };
    for (size_t left = n < 64 ? n : 64; left > 0; left--) {
        size_t least = SIZE_MAX;
        for (size_t i = 0; i < n && i < 64; i++)
            if (!done[i] && (least == SIZE_MAX || p[i] < p[least])) least = i;
        done[least] = true;
        at_least = fmax(at_least, fmin(1, p[least] * (double)left));
        p[least] = at_least;
    }
}

static void count_draws(const uint32_t *places, size_t n, uint32_t *counts, vvi_stream *stream)
{
    for (size_t i = 0; i < n; i++) counts[places[vvi_stream_below(stream, n)]]++;
}

/* The win probability of one resample. `counts`: two for each place. */
static double resample(const ranked *r, uint32_t *counts, vvi_stream *stream)
{
    uint32_t *of_a = counts, *of_b = counts + r->n_places;
    for (size_t i = 0; i < 2 * r->n_places; i++) counts[i] = 0;
    count_draws(r->places, r->n_a, of_a, stream);
    count_draws(r->places + r->n_a, r->n_b, of_b, stream);
    double wins = 0;
    uint32_t a_below = 0;
    for (size_t i = 0; i < r->n_places; i++) {
        wins += of_b[i] * (a_below + 0.5 * of_a[i]);
        a_below += of_a[i];
    }
    return wins / ((double)r->n_a * (double)r->n_b);
}

static int by_number(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static bench_interval draw_interval(const ranked *all, size_t n, vvi_key key, uint32_t *counts, double *means)
{
    vvi_stream stream = vvi_stream_begin(key);
    for (size_t i = 0; i < BENCH_RESAMPLES; i++) {
        means[i] = 0;
        for (size_t k = 0; k < n; k++) means[i] += resample(&all[k], counts, &stream) / (double)n;
    }
    qsort(means, BENCH_RESAMPLES, sizeof *means, by_number);
    return (bench_interval){ means[BENCH_RESAMPLES / 40], means[BENCH_RESAMPLES - 1 - BENCH_RESAMPLES / 40] };
}

vv_status bench_bootstrap(const bench_match *matches, size_t n, vvi_key key, bench_interval *interval, vv_error *error)
{
    ranked *all = vvi_calloc(n, sizeof *all);
    double *means = vvi_malloc(BENCH_RESAMPLES * sizeof *means);
    bool enough = all != NULL && means != NULL;
    size_t most = 1;
    for (size_t k = 0; k < n && enough; k++) {
        enough = rank(matches[k], &all[k]);
        if (enough && all[k].n_places > most) most = all[k].n_places;
    }
    uint32_t *counts = enough ? vvi_malloc(2 * most * sizeof *counts) : NULL;
    if (counts != NULL) *interval = draw_interval(all, n, key, counts, means);
    for (size_t k = 0; all != NULL && k < n; k++) vvi_free(all[k].places);
    vvi_free(all);
    vvi_free(means);
    const vv_status status = counts != NULL ? VV_OK : vvi_no_memory(error);
    vvi_free(counts);
    return status;
}
