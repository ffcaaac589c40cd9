/* The product: every table against one chain of multiply-adds, over odd shapes, strides, starts and ends. */
#include "unit/compute/arrays.h"

static const int sizes[] = { 0, 1, 2, 3, 5, 7, 8, 13, 15, 16, 17, 24, 31, 33, 40, 56, 63, 64, 65, 100 };
enum { N_SIZES = sizeof sizes / sizeof *sizes };

/* A problem with its arrays; C is one larger than needed on every side by its stride. */
typedef struct problem {
    vvi_gemm g;
    array A, B, C, bias;
} problem;

static problem problem_new(int M, int N, int K, int KO)
{
    problem p = { .g = { .M = M, .N = N, .K = K, .KO = KO } };
    vvi_gemm *g = &p.g;
    const bool transposed = random_below(2);
    g->a_row = transposed ? 1 : K + (int)random_below(3);
    g->a_col = transposed ? M + (int)random_below(3) : 1;
    g->a_outer = (ptrdiff_t)random_below((uint32_t)(K + M + 1)); /* overlaps, as windows do */
    g->ldb = N + (int)random_below(3);
    g->b_outer = K * g->ldb;
    g->ldc = N + (int)random_below(5);
    g->accumulate = random_below(2);
    g->relu = random_below(2);
    p.A = array_random((size_t)(M * g->a_row + K * g->a_col + KO * g->a_outer + 1), -1, 1);
    p.B = array_random((size_t)(KO * g->b_outer + K * g->ldb + 1), -1, 1);
    p.C = array_random((size_t)(M * g->ldc + 1), -1, 1);
    p.bias = array_random((size_t)N, -1, 1);
    g->A = p.A.at;
    g->B = p.B.at;
    g->bias = random_below(2) ? p.bias.at : NULL;
    return p;
}

static void problem_free(problem *p)
{
    array_free(p->A);
    array_free(p->B);
    array_free(p->C);
    array_free(p->bias);
}

/* What the header promises for C[i][j], to the bit. */
static float chain(const vvi_gemm *g, const float *C, int i, int j, bool fused)
{
    float sum = g->accumulate ? C[i * g->ldc + j] : g->bias ? g->bias[j] : 0;
    for (int o = 0; o < g->KO; o++) {
        for (int k = 0; k < g->K; k++) {
            const float a = g->A[i * g->a_row + k * g->a_col + o * g->a_outer];
            const float b = g->B[k * g->ldb + o * g->b_outer + j], product = a * b;
            sum = fused ? fmaf(a, b, sum) : product + sum;
        }
    }
    return g->relu && sum < 0 ? 0 : sum;
}

static void check_table(const vvi_kernels *k, problem *p)
{
    vvi_gemm g = p->g;
    array C = array_copy(p->C);
    g.C = C.at;
    k->gemm(&g);
    check_guards(C, k->name);
    for (int i = 0; i < g.M; i++) {
        for (int j = 0; j < g.ldc; j++) {
            const float *old = &p->C.at[i * g.ldc + j], got = C.at[i * g.ldc + j];
            const float want = j < g.N ? chain(&g, p->C.at, i, j, is_fused(k)) : *old;
            if (memcmp(&got, &want, sizeof got) != 0 && !(got == 0 && want == 0))
                fail_msg("%s, M %d N %d K %d KO %d%s%s%s: C[%d][%d] is %.9g instead of %.9g", k->name, g.M, g.N, g.K,
                         g.KO, g.accumulate ? " accumulate" : "", g.bias ? " bias" : "", g.relu ? " relu" : "", i, j,
                         (double)got, (double)want);
        }
    }
    array_free(C);
}

static void check_shape(int M, int N, int K, int KO)
{
    problem p = problem_new(M, N, K, KO);
    FOR_EACH_TABLE(k) check_table(k, &p);
    problem_free(&p);
}

static void every_element_is_one_chain_in_the_order_of_k(void **state)
{
    (void)state;
    for (int i = 0; i < N_SIZES; i++) {
        for (int j = 0; j < N_SIZES; j++)
            check_shape(sizes[i], sizes[j], sizes[random_below(14)], (int)random_below(5));
    }
}

static void few_rows_of_every_height_fit_every_width(void **state)
{
    (void)state;
    for (int M = 1; M <= 30; M++) {
        for (int N = 1; N <= 72; N += 1 + (int)random_below(7)) check_shape(M, N, 1 + (int)random_below(9), 1);
    }
}

static void long_sums_survive_being_cut_into_blocks(void **state)
{
    (void)state;
    check_shape(33, 65, 700, 1);
    check_shape(100, 10, 1600, 1);
    check_shape(29, 100, 257, 3);
    check_shape(40, 31, 96, 11);
    check_shape(64, 24, 1, 900);
}

static void the_reference_agrees_within_rounding(void **state)
{
    (void)state;
    const vvi_kernels *reference = reference_kernels();
    for (int n = 0; n < 40; n++) {
        problem p =
            problem_new(sizes[1 + random_below(12)], sizes[1 + random_below(12)], sizes[random_below(N_SIZES)], 3);
        array wanted = array_copy(p.C);
        vvi_gemm g = p.g;
        g.C = wanted.at;
        reference->gemm(&g);
        FOR_EACH_TABLE(k)
        {
            array got = array_copy(p.C);
            g.C = got.at;
            k->gemm(&g);
            check_close(k->name, got.at, wanted.at, wanted.n, 1e-5);
            array_free(got);
        }
        array_free(wanted);
        problem_free(&p);
    }
}

static void a_sum_over_nothing_is_its_start(void **state)
{
    (void)state;
    const float bias[3] = { 1, -2, 3 };
    FOR_EACH_TABLE(k)
    {
        float C[3] = { 7, 7, 7 };
        vvi_gemm g = { .M = 1, .N = 3, .C = C, .ldc = 3, .bias = bias, .relu = true };
        k->gemm(&g);
        assert_true(C[0] == 1 && C[1] == 0 && C[2] == 3);
        g.accumulate = true;
        k->gemm(&g);
        assert_true(C[0] == 1 && C[1] == 0 && C[2] == 3);
    }
}

static void relu_lets_nan_through(void **state)
{
    (void)state;
    for (size_t i = 0; vvi_kernels_at(i); i++) {
        if (!vvi_kernels_at(i)->available()) continue;
        const float A[1] = { NAN }, B[3] = { 1, -1, 0 };
        float C[3] = { 0 };
        const vvi_gemm g = {
            .M = 1, .N = 3, .K = 1, .KO = 1, .A = A, .B = B, .ldb = 3, .C = C, .ldc = 3, .relu = true
        };
        vvi_kernels_at(i)->gemm(&g);
        assert_true(isnan(C[0]) && isnan(C[1]) && isnan(C[2]));
    }
}

/* All three directions of a 3x3 convolution, as a layer asks for them, against the sums of the definition. */
static void three_products_make_a_convolution(void **state)
{
    (void)state;
    enum { H = 7, W = 6, C = 3, F = 5, S = 3, OH = H - S + 1, OW = W - S + 1 };
    array x = array_random(H * W * C, -1, 1), w = array_random(S * S * C * F, -1, 1),
          dy = array_random(OH * OW * F, -1, 1);
    double y[OH][OW][F] = { 0 }, dx[H][W][C] = { 0 }, dw[S * S * C * F] = { 0 };
    for (int i = 0; i < OH; i++)
        for (int j = 0; j < OW; j++)
            for (int u = 0; u < S; u++)
                for (int v = 0; v < S; v++)
                    for (int c = 0; c < C; c++)
                        for (int f = 0; f < F; f++) {
                            const int at = ((u * S + v) * C + c) * F + f;
                            const double in = (double)x.at[((i + u) * W + j + v) * C + c];
                            const double d = (double)dy.at[(i * OW + j) * F + f];
                            y[i][j][f] += in * (double)w.at[at];
                            dw[at] += in * d;
                            dx[i + u][j + v][c] += d * (double)w.at[at];
                        }
    FOR_EACH_TABLE(k)
    {
        array got_y = array_new(OH * OW * F), got_dx = array_new(H * W * C), got_dw = array_new(S * S * C * F);
        array wt = array_new(S * S * C * F);
        for (int i = 0; i < OH; i++) {
            k->gemm(&(vvi_gemm){ .M = OW,
                                 .N = F,
                                 .K = S * C,
                                 .KO = S,
                                 .A = x.at + i * W * C,
                                 .a_row = C,
                                 .a_col = 1,
                                 .a_outer = W * C,
                                 .B = w.at,
                                 .ldb = F,
                                 .b_outer = S * C * F,
                                 .C = got_y.at + i * OW * F,
                                 .ldc = F });
        }
        for (int u = 0; u < S; u++) {
            k->gemm(&(vvi_gemm){ .M = S * C,
                                 .N = F,
                                 .K = OW,
                                 .KO = OH,
                                 .A = x.at + u * W * C,
                                 .a_row = 1,
                                 .a_col = C,
                                 .a_outer = W * C,
                                 .B = dy.at,
                                 .ldb = F,
                                 .b_outer = OW * F,
                                 .C = got_dw.at + u * S * C * F,
                                 .ldc = F });
        }
        memset(got_dx.at, 0, got_dx.n * sizeof(float));
        for (int q = 0; q < S * S; q++) k->transpose(C, F, w.at + q * C * F, F, wt.at + q * C * F, C);
        for (int i = 0; i < OH; i++) {
            for (int q = 0; q < S * S; q++) {
                k->gemm(&(vvi_gemm){ .M = OW,
                                     .N = C,
                                     .K = F,
                                     .KO = 1,
                                     .A = dy.at + i * OW * F,
                                     .a_row = F,
                                     .a_col = 1,
                                     .B = wt.at + q * C * F,
                                     .ldb = C,
                                     .C = got_dx.at + ((i + q / S) * W + q % S) * C,
                                     .ldc = C,
                                     .accumulate = true });
            }
        }
        for (int n = 0; n < OH * OW * F; n++) CHECK_NEAR(got_y.at[n], (&y[0][0][0])[n], 1e-5);
        for (int n = 0; n < H * W * C; n++) CHECK_NEAR(got_dx.at[n], (&dx[0][0][0])[n], 1e-5);
        for (int n = 0; n < S * S * C * F; n++) CHECK_NEAR(got_dw.at[n], dw[n], 1e-5);
        check_guards(got_y, k->name);
        check_guards(got_dx, k->name);
        check_guards(got_dw, k->name);
        array_free(got_y);
        array_free(got_dx);
        array_free(got_dw);
        array_free(wt);
    }
    array_free(x);
    array_free(w);
    array_free(dy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_element_is_one_chain_in_the_order_of_k),
        cmocka_unit_test(few_rows_of_every_height_fit_every_width),
        cmocka_unit_test(long_sums_survive_being_cut_into_blocks),
        cmocka_unit_test(the_reference_agrees_within_rounding),
        cmocka_unit_test(a_sum_over_nothing_is_its_start),
        cmocka_unit_test(relu_lets_nan_through),
        cmocka_unit_test(three_products_make_a_convolution),
    };
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
