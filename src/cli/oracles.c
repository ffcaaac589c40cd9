/* oracles.c - varve oracles: every oracle and every pruner with its options, as the registries have them. */
#include "cli/cli.h"

#include <string.h>

static const vvi_option rows[] = { VVI_OPTION_JSON };

/* What oracles and pruners have in common. */
typedef struct method {
    const char *name, *summary, *paper;
    const vv_option_row *options;
    size_t n_options;
    size_t most_objectives; /* 0: it is a pruner */
    bool halves;
} method;

static bool oracle_at(size_t index, method *m)
{
    const vv_oracle_kind *kind = vv_oracle_at(index);
    if (kind == NULL) return false;
    *m = (method){ kind->name,    kind->summary,   kind->paper,
                   kind->options, kind->n_options, kind->most_objectives == 0 ? 1 : kind->most_objectives,
                   kind->halves };
    return true;
}

static bool pruner_at(size_t index, method *m)
{
    const vv_pruner_kind *kind = vv_pruner_at(index);
    if (kind == NULL) return false;
    *m = (method){ .name = kind->name,
                   .summary = kind->summary,
                   .paper = kind->paper,
                   .options = kind->options,
                   .n_options = kind->n_options };
    return true;
}

static const struct list {
    const char *title, *key;
    bool (*at)(size_t index, method *m);
} lists[] = {
    { "Oracles, for --tuner NAME:OPTION=VALUE,...", "oracles", oracle_at },
    { "Pruners, for --pruner NAME:OPTION=VALUE,...", "pruners", pruner_at },
};

/* ---- for people ------------------------------------------------------------------------------------------------- */

static void add_range(vvi_text *text, const vv_option_row *row)
{
    char low[VVI_FORMAT_SIZE], high[VVI_FORMAT_SIZE];
    for (size_t i = 0; row->words != NULL && row->words[i] != NULL; i++)
        vvi_text_printf(text, "%s%s", i == 0 ? "" : "|", row->words[i]);
    if (row->words == NULL)
        vvi_text_printf(text, "%s..%s", vvi_format_double(row->min, low), vvi_format_double(row->max, high));
}

static const char *preset_text(const vv_option_row *row, char text[VVI_FORMAT_SIZE])
{
    return row->words != NULL ? row->words[(size_t)row->preset] : vvi_format_double(row->preset, text);
}

static void add_options(vvi_report_table *table, const method *m)
{
    for (size_t i = 0; i < m->n_options; i++) {
        const vv_option_row *row = &m->options[i];
        char preset[VVI_FORMAT_SIZE];
        vvi_text range = { 0 };
        add_range(&range, row);
        vvi_report_table_cell(table, "    %s", row->name);
        vvi_report_table_cell(table, "%s", preset_text(row, preset));
        vvi_report_table_text(table, &range);
        vvi_report_table_cell(table, "%s", row->help);
    }
}

static void write_method(vvi_page *page, const method *m)
{
    static const vvi_report_table_column columns[] = {
        { .title = "    Option" }, { .title = "Default" }, { .title = "Range" }, { .title = "" }
    };
    vvi_page_printf(page, 0, 4, "%s: %s", m->name, m->summary);
    if (m->most_objectives > 1) vvi_page_printf(page, 4, 4, "Takes up to %zu objectives.", m->most_objectives);
    if (m->halves) vvi_page_printf(page, 4, 4, "Pauses trials and lets the best go on: needs --epochs 2 or more.");
    if (m->paper != NULL) vvi_page_printf(page, 4, 4, "%s", m->paper);
    if (m->n_options > 0) {
        vvi_report_table table = { .columns = columns, .n_columns = VVI_COUNT(columns) };
        add_options(&table, m);
        vvi_page_table(page, &table);
    }
    vvi_page_gap(page);
}

static vv_status write_page(vv_error *error)
{
    vvi_page page = { .out = stdout, .width = VVI_REPORT_WIDTH };
    method m;
    for (size_t k = 0; k < VVI_COUNT(lists); k++) {
        vvi_page_printf(&page, 0, 0, "%s", lists[k].title);
        vvi_page_gap(&page);
        for (size_t i = 0; lists[k].at(i, &m); i++) write_method(&page, &m);
    }
    return vvi_page_end(&page, error);
}

/* ---- for programs ----------------------------------------------------------------------------------------------- */

static void add_option(vvi_json *json, const vv_option_row *row)
{
    vvi_json_begin(json, NULL, '{');
    vvi_json_string(json, "name", row->name);
    if (row->words == NULL) {
        vvi_json_real(json, "default", row->preset);
        vvi_json_real(json, "min", row->min);
        vvi_json_real(json, "max", row->max);
        vvi_json_bool(json, "whole", row->whole);
    } else {
        vvi_json_string(json, "default", row->words[(size_t)row->preset]);
        vvi_json_begin(json, "values", '[');
        for (size_t i = 0; row->words[i] != NULL; i++) vvi_json_string(json, NULL, row->words[i]);
        vvi_json_end(json, ']');
    }
    vvi_json_string(json, "help", row->help);
    vvi_json_end(json, '}');
}

static void add_method(vvi_json *json, const method *m)
{
    vvi_json_begin(json, NULL, '{');
    vvi_json_string(json, "name", m->name);
    vvi_json_string(json, "summary", m->summary);
    vvi_json_string(json, "paper", m->paper);
    if (m->most_objectives > 0) {
        vvi_json_int(json, "most_objectives", (int64_t)m->most_objectives);
        vvi_json_bool(json, "pauses_trials", m->halves);
    }
    vvi_json_begin(json, "options", '[');
    for (size_t i = 0; i < m->n_options; i++) add_option(json, &m->options[i]);
    vvi_json_end(json, ']');
    vvi_json_end(json, '}');
}

static vv_status write_json(vv_error *error)
{
    vvi_json json = { 0 };
    method m;
    vvi_json_begin(&json, NULL, '{');
    for (size_t k = 0; k < VVI_COUNT(lists); k++) {
        vvi_json_begin(&json, lists[k].key, '[');
        for (size_t i = 0; lists[k].at(i, &m); i++) add_method(&json, &m);
        vvi_json_end(&json, ']');
    }
    vvi_json_end(&json, '}');
    return vvi_json_flush(&json, stdout, error);
}

static int run(const vvi_options *options)
{
    vv_error error = { 0 };
    const vv_status status = options->json ? write_json(&error) : write_page(&error);
    return status == VV_OK ? vvi_cli_end(VVI_EXIT_DONE, stdout) : vvi_cli_fail(VVI_EXIT_FAILED, &error);
}

const vvi_command vvi_command_oracles = {
    .name = "oracles",
    .summary = "what --tuner and --pruner can name, with options and papers",
    .options = rows,
    .n_options = VVI_COUNT(rows),
    .run = run,
};
