/* json_read.c - values and domains out of JSON, which others may have written: nothing is taken on trust. */
#include "space/json.h"

#include <jansson.h>
#include <math.h>

/* ---- values ----------------------------------------------------------------------------------------------------- */

/* A whole number may come as a real one. */
static bool read_int(const json_t *json, vv_value *value)
{
    const double number = json_number_value(json);
    if (json_is_integer(json)) value->i = json_integer_value(json);
    if (json_is_integer(json)) return true;
    if (!json_is_real(json) || !(fabs(number) <= 0x1p53) || fabs(number - trunc(number)) > 0) return false;
    value->i = (int64_t)number;
    return true;
}

vv_status vvi_value_read(const json_t *json, vv_value_type type, vvi_arena *arena, vv_value *value)
{
    *value = (vv_value){ .type = type };
    switch (type) {
    case VV_VALUE_INT:
        return read_int(json, value) ? VV_OK : VV_FORMAT;
    case VV_VALUE_FLOAT:
        value->f = json_number_value(json);
        return json_is_number(json) ? VV_OK : VV_FORMAT;
    case VV_VALUE_BOOL:
        value->b = json_is_true(json);
        return json_is_boolean(json) ? VV_OK : VV_FORMAT;
    case VV_VALUE_STRING:
        if (!json_is_string(json)) return VV_FORMAT;
        value->s = vvi_arena_strdup(arena, json_string_value(json));
        return value->s == NULL ? VV_NO_MEMORY : VV_OK;
    }
    return VV_FORMAT;
}

/* ---- domains ---------------------------------------------------------------------------------------------------- */

/* Of a boolean they say nothing new. */
static vv_status read_values(const json_t *list, vvi_arena *arena, vv_domain *domain)
{
    const size_t n = json_array_size(list);
    if (domain->kind == VV_DOMAIN_BOOL) return VV_OK;
    if (n == 0) return VV_FORMAT;
    vv_value *values = vvi_arena_alloc(arena, n * sizeof *values);
    if (values == NULL) return VV_NO_MEMORY;
    for (size_t i = 0; i < n; i++) VVI_TRY(vvi_value_read(json_array_get(list, i), domain->type, arena, &values[i]));
    domain->values = values;
    domain->n_values = n;
    return VV_OK;
}

/* No step: 0, or null. */
static vv_status read_range(const json_t *object, vv_domain *domain)
{
    const json_t *min = json_object_get(object, "min"), *max = json_object_get(object, "max");
    const json_t *step = json_object_get(object, "step");
    const char *sampling = json_string_value(json_object_get(object, "sampling"));
    domain->min = json_number_value(min);
    domain->max = json_number_value(max);
    domain->step = json_number_value(step);
    const bool numbers = json_is_number(min) && json_is_number(max) && (json_is_number(step) || json_is_null(step));
    return numbers && vvi_sampling_find(sampling, &domain->sampling) ? VV_OK : VV_FORMAT;
}

vv_status vvi_domain_read(const json_t *json, vvi_arena *arena, vv_domain *domain)
{
    const bool is_range = domain->kind == VV_DOMAIN_INT || domain->kind == VV_DOMAIN_FLOAT;
    return is_range ? read_range(json, domain) : read_values(json_object_get(json, "values"), arena, domain);
}
