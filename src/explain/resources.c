/* resources.c - what a budget can limit: reading one, and whether a network keeps to it. */
#include "explain/budget.h"
#include "explain/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const vvi_resource vvi_resources[VVI_RESOURCES] = {
    { "params", offsetof(vv_cost, params), offsetof(vv_budget, params), offsetof(vv_cost_ranges, params) },
    { "macs", offsetof(vv_cost, macs), offsetof(vv_budget, macs), offsetof(vv_cost_ranges, macs) },
    { "ram", offsetof(vv_cost, peak_activation_bytes), offsetof(vv_budget, ram_bytes),
      offsetof(vv_cost_ranges, peak_activation_bytes) },
    { "flash", offsetof(vv_cost, weight_bytes), offsetof(vv_budget, flash_bytes),
      offsetof(vv_cost_ranges, weight_bytes) },
};

const vvi_resource *vvi_resource_find(const char *name)
{
    for (size_t i = 0; i < VVI_RESOURCES; i++)
        if (strcmp(vvi_resources[i].name, name) == 0) return &vvi_resources[i];
    return NULL;
}

static uint64_t number_at(const void *base, size_t offset)
{
    uint64_t number;
    memcpy(&number, (const char *)base + offset, sizeof number);
    return number;
}

uint64_t vvi_resource_cost(const vvi_resource *resource, const vv_cost *cost)
{
    return number_at(cost, resource->cost);
}

uint64_t vvi_resource_limit(const vvi_resource *resource, const vv_budget *budget)
{
    return number_at(budget, resource->limit);
}

bool vvi_budget_limits(const vv_budget *budget)
{
    bool any = false;
    for (size_t i = 0; i < VVI_RESOURCES; i++) any = any || vvi_resource_limit(&vvi_resources[i], budget) > 0;
    return any;
}

const char *vvi_precision_name(vv_precision precision)
{
    static const char *const names[] = { [VV_INT8] = "int8", [VV_FLOAT32] = "float32" };
    return (size_t)precision < sizeof names / sizeof names[0] ? names[precision] : NULL;
}

/* ---- reading ---------------------------------------------------------------------------------------------------- */

static vv_status parse_number(const char *item, const char *text, uint64_t *number, vv_error *error)
{
    const size_t length = strspn(text, "0123456789."); /* strtod would take hexadecimal numbers and exponents, too */
    char digits[32], *rest;
    snprintf(digits, sizeof digits, "%.*s", (int)length, text);
    const double value = strtod(digits, &rest);
    const char *end = text + length;
    if (length == 0 || length >= sizeof digits || *rest != '\0')
        return vvi_fail(error, VV_BAD_ARG, "budget \"%s\": \"%s\" is no number", item, text);
    const double factor = vvi_unit_factor(end), product = floor(value * factor);
    if (factor < 1)
        return vvi_fail(error, VV_BAD_ARG, "budget \"%s\": there is no unit \"%s\"; there are k, M, G and Ki, Mi, Gi",
                        item, end);
    if (product < value * factor) return vvi_fail(error, VV_BAD_ARG, "budget \"%s\": must be a whole number", item);
    if (product < 1 || product >= 0x1p63)
        return vvi_fail(error, VV_BAD_ARG, "budget \"%s\": must be at least 1 and below 2^63", item);
    *number = (uint64_t)product;
    return VV_OK;
}

static vv_status parse_item(const char *item, vv_budget *budget, vv_error *error)
{
    const char *equals = strchr(item, '=');
    const size_t n = equals == NULL ? strlen(item) : (size_t)(equals - item);
    if (*item == '\0') return vvi_fail(error, VV_BAD_ARG, "budget: nothing stands before or after a comma");
    for (size_t i = 0; i < VVI_RESOURCES; i++) {
        const vvi_resource *r = &vvi_resources[i];
        uint64_t number = 0;
        if (strlen(r->name) != n || strncmp(r->name, item, n) != 0) continue;
        if (equals == NULL) return vvi_fail(error, VV_BAD_ARG, "budget \"%s\": must be %s=NUMBER", item, r->name);
        if (vvi_resource_limit(r, budget) != 0)
            return vvi_fail(error, VV_BAD_ARG, "budget: %s is there twice", r->name);
        VVI_TRY(parse_number(item, equals + 1, &number, error));
        memcpy((char *)budget + r->limit, &number, sizeof number);
        return VV_OK;
    }
    return vvi_fail(error, VV_BAD_ARG, "budget \"%s\": there is no \"%.*s\"; there are params, macs, ram, flash", item,
                    (int)n, item);
}

vv_status vv_budget_parse(const char *text, vv_budget *budget, vv_error *error)
{
    vv_budget parsed = { .precision = budget->precision };
    char item[64];
    while (true) {
        const size_t n = strcspn(text, ",");
        if (n >= sizeof item) return vvi_fail(error, VV_BAD_ARG, "budget: \"%.40s...\" is too long", text);
        memcpy(item, text, n);
        item[n] = '\0';
        VVI_TRY(parse_item(item, &parsed, error));
        if (text[n] == '\0') break;
        text += n + 1;
    }
    *budget = parsed;
    return VV_OK;
}

/* ---- keeping to it ---------------------------------------------------------------------------------------------- */

vv_status vvi_resource_over(const vvi_resource *resource, uint64_t needed, uint64_t limit, vv_error *reason)
{
    char a[VVI_FORMAT_SIZE], b[VVI_FORMAT_SIZE];
    return vvi_fail(reason, VV_BAD_SHAPE, VVI_OVER_BUDGET "%s %s, at most %s", resource->name,
                    vvi_format_count(needed, a), vvi_format_count(limit, b));
}

vv_status vvi_budget_check(const vv_budget *budget, const vv_cost *cost, vv_error *reason)
{
    for (size_t i = 0; i < VVI_RESOURCES; i++) {
        const uint64_t needed = vvi_resource_cost(&vvi_resources[i], cost);
        const uint64_t limit = vvi_resource_limit(&vvi_resources[i], budget);
        if (limit > 0 && needed > limit) return vvi_resource_over(&vvi_resources[i], needed, limit, reason);
    }
    return VV_OK;
}

double vvi_strain(const vv_budget *budget, const vvi_facts *facts)
{
    double most = 0;
    for (size_t i = 0; i < VVI_RESOURCES; i++) {
        const uint64_t limit = vvi_resource_limit(&vvi_resources[i], budget);
        if (limit > 0) most = fmax(most, (double)vvi_resource_cost(&vvi_resources[i], &facts->cost) / (double)limit);
    }
    return most;
}
