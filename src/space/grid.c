/* grid.c - grids of numbers by integer index.
 *
 *   linear       value i = min + i * step
 *   log          value i = min * step^i
 *   reverse log  value i = max + min - min * step^(n - 1 - i)     (ascending; Keras' is descending)
 *
 * A grid of floats gives the doubles that its decimals mean. 0.1 and 3 * 0.1 are not decimals in binary, and their
 * sums drift: 3 * 0.1 is 0.30000000000000004. So the arithmetic is done on whole numbers: when min = m / 10^d and
 * step = s / 10^d (d: the fewest digits that give back both doubles), value i is (m + i * s) / 10^d. Both sides of the
 * division are exact, hence the quotient is the double nearest to the decimal: what a person who writes 0.3 gets.
 * Numbers that are no such decimals (1/7 with 17 digits, 1e30) are computed directly.
 *
 * max is on the grid when the distance is whole within 1e-9, and is then exactly max. No value is above max.
 */
#include "space/space.h"

#include <float.h>
#include <math.h>

enum { MAX_DECIMALS = 22 }; /* 10^22 is the largest power of ten that is a double */

static const double power_of_ten[MAX_DECIMALS + 1] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                       1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                                       1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
static const double exact_limit = 0x1p53; /* every whole number up to here is a double */

/* Is `number` = whole / 10^decimals, as a double? */
static bool is_decimal(double number, int decimals, double *whole)
{
    *whole = nearbyint(number * power_of_ten[decimals]);
    const double back = *whole / power_of_ten[decimals];
    return fabs(*whole) <= exact_limit && back >= number && back <= number;
}

/* The fewest digits after the point that give back every number; -1: there is no such decimal. */
static int common_decimals(const double *numbers, size_t n)
{
    int decimals = 0;
    double whole;
    for (size_t i = 0; i < n; i++) {
        while (decimals <= MAX_DECIMALS && !is_decimal(numbers[i], decimals, &whole)) decimals++;
    }
    for (size_t i = 0; i < n && decimals <= MAX_DECIMALS; i++) { /* more digits may not fit an earlier number */
        if (!is_decimal(numbers[i], decimals, &whole)) return -1;
    }
    return decimals <= MAX_DECIMALS ? decimals : -1;
}

/* ---- linear ----------------------------------------------------------------------------------------------------- */

static double linear_at(double min, double step, double i)
{
    const int d = common_decimals((const double[]){ min, step }, 2);
    if (d >= 0) {
        const double m = nearbyint(min * power_of_ten[d]), s = nearbyint(step * power_of_ten[d]);
        if (fabs(i * s) <= exact_limit && fabs(m + i * s) <= exact_limit) return (m + i * s) / power_of_ten[d];
    }
    return min + i * step;
}

/* ---- log -------------------------------------------------------------------------------------------------------- */

/* product *= factor, if the result is exact. */
static bool multiply_exactly(double *product, double factor)
{
    const double result = *product * factor;
    const bool exact = isfinite(result) && fabs(fma(*product, factor, -result)) <= 0;
    *product = result;
    return exact;
}

static double log_at(double min, double step, uint64_t i)
{
    const int d = common_decimals(&min, 1), d_step = common_decimals(&step, 1);
    if (d >= 0 && d_step >= 0 && i <= 1024 && d + d_step * (int)i <= MAX_DECIMALS) {
        double product = nearbyint(min * power_of_ten[d]);
        const double s = nearbyint(step * power_of_ten[d_step]);
        uint64_t done = 0;
        while (done < i && multiply_exactly(&product, s)) done++;
        if (done == i) return product / power_of_ten[d + d_step * (int)i];
    }
    return min * pow(step, (double)i);
}

static double reverse_log_at(const vv_domain *domain, uint64_t from_max)
{
    const double below = log_at(domain->min, domain->step, from_max);
    const int d = common_decimals((const double[]){ domain->max, domain->min, below }, 3);
    if (d >= 0) {
        const double ten = power_of_ten[d];
        const double whole = nearbyint(domain->max * ten) + nearbyint(domain->min * ten) - nearbyint(below * ten);
        if (fabs(whole) <= exact_limit) return whole / ten;
    }
    return domain->max + domain->min - below;
}

/* ---- any -------------------------------------------------------------------------------------------------------- */

static bool multiplies(const vv_domain *domain)
{
    return domain->sampling != VV_SAMPLE_LINEAR && domain->step > 0;
}

/* An INT without a step goes by ones, whatever its sampling. */
static double added_step(const vv_domain *domain)
{
    return domain->step > 0 ? domain->step : 1;
}

/* The distance from min to max of a FLOAT in steps, as a real number. */
static double steps_to_max(const vv_domain *domain)
{
    if (multiplies(domain)) return log(domain->max / domain->min) / log(domain->step);
    return (domain->max - domain->min) / domain->step;
}

/* Integers are counted exactly: 2^31 - 1 is within 1e-9 of 31 doublings of 1, and is not one. */
static uint64_t whole_int_steps(const vv_domain *domain, bool *meets)
{
    const int64_t min = (int64_t)domain->min, max = (int64_t)domain->max, step = (int64_t)added_step(domain);
    if (!multiplies(domain)) {
        *meets = (max - min) % step == 0;
        return (uint64_t)((max - min) / step);
    }
    uint64_t steps = 0;
    int64_t value = min;
    for (; value <= max / step; value *= step) steps++;
    *meets = value == max;
    return steps;
}

/* Whole steps to max. *meets: is the last of them max itself? */
static uint64_t whole_steps(const vv_domain *domain, bool *meets)
{
    if (domain->kind == VV_DOMAIN_INT) return whole_int_steps(domain, meets);
    const double steps = steps_to_max(domain);
    const double tolerance = 1e-9 + 4 * DBL_EPSILON * steps; /* the rule, and what the division itself loses */
    const double whole = floor(steps + tolerance);
    *meets = fabs(steps - whole) <= tolerance;
    return (uint64_t)whole;
}

/* Integers that add are most of what is asked for, and whole numbers need none of the care for decimals. */
static bool is_whole_and_adds(const vv_domain *domain)
{
    return domain->kind == VV_DOMAIN_INT && !multiplies(domain);
}

static double whole_at(const vv_domain *domain, uint64_t index)
{
    const double value = domain->min + added_step(domain) * (double)index;
    return value < domain->max ? value : domain->max;
}

static int64_t whole_index(const vv_domain *domain, double value)
{
    const int64_t distance = (int64_t)(value - domain->min), step = (int64_t)added_step(domain);
    const bool is_whole = (double)distance >= value - domain->min;
    return is_whole && distance % step == 0 ? distance / step : -1;
}

bool vvi_grid_exists(const vv_domain *domain)
{
    return domain->kind == VV_DOMAIN_INT || domain->step > 0 || domain->min >= domain->max;
}

uint64_t vvi_grid_size(const vv_domain *domain)
{
    if (domain->min >= domain->max) return 1;
    bool meets;
    return whole_steps(domain, &meets) + 1;
}

/* Value `index` of a grid of last + 1 values. */
static double value_at(const vv_domain *domain, uint64_t index, uint64_t last, bool meets)
{
    const bool reverse = multiplies(domain) && domain->sampling == VV_SAMPLE_REVERSE_LOG;
    if (index == 0 && (!reverse || meets)) return domain->min;
    if (index == last && (reverse || meets)) return domain->max;
    double value;
    if (reverse) {
        value = reverse_log_at(domain, last - index);
    } else if (multiplies(domain)) {
        value = log_at(domain->min, domain->step, index);
    } else {
        value = linear_at(domain->min, added_step(domain), (double)index);
    }
    return fmin(fmax(value, domain->min), domain->max);
}

double vvi_grid_at(const vv_domain *domain, uint64_t index)
{
    if (domain->min >= domain->max) return domain->min;
    if (is_whole_and_adds(domain)) return whole_at(domain, index);
    bool meets;
    const uint64_t last = whole_steps(domain, &meets);
    return value_at(domain, index, last, meets);
}

/* Where on the grid `value` would be, as a real number. */
static double position_of(const vv_domain *domain, double value, uint64_t last)
{
    if (!multiplies(domain)) return (value - domain->min) / added_step(domain);
    if (domain->sampling == VV_SAMPLE_LOG) return log(value / domain->min) / log(domain->step);
    return (double)last - log((domain->max + domain->min - value) / domain->min) / log(domain->step);
}

int64_t vvi_grid_index(const vv_domain *domain, double value)
{
    if (!(value >= domain->min && value <= domain->max)) return -1;
    if (domain->min >= domain->max) return 0;
    if (is_whole_and_adds(domain)) return whole_index(domain, value);
    bool meets;
    const uint64_t last = whole_steps(domain, &meets);
    const double near = nearbyint(position_of(domain, value, last));
    for (double i = fmax(near - 1, 0); i <= near + 1 && i <= (double)last; i++) { /* the position is rounded */
        const double found = value_at(domain, (uint64_t)i, last, meets);
        if (found >= value && found <= value) return (int64_t)i;
    }
    return -1;
}
