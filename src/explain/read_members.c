/* read_members.c - members of JSON objects into structs, each kind of member in its own function. */
#include "explain/json.h"
#include "explain/read.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- failing, objects, lists ------------------------------------------------------------------------------------ */

void vvi_read_fail(vvi_reader *r, vv_status status, const char *key)
{
    if (r->status != VV_OK) return;
    r->status = status;
    snprintf(r->member, sizeof r->member, "%s", key);
}

void vvi_read_members(vvi_reader *r, const json_t *object, const vvi_members *members, void *base)
{
    for (size_t i = 0; r->status == VV_OK && i < members->n; i++) {
        const vvi_member *m = &members->list[i];
        m->read(r, object, m->key, (char *)base + m->offset);
    }
}

/* Room for the n things of a list; NULL: there are none, or there is no room. */
static void *begin_list(vvi_reader *r, const json_t *array, const char *key, size_t size, size_t *n)
{
    *n = 0;
    if (!json_is_array(array)) vvi_read_fail(r, VV_FORMAT, key);
    if (r->status != VV_OK || json_array_size(array) == 0) return NULL;
    void *list = vvi_arena_alloc(r->arena, json_array_size(array) * size);
    if (list == NULL) vvi_read_fail(r, VV_NO_MEMORY, key);
    if (list != NULL) *n = json_array_size(array);
    return list;
}

void *vvi_read_list(vvi_reader *r, const json_t *object, const char *key, const vvi_members *members, size_t *n)
{
    const json_t *array = json_object_get(object, key);
    char *things = begin_list(r, array, key, members->size, n);
    for (size_t i = 0; i < *n; i++) vvi_read_members(r, json_array_get(array, i), members, things + i * members->size);
    return things;
}

/* ---- texts ------------------------------------------------------------------------------------------------------ */

static const char *keep(vvi_reader *r, const json_t *json, const char *key)
{
    const char *text = json_is_string(json) ? vvi_arena_strdup(r->arena, json_string_value(json)) : NULL;
    if (text == NULL) vvi_read_fail(r, json_is_string(json) ? VV_NO_MEMORY : VV_FORMAT, key);
    return text;
}

void vvi_read_text(vvi_reader *r, const json_t *object, const char *key, void *place)
{
    *(const char **)place = keep(r, json_object_get(object, key), key);
}

void vvi_read_text_or(vvi_reader *r, const json_t *object, const char *key, void *place)
{
    if (json_is_null(json_object_get(object, key)))
        *(const char **)place = NULL;
    else
        vvi_read_text(r, object, key, place);
}

void vvi_read_texts(vvi_reader *r, const json_t *object, const char *key, void *place)
{
    vv_texts *texts = place;
    const json_t *array = json_object_get(object, key);
    const char **list = begin_list(r, array, key, sizeof *list, &texts->n);
    for (size_t i = 0; i < texts->n; i++) list[i] = keep(r, json_array_get(array, i), key);
    texts->list = list;
}

/* ---- numbers ---------------------------------------------------------------------------------------------------- */

/* A number of 64 bits may have come as a real one (read.c). */
static uint64_t count_of(vvi_reader *r, const json_t *json, const char *key)
{
    const double real = json_number_value(json);
    if (!json_is_number(json) || real < 0) vvi_read_fail(r, VV_FORMAT, key);
    if (!json_is_number(json) || real < 0) return 0;
    if (json_is_integer(json)) return (uint64_t)json_integer_value(json);
    return real >= 0x1p64 ? UINT64_MAX : (uint64_t)real;
}

void vvi_read_count(vvi_reader *r, const json_t *object, const char *key, void *place)
{
    *(uint64_t *)place = count_of(r, json_object_get(object, key), key);
}

void vvi_read_limit(vvi_reader *r, const json_t *object, const char *key, void *place)
{
    const json_t *json = json_object_get(object, key);
    *(uint64_t *)place = json_is_null(json) ? 0 : count_of(r, json, key);
}

void vvi_read_number(vvi_reader *r, const json_t *object, const char *key, void *place)
{
    const uint64_t number = count_of(r, json_object_get(object, key), key);
    *(size_t *)place = number > SIZE_MAX ? SIZE_MAX : (size_t)number;
}

static int int_of(vvi_reader *r, const json_t *json, const char *key)
{
    const double real = json_number_value(json);
    if (json_is_number(json) && real >= INT_MIN && real <= INT_MAX) return (int)real;
    vvi_read_fail(r, VV_FORMAT, key);
    return 0;
}

void vvi_read_int(vvi_reader *r, const json_t *object, const char *key, void *place)
{
    *(int *)place = int_of(r, json_object_get(object, key), key);
}

void vvi_read_real(vvi_reader *r, const json_t *object, const char *key, void *place)
{
    const json_t *json = json_object_get(object, key);
    if (!json_is_number(json)) vvi_read_fail(r, VV_FORMAT, key);
    *(double *)place = json_number_value(json);
}

void vvi_read_bool(vvi_reader *r, const json_t *object, const char *key, void *place)
{
    const json_t *json = json_object_get(object, key);
    if (!json_is_boolean(json)) vvi_read_fail(r, VV_FORMAT, key);
    *(bool *)place = json_is_true(json);
}

void vvi_read_shape(vvi_reader *r, const json_t *object, const char *key, void *place)
{
    vv_shape *shape = place;
    const json_t *json = json_object_get(object, key);
    *shape = (vv_shape){ 0 };
    if (!json_is_null(json) && (!json_is_array(json) || json_array_size(json) > VV_MAX_RANK))
        vvi_read_fail(r, VV_FORMAT, key);
    for (size_t i = 0; r->status == VV_OK && i < json_array_size(json); i++)
        shape->dim[shape->rank++] = int_of(r, json_array_get(json, i), key);
}

/* ---- names of things -------------------------------------------------------------------------------------------- */

/* As vv_standing_format writes it: what it makes of what was read must be the text that was read. */
void vvi_read_standing(vvi_reader *r, const json_t *object, const char *key, void *place)
{
    enum { TEXT_SIZE = 80 };
    char written[TEXT_SIZE];
    vv_standing *standing = place;
    const char *text = json_string_value(json_object_get(object, key));
    const size_t before = strlen("sampled (");
    for (int kind = 0; text != NULL && kind <= VV_EXACT; kind++) {
        *standing = (vv_standing){ .kind = (vv_standing_kind)kind };
        if (kind == VV_SAMPLED && strlen(text) > before) standing->checked = strtoull(text + before, NULL, 10);
        vv_standing_format(*standing, written, sizeof written);
        if (strcmp(written, text) == 0) return;
    }
    vvi_read_fail(r, VV_FORMAT, key);
}

void vvi_read_precision(vvi_reader *r, const json_t *object, const char *key, void *place)
{
    const char *name, *text = json_string_value(json_object_get(object, key));
    for (unsigned i = 0; text != NULL && (name = vvi_precision_name((vv_precision)i)) != NULL; i++) {
        *(vv_precision *)place = (vv_precision)i;
        if (strcmp(name, text) == 0) return;
    }
    vvi_read_fail(r, VV_FORMAT, key);
}

void vvi_read_role(vvi_reader *r, const json_t *object, const char *key, void *place)
{
    const char *text = json_string_value(json_object_get(object, key));
    for (int role = VV_ROLE_STRUCTURE; text != NULL && role <= VV_ROLE_UNKNOWN; role++) {
        *(vv_role *)place = (vv_role)role;
        if (strcmp(vv_role_name((vv_role)role), text) == 0) return;
    }
    vvi_read_fail(r, VV_FORMAT, key);
}

/* ---- numbers of configurations ---------------------------------------------------------------------------------- */

/* Of the first figures and how many there are. */
static double log10_of(const char *digits)
{
    enum { FIGURES = 17 };
    char text[FIGURES + 1];
    const size_t n = strlen(digits);
    snprintf(text, sizeof text, "%s", digits);
    return log10(strtod(text, NULL)) + (n > FIGURES ? (double)(n - FIGURES) : 0);
}

static const char *read_digits(vvi_reader *r, const json_t *object, const char *key)
{
    const char *digits = NULL;
    vvi_read_text_or(r, object, key, &digits);
    if (digits != NULL && (digits[0] == '\0' || digits[strspn(digits, "0123456789")] != '\0'))
        vvi_read_fail(r, VV_FORMAT, key);
    return digits;
}

void vvi_read_size(vvi_reader *r, const json_t *object, const char *key, void *place)
{
    vv_size *size = place;
    char low[64], high[64];
    snprintf(low, sizeof low, "%s_low", key);
    snprintf(high, sizeof high, "%s_high", key);
    *size = (vv_size){ .digits = read_digits(r, object, key) };
    if (size->digits != NULL) size->log10 = log10_of(size->digits);
    if (json_object_get(object, low) == NULL) return;
    size->low = read_digits(r, object, low);
    size->high = read_digits(r, object, high);
    if (size->digits == NULL || size->low == NULL || size->high == NULL) vvi_read_fail(r, VV_FORMAT, low);
}

/* ---- configurations --------------------------------------------------------------------------------------------- */

/* A value has the type of a domain of that name: JSON alone does not tell whether a number is whole by chance. What no domain
 * tells, as of a name that only this configuration was seen with, is what JSON says. */
static vv_status read_value(const vvi_reader *r, const char *name, const json_t *json, vv_value *value)
{
    static const vv_value_type types[] = { VV_VALUE_INT, VV_VALUE_FLOAT, VV_VALUE_BOOL, VV_VALUE_STRING };
    const vv_explanation *e = r->e;
    vv_status status = VV_FORMAT;
    for (size_t i = 0; status == VV_FORMAT && i < e->n_hyperparameters; i++)
        if (strcmp(e->hyperparameters[i].name, name) == 0)
            status = vvi_value_read(json, e->hyperparameters[i].domain.type, r->arena, value);
    for (size_t i = 0; status == VV_FORMAT && i < sizeof types / sizeof *types; i++)
        status = vvi_value_read(json, types[i], r->arena, value);
    return status;
}

void vvi_read_values(vvi_reader *r, const json_t *object, const char *key, void *place)
{
    vv_values *values = place;
    json_t *members = json_object_get(object, key);
    *values = (vv_values){ .n = 0 };
    if (!json_is_object(members)) vvi_read_fail(r, VV_FORMAT, key);
    vv_assignment *list = vvi_arena_alloc(r->arena, (json_object_size(members) + 1) * sizeof *list);
    if (list == NULL) vvi_read_fail(r, VV_NO_MEMORY, key);
    for (void *at = json_object_iter(members); r->status == VV_OK && at != NULL;
         at = json_object_iter_next(members, at)) {
        vv_assignment *one = &list[values->n++];
        const vv_status status = read_value(r, json_object_iter_key(at), json_object_iter_value(at), &one->value);
        if (status != VV_OK) vvi_read_fail(r, status, key);
        one->name = vvi_arena_strdup(r->arena, json_object_iter_key(at));
        if (one->name == NULL) vvi_read_fail(r, VV_NO_MEMORY, key);
    }
    values->list = list;
}
