/* domain.c - domains as JSON. */
#include "report/report.h"

static void add_range(vvi_json *json, const vv_domain *domain)
{
    static const char *const samplings[] = { "linear", "log", "reverse_log" };
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
    vvi_json_string(json, "sampling", samplings[domain->sampling]);
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

static const struct {
    const char *name;
    void (*add)(vvi_json *json, const vv_domain *domain);
} kinds[] = {
    [VV_DOMAIN_INT] = { "int", add_range },        [VV_DOMAIN_FLOAT] = { "float", add_range },
    [VV_DOMAIN_CHOICE] = { "choice", add_values }, [VV_DOMAIN_BOOL] = { "bool", add_both },
    [VV_DOMAIN_FIXED] = { "fixed", add_values },
};

void vvi_json_domain(vvi_json *json, const vv_domain *domain)
{
    kinds[domain->kind].add(json, domain);
}

const char *vvi_report_domain_kind(const vv_domain *domain)
{
    return kinds[domain->kind].name;
}
