/* initializers.c - how weights start, with the fans, bounds and deviations of Keras (papers: layers.h).
 *
 *     fan_in = window * dim[rank - 2],  fan_out = window * dim[rank - 1],  window = the product of the axes before
 *
 * Deterministic in the key: every element is a draw of one stream, in order.
 */
#include "nn/layer.h"

#include <math.h>

static const double truncated_deviation = 0.87962566103423978; /* of a normal cut off at two deviations */

typedef enum distribution { CONSTANT, UNIFORM, NORMAL, TRUNCATED, ORTHOGONAL } distribution;
typedef enum fans { NONE, AVERAGE, IN } fans;

/* Variance = scale / fans; without fans, `scale` is the constant, the bound or the deviation. */
static const struct {
    distribution distribution;
    fans fans;
    double scale;
} rows[] = {
    [VV_ZEROS] = { CONSTANT, NONE, 0 },
    [VV_ONES] = { CONSTANT, NONE, 1 },
    [VV_GLOROT_UNIFORM] = { UNIFORM, AVERAGE, 1 },
    [VV_GLOROT_NORMAL] = { TRUNCATED, AVERAGE, 1 },
    [VV_HE_UNIFORM] = { UNIFORM, IN, 2 },
    [VV_HE_NORMAL] = { TRUNCATED, IN, 2 },
    [VV_LECUN_UNIFORM] = { UNIFORM, IN, 1 },
    [VV_LECUN_NORMAL] = { TRUNCATED, IN, 1 },
    [VV_ORTHOGONAL] = { ORTHOGONAL, NONE, 1 },
    [VV_RANDOM_UNIFORM] = { UNIFORM, NONE, 0.05 },
    [VV_RANDOM_NORMAL] = { NORMAL, NONE, 0.05 },
};

static size_t count(const vvi_param *param)
{
    size_t n = 1;
    for (int i = 0; i < param->rank; i++) n *= (size_t)param->dim[i];
    return n;
}

/* The bound of a uniform or the deviation of a normal distribution. */
static double width(const vvi_param *param)
{
    const double scale = rows[param->initializer].scale;
    const bool is_uniform = rows[param->initializer].distribution == UNIFORM;
    if (rows[param->initializer].fans == NONE) return scale;
    const double out = param->dim[param->rank - 1];
    const double in = param->rank == 1 ? out : (double)count(param) / out;
    const double window = param->rank == 1 ? 1 : in / param->dim[param->rank - 2];
    const double fan = rows[param->initializer].fans == IN ? in : (in + out * window) / 2;
    return sqrt((is_uniform ? 3 : 1) * scale / fan);
}

static double truncated(vvi_stream *stream)
{
    double x = vvi_stream_normal(stream);
    while (fabs(x) > 2) x = vvi_stream_normal(stream);
    return x / truncated_deviation;
}

static double draw(distribution kind, double scale, vvi_stream *stream)
{
    switch (kind) {
    case UNIFORM:
        return scale * (2 * vvi_stream_unit(stream) - 1);
    case NORMAL:
        return scale * vvi_stream_normal(stream);
    case TRUNCATED:
        return scale * truncated(stream);
    default:
        return scale;
    }
}

/* ---- orthogonal ------------------------------------------------------------------------------------------------- */

/* Eight partial sums: a fixed order that leaves the additions independent. */
static double dot(size_t n, const double *a, const double *b)
{
    double part[8] = { 0 }, sum = 0;
    size_t i = 0;
    for (; i + 8 <= n; i += 8)
        for (size_t k = 0; k < 8; k++) part[k] += a[i + k] * b[i + k];
    for (; i < n; i++) sum += a[i] * b[i];
    for (size_t k = 0; k < 8; k++) sum += part[k];
    return sum;
}

/* Modified Gram-Schmidt: q[i] becomes orthogonal to those before, of length 1. The digits it loses on random vectors
 * (as many as their matrix's condition has, about log10 of its size) are ones that float32 does not have. */
static void orthonormalise(size_t i, size_t length, double *q)
{
    double *own = q + i * length;
    for (size_t k = 0; k < i; k++) {
        const double share = dot(length, own, q + k * length);
        for (size_t j = 0; j < length; j++) own[j] -= share * q[k * length + j];
    }
    const double norm = sqrt(dot(length, own, own));
    for (size_t j = 0; j < length; j++) own[j] /= norm;
}

/* The shorter side's vectors: rows when there are fewer rows than columns, else columns. */
static vv_status fill_orthogonal(const vvi_param *param, vvi_stream *stream, float *values)
{
    const size_t cols = (size_t)param->dim[param->rank - 1], n = count(param), n_rows = n / cols;
    const bool by_rows = n_rows < cols;
    const size_t vectors = by_rows ? n_rows : cols, length = by_rows ? cols : n_rows;
    double *q = vvi_malloc(n * sizeof *q);
    if (q == NULL) return VV_NO_MEMORY;
    for (size_t i = 0; i < n; i++) q[i] = vvi_stream_normal(stream);
    for (size_t i = 0; i < vectors; i++) orthonormalise(i, length, q);
    for (size_t i = 0; i < n_rows; i++)
        for (size_t j = 0; j < cols; j++) values[i * cols + j] = (float)(by_rows ? q[i * cols + j] : q[j * n_rows + i]);
    vvi_free(q);
    return VV_OK;
}

vv_status vvi_param_init(const vvi_param *param, vvi_key key, float *values)
{
    vvi_stream stream = vvi_stream_begin(key);
    const distribution kind = rows[param->initializer].distribution;
    if (kind == ORTHOGONAL) {
        VVI_TRY(fill_orthogonal(param, &stream, values));
    } else {
        const double scale = width(param);
        for (size_t i = 0, n = count(param); i < n; i++) values[i] = (float)draw(kind, scale, &stream);
    }
    for (int i = param->ones_begin; i < param->ones_end; i++) values[i] = 1;
    return VV_OK;
}
