/* enumerate.h - running a builder once, and walking all that it can be asked to build. */
#ifndef VVI_SPACE_ENUMERATE_H
#define VVI_SPACE_ENUMERATE_H

#include "space/space.h"
#include <varve/search.h>

/* What one run of a builder left behind. Begin with zeros, end with vvi_build_deinit. */
typedef struct vvi_build {
    vv_hp *hp; /* owned; detached from its chooser */
    bool buildable;
    uint64_t digest; /* of a buildable one */
    vv_error reason; /* why it is not buildable */
} vvi_build;

/* Runs the builder with the chooser's values; the handle of an earlier run that is still in `build` is used again.
 * VV_OK: built, or refused for its own values. Anything else ends a search: no memory, or an error of the hp (a bad
 * domain, a value outside its domain). */
vv_status vvi_build_run(const vv_builder *builder, const vv_chooser *chooser, vvi_build *build,
                        vv_error *error) VV_MUST_USE;
void vvi_build_deinit(vvi_build *build);

/* Builds the finished trace `hp` once more. VV_MISMATCH: the build is not a function of its hyperparameters. */
vv_status vvi_build_check_repeats(const vv_builder *builder, const vv_hp *hp, uint64_t digest,
                                  vv_error *error) VV_MUST_USE;
vv_status vvi_build_differs(vv_error *error); /* that error */

typedef enum vvi_walk_end {
    VVI_WALK_COMPLETE = 1, /* every leaf was visited            */
    VVI_WALK_CONTINUUM,    /* a hyperparameter has no finite number of values: it is named */
    VVI_WALK_CAPPED,       /* more leaves than the cap          */
    VVI_WALK_STOPPED       /* the visitor said so               */
} vvi_walk_end;

typedef struct vvi_walk {
    vvi_walk_end end;
    uint64_t leaves, buildable; /* visited */
    char continuum[VV_ERROR_SIZE];
} vvi_walk;

/* Sees one leaf; may take build->hp over by setting it to NULL. false: stop. */
typedef bool (*vvi_walk_visit)(void *context, vvi_build *leaf);

/* Visits every configuration in order of the values' indices, the last asked changing fastest, up to `cap` leaves.
 * `visit` may be NULL: count only. VV_MISMATCH: the build is not a function of its hyperparameters. */
vv_status vvi_space_walk(const vv_builder *builder, uint64_t cap, vvi_walk_visit visit, void *context, vvi_walk *walk,
                         vv_error *error) VV_MUST_USE;

#endif
