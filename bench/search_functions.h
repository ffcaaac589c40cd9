/* search_functions.h - what the problems are made of. */
#ifndef VARVE_BENCH_SEARCH_FUNCTIONS_H
#define VARVE_BENCH_SEARCH_FUNCTIONS_H

#include <varve/space.h>

#define BENCH_PI 3.14159265358979323846

/* A sum of n Gaussian wells (Hartman 1973); centres in ten-thousandths. */
typedef struct bench_well {
    double depth, sharpness[6], centre[6];
} bench_well;

double bench_square(double v);
double bench_log10_real(vv_hp *hp, const char *name, double min, double max); /* the log10 of one drawn so */
double bench_log2_whole(vv_hp *hp, const char *name, int min, int max);       /* the log2 of one drawn so */

/* Asks for x0, x1, ... of [min, max]; `format`: their names, "x%d". */
void bench_ask_reals(vv_hp *hp, const char *format, int n, double min, double max, double *x);
/* turned = turn * (x - at) */
void bench_turn(int n, const double *turn, const double *at, const double *x, double *turned);

double bench_wells(const bench_well *wells, int n_wells, const double *x, int n);
double bench_rosenbrock(const double *x, int n);
double bench_levy(const double *w, int n); /* of w = 1 + (x - optimum) / 4 */

#endif
