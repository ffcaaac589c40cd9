/* explain.c - an explanation for people: what there is, how many layers, what each hyperparameter does, what never
 * builds, what it costs, what a budget leaves.
 */
#include "report/explain.h"

#include <string.h>

/* ---- sizes ------------------------------------------------------------------------------------------------------ */

static void add_networks(vvi_text *text, const vv_explanation *e)
{
    if (e->networks.digits == NULL) return;
    vvi_text_printf(text, ", as ");
    vvi_words_size(text, &e->networks);
    vvi_text_printf(text, " different network%s", strcmp(e->networks.digits, "1") == 0 ? "" : "s");
}

/* What a continuum counts as matters where something is counted. */
static void write_continuous(vvi_page *page, const vv_explanation *e)
{
    const bool counted = e->total.digits != NULL || e->buildable.digits != NULL;
    if (e->continuous == 0) return;
    vvi_page_printf(
        page, 0, 0, "%zu hyperparameter%s continuous%s.", e->continuous, e->continuous == 1 ? " is" : "s are",
        counted ? ": a continuum counts as one value, or as one for each part of it that makes a difference" : "");
}

static void write_sizes(vvi_page *page, const vv_explanation *e)
{
    vvi_text text = { 0 };
    vvi_words_hyperparameters(&text, e);
    vvi_text_printf(&text, "; ");
    vvi_words_buildable(&text, e);
    add_networks(&text, e);
    vvi_text_printf(&text, ".");
    vvi_page_text(page, 0, 0, &text);
    write_continuous(page, e);
}

/* ---- standing --------------------------------------------------------------------------------------------------- */

static void write_standing(vvi_page *page, const vv_explanation *e)
{
    char n[VVI_FORMAT_SIZE];
    vvi_format_count(e->standing.checked, n);
    switch (e->standing.kind) {
    case VV_EXACT:
        vvi_page_printf(page, 0, 0, "Exact: every configuration was built, and what is said holds for all of them.");
        break;
    case VV_SAMPLED:
        vvi_page_printf(page, 0, 0, "Sampled: %s; what is said held for %s of %s random builds.",
                        e->continuous > 0 ? "a continuum cannot be built from end to end"
                                          : "not every configuration was built",
                        n, n);
        break;
    case VV_OBSERVED:
        vvi_page_printf(page, 0, 0,
                        "Observed: the build function is no function of its hyperparameters, and nothing is promised: "
                        "%s.",
                        e->impurity == NULL ? "the same values gave different networks" : e->impurity);
        break;
    }
}

/* ---- layers ----------------------------------------------------------------------------------------------------- */

static void write_table(vvi_page *page, const vv_layer_count *layers)
{
    for (size_t i = 0; i < layers->n_table; i++)
        vvi_page_printf(page, 2, 6, "%s where %s", layers->table[i].formula, layers->table[i].when);
}

static bool ends_in_layers(const char *what)
{
    const size_t n = strlen(what), m = strlen(" layers");
    return n > m && strcmp(what + n - m, " layers") == 0;
}

/* "Of these conv2d = num_layers, dense = 1." */
static void write_kinds(vvi_page *page, const vv_explanation *e)
{
    vvi_text text = { 0 };
    for (size_t i = 0; i < e->n_formulas; i++) {
        const vv_formula *f = &e->formulas[i];
        if (strcmp(f->what, "params") == 0 || strcmp(f->what, "macs") == 0) continue;
        const size_t end = strlen(f->what) - (ends_in_layers(f->what) ? strlen(" layers") : 0);
        vvi_text_printf(&text, "%s%.*s = %s", text.n == 0 ? "Of these " : ", ", (int)end, f->what, f->formula);
        if (strcmp(f->when, "always") != 0) vvi_text_printf(&text, " where %s", f->when);
    }
    if (text.n > 0) vvi_text_printf(&text, ".");
    vvi_page_text(page, 2, 4, &text);
}

static void write_layers(vvi_page *page, const vv_explanation *e)
{
    const vv_layer_count *layers = &e->layers;
    vvi_page_gap(page);
    if (layers->formula != NULL) {
        vvi_page_printf(page, 0, 4, "layers in all = %s", layers->formula);
        vvi_page_printf(page, 2, 4, "The input is not counted, as in Keras; with it: %s.", layers->with_input);
    } else {
        const char *seen = layers->standing.kind == VV_EXACT ? "" : " in the builds looked at";
        vvi_page_printf(page, 0, 0,
                        "layers: %d to %d%s, the input not counted, as in Keras; no simple formula gives them%s",
                        layers->least, layers->most, seen, layers->n_table > 0 ? ":" : ".");
        write_table(page, layers);
    }
    write_kinds(page, e);
}

/* ---- what never builds ------------------------------------------------------------------------------------------ */

static void add_reason(vvi_report_table *table, const vv_never *never)
{
    vvi_text text = { 0 };
    vvi_words_reason(&text, never, true);
    vvi_report_table_text(table, &text);
}

void vvi_explain_never(vvi_page *page, const char *title, const vv_never *list, size_t n)
{
    const vvi_report_table_column columns[] = { { .title = title }, { .title = "Why, even in the best case" } };
    vvi_report_table table = { .columns = columns, .n_columns = 2 };
    if (n == 0) return;
    vvi_page_gap(page);
    for (size_t i = 0; i < n; i++) {
        vvi_report_table_cell(&table, "%s", list[i].when[0] != '\0' ? list[i].when : i > 0 ? "some others" : "some");
        add_reason(&table, &list[i]);
    }
    vvi_page_table(page, &table);
}

/* A name that is out of reach as one domain, and not as another, is told in the table alone. */
static bool is_out_of_reach(const vv_explanation *e, const char *name)
{
    for (size_t i = 0; i < e->n_hyperparameters; i++)
        if (strcmp(e->hyperparameters[i].name, name) == 0 && e->hyperparameters[i].role != VV_ROLE_UNREACHABLE)
            return false;
    return true;
}

/* Returns whether there is something. */
static bool write_unreachable(vvi_page *page, const vv_explanation *e)
{
    enum { LISTED = 8 };
    vvi_names names = { .n = 0 };
    vvi_text text = { 0 };
    for (size_t i = 0; i < e->n_hyperparameters; i++)
        if (is_out_of_reach(e, e->hyperparameters[i].name)) vvi_names_add(&names, e->hyperparameters[i].name);
    if (names.n == 0) return false;
    vvi_page_gap(page);
    vvi_text_printf(&text, "Out of reach, asked for only where nothing can be built: ");
    vvi_names_write(&text, &names, LISTED);
    vvi_text_printf(&text, ".");
    vvi_page_text(page, 0, 0, &text);
    return true;
}

/* Does some condition speak of the name already? */
static bool is_told(const vv_explanation *e, const vv_explained *h)
{
    for (size_t i = 0; i < e->n_never_builds; i++)
        if (vvi_words_count(e->never_builds[i].when, h->name) > 0) return true;
    return false;
}

static void write_dead_values(vvi_page *page, const vv_explanation *e, bool begun)
{
    for (size_t i = 0; i < e->n_hyperparameters; i++) {
        const vv_explained *h = &e->hyperparameters[i];
        if (h->unreachable || h->dead_text[0] == '\0' || is_told(e, h)) continue;
        if (!begun) vvi_page_gap(page);
        begun = true;
        vvi_page_printf(page, 0, 4, "Nothing can be built with %s: %s.", h->name, h->dead_text);
    }
}

/* ---- the whole -------------------------------------------------------------------------------------------------- */

static int fit_width(FILE *out)
{
    const int width = vvi_report_terminal_width(out);
    if (width == 0 || width > VVI_EXPLAIN_WIDTH) return VVI_EXPLAIN_WIDTH;
    return width < VVI_REPORT_WIDTH ? VVI_REPORT_WIDTH : width;
}

static void write_all(vvi_page *page, const vv_explanation *e, bool with_layers)
{
    write_sizes(page, e);
    write_standing(page, e);
    write_layers(page, e);
    if (e->n_hyperparameters > 0) vvi_page_gap(page);
    if (e->n_hyperparameters > 0) vvi_explain_rows(page, e);
    vvi_explain_never(page, "Never builds", e->never_builds, e->n_never_builds);
    write_dead_values(page, e, write_unreachable(page, e));
    vvi_explain_cost(page, e, with_layers);
    vvi_explain_budget(page, &e->budget, &e->buildable);
    if (e->notes.n > 0) vvi_page_gap(page);
    for (size_t i = 0; i < e->notes.n; i++) vvi_page_printf(page, 0, 6, "Note: %s.", e->notes.list[i]);
}

vv_status vvi_explain_write(const vv_explanation *e, bool with_layers, FILE *out, vv_error *error)
{
    vvi_page page = { .out = out, .width = fit_width(out) };
    write_all(&page, e, with_layers);
    return vvi_page_end(&page, error);
}

void vvi_explain_write_blocks(const vv_explanation *e, vvi_json *json, const char *key)
{
    vvi_page page = vvi_page_blocks(json, key);
    write_all(&page, e, false);
    if (vvi_page_end(&page, NULL) != VV_OK) json->text.failed = true;
}
