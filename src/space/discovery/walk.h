/* walk.h - going through all that a builder can be asked to build. */
#ifndef VVI_SPACE_WALK_H
#define VVI_SPACE_WALK_H

#include "space/discovery/build.h"

/* Positions first..last of a domain, one after the other, or, with `by` the last, one of them for all. */
typedef struct vvi_span {
    uint64_t first, last;
} vvi_span;

/* The values that a walk goes through at one question. Borrowed until the walk has left the question. */
typedef struct vvi_stops {
    const vvi_span *spans; /* ascending, disjoint, at least one */
    size_t n;
    bool one_each; /* a span is represented by one of its values, drawn at random */
} vvi_stops;

/* A choice of values other than all of them. `before` is what this function said of the question before (0 at the
 * first), `position` the value chosen there; returns the like for this question. */
typedef struct vvi_route {
    uint32_t (*stops)(void *context, uint32_t before, uint64_t position, const char *name, const vv_domain *domain,
                      vvi_stops *stops);
    void *context;
} vvi_route;

typedef enum vvi_walk_end {
    VVI_WALK_COMPLETE = 1, /* every leaf was visited            */
    VVI_WALK_CONTINUUM,    /* a hyperparameter has no finite number of values: it is named */
    VVI_WALK_CAPPED,       /* more leaves than the cap, or no time left */
    VVI_WALK_STOPPED       /* the visitor said so               */
} vvi_walk_end;

/* Sees one leaf; may take build->hp over by setting it to NULL. false: stop. */
typedef bool (*vvi_walk_visit)(void *context, vvi_build *leaf);

typedef struct vvi_walk_args {
    const vv_builder *builder; /* required */
    uint64_t cap;              /* on leaves */
    double until_s;            /* by vvi_clock_s; 0: however long it takes */
    vvi_walk_visit visit;      /* NULL: count only */
    void *context;
    const vvi_route *route; /* NULL: every value */
    vv_space *record;       /* where to record the diagram of what was walked; NULL: nowhere */
} vvi_walk_args;

typedef struct vvi_walk {
    vvi_walk_end end;
    uint64_t leaves, buildable; /* visited */
    char continuum[VV_ERROR_SIZE];
} vvi_walk;

/* Visits configurations in order of the values' positions, the last asked changing fastest. VV_MISMATCH: the build is
 * not a function of its hyperparameters. */
vv_status vvi_space_walk(const vvi_walk_args *args, vvi_walk *walk, vv_error *error) VV_MUST_USE;

/* ---- one leaf at a time ----------------------------------------------------------------------------------------- */

/* A walk that is gone on with whenever it suits: the cap, the time and the visitor of its arguments do not matter. */
typedef struct vvi_walker vvi_walker;
/* At the first leaf. Borrows the arguments, of which `builder` may change. NULL: no memory. */
vvi_walker *vvi_walker_new(const vvi_walk_args *args);
void vvi_walker_free(vvi_walker *walker); /* NULL is fine */
/* Builds the leaf where the walk is; as often as one likes. *endless: it came upon a continuum that the route leaves
 * whole, and is of no use any more, as after an error. */
vv_status vvi_walker_build(vvi_walker *walker, vvi_build *leaf, bool *endless, vv_error *error) VV_MUST_USE;
/* To the next leaf after one that was built. *more: there is one. */
vv_status vvi_walker_advance(vvi_walker *walker, bool *more, vv_error *error) VV_MUST_USE;

/* ---- ways to go (narrow.c) -------------------------------------------------------------------------------------- */

/* Only through what can be built, by what the space knows. Borrows it. */
vvi_route vvi_route_within(const vv_space *space);
/* Was every configuration built? NULL: no. */
bool vvi_space_is_exact(const vv_space *space);

#endif
