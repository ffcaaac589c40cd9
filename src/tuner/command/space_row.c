/* space_row.c - one hyperparameter of a space in a file.
 *
 * Each is asked for once while it is read, so that what is wrong with its domain is told with its line.
 */
#include "tuner/command/space_read.h"

#include <stdio.h>
#include <string.h>

/* ---- values ------------------------------------------------------------------------------------------------------- */

static bool is_whole(const vvi_yaml *node)
{
    long long whole;
    return vvi_yaml_whole(node, &whole);
}

static bool is_number(const vvi_yaml *node)
{
    double number;
    return vvi_yaml_number(node, &number);
}

static vv_status take_value(const vvi_space_reading *r, const vvi_yaml *node, vv_value_type type, vv_value *value)
{
    int whole = 0;
    value->type = type;
    switch (type) {
    case VV_VALUE_INT:
        VVI_TRY(vvi_space_take_whole(r, node, &whole));
        value->i = whole;
        return VV_OK;
    case VV_VALUE_FLOAT:
        return vvi_yaml_number(node, &value->f) ? VV_OK : vvi_space_must_be(r, node, "a number");
    case VV_VALUE_BOOL:
        return vvi_yaml_boolean(node, &value->b) ? VV_OK : vvi_space_must_be(r, node, "true or false");
    case VV_VALUE_STRING:
        break;
    }
    if (node->kind != VVI_YAML_TEXT) return vvi_space_must_be(r, node, "a text");
    value->s = node->text;
    return VV_OK;
}

/* ---- members of a row --------------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    vv_domain_kind kind;
    vv_value_type type; /* 0: its values say */
} types[] = {
    { "int", VV_DOMAIN_INT, VV_VALUE_INT },         { "float", VV_DOMAIN_FLOAT, VV_VALUE_FLOAT },
    { "bool", VV_DOMAIN_BOOL, VV_VALUE_BOOL },      { "choice", VV_DOMAIN_CHOICE, (vv_value_type)0 },
    { "fixed", VV_DOMAIN_FIXED, (vv_value_type)0 },
};
enum { N_TYPES = sizeof types / sizeof *types };

static vv_status take_type(vvi_space_reading *r, const vvi_yaml *node)
{
    if (node->kind != VVI_YAML_TEXT) return vvi_space_must_be(r, node, "int, float, bool, choice or fixed");
    for (size_t i = 0; i < N_TYPES; i++) {
        if (strcmp(types[i].name, node->text) != 0) continue;
        r->row->domain.kind = types[i].kind;
        r->row->domain.type = types[i].type;
        return VV_OK;
    }
    return vvi_space_must_be(r, node, "int, float, bool, choice or fixed");
}

/* A bound or a step, of the type of the row's values. */
static vv_status take_bound(const vvi_space_reading *r, const vvi_yaml *node, double *bound)
{
    int whole = 0;
    if (r->row->domain.type == VV_VALUE_FLOAT)
        return vvi_yaml_number(node, bound) ? VV_OK : vvi_space_must_be(r, node, "a number");
    VVI_TRY(vvi_space_take_whole(r, node, &whole));
    *bound = whole;
    return VV_OK;
}

static vv_status take_min(vvi_space_reading *r, const vvi_yaml *node)
{
    return take_bound(r, node, &r->row->domain.min);
}

static vv_status take_max(vvi_space_reading *r, const vvi_yaml *node)
{
    return take_bound(r, node, &r->row->domain.max);
}

static vv_status take_step(vvi_space_reading *r, const vvi_yaml *node)
{
    VVI_TRY(take_bound(r, node, &r->row->domain.step));
    return r->row->domain.step > 0 ? VV_OK : vvi_space_must_be(r, node, "more than 0");
}

static vv_status take_sampling(vvi_space_reading *r, const vvi_yaml *node)
{
    static const char *const names[] = {
        [VV_SAMPLE_LINEAR] = "linear", [VV_SAMPLE_LOG] = "log", [VV_SAMPLE_REVERSE_LOG] = "reverse_log"
    };
    for (int i = VV_SAMPLE_LINEAR; node->kind == VVI_YAML_TEXT && i <= VV_SAMPLE_REVERSE_LOG; i++) {
        if (strcmp(names[i], node->text) != 0) continue;
        r->row->domain.sampling = (vv_sampling)i;
        return VV_OK;
    }
    return vvi_space_must_be(r, node, "linear, log or reverse_log");
}

/* Numbers, if all are; else texts, and then no number may be among them: it would be a text to some and not to others. */
static vv_status find_type(const vvi_space_reading *r, const vvi_yaml *list, vv_value_type *type)
{
    size_t wholes = 0, numbers = 0;
    for (const vvi_yaml *m = list->first; m != NULL; m = m->next) {
        if (m->kind != VVI_YAML_TEXT) return vvi_space_must_be(r, m, "one value");
        wholes += is_whole(m);
        numbers += is_number(m);
    }
    *type = wholes == list->n ? VV_VALUE_INT : numbers == list->n ? VV_VALUE_FLOAT : VV_VALUE_STRING;
    if (*type != VV_VALUE_STRING || numbers == 0) return VV_OK;
    return VVI_SPACE_FAIL(r, list, "values: numbers and texts cannot be mixed; quote the numbers if they are texts");
}

static vv_status take_list(const vvi_space_reading *r, const vvi_yaml *list, vv_value_type type,
                           const vv_value **values)
{
    vv_value *all = vvi_arena_alloc(&r->file->arena, (list->n + 1) * sizeof *all);
    if (all == NULL) return vvi_no_memory(r->error);
    size_t n = 0;
    for (const vvi_yaml *m = list->first; m != NULL; m = m->next) VVI_TRY(take_value(r, m, type, &all[n++]));
    *values = all;
    return VV_OK;
}

/* As they are asked with. */
static vv_status copy_values(const vvi_space_reading *r)
{
    const size_t n = r->row->domain.n_values;
    int *ints = vvi_arena_alloc(&r->file->arena, n * sizeof *ints);
    double *floats = vvi_arena_alloc(&r->file->arena, n * sizeof *floats);
    const char **texts = vvi_arena_alloc(&r->file->arena, n * sizeof *texts);
    if (ints == NULL || floats == NULL || texts == NULL) return vvi_no_memory(r->error);
    for (size_t i = 0; i < n; i++) {
        const vv_value *value = &r->row->domain.values[i];
        if (value->type == VV_VALUE_INT) ints[i] = (int)value->i;
        if (value->type == VV_VALUE_FLOAT) floats[i] = value->f;
        if (value->type == VV_VALUE_STRING) texts[i] = value->s;
    }
    r->row->ints = ints;
    r->row->floats = floats;
    r->row->texts = texts;
    return VV_OK;
}

static vv_status take_values(vvi_space_reading *r, const vvi_yaml *node)
{
    vv_domain *domain = &r->row->domain;
    if (node->kind != VVI_YAML_LIST) return vvi_space_must_be(r, node, "a list");
    if (node->n == 0) return VVI_SPACE_FAIL(r, node, "values: there is none");
    VVI_TRY(find_type(r, node, &domain->type));
    domain->n_values = node->n;
    VVI_TRY(take_list(r, node, domain->type, &domain->values));
    return copy_values(r);
}

static vv_status take_fixed(vvi_space_reading *r, const vvi_yaml *node)
{
    bool boolean;
    vv_domain *domain = &r->row->domain;
    vv_value *value = vvi_arena_alloc(&r->file->arena, sizeof *value);
    if (value == NULL) return vvi_no_memory(r->error);
    domain->type = is_whole(node)                     ? VV_VALUE_INT
                   : is_number(node)                  ? VV_VALUE_FLOAT
                   : vvi_yaml_boolean(node, &boolean) ? VV_VALUE_BOOL
                                                      : VV_VALUE_STRING;
    domain->values = value;
    domain->n_values = 1;
    return take_value(r, node, domain->type, value);
}

static vv_status take_default(vvi_space_reading *r, const vvi_yaml *node)
{
    r->row->has_default = true;
    return take_value(r, node, r->row->domain.type, &r->row->domain.default_value);
}

/* ---- a row -------------------------------------------------------------------------------------------------------- */

enum { INT = 1 << VV_DOMAIN_INT, FLOAT = 1 << VV_DOMAIN_FLOAT, BOOL = 1 << VV_DOMAIN_BOOL };
enum { CHOICE = 1 << VV_DOMAIN_CHOICE, FIXED = 1 << VV_DOMAIN_FIXED, EVERY = INT | FLOAT | BOOL | CHOICE | FIXED };

/* In the order in which they are looked at. */
static const struct member {
    const char *name;
    int kinds, needed_by;
    vv_status (*take)(vvi_space_reading *r, const vvi_yaml *node);
} members[] = {
    { "type", EVERY, EVERY, take_type },           { "min", INT | FLOAT, INT | FLOAT, take_min },
    { "max", INT | FLOAT, INT | FLOAT, take_max }, { "step", INT | FLOAT, 0, take_step },
    { "sampling", INT | FLOAT, 0, take_sampling }, { "values", CHOICE, CHOICE, take_values },
    { "value", FIXED, FIXED, take_fixed },         { "default", EVERY & ~FIXED, 0, take_default },
    { "when", EVERY, 0, vvi_space_take_when },     { "repeat", EVERY, 0, vvi_space_take_repeat },
};
enum { N_MEMBERS = sizeof members / sizeof *members };

static const char *type_name(const vvi_space_row *row)
{
    for (size_t i = 0; i < N_TYPES; i++)
        if (types[i].kind == row->domain.kind) return types[i].name;
    return "?";
}

static vv_status take_member(vvi_space_reading *r, const struct member *member)
{
    const vvi_yaml *node = vvi_yaml_member(r->node, member->name);
    const int kind = r->row->domain.kind == 0 ? EVERY : 1 << r->row->domain.kind;
    if (node == NULL && (member->needed_by & kind) != 0)
        return VVI_SPACE_FAIL(r, r->node->key, "%.60s: %s is missing", r->row->name, member->name);
    if (node == NULL) return VV_OK;
    if ((member->kinds & kind) == 0)
        return VVI_SPACE_FAIL(r, node->key, "%.60s: %s means nothing for type %s", r->row->name, member->name,
                              type_name(r->row));
    return member->take(r, node);
}

static vv_status check_name(const vvi_space_reading *r)
{
    const char *name = r->row->name, *brace = strpbrk(name, "{}");
    const vvi_space_row *other = vvi_space_file_find(r->file, r->file->n_rows, name);
    if (strlen(name) > 100)
        return VVI_SPACE_FAIL(r, r->node->key, "a name of %zu bytes, at most 100 are possible", strlen(name));
    if (brace != NULL && (strncmp(brace, "{i}", 3) != 0 || strpbrk(brace + 3, "{}") != NULL))
        return VVI_SPACE_FAIL(r, r->node->key, "%.60s: braces are for one {i} alone", name);
    if (other != NULL && strcmp(other->name, name) != 0)
        return VVI_SPACE_FAIL(r, r->node->key, "%.60s is one of %.60s already", name, other->name);
    return VV_OK;
}

vv_status vvi_space_take_row(vvi_space_reading *r, const vvi_yaml *node)
{
    r->node = node;
    r->row = &r->file->rows[r->file->n_rows];
    *r->row = (vvi_space_row){ .name = node->key->text, .indexed = strstr(node->key->text, "{i}") != NULL };
    VVI_TRY(check_name(r));
    if (node->kind != VVI_YAML_MAP) return vvi_space_must_be(r, node, "a map like {type: int, min: 1, max: 5}");
    VVI_TRY(vvi_space_check_keys(r, node, &members[0].name, N_MEMBERS, sizeof *members));
    for (size_t i = 0; i < N_MEMBERS; i++) VVI_TRY(take_member(r, &members[i]));
    if (r->row->indexed && r->row->repeat == NULL && r->row->times == 0)
        return VVI_SPACE_FAIL(r, node->key, "%.60s: repeat is missing: a number, or the name of one", r->row->name);
    vvi_space_row_ask(r->row, r->row->name, r->hp);
    if (vv_hp_status(r->hp) == VV_NO_MEMORY) return vvi_no_memory(r->error);
    if (vv_hp_status(r->hp) != VV_OK) return VVI_SPACE_FAIL(r, node->key, "%.200s", vv_hp_error(r->hp));
    r->file->n_rows++;
    return VV_OK;
}
