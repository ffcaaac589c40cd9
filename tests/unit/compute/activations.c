/* Activations and their gradients: accuracy over the whole range, ends, NaN, tails. */
#include "unit/compute/arrays.h"

static const vv_activation kinds[] = { VV_LINEAR, VV_RELU, VV_SIGMOID, VV_TANH,      VV_ELU,
                                       VV_SELU,   VV_GELU, VV_SWISH,   VV_LEAKY_RELU };
enum { N_KINDS = sizeof kinds / sizeof *kinds, SWEEP = 1 << 19 };

static double exact(vv_activation kind, double x)
{
    const double scale = 1.0507009873554805, alpha = 1.6732632423543772;
    switch (kind) {
    case VV_RELU:
        return x > 0 ? x : 0;
    case VV_SIGMOID:
        return 1 / (1 + exp(-x));
    case VV_TANH:
        return tanh(x);
    case VV_ELU:
        return x > 0 ? x : expm1(x);
    case VV_SELU:
        return scale * (x > 0 ? x : alpha * expm1(x));
    case VV_GELU:
        return x * 0.5 * erfc(-x / sqrt(2));
    case VV_SWISH:
        return x / (1 + exp(-x));
    case VV_LEAKY_RELU:
        return x > 0 ? x : 0.2 * x;
    default:
        return x;
    }
}

static double exact_slope(vv_activation kind, double x)
{
    const double scale = 1.0507009873554805, alpha = 1.6732632423543772, s = 1 / (1 + exp(-x));
    switch (kind) {
    case VV_RELU:
        return x > 0;
    case VV_SIGMOID:
        return s * (1 - s);
    case VV_TANH:
        return 1 / (cosh(x) * cosh(x));
    case VV_ELU:
        return x > 0 ? 1 : exp(x);
    case VV_SELU:
        return scale * (x > 0 ? 1 : alpha * exp(x));
    case VV_GELU:
        return 0.5 * erfc(-x / sqrt(2)) + x * exp(-x * x / 2) / sqrt(2 * 3.14159265358979323846);
    case VV_SWISH:
        return s + x * s * (1 - s);
    case VV_LEAKY_RELU:
        return x > 0 ? 1 : 0.2;
    default:
        return 1;
    }
}

/* The distance in units of the last place of the exact value; below 2^-120, where factors are denormal, of that. */
static double ulps(float got, double want)
{
    const int exponent = ilogb(want);
    const double unit = ldexp(1, (exponent > -120 ? exponent : -120) - 23);
    return fabs((double)got - want) / unit;
}

/* Both signs; small numbers as dense as large ones. */
static void fill_sweep(array x)
{
    for (size_t i = 0; i < x.n; i++) {
        const double t = (double)(i / 2) / (double)(x.n / 2),
                     size = i % 4 < 2 ? 120 * t : ldexp(1 + t, (int)(i % 150) - 140);
        x.at[i] = (float)(i % 2 ? -size : size);
    }
}

static void values_are_right_to_a_few_units_in_the_last_place(void **state)
{
    (void)state;
    array x = array_new(SWEEP), y = array_new(SWEEP);
    fill_sweep(x);
    FOR_EACH_TABLE(k)
    {
        for (int j = 0; j < N_KINDS; j++) {
            k->activation(kinds[j], 1, SWEEP, x.at, y.at);
            double worst = 0;
            size_t at = 0;
            for (size_t i = 0; i < x.n; i++) {
                const double want = exact(kinds[j], (double)x.at[i]),
                             off = want == 0 ? (double)y.at[i] : ulps(y.at[i], want);
                if (!(off <= worst)) worst = off, at = i;
            }
            const double limit = is_fused(k) ? 6 : 200; /* without fusing, gelu's tail loses digits */
            if (!(worst <= limit))
                fail_msg("%s, activation %d: %.9g gives %.9g, %.3g units off", k->name, (int)kinds[j], (double)x.at[at],
                         (double)y.at[at], worst);
        }
    }
    array_free(x);
    array_free(y);
}

static void gradients_are_slopes(void **state)
{
    (void)state;
    array x = array_new(4000), y = array_new(4000), one = array_new(4000), dx = array_new(4000);
    for (size_t i = 0; i < x.n; i++) x.at[i] = ((float)i - 1999.5f) * 0.01f, one.at[i] = 1;
    FOR_EACH_TABLE(k)
    {
        for (int j = 0; j < N_KINDS; j++) {
            k->activation(kinds[j], 40, 100, x.at, y.at);
            const bool needs_x = kinds[j] == VV_GELU || kinds[j] == VV_SWISH;
            k->activation_gradient(kinds[j], 40, 100, needs_x ? x.at : NULL, y.at, one.at, dx.at);
            for (size_t i = 0; i < x.n; i++) CHECK_NEAR(dx.at[i], exact_slope(kinds[j], (double)x.at[i]), 1e-6);
        }
    }
    array_free(x);
    array_free(y);
    array_free(one);
    array_free(dx);
}

static void ends_and_nan_are_right(void **state)
{
    (void)state;
    const float x[4] = { -INFINITY, INFINITY, NAN, -0.0f };
    const double low[] = { [VV_LINEAR] = -HUGE_VAL, [VV_RELU] = 0,  [VV_SIGMOID] = 0,
                           [VV_TANH] = -1,          [VV_ELU] = -1,  [VV_SELU] = -1.7580993408473766,
                           [VV_GELU] = 0,           [VV_SWISH] = 0, [VV_LEAKY_RELU] = -HUGE_VAL };
    for (size_t i = 0; vvi_kernels_at(i); i++) {
        const vvi_kernels *k = vvi_kernels_at(i);
        if (!k->available()) continue;
        for (int j = 0; j < N_KINDS; j++) {
            float y[4], dx[4], dy[4] = { 1, 1, 1, 1 };
            k->activation(kinds[j], 1, 4, x, y);
            if (isinf(low[kinds[j]]))
                assert_true(isinf(y[0]) && y[0] < 0);
            else
                CHECK_NEAR(y[0], low[kinds[j]], 1e-6);
            if (kinds[j] == VV_SIGMOID || kinds[j] == VV_TANH)
                CHECK_NEAR(y[1], 1, 0);
            else
                assert_true(isinf(y[1]) && y[1] > 0);
            assert_true(isnan(y[2]));
            CHECK_NEAR(y[3], kinds[j] == VV_SIGMOID ? 0.5 : 0, 0);
            k->activation_gradient(kinds[j], 1, 2, x, y, dy, dx);
            assert_true(isfinite(dx[0]) && isfinite(dx[1]));
        }
    }
}

static void softmax_rows_sum_to_one_whatever_their_size(void **state)
{
    (void)state;
    const int sizes[] = { 1, 2, 3, 10, 15, 16, 17, 33, 100 };
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        const int rows = 5, cols = sizes[s];
        const size_t n = (size_t)(rows * cols);
        array x = array_random(n, -80, 80), dy = array_random(n, -1, 1), want = array_new(n), want_dx = array_new(n);
        for (int j = 0; j < cols; j++) x.at[j] += 1e4f;
        reference_kernels()->activation(VV_SOFTMAX, rows, cols, x.at, want.at);
        reference_kernels()->activation_gradient(VV_SOFTMAX, rows, cols, NULL, want.at, dy.at, want_dx.at);
        FOR_EACH_TABLE(k)
        {
            array y = array_new(n), dx = array_new(n);
            k->activation(VV_SOFTMAX, rows, cols, x.at, y.at);
            k->activation_gradient(VV_SOFTMAX, rows, cols, NULL, want.at, dy.at, dx.at);
            check_guards(y, k->name);
            check_guards(dx, k->name);
            for (int i = 0; i < rows; i++) {
                double sum = 0;
                for (int j = 0; j < cols; j++) sum += (double)y.at[i * cols + j];
                CHECK_NEAR(sum, 1, 1e-6);
            }
            for (size_t i = 0; i < n; i++) {
                CHECK_NEAR(y.at[i], want.at[i], 1e-6 * (double)want.at[i] + 1e-38);
                CHECK_NEAR(dx.at[i], want_dx.at[i], 1e-6);
            }
            array_free(y);
            array_free(dx);
        }
        array_free(x);
        array_free(dy);
        array_free(want);
        array_free(want_dx);
    }
}

static void a_nan_spoils_its_row_of_softmax_and_no_other(void **state)
{
    (void)state;
    FOR_EACH_TABLE(k)
    {
        float x[34], y[34];
        for (int i = 0; i < 34; i++) x[i] = (float)i;
        x[3] = NAN;
        k->activation(VV_SOFTMAX, 2, 17, x, y);
        for (int i = 0; i < 34; i++) assert_int_equal(isnan(y[i]), i < 17);
    }
}

static void all_widths_give_the_same_bits_and_stay_inside(void **state)
{
    (void)state;
    const int all[] = { VV_LINEAR, VV_RELU, VV_SIGMOID, VV_TANH,  VV_SOFTMAX,
                        VV_ELU,    VV_SELU, VV_GELU,    VV_SWISH, VV_LEAKY_RELU };
    for (int cols = 1; cols <= 67; cols++) {
        const size_t n = (size_t)cols * 3;
        array x = array_random(n, -9, 9), dy = array_random(n, -1, 1);
        for (size_t j = 0; j < sizeof all / sizeof *all; j++) {
            same_bits values = { 0 }, slopes = { 0 };
            FOR_EACH_TABLE(k)
            {
                array y = array_copy(x), dx = array_copy(dy); /* in place */
                k->activation((vv_activation)all[j], 3, cols, y.at, y.at);
                k->activation_gradient((vv_activation)all[j], 3, cols, x.at, y.at, dx.at, dx.at);
                check_guards(y, k->name);
                check_guards(dx, k->name);
                check_same_bits(&values, k, y.at, n);
                check_same_bits(&slopes, k, dx.at, n);
                array_free(y);
                array_free(dx);
            }
            same_bits_end(&values);
            same_bits_end(&slopes);
        }
        array_free(x);
        array_free(dy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_right_to_a_few_units_in_the_last_place),
        cmocka_unit_test(gradients_are_slopes),
        cmocka_unit_test(ends_and_nan_are_right),
        cmocka_unit_test(softmax_rows_sum_to_one_whatever_their_size),
        cmocka_unit_test(a_nan_spoils_its_row_of_softmax_and_no_other),
        cmocka_unit_test(all_widths_give_the_same_bits_and_stay_inside),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
