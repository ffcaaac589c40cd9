/* positions.c - every value of a domain as a number 0, 1, ..., so that all domains can be cut into spans alike.
 *
 * A finite domain's positions are its indices. A continuum has a position for each double in it: the bits of doubles,
 * read as whole numbers, are in the order of the doubles when the sign is folded away, so that neighbours differ by 1
 * and a bisection ends. (Negative zero has no place of its own.)
 */
#include "space/space.h"

#include <string.h>

static uint64_t ordered_bits(double number)
{
    const double same_zero = number + 0.0;
    uint64_t bits;
    memcpy(&bits, &same_zero, sizeof bits);
    return bits >> 63 != 0 ? ~bits : bits | UINT64_C(1) << 63;
}

static double from_ordered_bits(uint64_t ordered)
{
    const uint64_t bits = ordered >> 63 != 0 ? ordered & ~(UINT64_C(1) << 63) : ~ordered;
    double number;
    memcpy(&number, &bits, sizeof number);
    return number;
}

uint64_t vvi_position_count(const vv_domain *domain)
{
    const uint64_t size = vv_domain_size(domain);
    return size > 0 ? size : ordered_bits(domain->max) - ordered_bits(domain->min) + 1;
}

vv_value vvi_position_value(const vv_domain *domain, uint64_t position)
{
    if (vv_domain_size(domain) > 0) return vv_domain_at(domain, position);
    return (vv_value){ VV_VALUE_FLOAT, { .f = from_ordered_bits(ordered_bits(domain->min) + position) } };
}

uint64_t vvi_position_of(const vv_domain *domain, vv_value value)
{
    if (vv_domain_size(domain) > 0) return (uint64_t)vv_domain_index(domain, value);
    return ordered_bits(value.f) - ordered_bits(domain->min);
}

uint64_t vvi_positions_below(const vv_domain *domain, vv_value value)
{
    uint64_t low = 0, high = vvi_position_count(domain);
    while (low < high) {
        const uint64_t middle = low + (high - low) / 2;
        if (vvi_value_compare(vvi_position_value(domain, middle), value) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint64_t vvi_position_between(const vv_domain *domain, uint64_t first, uint64_t last, double u)
{
    if (first == 0 && last + 1 == vvi_position_count(domain))
        return vvi_position_of(domain, vv_domain_from_unit(domain, u));
    if (vv_domain_size(domain) > 0) {
        const uint64_t offset = (uint64_t)(u * (double)(last - first + 1));
        return offset > last - first ? last : first + offset;
    }
    const double a = vvi_position_value(domain, first).f, b = vvi_position_value(domain, last).f;
    const double number = a + u * (b - a); /* rounding may leave the span */
    return vvi_position_of(domain, (vv_value){ VV_VALUE_FLOAT, { .f = number < a ? a : number > b ? b : number } });
}

void vvi_positions_other(const vv_domain *domain, uint64_t position, double u, uint64_t others[VVI_OTHERS])
{
    const uint64_t last = vvi_position_count(domain) - 1;
    others[0] = 0;
    others[1] = last;
    others[2] = position < last ? position + 1 : position - 1;
    others[3] = vvi_position_between(domain, 0, last, u);
}
