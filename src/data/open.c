/* open.c - vv_data_open: from a SPEC to two prepared parts. */
#include "data/data.h"

#include <math.h>

static vv_status (*const openers[])(vvi_request *request, vvi_source *source, vv_data **training, vv_data **validation,
                                    vv_error *error) = {
    [VVI_ARRAYS] = vvi_open_arrays,
    [VVI_COLUMNS] = vvi_open_columns,
    [VVI_SERIES] = vvi_open_series,
};

static void source_deinit(vvi_source *source)
{
    vv_data_free(source->arrays);
    vvi_data_table_deinit(&source->table);
    vvi_free(source->series);
}

static vv_status check_args(const vv_data_args *args, vv_data *const *training, vv_data *const *validation,
                            vv_error *error)
{
    if (training == NULL) return vvi_fail(error, VV_BAD_ARG, "data: `training` is NULL; it is required");
    const double share = args->validation_split;
    if (!(share >= 0 && share < 1))
        return vvi_fail(error, VV_BAD_ARG, "validation_split is %g; it must be at least 0 and below 1", share);
    if (share > 0 && args->preparation == NULL && validation == NULL)
        return vvi_fail(error, VV_BAD_ARG, "data: `validation` is NULL, but validation_split is %g", share);
    return VV_OK;
}

static vv_status load_and_open(vvi_request *request, vv_data **training, vv_data **validation, vv_error *error)
{
    vvi_source source = { 0 };
    vv_status status = request->scheme->load(request, &source, error);
    if (status == VV_OK) status = openers[source.kind](request, &source, training, validation, error);
    source_deinit(&source);
    return status;
}

vv_status vv_data_open(const char *spec, const vv_data_args *args, vv_data **training, vv_data **validation,
                       vv_error *error)
{
    static const vv_data_args presets = { 0 };
    if (args == NULL) args = &presets;
    if (training != NULL) *training = NULL;
    if (validation != NULL) *validation = NULL;
    VVI_TRY(check_args(args, training, validation, error));
    json_t *preparation = NULL;
    if (args->preparation != NULL) VVI_TRY(vvi_prepare_read(args->preparation, &preparation, error));
    vvi_request request;
    vv_data *parts[2] = { NULL, NULL };
    vv_status status = vvi_request_parse(&request, spec, args, error);
    request.preparation = preparation; /* borrowed */
    if (status == VV_OK) status = load_and_open(&request, &parts[0], &parts[1], error);
    vvi_request_deinit(&request);
    json_decref(preparation);
    if (status != VV_OK) {
        vv_data_free(parts[0]);
        vv_data_free(parts[1]);
        return status;
    }
    *training = parts[0];
    if (validation != NULL) *validation = parts[1];
    return VV_OK;
}
