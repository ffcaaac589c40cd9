/* summary.c - the space for people and for programs. */
#include "report/report.h"

#include <string.h>

/* ---- for people ------------------------------------------------------------------------------------------------- */

static const vvi_report_table_column columns[] = {
    { .title = "Hyperparameter" }, { .title = "Domain" }, { .title = "Default" }, { .title = "Active" }
};

static void describe_activity(const vvi_space_report *report, const vvi_space_entry *entry, char *text, size_t size)
{
    if (entry->structures == 0)
        snprintf(text, size, "in none that builds");
    else if (entry->structures == report->n_buildable)
        snprintf(text, size, "always");
    else
        snprintf(text, size, "in %zu of %zu structures", entry->structures, report->n_buildable);
}

static vv_status write_table(const vvi_space_report *report, FILE *out, vv_error *error)
{
    vvi_report_table table = { .columns = columns, .n_columns = 4 };
    for (size_t i = 0; i < report->n; i++) {
        const vv_active *active = report->entries[i].active;
        char domain[1024], preset[256], activity[64];
        vv_domain_format(&active->domain, domain, sizeof domain);
        vv_value_format(active->domain.default_value, preset, sizeof preset);
        describe_activity(report, &report->entries[i], activity, sizeof activity);
        vvi_report_table_cell(&table, "%s", active->name);
        vvi_report_table_cell(&table, "%s", domain);
        vvi_report_table_cell(&table, "%s", preset);
        vvi_report_table_cell(&table, "%s", activity);
    }
    return vvi_report_table_end(&table, out, VVI_REPORT_WIDTH, error);
}

static const char *plural(uint64_t n)
{
    return n == 1 ? "" : "s";
}

static void write_extent(const vvi_space_report *report, FILE *out)
{
    char builds[VVI_FORMAT_SIZE], buildable[VVI_FORMAT_SIZE];
    vvi_format_count(report->builds, builds);
    vvi_format_count(report->buildable, buildable);
    fprintf(out, report->complete ? "There are %s configuration%s" : "Of %s random configuration%s", builds,
            plural(report->builds));
    fprintf(out, "%s %s can be built, in %zu structure%s.\n", report->complete ? ";" : "", buildable,
            report->n_buildable, plural(report->n_buildable));
    if (report->refusal.status != VV_OK) fprintf(out, "One that cannot: %s\n", report->refusal.text);
}

vv_status vvi_space_write(const vvi_space_report *report, const vv_hypermodel *hypermodel, FILE *out, vv_error *error)
{
    fprintf(out, "%s: %zu hyperparameter%s\n\n", hypermodel->name, report->n, plural(report->n));
    if (report->n > 0) VVI_TRY(write_table(report, out, error));
    fputc('\n', out);
    write_extent(report, out);
    return ferror(out) ? vvi_fail(error, VV_IO, "the output could not be written") : VV_OK;
}

/* ---- for programs ----------------------------------------------------------------------------------------------- */

static void add_range(vvi_json *json, const vv_domain *domain)
{
    static const char *const samplings[] = { "linear", "log", "reverse_log" };
    const bool whole = domain->type == VV_VALUE_INT;
    const struct {
        const char *key;
        double value;
    } bounds[] = { { "min", domain->min }, { "max", domain->max }, { "step", domain->step } };
    for (int i = 0; i < 3; i++) {
        if (i == 2 && domain->step == 0)
            vvi_json_null(json, "step");
        else if (whole)
            vvi_json_int(json, bounds[i].key, (int64_t)bounds[i].value);
        else
            vvi_json_real(json, bounds[i].key, bounds[i].value);
    }
    vvi_json_string(json, "sampling", samplings[domain->sampling]);
}

static void add_choices(vvi_json *json, const vv_domain *domain)
{
    vvi_json_begin(json, "values", '[');
    for (size_t i = 0; i < domain->n_values; i++) vvi_json_value(json, NULL, domain->values[i]);
    vvi_json_end(json, ']');
}

static void add_nothing(vvi_json *json, const vv_domain *domain)
{
    (void)json, (void)domain;
}

static const struct {
    const char *name;
    void (*add)(vvi_json *json, const vv_domain *domain);
} kinds[] = {
    [VV_DOMAIN_INT] = { "int", add_range },         [VV_DOMAIN_FLOAT] = { "float", add_range },
    [VV_DOMAIN_CHOICE] = { "choice", add_choices }, [VV_DOMAIN_BOOL] = { "bool", add_nothing },
    [VV_DOMAIN_FIXED] = { "fixed", add_choices },
};

static void add_entry(vvi_json *json, const vvi_space_report *report, const vvi_space_entry *entry)
{
    const vv_domain *domain = &entry->active->domain;
    vvi_json_begin(json, NULL, '{');
    vvi_json_string(json, "name", entry->active->name);
    vvi_json_string(json, "type", kinds[domain->kind].name);
    kinds[domain->kind].add(json, domain);
    vvi_json_value(json, "default", domain->default_value);
    vvi_json_int(json, "active_in_structures", (int64_t)entry->structures);
    vvi_json_bool(json, "always_active", entry->structures == report->n_buildable);
    vvi_json_end(json, '}');
}

vv_status vvi_space_write_json(const vvi_space_report *report, const vv_hypermodel *hypermodel, FILE *out,
                               vv_error *error)
{
    vvi_json json = { 0 };
    vvi_json_begin(&json, NULL, '{');
    vvi_json_string(&json, "hypermodel", hypermodel->name);
    vvi_json_string(&json, "data", hypermodel->data);
    vvi_json_string(&json, "objective", hypermodel->objective);
    vvi_json_begin(&json, "hyperparameters", '[');
    for (size_t i = 0; i < report->n; i++) add_entry(&json, report, &report->entries[i]);
    vvi_json_end(&json, ']');
    vvi_json_int(&json, "structures", (int64_t)report->n_buildable);
    vvi_json_bool(&json, "complete", report->complete);
    vvi_json_int(&json, "built", (int64_t)report->builds);
    vvi_json_int(&json, "buildable", (int64_t)report->buildable);
    vvi_json_end(&json, '}');
    return vvi_json_flush(&json, out, error);
}
