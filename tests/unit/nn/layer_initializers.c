/* layer_initializers.c - how weights start: bounds, variances, orthogonality, determinism, the fans of Keras. */
#include "check.h"
#include "nn/layer.h"

#include <stdlib.h>

static float *draw(vv_initializer kind, int rank, const int *dim, uint64_t seed, size_t *n)
{
    vvi_param param = { .name = "kernel", .rank = rank, .initializer = kind };
    *n = 1;
    for (int i = 0; i < rank; i++) *n *= (size_t)(param.dim[i] = dim[i]);
    float *values = malloc(*n * sizeof *values);
    assert_non_null(values);
    CHECK_OK(vvi_param_init(&param, vvi_key_new(seed, "initializers"), values));
    return values;
}

typedef struct moments {
    double mean, deviation, largest;
} moments;

static moments moments_of(size_t n, const float *values)
{
    moments m = { 0 };
    double squares = 0;
    for (size_t i = 0; i < n; i++) {
        m.mean += (double)values[i] / (double)n;
        squares += (double)values[i] * (double)values[i] / (double)n;
        m.largest = fmax(m.largest, fabs((double)values[i]));
    }
    m.deviation = sqrt(squares - m.mean * m.mean);
    return m;
}

/* A kernel of 3x3, 20 in, 40 out: fan_in 180, fan_out 360. */
static void distributions_have_the_bounds_and_deviations_of_keras(void **state)
{
    (void)state;
    static const int dim[] = { 3, 3, 20, 40 };
    static const struct {
        vv_initializer kind;
        double variance, bound; /* the bound in deviations */
    } cases[] = {
        { VV_GLOROT_UNIFORM, 1 / 270.0, 1.7320508 },  { VV_HE_UNIFORM, 2 / 180.0, 1.7320508 },
        { VV_LECUN_UNIFORM, 1 / 180.0, 1.7320508 },   { VV_GLOROT_NORMAL, 1 / 270.0, 2 / 0.8796256 },
        { VV_HE_NORMAL, 2 / 180.0, 2 / 0.8796256 },   { VV_LECUN_NORMAL, 1 / 180.0, 2 / 0.8796256 },
        { VV_RANDOM_UNIFORM, 0.0025 / 3, 1.7320508 }, { VV_RANDOM_NORMAL, 0.0025, 6 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t n;
        float *values = draw(cases[i].kind, 4, dim, 5, &n);
        const double deviation = sqrt(cases[i].variance);
        const moments m = moments_of(n, values);
        CHECK_NEAR(m.mean, 0, 4 * deviation / sqrt((double)n));
        CHECK_NEAR(m.deviation / deviation, 1, 4 / sqrt((double)n));
        assert_true(m.largest <= cases[i].bound * deviation * (1 + 1e-6));
        if (cases[i].kind != VV_RANDOM_NORMAL) assert_true(m.largest > 0.99 * cases[i].bound * deviation);
        free(values);
    }
}

static void fans_of_matrices_and_lists_are_those_of_keras(void **state)
{
    (void)state;
    size_t n;
    float *values = draw(VV_GLOROT_UNIFORM, 2, (const int[]){ 300, 100 }, 1, &n);
    CHECK_NEAR(moments_of(n, values).largest, sqrt(6 / 400.0), 1e-4);
    free(values);
    values = draw(VV_GLOROT_UNIFORM, 1, (const int[]){ 3000 }, 1, &n);
    CHECK_NEAR(moments_of(n, values).largest, sqrt(6 / 6000.0), 1e-4);
    free(values);
    values = draw(VV_HE_UNIFORM, 2, (const int[]){ 1, 4000 }, 1, &n);
    CHECK_NEAR(moments_of(n, values).largest, sqrt(6), 1e-2);
    free(values);
}

static void constants_are_constant(void **state)
{
    (void)state;
    for (int one = 0; one < 2; one++) {
        size_t n;
        float *values = draw(one ? VV_ONES : VV_ZEROS, 2, (const int[]){ 3, 5 }, 1, &n);
        for (size_t i = 0; i < n; i++) CHECK_EQUAL_EXACTLY(values[i], (double)one);
        free(values);
    }
}

static void check_orthogonal(int rows, int cols)
{
    size_t n;
    float *q = draw(VV_ORTHOGONAL, 2, (const int[]){ rows, cols }, 9, &n);
    const bool by_rows = rows < cols;
    const int vectors = by_rows ? rows : cols, length = by_rows ? cols : rows;
    for (int a = 0; a < vectors; a++) {
        for (int b = 0; b <= a; b++) {
            double sum = 0;
            for (int k = 0; k < length; k++)
                sum += by_rows ? (double)q[a * cols + k] * (double)q[b * cols + k]
                               : (double)q[k * cols + a] * (double)q[k * cols + b];
            CHECK_NEAR(sum, a == b, 1e-6);
        }
    }
    free(q);
}

static void orthogonal_matrices_are_orthogonal(void **state)
{
    (void)state;
    check_orthogonal(1, 1);
    check_orthogonal(1, 4);
    check_orthogonal(4, 1);
    check_orthogonal(32, 128);
    check_orthogonal(100, 7);
    check_orthogonal(90, 90);
}

/* Of rank 4 the last axis is the columns. */
static void orthogonal_kernels_are_orthogonal_by_filter(void **state)
{
    (void)state;
    size_t n;
    float *q = draw(VV_ORTHOGONAL, 4, (const int[]){ 2, 2, 3, 5 }, 9, &n), dot = 0, norm = 0;
    for (int k = 0; k < 12; k++) {
        dot += q[k * 5] * q[k * 5 + 3];
        norm += q[k * 5] * q[k * 5];
    }
    CHECK_NEAR(dot, 0, 1e-6);
    CHECK_NEAR(norm, 1, 1e-6);
    free(q);
}

static void draws_depend_on_the_key_alone(void **state)
{
    (void)state;
    for (int kind = VV_GLOROT_UNIFORM; kind <= VV_RANDOM_NORMAL; kind++) {
        size_t n;
        float *a = draw((vv_initializer)kind, 2, (const int[]){ 9, 12 }, 1, &n);
        float *same = draw((vv_initializer)kind, 2, (const int[]){ 9, 12 }, 1, &n);
        float *other = draw((vv_initializer)kind, 2, (const int[]){ 9, 12 }, 2, &n);
        assert_memory_equal(a, same, n * sizeof *a);
        assert_memory_not_equal(a, other, n * sizeof *a);
        free(a);
        free(same);
        free(other);
    }
}

static void forget_gates_start_open(void **state)
{
    (void)state;
    const vv_shape in = { .rank = 2, .dim = { 4, 2 } };
    for (int closed = 0; closed < 2; closed++) {
        const vv_layer layer = vv_lstm(3, .no_unit_forget_bias = closed == 1);
        vvi_param params[VVI_MAX_PARAMS];
        float values[12];
        assert_int_equal(vvi_layer_row_of(layer.kind)->params(&layer, &in, params), 3);
        assert_int_equal(params[0].initializer, VV_GLOROT_UNIFORM);
        assert_int_equal(params[1].initializer, VV_ORTHOGONAL);
        CHECK_OK(vvi_param_init(&params[2], vvi_key_new(1, "bias"), values));
        for (int i = 0; i < 12; i++) CHECK_EQUAL_EXACTLY(values[i], !closed && i >= 3 && i < 6 ? 1.0 : 0.0);
    }
}

static void orthogonal_without_memory_says_so(void **state)
{
    (void)state;
    const vvi_param param = { .name = "kernel", .rank = 2, .dim = { 3, 4 }, .initializer = VV_ORTHOGONAL };
    float values[12];
    vvi_fail_allocation(1);
    assert_int_equal(vvi_param_init(&param, vvi_key_new(1, "x"), values), VV_NO_MEMORY);
    vvi_fail_allocation(0);
    CHECK_OK(vvi_param_init(&param, vvi_key_new(1, "x"), values));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distributions_have_the_bounds_and_deviations_of_keras),
        cmocka_unit_test(fans_of_matrices_and_lists_are_those_of_keras),
        cmocka_unit_test(constants_are_constant),
        cmocka_unit_test(orthogonal_matrices_are_orthogonal),
        cmocka_unit_test(orthogonal_kernels_are_orthogonal_by_filter),
        cmocka_unit_test(draws_depend_on_the_key_alone),
        cmocka_unit_test(forget_gates_start_open),
        cmocka_unit_test(orthogonal_without_memory_says_so),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
