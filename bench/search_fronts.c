/* search_fronts.c - how good the fronts of two objectives are that oracles find.
 *
 *     search_fronts ORACLE[,ORACLE...] [SEEDS]
 *
 * ZDT1, 2 and 3 in six dimensions (Zitzler, Deb, Thiele 2000) and DTLZ2 (Deb et al. 2002); the hypervolume that the trials
 * so far dominate, up to 1.1 in both objectives, after 60, 150 and 300 trials, the mean over seeds 0, 1, ... (5). One row
 * of a Markdown table for each oracle and problem. A Gaussian process is stopped at 150.
 */
#include "search/pareto.h"
#include <varve/search.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIMS = 6, MOST = 300, STOPS = 3 };
static const int stops[STOPS] = { 60, 150, MOST };
static const double pi = 3.14159265358979323846;

static vv_status build(void *context, vv_hp *hp, vv_built *built, vv_error *reason)
{
    (void)context;
    (void)built;
    (void)reason;
    for (int i = 0; i < DIMS; i++) vv_float(hp, vv_name(hp, "x%d", i), .min = 0, .max = 1);
    return vv_hp_status(hp);
}

/* ---- problems ------------------------------------------------------------------------------------------------------ */

static double zdt_g(const double *x)
{
    double sum = 0;
    for (int i = 1; i < DIMS; i++) sum += x[i];
    return 1 + 9 * sum / (DIMS - 1);
}

static void zdt1(const double *x, double *y)
{
    y[0] = x[0];
    y[1] = zdt_g(x) * (1 - sqrt(x[0] / zdt_g(x)));
}

static void zdt2(const double *x, double *y)
{
    y[0] = x[0];
    y[1] = zdt_g(x) * (1 - x[0] / zdt_g(x) * (x[0] / zdt_g(x)));
}

static void zdt3(const double *x, double *y)
{
    const double share = x[0] / zdt_g(x);
    y[0] = x[0];
    y[1] = zdt_g(x) * (1 - sqrt(share) - share * sin(10 * pi * x[0]));
}

static void dtlz2(const double *x, double *y)
{
    double g = 0;
    for (int i = 1; i < DIMS; i++) g += (x[i] - 0.5) * (x[i] - 0.5);
    y[0] = (1 + g) * cos(x[0] * pi / 2);
    y[1] = (1 + g) * sin(x[0] * pi / 2);
}

static const struct problem {
    const char *name;
    void (*value)(const double *x, double *y);
} problems[] = { { "ZDT1", zdt1 }, { "ZDT2", zdt2 }, { "ZDT3", zdt3 }, { "DTLZ2", dtlz2 } };

/* ---- searching ------------------------------------------------------------------------------------------------------ */

static void fail(const char *text)
{
    fprintf(stderr, "search_fronts: %s\n", text);
    exit(1);
}

static void try_one(vv_oracle *oracle, const struct problem *problem, double *y)
{
    vv_answer answer;
    vv_error error = { 0 };
    double x[DIMS];
    if (vv_oracle_ask(oracle, &answer, &error) != VV_OK) fail(error.text);
    if (answer.kind != VV_ANSWER_PROPOSAL) fail("no proposal");
    for (size_t i = 0; i < DIMS; i++) x[i] = vv_hp_at(answer.hp, i)->value.f;
    problem->value(x, y);
    const vv_past_trial trial = { .id = answer.trial, .status = VV_TRIAL_COMPLETED, .scores = y };
    if (vv_oracle_begin(oracle, answer.hp, &error) != VV_OK || vv_oracle_tell(oracle, &trial, &error) != VV_OK)
        fail(error.text);
}

/* Adds the hypervolumes at the stops. */
static void search(const char *spec, const struct problem *problem, uint64_t seed, int most, double *volumes)
{
    static double points[2 * MOST];
    const double reference[] = { 1.1, 1.1 };
    vv_oracle *oracle = NULL;
    vv_error error = { 0 };
    const vv_oracle_args args = { .spec = spec, .builder = { build, NULL }, .seed = seed, .n_objectives = 2 };
    if (vv_oracle_open(&args, &oracle, &error) != VV_OK) fail(error.text);
    for (int n = 0, stop = 0; n < most;) {
        try_one(oracle, problem, points + 2 * n++);
        double volume = 0;
        if (n < stops[stop]) continue;
        if (!vvi_hypervolume(points, (size_t)n, 2, reference, &volume)) fail("out of memory");
        volumes[stop++] += volume;
    }
    vv_oracle_close(oracle);
}

static void measure(const char *spec, int seeds)
{
    const int most = strcmp(spec, "bayesian") == 0 ? 150 : MOST;
    for (size_t p = 0; p < sizeof problems / sizeof *problems; p++) {
        double volumes[STOPS] = { 0 };
        for (int seed = 0; seed < seeds; seed++) search(spec, &problems[p], (uint64_t)seed, most, volumes);
        printf("| %s | %s |", problems[p].name, spec);
        for (int i = 0; i < STOPS; i++) stops[i] <= most ? printf(" %.3f |", volumes[i] / seeds) : printf(" |");
        printf("\n");
    }
}

int main(int argc, char **argv)
{
    if (argc < 2) fail("usage: search_fronts ORACLE[,ORACLE...] [SEEDS]");
    const int seeds = argc > 2 ? atoi(argv[2]) : 5;
    printf("| problem | oracle | 60 trials | 150 | 300 |\n|---|---|--:|--:|--:|\n");
    for (char *spec = strtok(argv[1], ","); spec != NULL; spec = strtok(NULL, ",")) measure(spec, seeds);
    return 0;
}
