/* simd_avx2.h - the native vectors of AVX2 with FMA: 8 floats. The same words as simd_avx512.h. */
#ifndef VVI_COMPUTE_SIMD_AVX2_H
#define VVI_COMPUTE_SIMD_AVX2_H

#include <immintrin.h>

#define VEC_PARTS 2
#define VEC_LANES 8
#define HAS_HALF  0
typedef __m256 vec;
typedef __m256 vec_mask;

/* Loaded once, not again as an operand of every instruction that uses it. */
#define KEEP_IN_REGISTER(a) __asm__("" : "+x"(a))

INLINE vec vec_set(float x)
{
    return _mm256_set1_ps(x);
}
INLINE vec vec_load(const float *p)
{
    return _mm256_loadu_ps(p);
}
INLINE void vec_store(float *p, vec a)
{
    _mm256_storeu_ps(p, a);
}
INLINE vec_mask vec_first(int n)
{
    const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return _mm256_castsi256_ps(_mm256_cmpgt_epi32(_mm256_set1_epi32(n), lanes));
}
INLINE vec vec_load_part(const float *p, vec_mask mask)
{
    return _mm256_maskload_ps(p, _mm256_castps_si256(mask));
}
/* By pieces: masked stores are microcode on many processors. */
INLINE void vec_store_part(float *p, int n, vec a)
{
    __m128 piece = _mm256_castps256_ps128(a);
    if (n >= 8) {
        _mm256_storeu_ps(p, a);
        return;
    }
    if (n <= 0) return;
    if (n & 4) {
        _mm_storeu_ps(p, piece);
        p += 4;
        piece = _mm256_extractf128_ps(a, 1);
    }
    if (n & 2) {
        _mm_storel_pi((__m64 *)(void *)p, piece);
        p += 2;
        piece = _mm_movehl_ps(piece, piece);
    }
    if (n & 1) _mm_store_ss(p, piece);
}
INLINE vec vec_add(vec a, vec b)
{
    return _mm256_add_ps(a, b);
}
INLINE vec vec_sub(vec a, vec b)
{
    return _mm256_sub_ps(a, b);
}
INLINE vec vec_mul(vec a, vec b)
{
    return _mm256_mul_ps(a, b);
}
INLINE vec vec_div(vec a, vec b)
{
    return _mm256_div_ps(a, b);
}
INLINE vec vec_fma(vec a, vec b, vec c)
{
    return _mm256_fmadd_ps(a, b, c);
}
INLINE vec vec_sqrt(vec a)
{
    return _mm256_sqrt_ps(a);
}
INLINE vec vec_max(vec a, vec b)
{
    return _mm256_max_ps(a, b);
}
INLINE vec vec_min(vec a, vec b)
{
    return _mm256_min_ps(a, b);
}
INLINE vec_mask vec_less(vec a, vec b)
{
    return _mm256_cmp_ps(a, b, _CMP_LT_OQ);
}
INLINE vec_mask vec_equal(vec a, vec b)
{
    return _mm256_cmp_ps(a, b, _CMP_EQ_OQ);
}
INLINE vec_mask vec_unordered(vec a, vec b)
{
    return _mm256_cmp_ps(a, b, _CMP_UNORD_Q);
}
INLINE vec_mask vec_or(vec_mask a, vec_mask b)
{
    return _mm256_or_ps(a, b);
}
INLINE vec_mask vec_and_not(vec_mask a, vec_mask b)
{
    return _mm256_andnot_ps(b, a);
}
INLINE vec vec_select(vec_mask mask, vec a, vec b)
{
    return _mm256_blendv_ps(b, a, mask);
}
INLINE vec vec_abs(vec a)
{
    return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), a);
}
INLINE vec vec_copy_sign(vec a, vec sign)
{
    const __m256 bit = _mm256_set1_ps(-0.0f);
    return _mm256_or_ps(_mm256_andnot_ps(bit, a), _mm256_and_ps(bit, sign));
}
INLINE vec vec_bits_to_exponent(vec a, int plus)
{
    return _mm256_castsi256_ps(
        _mm256_slli_epi32(_mm256_add_epi32(_mm256_castps_si256(a), _mm256_set1_epi32(plus)), 23));
}

#endif
