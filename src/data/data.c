/* data.c - the vv_data value: n examples in arrays of floats that it owns, and what is known about them. */
#include "data/data.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

size_t vvi_data_size(vv_shape shape)
{
    size_t size = 1;
    if (shape.rank < 1 || shape.rank > VV_MAX_RANK) return 0;
    for (int i = 0; i < shape.rank; i++) {
        if (shape.dim[i] < 1 || size > SIZE_MAX / (size_t)shape.dim[i]) return 0;
        size *= (size_t)shape.dim[i];
    }
    return size;
}

void vvi_data_shape_text(vv_shape shape, char *text, size_t size)
{
    size_t used = 0;
    if (size > 0) text[0] = '\0';
    for (int i = 0; i < shape.rank && i < VV_MAX_RANK && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%d", i == 0 ? "[" : ", ", shape.dim[i]);
    if (used < size) snprintf(text + used, size - used, shape.rank > 0 ? "]" : "[]");
}

/* n * size floats; NULL: too many, or no memory. */
static float *floats(size_t n, size_t size)
{
    return size == 0 || n > SIZE_MAX / sizeof(float) / size ? NULL : vvi_malloc(n * size * sizeof(float));
}

vv_status vvi_data_make(size_t n, vv_shape shape, vv_shape target_shape, vv_data **data, vv_error *error)
{
    *data = NULL;
    vv_data *d = vvi_calloc(1, sizeof *d);
    if (d == NULL) return vvi_no_memory(error);
    const bool targets = target_shape.rank > 0;
    *d = (vv_data){ .n = n,
                    .shape = shape,
                    .target_shape = targets ? target_shape : (vv_shape){ 0 },
                    .name = "arrays",
                    .preparation = "{}" };
    d->x = floats(n, vvi_data_size(shape));
    if (targets) d->y = floats(n, vvi_data_size(target_shape));
    if (d->x == NULL || (targets && d->y == NULL)) {
        vv_data_free(d);
        return vvi_no_memory(error);
    }
    *data = d;
    return VV_OK;
}

void vv_data_free(vv_data *data)
{
    if (data == NULL) return;
    vvi_free(data->x);
    vvi_free(data->y);
    vvi_free(data->weights);
    vvi_arena_deinit(&data->arena);
    vvi_free(data);
}

vv_status vvi_data_set_classes(vv_data *data, int classes, const char *const *names, vv_error *error)
{
    const char **name = vvi_arena_alloc(&data->arena, (size_t)classes * sizeof *name);
    if (name == NULL) return vvi_no_memory(error);
    for (int i = 0; i < classes; i++) {
        name[i] = names == NULL ? vvi_arena_printf(&data->arena, "%d", i) : vvi_arena_strdup(&data->arena, names[i]);
        if (name[i] == NULL) return vvi_no_memory(error);
    }
    data->class_name = name;
    data->classes = classes;
    return VV_OK;
}

vv_status vvi_data_set_texts(vv_data *data, const char *name, const char *preparation, vv_error *error)
{
    const char *a = vvi_arena_strdup(&data->arena, name), *b = vvi_arena_strdup(&data->arena, preparation);
    if (a == NULL || b == NULL) return vvi_no_memory(error);
    data->name = a;
    data->preparation = b;
    return VV_OK;
}

static void pick_rows(float *to, const float *from, size_t size, const size_t *row, size_t n)
{
    for (size_t i = 0; i < n; i++) memcpy(to + i * size, from + row[i] * size, size * sizeof *to);
}

vv_status vvi_data_pick(const vv_data *whole, const size_t *row, size_t n, vv_data **part, vv_error *error)
{
    VVI_TRY(vvi_data_make(n, whole->shape, whole->target_shape, part, error));
    pick_rows((*part)->x, whole->x, vvi_data_size(whole->shape), row, n);
    if (whole->y != NULL) pick_rows((*part)->y, whole->y, vvi_data_size(whole->target_shape), row, n);
    (*part)->series = whole->series;
    vv_status status = VV_OK;
    if (whole->classes > 0) status = vvi_data_set_classes(*part, whole->classes, whole->class_name, error);
    if (status == VV_OK) return VV_OK;
    vv_data_free(*part);
    *part = NULL;
    return status;
}

int vvi_data_count_classes(const double *value, size_t n)
{
    enum { MOST = 100 };
    bool there[MOST] = { false };
    int largest = -1;
    for (size_t i = 0; i < n; i++) {
        if (!(value[i] >= 0 && value[i] < MOST) || floor(value[i]) < value[i]) return 0;
        const int k = (int)value[i];
        there[k] = true;
        if (k > largest) largest = k;
    }
    for (int k = 0; k <= largest; k++)
        if (!there[k]) return 0;
    return largest >= 1 ? largest + 1 : 0;
}

/* ---- the caller's own arrays ------------------------------------------------------------------------------------ */

static vv_status check_shape(const char *what, size_t n, vv_shape shape, vv_error *error)
{
    char text[64];
    if (shape.rank < 1 || shape.rank > VV_MAX_RANK)
        return vvi_fail(error, VV_BAD_ARG, "data: the %s shape has rank %d; it must be 1 to %d", what, shape.rank,
                        VV_MAX_RANK);
    for (int i = 0; i < shape.rank; i++)
        if (shape.dim[i] < 1)
            return vvi_fail(error, VV_BAD_ARG, "data: size %d of the %s shape is %d; it must be at least 1", i, what,
                            shape.dim[i]);
    const size_t size = vvi_data_size(shape);
    vvi_data_shape_text(shape, text, sizeof text);
    if (size == 0 || n > SIZE_MAX / sizeof(float) / size)
        return vvi_fail(error, VV_BAD_ARG, "data: %zu examples of %s %s are more than memory can address", n, what,
                        text);
    return VV_OK;
}

vv_status vv_data_new(size_t n, vv_shape shape, const float *x, vv_shape target_shape, const float *y,
                      const float *weights, vv_data **data, vv_error *error)
{
    *data = NULL;
    if (n < 1) return vvi_fail(error, VV_BAD_ARG, "data: 0 examples; there must be at least 1");
    if (x == NULL) return vvi_fail(error, VV_BAD_ARG, "data: x is NULL; the inputs are required");
    VVI_TRY(check_shape("input", n, shape, error));
    if (y != NULL) VVI_TRY(check_shape("target", n, target_shape, error));
    vv_data *d = NULL;
    VVI_TRY(vvi_data_make(n, shape, y == NULL ? (vv_shape){ 0 } : target_shape, &d, error));
    memcpy(d->x, x, n * vvi_data_size(shape) * sizeof *x);
    if (y != NULL) memcpy(d->y, y, n * vvi_data_size(target_shape) * sizeof *y);
    if (weights != NULL) {
        d->weights = floats(n, 1);
        if (d->weights == NULL) {
            vv_data_free(d);
            return vvi_no_memory(error);
        }
        memcpy(d->weights, weights, n * sizeof *weights);
    }
    *data = d;
    return VV_OK;
}

size_t vv_data_count(const vv_data *data)
{
    return data->n;
}

vv_shape vv_data_shape(const vv_data *data)
{
    return data->shape;
}

vv_shape vv_data_target_shape(const vv_data *data)
{
    return data->target_shape;
}

const float *vv_data_x(const vv_data *data)
{
    return data->x;
}

const float *vv_data_y(const vv_data *data)
{
    return data->y;
}

const float *vv_data_weights(const vv_data *data)
{
    return data->weights;
}

int vv_data_classes(const vv_data *data)
{
    return data->classes;
}

const char *vv_data_class_name(const vv_data *data, int index)
{
    return index < 0 || index >= data->classes ? NULL : data->class_name[index];
}

const char *vv_data_name(const vv_data *data)
{
    return data->name;
}

bool vv_data_is_series(const vv_data *data)
{
    return data->series;
}

double vv_data_restore(const vv_data *data, double target)
{
    return data->target_scale == 0 ? target : target * data->target_scale + data->target_offset;
}

const char *vv_data_preparation(const vv_data *data)
{
    return data->preparation;
}
