/* plan_json.c - a plan as JSON and back:
 *
 *     {..., "header": true, "delimiter": ",", "file_columns": 3, "missing": "mean",
 *      "inputs": [{"name": "age", "at": 0, "offset": 38.6, "scale": 13.6, "fill": 38.6},
 *                 {"name": "job", "at": 1, "categories": ["a", "b"], "fill": "a"}],
 *      "target": {"name": "income", "at": 2, "text": true, "classes": ["<=50K", ">50K"]}}
 *
 * What is read may come from anywhere: every value is checked. How a file is cut into cells, load_csv.c reads.
 */
#include "data/plan.h"

#include <math.h>
#include <string.h>

static json_t *write_input(const vvi_column *column)
{
    bool failed = false;
    json_t *one = json_object();
    vvi_prepare_set(one, "name", json_string(column->name), &failed);
    vvi_prepare_set(one, "at", json_integer((json_int_t)column->at), &failed);
    if (column->text) {
        vvi_prepare_set(one, "categories", vvi_prepare_strings(column->category, column->n_categories), &failed);
        vvi_prepare_set(one, "fill", json_string(column->fill_text), &failed);
    } else {
        vvi_prepare_set(one, "offset", json_real(column->linear.offset), &failed);
        vvi_prepare_set(one, "scale", json_real(column->linear.scale), &failed);
        vvi_prepare_set(one, "fill", json_real(column->fill), &failed);
    }
    if (!failed) return one;
    json_decref(one);
    return NULL;
}

static json_t *write_target(const vvi_column *target)
{
    bool failed = false;
    json_t *one = json_object();
    vvi_prepare_set(one, "name", json_string(target->name), &failed);
    vvi_prepare_set(one, "at", json_integer((json_int_t)target->at), &failed);
    vvi_prepare_set(one, "text", json_boolean(target->text), &failed);
    if (target->n_categories > 0)
        vvi_prepare_set(one, "classes", vvi_prepare_strings(target->category, target->n_categories), &failed);
    if (!failed) return one;
    json_decref(one);
    return NULL;
}

vv_status vvi_data_plan_write(const vvi_data_plan *plan, json_t **root, vv_error *error)
{
    bool failed = false;
    VVI_TRY(vvi_prepare_begin(root, "columns", error));
    vvi_prepare_set(*root, "header", json_boolean(plan->header), &failed);
    vvi_prepare_set(*root, "delimiter", json_string(vvi_spec_delimiter_word(plan->delimiter)), &failed);
    vvi_prepare_set(*root, "file_columns", json_integer((json_int_t)plan->file_columns), &failed);
    vvi_prepare_set(*root, "missing", json_string(vvi_spec_missing_word(plan->missing)), &failed);
    vvi_prepare_set(*root, "inputs", json_array(), &failed);
    for (size_t i = 0; i < plan->inputs && !failed; i++)
        failed = json_array_append_new(json_object_get(*root, "inputs"), write_input(&plan->input[i])) != 0;
    vvi_prepare_set(*root, "target", write_target(&plan->target), &failed);
    return failed ? vvi_no_memory(error) : VV_OK;
}

/* ---- reading ---------------------------------------------------------------------------------------------------- */

static vv_status read_name(vvi_data_plan *plan, const json_t *one, vvi_column *column, vv_error *error)
{
    const char *name = NULL;
    double at = 0;
    VVI_TRY(vvi_prepare_text(one, "name", &name, error));
    VVI_TRY(vvi_prepare_number(one, "at", &at, error));
    if (!(at >= 0 && at < (double)plan->file_columns))
        return vvi_fail(error, VV_FORMAT, "preparation: column \"%.60s\" stands at %g of %zu columns", name, at,
                        plan->file_columns);
    column->at = (size_t)at;
    column->name = vvi_arena_strdup(&plan->arena, name);
    return column->name == NULL ? vvi_no_memory(error) : VV_OK;
}

static vv_status read_categories(vvi_data_plan *plan, const json_t *one, const char *key, vvi_column *column,
                                 vv_error *error)
{
    VVI_TRY(vvi_prepare_texts(one, key, &plan->arena, &column->category, &column->n_categories, error));
    for (size_t i = 1; column->text && i < column->n_categories; i++)
        if (strcmp(column->category[i - 1], column->category[i]) >= 0)
            return vvi_fail(error, VV_FORMAT, "preparation: the %s of \"%.60s\" are not in ascending order", key,
                            column->name);
    return VV_OK;
}

static vv_status read_input(vvi_data_plan *plan, const json_t *one, vvi_column *column, vv_error *error)
{
    VVI_TRY(read_name(plan, one, column, error));
    column->text = json_object_get(one, "categories") != NULL;
    if (column->text) {
        const char *fill = NULL;
        VVI_TRY(read_categories(plan, one, "categories", column, error));
        VVI_TRY(vvi_prepare_text(one, "fill", &fill, error));
        column->fill_text = vvi_arena_strdup(&plan->arena, fill);
        return column->fill_text == NULL ? vvi_no_memory(error) : VV_OK;
    }
    VVI_TRY(vvi_prepare_number(one, "offset", &column->linear.offset, error));
    VVI_TRY(vvi_prepare_number(one, "scale", &column->linear.scale, error));
    VVI_TRY(vvi_prepare_number(one, "fill", &column->fill, error));
    if (fabs(column->linear.scale) > 0) return VV_OK;
    return vvi_fail(error, VV_FORMAT, "preparation: the scale of \"%.60s\" is 0", column->name);
}

vv_status vvi_data_plan_read(vvi_data_plan *plan, const json_t *root, vv_error *error)
{
    const json_t *inputs = json_object_get(root, "inputs"), *target = json_object_get(root, "target");
    double columns = 0;
    VVI_TRY(vvi_prepare_check(root, "columns", error));
    VVI_TRY(vvi_prepare_missing(root, &plan->missing, error));
    VVI_TRY(vvi_prepare_number(root, "file_columns", &columns, error));
    const size_t n = json_array_size(inputs);
    if (n == 0 || !json_is_object(target) || !(columns >= 1 && columns < 1e9))
        return vvi_fail(error, VV_FORMAT,
                        "preparation: \"inputs\", \"target\" or \"file_columns\" is not what it should be");
    plan->file_columns = (size_t)columns;
    plan->header = json_is_true(json_object_get(root, "header"));
    plan->input = vvi_arena_alloc(&plan->arena, n * sizeof *plan->input);
    if (plan->input == NULL) return vvi_no_memory(error);
    plan->inputs = n;
    for (size_t i = 0; i < n; i++) VVI_TRY(read_input(plan, json_array_get(inputs, i), &plan->input[i], error));
    VVI_TRY(read_name(plan, target, &plan->target, error));
    plan->target.text = json_is_true(json_object_get(target, "text"));
    if (!plan->target.text && json_object_get(target, "classes") == NULL) return VV_OK;
    return read_categories(plan, target, "classes", &plan->target, error);
}
