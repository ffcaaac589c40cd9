/* Max pooling and its gradient: windows, strides, padding, ties, NaN. */
#include "unit/compute/arrays.h"

/* The output size and padding of VALID and SAME, as Keras has them. */
static vvi_pool pool_of(int n, int h, int w, int c, int size, int stride, bool same)
{
    vvi_pool p = { .n = n, .h = h, .w = w, .c = c, .kh = size, .kw = size, .sh = stride, .sw = stride };
    p.oh = same ? (h + stride - 1) / stride : (h - size) / stride + 1;
    p.ow = same ? (w + stride - 1) / stride : (w - size) / stride + 1;
    const int over_h = (p.oh - 1) * stride + size - h, over_w = (p.ow - 1) * stride + size - w;
    p.top = same && over_h > 0 ? over_h / 2 : 0;
    p.left = same && over_w > 0 ? over_w / 2 : 0;
    return p;
}

/* Values from few numbers, so that ties are common, or many. */
static array image(size_t n, bool ties)
{
    array x = array_random(n, -1, 1);
    for (size_t i = 0; ties && i < n; i++) x.at[i] = (float)random_below(4) - 1;
    return x;
}

static void check_pool(vvi_pool p, bool ties, bool relu)
{
    const size_t in = (size_t)(p.n * p.h * p.w * p.c), out = (size_t)(p.n * p.oh * p.ow * p.c);
    array x = image(in, ties), dy = array_random(out, -1, 1), y = array_new(out), dx = array_new(in);
    const vvi_kernels *reference = reference_kernels();
    reference->max_pool(&p, x.at, y.at);
    reference->max_pool_gradient(&p, x.at, y.at, dy.at, relu, dx.at);
    FOR_EACH_TABLE(k)
    {
        array got_y = array_new(out), got_dx = array_new(in);
        k->max_pool(&p, x.at, got_y.at);
        k->max_pool_gradient(&p, x.at, y.at, dy.at, relu, got_dx.at);
        check_guards(got_y, k->name);
        check_guards(got_dx, k->name);
        check_close(k->name, got_y.at, y.at, out, 0);
        check_close(k->name, got_dx.at, dx.at, in, 0); /* the same additions in the same order */
        array_free(got_y);
        array_free(got_dx);
    }
    array_free(x);
    array_free(dy);
    array_free(y);
    array_free(dx);
}

static void windows_of_all_kinds_give_the_largest_and_send_the_gradient_there(void **state)
{
    (void)state;
    const int channels[] = { 1, 2, 3, 8, 15, 16, 17, 24, 32, 33, 50 };
    for (size_t c = 0; c < sizeof channels / sizeof *channels; c++) {
        for (int size = 1; size <= 3; size++) {
            for (int stride = 1; stride <= 3; stride++) {
                for (int kind = 0; kind < 8; kind++)
                    check_pool(pool_of(2, 7, 6 + kind % 3, channels[c], size, stride, kind & 1), kind & 2, kind & 4);
            }
        }
    }
}

static void windows_need_not_be_square(void **state)
{
    (void)state;
    check_pool(
        (vvi_pool){
            .n = 1, .h = 5, .w = 9, .c = 5, .oh = 2, .ow = 3, .kh = 3, .kw = 4, .sh = 2, .sw = 3, .top = 0, .left = 1 },
        true, false);
    check_pool((vvi_pool){ .n = 3, .h = 1, .w = 12, .c = 20, .oh = 1, .ow = 6, .kh = 1, .kw = 2, .sh = 1, .sw = 2 },
               false, true);
}

static void a_tie_goes_to_the_first(void **state)
{
    (void)state;
    const vvi_pool p = pool_of(1, 2, 2, 1, 2, 2, false), wide = pool_of(1, 3, 3, 1, 3, 3, false);
    for (size_t i = 0; vvi_kernels_at(i); i++) {
        const vvi_kernels *k = vvi_kernels_at(i);
        if (!k->available()) continue;
        const float x[9] = { 1, 2, 2, 2, 2, 2, 2, 2, 2 }, y[1] = { 2 }, dy[1] = { 5 };
        float dx[9];
        k->max_pool_gradient(&p, x, y, dy, false, dx);
        assert_true(dx[0] == 0 && dx[1] == 5 && dx[2] == 0 && dx[3] == 0);
        k->max_pool_gradient(&wide, x, y, dy, false, dx);
        for (int j = 0; j < 9; j++) assert_true(dx[j] == (j == 1 ? 5.0f : 0.0f));
    }
}

static void nan_comes_out_of_any_window_it_is_in(void **state)
{
    (void)state;
    for (size_t i = 0; vvi_kernels_at(i); i++) {
        const vvi_kernels *k = vvi_kernels_at(i);
        if (!k->available()) continue;
        for (int size = 2; size <= 3; size++) {
            const vvi_pool p = pool_of(1, size, size, 17, size, size, false);
            for (int at = 0; at < size * size; at++) {
                float x[9 * 17] = { 0 }, y[17];
                x[at * 17 + 16] = NAN;
                k->max_pool(&p, x, y);
                for (int j = 0; j < 17; j++) assert_int_equal(isnan(y[j]), j == 16);
            }
        }
    }
}

static void what_no_window_reaches_gets_no_gradient(void **state)
{
    (void)state;
    const vvi_pool p = pool_of(2, 5, 5, 3, 2, 2, false);
    array x = array_random(2 * 25 * 3, 1, 2), y = array_new(2 * 4 * 3), dy = array_random(2 * 4 * 3, 1, 2);
    FOR_EACH_TABLE(k)
    {
        array dx = array_new(2 * 25 * 3);
        k->max_pool(&p, x.at, y.at);
        k->max_pool_gradient(&p, x.at, y.at, dy.at, true, dx.at);
        for (int i = 0; i < 2 * 25; i++) {
            const bool outside = i % 5 == 4 || i % 25 / 5 == 4;
            for (int j = 0; j < 3 && outside; j++) assert_true(dx.at[i * 3 + j] == 0);
        }
        array_free(dx);
    }
    array_free(x);
    array_free(y);
    array_free(dy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows_of_all_kinds_give_the_largest_and_send_the_gradient_there),
        cmocka_unit_test(windows_need_not_be_square),
        cmocka_unit_test(a_tie_goes_to_the_first),
        cmocka_unit_test(nan_comes_out_of_any_window_it_is_in),
        cmocka_unit_test(what_no_window_reaches_gets_no_gradient),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
