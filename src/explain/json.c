/* json.c - an explanation as one JSON object; the manual page lists its members.
 *
 * Numbers of configurations are decimal strings, since they pass what a JSON reader holds. What is not known is null.
 */
#include "explain/json.h"
#include "explain/explain.h"

#include <string.h>

enum { STANDING_SIZE = 80 };

/* ---- small things ----------------------------------------------------------------------------------------------- */

static void add_standing(vvi_json *json, vv_standing standing)
{
    char text[STANDING_SIZE];
    vv_standing_format(standing, text, sizeof text);
    vvi_json_string(json, "standing", text);
}

void vvi_json_shape(vvi_json *json, const char *key, vv_shape shape)
{
    vvi_json_begin(json, key, '[');
    for (int i = 0; i < shape.rank; i++) vvi_json_int(json, NULL, shape.dim[i]);
    vvi_json_end(json, ']');
}

static void add_texts(vvi_json *json, const char *key, vv_texts texts)
{
    vvi_json_begin(json, key, '[');
    for (size_t i = 0; i < texts.n; i++) vvi_json_string(json, NULL, texts.list[i]);
    vvi_json_end(json, ']');
}

static void add_values(vvi_json *json, const char *key, vv_values values)
{
    vvi_json_begin(json, key, '{');
    for (size_t i = 0; i < values.n; i++) vvi_json_value(json, values.list[i].name, values.list[i].value);
    vvi_json_end(json, '}');
}

/* "total", and of an estimate "total_low" and "total_high". */
static void add_size(vvi_json *json, const char *key, const vv_size *size)
{
    char name[64];
    vvi_json_string(json, key, size->digits);
    if (size->low == NULL) return;
    snprintf(name, sizeof name, "%s_low", key);
    vvi_json_string(json, name, size->low);
    snprintf(name, sizeof name, "%s_high", key);
    vvi_json_string(json, name, size->high);
}

/* null where there is nothing to limit. */
static void add_limit(vvi_json *json, const char *key, uint64_t limit)
{
    if (limit == 0)
        vvi_json_null(json, key);
    else
        vvi_json_count(json, key, limit);
}

/* ---- hyperparameters -------------------------------------------------------------------------------------------- */

static void add_effects(vvi_json *json, const vv_explained *h)
{
    add_texts(json, "adds_layers", h->adds_layers);
    vvi_json_begin(json, "sets", '[');
    for (size_t i = 0; i < h->n_sets; i++) {
        vvi_json_begin(json, NULL, '{');
        vvi_json_string(json, "layer", h->sets[i].layer);
        vvi_json_string(json, "field", h->sets[i].field);
        vvi_json_end(json, '}');
    }
    vvi_json_end(json, ']');
    add_texts(json, "follows", h->follows);
}

static void add_dead_values(vvi_json *json, const vv_explained *h)
{
    vvi_json_begin(json, "dead_values", '[');
    for (size_t i = 0; i < h->n_dead_values; i++) vvi_json_value(json, NULL, h->dead_values[i]);
    vvi_json_end(json, ']');
    vvi_json_string(json, "dead_text", h->dead_text);
    vvi_json_bool(json, "unreachable", h->unreachable);
}

static void add_hyperparameter(vvi_json *json, const vv_explained *h)
{
    vvi_json_begin(json, NULL, '{');
    vvi_json_string(json, "name", h->name);
    vvi_json_string(json, "family", h->family);
    vvi_json_string(json, "type", vvi_domain_kind_name(h->domain.kind));
    vvi_json_string(json, "value_type", vvi_value_type_name(h->domain.type));
    vvi_json_begin(json, "domain", '{');
    vvi_json_domain(json, &h->domain);
    vvi_json_end(json, '}');
    vvi_json_string(json, "domain_text", h->domain_text);
    vvi_json_value(json, "default", h->domain.default_value);
    vvi_json_string(json, "active_when", h->active_when);
    vvi_json_count(json, "active_in_structures", h->active_structures);
    vvi_json_bool(json, "structural", h->structural);
    vvi_json_string(json, "role", vv_role_name(h->role));
    add_effects(json, h);
    add_dead_values(json, h);
    vvi_json_end(json, '}');
}

static void add_family(vvi_json *json, const vv_explanation *e, const vv_family *family)
{
    vvi_json_begin(json, NULL, '{');
    vvi_json_string(json, "name", family->name);
    vvi_json_string(json, "active_when", family->active_when);
    vvi_json_begin(json, "members", '[');
    for (size_t i = 0; i < family->n; i++) vvi_json_string(json, NULL, e->hyperparameters[family->first + i].name);
    vvi_json_end(json, ']');
    vvi_json_bool(json, "alike", family->alike);
    vvi_json_end(json, '}');
}

static void add_hyperparameters(vvi_json *json, const vv_explanation *e)
{
    vvi_json_begin(json, "hyperparameters", '[');
    for (size_t i = 0; i < e->n_hyperparameters; i++) add_hyperparameter(json, &e->hyperparameters[i]);
    vvi_json_end(json, ']');
    vvi_json_begin(json, "families", '[');
    for (size_t i = 0; i < e->n_families; i++) add_family(json, e, &e->families[i]);
    vvi_json_end(json, ']');
}

/* ---- formulas, what never builds, sizes ------------------------------------------------------------------------- */

static void add_formulas(vvi_json *json, const char *key, const vv_formula *list, size_t n)
{
    vvi_json_begin(json, key, '[');
    for (size_t i = 0; i < n; i++) {
        vvi_json_begin(json, NULL, '{');
        vvi_json_string(json, "what", list[i].what);
        vvi_json_string(json, "when", list[i].when);
        vvi_json_string(json, "formula", list[i].formula);
        add_standing(json, list[i].standing);
        vvi_json_end(json, '}');
    }
    vvi_json_end(json, ']');
}

static void add_layer_count(vvi_json *json, const vv_layer_count *layers)
{
    vvi_json_begin(json, "layer_count", '{');
    vvi_json_string(json, "formula", layers->formula);
    vvi_json_string(json, "with_input", layers->with_input);
    add_standing(json, layers->standing);
    vvi_json_count(json, "structures", layers->structures);
    vvi_json_int(json, "least", layers->least);
    vvi_json_int(json, "most", layers->most);
    add_formulas(json, "table", layers->table, layers->n_table);
    vvi_json_end(json, '}');
}

static void add_never(vvi_json *json, const char *key, const vv_never *list, size_t n)
{
    vvi_json_begin(json, key, '[');
    for (size_t i = 0; i < n; i++) {
        vvi_json_begin(json, NULL, '{');
        vvi_json_string(json, "when", list[i].when);
        vvi_json_string(json, "layer", list[i].layer);
        vvi_json_string(json, "reason", list[i].reason);
        add_size(json, "configurations", &list[i].size);
        vvi_json_end(json, '}');
    }
    vvi_json_end(json, ']');
}

static void add_sizes(vvi_json *json, const vv_explanation *e)
{
    vvi_json_begin(json, "configurations", '{');
    add_size(json, "total", &e->total);
    add_size(json, "buildable", &e->buildable);
    add_size(json, "networks", &e->networks);
    vvi_json_count(json, "continuous", e->continuous);
    add_standing(json, e->sizes);
    vvi_json_end(json, '}');
}

/* ---- cost ------------------------------------------------------------------------------------------------------- */

static void add_cost(vvi_json *json, const char *key, const vv_cost *cost)
{
    vvi_json_begin(json, key, '{');
    vvi_json_count(json, "params", cost->params);
    vvi_json_count(json, "macs", cost->macs);
    vvi_json_count(json, "peak_activation_bytes", cost->peak_activation_bytes);
    vvi_json_count(json, "weight_bytes", cost->weight_bytes);
    vvi_json_end(json, '}');
}

static void add_range(vvi_json *json, const char *key, const vv_range *range)
{
    vvi_json_begin(json, key, '{');
    vvi_json_count(json, "min", range->min);
    vvi_json_count(json, "max", range->max);
    add_values(json, "argmin", range->argmin);
    add_values(json, "argmax", range->argmax);
    vvi_json_end(json, '}');
}

static void add_ranges(vvi_json *json, const vv_cost_ranges *cost)
{
    vvi_json_begin(json, "cost", '{');
    add_range(json, "params", &cost->params);
    add_range(json, "macs", &cost->macs);
    add_range(json, "peak_activation_bytes", &cost->peak_activation_bytes);
    add_range(json, "weight_bytes", &cost->weight_bytes);
    vvi_json_string(json, "precision", vvi_precision_name(cost->precision));
    add_standing(json, cost->standing);
    vvi_json_end(json, '}');
}

static void add_layer_lines(vvi_json *json, const vv_costed *one)
{
    vvi_json_begin(json, "layers", '[');
    for (size_t i = 0; i < one->n_layers; i++) {
        const vv_layer_line *line = &one->layers[i];
        vvi_json_begin(json, NULL, '{');
        vvi_json_string(json, "name", line->name);
        vvi_json_string(json, "type", line->kind);
        vvi_json_shape(json, "output_shape", line->output);
        vvi_json_count(json, "params", line->cost.params);
        vvi_json_count(json, "macs", line->cost.macs);
        vvi_json_count(json, "weight_bytes", line->cost.weight_bytes);
        vvi_json_count(json, "live_bytes", line->cost.live_bytes);
        vvi_json_end(json, '}');
    }
    vvi_json_end(json, ']');
}

static void add_one(vvi_json *json, const vv_costed *one)
{
    const bool built = one->refusal == NULL;
    vvi_json_begin(json, "configuration", '{');
    add_values(json, "values", one->values);
    vvi_json_string(json, "refusal", one->refusal);
    add_layer_lines(json, one);
    if (built)
        add_cost(json, "cost", &one->cost);
    else
        vvi_json_null(json, "cost");
    vvi_json_string(json, "peak_layer", built && one->peak < one->n_layers ? one->layers[one->peak].name : NULL);
    vvi_json_string(json, "peak", built ? one->peak_text : NULL);
    vvi_json_end(json, '}');
}

static void add_budget(vvi_json *json, const vv_fit_report *report)
{
    if (!report->limited) {
        vvi_json_null(json, "budget");
        return;
    }
    vvi_json_begin(json, "budget", '{');
    for (size_t i = 0; i < VVI_RESOURCES; i++)
        add_limit(json, vvi_resources[i].name, vvi_resource_limit(&vvi_resources[i], &report->budget));
    vvi_json_string(json, "precision", vvi_precision_name(report->budget.precision));
    vvi_json_real(json, "share", report->share);
    add_size(json, "fits", &report->fits);
    add_standing(json, report->standing);
    add_never(json, "never_fits", report->never, report->n_never);
    vvi_json_string(json, "breaks_first", report->breaks_first);
    add_values(json, "smallest", report->smallest);
    add_cost(json, "smallest_cost", &report->smallest_cost);
    vvi_json_end(json, '}');
}

/* ---- the whole -------------------------------------------------------------------------------------------------- */

void vvi_json_explanation(vvi_json *json, const char *key, const vv_explanation *e)
{
    vvi_json_begin(json, key, '{');
    vvi_json_string(json, "hypermodel", e->hypermodel);
    if (e->input.rank > 0)
        vvi_json_shape(json, "input", e->input);
    else
        vvi_json_null(json, "input");
    add_standing(json, e->standing);
    add_hyperparameters(json, e);
    add_layer_count(json, &e->layers);
    add_formulas(json, "formulas", e->formulas, e->n_formulas);
    add_never(json, "never_builds", e->never_builds, e->n_never_builds);
    add_sizes(json, e);
    add_ranges(json, &e->cost);
    add_one(json, &e->one);
    add_budget(json, &e->budget);
    vvi_json_bool(json, "pure", e->pure);
    vvi_json_string(json, "impurity", e->impurity);
    add_texts(json, "notes", e->notes);
    vvi_json_count(json, "builds", e->builds);
    vvi_json_end(json, '}');
}

vv_status vvi_explain_write_json(const vv_explanation *e, FILE *out, vv_error *error)
{
    vvi_json json = { 0 };
    vvi_json_explanation(&json, NULL, e);
    return vvi_json_flush(&json, out, error);
}
