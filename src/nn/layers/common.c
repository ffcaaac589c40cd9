/* common.c - what several layers do: shapes, limits of sizes, activations after a product, dropout masks. */
#include "nn/layers/layers.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- shapes ----------------------------------------------------------------------------------------------------- */

size_t vvi_shape_size(vv_shape shape)
{
    size_t size = 1;
    for (int i = 0; i < shape.rank; i++) size *= (size_t)shape.dim[i];
    return size;
}

bool vvi_shape_equal(vv_shape a, vv_shape b)
{
    return a.rank == b.rank && memcmp(a.dim, b.dim, (size_t)a.rank * sizeof *a.dim) == 0;
}

int vvi_shape_format(vv_shape shape, char *text, size_t size)
{
    int n = 0;
    if (size > 0) text[0] = '\0';
    for (int i = 0; i < shape.rank; i++) {
        const size_t at = (size_t)n < size ? (size_t)n : size;
        n += snprintf(text + at, size - at, i == 0 ? "%d" : "x%d", shape.dim[i]);
    }
    return n;
}

int vvi_rows(vv_shape out, int n)
{
    return (int)(vvi_shape_size(out) / (size_t)out.dim[out.rank - 1]) * n;
}

/* ---- checks ----------------------------------------------------------------------------------------------------- */

vv_initializer vvi_initializer_or(vv_initializer given, vv_initializer preset)
{
    return given == VV_INITIALIZER_DEFAULT ? preset : given;
}

vv_activation vvi_activation_or(vv_activation given, vv_activation preset)
{
    return given == VV_ACTIVATION_DEFAULT ? preset : given;
}

/* Kernels count in ints. */
static bool is_countable(int rank, const int *dim)
{
    uint64_t size = 1;
    for (int i = 0; i < rank && size <= INT_MAX; i++) size *= (uint64_t)dim[i];
    return size <= INT_MAX;
}

vv_status vvi_check_size(const char *name, const char *what, vv_shape shape, vv_error *error)
{
    if (is_countable(shape.rank, shape.dim)) return VV_OK;
    char text[64];
    vvi_shape_format(shape, text, sizeof text);
    return vvi_fail(error, VV_BAD_SHAPE, "%s: %s of %s has more than the %d numbers that are possible", name, what,
                    text, INT_MAX);
}

vv_status vvi_layer_check_sizes(const vv_layer *layer, const char *name, const vv_shape *in, vv_shape out,
                                vv_error *error)
{
    const vvi_layer_row *row = vvi_layer_row_of(layer->kind);
    vvi_param params[VVI_MAX_PARAMS] = { { 0 } };
    VVI_TRY(vvi_check_size(name, "an output", out, error));
    const size_t n = row->params == NULL ? 0 : row->params(layer, in, params);
    for (size_t i = 0; i < n; i++) {
        if (is_countable(params[i].rank, params[i].dim)) continue;
        char what[40];
        vv_shape size = { .rank = params[i].rank };
        memcpy(size.dim, params[i].dim, sizeof size.dim);
        snprintf(what, sizeof what, "a %s", params[i].name);
        VVI_TRY(vvi_check_size(name, what, size, error));
    }
    return VV_OK;
}

vv_status vvi_layer_check_bias(vv_initializer bias, const char *name, vv_error *error)
{
    if (bias != VV_ORTHOGONAL) return VV_OK;
    return vvi_fail(error, VV_BAD_ARG, "%s: bias_initializer orthogonal wants a matrix, and a bias is a list", name);
}

vv_status vvi_layer_same_shape(const vv_layer *layer, const char *name, const vv_shape *in, size_t n_in, vv_shape *out,
                               vv_error *error)
{
    (void)layer;
    (void)name;
    (void)n_in;
    (void)error;
    *out = in[0];
    return VV_OK;
}

/* ---- activations after a product -------------------------------------------------------------------------------- */

static bool needs_sums(vv_activation activation)
{
    return activation == VV_GELU || activation == VV_SWISH;
}

size_t vvi_saved_sums(vv_activation activation, vv_shape out)
{
    return needs_sums(activation) ? vvi_shape_size(out) : 0;
}

float *vvi_sums(const vvi_pass *pass, vv_activation activation)
{
    return needs_sums(activation) ? pass->saved : pass->y;
}

void vvi_activate(const vvi_pass *pass, vv_activation activation)
{
    if (activation == VV_LINEAR || activation == VV_RELU) return; /* the product has done it */
    pass->kernels->activation(activation, vvi_rows(pass->out, pass->n), pass->out.dim[pass->out.rank - 1],
                              vvi_sums(pass, activation), pass->y);
}

void vvi_deactivate(const vvi_pass *pass, vv_activation activation)
{
    if (activation == VV_LINEAR || pass->dy_is_linear) return;
    pass->kernels->activation_gradient(activation, vvi_rows(pass->out, pass->n), pass->out.dim[pass->out.rank - 1],
                                       vvi_sums(pass, activation), pass->y, pass->dy, pass->dy);
}

/* ---- dropout ---------------------------------------------------------------------------------------------------- */

/* A block's four words are eight draws of 16 bits: the rate is met to 1 / 131072. Draws below the limit are dropped. */
enum { DRAWS = 8 };

static uint32_t limit_of(double rate)
{
    return (uint32_t)(rate * 65536 + 0.5);
}

static uint32_t draw_of(const uint32_t words[4], size_t k)
{
    return words[k / 2] >> (k % 2 * 16) & 0xffff;
}

/* The mask of one block; no branches, which nobody could predict. */
static inline void mask_block(vvi_key key, uint64_t block, uint32_t limit, float kept, size_t n, float *mask)
{
    uint32_t words[4];
    vvi_random_block(key, block, words);
    for (size_t k = 0; k < n; k++) mask[k] = (float)(draw_of(words, k) >= limit) * kept;
}

void vvi_dropout_mask(vvi_key key, int64_t example, double rate, size_t n, float *mask)
{
    const vvi_key own = vvi_key_int(key, example);
    const uint32_t limit = limit_of(rate);
    const float kept = (float)(1 / (1 - rate));
    const size_t blocks = n / DRAWS;
    for (size_t i = 0; i < blocks; i++) mask_block(own, i, limit, kept, DRAWS, mask + i * DRAWS);
    mask_block(own, blocks, limit, kept, n % DRAWS, mask + blocks * DRAWS);
}

double vvi_reference_mask(vvi_key key, int64_t example, double rate, size_t element)
{
    uint32_t words[4];
    vvi_random_block(vvi_key_int(key, example), element / DRAWS, words);
    return draw_of(words, element % DRAWS) < limit_of(rate) ? 0 : 1 / (1 - rate);
}

/* ---- reference twins -------------------------------------------------------------------------------------------- */

static void fill_nan(double *values, size_t n)
{
    for (size_t i = 0; i < n; i++) values[i] = (double)NAN;
}

double *vvi_reference_forward_memory(const vvi_reference_pass *pass, size_t n)
{
    double *memory = vvi_calloc(n, sizeof *memory);
    if (memory == NULL) fill_nan(pass->y, (size_t)pass->n * vvi_shape_size(pass->out));
    return memory;
}

double *vvi_reference_backward_memory(const vvi_reference_pass *pass, size_t n)
{
    double *memory = vvi_calloc(n, sizeof *memory);
    if (memory != NULL) return memory;
    fill_nan(pass->dx[0], (size_t)pass->n * vvi_shape_size(pass->in[0]));
    if (pass->dw[0] != NULL) fill_nan(pass->dw[0], 1);
    return NULL;
}

double *vvi_reference_deactivate(const vvi_reference_pass *pass, vv_activation activation,
                                 void (*sums)(const vvi_reference_pass *pass, double *to))
{
    const size_t n = (size_t)pass->n * vvi_shape_size(pass->out);
    double *gradient = vvi_reference_backward_memory(pass, 2 * n);
    if (gradient == NULL) return NULL;
    sums(pass, gradient + n);
    vvi_reference_activation_gradient(activation, vvi_rows(pass->out, pass->n), pass->out.dim[pass->out.rank - 1],
                                      gradient + n, pass->y, pass->dy, gradient);
    return gradient;
}
