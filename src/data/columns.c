/* columns.c - opening a table: keep rows, split, learn from the training rows, apply to both parts. */
#include "data/plan.h"

/* The class of each kept row; NULL: the target has no classes, or no memory. */
static int *classes_of(const vvi_data_plan *plan, const vvi_data_table *table, const size_t *row, size_t n)
{
    const vvi_column *target = &plan->target;
    int *class_of = target->n_categories == 0 ? NULL : vvi_calloc(n, sizeof *class_of);
    for (size_t i = 0; class_of != NULL && i < n; i++)
        class_of[i] = target->text ? (int)vvi_column_find(target, vvi_data_table_cell(table, row[i], target->at))
                                   : (int)target->number[row[i]];
    return class_of;
}

/* Positions among the kept rows become rows of the table. */
static vv_status split(const vvi_request *request, const vvi_data_plan *plan, const vvi_data_table *table,
                       const size_t *kept, size_t n, vvi_parts *parts, vv_error *error)
{
    const vv_data_args *args = request->args;
    int *class_of = classes_of(plan, table, kept, n);
    if (class_of == NULL && plan->target.n_categories > 0) return vvi_no_memory(error);
    const vv_status status =
        vvi_split_draw(parts, n, class_of, (int)plan->target.n_categories, args->validation_split, args->seed, error);
    vvi_free(class_of);
    for (size_t i = 0; status == VV_OK && i < n; i++) parts->row[i] = kept[parts->row[i]];
    return status;
}

static vv_status apply(const vvi_request *request, const vvi_data_plan *plan, const vvi_data_table *table,
                       const vvi_parts *parts, vv_data **training, vv_data **validation, vv_error *error)
{
    json_t *root = NULL;
    VVI_TRY(vvi_data_plan_apply(plan, table, parts->row, parts->n_training, training, error));
    if (parts->n_validation > 0)
        VVI_TRY(
            vvi_data_plan_apply(plan, table, parts->row + parts->n_training, parts->n_validation, validation, error));
    vv_status status = vvi_data_plan_write(plan, &root, error);
    if (status == VV_OK) status = vvi_prepare_finish(root, request->spec, *training, *validation, error);
    json_decref(root);
    return status;
}

static vv_status learn(const vvi_request *request, vvi_data_plan *plan, const vvi_data_table *table, vv_data **training,
                       vv_data **validation, vv_error *error)
{
    size_t *kept = NULL, n = 0;
    vvi_parts parts = { 0 };
    vv_status status = vvi_data_plan_found(plan, table, &request->options, error);
    if (status == VV_OK) status = vvi_data_plan_keep(plan, table, &kept, &n, error);
    if (status == VV_OK) status = vvi_data_plan_learn_classes(plan, table, kept, n, error);
    if (status == VV_OK) status = split(request, plan, table, kept, n, &parts, error);
    if (status == VV_OK)
        status = vvi_data_plan_learn(plan, table, request->options.scale, parts.row, parts.n_training, error);
    if (status == VV_OK) status = apply(request, plan, table, &parts, training, validation, error);
    vvi_parts_deinit(&parts);
    vvi_free(kept);
    return status;
}

/* The preparation goes on as it came, so that treating alike twice changes nothing. */
static vv_status open_with(const vvi_request *request, vvi_data_plan *plan, const vvi_data_table *table, vv_data **data,
                           vv_error *error)
{
    size_t *kept = NULL, n = 0;
    vv_status status = vvi_data_plan_read(plan, request->preparation, error);
    if (status == VV_OK) status = vvi_data_plan_match(plan, table, &request->options, error);
    if (status == VV_OK) status = vvi_data_plan_keep(plan, table, &kept, &n, error);
    if (status == VV_OK) status = vvi_data_plan_apply(plan, table, kept, n, data, error);
    if (status == VV_OK) status = vvi_prepare_finish(request->preparation, request->spec, *data, NULL, error);
    vvi_free(kept);
    return status;
}

vv_status vvi_open_columns(vvi_request *request, vvi_source *source, vv_data **training, vv_data **validation,
                           vv_error *error)
{
    vvi_data_plan plan = { 0 };
    const vv_status status = request->preparation != NULL
                                 ? open_with(request, &plan, &source->table, training, error)
                                 : learn(request, &plan, &source->table, training, validation, error);
    vvi_data_plan_deinit(&plan);
    return status;
}
