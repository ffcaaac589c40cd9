/* builds.c - how long one run of a build function takes, its share of the walk over its space included.
 *
 *     builds [NAME]
 *
 * Walks the spaces of the three examples whole, and as many configurations of a ten-layer network as a search may look
 * at before it begins. One line each: name, configurations, milliseconds for all, microseconds a build. The best of
 * REPEATS walks by the clock of this thread: a walk does the same work each time, so what is above the best is others'.
 */
#include "space/discovery/walk.h"
#include <varve/varve.h>

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { REPEATS = 7, CAP = 100000 };

extern const vv_hypermodel mnist_cnn, dense_dropout, lstm_series; /* renamed in CMakeLists.txt */

static vv_model *build_ten_layers(vv_hp *hp, void *user)
{
    (void)user;
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(10));
    for (int i = 0; i < 9; i++) {
        const int units = vv_int(hp, vv_name(hp, "units_%d", i), .min = 32, .max = 128, .step = 32);
        vv_add(m, vv_dense(units, .activation = VV_RELU));
    }
    vv_add(m, vv_dense(1, .activation = VV_SIGMOID));
    vv_compile(m, .optimizer = vv_adam(), .loss = VV_BINARY_CROSSENTROPY, .metrics = VV_METRICS(VV_ACCURACY));
    return m;
}

static const vv_hypermodel ten_layers = { .build = build_ten_layers };

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int measure(const char *name, const vv_hypermodel *hypermodel)
{
    const vv_builder builder = vv_hypermodel_builder(hypermodel);
    vvi_walk walk = { 0 };
    vv_error error = { 0 };
    double best = 0;
    for (int i = 0; i < REPEATS; i++) {
        const double start = now_s();
        if (vvi_space_walk(&(vvi_walk_args){ .builder = &builder, .cap = CAP }, &walk, &error) != VV_OK) {
            fprintf(stderr, "%s: %s\n", name, error.text);
            return 1;
        }
        const double seconds = now_s() - start;
        if (i == 0 || seconds < best) best = seconds;
    }
    printf("%-14s %8llu %10.2f ms %8.3f us\n", name, (unsigned long long)walk.leaves, best * 1e3,
           best * 1e6 / (double)walk.leaves);
    return 0;
}

int main(int argc, char **argv)
{
    const struct {
        const char *name;
        const vv_hypermodel *hypermodel;
    } all[] = { { "mnist_cnn", &mnist_cnn },
                { "dense_dropout", &dense_dropout },
                { "lstm_series", &lstm_series },
                { "ten_layers", &ten_layers } };
    int failed = 0;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (argc < 2 || strcmp(argv[1], all[i].name) == 0) failed |= measure(all[i].name, all[i].hypermodel);
    return failed;
}
