/* explain.c - how long an explanation takes after the hypermodel is compiled, and the memory of the process that makes it.
 *
 *     explain [NAME]
 *
 * The three examples, and three that are made to be large: the ten layers of `builds`, sixteen blocks with 10^40
 * configurations, and a width of 1..10^6. Each runs in a process of its own, so that the memory is its own. One JSON line
 * each: name, configurations, builds, the median of REPEATS explanations in milliseconds by the wall clock (a user waits
 * for all of it) with the least and the most, and the peak resident memory of the process that ran the builds, in MB.
 */
#include <varve/varve.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { REPEATS = 11 };

extern const vv_hypermodel mnist_cnn, dense_dropout, lstm_series; /* renamed in CMakeLists.txt */

static vv_model *compiled(vv_model *m)
{
    vv_add(m, vv_dense(1, .activation = VV_SIGMOID));
    vv_compile(m, .optimizer = vv_adam(), .loss = VV_BINARY_CROSSENTROPY);
    return m;
}

static vv_model *build_ten_layers(vv_hp *hp, void *user)
{
    (void)user;
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(10));
    for (int i = 0; i < 9; i++)
        vv_add(m, vv_dense(vv_int(hp, vv_name(hp, "units_%d", i), .min = 32, .max = 128, .step = 32)));
    return compiled(m);
}

/* Sixteen blocks at most, each of a width, an activation and, where it has one, a rate of dropout. */
static vv_model *build_large(vv_hp *hp, void *user)
{
    (void)user;
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(32));
    const int blocks = vv_int(hp, "blocks", .min = 1, .max = 16);
    for (int i = 0; i < blocks; i++) {
        const int units = vv_int(hp, vv_name(hp, "units_%d", i), .min = 8, .max = 256, .step = 8);
        const bool is_tanh = vv_choice(hp, vv_name(hp, "activation_%d", i), VV_STRINGS("relu", "tanh"))[0] == 't';
        vv_add(m, vv_dense(units, .activation = is_tanh ? VV_TANH : VV_RELU));
        if (vv_bool(hp, vv_name(hp, "drop_%d", i)))
            vv_add(m, vv_dropout(vv_float(hp, vv_name(hp, "rate_%d", i), .min = 0.1, .max = 0.5, .step = 0.1)));
    }
    return compiled(m);
}

static vv_model *build_million(vv_hp *hp, void *user)
{
    (void)user;
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(4));
    const int64_t count = vv_int(hp, "count", .min = 1, .max = 1000000);
    vv_add(m, vv_dense((int)(count % 7) + 1));
    vv_add(m, vv_dense((int)count));
    return compiled(m);
}

static const vv_hypermodel ten_layers = { .build = build_ten_layers };
static const vv_hypermodel large = { .build = build_large };
static const vv_hypermodel million = { .build = build_million };

static const struct {
    const char *name;
    const vv_hypermodel *hypermodel;
} all[] = { { "mnist_cnn", &mnist_cnn },
            { "dense_dropout", &dense_dropout },
            { "lstm_series", &lstm_series },
            { "ten_layers", &ten_layers },
            { "large", &large },
            { "million", &million } };

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return 1e3 * (double)t.tv_sec + 1e-6 * (double)t.tv_nsec;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int measure(const char *name, const vv_hypermodel *hypermodel)
{
    double ms[REPEATS];
    for (int i = 0; i < REPEATS; i++) {
        vv_explanation *e = NULL;
        vv_error error = { 0 };
        const double start = now_ms();
        if (vv_explain(&e, &error, hypermodel) != VV_OK) {
            fprintf(stderr, "%s: %s\n", name, error.text);
            return 1;
        }
        ms[i] = now_ms() - start;
        if (i == 0)
            printf("{\"space\": \"%s\", \"configurations\": \"%s\", \"builds\": %llu, ", name, e->total.digits,
                   (unsigned long long)e->builds);
        vv_explanation_free(e);
    }
    qsort(ms, REPEATS, sizeof *ms, compare);
    struct rusage builders;
    getrusage(RUSAGE_CHILDREN, &builders);
    printf("\"median_ms\": %.1f, \"least_ms\": %.1f, \"most_ms\": %.1f, \"peak_rss_mb\": %.1f}\n", ms[REPEATS / 2],
           ms[0], ms[REPEATS - 1], (double)builders.ru_maxrss / 1024);
    return 0;
}

static int measure_apart(const char *name, const vv_hypermodel *hypermodel)
{
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
        const int failed = measure(name, hypermodel);
        fflush(stdout);
        _exit(failed);
    }
    int status = 1;
    return child < 0 || waitpid(child, &status, 0) != child || status != 0;
}

int main(int argc, char **argv)
{
    int failed = 0;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (argc < 2 || strcmp(argv[1], all[i].name) == 0) failed |= measure_apart(all[i].name, all[i].hypermodel);
    return failed;
}
