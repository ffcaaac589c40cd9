/* lapack.h - linear algebra of the Gaussian processes: LAPACK's and BLAS' routines in our words.
 *
 * Matrices are square, by columns, in their upper triangle; what is below it is not looked at. One thread: which of its
 * kernels a library with threads takes depends on how many it has, and answers must not.
 */
#ifndef VVI_SEARCH_GP_LAPACK_H
#define VVI_SEARCH_GP_LAPACK_H

#include <stdbool.h>
#include <stddef.h>

/* How many threads there were. A process that was forked while there were more than one begins them anew when it is told
 * that it may have but one: say it before. */
int vvi_one_thread(void);
void vvi_threads(int n);                   /* as many again */
bool vvi_factor(size_t n, double *matrix); /* A = R' R in place; false: not positive definite */
void vvi_solve_factored(size_t n, const double *factor, double *x);
bool vvi_invert_factored(size_t n, double *factor);                                    /* R becomes the inverse of A */
bool vvi_invert_triangle(size_t n, double *factor);                                    /* R becomes its own inverse */
void vvi_triangle_times(size_t n, const double *triangle, bool transposed, double *x); /* x = R x */
/* sums[m] = sum over k of weights[k] rows[k][m]; n = 0: zeros. */
void vvi_combine(size_t n, size_t m, const double *rows, const double *weights, double *sums);
/* products[k] = sum over m of rows[k][m] with[m]; n of them. */
void vvi_project(size_t n, size_t m, const double *rows, const double *with, double *products);

#endif
