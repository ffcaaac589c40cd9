/* space_when.c - conditions and repetitions of a space in a file.
 *
 * Both go by rows that stand before, and by no others: what is asked for is decided in the order of the file. A condition that
 * could never hold, since its row has no such value, is a mistake.
 */
#include "tuner/command/space_read.h"

#include <stdio.h>
#include <string.h>

enum { MOST_TIMES = 1000 };

/* ---- conditions --------------------------------------------------------------------------------------------------- */

/* The domain of a row that stands before this one. */
static vv_status find_parent(const vvi_space_reading *r, const vvi_yaml *node, const char *name,
                             const vv_domain **domain)
{
    const vv_space_file *file = r->file;
    const vvi_space_row *parent = vvi_space_file_find(file, file->n_rows, name);
    if (parent == NULL) {
        const char *near = vvi_nearest(name, &file->rows[0].name, file->n_rows, sizeof file->rows[0]);
        return VVI_SPACE_FAIL(r, node, "%.60s: there is no such hyperparameter before this one%s%s%s", name,
                              near == NULL ? "" : "; did you mean ", near == NULL ? "" : near, near == NULL ? "" : "?");
    }
    if (parent->indexed && strcmp(parent->name, name) == 0 && !r->row->indexed)
        return VVI_SPACE_FAIL(r, node, "%.60s: which of them? Only one that is repeated itself can go by {i}", name);
    *domain = &vv_hp_find(r->hp, parent->name)->domain;
    return VV_OK;
}

static const struct {
    const char *text;
    vvi_condition_how how;
} operators[] = {
    { "<=", VVI_AT_MOST }, { ">=", VVI_AT_LEAST }, { "!=", VVI_NOT_AMONG }, { "<", VVI_LESS }, { ">", VVI_MORE }
};

static vvi_condition_how take_operator(const char **text)
{
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        const size_t n = strlen(operators[i].text);
        if (strncmp(*text, operators[i].text, n) != 0) continue;
        *text += n + strspn(*text + n, " ");
        return operators[i].how;
    }
    return VVI_AMONG;
}

static vv_status take_among(const vvi_space_reading *r, const vvi_yaml *node, const char *text, const char *parent,
                            const vv_domain *domain, vv_value *value)
{
    char shown[VVI_SHORT_TEXT];
    if (!vv_value_parse(domain, text, value))
        return VVI_SPACE_FAIL(r, node, "%.60s is no value of %.60s, which is %s", text, parent,
                              vvi_domain_text(domain, shown));
    if (value->type == VV_VALUE_STRING) value->s = text; /* the domain ends with the reading */
    return VV_OK;
}

static vv_status take_comparison(const vvi_space_reading *r, const vvi_yaml *node, const char *text,
                                 const vv_domain *domain, vvi_condition_row *c)
{
    const vvi_yaml number = { .kind = VVI_YAML_TEXT, .text = text };
    const bool numeric = domain->type == VV_VALUE_INT || domain->type == VV_VALUE_FLOAT;
    if (!numeric)
        return VVI_SPACE_FAIL(r, node, "%.60s: %.60s is no number that could be compared", node->text, c->name);
    if (vvi_yaml_number(&number, &c->bound)) return VV_OK;
    return VVI_SPACE_FAIL(r, node, "%.60s: a number must stand after the operator", node->text);
}

static vv_status take_one(const vvi_space_reading *r, const vvi_yaml *node, const vv_domain *domain,
                          vvi_condition_row *c, vv_value *values)
{
    const char *text = node->text;
    c->how = take_operator(&text);
    c->n = 1;
    if (c->how != VVI_AMONG && c->how != VVI_NOT_AMONG) return take_comparison(r, node, text, domain, c);
    return take_among(r, node, text, c->name, domain, &values[0]);
}

static vv_status take_condition(vvi_space_reading *r, const vvi_yaml *node, vvi_condition_row *c)
{
    const vv_domain *domain = NULL;
    c->name = node->key->text;
    c->how = VVI_AMONG;
    VVI_TRY(find_parent(r, node->key, c->name, &domain));
    vv_value *values = vvi_arena_alloc(&r->file->arena, (node->n + 1) * sizeof *values);
    if (values == NULL) return vvi_no_memory(r->error);
    c->values = values;
    if (node->kind == VVI_YAML_TEXT) return take_one(r, node, domain, c, values);
    if (node->kind != VVI_YAML_LIST || node->n == 0)
        return vvi_space_must_be(r, node, "a value, a list of such, or \">=2\"");
    for (const vvi_yaml *m = node->first; m != NULL; m = m->next) {
        if (m->kind != VVI_YAML_TEXT) return vvi_space_must_be(r, m, "one value");
        VVI_TRY(take_among(r, m, m->text, c->name, domain, &values[c->n++]));
    }
    return VV_OK;
}

vv_status vvi_space_take_when(vvi_space_reading *r, const vvi_yaml *node)
{
    if (node->kind != VVI_YAML_MAP) return vvi_space_must_be(r, node, "a map of names and values");
    for (const vvi_yaml *m = node->first; m != NULL; m = m->next) {
        vvi_condition_row *c = vvi_arena_alloc(&r->file->arena, sizeof *c);
        if (c == NULL) return vvi_no_memory(r->error);
        VVI_TRY(take_condition(r, m, c));
        c->next = r->row->conditions;
        r->row->conditions = c;
    }
    return VV_OK;
}

static double largest(const vv_domain *domain)
{
    double most = domain->max;
    for (size_t i = 0; i < domain->n_values; i++)
        if (i == 0 || (double)domain->values[i].i > most) most = (double)domain->values[i].i;
    return most;
}

vv_status vvi_space_take_repeat(vvi_space_reading *r, const vvi_yaml *node)
{
    long long whole;
    const vv_domain *domain = NULL;
    vvi_space_row *row = r->row;
    if (!row->indexed)
        return VVI_SPACE_FAIL(
            r, node, "repeat: there is no {i} in the name %.60s; \"units_{i}\" is one that can be repeated", row->name);
    if (node->kind != VVI_YAML_TEXT) return vvi_space_must_be(r, node, "a number, or the name of one");
    if (vvi_yaml_whole(node, &whole)) {
        VVI_TRY(vvi_space_take_whole(r, node, &row->times));
        return row->times >= 1 && row->times <= MOST_TIMES ? VV_OK : vvi_space_must_be(r, node, "1 to 1000");
    }
    VVI_TRY(find_parent(r, node, node->text, &domain));
    if (domain->type != VV_VALUE_INT || strstr(node->text, "{i}") != NULL)
        return VVI_SPACE_FAIL(r, node, "repeat: %.60s is not one whole number", node->text);
    if (largest(domain) > MOST_TIMES)
        return VVI_SPACE_FAIL(r, node, "repeat: %.60s can be %.15g, at most %d are possible", node->text,
                              largest(domain), MOST_TIMES);
    row->repeat = node->text;
    return VV_OK;
}
