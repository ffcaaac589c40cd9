/* kernels.c - how much of one core the products of training use.
 *
 * Prints, as Markdown, the rate of each product of three models (a small CNN, an LSTM, an MLP; batch 32) and of a
 * convolution with 8 to 128 filters, asked for as the layers ask for them, and its share of the peak: the best rate
 * of some large products that stay in the cache. Medians of REPEATS runs by the thread's CPU clock, so that other
 * processes disturb little. $VARVE_KERNELS chooses the table.
 *
 * Not measured here: whole training steps (bench/train.c).
 */
#include "compute/kernels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { REPEATS = 15, FLOATS = 1 << 20, BATCH = 32 };

/* Everything a product may read and write; all of them start at the front of the arrays. */
typedef struct bench {
    const vvi_kernels *k;
    float *a, *b, *c;
    double peak;           /* flop / s */
    double flops, seconds; /* of the products shown since the last total */
} bench;

/* A convolution of an h x h image with f kernels of 3 x 3, VALID. */
typedef struct conv {
    int h, c, f;
} conv;
enum { TAP = 3 };

static void conv_forward(const bench *b, const void *problem)
{
    const conv *v = problem;
    const int out = v->h - TAP + 1;
    for (int i = 0; i < out; i++) {
        b->k->gemm(&(vvi_gemm){ .M = out,
                                .N = v->f,
                                .K = TAP * v->c,
                                .KO = TAP,
                                .A = b->a + i * v->h * v->c,
                                .a_row = v->c,
                                .a_col = 1,
                                .a_outer = v->h * v->c,
                                .B = b->b,
                                .ldb = v->f,
                                .b_outer = TAP * v->c * v->f,
                                .C = b->c + i * out * v->f,
                                .ldc = v->f,
                                .bias = b->b,
                                .relu = true });
    }
}

static void conv_weights(const bench *b, const void *problem)
{
    const conv *v = problem;
    const int out = v->h - TAP + 1;
    for (int i = 0; i < TAP; i++) {
        b->k->gemm(&(vvi_gemm){ .M = TAP * v->c,
                                .N = v->f,
                                .K = out,
                                .KO = out,
                                .A = b->a + i * v->h * v->c,
                                .a_row = 1,
                                .a_col = v->c,
                                .a_outer = v->h * v->c,
                                .B = b->b,
                                .ldb = v->f,
                                .b_outer = out * v->f,
                                .C = b->c + i * TAP * v->c * v->f,
                                .ldc = v->f,
                                .accumulate = true });
    }
}

/* A row of dx gathers, column of taps by column, from the up to three rows of dy that saw it. */
static void conv_data(const bench *b, const void *problem)
{
    const conv *v = problem;
    const int out = v->h - TAP + 1;
    memset(b->c, 0, (size_t)(v->h * v->h * v->c) * sizeof(float));
    for (int i = 0; i < v->h; i++) {
        const int first = i - out + 1 > 0 ? i - out + 1 : 0, last = i < TAP - 1 ? i : TAP - 1;
        for (int j = 0; j < TAP; j++) {
            b->k->gemm(&(vvi_gemm){ .M = out,
                                    .N = v->c,
                                    .K = v->f,
                                    .KO = last - first + 1,
                                    .A = b->a + (i - first) * out * v->f,
                                    .a_row = v->f,
                                    .a_col = 1,
                                    .a_outer = -out * v->f,
                                    .B = b->b + (first * TAP + j) * v->f * v->c,
                                    .ldb = v->c,
                                    .b_outer = TAP * v->f * v->c,
                                    .C = b->c + (i * v->h + j) * v->c,
                                    .ldc = v->c,
                                    .accumulate = true });
        }
    }
}

static void product(const bench *b, const void *problem)
{
    vvi_gemm g = *(const vvi_gemm *)problem;
    g.A = b->a;
    g.B = b->b;
    g.C = b->c;
    b->k->gemm(&g);
}

/* [M, K] x [K, N], and with the first transposed in memory: what the gradient of the weights needs. */
static vvi_gemm straight(int M, int N, int K)
{
    return (vvi_gemm){ .M = M, .N = N, .K = K, .KO = 1, .a_row = K, .a_col = 1, .ldb = N, .ldc = N };
}

static vvi_gemm transposed(int M, int N, int K)
{
    return (
        vvi_gemm){ .M = M, .N = N, .K = K, .KO = 1, .a_row = 1, .a_col = M, .ldb = N, .ldc = N, .accumulate = true };
}

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Median seconds of one run. */
static double measure(const bench *b, void (*run)(const bench *, const void *), const void *problem, double flops)
{
    double seconds[REPEATS];
    const int times = (int)(1e8 / flops) + 1; /* a millisecond or so */
    for (int r = -1; r < REPEATS; r++) {
        const double start = now_s();
        for (int i = 0; i < times; i++) run(b, problem);
        if (r >= 0) seconds[r] = (now_s() - start) / times;
    }
    qsort(seconds, REPEATS, sizeof *seconds, compare);
    return seconds[REPEATS / 2];
}

static void show(bench *b, const char *name, void (*run)(const bench *, const void *), const void *problem,
                 double flops)
{
    const double seconds = measure(b, run, problem, flops);
    printf("| %s | %.1f | %.0f %% |\n", name, flops / seconds * 1e-9, 100 * flops / seconds / b->peak);
    b->flops += flops;
    b->seconds += seconds;
}

static void show_total(bench *b, const char *name)
{
    printf("| **%s** | %.1f | %.0f %% |\n", name, b->flops / b->seconds * 1e-9, 100 * b->flops / b->seconds / b->peak);
    b->flops = b->seconds = 0;
}

static void show_product(bench *b, const char *name, vvi_gemm g)
{
    show(b, name, product, &g, 2.0 * g.M * g.N * g.K);
}

static double conv_flops(conv v)
{
    return 2.0 * (v.h - TAP + 1) * (v.h - TAP + 1) * TAP * TAP * v.c * v.f;
}

static void heading(const char *title)
{
    printf("\n| %s | GFLOP/s | of peak |\n|---|--:|--:|\n", title);
}

static void find_peak(bench *b)
{
    const int sizes[][3] = { { 96, 64, 96 }, { 36, 64, 256 }, { 39, 32, 256 }, { 60, 64, 192 }, { 96, 64, 64 } };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const vvi_gemm g = straight(sizes[i][0], sizes[i][1], sizes[i][2]);
        const double flops = 2.0 * g.M * g.N * g.K, rate = flops / measure(b, product, &g, flops);
        if (rate > b->peak) b->peak = rate;
    }
    printf("Kernels: %s. Peak: %.1f GFLOP/s.\n", b->k->name, b->peak * 1e-9);
}

static void show_cnn(bench *b)
{
    const conv first = { 28, 1, 32 }, second = { 13, 32, 64 };
    heading("CNN 28x28x1, conv 3x3x32, conv 3x3x64, dense 10");
    show(b, "conv 1 forward", conv_forward, &first, conv_flops(first));
    show(b, "conv 1 weights", conv_weights, &first, conv_flops(first));
    show(b, "conv 2 forward", conv_forward, &second, conv_flops(second));
    show(b, "conv 2 weights", conv_weights, &second, conv_flops(second));
    show(b, "conv 2 data", conv_data, &second, conv_flops(second));
    show_total(b, "convolutions together");
    show_product(b, "dense forward", straight(BATCH, 10, 1600));
    show_product(b, "dense weights", transposed(1600, 10, BATCH));
    show_product(b, "dense data", straight(BATCH, 1600, 10));
    b->flops = b->seconds = 0;
}

static void show_lstm(bench *b)
{
    heading("LSTM 64, 100 steps");
    show_product(b, "recurrent forward, one step", straight(BATCH, 256, 64));
    show_product(b, "recurrent data, one step", straight(BATCH, 64, 256));
    show_product(b, "recurrent weights, all steps", transposed(64, 256, 100 * BATCH));
    b->flops = b->seconds = 0;
}

static void show_mlp(bench *b)
{
    heading("MLP 10-64-64-1");
    show_product(b, "dense 64 of 10, forward", straight(BATCH, 64, 10));
    show_product(b, "dense 64 of 64, forward", straight(BATCH, 64, 64));
    show_product(b, "dense 64 of 64, weights", transposed(64, 64, BATCH));
    show_product(b, "dense 1 of 64, forward", straight(BATCH, 1, 64));
    b->flops = b->seconds = 0;
}

static void show_filters(bench *b)
{
    const int filters[] = { 8, 16, 24, 32, 48, 64, 96, 128 };
    heading("conv 3x3 on 13x13, channels = filters / 2");
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
        const conv v = { 13, filters[i] / 2, filters[i] };
        char name[64];
        snprintf(name, sizeof name, "%d filters, forward", v.f);
        show(b, name, conv_forward, &v, conv_flops(v));
        snprintf(name, sizeof name, "%d filters, weights", v.f);
        show(b, name, conv_weights, &v, conv_flops(v));
        snprintf(name, sizeof name, "%d filters, data", v.f);
        show(b, name, conv_data, &v, conv_flops(v));
        snprintf(name, sizeof name, "%d filters", v.f);
        show_total(b, name);
    }
}

int main(void)
{
    bench b = { .k = vvi_kernels_best() };
    b.a = malloc(FLOATS * sizeof(float));
    b.b = malloc(FLOATS * sizeof(float));
    b.c = malloc(FLOATS * sizeof(float));
    if (!b.a || !b.b || !b.c) return 1;
    for (int i = 0; i < FLOATS; i++) b.a[i] = b.b[i] = (float)(i % 101) * 0.01f - 0.5f;
    memset(b.c, 0, FLOATS * sizeof(float));
    find_peak(&b);
    show_cnn(&b);
    show_lstm(&b);
    show_mlp(&b);
    show_filters(&b);
    free(b.a);
    free(b.b);
    free(b.c);
    return 0;
}
