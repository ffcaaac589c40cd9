/* domain.c - the set of values of one hyperparameter: how many, which one, and numbers in [0, 1) for oracles.
 *
 * A finite domain of n values is n equal buckets of [0, 1): u -> floor(u * n), and back to the bucket's centre. A
 * continuum follows its sampling (a = min, b = max; an INT on a log scale without a step takes b = max + 1, truncates,
 * and goes back from value + 0.5):
 *
 *   linear       a + u (b - a)              (v - a) / (b - a)
 *   log          a (b/a)^u                  ln(v/a) / ln(b/a)
 *   reverse log  b + a - a (b/a)^(1-u)      1 - ln((b + a - v)/a) / ln(b/a)
 *
 * These are Keras Tuner's formulas. Domains here have passed vv_domain_check; a value outside its domain has no number
 * in [0, 1): NaN.
 */
#include "space/space.h"

#include <float.h>
#include <math.h>

static bool is_numeric(const vv_domain *domain)
{
    return domain->kind == VV_DOMAIN_INT || domain->kind == VV_DOMAIN_FLOAT;
}

uint64_t vv_domain_size(const vv_domain *domain)
{
    if (domain->kind == VV_DOMAIN_BOOL) return 2;
    if (!is_numeric(domain)) return domain->n_values;
    return vvi_grid_exists(domain) ? vvi_grid_size(domain) : 0;
}

static vv_value number_value(const vv_domain *domain, double number)
{
    if (domain->kind == VV_DOMAIN_INT) return (vv_value){ VV_VALUE_INT, { .i = (int64_t)number } };
    return (vv_value){ VV_VALUE_FLOAT, { .f = number } };
}

vv_value vv_domain_at(const vv_domain *domain, uint64_t index)
{
    if (domain->kind == VV_DOMAIN_BOOL) return (vv_value){ VV_VALUE_BOOL, { .b = index == 1 } };
    if (!is_numeric(domain)) return domain->values[index];
    return number_value(domain, vvi_grid_at(domain, index));
}

static int64_t listed_index(const vv_domain *domain, vv_value value)
{
    for (size_t i = 0; i < domain->n_values; i++) {
        if (vv_value_equal(domain->values[i], value)) return (int64_t)i;
    }
    return -1;
}

static double number_of(vv_value value)
{
    return value.type == VV_VALUE_INT ? (double)value.i : value.f;
}

int64_t vv_domain_index(const vv_domain *domain, vv_value value)
{
    if (value.type != domain->type) return -1;
    if (domain->kind == VV_DOMAIN_BOOL) return value.b ? 1 : 0;
    if (!is_numeric(domain)) return listed_index(domain, value);
    return vvi_grid_exists(domain) ? vvi_grid_index(domain, number_of(value)) : -1;
}

bool vv_domain_contains(const vv_domain *domain, vv_value value)
{
    if (domain->kind != VV_DOMAIN_FLOAT || vvi_grid_exists(domain)) return vv_domain_index(domain, value) >= 0;
    return value.type == VV_VALUE_FLOAT && value.f >= domain->min && value.f <= domain->max;
}

static bool same_number(double a, double b)
{
    return a >= b && a <= b;
}

/* An INT that goes by ones may say so or not. */
static double stated_step(const vv_domain *domain)
{
    const bool by_ones = domain->kind == VV_DOMAIN_INT && domain->sampling == VV_SAMPLE_LINEAR;
    return by_ones && same_number(domain->step, 0) ? 1 : domain->step;
}

static bool same_list(const vv_domain *a, const vv_domain *b)
{
    if (a->n_values != b->n_values) return false;
    for (size_t i = 0; i < a->n_values; i++) {
        if (!vv_value_equal(a->values[i], b->values[i])) return false;
    }
    return true;
}

bool vv_domain_equal(const vv_domain *a, const vv_domain *b)
{
    if (a->kind != b->kind || a->type != b->type) return false;
    if (a->kind == VV_DOMAIN_BOOL) return true;
    if (!is_numeric(a)) return same_list(a, b);
    return same_number(a->min, b->min) && same_number(a->max, b->max) && a->sampling == b->sampling &&
           same_number(stated_step(a), stated_step(b));
}

bool vvi_domain_copy(vvi_arena *arena, const vv_domain *from, vv_domain *to)
{
    *to = *from;
    vv_value *values = vvi_arena_alloc(arena, (from->n_values + 1) * sizeof *values);
    if (values == NULL) return false;
    for (size_t i = 0; i < from->n_values; i++) {
        values[i] = from->values[i];
        if (values[i].type == VV_VALUE_STRING) values[i].s = vvi_arena_strdup(arena, values[i].s);
        if (values[i].type == VV_VALUE_STRING && values[i].s == NULL) return false;
        if (vv_value_equal(values[i], from->default_value)) to->default_value = values[i];
    }
    to->values = values;
    return true;
}

/* ---- [0, 1) ----------------------------------------------------------------------------------------------------- */

/* Does it go by the formula of its sampling, though its values may be whole? */
static bool by_formula(const vv_domain *domain)
{
    if (!is_numeric(domain) || domain->step > 0 || domain->min >= domain->max) return false;
    return domain->kind == VV_DOMAIN_FLOAT || domain->sampling != VV_SAMPLE_LINEAR;
}

static double upper_end(const vv_domain *domain)
{
    return domain->kind == VV_DOMAIN_INT ? domain->max + 1 : domain->max;
}

static double formula_value(vv_sampling sampling, double a, double b, double u)
{
    switch (sampling) {
    case VV_SAMPLE_LOG:
        return a * pow(b / a, u);
    case VV_SAMPLE_REVERSE_LOG:
        return b + a - a * pow(b / a, 1 - u);
    case VV_SAMPLE_LINEAR:
        break;
    }
    return a + u * (b - a);
}

static double formula_unit(vv_sampling sampling, double a, double b, double v)
{
    switch (sampling) {
    case VV_SAMPLE_LOG:
        return log(v / a) / log(b / a);
    case VV_SAMPLE_REVERSE_LOG:
        return 1 - log((b + a - v) / a) / log(b / a);
    case VV_SAMPLE_LINEAR:
        break;
    }
    return (v - a) / (b - a);
}

static vv_value from_formula(const vv_domain *domain, double u)
{
    double number = formula_value(domain->sampling, domain->min, upper_end(domain), u);
    if (domain->kind == VV_DOMAIN_INT) number = floor(number);
    return number_value(domain, fmin(fmax(number, domain->min), domain->max)); /* rounding may leave the range */
}

vv_value vv_domain_from_unit(const vv_domain *domain, double u)
{
    u = u > 0 ? fmin(u, 1) : 0; /* NaN: 0 */
    if (by_formula(domain)) return from_formula(domain, u);
    const uint64_t n = vv_domain_size(domain);
    /* 0.29 * 100 is 28.999999999999996: the factor undoes the rounding of u and of the product, and no more. */
    const double bucket = floor(u * (double)n * (1 + 2 * DBL_EPSILON));
    return vv_domain_at(domain, bucket < (double)n ? (uint64_t)bucket : n - 1);
}

double vv_domain_to_unit(const vv_domain *domain, vv_value value)
{
    if (!vv_domain_contains(domain, value)) return (double)NAN;
    if (by_formula(domain)) {
        const double centre = domain->kind == VV_DOMAIN_INT ? number_of(value) + 0.5 : value.f;
        const double u = formula_unit(domain->sampling, domain->min, upper_end(domain), centre);
        return fmin(fmax(u, 0), 1);
    }
    return ((double)vv_domain_index(domain, value) + 0.5) / (double)vv_domain_size(domain);
}
