/* read.c - an explanation out of the JSON that json.c writes: all that the words need, so that it can be told without the
 * hypermodel.
 *
 * The text may be damaged, or somebody else's. What is not an explanation is an error; what is one can be told, whatever
 * its texts and numbers are. It has no space: no search can go by it.
 */
#include "explain/read.h"
#include "explain/json.h"

#include <string.h>

#define AT(type, member, reader)                                                                                       \
    {                                                                                                                  \
#member, reader, offsetof(type, member)                                                                        \
    }

/* ---- hyperparameters -------------------------------------------------------------------------------------------- */

static const vvi_member set_members[] = { AT(vv_set_field, layer, vvi_read_text),
                                          AT(vv_set_field, field, vvi_read_text) };
static const vvi_members sets = VVI_MEMBERS(set_members, vv_set_field);

static void read_sets(vvi_reader *r, const json_t *object, const char *key, void *place)
{
    vv_explained *h = place;
    h->sets = vvi_read_list(r, object, key, &sets, &h->n_sets);
}

static void read_domain(vvi_reader *r, const json_t *object, const char *key, void *place)
{
    vv_domain *domain = place;
    *domain = (vv_domain){ .n_values = 0 };
    vv_status status = VV_FORMAT;
    if (vvi_domain_kind_find(json_string_value(json_object_get(object, "type")), &domain->kind) &&
        vvi_value_type_find(json_string_value(json_object_get(object, "value_type")), &domain->type))
        status = vvi_domain_read(json_object_get(object, key), r->arena, domain);
    if (status == VV_OK)
        status = vvi_value_read(json_object_get(object, "default"), domain->type, r->arena, &domain->default_value);
    if (status != VV_OK) vvi_read_fail(r, status, key);
}

/* After the domain, of whose type they are. */
static void read_dead_values(vvi_reader *r, const json_t *object, const char *key, void *place)
{
    vv_explained *h = place;
    const json_t *list = json_object_get(object, key);
    vv_value *values = vvi_arena_alloc(r->arena, (json_array_size(list) + 1) * sizeof *values);
    if (values == NULL) vvi_read_fail(r, VV_NO_MEMORY, key);
    if (!json_is_array(list)) vvi_read_fail(r, VV_FORMAT, key);
    for (size_t i = 0; r->status == VV_OK && i < json_array_size(list); i++) {
        const vv_status status = vvi_value_read(json_array_get(list, i), h->domain.type, r->arena, &values[i]);
        if (status != VV_OK) vvi_read_fail(r, status, key);
        h->n_dead_values = i + 1;
    }
    h->dead_values = values;
}

static const vvi_member hyperparameter_members[] = {
    AT(vv_explained, name, vvi_read_text),
    AT(vv_explained, family, vvi_read_text_or),
    AT(vv_explained, domain, read_domain),
    AT(vv_explained, domain_text, vvi_read_text),
    AT(vv_explained, active_when, vvi_read_text_or),
    { "active_in_structures", vvi_read_number, offsetof(vv_explained, active_structures) },
    AT(vv_explained, structural, vvi_read_bool),
    AT(vv_explained, role, vvi_read_role),
    AT(vv_explained, adds_layers, vvi_read_texts),
    { "sets", read_sets, 0 },
    AT(vv_explained, follows, vvi_read_texts),
    { "dead_values", read_dead_values, 0 },
    AT(vv_explained, dead_text, vvi_read_text),
    AT(vv_explained, unreachable, vvi_read_bool),
};
static const vvi_members hyperparameters = VVI_MEMBERS(hyperparameter_members, vv_explained);

/* Each row knows how many structures there are, which is written once. */
static void read_hyperparameters(vvi_reader *r, const json_t *object, const char *key, void *place)
{
    vv_explanation *e = place;
    size_t structures = 0;
    vv_explained *rows = vvi_read_list(r, object, key, &hyperparameters, &e->n_hyperparameters);
    vvi_read_number(r, json_object_get(object, "layer_count"), "structures", &structures);
    for (size_t i = 0; i < e->n_hyperparameters; i++) rows[i].structures = structures;
    e->hyperparameters = rows;
}

/* ---- families --------------------------------------------------------------------------------------------------- */

/* Are these rows, from `first` on, the members of the family? */
static bool are_members(const vv_explanation *e, size_t first, const vv_family *family, const vv_texts *members)
{
    for (size_t i = 0; i < members->n; i++) {
        const vv_explained *h = &e->hyperparameters[first + i];
        if (h->family == NULL || strcmp(h->family, family->name) != 0 || strcmp(h->name, members->list[i]) != 0)
            return false;
    }
    return true;
}

/* A family stands for rows, and is written with their names. */
static void read_family_rows(vvi_reader *r, const json_t *object, const char *key, void *place)
{
    vv_family *family = place;
    vv_texts members = { .n = 0 };
    vvi_read_texts(r, object, key, &members);
    if (r->status != VV_OK) return;
    family->n = members.n;
    const size_t n = r->e->n_hyperparameters;
    for (family->first = 0; members.n > 0 && family->first + members.n <= n; family->first++)
        if (are_members(r->e, family->first, family, &members)) return;
    vvi_read_fail(r, VV_FORMAT, key);
}

static const vvi_member family_members[] = {
    AT(vv_family, name, vvi_read_text),
    AT(vv_family, active_when, vvi_read_text_or),
    { "members", read_family_rows, 0 },
    AT(vv_family, alike, vvi_read_bool),
};
static const vvi_members families = VVI_MEMBERS(family_members, vv_family);

static void read_families(vvi_reader *r, const json_t *object, const char *key, void *place)
{
    vv_explanation *e = place;
    e->families = vvi_read_list(r, object, key, &families, &e->n_families);
}

/* ---- formulas, layers, what never builds ------------------------------------------------------------------------ */

static const vvi_member formula_members[] = {
    AT(vv_formula, what, vvi_read_text),
    AT(vv_formula, when, vvi_read_text),
    AT(vv_formula, formula, vvi_read_text),
    AT(vv_formula, standing, vvi_read_standing),
};
static const vvi_members formulas = VVI_MEMBERS(formula_members, vv_formula);

static void read_table(vvi_reader *r, const json_t *object, const char *key, void *place)
{
    vv_layer_count *layers = place;
    layers->table = vvi_read_list(r, object, key, &formulas, &layers->n_table);
}

static const vvi_member layer_members[] = {
    AT(vv_layer_count, formula, vvi_read_text_or),
    AT(vv_layer_count, with_input, vvi_read_text_or),
    AT(vv_layer_count, standing, vvi_read_standing),
    AT(vv_layer_count, structures, vvi_read_number),
    AT(vv_layer_count, least, vvi_read_int),
    AT(vv_layer_count, most, vvi_read_int),
    { "table", read_table, 0 },
};
static const vvi_members layer_counts = VVI_MEMBERS(layer_members, vv_layer_count);

static void read_layers(vvi_reader *r, const json_t *object, const char *key, void *place)
{
    vv_layer_count *layers = place;
    vvi_read_members(r, json_object_get(object, key), &layer_counts, layers);
    if (r->status == VV_OK && layers->formula != NULL && layers->with_input == NULL) vvi_read_fail(r, VV_FORMAT, key);
}

static void read_formulas(vvi_reader *r, const json_t *object, const char *key, void *place)
{
    vv_explanation *e = place;
    e->formulas = vvi_read_list(r, object, key, &formulas, &e->n_formulas);
}

static const vvi_member never_members[] = {
    AT(vv_never, when, vvi_read_text),
    AT(vv_never, layer, vvi_read_text_or),
    AT(vv_never, reason, vvi_read_text),
    { "configurations", vvi_read_size, offsetof(vv_never, size) },
};
static const vvi_members nevers = VVI_MEMBERS(never_members, vv_never);

static void read_never_builds(vvi_reader *r, const json_t *object, const char *key, void *place)
{
    vv_explanation *e = place;
    e->never_builds = vvi_read_list(r, object, key, &nevers, &e->n_never_builds);
}

static const vvi_member size_members[] = {
    AT(vv_explanation, total, vvi_read_size),
    AT(vv_explanation, buildable, vvi_read_size),
    AT(vv_explanation, networks, vvi_read_size),
    AT(vv_explanation, continuous, vvi_read_number),
    { "standing", vvi_read_standing, offsetof(vv_explanation, sizes) },
};
static const vvi_members sizes = VVI_MEMBERS(size_members, vv_explanation);

static void read_sizes(vvi_reader *r, const json_t *object, const char *key, void *place)
{
    vvi_read_members(r, json_object_get(object, key), &sizes, place);
}

/* ---- cost ------------------------------------------------------------------------------------------------------- */

static const vvi_member cost_members[] = {
    AT(vv_cost, params, vvi_read_count),
    AT(vv_cost, macs, vvi_read_count),
    AT(vv_cost, peak_activation_bytes, vvi_read_count),
    AT(vv_cost, weight_bytes, vvi_read_count),
};
static const vvi_members costs = VVI_MEMBERS(cost_members, vv_cost);

static void read_cost(vvi_reader *r, const json_t *object, const char *key, void *place)
{
    vvi_read_members(r, json_object_get(object, key), &costs, place);
}

static const vvi_member range_members[] = {
    AT(vv_range, min, vvi_read_count),
    AT(vv_range, max, vvi_read_count),
    AT(vv_range, argmin, vvi_read_values),
    AT(vv_range, argmax, vvi_read_values),
};
static const vvi_members ranges = VVI_MEMBERS(range_members, vv_range);

static void read_range(vvi_reader *r, const json_t *object, const char *key, void *place)
{
    vvi_read_members(r, json_object_get(object, key), &ranges, place);
}

static const vvi_member cost_range_members[] = {
    AT(vv_cost_ranges, params, read_range),
    AT(vv_cost_ranges, macs, read_range),
    AT(vv_cost_ranges, peak_activation_bytes, read_range),
    AT(vv_cost_ranges, weight_bytes, read_range),
    AT(vv_cost_ranges, precision, vvi_read_precision),
    AT(vv_cost_ranges, standing, vvi_read_standing),
};
static const vvi_members cost_ranges = VVI_MEMBERS(cost_range_members, vv_cost_ranges);

static void read_cost_ranges(vvi_reader *r, const json_t *object, const char *key, void *place)
{
    vvi_read_members(r, json_object_get(object, key), &cost_ranges, place);
}

/* ---- one configuration ------------------------------------------------------------------------------------------ */

static const vvi_member line_members[] = {
    AT(vv_layer_line, name, vvi_read_text),
    { "type", vvi_read_text, offsetof(vv_layer_line, kind) },
    { "output_shape", vvi_read_shape, offsetof(vv_layer_line, output) },
    { "params", vvi_read_count, offsetof(vv_layer_line, cost.params) },
    { "macs", vvi_read_count, offsetof(vv_layer_line, cost.macs) },
    { "weight_bytes", vvi_read_count, offsetof(vv_layer_line, cost.weight_bytes) },
    { "live_bytes", vvi_read_count, offsetof(vv_layer_line, cost.live_bytes) },
};
static const vvi_members lines = VVI_MEMBERS(line_members, vv_layer_line);

static void read_lines(vvi_reader *r, const json_t *object, const char *key, void *place)
{
    vv_costed *one = place;
    one->layers = vvi_read_list(r, object, key, &lines, &one->n_layers);
}

static void read_costed(vvi_reader *r, const json_t *object, const char *key, void *place)
{
    vv_costed *one = place;
    if (one->refusal == NULL) read_cost(r, object, key, &one->cost);
}

/* A layer is told by its name. */
static void read_peak(vvi_reader *r, const json_t *object, const char *key, void *place)
{
    vv_costed *one = place;
    const char *name = NULL;
    vvi_read_text_or(r, object, key, &name);
    vvi_read_text_or(r, object, "peak", &one->peak_text);
    if (name != NULL && one->peak_text == NULL) vvi_read_fail(r, VV_FORMAT, key);
    one->peak = name == NULL ? one->n_layers : 0;
    while (one->peak < one->n_layers && strcmp(one->layers[one->peak].name, name) != 0) one->peak++;
}

static const vvi_member costed_members[] = {
    AT(vv_costed, values, vvi_read_values),
    AT(vv_costed, refusal, vvi_read_text_or),
    { "layers", read_lines, 0 },
    { "cost", read_costed, 0 },
    { "peak_layer", read_peak, 0 },
};
static const vvi_members costed = VVI_MEMBERS(costed_members, vv_costed);

static void read_one(vvi_reader *r, const json_t *object, const char *key, void *place)
{
    vvi_read_members(r, json_object_get(object, key), &costed, place);
}

/* ---- a budget --------------------------------------------------------------------------------------------------- */

static void read_never_fits(vvi_reader *r, const json_t *object, const char *key, void *place)
{
    vv_fit_report *report = place;
    report->never = vvi_read_list(r, object, key, &nevers, &report->n_never);
}

static const vvi_member budget_members[] = {
    { "params", vvi_read_limit, offsetof(vv_fit_report, budget.params) },
    { "macs", vvi_read_limit, offsetof(vv_fit_report, budget.macs) },
    { "ram", vvi_read_limit, offsetof(vv_fit_report, budget.ram_bytes) },
    { "flash", vvi_read_limit, offsetof(vv_fit_report, budget.flash_bytes) },
    { "precision", vvi_read_precision, offsetof(vv_fit_report, budget.precision) },
    AT(vv_fit_report, share, vvi_read_real),
    AT(vv_fit_report, fits, vvi_read_size),
    AT(vv_fit_report, standing, vvi_read_standing),
    { "never_fits", read_never_fits, 0 },
    AT(vv_fit_report, breaks_first, vvi_read_text_or),
    AT(vv_fit_report, smallest, vvi_read_values),
    AT(vv_fit_report, smallest_cost, read_cost),
};
static const vvi_members budgets = VVI_MEMBERS(budget_members, vv_fit_report);

static void read_budget(vvi_reader *r, const json_t *object, const char *key, void *place)
{
    vv_fit_report *report = place;
    const json_t *budget = json_object_get(object, key);
    report->limited = !json_is_null(budget);
    if (report->limited) vvi_read_members(r, budget, &budgets, report);
}

/* ---- the whole -------------------------------------------------------------------------------------------------- */

static const vvi_member explanation_members[] = {
    AT(vv_explanation, hypermodel, vvi_read_text_or),
    AT(vv_explanation, input, vvi_read_shape),
    AT(vv_explanation, standing, vvi_read_standing),
    { "hyperparameters", read_hyperparameters, 0 },
    { "families", read_families, 0 },
    { "layer_count", read_layers, offsetof(vv_explanation, layers) },
    { "formulas", read_formulas, 0 },
    { "never_builds", read_never_builds, 0 },
    { "configurations", read_sizes, 0 },
    AT(vv_explanation, cost, read_cost_ranges),
    { "configuration", read_one, offsetof(vv_explanation, one) },
    AT(vv_explanation, budget, read_budget),
    AT(vv_explanation, pure, vvi_read_bool),
    AT(vv_explanation, impurity, vvi_read_text_or),
    AT(vv_explanation, notes, vvi_read_texts),
    AT(vv_explanation, builds, vvi_read_count),
};
static const vvi_members explanations = VVI_MEMBERS(explanation_members, vv_explanation);

typedef struct kept {
    vvi_owned_explanation owned; /* first: its address is the explanation's */
    vvi_arena arena;
} kept;

static void end_kept(vvi_owned_explanation *owned)
{
    kept *k = (kept *)(void *)owned;
    vvi_arena_deinit(&k->arena);
    vvi_free(k);
}

static vv_status read_all(kept *k, const json_t *root, vv_error *error)
{
    vv_explanation *e = &k->owned.explanation;
    vvi_reader r = { .arena = &k->arena, .e = e };
    vvi_read_members(&r, root, &explanations, e);
    if (r.status == VV_NO_MEMORY) return vvi_no_memory(error);
    if (r.status != VV_OK)
        return vvi_fail(error, r.status, "this is no explanation: its member \"%s\" is missing or cannot be meant",
                        r.member);
    return VV_OK;
}

/* Counts stop at 2^64 - 1, which jansson does not take for an integer: then all numbers come as real ones, and those beyond
 * 2^53 lose their last digits. */
static json_t *load(const char *json, json_error_t *why)
{
    json_t *root = json_loads(json, 0, why);
    return root == NULL && json_error_code(why) == json_error_numeric_overflow
               ? json_loads(json, JSON_DECODE_INT_AS_REAL, why)
               : root;
}

vv_status vvi_explanation_read(const char *json, vv_explanation **explanation, vv_error *error)
{
    json_error_t why;
    *explanation = NULL;
    json_t *root = load(json, &why);
    if (root == NULL) return vvi_fail(error, VV_FORMAT, "this is no explanation: %s", why.text);
    kept *k = vvi_calloc(1, sizeof *k);
    vv_status status = k == NULL ? vvi_no_memory(error) : read_all(k, root, error);
    json_decref(root);
    if (k != NULL) k->owned.end = end_kept;
    if (status == VV_OK)
        *explanation = &k->owned.explanation;
    else if (k != NULL)
        end_kept(&k->owned);
    return status;
}
