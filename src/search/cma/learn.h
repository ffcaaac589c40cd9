/* learn.h - from trials to the distributions of the oracle `cmaes`; how is told in oracles/cmaes.c.
 *
 * points.c   a trial as a point            learn.c   the past as generations
 */
#ifndef VVI_SEARCH_CMA_LEARN_H
#define VVI_SEARCH_CMA_LEARN_H

#include "search/cma/cma.h"
#include "search/standing.h"

enum { VVI_CMA_MARKS = 16 };

typedef struct vvi_cma_settings {
    size_t startup, population; /* trials before the first run; of a generation, 0: see run.c */
    double sigma;
    vvi_cma_restarts restarts;
} vvi_cma_settings;

/* What the past came to, up to the start of a generation. */
typedef struct vvi_cma_state {
    vvi_cma_run run; /* of no run yet: zeros */
    int start;       /* the first trial of the generation that is open */
    size_t n_axes;   /* those that are searched: the first ones */
} vvi_cma_state;

typedef struct vvi_cma_memory {
    vvi_arena arena; /* axes, and what is as many */
    vvi_axes axes;
    uint32_t *place; /* of an axis among the coordinates, or among the categories */
    size_t n_domains;
    vvi_counted counted;
    vvi_cma_state now, marks[VVI_CMA_MARKS]; /* marks: by rising start */
    size_t n_marks;
} vvi_cma_memory;

/* What one ask works with. */
typedef struct vvi_cma_work {
    const vv_question *question;
    vvi_cma_settings settings;
    vvi_cma_memory *m;
    vvi_arena arena;
    double *point, *room; /* a draw */
    uint32_t *picks;
    vvi_target *targets;
    vvi_follow follow;
} vvi_cma_work;

/* ---- a trial as a point (points.c) -------------------------------------------------------------------------------- */

/* A range that has become wider changes every coordinate on it: then all is forgotten. */
vv_status vvi_cma_renew_axes(vvi_cma_memory *m, const vv_past *past, vv_error *error) VV_MUST_USE;
/* How many of the first n axes are ordered, or are not. */
size_t vvi_cma_count_axes(const vvi_cma_memory *m, size_t n, bool ordered);
vvi_key vvi_cma_key_of(const vvi_cma_work *w, int trial, uint64_t attempt);
/* What the open generation's distribution gives for a trial: into w->point and w->picks. */
void vvi_cma_draw_trial(vvi_cma_work *w, int trial, uint64_t attempt);
/* What a trial of the past was. */
void vvi_cma_make_point(vvi_cma_work *w, int id, double *point, uint32_t *picks);
void vvi_cma_keep_cells(vvi_cma_work *w); /* the margins of all whole numbers */
static inline double vvi_cma_clamp(double u)
{
    return u > 0 ? (u < 1 ? u : 1) : 0;
}

/* ---- the past as generations (learn.c) ---------------------------------------------------------------------------- */

vv_status vvi_cma_memory_of(vv_cache *cache, vvi_cma_memory **m, vv_error *error) VV_MUST_USE;
void vvi_cma_forget(vvi_cma_memory *m);
/* Brings w->m to where the past is, and makes room for draws. Where that fails the memory is gone. */
vv_status vvi_cma_catch_up(vvi_cma_work *w, vv_error *error) VV_MUST_USE;

#endif
