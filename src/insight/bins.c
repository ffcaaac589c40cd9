/* bins.c - values into bins.
 *
 * Up to 63 different values have a bin each, and a split between two of them is one that CART would make; more of them
 * share bins with about as many trials in each. An edge lies half-way between the values on its two sides, on the
 * scale of the domain, and the outermost bins reach to the ends of the domain. Words that no trial has are no part of
 * anything; where there are more than 63, the rarest share one bin.
 */
#include "insight/bins.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    FAR = 10,    /* distances of the quartiles beyond which a score is brought nearer */
    REPEATED = 3 /* trials that a value must have for numbers to be taken for discrete */
};

static int compare_numbers(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* ---- places ------------------------------------------------------------------------------------------------------ */

static double place_among(const double *choices, size_t n, double value)
{
    size_t i = 0;
    while (i < n && choices[i] < value) i++;
    return ((double)i + 0.5) / (double)n;
}

/* A whole number is as wide as from half below it to half above it. */
double vvi_bins_place(const vvi_variable *v, double value)
{
    if (v->words != NULL) return (value + 0.5) / (double)v->n_words;
    if (v->choices != NULL) return place_among(v->choices, v->n_choices, value);
    const double half = v->whole ? 0.5 : 0, low = v->low - half, high = v->high + half;
    if (!(high > low)) return 0.5;
    if (!v->log) return (value - low) / (high - low);
    const double ratio = log(high / low);
    return v->reverse ? 1 - log((high + low - value) / low) / ratio : log(value / low) / ratio;
}

/* ---- scores ------------------------------------------------------------------------------------------------------ */

static vv_status take_scores(const vvi_frame *frame, size_t objective, vvi_bins *bins, vv_error *error)
{
    int *row = vvi_arena_alloc(bins->arena, (frame->n + 1) * sizeof *row);
    bins->scores = vvi_arena_alloc(bins->arena, (frame->n + 1) * sizeof *bins->scores);
    if (row == NULL || bins->scores == NULL) return vvi_no_memory(error);
    for (size_t i = 0; i < frame->n; i++) {
        if (!vvi_frame_has_result(frame, objective, i)) continue;
        bins->scores[bins->n] = frame->scores[objective][i];
        row[bins->n++] = (int)i;
    }
    bins->row = row;
    return VV_OK;
}

/* Half of the largest double is as far as differences may be. */
static vv_status tame_scores(vvi_bins *bins, vv_error *error)
{
    const size_t n = bins->n;
    if (n == 0) return VV_OK;
    double *sorted = vvi_malloc(n * sizeof *sorted);
    if (sorted == NULL) return vvi_no_memory(error);
    memcpy(sorted, bins->scores, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, compare_numbers);
    const double low = sorted[n / 4], high = sorted[n - 1 - n / 4];
    const double far = high > low ? FAR * (high / 2 - low / 2) * 2 : (double)INFINITY;
    vvi_free(sorted);
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        bins->scores[i] = fmin(fmax(bins->scores[i], low - far), high + far);
        sum += bins->scores[i] / (double)n;
    }
    bins->mean = sum;
    for (size_t i = 0; i < n; i++) bins->scores[i] -= sum;
    return VV_OK;
}

/* ---- numbers ----------------------------------------------------------------------------------------------------- */

/* The values of trials, in order; a.n of them. */
typedef struct values {
    double *list;
    size_t n, different;
} values;

static void sort_values(const vvi_bins *bins, const vvi_variable *variable, values *v)
{
    v->n = v->different = 0;
    for (size_t i = 0; i < bins->n; i++) {
        const double value = variable->values[bins->row[i]];
        if (!isnan(value)) v->list[v->n++] = value;
    }
    if (v->n > 1) qsort(v->list, v->n, sizeof *v->list, compare_numbers);
    for (size_t i = 0; i < v->n; i++) v->different += i == 0 || v->list[i] > v->list[i - 1];
}

/* The last value of each bin: every different one, or those at which it becomes as full as it should be. */
static void cut(const values *v, vvi_axis *axis)
{
    const bool each = v->different <= VVI_BINS;
    for (size_t i = 0; i < v->n; i++) {
        if (i + 1 < v->n && !(v->list[i + 1] > v->list[i])) continue;
        if (i + 1 < v->n && !each && (i + 1) * VVI_BINS < v->n * (axis->n + 1)) continue;
        axis->ends[axis->n++] = v->list[i];
    }
    axis->discrete = each && v->n >= REPEATED * v->different;
}

/* Edges half-way to the next value. `list`: the first value after the end of bin b is the next of the next. */
static void measure_bins(const values *v, vvi_axis *axis)
{
    double before = 0;
    size_t next = 0;
    for (unsigned b = 0; b < axis->n; b++) {
        while (next < v->n && v->list[next] <= axis->ends[b]) next++;
        const bool last = b + 1 == axis->n;
        const double edge =
            last ? 1
                 : (vvi_bins_place(axis->variable, axis->ends[b]) + vvi_bins_place(axis->variable, v->list[next])) / 2;
        axis->widths[b] = edge - before;
        before = edge;
        if (last) axis->ends[b] = (double)INFINITY;
    }
}

/* ---- words ------------------------------------------------------------------------------------------------------- */

static vv_status bin_words(const vvi_bins *bins, vvi_axis *axis, vv_error *error)
{
    const vvi_variable *v = axis->variable;
    size_t *counts = vvi_calloc(v->n_words, sizeof *counts);
    axis->word_bins = vvi_arena_alloc(bins->arena, v->n_words);
    if (counts == NULL || axis->word_bins == NULL) {
        vvi_free(counts);
        return vvi_no_memory(error);
    }
    size_t seen = 0, most = 0;
    for (size_t i = 0; i < bins->n; i++)
        if (!isnan(v->values[bins->row[i]])) counts[(size_t)v->values[bins->row[i]]]++;
    for (size_t w = 0; w < v->n_words; w++) {
        seen += counts[w] > 0;
        most = counts[w] > most ? counts[w] : most;
        axis->word_bins[w] = VVI_INACTIVE;
    }
    const size_t alone = seen <= VVI_BINS ? seen : VVI_BINS - 1;
    for (size_t count = most; count > 0 && axis->n < alone; count--) /* the most frequent first */
        for (size_t w = 0; w < v->n_words && axis->n < alone; w++)
            if (counts[w] == count) axis->word_bins[w] = (uint8_t)axis->n++;
    axis->discrete = seen == alone;
    for (size_t w = 0; w < v->n_words; w++) {
        if (counts[w] == 0) continue;
        if (axis->word_bins[w] == VVI_INACTIVE) axis->word_bins[w] = VVI_BINS - 1, axis->n = VVI_BINS;
        axis->widths[axis->word_bins[w]] += 1 / (double)seen;
    }
    vvi_free(counts);
    return VV_OK;
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

unsigned vvi_axis_bin(const vvi_axis *axis, double value)
{
    if (isnan(value) || axis->n == 0) return VVI_INACTIVE;
    if (!axis->ordered) return axis->word_bins[(size_t)value];
    unsigned low = 0, high = axis->n - 1; /* the first whose end is not below it */
    while (low < high) {
        const unsigned middle = (low + high) / 2;
        if (axis->ends[middle] < value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static vv_status make_axis(vvi_bins *bins, size_t index, values *v, vv_error *error)
{
    vvi_axis *axis = &bins->axes[index];
    axis->ordered = axis->variable->words == NULL;
    if (axis->ordered) {
        sort_values(bins, axis->variable, v);
        cut(v, axis);
        measure_bins(v, axis);
    } else {
        VVI_TRY(bin_words(bins, axis, error));
    }
    uint8_t *at = bins->at + index * bins->n;
    for (size_t i = 0; i < bins->n; i++) {
        at[i] = (uint8_t)vvi_axis_bin(axis, axis->variable->values[bins->row[i]]);
        axis->active += at[i] != VVI_INACTIVE;
    }
    return VV_OK;
}

static vv_status make_axes(const vvi_frame *frame, vvi_bins *bins, vv_error *error)
{
    values v = { .list = vvi_malloc((bins->n + 1) * sizeof *v.list) };
    vv_status status = v.list == NULL ? vvi_no_memory(error) : VV_OK;
    for (size_t i = 0; status == VV_OK && i < bins->n_axes; i++) {
        bins->axes[i].variable = &frame->variables[i];
        status = make_axis(bins, i, &v, error);
    }
    vvi_free(v.list);
    return status;
}

vv_status vvi_bins_make(const vvi_frame *frame, size_t objective, vvi_arena *arena, vvi_bins *bins, vv_error *error)
{
    *bins = (vvi_bins){ .arena = arena, .n_axes = frame->n_variables };
    VVI_TRY(take_scores(frame, objective, bins, error));
    VVI_TRY(tame_scores(bins, error));
    bins->axes = vvi_arena_alloc(arena, (bins->n_axes + 1) * sizeof *bins->axes);
    bins->at = vvi_arena_alloc(arena, (bins->n_axes + 1) * (bins->n + 1));
    if (bins->axes == NULL || bins->at == NULL) return vvi_no_memory(error);
    return make_axes(frame, bins, error);
}

static bool are_equal(const vvi_bins *bins)
{
    for (size_t i = 1; i < bins->n; i++)
        if (bins->scores[i] < bins->scores[0] || bins->scores[i] > bins->scores[0]) return false;
    return true;
}

static bool nothing_varies(const vvi_bins *bins)
{
    for (size_t i = 0; i < bins->n_axes; i++)
        if (bins->axes[i].n > 1) return false;
    return true;
}

vv_status vvi_bins_refuse(const vvi_bins *bins, size_t needed, vvi_arena *arena, const char **why, vv_error *error)
{
    *why = NULL;
    if (bins->n < needed)
        *why = vvi_arena_printf(arena, "%zu completed trial%s a finite score; at least %zu are needed", bins->n,
                                bins->n == 1 ? " has" : "s have", needed);
    else if (are_equal(bins))
        *why = vvi_arena_printf(arena, "all %zu completed trials have the same score", bins->n);
    else if (nothing_varies(bins))
        *why =
            vvi_arena_printf(arena, "no hyperparameter has more than one value in the %zu completed trials", bins->n);
    else
        return VV_OK;
    return *why == NULL ? vvi_no_memory(error) : VV_OK;
}
