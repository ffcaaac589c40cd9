/* split.c - which examples are for training, which for validation.
 *
 * Validation gets round(n * share) of them. With classes, each class gives its proportional number, rounded so that
 * they sum up (largest remainders, ties to the lower class), and keeps at least one example for training: what is
 * learnt from the training part then knows every class. Drawn by (seed, "split", class): one class's draw does not
 * depend on another.
 */
#include "data/data.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

vv_status vvi_split_count(size_t n, double share, size_t *n_validation, vv_error *error)
{
    *n_validation = (size_t)floor((double)n * share + 0.5);
    if (*n_validation > 0 && *n_validation < n) return VV_OK;
    return vvi_fail(
        error, VV_BAD_ARG,
        "validation_split: %g of %zu examples is %zu for validation and %zu for training; both must be at least 1",
        share, n, *n_validation, n - *n_validation);
}

typedef struct quota {
    size_t class, members, start, take;
    double remainder;
} quota;

static int by_remainder(const void *a, const void *b)
{
    const quota *p = a, *q = b;
    if (p->remainder != q->remainder) return p->remainder > q->remainder ? -1 : 1;
    return p->class < q->class ? -1 : 1;
}

static int by_class(const void *a, const void *b)
{
    const quota *p = a, *q = b;
    return p->class < q->class ? -1 : 1;
}

/* Gives each class its share of `wanted`; fewer are given when classes are too small. Returns how many. */
static size_t fill_quotas(quota *quotas, size_t classes, size_t n, size_t wanted)
{
    size_t given = 0;
    for (size_t k = 0; k < classes; k++) {
        const double exact = (double)quotas[k].members * (double)wanted / (double)n;
        quotas[k].take = (size_t)exact;
        quotas[k].remainder = exact - (double)quotas[k].take;
        given += quotas[k].take;
    }
    qsort(quotas, classes, sizeof *quotas, by_remainder);
    for (bool progress = true; given < wanted && progress;) {
        progress = false;
        for (size_t k = 0; k < classes && given < wanted; k++) {
            if (quotas[k].take + 1 >= quotas[k].members) continue;
            quotas[k].take++;
            given++;
            progress = true;
        }
    }
    qsort(quotas, classes, sizeof *quotas, by_class);
    return given;
}

/* Fisher-Yates (Durstenfeld 1964), only as far as needed: the first `take` of row[0..n-1] are drawn. */
static void draw(size_t *row, size_t n, size_t take, vvi_key key)
{
    vvi_stream stream = vvi_stream_begin(key);
    for (size_t i = 0; i < take; i++) {
        const size_t j = i + (size_t)vvi_stream_below(&stream, n - i), other = row[i];
        row[i] = row[j];
        row[j] = other;
    }
}

/* Row numbers, class by class. */
static void group(quota *quotas, size_t classes, const int *class_of, size_t n, size_t *row)
{
    for (size_t i = 0; i < n; i++) quotas[class_of == NULL ? 0 : class_of[i]].members++;
    for (size_t k = 1; k < classes; k++) quotas[k].start = quotas[k - 1].start + quotas[k - 1].members;
    for (size_t k = 0; k < classes; k++) quotas[k].class = k;
    for (size_t i = 0; i < n; i++) {
        quota *q = &quotas[class_of == NULL ? 0 : class_of[i]];
        row[q->start + q->take++] = i;
    }
}

static void list(vvi_parts *parts, const bool *chosen, size_t n, size_t n_validation)
{
    size_t training = 0, validation = n - n_validation;
    parts->n_training = n - n_validation;
    parts->n_validation = n_validation;
    for (size_t i = 0; i < n; i++) parts->row[chosen[i] ? validation++ : training++] = i;
}

static vv_status draw_parts(vvi_parts *parts, quota *quotas, size_t classes, bool *chosen, size_t n, size_t wanted,
                            uint64_t seed, vv_error *error)
{
    const size_t given = fill_quotas(quotas, classes, n, wanted);
    if (given == 0)
        return vvi_fail(
            error, VV_BAD_ARG,
            "validation_split: none of %zu examples can be spared: each of the %zu classes needs one for training", n,
            classes);
    const vvi_key key = vvi_key_new(seed, "split");
    for (size_t k = 0; k < classes; k++) {
        size_t *row = parts->row + quotas[k].start;
        draw(row, quotas[k].members, quotas[k].take, vvi_key_int(key, (int64_t)k));
        for (size_t i = 0; i < quotas[k].take; i++) chosen[row[i]] = true;
    }
    list(parts, chosen, n, given);
    return VV_OK;
}

vv_status vvi_split_draw(vvi_parts *parts, size_t n, const int *class_of, int classes, double share, uint64_t seed,
                         vv_error *error)
{
    size_t wanted = 0;
    const size_t groups = class_of == NULL || classes < 1 ? 1 : (size_t)classes;
    *parts = (vvi_parts){ 0 };
    if (share > 0) VVI_TRY(vvi_split_count(n, share, &wanted, error));
    quota *quotas = vvi_calloc(groups, sizeof *quotas);
    bool *chosen = vvi_calloc(n, sizeof *chosen);
    parts->row = n > SIZE_MAX / sizeof *parts->row ? NULL : vvi_malloc(n * sizeof *parts->row);
    vv_status status = VV_OK;
    if (quotas == NULL || chosen == NULL || parts->row == NULL) {
        status = vvi_no_memory(error);
    } else if (wanted == 0) {
        list(parts, chosen, n, 0);
    } else {
        group(quotas, groups, groups == 1 ? NULL : class_of, n, parts->row);
        status = draw_parts(parts, quotas, groups, chosen, n, wanted, seed, error);
    }
    vvi_free(quotas);
    vvi_free(chosen);
    return status;
}

void vvi_parts_deinit(vvi_parts *parts)
{
    vvi_free(parts->row);
    *parts = (vvi_parts){ 0 };
}
