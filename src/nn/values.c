/* values.c - argument structs through their field tables.
 *
 * Every member is read as a double: ints and enums are exact in it. A zeroed member means "not given", but for MAYBE.
 */
#include "nn/values.h"

#include <math.h>
#include <string.h>

const void *vvi_layer_arguments(const vv_layer *layer)
{
    return (const char *)layer + offsetof(vv_layer, input);
}

static double get_int(const void *member)
{
    int value;
    memcpy(&value, member, sizeof value);
    return value;
}

double vvi_value_get(const vv_field *field, const void *arguments, bool *given)
{
    const void *member = (const char *)arguments + field->offset;
    double value = 0;
    bool is_set = false;
    switch (field->type) {
    case VV_FIELD_INT:
    case VV_FIELD_ENUM:
        value = get_int(member);
        break;
    case VV_FIELD_FLOAT:
        memcpy(&value, member, sizeof value);
        break;
    case VV_FIELD_BOOL:
        value = *(const bool *)member;
        break;
    case VV_FIELD_MAYBE:
        is_set = ((const vv_maybe *)member)->set;
        value = is_set ? ((const vv_maybe *)member)->value : 0;
        break;
    }
    if (given != NULL) *given = is_set || value != 0;
    return value;
}

double vvi_value_effective(const vv_field *field, const void *arguments)
{
    bool given;
    const double value = vvi_value_get(field, arguments, &given);
    return given ? value : field->preset;
}

void vvi_value_set(const vv_field *field, void *arguments, double value)
{
    void *member = (char *)arguments + field->offset;
    switch (field->type) {
    case VV_FIELD_INT:
    case VV_FIELD_ENUM:
        memcpy(member, &(int){ (int)value }, sizeof(int));
        break;
    case VV_FIELD_FLOAT:
        memcpy(member, &value, sizeof value);
        break;
    case VV_FIELD_BOOL:
        *(bool *)member = value != 0;
        break;
    case VV_FIELD_MAYBE:
        *(vv_maybe *)member = VV_SOME(value);
        break;
    }
}

static int label_count(const vv_field *field)
{
    int n = 0;
    while (field->labels != NULL && field->labels[n] != NULL) n++;
    return n;
}

static vv_status check_one(const vv_field *field, const void *arguments, const char *name, vv_error *error)
{
    bool given;
    const double value = vvi_value_get(field, arguments, &given);
    if (!given) {
        if (!field->required) return VV_OK;
        return vvi_fail(error, VV_BAD_ARG,
                        field->type == VV_FIELD_INT ? "%s: %s is required (%.0f to %.0f)"
                                                    : "%s: %s is required (%.9g to %.9g)",
                        name, field->name, field->min, field->max);
    }
    if (field->type == VV_FIELD_BOOL) return VV_OK;
    if (field->type == VV_FIELD_ENUM) {
        const int n = label_count(field);
        if (value >= 0 && value < n) return VV_OK;
        return vvi_fail(error, VV_BAD_ARG, "%s: %s %.0f is not one of its %d values", name, field->name, value, n);
    }
    if (isfinite(value) && value >= field->min && value <= field->max) return VV_OK;
    if (field->type == VV_FIELD_INT)
        return vvi_fail(error, VV_BAD_ARG, "%s: %s %.0f is outside %.0f to %.0f", name, field->name, value, field->min,
                        field->max);
    return vvi_fail(error, VV_BAD_ARG, "%s: %s %.9g is outside %.9g to %.9g", name, field->name, value, field->min,
                    field->max);
}

/* The bits of a member; all zero: it is not given. (So is -0, whose bits are not zero: it takes the long way.) */
static uint64_t bits_of(const vv_field *field, const void *arguments)
{
    const void *member = (const char *)arguments + field->offset;
    uint64_t bits = 0;
    switch (field->type) {
    case VV_FIELD_INT:
    case VV_FIELD_ENUM:
        memcpy(&bits, member, sizeof(int));
        return bits;
    case VV_FIELD_FLOAT:
        memcpy(&bits, member, sizeof(double));
        return bits;
    case VV_FIELD_BOOL:
        return *(const bool *)member;
    case VV_FIELD_MAYBE:
        return ((const vv_maybe *)member)->set;
    }
    return 0;
}

static bool same_number(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

bool vvi_values_same(const vv_field *fields, size_t n, const void *a, const void *b)
{
    for (size_t i = 0; i < n; i++) {
        const uint64_t bits = bits_of(&fields[i], a);
        if (bits != bits_of(&fields[i], b)) return false;
        if (fields[i].type != VV_FIELD_MAYBE || bits == 0) continue;
        if (!same_number(vvi_value_get(&fields[i], a, NULL), vvi_value_get(&fields[i], b, NULL))) return false;
    }
    return true;
}

vv_status vvi_values_check(const vv_field *fields, size_t n, const void *arguments, const char *name, vv_error *error)
{
    for (size_t i = 0; i < n; i++) {
        if (!fields[i].required && bits_of(&fields[i], arguments) == 0) continue; /* as most members of most layers */
        VVI_TRY(check_one(&fields[i], arguments, name, error));
    }
    return VV_OK;
}

void vvi_values_fill(const vv_field *fields, size_t n, void *arguments)
{
    for (size_t i = 0; i < n; i++) vvi_value_set(&fields[i], arguments, vvi_value_effective(&fields[i], arguments));
}

const vv_field *vvi_values_find(const vv_field *fields, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(fields[i].name, name) == 0) return &fields[i];
    return NULL;
}

int vvi_value_label(const vv_field *field, const char *label)
{
    int i = label_count(field) - 1;
    while (i >= 0 && strcmp(field->labels[i], label) != 0) i--;
    return i;
}
