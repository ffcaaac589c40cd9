/* plan_learn.c - means, scales, categories and replacements, from the rows given (the training ones) and no others.
 *
 * Numbers: offset and scale over the values there are; a missing one becomes their mean. Texts: the categories in
 * ascending order of bytes; a missing one becomes the most frequent (of equals, the first).
 */
#include "data/plan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_CATEGORIES = 1000 };

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static vv_status too_many(const vvi_column *column, const vvi_data_table *table, size_t distinct, vv_error *error)
{
    return vvi_fail(error, VV_FORMAT,
                    "%s: column %zu (\"%.60s\") has %zu different texts; at most %d can be categories", table->path,
                    column->at + 1, column->name, distinct, MOST_CATEGORIES);
}

/* Keeps the distinct ones of n ascending texts. */
static vv_status keep_distinct(vvi_data_plan *plan, vvi_column *column, const vvi_data_table *table,
                               const char **sorted, size_t n, vv_error *error)
{
    size_t distinct = 0, most = 0;
    for (size_t i = 0; i < n; i++) distinct += i == 0 || strcmp(sorted[i - 1], sorted[i]) != 0;
    if (distinct > MOST_CATEGORIES) return too_many(column, table, distinct, error);
    column->category = vvi_arena_alloc(&plan->arena, distinct * sizeof *column->category);
    if (column->category == NULL) return vvi_no_memory(error);
    column->n_categories = 0;
    for (size_t i = 0, next; i < n; i = next) {
        for (next = i + 1; next < n && strcmp(sorted[i], sorted[next]) == 0;) next++;
        const char *text = vvi_arena_strdup(&plan->arena, sorted[i]);
        if (text == NULL) return vvi_no_memory(error);
        column->category[column->n_categories++] = text;
        if (next - i > most) column->fill_text = text;
        if (next - i > most) most = next - i;
    }
    return VV_OK;
}

static vv_status nothing(const vvi_column *column, const vvi_data_table *table, size_t n, vv_error *error)
{
    return vvi_fail(error, VV_FORMAT, "%s: column %zu (\"%.60s\") has no value in any of the %zu training rows",
                    table->path, column->at + 1, column->name, n);
}

static vv_status learn_texts(vvi_data_plan *plan, vvi_column *column, const vvi_data_table *table, const size_t *row,
                             size_t n, vv_error *error)
{
    size_t there = 0;
    const char **text = vvi_calloc(n, sizeof *text);
    if (text == NULL) return vvi_no_memory(error);
    for (size_t i = 0; i < n; i++) {
        const char *cell = vvi_data_table_cell(table, row[i], column->at);
        if (cell != NULL) text[there++] = cell;
    }
    qsort(text, there, sizeof *text, compare_texts);
    const vv_status status =
        there == 0 ? nothing(column, table, n, error) : keep_distinct(plan, column, table, text, there, error);
    vvi_free(text);
    return status;
}

static double *gather(const vvi_column *column, const size_t *row, size_t n)
{
    double *value = vvi_calloc(n, sizeof *value);
    for (size_t i = 0; value != NULL && i < n; i++) value[i] = column->number[row[i]];
    return value;
}

static vv_status learn_numbers(vvi_column *column, const vvi_data_table *table, vvi_scaling scaling, const size_t *row,
                               size_t n, vv_error *error)
{
    double *value = gather(column, row, n);
    if (value == NULL) return vvi_no_memory(error);
    column->linear = vvi_linear_learn(scaling, value, n, &column->fill);
    vvi_free(value);
    return isnan(column->fill) ? nothing(column, table, n, error) : VV_OK;
}

vv_status vvi_data_plan_learn(vvi_data_plan *plan, const vvi_data_table *table, vvi_scaling scaling, const size_t *row,
                              size_t n, vv_error *error)
{
    for (size_t i = 0; i < plan->inputs; i++) {
        vvi_column *column = &plan->input[i];
        VVI_TRY(column->text ? learn_texts(plan, column, table, row, n, error)
                             : learn_numbers(column, table, scaling, row, n, error));
    }
    return VV_OK;
}

/* Over all rows: the split needs the classes, and leaves one example of each to the training part. */
vv_status vvi_data_plan_learn_classes(vvi_data_plan *plan, const vvi_data_table *table, const size_t *row, size_t n,
                                      vv_error *error)
{
    vvi_column *target = &plan->target;
    if (target->text) return learn_texts(plan, target, table, row, n, error);
    double *value = gather(target, row, n);
    if (value == NULL) return vvi_no_memory(error);
    const int classes = vvi_data_count_classes(value, n);
    vvi_free(value);
    if (classes == 0) return VV_OK;
    target->category = vvi_arena_alloc(&plan->arena, (size_t)classes * sizeof *target->category);
    if (target->category == NULL) return vvi_no_memory(error);
    for (int i = 0; i < classes; i++) {
        target->category[i] = vvi_arena_printf(&plan->arena, "%d", i);
        if (target->category[i] == NULL) return vvi_no_memory(error);
    }
    target->n_categories = (size_t)classes;
    return VV_OK;
}
