/* registry.c - every pruner, one row each. */
#include "search/pruners/pruners.h"

#include <string.h>

static const vv_pruner_kind *const rows[] = {
    &vvi_pruner_median,   &vvi_pruner_percentile, &vvi_pruner_asha,
    &vvi_pruner_wilcoxon, &vvi_pruner_patience,   &vvi_pruner_threshold,
};

const vv_pruner_kind *vv_pruner_at(size_t index)
{
    return index < sizeof rows / sizeof *rows ? rows[index] : NULL;
}

const vv_pruner_kind *vv_pruner_find(const char *name)
{
    for (size_t i = 0; name != NULL && i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i]->name, name) == 0) return rows[i];
    return NULL;
}
