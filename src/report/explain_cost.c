/* explain_cost.c - what networks cost, one of them layer by layer, what a budget leaves. */
#include "explain/explain.h"
#include "report/explain.h"

#include <string.h>

/* ---- what can be limited ---------------------------------------------------------------------------------------- */

/* Of vvi_resources, in the same order. */
static const char *const titles[VVI_RESOURCES] = { "parameters", "multiply-accumulates", "peak memory, bytes",
                                                   "weights, bytes" };

static void add_count(vvi_report_table *table, uint64_t n)
{
    char text[VVI_FORMAT_SIZE];
    vvi_report_table_cell(table, "%s", vvi_format_count(n, text));
}

/* "params 385, macs 352, ram 42, flash 484" */
static void add_cost(vvi_text *text, const vv_cost *cost)
{
    for (size_t i = 0; i < VVI_RESOURCES; i++) {
        char n[VVI_FORMAT_SIZE];
        vvi_text_printf(text, "%s%s %s", i == 0 ? "" : ", ", vvi_resources[i].name,
                        vvi_format_count(vvi_resource_cost(&vvi_resources[i], cost), n));
    }
}

/* ---- the least and the most ------------------------------------------------------------------------------------- */

static void add_end(vvi_report_table *table, size_t resource, const char *which, uint64_t n, vv_values values)
{
    enum { COLUMNS = 56 };
    vvi_text text = { 0 };
    vvi_words_values(&text, values, COLUMNS);
    vvi_report_table_cell(table, "%s", which[0] == 'l' ? titles[resource] : "");
    vvi_report_table_cell(table, "%s", which);
    add_count(table, n);
    vvi_report_table_text(table, &text);
}

static void write_ranges(vvi_page *page, const vv_cost_ranges *cost)
{
    static const vvi_report_table_column columns[] = {
        { .title = "Cost" }, { .title = "" }, { .title = "Number", .right = true }, { .title = "Configuration" }
    };
    vvi_report_table table = { .columns = columns, .n_columns = 4 };
    for (size_t i = 0; i < VVI_RESOURCES; i++) {
        vv_range range;
        memcpy(&range, (const char *)cost + vvi_resources[i].range, sizeof range);
        add_end(&table, i, "least", range.min, range.argmin);
        add_end(&table, i, "most", range.max, range.argmax);
    }
    vvi_page_table(page, &table);
}

static void write_formulas(vvi_page *page, const vv_explanation *e)
{
    for (size_t i = 0; i < e->n_formulas; i++) {
        const vv_formula *f = &e->formulas[i];
        const bool always = strcmp(f->when, "always") == 0;
        if (strcmp(f->what, "params") != 0 && strcmp(f->what, "macs") != 0) continue;
        vvi_page_printf(page, 0, 4, "%s = %s%s%s", f->what, f->formula, always ? "" : ", where ",
                        always ? "" : f->when);
    }
}

static void write_what_bytes_are(vvi_page *page, const vv_cost_ranges *cost)
{
    vvi_page_printf(page, 0, 0,
                    "Bytes in %s. Peak memory is what is alive at once while one example passes, without buffers of "
                    "kernels.%s",
                    cost->precision == VV_FLOAT32 ? "float32: 4 for each number"
                                                  : "int8: 1 for a weight or a value between layers, 4 for a bias",
                    cost->standing.kind == VV_EXACT ? ""
                                                    : " Least and most are the smallest and largest that were found.");
}

/* ---- one configuration ------------------------------------------------------------------------------------------ */

static void add_layer(vvi_report_table *table, const vv_layer_line *line)
{
    char shape[VVI_NUMBER_SIZE * 2];
    vvi_report_shape(line->output, shape, sizeof shape);
    vvi_report_table_cell(table, "%s", line->name);
    vvi_report_table_cell(table, "%s", line->kind);
    vvi_report_table_cell(table, "%s", shape);
    add_count(table, line->cost.params);
    add_count(table, line->cost.macs);
    add_count(table, line->cost.weight_bytes);
    add_count(table, line->cost.live_bytes);
}

static void add_sums(vvi_report_table *table, const vv_cost *cost)
{
    vvi_report_table_cell(table, "in all");
    for (int i = 0; i < 2; i++) vvi_report_table_cell(table, "%s", "");
    add_count(table, cost->params);
    add_count(table, cost->macs);
    add_count(table, cost->weight_bytes);
    add_count(table, cost->peak_activation_bytes);
}

static void write_layers(vvi_page *page, const vv_costed *one)
{
    static const vvi_report_table_column columns[] = { { .title = "Layer" },
                                                       { .title = "Kind" },
                                                       { .title = "Output" },
                                                       { .title = "Parameters", .right = true },
                                                       { .title = "MACs", .right = true },
                                                       { .title = "Weight bytes", .right = true },
                                                       { .title = "Bytes alive", .right = true } };
    vvi_report_table table = { .columns = columns, .n_columns = 7 };
    for (size_t i = 0; i < one->n_layers; i++) add_layer(&table, &one->layers[i]);
    add_sums(&table, &one->cost);
    vvi_page_table(page, &table);
}

static void write_peak(vvi_page *page, const vv_costed *one, const char *which)
{
    char bytes[VVI_FORMAT_SIZE];
    if (one->refusal != NULL)
        vvi_page_printf(page, 0, 0, "The %s cannot be built: %s.", which, one->refusal);
    else if (one->peak < one->n_layers)
        vvi_page_printf(page, 0, 0, "The %s's memory peaks at %s: %s bytes, %s.", which, one->layers[one->peak].name,
                        vvi_format_count(one->cost.peak_activation_bytes, bytes), one->peak_text);
}

static void write_one(vvi_page *page, const vv_costed *one)
{
    vvi_text text = { 0 };
    vvi_text_printf(&text, "The configuration ");
    vvi_words_values(&text, one->values, SIZE_MAX / 2);
    vvi_text_printf(&text, ":");
    vvi_page_gap(page);
    vvi_page_text(page, 0, 0, &text);
    vvi_page_gap(page);
    if (one->refusal == NULL) write_layers(page, one);
    if (one->refusal == NULL) vvi_page_gap(page);
    write_peak(page, one, "configuration");
}

void vvi_explain_cost(vvi_page *page, const vv_explanation *e, bool with_layers)
{
    vvi_page_gap(page);
    write_ranges(page, &e->cost);
    vvi_page_gap(page);
    write_formulas(page, e);
    write_what_bytes_are(page, &e->cost);
    if (with_layers)
        write_one(page, &e->one);
    else
        write_peak(page, &e->one, "default configuration");
}

/* ---- budgets ---------------------------------------------------------------------------------------------------- */

static bool is_met(const vv_fit_report *report)
{
    return vvi_budget_check(&report->budget, &report->smallest_cost, NULL) == VV_OK;
}

static void add_limits(vvi_text *text, const vv_budget *budget)
{
    const char *separator = "";
    for (size_t i = 0; i < VVI_RESOURCES; i++) {
        char n[VVI_FORMAT_SIZE];
        const uint64_t limit = vvi_resource_limit(&vvi_resources[i], budget);
        if (limit == 0) continue;
        vvi_text_printf(text, "%s%s at most %s", separator, vvi_resources[i].name, vvi_format_count(limit, n));
        separator = ", ";
    }
}

static void add_exact_share(vvi_text *text, const vv_fit_report *report, const vv_size *buildable)
{
    const bool counted = report->fits.digits != NULL && buildable->digits != NULL;
    if (counted) {
        vvi_words_size(text, &report->fits);
        vvi_text_printf(text, " of the ");
        vvi_words_size(text, buildable);
        vvi_text_printf(text, " that can be built fit (");
    }
    vvi_words_share(text, report->share);
    vvi_text_printf(text, counted ? ")" : " of what can be built fits");
}

static void add_estimated_share(vvi_text *text, const vv_fit_report *report)
{
    char checked[VVI_FORMAT_SIZE];
    vvi_format_count(report->standing.checked, checked);
    if (report->share > 0) {
        vvi_text_printf(text, "about ");
        vvi_words_share(text, report->share);
        vvi_text_printf(text, " of what can be built fits, as estimated from %s random networks", checked);
    } else {
        vvi_text_printf(text, "little fits: none of %s random networks, but one that was looked for does", checked);
    }
}

/* Counted, or estimated from random networks. */
void vvi_words_fits(vvi_text *text, const vv_fit_report *report, const vv_size *buildable)
{
    const bool exact = report->standing.kind == VV_EXACT;
    if (!is_met(report))
        vvi_text_printf(text, exact ? "nothing fits" : "nothing that fits was found");
    else if (exact)
        add_exact_share(text, report, buildable);
    else
        add_estimated_share(text, report);
}

static void write_answer(vvi_page *page, const vv_fit_report *report, const vv_size *buildable)
{
    vvi_text text = { 0 };
    vvi_text_printf(&text, "Budget, in %s: ", vvi_precision_name(report->budget.precision));
    add_limits(&text, &report->budget);
    vvi_text_printf(&text, ": ");
    vvi_words_fits(&text, report, buildable);
    vvi_text_printf(&text, ".");
    vvi_page_text(page, 0, 0, &text);
}

/* Among what fits it need not be the smallest in anything. */
static void write_smallest(vvi_page *page, const vv_fit_report *report)
{
    vvi_text text = { 0 };
    vvi_text_printf(&text, is_met(report) ? "What strains it least needs " : "The smallest needs ");
    add_cost(&text, &report->smallest_cost);
    vvi_text_printf(&text, ", with ");
    vvi_words_values(&text, report->smallest, 2 * VVI_REPORT_WIDTH);
    vvi_text_printf(&text, ".");
    vvi_page_text(page, 0, 0, &text);
}

void vvi_explain_budget(vvi_page *page, const vv_fit_report *report, const vv_size *buildable)
{
    if (!report->limited) return;
    const bool any = is_met(report);
    vvi_page_gap(page);
    write_answer(page, report, buildable);
    write_smallest(page, report);
    if (any && report->breaks_first != NULL)
        vvi_page_printf(page, 0, 0, "Raised alone from there, this is the first value that does not fit: %s.",
                        report->breaks_first);
    if (any) vvi_explain_never(page, "Never fits", report->never, report->n_never);
}
