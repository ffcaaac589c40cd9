/* eigen.c - eigenvalues and eigenvectors of a symmetric matrix: reflections to a tridiagonal matrix, then implicit QR
 * steps with Wilkinson's shift (Golub, Van Loan: Matrix computations, 4th ed., algorithms 8.3.1 and 8.3.3).
 *
 * Vectors are kept as rows, so that a rotation runs over two stretches of memory.
 */
#include "search/cma/cma.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { MOST_STEPS = 60 }; /* for each eigenvalue; two or three are usual */

/* ---- to a tridiagonal matrix -------------------------------------------------------------------------------------- */

/* A reflection I - 2 v v' that leaves of x only its first component, which is returned. *v = 0: none is needed. */
static double reflect(double *x, size_t n)
{
    const double rest = vvi_dot(x + 1, x + 1, n - 1), first = x[0];
    if (rest <= 0) {
        memset(x, 0, n * sizeof *x);
        return first;
    }
    const double length = sqrt(first * first + rest), image = first > 0 ? -length : length;
    x[0] = first - image;
    const double scale = 1 / sqrt(x[0] * x[0] + rest);
    for (size_t i = 0; i < n; i++) x[i] *= scale;
    return image;
}

/* The lower right part of the matrix, from row k + 1, becomes H A H; the reflection's vector stays in row k, above the
 * diagonal. `w`: n places. */
static double reduce_one(double *a, size_t n, size_t k, double *w)
{
    const size_t m = n - k - 1;
    double *v = a + k * n + k + 1;
    const double image = reflect(v, m);
    for (size_t i = 0; i < m; i++) w[i] = 2 * vvi_dot(a + (k + 1 + i) * n + k + 1, v, m);
    const double half = vvi_dot(w, v, m);
    for (size_t i = 0; i < m; i++) w[i] -= half * v[i];
    for (size_t i = 0; i < m; i++) {
        double *row = a + (k + 1 + i) * n + k + 1;
        for (size_t j = 0; j < m; j++) row[j] -= v[i] * w[j] + w[i] * v[j];
    }
    return image;
}

/* Rows of `vectors` become those of (H_0 H_1 ...)': the reflections are applied from the last to the first. */
static void gather_reflections(const double *a, size_t n, double *vectors)
{
    memset(vectors, 0, n * n * sizeof *vectors);
    for (size_t i = 0; i < n; i++) vectors[i * n + i] = 1;
    for (size_t k = n - 2; k-- > 0;) {
        const size_t m = n - k - 1;
        const double *v = a + k * n + k + 1;
        for (size_t i = k + 1; i < n; i++) {
            double *row = vectors + i * n + k + 1;
            const double along = 2 * vvi_dot(row, v, m);
            for (size_t j = 0; j < m; j++) row[j] -= along * v[j];
        }
    }
}

static void make_tridiagonal(double *a, size_t n, double *diagonal, double *beside, double *vectors)
{
    for (size_t k = 0; k + 2 < n; k++) {
        beside[k] = reduce_one(a, n, k, diagonal); /* the diagonal is filled below; until then it is room to work */
    }
    if (n > 1) beside[n - 2] = a[(n - 2) * n + n - 1];
    for (size_t i = 0; i < n; i++) diagonal[i] = a[i * n + i];
    if (n > 2) {
        gather_reflections(a, n, vectors);
        return;
    }
    memset(vectors, 0, n * n * sizeof *vectors);
    for (size_t i = 0; i < n; i++) vectors[i * n + i] = 1;
}

/* ---- to a diagonal one -------------------------------------------------------------------------------------------- */

static void rotate_rows(double *a, double *b, size_t n, double c, double s)
{
    for (size_t j = 0; j < n; j++) {
        const double x = a[j], y = b[j];
        a[j] = c * x + s * y;
        b[j] = c * y - s * x;
    }
}

/* The eigenvalue of the last 2 x 2 block that is nearer to its last entry. */
static double shift_of(const double *diagonal, const double *beside, size_t last)
{
    const double half = (diagonal[last - 1] - diagonal[last]) / 2, b = beside[last - 1];
    const double root = sqrt(half * half + b * b);
    return diagonal[last] - b * b / (half + (half < 0 ? -root : root));
}

/* One step on the block first..last: the bulge that the first rotation makes is chased to the end. */
static void step(double *diagonal, double *beside, size_t first, size_t last, double *vectors, size_t n)
{
    double x = diagonal[first] - shift_of(diagonal, beside, last), z = beside[first];
    for (size_t k = first; k < last; k++) {
        const double r = sqrt(x * x + z * z), c = r > 0 ? x / r : 1, s = r > 0 ? z / r : 0;
        const double a = diagonal[k], b = beside[k], d = diagonal[k + 1];
        if (k > first) beside[k - 1] = r;
        diagonal[k] = c * c * a + 2 * c * s * b + s * s * d;
        diagonal[k + 1] = s * s * a - 2 * c * s * b + c * c * d;
        beside[k] = c * s * (d - a) + (c * c - s * s) * b;
        x = beside[k];
        if (k + 1 < last) {
            z = s * beside[k + 1];
            beside[k + 1] *= c;
        }
        rotate_rows(vectors + k * n, vectors + (k + 1) * n, n, c, s);
    }
}

static bool is_small(const double *diagonal, const double *beside, size_t i)
{
    return fabs(beside[i]) <= DBL_EPSILON * (fabs(diagonal[i]) + fabs(diagonal[i + 1])) || fabs(beside[i]) < DBL_MIN;
}

/* Largest entry 1, so that no square overflows. */
static double scale_down(double *matrix, size_t n)
{
    double most = 0;
    for (size_t i = 0; i < n * n; i++) {
        if (!isfinite(matrix[i])) return (double)NAN;
        most = fmax(most, fabs(matrix[i]));
    }
    for (size_t i = 0; i < n * n && most > 0; i++) matrix[i] /= most;
    return most;
}

bool vvi_eigen(double *matrix, size_t n, double *values, double *vectors, double *work)
{
    if (n == 0) return true;
    const double scale = scale_down(matrix, n);
    if (isnan(scale)) return false;
    make_tridiagonal(matrix, n, values, work, vectors);
    size_t last = n - 1;
    for (size_t steps = 0; last > 0 && steps < MOST_STEPS * n; steps++) {
        while (last > 0 && is_small(values, work, last - 1)) last--;
        size_t first = last;
        while (first > 0 && !is_small(values, work, first - 1)) first--;
        if (first < last) step(values, work, first, last, vectors, n);
    }
    for (size_t i = 0; i < n; i++) values[i] *= scale;
    return last == 0;
}
