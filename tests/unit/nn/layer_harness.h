/* layer_harness.h - drives one row of the registry of layers, both ways: the fast path with any table of kernels, in
 * chunks, and its twin in double. Memory is exactly what the row asks for, filled with NaN, so that whatever is not
 * written shows, and what is written beyond it is caught by a sanitizer.
 */
#ifndef VARVE_TESTS_LAYER_HARNESS_H
#define VARVE_TESTS_LAYER_HARNESS_H

#include "check.h"
#include "nn/layer.h"

#include <stdlib.h>

typedef struct layer_case {
    const char *title;
    vv_layer layer;
    vv_shape in[VVI_MAX_INPUTS];
    int n;          /* examples; 0: 3 */
    bool inference; /* forward only */
} layer_case;

#define SHAPE(...)                                                                                                     \
    {                                                                                                                  \
        .rank = (int)(sizeof((int[]){ __VA_ARGS__ }) / sizeof(int)), .dim = { __VA_ARGS__ }                            \
    }

/* One array in both widths, and what a pass computes for it. */
typedef struct rig_array {
    size_t n;
    float *value, *gradient;
    double *value64, *gradient64;
} rig_array;

typedef struct rig {
    const layer_case *c;
    const vvi_layer_row *row;
    vv_shape out;
    int n;
    size_t n_in, n_params;
    vvi_param params[VVI_MAX_PARAMS];
    rig_array x[VVI_MAX_INPUTS], w[VVI_MAX_PARAMS], y; /* y.gradient: dy, given */
    bool dy_is_linear, mask_relu, no_dx;
} rig;

static const double before = 0.25; /* in gradients of weights before a pass adds to them */

static inline void *rig_memory(size_t n, size_t size)
{
    void *memory = malloc(n * size + 1);
    assert_non_null(memory);
    return memory;
}

static inline void fill_nan(size_t n, float *a)
{
    for (size_t i = 0; i < n; i++) a[i] = NAN;
}

/* Between -1 and 1, in float32 exactly. */
static inline rig_array rig_array_new(size_t n, uint64_t seed)
{
    rig_array a = { .n = n,
                    .value = rig_memory(n, sizeof(float)),
                    .gradient = rig_memory(n, sizeof(float)),
                    .value64 = rig_memory(n, sizeof(double)),
                    .gradient64 = rig_memory(n, sizeof(double)) };
    vvi_stream stream = vvi_stream_begin(vvi_key_new(seed, "layer test"));
    for (size_t i = 0; i < n; i++) {
        a.value[i] = (float)(2 * vvi_stream_unit(&stream) - 1);
        a.value64[i] = (double)a.value[i];
        a.gradient[i] = NAN;
        a.gradient64[i] = (double)NAN;
    }
    return a;
}

static inline void rig_array_free(rig_array *a)
{
    free(a->value);
    free(a->gradient);
    free(a->value64);
    free(a->gradient64);
}

static inline rig rig_new(const layer_case *c)
{
    rig r = { .c = c, .row = vvi_layer_row_of(c->layer.kind), .n = c->n == 0 ? 3 : c->n };
    vv_error error = { 0 };
    while (r.n_in < VVI_MAX_INPUTS && c->in[r.n_in].rank > 0) r.n_in++;
    if (vvi_layer_check(&c->layer, "case", &error) != VV_OK ||
        r.row->shape(&c->layer, "case", c->in, r.n_in, &r.out, &error) != VV_OK)
        fail_msg("%s: %s", c->title, error.text);
    if (r.row->params != NULL) r.n_params = r.row->params(&c->layer, c->in, r.params);
    for (size_t k = 0; k < r.n_in; k++) r.x[k] = rig_array_new((size_t)r.n * vvi_shape_size(c->in[k]), 10 + k);
    for (size_t k = 0; k < r.n_params; k++) {
        vv_shape shape = { .rank = r.params[k].rank };
        memcpy(shape.dim, r.params[k].dim, sizeof shape.dim);
        r.w[k] = rig_array_new(vvi_shape_size(shape), 20 + k);
    }
    r.y = rig_array_new((size_t)r.n * vvi_shape_size(r.out), 30);
    for (size_t i = 0; i < r.y.n; i++) {
        r.y.gradient[i] = r.y.value[i];
        r.y.gradient64[i] = r.y.value64[i];
    }
    return r;
}

static inline void rig_free(rig *r)
{
    for (size_t k = 0; k < r->n_in; k++) rig_array_free(&r->x[k]);
    for (size_t k = 0; k < r->n_params; k++) rig_array_free(&r->w[k]);
    rig_array_free(&r->y);
}

static inline vvi_key rig_key(void)
{
    return vvi_key_new(7, "dropout test");
}

/* ---- the twin --------------------------------------------------------------------------------------------------- */

static inline vvi_reference_pass rig_reference_pass(rig *r)
{
    vvi_reference_pass pass = { .layer = &r->c->layer,
                                .in = r->c->in,
                                .n_in = r->n_in,
                                .out = r->out,
                                .n = r->n,
                                .training = !r->c->inference,
                                .y = r->y.value64,
                                .key = rig_key(),
                                .example = 100,
                                .dy = r->y.gradient64 };
    for (size_t k = 0; k < r->n_in; k++) {
        pass.x[k] = r->x[k].value64;
        pass.dx[k] = r->x[k].gradient64;
    }
    for (size_t k = 0; k < r->n_params; k++) {
        pass.w[k] = r->w[k].value64;
        pass.dw[k] = r->w[k].gradient64;
    }
    return pass;
}

static inline void rig_reference(rig *r)
{
    const vvi_reference_pass pass = rig_reference_pass(r);
    for (size_t k = 0; k < r->n_params; k++)
        for (size_t i = 0; i < r->w[k].n; i++) r->w[k].gradient64[i] = before;
    r->row->reference_forward(&pass);
    if (!r->c->inference) r->row->reference_backward(&pass);
}

/* sum(y * dy), the function whose gradients a pass computes. */
static inline double rig_loss(rig *r)
{
    const vvi_reference_pass pass = rig_reference_pass(r);
    double sum = 0;
    r->row->reference_forward(&pass);
    for (size_t i = 0; i < r->y.n; i++) sum += r->y.value64[i] * r->y.gradient64[i];
    return sum;
}

/* ---- the fast path ---------------------------------------------------------------------------------------------- */

/* Memory of one pass over n examples. */
typedef struct rig_room {
    float *saved, *scratch, *prepared, *dy;
} rig_room;

static inline rig_room rig_room_new(const rig *r, int n)
{
    vvi_needs needs = { 0 };
    if (r->row->needs != NULL) needs = r->row->needs(&r->c->layer, r->c->in, r->out);
    const size_t saved = (size_t)n * needs.saved, scratch = (size_t)n * needs.scratch + needs.fixed;
    const size_t dy = (size_t)n * vvi_shape_size(r->out);
    rig_room room = { rig_memory(saved, sizeof(float)), rig_memory(scratch, sizeof(float)),
                      rig_memory(needs.prepared, sizeof(float)), rig_memory(dy, sizeof(float)) };
    fill_nan(saved, room.saved);
    fill_nan(scratch, room.scratch);
    fill_nan(needs.prepared, room.prepared);
    return room;
}

static inline void rig_room_free(rig_room *room)
{
    free(room->saved);
    free(room->scratch);
    free(room->prepared);
    free(room->dy);
}

/* Examples first..first+n-1: prepare, forward, backward. */
static inline void rig_fast_part(rig *r, const vvi_kernels *kernels, int first, int n)
{
    rig_room room = rig_room_new(r, n);
    vvi_pass pass = { .kernels = kernels,
                      .layer = &r->c->layer,
                      .in = r->c->in,
                      .n_in = r->n_in,
                      .out = r->out,
                      .n = n,
                      .training = !r->c->inference,
                      .y = r->y.value + (size_t)first * vvi_shape_size(r->out),
                      .saved = room.saved,
                      .scratch = room.scratch,
                      .prepared = room.prepared,
                      .key = rig_key(),
                      .example = 100 + first,
                      .dy = room.dy,
                      .dy_is_linear = r->dy_is_linear,
                      .mask_relu = r->mask_relu };
    for (size_t k = 0; k < r->n_in; k++) {
        const size_t at = (size_t)first * vvi_shape_size(r->c->in[k]);
        pass.x[k] = r->x[k].value + at;
        pass.dx[k] = r->no_dx ? NULL : r->x[k].gradient + at;
    }
    for (size_t k = 0; k < r->n_params; k++) {
        pass.w[k] = r->w[k].value;
        pass.dw[k] = r->w[k].gradient;
    }
    const size_t size = vvi_shape_size(r->out);
    memcpy(room.dy, r->y.gradient + (size_t)first * size, (size_t)n * size * sizeof(float));
    if (r->row->prepare != NULL) r->row->prepare(&pass);
    r->row->forward(&pass);
    if (!r->c->inference) r->row->backward(&pass);
    rig_room_free(&room);
}

/* All examples, the first `split` in a pass of their own. */
static inline void rig_fast(rig *r, const vvi_kernels *kernels, int split)
{
    for (size_t k = 0; k < r->n_in; k++) fill_nan(r->x[k].n, r->x[k].gradient);
    for (size_t k = 0; k < r->n_params; k++)
        for (size_t i = 0; i < r->w[k].n; i++) r->w[k].gradient[i] = (float)before;
    fill_nan(r->y.n, r->y.value);
    if (split > 0) rig_fast_part(r, kernels, 0, split);
    rig_fast_part(r, kernels, split, r->n - split);
}

/* Calls for every table of kernels that runs here. */
static inline const vvi_kernels *next_kernels(size_t *index)
{
    const vvi_kernels *kernels;
    while ((kernels = vvi_kernels_at((*index)++)) != NULL)
        if (kernels->available()) return kernels;
    return NULL;
}

/* ---- comparing -------------------------------------------------------------------------------------------------- */

/* |a - b| <= tolerance * (largest |b|), element by element. */
static inline void check_close(size_t n, const float *a, const double *b, double tolerance, const char *title,
                               const char *kernels, const char *what)
{
    double largest = 1e-3;
    for (size_t i = 0; i < n; i++) largest = fmax(largest, fabs(b[i]));
    for (size_t i = 0; i < n; i++)
        if (!(fabs((double)a[i] - b[i]) <= tolerance * largest))
            fail_msg("%s, %s kernels: %s[%zu] is %.9g, the twin has %.9g", title, kernels, what, i, (double)a[i], b[i]);
}

static inline void check_same_bits(size_t n, const float *a, const float *b, const char *title, const char *kernels,
                                   const char *what)
{
    for (size_t i = 0; i < n; i++)
        if (memcmp(&a[i], &b[i], sizeof *a) != 0)
            fail_msg("%s, %s kernels: %s[%zu] is %.9g and %.9g", title, kernels, what, i, (double)a[i], (double)b[i]);
}

static inline void rig_check(const rig *r, const vvi_kernels *kernels, double tolerance)
{
    check_close(r->y.n, r->y.value, r->y.value64, tolerance, r->c->title, kernels->name, "y");
    if (r->c->inference) return;
    for (size_t k = 0; k < r->n_in && !r->no_dx; k++)
        check_close(r->x[k].n, r->x[k].gradient, r->x[k].gradient64, tolerance, r->c->title, kernels->name, "dx");
    for (size_t k = 0; k < r->n_params; k++)
        check_close(r->w[k].n, r->w[k].gradient, r->w[k].gradient64, tolerance, r->c->title, kernels->name,
                    r->params[k].name);
}

#endif
