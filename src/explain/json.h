/* json.h - explanations as JSON, for whoever shows or keeps them. */
#ifndef VVI_EXPLAIN_JSON_H
#define VVI_EXPLAIN_JSON_H

#include "space/json.h"
#include <varve/explain.h>

const char *vvi_precision_name(vv_precision precision); /* "int8"; NULL: there is no such precision */
void vvi_json_shape(vvi_json *json, const char *key, vv_shape shape);

/* All of it, as one object. */
void vvi_json_explanation(vvi_json *json, const char *key, const vv_explanation *e);
/* The same as a line. NO_MEMORY, IO. */
vv_status vvi_explain_write_json(const vv_explanation *e, FILE *out, vv_error *error);
/* What was written: read and written again it is the same. Owned: free with vv_explanation_free. It has no space. FORMAT: it
 * is damaged, or no explanation. NO_MEMORY. */
vv_status vvi_explanation_read(const char *json, vv_explanation **explanation, vv_error *error) VV_MUST_USE;

#endif
