/* domain_json.c - a domain as one line of JSON and back, so that a stored trial can show what its values were taken
 * from.
 *
 *     {"kind": "int", "type": "int", "min": 32.0, "max": 128.0, "step": 32.0, "sampling": "linear", "default": 32}
 *     {"kind": "choice", "type": "string", "values": ["sgd", "adam"], "default": "sgd"}
 *
 * Numbers are written with 17 digits, integers as integers: reading gives back the same bits. Text must be UTF-8, as
 * JSON knows no other. */
#include "space/json.h"
#include "study/study.h"

#include <jansson.h>
#include <stdlib.h>

static bool is_range(vv_domain_kind kind)
{
    return kind == VV_DOMAIN_INT || kind == VV_DOMAIN_FLOAT;
}

/* ---- writing ---------------------------------------------------------------------------------------------------- */

static json_t *value_to_json(vv_value value)
{
    switch (value.type) {
    case VV_VALUE_INT:
        return json_integer(value.i);
    case VV_VALUE_FLOAT:
        return json_real(value.f);
    case VV_VALUE_BOOL:
        return json_boolean(value.b);
    case VV_VALUE_STRING:
        return json_string(value.s);
    }
    return NULL;
}

static json_t *values_to_json(const vv_domain *domain)
{
    json_t *list = json_array();
    for (size_t i = 0; list != NULL && i < domain->n_values; i++) {
        if (json_array_append_new(list, value_to_json(domain->values[i])) == 0) continue;
        json_decref(list);
        return NULL;
    }
    return list;
}

static json_t *domain_to_json(const vv_domain *domain)
{
    json_t *object = json_object();
    if (object == NULL) return NULL;
    int bad = json_object_set_new(object, "kind", json_string(vvi_domain_kind_name(domain->kind)));
    bad |= json_object_set_new(object, "type", json_string(vvi_value_type_name(domain->type)));
    if (is_range(domain->kind)) {
        bad |= json_object_set_new(object, "min", json_real(domain->min));
        bad |= json_object_set_new(object, "max", json_real(domain->max));
        bad |= json_object_set_new(object, "step", json_real(domain->step));
        bad |= json_object_set_new(object, "sampling", json_string(vvi_sampling_name(domain->sampling)));
    } else {
        bad |= json_object_set_new(object, "values", values_to_json(domain));
    }
    bad |= json_object_set_new(object, "default", value_to_json(domain->default_value));
    if (bad == 0) return object;
    json_decref(object);
    return NULL;
}

vv_status vvi_domain_to_json(const vv_domain *domain, const char *name, char **json, vv_error *error)
{
    *json = NULL;
    json_t *object = domain_to_json(domain);
    if (object == NULL) return vvi_fail(error, VV_BAD_ARG, "%s: a value is not UTF-8 text and cannot be stored", name);
    char *text = json_dumps(object, JSON_COMPACT);
    json_decref(object);
    if (text == NULL) return vvi_no_memory(error);
    *json = vvi_strdup(text);
    free(text);
    return *json == NULL ? vvi_no_memory(error) : VV_OK;
}

/* ---- reading ---------------------------------------------------------------------------------------------------- */

static vv_status read_domain(const json_t *object, vvi_arena *arena, vv_domain *domain)
{
    *domain = (vv_domain){ .n_values = 0 };
    if (!vvi_domain_kind_find(json_string_value(json_object_get(object, "kind")), &domain->kind) ||
        !vvi_value_type_find(json_string_value(json_object_get(object, "type")), &domain->type))
        return VV_FORMAT;
    VVI_TRY(vvi_domain_read(object, arena, domain));
    return vvi_value_read(json_object_get(object, "default"), domain->type, arena, &domain->default_value);
}

vv_status vvi_domain_from_json(const char *json, const char *name, vvi_arena *arena, vv_domain *domain, vv_error *error)
{
    json_t *object = json_loads(json, 0, NULL);
    const vv_status status = read_domain(object, arena, domain);
    json_decref(object);
    if (status == VV_NO_MEMORY) return vvi_no_memory(error);
    return status == VV_OK ? VV_OK
                           : vvi_fail(error, VV_FORMAT, "%s: its stored domain cannot be read: %.200s", name, json);
}
