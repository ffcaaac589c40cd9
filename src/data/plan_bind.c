/* plan_bind.c - which column of a table is which input, which the target, and which rows can be used.
 *
 * A column is one of numbers when more than half of its values are: a stray text in it is then an error with its line,
 * not a column of a thousand categories. Columns are matched by name; without a header names are the positions in the
 * file learnt from, and a file that lacks just the target is one column shorter.
 */
#include "data/plan.h"

#include <math.h>
#include <string.h>

static void unbind(vvi_column *column)
{
    vvi_free(column->number);
    column->number = NULL;
}

void vvi_data_plan_deinit(vvi_data_plan *plan)
{
    for (size_t i = 0; i < plan->inputs; i++) unbind(&plan->input[i]);
    unbind(&plan->target);
    vvi_arena_deinit(&plan->arena);
    *plan = (vvi_data_plan){ 0 };
}

static vv_status bind(vvi_column *column, const vvi_data_table *table, size_t at, vv_error *error)
{
    column->at = at;
    if (column->text) return VV_OK;
    column->number = vvi_calloc(table->n, sizeof *column->number);
    if (column->number == NULL) return vvi_no_memory(error);
    return vvi_data_table_numbers(table, at, column->number, error);
}

static bool is_missing(const vvi_column *column, const vvi_data_table *table, size_t row)
{
    return column->text ? vvi_data_table_cell(table, row, column->at) == NULL : isnan(column->number[row]);
}

/* ---- a new plan -----------------------------------------------------------------------------------------------------
 */

static vv_status found(vvi_data_plan *plan, vvi_column *column, const vvi_data_table *table, size_t at, vv_error *error)
{
    column->name = vvi_arena_strdup(&plan->arena, table->name[at]);
    if (column->name == NULL) return vvi_no_memory(error);
    column->text = !vvi_data_table_is_empty(table, at) && !vvi_data_table_is_numeric(table, at);
    return bind(column, table, at, error);
}

static vv_status target_required(const vvi_data_table *table, vv_error *error)
{
    vvi_text list = { 0 };
    vvi_data_table_list(table, &list);
    const vv_status status =
        list.failed ? vvi_no_memory(error)
                    : vvi_fail(error, VV_BAD_ARG, "%s: which column is the target? Write ?target=COLUMN; there are: %s",
                               table->path, list.data);
    vvi_text_deinit(&list);
    return status;
}

vv_status vvi_data_plan_found(vvi_data_plan *plan, const vvi_data_table *table, const vvi_options *options,
                              vv_error *error)
{
    size_t target = 0;
    if (options->target == NULL) return target_required(table, error);
    VVI_TRY(vvi_data_table_find(table, options->target, &target, error));
    if (table->columns < 2)
        return vvi_fail(error, VV_FORMAT,
                        "%s: has one column, the target; there are no inputs (is the delimiter right?)", table->path);
    *plan = (vvi_data_plan){ .file_columns = table->columns,
                             .missing = options->missing,
                             .delimiter = table->delimiter,
                             .header = table->header,
                             .has_target = true };
    plan->input = vvi_arena_alloc(&plan->arena, (table->columns - 1) * sizeof *plan->input);
    if (plan->input == NULL) return vvi_no_memory(error);
    VVI_TRY(found(plan, &plan->target, table, target, error));
    for (size_t i = 0; i < table->columns; i++) {
        if (i == target) continue;
        VVI_TRY(found(plan, &plan->input[plan->inputs++], table, i, error));
    }
    return VV_OK;
}

/* ---- one that was read ------------------------------------------------------------------------------------------ */

/* -1: the table does not have it. */
static long locate(const vvi_data_plan *plan, const vvi_data_table *table, const vvi_column *column)
{
    const bool by_position = !plan->header && !table->header;
    if (!by_position || table->columns + 1 != plan->file_columns) return vvi_data_table_index(table, column->name);
    if (column == &plan->target) return -1;
    const long at = (long)column->at; /* position in the file learnt from */
    return at > (long)plan->target.at ? at - 1 : at;
}

static vv_status check_target(const vvi_data_plan *plan, const vvi_data_table *table, const vvi_options *options,
                              vv_error *error)
{
    size_t at = 0;
    if (options->target == NULL || locate(plan, table, &plan->target) < 0) return VV_OK;
    VVI_TRY(vvi_data_table_find(table, options->target, &at, error));
    if (strcmp(table->name[at], plan->target.name) == 0) return VV_OK;
    return vvi_fail(error, VV_MISMATCH, "%s: the target is \"%.60s\", but the preparation is for \"%.60s\"",
                    table->path, table->name[at], plan->target.name);
}

vv_status vvi_data_plan_match(vvi_data_plan *plan, const vvi_data_table *table, const vvi_options *options,
                              vv_error *error)
{
    VVI_TRY(check_target(plan, table, options, error));
    for (size_t i = 0; i < plan->inputs; i++) {
        const long at = locate(plan, table, &plan->input[i]);
        if (at < 0 || (size_t)at >= table->columns)
            return vvi_fail(error, VV_MISMATCH, "%s: has no column \"%.60s\"; the training data had it", table->path,
                            plan->input[i].name);
        VVI_TRY(bind(&plan->input[i], table, (size_t)at, error));
    }
    const long at = locate(plan, table, &plan->target);
    plan->has_target = at >= 0 && !vvi_data_table_is_empty(table, (size_t)at);
    return plan->has_target ? bind(&plan->target, table, (size_t)at, error) : VV_OK;
}

/* ---- rows ------------------------------------------------------------------------------------------------------- */

/* The first column of a row that is missing; NULL: none. */
static const vvi_column *first_missing(const vvi_data_plan *plan, const vvi_data_table *table, size_t row)
{
    if (plan->has_target && is_missing(&plan->target, table, row)) return &plan->target;
    for (size_t i = 0; plan->missing != VVI_MISSING_MEAN && i < plan->inputs; i++)
        if (is_missing(&plan->input[i], table, row)) return &plan->input[i];
    return NULL;
}

vv_status vvi_data_plan_keep(const vvi_data_plan *plan, const vvi_data_table *table, size_t **row, size_t *n,
                             vv_error *error)
{
    *n = 0;
    *row = vvi_calloc(table->n, sizeof **row);
    if (*row == NULL) return vvi_no_memory(error);
    for (size_t i = 0; i < table->n; i++) {
        const vvi_column *missing = first_missing(plan, table, i);
        if (missing == NULL) {
            (*row)[(*n)++] = i;
        } else if (plan->missing != VVI_MISSING_DROP) {
            const bool target = missing == &plan->target;
            return vvi_fail(error, VV_FORMAT, "%s:%zu: column %zu (\"%.60s\")%s has no value; %s", table->path,
                            table->line[i], missing->at + 1, missing->name, target ? ", the target," : "",
                            target ? "missing=drop leaves such rows out"
                                   : "missing=mean or missing=drop would accept that");
        }
    }
    if (*n > 0) return VV_OK;
    return vvi_fail(error, VV_FORMAT, "%s: each of its %zu rows misses a value; missing=drop leaves none", table->path,
                    table->n);
}
