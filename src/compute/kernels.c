/* kernels.c - which table: the fastest the machine runs, or the one $VARVE_KERNELS names. */
#include "compute/tables.h"

#include <stdlib.h>
#include <string.h>

static const vvi_kernels *const tables[] = {
#if defined(__x86_64__)
    &vvi_kernels_avx512,
    &vvi_kernels_avx2,
#endif
    &vvi_kernels_plain,
    &vvi_kernels_reference,
};

const vvi_kernels *vvi_kernels_at(size_t index)
{
    return index < sizeof tables / sizeof *tables ? tables[index] : NULL;
}

const vvi_kernels *vvi_kernels_best(void)
{
    const char *wanted = getenv("VARVE_KERNELS");
    const vvi_kernels *best = NULL;
    for (size_t i = 0; vvi_kernels_at(i); i++) {
        if (!tables[i]->available()) continue;
        if (wanted && strcmp(wanted, tables[i]->name) == 0) return tables[i];
        if (!best) best = tables[i];
    }
    return best;
}
