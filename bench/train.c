/* train.c - how fast the training engine is: microseconds per step of three models, on one core.
 *
 *     train MODEL [BATCH]     MODEL: cnn, lstm, dense, or cnn-F1-F2 with other filter counts
 *
 * Prints one JSON line. Times are medians over epochs, by the clock of this thread and by the wall; start-up is from the
 * program's beginning to the end of the first step. The share of the peak compares the model's multiply-adds (two
 * operations each; forward, weight gradients, and input gradients where a layer before needs them) with the fastest
 * product that the same kernels reach here, measured in the same run.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/base.h"
#include "compute/kernels.h"
#include <varve/varve.h>

enum { EPOCHS = 21, STEPS = 48 };

typedef struct timing {
    double cpu[EPOCHS], wall[EPOCHS], cpu_before, wall_before;
} timing;

static double clock_of(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, size_t n)
{
    qsort(values, n, sizeof *values, ascending);
    return values[n / 2];
}

static vv_status note_begin(const vv_callback *self, void *state, const vv_epoch *epoch, vv_verdict *verdict,
                            vv_error *error)
{
    (void)state, (void)verdict, (void)error, (void)epoch;
    timing *t = self->context;
    t->cpu_before = clock_of(CLOCK_THREAD_CPUTIME_ID);
    t->wall_before = clock_of(CLOCK_MONOTONIC);
    return VV_OK;
}

static vv_status note_end(const vv_callback *self, void *state, const vv_epoch *epoch, vv_verdict *verdict,
                          vv_error *error)
{
    (void)state, (void)verdict, (void)error;
    timing *t = self->context;
    t->cpu[epoch->epoch] = clock_of(CLOCK_THREAD_CPUTIME_ID) - t->cpu_before;
    t->wall[epoch->epoch] = clock_of(CLOCK_MONOTONIC) - t->wall_before;
    return VV_OK;
}

static vv_model *build(const char *name)
{
    int first = 32, second = 64;
    vv_model *m = vv_sequential();
    if (strncmp(name, "cnn", 3) == 0) {
        sscanf(name, "cnn-%d-%d", &first, &second);
        vv_add(m, vv_input(28, 28, 1));
        vv_add(m, vv_conv2d(first, .activation = VV_RELU));
        vv_add(m, vv_max_pooling2d(2));
        vv_add(m, vv_conv2d(second, .activation = VV_RELU));
        vv_add(m, vv_max_pooling2d(2));
        vv_add(m, vv_flatten());
        vv_add(m, vv_dense(10, .activation = VV_SOFTMAX));
        vv_compile(m, .loss = VV_SPARSE_CATEGORICAL_CROSSENTROPY, .optimizer = vv_adam());
    } else if (strcmp(name, "lstm") == 0) {
        vv_add(m, vv_input(100, 1));
        vv_add(m, vv_lstm(32));
        vv_add(m, vv_dense(1));
        vv_compile(m, .loss = VV_MSE, .optimizer = vv_adam());
    } else if (strcmp(name, "dense") == 0) {
        vv_add(m, vv_input(10));
        vv_add(m, vv_dense(64, .activation = VV_RELU));
        vv_add(m, vv_dense(64, .activation = VV_RELU));
        vv_add(m, vv_dense(1, .activation = VV_SIGMOID));
        vv_compile(m, .loss = VV_BINARY_CROSSENTROPY, .optimizer = vv_adam());
    } else {
        vv_model_free(m);
        return NULL;
    }
    return m;
}

static vv_data *random_data(const vv_model *m, size_t n, bool series, int classes)
{
    const vv_shape shape = vv_model_input_shape(m), one = { 1, { 1 } };
    size_t size = 1;
    for (int i = 0; i < shape.rank; i++) size *= (size_t)shape.dim[i];
    float *x = malloc(n * size * sizeof *x), *y = malloc(n * sizeof *y);
    vv_data *data = NULL;
    if (x != NULL && y != NULL) {
        vvi_stream stream = vvi_stream_begin(vvi_key_new(0, "bench"));
        for (size_t i = 0; i < n * size; i++) x[i] = (float)vvi_stream_unit(&stream);
        for (size_t i = 0; i < n; i++)
            y[i] = series ? (float)vvi_stream_normal(&stream)
                          : (float)vvi_stream_below(&stream, classes > 1 ? (uint64_t)classes : 2);
        if (vv_data_new(n, shape, x, one, y, NULL, &data, NULL) != VV_OK) data = NULL;
    }
    free(x);
    free(y);
    return data;
}

/* Operations of one example's training step: forward, weight gradients, and input gradients but for the first layer. */
static double step_operations(const vv_model *m)
{
    double operations = 0;
    bool first = true;
    for (size_t i = 0; i < vv_model_node_count(m); i++) {
        const double macs = (double)vv_model_node(m, (vv_node)i).macs;
        if (macs == 0) continue;
        operations += 2 * macs * (first ? 2 : 3);
        first = false;
    }
    return operations;
}

/* GFLOP/s of a product that stays in the caches: the kernels' own peak. */
static double peak_gflops(void)
{
    enum { M = 192, N = 256, K = 256, TIMES = 40, TRIES = 15 };
    static float a[M * K], b[K * N], c[M * N];
    double seconds[TRIES];
    const vvi_kernels *kernels = vvi_kernels_best();
    const vvi_gemm g = {
        .M = M, .N = N, .K = K, .KO = 1, .A = a, .a_row = K, .a_col = 1, .B = b, .ldb = N, .C = c, .ldc = N
    };
    for (int t = 0; t < TRIES; t++) {
        const double before = clock_of(CLOCK_THREAD_CPUTIME_ID);
        for (int i = 0; i < TIMES; i++) kernels->gemm(&g);
        seconds[t] = clock_of(CLOCK_THREAD_CPUTIME_ID) - before;
    }
    return 2e-9 * M * N * K * TIMES / median(seconds, TRIES);
}

int main(int argc, char **argv)
{
    const double began = clock_of(CLOCK_MONOTONIC);
    const char *name = argc > 1 ? argv[1] : "cnn";
    const int batch = argc > 2 ? atoi(argv[2]) : 32;
    static timing t;
    vv_model *m = build(name);
    if (m == NULL || vv_model_status(m) != VV_OK || batch < 1) {
        fprintf(stderr, "usage: train cnn|cnn-F1-F2|lstm|dense [BATCH]  %s\n", m == NULL ? "" : vv_model_error(m));
        return 2;
    }
    vv_data *data = random_data(m, (size_t)batch * STEPS, strcmp(name, "lstm") == 0, vv_model_output_shape(m).dim[0]);
    if (data == NULL) return 1;
    const vv_callback note = { .name = "note", .epoch_begin = note_begin, .epoch_end = note_end, .context = &t };
    vv_status status = vv_fit(m, data, .epochs = EPOCHS, .batch_size = batch, .callbacks = VV_CALLBACKS(note));
    if (status != VV_OK) {
        fprintf(stderr, "train: %s\n", vv_model_error(m));
        return 1;
    }
    const double startup =
        t.wall_before == 0 ? 0 : t.wall[0] / STEPS; /* first epoch's step, before the medians sort it */
    const double setup = clock_of(CLOCK_MONOTONIC) - began;
    double total = 0;
    for (int i = 0; i < EPOCHS; i++) total += t.wall[i];
    const double cpu = median(t.cpu, EPOCHS) / STEPS, wall = median(t.wall, EPOCHS) / STEPS;
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    const double gflops = 1e-9 * step_operations(m) * batch / cpu, peak = peak_gflops();
    printf("{\"model\": \"%s\", \"batch\": %d, \"kernels\": \"%s\", \"us_per_step\": %.2f, \"us_per_step_wall\": %.2f, "
           "\"samples_per_s\": %.0f, \"samples_per_s_wall\": %.0f, \"startup_s\": %.4f, \"peak_rss_mb\": %.1f, "
           "\"gflops\": %.1f, \"peak_gflops\": %.1f, "
           "\"share_of_peak\": %.3f}\n",
           name, batch, vv_kernels_name(), 1e6 * cpu, 1e6 * wall, batch / cpu, batch / wall, setup - total + startup,
           (double)usage.ru_maxrss / 1024, gflops, peak, gflops / peak);
    vv_data_free(data);
    vv_model_free(m);
    return 0;
}
