/* pool.c - what running trials costs beyond the trials: trials that sleep, by one worker and by two; a study of very many.
 *
 *     bench_pool MODE WORKERS TRIALS EPOCHS EPOCH_MS
 *
 * Prints one line: seconds in all, seconds of this process (user and system), its memory at the beginning and at most.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#include <varve/varve.h>

static vv_model *build(vv_hp *hp, void *user)
{
    (void)user;
    vv_model *m = vv_sequential();
    vv_add(m, vv_input(2));
    vv_float(hp, "rate", .min = 1e-6, .max = 1);
    vv_add(m, vv_dense(vv_int(hp, "units", .min = 1, .max = 64), .activation = VV_RELU));
    vv_add(m, vv_dense(1));
    vv_compile(m, .loss = VV_MSE);
    return m;
}

static vv_status wait_a_while(const vv_callback *self, void *state, const vv_epoch *epoch, vv_verdict *verdict,
                              vv_error *error)
{
    (void)state, (void)epoch, (void)verdict, (void)error;
    usleep((useconds_t)(1000 * self->number[0]));
    return VV_OK;
}

static vv_status fit(vv_hp *hp, vv_model *model, const vv_fit_args *args, void *user)
{
    (void)hp;
    if (args->callbacks.n == 0) return vv_fit_with(model, args);
    const vv_callback both[] = {
        args->callbacks.list[0],
        { .name = "wait", .plain_state = true, .epoch_begin = wait_a_while, .number = { *(double *)user } }
    };
    vv_fit_args mine = *args;
    mine.callbacks = (vv_callbacks){ both, 2 };
    return vv_fit_with(model, &mine);
}

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double seconds(struct timeval t)
{
    return (double)t.tv_sec + 1e-6 * (double)t.tv_usec;
}

static long rss_kb;
static long status_kb(const char *key)
{
    char line[256];
    long kb = 0;
    FILE *f = fopen("/proc/self/status", "r");
    while (fgets(line, sizeof line, f))
        if (strncmp(line, key, strlen(key)) == 0) kb = atol(line + strlen(key));
    fclose(f);
    return kb;
}

static void on_event(void *context, const vv_event *e)
{
    (void)context;
    static int n;
    if (e->kind == VV_EVENT_SEARCH_BEGIN) rss_kb = status_kb("VmRSS:");
    if (e->kind == VV_EVENT_TRIAL_END && ++n % 1000 == 0)
        fprintf(stderr, "%d trials: %ld kB\n", n, status_kb("VmRSS:"));
}

int main(int argc, char **argv)
{
    if (argc < 6) return 2;
    double ms = atof(argv[5]);
    float x[128], y[64];
    for (int i = 0; i < 128; i++) x[i] = (float)(i % 7) / 7;
    for (int i = 0; i < 64; i++) y[i] = (float)(i % 3);
    vv_data *data = NULL;
    vv_error error = { 0 };
    if (vv_data_new(64, (vv_shape){ 1, { 2 } }, x, (vv_shape){ 1, { 1 } }, y, NULL, &data, &error) != VV_OK) return 1;
    const vv_hypermodel h = { .build = build, .fit = fit, .user = &ms };
    const vv_search_args args = { .hypermodel = &h,
                                  .training = data,
                                  .validation = data,
                                  .oracle = argv[1],
                                  .workers = atoi(argv[2]),
                                  .max_trials = atoi(argv[3]),
                                  .epochs = atoi(argv[4]),
                                  .project = "bench_pool",
                                  .overwrite = true,
                                  .on_event = on_event };
    vv_search_result result;
    const double began = now_s();
    if (vv_search_with(&args, &result, &error) != VV_OK) {
        fprintf(stderr, "%s\n", error.text);
        return 1;
    }
    const double wall = now_s() - began;
    struct rusage self, kids;
    getrusage(RUSAGE_SELF, &self);
    getrusage(RUSAGE_CHILDREN, &kids);
    const double own = seconds(self.ru_utime) + seconds(self.ru_stime);
    printf("%s workers %s trials %s: wall %.2f s, supervisor %.3f s (%.2f %%), children %.2f s, rss %ld -> %ld kB, "
           "peak %ld kB\n",
           argv[1], argv[2], argv[3], wall, own, 100 * own / wall, seconds(kids.ru_utime) + seconds(kids.ru_stime),
           rss_kb, status_kb("VmRSS:"), self.ru_maxrss);
    vv_data_free(data);
    return 0;
}
