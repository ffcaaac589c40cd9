/* plain.c - the kernels with the vectors every gcc and clang target has. */
#include "compute/tables.h"

#define VVI_SIMD_PLAIN
#define TABLE_NAME  vvi_kernels_plain
#define TABLE_LABEL "plain"

static bool available(void)
{
    return true;
}

#include "compute/table.inc"
