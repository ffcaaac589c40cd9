/* simd_avx512.h - the native vectors of AVX-512 (F, VL, DQ, BW): 16 floats, and halves of 8 for narrow products.
 *
 * Part loads fill with zeros; part stores touch nothing beyond. vec_max and vec_min give their second argument when
 * either is NaN. Masks are lane masks; comparisons with NaN are false.
 */
#ifndef VVI_COMPUTE_SIMD_AVX512_H
#define VVI_COMPUTE_SIMD_AVX512_H

#include <immintrin.h>

#define VEC_PARTS 1 /* vectors to 16 lanes */
#define VEC_LANES 16
typedef __m512 vec;
typedef __mmask16 vec_mask;

/* Loaded once, not again as an operand of every instruction that uses it. */
#define KEEP_IN_REGISTER(a) __asm__("" : "+v"(a))

INLINE vec vec_set(float x)
{
    return _mm512_set1_ps(x);
}
INLINE vec vec_load(const float *p)
{
    return _mm512_loadu_ps(p);
}
INLINE void vec_store(float *p, vec a)
{
    _mm512_storeu_ps(p, a);
}
INLINE vec_mask vec_first(int n) /* the first n lanes; any n */
{
    return (vec_mask)(n >= 16 ? 0xffffu : (1u << (n > 0 ? n : 0)) - 1u);
}
INLINE vec vec_load_part(const float *p, vec_mask mask)
{
    return _mm512_maskz_loadu_ps(mask, p);
}
INLINE void vec_store_part(float *p, int n, vec a)
{
    _mm512_mask_storeu_ps(p, vec_first(n), a);
}
INLINE vec vec_add(vec a, vec b)
{
    return _mm512_add_ps(a, b);
}
INLINE vec vec_sub(vec a, vec b)
{
    return _mm512_sub_ps(a, b);
}
INLINE vec vec_mul(vec a, vec b)
{
    return _mm512_mul_ps(a, b);
}
INLINE vec vec_div(vec a, vec b)
{
    return _mm512_div_ps(a, b);
}
INLINE vec vec_fma(vec a, vec b, vec c) /* a * b + c */
{
    return _mm512_fmadd_ps(a, b, c);
}
INLINE vec vec_sqrt(vec a)
{
    return _mm512_sqrt_ps(a);
}
INLINE vec vec_max(vec a, vec b)
{
    return _mm512_max_ps(a, b);
}
INLINE vec vec_min(vec a, vec b)
{
    return _mm512_min_ps(a, b);
}
INLINE vec_mask vec_less(vec a, vec b)
{
    return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ);
}
INLINE vec_mask vec_equal(vec a, vec b)
{
    return _mm512_cmp_ps_mask(a, b, _CMP_EQ_OQ);
}
INLINE vec_mask vec_unordered(vec a, vec b)
{
    return _mm512_cmp_ps_mask(a, b, _CMP_UNORD_Q);
}
INLINE vec_mask vec_or(vec_mask a, vec_mask b)
{
    return (vec_mask)(a | b);
}
INLINE vec_mask vec_and_not(vec_mask a, vec_mask b) /* a and not b */
{
    return (vec_mask)(a & ~b);
}
INLINE vec vec_select(vec_mask mask, vec a, vec b) /* mask ? a : b */
{
    return _mm512_mask_blend_ps(mask, b, a);
}
INLINE vec vec_abs(vec a)
{
    return _mm512_and_ps(a, _mm512_castsi512_ps(_mm512_set1_epi32(0x7fffffff)));
}
INLINE vec vec_copy_sign(vec a, vec sign)
{
    const __m512 bit = _mm512_castsi512_ps(_mm512_set1_epi32((int)0x80000000u));
    return _mm512_or_ps(_mm512_andnot_ps(bit, a), _mm512_and_ps(bit, sign));
}
/* The bits of a, as integers plus `plus`, shifted left by 23: makes powers of two. */
INLINE vec vec_bits_to_exponent(vec a, int plus)
{
    return _mm512_castsi512_ps(
        _mm512_slli_epi32(_mm512_add_epi32(_mm512_castps_si512(a), _mm512_set1_epi32(plus)), 23));
}

#define HAS_HALF 1
typedef __m256 half;
typedef __mmask8 half_mask;

INLINE half half_load_part(const float *p, half_mask mask)
{
    return _mm256_maskz_loadu_ps(mask, p);
}

#endif
