/* domain_json.c - a domain as one line of JSON and back, so that a stored trial can show what its values were taken
 * from.
 *
 *     {"kind": "int", "type": "int", "min": 32.0, "max": 128.0, "step": 32.0, "sampling": "linear", "default": 32}
 *     {"kind": "choice", "type": "string", "values": ["sgd", "adam"], "default": "sgd"}
 *
 * Numbers are written with 17 digits, integers as integers: reading gives back the same bits. Text must be UTF-8, as
 * JSON knows no other. */
#include "study/study.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static const char *const kind_names[] = {
    [VV_DOMAIN_INT] = "int",   [VV_DOMAIN_FLOAT] = "float", [VV_DOMAIN_CHOICE] = "choice",
    [VV_DOMAIN_BOOL] = "bool", [VV_DOMAIN_FIXED] = "fixed",
};
static const char *const type_names[] = {
    [VV_VALUE_INT] = "int",
    [VV_VALUE_FLOAT] = "float",
    [VV_VALUE_BOOL] = "bool",
    [VV_VALUE_STRING] = "string",
};
static const char *const sampling_names[] = {
    [VV_SAMPLE_LINEAR] = "linear",
    [VV_SAMPLE_LOG] = "log",
    [VV_SAMPLE_REVERSE_LOG] = "reverse_log",
};
#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

/* The index of a name, or -1. */
static int find_name(const char *const *names, int n, const char *name)
{
    for (int i = 0; i < n; i++)
        if (name != NULL && names[i] != NULL && strcmp(names[i], name) == 0) return i;
    return -1;
}

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
    int bad = json_object_set_new(object, "kind", json_string(kind_names[domain->kind]));
    bad |= json_object_set_new(object, "type", json_string(type_names[domain->type]));
    if (is_range(domain->kind)) {
        bad |= json_object_set_new(object, "min", json_real(domain->min));
        bad |= json_object_set_new(object, "max", json_real(domain->max));
        bad |= json_object_set_new(object, "step", json_real(domain->step));
        bad |= json_object_set_new(object, "sampling", json_string(sampling_names[domain->sampling]));
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

typedef struct reader {
    vvi_arena *arena;
    bool no_memory;
} reader;

static bool keep(reader *r, const void *memory)
{
    r->no_memory = r->no_memory || memory == NULL;
    return memory != NULL;
}

static bool value_from_json(reader *r, const json_t *json, vv_value_type type, vv_value *value)
{
    value->type = type;
    switch (type) {
    case VV_VALUE_INT:
        value->i = json_integer_value(json);
        return json_is_integer(json);
    case VV_VALUE_FLOAT:
        value->f = json_number_value(json);
        return json_is_number(json);
    case VV_VALUE_BOOL:
        value->b = json_is_true(json);
        return json_is_boolean(json);
    case VV_VALUE_STRING:
        if (!json_is_string(json)) return false;
        value->s = vvi_arena_strdup(r->arena, json_string_value(json));
        return keep(r, value->s);
    }
    return false;
}

static bool values_from_json(reader *r, const json_t *list, vv_domain *domain)
{
    const size_t n = json_array_size(list);
    if (n == 0) return domain->kind == VV_DOMAIN_BOOL;
    vv_value *values = vvi_arena_alloc(r->arena, n * sizeof *values);
    if (!keep(r, values)) return false;
    for (size_t i = 0; i < n; i++)
        if (!value_from_json(r, json_array_get(list, i), domain->type, &values[i])) return false;
    domain->values = values;
    domain->n_values = n;
    return true;
}

static bool range_from_json(const json_t *object, vv_domain *domain)
{
    const json_t *min = json_object_get(object, "min"), *max = json_object_get(object, "max");
    const json_t *step = json_object_get(object, "step");
    const char *sampling = json_string_value(json_object_get(object, "sampling"));
    const int index = find_name(sampling_names, COUNT(sampling_names), sampling);
    domain->min = json_number_value(min);
    domain->max = json_number_value(max);
    domain->step = json_number_value(step);
    domain->sampling = index < 0 ? VV_SAMPLE_LINEAR : (vv_sampling)index;
    return index >= 0 && json_is_number(min) && json_is_number(max) && json_is_number(step);
}

static bool domain_from_json(reader *r, const json_t *object, vv_domain *domain)
{
    const int kind = find_name(kind_names, COUNT(kind_names), json_string_value(json_object_get(object, "kind")));
    const int type = find_name(type_names, COUNT(type_names), json_string_value(json_object_get(object, "type")));
    if (kind < 0 || type < 0) return false;
    *domain = (vv_domain){ .kind = (vv_domain_kind)kind, .type = (vv_value_type)type };
    const bool rest = is_range(domain->kind) ? range_from_json(object, domain)
                                             : values_from_json(r, json_object_get(object, "values"), domain);
    return rest && value_from_json(r, json_object_get(object, "default"), domain->type, &domain->default_value);
}

vv_status vvi_domain_from_json(const char *json, const char *name, vvi_arena *arena, vv_domain *domain, vv_error *error)
{
    reader r = { .arena = arena };
    json_t *object = json_loads(json, 0, NULL);
    const bool ok = object != NULL && domain_from_json(&r, object, domain);
    json_decref(object);
    if (ok) return VV_OK;
    if (r.no_memory) return vvi_no_memory(error);
    return vvi_fail(error, VV_FORMAT, "%s: its stored domain cannot be read: %.200s", name, json);
}
