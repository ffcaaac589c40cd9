/* json.h - a JSON writer (json_write.c): what any module says to programs. */
#ifndef VVI_BASE_JSON_H
#define VVI_BASE_JSON_H

#include "base/base.h"
#include <stdio.h>

/* Writes valid JSON whatever it is given: numbers shortest that read back, NaN and infinities as null, bytes that are
 * not UTF-8 as U+FFFD. `key` is NULL inside arrays and at the top. Zero-initialise; vvi_text_deinit(&json.text). */
typedef struct vvi_json {
    vvi_text text;
    bool comma; /* before the next value */
} vvi_json;
void vvi_json_begin(vvi_json *json, const char *key, char bracket);      /* '{' or '[' */
void vvi_json_end(vvi_json *json, char bracket);                         /* '}' or ']' */
void vvi_json_string(vvi_json *json, const char *key, const char *text); /* NULL: null */
void vvi_json_int(vvi_json *json, const char *key, int64_t number);
void vvi_json_count(vvi_json *json, const char *key, uint64_t number);
void vvi_json_digits(vvi_json *json, const char *key, const char *digits); /* as a number; NULL: null */
void vvi_json_real(vvi_json *json, const char *key, double number);
void vvi_json_float(vvi_json *json, const char *key, float number); /* shortest that reads back as a float */
void vvi_json_bool(vvi_json *json, const char *key, bool yes);
void vvi_json_null(vvi_json *json, const char *key);
/* Writes what is there and a line's end, flushes, begins anew. NO_MEMORY, IO. */
vv_status vvi_json_flush(vvi_json *json, FILE *out, vv_error *error);

#endif
