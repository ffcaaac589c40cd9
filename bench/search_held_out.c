/* search_held_out.c - more problems, to develop oracles on; see search_problems.h.
 *
 * Shifts and rotations are others than the twelve's. Several are like ones of the BBOB suite (Hansen, Finck, Ros, Auger
 * 2009), in 3 to 8 dimensions.
 */
#include "search_constants.h"
#include "search_functions.h"
#include "search_problems.h"

#include <math.h>
#include <string.h>

/* Asks for n numbers of [-reach, reach] and says where they are from the optimum, in turned axes. */
static void ask_turned(vv_hp *hp, int n, double reach, const double *at, const double *turn, double *z)
{
    double x[8];
    bench_ask_reals(hp, "x%d", n, -reach, reach, x);
    bench_turn(n, turn, at, x, z);
}

static double hartmann3(vv_hp *hp)
{
    static const bench_well wells[] = {
        { 1.0, { 3, 10, 30 }, { 3689, 1170, 2673 } },
        { 1.2, { 0.1, 10, 35 }, { 4699, 4387, 7470 } },
        { 3.0, { 3, 10, 30 }, { 1091, 8732, 5547 } },
        { 3.2, { 0.1, 10, 35 }, { 381, 5743, 8828 } },
    };
    double x[3];
    bench_ask_reals(hp, "x%d", 3, 0, 1, x);
    return bench_wells(wells, 4, x, 3);
}

static double powers5(vv_hp *hp)
{
    double z[5], total = 0;
    ask_turned(hp, 5, 2, powers_at, powers_turn[0], z);
    for (int i = 0; i < 5; i++) total += pow(fabs(z[i]), 2 + i);
    return total;
}

static double bowl3n(vv_hp *hp)
{
    double z[3];
    ask_turned(hp, 3, 1, bowl_at, bowl_turn[0], z);
    return 1 - exp(-0.5 * (z[0] * z[0] + 4 * z[1] * z[1] + 16 * z[2] * z[2]));
}

static double griewank6(vv_hp *hp)
{
    double z[6], squares = 0, waves = 1;
    ask_turned(hp, 6, 30, griewank_at, griewank_turn[0], z);
    for (int i = 0; i < 6; i++) {
        squares += z[i] * z[i];
        waves *= cos(z[i] / sqrt(i + 1));
    }
    return 1 + squares / 400 - waves;
}

static double rosen6r(vv_hp *hp)
{
    double z[6];
    ask_turned(hp, 6, 3, rosen_at, rosen_turn[0], z);
    for (int i = 0; i < 6; i++) z[i] += 1;
    return bench_rosenbrock(z, 6);
}

static double schaffer4(vv_hp *hp)
{
    double z[4], total = 0;
    ask_turned(hp, 4, 5, schaffer_at, schaffer_turn[0], z);
    for (int i = 0; i < 3; i++) {
        const double s = sqrt(z[i] * z[i] + z[i + 1] * z[i + 1]);
        total += sqrt(s) * (1 + bench_square(sin(50 * pow(s, 0.2))));
    }
    return bench_square(total / 3);
}

static double ridge8(vv_hp *hp)
{
    double z[8], squares = 0;
    ask_turned(hp, 8, 5, ridge_at, ridge_turn[0], z);
    for (int i = 1; i < 8; i++) squares += z[i] * z[i];
    return z[0] * z[0] + 100 * sqrt(squares);
}

static double gallagher3(vv_hp *hp)
{
    double x[3], highest = 0;
    bench_ask_reals(hp, "x%d", 3, -5, 5, x);
    for (size_t p = 0; p < sizeof gallagher_peaks / sizeof *gallagher_peaks; p++) {
        const double *peak = gallagher_peaks[p], *sharpness = peak + 1, *centre = peak + 4;
        double far = 0;
        for (int i = 0; i < 3; i++) far += sharpness[i] * bench_square(x[i] - centre[i]);
        highest = fmax(highest, peak[0] * exp(-far / 6));
    }
    return bench_square(10 - highest);
}

static double steps5(vv_hp *hp)
{
    double z[5], total = 0;
    ask_turned(hp, 5, 5, steps_at, steps_turn[0], z);
    for (int i = 0; i < 5; i++) {
        const double stepped = fabs(z[i]) > 0.5 ? floor(0.5 + z[i]) : floor(0.5 + 10 * z[i]) / 10;
        total += pow(100, i / 4.0) * stepped * stepped;
    }
    return 0.1 * fmax(fabs(z[0]) / 1e4, total);
}

static double levy4in16(vv_hp *hp)
{
    static const int counts[] = { 2, 5, 11, 14 };
    double x[16], w[4];
    bench_ask_reals(hp, "x%02d", 16, -10, 10, x);
    for (int i = 0; i < 4; i++) w[i] = 1 + (x[counts[i]] - levy_at[i]) / 4;
    return bench_levy(w, 4);
}

/* ---- svm: kernels with hyperparameters of their own, and a preparation that moves their optimum ------------------- */

typedef struct svm_settings {
    double c; /* log10 */
    bool minmax;
} svm_settings;

static double linear_kernel(vv_hp *hp, svm_settings svm)
{
    (void)hp;
    return 0.2 + 0.02 * bench_square(svm.c + 1);
}

static double rbf_kernel(vv_hp *hp, svm_settings svm)
{
    const double gamma = bench_log10_real(hp, "gamma", 1e-5, 10);
    const double off = gamma - (svm.minmax ? -1 : -2);
    return 0.05 + 0.015 * bench_square(svm.c - 1 + 0.5 * off) + 0.03 * off * off + (gamma > 0 ? 0.3 : 0);
}

static double poly_kernel(vv_hp *hp, svm_settings svm)
{
    const int degree = vv_int(hp, "degree", .min = 2, .max = 5);
    const double start = vv_float(hp, "coef0", .min = 0, .max = 1);
    return 0.1 + 0.02 * bench_square(svm.c - 0.5 * degree + 1) + 0.05 * bench_square(degree - 3) +
           0.1 * bench_square(start - 0.7);
}

static double scaler_cost(const char *scaler)
{
    static const struct {
        const char *name;
        double cost;
    } scalers[] = { { "none", 0.08 }, { "standard", 0.01 }, { "minmax", 0 }, { "robust", 0.03 } };
    size_t i = 0;
    while (strcmp(scalers[i].name, scaler) != 0) i++;
    return scalers[i].cost;
}

static double svm(vv_hp *hp)
{
    static const struct {
        const char *name;
        double (*cost)(vv_hp *hp, svm_settings svm);
    } kernels[] = { { "linear", linear_kernel }, { "rbf", rbf_kernel }, { "poly", poly_kernel } };
    const char *kernel = vv_choice(hp, "kernel", VV_STRINGS("linear", "rbf", "poly"));
    const double c = bench_log10_real(hp, "C", 1e-3, 1e3);
    const char *scaler = "none";
    if (vv_bool(hp, "scaled")) scaler = vv_choice(hp, "scaler", VV_STRINGS("standard", "minmax", "robust"));
    size_t i = 0;
    while (strcmp(kernels[i].name, kernel) != 0) i++;
    return scaler_cost(scaler) + kernels[i].cost(hp, (svm_settings){ c, strcmp(scaler, "minmax") == 0 });
}

/* ---- stack: layers of two kinds, each with hyperparameters of its own: conditions three deep ----------------------- */

static double ask_conv(vv_hp *hp, int i)
{
    static const double kernel_cost[] = { [3] = 0.02, [5] = 0, [7] = 0.05 };
    const double filters = bench_log2_whole(hp, vv_name(hp, "filters%d", i), 8, 256);
    const int kernel = vv_choice_int(hp, vv_name(hp, "kernel%d", i), VV_INTS(3, 5, 7));
    return 0.04 * i + 0.04 * bench_square(filters - 5 - i) + kernel_cost[kernel];
}

static double ask_dense(vv_hp *hp, int i)
{
    const int units = vv_int(hp, vv_name(hp, "units%d", i), .min = 16, .max = 512, .step = 16);
    return (i == 0 ? 0.06 : 0) + 2e-6 * bench_square(units - 208);
}

static double stack(vv_hp *hp)
{
    static const double depth_cost[] = { 0.1, 0, 0.03, 0.08 };
    const int depth = vv_int(hp, "layers", .min = 1, .max = 4);
    double total = 0;
    for (int i = 0; i < depth; i++) {
        const char *kind = vv_choice(hp, vv_name(hp, "kind%d", i), VV_STRINGS("dense", "conv"));
        total += strcmp(kind, "conv") == 0 ? ask_conv(hp, i) : ask_dense(hp, i);
    }
    const double off = bench_log10_real(hp, "lr", 1e-5, 1) + 2.5 - 0.3 * (depth - 2);
    return depth_cost[depth - 1] + total / depth + 0.1 * off * off;
}

/* ---- mixed and discrete ------------------------------------------------------------------------------------------- */

static double mixed9(vv_hp *hp)
{
    static const double a_at[] = { 0.6, -1.9, 2.4, -3.1 }, b_at[] = { -1.2, 0.7, 2.2 };
    static const double pairs[4][3] = {
        { 0.5, 0.45, 0.6 }, { 0.3, 0.0, 0.5 }, { 0.2, 0.35, 0.25 }, { 0.7, 0.4, 0.15 }
    };
    const int a = *vv_choice(hp, "a", VV_STRINGS("0", "1", "2", "3")) - '0';
    const int b = *vv_choice(hp, "b", VV_STRINGS("0", "1", "2")) - '0';
    const bool flag = vv_bool(hp, "flag");
    const double z1 = vv_float(hp, "x1", .min = -5, .max = 5) - a_at[a];
    const double z2 = vv_float(hp, "x2", .min = -5, .max = 5) + b_at[b];
    const double w = bench_log10_real(hp, "x3", 1e-4, 1) + 2 + 0.4 * z1;
    const double n1 = vv_int(hp, "n1", .min = 0, .max = 40, .step = 4) - 24;
    const double n2 = bench_log2_whole(hp, "n2", 1, 256) - 4;
    const double t = vv_float(hp, "x4", .min = 0, .max = 1, .step = 0.05) - 0.35;
    return pairs[a][b] + (flag ? 0 : 0.15) + 0.08 * (z1 * z1 + z2 * z2 + (flag ? 0.9 : -0.9) * z1 * z2) + 0.05 * w * w +
           0.002 * n1 * n1 + 0.05 * n2 * n2 + 1.5 * t * t;
}

/* 168,480 configurations: grids, and numbers to choose from; a ripple over two of them. */
static double grid6(vv_hp *hp)
{
    const int a = vv_int(hp, "a", .min = 1, .max = 12);
    const int b = vv_int(hp, "b", .min = 0, .max = 60, .step = 5);
    const double w = log2(vv_choice_int(hp, "c", VV_INTS(8, 16, 32, 64, 128))) - 5;
    const double r = log10(vv_choice_float(hp, "d", VV_FLOATS(0.1, 0.01, 0.001, 0.0001))) + 3;
    const int e = vv_int(hp, "e", .min = 1, .max = 9);
    const double t = (vv_float(hp, "g", .min = 0, .max = 0.5, .step = 0.1) - 0.2) / 0.1;
    const double u = (a - 8) / 3.0, v = (b - 40) / 15.0, s = (e - 3) / 2.0;
    return u * u + v * v + u * v + 0.5 * w * w + 0.5 * bench_square(r + 0.5 * w) + 0.3 * s * s + 0.2 * t * t +
           0.4 * ((a + e + 1) % 3);
}

/* Each bit costs by itself and two neighbours on a ring: an NK landscape (Kauffman, Weinberger 1989). */
static double bits12(vv_hp *hp)
{
    bool bits[12];
    double total = 0;
    for (int i = 0; i < 12; i++) bits[i] = vv_bool(hp, vv_name(hp, "b%02d", i));
    for (int i = 0; i < 12; i++)
        total += bit_costs[i][(bits[i] ? 4 : 0) + (bits[(i + 1) % 12] ? 2 : 0) + (bits[(i + 3) % 12] ? 1 : 0)];
    return total;
}

/* ---- the table ---------------------------------------------------------------------------------------------------- */

static const bench_problem rows[] = {
    { "hartmann3", hartmann3, 60, -3.862779787332663, 0, BENCH_SMOOTH },
    { "powers5", powers5, 80, 0, 0, BENCH_SMOOTH },
    { "bowl3n", bowl3n, 80, 0, 0.1, BENCH_SMOOTH },
    { "griewank6", griewank6, 100, 0, 0, BENCH_RUGGED },
    { "rosen6r", rosen6r, 120, 0, 0, BENCH_RUGGED },
    { "schaffer4", schaffer4, 100, 0, 0, BENCH_RUGGED },
    { "ridge8", ridge8, 120, 0, 0, BENCH_RUGGED },
    { "gallagher3", gallagher3, 100, 0, 0, BENCH_RUGGED },
    { "steps5", steps5, 100, 0, 0, BENCH_RUGGED },
    { "levy4in16", levy4in16, 120, 0, 0, BENCH_HIGH_D },
    { "svm", svm, 60, 0.05, 0, BENCH_MIXED },
    { "stack", stack, 100, 0, 0, BENCH_MIXED },
    { "mixed9", mixed9, 100, 0, 0, BENCH_MIXED },
    { "grid6", grid6, 80, 0, 0, BENCH_MIXED },
    { "bits12", bits12, 80, 2.881526904108569, 0, BENCH_MIXED },
};
const bench_problems bench_held_out = { rows, sizeof rows / sizeof *rows };
