/* search_functions.c - see search_functions.h. */
#include "search_functions.h"

#include <math.h>

double bench_square(double v)
{
    return v * v;
}

double bench_log10_real(vv_hp *hp, const char *name, double min, double max)
{
    return log10(vv_float(hp, name, .min = min, .max = max, .sampling = VV_SAMPLE_LOG));
}

double bench_log2_whole(vv_hp *hp, const char *name, int min, int max)
{
    return log2(vv_int(hp, name, .min = min, .max = max, .sampling = VV_SAMPLE_LOG));
}

void bench_ask_reals(vv_hp *hp, const char *format, int n, double min, double max, double *x)
{
    for (int i = 0; i < n; i++) x[i] = vv_float(hp, vv_name(hp, format, i), .min = min, .max = max);
}

void bench_turn(int n, const double *turn, const double *at, const double *x, double *turned)
{
    for (int i = 0; i < n; i++) {
        turned[i] = 0;
        for (int j = 0; j < n; j++) turned[i] += turn[i * n + j] * (x[j] - at[j]);
    }
}

double bench_wells(const bench_well *wells, int n_wells, const double *x, int n)
{
    double total = 0;
    for (const bench_well *well = wells; well < wells + n_wells; well++) {
        double far = 0;
        for (int i = 0; i < n; i++) far += well->sharpness[i] * bench_square(x[i] - well->centre[i] * 1e-4);
        total += well->depth * exp(-far);
    }
    return -total;
}

double bench_rosenbrock(const double *x, int n)
{
    double total = 0;
    for (int i = 0; i + 1 < n; i++) total += 100 * bench_square(x[i + 1] - bench_square(x[i])) + bench_square(1 - x[i]);
    return total;
}

double bench_levy(const double *w, int n)
{
    const double last = w[n - 1];
    double total = 0;
    for (int i = 0; i + 1 < n; i++) total += bench_square(w[i] - 1) * (1 + 10 * bench_square(sin(BENCH_PI * w[i] + 1)));
    return bench_square(sin(BENCH_PI * w[0])) + total +
           bench_square(last - 1) * (1 + bench_square(sin(2 * BENCH_PI * last)));
}
