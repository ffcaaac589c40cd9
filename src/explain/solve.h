/* solve.h - integer solutions of linear equations. */
#ifndef VVI_EXPLAIN_SOLVE_H
#define VVI_EXPLAIN_SOLVE_H

#include "base/base.h"

enum { VVI_MOST_UNKNOWNS = 128 };

/* One equation: fills row[0..n_unknowns), returns the right side. */
typedef struct vvi_equations {
    int64_t (*equation)(void *context, size_t number, int64_t *row);
    void *context;
    size_t n, n_unknowns;
} vvi_equations;

/* Integers, each at most 2^40 in size, that satisfy every equation; an unknown that the others do without is 0, the
 * last ones first. false: there are none, or more than VVI_MOST_UNKNOWNS unknowns. */
bool vvi_solve(const vvi_equations *equations, int64_t *solution);

#endif
