/* summary.c - the space for people and for programs: every hyperparameter, one by one. What they do, explain.c says. */
#include "report/explain.h"

/* ---- for people ------------------------------------------------------------------------------------------------- */

static const vvi_report_table_column columns[] = {
    { .title = "Hyperparameter" }, { .title = "Domain" }, { .title = "Default" }, { .title = "Active" }
};

static void add_activity(vvi_report_table *table, const vv_explained *h)
{
    if (h->active_when != NULL)
        vvi_report_table_cell(table, "%s%s", h->active_when, h->unreachable ? ": nothing builds" : "");
    else
        vvi_report_table_cell(table, "in %zu of %zu structures", h->active_structures, h->structures);
}

static void write_table(vvi_page *page, const vv_explanation *e)
{
    vvi_report_table table = { .columns = columns, .n_columns = 4 };
    for (size_t i = 0; i < e->n_hyperparameters; i++) {
        const vv_explained *h = &e->hyperparameters[i];
        char preset[256];
        vv_value_format(h->domain.default_value, preset, sizeof preset);
        vvi_report_table_cell(&table, "%s", h->name);
        vvi_report_table_cell(&table, "%s", h->domain_text);
        vvi_report_table_cell(&table, "%s", preset);
        add_activity(&table, h);
    }
    vvi_page_table(page, &table);
    vvi_page_gap(page);
}

static void write_extent(vvi_page *page, const vv_explanation *e)
{
    vvi_text text = { 0 };
    char n[VVI_FORMAT_SIZE];
    const char *plural = e->layers.structures == 1 ? "" : "s";
    vvi_words_buildable(&text, e);
    vvi_words_capital(&text, 0);
    vvi_format_count(e->layers.structures, n);
    if (e->total.digits != NULL && e->buildable.digits != NULL)
        vvi_text_printf(&text, ", in %s structure%s.", n, plural);
    else
        vvi_text_printf(&text, ". %s structure%s can be built.", n, plural);
    vvi_page_text(page, 0, 0, &text);
}

/* How well it is known, where that is not all there is to say. */
static void write_standing(vvi_page *page, const vv_explanation *e)
{
    char standing[VVI_NUMBER_SIZE * 2];
    vv_standing_format(e->standing, standing, sizeof standing);
    if (e->standing.kind == VV_SAMPLED) vvi_page_printf(page, 0, 0, "When each is active: %s.", standing);
    if (!e->pure)
        vvi_page_printf(page, 0, 2, "The build function is no function of its hyperparameters: %s.",
                        e->impurity == NULL ? "the same values gave different networks" : e->impurity);
}

vv_status vvi_summary_write(const vv_explanation *e, FILE *out, vv_error *error)
{
    vvi_page page = { .out = out, .width = VVI_REPORT_WIDTH };
    vvi_text names = { 0 };
    vvi_words_hyperparameters(&names, e);
    vvi_page_text(&page, 0, 0, &names);
    vvi_page_gap(&page);
    if (e->n_hyperparameters > 0) write_table(&page, e);
    write_extent(&page, e);
    for (size_t i = 0; i < e->n_never_builds; i++) {
        vvi_text text = { 0 };
        vvi_words_never(&text, &e->never_builds[i]);
        vvi_text_printf(&text, ".");
        vvi_page_text(&page, 0, 2, &text);
    }
    write_standing(&page, e);
    return vvi_page_end(&page, error);
}

/* ---- for programs ----------------------------------------------------------------------------------------------- */

static void add_entry(vvi_json *json, const vv_explained *h)
{
    vvi_json_begin(json, NULL, '{');
    vvi_json_string(json, "name", h->name);
    vvi_json_string(json, "type", vvi_domain_kind_name(h->domain.kind));
    vvi_json_domain(json, &h->domain);
    vvi_json_value(json, "default", h->domain.default_value);
    vvi_json_string(json, "active_when", h->active_when);
    vvi_json_count(json, "active_in_structures", h->active_structures);
    vvi_json_bool(json, "always_active", h->active_structures == h->structures);
    vvi_json_end(json, '}');
}

vv_status vvi_summary_write_json(const vv_explanation *e, const vv_hypermodel *hypermodel, FILE *out, vv_error *error)
{
    vvi_json json = { 0 };
    vvi_json_begin(&json, NULL, '{');
    vvi_json_string(&json, "hypermodel", e->hypermodel);
    vvi_json_string(&json, "data", hypermodel->data);
    vvi_json_string(&json, "objective", hypermodel->objective);
    vvi_json_begin(&json, "hyperparameters", '[');
    for (size_t i = 0; i < e->n_hyperparameters; i++) add_entry(&json, &e->hyperparameters[i]);
    vvi_json_end(&json, ']');
    vvi_json_count(&json, "structures", e->layers.structures);
    vvi_json_bool(&json, "complete", e->sizes.kind == VV_EXACT);
    vvi_json_digits(&json, "total", e->total.digits);
    vvi_json_digits(&json, "buildable", e->buildable.digits);
    vvi_json_end(&json, '}');
    return vvi_json_flush(&json, out, error);
}
