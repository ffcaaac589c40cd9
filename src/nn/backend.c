/* backend.c - the backends by name. */
#include "nn/plan.h"
#include <varve/train.h>

#include <string.h>

static const vvi_backend *const backends[] = { &vvi_backend_cpu, &vvi_backend_reference };

vv_status vvi_backend_find(const char *name, const vvi_backend **backend, vv_error *error)
{
    if (name == NULL) name = "cpu";
    for (size_t i = 0; i < sizeof backends / sizeof *backends; i++)
        if (strcmp(backends[i]->name, name) == 0) {
            *backend = backends[i];
            return VV_OK;
        }
    return vvi_fail(error, VV_NOT_FOUND, "there is no backend \"%s\"; there are cpu and reference", name);
}

const char *vv_kernels_name(void)
{
    return vvi_kernels_best()->name;
}
