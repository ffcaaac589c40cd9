/* trials.h - from the past of a search to a Gaussian process and its acquisition: what the oracle "bayesian" asks for.
 *
 * trials.c    what a process is told of the past   candidates.c  configurations as points, and back
 * learn.c     parameters, along checkpoints        climb.c       from a good candidate to a better one
 */
#ifndef VVI_SEARCH_GP_TRIALS_H
#define VVI_SEARCH_GP_TRIALS_H

#include "search/gp/gp.h"
#include "search/search.h"

enum { VVI_GP_MOST_POINTS = 400, VVI_GP_MOST_PENDING = 32 };

/* ---- the past (trials.c) ----------------------------------------------------------------------------------------- */

typedef struct vvi_gp_trials {
    vvi_gp_points points;   /* n with losses, then n_pending */
    vvi_gp_points labelled; /* all that have ended */
    double *losses, *labels;
    bool *kept; /* of those with losses: constraints are */
    int *ids;   /* of points */
    size_t n, n_pending, n_labels, n_fails;
} vvi_gp_trials;
/* Of the first trials of the past. */
vv_status vvi_gp_trials_make(vvi_gp_trials *trials, const vv_question *question, const vvi_axes *axes,
                             const vvi_gp_axes *gp_axes, size_t n_first, vvi_arena *arena, vv_error *error) VV_MUST_USE;

/* ---- learning (learn.c) ------------------------------------------------------------------------------------------ */

typedef struct vvi_gp_learnt {
    bool bold; /* it looks elsewhere, see learn.c */
    vvi_gp_axes axes;
    vvi_gp_trials trials;
    vvi_gp_model losses, fails;
    vvi_gp_acquisition acquisition;
} vvi_gp_learnt;
/* All of it lives in the arena. */
vv_status vvi_gp_learn(vvi_gp_learnt *learnt, const vv_question *question, const vvi_axes *axes, vvi_arena *arena,
                       vv_error *error) VV_MUST_USE;

/* ---- candidates (candidates.c) ----------------------------------------------------------------------------------- */

/* What candidates of one structure share. */
typedef struct vvi_gp_form {
    uint64_t hash;
    size_t n;
    uint32_t *axes;
    const vv_domain **domains;
} vvi_gp_form;

typedef struct vvi_gp_candidate {
    const vvi_gp_form *form;
    double *point;
    double value; /* of the acquisition */
    size_t place; /* in the order of making */
    bool near;    /* made from a trial */
} vvi_gp_candidate;

typedef struct vvi_gp_pool {
    const vv_question *question;
    const vvi_axes *axes;
    const vvi_gp_learnt *learnt;
    vvi_arena *arena;
    vvi_gp_form **forms;
    size_t n_forms, n, most;
    vvi_gp_candidate *list;
    vvi_gp_form looked; /* room for one */
    vvi_build build;
    vvi_target *targets;
    vvi_stream stream;
    vvi_key key;
    int64_t builds;
} vvi_gp_pool;
vv_status vvi_gp_pool_make(vvi_gp_pool *pool, const vv_question *question, const vvi_axes *axes,
                           const vvi_gp_learnt *learnt, vvi_arena *arena, vv_error *error) VV_MUST_USE;
void vvi_gp_pool_deinit(vvi_gp_pool *pool);
/* Draws, trials and what is near them, each with its value; the best first. */
vv_status vvi_gp_pool_fill(vvi_gp_pool *pool, vv_error *error) VV_MUST_USE;
/* The candidate that the builder makes of wanted values; `axis` (VVI_NOWHERE: none) at another position. *made: it builds
 * and was not tried; its point lies in `point`. */
vv_status vvi_gp_pool_build(vvi_gp_pool *pool, const vvi_gp_candidate *wanted, uint32_t axis, double position,
                            vvi_gp_candidate *candidate, double *point, bool *made, vv_error *error) VV_MUST_USE;
size_t vvi_gp_targets(const vvi_gp_pool *pool, const vvi_gp_candidate *candidate, vvi_target *targets);
void vvi_gp_candidate_snap(const vvi_gp_pool *pool, vvi_gp_candidate *candidate);
void vvi_gp_candidate_score(const vvi_gp_pool *pool, vvi_gp_candidate *candidate);
void vvi_gp_pool_sort(vvi_gp_pool *pool);

/* ---- climbing (climb.c) ------------------------------------------------------------------------------------------ */

vv_status vvi_gp_climb(vvi_gp_pool *pool, vvi_gp_candidate *candidate, vv_error *error) VV_MUST_USE;

#endif
