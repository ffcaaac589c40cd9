/* prepare.c - what is learnt from training data: the one linear transform there is, and JSON both ways.
 *
 * A preparation is {"varve": "preparation", "version": 1, "kind": KIND, ...}. Reals are written with 17 digits, so that
 * they read back exactly.
 */
#include "data/data.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { VERSION = 1 };

/* The mean in two passes: the second takes away the rounding of the first. */
static double mean_of(const double *value, size_t n, size_t count)
{
    double sum = 0, rest = 0;
    for (size_t i = 0; i < n; i++)
        if (isfinite(value[i])) sum += value[i] / (double)count;
    for (size_t i = 0; i < n; i++)
        if (isfinite(value[i])) rest += (value[i] - sum) / (double)count;
    return sum + rest;
}

static vvi_linear standard(const double *value, size_t n, size_t count, double mean)
{
    double squares = 0;
    for (size_t i = 0; i < n; i++)
        if (isfinite(value[i])) squares += (value[i] - mean) * (value[i] - mean) / (double)count;
    const double deviation = sqrt(squares);
    /* a constant column: rounding in its mean must not become its scale */
    const bool constant = !(deviation > 1e-14 * fabs(mean)) || !isfinite(deviation);
    return (vvi_linear){ mean, constant ? 1 : deviation };
}

static vvi_linear minmax(const double *value, size_t n)
{
    double low = (double)INFINITY, high = -(double)INFINITY;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(value[i])) continue;
        low = fmin(low, value[i]);
        high = fmax(high, value[i]);
    }
    return (vvi_linear){ low, high > low && isfinite(high - low) ? high - low : 1 };
}

vvi_linear vvi_linear_learn(vvi_scaling scaling, const double *value, size_t n, double *mean)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) count += isfinite(value[i]) ? 1 : 0;
    *mean = count == 0 ? (double)NAN : mean_of(value, n, count);
    if (count == 0 || scaling == VVI_SCALE_NONE) return (vvi_linear){ 0, 1 };
    return scaling == VVI_SCALE_STANDARD ? standard(value, n, count, *mean) : minmax(value, n);
}

/* ---- writing ------------------------------------------------------------------------------------------------------
 */

void vvi_prepare_set(json_t *root, const char *key, json_t *value, bool *failed)
{
    if (value == NULL || json_object_set_new(root, key, value) != 0) *failed = true;
}

json_t *vvi_prepare_strings(const char *const *text, size_t n)
{
    json_t *array = json_array();
    for (size_t i = 0; array != NULL && i < n; i++) {
        if (json_array_append_new(array, json_string(text[i])) == 0) continue;
        json_decref(array);
        return NULL;
    }
    return array;
}

vv_status vvi_prepare_begin(json_t **root, const char *kind, vv_error *error)
{
    bool failed = false;
    *root = json_object();
    if (*root == NULL) return vvi_no_memory(error);
    vvi_prepare_set(*root, "varve", json_string("preparation"), &failed);
    vvi_prepare_set(*root, "version", json_integer(VERSION), &failed);
    vvi_prepare_set(*root, "kind", json_string(kind), &failed);
    return failed ? vvi_no_memory(error) : VV_OK;
}

vv_status vvi_prepare_finish(const json_t *root, const char *name, vv_data *data, vv_data *other, vv_error *error)
{
    char *text = json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(17));
    if (text == NULL) return vvi_no_memory(error);
    vv_status status = vvi_data_set_texts(data, name, text, error);
    if (status == VV_OK && other != NULL) status = vvi_data_set_texts(other, name, text, error);
    free(text); /* jansson's own */
    return status;
}

/* ---- reading ------------------------------------------------------------------------------------------------------
 */

vv_status vvi_prepare_read(const char *text, json_t **root, vv_error *error)
{
    json_error_t why;
    *root = json_loads(text, JSON_REJECT_DUPLICATES, &why);
    if (*root != NULL && json_is_object(*root)) return VV_OK;
    const bool parsed = *root != NULL;
    json_decref(*root);
    *root = NULL;
    return vvi_fail(error, VV_FORMAT, "preparation: %s", parsed ? "is not a JSON object" : why.text);
}

vv_status vvi_prepare_check(const json_t *root, const char *kind, vv_error *error)
{
    const char *mark = json_string_value(json_object_get(root, "varve")), *found = NULL;
    if (mark == NULL || strcmp(mark, "preparation") != 0)
        return vvi_fail(error, VV_FORMAT, "preparation: is not what vv_data_preparation() of an opened data set said");
    const json_t *version = json_object_get(root, "version");
    if (!json_is_integer(version) || json_integer_value(version) != VERSION)
        return vvi_fail(error, VV_VERSION, "preparation: has version %lld; this library reads version %d",
                        (long long)json_integer_value(version), VERSION);
    VVI_TRY(vvi_prepare_text(root, "kind", &found, error));
    if (strcmp(found, kind) == 0) return VV_OK;
    return vvi_fail(error, VV_MISMATCH, "preparation: is for %s, but the data is %s", found, kind);
}

static vv_status wrong(const char *key, const char *wanted, vv_error *error)
{
    return vvi_fail(error, VV_FORMAT, "preparation: \"%s\" is not %s", key, wanted);
}

vv_status vvi_prepare_number(const json_t *root, const char *key, double *value, vv_error *error)
{
    const json_t *found = json_object_get(root, key);
    if (!json_is_number(found)) return wrong(key, "a number", error);
    *value = json_number_value(found);
    return VV_OK;
}

vv_status vvi_prepare_text(const json_t *root, const char *key, const char **value, vv_error *error)
{
    *value = json_string_value(json_object_get(root, key));
    return *value == NULL ? wrong(key, "a text", error) : VV_OK;
}

vv_status vvi_prepare_missing(const json_t *root, vvi_missing *missing, vv_error *error)
{
    const char *word = NULL;
    VVI_TRY(vvi_prepare_text(root, "missing", &word, error));
    if (vvi_spec_parse_missing(word, missing)) return VV_OK;
    return vvi_fail(error, VV_FORMAT, "preparation: \"missing\" is \"%.60s\"; it must be mean, drop or error", word);
}

vv_status vvi_prepare_delimiter(const json_t *root, char *delimiter, vv_error *error)
{
    const char *word = NULL;
    VVI_TRY(vvi_prepare_text(root, "delimiter", &word, error));
    if (vvi_spec_parse_delimiter(word, delimiter)) return VV_OK;
    return vvi_fail(error, VV_FORMAT, "preparation: \"delimiter\" is \"%.60s\"; it must be one of , ; tab space", word);
}

vv_status vvi_prepare_texts(const json_t *root, const char *key, vvi_arena *arena, const char ***text, size_t *n,
                            vv_error *error)
{
    const json_t *array = json_object_get(root, key);
    *n = json_array_size(array);
    if (!json_is_array(array) || *n == 0) return wrong(key, "a list of texts", error);
    *text = vvi_arena_alloc(arena, *n * sizeof **text);
    if (*text == NULL) return vvi_no_memory(error);
    for (size_t i = 0; i < *n; i++) {
        const char *one = json_string_value(json_array_get(array, i));
        if (one == NULL) return wrong(key, "a list of texts", error);
        (*text)[i] = vvi_arena_strdup(arena, one);
        if ((*text)[i] == NULL) return vvi_no_memory(error);
    }
    return VV_OK;
}
