/* count.c - sums of products of natural numbers, by GMP's lowest level, which works on the caller's memory and neither
 * allocates nor aborts.
 */
#include "space/discovery/count.h"

#include <gmp.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

_Static_assert(sizeof(mp_limb_t) == sizeof(uint64_t) && GMP_NAIL_BITS == 0, "limbs are words of 64 bits");

static mp_limb_t *limbs_of(vvi_count count)
{
    return (mp_limb_t *)count.limbs;
}

bool vvi_count_of(vvi_arena *arena, uint64_t number, vvi_count *count)
{
    *count = (vvi_count){ 0 };
    if (number == 0) return true;
    count->limbs = vvi_arena_alloc(arena, sizeof *count->limbs);
    if (count->limbs == NULL) return false;
    count->limbs[0] = number;
    count->n = 1;
    return true;
}

/* Factors come to less than 2^64 for each term and there are fewer than 2^64 terms: two more limbs hold any sum. */
bool vvi_count_sum(vvi_arena *arena, const vvi_term *terms, size_t n, vvi_count *sum)
{
    size_t most = 0;
    for (size_t i = 0; i < n; i++)
        if (terms[i].factor > 0 && terms[i].count.n > most) most = terms[i].count.n;
    *sum = (vvi_count){ 0 };
    if (most == 0) return true;
    uint64_t *limbs = vvi_arena_alloc(arena, (most + 2) * sizeof *limbs);
    if (limbs == NULL) return false;
    mp_limb_t *to = (mp_limb_t *)limbs;
    for (size_t i = 0; i < n; i++) {
        const vvi_count c = terms[i].count;
        if (terms[i].factor == 0 || c.n == 0) continue;
        const mp_limb_t carry = mpn_addmul_1(to, limbs_of(c), (mp_size_t)c.n, terms[i].factor);
        mpn_add_1(to + c.n, to + c.n, (mp_size_t)(most + 2 - c.n), carry);
    }
    *sum = (vvi_count){ .limbs = limbs, .n = most + 2 };
    while (sum->n > 0 && limbs[sum->n - 1] == 0) sum->n--;
    return true;
}

bool vvi_count_is_zero(vvi_count count)
{
    return count.n == 0;
}

double vvi_count_log2(vvi_count count)
{
    if (count.n == 0) return -(double)INFINITY;
    double top = 0;
    const size_t first = count.n > 3 ? count.n - 3 : 0;
    for (size_t i = count.n; i-- > first;) top = top * 0x1p64 + (double)count.limbs[i];
    return log2(top) + 64.0 * (double)first;
}

char *vvi_count_digits(vvi_arena *arena, vvi_count count)
{
    if (count.n == 0) return vvi_arena_strdup(arena, "0");
    const size_t room = mpn_sizeinbase(limbs_of(count), (mp_size_t)count.n, 10) + 2;
    char *text = vvi_arena_alloc(arena, room);
    mp_limb_t *copy = vvi_malloc((count.n + 1) * sizeof *copy); /* the conversion overwrites what it reads */
    if (text == NULL || copy == NULL) {
        vvi_free(copy);
        return NULL;
    }
    memcpy(copy, count.limbs, count.n * sizeof *copy);
    const size_t n = mpn_get_str((unsigned char *)text, 10, copy, (mp_size_t)count.n);
    vvi_free(copy);
    for (size_t i = 0; i < n; i++) text[i] = (char)(text[i] + '0');
    size_t zeros = 0;
    while (zeros + 1 < n && text[zeros] == '0') zeros++;
    memmove(text, text + zeros, n - zeros);
    text[n - zeros] = '\0';
    return text;
}

char *vvi_count_about(vvi_arena *arena, double log2)
{
    if (!(log2 > -1)) return vvi_arena_strdup(arena, "0");
    const double log10 = log2 * 0.30102999566398119521;
    if (log10 < 15) return vvi_arena_printf(arena, "%.0f", exp2(log2));
    const size_t zeros = (size_t)floor(log10) - 3;
    char *text = vvi_arena_alloc(arena, zeros + 8);
    if (text == NULL) return NULL;
    const int n = snprintf(text, 8, "%.0f", pow(10, log10 - (double)zeros));
    memset(text + n, '0', zeros);
    text[(size_t)n + zeros] = '\0';
    return text;
}
