/* model_read.c - a model from the JSON that model_write.c describes.
 *
 * Strict: unknown kinds, fields and labels, missing members and values outside their ranges are errors that say which.
 * What it builds goes through vv_connect_with and vv_compile_with, so nothing gets in that a program could not build.
 */
#include "nn/nn.h"
#include "nn/values.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

enum { MAX_METRICS = 64 };

static vv_status bad(vv_error *error, const char *where, const char *what)
{
    return vvi_fail(error, VV_FORMAT, "model JSON: %s: %s", where, what);
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text == NULL ? "" : text;
}

/* A number, a bool or a label as the double that field tables speak. */
static vv_status read_value(const vv_field *field, const json_t *json, const char *where, double *value,
                            vv_error *error)
{
    if (json_is_number(json)) {
        *value = json_number_value(json);
        return VV_OK;
    }
    if (json_is_boolean(json)) {
        *value = json_is_true(json);
        return VV_OK;
    }
    const int label =
        field->type == VV_FIELD_ENUM && json_is_string(json) ? vvi_value_label(field, json_string_value(json)) : -1;
    if (label < 0)
        return vvi_fail(error, VV_FORMAT, "model JSON: %s: %s has no such value%s%.40s", where, field->name,
                        json_is_string(json) ? " as " : "", json_is_string(json) ? json_string_value(json) : "");
    *value = label;
    return VV_OK;
}

static vv_status read_layer_fields(const json_t *fields, const vv_layer_info *info, const char *where, vv_layer *layer,
                                   vv_error *error)
{
    const char *key;
    json_t *json;
    json_object_foreach((json_t *)(uintptr_t)fields, key, json)
    {
        const vv_field *field = vvi_values_find(info->fields, info->n_fields, key);
        if (field == NULL)
            return vvi_fail(error, VV_FORMAT, "model JSON: %s: %s has no field %.40s", where, info->name, key);
        double value = 0;
        VVI_TRY(read_value(field, json, where, &value, error));
        VVI_TRY(vv_layer_set(layer, key, value, error));
    }
    return VV_OK;
}

static vv_status read_inputs(const json_t *list, const char *where, vv_node inputs[VVI_MAX_INPUTS], size_t *n,
                             vv_error *error)
{
    *n = json_array_size(list);
    if (*n > VVI_MAX_INPUTS) return bad(error, where, "too many inputs");
    for (size_t i = 0; i < *n; i++) {
        const json_t *item = json_array_get(list, i);
        const json_int_t node = json_integer_value(item);
        if (!json_is_integer(item) || node < 0 || node > INT32_MAX)
            return bad(error, where, "an input is not the number of a node");
        inputs[i] = (vv_node)node;
    }
    return VV_OK;
}

static const vv_layer_info *find_kind(const char *name)
{
    const vv_layer_info *info;
    for (size_t i = 0; (info = vv_layer_info_at(i)) != NULL; i++)
        if (strcmp(info->name, name) == 0) return info;
    return NULL;
}

static vv_status sticking(const vv_model *model, vv_error *error)
{
    if (model->error.status == VV_OK) return VV_OK;
    return vvi_fail(error, model->error.status, "%s", model->error.text);
}

static vv_status read_node(const json_t *json, size_t index, vv_model *model, vv_error *error)
{
    char where[128];
    const char *kind = text_of(json, "kind"), *name = text_of(json, "name");
    snprintf(where, sizeof where, "layer %zu (%.60s)", index, name);
    const vv_layer_info *info = find_kind(kind);
    if (info == NULL) return vvi_fail(error, VV_FORMAT, "model JSON: %s: there is no kind \"%.40s\"", where, kind);
    vv_layer layer = { .kind = info->kind };
    VVI_TRY(read_layer_fields(json_object_get(json, "fields"), info, where, &layer, error));
    vv_node inputs[VVI_MAX_INPUTS];
    size_t n = 0;
    VVI_TRY(read_inputs(json_object_get(json, "inputs"), where, inputs, &n, error));
    if (*name != '\0') vvi_layer_set_name(&layer, name);
    vv_connect_with(model, &layer, inputs, n);
    return sticking(model, error);
}

static vv_status read_optimizer(const json_t *json, vv_optimizer *optimizer, vv_error *error)
{
    const vvi_optimizer_row *row = NULL;
    for (size_t i = 0; (row = vvi_optimizer_row_at(i)) != NULL && strcmp(row->name, text_of(json, "kind")) != 0; i++) {
    }
    if (row == NULL) return bad(error, "optimizer", "there is no such kind");
    *optimizer = (vv_optimizer){ .kind = row->kind };
    const char *key;
    json_t *item;
    json_object_foreach(json_object_get(json, "fields"), key, item)
    {
        const vv_field *field = vvi_values_find(row->fields, row->n_fields, key);
        if (field == NULL) return vvi_fail(error, VV_FORMAT, "model JSON: %s has no field %.40s", row->name, key);
        double value = 0;
        VVI_TRY(read_value(field, item, row->name, &value, error));
        if (field->type == VV_FIELD_INT && !(fabs(value) <= INT32_MAX))
            return bad(error, row->name, "a number is too large");
        vvi_value_set(field, vvi_optimizer_arguments(optimizer), value);
    }
    return VV_OK;
}

static vv_loss find_loss(const char *name)
{
    const vvi_loss_row *row;
    for (size_t i = 0; (row = vvi_loss_row_at(i)) != NULL; i++)
        if (strcmp(row->name, name) == 0) return row->loss;
    return VV_LOSS_NONE;
}

static vv_status read_compile(const json_t *json, vv_model *model, vv_error *error)
{
    vv_metric metrics[MAX_METRICS];
    const json_t *list = json_object_get(json, "metrics");
    vv_compile_args args = { .loss = find_loss(text_of(json, "loss")),
                             .metrics = { metrics, json_array_size(list) },
                             .huber_delta = json_number_value(json_object_get(json, "huber_delta")),
                             .label_smoothing = json_number_value(json_object_get(json, "label_smoothing")),
                             .from_logits = json_is_true(json_object_get(json, "from_logits")) };
    if (args.loss == VV_LOSS_NONE) return bad(error, "compile", "there is no such loss");
    if (args.metrics.n > MAX_METRICS) return bad(error, "compile", "too many metrics");
    for (size_t i = 0; i < args.metrics.n; i++) {
        const char *name = json_string_value(json_array_get(list, i));
        metrics[i] = name == NULL ? VV_METRIC_NONE : vvi_metric_by_name(name);
        if (metrics[i] == VV_METRIC_NONE) return bad(error, "compile", "there is no such metric");
    }
    VVI_TRY(read_optimizer(json_object_get(json, "optimizer"), &args.optimizer, error));
    vv_compile_with(model, &args);
    return sticking(model, error);
}

static vv_status read_model(const json_t *root, vv_model *model, vv_error *error)
{
    if (strcmp(text_of(root, "format"), "varve.model") != 0) return bad(error, "format", "it is not \"varve.model\"");
    const json_int_t version = json_integer_value(json_object_get(root, "version"));
    if (version != 1)
        return vvi_fail(error, VV_VERSION, "model JSON: version %lld; this library reads version 1",
                        (long long)version);
    const json_t *layers = json_object_get(root, "layers");
    if (!json_is_array(layers)) return bad(error, "layers", "missing");
    for (size_t i = 0; i < json_array_size(layers); i++) VVI_TRY(read_node(json_array_get(layers, i), i, model, error));
    const json_t *compile = json_object_get(root, "compile");
    return compile == NULL ? VV_OK : read_compile(compile, model, error);
}

vv_status vv_model_from_json(const char *json, vv_model **model, vv_error *error)
{
    *model = NULL;
    json_error_t reason;
    json_t *root = json_loads(json, JSON_REJECT_DUPLICATES, &reason);
    if (root == NULL)
        return vvi_fail(error, VV_FORMAT, "model JSON: line %d, column %d: %.120s", reason.line, reason.column,
                        reason.text);
    vv_model *made = vv_sequential();
    vv_status status = made == NULL ? vvi_no_memory(error) : read_model(root, made, error);
    json_decref(root);
    if (status == VV_OK) {
        *model = made;
    } else {
        vv_model_free(made);
    }
    return status;
}
