/* avx2.c - the kernels with vectors of 256 bits and fused multiply-add (kernels.cmake has the flags). */
#include "compute/tables.h"

#if defined(__x86_64__)
#define VVI_SIMD_AVX2
#define TABLE_NAME  vvi_kernels_avx2
#define TABLE_LABEL "avx2"

static bool available(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

#include "compute/table.inc"
#endif
