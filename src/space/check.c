/* check.c - the rules of hp.h for domains, each with a text that names the hyperparameter and the numbers.
 *
 * Beyond the words of hp.h a range must be one that doubles can hold: its width (and, on a log scale, max / min and
 * max + min) finite, and neighbours on its grid far enough apart to be told from each other.
 */
#include "space/space.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>

typedef struct number_text {
    char text[32];
} number_text;

/* %g with the digits needed, for messages. */
static number_text show(double number)
{
    number_text shown;
    vv_value_format((vv_value){ VV_VALUE_FLOAT, { .f = number } }, shown.text, sizeof shown.text);
    char *end = shown.text;
    while (*end != '\0') end++;
    if (end - shown.text > 2 && end[-2] == '.' && end[-1] == '0') end[-2] = '\0'; /* 16, not 16.0 */
    return shown;
}

static bool is_whole(double number)
{
    return number >= floor(number) && number <= floor(number);
}

static vv_status bad(const char *name, const char *what, double number, const char *legal, vv_error *error)
{
    return vvi_fail(error, VV_BAD_ARG, "%s: %s %s %s", name, what, show(number).text, legal);
}

static vv_status check_numbers(const vv_domain *d, const char *name, vv_error *error)
{
    const struct {
        const char *what;
        double number;
    } row[] = { { "min", d->min }, { "max", d->max }, { "step", d->step } };
    for (size_t i = 0; i < 3; i++) {
        if (!isfinite(row[i].number)) return bad(name, row[i].what, row[i].number, "is not a finite number", error);
        if (d->kind == VV_DOMAIN_FLOAT) continue;
        if (!is_whole(row[i].number)) return bad(name, row[i].what, row[i].number, "is not a whole number", error);
        if (row[i].number < INT_MIN || row[i].number > INT_MAX) {
            return bad(name, row[i].what, row[i].number, "is beyond the range of int", error);
        }
    }
    return VV_OK;
}

static vv_status check_order(const vv_domain *d, const char *name, vv_error *error)
{
    if (d->max < d->min) {
        return vvi_fail(error, VV_BAD_ARG, "%s: max %s is below min %s", name, show(d->max).text, show(d->min).text);
    }
    if (d->step < 0) return bad(name, "step", d->step, "is negative, must be > 0 (or 0 for none)", error);
    if ((unsigned)d->sampling > VV_SAMPLE_REVERSE_LOG) {
        return bad(name, "sampling", (double)d->sampling, "is none of linear (0), log (1), reverse log (2)", error);
    }
    return VV_OK;
}

static vv_status check_log(const vv_domain *d, const char *name, vv_error *error)
{
    if (d->sampling == VV_SAMPLE_LINEAR) return VV_OK;
    if (d->min <= 0) return bad(name, "min", d->min, "must be > 0 when sampling is log or reverse log", error);
    if (d->step > 0 && d->step <= 1) {
        return bad(name, "step", d->step, "must be > 1 when sampling is log or reverse log: it multiplies", error);
    }
    return VV_OK;
}

/* The smallest distance between neighbours, and the largest number near it. */
static vv_status check_resolution(const vv_domain *d, const char *name, vv_error *error)
{
    const double widest = d->sampling == VV_SAMPLE_LINEAR ? d->max - d->min : d->max / d->min + (d->max + d->min);
    if (!isfinite(widest)) {
        return vvi_fail(error, VV_BAD_ARG, "%s: the range %s..%s is too wide for double precision", name,
                        show(d->min).text, show(d->max).text);
    }
    if (d->kind == VV_DOMAIN_INT || d->step <= 0) return VV_OK;
    const double gap = d->sampling == VV_SAMPLE_LINEAR ? d->step : d->min * (d->step - 1);
    const double near = d->sampling == VV_SAMPLE_LOG ? d->min : fmax(fabs(d->min), fabs(d->max));
    if (gap < near * 0x1p-48) {
        return vvi_fail(error, VV_BAD_ARG, "%s: step %s is too small for the range %s..%s: neighbours would be equal",
                        name, show(d->step).text, show(d->min).text, show(d->max).text);
    }
    return VV_OK;
}

static vv_status check_range(const vv_domain *d, const char *name, vv_error *error)
{
    VVI_TRY(check_numbers(d, name, error));
    VVI_TRY(check_order(d, name, error));
    VVI_TRY(check_log(d, name, error));
    return check_resolution(d, name, error);
}

static vv_status check_listed(const vv_domain *d, size_t i, const char *name, vv_error *error)
{
    const vv_value value = d->values[i];
    char text[VVI_SHORT_TEXT];
    if (value.type != d->type) {
        return vvi_fail(error, VV_BAD_ARG, "%s: values of several types: %s is not of the first one's type", name,
                        vvi_value_text(value, text));
    }
    if (value.type == VV_VALUE_STRING && value.s == NULL) {
        return vvi_fail(error, VV_BAD_ARG, "%s: value %zu of the list is NULL, must be a string", name, i);
    }
    for (const char *c = value.type == VV_VALUE_STRING ? value.s : ""; *c != '\0'; c++) {
        if ((unsigned char)*c >= ' ' && *c != 0x7f) continue;
        return vvi_fail(error, VV_BAD_ARG, "%s: value %zu of the list has the control character 0x%02x", name, i,
                        (unsigned)*c);
    }
    if (value.type == VV_VALUE_FLOAT && !isfinite(value.f)) {
        return vvi_fail(error, VV_BAD_ARG, "%s: value %s is not a finite number", name, vvi_value_text(value, text));
    }
    return VV_OK;
}

static int by_value(const void *a, const void *b)
{
    const vv_value *const *x = a, *const *y = b;
    const int order = vvi_value_compare(**x, **y);
    return order != 0 ? order : (*x > *y) - (*x < *y);
}

/* Sorted by value, then by place. */
static vv_status check_twice(const vv_domain *d, const char *name, vv_error *error)
{
    const vv_value **sorted = vvi_malloc(d->n_values * sizeof(vv_value *));
    char text[VVI_SHORT_TEXT];
    vv_status status = VV_OK;
    if (sorted == NULL) return vvi_no_memory(error);
    for (size_t i = 0; i < d->n_values; i++) sorted[i] = &d->values[i];
    qsort(sorted, d->n_values, sizeof *sorted, by_value);
    for (size_t i = 1; i < d->n_values && status == VV_OK; i++)
        if (vv_value_equal(*sorted[i - 1], *sorted[i]))
            status = vvi_fail(error, VV_BAD_ARG, "%s: value %s is in the list twice, at %zu and %zu", name,
                              vvi_value_text(*sorted[i], text), (size_t)(sorted[i - 1] - d->values),
                              (size_t)(sorted[i] - d->values));
    vvi_free(sorted);
    return status;
}

static vv_status check_list(const vv_domain *d, const char *name, vv_error *error)
{
    if (d->n_values == 0 || d->values == NULL) {
        return vvi_fail(error, VV_BAD_ARG, "%s: the list of values is empty, must have at least one", name);
    }
    if (d->kind == VV_DOMAIN_FIXED && d->n_values != 1) {
        return vvi_fail(error, VV_BAD_ARG, "%s: %zu fixed values, must be one", name, d->n_values);
    }
    for (size_t i = 0; i < d->n_values; i++) VVI_TRY(check_listed(d, i, name, error));
    return check_twice(d, name, error);
}

static vv_status check_type(const vv_domain *d, const char *name, vv_error *error)
{
    static const vv_value_type type_of[] = {
        [VV_DOMAIN_INT] = VV_VALUE_INT, [VV_DOMAIN_FLOAT] = VV_VALUE_FLOAT, [VV_DOMAIN_BOOL] = VV_VALUE_BOOL
    };
    const bool known = d->kind >= VV_DOMAIN_INT && d->kind <= VV_DOMAIN_FIXED;
    const bool listed = d->kind == VV_DOMAIN_CHOICE || d->kind == VV_DOMAIN_FIXED;
    if (!known) return vvi_fail(error, VV_BAD_ARG, "%s: %d is no kind of domain", name, (int)d->kind);
    const bool typed = listed ? d->type >= VV_VALUE_INT && d->type <= VV_VALUE_STRING : d->type == type_of[d->kind];
    return typed ? VV_OK : vvi_fail(error, VV_BAD_ARG, "%s: %d is not its type of value", name, (int)d->type);
}

vv_status vvi_domain_check_values(const vv_domain *domain, const char *name, vv_error *error)
{
    VVI_TRY(check_type(domain, name, error));
    if (domain->kind == VV_DOMAIN_BOOL) return VV_OK;
    const bool listed = domain->kind == VV_DOMAIN_CHOICE || domain->kind == VV_DOMAIN_FIXED;
    return listed ? check_list(domain, name, error) : check_range(domain, name, error);
}

vv_status vv_domain_check(const vv_domain *domain, const char *name, vv_error *error)
{
    VVI_TRY(vvi_domain_check_values(domain, name, error));
    const vv_value preset = domain->default_value;
    const bool is_null = preset.type == VV_VALUE_STRING && preset.s == NULL;
    if (!is_null && vv_domain_contains(domain, preset)) return VV_OK;
    char value[VVI_SHORT_TEXT], values[VVI_SHORT_TEXT];
    return vvi_fail(error, VV_BAD_ARG, "%s: default %s is not in %s", name, vvi_value_text(preset, value),
                    vvi_domain_text(domain, values));
}
