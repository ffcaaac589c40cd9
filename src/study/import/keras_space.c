/* keras_space.c - hyperparameters as Keras Tuner writes them: {"space": [...], "values": {...}}.
 *
 * Kept are those whose conditions hold and which have a value, each name once; what else stands in "values" is a value of
 * a hyperparameter that this trial did not use, or Keras Tuner's own ("tuner/epochs", from which the trial's goal comes).
 *
 * A value of ours is always one of its domain. Keras Tuner sums up steps, and so writes 0.30000000000000004 for the 0.3
 * of a grid: such a value becomes the grid's own. It does not check what a domain may be, nor that a value is in it:
 * where that is so, the value is kept as a fixed one.
 */
#include "space/space.h"
#include "study/import/keras_tuner.h"

#include <math.h>
#include <string.h>

static const char own_names[] = "tuner/";

/* ---- values -------------------------------------------------------------------------------------------------------- */

static bool is_whole(double number)
{
    return fabs(number) <= 0x1p53 && trunc(number) >= number && trunc(number) <= number;
}

static vv_value read_value(vvi_keras_file *file, const vvi_keras_place *place)
{
    if (json_is_boolean(place->json)) return (vv_value){ VV_VALUE_BOOL, { .b = json_is_true(place->json) } };
    if (json_is_integer(place->json)) return (vv_value){ VV_VALUE_INT, { .i = json_integer_value(place->json) } };
    if (json_is_real(place->json)) return (vv_value){ VV_VALUE_FLOAT, { .f = json_real_value(place->json) } };
    return (vv_value){ VV_VALUE_STRING, { .s = vvi_keras_text(file, place) } };
}

static double number_of(vv_value value)
{
    return value.type == VV_VALUE_INT ? (double)value.i : value.type == VV_VALUE_BOOL ? (double)value.b : value.f;
}

/* As Python says it: True is 1 and 1.0. */
static bool is_equal(vv_value a, vv_value b)
{
    if (a.type == VV_VALUE_STRING || b.type == VV_VALUE_STRING) return a.type == b.type && strcmp(a.s, b.s) == 0;
    return number_of(a) >= number_of(b) && number_of(a) <= number_of(b);
}

static bool as_type(vv_value_type type, vv_value given, vv_value *value)
{
    *value = given;
    if (given.type == type) return true;
    if (given.type == VV_VALUE_STRING || type == VV_VALUE_STRING) return false;
    const double number = number_of(given);
    *value = (vv_value){ .type = type };
    if (type == VV_VALUE_FLOAT)
        value->f = number;
    else if (!is_whole(number) || (type == VV_VALUE_BOOL && fabs(number - 0.5) > 0.5))
        return false;
    else if (type == VV_VALUE_INT)
        value->i = (int64_t)number;
    else
        value->b = number > 0;
    return true;
}

/* The last value of a grid, which ascends, that is not above `number`. */
static uint64_t index_below(const vv_domain *domain, double number)
{
    uint64_t low = 0, high = vv_domain_size(domain);
    while (high - low > 1) {
        const uint64_t middle = low + (high - low) / 2;
        if (vv_domain_at(domain, middle).f > number)
            high = middle;
        else
            low = middle;
    }
    return low;
}

static bool snap(const vv_domain *domain, vv_value *value)
{
    const uint64_t n = vv_domain_size(domain);
    if (domain->kind != VV_DOMAIN_FLOAT || n == 0) return false;
    const uint64_t below = index_below(domain, value->f);
    for (uint64_t i = below; i < n && i <= below + 1; i++) {
        const double near = vv_domain_at(domain, i).f;
        if (fabs(near - value->f) > 1e-9 * fmax(fabs(near), domain->step)) continue;
        value->f = near;
        return true;
    }
    return false;
}

static bool fit(const vv_domain *domain, vv_value given, vv_value *value)
{
    return as_type(domain->type, given, value) && (vv_domain_contains(domain, *value) || snap(domain, value));
}

/* ---- domains ------------------------------------------------------------------------------------------------------- */

static double number_at(vvi_keras_file *file, const vvi_keras_place *config, const char *key)
{
    const vvi_keras_place place = vvi_keras_member(file, config, key, VVI_KERAS_NUMBER);
    return vvi_keras_number(&place);
}

static void read_sampling(vvi_keras_file *file, const vvi_keras_place *config, vv_domain *domain)
{
    static const char *const names[] = {
        [VV_SAMPLE_LINEAR] = "linear", [VV_SAMPLE_LOG] = "log", [VV_SAMPLE_REVERSE_LOG] = "reverse_log"
    };
    if (!vvi_keras_has(config, "sampling")) return;
    const vvi_keras_place place = vvi_keras_member(file, config, "sampling", VVI_KERAS_TEXT);
    const char *text = vvi_keras_text(file, &place);
    for (int i = VV_SAMPLE_LINEAR; i <= VV_SAMPLE_REVERSE_LOG; i++)
        if (strcmp(names[i], text) == 0) {
            domain->sampling = (vv_sampling)i;
            return;
        }
    vvi_keras_refuse(file, &place, "\"%.40s\", must be linear, log or reverse_log", text);
}

static void read_range(vvi_keras_file *file, const vvi_keras_place *config, vv_domain *domain)
{
    domain->min = number_at(file, config, "min_value");
    domain->max = number_at(file, config, "max_value");
    if (vvi_keras_has(config, "step")) domain->step = number_at(file, config, "step");
    read_sampling(file, config, domain);
}

static void read_list(vvi_keras_file *file, const vvi_keras_place *config, vv_domain *domain)
{
    const vvi_keras_place list = vvi_keras_member(file, config, "values", VVI_KERAS_ARRAY);
    const size_t n = vvi_keras_count(&list);
    vv_value *values = vvi_keras_alloc(file, n, sizeof *values);
    for (size_t i = 0; values != NULL && i < n; i++) {
        const vvi_keras_place item = vvi_keras_item(file, &list, i, VVI_KERAS_VALUE);
        values[i] = read_value(file, &item);
    }
    domain->values = values;
    domain->n_values = values == NULL ? 0 : n;
    if (domain->n_values > 0) domain->type = values[0].type;
}

static void read_nothing(vvi_keras_file *file, const vvi_keras_place *config, vv_domain *domain)
{
    (void)file, (void)config, (void)domain;
}

static const struct {
    const char *name;
    vv_domain_kind kind;
    vv_value_type type;
    void (*read)(vvi_keras_file *file, const vvi_keras_place *config, vv_domain *domain);
} classes[] = {
    { "Int", VV_DOMAIN_INT, VV_VALUE_INT, read_range },
    { "Float", VV_DOMAIN_FLOAT, VV_VALUE_FLOAT, read_range },
    { "Choice", VV_DOMAIN_CHOICE, VV_VALUE_STRING, read_list },
    { "Boolean", VV_DOMAIN_BOOL, VV_VALUE_BOOL, read_nothing },
    { "Fixed", VV_DOMAIN_FIXED, VV_VALUE_STRING, read_nothing }, /* its value is the trial's */
};
enum { N_CLASSES = (int)(sizeof classes / sizeof classes[0]) };

static vv_domain fixed(vvi_keras_file *file, vv_value value)
{
    vv_value *values = vvi_keras_alloc(file, 1, sizeof *values);
    if (values != NULL) values[0] = value;
    return (vv_domain){ .kind = VV_DOMAIN_FIXED,
                        .type = value.type,
                        .values = values,
                        .n_values = values == NULL ? 0 : 1,
                        .default_value = value };
}

static void set_default(vvi_keras_file *file, const vvi_keras_place *config, vv_domain *domain)
{
    domain->default_value =
        vv_domain_size(domain) > 0 ? vv_domain_at(domain, 0) : (vv_value){ VV_VALUE_FLOAT, { .f = domain->min } };
    if (!vvi_keras_has(config, "default")) return;
    vv_value fitting;
    const vvi_keras_place place = vvi_keras_member(file, config, "default", VVI_KERAS_VALUE);
    if (place.json != NULL && fit(domain, read_value(file, &place), &fitting)) domain->default_value = fitting;
}

/* Does it keep to the rules of hp.h? */
static bool is_legal(vvi_keras_file *file, const vv_domain *domain)
{
    if (file->status != VV_OK) return false;
    const vv_status status = vvi_domain_check_values(domain, "", NULL);
    if (status == VV_NO_MEMORY) file->status = vvi_no_memory(file->error);
    return status == VV_OK;
}

/* A domain that has the value, which may change to the domain's own. */
static vv_domain read_domain(vvi_keras_file *file, const vvi_keras_place *hyperparameter, const vvi_keras_place *config,
                             vv_value *value)
{
    const vvi_keras_place name = vvi_keras_member(file, hyperparameter, "class_name", VVI_KERAS_TEXT);
    const char *text = vvi_keras_text(file, &name);
    int i = 0;
    while (i < N_CLASSES && strcmp(classes[i].name, text) != 0) i++;
    if (i == N_CLASSES) {
        vvi_keras_refuse(file, &name, "\"%.40s\", must be Int, Float, Choice, Boolean or Fixed", text);
        return (vv_domain){ .kind = VV_DOMAIN_BOOL, .type = VV_VALUE_BOOL };
    }
    vv_domain domain = { .kind = classes[i].kind, .type = classes[i].type };
    vv_value fitting;
    classes[i].read(file, config, &domain);
    if (domain.kind == VV_DOMAIN_FIXED || !is_legal(file, &domain) || !fit(&domain, *value, &fitting))
        return fixed(file, *value);
    *value = fitting;
    set_default(file, config, &domain);
    return domain;
}

/* ---- which are active ---------------------------------------------------------------------------------------------- */

static bool condition_holds(vvi_keras_file *file, const vvi_keras_place *condition, const vvi_keras_place *values)
{
    const vvi_keras_place class_name = vvi_keras_member(file, condition, "class_name", VVI_KERAS_TEXT);
    const vvi_keras_place config = vvi_keras_member(file, condition, "config", VVI_KERAS_OBJECT);
    const vvi_keras_place parent = vvi_keras_member(file, &config, "name", VVI_KERAS_TEXT);
    const vvi_keras_place list = vvi_keras_member(file, &config, "values", VVI_KERAS_ARRAY);
    const char *kind = vvi_keras_text(file, &class_name);
    if (file->status == VV_OK && strcmp(kind, "Parent") != 0)
        vvi_keras_refuse(file, &class_name, "\"%.40s\", must be Parent", kind);
    const char *name = vvi_keras_text(file, &parent);
    if (file->status != VV_OK || !vvi_keras_has(values, name)) return false;
    const vvi_keras_place is = vvi_keras_member(file, values, name, VVI_KERAS_VALUE);
    const vv_value value = read_value(file, &is);
    for (size_t i = 0; i < vvi_keras_count(&list); i++) {
        const vvi_keras_place item = vvi_keras_item(file, &list, i, VVI_KERAS_VALUE);
        if (item.json != NULL && is_equal(value, read_value(file, &item))) return true;
    }
    return false;
}

static bool is_active(vvi_keras_file *file, const vvi_keras_place *config, const vvi_keras_place *values)
{
    if (!vvi_keras_has(config, "conditions")) return true;
    const vvi_keras_place list = vvi_keras_member(file, config, "conditions", VVI_KERAS_ARRAY);
    for (size_t i = 0; i < vvi_keras_count(&list); i++) {
        const vvi_keras_place condition = vvi_keras_item(file, &list, i, VVI_KERAS_OBJECT);
        if (!condition_holds(file, &condition, values)) return false;
    }
    return true;
}

static bool is_there(const vv_active *list, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i].name, name) == 0) return true;
    return false;
}

/* ---- all of them --------------------------------------------------------------------------------------------------- */

/* The rules of names that stored trials keep to. */
static void check_name(vvi_keras_file *file, const vvi_keras_place *place, const char *name)
{
    const size_t n = strlen(name);
    bool printable = n > 0;
    for (size_t i = 0; i < n; i++) printable = printable && (unsigned char)name[i] >= ' ' && name[i] != 0x7f;
    if (!printable || n > 1000) vvi_keras_refuse(file, place, "must have 1 to 1000 bytes and no control characters");
}

static void add_hyperparameter(vvi_keras_file *file, const vvi_keras_place *hyperparameter,
                               const vvi_keras_place *values, vv_active *list, size_t *n)
{
    const vvi_keras_place config = vvi_keras_member(file, hyperparameter, "config", VVI_KERAS_OBJECT);
    const vvi_keras_place name = vvi_keras_member(file, &config, "name", VVI_KERAS_TEXT);
    vv_active *next = &list[*n];
    next->name = vvi_keras_text(file, &name);
    if (file->status != VV_OK || is_there(list, *n, next->name) || !vvi_keras_has(values, next->name) ||
        !is_active(file, &config, values))
        return;
    check_name(file, &name, next->name);
    const vvi_keras_place value = vvi_keras_member(file, values, next->name, VVI_KERAS_VALUE);
    if (file->status != VV_OK) return;
    next->value = read_value(file, &value);
    next->domain = read_domain(file, hyperparameter, &config, &next->value);
    vv_error why = { 0 };
    const vv_status legal = file->status == VV_OK ? vv_domain_check(&next->domain, next->name, &why) : VV_OK;
    if (legal == VV_NO_MEMORY)
        file->status = vvi_no_memory(file->error);
    else if (legal != VV_OK)
        vvi_keras_refuse(file, &value, "%.140s", why.text);
    *n += file->status == VV_OK;
}

static void read_goal(vvi_keras_file *file, const vvi_keras_place *values, vv_trial *trial)
{
    static const char key[] = "tuner/epochs";
    if (!vvi_keras_has(values, key)) return;
    const vvi_keras_place place = vvi_keras_member(file, values, key, VVI_KERAS_NUMBER);
    const double goal = vvi_keras_number(&place);
    if (is_whole(goal) && goal >= 0 && goal <= INT32_MAX)
        trial->goal = (int)goal;
    else
        vvi_keras_refuse(file, &place, "must be a whole number >= 0");
}

/* Is it in the space, under whatever condition? */
static bool is_known(const vvi_keras_place *space, const char *name)
{
    for (size_t i = 0; i < vvi_keras_count(space); i++) {
        const json_t *config = json_object_get(json_array_get(space->json, i), "config");
        const char *known = json_string_value(json_object_get(config, "name"));
        if (known != NULL && strcmp(known, name) == 0) return true;
    }
    return strncmp(name, own_names, strlen(own_names)) == 0;
}

/* Somebody put it beside the space: it is kept as it is. */
static void add_unknown(vvi_keras_file *file, const vvi_keras_place *space, const vvi_keras_place *values,
                        vv_active *list, size_t *n)
{
    json_t *root;
    memcpy(&root, &values->json, sizeof root); /* jansson's iteration takes no const */
    for (void *at = json_object_iter(root); at != NULL && file->status == VV_OK; at = json_object_iter_next(root, at)) {
        const char *name = json_object_iter_key(at);
        if (is_known(space, name) || !vvi_keras_has(values, name)) continue;
        const vvi_keras_place value = vvi_keras_member(file, values, name, VVI_KERAS_VALUE);
        check_name(file, &value, name);
        if (file->status != VV_OK) return;
        list[*n].name = vvi_arena_strdup(file->arena, name);
        if (list[*n].name == NULL) file->status = vvi_no_memory(file->error);
        list[*n].value = read_value(file, &value);
        list[*n].domain = fixed(file, list[*n].value);
        *n += file->status == VV_OK;
    }
}

void vvi_keras_values(vvi_keras_file *file, const vvi_keras_place *hyperparameters, vv_trial *trial)
{
    const vvi_keras_place space = vvi_keras_member(file, hyperparameters, "space", VVI_KERAS_ARRAY);
    const vvi_keras_place values = vvi_keras_member(file, hyperparameters, "values", VVI_KERAS_OBJECT);
    const size_t n_space = vvi_keras_count(&space);
    vv_active *list = vvi_keras_alloc(file, n_space + json_object_size(values.json), sizeof *list);
    size_t n = 0;
    for (size_t i = 0; file->status == VV_OK && i < n_space; i++) {
        const vvi_keras_place hyperparameter = vvi_keras_item(file, &space, i, VVI_KERAS_OBJECT);
        add_hyperparameter(file, &hyperparameter, &values, list, &n);
    }
    add_unknown(file, &space, &values, list, &n);
    read_goal(file, &values, trial);
    trial->values = list;
    trial->n_values = n;
}
