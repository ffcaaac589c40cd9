/* search_problems.c - the twelve problems of the search benchmark.
 *
 * Chosen to differ in what makes search hard: smooth ones, needles and valleys, turned axes, few of many dimensions that
 * count, categories whose optima differ, conditions. Optima are never at the middle of the box, where some methods begin.
 */
#include "search_problems.h"
#include "search_constants.h"
#include "search_functions.h"

#include <math.h>
#include <string.h>

static double branin(vv_hp *hp)
{
    const double x = vv_float(hp, "x1", .min = -5, .max = 10);
    const double y = vv_float(hp, "x2", .min = 0, .max = 15);
    const double valley = y - 5.1 / (4 * BENCH_PI * BENCH_PI) * x * x + 5 / BENCH_PI * x - 6;
    return valley * valley + 10 * (1 - 1 / (8 * BENCH_PI)) * cos(x) + 10;
}

static const bench_well hartmann_wells[] = {
    { 1.0, { 10, 3, 17, 3.5, 1.7, 8 }, { 1312, 1696, 5569, 124, 8283, 5886 } },
    { 1.2, { 0.05, 10, 17, 0.1, 8, 14 }, { 2329, 4135, 8307, 3736, 1004, 9991 } },
    { 3.0, { 3, 3.5, 1.7, 10, 17, 8 }, { 2348, 1451, 3522, 2883, 3047, 6650 } },
    { 3.2, { 17, 8, 0.05, 10, 0.1, 14 }, { 4047, 8828, 8732, 5743, 1091, 381 } },
};

static double hartmann6(vv_hp *hp)
{
    double x[6];
    bench_ask_reals(hp, "x%d", 6, 0, 1, x);
    return bench_wells(hartmann_wells, 4, x, 6);
}

static double hart6in20(vv_hp *hp)
{
    static const int counts[] = { 3, 7, 8, 12, 15, 19 };
    double all[20], x[6];
    bench_ask_reals(hp, "x%02d", 20, 0, 1, all);
    for (int i = 0; i < 6; i++) x[i] = all[counts[i]];
    return bench_wells(hartmann_wells, 4, x, 6);
}

static double ackley5s(vv_hp *hp)
{
    double x[5], squares = 0, waves = 0;
    bench_ask_reals(hp, "x%d", 5, -32.768, 32.768, x);
    for (int i = 0; i < 5; i++) {
        squares += bench_square(x[i] - ackley_at[i]);
        waves += cos(2 * BENCH_PI * (x[i] - ackley_at[i]));
    }
    return -20 * exp(-0.2 * sqrt(squares / 5)) - exp(waves / 5) + 20 + exp(1);
}

static double rosen5(vv_hp *hp)
{
    double x[5];
    bench_ask_reals(hp, "x%d", 5, -5, 10, x);
    return bench_rosenbrock(x, 5);
}

static double levy8(vv_hp *hp)
{
    double w[8];
    bench_ask_reals(hp, "x%d", 8, -10, 10, w);
    for (int i = 0; i < 8; i++) w[i] = 1 + (w[i] - 1) / 4;
    return bench_levy(w, 8);
}

static double rastrigin4r(vv_hp *hp)
{
    double x[4], z[4], total = 40;
    bench_ask_reals(hp, "x%d", 4, -5.12, 5.12, x);
    bench_turn(4, rastrigin_turn[0], rastrigin_at, x, z);
    for (int i = 0; i < 4; i++) total += z[i] * z[i] - 10 * cos(2 * BENCH_PI * z[i]);
    return total;
}

static double ellipsoid10r(vv_hp *hp)
{
    double x[10], z[10], total = 0;
    bench_ask_reals(hp, "x%d", 10, -5, 5, x);
    bench_turn(10, ellipsoid_turn[0], ellipsoid_at, x, z);
    for (int i = 0; i < 10; i++) total += pow(10, 4.0 * i / 9) * z[i] * z[i];
    return total;
}

/* Two categories move the optimum of the numbers, and raise or lower it. */
static double mixed7(vv_hp *hp)
{
    static const double centres[] = { 0.0, 1.3, -2.1, 2.6, -0.7 }, levels[] = { 0.8, 0.3, 0.0, 0.5, 1.1 };
    static const double steepness[] = { 1.0, 2.5, 0.6 }, offsets[] = { 0.25, 0.0, 0.6 };
    const int c1 = *vv_choice(hp, "c1", VV_STRINGS("0", "1", "2", "3", "4")) - '0';
    const int c2 = *vv_choice(hp, "c2", VV_STRINGS("0", "1", "2")) - '0';
    const double z1 = vv_float(hp, "x1", .min = -5, .max = 5) - centres[c1];
    const double z2 = vv_float(hp, "x2", .min = -5, .max = 5) + 0.5 * centres[c1];
    const double w = bench_log10_real(hp, "x3", 1e-5, 1e1) + 3 + 0.3 * z1;
    const double u = (vv_int(hp, "n1", .min = 1, .max = 20) - 13) / 4.0;
    const double v = bench_log2_whole(hp, "n2", 1, 1024) - 6;
    return levels[c1] + offsets[c2] + 0.1 * steepness[c2] * (z1 * z1 + z2 * z2 + 0.5 * z1 * z2) +
           0.15 * (u * u + v * v + u * v) + 0.1 * w * w;
}

/* A tree of conditions: Jenatton, Archambeau, Gonzalez, Seeger 2017. */
static double jenatton(vv_hp *hp)
{
    static const struct {
        const char *turn, *base, *leaves[2];
        double levels[2];
    } sides[] = { { "x2", "r8", { "x4", "x5" }, { 0.1, 0.2 } }, { "x3", "r9", { "x6", "x7" }, { 0.3, 0.4 } } };
    const int side = *vv_choice(hp, "x1", VV_STRINGS("0", "1")) - '0';
    const int turn = *vv_choice(hp, sides[side].turn, VV_STRINGS("0", "1")) - '0';
    const double base = vv_float(hp, sides[side].base, .min = 0, .max = 1);
    const double leaf = vv_float(hp, sides[side].leaves[turn], .min = -1, .max = 1);
    return leaf * leaf + sides[side].levels[turn] + base;
}

/* ---- toynn: a network's loss, drawn by hand ----------------------------------------------------------------------- */

/* Where an optimizer's best learning rate lies (log10), and what it costs besides. */
typedef struct toy_optimizer {
    double best_rate, cost;
} toy_optimizer;

static toy_optimizer ask_optimizer(vv_hp *hp, const char *name, double batch)
{
    if (strcmp(name, "sgd") == 0) {
        const double momentum = vv_float(hp, "momentum", .min = 0, .max = 0.99);
        return (toy_optimizer){ -0.7 + 0.15 * batch - 1.2 * momentum * momentum,
                                0.02 + 0.10 * bench_square(momentum - 0.85) };
    }
    if (strcmp(name, "adam") == 0) {
        const double beta = vv_float(hp, "beta1", .min = 0.8, .max = 0.999);
        return (toy_optimizer){ -3.0 + 0.10 * batch, 0.5 * bench_square(beta - 0.9) };
    }
    return (toy_optimizer){ -3.2 + 0.1 * batch, 0.04 };
}

/* Too small a rate is slow, too large a one worse, and beyond that all diverges. */
static double rate_cost(double off)
{
    return off < 0 ? 0.08 * off * off : 0.25 * bench_square(fmin(off, 2)) + (off > 1.2 ? 0.5 : 0);
}

static double ask_layers(vv_hp *hp, int depth)
{
    double width = 0;
    for (int i = 0; i < depth; i++)
        width += bench_square(bench_log2_whole(hp, vv_name(hp, "units%d", i), 16, 1024) - 8) * 0.01;
    return width / depth + 0.015 * bench_square(depth - 3);
}

static double toynn(vv_hp *hp)
{
    const char *name = vv_choice(hp, "opt", VV_STRINGS("sgd", "adam", "rms"));
    const double rate = bench_log10_real(hp, "lr", 1e-5, 1);
    const double batch = bench_log2_whole(hp, "bs", 16, 512) - 7;
    const toy_optimizer optimizer = ask_optimizer(hp, name, batch);
    const int depth = vv_int(hp, "layers", .min = 1, .max = 5);
    const double layers = ask_layers(hp, depth);
    const double dropout = vv_float(hp, "drop", .min = 0, .max = 0.6);
    const double decay = bench_log10_real(hp, "wd", 1e-8, 1e-1);
    return rate_cost(rate - optimizer.best_rate) + layers + 0.005 * batch * batch +
           0.3 * bench_square(dropout - 0.15 - 0.02 * depth) + 0.01 * bench_square(decay + 4) + optimizer.cost;
}

/* ---- the table ---------------------------------------------------------------------------------------------------- */

static const bench_problem rows[] = {
    { "branin", branin, 40, 0.39788735772973816, 0, BENCH_SMOOTH },
    { "hartmann6", hartmann6, 100, -3.322368011415515, 0, BENCH_SMOOTH },
    { "hartmann6n", hartmann6, 100, -3.322368011415515, 0.2, BENCH_SMOOTH },
    { "ackley5s", ackley5s, 100, 0, 0, BENCH_RUGGED },
    { "rosen5", rosen5, 100, 0, 0, BENCH_RUGGED },
    { "levy8", levy8, 120, 0, 0, BENCH_RUGGED },
    { "rastrigin4r", rastrigin4r, 100, 0, 0, BENCH_RUGGED },
    { "ellipsoid10r", ellipsoid10r, 150, 0, 0, BENCH_RUGGED },
    { "hart6in20", hart6in20, 150, -3.322368011415515, 0, BENCH_HIGH_D },
    { "mixed7", mixed7, 100, 0, 0, BENCH_MIXED },
    { "jenatton", jenatton, 60, 0.1, 0, BENCH_MIXED },
    { "toynn", toynn, 120, 0, 0, BENCH_MIXED },
};
const bench_problems bench_suite = { rows, sizeof rows / sizeof *rows };

const char *bench_category_name(bench_category category)
{
    static const char *const names[] = { "smooth", "rugged", "high_d", "mixed" };
    return names[category];
}

const bench_problem *bench_problem_find(const char *name)
{
    const bench_problems *const sets[] = { &bench_suite, &bench_held_out };
    for (size_t s = 0; s < 2; s++)
        for (size_t i = 0; i < sets[s]->n; i++)
            if (strcmp(sets[s]->rows[i].name, name) == 0) return &sets[s]->rows[i];
    return NULL;
}

static vv_status build(void *context, vv_hp *hp, vv_built *built, vv_error *reason)
{
    const bench_problem *const *problem = context;
    (void)built;
    (void)reason;
    (*problem)->loss(hp);
    return vv_hp_status(hp);
}

vv_builder bench_problem_builder(const bench_problem **problem)
{
    return (vv_builder){ build, problem };
}
