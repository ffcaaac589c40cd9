/* model_write.c - a model as JSON, by the field tables of the registries: no layer has code of its own here.
 *
 *     {"format": "varve.model", "version": 1,
 *      "layers": [{"kind": "dense", "name": "dense", "inputs": [0], "fields": {"units": 64, "activation": "relu"}},
 * ...], "compile": {"loss": "mse", "huber_delta": 1, ..., "optimizer": {"kind": "adam", "fields": {...}}, "metrics":
 * []}}
 *
 * Only fields that are given are written. "compile" is missing where the model is not compiled.
 */
#include "nn/nn.h"
#include "nn/values.h"

#include <string.h>

static void write_value(vvi_text *text, const vv_field *field, double value)
{
    if (field->type == VV_FIELD_ENUM) {
        vvi_text_add_json(text, field->labels[(int)value]);
    } else if (field->type == VV_FIELD_BOOL) {
        vvi_text_printf(text, "%s", value != 0 ? "true" : "false");
    } else {
        char number[VVI_FORMAT_SIZE];
        vvi_text_printf(text, "%s", vvi_format_double(value, number));
    }
}

static void write_fields(vvi_text *text, const vv_field *fields, size_t n, const void *arguments)
{
    const char *separator = "";
    vvi_text_printf(text, "\"fields\": {");
    for (size_t i = 0; i < n; i++) {
        bool given;
        const double value = vvi_value_get(&fields[i], arguments, &given);
        if (!given) continue;
        vvi_text_printf(text, "%s\"%s\": ", separator, fields[i].name);
        write_value(text, &fields[i], value);
        separator = ", ";
    }
    vvi_text_printf(text, "}");
}

static void write_node(vvi_text *text, const vvi_node *node)
{
    const vv_layer_info *info = &node->row->info;
    vvi_text_printf(text, "{\"kind\": \"%s\", \"name\": ", info->name);
    vvi_text_add_json(text, node->name);
    vvi_text_printf(text, ", \"inputs\": [");
    for (size_t i = 0; i < node->n_inputs; i++) vvi_text_printf(text, "%s%d", i > 0 ? ", " : "", node->inputs[i]);
    vvi_text_printf(text, "], ");
    write_fields(text, info->fields, info->n_fields, vvi_layer_arguments(&node->layer));
    vvi_text_printf(text, "}");
}

static void write_compile(vvi_text *text, const vv_model *model)
{
    const vv_compile_args *args = &model->args;
    vv_optimizer optimizer = args->optimizer;
    const vvi_optimizer_row *row = vvi_optimizer_row_of(optimizer.kind);
    char delta[VVI_FORMAT_SIZE], smoothing[VVI_FORMAT_SIZE];
    vvi_text_printf(text, ",\n \"compile\": {\"loss\": \"%s\", \"huber_delta\": %s, \"label_smoothing\": %s, ",
                    model->loss->name, vvi_format_double(args->huber_delta, delta),
                    vvi_format_double(args->label_smoothing, smoothing));
    vvi_text_printf(text, "\"from_logits\": %s,\n  \"optimizer\": {\"kind\": \"%s\", ",
                    args->from_logits ? "true" : "false", row->name);
    write_fields(text, row->fields, row->n_fields, vvi_optimizer_arguments(&optimizer));
    vvi_text_printf(text, "},\n  \"metrics\": [");
    for (size_t i = 0; i < args->metrics.n; i++)
        vvi_text_printf(text, "%s\"%s\"", i > 0 ? ", " : "", model->metrics[i].name);
    vvi_text_printf(text, "]}");
}

vv_status vv_model_to_json(const vv_model *model, char **json, vv_error *error)
{
    *json = NULL;
    if (model == NULL) return vvi_no_memory(error);
    if (model->error.status != VV_OK) return vvi_fail(error, model->error.status, "%s", model->error.text);
    vvi_text text = { 0 };
    vvi_text_printf(&text, "{\"format\": \"varve.model\", \"version\": 1,\n \"layers\": [");
    for (size_t i = 0; i < model->n_nodes; i++) {
        vvi_text_printf(&text, "%s", i > 0 ? ",\n  " : "\n  ");
        write_node(&text, model->nodes[i]);
    }
    vvi_text_printf(&text, "]");
    if (model->compiled) write_compile(&text, model);
    vvi_text_printf(&text, "}\n");
    if (text.failed) {
        vvi_text_deinit(&text);
        return vvi_no_memory(error);
    }
    *json = text.data;
    return VV_OK;
}
