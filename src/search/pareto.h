/* pareto.h - several losses at once: who is better than whom, and by how much.
 *
 * Losses are n rows of m numbers, all to be minimized. NaN stands behind everything, +infinity included, and is equal
 * to itself. One row dominates another that is nowhere smaller and somewhere larger; equal rows do not dominate each
 * other. Results do not depend on the order of rows, except among equal ones where it is said.
 */
#ifndef VVI_SEARCH_PARETO_H
#define VVI_SEARCH_PARETO_H

#include "base/base.h"

/* -1, 0, 1 by the order above. */
int vvi_loss_compare(double a, double b);
bool vvi_pareto_dominates(const double *a, const double *b, size_t m);

/* ranks[i]: 0 of rows that no row dominates; 1 of those that only rows of rank 0 do; ... For one or two losses in time
 * n log n. false: no memory. */
bool vvi_pareto_ranks(const double *losses, size_t n, size_t m, uint32_t *ranks) VV_MUST_USE;

/* distances[i]: the crowding distance of row i among the rows of its rank (Deb, Pratap, Agarwal, Meyarivan: A fast and
 * elitist multiobjective genetic algorithm: NSGA-II; IEEE TEC 6, 2002): large where there are few like it, INFINITY at
 * the ends of a front. Of equal rows at an end one is the end, the one with the lower index. A loss that is the same in
 * all of a front says nothing. Distances are relative to the finite range of the front; what is not finite counts as the
 * end of that range. false: no memory. */
bool vvi_pareto_crowding(const double *losses, size_t n, size_t m, const uint32_t *ranks,
                         double *distances) VV_MUST_USE;

/* *volume: of what the points dominate within the box that ends at `reference` (m numbers, none of them NaN). Exact, for
 * any m (at most 32); grows beyond n log n from m = 4 on. Points that are not better than the reference everywhere add nothing.
 * false: no memory. */
bool vvi_hypervolume(const double *points, size_t n, size_t m, const double *reference, double *volume) VV_MUST_USE;

/* Chooses k of n points, one after another, each so that the volume dominated grows most (ties: the lower index); their
 * indices, in the order of choosing. For m <= 3 volumes are exact; beyond they are counted in a fixed sample of points of
 * the box, so that the time stays n times m. Numbers must be finite. false: no memory. */
bool vvi_hypervolume_choose(const double *points, size_t n, size_t m, const double *reference, size_t k,
                            uint32_t *chosen) VV_MUST_USE;

#endif
