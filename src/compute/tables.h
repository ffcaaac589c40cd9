/* tables.h - the tables that kernels.c chooses from. */
#ifndef VVI_COMPUTE_TABLES_H
#define VVI_COMPUTE_TABLES_H

#include "compute/kernels.h"

#if defined(__x86_64__)
extern const vvi_kernels vvi_kernels_avx512, vvi_kernels_avx2;
#endif
extern const vvi_kernels vvi_kernels_plain, vvi_kernels_reference;

#endif
