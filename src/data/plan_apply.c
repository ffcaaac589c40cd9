/* plan_apply.c - rows of a table to examples: numbers scaled, texts one-hot, columns in the order of the plan.
 *
 * A text that training never saw is all zeros among the inputs, and an error as a target.
 */
#include "data/plan.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int compare_to_text(const void *text, const void *category)
{
    return strcmp(text, *(const char *const *)category);
}

long vvi_column_find(const vvi_column *column, const char *text)
{
    const char *const *found =
        bsearch(text, column->category, column->n_categories, sizeof *column->category, compare_to_text);
    return found == NULL ? -1 : (long)(found - (const char *const *)column->category);
}

static size_t width_of(const vvi_column *column)
{
    return column->text ? column->n_categories : 1;
}

static vv_status apply_numbers(const vvi_column *column, const vvi_data_table *table, const size_t *row, size_t n,
                               float *x, size_t stride, vv_error *error)
{
    for (size_t i = 0; i < n; i++) {
        const double value = isnan(column->number[row[i]]) ? column->fill : column->number[row[i]];
        const float scaled = (float)((value - column->linear.offset) / column->linear.scale);
        x[i * stride] = scaled;
        if (!isfinite(scaled))
            return vvi_fail(error, VV_FORMAT, "%s:%zu: column %zu (\"%.60s\"): %g, scaled, is beyond float32",
                            table->path, table->line[row[i]], column->at + 1, column->name, value);
    }
    return VV_OK;
}

static void apply_texts(const vvi_column *column, const vvi_data_table *table, const size_t *row, size_t n, float *x,
                        size_t stride)
{
    for (size_t i = 0; i < n; i++) {
        const char *cell = vvi_data_table_cell(table, row[i], column->at);
        const long hot = vvi_column_find(column, cell == NULL ? column->fill_text : cell);
        memset(x + i * stride, 0, column->n_categories * sizeof *x);
        if (hot >= 0) x[i * stride + (size_t)hot] = 1;
    }
}

static vv_status unknown_class(const vvi_column *target, const vvi_data_table *table, size_t row, vv_error *error)
{
    vvi_text list = { 0 };
    for (size_t i = 0; i < target->n_categories && i < 12; i++)
        vvi_text_printf(&list, "%s\"%.40s\"", i > 0 ? ", " : "", target->category[i]);
    const vv_status status =
        list.failed
            ? vvi_no_memory(error)
            : vvi_fail(error, VV_FORMAT, "%s:%zu: column %zu (\"%.60s\"): \"%.60s\" is not one of the %zu classes %s%s",
                       table->path, table->line[row], target->at + 1, target->name,
                       vvi_data_table_cell(table, row, target->at), target->n_categories, list.data,
                       target->n_categories > 12 ? ", ..." : "");
    vvi_text_deinit(&list);
    return status;
}

static vv_status apply_target(const vvi_column *target, const vvi_data_table *table, const size_t *row, size_t n,
                              float *y, vv_error *error)
{
    for (size_t i = 0; i < n; i++) {
        double value = 0;
        if (target->text)
            value = (double)vvi_column_find(target, vvi_data_table_cell(table, row[i], target->at));
        else
            value = target->number[row[i]];
        const bool legal = target->n_categories == 0 ||
                           (value >= 0 && value < (double)target->n_categories && !(floor(value) < value));
        if (!legal) return unknown_class(target, table, row[i], error);
        y[i] = (float)value;
        if (!isfinite(y[i]))
            return vvi_fail(error, VV_FORMAT, "%s:%zu: column %zu (\"%.60s\"): %g is beyond float32", table->path,
                            table->line[row[i]], target->at + 1, target->name, value);
    }
    return VV_OK;
}

static vv_status fill(const vvi_data_plan *plan, const vvi_data_table *table, const size_t *row, size_t n,
                      vv_data *data, vv_error *error)
{
    const size_t width = (size_t)data->shape.dim[0];
    size_t at = 0;
    for (size_t i = 0; i < plan->inputs; i++) {
        const vvi_column *column = &plan->input[i];
        if (column->text)
            apply_texts(column, table, row, n, data->x + at, width);
        else
            VVI_TRY(apply_numbers(column, table, row, n, data->x + at, width, error));
        at += width_of(column);
    }
    if (plan->has_target) VVI_TRY(apply_target(&plan->target, table, row, n, data->y, error));
    if (plan->target.n_categories == 0) return VV_OK;
    return vvi_data_set_classes(data, (int)plan->target.n_categories, plan->target.category, error);
}

vv_status vvi_data_plan_apply(const vvi_data_plan *plan, const vvi_data_table *table, const size_t *row, size_t n,
                              vv_data **data, vv_error *error)
{
    size_t width = 0;
    for (size_t i = 0; i < plan->inputs; i++) width += width_of(&plan->input[i]);
    if (width > INT_MAX || width == 0)
        return vvi_fail(error, VV_FORMAT, "%s: its columns make %zu inputs; there can be 1 to %d", table->path, width,
                        INT_MAX);
    const vv_shape target = plan->has_target ? (vv_shape){ 1, { 1 } } : (vv_shape){ 0 };
    VVI_TRY(vvi_data_make(n, (vv_shape){ 1, { (int)width } }, target, data, error));
    const vv_status status = fill(plan, table, row, n, *data, error);
    if (status == VV_OK) return VV_OK;
    vv_data_free(*data);
    *data = NULL;
    return status;
}
