/* when.c - stated conditions: does a hyperparameter asked for earlier have one of these values?
 *
 * Stating is optional; what it adds is a record in the trace, and errors for parents that do not exist and for values
 * of another type. A value of the right type that the parent cannot take is no error: ranges may depend on values.
 */
#include "space/handle.h"

static const char *const type_names[] = {
    [VV_VALUE_INT] = "int", [VV_VALUE_FLOAT] = "float", [VV_VALUE_BOOL] = "bool", [VV_VALUE_STRING] = "string"
};

static const vv_active *find_parent(const vv_hp *hp, const char *name)
{
    const vvi_scope *scope = hp->scope;
    const vv_active *parent = vvi_hp_find_in(hp, scope, name);
    while (parent == NULL && scope != NULL) {
        scope = scope->outer;
        parent = vvi_hp_find_in(hp, scope, name);
    }
    return parent;
}

/* `true` and `false` are ints in C11. */
static void int_to_bool(vv_value *value)
{
    if (value->type == VV_VALUE_INT && (value->i == 0 || value->i == 1)) {
        *value = (vv_value){ VV_VALUE_BOOL, { .b = value->i == 1 } };
    }
}

/* Copies the values into the handle, as values of the parent's type. NULL: an error. */
static vv_value *adopt_values(vv_hp *hp, const vv_active *parent, const vv_value *given, size_t n)
{
    vv_value *values = vvi_hp_alloc(hp, n, sizeof *values);
    for (size_t i = 0; values != NULL && i < n; i++) {
        values[i] = given[i];
        if (parent->domain.type == VV_VALUE_BOOL) int_to_bool(&values[i]);
        const bool is_null = given[i].type == VV_VALUE_STRING && given[i].s == NULL;
        if (values[i].type != parent->domain.type || is_null) {
            char text[VVI_SHORT_TEXT];
            vvi_fail(&hp->error, VV_BAD_ARG, "vv_when: %s is a hyperparameter of type %s, and %s is none of its values",
                     parent->name, type_names[parent->domain.type], vvi_value_text(given[i], text));
            return NULL;
        }
        if (values[i].type == VV_VALUE_STRING) values[i].s = vvi_hp_strdup(hp, given[i].s);
        if (values[i].type == VV_VALUE_STRING && values[i].s == NULL) return NULL;
    }
    return values;
}

static bool has_one_of(const vv_active *parent, const vv_value *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (vv_value_equal(parent->value, values[i])) return true;
    }
    return false;
}

static void record(vv_hp *hp, vvi_condition *condition)
{
    if (hp->last_condition == NULL) {
        hp->first_condition = condition;
    } else {
        hp->last_condition->next = condition;
    }
    hp->last_condition = condition;
}

static bool state(vv_hp *hp, const char *name, const vv_value *given, size_t n)
{
    const vv_active *parent = name == NULL ? NULL : find_parent(hp, name);
    if (parent == NULL) {
        vvi_fail(&hp->error, VV_BAD_ARG, "vv_when: %s was not asked for before; ask for a parent first",
                 name == NULL ? "NULL" : name);
        return false;
    }
    vv_value *values = adopt_values(hp, parent, given, n);
    vvi_condition *condition = values == NULL ? NULL : vvi_hp_alloc(hp, 1, sizeof *condition);
    if (condition == NULL) return false;
    *condition = (vvi_condition){
        .parent = parent, .values = values, .n_values = n, .holds = has_one_of(parent, values, n), .position = hp->n
    };
    record(hp, condition);
    return condition->holds;
}

const vvi_condition *vvi_hp_conditions(const vv_hp *hp)
{
    return hp == NULL ? NULL : hp->first_condition;
}

/* ---- by type ---------------------------------------------------------------------------------------------------- */

static bool is_usable(const vv_hp *hp)
{
    return hp != NULL && hp->error.status == VV_OK;
}

bool vv_when_int(vv_hp *hp, const char *parent, int value)
{
    return is_usable(hp) && state(hp, parent, &(vv_value){ VV_VALUE_INT, { .i = value } }, 1);
}

bool vv_when_bool(vv_hp *hp, const char *parent, bool value)
{
    return is_usable(hp) && state(hp, parent, &(vv_value){ VV_VALUE_BOOL, { .b = value } }, 1);
}

/* Room for the values of a list, or NULL with an error. */
static vv_value *new_list(vv_hp *hp, const char *parent, const void *given, size_t n)
{
    if (!is_usable(hp)) return NULL;
    if (given != NULL && n > 0) return vvi_hp_alloc(hp, n, sizeof(vv_value));
    vvi_fail(&hp->error, VV_BAD_ARG, "vv_when: the list of values for %s is empty, must have at least one",
             parent == NULL ? "NULL" : parent);
    return NULL;
}

bool vv_when_ints(vv_hp *hp, const char *parent, vv_ints given)
{
    vv_value *values = new_list(hp, parent, given.values, given.n);
    if (values == NULL) return false;
    for (size_t i = 0; i < given.n; i++) values[i] = (vv_value){ VV_VALUE_INT, { .i = given.values[i] } };
    return state(hp, parent, values, given.n);
}

bool vv_when_floats(vv_hp *hp, const char *parent, vv_floats given)
{
    vv_value *values = new_list(hp, parent, given.values, given.n);
    if (values == NULL) return false;
    for (size_t i = 0; i < given.n; i++) values[i] = (vv_value){ VV_VALUE_FLOAT, { .f = given.values[i] } };
    return state(hp, parent, values, given.n);
}

bool vv_when_strings(vv_hp *hp, const char *parent, vv_strings given)
{
    vv_value *values = new_list(hp, parent, given.values, given.n);
    if (values == NULL) return false;
    for (size_t i = 0; i < given.n; i++) values[i] = (vv_value){ VV_VALUE_STRING, { .s = given.values[i] } };
    return state(hp, parent, values, given.n);
}
