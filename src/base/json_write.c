/* json_write.c - a JSON writer (RFC 8259).
 *
 * Numbers are the shortest that read back: 15 to 17 digits (float: 6 to 9). JSON has no NaN and
 * no infinity; null stands for both, so that a diverged trial never makes a document that cannot be read.
 */
#include "base/json.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- structure ------------------------------------------------------------------------------------------------------
 */

static vvi_text *begin_value(vvi_json *json, const char *key)
{
    if (json->comma) vvi_text_add(&json->text, ", ", 2);
    json->comma = true;
    if (key != NULL) {
        vvi_text_add_json(&json->text, key);
        vvi_text_add(&json->text, ": ", 2);
    }
    return &json->text;
}

void vvi_json_begin(vvi_json *json, const char *key, char bracket)
{
    vvi_text_add(begin_value(json, key), &bracket, 1);
    json->comma = false;
}

void vvi_json_end(vvi_json *json, char bracket)
{
    vvi_text_add(&json->text, &bracket, 1);
    json->comma = true;
}

/* ---- values ---------------------------------------------------------------------------------------------------------
 */

void vvi_json_null(vvi_json *json, const char *key)
{
    vvi_text_add(begin_value(json, key), "null", 4);
}

void vvi_json_string(vvi_json *json, const char *key, const char *text)
{
    if (text == NULL)
        vvi_json_null(json, key);
    else
        vvi_text_add_json(begin_value(json, key), text);
}

void vvi_json_int(vvi_json *json, const char *key, int64_t number)
{
    vvi_text_printf(begin_value(json, key), "%" PRId64, number);
}

void vvi_json_count(vvi_json *json, const char *key, uint64_t number)
{
    vvi_text_printf(begin_value(json, key), "%" PRIu64, number);
}

void vvi_json_digits(vvi_json *json, const char *key, const char *digits)
{
    vvi_text_printf(begin_value(json, key), "%s", digits == NULL ? "null" : digits);
}

void vvi_json_real(vvi_json *json, const char *key, double number)
{
    char text[VVI_FORMAT_SIZE];
    if (!isfinite(number)) {
        vvi_json_null(json, key);
        return;
    }
    vvi_text_printf(begin_value(json, key), "%s", vvi_format_double(number, text));
}

void vvi_json_float(vvi_json *json, const char *key, float number)
{
    char text[VVI_FORMAT_SIZE];
    if (!isfinite(number)) {
        vvi_json_null(json, key);
        return;
    }
    vvi_text_printf(begin_value(json, key), "%s", vvi_format_float(number, text));
}

void vvi_json_bool(vvi_json *json, const char *key, bool yes)
{
    vvi_text_printf(begin_value(json, key), "%s", yes ? "true" : "false");
}

vv_status vvi_json_flush(vvi_json *json, FILE *out, vv_error *error)
{
    vvi_text_add(&json->text, "\n", 1);
    const bool failed = json->text.failed;
    if (!failed) fwrite(json->text.data, 1, json->text.n, out);
    vvi_text_deinit(&json->text);
    *json = (vvi_json){ 0 };
    if (failed) return vvi_no_memory(error);
    return fflush(out) != 0 || ferror(out) ? vvi_fail(error, VV_IO, "the output could not be written") : VV_OK;
}
