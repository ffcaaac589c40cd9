/* fields.c - layers through their field tables: labels, range checks, setting a field by its name, names. */
#include "nn/layers/layers.h"
#include "nn/values.h"

#include <math.h>
#include <string.h>

/* ---- labels: index 0 names the default, the others follow the enums --------------------------------------------- */

#define ACTIVATIONS "linear", "relu", "sigmoid", "tanh", "softmax", "elu", "selu", "gelu", "swish", "leaky_relu", NULL
const char *const vvi_activation_labels[] = { "linear", ACTIVATIONS };
const char *const vvi_activation_required_labels[] = { "default", ACTIVATIONS };
const char *const vvi_activation_tanh_labels[] = { "tanh", ACTIVATIONS };
const char *const vvi_activation_sigmoid_labels[] = { "sigmoid", ACTIVATIONS };

const char *const vvi_padding_labels[] = { "valid", "same", NULL };

#define INITIALIZERS                                                                                                   \
    "zeros", "ones", "glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "lecun_uniform", "lecun_normal",    \
        "orthogonal", "random_uniform", "random_normal", NULL
const char *const vvi_initializer_glorot_labels[] = { "glorot_uniform", INITIALIZERS };
const char *const vvi_initializer_orthogonal_labels[] = { "orthogonal", INITIALIZERS };
const char *const vvi_initializer_zeros_labels[] = { "zeros", INITIALIZERS };

const char *vvi_activation_name(vv_activation kind)
{
    return vvi_activation_labels[kind];
}

/* ---- checks ----------------------------------------------------------------------------------------------------- */

vv_status vvi_layer_check(const vv_layer *layer, const char *name, vv_error *error)
{
    const vvi_layer_row *row = vvi_layer_row_of(layer->kind);
    if (row == NULL) return vvi_fail(error, VV_BAD_ARG, "%s: there is no layer of kind %d", name, (int)layer->kind);
    VVI_TRY(vvi_values_check(row->info.fields, row->info.n_fields, vvi_layer_arguments(layer), name, error));
    return row->check == NULL ? VV_OK : row->check(layer, name, error);
}

/* A whole number where one is wanted, inside the range; what a zeroed member means is always legal. */
static vv_status check_value(const char *kind, const vv_field *field, double value, vv_error *error)
{
    if (!field->required && value == field->preset) return VV_OK;
    const bool is_float = field->type == VV_FIELD_FLOAT || field->type == VV_FIELD_MAYBE;
    if (!is_float && value != floor(value))
        return vvi_fail(error, VV_BAD_ARG, "%s: %s %.9g is not whole", kind, field->name, value);
    if (isfinite(value) && value >= field->min && value <= field->max) return VV_OK;
    return vvi_fail(error, VV_BAD_ARG, "%s: %s %.9g is outside %.9g to %.9g", kind, field->name, value, field->min,
                    field->max);
}

vv_status vv_layer_set(vv_layer *layer, const char *field, double value, vv_error *error)
{
    const vv_layer_info *info = vv_layer_info_of(layer->kind);
    if (info == NULL) return vvi_fail(error, VV_BAD_ARG, "there is no layer of kind %d", (int)layer->kind);
    const vv_field *found = vvi_values_find(info->fields, info->n_fields, field);
    if (found == NULL) return vvi_fail(error, VV_NOT_FOUND, "%s: has no field \"%.60s\"", info->name, field);
    VVI_TRY(check_value(info->name, found, value, error));
    vvi_value_set(found, (char *)layer + offsetof(vv_layer, input), value);
    return VV_OK;
}

/* ---- names ------------------------------------------------------------------------------------------------------ */

const char *vvi_layer_given_name(const vv_layer *layer)
{
    const vvi_layer_row *row = vvi_layer_row_of(layer->kind);
    if (row == NULL || row->name_offset == 0) return NULL;
    const char *name;
    memcpy(&name, (const char *)vvi_layer_arguments(layer) + row->name_offset, sizeof name);
    return name;
}

void vvi_layer_set_name(vv_layer *layer, const char *name)
{
    const vvi_layer_row *row = vvi_layer_row_of(layer->kind);
    if (row == NULL || row->name_offset == 0) return;
    memcpy((char *)layer + offsetof(vv_layer, input) + row->name_offset, &name, sizeof name);
}
