/* values.c - values by name as JSON, as they are enqueued and kept, and what they stand for in a domain. */
#include "space/space.h"
#include "tuner/tuner.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- JSON ------------------------------------------------------------------------------------------------------- */

static void write_value(vvi_text *text, vv_value value)
{
    char number[VVI_FORMAT_SIZE];
    switch (value.type) {
    case VV_VALUE_INT:
        vvi_text_printf(text, "%lld", (long long)value.i);
        break;
    case VV_VALUE_FLOAT: /* a real stays one */
        vvi_format_double(value.f, number);
        vvi_text_printf(text, "%s%s", number, strpbrk(number, ".e") == NULL ? ".0" : "");
        break;
    case VV_VALUE_BOOL:
        vvi_text_printf(text, "%s", value.b ? "true" : "false");
        break;
    case VV_VALUE_STRING:
        vvi_text_add_json(text, value.s);
        break;
    }
}

void vvi_values_write(vvi_text *text, const vv_assignment *values, size_t n)
{
    vvi_text_printf(text, "{");
    for (size_t i = 0; i < n; i++) {
        vvi_text_printf(text, "%s", i == 0 ? "" : ", ");
        vvi_text_add_json(text, values[i].name);
        vvi_text_printf(text, ": ");
        write_value(text, values[i].value);
    }
    vvi_text_printf(text, "}");
}

static bool read_value(json_t *json, vvi_arena *arena, vv_value *value)
{
    if (json_is_integer(json))
        *value = (vv_value){ VV_VALUE_INT, { .i = json_integer_value(json) } };
    else if (json_is_real(json))
        *value = (vv_value){ VV_VALUE_FLOAT, { .f = json_real_value(json) } };
    else if (json_is_boolean(json))
        *value = (vv_value){ VV_VALUE_BOOL, { .b = json_is_true(json) } };
    else if (json_is_string(json))
        *value = (vv_value){ VV_VALUE_STRING, { .s = vvi_arena_strdup(arena, json_string_value(json)) } };
    else
        return false;
    return true;
}

vv_status vvi_values_read(const void *object, const char *what, vvi_arena *arena, const vv_assignment **values,
                          size_t *n, vv_error *error)
{
    const char *name;
    json_t *json, *root;
    memcpy(&root, &object, sizeof root); /* jansson's iteration takes no const */
    if (!json_is_object(root)) return vvi_fail(error, VV_BAD_ARG, "%s: must be an object of names and values", what);
    vv_assignment *list = vvi_arena_alloc(arena, (json_object_size(root) + 1) * sizeof *list);
    if (list == NULL) return vvi_no_memory(error);
    *values = list;
    *n = 0;
    json_object_foreach(root, name, json)
    {
        vv_assignment *next = &list[*n];
        next->name = vvi_arena_strdup(arena, name);
        if (!read_value(json, arena, &next->value))
            return vvi_fail(error, VV_BAD_ARG, "%s: %.80s: must be a number, a string, true or false", what, name);
        if (next->name == NULL || (next->value.type == VV_VALUE_STRING && next->value.s == NULL))
            return vvi_no_memory(error);
        ++*n;
    }
    return VV_OK;
}

/* ---- domains ---------------------------------------------------------------------------------------------------- */

/* By its text, as a command line has it: 2 is 2.0 where that is asked for, 0.3 the nearest that a grid has. A text that
 * is a value of strings is that value first. */
bool vvi_value_fit(const vv_domain *domain, vv_value given, vv_value *value)
{
    char text[256];
    const bool whole = given.type == VV_VALUE_FLOAT && fabs(given.f) < 0x1p53 && trunc(given.f) - given.f >= 0 &&
                       trunc(given.f) - given.f <= 0;
    if (vv_domain_contains(domain, given)) {
        *value = given;
        return true;
    }
    if (whole)
        snprintf(text, sizeof text, "%lld", (long long)given.f);
    else if (vv_value_format(given, text, sizeof text) >= (int)sizeof text)
        return false;
    return vv_value_parse(domain, text, value);
}
