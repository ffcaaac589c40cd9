/* names.c - what kinds of domains, types of values and samplings are called: in JSON, in stores, on screens. */
#include "space/json.h"

#include <string.h>

static const char *const kinds[] = {
    [VV_DOMAIN_INT] = "int",   [VV_DOMAIN_FLOAT] = "float", [VV_DOMAIN_CHOICE] = "choice",
    [VV_DOMAIN_BOOL] = "bool", [VV_DOMAIN_FIXED] = "fixed",
};
static const char *const types[] = {
    [VV_VALUE_INT] = "int",
    [VV_VALUE_FLOAT] = "float",
    [VV_VALUE_BOOL] = "bool",
    [VV_VALUE_STRING] = "string",
};
static const char *const samplings[] = {
    [VV_SAMPLE_LINEAR] = "linear",
    [VV_SAMPLE_LOG] = "log",
    [VV_SAMPLE_REVERSE_LOG] = "reverse_log",
};
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The place of a name; n: there is none. */
static size_t find(const char *const *names, size_t n, const char *name)
{
    size_t i = 0;
    while (i < n && (name == NULL || names[i] == NULL || strcmp(names[i], name) != 0)) i++;
    return i;
}

const char *vvi_domain_kind_name(vv_domain_kind kind)
{
    return (size_t)kind < COUNT(kinds) ? kinds[kind] : NULL;
}

const char *vvi_value_type_name(vv_value_type type)
{
    return (size_t)type < COUNT(types) ? types[type] : NULL;
}

const char *vvi_sampling_name(vv_sampling sampling)
{
    return (size_t)sampling < COUNT(samplings) ? samplings[sampling] : NULL;
}

bool vvi_domain_kind_find(const char *name, vv_domain_kind *kind)
{
    const size_t i = find(kinds, COUNT(kinds), name);
    if (i < COUNT(kinds)) *kind = (vv_domain_kind)i;
    return i < COUNT(kinds);
}

bool vvi_value_type_find(const char *name, vv_value_type *type)
{
    const size_t i = find(types, COUNT(types), name);
    if (i < COUNT(types)) *type = (vv_value_type)i;
    return i < COUNT(types);
}

bool vvi_sampling_find(const char *name, vv_sampling *sampling)
{
    const size_t i = find(samplings, COUNT(samplings), name);
    if (i < COUNT(samplings)) *sampling = (vv_sampling)i;
    return i < COUNT(samplings);
}
