/* axes.c - the values of trials as points of a unit cube, for oracles that model or breed points.
 *
 * Numbers are transformed by their sampling (identity, logarithm, logarithm of the distance to max + min) and scaled to
 * [0, 1]; a finite domain is widened by half a step at both ends first, so that each of its values has a cell of its own
 * around it. A choice of ascending or descending numbers is ordered, too: its indices are the numbers. Categories (other
 * choices, bools) keep their index. A name whose domains differ in sort (numbers of another sampling, other choices) has
 * an axis for each sort.
 */
#include "search/search.h"

#include <math.h>
#include <string.h>

/* ---- transformations --------------------------------------------------------------------------------------------- */

static double transform(const vv_domain *domain, double number)
{
    if (domain->sampling == VV_SAMPLE_LOG) return log(number);
    if (domain->sampling == VV_SAMPLE_REVERSE_LOG) return -log(domain->max + domain->min - number);
    return number;
}

static double transform_back(const vv_domain *domain, double t)
{
    if (domain->sampling == VV_SAMPLE_LOG) return exp(t);
    if (domain->sampling == VV_SAMPLE_REVERSE_LOG) return domain->max + domain->min - exp(-t);
    return t;
}

double vvi_axis_to_unit(const vvi_axis *axis, double number)
{
    if (!axis->ordered) return number;
    const double u = (transform(&axis->domain, number) - axis->low) / (axis->high - axis->low);
    return u < 0 ? 0 : u > 1 ? 1 : u;
}

double vvi_axis_from_unit(const vvi_axis *axis, double unit)
{
    if (!axis->ordered) return unit;
    return transform_back(&axis->domain, axis->low + unit * (axis->high - axis->low));
}

double vvi_axis_snap(const vvi_axis *axis, const vv_domain *domain, double unit)
{
    return vvi_axis_to_unit(axis, vvi_value_number(domain, vvi_number_value(domain, vvi_axis_from_unit(axis, unit))));
}

/* ---- making ------------------------------------------------------------------------------------------------------ */

static bool is_number(const vv_domain *domain)
{
    return domain->kind == VV_DOMAIN_INT || domain->kind == VV_DOMAIN_FLOAT;
}

static bool is_ascending(const vv_domain *domain)
{
    const int first = vvi_value_compare(domain->values[0], domain->values[1]);
    for (size_t i = 2; i < domain->n_values; i++)
        if (vvi_value_compare(domain->values[i - 1], domain->values[i]) != first) return false;
    return true;
}

static bool is_ordered(const vv_domain *domain)
{
    if (is_number(domain)) return true;
    return domain->kind == VV_DOMAIN_CHOICE && domain->type != VV_VALUE_STRING && is_ascending(domain);
}

static bool is_one_sort(const vv_domain *a, const vv_domain *b)
{
    if (is_number(a) != is_number(b)) return false;
    if (!is_number(a)) return vv_domain_equal(a, b);
    const bool same_sum = a->max + a->min >= b->max + b->min && a->max + a->min <= b->max + b->min;
    return a->sampling == b->sampling && (a->sampling != VV_SAMPLE_REVERSE_LOG || same_sum);
}

static double number_at(const vv_domain *domain, uint64_t index)
{
    return is_number(domain) ? vvi_value_number(domain, vv_domain_at(domain, index)) : (double)index;
}

/* Half the way to the neighbour, at an end of a finite domain. */
static double half_step(const vv_domain *domain, uint64_t end, uint64_t neighbour)
{
    return fabs(transform(domain, number_at(domain, end)) - transform(domain, number_at(domain, neighbour))) / 2;
}

static void measure(const vv_domain *domain, double *low, double *high)
{
    const uint64_t n = vv_domain_size(domain);
    *low = transform(domain, n == 0 ? domain->min : number_at(domain, 0));
    *high = transform(domain, n == 0 ? domain->max : number_at(domain, n - 1));
    if (n < 2) return;
    *low -= half_step(domain, 0, 1);
    *high += half_step(domain, n - 1, n - 2);
}

static void widen(vvi_axis *axis, const vv_domain *domain)
{
    double low, high;
    measure(domain, &low, &high);
    if (high - low > axis->high - axis->low) axis->domain = *domain;
    axis->low = low < axis->low ? low : axis->low;
    axis->high = high > axis->high ? high : axis->high;
    const uint64_t n = vv_domain_size(&axis->domain);
    const bool linear = axis->sampling == VV_SAMPLE_LINEAR && n > 1;
    axis->n = n < UINT32_MAX ? (uint32_t)n : 0;
    axis->step = linear ? 2 * half_step(&axis->domain, 0, 1) / (axis->high - axis->low) : 0;
}

static vvi_axis begin_axis(const char *name, const vv_domain *domain)
{
    vvi_axis axis = { .name = name,
                      .hash = vvi_hash_text(VVI_HASH_START, name),
                      .sampling = domain->sampling,
                      .ordered = is_ordered(domain),
                      .n = (uint32_t)vv_domain_size(domain),
                      .domain = *domain };
    if (!axis.ordered) return axis;
    measure(domain, &axis.low, &axis.high);
    widen(&axis, domain);
    return axis;
}

static uint32_t find_axis(const vvi_axis *list, size_t n, const char *name, const vv_domain *domain)
{
    for (uint32_t i = 0; i < n; i++)
        if (list[i].name == name && is_one_sort(&list[i].domain, domain)) return i;
    return VVI_NOWHERE;
}

/* Names are few or asked for with few domains; a name's axes are looked for only when it has more than one domain. */
vv_status vvi_axes_make(const vv_past *past, vvi_arena *arena, vvi_axes *axes, vv_error *error)
{
    vvi_axis *list = vvi_arena_alloc(arena, (past->n_domains + 1) * sizeof *list);
    uint32_t *of_domain = vvi_arena_alloc(arena, (past->n_domains + 1) * sizeof *of_domain);
    bool *seen = vvi_arena_alloc(arena, past->n_names + 1);
    size_t n = 0;
    if (list == NULL || of_domain == NULL || seen == NULL) return vvi_no_memory(error);
    for (size_t i = 0; i < past->n_domains; i++) {
        const vv_domain *domain = &past->domains[i].domain;
        const char *name = past->names[past->domains[i].name];
        of_domain[i] = VVI_NOWHERE;
        if (vv_domain_size(domain) == 1) continue;
        if (seen[past->domains[i].name]) of_domain[i] = find_axis(list, n, name, domain);
        seen[past->domains[i].name] = true;
        if (of_domain[i] != VVI_NOWHERE && is_number(domain)) widen(&list[of_domain[i]], domain);
        if (of_domain[i] != VVI_NOWHERE) continue;
        list[n] = begin_axis(name, domain);
        of_domain[i] = (uint32_t)n++;
    }
    *axes = (vvi_axes){ .list = list, .n = n, .of_domain = of_domain };
    return VV_OK;
}

void vvi_axes_point(const vvi_axes *axes, const vv_past *past, int id, double *point)
{
    const vvi_shape *shape = vvi_past_shape(past, id);
    const double *numbers = vvi_past_numbers(past, id);
    for (size_t i = 0; i < axes->n; i++) point[i] = (double)NAN;
    for (uint32_t i = 0; i < shape->n; i++) {
        const uint32_t at = axes->of_domain[shape->domains[i]];
        if (at != VVI_NOWHERE) point[at] = vvi_axis_to_unit(&axes->list[at], numbers[i]);
    }
}
