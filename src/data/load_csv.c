/* load_csv.c - csv:PATH: a table, or with window= one column of it as a series. */
#include "data/data.h"

#include <math.h>
#include <string.h>

/* A gap in a series is interpolated, left out, or an error, as missing= says. */
static vv_status settle_gaps(vvi_source *source, size_t column, vvi_missing missing, vv_error *error)
{
    const vvi_data_table *table = &source->table;
    size_t kept = 0;
    for (size_t i = 0; i < table->n; i++) {
        const bool gap = isnan(source->series[i]);
        if (gap && missing == VVI_MISSING_ERROR)
            return vvi_fail(error, VV_FORMAT,
                            "%s:%zu: column %zu (\"%.60s\") has no value; missing=mean would interpolate", table->path,
                            table->line[i], column + 1, table->name[column]);
        if (!gap || missing == VVI_MISSING_MEAN) source->series[kept++] = source->series[i];
    }
    source->n_series = kept;
    return VV_OK;
}

vv_status vvi_load_series(const vvi_request *request, vvi_source *source, const char *name, vv_error *error)
{
    size_t column = 0;
    const vvi_data_table *table = &source->table;
    source->kind = VVI_SERIES;
    source->window = request->options.window;
    source->missing = request->options.missing;
    if (request->preparation != NULL) {
        VVI_TRY(vvi_prepare_check(request->preparation, "series", error));
        VVI_TRY(vvi_prepare_missing(request->preparation, &source->missing, error));
    }
    VVI_TRY(vvi_data_table_find(table, name, &column, error));
    source->series_name = table->name[column];
    source->series = vvi_calloc(table->n, sizeof *source->series);
    if (source->series == NULL) return vvi_no_memory(error);
    VVI_TRY(vvi_data_table_numbers(table, column, source->series, error));
    return settle_gaps(source, column, source->missing, error);
}

/* What the SPEC leaves open is as in the training data; a preparation of images has nothing to say about it. */
static vv_status read_as_before(const json_t *preparation, vvi_csv_options *options, vv_error *error)
{
    if (options->header == VVI_HEADER_AUTO)
        options->header = json_is_true(json_object_get(preparation, "header")) ? VVI_HEADER_YES : VVI_HEADER_NO;
    if (options->delimiter != '\0' || json_object_get(preparation, "delimiter") == NULL) return VV_OK;
    return vvi_prepare_delimiter(preparation, &options->delimiter, error);
}

vv_status vvi_load_csv(vvi_request *request, vvi_source *source, vv_error *error)
{
    const json_t *preparation = request->preparation;
    const char *kind = json_string_value(json_object_get(preparation, "kind"));
    const bool series = preparation == NULL ? request->options.window > 0 : kind != NULL && strcmp(kind, "series") == 0;
    const char *target = request->options.target;
    vvi_csv_options options = { request->options.delimiter, request->options.header, target, false };
    if (preparation != NULL) VVI_TRY(read_as_before(preparation, &options, error));
    if (options.delimiter == '\0') options.delimiter = ',';
    VVI_TRY(vvi_csv_read(&source->table, request->argument, &options, error));
    source->kind = VVI_COLUMNS;
    if (!series) return VV_OK;
    if (target == NULL) target = json_string_value(json_object_get(preparation, "column"));
    if (target == NULL)
        return vvi_fail(error, VV_BAD_ARG, "%s: which column is the series? Write target=COLUMN", request->argument);
    return vvi_load_series(request, source, target, error);
}
