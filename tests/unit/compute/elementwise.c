/* Sums, products, transposes and optimizer steps against the reference, at every length up to some vectors. */
#include "unit/compute/arrays.h"

static const size_t lengths[] = {
    0, 1, 2, 3, 4, 5, 7, 8, 9, 12, 13, 15, 16, 17, 24, 31, 32, 33, 47, 48, 63, 64, 65, 100
};
enum { N_LENGTHS = sizeof lengths / sizeof *lengths };

typedef void step_function(const vvi_kernels *k, size_t n, array *a);

/* Runs `step` on copies of up to five random arrays with every table and compares all of them. */
static void check_step(step_function *step, float low)
{
    for (size_t l = 0; l < N_LENGTHS; l++) {
        const size_t n = lengths[l];
        array start[5], want[5];
        same_bits bits[5] = { 0 };
        for (int i = 0; i < 5; i++) {
            start[i] = array_random(n, i == 0 ? -1 : i == 1 ? -1 : low, 1);
            want[i] = array_copy(start[i]);
        }
        for (int t = 0; t < 3; t++) step(reference_kernels(), n, want);
        FOR_EACH_TABLE(k)
        {
            array got[5];
            for (int i = 0; i < 5; i++) got[i] = array_copy(start[i]);
            for (int t = 0; t < 3; t++) step(k, n, got);
            for (int i = 0; i < 5; i++) {
                check_guards(got[i], k->name);
                check_close(k->name, got[i].at, want[i].at, n, 1e-5);
                check_same_bits(&bits[i], k, got[i].at, n);
                array_free(got[i]);
            }
        }
        for (int i = 0; i < 5; i++) {
            array_free(start[i]);
            array_free(want[i]);
            same_bits_end(&bits[i]);
        }
    }
}

static void adds(const vvi_kernels *k, size_t n, array *a)
{
    k->add(n, a[0].at, a[1].at);
}
static void scales(const vvi_kernels *k, size_t n, array *a)
{
    k->scale(n, -1.5f, a[0].at);
}
static void multiplies(const vvi_kernels *k, size_t n, array *a)
{
    k->multiply(n, a[0].at, a[1].at, a[2].at);
}
static void multiplies_in_place(const vvi_kernels *k, size_t n, array *a)
{
    k->multiply(n, a[0].at, a[1].at, a[0].at);
}

static void sums_products_and_scales_are_right(void **state)
{
    (void)state;
    check_step(adds, -1);
    check_step(scales, -1);
    check_step(multiplies, -1);
    check_step(multiplies_in_place, -1);
}

static void takes_adam(const vvi_kernels *k, size_t n, array *a)
{
    k->adam(&(vvi_adam){ 0.01f, 0.9f, 0.99f, 1e-7f, 0 }, n, a[0].at, a[1].at, a[2].at, a[3].at, NULL);
}
static void takes_adamw(const vvi_kernels *k, size_t n, array *a)
{
    k->adam(&(vvi_adam){ 0.01f, 0.9f, 0.99f, 1e-7f, 0.125f }, n, a[0].at, a[1].at, a[2].at, a[3].at, NULL);
}
static void takes_amsgrad(const vvi_kernels *k, size_t n, array *a)
{
    k->adam(&(vvi_adam){ 0.01f, 0.9f, 0.5f, 1e-7f, 0 }, n, a[0].at, a[1].at, a[2].at, a[3].at, a[4].at);
}
static void takes_sgd(const vvi_kernels *k, size_t n, array *a)
{
    k->sgd(&(vvi_sgd){ 0.1f, 0, false }, n, a[0].at, a[1].at, NULL);
}
static void takes_momentum(const vvi_kernels *k, size_t n, array *a)
{
    k->sgd(&(vvi_sgd){ 0.1f, 0.9f, false }, n, a[0].at, a[1].at, a[2].at);
}
static void takes_nesterov(const vvi_kernels *k, size_t n, array *a)
{
    k->sgd(&(vvi_sgd){ 0.1f, 0.9f, true }, n, a[0].at, a[1].at, a[2].at);
}
static void takes_rmsprop(const vvi_kernels *k, size_t n, array *a)
{
    k->rmsprop(&(vvi_rmsprop){ 0.01f, 0.9f, 0, 1e-7f, false }, n, a[0].at, a[1].at, a[2].at, NULL, NULL);
}
static void takes_rmsprop_with_all(const vvi_kernels *k, size_t n, array *a)
{
    /* The mean must be one of the same history as the mean square: start both at 0. */
    static const float zero[128];
    if (n > 0 && a[4].at[0] != 0) {
        memcpy(a[2].at, zero, n * sizeof *zero);
        memcpy(a[3].at, zero, n * sizeof *zero);
        memcpy(a[4].at, zero, n * sizeof *zero);
    }
    k->rmsprop(&(vvi_rmsprop){ 0.01f, 0.9f, 0.5f, 1e-3f, true }, n, a[0].at, a[1].at, a[2].at, a[3].at, a[4].at);
}

static void optimizers_step_as_the_reference(void **state)
{
    (void)state;
    check_step(takes_adam, 0.01f);
    check_step(takes_adamw, 0.01f);
    check_step(takes_amsgrad, 0.01f);
    check_step(takes_sgd, 0.01f);
    check_step(takes_momentum, 0.01f);
    check_step(takes_nesterov, 0.01f);
    check_step(takes_rmsprop, 0.01f);
    check_step(takes_rmsprop_with_all, 0.01f);
}

/* Numbers by hand from Keras' formulas; the reference is held to them too. */
static void first_steps_are_those_of_keras(void **state)
{
    (void)state;
    for (size_t i = 0; vvi_kernels_at(i); i++) {
        const vvi_kernels *k = vvi_kernels_at(i);
        if (!k->available()) continue;
        const float g = 0.5f;
        float w = 1, m = 0, v = 0, v_max = 1;
        const float alpha = 0.1f * sqrtf(1 - 0.999f) / (1 - 0.9f);
        k->adam(&(vvi_adam){ alpha, 0.9f, 0.999f, 1e-7f, 0 }, 1, &w, &g, &m, &v, NULL);
        CHECK_NEAR(w, 0.9, 1e-5); /* the first step of Adam is the learning rate, whatever the gradient */
        CHECK_NEAR(m, 0.05, 1e-7);
        CHECK_NEAR(v, 0.00025, 1e-8);

        w = 1, m = 0, v = 0;
        k->adam(&(vvi_adam){ 0.1f, 0.9f, 0.999f, 0.5f, 0.25f }, 1, &w, &g, &m, &v, &v_max);
        CHECK_NEAR(v_max, 1, 0);
        CHECK_NEAR(w, 0.75 - 0.1 * 0.05 / 1.5, 1e-6);

        w = 1, m = 0.5f;
        k->sgd(&(vvi_sgd){ 0.1f, 0.9f, false }, 1, &w, &g, &m);
        CHECK_NEAR(m, 0.4, 1e-7);
        CHECK_NEAR(w, 1.4, 1e-6);
        w = 1, m = 0.5f;
        k->sgd(&(vvi_sgd){ 0.1f, 0.9f, true }, 1, &w, &g, &m);
        CHECK_NEAR(w, 1 + 0.9 * 0.4 - 0.05, 1e-6);

        float mean_square = 0, mean = 0, velocity = 0;
        w = 1;
        k->rmsprop(&(vvi_rmsprop){ 0.1f, 0.9f, 0, 0.01f, false }, 1, &w, &g, &mean_square, NULL, NULL);
        CHECK_NEAR(w, 1 - 0.1 * 0.5 / sqrt(0.025 + 0.01), 1e-6);
        w = 1, mean_square = 0;
        k->rmsprop(&(vvi_rmsprop){ 0.1f, 0.9f, 0.5f, 0.01f, true }, 1, &w, &g, &mean_square, &mean, &velocity);
        CHECK_NEAR(w, 1 - 0.1 * 0.5 / sqrt(0.025 - 0.0025 + 0.01), 1e-6);
        CHECK_NEAR(velocity, 1 - (double)w, 1e-6);
    }
}

static void sums_of_squares_are_double(void **state)
{
    (void)state;
    for (size_t l = 0; l < N_LENGTHS; l++) {
        array a = array_random(lengths[l], -1e30f, 1e30f);
        const double want = reference_kernels()->sum_squares(a.n, a.at);
        double first = -1;
        FOR_EACH_TABLE(k)
        {
            const double got = k->sum_squares(a.n, a.at);
            CHECK_NEAR(got, want, 1e-14 * want);
            if (first < 0) first = got;
            CHECK_EQUAL_EXACTLY(got, first);
        }
        array_free(a);
    }
}

static void columns_are_summed_in_order_onto_what_was_there(void **state)
{
    (void)state;
    for (size_t l = 0; l < N_LENGTHS; l++) {
        for (int rows = 0; rows < 40; rows += 13) {
            const int cols = (int)lengths[l], lda = cols + 3;
            array a = array_random((size_t)(rows * lda), -1, 1), start = array_random((size_t)cols, -1, 1);
            array want = array_copy(start);
            for (int i = 0; i < rows; i++) {
                for (int j = 0; j < cols; j++) want.at[j] += a.at[i * lda + j];
            }
            FOR_EACH_TABLE(k)
            {
                array got = array_copy(start);
                k->column_sums(rows, cols, a.at, lda, got.at);
                check_guards(got, k->name);
                assert_memory_equal(got.at, want.at, (size_t)cols * sizeof(float));
                array_free(got);
            }
            array_free(a);
            array_free(start);
            array_free(want);
        }
    }
}

static void transposes_move_every_element_and_no_other(void **state)
{
    (void)state;
    for (size_t r = 0; r < N_LENGTHS; r++) {
        for (size_t c = 0; c < N_LENGTHS; c++) {
            const int rows = (int)lengths[r], cols = (int)lengths[c], lda = cols + (int)(r % 3),
                      ldb = rows + (int)(c % 3);
            array a = array_random((size_t)(rows * lda), -1, 1), start = array_random((size_t)(cols * ldb), -1, 1);
            array want = array_copy(start);
            reference_kernels()->transpose(rows, cols, a.at, lda, want.at, ldb);
            for (int i = 0; i < rows; i++) {
                for (int j = 0; j < cols; j++) assert_true(want.at[j * ldb + i] == a.at[i * lda + j]);
            }
            FOR_EACH_TABLE(k)
            {
                array b = array_copy(start);
                k->transpose(rows, cols, a.at, lda, b.at, ldb);
                check_guards(b, k->name);
                assert_memory_equal(b.at, want.at, b.n * sizeof(float));
                array_free(b);
            }
            array_free(a);
            array_free(start);
            array_free(want);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_products_and_scales_are_right),
        cmocka_unit_test(optimizers_step_as_the_reference),
        cmocka_unit_test(first_steps_are_those_of_keras),
        cmocka_unit_test(sums_of_squares_are_double),
        cmocka_unit_test(columns_are_summed_in_order_onto_what_was_there),
        cmocka_unit_test(transposes_move_every_element_and_no_other),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
