/* avx512.c - the kernels with vectors of 512 bits; compiled with -mavx512f and friends (kernels.cmake). */
#include "compute/tables.h"

#if defined(__x86_64__)
#define VVI_SIMD_AVX512
#define TABLE_NAME  vvi_kernels_avx512
#define TABLE_LABEL "avx512"

static bool available(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
}

#include "compute/table.inc"
#endif
