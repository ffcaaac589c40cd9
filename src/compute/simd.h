/* simd.h - 16 floats at a time, the same in every build.
 *
 * A translation unit defines VVI_SIMD_AVX512, VVI_SIMD_AVX2 or VVI_SIMD_PLAIN; the native vectors (vec_*, one header
 * for each) are put together to an `f16` of always 16 lanes: one, two or four of them. Kernels that work on f16 have
 * the same tails, the same lanes and the same partial sums everywhere, so their bits cannot depend on the width.
 * No operation is contracted or reordered: what is fused is written f16_fma.
 */
#ifndef VVI_COMPUTE_SIMD_H
#define VVI_COMPUTE_SIMD_H

#define INLINE static inline __attribute__((always_inline, unused))
#if defined(__clang__)
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 32")
#endif

/* The compiler shall not know where this value came from: it would compute many addresses early and spill them. */
#define HIDE_ORIGIN(value) __asm__("" : "+r"(value))

#if defined(VVI_SIMD_AVX512)
#include "compute/simd_avx512.h"
#elif defined(VVI_SIMD_AVX2)
#include "compute/simd_avx2.h"
#else
#include "compute/simd_plain.h"
#endif

#include <stddef.h>

typedef struct f16 {
    vec v[VEC_PARTS];
} f16;
typedef struct m16 {
    vec_mask v[VEC_PARTS];
} m16;

/* { expression of part 0, of part 1, ... } */
#if VEC_PARTS == 1
#define EACH_PART(expression)                                                                                          \
    {                                                                                                                  \
        {                                                                                                              \
            expression(0)                                                                                              \
        }                                                                                                              \
    }
#elif VEC_PARTS == 2
#define EACH_PART(expression)                                                                                          \
    {                                                                                                                  \
        {                                                                                                              \
            expression(0), expression(1)                                                                               \
        }                                                                                                              \
    }
#else
#define EACH_PART(expression)                                                                                          \
    {                                                                                                                  \
        {                                                                                                              \
            expression(0), expression(1), expression(2), expression(3)                                                 \
        }                                                                                                              \
    }
#endif

#define UNARY(name, in, out)                                                                                           \
    INLINE out f16_##name(in a)                                                                                        \
    {                                                                                                                  \
        return (out)EACH_PART(UNARY_PART_##name);                                                                      \
    }
#define BINARY(name, in, out)                                                                                          \
    INLINE out f16_##name(in a, in b)                                                                                  \
    {                                                                                                                  \
        return (out)EACH_PART(BINARY_PART_##name);                                                                     \
    }
#define UNARY_PART_sqrt(i)       vec_sqrt(a.v[i])
#define UNARY_PART_abs(i)        vec_abs(a.v[i])
#define BINARY_PART_add(i)       vec_add(a.v[i], b.v[i])
#define BINARY_PART_sub(i)       vec_sub(a.v[i], b.v[i])
#define BINARY_PART_mul(i)       vec_mul(a.v[i], b.v[i])
#define BINARY_PART_div(i)       vec_div(a.v[i], b.v[i])
#define BINARY_PART_max(i)       vec_max(a.v[i], b.v[i])
#define BINARY_PART_min(i)       vec_min(a.v[i], b.v[i])
#define BINARY_PART_less(i)      vec_less(a.v[i], b.v[i])
#define BINARY_PART_equal(i)     vec_equal(a.v[i], b.v[i])
#define BINARY_PART_unordered(i) vec_unordered(a.v[i], b.v[i])
#define BINARY_PART_or(i)        vec_or(a.v[i], b.v[i])
#define BINARY_PART_and_not(i)   vec_and_not(a.v[i], b.v[i])
#define BINARY_PART_copy_sign(i) vec_copy_sign(a.v[i], b.v[i])
UNARY(sqrt, f16, f16)
UNARY(abs, f16, f16)
BINARY(add, f16, f16)
BINARY(sub, f16, f16)
BINARY(mul, f16, f16)
BINARY(div, f16, f16)
BINARY(max, f16, f16) /* the second when either is NaN */
BINARY(min, f16, f16)
BINARY(copy_sign, f16, f16)
BINARY(less, f16, m16) /* false with NaN */
BINARY(equal, f16, m16)
BINARY(unordered, f16, m16)
BINARY(or, m16, m16)
BINARY(and_not, m16, m16)

#define PART_SET(i)    vec_set(x)
#define PART_FMA(i)    vec_fma(a.v[i], b.v[i], c.v[i])
#define PART_SELECT(i) vec_select(mask.v[i], a.v[i], b.v[i])
#define PART_LOAD(i)   vec_load(p + (i)*VEC_LANES)
#define PART_LOAD_N(i) vec_load_part(p + (i)*VEC_LANES, vec_first(n - (i)*VEC_LANES))
#define PART_FIRST(i)  vec_first(n - (i)*VEC_LANES)
#define PART_POWER(i)  vec_bits_to_exponent(a.v[i], plus)

INLINE f16 f16_set(float x)
{
    return (f16)EACH_PART(PART_SET);
}
INLINE f16 f16_fma(f16 a, f16 b, f16 c) /* a * b + c */
{
    return (f16)EACH_PART(PART_FMA);
}
INLINE f16 f16_select(m16 mask, f16 a, f16 b) /* mask ? a : b */
{
    return (f16)EACH_PART(PART_SELECT);
}
INLINE m16 f16_first(int n) /* the first n lanes */
{
    return (m16)EACH_PART(PART_FIRST);
}
INLINE f16 f16_bits_to_exponent(f16 a, int plus)
{
    return (f16)EACH_PART(PART_POWER);
}
/* The first n of 16; the others are 0. n > 16 is 16. */
INLINE f16 f16_load(const float *p, ptrdiff_t left)
{
    if (left >= 16) return (f16)EACH_PART(PART_LOAD);
    const int n = (int)left;
    return (f16)EACH_PART(PART_LOAD_N);
}
INLINE void f16_store(float *p, ptrdiff_t left, f16 a)
{
    const int n = (int)left;
    if (left >= 16) {
        UNROLL for (int i = 0; i < VEC_PARTS; i++) vec_store(p + i * VEC_LANES, a.v[i]);
    } else {
        UNROLL for (int i = 0; i < VEC_PARTS; i++) vec_store_part(p + i * VEC_LANES, n - i * VEC_LANES, a.v[i]);
    }
}
/* Sum and largest over the lanes, by halves: 8 + 8, 4 + 4, 2 + 2, 1 + 1. */
INLINE float f16_sum(f16 a)
{
    float lane[16];
    f16_store(lane, 16, a);
    for (int width = 8; width > 0; width /= 2) {
        for (int i = 0; i < width; i++) lane[i] += lane[i + width];
    }
    return lane[0];
}
INLINE float f16_largest(f16 a)
{
    float lane[16];
    f16_store(lane, 16, a);
    for (int width = 8; width > 0; width /= 2) {
        for (int i = 0; i < width; i++) lane[i] = lane[i] > lane[i + width] ? lane[i] : lane[i + width];
    }
    return lane[0];
}

#endif
