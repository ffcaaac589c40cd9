/* json.c - values and domains as JSON. */
#include "space/json.h"

/* ---- values ----------------------------------------------------------------------------------------------------- */

static void add_int(vvi_json *json, const char *key, vv_value value)
{
    vvi_json_int(json, key, value.i);
}

static void add_real(vvi_json *json, const char *key, vv_value value)
{
    vvi_json_real(json, key, value.f);
}

static void add_bool(vvi_json *json, const char *key, vv_value value)
{
    vvi_json_bool(json, key, value.b);
}

static void add_string(vvi_json *json, const char *key, vv_value value)
{
    vvi_json_string(json, key, value.s);
}

static void add_none(vvi_json *json, const char *key, vv_value value)
{
    (void)value;
    vvi_json_null(json, key);
}

void vvi_json_value(vvi_json *json, const char *key, vv_value value)
{
    static void (*const writers[])(vvi_json * json, const char *key,
                                   vv_value value) = { [0] = add_none,
                                                       [VV_VALUE_INT] = add_int,
                                                       [VV_VALUE_FLOAT] = add_real,
                                                       [VV_VALUE_BOOL] = add_bool,
                                                       [VV_VALUE_STRING] = add_string };
    const size_t type = (size_t)value.type;
    writers[type < sizeof writers / sizeof *writers ? type : 0](json, key, value);
}

/* ---- domains ---------------------------------------------------------------------------------------------------- */

static void add_range(vvi_json *json, const vv_domain *domain)
{
    const bool whole = domain->type == VV_VALUE_INT;
    const struct {
        const char *key;
        double value;
    } bounds[] = { { "min", domain->min }, { "max", domain->max }, { "step", domain->step } };
    for (int i = 0; i < 3; i++) {
        if (i == 2 && domain->step == 0)
            vvi_json_null(json, "step");
        else if (whole)
            vvi_json_int(json, bounds[i].key, (int64_t)bounds[i].value);
        else
            vvi_json_real(json, bounds[i].key, bounds[i].value);
    }
    vvi_json_string(json, "sampling", vvi_sampling_name(domain->sampling));
}

static void add_values(vvi_json *json, const vv_domain *domain)
{
    vvi_json_begin(json, "values", '[');
    for (size_t i = 0; i < domain->n_values; i++) vvi_json_value(json, NULL, domain->values[i]);
    vvi_json_end(json, ']');
}

static void add_both(vvi_json *json, const vv_domain *domain)
{
    (void)domain;
    vvi_json_begin(json, "values", '[');
    vvi_json_bool(json, NULL, false);
    vvi_json_bool(json, NULL, true);
    vvi_json_end(json, ']');
}

void vvi_json_domain(vvi_json *json, const vv_domain *domain)
{
    static void (*const writers[])(vvi_json * json, const vv_domain *domain) = {
        [VV_DOMAIN_INT] = add_range, [VV_DOMAIN_FLOAT] = add_range,  [VV_DOMAIN_CHOICE] = add_values,
        [VV_DOMAIN_BOOL] = add_both, [VV_DOMAIN_FIXED] = add_values,
    };
    writers[domain->kind](json, domain);
}
