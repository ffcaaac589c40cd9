/* build.h - running a builder once, with values from somewhere. */
#ifndef VVI_SPACE_BUILD_H
#define VVI_SPACE_BUILD_H

#include "space/space.h"
#include <varve/search.h>

/* What one run of a builder left behind. Begin with zeros, end with vvi_build_deinit. */
typedef struct vvi_build {
    vv_hp *hp; /* owned; detached from its chooser */
    bool buildable;
    vv_built built;  /* of a buildable one; of others `progress` alone */
    vv_error reason; /* why it is not buildable */
} vvi_build;

/* Runs the builder with the chooser's values; the handle of an earlier run that is still in `build` is used again, and
 * what it asks as that one did costs less. VV_OK: built, or refused for its own values. Anything else ends a search:
 * no memory, or an error of the hp (a bad domain, a value outside its domain). */
vv_status vvi_build_run(const vv_builder *builder, const vv_chooser *chooser, vvi_build *build,
                        vv_error *error) VV_MUST_USE;
void vvi_build_deinit(vvi_build *build);

/* Builds the finished trace `hp` once more; *same: it asked for and made the same, `built` included. */
vv_status vvi_build_repeat(const vv_builder *builder, const vvi_build *before, bool *same, vv_error *error) VV_MUST_USE;
/* The same of a build that must repeat. VV_MISMATCH: the build is not a function of its hyperparameters. */
vv_status vvi_build_check_repeats(const vv_builder *builder, const vvi_build *before, vv_error *error) VV_MUST_USE;
vv_status vvi_build_differs(vv_error *error); /* that error */

/* A chooser that draws each value uniformly over its domain, keyed by (key, name); or, `small`, with a chance that falls
 * with its position: where a count has a million values nearly all of them are too large to be built. */
typedef struct vvi_draw {
    vvi_key key;
    bool small;
} vvi_draw;
vv_chooser vvi_chooser_draw(vvi_draw *draw);

/* A chooser that gives what `base` had, by name, but for one name, which gets another value; names that are new draw
 * theirs or get their default, as does a name whose domain no longer has its value. */
typedef struct vvi_flip {
    const vv_hp *base;
    const char *name;
    vv_value value;
    bool presets; /* defaults, no draws */
    bool moved;   /* set: some other name could not keep its value */
    vvi_draw draw;
} vvi_flip;
vv_chooser vvi_chooser_flip(vvi_flip *flip);
/* A chooser that gives the values of an earlier build, which are mostly asked for in the same order. One that its domain
 * does not have (any more: the build is impure) gives way to the default. */
typedef struct vvi_again {
    const vv_assignment *list;
    size_t n, next;
} vvi_again;
vv_chooser vvi_chooser_again(vvi_again *again);

#endif
