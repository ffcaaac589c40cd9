/* lapack.c - see lapack.h. */
#include "search/gp/lapack.h"

#include <cblas.h>
#include <lapacke.h>
#include <string.h>

/* OpenBLAS has it; other libraries have their own ways. */
#pragma weak openblas_set_num_threads
#pragma weak openblas_get_num_threads
extern void openblas_set_num_threads(int n);
extern int openblas_get_num_threads(void);

void vvi_threads(int n)
{
    if (openblas_set_num_threads == NULL || openblas_get_num_threads == NULL) return;
    if (openblas_get_num_threads() != n) openblas_set_num_threads(n);
}

int vvi_one_thread(void)
{
    const int before = openblas_get_num_threads == NULL ? 1 : openblas_get_num_threads();
    vvi_threads(1);
    return before;
}

bool vvi_factor(size_t n, double *matrix)
{
    return LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, 'U', (lapack_int)n, matrix, (lapack_int)(n > 0 ? n : 1)) == 0;
}

void vvi_solve_factored(size_t n, const double *factor, double *x)
{
    const int size = (int)n;
    cblas_dtrsv(CblasColMajor, CblasUpper, CblasTrans, CblasNonUnit, size, factor, size, x, 1);
    cblas_dtrsv(CblasColMajor, CblasUpper, CblasNoTrans, CblasNonUnit, size, factor, size, x, 1);
}

bool vvi_invert_factored(size_t n, double *factor)
{
    return LAPACKE_dpotri_work(LAPACK_COL_MAJOR, 'U', (lapack_int)n, factor, (lapack_int)(n > 0 ? n : 1)) == 0;
}

bool vvi_invert_triangle(size_t n, double *factor)
{
    return LAPACKE_dtrtri_work(LAPACK_COL_MAJOR, 'U', 'N', (lapack_int)n, factor, (lapack_int)(n > 0 ? n : 1)) == 0;
}

void vvi_triangle_times(size_t n, const double *triangle, bool transposed, double *x)
{
    cblas_dtrmv(CblasColMajor, CblasUpper, transposed ? CblasTrans : CblasNoTrans, CblasNonUnit, (int)n, triangle,
                (int)n, x, 1);
}

void vvi_combine(size_t n, size_t m, const double *rows, const double *weights, double *sums)
{
    memset(sums, 0, m * sizeof *sums);
    if (n > 0 && m > 0)
        cblas_dgemv(CblasColMajor, CblasNoTrans, (int)m, (int)n, 1, rows, (int)m, weights, 1, 0, sums, 1);
}

void vvi_project(size_t n, size_t m, const double *rows, const double *with, double *products)
{
    memset(products, 0, n * sizeof *products);
    if (n > 0 && m > 0)
        cblas_dgemv(CblasColMajor, CblasTrans, (int)m, (int)n, 1, rows, (int)m, with, 1, 0, products, 1);
}
