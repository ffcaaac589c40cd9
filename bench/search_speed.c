/* search_speed.c - what a suggestion costs, by the number of trials there are.
 *
 *     search_speed --oracles NAME,... [--spaces N|NAME,...] [--most N] [--seconds S] [--seeds N]
 *
 * A space is a number of continuous dimensions, or a problem of search_problems.h. Each search is told every trial's
 * loss at once. One JSON line for each search at 10, 20, 50, 100, ... trials, up to --most, or until --seconds are spent:
 *
 *     {"m": method, "space": "40d", "n": 1000, "ms": 0.31, "total_s": 0.24, "bytes": 310, "s": seed}
 *
 * ms: a trial (asking, beginning, telling, and a loss that takes microseconds), the mean of the last tenth of the n;
 * total_s: all n; bytes: heap in use per trial. Processor time, since machines are shared. search_peers/suggest_cost.py
 * measures Optuna in the same way, and search_peers/speed_table.py makes the table.
 */
#include "search_problems.h"
#include "search_specs.h"
#include "space/discovery/discovery.h"

#include <getopt.h>
#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double cpu_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double heap_bytes(void)
{
    const struct mallinfo2 heap = mallinfo2();
    return (double)heap.uordblks + (double)heap.hblkhd;
}

/* ---- spaces ------------------------------------------------------------------------------------------------------- */

typedef struct subject {
    char name[32];
    const bench_problem *problem; /* NULL: `dims` numbers of [0, 1] */
    int dims;
    vv_builder builder;
} subject;

static vv_status build_cube(void *context, vv_hp *hp, vv_built *built, vv_error *reason)
{
    const subject *s = context;
    (void)built;
    (void)reason;
    for (int i = 0; i < s->dims; i++) vv_float(hp, vv_name(hp, "x%d", i), .min = 0, .max = 1);
    return vv_hp_status(hp);
}

static bool find_subject(const char *name, subject *s)
{
    *s = (subject){ .problem = bench_problem_find(name), .dims = atoi(name) };
    snprintf(s->name, sizeof s->name, s->problem != NULL ? "%s" : "%sd", name);
    s->builder = s->problem != NULL ? bench_problem_builder(&s->problem) : (vv_builder){ build_cube, s };
    return s->problem != NULL || (s->dims > 0 && s->dims <= 1000);
}

/* A bowl, its lowest point nowhere special. */
static double cube_loss(const vv_hp *hp)
{
    double loss = 0;
    for (size_t i = 0; i < vv_hp_count(hp); i++) {
        const double off = vv_hp_at(hp, i)->value.f - 0.3;
        loss += off * off;
    }
    return loss;
}

static double loss_of(const subject *s, const vv_hp *proposed)
{
    if (s->problem == NULL) return cube_loss(proposed);
    const vv_chooser chooser = bench_chooser_as_in(&proposed);
    vv_hp *hp = vv_hp_new(&chooser);
    const double loss = hp != NULL ? s->problem->loss(hp) : 0;
    vv_hp_free(hp);
    return loss;
}

/* ---- measuring ---------------------------------------------------------------------------------------------------- */

typedef struct measuring {
    const subject *subject;
    const char *method;
    vv_oracle *oracle;
    int seed, most;
    double seconds;
} measuring;

static vv_status try_some(const measuring *m, int n, bool *more, vv_error *error)
{
    vv_answer answer;
    for (int i = 0; i < n && *more; i++) {
        VVI_TRY(vv_oracle_ask(m->oracle, &answer, error));
        *more = answer.kind == VV_ANSWER_PROPOSAL;
        if (!*more) break;
        const double loss = loss_of(m->subject, answer.hp);
        VVI_TRY(vv_oracle_begin(m->oracle, answer.hp, error));
        VVI_TRY(vv_oracle_tell(
            m->oracle, &(vv_past_trial){ .id = answer.trial, .status = VV_TRIAL_COMPLETED, .scores = &loss }, error));
    }
    return VV_OK;
}

/* Up to n trials in pieces, so that the time is looked at now and then. */
static vv_status go_to(const measuring *m, int *at, int n, double until_s, bool *more, vv_error *error)
{
    while (*at < n && *more) {
        const int piece = n - *at < 100 ? n - *at : 100;
        VVI_TRY(try_some(m, piece, more, error));
        *at += piece;
        if (cpu_s() > until_s) *more = false;
    }
    return VV_OK;
}

/* 10, 20, 50, 100, 200, ... */
static int next_stop(int n)
{
    int power = 1;
    while (power * 10 <= n) power *= 10;
    return n == 2 * power ? 5 * power : 2 * n;
}

static vv_status run_search(const measuring *m, vv_error *error)
{
    const double start = cpu_s(), before = heap_bytes();
    bool more = true;
    for (int n = 10, at = 0; n <= m->most; n = next_stop(n)) {
        const int window = n / 10 > 5 ? n / 10 : 5;
        VVI_TRY(go_to(m, &at, n - window, start + m->seconds, &more, error));
        const double window_start = cpu_s();
        VVI_TRY(go_to(m, &at, n, start + m->seconds, &more, error));
        if (!more && at < n) break;
        const double now = cpu_s();
        printf("{\"m\": \"%s\", \"space\": \"%s\", \"n\": %d, \"ms\": %.6g, \"total_s\": %.6g, \"bytes\": %.0f, \"s\": "
               "%d}\n",
               m->method, m->subject->name, n, 1e3 * (now - window_start) / window, now - start,
               (heap_bytes() - before) / n, m->seed);
        fflush(stdout);
    }
    return VV_OK;
}

typedef struct task {
    bench_specs oracles;
    char *spaces;
    int most, seeds;
    double seconds;
} task;

static vv_status measure_seeds(const task *t, vv_oracle_args *args, const subject *s, vv_error *error)
{
    char method[BENCH_METHOD_SIZE];
    VVI_TRY(bench_method_name(args, method, error));
    measuring m = { .subject = s, .method = method, .most = t->most, .seconds = t->seconds };
    for (m.seed = 0; m.seed < t->seeds; m.seed++) {
        args->seed = (uint64_t)m.seed;
        VVI_TRY(vv_oracle_open(args, &m.oracle, error));
        const vv_status status = run_search(&m, error);
        vv_oracle_close(m.oracle);
        VVI_TRY(status);
    }
    return VV_OK;
}

static vv_status measure_space(const task *t, const char *name, vv_error *error)
{
    subject s;
    vv_space space;
    vvi_arena arena = { 0 };
    if (!find_subject(name, &s)) return vvi_fail(error, VV_BAD_ARG, "%s: neither dimensions nor a problem", name);
    vv_status status = vvi_space_discover(&(vvi_discover_args){ .builder = &s.builder }, &arena, &space, error);
    vvi_space_seal(&space);
    vv_oracle_args args = { .builder = s.builder, .space = &space, .max_trials = t->most };
    for (int i = 0; i < t->oracles.n && status == VV_OK; i++) {
        args.spec = t->oracles.list[i];
        status = measure_seeds(t, &args, &s, error);
    }
    vvi_arena_deinit(&arena);
    return status;
}

/* ---- the command line --------------------------------------------------------------------------------------------- */

static bool read_arguments(task *t, int argc, char **argv)
{
    static const struct option options[] = {
        { "oracles", required_argument, NULL, 'o' }, { "spaces", required_argument, NULL, 'p' },
        { "most", required_argument, NULL, 'm' },    { "seconds", required_argument, NULL, 't' },
        { "seeds", required_argument, NULL, 's' },   { 0 }
    };
    bool fine = true;
    for (int option; fine && (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option == 'o')
            fine = bench_specs_add(&t->oracles, optarg);
        else if (option == 'p')
            t->spaces = optarg;
        else if (option == 'm')
            t->most = atoi(optarg);
        else if (option == 't')
            t->seconds = atof(optarg);
        else if (option == 's')
            t->seeds = atoi(optarg);
        else
            fine = false;
    }
    if (fine && t->oracles.n > 0 && optind == argc) return true;
    fprintf(stderr,
            "usage: search_speed --oracles NAME,... [--spaces N|NAME,...] [--most N] [--seconds S] [--seeds N]\n");
    return false;
}

int main(int argc, char **argv)
{
    char presets[] = "40";
    task t = { .spaces = presets, .most = 100000, .seconds = 60, .seeds = 3 };
    vv_error error = { 0 };
    vv_status status = VV_OK;
    if (!read_arguments(&t, argc, argv)) return 1;
    for (char *name; status == VV_OK && (name = strsep(&t.spaces, ",")) != NULL;)
        status = measure_space(&t, name, &error);
    if (status != VV_OK) fprintf(stderr, "search_speed: %s\n", error.text);
    return status == VV_OK ? 0 : 1;
}
