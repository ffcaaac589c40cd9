/* curves.c - what the pruners share. */
#include "search/pruners/pruners.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

double vvi_prune_best(const vv_pruner_question *question, const double *values, size_t n)
{
    double best = (double)NAN;
    for (size_t i = 0; i < n; i++) {
        const double loss = vvi_prune_loss(question, values[i]);
        if (!(loss >= best) && !isnan(loss)) best = loss;
    }
    return best;
}

/* Epochs are counted from 0 here: those before `warmup` are never judged. */
bool vvi_prune_is_due(const vv_pruner_question *question, double warmup, double interval)
{
    const size_t newest = question->n_values - 1, before = (size_t)warmup, length = (size_t)interval;
    if (question->n_values == 0 || newest < before) return false;
    const size_t begin = newest - (newest - before) % length;
    for (size_t i = begin; i < newest; i++)
        if (!isnan(question->values[i])) return false;
    return true;
}

double vvi_quantile(const double *sorted, size_t n, double q)
{
    const double at = q * (double)(n - 1);
    const size_t low = (size_t)at;
    if (low + 1 >= n || at <= (double)low) return sorted[low + 1 >= n ? n - 1 : low];
    return sorted[low] + (at - (double)low) * (sorted[low + 1] - sorted[low]);
}

static int compare_numbers(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void vvi_sort_numbers(double *numbers, size_t n)
{
    qsort(numbers, n, sizeof *numbers, compare_numbers);
}

const char *vvi_prune_unit(const vv_pruner_question *question)
{
    return question->unit == NULL ? "epoch" : question->unit;
}

void vvi_prune(const vv_pruner_question *question, vv_pruner_verdict *verdict, const char *format, ...)
{
    const int n =
        snprintf(verdict->reason, sizeof verdict->reason, "%s %zu: ", vvi_prune_unit(question), question->n_values);
    va_list args;
    va_start(args, format);
    vsnprintf(verdict->reason + n, sizeof verdict->reason - (size_t)n, format, args);
    va_end(args);
    verdict->prune = true;
}
