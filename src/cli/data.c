/* data.c - varve data: the data sets that are known by name, and the forms of SPEC. */
#include "cli/cli.h"

static const vvi_option rows[] = { VVI_OPTION_JSON };

static vv_status write_json(vv_error *error)
{
    vvi_json json = { 0 };
    const vv_data_set_info *info;
    vvi_json_begin(&json, NULL, '{');
    vvi_json_begin(&json, "data_sets", '[');
    for (size_t i = 0; (info = vv_data_set_at(i)) != NULL; i++) {
        vvi_json_begin(&json, NULL, '{');
        vvi_json_string(&json, "name", info->name);
        vvi_json_string(&json, "summary", info->summary);
        vvi_json_end(&json, '}');
    }
    vvi_json_end(&json, ']');
    vvi_json_end(&json, '}');
    return vvi_json_flush(&json, stdout, error);
}

static vv_status write_table(vv_error *error)
{
    static const vvi_report_table_column columns[] = { { .title = "SPEC" }, { .title = "Data" } };
    static const char *const files[][2] = {
        { "csv:PATH?target=COLUMN", "a table; options joined by &: header, delimiter, scale, missing, window" },
        { "idx:IMAGES,LABELS", "IDX files, as MNIST's; ?resize=HxW" },
        { "npy:X,Y", "NumPy arrays; ?scale=standard|minmax|none" },
        { "cifar:FILE[,FILE...]", "CIFAR-10's binary records" },
    };
    vvi_report_table table = { .columns = columns, .n_columns = 2 };
    const vv_data_set_info *info;
    for (size_t i = 0; (info = vv_data_set_at(i)) != NULL; i++) {
        vvi_report_table_cell(&table, "%s", info->name);
        vvi_report_table_cell(&table, "%s", info->summary);
    }
    for (size_t i = 0; i < VVI_COUNT(files); i++)
        for (int k = 0; k < 2; k++) vvi_report_table_cell(&table, "%s", files[i][k]);
    return vvi_report_table_end(&table, stdout, vvi_report_width(stdout), error);
}

static int run(const vvi_options *options)
{
    vv_error error = { 0 };
    const vv_status status = options->json ? write_json(&error) : write_table(&error);
    return status == VV_OK ? vvi_cli_end(VVI_EXIT_DONE, stdout) : vvi_cli_fail(VVI_EXIT_FAILED, &error);
}

const vvi_command vvi_command_data = {
    .name = "data",
    .summary = "what --data SPEC can name",
    .options = rows,
    .n_options = VVI_COUNT(rows),
    .run = run,
};
