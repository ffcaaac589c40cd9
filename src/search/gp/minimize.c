/* minimize.c - minima within bounds, by NLopt's L-BFGS (Nocedal 1980; Luksan's code).
 *
 * NLopt answers "failure" for many a harmless end: a line search that finds no further step, a value that is not finite.
 * What counts is the best point that was met, which is kept here; only no memory is an error. */
#include "search/gp/gp.h"

#include <math.h>
#include <nlopt.h>
#include <string.h>

typedef struct minimizing {
    vvi_gp_function function;
    void *context;
    double *best, *gradient, value;
    nlopt_opt nlopt;
} minimizing;

static double evaluate(unsigned n, const double *x, double *gradient, void *context)
{
    minimizing *m = context;
    const double value = m->function(m->context, x, gradient != NULL ? gradient : m->gradient);
    if (!isfinite(value)) {
        nlopt_force_stop(m->nlopt);
        return 1e300;
    }
    if (value < m->value) {
        m->value = value;
        memcpy(m->best, x, n * sizeof *x);
    }
    return value;
}

static vv_status run(minimizing *m, const double *low, const double *high, double *x, int evaluations, double tolerance,
                     vv_error *error)
{
    nlopt_result result = nlopt_set_min_objective(m->nlopt, evaluate, m);
    if (result > 0) result = nlopt_set_lower_bounds(m->nlopt, low);
    if (result > 0) result = nlopt_set_upper_bounds(m->nlopt, high);
    if (result > 0) result = nlopt_set_maxeval(m->nlopt, evaluations);
    if (result > 0) result = nlopt_set_ftol_abs(m->nlopt, tolerance);
    double last;
    if (result > 0) result = nlopt_optimize(m->nlopt, x, &last);
    return result == NLOPT_OUT_OF_MEMORY ? vvi_no_memory(error) : VV_OK;
}

vv_status vvi_gp_minimize(size_t n, const double *low, const double *high, double *x, int evaluations, double tolerance,
                          vvi_gp_function function, void *context, double *value, vv_error *error)
{
    double *room = vvi_malloc(2 * n * sizeof *room);
    if (room == NULL) return vvi_no_memory(error);
    minimizing m = { .function = function, .context = context, .best = room, .gradient = room + n };
    m.value = (double)INFINITY;
    for (size_t i = 0; i < n; i++) room[i] = x[i] = fmin(fmax(x[i], low[i]), high[i]);
    m.nlopt = nlopt_create(NLOPT_LD_LBFGS, (unsigned)n);
    const vv_status status =
        m.nlopt == NULL ? vvi_no_memory(error) : run(&m, low, high, x, evaluations, tolerance, error);
    nlopt_destroy(m.nlopt);
    memcpy(x, room, n * sizeof *x);
    *value = m.value;
    vvi_free(room);
    return status;
}
