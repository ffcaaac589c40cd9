/* importance.c - the registry of ways to tell which hyperparameters matter, and what they have in common. */
#include "insight/importance.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const vvi_importance_kind *const kinds[] = { &vvi_importance_fanova, &vvi_importance_ped_anova };

const vvi_importance_kind *vvi_importance_at(size_t index)
{
    return index < sizeof kinds / sizeof *kinds ? kinds[index] : NULL;
}

const vvi_importance_kind *vvi_importance_find(const char *name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i]->name, name) == 0) return kinds[i];
    return NULL;
}

static int compare_numbers(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Larger ones first; of equal ones the order of the frame, which `name` points into. */
static int compare_weights(const void *a, const void *b)
{
    const vvi_weight *x = a, *y = b;
    if (x->share > y->share || x->share < y->share) return x->share > y->share ? -1 : 1;
    return (x->variable > y->variable) - (x->variable < y->variable);
}

/* `sorted`: room for n. 5 % of them lie below low, and above high. */
static void weigh(vvi_weight *weight, const double *samples, size_t stride, size_t n, double *sorted)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += sorted[i] = samples[i * stride];
    qsort(sorted, n, sizeof *sorted, compare_numbers);
    weight->share = sum / (double)n;
    weight->low = sorted[n / 20];
    weight->high = sorted[n - 1 - n / 20];
}

/* The interval has its share in it. */
static void set_share(vvi_weight *weight, double share)
{
    weight->share = share;
    if (share < weight->low) weight->low = share;
    if (share > weight->high) weight->high = share;
}

vv_status vvi_weights_fill(vvi_weights *weights, const vvi_frame *frame, const double *shares, const double *samples,
                           size_t n_samples, vv_error *error)
{
    const size_t n = frame->n_variables;
    double *sorted = vvi_malloc(n_samples * sizeof *sorted);
    vvi_weight *list = vvi_arena_alloc(&weights->arena, (n + 1) * sizeof *list);
    for (size_t i = 0; sorted != NULL && list != NULL && i < n; i++) {
        weigh(&list[i], samples + i, n, n_samples, sorted);
        set_share(&list[i], shares != NULL ? shares[i] : list[i].share);
        list[i].name = frame->variables[i].name;
        list[i].variable = i;
    }
    vvi_free(sorted);
    if (sorted == NULL || list == NULL) return vvi_no_memory(error);
    weights->list = list;
    weights->n = n;
    return VV_OK;
}

/* In how many trials that were looked at each is active. */
static void count_trials(const vvi_frame *frame, size_t objective, vvi_weights *weights)
{
    for (size_t t = 0; t < frame->n; t++)
        for (size_t i = 0; vvi_frame_has_result(frame, objective, t) && i < weights->n; i++) {
            const double value = frame->variables[weights->list[i].variable].values[t];
            weights->list[i].trials += value >= value;
        }
}

/* Has it more than one value in the trials that were looked at? */
static bool varies(const vvi_frame *frame, size_t objective, const double *values)
{
    double first = (double)NAN;
    for (size_t t = 0; t < frame->n; t++) {
        if (!vvi_frame_has_result(frame, objective, t) || isnan(values[t])) continue;
        if (isnan(first)) first = values[t];
        if (values[t] < first || values[t] > first) return true;
    }
    return false;
}

/* Trees and resamples of the same few trials agree more with each other than with the next few trials. So the interval is
 * at least that of a share that was seen in n of them (Wilson 1927), nine tenths as the other is. What has one value has no
 * share, and that is sure. */
static void doubt(const vvi_frame *frame, size_t objective, vvi_weight *weight)
{
    const double z = 1.6449, n = (double)weight->trials, p = fmin(weight->share, 1);
    if (!varies(frame, objective, frame->variables[weight->variable].values)) return;
    const double scale = 1 + z * z / n, middle = (p + z * z / (2 * n)) / scale,
                 half = z / scale * sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    weight->low = fmin(weight->low, fmax(middle - half, 0));
    weight->high = fmax(weight->high, fmin(middle + half, 1));
}

vv_status vvi_importance(const vvi_importance_kind *kind, const vvi_frame *frame, size_t objective, uint64_t seed,
                         vvi_weights *weights, vv_error *error)
{
    *weights = (vvi_weights){ .n = 0 };
    for (size_t t = 0; t < frame->n; t++) weights->trials += vvi_frame_has_result(frame, objective, t);
    VVI_TRY(kind->weigh(frame, objective, seed, weights, error));
    if (weights->why != NULL) weights->n = 0;
    if (weights->n > 1) qsort(weights->list, weights->n, sizeof *weights->list, compare_weights);
    count_trials(frame, objective, weights);
    for (size_t i = 0; i < weights->n; i++) doubt(frame, objective, &weights->list[i]);
    return VV_OK;
}

void vvi_weights_deinit(vvi_weights *weights)
{
    vvi_arena_deinit(&weights->arena);
    *weights = (vvi_weights){ .n = 0 };
}
