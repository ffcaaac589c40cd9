/* json.h - values and domains as JSON, and back. What they are called there is what they are called everywhere. */
#ifndef VVI_SPACE_JSON_H
#define VVI_SPACE_JSON_H

#include "base/json.h"
#include "space/space.h"

/* ---- names (names.c) -------------------------------------------------------------------------------------------- */

const char *vvi_domain_kind_name(vv_domain_kind kind); /* "choice"; NULL: there is no such kind. Likewise the others. */
const char *vvi_value_type_name(vv_value_type type);
const char *vvi_sampling_name(vv_sampling sampling);
/* false: there is none of that name, or `name` is NULL. */
bool vvi_domain_kind_find(const char *name, vv_domain_kind *kind);
bool vvi_value_type_find(const char *name, vv_value_type *type);
bool vvi_sampling_find(const char *name, vv_sampling *sampling);

/* ---- writing (json.c) ------------------------------------------------------------------------------------------- */

void vvi_json_value(vvi_json *json, const char *key, vv_value value);
/* A domain's members, inside an object that is begun: min, max, step, sampling, or values. */
void vvi_json_domain(vvi_json *json, const vv_domain *domain);

/* ---- reading (json_read.c) -------------------------------------------------------------------------------------- */

struct json_t; /* jansson's */

/* A value of that type; its text is copied into the arena. FORMAT: it is none. */
vv_status vvi_value_read(const struct json_t *json, vv_value_type type, vvi_arena *arena, vv_value *value);
/* The members of a domain of which kind and type are known already; what it has by default is not among them. FORMAT. */
vv_status vvi_domain_read(const struct json_t *json, vvi_arena *arena, vv_domain *domain);

#endif
