/* arrays.c - sets that come as arrays (images, NPY): split, scale each number over the training examples.
 *
 * The preparation holds the shapes, the classes and, when scaled, one offset and scale for each number of an example.
 */
#include "data/data.h"

#include <math.h>
#include <string.h>

/* Learns from the training part alone. */
static vv_status learn(vvi_scaling scaling, const vv_data *training, vvi_linear *linear, vv_error *error)
{
    const size_t size = vvi_data_size(training->shape);
    double mean = 0, *column = vvi_calloc(training->n, sizeof *column);
    if (column == NULL) return vvi_no_memory(error);
    for (size_t j = 0; j < size; j++) {
        for (size_t i = 0; i < training->n; i++) column[i] = (double)training->x[i * size + j];
        linear[j] = vvi_linear_learn(scaling, column, training->n, &mean);
    }
    vvi_free(column);
    return VV_OK;
}

static vv_status apply(const vvi_linear *linear, vv_data *data, vv_error *error)
{
    const size_t size = data == NULL ? 0 : vvi_data_size(data->shape);
    for (size_t i = 0; data != NULL && i < data->n; i++)
        for (size_t j = 0; j < size; j++) {
            float *x = &data->x[i * size + j];
            *x = (float)(((double)*x - linear[j].offset) / linear[j].scale);
            if (!isfinite(*x))
                return vvi_fail(error, VV_FORMAT, "number %zu of example %zu, scaled, is beyond float32", j, i);
        }
    return VV_OK;
}

/* ---- JSON ---------------------------------------------------------------------------------------------------------
 */

static json_t *write_shape(vv_shape shape)
{
    json_t *array = json_array();
    for (int i = 0; array != NULL && i < shape.rank; i++) json_array_append_new(array, json_integer(shape.dim[i]));
    return array;
}

static json_t *write_linear(const vvi_linear *linear, size_t n, bool scales)
{
    json_t *array = json_array();
    for (size_t i = 0; array != NULL && i < n; i++)
        if (json_array_append_new(array, json_real(scales ? linear[i].scale : linear[i].offset)) != 0) {
            json_decref(array);
            return NULL;
        }
    return array;
}

static vv_status write(const vv_data *data, const vvi_linear *linear, json_t **root, vv_error *error)
{
    const size_t size = vvi_data_size(data->shape);
    bool failed = false;
    VVI_TRY(vvi_prepare_begin(root, "arrays", error));
    vvi_prepare_set(*root, "shape", write_shape(data->shape), &failed);
    vvi_prepare_set(*root, "target_shape", write_shape(data->target_shape), &failed);
    if (data->classes > 0)
        vvi_prepare_set(*root, "classes", vvi_prepare_strings(data->class_name, (size_t)data->classes), &failed);
    if (linear != NULL) vvi_prepare_set(*root, "offset", write_linear(linear, size, false), &failed);
    if (linear != NULL) vvi_prepare_set(*root, "scale", write_linear(linear, size, true), &failed);
    return failed ? vvi_no_memory(error) : VV_OK;
}

static vv_status check_shape(const json_t *root, const char *key, vv_shape shape, vv_error *error)
{
    const json_t *array = json_object_get(root, key);
    vv_shape wanted = { .rank = (int)json_array_size(array) };
    if (!json_is_array(array) || json_array_size(array) > VV_MAX_RANK)
        return vvi_fail(error, VV_FORMAT, "preparation: \"%s\" is not a shape", key);
    bool equal = wanted.rank == shape.rank;
    for (int i = 0; i < wanted.rank; i++) {
        wanted.dim[i] = (int)json_integer_value(json_array_get(array, (size_t)i));
        equal = equal && wanted.dim[i] == shape.dim[i];
    }
    if (equal) return VV_OK;
    char a[64], b[64];
    vvi_data_shape_text(wanted, a, sizeof a);
    vvi_data_shape_text(shape, b, sizeof b);
    return vvi_fail(error, VV_MISMATCH, "preparation: its %s is %s, the data's is %s", key, a, b);
}

static vv_status read_linear(const json_t *root, vvi_linear *linear, size_t n, vv_error *error)
{
    const json_t *offset = json_object_get(root, "offset"), *scale = json_object_get(root, "scale");
    if (json_array_size(offset) != n || json_array_size(scale) != n)
        return vvi_fail(error, VV_FORMAT, "preparation: \"offset\" and \"scale\" must have %zu numbers", n);
    for (size_t i = 0; i < n; i++) {
        const json_t *o = json_array_get(offset, i), *s = json_array_get(scale, i);
        linear[i] = (vvi_linear){ json_number_value(o), json_number_value(s) };
        if (!json_is_number(o) || !json_is_number(s) || !(fabs(linear[i].scale) > 0))
            return vvi_fail(error, VV_FORMAT, "preparation: \"offset\" and \"scale\" number %zu are not a transform",
                            i);
    }
    return VV_OK;
}

static vv_status read_classes(const json_t *root, vv_data *data, vv_error *error)
{
    const char **name = NULL;
    size_t classes = 0;
    data->classes = 0; /* those of the training data count */
    if (json_object_get(root, "classes") == NULL) return VV_OK;
    VVI_TRY(vvi_prepare_texts(root, "classes", &data->arena, &name, &classes, error));
    for (size_t i = 0; data->y != NULL && i < data->n; i++) {
        const double y = (double)data->y[i];
        if (!(y >= 0 && y < (double)classes) || floor(y) < y)
            return vvi_fail(error, VV_FORMAT, "the target of example %zu is %g; the classes are 0 to %zu", i, y,
                            classes - 1);
    }
    data->classes = (int)classes;
    data->class_name = name;
    return VV_OK;
}

/* ---- opening ------------------------------------------------------------------------------------------------------
 */

static vv_status open_with(vvi_request *request, vv_data *data, vvi_linear *linear, vv_error *error)
{
    const json_t *root = request->preparation;
    VVI_TRY(vvi_prepare_check(root, "arrays", error));
    VVI_TRY(check_shape(root, "shape", data->shape, error));
    if (data->y != NULL) VVI_TRY(check_shape(root, "target_shape", data->target_shape, error));
    VVI_TRY(read_classes(root, data, error));
    if (json_object_get(root, "offset") != NULL) {
        VVI_TRY(read_linear(root, linear, vvi_data_size(data->shape), error));
        VVI_TRY(apply(linear, data, error));
    }
    return vvi_prepare_finish(root, request->spec, data, NULL, error);
}

static vv_status split(vvi_request *request, vvi_source *source, vv_data **training, vv_data **validation,
                       vv_error *error)
{
    const vv_data *whole = source->arrays;
    const vv_data_args *args = request->args;
    int *class_of = NULL;
    if (!(args->validation_split > 0)) {
        *training = source->arrays;
        source->arrays = NULL;
        return VV_OK;
    }
    if (whole->classes > 0) {
        class_of = vvi_calloc(whole->n, sizeof *class_of);
        if (class_of == NULL) return vvi_no_memory(error);
        for (size_t i = 0; i < whole->n; i++) class_of[i] = (int)whole->y[i];
    }
    vvi_parts parts = { 0 };
    vv_status status =
        vvi_split_draw(&parts, whole->n, class_of, whole->classes, args->validation_split, args->seed, error);
    if (status == VV_OK) status = vvi_data_pick(whole, parts.row, parts.n_training, training, error);
    if (status == VV_OK)
        status = vvi_data_pick(whole, parts.row + parts.n_training, parts.n_validation, validation, error);
    vvi_parts_deinit(&parts);
    vvi_free(class_of);
    return status;
}

static vv_status learn_and_apply(vvi_request *request, vvi_linear *linear, vv_data *training, vv_data *validation,
                                 vv_error *error)
{
    const bool scaled = request->options.scale != VVI_SCALE_NONE;
    json_t *root = NULL;
    if (scaled) {
        VVI_TRY(learn(request->options.scale, training, linear, error));
        VVI_TRY(apply(linear, training, error));
        VVI_TRY(apply(linear, validation, error));
    }
    vv_status status = write(training, scaled ? linear : NULL, &root, error);
    if (status == VV_OK) status = vvi_prepare_finish(root, request->spec, training, validation, error);
    json_decref(root);
    return status;
}

vv_status vvi_open_arrays(vvi_request *request, vvi_source *source, vv_data **training, vv_data **validation,
                          vv_error *error)
{
    vvi_linear *linear = vvi_calloc(vvi_data_size(source->arrays->shape), sizeof *linear);
    if (linear == NULL) return vvi_no_memory(error);
    vv_status status;
    if (request->preparation != NULL) {
        status = open_with(request, source->arrays, linear, error);
        if (status == VV_OK) {
            *training = source->arrays;
            source->arrays = NULL;
        }
    } else {
        status = split(request, source, training, validation, error);
        if (status == VV_OK) status = learn_and_apply(request, linear, *training, *validation, error);
    }
    vvi_free(linear);
    return status;
}
