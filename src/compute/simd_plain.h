/* simd_plain.h - four floats in the vector extension that gcc and clang share: SSE2, NEON, or whatever the target has.
 * The same words as simd_avx512.h.
 *
 * Fused multiply-add only where the hardware has it (FP_FAST_FMAF): then the bits are those of the other builds;
 * elsewhere a * b + c in two roundings.
 */
#ifndef VVI_COMPUTE_SIMD_PLAIN_H
#define VVI_COMPUTE_SIMD_PLAIN_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#define VEC_PARTS 4
#define VEC_LANES 4
#define HAS_HALF  0
typedef float vec __attribute__((vector_size(16)));
typedef int32_t vec_mask __attribute__((vector_size(16)));
typedef uint32_t vec_bits __attribute__((vector_size(16)));

#define KEEP_IN_REGISTER(a) (void)(a)

INLINE vec vec_set(float x)
{
    return (vec){ x, x, x, x };
}
INLINE vec vec_load(const float *p)
{
    vec a;
    memcpy(&a, p, sizeof a);
    return a;
}
INLINE void vec_store(float *p, vec a)
{
    memcpy(p, &a, sizeof a);
}
INLINE vec_mask vec_first(int n)
{
    return (vec_mask){ -(n > 0), -(n > 1), -(n > 2), -(n > 3) };
}
INLINE vec vec_load_part(const float *p, vec_mask mask)
{
    return (vec){ mask[0] ? p[0] : 0, mask[1] ? p[1] : 0, mask[2] ? p[2] : 0, mask[3] ? p[3] : 0 };
}
INLINE void vec_store_part(float *p, int n, vec a)
{
    if (n > 0) p[0] = a[0];
    if (n > 1) p[1] = a[1];
    if (n > 2) p[2] = a[2];
    if (n > 3) p[3] = a[3];
}
INLINE vec vec_add(vec a, vec b)
{
    return a + b;
}
INLINE vec vec_sub(vec a, vec b)
{
    return a - b;
}
INLINE vec vec_mul(vec a, vec b)
{
    return a * b;
}
INLINE vec vec_div(vec a, vec b)
{
    return a / b;
}
INLINE vec vec_fma(vec a, vec b, vec c)
{
#ifdef FP_FAST_FMAF
    return (vec){ fmaf(a[0], b[0], c[0]), fmaf(a[1], b[1], c[1]), fmaf(a[2], b[2], c[2]), fmaf(a[3], b[3], c[3]) };
#else
    return a * b + c;
#endif
}
INLINE vec vec_sqrt(vec a)
{
    return (vec){ sqrtf(a[0]), sqrtf(a[1]), sqrtf(a[2]), sqrtf(a[3]) };
}
INLINE vec vec_select(vec_mask mask, vec a, vec b)
{
    return (vec)((mask & (vec_mask)a) | (~mask & (vec_mask)b));
}
INLINE vec vec_max(vec a, vec b)
{
    return vec_select((vec_mask)(a > b), a, b);
}
INLINE vec vec_min(vec a, vec b)
{
    return vec_select((vec_mask)(a < b), a, b);
}
INLINE vec_mask vec_less(vec a, vec b)
{
    return (vec_mask)(a < b);
}
INLINE vec_mask vec_equal(vec a, vec b)
{
    return (vec_mask)(a == b);
}
INLINE vec_mask vec_unordered(vec a, vec b)
{
    return (vec_mask)(a != a) | (vec_mask)(b != b);
}
INLINE vec_mask vec_or(vec_mask a, vec_mask b)
{
    return a | b;
}
INLINE vec_mask vec_and_not(vec_mask a, vec_mask b)
{
    return a & ~b;
}
INLINE vec vec_abs(vec a)
{
    return (vec)((vec_bits)a & 0x7fffffffu);
}
INLINE vec vec_copy_sign(vec a, vec sign)
{
    return (vec)(((vec_bits)a & 0x7fffffffu) | ((vec_bits)sign & 0x80000000u));
}
INLINE vec vec_bits_to_exponent(vec a, int plus)
{
    return (vec)(((vec_bits)a + (uint32_t)plus) << 23);
}

#endif
